/* Is any certificate of a path revoked, and is that known as well as the settings demand. */
#include "crypto/certs.h"

#include "base/text.h"

#include <openssl/ocsp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* What the document brought along, read once for all certificates of the path. */
struct brought {
    struct asy_crl *crls;
    size_t crls_n;
    OCSP_RESPONSE **ocsp;
    size_t ocsp_n;
};

static void forget(struct brought *brought)
{
    for (size_t i = 0; i < brought->crls_n; i++)
        asy_crl_clear(&brought->crls[i]);
    for (size_t i = 0; i < brought->ocsp_n; i++)
        OCSP_RESPONSE_free(brought->ocsp[i]);
    free(brought->crls);
    free(brought->ocsp);
}

static bool read_brought(const struct asy_path *path, struct brought *out, struct asy_verdict *verdict)
{
    const struct asy_chain *chain = path->chain;

    out->crls = calloc(chain->crls_n + 1, sizeof *out->crls);
    out->ocsp = calloc(chain->ocsp_n + 1, sizeof(void *));
    if (out->crls == NULL || out->ocsp == NULL)
        return asy_doubt(verdict, ASY_LIMIT_REACHED, "memory is short");
    for (; out->crls_n < chain->crls_n; out->crls_n++) {
        if (!asy_crl_read(path->crypto, chain->crls[out->crls_n], &out->crls[out->crls_n]))
            return asy_doubt(verdict, ASY_EVIDENCE_MALFORMED, "revocation list %zu is malformed", out->crls_n + 1);
    }
    for (; out->ocsp_n < chain->ocsp_n; out->ocsp_n++) {
        out->ocsp[out->ocsp_n] = asy_ocsp_read(chain->ocsp[out->ocsp_n]);
        if (out->ocsp[out->ocsp_n] == NULL)
            return asy_doubt(verdict, ASY_EVIDENCE_MALFORMED, "OCSP response %zu is malformed", out->ocsp_n + 1);
    }
    return true;
}

/* Nobody says that it is revoked; it is not known as well as was demanded that it is not. */
static bool is_lapse(enum asy_reason reason)
{
    return reason == ASY_REVOCATION_MISSING || reason == ASY_REVOCATION_STALE;
}

void asy_note_poor(struct asy_status *status, bool optional, enum asy_reason reason, const char *format, ...)
{
    va_list ap;

    if ((optional && !status->required) || (status->poor.outcome != ASY_UNCHECKED && is_lapse(reason)))
        return; /* what can be waived hides nothing that cannot */
    va_start(ap, format);
    status->poor.outcome = ASY_UNKNOWN;
    status->poor.reason = reason;
    (void)vsnprintf(status->poor.text, sizeof status->poor.text, format, ap);
    va_end(ap);
}

void asy_note_doubt(struct asy_status *status, enum asy_reason reason, const char *text)
{
    if (status->bad.outcome != ASY_FAILS)
        (void)asy_doubt(&status->bad, reason, "%s", text);
}

/*
 * A key that was lost may have signed at any time, and who states no reason does not say that it was not lost: only a
 * stated other reason lets an earlier signature stand (RFC 5280 5.3.1: 1 keyCompromise, 2 cACompromise,
 * 10 aACompromise; 0 unspecified is no statement).
 */
static bool is_excused(const struct asy_chain_terms *terms, const struct asy_revoked *revoked)
{
    return terms->settings->revoked_ts_before && terms->has_stamp && terms->stamped_at < revoked->date &&
           ((revoked->reason >= 3 && revoked->reason <= 6) || revoked->reason == 9);
}

static const char *reason_name(long reason)
{
    static const char *const names[] = { "unspecified", "key compromise", "CA compromise", "affiliation changed",
                                         "superseded", "cessation of operation", "hold", "7", "removed",
                                         "privilege withdrawn", "AA compromise" };

    return reason < 0 || reason >= (long)(sizeof names / sizeof *names) ? "not stated" : names[reason];
}

void asy_note_revoked(struct asy_status *status, const struct asy_revoked *revoked)
{
    char subject[ASY_SUBJECT_TEXT], since[32] = "ever";

    if (is_excused(status->path->terms, revoked)) {
        status->good = true;
        return;
    }
    if (revoked->date != INT64_MIN)
        asy_format_time(revoked->date, since);
    (void)asy_refuse(&status->bad, ASY_SIGNER_REVOKED, "certificate of %s is revoked since %s, reason %s, by %s",
                     asy_subject_text(status->cert, subject), since, reason_name(revoked->reason), revoked->how);
}

static void ask_all(struct asy_status *status, const struct brought *brought)
{
    const struct asy_pki *pki = status->path->pki;

    for (size_t i = 0; i < pki->crls_n; i++)
        asy_ask_crl(status, &pki->crls[i], false);
    for (size_t i = 0; i < brought->crls_n; i++)
        asy_ask_crl(status, &brought->crls[i], true);
    for (size_t i = 0; i < brought->ocsp_n; i++)
        asy_ask_ocsp(status, brought->ocsp[i], brought->crls, brought->crls_n);
}

/* Revoked by anybody who may say so counts; then one good answer is enough; then what is there must not be poor. */
static bool conclude(const struct asy_status *status, struct asy_verdict *verdict)
{
    char subject[ASY_SUBJECT_TEXT];

    if (status->bad.outcome != ASY_UNCHECKED) {
        *verdict = status->bad;
        return false;
    }
    if (status->good)
        return true;
    if (status->poor.outcome != ASY_UNCHECKED) {
        *verdict = status->poor;
        return false;
    }
    return !status->required || asy_doubt(verdict, ASY_REVOCATION_MISSING, "no revocation data for %s, issued by %s",
                                          asy_subject_text(status->cert, subject),
                                          asy_subject_text(status->issuer, (char[ASY_SUBJECT_TEXT]){ 0 }));
}

static bool is_required(enum asy_revocation mode, int place)
{
    switch (mode) {
    case ASY_REVOCATION_SUPPLIED:
        return false;
    case ASY_REVOCATION_REQUIRE:
        return place == 0;
    case ASY_REVOCATION_REQUIRE_ALL:
    case ASY_REVOCATION_HARD_FAIL:
        break;
    }
    return true;
}

/* Everything but the anchor, which nobody but the caller can withdraw. */
static bool ask_path(const struct asy_path *path, const struct brought *brought, struct asy_verdict *verdict,
                     bool *leaf_checked)
{
    for (int i = 0; i + 1 < sk_X509_num(path->certs); i++) {
        struct asy_status status = {
            .path = path,
            .cert = sk_X509_value(path->certs, i),
            .issuer = sk_X509_value(path->certs, i + 1),
            .required = is_required(path->terms->settings->revocation, i),
        };

        ask_all(&status, brought);
        if (i == 0)
            *leaf_checked = status.good || status.bad.outcome == ASY_FAILS;
        if (!conclude(&status, verdict) && !(is_lapse(verdict->reason) && asy_is_only_lapse(path, verdict)))
            return false;
    }
    return true;
}

bool asy_path_is_unrevoked(const struct asy_path *path, struct asy_verdict *verdict, bool *leaf_checked)
{
    struct brought brought = { NULL, 0, NULL, 0 };
    bool unrevoked = read_brought(path, &brought, verdict) && ask_path(path, &brought, verdict, leaf_checked);

    forget(&brought);
    return unrevoked;
}
