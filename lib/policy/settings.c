#include "policy/policy.h"

#include "base/text.h"
#include "policy/nearest.h"

#include <regex.h>
#include <stddef.h>
#include <string.h>

enum kind { REGEXP, CHOICE, SWITCH, NUMBER, TEXT, TEXTS, PAIRS, FINGERPRINT, TIME, FLOOR, DIGEST, WORDS };

struct choice {
    const char *text;
    unsigned value;
};

struct row {
    const char *name;
    enum kind kind;
    size_t field; /* offset in struct asy_settings */
    const char *expected; /* for people */
    const struct choice *choices; /* CHOICE, SWITCH and WORDS; ends in NULL */
    unsigned least, most;         /* NUMBER */
};

_Static_assert(sizeof(enum asy_multi) == sizeof(unsigned), "choices are written as unsigned");
_Static_assert(sizeof(enum asy_revocation) == sizeof(unsigned), "choices are written as unsigned");
_Static_assert(sizeof(enum asy_tristate) == sizeof(unsigned), "choices are written as unsigned");
_Static_assert(sizeof(enum asy_sha1_selfsig) == sizeof(unsigned), "choices are written as unsigned");
_Static_assert(sizeof(enum asy_purpose) == sizeof(unsigned), "choices are written as unsigned");
_Static_assert(sizeof(enum asy_digest_alg) == sizeof(unsigned), "digests are written as unsigned");

static const struct choice truth[] = { { "false", 0 }, { "true", 1 }, { NULL, 0 } };
static const struct choice complete[] = { { "true", ASY_YES }, { "false", ASY_NO }, { NULL, 0 } };
static const struct choice multi[] = {
    { "any", ASY_MULTI_ANY }, { "all", ASY_MULTI_ALL }, { "best", ASY_MULTI_BEST }, { NULL, 0 },
};
static const struct choice revocation[] = {
    { "supplied", ASY_REVOCATION_SUPPLIED },
    { "require", ASY_REVOCATION_REQUIRE },
    { "require-all", ASY_REVOCATION_REQUIRE_ALL },
    { "hard-fail", ASY_REVOCATION_HARD_FAIL },
    { NULL, 0 },
};
static const struct choice purpose[] = {
    { "codesign", ASY_PURPOSE_CODESIGN },   { "any", ASY_PURPOSE_ANY }, { "smime", ASY_PURPOSE_SMIME },
    { "timestamp", ASY_PURPOSE_TIMESTAMP }, { NULL, 0 },
};
static const struct choice require[] = { { "signature", 0 }, { "digest", 1 }, { NULL, 0 } };
static const struct choice expired[] = { { "reject", 0 }, { "at-signing-time", 1 }, { NULL, 0 } };
static const struct choice revoked[] = { { "reject", 0 }, { "ts-before-revocation", 1 }, { NULL, 0 } };
static const struct choice strictness[] = { { "report", 0 }, { "require", 1 }, { NULL, 0 } };
static const struct choice missing[] = { { "refuse", 0 }, { "report", 1 }, { NULL, 0 } };
static const struct choice accept[] = { { "reject", 0 }, { "accept", 1 }, { NULL, 0 } };
static const struct choice sha1_selfsig[] = {
    { "reject", ASY_SHA1_SELFSIG_REJECT },
    { "before-2023-02-01", ASY_SHA1_SELFSIG_OLD },
    { "accept", ASY_SHA1_SELFSIG_ACCEPT },
    { NULL, 0 },
};
static const struct choice optional[] = { { "required", 0 }, { "optional", 1 }, { NULL, 0 } };
static const struct choice builder_refs[] = { { "release", 0 }, { "any", 1 }, { NULL, 0 } };
static const struct choice bundles[] = { { "plain", 0 }, { "verity", 0 }, { "crypt", 0 }, { NULL, 0 } };

#define FIELD(name) offsetof(struct asy_settings, name)
#define TRUTH "true or false"

