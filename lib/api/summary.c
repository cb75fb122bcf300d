/* The ruling as a statement that a later gate checks with one key: DSSE around an in-toto statement. */
#include "api/internal.h"

#include "codec/base64.h"
#include "crypto/signing.h"
#include "report/report.h"

#include <string.h>

enum { SUMMARY_BYTES = 256 << 20 };

#define PAYLOAD_TYPE "application/vnd.in-toto+json"

struct summary {
    const struct assay_result *result;
    struct asy_arena *arena; /* its own: a result is shared */
    struct asy_crypto *crypto;
    struct asy_signing_key *key;
    struct asy_sink statement, envelope;
};

/* DSSE protocol.md, PAE. */
static bool sign(struct summary *summary, struct asy_view *signature)
{
    struct asy_sink message = { 0 };
    bool done;

    asy_put_format(&message, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE, summary->statement.len);
    asy_put_view(&message, asy_view_head(asy_view_of(summary->statement.text), summary->statement.len));
    done = !message.failed && asy_sign(summary->key, summary->arena,
                                       (struct asy_view){ (const uint8_t *)message.text, message.len }, signature);
    asy_sink_clear(&message);
    return done;
}

/* A key without a name of its own is called by its digest. */
static assay_status wrap(struct summary *summary, struct asy_diag *diag)
{
    struct asy_arena *arena = summary->arena;
    struct asy_view payload = { (const uint8_t *)summary->statement.text, summary->statement.len }, signature;
    struct asy_view fingerprint = { asy_signing_key_fingerprint(summary->key), 32 };
    const char *texts[3];

    if (!sign(summary, &signature))
        return asy_fail(diag, ASSAY_E_INTERNAL, 0, "the summary could not be signed");
    texts[0] = asy_base64_encode(arena, payload);
    texts[1] = asy_base64_encode(arena, fingerprint);
    texts[2] = asy_base64_encode(arena, signature);
    if (texts[0] == NULL || texts[1] == NULL || texts[2] == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    asy_put_format(&summary->envelope,
                   "{\"payloadType\":\"" PAYLOAD_TYPE "\",\"payload\":\"%s\",\"signatures\":[{\"keyid\":\"SHA256:%s\","
                   "\"sig\":\"%s\"}]}\n",
                   texts[0], texts[1], texts[2]);
    return summary->envelope.failed ? asy_no_memory(diag) : asy_ok;
}

static assay_status make(struct summary *summary, struct asy_view key, const struct asy_summary_terms *terms,
                         struct asy_diag *diag)
{
    assay_status s;

    if (!asy_can_summarise(&summary->result->account))
        return asy_fail(diag, ASSAY_E_ABSENT, 0, "the digest of what was judged is not known");
    s = asy_crypto_new(&summary->crypto, diag);
    if (assay_ok(s))
        s = asy_signing_key_new(summary->crypto, key, &summary->key, diag);
    if (!assay_ok(s))
        return s;
    asy_report_summary(&summary->result->account, terms, &summary->statement);
    return summary->statement.failed ? asy_no_memory(diag) : wrap(summary, diag);
}

assay_status assay_result_write_summary(const assay_result *result, const void *key, size_t key_len, const char *verifier,
                                        const char *resource, assay_write write, void *context, assay_error **error)
{
    struct summary summary = { .result = result, .arena = asy_arena_new(SUMMARY_BYTES) };
    const struct asy_summary_terms terms = {
        .verifier = verifier != NULL ? verifier : "urn:assay:verify",
        .resource = resource != NULL ? resource : result->account.subject_name,
    };
    struct asy_diag diag = { 0 };
    assay_status s = summary.arena == NULL ? asy_no_memory(&diag)
                                           : make(&summary, (struct asy_view){ key, key_len }, &terms, &diag);

    if (assay_ok(s) && !write(context, summary.envelope.text, summary.envelope.len))
        s = asy_fail(&diag, ASSAY_E_IO, 0, "not written");
    asy_sink_clear(&summary.statement);
    asy_sink_clear(&summary.envelope);
    asy_signing_key_free(summary.key);
    asy_crypto_free(summary.crypto);
    asy_arena_free(summary.arena);
    return asy_give_error(s, &diag, error);
}
