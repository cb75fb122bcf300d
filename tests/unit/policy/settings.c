#include "policy/policy.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static assay_status set(struct asy_settings *settings, const char *name, const char *value, struct asy_diag *diag)
{
    return asy_settings_set(settings, asy_view_of(name), value, diag);
}

struct pair {
    const char *name, *value;
};

/* Every value that the contract of the conformance cases names (conformance/README.md). */
static const struct pair good[] = {
    { "min_digest", "sha1" },         { "min_digest", "sha256" },      { "min_digest", "sha512" },
    { "min_rsa", "1024" },            { "min_rsa", "4096" },           { "sha1_selfsig", "accept" },
    { "sha1_selfsig", "reject" },     { "multi", "any" },              { "multi", "all" },
    { "multi", "best" },              { "threshold", "2" },            { "expired_signer", "reject" },
    { "expired_signer", "at-signing-time" },                           { "require", "signature" },
    { "require", "digest" },          { "revocation", "require" },     { "revocation", "require-all" },
    { "revocation", "hard-fail" },    { "revoked", "reject" },         { "revoked", "ts-before-revocation" },
    { "require_timestamp", "true" },  { "require_msi_ex", "true" },    { "partial_chain", "true" },
    { "require_cn", "Acme, Inc." },   { "committer_matches_uid", "true" }, { "max_age_days", "30" },
    { "min_valid_time", "1209600" },  { "max_valid_time", "12096" },   { "min_release_date", "2026-11-23T00:00:00Z" },
    { "db_signature", "required" },   { "db_signature", "optional" },  { "bundle_formats", "plain,verity" },
    { "android_compat", "true" },     { "complete", "true" },          { "complete", "false" },
    { "openpgp_v3", "accept" },       { "openpgp_v3", "reject" },      { "suite_fields", "required" },
    { "suite_fields", "optional" },   { "manifest_alg", "sha3-256" },  { "manifest_alg", "tiger" },
    { "builder_refs", "any" },        { "purpose", "any" },            { "namespace", "git" },
    { "identity", "release@acme.example" },                            { "require_comment", "acme 1.2" },
    { "missing", "report" },          { "builder_refs", "release" },   { "builder_id", "https://ci.example/b@v1" },
    { "source_uri", "github.com/a/b" }, { "source_tag", "v1" },        { "source_branch", "main" },
    { "source_versioned_tag", "v1.2" }, { "workflow_input", "a=b=c" }, { "workflow_input", "a=" },
    { "verifier_id", "https://v.example" }, { "resource_uri", "pkg:npm/a@1" }, { "verified_level", "SLSA_BUILD_LEVEL_3" },
    { "key_id", "release" },
    { "publisher", "report" },        { "publisher", "require" },
};

Test(settings, the_values_of_the_contract_are_taken)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct asy_settings settings = asy_default_settings;
        struct asy_diag diag = { 0 };

        cr_expect(assay_ok(set(&settings, good[i].name, good[i].value, &diag)), "%s=%s: %s", good[i].name,
                  good[i].value, diag.text);
    }
}

/* What can be set is published: in the man page and in the schema. */
Test(settings, every_setting_is_described)
{
    static const char *const places[] = { ASSAY_TESTDATA "/../man/assay-policy.5",
                                          ASSAY_TESTDATA "/../lib/policy/policy.schema.json" };
    static char text[1 << 17];

    for (size_t p = 0; p < 2; p++) {
        FILE *file = fopen(places[p], "rb");
        size_t n;

        cr_assert(file != NULL, "%s", places[p]);
        n = fread(text, 1, sizeof text - 1, file);
        (void)fclose(file);
        cr_assert(n > 1000 && n < sizeof text - 1);
        text[n] = '\0';
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
            cr_expect(strstr(text, good[i].name) != NULL, "%s does not name %s", places[p], good[i].name);
    }
}

static const struct pair bad[] = {
    { "min_digest", "md5" },         { "min_digest", "none" },       { "min_digest", "tiger" },
    { "min_digest", "" },            { "min_rsa", "0" },             { "min_rsa", "1023" },
    { "min_rsa", "4096 " },          { "min_rsa", "-2048" },         { "min_rsa", "99999999999999999999" },
    { "threshold", "0" },            { "threshold", "65" },          { "multi", "ANY" },
    { "multi", "" },                 { "expired_signer", "accept" }, { "require", "nothing" },
    { "require", "true" },           { "revocation", "none" },       { "revoked", "accept" },
    { "require_timestamp", "yes" },  { "require_timestamp", "1" },   { "partial_chain", "True" },
    { "require_cn", "" },            { "require_cn", "a\nb" },       { "require_cn", "a\xe2\x80\xae" },
    { "complete", "maybe" },         { "manifest_alg", "crc32" },    { "max_age_days", "1.5" },
    { "min_release_date", "soon" },  { "min_valid_time", "2w" },     { "bundle_formats", "" },
    { "bundle_formats", "plain,," }, { "bundle_formats", "zip" },    { "bundle_formats", "plain,plain" },
    { "builder_refs", "main" },      { "android_compat", "" },       { "suite_fields", "true" },
    { "openpgp_v3", "true" },        { "sha1_selfsig", "" },         { "db_signature", "never" },
    { "", "x" },                     { "Multi", "any" },             { "verify", "false" },
    { "missing", "true" },           { "purpose", "" },              { "identity", "" },
};

