/* What a certificate is worth at a time: copies of one vendor's (testdata/openpgp/certificates.sh), under its two keys. */
#include "support/reading.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "trust/trust.h"

enum { PRIMARY = 0, SUBKEY = 1 }; /* made 2025-01-01 and 2025-03-01 */

#define WHOLE(year, month, day) asy_seconds_of(year, month, day, 0, 0, 0)

struct row {
    const char *file;
    size_t key;
    unsigned signed_month, at_month; /* the first of the month, of 2025 */
    enum asy_reason reason;          /* NONE: it is trusted */
    bool at_signing_time;            /* the setting: an expired key's earlier signatures count */
};

static const struct row rows[] = {
    { .file = "plain", PRIMARY, 2, 6, ASY_REASON_NONE },
    { .file = "plain", PRIMARY, 1, 1, ASY_REASON_NONE },
    { .file = "plain", SUBKEY, 3, 6, ASY_REASON_NONE },
    { .file = "plain", SUBKEY, 2, 6, ASY_SIGNER_NOT_YET_VALID },
    { .file = "plain", SUBKEY, 2, 2, ASY_SIGNER_NOT_YET_VALID },
    { .file = "plain", PRIMARY, 6, 5, ASY_SIGNATURE_FUTURE },

    /* the certificate ends 2025-07-01, which counts at both times */
    { .file = "expiring", PRIMARY, 5, 6, ASY_REASON_NONE },
    { .file = "expiring", PRIMARY, 5, 7, ASY_SIGNER_EXPIRED },
    { .file = "expiring", PRIMARY, 5, 7, ASY_REASON_NONE, true },
    { .file = "expiring", PRIMARY, 7, 8, ASY_SIGNER_EXPIRED, true },
    { .file = "expiring", SUBKEY, 5, 6, ASY_REASON_NONE },
    { .file = "expiring", SUBKEY, 5, 7, ASY_SIGNER_EXPIRED },
    { .file = "expiring", SUBKEY, 7, 8, ASY_SIGNER_EXPIRED, true },

    /* and was renewed 2025-09-01: what it signed meanwhile was signed by an expired key */
    { .file = "renewed", PRIMARY, 5, 10, ASY_REASON_NONE },
    { .file = "renewed", PRIMARY, 8, 10, ASY_SIGNER_EXPIRED },
    { .file = "renewed", PRIMARY, 9, 10, ASY_REASON_NONE },
    { .file = "renewed", SUBKEY, 8, 10, ASY_SIGNER_EXPIRED },
    { .file = "renewed", SUBKEY, 9, 10, ASY_REASON_NONE },
    { .file = "renewed", PRIMARY, 5, 8, ASY_SIGNER_EXPIRED },

    /* where the renewal is all that is left, it speaks for the time before, but not before itself */
    { .file = "cleaned", PRIMARY, 5, 10, ASY_REASON_NONE },
    { .file = "cleaned", PRIMARY, 8, 10, ASY_REASON_NONE },
    { .file = "cleaned", PRIMARY, 5, 8, ASY_CHAIN_INVALID },
    { .file = "cleaned", SUBKEY, 3, 10, ASY_REASON_NONE },
    { .file = "cleaned", SUBKEY, 2, 10, ASY_SIGNER_NOT_YET_VALID },

    { .file = "subkey-expiring", SUBKEY, 5, 6, ASY_REASON_NONE },
    { .file = "subkey-expiring", SUBKEY, 5, 7, ASY_SIGNER_EXPIRED },
    { .file = "subkey-expiring", SUBKEY, 5, 7, ASY_REASON_NONE, true },
    { .file = "subkey-expiring", SUBKEY, 7, 8, ASY_SIGNER_EXPIRED, true },
    { .file = "subkey-expiring", PRIMARY, 5, 8, ASY_REASON_NONE },
    /* gpg replaced the binding 2025-04-01: nobody vouches for what a subkey signed before its binding */
    { .file = "subkey-expiring", SUBKEY, 3, 6, ASY_CHAIN_INVALID },

    /* revoked 2025-08-01: softly from then on, otherwise always */
    { .file = "retired", PRIMARY, 5, 7, ASY_REASON_NONE },
    { .file = "retired", PRIMARY, 5, 8, ASY_SIGNER_REVOKED },
    { .file = "retired", PRIMARY, 5, 8, ASY_SIGNER_REVOKED, true },
    { .file = "retired", SUBKEY, 5, 7, ASY_REASON_NONE },
    { .file = "retired", SUBKEY, 5, 8, ASY_SIGNER_REVOKED },
    { .file = "compromised", PRIMARY, 5, 6, ASY_SIGNER_REVOKED },
    { .file = "compromised", SUBKEY, 5, 6, ASY_SIGNER_REVOKED },
    { .file = "no-reason", PRIMARY, 5, 6, ASY_SIGNER_REVOKED },
    { .file = "subkey-superseded", SUBKEY, 5, 7, ASY_REASON_NONE },
    { .file = "subkey-superseded", SUBKEY, 5, 8, ASY_SIGNER_REVOKED },
    { .file = "subkey-superseded", PRIMARY, 5, 8, ASY_REASON_NONE },
    { .file = "subkey-compromised", SUBKEY, 5, 6, ASY_SIGNER_REVOKED },
    { .file = "subkey-compromised", PRIMARY, 5, 6, ASY_REASON_NONE },
    /* taken back 2025-10-01 by a newer self-signature */
    { .file = "retired-renewed", PRIMARY, 5, 11, ASY_REASON_NONE },
    { .file = "retired-renewed", PRIMARY, 9, 11, ASY_SIGNER_REVOKED },
    { .file = "retired-renewed", PRIMARY, 10, 11, ASY_REASON_NONE },
    { .file = "false-revocation", PRIMARY, 5, 10, ASY_REASON_NONE },

    { .file = "no-user", PRIMARY, 5, 7, ASY_REASON_NONE },
    { .file = "no-user", PRIMARY, 5, 8, ASY_CHAIN_INVALID },
    { .file = "no-back-signature", PRIMARY, 5, 6, ASY_REASON_NONE },
    { .file = "no-back-signature", SUBKEY, 5, 6, ASY_CHAIN_INVALID },
    { .file = "unbound", SUBKEY, 5, 6, ASY_CHAIN_INVALID },
};

