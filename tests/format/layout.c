#include "format/layout.h"
#include "support/reading.h"

#define KEY "0123456789abcdef"
#define KEYS "{\"" KEY "\":{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":\"" \
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"}}}"
#define STEP(name, more) "{\"_type\":\"step\",\"name\":\"" name "\",\"pubkeys\":[\"" KEY "\"]" more "}"
#define LAYOUT(keys, steps, more) "{\"_type\":\"layout\",\"expires\":\"2030-01-01T00:00:00Z\",\"keys\":" keys \
    ",\"steps\":[" steps "]" more "}"
#define LINK(name, files) "{\"_type\":\"link\",\"name\":\"" name "\",\"materials\":{},\"products\":{" files "}}"
#define SIGNATURE "{\"keyid\":\"" KEY "\",\"sig\":\"00ff\"}"
#define BLOCK(body, signatures) "{\"signed\":" body ",\"signatures\":[" signatures "]}"
#define RULES(rules) LAYOUT(KEYS, STEP("s", ",\"expected_products\":[" rules "]"), "")

static struct reading_test read_of(const char *text, struct asy_recorded *out)
{
    struct reading_test t = reading_of("layout", "root.layout");

    t.exact = malloc(strlen(text) + 1);
    cr_assert_not_null(t.exact);
    memcpy(t.exact, text, strlen(text) + 1);
    t.reading.dossier->limits = &t.limits;
    t.reading.bytes = (struct asy_view){ t.exact, strlen(text) };
    t.status = asy_layout_read(&t.reading, out);
    return t;
}

static int code_of(const char *text)
{
    struct asy_recorded ignored;
    struct reading_test t = read_of(text, &ignored);
    int code = t.status.code;

    reading_end(&t);
    return code;
}

Test(layout, what_is_signed_is_the_canonical_body)
{
    struct asy_recorded recorded;
    struct reading_test t = read_of(BLOCK(" { \"products\": {\"a\": {\"sha256\": \"00\"}},\n\"materials\": {}, \"name\": \"s\","
                                          "\"_type\": \"link\" } ", SIGNATURE "," SIGNATURE), &recorded);
    const struct asy_claim *claim;
    struct asy_view body;

    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_assert_not_null(recorded.record);
    cr_assert_null(recorded.layout);
    cr_assert_eq(t.reading.dossier->facts_n, 2);
    claim = &t.reading.dossier->facts[1]->claim;
    cr_expect_eq(claim->is.signature.role, ASY_ROLE_RECORDS);
    cr_expect_not(claim->is.signature.is_layout);
    cr_expect_null(claim->is.signature.key);
    cr_expect_eq(claim->is.signature.key_id.len, 8);
    cr_assert_eq(claim->is.signature.value.len, 2);
    cr_assert_eq(claim->is.signature.message.n, 1);
    cr_assert(assay_ok(asy_source_open(claim->is.signature.message.pieces[0].span.item->source, NULL)));
    cr_assert(assay_ok(asy_source_load(claim->is.signature.message.pieces[0].span.item->source, 1000, t.arena, &body, NULL)));
    cr_expect(asy_view_is(body, "{\"_type\":\"link\",\"materials\":{},\"name\":\"s\",\"products\":{\"a\":{\"sha256\":\"00\"}}}"));
    reading_end(&t);
}

Test(layout, steps_and_rules)
{
    struct asy_recorded recorded;
    struct reading_test t = read_of(
        BLOCK(LAYOUT(KEYS, STEP("one", ",\"threshold\":3,\"expected_command\":[\"cc\",\"-c\"]") ","
                     STEP("two", ",\"expected_materials\":[[\"match\",\"*.c\",\"IN\",\"src\",\"with\",\"Products\",\"in\",\"out/\","
                          "\"from\",\"one\"],[\"DISALLOW\",\"*\"]]"),
                     ",\"inspect\":[{\"name\":\"look\",\"run\":[\"true\"]}]"), SIGNATURE), &recorded);
    const struct asy_layout *layout = recorded.layout;
    const struct asy_artifact_rule *rule;

    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_assert_not_null(layout);
    cr_expect_eq(layout->expires, 1893456000);
    cr_assert_eq(layout->steps_n, 2);
    cr_expect_eq(layout->steps[0].threshold, 3);
    cr_expect_eq(layout->steps[0].command.n, 2);
    cr_assert_eq(layout->steps[0].keys_n, 1);
    cr_expect(layout->steps[0].keys[0]->is_usable);
    cr_expect_eq(layout->steps[1].threshold, 1);
    cr_assert_eq(layout->steps[1].materials.n, 2);
    rule = &layout->steps[1].materials.at[0];
    cr_expect(rule->kind == ASY_RULE_MATCH && rule->with_products && asy_view_is(rule->in, "src/") &&
              asy_view_is(rule->with_in, "out/") && asy_view_is(rule->from, "one") && asy_view_is(rule->pattern, "*.c"));
    cr_expect_eq(layout->inspections_n, 1);
    reading_end(&t);
}

