#include "codec/yaml.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new(32 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(yaml, .init = setup, .fini = teardown);

static assay_status parse(const char *text, const struct asy_node **out, struct asy_diag *diag)
{
    return asy_yaml_parse(arena, asy_view_of(text), &asy_node_default_limits, out, diag);
}

Test(yaml, a_tree_keeps_order_and_places)
{
    const struct asy_node *root, *list;
    struct asy_diag diag;

    cr_assert(assay_ok(parse("# a comment\n---\nz: text\nlist:\n  - a: 1\n    b: |\n      two\n      lines\n  - [x, \"y\"]\ne: {}\n",
                             &root, &diag)), "%s", diag.text);
    cr_assert_eq(root->kind, ASY_NODE_MAP);
    cr_assert_eq(root->n, 3);
    cr_expect(asy_view_is(root->first->key, "z"));
    cr_expect_eq(root->first->line, 3);
    cr_expect_eq(root->first->column, 4);
    list = asy_node_get(root, "list");
    cr_assert_eq(list->kind, ASY_NODE_LIST);
    cr_expect_eq(list->n, 2);
    cr_expect_eq(list->key_line, 4);
    cr_expect(asy_view_is(asy_node_get(list->first, "b")->text, "two\nlines\n"));
    cr_expect_eq(list->last->n, 2);
    cr_expect_eq(asy_node_get(root, "e")->n, 0);
}

struct scalar {
    const char *text;
    enum asy_node_kind kind;
};

static const struct scalar scalars[] = {
    { "true", ASY_NODE_BOOL },        { "false", ASY_NODE_BOOL },      { "null", ASY_NODE_NULL },
    { "0", ASY_NODE_NUMBER },         { "17", ASY_NODE_NUMBER },       { "-3", ASY_NODE_NUMBER },
    { "True", ASY_NODE_STRING },      { "yes", ASY_NODE_STRING },      { "no", ASY_NODE_STRING },
    { "on", ASY_NODE_STRING },        { "~", ASY_NODE_STRING },        { "NULL", ASY_NODE_STRING },
    { "017", ASY_NODE_STRING },       { "0x1f", ASY_NODE_STRING },     { "1_000", ASY_NODE_STRING },
    { "1.0", ASY_NODE_STRING },       { ".inf", ASY_NODE_STRING },     { "2026-01-01", ASY_NODE_STRING },
    { "-0", ASY_NODE_STRING },        { "+1", ASY_NODE_STRING },       { "99999999999999999999", ASY_NODE_STRING },
    { "12:30:00", ASY_NODE_STRING },  { "-", ASY_NODE_STRING },        { "=", ASY_NODE_STRING },
};

Test(yaml, scalars_have_one_spelling_each)
{
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
        const struct asy_node *root;
        struct asy_diag diag;
        char text[64];

        if (asy_view_is(asy_view_of(scalars[i].text), "-"))
            continue;
        (void)snprintf(text, sizeof text, "a: %s\nb: '%s'\n", scalars[i].text, scalars[i].text);
        cr_assert(assay_ok(parse(text, &root, &diag)), "%s: %s", text, diag.text);
        cr_expect_eq(root->first->kind, scalars[i].kind, "plain %s", scalars[i].text);
        cr_expect(asy_view_is(root->first->text, scalars[i].text));
        cr_expect_eq(root->last->kind, ASY_NODE_STRING, "quoted %s", scalars[i].text);
    }
}

Test(yaml, nothing_after_a_name_is_null)
{
    const struct asy_node *root;
    struct asy_diag diag;

    cr_assert(assay_ok(parse("a:\nb: ''\n", &root, &diag)));
    cr_expect_eq(root->first->kind, ASY_NODE_NULL);
    cr_expect_eq(root->last->kind, ASY_NODE_STRING);
}

struct bad {
    const char *text;
    int code;
    unsigned line;
    const char *says;
};

