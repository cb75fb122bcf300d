#include "io/inflate.h"
#include "io/member.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MANY = 300000 };

static struct asy_arena *arena;
static uint8_t text[MANY];

static void setup(void)
{
    uint32_t state = 1;

    arena = asy_arena_new((size_t)64 << 20);
    for (size_t i = 0; i < sizeof text; i++) {
        state = state * 1103515245u + 12345u;
        text[i] = (uint8_t)("abcdefgh"[(state >> 16) & 7]);
    }
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(inflate, .init = setup, .fini = teardown);

static struct asy_source *packed_with(int window, struct asy_view in, size_t extra)
{
    z_stream z = { 0 };
    uint8_t *out = asy_alloc(arena, in.len + 1000 + extra, 1);
    uint8_t *copy = asy_alloc(arena, in.len + 1, 1);

    memcpy(copy, in.data, in.len);
    cr_assert(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = copy;
    z.avail_in = (uInt)in.len;
    z.next_out = out;
    z.avail_out = (uInt)(in.len + 1000);
    cr_assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
    (void)deflateEnd(&z);
    return asy_source_of_memory(arena, (struct asy_view){ out, z.total_out + extra });
}

static struct asy_view all(void)
{
    return (struct asy_view){ text, sizeof text };
}

/* What `program` makes of the text. */
static struct asy_source *packed_by(const char *program, const char *extra)
{
    char in[] = "/tmp/assay-inflate-XXXXXX", command[256];
    uint8_t *out = asy_alloc(arena, MANY * 2, 1);
    int fd = mkstemp(in);
    FILE *pipe;
    size_t n;

    cr_assert(fd >= 0 && write(fd, text, sizeof text) == (ssize_t)sizeof text);
    (void)snprintf(command, sizeof command, "(%s) < %s; printf '%s'", program, in, extra);
    pipe = popen(command, "r");
    cr_assert(pipe != NULL);
    n = fread(out, 1, MANY * 2, pipe);
    (void)pclose(pipe);
    (void)unlink(in);
    return asy_source_of_memory(arena, (struct asy_view){ out, n });
}

static int unpack_all(const struct asy_source *source, enum asy_packing packing, uint64_t limit,
                      uint64_t *left)
{
    static uint8_t back[MANY + 10];
    struct asy_unpacker *unpacker = NULL;
    size_t got = 0;
    assay_status s = asy_unpacker_new(source, 0, asy_source_size(source), packing, limit, &unpacker, NULL);

    if (assay_ok(s))
        s = asy_unpack(unpacker, back, sizeof back, &got, NULL);
    if (assay_ok(s)) {
        cr_expect_eq(got, MANY);
        cr_expect_arr_eq(back, text, MANY);
        cr_expect_eq(asy_unpacked(unpacker), MANY);
        *left = asy_unpack_left(unpacker);
    }
    asy_unpacker_free(unpacker);
    return s.code;
}

Test(inflate, what_was_deflated_comes_back_and_the_rest_is_counted)
{
    uint64_t left = 99;

    cr_expect_eq(unpack_all(packed_with(-15, all(), 0), ASY_PACKED_DEFLATE, MANY, &left), ASSAY_OK);
    cr_expect_eq(left, 0);
    cr_expect_eq(unpack_all(packed_with(31, all(), 7), ASY_PACKED_GZIP, MANY, &left), ASSAY_OK);
    cr_expect_eq(left, 7);
}

static const struct {
    const char *program;
    enum asy_packing packing;
} others[] = { { "xz -c", ASY_PACKED_XZ },
               { "zstd -qc", ASY_PACKED_ZSTD },
               { "bzip2 -c", ASY_PACKED_BZIP2 } };

Test(inflate, xz_zstd_and_bzip2_come_back)
{
    for (size_t i = 0; i < 3; i++) {
        struct asy_source *source = packed_by(others[i].program, "");
        uint64_t left = 99;

        cr_expect_eq(unpack_all(source, others[i].packing, MANY, &left), ASSAY_OK, "%s", others[i].program);
        cr_expect_eq(left, 0, "%s", others[i].program);
        cr_expect_eq(unpack_all(source, others[i].packing, MANY - 1, &left), ASSAY_E_LIMIT, "%s",
                     others[i].program);
    }
}

Test(inflate, bytes_behind_xz_zstd_and_bzip2_are_not_lost)
{
    for (size_t i = 0; i < 3; i++) {
        struct asy_source *source = packed_by(others[i].program, "hidden away here");
        uint64_t left = 0;
        int code = unpack_all(source, others[i].packing, MANY, &left);

        cr_expect(code == ASSAY_E_FORMAT || (code == ASSAY_OK && left == 16), "%s: %d, %d left",
                  others[i].program, code, (int)left);
    }
}

Test(inflate, only_the_named_filter_is_undone)
{
    struct asy_source *twice = packed_by("xz -c | xz -c", "");
    struct asy_unpacker *unpacker = NULL;
    uint8_t head[6];
    size_t got = 0;

    cr_assert(
        assay_ok(asy_unpacker_new(twice, 0, asy_source_size(twice), ASY_PACKED_XZ, MANY, &unpacker, NULL)));
    cr_assert(assay_ok(asy_unpack(unpacker, head, 6, &got, NULL)));
    cr_expect_arr_eq(head,
                     "\xFD"
                     "7zXZ",
                     6);
    asy_unpacker_free(unpacker);
    cr_expect_eq(unpack_all(packed_by("bzip2 -c", ""), ASY_PACKED_XZ, MANY, &(uint64_t){ 0 }),
                 ASSAY_E_FORMAT);
}

Test(inflate, every_truncation_fails)
{
    struct asy_view small = { text, 300 };
    static const int windows[] = { -15, 31 };

    for (size_t w = 0; w < 2; w++) {
        struct asy_source *whole = packed_with(windows[w], small, 0);

        for (uint64_t n = 0; n < asy_source_size(whole); n++) {
            struct asy_unpacker *unpacker = NULL;
            uint8_t back[400];
            size_t got;

            cr_assert(assay_ok(asy_unpacker_new(whole, 0, n, w == 0 ? ASY_PACKED_DEFLATE : ASY_PACKED_GZIP,
                                                400, &unpacker, NULL)));
            cr_expect_eq(asy_unpack(unpacker, back, 400, &got, NULL).code, ASSAY_E_FORMAT, "%d bytes",
                         (int)n);
            cr_expect_eq(asy_unpack(unpacker, back, 0, &got, NULL).code, ASSAY_E_FORMAT, "a failure stays");
            asy_unpacker_free(unpacker);
        }
    }
}

Test(inflate, a_wrong_gzip_checksum_or_length_fails)
{
    for (size_t back = 1; back <= 8; back++) {
        struct asy_source *source = packed_with(31, all(), 0);
        size_t n = (size_t)asy_source_size(source);
        uint8_t *bytes = asy_alloc(arena, n, 1);

        cr_assert(assay_ok(asy_source_read(source, 0, bytes, n, NULL)));
        bytes[n - back] ^= 1;
        cr_expect_eq(unpack_all(asy_source_of_memory(arena, (struct asy_view){ bytes, n }), ASY_PACKED_GZIP,
                                MANY, &(uint64_t){ 0 }),
                     ASSAY_E_FORMAT);
    }
}

Test(inflate, limits_and_ratios_hold)
{
    size_t n = (size_t)20 << 20, got = 0;
    uint8_t *zeros = asy_alloc(arena, n, 1);
    struct asy_source *bomb = packed_with(-15, (struct asy_view){ zeros, n }, 0);
    struct asy_unpacker *unpacker = NULL;

    cr_expect_eq(unpack_all(packed_with(31, all(), 0), ASY_PACKED_GZIP, MANY - 1, &(uint64_t){ 0 }),
                 ASSAY_E_LIMIT);
    cr_assert(assay_ok(
        asy_unpacker_new(bomb, 0, asy_source_size(bomb), ASY_PACKED_DEFLATE, UINT64_MAX, &unpacker, NULL)));
    cr_expect_eq(asy_unpack(unpacker, zeros, n, &got, NULL).code, ASSAY_E_LIMIT);
    asy_unpacker_free(unpacker);
}

Test(inflate, members_of_one_stream_read_in_any_order)
{
    struct asy_source *file = packed_with(31, all(), 0), *members[3];
    struct asy_packed *packed = asy_packed_new(arena, file, ASY_PACKED_GZIP, MANY);
    static const size_t order[] = { 0, 1, 2, 1, 0, 2 };
    uint8_t buf[1000];

    for (size_t i = 0; i < 3; i++) {
        members[i] = asy_source_member(arena, packed, i * 90000, 1000, 1000, ASY_PACKED_NOT);
        cr_expect_eq(asy_source_size(members[i]), 1000);
        cr_expect_eq(asy_source_group(members[i]), packed);
        cr_expect_neq(asy_source_read(members[i], 0, buf, 1, NULL).code, ASSAY_OK, "not open yet");
    }
    for (size_t k = 0; k < 6; k++) {
        size_t i = order[k];

        cr_assert(assay_ok(asy_source_open(members[i], NULL)));
        cr_assert(assay_ok(asy_source_read(members[i], 500, buf, 500, NULL)));
        cr_expect_arr_eq(buf, text + i * 90000 + 500, 500);
        cr_assert(assay_ok(asy_source_read(members[i], 0, buf, 1000, NULL)));
        cr_expect_arr_eq(buf, text + i * 90000, 1000);
        cr_expect_neq(asy_source_read(members[i], 1, buf, 1000, NULL).code, ASSAY_OK, "past its end");
        cr_expect(asy_source_unchanged(members[i]));
        asy_source_close(members[i]);
    }
    asy_source_close(members[0]);
}

Test(inflate, deflated_and_stored_members_read)
{
    struct asy_source *file = packed_with(-15, all(), 3);
    struct asy_packed *packed = asy_packed_new(arena, file, ASY_PACKED_NOT, 0);
    uint64_t len = asy_source_size(file) - 3;
    struct asy_source *deflated = asy_source_member(arena, packed, 0, len, MANY, ASY_PACKED_DEFLATE);
    struct asy_source *stored = asy_source_member(arena, packed, len, 3, 3, ASY_PACKED_NOT);
    uint8_t buf[5000];

    cr_assert(assay_ok(asy_source_open(deflated, NULL)) && assay_ok(asy_source_open(stored, NULL)));
    cr_expect_null(asy_source_group(deflated));
    for (size_t off = 0; off < MANY; off += sizeof buf) {
        cr_assert(assay_ok(asy_source_read(deflated, off, buf, sizeof buf, NULL)));
        cr_expect_arr_eq(buf, text + off, sizeof buf);
    }
    cr_assert(assay_ok(asy_source_read(deflated, 10, buf, 10, NULL)));
    cr_expect_arr_eq(buf, text + 10, 10);
    cr_assert(assay_ok(asy_source_read(stored, 0, buf, 3, NULL)));
    cr_expect_arr_eq(buf, "\0\0\0", 3);
    asy_source_close(deflated);
    asy_source_close(stored);
}
