#include "codec/json_head.h"

#include <criterion/criterion.h>

static bool has(const char *text, const char *name)
{
    return asy_json_head(asy_view_of(text), name, NULL);
}

Test(json_head, names_of_the_outermost_object)
{
    cr_expect(has("{\"a\":1}", "a"));
    cr_expect(has(" \n{ \"b\" : [1, {\"a\": 2}], \"c\": \"x\" , \"a\" : {", "a"));
    cr_expect(has("{\"payload\":\"QUJD", "payload"));
    cr_expect_not(has("{\"b\":{\"a\":1}}", "a"));
    cr_expect_not(has("{\"b\":\"a\"}", "a"));
    cr_expect_not(has("{\"b\":\"\\\"a\\\":\"}", "a"));
    cr_expect_not(has("[{\"a\":1}]", "a"));
    cr_expect_not(has("{\"b\":1}{\"a\":1}", "a"));
    cr_expect_not(has("\"a\":1", "a"));
    cr_expect_not(has("", "a"));
    cr_expect_not(has("}}", "a"));
    cr_expect_not(has("{\"a", "a"));
}

Test(json_head, values_that_are_texts)
{
    struct asy_view text;

    cr_expect(asy_json_head(ASY_TEXT("{\"_type\" : \"x/y\"}"), "_type", &text) && asy_view_is(text, "x/y"));
    cr_expect(asy_json_head(ASY_TEXT("{\"_type\": 1}"), "_type", &text) && text.len == 0);
    cr_expect(asy_json_head(ASY_TEXT("{\"_type\": \"x\\/y\"}"), "_type", &text) && text.len == 0);
    cr_expect(asy_json_head(ASY_TEXT("{\"_type\": \"x"), "_type", &text) && text.len == 0);
}
