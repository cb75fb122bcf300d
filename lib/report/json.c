/*
 * The account as one JSON document (RFC 8259); report.schema.json says what stands where.  Keys come in one fixed order.
 * Strings hold only characters that can be shown: the others are \u escapes, bytes that are not UTF-8 become the text \xNN
 * and the exact bytes stand beside them under <key>_hex.
 */
#include "report/json.h"
#include "report/report.h"

static void put_digests(struct asy_json *json, const struct asy_item *item)
{
    asy_json_open_key(json, "digests", "{");
    for (enum asy_digest_alg alg = ASY_MD5; item != NULL && alg < ASY_IDENTIFIER; alg++) {
        const struct asy_measure *m = asy_measure_of(item, alg);

        if (m != NULL)
            asy_json_hex(json, asy_digest_name(alg), (struct asy_view){ m->digest, asy_digest_len(alg) });
    }
    asy_json_close(json, "}");
}

static void put_tool(struct asy_json *json)
{
    asy_json_open_key(json, "tool", "{");
    asy_json_text(json, "name", "assay");
    asy_json_text(json, "version", ASSAY_VERSION);
    asy_json_close(json, "}");
}

/* The exit codes of all that blocks, in order and each once. */
static void put_codes(struct asy_json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;
    bool seen[256] = { false };

    for (size_t i = 0; i < dossier->findings_n; i++) {
        if (asy_finding_blocks(&dossier->findings[i]))
            seen[asy_reason_text(dossier->findings[i].why.reason)->exit_code & 0xff] = true;
    }
    asy_json_open_key(json, "codes", "[");
    for (int code = 0; code < 256; code++) {
        if (!seen[code])
            continue;
        asy_put_format(json->sink, "%s%d", json->comma ? "," : "", code);
        json->comma = true;
    }
    asy_json_close(json, "]");
}

static void put_subject(struct asy_json *json)
{
    const struct asy_account *account = json->account;
    const struct asy_item *subject = account->subject;

    asy_json_open_key(json, "subject", "{");
    asy_json_name(json, "name", account->subject_name);
    asy_json_text(json, "kind", account->subject_kind);
    asy_json_size(json, "size", subject != NULL && subject->has_size, subject == NULL ? 0 : subject->size);
    put_digests(json, subject);
    asy_json_close(json, "}");
}

static void put_list(struct asy_json *json, const char *key, const struct asy_text_list *list)
{
    asy_json_open_key(json, key, "[");
    for (; list != NULL; list = list->next)
        asy_json_element(json, asy_view_of(list->text));
    asy_json_close(json, "]");
}

static void put_policy(struct asy_json *json)
{
    asy_json_open_key(json, "policy", "{");
    asy_json_text(json, "name", json->account->policy_name);
    asy_json_text(json, "sha256", json->account->policy_sha256);
    asy_json_text(json, "product", json->account->product);
    put_list(json, "overrides", json->account->overrides);
    asy_json_bool(json, "digest_only", json->account->digest_only);
    asy_json_close(json, "}");
}

static void put_sayers(struct asy_json *json, uint64_t mask)
{
    const struct asy_dossier *dossier = json->account->dossier;

    asy_json_open_key(json, "said_by", "[");
    for (size_t p = 0; p < dossier->principals_n; p++) {
        if ((mask >> p & 1) != 0)
            asy_json_element(json, asy_view_of(dossier->principals[p].name));
    }
    asy_json_close(json, "]");
}

static void put_runs(struct asy_json *json, const char *key, const struct asy_run *runs, size_t n)
{
    asy_json_open_key(json, key, "[");
    for (size_t i = 0; i < n; i++) {
        asy_json_open(json, "{");
        asy_json_unsigned(json, "offset", runs[i].off);
        asy_json_unsigned(json, "length", runs[i].len);
        asy_json_close(json, "}");
    }
    asy_json_close(json, "]");
}

static const char *role_of(const struct asy_item *item)
{
    if (item->is_subject)
        return "subject";
    return item->is_evidence || !item->is_member ? "evidence" : "member";
}

static void put_file(struct asy_json *json, const struct asy_item *item)
{
    struct asy_coverage coverage;

    if (!asy_coverage_of(json->account, item, &coverage)) {
        json->sink->failed = true;
        return;
    }
    asy_json_open(json, "\n{");
    asy_json_item_name(json, "name", item);
    asy_json_size(json, "size", item->has_size, item->size);
    put_digests(json, item);
    asy_json_text(json, "role", role_of(item));
    asy_json_text(json, "format", item->format);
    asy_json_item_name(json, "inside", item->parent);
    put_sayers(json, item->whole_by);
    put_runs(json, "uncovered", coverage.uncovered, coverage.uncovered_n);
    put_runs(json, "slack", coverage.framing, coverage.framing_n);
    asy_json_why(json, &item->why);
    asy_json_close(json, "}");
    asy_coverage_clear(&coverage);
}

