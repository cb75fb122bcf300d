#include "policy/document.h"

#include "base/text.h"
#include "codec/json.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

static struct asy_arena *arena;
static struct asy_diag diag;

static void setup(void)
{
    arena = asy_arena_new(64 << 20);
}

static void teardown(void)
{
    asy_arena_free(arena);
}

TestSuite(document, .init = setup, .fini = teardown);

static struct asy_view load(const char *path)
{
    uint8_t *bytes = asy_alloc(arena, (1 << 20) + 1, 1);
    FILE *file = fopen(path, "rb");
    size_t n;

    cr_assert(file != NULL && bytes != NULL, "%s", path);
    n = fread(bytes, 1, 1 << 20, file);
    (void)fclose(file);
    return (struct asy_view){ bytes, n };
}

static const struct asy_policy *parse(const char *text)
{
    const struct asy_policy *policy;

    diag = (struct asy_diag){ 0 };
    return assay_ok(asy_policy_parse(arena, asy_view_of(text), &policy, &diag)) ? policy : NULL;
}

static const struct asy_policy *parse_file(const char *name)
{
    char path[512];
    const struct asy_policy *policy;

    (void)snprintf(path, sizeof path, "%s/policy/%s", ASSAY_TESTDATA, name);
    cr_assert(assay_ok(asy_policy_parse(arena, load(path), &policy, &diag)), "%s: %s", name, diag.text);
    return policy;
}

static int64_t day(const char *text)
{
    int64_t t;

    cr_assert(asy_parse_time(asy_view_of(text), &t));
    return t;
}

Test(document, trust_is_read_in_full)
{
    const struct asy_policy *p = parse_file("valid/full.yaml");
    const struct asy_trust_entry *t = p->trust;

    cr_expect_str_eq(p->name, "acme");
    cr_expect_str_eq(p->description, "What the vendor Acme ships to us.\nReviewed each quarter.");
    cr_assert_eq(p->trust_n, 11);
    cr_expect(t[0].kind == ASY_TRUST_KEY && t[0].is_named && t[0].text.len == 0);
    cr_expect_str_eq(t[0].name, "acme-2025");
    cr_expect_str_eq(t[0].file, "keys/acme-2025.pub");
    cr_expect(t[0].from == day("2025-01-01") && t[0].until == day("2027-01-01"));
    cr_expect_eq(t[0].line, 9);
    cr_expect(t[1].file == NULL && asy_view_starts(t[1].text, ASY_TEXT("RWQf6")) && t[1].text.len == 56);
    cr_expect(t[1].from == day("2026-01-01") && t[1].until == INT64_MAX);
    cr_expect(asy_view_ends(t[2].text, ASY_TEXT("release@acme.example")));
    cr_expect(t[2].from == INT64_MIN && t[2].until == INT64_MAX);
    cr_expect(t[3].kind == ASY_TRUST_ANCHOR && t[3].is_named);
    cr_expect(t[4].kind == ASY_TRUST_TSA_ANCHOR && t[4].is_named);
    cr_expect(t[5].kind == ASY_TRUST_INTERMEDIATE && !t[5].is_named);
    cr_expect_str_eq(t[5].name, "acme-issuing.pem");
    cr_expect(t[10].kind == ASY_TRUST_ROOT && t[10].is_named);
    cr_expect(t[6].kind == ASY_TRUST_CRL && t[7].kind == ASY_TRUST_ALLOWED_SIGNERS && t[8].kind == ASY_TRUST_KRL);
}

Test(document, products_are_read_in_full)
{
    const struct asy_policy *p = parse_file("valid/full.yaml");
    const struct asy_requirement *r = &p->products[0].require;

    cr_assert_eq(p->products_n, 4);
    cr_expect_str_eq(p->products[0].name, "agent");
    cr_expect(p->products[0].match_n == 2 && p->products[0].action == ASY_ACTION_ALLOW);
    cr_assert(r->is_given && r->signers_n == 2 && r->signers[0].of_n == 4);
    cr_expect_eq(r->signers[0].of[0], &p->trust[0]);
    cr_expect_eq(r->signers[0].of[2], &p->trust[3]);
    cr_expect(r->signers[0].threshold == 2 && r->signers[0].identity == NULL);
    cr_expect(r->signers[1].threshold == 1 && r->signers[1].of_n == 0);
    cr_expect_str_eq(r->signers[1].identity, "release@acme.example");
    cr_expect(r->timestamp == ASY_YES && r->coverage == ASY_COVERAGE_ALL && r->max_age_days == 400);
    cr_assert_eq(r->settings.n, 1);
    cr_expect_str_eq(r->settings.at[0].name, "min_rsa");
    cr_expect_str_eq(r->settings.at[0].value, "3072");
    cr_expect(p->products[1].action == ASY_ACTION_REVIEW && p->products[1].require.coverage == ASY_COVERAGE_LISTED);
    cr_expect(p->products[2].action == ASY_ACTION_DENY && !p->products[2].require.is_given);
    cr_expect(p->products[3].action == ASY_ACTION_ALLOW, "allow is the default");
}