Test(layout, what_is_none)
{
    static const char *const rows[] = {
        "", "{}", "[]", "{\"signed\":{},\"signatures\":[]}", BLOCK("{\"_type\":\"other\"}", ""),
        /* a second spelling, or a part that nobody signs */
        "{\"signed\":" LINK("s", "") ",\"signatures\":[],\"more\":1}", "{\"signed\":" LINK("s", "") "}",
        "{\"signed\":" LINK("s", "") ",\"signed\":" LINK("t", "") ",\"signatures\":[]}",
        BLOCK("{\"_type\":\"link\",\"name\":\"s\",\"name\":\"t\",\"materials\":{},\"products\":{}}", ""),
        BLOCK("{\"_type\":\"link\",\"name\":\"s\",\"materials\":{},\"products\":{},\"x\":1.5}", ""),
        /* signatures */
        BLOCK(LINK("s", ""), "{}"), BLOCK(LINK("s", ""), "{\"keyid\":\"" KEY "\",\"sig\":\"0\"}"),
        BLOCK(LINK("s", ""), "{\"keyid\":\"" KEY "\",\"sig\":\"\"}"), BLOCK(LINK("s", ""), "{\"keyid\":\"x\",\"sig\":\"00\"}"),
        BLOCK(LINK("s", ""), "{\"keyid\":\"" KEY "\",\"sig\":\"FF\"}"),
        /* links */
        BLOCK("{\"_type\":\"link\",\"name\":\"s\",\"materials\":{}}", ""), BLOCK(LINK("", ""), ""),
        BLOCK("{\"_type\":\"link\",\"name\":\"s\",\"materials\":[],\"products\":{}}", ""),
        BLOCK(LINK("s", "\"a\":[]"), ""), BLOCK(LINK("s", "\"a\":{\"sha256\":1}"), ""),
        BLOCK(LINK("s", "\"\":{}"), ""), BLOCK(LINK("s", "\"a//b\":{}"), ""), BLOCK(LINK("s", "\"./a\":{}"), ""),
        BLOCK(LINK("s", "\"a/../b\":{}"), ""), BLOCK(LINK("s", "\"..\":{}"), ""), BLOCK(LINK("s", "\"a/\":{}"), ""),
        BLOCK(LINK("s", "\"/\":{}"), ""),
        /* layouts */
        BLOCK(LAYOUT(KEYS, "", ""), ""), BLOCK(LAYOUT("[]", STEP("s", ""), ""), ""),
        BLOCK("{\"_type\":\"layout\",\"keys\":{},\"steps\":[" STEP("s", "") "]}", ""),
        BLOCK("{\"_type\":\"layout\",\"expires\":\"2030-01-01\",\"keys\":{},\"steps\":[" STEP("s", "") "]}", ""),
        BLOCK("{\"_type\":\"layout\",\"expires\":\"2030-01-01T00:00:00+01:00\",\"keys\":{},\"steps\":[" STEP("s", "") "]}", ""),
        BLOCK(LAYOUT("{\"zz\":{}}", STEP("s", ""), ""), ""), BLOCK(LAYOUT("{\"0123456789ABCDEF\":{}}", STEP("s", ""), ""), ""),
        BLOCK(LAYOUT("{\"" KEY "\":{\"keyid\":\"0123456789abcdee\"}}", STEP("s", ""), ""), ""),
        BLOCK(LAYOUT(KEYS, STEP("s", "") "," STEP("s", ""), ""), ""),
        BLOCK(LAYOUT(KEYS, STEP("s", ""), ",\"inspect\":[{\"name\":\"s\"}]"), ""),
        BLOCK(LAYOUT(KEYS, STEP("", ""), ""), ""), BLOCK(LAYOUT(KEYS, STEP("a/b", ""), ""), ""),
        BLOCK(LAYOUT(KEYS, STEP("..", ""), ""), ""), BLOCK(LAYOUT(KEYS, STEP("a\\nb", ""), ""), ""),
        BLOCK(LAYOUT(KEYS, "{\"name\":\"s\"}", ""), ""), BLOCK(LAYOUT(KEYS, STEP("s", ",\"threshold\":0"), ""), ""),
        BLOCK(LAYOUT(KEYS, STEP("s", ",\"threshold\":-1"), ""), ""), BLOCK(LAYOUT(KEYS, STEP("s", ",\"threshold\":\"1\""), ""), ""),
        BLOCK(RULES("[]"), ""), BLOCK(RULES("[\"ALLOW\"]"), ""), BLOCK(RULES("[\"ALLOW\",\"a\",\"b\"]"), ""),
        BLOCK(RULES("[\"PERMIT\",\"a\"]"), ""), BLOCK(RULES("\"ALLOW *\""), ""), BLOCK(RULES("[\"ALLOW\",1]"), ""),
        BLOCK(RULES("[\"MATCH\",\"a\"]"), ""), BLOCK(RULES("[\"MATCH\",\"a\",\"WITH\",\"PRODUCTS\",\"FROM\"]"), ""),
        BLOCK(RULES("[\"MATCH\",\"a\",\"WITH\",\"FILES\",\"FROM\",\"s\"]"), ""),
        BLOCK(RULES("[\"MATCH\",\"a\",\"WITH\",\"PRODUCTS\",\"FROM\",\"s\",\"x\"]"), ""),
        BLOCK(RULES("[\"MATCH\",\"a\",\"FROM\",\"s\",\"WITH\",\"PRODUCTS\"]"), ""),
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(code_of(rows[i]), ASSAY_E_FORMAT, "row %zu: %s", i, rows[i]);
}

Test(layout, what_is_one)
{
    static const char *const rows[] = {
        BLOCK(LINK("s", ""), ""), BLOCK(LINK("s", "\"/a/b\":{}"), SIGNATURE), BLOCK(LINK("s", "\"..a/.b\":{}"), ""),
        BLOCK(LAYOUT("{}", STEP("s", ""), ""), ""), BLOCK(LAYOUT("{\"" KEY "\":{\"keytype\":\"none\"}}", STEP("s", ""), ""), ""),
        BLOCK(RULES("[\"match\",\"a\",\"with\",\"materials\",\"from\",\"other\"]"), ""),
        /* signatures by OpenPGP are passed over */
        BLOCK(LINK("s", ""), "{\"keyid\":\"" KEY "\",\"other_headers\":\"00\",\"signature\":\"00\"}"),
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(code_of(rows[i]), ASSAY_OK, "row %zu: %s", i, rows[i]);
}
