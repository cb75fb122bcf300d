#include "io/gzip.h"

#include <criterion/criterion.h>
#include <string.h>
#include <zlib.h>

enum { ROOM = 4096 };

static struct asy_arena *arena;
static uint8_t file[ROOM];
static size_t len;

static void setup(void)
{
    arena = asy_arena_new((size_t)8 << 20);
    len = 0;
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(gzip, .init = setup, .fini = teardown);

/* Adds a member, with every optional part of its header where `full`. */
static size_t add(const char *text, bool full)
{
    uint8_t extra[] = "extra", name[] = "name", comment[] = "comment";
    gz_header header = { .extra = extra, .extra_len = sizeof extra, .name = name, .comment = comment, .hcrc = 1 };
    z_stream z = { 0 };
    uint8_t copy[256];
    size_t before = len;

    memcpy(copy, text, strlen(text) + 1);
    cr_assert(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    if (full)
        cr_assert(deflateSetHeader(&z, &header) == Z_OK);
    z.next_in = copy;
    z.avail_in = (uInt)strlen(text);
    z.next_out = file + len;
    z.avail_out = (uInt)(ROOM - len);
    cr_assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
    len += z.total_out;
    (void)deflateEnd(&z);
    return len - before;
}

static assay_status member_at(size_t off, size_t size, uint64_t limit, struct asy_gzip_member *out)
{
    uint8_t *exact = asy_alloc(arena, size + 1, 1);
    struct asy_source *source = asy_source_of_memory(arena, (struct asy_view){ exact, size });
    struct asy_diag diag;

    memcpy(exact, file, size);
    cr_assert(assay_ok(asy_source_open(source, NULL)));
    return asy_gzip_member(source, off, limit, arena, out, &diag);
}

Test(gzip, members_end_where_their_trailers_end)
{
    const size_t sizes[] = { add("first", false), add("", true), add("third, longer than the others", true) };
    const char *const texts[] = { "first", "", "third, longer than the others" };
    struct asy_gzip_member member;
    size_t at = 0;

    file[len] = 'x'; /* what follows the last one is nobody's */
    for (size_t i = 0; i < 3; i++) {
        cr_assert(assay_ok(member_at(at, len + 1, 100, &member)), "member %zu", i);
        cr_expect_eq(member.off, at);
        cr_expect_eq(member.len, sizes[i]);
        cr_expect(asy_view_is(member.bytes, texts[i]));
        at += sizes[i];
    }
    cr_expect_eq(member_at(at, len + 1, 100, &member).code, ASSAY_E_FORMAT);
    cr_expect_eq(member_at(at, len, 100, &member).code, ASSAY_E_FORMAT);
    cr_expect_eq(member_at(at + 2, len, 100, &member).code, ASSAY_E_FORMAT);
}

Test(gzip, a_member_that_is_cut_off_or_damaged_is_none)
{
    struct asy_gzip_member member;
    size_t size = add("some text that is long enough to be packed", false);

    for (size_t n = 0; n < size; n++)
        cr_expect_eq(member_at(0, n, 100, &member).code, ASSAY_E_FORMAT, "the first %zu bytes", n);
    for (size_t i = size - 8; i < size; i++) { /* CRC-32 and length */
        file[i] ^= 1;
        cr_expect_eq(member_at(0, size, 100, &member).code, ASSAY_E_FORMAT, "byte %zu", i);
        file[i] ^= 1;
    }
    cr_expect_eq(member_at(0, size, 10, &member).code, ASSAY_E_LIMIT);
}