Test(settings, other_values_are_errors_of_the_policy_and_change_nothing)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct asy_settings settings;
        struct asy_diag diag = { 0 };

        memcpy(&settings, &asy_default_settings, sizeof settings);
        cr_expect_eq(set(&settings, bad[i].name, bad[i].value, &diag).code, ASSAY_E_POLICY, "%s=%s", bad[i].name,
                     bad[i].value);
        cr_expect_eq(memcmp(&settings, &asy_default_settings, sizeof settings), 0, "%s=%s", bad[i].name, bad[i].value);
        cr_expect(diag.text[0] != '\0');
    }
}

Test(settings, values_arrive_in_their_fields)
{
    struct asy_settings s = asy_default_settings;

    cr_assert(assay_ok(set(&s, "min_digest", "sha384", NULL)) && s.min_digest == ASY_SHA384);
    cr_assert(assay_ok(set(&s, "min_rsa", "3072", NULL)) && s.min_rsa == 3072);
    cr_assert(assay_ok(set(&s, "multi", "best", NULL)) && s.multi == ASY_MULTI_BEST);
    cr_assert(assay_ok(set(&s, "threshold", "3", NULL)) && s.threshold == 3);
    cr_assert(assay_ok(set(&s, "expired_signer", "at-signing-time", NULL)) && s.expired_at_signing_time);
    cr_assert(assay_ok(set(&s, "expired_signer", "reject", NULL)) && !s.expired_at_signing_time);
    cr_assert(assay_ok(set(&s, "require", "digest", NULL)) && s.digest_is_enough);
    cr_assert(assay_ok(set(&s, "require", "signature", NULL)) && !s.digest_is_enough);
    cr_assert(assay_ok(set(&s, "revocation", "hard-fail", NULL)) && s.revocation == ASY_REVOCATION_HARD_FAIL);
    cr_assert(assay_ok(set(&s, "revoked", "ts-before-revocation", NULL)) && s.revoked_ts_before);
    cr_assert(assay_ok(set(&s, "require_timestamp", "true", NULL)) && s.require_timestamp);
    cr_assert(assay_ok(set(&s, "partial_chain", "true", NULL)) && s.partial_chain);
    cr_assert(assay_ok(set(&s, "complete", "true", NULL)) && s.complete == ASY_YES);
    cr_assert(assay_ok(set(&s, "complete", "false", NULL)) && s.complete == ASY_NO);
    cr_assert(assay_ok(set(&s, "missing", "report", NULL)) && s.missing_is_fine);
    cr_assert(assay_ok(set(&s, "manifest_alg", "sha512/256", NULL)) && s.manifest_alg == ASY_SHA512_256);
    cr_assert(assay_ok(set(&s, "max_age_days", "400", NULL)) && s.max_age_days == 400);
    cr_assert(assay_ok(set(&s, "purpose", "smime", NULL)) && s.purpose == ASY_PURPOSE_SMIME);
    cr_assert(assay_ok(set(&s, "require_cn", "Acme", NULL)));
    cr_expect_str_eq(s.require_cn, "Acme");
    cr_assert(assay_ok(set(&s, "identity", "a@b", NULL)));
    cr_expect_str_eq(s.identity, "a@b");
    cr_assert(assay_ok(set(&s, "namespace", "git", NULL)));
    cr_expect_str_eq(s.name_space, "git");
    cr_assert(assay_ok(set(&s, "require_comment", "v1", NULL)));
    cr_expect_str_eq(s.require_comment, "v1");
}

Test(settings, a_slip_of_the_pen_is_told_what_was_meant)
{
    struct asy_settings s = asy_default_settings;
    struct asy_diag diag;

    cr_assert_not(assay_ok(set(&s, "min-digst", "sha256", &diag)));
    cr_expect(strstr(diag.text, "did you mean min_digest?") != NULL, "%s", diag.text);
    cr_assert_not(assay_ok(set(&s, "colour", "blue", &diag)));
    cr_expect(strstr(diag.text, "did you mean") == NULL, "%s", diag.text);
    cr_assert_not(assay_ok(set(&s, "min_rsa", "many", &diag)));
    cr_expect_str_eq(diag.text, "setting min_rsa is \"many\", expected bits from 1024 to 16384");
}

Test(settings, hostile_names_stay_printable)
{
    struct asy_settings s = asy_default_settings;
    char name[600];
    struct asy_diag diag;

    memset(name, 'a', sizeof name);
    name[0] = '\x1b';
    cr_assert_not(assay_ok(asy_settings_set(&s, (struct asy_view){ (const uint8_t *)name, sizeof name }, "x", &diag)));
    cr_expect(strchr(diag.text, '\x1b') == NULL);
}