static const struct row rows[] = {
    { "android_compat", SWITCH, FIELD(android_compat), TRUTH, truth, 0, 0 },
    { "builder_id", TEXT, FIELD(builder_id), "text", NULL, 0, 0 },
    { "builder_refs", SWITCH, FIELD(any_builder_ref), "release or any", builder_refs, 0, 0 },
    { "arch", TEXT, FIELD(arch), "text", NULL, 0, 0 },
    { "bundle_formats", WORDS, FIELD(bundle_formats), "plain, verity, crypt or several with commas", bundles, 0, 0 },
    { "committer_matches_uid", SWITCH, FIELD(committer_matches_uid), TRUTH, truth, 0, 0 },
    { "certificate_identity", TEXT, FIELD(certificate_identity), "text", NULL, 0, 0 },
    { "certificate_identity_regexp", REGEXP, FIELD(certificate_identity_regexp), "an extended regular expression", NULL, 0, 0 },
    { "certificate_oidc_issuer", TEXT, FIELD(certificate_oidc_issuer), "text", NULL, 0, 0 },
    { "certificate_oidc_issuer_regexp", REGEXP, FIELD(certificate_oidc_issuer_regexp), "an extended regular expression", NULL, 0, 0 },
    { "component", TEXT, FIELD(component), "text", NULL, 0, 0 },
    { "complete", CHOICE, FIELD(complete), TRUTH, complete, 0, 0 },
    { "db_signature", SWITCH, FIELD(unsigned_index_is_fine), "required or optional", optional, 0, 0 },
    { "digest", TEXT, FIELD(digest), "text", NULL, 0, 0 },
    { "expired_signer", SWITCH, FIELD(expired_at_signing_time), "reject or at-signing-time", expired, 0, 0 },
    { "identity", TEXT, FIELD(identity), "text", NULL, 0, 0 },
    { "inner", SWITCH, FIELD(inner_must_be_signed), "report or require", strictness, 0, 0 },
    { "key_id", TEXT, FIELD(key_id), "text", NULL, 0, 0 },
    { "manifest_alg", DIGEST, FIELD(manifest_alg), "the name of a digest", NULL, 0, 0 },
    { "max_age_days", NUMBER, FIELD(max_age_days), "days from 0 (no limit) to 36500", NULL, 0, 36500 },
    { "max_valid_time", NUMBER, FIELD(max_valid_time), "seconds", NULL, 0, UINT32_MAX },
    { "min_digest", FLOOR, FIELD(min_digest), "a digest that is not broken altogether, as sha256", NULL, 0, 0 },
    { "min_release_date", TIME, FIELD(min_release_date), "a time as 2026-11-23T21:00:00Z", NULL, 0, 0 },
    { "min_rsa", NUMBER, FIELD(min_rsa), "bits from 1024 to 16384", NULL, 1024, 16384 },
    { "min_sdk", NUMBER, FIELD(min_sdk), "a version of Android's interface from 0 (what the package says) to 10000", NULL, 0, 10000 },
    { "min_valid_time", NUMBER, FIELD(min_valid_time), "seconds", NULL, 0, UINT32_MAX },
    { "missing", SWITCH, FIELD(missing_is_fine), "refuse or report", missing, 0, 0 },
    { "multi", CHOICE, FIELD(multi), "any, all or best", multi, 0, 0 },
    { "namespace", TEXT, FIELD(name_space), "text", NULL, 0, 0 },
    { "openpgp_v3", SWITCH, FIELD(openpgp_v3), "accept or reject", accept, 0, 0 },
    { "package_name", TEXT, FIELD(package_name), "text", NULL, 0, 0 },
    { "package_version", TEXT, FIELD(package_version), "text", NULL, 0, 0 },
    { "partial_chain", SWITCH, FIELD(partial_chain), TRUTH, truth, 0, 0 },
    { "publisher", SWITCH, FIELD(publisher_must_sign), "report or require", strictness, 0, 0 },
    { "purpose", CHOICE, FIELD(purpose), "codesign, any, smime or timestamp", purpose, 0, 0 },
    { "recurse", SWITCH, FIELD(recurse), TRUTH, truth, 0, 0 },
    { "ref", TEXT, FIELD(ref), "text", NULL, 0, 0 },
    { "require", SWITCH, FIELD(digest_is_enough), "signature or digest", require, 0, 0 },
    { "require_cn", TEXT, FIELD(require_cn), "text", NULL, 0, 0 },
    { "require_comment", TEXT, FIELD(require_comment), "text", NULL, 0, 0 },
    { "require_msi_ex", SWITCH, FIELD(require_msi_ex), TRUTH, truth, 0, 0 },
    { "require_timestamp", SWITCH, FIELD(require_timestamp), TRUTH, truth, 0, 0 },
    { "resource_uri", TEXT, FIELD(resource_uri), "text", NULL, 0, 0 },
    { "revocation", CHOICE, FIELD(revocation), "supplied, require, require-all or hard-fail", revocation, 0, 0 },
    { "revoked", SWITCH, FIELD(revoked_ts_before), "reject or ts-before-revocation", revoked, 0, 0 },
    { "sct_threshold", NUMBER, FIELD(sct_threshold), "a number from 0 to 32", NULL, 0, 32 },
    { "sha1_selfsig", CHOICE, FIELD(sha1_selfsig), "accept, reject or before-2023-02-01", sha1_selfsig, 0, 0 },
    { "signer", FINGERPRINT, FIELD(signer), "the fingerprint of an OpenPGP key, 40 or 64 hex digits", NULL, 0, 0 },
    { "source_branch", TEXT, FIELD(source_branch), "text", NULL, 0, 0 },
    { "source_tag", TEXT, FIELD(source_tag), "text", NULL, 0, 0 },
    { "source_uri", TEXT, FIELD(source_uri), "text", NULL, 0, 0 },
    { "source_versioned_tag", TEXT, FIELD(source_versioned_tag), "text", NULL, 0, 0 },
    { "suite", TEXT, FIELD(suite), "text", NULL, 0, 0 },
    { "suite_fields", SWITCH, FIELD(suite_is_optional), "required or optional", optional, 0, 0 },
    { "timestamp_threshold", NUMBER, FIELD(timestamp_threshold), "a number from 0 to 32", NULL, 0, 32 },
    { "tlog_threshold", NUMBER, FIELD(tlog_threshold), "a number from 0 to 32", NULL, 0, 32 },
    /* ASY_PRINCIPALS signers can be told apart. */
    { "threshold", NUMBER, FIELD(threshold), "a number from 1 to 64", NULL, 1, ASY_PRINCIPALS },
    { "verified_level", TEXTS, FIELD(verified_levels), "text, at most 16 times", NULL, 0, 0 },
    { "verifier_id", TEXT, FIELD(verifier_id), "text", NULL, 0, 0 },
    { "workflow_input", PAIRS, FIELD(workflow_inputs), "NAME=VALUE, at most 16 times", NULL, 0, 0 },
};

