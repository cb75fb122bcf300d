#include "support/ssh.h"

#include "base/text.h"

#include <jansson.h>

#define NOW 1795467600 /* 2026-11-23T21:00:00Z */

/* A path below testdata/sshsig. */
static const char *path_of(char *out, size_t room, const char *kind, const char *name, const char *file)
{
    (void)snprintf(out, room, "%s/sshsig/%s/%s/%s", ASSAY_TESTDATA, kind, name, file);
    return out;
}

static struct ssh_test read_named(const char *kind, const char *name, char about[static 512])
{
    char sig[512];

    return ssh_read_file(path_of(sig, sizeof sig, kind, name, "agent.bin.sig"),
                         path_of(about, 512, kind, name, "agent.bin"));
}

struct valid_row {
    const char *name;
    enum asy_signature_alg alg;
    enum asy_digest_alg digest;
    size_t claims;
};

static const struct valid_row valid[] = {
    { "ed25519", ASY_SIG_ED25519, ASY_DIGEST_NONE, 1 },
    { "sha256", ASY_SIG_ED25519, ASY_DIGEST_NONE, 1 },
    { "rsa", ASY_SIG_RSA_PKCS1, ASY_SHA512, 1 },
    { "p256", ASY_SIG_ECDSA, ASY_SHA256, 1 },
    { "p384", ASY_SIG_ECDSA, ASY_SHA384, 1 },
    { "p521", ASY_SIG_ECDSA, ASY_SHA512, 1 },
    { "token-ed25519", ASY_SIG_ED25519, ASY_DIGEST_NONE, 1 },
    { "token-p256", ASY_SIG_ECDSA, ASY_SHA256, 1 },
    { "cert", ASY_SIG_ED25519, ASY_DIGEST_NONE, 2 },
    { "cert-forever", ASY_SIG_ED25519, ASY_DIGEST_NONE, 2 },
    { "cert-by-rsa", ASY_SIG_ED25519, ASY_DIGEST_NONE, 2 },
    { "cert-by-p256", ASY_SIG_ED25519, ASY_DIGEST_NONE, 2 },
};
enum { VALID = sizeof valid / sizeof *valid };

Test(sshsig, signatures_of_every_key_hold_and_are_trusted)
{
    for (size_t i = 0; i < VALID; i++) {
        char about[512], signers[512];
        struct ssh_test t = read_named("valid", valid[i].name, about);
        struct asy_trust trust = ssh_trust_new();
        struct asy_view file = load_file(path_of(signers, sizeof signers, "valid", valid[i].name, "allowed_signers"));
        struct asy_ssh_answer answer;

        cr_assert(assay_ok(t.reading.status), "%s: %s", valid[i].name, t.reading.reading.diag.text);
        cr_assert_eq(t.dossier->facts_n, valid[i].claims, "%s", valid[i].name);
        cr_expect_eq(ssh_signature(&t, 0)->scheme.alg, valid[i].alg, "%s", valid[i].name);
        cr_expect_eq(ssh_signature(&t, 0)->scheme.digest, valid[i].digest, "%s", valid[i].name);
        cr_expect(asy_view_is(ssh_signature(&t, 0)->name_space, "file"));
        cr_expect_eq(ssh_signature(&t, 0)->ssh_cert != NULL, valid[i].claims == 2);
        ssh_check(&t, trust.crypto);
        for (size_t no = 0; no < valid[i].claims; no++)
            cr_expect(ssh_holds(&t, no), "%s, claim %zu: %s", valid[i].name, no, ssh_fact(&t, no)->why.detail);
        cr_assert(assay_ok(asy_trust_add_allowed_signers(&trust, "s", file, NULL)), "%s", valid[i].name);
        answer = ssh_judge(&t, &trust, "release@vendor.example", "file", NOW);
        cr_expect(answer.trusted, "%s: %s", valid[i].name, answer.why.detail);
        unload(file);
        ssh_trust_clear(&trust);
        ssh_end(&t);
    }
}