Test(document, deny_waivers_and_tests_are_read_in_full)
{
    const struct asy_policy *p = parse_file("valid/full.yaml");

    cr_assert(p->denied_n == 2 && p->denied[0].digest.len == 32 && p->denied[0].digest.data[0] == 0x3b);
    cr_expect_str_eq(p->denied[0].reason, "withdrawn, see advisory 7");
    cr_expect_null(p->denied[1].reason);
    cr_assert(p->waivers_n == 2 && p->waivers[0].finding == ASY_COVERAGE_UNLISTED);
    cr_expect_str_eq(p->waivers[0].owner, "J. Doe");
    cr_expect_eq(p->waivers[0].expires, day("2026-12-31"));
    cr_assert_eq(p->tests_n, 2);
    cr_expect(p->tests[0].expect == ASSAY_ALLOW && p->tests[0].signatures_n == 1 && p->tests[0].because_n == 0);
    cr_expect(p->tests[1].expect == ASSAY_REFUTED && p->tests[1].manifests_n == 1 && p->tests[1].because_n == 2);
    cr_expect_eq(p->tests[1].because[1], ASY_DIGEST_MISMATCH);
    cr_expect_eq(p->tests[1].at, p->tests[0].at);
}

static void expect_one(const struct asy_policy *p)
{
    cr_expect_str_eq(p->name, "one key");
    cr_assert(p->trust_n == 1 && p->products_n == 1 && p->products[0].name == NULL);
    cr_expect(p->products[0].action == ASY_ACTION_ALLOW && p->products[0].require.is_given);
    cr_expect_eq(p->products[0].require.signers[0].of[0], &p->trust[0]);
    cr_expect_eq(asy_policy_match(p, asy_view_of("/any/thing")), &p->products[0]);
}

Test(document, json_and_yaml_say_the_same)
{
    expect_one(parse_file("valid/one.yaml"));
    expect_one(parse_file("valid/one.json"));
}

Test(document, an_empty_policy_is_read_and_is_about_nothing)
{
    const struct asy_policy *p = parse_file("valid/empty.yaml");

    cr_expect(p->products_n == 0 && p->trust_n == 0);
    cr_expect_null(asy_policy_match(p, asy_view_of("x")));
    p = parse_file("valid/open.yaml");
    cr_expect(p->products_n == 1 && p->products[0].require.is_given && p->products[0].require.signers_n == 0);
}

Test(document, the_template_is_read_and_allows_nothing)
{
    struct asy_sink sink = { 0 };
    const struct asy_policy *p;

    asy_policy_template(&sink);
    cr_assert_not(sink.failed);
    p = parse(sink.text);
    cr_assert(p != NULL, "%s", diag.text);
    cr_expect(p->trust_n == 0 && p->products_n == 0);
    asy_sink_clear(&sink);
}

