/*
 * The account as one JSON document (RFC 8259); report.schema.json says what stands where.  Keys come in one fixed order.
 * Strings hold only characters that can be shown: the others are \u escapes, bytes that are not UTF-8 become the text \xNN
 * and the exact bytes stand beside them under <key>_hex.
 */
#include "base/text.h"
#include "report/common.h"
#include "report/report.h"

#include <string.h>

struct json {
    const struct asy_account *account;
    struct asy_sink *sink;
    bool comma; /* the next value needs one before it */
};

static void open_with(struct json *json, const char *bracket)
{
    if (json->comma)
        asy_put_text(json->sink, ",");
    asy_put_text(json->sink, bracket);
    json->comma = false;
}

static void close_with(struct json *json, const char *bracket)
{
    asy_put_text(json->sink, bracket);
    json->comma = true;
}

static void put_escape(struct asy_sink *sink, uint32_t c)
{
    if (c < 0x10000)
        asy_put_format(sink, "\\u%04x", (unsigned)c);
    else /* RFC 8259 section 7: a surrogate pair */
        asy_put_format(sink, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                       (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
}

/* One character that does not stand for itself. */
static void put_odd(struct asy_sink *sink, struct asy_view v, size_t n, uint32_t c)
{
    if (n == 0)
        asy_put_format(sink, "\\\\x%02x", v.data[0]);
    else if (c == '"' || c == '\\')
        asy_put_format(sink, "\\%c", (char)c);
    else
        put_escape(sink, c);
}

static bool is_itself(uint32_t c)
{
    return c != '"' && c != '\\' && (c < 0x80 ? c >= 0x20 && c < 0x7f : asy_is_shown(c));
}

static void put_string(struct asy_sink *sink, struct asy_view v)
{
    asy_put_text(sink, "\"");
    while (v.len > 0) {
        size_t run = 0, n = 0;
        uint32_t c = 0;

        while (run < v.len && (n = asy_utf8_next(asy_view_from(v, run), &c)) > 0 && is_itself(c))
            run += n;
        asy_put_view(sink, asy_view_head(v, run));
        v = asy_view_from(v, run);
        if (v.len > 0) {
            put_odd(sink, v, n, c);
            v = asy_view_from(v, n == 0 ? 1 : n);
        }
    }
    asy_put_text(sink, "\"");
}

static void put_key(struct json *json, const char *key)
{
    asy_put_format(json->sink, "%s\"%s\":", json->comma ? "," : "", key);
    json->comma = false;
}

static void open_key(struct json *json, const char *key, const char *bracket)
{
    put_key(json, key);
    open_with(json, bracket);
}

static void put_raw(struct json *json, const char *key, const char *literal)
{
    put_key(json, key);
    asy_put_text(json->sink, literal);
    json->comma = true;
}

static void put_bool(struct json *json, const char *key, bool value)
{
    put_raw(json, key, value ? "true" : "false");
}

static void put_unsigned(struct json *json, const char *key, uint64_t n)
{
    put_key(json, key);
    asy_put_format(json->sink, "%llu", (unsigned long long)n);
    json->comma = true;
}

static void put_size(struct json *json, const char *key, bool has, uint64_t n)
{
    if (has)
        put_unsigned(json, key, n);
    else
        put_raw(json, key, "null");
}

/* A string without a key: an element of an array. */
static void put_element(struct json *json, struct asy_view v)
{
    open_with(json, "");
    put_string(json->sink, v);
    json->comma = true;
}

static void put_view(struct json *json, const char *key, struct asy_view v)
{
    put_key(json, key);
    put_element(json, v);
}

/* NULL is null. */
static void put_text(struct json *json, const char *key, const char *text)
{
    if (text == NULL)
        put_raw(json, key, "null");
    else
        put_view(json, key, asy_view_of(text));
}

static void put_hex(struct json *json, const char *key, struct asy_view v)
{
    char digits[2 * ASY_DIGEST_MAX + 1];

    put_key(json, key);
    open_with(json, "\"");
    while (v.len > 0) {
        struct asy_view part = asy_view_head(v, v.len < ASY_DIGEST_MAX ? v.len : ASY_DIGEST_MAX);

        asy_hex(part, digits);
        asy_put_text(json->sink, digits);
        v = asy_view_from(v, part.len);
    }
    close_with(json, "\"");
}

/* A name as outside wrote it; where that is not UTF-8 the bytes follow under <key>_hex. */
static void put_name_view(struct json *json, const char *key, struct asy_view name)
{
    char hex_key[32];

    put_view(json, key, name);
    if (asy_is_utf8(name) || strlen(key) + sizeof "_hex" > sizeof hex_key)
        return;
    memcpy(hex_key, key, strlen(key));
    memcpy(hex_key + strlen(key), "_hex", sizeof "_hex");
    put_hex(json, hex_key, name);
}

static void put_name(struct json *json, const char *key, const char *name)
{
    if (name == NULL)
        put_raw(json, key, "null");
    else
        put_name_view(json, key, asy_view_of(name));
}

static void put_item_name(struct json *json, const char *key, const struct asy_item *item)
{
    put_name(json, key, item == NULL ? NULL : item->name);
}

static void put_time(struct json *json, const char *key, bool has, int64_t time)
{
    char shown[32];

    if (has)
        asy_format_time(time, shown);
    put_text(json, key, has ? shown : NULL);
}

static void put_why(struct json *json, const struct asy_why *why)
{
    if (why->reason == ASY_REASON_NONE && why->detail == NULL) {
        put_raw(json, "why", "null");
        return;
    }
    open_key(json, "why", "{");
    put_text(json, "id", asy_reason_text(why->reason)->id);
    put_text(json, "detail", why->detail);
    close_with(json, "}");
}

static void put_digests(struct json *json, const struct asy_item *item)
{
    open_key(json, "digests", "{");
    for (enum asy_digest_alg alg = ASY_MD5; item != NULL && alg < ASY_DIGEST_ALGS; alg++) {
        const struct asy_measure *m = asy_measure_of(item, alg);

        if (m != NULL)
            put_hex(json, asy_digest_name(alg), (struct asy_view){ m->digest, asy_digest_len(alg) });
    }
    close_with(json, "}");
}

static void put_tool(struct json *json)
{
    open_key(json, "tool", "{");
    put_text(json, "name", "assay");
    put_text(json, "version", ASSAY_VERSION);
    close_with(json, "}");
}

/* The exit codes of all that blocks, in order and each once. */
static void put_codes(struct json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;
    bool seen[256] = { false };

    for (size_t i = 0; i < dossier->findings_n; i++) {
        if (asy_finding_blocks(&dossier->findings[i]))
            seen[asy_reason_text(dossier->findings[i].why.reason)->exit_code & 0xff] = true;
    }
    open_key(json, "codes", "[");
    for (int code = 0; code < 256; code++) {
        if (!seen[code])
            continue;
        asy_put_format(json->sink, "%s%d", json->comma ? "," : "", code);
        json->comma = true;
    }
    close_with(json, "]");
}

static void put_subject(struct json *json)
{
    const struct asy_account *account = json->account;
    const struct asy_item *subject = account->subject;

    open_key(json, "subject", "{");
    put_name(json, "name", account->subject_name);
    put_text(json, "kind", account->subject_kind);
    put_size(json, "size", subject != NULL && subject->has_size, subject == NULL ? 0 : subject->size);
    put_digests(json, subject);
    close_with(json, "}");
}

static void put_list(struct json *json, const char *key, const struct asy_text_list *list)
{
    open_key(json, key, "[");
    for (; list != NULL; list = list->next)
        put_element(json, asy_view_of(list->text));
    close_with(json, "]");
}

static void put_policy(struct json *json)
{
    open_key(json, "policy", "{");
    put_text(json, "name", json->account->policy_name);
    put_text(json, "sha256", json->account->policy_sha256);
    put_text(json, "product", json->account->product);
    put_list(json, "overrides", json->account->overrides);
    put_bool(json, "digest_only", json->account->digest_only);
    close_with(json, "}");
}

static void put_sayers(struct json *json, uint64_t mask)
{
    const struct asy_dossier *dossier = json->account->dossier;

    open_key(json, "said_by", "[");
    for (size_t p = 0; p < dossier->principals_n; p++) {
        if ((mask >> p & 1) != 0)
            put_element(json, asy_view_of(dossier->principals[p].name));
    }
    close_with(json, "]");
}

static void put_runs(struct json *json, const char *key, const struct asy_run *runs, size_t n)
{
    open_key(json, key, "[");
    for (size_t i = 0; i < n; i++) {
        open_with(json, "{");
        put_unsigned(json, "offset", runs[i].off);
        put_unsigned(json, "length", runs[i].len);
        close_with(json, "}");
    }
    close_with(json, "]");
}

static const char *role_of(const struct asy_item *item)
{
    if (item->is_subject)
        return "subject";
    return item->is_evidence || !item->is_member ? "evidence" : "member";
}

static void put_file(struct json *json, const struct asy_item *item)
{
    struct asy_coverage coverage;

    if (!asy_coverage_of(json->account, item, &coverage)) {
        json->sink->failed = true;
        return;
    }
    open_with(json, "\n{");
    put_item_name(json, "name", item);
    put_size(json, "size", item->has_size, item->size);
    put_digests(json, item);
    put_text(json, "role", role_of(item));
    put_text(json, "format", item->format);
    put_sayers(json, item->whole_by);
    put_runs(json, "uncovered", coverage.uncovered, coverage.uncovered_n);
    put_runs(json, "slack", coverage.framing, coverage.framing_n);
    put_why(json, &item->why);
    close_with(json, "}");
    asy_coverage_clear(&coverage);
}

static void put_files(struct json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    open_key(json, "files", "[");
    for (size_t i = 0; i < dossier->items_n; i++)
        put_file(json, dossier->items[i]);
    close_with(json, "]");
}

static void put_signers(struct json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    open_key(json, "signers", "[");
    for (size_t p = 0; p < dossier->principals_n; p++) {
        const struct asy_principal *principal = &dossier->principals[p];

        open_with(json, "\n{");
        put_text(json, "name", principal->name);
        put_text(json, "kind", principal->kind);
        if (principal->has_fingerprint)
            put_hex(json, "fingerprint", (struct asy_view){ principal->fingerprint, sizeof principal->fingerprint });
        else
            put_raw(json, "fingerprint", "null");
        put_bool(json, "counted", (json->account->required_mask >> p & 1) != 0);
        close_with(json, "}");
    }
    close_with(json, "]");
}

static const char *outcome_of(const struct asy_fact *fact)
{
    switch (fact->outcome) {
    case ASY_HOLDS:
        return asy_fact_holds(fact) ? "holds" : "unknown"; /* no proof, no claim */
    case ASY_FAILS:
        return "fails";
    case ASY_UNKNOWN:
        return "unknown";
    case ASY_UNCHECKED:
        break;
    }
    return "unchecked";
}

static const char *name_of_role(enum asy_signature_role role)
{
    switch (role) {
    case ASY_ROLE_SIGNS:
        return "signs";
    case ASY_ROLE_BACKS:
        return "backs";
    case ASY_ROLE_CERTIFIES:
        return "certifies";
    case ASY_ROLE_STAMPS:
        break;
    }
    return "stamps";
}

static const char *signer_of(const struct json *json, const struct asy_fact *fact)
{
    const struct asy_dossier *dossier = json->account->dossier;

    if (fact == NULL)
        return NULL;
    if (fact->principal >= 0 && (size_t)fact->principal < dossier->principals_n)
        return dossier->principals[fact->principal].name;
    return fact->signer_name;
}

static void open_fact(struct json *json, const struct asy_fact *fact, const char *kind)
{
    open_with(json, "\n{");
    put_item_name(json, "document", fact->claim.document);
    put_text(json, "kind", kind);
    put_text(json, "outcome", outcome_of(fact));
}

static void close_fact(struct json *json, const struct asy_fact *fact)
{
    static const struct asy_why nothing = { ASY_REASON_NONE, NULL };

    put_why(json, asy_fact_is_good(fact) ? &nothing : asy_fact_why(fact));
    close_with(json, "}");
}

static void put_fact_key(struct json *json, const struct asy_fact *fact)
{
    if (!fact->has_key_fingerprint) {
        put_raw(json, "key", "null");
        return;
    }
    open_key(json, "key", "{");
    put_hex(json, "fingerprint", (struct asy_view){ fact->key_fingerprint, sizeof fact->key_fingerprint });
    put_size(json, "bits", fact->key_bits > 0, fact->key_bits);
    close_with(json, "}");
}

static void put_optional(struct json *json, const char *key, bool has, struct asy_view v)
{
    if (has)
        put_view(json, key, v);
    else
        put_raw(json, key, "null");
}

static void put_signature(struct json *json, const struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    bool unnamed = signature->scheme.alg_name == NULL;

    open_fact(json, fact, "signature");
    put_text(json, "role", name_of_role(signature->role));
    put_bool(json, "standing", fact->standing && asy_fact_holds(fact));
    put_text(json, "signer", signer_of(json, fact));
    put_fact_key(json, fact);
    put_text(json, "algorithm", unnamed ? asy_signature_name(signature->scheme.alg) : signature->scheme.alg_name);
    put_text(json, "digest",
             signature->scheme.digest == ASY_DIGEST_NONE ? NULL : asy_digest_name(signature->scheme.digest));
    put_time(json, "claimed_time", signature->has_claimed_time, signature->claimed_time);
    put_time(json, "stamped_at", fact->has_stamp, fact->stamped_at);
    put_optional(json, "comment", signature->comment.len > 0, signature->comment);
    put_optional(json, "namespace", signature->has_name_space, signature->name_space);
    close_fact(json, fact);
}

static void put_link(struct json *json, const struct asy_fact *fact)
{
    const struct asy_link *link = &fact->claim.is.link;
    const struct asy_item *target = asy_link_target(fact);

    open_fact(json, fact, "link");
    put_text(json, "algorithm", asy_digest_name(link->alg));
    put_hex(json, "digest", link->value);
    put_size(json, "size", link->has_size, link->size);
    if (target == NULL && link->path.len > 0)
        put_name_view(json, "target", link->path);
    else
        put_item_name(json, "target", target);
    put_size(json, "line", link->line > 0, link->line);
    close_fact(json, fact);
}

static void put_chain(struct json *json, const struct asy_fact *fact)
{
    open_fact(json, fact, "chain");
    put_text(json, "signer", signer_of(json, asy_fact_no(json->account->dossier, fact->claim.is.chain.of)));
    put_bool(json, "for_timestamps", fact->claim.is.chain.for_timestamps);
    close_fact(json, fact);
}

static void put_stamp(struct json *json, const struct asy_fact *fact)
{
    open_fact(json, fact, "timestamp");
    put_text(json, "signer", signer_of(json, asy_fact_no(json->account->dossier, fact->claim.is.stamp.by)));
    put_time(json, "stamped_at", true, fact->claim.is.stamp.time);
    close_fact(json, fact);
}

static void put_fact(struct json *json, const struct asy_fact *fact)
{
    switch (fact->claim.kind) {
    case ASY_CLAIM_SIGNATURE:
        put_signature(json, fact);
        break;
    case ASY_CLAIM_LINK:
        put_link(json, fact);
        break;
    case ASY_CLAIM_CHAIN:
        put_chain(json, fact);
        break;
    case ASY_CLAIM_STAMP:
        put_stamp(json, fact);
        break;
    case ASY_CLAIM_NONE:
        break;
    }
}

static void put_evidence(struct json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    open_key(json, "evidence", "[");
    for (size_t i = 0; i < dossier->facts_n; i++)
        put_fact(json, dossier->facts[i]);
    close_with(json, "]");
}

static void put_finding(struct json *json, const struct asy_finding *finding)
{
    const struct asy_reason_text *reason = asy_reason_text(finding->why.reason);

    open_with(json, "\n{");
    put_text(json, "id", reason->id);
    put_text(json, "severity", finding->severity == ASY_BLOCKS ? "blocks" : "note");
    put_text(json, "ruling", assay_ruling_text((assay_ruling){ (int)reason->ruling }));
    put_unsigned(json, "exit_code", (uint64_t)reason->exit_code);
    put_item_name(json, "file", finding->about);
    put_item_name(json, "source", finding->source);
    put_text(json, "detail", finding->why.detail);
    put_text(json, "what", reason->what);
    put_text(json, "mend", reason->mend);
    put_text(json, "waived_by", finding->waived_by);
    close_with(json, "}");
}

static void put_findings(struct json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    open_key(json, "findings", "[");
    for (size_t i = 0; i < dossier->findings_n; i++)
        put_finding(json, &dossier->findings[i]);
    close_with(json, "]");
    open_key(json, "waivers", "[");
    for (size_t i = 0; i < dossier->findings_n; i++) {
        const struct asy_finding *finding = &dossier->findings[i];

        if (finding->waived_by == NULL)
            continue;
        open_with(json, "\n{");
        put_text(json, "id", asy_reason_text(finding->why.reason)->id);
        put_item_name(json, "file", finding->about);
        put_text(json, "waived_by", finding->waived_by);
        close_with(json, "}");
    }
    close_with(json, "]");
}

static void put_trust(struct json *json)
{
    const struct asy_account *account = json->account;
    int64_t age = 0;
    bool has_age = account->has_trust_time &&
                   !__builtin_sub_overflow(account->dossier->at, account->trust_time, &age);

    open_key(json, "trust", "{");
    put_time(json, "revocation_time", account->has_trust_time, account->trust_time);
    put_key(json, "age_s");
    if (has_age)
        asy_put_format(json->sink, "%lld", (long long)age);
    else
        asy_put_text(json->sink, "null");
    close_with(json, "}");
}

void asy_report_json(const struct asy_account *account, struct asy_sink *sink)
{
    struct json json = { account, sink, false };

    open_with(&json, "{");
    put_text(&json, "schema", "assay-report-1");
    put_tool(&json);
    put_text(&json, "kind", account->is_inspection ? "inspection" : "verification");
    put_text(&json, "ruling", account->is_inspection ? NULL : assay_ruling_text(account->ruling));
    put_unsigned(&json, "exit_code", account->exit_code < 0 ? 70 : (uint64_t)account->exit_code);
    put_codes(&json);
    put_bool(&json, "complete", !account->dossier->incomplete);
    put_time(&json, "at", true, account->dossier->at);
    put_subject(&json);
    put_policy(&json);
    put_files(&json);
    put_signers(&json);
    put_evidence(&json);
    put_findings(&json);
    put_list(&json, "not_checked", account->not_checked);
    put_trust(&json);
    close_with(&json, "}\n");
}