enum { ROWS = sizeof rows / sizeof *rows };

/* What a value came to: one of these, by the row's kind. */
struct value {
    unsigned number;
    const char *text;
    int64_t time;
};

static const struct choice *choice_of(const struct choice *choices, struct asy_view text)
{
    for (; choices->text != NULL; choices++) {
        if (asy_view_is(text, choices->text))
            return choices;
    }
    return NULL;
}

static bool read_choice(const struct row *row, struct asy_view text, struct value *out)
{
    const struct choice *choice = choice_of(row->choices, text);

    if (choice != NULL)
        out->number = choice->value;
    return choice != NULL;
}

static bool read_number(const struct row *row, struct asy_view text, struct value *out)
{
    uint64_t number;

    if (!asy_parse_u64(text, &number) || number < row->least || number > row->most)
        return false;
    out->number = (unsigned)number;
    return true;
}

/* Words of the row's choices with commas between them, none twice: a bit for each, by its place among them. */
static bool read_words(const struct row *row, struct asy_view text, struct value *out)
{
    unsigned seen = 0;

    for (;;) {
        size_t len = 0;
        const struct choice *choice;
        unsigned bit;

        while (len < text.len && text.data[len] != ',')
            len++;
        choice = choice_of(row->choices, asy_view_head(text, len));
        if (choice == NULL)
            return false;
        bit = 1U << (choice - row->choices);
        if ((seen & bit) != 0)
            return false;
        seen |= bit;
        if (len == text.len) {
            out->number = seen;
            return true;
        }
        text = asy_view_from(text, len + 1);
    }
}

static bool read_digest(struct asy_view text, bool as_floor, struct value *out)
{
    enum asy_digest_alg alg = asy_digest_of_name(text);

    if (alg == ASY_DIGEST_NONE || (as_floor && (!asy_digest_known(alg) || asy_digest_strength(alg) == 0)))
        return false;
    out->number = alg;
    return true;
}

