#include "base/arena.h"

#include <criterion/criterion.h>
#include <string.h>

static bool is_zero(const uint8_t *bytes, size_t n)
{
    return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

/* From blocks of malloc to those of large pages, and past them by what has a block of its own. */
Test(arena, what_it_gives_is_zeroed_aligned_and_its_own)
{
    static const size_t sizes[] = { 1, 15, 4096, 60000, 100000, 3000000, 9000000, 17 };
    struct asy_arena *arena = asy_arena_new((size_t)256 << 20);
    uint8_t *given[200];
    size_t n = 0;

    cr_assert_not_null(arena);
    for (; n < 64; n++) {
        size_t size = sizes[n % 8];

        given[n] = asy_alloc(arena, size, 1);
        cr_assert_not_null(given[n]);
        cr_assert_eq((uintptr_t)given[n] % 16, 0);
        cr_assert(is_zero(given[n], size), "%zu bytes", size);
        memset(given[n], (int)n + 1, size);
    }
    for (size_t i = 0; i < n; i++)
        cr_assert(given[i][0] == i + 1 && given[i][sizes[i % 8] - 1] == i + 1, "%zu was written over", i);
    asy_arena_free(arena);
}

Test(arena, the_budget_bounds_all_that_is_taken)
{
    struct asy_arena *arena = asy_arena_new(1 << 20);

    cr_assert_not_null(asy_alloc(arena, 1 << 19, 1));
    cr_expect_not(asy_arena_over_budget(arena));
    cr_expect_null(asy_alloc(arena, (1 << 19) + 1, 1));
    cr_expect(asy_arena_over_budget(arena));
    cr_expect_null(asy_alloc(arena, SIZE_MAX, 2));
    cr_expect_null(asy_alloc(arena, SIZE_MAX, 1));
    cr_expect_not_null(asy_alloc(arena, 1 << 19, 1), "what is left is still to be had");
    asy_arena_free(arena);
}

static void count(void *object)
{
    ++*(int *)object;
}

Test(arena, it_ends_what_was_given_to_it)
{
    struct asy_arena *arena = asy_arena_new(1 << 20);
    int ended = 0;

    cr_assert(asy_arena_at_end(arena, count, &ended) && asy_arena_at_end(arena, count, &ended));
    asy_arena_free(arena);
    cr_expect_eq(ended, 2);
}
