#include "io/canonical.h"

#include <criterion/criterion.h>
#include <string.h>

static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new((size_t)16 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(canonical, .init = setup, .fini = teardown);

static struct asy_source *canonical_of(struct asy_view text)
{
    struct asy_source *out = NULL;
    struct asy_diag diag;

    cr_assert(assay_ok(asy_source_canonical(arena, asy_source_of_memory(arena, text), UINT64_MAX, &out, &diag)));
    cr_assert(assay_ok(asy_source_open(out, &diag)));
    return out;
}

static void expect_form(const char *text, const char *form)
{
    struct asy_source *source = canonical_of(asy_view_of(text));
    struct asy_view got;
    struct asy_diag diag;

    cr_assert(assay_ok(asy_source_load(source, 1000, arena, &got, &diag)));
    cr_expect(asy_view_is(got, form), "\"%s\" gives %zu bytes", text, got.len);
    asy_source_close(source);
}

Test(canonical, every_line_end_is_cr_lf)
{
    expect_form("", "");
    expect_form("a", "a");
    expect_form("a\n", "a\r\n");
    expect_form("a\r\n", "a\r\n");
    expect_form("\n\n", "\r\n\r\n");
    expect_form("a\rb\n", "a\rb\r\n");
    expect_form("a\r\r\n", "a\r\n");
    expect_form("a\r\rb\n", "a\r\rb\r\n");
    expect_form("\r\r\n\rb", "\r\n\rb");
    expect_form("a\r", "a");
    expect_form("a\n\r", "a\r\n");
}

/* A CR at the end of one part and the LF at the start of the next are one line end. */
Test(canonical, parts_and_places)
{
    enum { N = 100000 };
    uint8_t *text = asy_alloc(arena, N, 1), *form = asy_alloc(arena, 2 * N, 1), *got = asy_alloc(arena, 2 * N, 1);
    struct asy_source *source;
    struct asy_diag diag;
    uint64_t size;
    size_t n = 0;

    for (size_t i = 0; i < N; i++) {
        text[i] = (uint8_t)(i % 7 == 3 || i % 16384 == 0 ? '\n' : i % 7 == 2 || i % 16384 == 16383 ? '\r' : 'x');
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            form[n++] = '\r';
        form[n++] = text[i];
    }
    source = canonical_of((struct asy_view){ text, N });
    size = asy_source_size(source);
    cr_assert_eq(size, n);
    cr_assert(assay_ok(asy_source_read(source, 0, got, n, &diag)));
    cr_expect(memcmp(got, form, n) == 0);
    for (uint64_t off = n - 10; off >= 9973; off -= 9973) {
        cr_assert(assay_ok(asy_source_read(source, off, got, 10, &diag)));
        cr_expect(memcmp(got, form + off, 10) == 0, "at %llu", (unsigned long long)off);
    }
    cr_expect(!assay_ok(asy_source_read(source, n - 1, got, 2, &diag)));
    asy_source_close(source);
}

/* CRs that fill whole parts are content or nothing, which only what comes behind them says. */
Test(canonical, long_runs_of_cr)
{
    enum { N = 100000 };
    uint8_t *text = asy_alloc(arena, N, 1), *got = asy_alloc(arena, N + 1, 1);
    struct asy_source *source;
    struct asy_diag diag;

    memset(text, '\r', N);
    text[0] = text[N - 1] = 'x';
    source = canonical_of((struct asy_view){ text, N });
    cr_assert_eq(asy_source_size(source), N);
    cr_assert(assay_ok(asy_source_read(source, 0, got, N, &diag)));
    cr_expect(memcmp(got, text, N) == 0);
    asy_source_close(source);

    text[N - 1] = '\n';
    source = canonical_of((struct asy_view){ text, N });
    cr_assert_eq(asy_source_size(source), 3);
    cr_assert(assay_ok(asy_source_read(source, 0, got, 3, &diag)));
    cr_expect(memcmp(got, "x\r\n", 3) == 0);
    asy_source_close(source);
}