/* Its commented examples are not left to rot: without their "# " the document is good as well. */
Test(document, the_examples_in_the_template_are_good)
{
    struct asy_sink sink = { 0 }, bare = { 0 };
    const struct asy_policy *p;
    char *save = NULL;

    asy_policy_template(&sink);
    for (char *line = strtok_r(sink.text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        char *hash = strchr(line, '#');
        bool example = hash != NULL && (strncmp(hash, "# - ", 4) == 0 || strncmp(hash, "#   ", 4) == 0);

        if (strstr(line, ": []") != NULL)
            *strstr(line, " []") = '\0';
        if (strstr(line, "64 hex digits") != NULL)
            asy_put_text(&bare, "- sha256: 3b0a77e4c19d0000000000000000000000000000000000000000000000000fff\n");
        else if (example)
            asy_put_format(&bare, "%.*s%s\n", (int)(hash - line), line, hash + 2);
        else
            asy_put_format(&bare, "%s\n", line);
    }
    p = parse(bare.text);
    cr_assert(p != NULL, "%s\n%s", diag.text, bare.text);
    cr_expect(p->trust_n == 3 && p->products_n == 1 && p->denied_n == 1 && p->waivers_n == 1 && p->tests_n == 1);
    asy_sink_clear(&sink);
    asy_sink_clear(&bare);
}

Test(document, every_invalid_example_is_refused_with_its_line)
{
    DIR *dir = opendir(ASSAY_TESTDATA "/policy/invalid");
    const struct dirent *entry;
    size_t n = 0;

    cr_assert(dir != NULL);
    while ((entry = readdir(dir)) != NULL) {
        const struct asy_policy *policy;
        char path[512];

        if (strstr(entry->d_name, ".yaml") == NULL)
            continue;
        n++;
        (void)snprintf(path, sizeof path, "%s/policy/invalid/%.100s", ASSAY_TESTDATA, entry->d_name);
        cr_expect_eq(asy_policy_parse(arena, load(path), &policy, &diag).code, ASSAY_E_POLICY, "%s", entry->d_name);
        cr_expect_null(policy);
        cr_expect(diag.at > 0 && strncmp(diag.text, "line ", 5) == 0, "%s: %s", entry->d_name, diag.text);
    }
    (void)closedir(dir);
    cr_expect_geq(n, 30);
}

struct wrong {
    const char *text; /* behind the first two lines, version and name */
    const char *says;
};

#define KEYS "trust:\n  keys:\n    - {name: acme-2025, file: a}\n    - {name: b, file: b}\n" \
             "  tsa-anchors:\n    - {name: stamps, file: s}\n"
#define REQUIRE KEYS "require:\n  signers:\n    - "

static const struct wrong wrongs[] = {
    { "produts: []\n", "line 3: the policy has no \"produts\", did you mean products?" },
    { "color: red\n", "line 3: the policy has no \"color\"" },
    { KEYS "require:\n  timstamp: true\n", "line 10: require has no \"timstamp\", did you mean timestamp?" },
    { REQUIRE "of: [acme-2026]\n", "line 11: no key or anchor for signing is called \"acme-2026\", did you mean acme-2025?" },
    { REQUIRE "of: [nobody]\n", "line 11: no key or anchor for signing is called \"nobody\"" },
    { REQUIRE "of: [stamps]\n", "no key or anchor for signing is called \"stamps\"" },
    { REQUIRE "{of: [acme-2025, b], threshold: 3}\n", "line 11: threshold is 3, but only 2 keys are named" },
    { REQUIRE "of: [b, b]\n", "\"b\" stands twice" },
    { REQUIRE "of: []\n", "of is an empty list" },
    { REQUIRE "of: b\n", "of is text, expected a list" },
    { REQUIRE "{of: [b], threshold: two}\n", "threshold is not a whole number from 1 to 64" },
    { REQUIRE "{of: [b], threshold: -1}\n", "threshold is not a whole number" },
    { REQUIRE "{of: [b], identity: ''}\n", "identity is empty" },
    { REQUIRE "{of: [b], identity: \"a\\u202eb\"}\n", "identity holds a character that cannot be seen, U+202E" },
    { REQUIRE "{of: [b], identity: \"a\\0b\"}\n", "U+0000" },
    { REQUIRE "{of: [b], identity: 17}\n", "identity is a number, expected text (write it in quotes)" },
    { "trust:\n  keys:\n    - {name: a, file: a}\n    - {name: a, file: b}\n", "line 6: name \"a\" was given in line 5" },
    { "trust:\n  keys:\n    - {name: a, file: a}\n  anchors:\n    - {name: a, file: b}\n", "line 7: name \"a\" was given" },
    { "trust:\n  keys:\n    - {name: a, file: a, from: 2026-01-01, until: 2026-01-01}\n", "ends before it begins" },
    { "trust:\n  keys:\n    - {name: a, file: a, until: 2026-02-30}\n", "until is no time" },
    { "trust:\n  keys:\n    - {name: a, file: a, until: 20260101}\n", "until is no time" },
    { "trust:\n  keys: {name: a, file: a}\n", "line 4: keys is a map, expected a list" },
    { "trust:\n", "line 3: trust is nothing, expected a map" },
    { "settings:\n  min-rsa: 2048\n", "line 4: no setting is called \"min-rsa\", did you mean min_rsa?" },
    { "settings:\n  min_rsa: 17\n", "line 4: setting min_rsa is \"17\"" },
    { "settings:\n  multi: [any]\n", "setting multi is a list, expected one value" },
    { "products:\n  - {name: a, match: [x]}\n  - {name: a, match: [y]}\n", "line 5: product \"a\" was given in line 4" },
    { "products:\n  - {name: a, match: [x]}\nrequire: {}\n", "line 5: require stands beside products" },
    { "products:\n  - {name: a, match: [x], action: alow}\n", "action cannot be \"alow\", did you mean allow?" },
    { "require: {timestamp: true, settings: {require_timestamp: false}}\n", "say the same thing" },
    { "require: {coverage: listed, settings: {complete: true}}\n", "say the same thing" },
    { "require: {max_age_days: 3, settings: {max_age_days: 30}}\n", "say the same thing" },
    { "waivers:\n  - {finding: signature.invalid, subject: x, owner: a, reason: b, expires: 2027-01-01}\n",
      "line 4: signature.invalid cannot be waived" },
    { "waivers:\n  - {finding: digest.week, subject: x, owner: a, reason: b, expires: 2027-01-01}\n",
      "line 4: no finding is called \"digest.week\", did you mean digest.weak?" },
    { "waivers:\n  - {finding: digest.weak, subject: x, owner: a, expires: 2027-01-01}\n", "line 4: reason is missing" },
    { "tests:\n  - {name: a, subject: b, at: 2026-01-01, expect: ALLOW, because: [nothing]}\n", "no finding is called" },
    { "name: y\n", "line 3, column 1: this name stands twice" },
    { "description: &a text\n", "line 3, column 14: anchors are not allowed" },
    { "description: [\n", "line 4" },
};

Test(document, what_is_wrong_is_told_with_its_line_and_what_was_meant)
{
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        char text[1024];

        (void)snprintf(text, sizeof text, "assay-policy: 1\nname: x\n%s", wrongs[i].text);
        cr_expect_null(parse(text), "row %zu: %s", i, text);
        cr_expect_eq(diag.code, ASSAY_E_POLICY, "row %zu", i);
        cr_expect(strstr(diag.text, wrongs[i].says) != NULL, "row %zu: %s", i, diag.text);
    }
}

