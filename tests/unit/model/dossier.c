#include "model/dossier.h"

#include <criterion/criterion.h>

struct some {
    struct asy_arena *arena;
    struct asy_limits limits;
    struct asy_dossier *dossier;
};

static struct some some_with(uint32_t signatures)
{
    struct some some = { .arena = asy_arena_new(16 << 20), .limits = asy_default_limits };

    cr_assert_not_null(some.arena);
    some.limits.signatures = signatures;
    return some;
}

/* The dossier keeps a pointer to the limits. */
static void begin(struct some *some)
{
    some->dossier = asy_dossier_new(some->arena, &some->limits, 0);
    cr_assert_not_null(some->dossier);
}

static struct asy_item *document(struct some *some)
{
    struct asy_item *item = asy_add_item(some->dossier, "a", asy_source_of_memory(some->arena, ASY_TEXT("")));

    cr_assert_not_null(item);
    return item;
}

static bool sign(struct some *some, struct asy_item *by)
{
    return asy_add_claim(some->dossier, ASY_CLAIM_SIGNATURE, by, NULL) != NULL;
}

Test(dossier, a_document_has_so_many_signatures_and_no_more)
{
    struct some some = some_with(2);
    struct asy_item *one, *other;

    begin(&some);
    one = document(&some);
    other = document(&some);
    cr_assert(sign(&some, one) && sign(&some, one) && sign(&some, other));
    cr_expect_not(some.dossier->incomplete);
    cr_expect_not(sign(&some, one));
    cr_expect(some.dossier->incomplete);
    cr_expect_not_null(asy_add_claim(some.dossier, ASY_CLAIM_LINK, one, NULL), "other claims have a limit of their own");
    asy_arena_free(some.arena);
}

Test(dossier, all_documents_together_have_sixteen_times_as_many)
{
    struct some some = some_with(1);

    begin(&some);
    for (int i = 0; i < 16; i++)
        cr_assert(sign(&some, document(&some)));
    cr_expect_not(some.dossier->incomplete);
    cr_expect_not(sign(&some, document(&some)));
    cr_expect(some.dossier->incomplete);
    asy_arena_free(some.arena);
}

Test(dossier, digests_of_a_whole_are_planned_once)
{
    struct some some = some_with(1);
    struct asy_measure *first;
    struct asy_recipe recipe;
    struct asy_piece whole;

    begin(&some);
    whole = asy_whole(document(&some));
    cr_assert(asy_recipe_of(some.arena, &whole, 1, &recipe));
    first = asy_add_measure(some.dossier, recipe, ASY_SHA256);
    cr_assert(asy_recipe_of(some.arena, &whole, 1, &recipe));
    cr_expect_eq(asy_add_measure(some.dossier, recipe, ASY_SHA256), first);
    cr_expect_neq(asy_add_measure(some.dossier, recipe, ASY_SHA512), first);
    asy_arena_free(some.arena);
}