Test(sshsig, another_file_does_not_hold)
{
    for (size_t i = 0; i < VALID; i++) {
        char about[512], sig[512];
        struct asy_trust trust = ssh_trust_new();
        struct ssh_test t = ssh_read_file(path_of(sig, sizeof sig, "valid", valid[i].name, "agent.bin.sig"),
                                          path_of(about, sizeof about, "valid", valid[i].name, "allowed_signers"));

        ssh_check(&t, trust.crypto);
        cr_expect_not(ssh_holds(&t, 0), "%s", valid[i].name);
        cr_expect_eq(ssh_fact(&t, 0)->outcome, ASY_FAILS, "%s", valid[i].name);
        ssh_trust_clear(&trust);
        ssh_end(&t);
    }
}

static const char *const invalid[] = {
    "absent-owner-token-ed25519", "absent-owner-token-p256", "algorithm-of-ed25519", "algorithm-of-p384",
    "algorithm-of-rsa", "cert-by-cert", "cert-cut", "cert-no-signature", "cert-trailing", "curve-other", "empty",
    "hash-none", "hash-sha1", "hash-upper", "key-blank-in-name", "key-no-name", "key-short", "key-trailing",
    "length-overflow", "no-end", "no-magic", "no-namespace", "no-signature", "other-label", "point-compressed",
    "point-short", "r-negative", "r-overlong", "r-zero", "rsa-long", "rsa-negative", "rsa-no-exponent", "rsa-overlong",
    "s-huge", "s-trailing", "s-zero", "signature-short", "signature-trailing", "stray-letter", "text-after",
    "text-before", "trailing-bytes", "two-frames", "version-0", "version-2",
};

Test(sshsig, one_defect_is_enough_to_refuse)
{
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        char about[512];
        struct ssh_test t = read_named("invalid", invalid[i], about);

        cr_expect_not(assay_ok(t.reading.status), "%s", invalid[i]);
        cr_expect_eq(t.dossier->facts_n, 0, "%s", invalid[i]);
        cr_expect_neq(t.reading.reading.diag.text[0], 0, "%s", invalid[i]);
        ssh_end(&t);
    }
}

struct untrusted_row {
    const char *name;
    enum asy_reason reason;
};

static const struct untrusted_row untrusted[] = {
    { "cert-by-sha1", ASY_CHAIN_INVALID },   { "cert-expired", ASY_SIGNER_EXPIRED },
    { "cert-early", ASY_SIGNER_NOT_YET_VALID }, { "cert-host", ASY_SIGNER_PURPOSE },
    { "cert-critical", ASY_CHAIN_INVALID },  { "cert-nobody", ASY_SIGNER_IDENTITY },
    { "cert-by-weak", ASY_SIGNER_WEAK_KEY },
};

Test(sshsig, certificates_that_hold_are_not_all_trusted)
{
    for (size_t i = 0; i < sizeof untrusted / sizeof *untrusted; i++) {
        char about[512], signers[512];
        struct ssh_test t = read_named("untrusted", untrusted[i].name, about);
        struct asy_trust trust = ssh_trust_new();
        struct asy_view file =
            load_file(path_of(signers, sizeof signers, "untrusted", untrusted[i].name, "allowed_signers"));
        struct asy_ssh_answer answer;

        cr_assert(assay_ok(t.reading.status), "%s: %s", untrusted[i].name, t.reading.reading.diag.text);
        ssh_check(&t, trust.crypto);
        cr_expect(ssh_holds(&t, 0), "%s", untrusted[i].name);
        cr_assert(assay_ok(asy_trust_add_allowed_signers(&trust, "s", file, NULL)), "%s", untrusted[i].name);
        answer = ssh_judge(&t, &trust, "release@vendor.example", "file", NOW);
        cr_expect_not(answer.trusted, "%s", untrusted[i].name);
        cr_expect_eq(answer.why.reason, untrusted[i].reason, "%s: %s", untrusted[i].name,
                     asy_reason_text(answer.why.reason)->id);
        answer = ssh_judge(&t, &trust, NULL, "file", NOW);
        cr_expect_not(answer.trusted, "%s", untrusted[i].name);
        unload(file);
        ssh_trust_clear(&trust);
        ssh_end(&t);
    }
}

Test(sshsig, no_prefix_of_a_document_is_one)
{
    for (size_t i = 0; i < VALID; i++) {
        char sig[512], about[512];
        struct asy_view file = load_file(path_of(sig, sizeof sig, "valid", valid[i].name, "agent.bin.sig"));

        path_of(about, sizeof about, "valid", valid[i].name, "agent.bin");
        cr_assert_gt(file.len, 1);
        for (size_t len = 0; len + 1 < file.len; len++) { /* the last LF may be missing */
            struct ssh_test t = ssh_read(asy_view_head(file, len), about);

            cr_assert_not(assay_ok(t.reading.status), "%s, %zu bytes", valid[i].name, len);
            ssh_end(&t);
        }
        unload(file);
    }
}