Test(document, json_errors_have_lines_too)
{
    cr_expect_null(parse("{\n\"assay-policy\": 1,\n\"name\": \"x\",\n\"requir\": {}}"));
    cr_expect_str_eq(diag.text, "line 4: the policy has no \"requir\", did you mean require?");
    cr_expect_eq(diag.at, 4);
    cr_expect_null(parse("{\"assay-policy\": 1.0, \"name\": \"x\"}"));
    cr_expect_null(parse(" {\"assay-policy\": 1, \"name\": \"x\", \"name\": \"y\"}"));
    cr_expect_null(parse("{assay-policy: 1, name: x}"), "what begins with { is JSON");
    cr_expect_null(parse(""));
    cr_expect_null(parse("- a\n"));
}

Test(document, an_anchor_may_stand_for_several_signers)
{
    cr_expect_not_null(parse("assay-policy: 1\nname: x\ntrust:\n  anchors:\n    - {name: r, file: r}\n"
                             "require:\n  signers:\n    - {of: [r], threshold: 3}\n"), "%s", diag.text);
}

Test(document, the_first_product_that_matches_the_files_name_decides)
{
    const struct asy_policy *p = parse_file("valid/full.yaml");

    cr_expect_eq(asy_policy_match(p, asy_view_of("acme-agent_2.deb")), &p->products[0]);
    cr_expect_eq(asy_policy_match(p, asy_view_of("/srv/in/acme-agent_2.deb")), &p->products[0]);
    cr_expect_eq(asy_policy_match(p, asy_view_of("acme-1.2")), &p->products[2]);
    cr_expect_eq(asy_policy_match(p, asy_view_of("acme-2.0")), &p->products[3]);
    cr_expect_null(asy_policy_match(p, asy_view_of("acme-agent_2.deb/evil")));
    cr_expect_null(asy_policy_match(p, asy_view_of("other")));
    cr_expect_null(asy_policy_match(p, asy_view_of("")));
}

