#include "model/attribution.h"

#include <criterion/criterion.h>

static struct asy_arena *arena;
static struct asy_dossier *dossier;

static void setup(void)
{
    arena = asy_arena_new((size_t)4 << 20);
    dossier = asy_dossier_new(arena, &asy_default_limits, 0);
    cr_assert_eq(asy_add_principal(dossier, &(struct asy_principal){ .name = "pin", .kind = "pin", .is_pin = true }), 0);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(attribution, .init = setup, .fini = teardown);

static bool yes(const struct asy_fact *fact, const void *context)
{
    (void)fact;
    (void)context;
    return true;
}

static const struct asy_counting counting = { yes, yes, NULL, ASY_SHA256 };

static struct asy_item *item_of(const char *bytes)
{
    struct asy_item *item = asy_add_item(dossier, "item", asy_source_of_memory(arena, asy_view_of(bytes)));

    item->size = asy_view_of(bytes).len;
    item->has_size = true;
    return item;
}

static struct asy_item *derived(struct asy_item *parent, uint64_t off, uint64_t len)
{
    struct asy_item *item = asy_add_derived(dossier, parent, off, len, "inner", asy_source_of_memory(arena, asy_view_of("inner")));

    item->size = 5;
    item->has_size = true;
    return item;
}

Test(attribution, what_lies_in_said_bytes_is_said)
{
    struct asy_item *outer = item_of("0123456789"), *inner = derived(outer, 2, 5), *innermost = derived(inner, 0, ASY_TO_END);

    outer->pinned_by = 1;
    cr_assert(asy_attribute(dossier, &counting));
    cr_expect_eq(inner->whole_by, 1);
    cr_expect_eq(innermost->whole_by, 1);
}

Test(attribution, inner_bytes_say_the_run_around_them_only_where_the_reader_says_so)
{
    struct asy_item *outer = item_of("0123456789"), *inner = derived(outer, 2, 5);
    uint64_t off = 0, len = 0;

    inner->pinned_by = 1;
    cr_assert(asy_attribute(dossier, &counting));
    cr_expect_eq(asy_sayers(outer, 2, 5), 0);
    inner->says_parent = true;
    cr_assert(asy_attribute(dossier, &counting));
    cr_expect_eq(asy_sayers(outer, 2, 5), 1);
    cr_expect_eq(asy_sayers(outer, 1, 5), 0);
    cr_expect_eq(outer->whole_by, 0);
    cr_assert(asy_next_uncovered(outer, 1, &off, &len));
    cr_expect(off == 0 && len == 2);
    asy_add_slack(dossier, outer, 0, 2);
    asy_add_slack(dossier, outer, 7, 3);
    cr_assert(asy_attribute(dossier, &counting));
    cr_expect_eq(outer->whole_by, 1);
}

Test(attribution, a_place_that_is_not_known_gives_nothing)
{
    struct asy_item *outer = item_of("0123456789"), *inner = derived(outer, 0, 0);

    outer->pinned_by = 1;
    cr_assert(asy_attribute(dossier, &counting));
    cr_expect_eq(inner->whole_by, 0);
}

Test(attribution, documents_lie_only_so_deep)
{
    struct asy_limits limits = asy_default_limits;
    struct asy_item *outer = item_of("0123456789"), *inner;

    limits.depth = 1;
    dossier->limits = &limits;
    inner = derived(outer, 0, 1);
    cr_expect(!dossier->incomplete);
    cr_expect_null(asy_add_derived(dossier, inner, 0, 1, "x", asy_source_of_memory(arena, asy_view_of("x"))));
    cr_expect(dossier->incomplete);
}

/* Runs of one byte at every second place in an order that is none, framing between them. */
static struct asy_item *in_parts(size_t n, size_t without)
{
    struct asy_item *outer = item_of("");

    outer->size = 2 * n;
    for (size_t i = 0; i < n; i++) {
        size_t at = i * 7 % n; /* n is no multiple of 7 */
        struct asy_item *inner = at == without ? NULL : derived(outer, 2 * at, 1);

        if (inner != NULL)
            inner->pinned_by = inner->says_parent = 1;
        asy_add_slack(dossier, outer, 2 * (n - 1 - at) + 1, 1);
    }
    return outer;
}

Test(attribution, parts_are_joined_in_whatever_order_they_are_said)
{
    struct asy_item *whole = in_parts(1000, SIZE_MAX), *other = in_parts(1000, 333);
    uint64_t off = 0, len = 0;

    cr_assert(asy_attribute(dossier, &counting));
    cr_expect_eq(whole->whole_by, 1);
    cr_expect_not(asy_next_uncovered(whole, 1, &off, &len));
    cr_expect_eq(other->whole_by, 0);
    cr_assert(asy_next_uncovered(other, 1, &off, &len));
    cr_expect(off == 666 && len == 1);
    off += len;
    cr_expect_not(asy_next_uncovered(other, 1, &off, &len));
}

/* As the members of a large archive are: each is asked for by where it lies among the others. */
Test(attribution, many_parts_are_no_matter, .timeout = 20)
{
    struct asy_item *whole;

    asy_arena_free(arena);
    arena = asy_arena_new((size_t)512 << 20);
    dossier = asy_dossier_new(arena, &asy_default_limits, 0);
    cr_assert_eq(asy_add_principal(dossier, &(struct asy_principal){ .name = "pin", .kind = "pin", .is_pin = true }), 0);
    whole = in_parts(150000, SIZE_MAX);
    cr_assert(asy_attribute(dossier, &counting));
    cr_expect_eq(whole->whole_by, 1);
}