static void put_files(struct asy_json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    asy_json_open_key(json, "files", "[");
    for (size_t i = 0; i < dossier->items_n; i++)
        put_file(json, dossier->items[i]);
    asy_json_close(json, "]");
}

static void put_signers(struct asy_json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    asy_json_open_key(json, "signers", "[");
    for (size_t p = 0; p < dossier->principals_n; p++) {
        const struct asy_principal *principal = &dossier->principals[p];

        asy_json_open(json, "\n{");
        asy_json_text(json, "name", principal->name);
        asy_json_text(json, "kind", principal->kind);
        if (principal->has_fingerprint)
            asy_json_hex(json, "fingerprint", (struct asy_view){ principal->fingerprint, sizeof principal->fingerprint });
        else
            asy_json_raw(json, "fingerprint", "null");
        asy_json_bool(json, "counted", (json->account->required_mask >> p & 1) != 0);
        asy_json_close(json, "}");
    }
    asy_json_close(json, "]");
}

static void put_finding(struct asy_json *json, const struct asy_finding *finding)
{
    const struct asy_reason_text *reason = asy_reason_text(finding->why.reason);

    asy_json_open(json, "\n{");
    asy_json_text(json, "id", reason->id);
    asy_json_text(json, "severity", finding->severity == ASY_BLOCKS ? "blocks" : "note");
    asy_json_text(json, "ruling", assay_ruling_text((assay_ruling){ (int)reason->ruling }));
    asy_json_unsigned(json, "exit_code", (uint64_t)reason->exit_code);
    asy_json_item_name(json, "file", finding->about);
    asy_json_item_name(json, "source", finding->source);
    asy_json_text(json, "detail", finding->why.detail);
    asy_json_text(json, "what", reason->what);
    asy_json_text(json, "mend", reason->mend);
    asy_json_text(json, "waived_by", finding->waived_by);
    asy_json_close(json, "}");
}

static void put_findings(struct asy_json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    asy_json_open_key(json, "findings", "[");
    for (size_t i = 0; i < dossier->findings_n; i++)
        put_finding(json, &dossier->findings[i]);
    asy_json_close(json, "]");
    asy_json_open_key(json, "waivers", "[");
    for (size_t i = 0; i < dossier->findings_n; i++) {
        const struct asy_finding *finding = &dossier->findings[i];

        if (finding->waived_by == NULL)
            continue;
        asy_json_open(json, "\n{");
        asy_json_text(json, "id", asy_reason_text(finding->why.reason)->id);
        asy_json_item_name(json, "file", finding->about);
        asy_json_text(json, "waived_by", finding->waived_by);
        asy_json_close(json, "}");
    }
    asy_json_close(json, "]");
}

static void put_trust(struct asy_json *json)
{
    const struct asy_account *account = json->account;
    int64_t age = 0;
    bool has_age = account->has_trust_time &&
                   !__builtin_sub_overflow(account->dossier->at, account->trust_time, &age);

    asy_json_open_key(json, "trust", "{");
    asy_json_time(json, "revocation_time", account->has_trust_time, account->trust_time);
    asy_json_key(json, "age_s");
    if (has_age)
        asy_put_format(json->sink, "%lld", (long long)age);
    else
        asy_put_text(json->sink, "null");
    asy_json_close(json, "}");
}

void asy_report_json(const struct asy_account *account, struct asy_sink *sink)
{
    struct asy_json json = { account, sink, false };

    asy_json_open(&json, "{");
    asy_json_text(&json, "schema", "assay-report-1");
    put_tool(&json);
    asy_json_text(&json, "kind", account->is_inspection ? "inspection" : "verification");
    asy_json_text(&json, "ruling", account->is_inspection ? NULL : assay_ruling_text(account->ruling));
    asy_json_unsigned(&json, "exit_code", account->exit_code < 0 ? 70 : (uint64_t)account->exit_code);
    put_codes(&json);
    asy_json_bool(&json, "complete", !account->dossier->incomplete);
    asy_json_time(&json, "at", true, account->dossier->at);
    put_subject(&json);
    put_policy(&json);
    put_files(&json);
    put_signers(&json);
    asy_json_evidence(&json);
    put_findings(&json);
    put_list(&json, "not_checked", account->not_checked);
    put_trust(&json);
    asy_json_close(&json, "}\n");
}