Test(document, settings_are_laid_over_each_other)
{
    const struct asy_policy *p = parse_file("valid/full.yaml");
    struct asy_settings s = asy_default_settings;

    asy_policy_apply(p, NULL, &s);
    cr_expect(s.revocation == ASY_REVOCATION_REQUIRE && s.min_rsa == 2048 && !s.require_timestamp);
    cr_expect_eq(s.complete, ASY_BY_DEFAULT);
    asy_policy_apply(p, &p->products[0], &s);
    cr_expect(s.min_rsa == 3072 && s.require_timestamp && s.complete == ASY_YES && s.max_age_days == 400);
    s = asy_default_settings;
    asy_policy_apply(p, &p->products[1], &s);
    cr_expect(s.complete == ASY_NO && s.max_age_days == 0 && s.min_rsa == 2048);
    s = asy_default_settings;
    asy_policy_apply(p, &p->products[3], &s);
    cr_expect_eq(s.complete, ASY_YES, "all is the default");
}

Test(document, denied_digests_are_found_by_algorithm_and_bytes)
{
    const struct asy_policy *p = parse_file("valid/full.yaml");
    uint8_t digest[32] = { 0 };

    digest[31] = 1;
    cr_expect_eq(asy_policy_denied(p, ASY_SHA256, (struct asy_view){ digest, 32 }), &p->denied[1]);
    cr_expect_null(asy_policy_denied(p, ASY_SHA3_256, (struct asy_view){ digest, 32 }));
    cr_expect_null(asy_policy_denied(p, ASY_SHA256, (struct asy_view){ digest, 31 }));
    digest[31] = 2;
    cr_expect_null(asy_policy_denied(p, ASY_SHA256, (struct asy_view){ digest, 32 }));
}

Test(document, waivers_end_with_their_day)
{
    const struct asy_policy *p = parse_file("valid/full.yaml");
    struct asy_view notes = asy_view_of("release-notes.txt"), other = asy_view_of("a.txt");
    bool expired;

    cr_expect_eq(asy_policy_waiver(p, ASY_COVERAGE_UNLISTED, notes, day("2026-12-30"), &expired), &p->waivers[0]);
    cr_expect_not(expired);
    cr_expect_eq(asy_policy_waiver(p, ASY_COVERAGE_UNLISTED, notes, day("2026-12-31") - 1, &expired), &p->waivers[0]);
    cr_expect_not(expired);
    cr_expect_eq(asy_policy_waiver(p, ASY_COVERAGE_UNLISTED, notes, day("2026-12-31"), &expired), &p->waivers[0]);
    cr_expect(expired);
    cr_expect_eq(asy_policy_waiver(p, ASY_COVERAGE_UNLISTED, other, day("2026-11-23"), &expired), &p->waivers[1]);
    cr_expect(expired);
    cr_expect_null(asy_policy_waiver(p, ASY_COVERAGE_PARTIAL, notes, day("2026-01-01"), &expired));
    cr_expect_not(expired);
    cr_expect_null(asy_policy_waiver(p, ASY_COVERAGE_UNLISTED, asy_view_of("a.bin"), 0, &expired));
    cr_expect_not(expired);
}

Test(document, nothing_that_proves_or_disproves_can_be_waived)
{
    static const enum asy_reason never[] = {
        ASY_REASON_NONE,    ASY_SIGNATURE_INVALID, ASY_DIGEST_MISMATCH,  ASY_SIZE_MISMATCH,   ASY_POLICY_DENIED,
        ASY_INPUT_CHANGED,  ASY_EVIDENCE_ABSENT,   ASY_SIGNER_NONE_TRUSTED, ASY_SIGNER_UNKNOWN, ASY_SIGNER_REVOKED,
        ASY_SIGNER_IDENTITY, ASY_THRESHOLD_UNMET,  ASY_POLICY_EMPTY,     ASY_LIMIT_REACHED,   ASY_EVIDENCE_MALFORMED,
        ASY_EVIDENCE_UNCHECKED, ASY_EVIDENCE_UNBOUND, ASY_INPUT_UNREADABLE, ASY_TIMESTAMP_INVALID, ASY_CHAIN_INVALID,
        ASY_CHAIN_INCOMPLETE, ASY_ARCHIVE_BOMB,    ASY_WAIVER_EXPIRED,   ASY_POLICY_REVIEW,   ASY_TRUST_UNUSABLE,
        ASY_MANIFEST_CONFLICT, ASY_MANIFEST_PATH,  ASY_REVOCATION_INVALID,
    };

    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        cr_expect_not(asy_waivable(never[i]), "%s", asy_reason_text(never[i])->id);
    for (enum asy_reason r = ASY_REASON_NONE + 1; r < ASY_REASONS; r++)
        cr_expect(asy_reason_text(r)->ruling != ASSAY_REFUTED || !asy_waivable(r), "%s", asy_reason_text(r)->id);
    cr_expect(asy_waivable(ASY_COVERAGE_UNLISTED));
}

