#include "codec/openpgp_packet.h"

#include <criterion/criterion.h>
#include <string.h>

#define ROW(text) { (const uint8_t *)("" text), sizeof(text) - 1 }

static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new((size_t)4 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(openpgp_packet, .init = setup, .fini = teardown);

struct packet_row {
    struct asy_view bytes;
    uint8_t type;
    size_t len;
};

static const struct packet_row packets[] = {
    { ROW("\xc2\x00"), 2, 0 },
    { ROW("\xc2\x02"
          "ab"), 2, 2 },
    { ROW("\xc2\xff\x00\x00\x00\x02"
          "ab"), 2, 2 },
    { ROW("\x88\x02"
          "ab"), 2, 2 },
    { ROW("\x89\x00\x02"
          "ab"), 2, 2 },
    { ROW("\x8a\x00\x00\x00\x02"
          "ab"), 2, 2 },
    { ROW("\xa3"
          "abc"), 8, 3 }, /* to the end */
};

Test(openpgp_packet, headers_of_both_formats)
{
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        struct asy_reader r = asy_reader_of(packets[i].bytes);
        struct asy_openpgp_packet packet;

        cr_assert(asy_get_openpgp_packet(&r, arena, &packet), "row %zu", i);
        cr_expect_eq(packet.type, packets[i].type, "row %zu", i);
        cr_expect_eq(packet.body.len, packets[i].len, "row %zu", i);
        cr_expect_eq(packet.whole.len, packets[i].bytes.len, "row %zu", i);
        cr_expect(asy_at_end(&r), "row %zu", i);
    }
}

static const struct asy_view broken[] = {
    ROW(""), ROW("a"), ROW("\xc2"), ROW("\xc2\x01"), ROW("\xc0\x00"), ROW("\x80\x00"), ROW("\xc2\xff\xff\xff\xff\xff"),
    ROW("\xc2\xc0"), ROW("\xc2\xe0"
                         "a\x00"), /* a partial length of a signature */
    ROW("\x8b"
        "ab"),                     /* an indeterminate one */
    ROW("\xcb\xe0"
        "a\x00"),                  /* a first partial length below 512 */
};

Test(openpgp_packet, what_is_cut_or_not_allowed_is_refused)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct asy_reader r = asy_reader_of(broken[i]);
        struct asy_openpgp_packet packet;

        cr_expect_not(asy_get_openpgp_packet(&r, arena, &packet), "row %zu", i);
        cr_expect_eq(r.at, 0, "row %zu", i);
    }
}

Test(openpgp_packet, partial_lengths_are_joined)
{
    enum { FIRST = 512, SECOND = 2, LAST = 3 };
    uint8_t bytes[2 + FIRST + 1 + SECOND + 1 + LAST] = { 0xcb, 0xe9 };
    struct asy_reader r = asy_reader_of((struct asy_view){ bytes, sizeof bytes });
    struct asy_openpgp_packet packet;

    memset(bytes + 2, 'a', FIRST);
    bytes[2 + FIRST] = 0xe1;
    memset(bytes + 2 + FIRST + 1, 'b', SECOND);
    bytes[2 + FIRST + 1 + SECOND] = LAST;
    memset(bytes + 2 + FIRST + 1 + SECOND + 1, 'c', LAST);
    cr_assert(asy_get_openpgp_packet(&r, arena, &packet));
    cr_expect_eq(packet.chunks_n, 3);
    cr_expect_eq(packet.body.len, FIRST + SECOND + LAST);
    cr_expect_eq(packet.body.data[FIRST], 'b');
    cr_expect_eq(packet.body.data[FIRST + SECOND], 'c');
    for (size_t cut = 0; cut < sizeof bytes; cut++) {
        r = asy_reader_of((struct asy_view){ bytes, cut });
        cr_expect_not(asy_get_openpgp_packet(&r, arena, &packet), "the first %zu bytes", cut);
    }
}

Test(openpgp_packet, numbers_say_how_many_bits_they_have)
{
    static const struct asy_view good[] = { ROW("\0\0"), ROW("\0\1\1"), ROW("\0\x09\1\xff"), ROW("\0\x08\x80") };
    static const struct asy_view bad[] = { ROW(""), ROW("\0"), ROW("\0\1"), ROW("\0\1\0"), ROW("\0\x08\x7f"),
                                           ROW("\0\x09\0\1"), ROW("\0\2\xff"), ROW("\xff\xff\1") };
    struct asy_view out;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct asy_reader r = asy_reader_of(good[i]);

        cr_expect(asy_get_openpgp_number(&r, &out) && asy_at_end(&r), "row %zu", i);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct asy_reader r = asy_reader_of(bad[i]);

        cr_expect_not(asy_get_openpgp_number(&r, &out), "row %zu", i);
        cr_expect_eq(r.at, 0);
    }
}
