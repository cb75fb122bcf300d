#include "verify/artifact_rules.h"

#include "codec/json.h"
#include "format/layout.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOOR = 128 };

static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new(64 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(artifact_rules, .init = setup, .fini = teardown);

static struct asy_view text_of(const struct asy_node *map, const char *name)
{
    const struct asy_node *node = asy_node_get(map, name);

    return node == NULL ? (struct asy_view){ NULL, 0 } : node->text;
}

/* { path: { alg: hex } }, or a list of paths; `hashes` (may be NULL) is a map of the first form for such a list. */
static struct asy_artifacts artifacts_of(const struct asy_node *node, const struct asy_node *hashes)
{
    struct asy_artifacts out = { asy_alloc(arena, node == NULL ? 1 : node->n + 1, sizeof *out.at), 0 };

    for (const struct asy_node *each = node == NULL ? NULL : node->first; each != NULL; each = each->next) {
        struct asy_artifact *artifact = &out.at[out.n++];
        const struct asy_node *of = each;
        struct asy_hash *list;

        artifact->path = node->kind == ASY_NODE_LIST ? each->text : each->key;
        if (node->kind == ASY_NODE_LIST)
            of = asy_node_find(hashes, artifact->path);
        list = asy_alloc(arena, of == NULL ? 1 : of->n + 1, sizeof *list);
        for (const struct asy_node *hash = of == NULL ? NULL : of->first; hash != NULL; hash = hash->next)
            list[artifact->hashes_n++] = (struct asy_hash){ hash->key, hash->text };
        artifact->hashes = list;
    }
    cr_assert(asy_artifacts_sort(&out));
    return out;
}

/* { name: { "materials", "products" } } */
static struct asy_record *records_of(const struct asy_node *map, const struct asy_record ***out, size_t *n)
{
    struct asy_record *records = asy_alloc(arena, map == NULL ? 1 : map->n + 1, sizeof *records);

    *out = asy_alloc(arena, map == NULL ? 1 : map->n + 1, sizeof **out);
    *n = 0;
    for (const struct asy_node *each = map == NULL ? NULL : map->first; each != NULL; each = each->next) {
        records[*n] = (struct asy_record){ .name = each->key,
                                           .materials = artifacts_of(asy_node_get(each, "materials"), NULL),
                                           .products = artifacts_of(asy_node_get(each, "products"), NULL) };
        (*out)[*n] = &records[*n];
        (*n)++;
    }
    return records;
}

/* ---- the tables of in-toto's own tests: each is a call of a function there, with its arguments and what it gives
 * ---- */

static const struct asy_node *argument(const struct asy_node *one, unsigned no)
{
    const struct asy_node *node = asy_node_get(asy_node_get(one, "arguments"), "args")->first;

    while (no-- > 0 && node != NULL)
        node = node->next;
    return node;
}

static bool is_kind(const struct asy_node *one, const char *kind)
{
    char name[64];

    (void)snprintf(name, sizeof name, "verify_%s_rule", kind);
    return asy_view_is(text_of(one, "kind"), name);
}

static struct asy_view with_slash(struct asy_view prefix)
{
    if (prefix.len == 0 || prefix.data[prefix.len - 1] == '/')
        return prefix;
    return asy_view_of(asy_printf(arena, "%.*s/", (int)prefix.len, (const char *)prefix.data));
}

static void read_call(const struct asy_node *one, struct asy_artifact_rule *rule, struct asy_rule_scene *scene)
{
    static const char *const kinds[] = {
        [ASY_RULE_CREATE] = "create", [ASY_RULE_DELETE] = "delete",     [ASY_RULE_MODIFY] = "modify",
        [ASY_RULE_ALLOW] = "allow",   [ASY_RULE_DISALLOW] = "disallow", [ASY_RULE_REQUIRE] = "require",
        [ASY_RULE_MATCH] = "match"
    };
    struct asy_artifacts *lists = asy_alloc(arena, 3, sizeof *lists);
    const struct asy_record **others;
    const struct asy_node *first = argument(one, 0), *third = argument(one, 2);

    for (int kind = ASY_RULE_CREATE; kind <= ASY_RULE_MATCH; kind++) {
        if (is_kind(one, kinds[kind]))
            rule->kind = (enum asy_rule_kind)kind;
    }
    cr_assert_neq(rule->kind, ASY_RULE_NONE);
    rule->pattern = rule->kind == ASY_RULE_MATCH ? text_of(first, "pattern") : first->text;
    if (rule->kind == ASY_RULE_MATCH) {
        rule->in = with_slash(text_of(first, "source_prefix"));
        rule->with_in = with_slash(text_of(first, "dest_prefix"));
        rule->from = text_of(first, "dest_name");
        rule->with_products = asy_view_is(text_of(first, "dest_type"), "products");
        (void)records_of(argument(one, 3), &others, &scene->records_n);
        scene->records = others;
        lists[0] = artifacts_of(argument(one, 1), third);
    } else {
        lists[0] = artifacts_of(argument(one, 1), NULL);
        lists[1] = artifacts_of(third, NULL);
        lists[2] = artifacts_of(argument(one, 3), NULL);
    }
    scene->of = &lists[0];
    scene->materials = &lists[1];
    scene->products = &lists[2];
    scene->floor = FLOOR;
}

static void expect_consumed(const struct asy_node *one, const struct asy_rule_scene *scene, const bool *left)
{
    const struct asy_node *result = asy_node_get(one, "result");
    struct asy_view name = text_of(one, "case");
    size_t gone = 0;

    for (size_t i = 0; i < scene->of->n; i++)
        gone += !left[i];
    cr_expect_eq(gone, result == NULL || result->kind != ASY_NODE_LIST ? 0 : result->n, "%.*s", (int)name.len,
                 (const char *)name.data);
    for (const struct asy_node *path = result == NULL ? NULL : result->first; path != NULL; path = path->next) {
        const struct asy_artifact *artifact = asy_artifact_find(scene->of, (struct asy_view){ NULL, 0 }, path->text);

        cr_expect(artifact != NULL && !left[artifact - scene->of->at], "%.*s", (int)name.len,
                  (const char *)name.data);
    }
}

static void play_rule(const struct asy_node *one)
{
    struct asy_artifact_rule rule = { .kind = ASY_RULE_NONE };
    struct asy_rule_scene scene = { 0 };
    bool *left, passes = asy_view_is(text_of(one, "expected"), "pass");
    struct asy_view name = text_of(one, "case");

    read_call(one, &rule, &scene);
    left = asy_alloc(arena, scene.of->n + 1, sizeof *left);
    for (size_t i = 0; i < scene.of->n; i++)
        left[i] = true;
    cr_expect_eq(asy_artifact_rule_read(&rule, &scene, left, NULL), passes, "%.*s", (int)name.len,
                 (const char *)name.data);
    if (passes)
        expect_consumed(one, &scene, left);
}

/* The rules as a layout has them, read as a layout is. */
static struct asy_rules rules_of(const struct asy_node *list)
{
    static const char frame[] =
        "{\"_type\":\"layout\",\"expires\":\"2030-01-01T00:00:00Z\",\"keys\":{},\"inspect\":[],\"steps\":"
        "[{\"name\":\"s\",\"pubkeys\":[],\"threshold\":1}]}";
    struct asy_dossier *dossier = asy_dossier_new(arena, &asy_default_limits, 0);
    struct asy_reading reading = { .dossier = dossier };
    const struct asy_node *root;
    const struct asy_layout *layout;
    struct asy_node *step, *rules = asy_node_new(arena, ASY_NODE_LIST, 1, 1);

    cr_assert(assay_ok(asy_json_parse(arena, asy_view_of(frame), &asy_node_default_limits, &root, &reading.diag)));
    step = asy_node_get(root, "steps")->first;
    rules->key = ASY_TEXT("expected_materials");
    rules->first = list->first;
    rules->n = list->n;
    asy_node_append(step, rules);
    cr_assert(assay_ok(asy_layout_read_layout(&reading, root, &layout)), "%s", reading.diag.text);
    return layout->steps[0].materials;
}

static void play_list(const struct asy_node *one)
{
    struct asy_rules rules = rules_of(argument(one, 2));
    struct asy_rule_scene scene = { .floor = FLOOR };
    const struct asy_record **others;
    const struct asy_record *record = records_of(argument(one, 3), &others, &scene.records_n);
    const struct asy_artifact_rule *rule;
    struct asy_view failed, name = text_of(one, "case");

    scene.records = others;
    scene.materials = &record->materials;
    scene.products = &record->products;
    scene.of = asy_view_is(argument(one, 1)->text, "materials") ? scene.materials : scene.products;
    cr_expect_eq(asy_artifact_rules_read(arena, &rules, &scene, &rule, &failed),
                 asy_view_is(text_of(one, "expected"), "pass") ? ASY_RULES_HOLD : ASY_RULES_FAIL, "%.*s",
                 (int)name.len, (const char *)name.data);
}

Test(artifact_rules, tables_of_in_toto)
{
    FILE *file = fopen(ASSAY_SHARED "/corpora/in-toto-rules/cases.json", "rb");
    static char bytes[1 << 20];
    const struct asy_node *root;
    struct asy_diag diag;
    size_t len, n = 0;

    if (file == NULL)
        cr_skip_test("the tables are not there");
    len = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    cr_assert(assay_ok(asy_json_parse(arena, (struct asy_view){ (const uint8_t *)bytes, len },
                                      &asy_node_default_limits, &root, &diag)),
              "%s", diag.text);
    for (const struct asy_node *one = asy_node_get(root, "cases")->first; one != NULL; one = one->next, n++) {
        if (asy_view_is(text_of(one, "kind"), "verify_item_rules"))
            play_list(one);
        else
            play_rule(one);
    }
    cr_expect_geq(n, 36);
}

/* ---- what those tables leave out ---- */

#define HASH "\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\""
#define FILES(text)                                                                                                  \
    "{\"item\":{\"materials\":{" text "},\"products\":{}},\"step\":{\"materials\":{},\"products\":{" text "}}}"

struct row {
    const char *rules, *records;
    enum asy_rules_answer answer;
};

static void play_row(const struct row *row, size_t no)
{
    struct asy_rule_scene scene = { .floor = FLOOR };
    const struct asy_record **others;
    const struct asy_node *rules, *records;
    const struct asy_artifact_rule *rule;
    struct asy_rules list;
    struct asy_view failed;
    struct asy_diag diag;

    cr_assert(assay_ok(asy_json_parse(arena, asy_view_of(row->rules), &asy_node_default_limits, &rules, &diag)));
    cr_assert(assay_ok(asy_json_parse(arena, asy_view_of(row->records), &asy_node_default_limits, &records, &diag)));
    list = rules_of(rules);
    scene.materials = scene.of = &records_of(records, &others, &scene.records_n)->materials;
    scene.products = &others[0]->products;
    scene.records = others;
    cr_expect_eq(asy_artifact_rules_read(arena, &list, &scene, &rule, &failed), row->answer, "row %zu", no);
}

Test(artifact_rules, a_match_needs_an_equal_and_strong_digest)
{
#define MATCH_ALL "[[\"match\",\"*\",\"with\",\"products\",\"from\",\"step\"],[\"DISALLOW\",\"*\"]]"
    static const struct row rows[] = {
        { MATCH_ALL, FILES("\"a\":{\"sha256\":" HASH "}"), ASY_RULES_HOLD },
        { MATCH_ALL, FILES("\"a\":{\"sha256\":" HASH ",\"md5\":\"00\"}"), ASY_RULES_HOLD },
        { MATCH_ALL, FILES("\"a\":{\"md5\":\"5d41402abc4b2a76b9719d911017c592\"}"), ASY_RULES_FAIL },
        { MATCH_ALL, FILES("\"a\":{\"sha1\":\"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\"}"), ASY_RULES_FAIL },
        { MATCH_ALL, FILES("\"a\":{\"own\":\"1\"}"), ASY_RULES_FAIL },
        { MATCH_ALL, FILES("\"a\":{}"), ASY_RULES_FAIL },
        { MATCH_ALL, FILES(""), ASY_RULES_HOLD },
        { MATCH_ALL,
          "{\"item\":{\"materials\":{\"a\":{\"sha256\":" HASH "}},\"products\":{}},"
          "\"step\":{\"materials\":{},\"products\":{\"a\":{\"sha256\":" HASH ",\"sha512\":\"00\"}}}}",
          ASY_RULES_FAIL },
        { MATCH_ALL,
          "{\"item\":{\"materials\":{\"a\":{\"sha256\":" HASH "}},\"products\":{}},"
          "\"step\":{\"materials\":{},\"products\":{\"b\":{\"sha256\":" HASH "}}}}",
          ASY_RULES_FAIL },
        { "[[\"MATCH\",\"*\",\"IN\",\"src\",\"WITH\",\"PRODUCTS\",\"FROM\",\"step\"],[\"DISALLOW\",\"*\"]]",
          "{\"item\":{\"materials\":{\"src2/a\":{\"sha256\":" HASH "}},\"products\":{}},"
          "\"step\":{\"materials\":{},\"products\":{\"a\":{\"sha256\":" HASH "},\"src2/a\":{\"sha256\":" HASH "}}}}",
          ASY_RULES_FAIL },
        { "[[\"MATCH\",\"*\",\"WITH\",\"PRODUCTS\",\"FROM\",\"none\"]]", FILES("\"a\":{}"), ASY_RULES_HOLD },
        { "[[\"REQUIRE\",\"a\"],[\"ALLOW\",\"a\"],[\"REQUIRE\",\"a\"]]", FILES("\"a\":{}"), ASY_RULES_FAIL },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        play_row(&rows[i], i);
}

static void count(void *context, const struct asy_artifact *here, const struct asy_artifact *there)
{
    unsigned *n = context;

    cr_expect_not_null(here);
    cr_expect_not_null(there);
    (*n)++;
}

/* A file that lies here has more digests than were recorded; all that were must be among them. */
Test(artifact_rules, a_file_here_is_compared_by_what_was_recorded)
{
    static struct asy_item *const item = (struct asy_item *)&arena;
    const struct asy_hash both[] = { { ASY_TEXT("sha256"), ASY_TEXT("aa") }, { ASY_TEXT("sha512"), ASY_TEXT("bb") } };
    const struct asy_hash other[] = { { ASY_TEXT("sha256"), ASY_TEXT("aa") },
                                      { ASY_TEXT("sha512"), ASY_TEXT("cc") } };
    const struct asy_artifact here = { .path = ASY_TEXT("a"), .hashes = both, .hashes_n = 2, .item = item };
    struct asy_artifact there = { .path = ASY_TEXT("a"), .hashes = both, .hashes_n = 1 };
    struct asy_artifacts mine = { (struct asy_artifact[]){ here }, 1 }, none = { NULL, 0 };
    struct asy_record record = { .name = ASY_TEXT("s"), .products = { &there, 1 } };
    const struct asy_record *records[] = { &record };
    unsigned n = 0;
    const struct asy_rule_scene scene = { &mine, &mine, &none, records, 1, FLOOR, count, &n };
    const struct asy_artifact_rule rule = {
        .kind = ASY_RULE_MATCH, .pattern = ASY_TEXT("*"), .from = ASY_TEXT("s"), .with_products = true
    };
    bool left = true;

    cr_expect(asy_artifact_same(&here, &there, FLOOR));
    cr_expect(asy_artifact_same(&there, &here, FLOOR));
    cr_expect_not(asy_artifact_same(&here, &there, 256));
    cr_expect(asy_artifact_rule_read(&rule, &scene, &left, NULL));
    cr_expect(!left && n == 1);
    there.hashes_n = 2;
    cr_expect(asy_artifact_same(&here, &there, 256));
    there.hashes = other;
    cr_expect_not(asy_artifact_same(&here, &there, FLOOR));
    there.hashes_n = 0;
    cr_expect_not(asy_artifact_same(&here, &there, FLOOR));
    left = true;
    cr_expect(asy_artifact_rule_read(&rule, &scene, &left, NULL));
    cr_expect(left && n == 1);
}