Test(document, its_meaning_is_told_in_sentences)
{
    const struct asy_policy *p = parse_file("valid/full.yaml");
    struct asy_sink sink = { 0 };

    asy_policy_explain(p, &sink);
    cr_assert_not(sink.failed);
    cr_expect(strstr(sink.text, "  the key acme-2025 (file keys/acme-2025.pub), from 2025-01-01, until and without 2027-01-01\n"));
    cr_expect(strstr(sink.text, "  timestamps under the anchor tsa (file tsa.pem)\n"));
    cr_expect(strstr(sink.text, "Product agent, files named acme-agent_*.deb, acme-agent-*.rpm, is allowed when:\n"
                                "    signed by at least 2 of acme-2025, acme-2026, anybody under acme-root, acme-layout\n"));
    cr_expect(strstr(sink.text, "    signed no more than 400 days ago\n    setting min_rsa = 3072\n"));
    cr_expect(strstr(sink.text, "Product legacy, files named acme-1.*, is never allowed.\n"));
    cr_expect(strstr(sink.text, "before 2026-12-31, by J. Doe: notes are not installed\n"));
    cr_expect(strstr(sink.text, "before 2026-06-30T12:00:00Z, by Operations"));
    cr_expect(strstr(sink.text, "It brings 2 tests of its own."));
    asy_sink_clear(&sink);
}

Test(document, every_prefix_of_a_document_is_read_or_refused)
{
    struct asy_view whole = load(ASSAY_TESTDATA "/policy/valid/full.yaml");
    const struct asy_policy *policy;

    for (size_t n = 0; n < whole.len; n += 7) {
        struct asy_arena *own = asy_arena_new(4 << 20);
        assay_status s = asy_policy_parse(own, asy_view_head(whole, n), &policy, &diag);

        cr_expect(s.code == ASSAY_OK ? policy != NULL : s.code == ASSAY_E_POLICY && policy == NULL, "%zu bytes", n);
        asy_arena_free(own);
    }
}

Test(document, a_full_arena_is_said_at_every_size)
{
    struct asy_view whole = load(ASSAY_TESTDATA "/policy/valid/full.yaml");
    const struct asy_policy *policy;

    for (size_t budget = 0; budget < 20000; budget += 480) {
        struct asy_arena *own = asy_arena_new(budget);

        cr_expect_eq(asy_policy_parse(own, whole, &policy, &diag).code, ASSAY_E_MEMORY, "%zu bytes", budget);
        cr_expect_null(policy);
        asy_arena_free(own);
    }
}

/* The published schema and the man page name the same findings as the program. */
Test(document, schema_man_page_and_program_agree_on_what_can_be_waived)
{
    const struct asy_view page = load(ASSAY_TESTDATA "/../man/assay-policy.5");
    const struct asy_node *root, *list;
    size_t n = 0;

    cr_assert(assay_ok(asy_json_parse(arena, load(ASSAY_TESTDATA "/../lib/policy/policy.schema.json"),
                                      &asy_node_default_limits, &root, &diag)), "%s", diag.text);
    list = asy_node_get(asy_node_get(asy_node_get(root, "$defs"), "waivable"), "enum");
    cr_assert(list != NULL && list->kind == ASY_NODE_LIST);
    for (const struct asy_node *node = list->first; node != NULL; node = node->next)
        cr_expect(asy_waivable(asy_reason_of_id(node->text)), "%.*s", (int)node->text.len, (const char *)node->text.data);
    for (enum asy_reason r = ASY_REASON_NONE + 1; r < ASY_REASONS; r++) {
        bool shown = strstr((const char *)page.data, asy_printf(arena, ".Li %s ", asy_reason_text(r)->id)) != NULL;

        n += asy_waivable(r);
        cr_expect_eq(shown, asy_waivable(r), "man page: %s", asy_reason_text(r)->id);
    }
    cr_expect_eq(list->n, n);
}
