#include "codec/json.h"

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

TestSuite(json, .init = setup, .fini = teardown);

static assay_status parse(const char *text, const struct asy_node **out, struct asy_diag *diag)
{
    return asy_json_parse(arena, asy_view_of(text), &asy_node_default_limits, out, diag);
}

Test(json, a_tree_keeps_order_places_and_spelling)
{
    const struct asy_node *root, *list, *n;
    struct asy_diag diag;

    cr_assert(assay_ok(parse("{ \"z\": 1,\n  \"a\\u0062\": [true, null,\n \"x\\n\\\"y\\\"\", -1.50e3],\n\"e\":{} }", &root, &diag)));
    cr_assert_eq(root->n, 3);
    cr_expect(asy_view_is(root->first->key, "z"));
    cr_expect(asy_view_is(root->first->text, "1"));
    list = asy_node_get(root, "ab");
    cr_assert(list != NULL && list->kind == ASY_NODE_LIST && list->n == 4);
    cr_expect_eq(list->key_line, 2);
    cr_expect_eq(list->column, 14);
    n = list->first;
    cr_expect(asy_node_is_true(n));
    n = n->next;
    cr_expect_eq(n->kind, ASY_NODE_NULL);
    n = n->next;
    cr_expect(asy_view_is(n->text, "x\n\"y\""));
    cr_expect_eq(n->line, 3);
    n = n->next;
    cr_expect_eq(n->kind, ASY_NODE_NUMBER);
    cr_expect(asy_view_is(n->text, "-1.50e3"));
    cr_expect_eq(asy_node_get(root, "e")->line, 4);
    cr_expect_eq(asy_node_get(root, "e")->kind, ASY_NODE_MAP);
}

Test(json, what_two_readers_could_read_differently_is_refused)
{
    static const char *const bad[] = {
        "", "1", "\"a\"", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{} {}", "{}x", "[1,]", "{'a':1}", "[01]", "[NaN]",
        "{\"a\":\"\\u0000\"}", "{\"a\\u0000b\":1}", "[\"\xff\"]", "\xef\xbb\xbf{}", "[18446744073709551616]", "[\"a\nb\"]", "[1",
        "{\"a\"}", "[\"abc", "// x\n{}", "[1]]", "[\"\\ud800\"]", "[1e999]", "{\"a\":1 \"b\":2}",
    };
    const struct asy_node *root;
    struct asy_diag diag;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assay_status s = parse(bad[i], &root, &diag);

        cr_expect_eq(s.code, ASSAY_E_FORMAT, "row %zu: %s", i, bad[i]);
        cr_expect_null(root);
    }
}

Test(json, a_duplicate_name_is_told_with_its_line)
{
    const struct asy_node *root;
    struct asy_diag diag;

    cr_assert_not(assay_ok(parse("{\n\"a\": 1,\n\"a\": 2}", &root, &diag)));
    cr_expect_eq(diag.at, 3);
    cr_expect(strstr(diag.text, "line 3") != NULL && strstr(diag.text, "duplicate") != NULL, "%s", diag.text);
}

Test(json, limits_hold_before_memory_is_spent)
{
    const struct asy_node_limits small = { .bytes = 64, .depth = 3, .nodes = 8 };
    const struct asy_node *root;
    struct asy_diag diag;
    char big[80];

    cr_expect(assay_ok(asy_json_parse(arena, asy_view_of("[[[1]],\"[[[[[[[,,,,,,,,,\"]"), &small, &root, &diag)));
    cr_expect_eq(asy_json_parse(arena, asy_view_of("[[[[1]]]]"), &small, &root, &diag).code, ASSAY_E_LIMIT);
    cr_expect_eq(asy_json_parse(arena, asy_view_of("[1,2,3,4,5,6,7,8,9]"), &small, &root, &diag).code, ASSAY_E_LIMIT);
    memset(big, ' ', sizeof big);
    cr_expect_eq(asy_json_parse(arena, (struct asy_view){ (const uint8_t *)big, sizeof big }, &small, &root, &diag).code,
                 ASSAY_E_LIMIT);
}

Test(json, a_nul_byte_ends_nothing)
{
    const struct asy_node *root;
    struct asy_diag diag;

    cr_expect_eq(asy_json_parse(arena, (struct asy_view){ (const uint8_t *)"{}\0{}", 5 }, &asy_node_default_limits, &root,
                                &diag).code, ASSAY_E_FORMAT);
}

Test(json, a_full_arena_is_said)
{
    struct asy_arena *small = asy_arena_new(200);
    const struct asy_node *root;
    struct asy_diag diag;

    cr_expect_eq(asy_json_parse(small, asy_view_of("[1,2,3,4]"), &asy_node_default_limits, &root, &diag).code,
                 ASSAY_E_MEMORY);
    cr_expect_null(root);
    asy_arena_free(small);
}

Test(json, nothing_is_read_past_the_end_of_a_cut_document)
{
    static const char whole[] = "{\"a\":[1,true,null,\"b\\\\\\\"c\",{\"d\":-2.5e-3}],\"e\":\"\\u00e9\"}";
    const struct asy_node *root;
    struct asy_diag diag;

    for (size_t n = 0; n < sizeof whole - 1; n++)
        cr_expect_not(assay_ok(asy_json_parse(arena, (struct asy_view){ (const uint8_t *)whole, n },
                                              &asy_node_default_limits, &root, &diag)), "%zu bytes", n);
    cr_expect(assay_ok(parse(whole, &root, &diag)), "%s", diag.text);
}
