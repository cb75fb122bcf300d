#include "codec/olpc.h"
#include "codec/json.h"

#include <criterion/criterion.h>

static struct asy_arena *arena;

static void setup(void)
{
    arena = asy_arena_new(8 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(olpc, .init = setup, .fini = teardown);

static assay_status write_of(const char *text, struct asy_view *out, struct asy_diag *diag)
{
    const struct asy_node *root;

    cr_assert(assay_ok(asy_json_parse(arena, asy_view_of(text), &asy_node_default_limits, &root, diag)), "%s", text);
    return asy_olpc_write(arena, root, out, diag);
}

/* Line breaks and other characters stand as they are; names sort by their bytes. */
Test(olpc, one_spelling)
{
    static const struct {
        const char *text, *canonical;
    } rows[] = {
        { "{}", "{}" },
        { "[ ]", "[]" },
        { "{ \"b\": [1, -2, 0],\n\t\"a\": {\"d\": null, \"c\": true, \"C\": false} }",
          "{\"a\":{\"C\":false,\"c\":true,\"d\":null},\"b\":[1,-2,0]}" },
        { "{\"\": 1, \"a\": 2, \"aa\": 3, \"A\": 4}", "{\"\":1,\"A\":4,\"a\":2,\"aa\":3}" },
        { "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\/\b\f\n\r\t\"]" },
        { "{\"a\\\"b\\\\\": \"\\u00e9\\u0022\"}", "{\"a\\\"b\\\\\":\"\xc3\xa9\\\"\"}" },
        { "{\"\\ud83d\\ude00\": 1, \"\\uffee\": 2, \"\\u00e9\": 3}",
          "{\"\xc3\xa9\":3,\"\xef\xbf\xae\":2,\"\xf0\x9f\x98\x80\":1}" },
        { "[9223372036854775807, -9223372036854775808]", "[9223372036854775807,-9223372036854775808]" },
        { "[[[]],[{}],\"\"]", "[[[]],[{}],\"\"]" },
    };
    struct asy_view out;
    struct asy_diag diag;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert(assay_ok(write_of(rows[i].text, &out, &diag)), "row %zu", i);
        cr_expect(asy_view_is(out, rows[i].canonical), "row %zu: %.*s", i, (int)out.len, (const char *)out.data);
    }
}

Test(olpc, a_number_that_is_no_plain_integer_has_no_spelling)
{
    static const char *const rows[] = { "[1.0]", "[1.5]", "[1e3]", "[1E3]", "[-0]", "[0.0]", "[-0.0]", "{\"a\":\n{\"b\":[2,1e0]}}" };
    struct asy_view out;
    struct asy_diag diag = { 0 };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(write_of(rows[i], &out, &diag).code, ASSAY_E_FORMAT, "row %zu", i);
    cr_expect_eq(diag.at, 2);
}

Test(olpc, a_part_of_a_tree_is_written_alone)
{
    const struct asy_node *root;
    struct asy_view out;
    struct asy_diag diag;

    cr_assert(assay_ok(asy_json_parse(arena, ASY_TEXT("{\"signed\": {\"v\": 1, \"_\": \"x\"}, \"signatures\": [1.5]}"),
                                      &asy_node_default_limits, &root, &diag)));
    cr_assert(assay_ok(asy_olpc_write(arena, asy_node_get(root, "signed"), &out, &diag)));
    cr_expect(asy_view_is(out, "{\"_\":\"x\",\"v\":1}"));
}

Test(olpc, short_memory_is_said)
{
    struct asy_arena *small;
    const struct asy_node *root;
    struct asy_view out;
    struct asy_diag diag;

    cr_assert(assay_ok(asy_json_parse(arena, ASY_TEXT("{\"a\": \"0123456789012345678901234567890123456789\"}"),
                                      &asy_node_default_limits, &root, &diag)));
    small = asy_arena_new(16);
    cr_expect_eq(asy_olpc_write(small, root, &out, &diag).code, ASSAY_E_MEMORY);
    asy_arena_free(small);
}