Test(sshsig, without_the_file_there_is_no_claim)
{
    char sig[512];
    struct asy_view file = load_file(path_of(sig, sizeof sig, "valid", "ed25519", "agent.bin.sig"));
    struct reading_test t = reading_of("sshsig", "agent.bin.sig");

    read_bytes(&t, file);
    cr_expect_eq(t.status.code, ASSAY_E_ABSENT);
    cr_expect(is_recognised("sshsig", file, "agent.bin.sig"));
    unload(file);
    reading_end(&t);
}

/* ---- the shared cases ---- */

static const char *text_of(const json_t *arguments, const char *name)
{
    return json_string_value(json_object_get(arguments, name));
}

static bool shared_file(const json_t *arguments, const char *name, char out[static 512])
{
    const char *file = text_of(arguments, name);

    (void)snprintf(out, 512, "%s/corpora/sshsig/%s", ASSAY_SHARED, file == NULL ? "" : file);
    return file != NULL;
}

/* The path from bytes to trust, as the library walks it, but for the floors that policy sets. */
static bool passes(const json_t *arguments)
{
    char sig[512], data[512], signers[512], revoked[512];
    struct asy_trust trust = ssh_trust_new();
    struct ssh_test t;
    struct asy_view file;
    bool good;
    int64_t at;

    cr_assert(shared_file(arguments, "sig", sig) && shared_file(arguments, "data", data) &&
              shared_file(arguments, "allowed_signers", signers));
    cr_assert(asy_parse_time(asy_view_of(text_of(arguments, "time")), &at));
    file = load_file(signers);
    cr_assert(assay_ok(asy_trust_add_allowed_signers(&trust, "s", file, NULL)), "%s", signers);
    unload(file);
    if (shared_file(arguments, "revoked", revoked)) {
        file = load_file(revoked);
        cr_assert(assay_ok(asy_trust_add_krl(&trust, file, NULL)), "%s", revoked);
        unload(file);
    }
    t = ssh_read_file(sig, data);
    good = assay_ok(t.reading.status);
    if (good) {
        ssh_check(&t, trust.crypto);
        good = ssh_holds(&t, 0) &&
               ssh_judge(&t, &trust, text_of(arguments, "identity"), text_of(arguments, "namespace"), at).trusted;
    }
    ssh_end(&t);
    ssh_trust_clear(&trust);
    return good;
}

Test(sshsig, shared_cases)
{
    json_t *all = json_load_file(ASSAY_SHARED "/corpora/sshsig/cases.json", 0, NULL), *one;
    size_t i;

    if (all == NULL)
        cr_skip_test("no shared corpora");
    cr_assert_gt(json_array_size(json_object_get(all, "cases")), 30);
    json_array_foreach(json_object_get(all, "cases"), i, one) {
        const char *name = json_string_value(json_object_get(one, "case"));
        bool expected = strcmp(json_string_value(json_object_get(one, "expected")), "pass") == 0;

        if (strcmp(name, "rsa1024") == 0) /* min_rsa is policy's */
            expected = true;
        cr_expect_eq(passes(json_object_get(one, "arguments")), expected, "%s", name);
    }
    json_decref(all);
}

Test(sshsig, algorithms_that_are_not_served_are_named)
{
    static const char *const file = ASSAY_SHARED "/corpora/sshsig/data/x/sshsig/mldsa44-ed25519.sig";
    struct asy_view bytes = load_file(file);
    struct ssh_test t;

    if (bytes.data == NULL)
        cr_skip_test("no shared corpora");
    t = ssh_read(bytes, file);
    cr_assert(assay_ok(t.reading.status), "%s", t.reading.reading.diag.text);
    cr_expect_eq(ssh_signature(&t, 0)->scheme.alg, ASY_SIG_OTHER);
    cr_expect_str_eq(ssh_signature(&t, 0)->scheme.alg_name, "ssh-mldsa44-ed25519@openssh.com");
    unload(bytes);
    ssh_end(&t);
}
