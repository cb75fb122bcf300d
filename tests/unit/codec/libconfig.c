#include "codec/libconfig.h"

#include <criterion/criterion.h>
#include <string.h>

static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new(8 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(libconfig, .init = setup, .fini = teardown);

static assay_status parse(const char *text, const struct asy_node **out)
{
    struct asy_diag diag = { 0 };

    return asy_libconfig_parse(arena, asy_view_of(text), &asy_node_default_limits, out, &diag);
}

Test(libconfig, all_kinds_of_values)
{
    const struct asy_node *root = NULL, *list;

    cr_assert(assay_ok(parse("# one\nname = \"a\" /* two */ \"\\x42\\n\";\nb: TRUE, n = -0.5e+3\nh = 0x1FL;\n"
                             "g: { l = ( 1, [ 2, 3, ], { } ); } // end",
                             &root)));
    cr_assert_eq(root->n, 5);
    cr_expect(asy_view_is(asy_node_get(root, "name")->text, "aB\n"));
    cr_expect_eq(asy_node_get(root, "name")->line, 2);
    cr_expect(asy_node_is_true(asy_node_get(root, "b")));
    cr_expect_eq(asy_node_get(root, "n")->kind, ASY_NODE_NUMBER);
    cr_expect(asy_view_is(asy_node_get(root, "h")->text, "0x1FL"));
    list = asy_node_get(asy_node_get(root, "g"), "l");
    cr_assert(list != NULL && list->kind == ASY_NODE_LIST && list->n == 3);
    cr_expect_eq(list->first->next->n, 2);
    cr_expect_eq(list->last->kind, ASY_NODE_MAP);
}

Test(libconfig, what_is_not_of_the_grammar)
{
    static const char *const texts[] = {
        "a",           "a = ",       "a = 1 2",       "a = x",         "a = \"x",          "a = \"\\q\"",
        "a = \"\\x0\"", "a = \"\\x00\"", "a = \"\\xff\"",   "a = 1; a = 2", "a = [ 1, \"b\" ]", "a = [ { } ]",
        "a = ( 1 2 )", "a = ( 1",    "a = { b = 1",   "a = 1 }",       "/* a = 1",        "@include \"x\"",
        "1a = 1",      "a = 0x",     "a = 1LLL",      "a = .",         "a = 1e",          "a = ( , )",
        "a = 1;;",     "a = yes",    "{ }",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct asy_node *root = NULL;

        cr_expect_eq(parse(texts[i], &root).code, ASSAY_E_FORMAT, "%s", texts[i]);
        cr_expect_null(root);
    }
}

Test(libconfig, limits)
{
    const struct asy_node_limits limits = { .bytes = 40, .depth = 2, .nodes = 4 };
    static const char *const texts[] = { "a = (((1)))", "a = (1, 2, 3, 4, 5)",
                                         "a = \"0123456789012345678901234567890123456789\"" };
    struct asy_diag diag;

    for (size_t i = 0; i < 3; i++) {
        const struct asy_node *root = NULL;

        cr_expect_eq(asy_libconfig_parse(arena, asy_view_of(texts[i]), &limits, &root, &diag).code, ASSAY_E_LIMIT, "%s",
                     texts[i]);
    }
}
