#include "report/report.h"

#include "support/account.h"

#include <jansson.h>

static json_t *parsed(const struct asy_account *account)
{
    struct asy_sink sink = { 0 }, again = { 0 };
    json_error_t error;
    json_t *root;

    asy_report_json(account, &sink);
    asy_report_json(account, &again);
    cr_assert(!sink.failed && !again.failed);
    cr_assert_str_eq(sink.text, again.text);
    for (size_t i = 0; i < sink.len; i++)
        cr_assert(sink.text[i] == '\n' || ((unsigned char)sink.text[i] >= 0x20 && sink.text[i] != 0x7f));
    root = json_loadb(sink.text, sink.len, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(root, "%s at %d in %s", error.text, error.position, sink.text);
    asy_sink_clear(&sink);
    asy_sink_clear(&again);
    return root;
}

static const char *text_at(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

Test(report_json, an_allowed_file)
{
    struct made made = made_allowed("app.tgz");
    json_t *root = parsed(&made.account), *subject = json_object_get(root, "subject");
    json_t *fact = json_array_get(json_object_get(root, "evidence"), 0);

    cr_expect_str_eq(text_at(root, "schema"), "assay-report-1");
    cr_expect_str_eq(text_at(root, "ruling"), "ALLOW");
    cr_expect_str_eq(text_at(root, "at"), "2026-11-23T21:00:00Z");
    cr_expect_eq(json_integer_value(json_object_get(root, "exit_code")), 0);
    cr_expect_eq(json_array_size(json_object_get(root, "codes")), 0);
    cr_expect_eq(json_integer_value(json_object_get(subject, "size")), 1000);
    cr_expect_eq(strlen(text_at(json_object_get(subject, "digests"), "sha256")), 64);
    cr_expect_str_eq(text_at(fact, "outcome"), "holds");
    cr_expect(json_is_true(json_object_get(fact, "standing")));
    cr_expect_str_eq(text_at(fact, "signer"), "acme");
    json_decref(root);
    asy_arena_free(made.arena);
}

Test(report_json, hostile_names_stay_inside_their_strings)
{
    struct made made = made_hostile();
    json_t *root = parsed(&made.account), *subject = json_object_get(root, "subject");
    json_t *codes = json_object_get(root, "codes");

    cr_expect_str_eq(text_at(root, "ruling"), "REFUTED");
    cr_expect_str_eq(text_at(subject, "name"),
                     "x\nALLOW    y  policy z\n\x1b[2J\xe2\x80\xae\"\\ \\xff\r\xc2\x85");
    cr_expect_str_eq(text_at(subject, "name_hex"), "780a414c4c4f57202020207920"
                                                   "20706f6c696379207a0a1b5b324ae280ae225c20ff0dc285");
    cr_expect_eq(json_array_size(codes), 2);
    cr_expect_eq(json_integer_value(json_array_get(codes, 0)), 10);
    cr_expect_eq(json_integer_value(json_array_get(codes, 1)), 13);
    cr_expect_eq(json_array_size(json_object_get(root, "waivers")), 1);
    json_decref(root);
    asy_arena_free(made.arena);
}

Test(report_json, characters_beyond_the_first_plane_are_surrogate_pairs)
{
    struct made made = made_allowed("\xf3\xa0\x80\xa1\xf0\x9f\x98\x80");
    json_t *root = parsed(&made.account);
    struct asy_sink sink = { 0 };

    cr_expect_str_eq(text_at(json_object_get(root, "subject"), "name"), "\xf3\xa0\x80\xa1\xf0\x9f\x98\x80");
    asy_report_json(&made.account, &sink);
    cr_expect_not_null(strstr(sink.text, "\"name\":\"\\udb40\\udc21\xf0\x9f\x98\x80\""));
    asy_sink_clear(&sink);
    json_decref(root);
    asy_arena_free(made.arena);
}

Test(report_json, every_one_of_many_links_is_there)
{
    struct made made = made_tree(3000);
    json_t *root = parsed(&made.account);

    cr_expect_eq(json_array_size(json_object_get(root, "evidence")), 3000);
    cr_expect_eq(json_array_size(json_object_get(root, "findings")), 3000);
    json_decref(root);
    asy_arena_free(made.arena);
}

Test(report_json, an_inspection_has_no_ruling)
{
    struct made made = made_allowed("app.tgz");
    json_t *root;

    made.account.is_inspection = true;
    root = parsed(&made.account);
    cr_expect(json_is_null(json_object_get(root, "ruling")));
    cr_expect_str_eq(text_at(root, "kind"), "inspection");
    json_decref(root);
    asy_arena_free(made.arena);
}