static const struct bad bad[] = {
    { "a: &x 1\n", ASSAY_E_UNSUPPORTED, 1, "anchors" },
    { "a: 1\nb: &x\n  c: 1\n", ASSAY_E_UNSUPPORTED, 2, "anchors" },
    { "a: &x [1]\n", ASSAY_E_UNSUPPORTED, 1, "anchors" },
    { "a: *x\n", ASSAY_E_UNSUPPORTED, 1, "aliases" },
    { "a: !!str 1\n", ASSAY_E_UNSUPPORTED, 1, "tags" },
    { "a: ! 1\n", ASSAY_E_UNSUPPORTED, 1, "tags" },
    { "a: !x {b: 1}\n", ASSAY_E_UNSUPPORTED, 1, "tags" },
    { "!!str a: 1\n", ASSAY_E_UNSUPPORTED, 1, "tags" },
    { "a: 1\n<<: {b: 1}\n", ASSAY_E_UNSUPPORTED, 2, "merge" },
    { "a: 1\nb: 2\na: 3\n", ASSAY_E_FORMAT, 3, "twice" },
    { "a: 1\n'a': 3\n", ASSAY_E_FORMAT, 2, "twice" },
    { "a: 1\n\"\\u0061\": 3\n", ASSAY_E_FORMAT, 2, "twice" },
    { "{a: 1, a: 2}\n", ASSAY_E_FORMAT, 1, "twice" },
    { "a: 1\n---\nb: 1\n", ASSAY_E_UNSUPPORTED, 2, "second document" },
    { "a: 1\n...\n---\n", ASSAY_E_UNSUPPORTED, 3, "second document" },
    { "%YAML 1.1\n---\na: 1\n", ASSAY_E_UNSUPPORTED, 1, "directives" },
    { "%TAG ! tag:x,2000:\n---\na: 1\n", ASSAY_E_UNSUPPORTED, 1, "directives" },
    { "? [a]\n: 1\n", ASSAY_E_UNSUPPORTED, 1, "name" },
    { "{a: 1}: 2\n", ASSAY_E_UNSUPPORTED, 1, "name" },
    { ": 2\n", ASSAY_E_FORMAT, 1, "key" },
    { "null: 2\n", ASSAY_E_UNSUPPORTED, 1, "name" },
    { "\"a\\0b\": 2\n", ASSAY_E_FORMAT, 1, "NUL" },
    { "a: [1, 2\n", ASSAY_E_FORMAT, 2, "line 2" },
    { "a: 1\n\tb: 1\n", ASSAY_E_FORMAT, 2, "line 2" },
    { "a: \"x\n", ASSAY_E_FORMAT, 2, "line 2" },
    { "a: 1\n b: 1\n", ASSAY_E_FORMAT, 2, "line 2" },
    { "a: \xff\n", ASSAY_E_FORMAT, 1, "UTF-8" },
    { "\xef\xbb\xbf" "a: 1\n", ASSAY_E_FORMAT, 1, "U+FEFF" },
    { "a: x # \xe2\x80\xae\n", ASSAY_E_FORMAT, 1, "U+202E" },
    { "a: x # \xc2\x85" "b: 1\n", ASSAY_E_FORMAT, 1, "U+0085" },
    { "a: x # y\rb: 1\n", ASSAY_E_FORMAT, 1, "carriage return" },
    { "", ASSAY_E_FORMAT, 1, "empty" },
    { "# only a comment\n", ASSAY_E_FORMAT, 1, "empty" },
};

Test(yaml, what_is_outside_of_the_subset_is_refused_with_its_line)
{
    const struct asy_node *root;
    struct asy_diag diag;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assay_status s = parse(bad[i].text, &root, &diag);

        cr_expect_eq(s.code, bad[i].code, "row %zu: %s", i, bad[i].text);
        cr_expect_null(root);
        cr_expect_eq(diag.at, bad[i].line, "row %zu: line %u", i, (unsigned)diag.at);
        cr_expect(strstr(diag.text, bad[i].says) != NULL, "row %zu: %s", i, diag.text);
    }
}

Test(yaml, a_nul_byte_ends_nothing)
{
    const struct asy_node *root;
    struct asy_diag diag;

    cr_expect_eq(asy_yaml_parse(arena, (struct asy_view){ (const uint8_t *)"a: 1\n\0b: 2\n", 11 }, &asy_node_default_limits,
                                &root, &diag).code, ASSAY_E_FORMAT);
}

Test(yaml, limits_hold)
{
    const struct asy_node_limits small = { .bytes = 64, .depth = 3, .nodes = 8 };
    const struct asy_node *root;
    struct asy_diag diag;
    char big[80];

    cr_expect(assay_ok(asy_yaml_parse(arena, asy_view_of("[[[1]]]"), &small, &root, &diag)));
    cr_expect_eq(asy_yaml_parse(arena, asy_view_of("[[[[1]]]]"), &small, &root, &diag).code, ASSAY_E_LIMIT);
    cr_expect_eq(asy_yaml_parse(arena, asy_view_of("[1,2,3,4,5,6,7,8,9]"), &small, &root, &diag).code, ASSAY_E_LIMIT);
    memset(big, ' ', sizeof big);
    cr_expect_eq(asy_yaml_parse(arena, (struct asy_view){ (const uint8_t *)big, sizeof big }, &small, &root, &diag).code,
                 ASSAY_E_LIMIT);
}

Test(yaml, deep_and_wide_documents_end_quickly, .timeout = 20)
{
    enum { SIZE = 1 << 20 };
    static char text[SIZE];
    const struct asy_node *root;
    struct asy_diag diag;
    size_t n = 0;

    memset(text, '[', SIZE);
    cr_expect_not(assay_ok(asy_yaml_parse(arena, (struct asy_view){ (const uint8_t *)text, SIZE },
                                          &asy_node_default_limits, &root, &diag)));
    while (n < SIZE - 16)
        n += (size_t)snprintf(text + n, 16, "k%zu:\n", n);
    cr_expect_eq(asy_yaml_parse(arena, (struct asy_view){ (const uint8_t *)text, n }, &asy_node_default_limits, &root,
                                &diag).code, ASSAY_E_LIMIT);
}

Test(yaml, a_full_arena_is_said)
{
    struct asy_arena *tiny = asy_arena_new(2200);
    const struct asy_node *root;
    struct asy_diag diag;

    cr_expect_eq(asy_yaml_parse(tiny, asy_view_of("[1,2,3,4,5,6,7,8,9,10]"), &asy_node_default_limits, &root, &diag).code,
                 ASSAY_E_MEMORY);
    cr_expect_null(root);
    asy_arena_free(tiny);
}