/* A control character in a name or comment could only be there to mislead whoever reads the report. */
static bool is_plain_text(struct asy_view text)
{
    uint32_t c;

    if (text.len == 0)
        return false;
    while (text.len > 0) {
        size_t n = asy_utf8_next(text, &c);

        if (n == 0 || !asy_is_shown(c))
            return false;
        text = asy_view_from(text, n);
    }
    return true;
}

/* Whole fingerprints only: key ids can be made to be the same (RFC 9580 5.5.4). */
static bool is_fingerprint(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return text.len == 40 || text.len == 64;
}

static bool is_regexp(const char *text)
{
    regex_t regex;

    if (regcomp(&regex, text, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    regfree(&regex);
    return true;
}

static bool read_value(const struct row *row, const char *value, struct value *out)
{
    struct asy_view text = asy_view_of(value);

    switch (row->kind) {
    case CHOICE:
    case SWITCH:
        return read_choice(row, text, out);
    case NUMBER:
        return read_number(row, text, out);
    case TEXT:
    case TEXTS:
        out->text = value;
        return is_plain_text(text);
    case PAIRS:
        out->text = value;
        return is_plain_text(text) && strchr(value, '=') != NULL && value[0] != '=';
    case REGEXP:
        out->text = value;
        return is_plain_text(text) && is_regexp(value);
    case FINGERPRINT:
        out->text = value;
        return is_fingerprint(text);
    case TIME:
        return asy_parse_time(text, &out->time);
    case FLOOR:
        return read_digest(text, true, out);
    case DIGEST:
        return read_digest(text, false, out);
    case WORDS:
        return read_words(row, text, out);
    }
    return false;
}

/* The only time that there is says besides that it is there. */
static void write_time(struct asy_settings *settings, const struct row *row, int64_t time)
{
    memcpy((char *)settings + row->field, &time, sizeof time);
    settings->has_min_release_date = true;
}

/* Each time that one is set it is one more: all of them must be met. */
static bool add_text(struct asy_settings *settings, const struct row *row, const char *text)
{
    struct asy_texts *texts = (struct asy_texts *)(void *)((char *)settings + row->field);

    if (texts->n == ASY_TEXTS)
        return false;
    texts->at[texts->n++] = text;
    return true;
}

static bool write_value(struct asy_settings *settings, const struct row *row, const struct value *value)
{
    char *field = (char *)settings;
    bool on = value->number != 0;

    if (row->kind == TEXTS || row->kind == PAIRS)
        return add_text(settings, row, value->text);
    field += row->field;
    if (row->kind == SWITCH)
        memcpy(field, &on, sizeof on);
    else if (row->kind == TEXT || row->kind == FINGERPRINT || row->kind == REGEXP)
        memcpy(field, &value->text, sizeof value->text);
    else if (row->kind == TIME)
        write_time(settings, row, value->time);
    else
        memcpy(field, &value->number, sizeof value->number);
    return true;
}

static assay_status fail_unknown(struct asy_view name, struct asy_diag *diag)
{
    int shown = name.len > 64 ? 64 : (int)name.len;
    struct asy_nearest nearest = { 0 };

    for (size_t i = 0; i < ROWS; i++)
        asy_nearest_offer(&nearest, name, rows[i].name);
    if (nearest.name == NULL)
        return asy_fail(diag, ASSAY_E_POLICY, 0, "no setting is called \"%.*s\"", shown, (const char *)name.data);
    return asy_fail(diag, ASSAY_E_POLICY, 0, "no setting is called \"%.*s\", did you mean %s?", shown,
                    (const char *)name.data, nearest.name);
}

assay_status asy_settings_set(struct asy_settings *settings, struct asy_view name, const char *value,
                              struct asy_diag *diag)
{
    struct value parsed = { 0 };

    for (size_t i = 0; i < ROWS; i++) {
        if (!asy_view_is(name, rows[i].name))
            continue;
        if (value == NULL || !read_value(&rows[i], value, &parsed) || !write_value(settings, &rows[i], &parsed))
            return asy_fail(diag, ASSAY_E_POLICY, 0, "setting %s is \"%.64s\", expected %s", rows[i].name,
                            value == NULL ? "" : value, rows[i].expected);
        return asy_ok;
    }
    return fail_unknown(name, diag);
}