/* Whose fingerprint the caller asks about: crypto has said that the signature holds under it. */
static struct asy_openpgp_answer judge(const struct asy_trust *trust, struct asy_dossier *dossier, const struct row *row)
{
    struct asy_openpgp packet = { .version = 4, .created = WHOLE(2025, row->signed_month, 1) };
    struct asy_signature signature = { .openpgp = &packet };
    struct asy_settings settings = asy_default_settings;
    struct asy_openpgp_answer answer;

    settings.expired_at_signing_time = row->at_signing_time;
    asy_trust_judge_openpgp(trust, dossier, &signature, asy_key_fingerprint(asy_trust_key(trust, row->key)->key), &settings,
                            WHOLE(2025, row->at_month, 1), &answer);
    return answer;
}

static struct asy_trust *trust_file(const struct asy_crypto *crypto, const char *name)
{
    struct asy_trust *trust = asy_trust_new(crypto);
    char path[512];
    struct asy_view file;

    (void)snprintf(path, sizeof path, "%s/openpgp/certificates/%s.pgp", ASSAY_TESTDATA, name);
    file = load_file(path);
    cr_assert_not_null(file.data, "%s", path);
    cr_assert(assay_ok(asy_trust_add_key(trust, "vendor", file, ASY_ALWAYS, ASY_FOREVER, NULL)), "%s", name);
    unload(file);
    return trust;
}

Test(openpgp, worth_of_a_certificate_at_a_time)
{
    struct asy_crypto *crypto;
    struct reading_test t = reading_of("openpgp", "agent.sig");

    cr_assert(assay_ok(asy_crypto_new(&crypto, NULL)));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asy_trust *trust = trust_file(crypto, rows[i].file);
        struct asy_openpgp_answer answer;

        cr_expect_eq(asy_trust_keys_n(trust), 2, "%s", rows[i].file);
        answer = judge(trust, t.reading.dossier, &rows[i]);
        cr_expect(answer.known);
        cr_expect_eq(answer.trusted, rows[i].reason == ASY_REASON_NONE, "row %zu: %s, trusted %d", i, rows[i].file,
                     answer.trusted);
        cr_expect_eq(answer.why.reason, rows[i].reason, "row %zu: %s, %s", i, rows[i].file, asy_reason_text(answer.why.reason)->id);
        asy_trust_free(trust);
    }
    reading_end(&t);
    asy_crypto_free(crypto);
}
