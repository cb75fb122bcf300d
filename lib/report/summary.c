/*
 * The account as a SLSA verification summary (slsa.dev/verification_summary/v1) in an in-toto statement v1: what was
 * judged, by its SHA-256; who judged, by which policy and when; and whether it is allowed.
 */
#include "report/json.h"
#include "report/report.h"

#include "base/text.h"

static bool is_judged(const struct asy_item *item)
{
    return item->is_subject && !item->is_link;
}

static void put_subject(struct asy_json *json, const struct asy_item *item)
{
    const struct asy_measure *sha256 = asy_measure_of(item, ASY_SHA256), *sha512 = asy_measure_of(item, ASY_SHA512);

    asy_json_open(json, "{");
    asy_json_view(json, "name", asy_view_of(item->name));
    asy_json_open_key(json, "digest", "{");
    if (sha256 != NULL)
        asy_json_hex(json, "sha256", (struct asy_view){ sha256->digest, 32 });
    if (sha512 != NULL)
        asy_json_hex(json, "sha512", (struct asy_view){ sha512->digest, 64 });
    asy_json_close(json, "}");
    asy_json_close(json, "}");
}

/* A subject without a digest cannot be named: the summary would be of nothing. */
bool asy_can_summarise(const struct asy_account *account)
{
    bool any = false;

    for (size_t i = 0; i < account->dossier->items_n; i++) {
        const struct asy_item *item = account->dossier->items[i];

        if (!is_judged(item))
            continue;
        any = true;
        if (asy_measure_of(item, ASY_SHA256) == NULL && asy_measure_of(item, ASY_SHA512) == NULL)
            return false;
    }
    return any && !account->is_inspection;
}

static void put_policy(struct asy_json *json)
{
    const struct asy_account *account = json->account;

    asy_json_open_key(json, "policy", "{");
    asy_json_view(json, "uri", asy_view_of(account->policy_name));
    if (account->policy_sha256 != NULL) {
        asy_json_open_key(json, "digest", "{");
        asy_json_view(json, "sha256", asy_view_of(account->policy_sha256));
        asy_json_close(json, "}");
    }
    asy_json_close(json, "}");
}

static void put_levels(struct asy_json *json, bool passed)
{
    asy_json_open_key(json, "verifiedLevels", "[");
    for (const struct asy_text_list *level = json->account->levels; passed && level != NULL; level = level->next)
        asy_json_element(json, asy_view_of(level->text));
    if (json->account->levels == NULL || !passed)
        asy_json_element(json, ASY_TEXT("SLSA_BUILD_LEVEL_UNEVALUATED"));
    asy_json_close(json, "]");
}

static void put_predicate(struct asy_json *json, const struct asy_summary_terms *terms)
{
    bool passed = json->account->ruling.value == ASSAY_ALLOW;
    char time[32];

    asy_format_time(json->account->dossier->at, time);
    asy_json_open_key(json, "predicate", "{");
    asy_json_open_key(json, "verifier", "{");
    asy_json_view(json, "id", asy_view_of(terms->verifier));
    asy_json_open_key(json, "version", "{");
    asy_json_view(json, "assay", asy_view_of(ASSAY_VERSION));
    asy_json_close(json, "}");
    asy_json_close(json, "}");
    asy_json_view(json, "timeVerified", asy_view_of(time));
    asy_json_view(json, "resourceUri", asy_view_of(terms->resource));
    put_policy(json);
    asy_json_view(json, "verificationResult", passed ? ASY_TEXT("PASSED") : ASY_TEXT("FAILED"));
    put_levels(json, passed);
    asy_json_view(json, "slsaVersion", ASY_TEXT("1.0"));
    asy_json_close(json, "}");
}

void asy_report_summary(const struct asy_account *account, const struct asy_summary_terms *terms, struct asy_sink *sink)
{
    struct asy_json json = { .account = account, .sink = sink };

    asy_json_open(&json, "{");
    asy_json_view(&json, "_type", ASY_TEXT("https://in-toto.io/Statement/v1"));
    asy_json_open_key(&json, "subject", "[");
    for (size_t i = 0; i < account->dossier->items_n; i++) {
        if (is_judged(account->dossier->items[i]))
            put_subject(&json, account->dossier->items[i]);
    }
    asy_json_close(&json, "]");
    asy_json_view(&json, "predicateType", ASY_TEXT("https://slsa.dev/verification_summary/v1"));
    put_predicate(&json, terms);
    asy_json_close(&json, "}");
}
