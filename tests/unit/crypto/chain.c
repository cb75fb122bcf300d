#include "crypto/chain.h"
#include "crypto/proof.h"
#include "codec/pem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 4 };

static const int64_t at = 1893456000; /* 2030-01-01T00:00:00Z */
static const int64_t reference = 1795467600; /* 2026-11-23T21:00:00Z */
static const int64_t in_2025 = 1748736000; /* 2025-06-01T00:00:00Z */
static const int64_t in_2028 = 1843430400; /* 2028-06-01T12:00:00Z */

/* One question: files by name, in testdata/pki or in the shared corpora. */
struct question {
    const char *anchors, *leaf, *pool[FEW], *helpers, *crls[FEW], *brought_crls[FEW], *ocsp[FEW];
    enum asy_purpose purpose;
    enum asy_revocation revocation;
    bool partial, stamped, ts_before, for_timestamps, shared;
    unsigned min_rsa;
    enum asy_digest_alg min_digest;
    int64_t at, stamped_at;
    enum asy_outcome outcome;
    enum asy_reason reason;
};

struct answer {
    struct asy_arena *arena;
    struct asy_dossier *dossier;
    struct asy_fact *fact;
    struct asy_chain_answer is;
    struct asy_crypto *crypto;
    struct asy_pki *pki;
};

static const char *dir(bool shared)
{
    return shared ? ASSAY_SHARED "/corpora/cms/data/x" : ASSAY_TESTDATA "/pki";
}

static struct asy_view load(struct asy_arena *arena, bool shared, const char *name)
{
    char path[512];
    uint8_t *bytes = asy_alloc(arena, 1 << 16, 1);
    FILE *f;
    size_t n;

    (void)snprintf(path, sizeof path, "%s/%s", dir(shared), name);
    f = fopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    n = fread(bytes, 1, 1 << 16, f);
    cr_assert(n > 0 && n < 1 << 16, "%s", path);
    (void)fclose(f);
    return (struct asy_view){ bytes, n };
}

static const struct asy_view *load_few(struct asy_arena *arena, const char *const names[FEW], size_t *n)
{
    struct asy_view *few = asy_alloc(arena, FEW, sizeof *few);

    for (*n = 0; *n < FEW && names[*n] != NULL; ++*n)
        few[*n] = load(arena, false, names[*n]);
    return few;
}

static void must(assay_status s, const struct asy_diag *diag, const char *what)
{
    cr_assert(assay_ok(s), "%s: %s", what, diag->text);
}

static void open_pki(struct answer *a, const struct question *q)
{
    struct asy_diag diag = { 0 };

    a->pki = asy_pki_new(a->crypto);
    if (q->anchors != NULL)
        must(asy_pki_add_anchors(a->pki, q->anchors, load(a->arena, q->shared, q->anchors), &diag), &diag, q->anchors);
    if (q->helpers != NULL)
        must(asy_pki_add_helpers(a->pki, load(a->arena, q->shared, q->helpers), &diag), &diag, q->helpers);
    for (size_t i = 0; i < FEW && q->crls[i] != NULL; i++)
        must(asy_pki_add_crls(a->pki, load(a->arena, q->shared, q->crls[i]), &diag), &diag, q->crls[i]);
}

static void start(struct answer *a)
{
    struct asy_diag diag = { 0 };

    memset(a, 0, sizeof *a);
    a->arena = asy_arena_new((size_t)64 << 20);
    must(asy_crypto_new(&a->crypto, &diag), &diag, "crypto");
    a->dossier = asy_dossier_new(a->arena, &asy_default_limits, at);
}

static void finish(struct answer *a)
{
    asy_pki_free(a->pki);
    asy_crypto_free(a->crypto);
    asy_arena_free(a->arena);
}

static struct asy_settings settings_of(const struct question *q)
{
    struct asy_settings settings = asy_default_settings;

    settings.partial_chain = q->partial;
    settings.revocation = q->revocation;
    settings.revoked_ts_before = q->ts_before;
    settings.min_rsa = q->min_rsa == 0 ? settings.min_rsa : q->min_rsa;
    settings.min_digest = q->min_digest == ASY_DIGEST_NONE ? settings.min_digest : q->min_digest;
    return settings;
}

static void ask_claim(struct answer *a, const struct question *q, const struct asy_chain *chain)
{
    struct asy_settings settings = settings_of(q);
    struct asy_chain_terms terms = { q->at == 0 ? at : q->at, q->purpose, &settings, q->stamped, q->stamped_at, false, NULL };
    struct asy_claim *claim;
    asy_claim_no no;

    claim = asy_add_claim(a->dossier, ASY_CLAIM_CHAIN, NULL, &no);
    claim->is.chain = *chain;
    a->fact = asy_fact_no(a->dossier, no);
    asy_check_chain(a->crypto, a->dossier, a->fact, a->pki, &terms, &a->is);
}

static void ask(struct answer *a, const struct question *q)
{
    struct asy_chain chain = { .for_timestamps = q->for_timestamps };

    start(a);
    open_pki(a, q);
    if (q->leaf != NULL)
        chain.leaf = load(a->arena, q->shared, q->leaf);
    chain.pool = load_few(a->arena, q->pool, &chain.pool_n);
    chain.crls = load_few(a->arena, q->brought_crls, &chain.crls_n);
    chain.ocsp = load_few(a->arena, q->ocsp, &chain.ocsp_n);
    ask_claim(a, q, &chain);
}

static void expect_all(const struct question *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct question *q = &table[i];
        struct answer a;

        ask(&a, q);
        cr_expect(a.fact->outcome == q->outcome && a.fact->why.reason == q->reason &&
                      (a.fact->proof != NULL) == (q->outcome == ASY_HOLDS),
                  "row %zu (%s): outcome %d, %s: %s", i, q->leaf, (int)a.fact->outcome,
                  asy_reason_text(a.fact->why.reason)->id, a.fact->why.detail == NULL ? "" : a.fact->why.detail);
        cr_expect(q->outcome == ASY_HOLDS || a.fact->why.detail != NULL, "row %zu has no words", i);
        finish(&a);
    }
}

#define EXPECT_ALL(table) expect_all(table, sizeof table / sizeof *table)
#define BY_INTER .anchors = "root.crt", .pool = { "inter.crt" }
#define HELD ASY_HOLDS, .reason = ASY_REASON_NONE
#define BROKEN(why) ASY_FAILS, .reason = why
#define UNSURE(why) ASY_UNKNOWN, .reason = why

Test(chain, a_path_leads_to_an_anchor_or_nowhere)
{
    static const struct question table[] = {
        { BY_INTER, .leaf = "good.crt", .outcome = HELD },
        { .anchors = "root.pem", .helpers = "helpers.pem", .leaf = "good.crt", .outcome = HELD },
        { .anchors = "root.crt", .leaf = "good.crt", .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { .pool = { "inter.crt", "root.crt" }, .leaf = "good.crt", .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { .anchors = "impostor.crt", .leaf = "good.crt", .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { .anchors = "root.crt", .pool = { "impostor.crt" }, .leaf = "good.crt", .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { BY_INTER, .leaf = "by-impostor.crt", .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { .anchors = "inter.crt", .leaf = "good.crt", .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { .anchors = "inter.crt", .leaf = "good.crt", .partial = true, .outcome = HELD },
        { .anchors = "good.crt", .leaf = "good.crt", .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { .anchors = "good.crt", .leaf = "good.crt", .partial = true, .outcome = HELD },
        { .anchors = "selfsigned.crt", .leaf = "selfsigned.crt", .outcome = HELD },
        { BY_INTER, .leaf = "selfsigned.crt", .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { BY_INTER, .leaf = "helpers.pem", .outcome = UNSURE(ASY_EVIDENCE_MALFORMED) },
    };

    EXPECT_ALL(table);
}

Test(chain, who_is_no_authority_certifies_nobody)
{
    static const struct question table[] = {
        { .anchors = "root.crt", .pool = { "sub.crt", "inter.crt" }, .leaf = "deep.crt", .outcome = BROKEN(ASY_CHAIN_INVALID) },
        { .anchors = "root.crt", .pool = { "good.crt", "inter.crt" }, .leaf = "by-leaf.crt",
          .outcome = BROKEN(ASY_CHAIN_INVALID) },
        { .anchors = "selfsigned.crt", .leaf = "by-selfsigned.crt", .outcome = BROKEN(ASY_CHAIN_INVALID) },
        { .anchors = "root.crt", .pool = { "nocertsign.crt" }, .leaf = "by-nocertsign.crt",
          .outcome = BROKEN(ASY_CHAIN_INVALID) },
        { .anchors = "root.crt", .pool = { "server.crt" }, .leaf = "by-server.crt", .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { .anchors = "root.crt", .pool = { "server.crt" }, .leaf = "by-server.crt", .purpose = ASY_PURPOSE_ANY,
          .outcome = HELD },
        { .anchors = "root.crt", .pool = { "names.crt" }, .leaf = "named-well.crt", .outcome = HELD },
        { .anchors = "root.crt", .pool = { "names.crt" }, .leaf = "named-ill.crt", .outcome = BROKEN(ASY_CHAIN_INVALID) },
        { BY_INTER, .leaf = "strange.crt", .outcome = BROKEN(ASY_CHAIN_INVALID) },
    };

    EXPECT_ALL(table);
}

Test(chain, a_certificate_is_used_for_what_it_was_issued_for)
{
    static const struct question table[] = {
        { BY_INTER, .leaf = "eku-server.crt", .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "eku-server.crt", .purpose = ASY_PURPOSE_ANY, .outcome = HELD },
        { BY_INTER, .leaf = "eku-email.crt", .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "eku-email.crt", .purpose = ASY_PURPOSE_SMIME, .outcome = HELD },
        { BY_INTER, .leaf = "eku-any.crt", .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "eku-none.crt", .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "eku-none.crt", .purpose = ASY_PURPOSE_ANY, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .purpose = ASY_PURPOSE_SMIME, .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "ku-none.crt", .outcome = HELD },
        { BY_INTER, .leaf = "ku-commits.crt", .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "ku-encrypts.crt", .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "ku-encrypts.crt", .purpose = ASY_PURPOSE_ANY, .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "tsa.crt", .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "tsa.crt", .purpose = ASY_PURPOSE_ANY, .outcome = HELD },
        { BY_INTER, .leaf = "tsa.crt", .for_timestamps = true, .outcome = HELD },
        { BY_INTER, .leaf = "tsa-not-critical.crt", .for_timestamps = true, .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "tsa-and-code.crt", .for_timestamps = true, .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
        { BY_INTER, .leaf = "good.crt", .for_timestamps = true, .purpose = ASY_PURPOSE_ANY,
          .outcome = BROKEN(ASY_SIGNER_PURPOSE) },
    };

    EXPECT_ALL(table);
}

Test(chain, weak_keys_and_digests_are_refused)
{
    static const struct question table[] = {
        { BY_INTER, .leaf = "rsa1024.crt", .outcome = BROKEN(ASY_SIGNER_WEAK_KEY) },
        { BY_INTER, .leaf = "rsa1024.crt", .min_rsa = 1024, .outcome = HELD },
        { BY_INTER, .leaf = "sha1.crt", .outcome = BROKEN(ASY_SIGNATURE_WEAK) },
        { BY_INTER, .leaf = "sha1.crt", .min_digest = ASY_SHA1, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .min_digest = ASY_SHA512, .outcome = BROKEN(ASY_SIGNATURE_WEAK) },
        { .anchors = "selfsigned.crt", .leaf = "selfsigned.crt", .min_digest = ASY_SHA512, .outcome = HELD },
        { BY_INTER, .leaf = "explicit.crt", .outcome = BROKEN(ASY_CHAIN_INVALID) },
    };

    EXPECT_ALL(table);
}

Test(chain, time_is_the_callers_and_a_stamp_can_save_what_expired)
{
    static const struct question table[] = {
        { BY_INTER, .leaf = "expired.crt", .outcome = BROKEN(ASY_SIGNER_EXPIRED) },
        { BY_INTER, .leaf = "expired.crt", .at = in_2025, .outcome = HELD },
        { BY_INTER, .leaf = "expired.crt", .stamped = true, .stamped_at = in_2025, .outcome = HELD },
        { BY_INTER, .leaf = "expired.crt", .stamped = true, .stamped_at = in_2028, .outcome = BROKEN(ASY_SIGNER_EXPIRED) },
        { BY_INTER, .leaf = "expired.crt", .stamped = true, .stamped_at = 1, .outcome = BROKEN(ASY_SIGNER_NOT_YET_VALID) },
        { BY_INTER, .leaf = "lifetime.crt", .at = in_2025, .outcome = HELD },
        { BY_INTER, .leaf = "lifetime.crt", .stamped = true, .stamped_at = in_2025, .outcome = BROKEN(ASY_SIGNER_EXPIRED) },
        { BY_INTER, .leaf = "future.crt", .outcome = BROKEN(ASY_SIGNER_NOT_YET_VALID) },
        { BY_INTER, .leaf = "future.crt", .stamped = true, .stamped_at = in_2025, .outcome = BROKEN(ASY_SIGNER_NOT_YET_VALID) },
        { BY_INTER, .leaf = "expired.crt", .stamped = true, .stamped_at = in_2025, .crls = { "inter.crl" }, .outcome = HELD },
    };

    EXPECT_ALL(table);
}

Test(chain, lists_revoke_and_must_be_current_and_genuine)
{
    static const struct question table[] = {
        { BY_INTER, .leaf = "revoked.crt", .outcome = HELD },
        { BY_INTER, .leaf = "revoked.crt", .crls = { "inter.crl" }, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "revoked.crt", .brought_crls = { "inter.crl" }, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "revoked.crt", .crls = { "inter-clean.crl", "inter.crl" }, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "revoked.crt", .crls = { "inter-old-revoked.crl", "inter-clean.crl" },
          .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter.crl" }, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter-old.crl" }, .outcome = UNSURE(ASY_REVOCATION_STALE) },
        { BY_INTER, .leaf = "good.crt", .brought_crls = { "inter-old.crl" }, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .brought_crls = { "inter-old.crl" }, .revocation = ASY_REVOCATION_REQUIRE,
          .outcome = UNSURE(ASY_REVOCATION_STALE) },
        { BY_INTER, .leaf = "good.crt", .at = in_2028, .crls = { "inter.crl" }, .outcome = UNSURE(ASY_REVOCATION_STALE) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter-old.crl", "inter.crl" }, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter-forged.crl" }, .outcome = UNSURE(ASY_REVOCATION_INVALID) },
        { BY_INTER, .leaf = "good.crt", .brought_crls = { "inter-forged.crl" }, .outcome = UNSURE(ASY_REVOCATION_INVALID) },
        { BY_INTER, .leaf = "revoked.crt", .crls = { "inter-forged.crl", "inter.crl" }, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter-sha1.crl" }, .outcome = UNSURE(ASY_REVOCATION_INVALID) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter-indirect.crl" }, .outcome = UNSURE(ASY_EVIDENCE_UNSUPPORTED) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter-delta.crl" }, .outcome = UNSURE(ASY_EVIDENCE_UNSUPPORTED) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter-only_ca.crl" }, .revocation = ASY_REVOCATION_REQUIRE,
          .outcome = UNSURE(ASY_REVOCATION_MISSING) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter-point.crl" }, .revocation = ASY_REVOCATION_REQUIRE,
          .outcome = UNSURE(ASY_REVOCATION_MISSING) },
        { BY_INTER, .leaf = "good.crt", .crls = { "root-revoked.crl" }, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "good.crt", .brought_crls = { "good.crt" }, .outcome = UNSURE(ASY_EVIDENCE_MALFORMED) },
    };

    EXPECT_ALL(table);
}

Test(chain, what_is_required_must_be_known)
{
    static const struct question table[] = {
        { BY_INTER, .leaf = "good.crt", .revocation = ASY_REVOCATION_REQUIRE, .outcome = UNSURE(ASY_REVOCATION_MISSING) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter.crl" }, .revocation = ASY_REVOCATION_REQUIRE, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter.crl" }, .revocation = ASY_REVOCATION_REQUIRE_ALL,
          .outcome = UNSURE(ASY_REVOCATION_MISSING) },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter.crl", "root.crl" }, .revocation = ASY_REVOCATION_REQUIRE_ALL,
          .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .crls = { "inter.crl", "root.crl" }, .revocation = ASY_REVOCATION_HARD_FAIL,
          .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .crls = { "root.crl" }, .revocation = ASY_REVOCATION_HARD_FAIL,
          .outcome = UNSURE(ASY_REVOCATION_MISSING) },
        { .anchors = "selfsigned.crt", .leaf = "selfsigned.crt", .revocation = ASY_REVOCATION_REQUIRE_ALL, .outcome = HELD },
    };

    EXPECT_ALL(table);
}

Test(chain, only_a_stated_harmless_reason_lets_a_stamped_signature_stand)
{
    static const struct question table[] = {
        { BY_INTER, .leaf = "revoked-superseded.crt", .crls = { "inter.crl" }, .stamped = true, .stamped_at = in_2025,
          .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "revoked-superseded.crt", .crls = { "inter.crl" }, .stamped = true, .stamped_at = in_2025,
          .ts_before = true, .outcome = HELD },
        { BY_INTER, .leaf = "revoked-superseded.crt", .crls = { "inter.crl" }, .stamped = true, .stamped_at = in_2028 + 40000000,
          .ts_before = true, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "revoked-superseded.crt", .crls = { "inter.crl" }, .ts_before = true,
          .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "revoked-keyCompromise.crt", .crls = { "inter.crl" }, .stamped = true, .stamped_at = in_2025,
          .ts_before = true, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "revoked.crt", .crls = { "inter.crl" }, .stamped = true, .stamped_at = in_2025,
          .ts_before = true, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
    };

    EXPECT_ALL(table);
}

Test(chain, responders_answer_for_the_issuer_that_appointed_them)
{
    static const struct question table[] = {
        { BY_INTER, .leaf = "good.crt", .ocsp = { "good.ocsp" }, .revocation = ASY_REVOCATION_REQUIRE, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .ocsp = { "good-by-issuer.ocsp" }, .revocation = ASY_REVOCATION_REQUIRE, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .ocsp = { "good-by-checked.ocsp" }, .revocation = ASY_REVOCATION_REQUIRE, .outcome = HELD },
        { BY_INTER, .leaf = "good.crt", .ocsp = { "good-by-leaf.ocsp" }, .outcome = UNSURE(ASY_REVOCATION_INVALID) },
        { BY_INTER, .leaf = "good.crt", .ocsp = { "good-old.ocsp" }, .revocation = ASY_REVOCATION_REQUIRE,
          .outcome = UNSURE(ASY_REVOCATION_STALE) },
        { BY_INTER, .leaf = "good.crt", .ocsp = { "unknown.ocsp" }, .outcome = UNSURE(ASY_REVOCATION_MISSING) },
        { BY_INTER, .leaf = "revoked.crt", .ocsp = { "good.ocsp" }, .revocation = ASY_REVOCATION_REQUIRE,
          .outcome = UNSURE(ASY_REVOCATION_MISSING) },
        { BY_INTER, .leaf = "revoked-keyCompromise.crt", .ocsp = { "revoked.ocsp" }, .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "revoked-keyCompromise.crt", .ocsp = { "revoked.ocsp" }, .crls = { "inter-clean.crl" },
          .outcome = BROKEN(ASY_SIGNER_REVOKED) },
        { BY_INTER, .leaf = "good.crt", .ocsp = { "good.crt" }, .outcome = UNSURE(ASY_EVIDENCE_MALFORMED) },
    };

    EXPECT_ALL(table);
}

Test(chain, a_responder_that_could_be_revoked_itself_is_reported)
{
    struct question q = { BY_INTER, .leaf = "good.crt", .ocsp = { "good-by-checked.ocsp" } };
    struct answer a;

    ask(&a, &q);
    cr_expect_eq(a.dossier->findings_n, 1);
    finish(&a);
    q.ocsp[0] = "good.ocsp";
    ask(&a, &q);
    cr_expect_eq(a.dossier->findings_n, 0);
    finish(&a);
}

Test(chain, no_flipped_bit_of_a_list_or_a_response_says_that_all_is_well)
{
    static const char *const files[] = { "inter.crl", "good.ocsp" };

    for (size_t f = 0; f < 2; f++) {
        struct question q = { BY_INTER, .leaf = "good.crt", .revocation = ASY_REVOCATION_REQUIRE };
        struct answer a;
        struct asy_chain chain = { 0 };
        struct asy_view leaf, pool, data;
        uint8_t *bytes;

        start(&a);
        open_pki(&a, &q);
        leaf = load(a.arena, false, "good.crt");
        pool = load(a.arena, false, "inter.crt");
        data = load(a.arena, false, files[f]);
        bytes = asy_alloc(a.arena, data.len, 1);
        chain = (struct asy_chain){ .leaf = leaf, .pool = &pool, .pool_n = 1 };
        *(f == 0 ? &chain.crls : &chain.ocsp) = &(struct asy_view){ bytes, data.len };
        *(f == 0 ? &chain.crls_n : &chain.ocsp_n) = 1;
        for (size_t i = 0; i < data.len; i++) {
            memcpy(bytes, data.data, data.len);
            bytes[i] ^= (uint8_t)(1u << (i % 8));
            ask_claim(&a, &q, &chain);
            cr_expect_neq(a.fact->outcome, ASY_HOLDS, "%s holds with byte %zu flipped", files[f], i);
        }
        finish(&a);
    }
}

Test(chain, no_flipped_bit_of_a_certificate_holds)
{
    struct question q = { BY_INTER };
    struct answer a;
    struct asy_view leaf, pool;
    uint8_t *bytes;

    start(&a);
    open_pki(&a, &q);
    leaf = load(a.arena, false, "good.crt");
    pool = load(a.arena, false, "inter.crt");
    bytes = asy_alloc(a.arena, leaf.len + 1, 1);
    for (size_t i = 0; i < leaf.len; i++) {
        struct asy_chain chain = { .leaf = { bytes, leaf.len }, .pool = &pool, .pool_n = 1 };

        memcpy(bytes, leaf.data, leaf.len);
        bytes[i] ^= (uint8_t)(1u << (i % 8));
        ask_claim(&a, &q, &chain);
        cr_expect_neq(a.fact->outcome, ASY_HOLDS, "byte %zu flipped", i);
    }
    memcpy(bytes, leaf.data, leaf.len);
    ask_claim(&a, &q, &(struct asy_chain){ .leaf = { bytes, leaf.len + 1 }, .pool = &pool, .pool_n = 1 });
    cr_expect_eq(a.fact->outcome, ASY_UNKNOWN);
    finish(&a);
}

Test(chain, the_answer_describes_the_signer_even_where_nothing_holds)
{
    struct question q = { BY_INTER, .leaf = "expired.crt" };
    struct answer a;

    ask(&a, &q);
    cr_expect_str_eq(a.is.subject, "CN=expired,O=Assay");
    cr_expect_str_eq(a.is.common_name, "expired");
    cr_expect_eq(a.is.not_before, 1735689600);
    cr_expect_eq(a.is.not_after, 1767225600);
    cr_expect_eq(a.is.leaf_bits, 256);
    cr_expect_null(a.is.anchor);
    cr_expect_str_eq(a.fact->why.detail, "certificate of CN=expired,O=Assay expired 2026-01-01T00:00:00Z, judged at "
                                         "2030-01-01T00:00:00Z");
    finish(&a);
    q.leaf = "good.crt";
    q.crls[0] = "inter.crl";
    ask(&a, &q);
    cr_expect_str_eq(a.is.anchor, "root.crt");
    cr_expect(a.is.revocation_checked);
    finish(&a);
}

Test(chain, too_long_a_path_is_a_limit_and_not_a_refusal)
{
    struct question q = { BY_INTER, .leaf = "good.crt" };
    struct asy_limits limits = asy_default_limits;
    struct asy_view leaf, pool;
    struct answer a;

    limits.chain = 2;
    start(&a);
    a.dossier->limits = &limits;
    open_pki(&a, &q);
    leaf = load(a.arena, false, "good.crt");
    pool = load(a.arena, false, "inter.crt");
    ask_claim(&a, &q, &(struct asy_chain){ .leaf = leaf, .pool = &pool, .pool_n = 1 });
    cr_expect_eq(a.fact->outcome, ASY_UNKNOWN);
    cr_expect_eq(a.fact->why.reason, ASY_LIMIT_REACHED);
    finish(&a);
}

/* DER of the good certificate: its issuer, its serial number and its subject key identifier. */
Test(chain, a_leaf_is_found_by_what_names_the_signer)
{
    struct question q = { .anchors = "root.crt", .helpers = "helpers.pem" };
    static const uint8_t issuer[] = "\x30\x20\x31\x0e\x30\x0c\x06\x03\x55\x04\x0a\x0c\x05""Assay"
                                    "\x31\x0e\x30\x0c\x06\x03\x55\x04\x03\x0c\x05inter";
    static const uint8_t serial[] = { 0x10, 0x01 };
    struct asy_chain chain = { .issuer = { issuer, sizeof issuer - 1 }, .serial = { serial, sizeof serial } };
    struct asy_view found, good;
    struct answer a;

    start(&a);
    open_pki(&a, &q);
    good = load(a.arena, false, "good.crt");
    cr_assert(asy_pki_find_leaf(a.pki, &chain, &found));
    cr_expect(asy_view_eq(found, good));
    ask_claim(&a, &q, &chain);
    cr_expect_eq(a.fact->outcome, ASY_HOLDS);
    chain.serial.len = 1;
    cr_expect_not(asy_pki_find_leaf(a.pki, &chain, &found));
    ask_claim(&a, &q, &chain);
    cr_expect_eq(a.fact->why.reason, ASY_CHAIN_INCOMPLETE);
    cr_expect_not(asy_pki_find_leaf(a.pki, &(struct asy_chain){ .of = 0 }, &found));
    finish(&a);
}

Test(chain, a_store_takes_a_file_wholly_or_not_at_all)
{
    struct question q = { .anchors = NULL };
    struct asy_view root, mixed, crl;
    struct asy_diag diag = { 0 };
    struct answer a;
    int64_t newest;

    start(&a);
    open_pki(&a, &q);
    root = load(a.arena, false, "root.pem");
    mixed = load(a.arena, false, "mixed.pem");
    crl = load(a.arena, false, "inter-old.crl");
    cr_expect_eq(asy_pki_add_crls(a.pki, mixed, &diag).code, ASSAY_E_FORMAT);
    cr_expect_eq(asy_pki_add_anchors(a.pki, "x", (struct asy_view){ NULL, 0 }, &diag).code, ASSAY_E_FORMAT);
    cr_expect_eq(asy_pki_add_anchors(a.pki, "x", crl, &diag).code, ASSAY_E_FORMAT);
    cr_expect_eq(asy_pki_add_anchors(a.pki, "x", asy_view_head(root, root.len - 10), &diag).code, ASSAY_E_FORMAT);
    cr_expect_eq(asy_pki_add_crls(a.pki, root, &diag).code, ASSAY_E_FORMAT);
    cr_expect_not(asy_pki_has_anchors(a.pki));
    cr_expect_not(asy_pki_crl_time(a.pki, &newest));
    cr_expect(assay_ok(asy_pki_add_crls(a.pki, crl, &diag)));
    cr_expect(asy_pki_crl_time(a.pki, &newest) && newest == 1767225600);
    cr_expect(assay_ok(asy_pki_add_anchors(a.pki, "x", root, &diag)));
    cr_expect(asy_pki_has_anchors(a.pki));
    cr_expect(assay_ok(asy_pki_add_anchors(a.pki, "keyring with its lists", mixed, &diag)));
    cr_expect(asy_pki_crl_time(a.pki, &newest) && newest == 1890777600);
    finish(&a);
}

Test(chain, the_certificates_of_the_shared_corpus)
{
    static const struct question table[] = {
        { .shared = true, .anchors = "pki/root.crt", .helpers = "pki/good.chain.pem", .outcome = HELD },
        { .shared = true, .anchors = "pki/other-root.crt", .helpers = "pki/good.chain.pem",
          .outcome = BROKEN(ASY_CHAIN_INCOMPLETE) },
        { .shared = true, .anchors = "pki/root.crt", .helpers = "pki/good.chain.pem",
          .crls = { "pki/inter-expired.crl", "pki/root.crl" }, .outcome = UNSURE(ASY_REVOCATION_STALE) },
        { .shared = true, .anchors = "pki/root.crt", .helpers = "pki/good.chain.pem",
          .crls = { "pki/inter-forged.crl", "pki/root.crl" }, .outcome = UNSURE(ASY_REVOCATION_INVALID) },
        { .shared = true, .anchors = "pki/root.crt", .helpers = "pki/good.chain.pem", .crls = { "pki/inter.crl" },
          .revocation = ASY_REVOCATION_REQUIRE_ALL, .outcome = UNSURE(ASY_REVOCATION_MISSING) },
        { .shared = true, .anchors = "pki/root.crt", .helpers = "pki/good.chain.pem",
          .crls = { "pki/inter.crl", "pki/root.crl" }, .revocation = ASY_REVOCATION_REQUIRE_ALL, .outcome = HELD },
        { .shared = true, .anchors = "pki/selfsigned.crt", .outcome = HELD },
    };
    FILE *f = fopen(ASSAY_SHARED "/corpora/cms/data/x/pki/root.crt", "rb");

    if (f == NULL)
        cr_skip_test("the shared corpora are not there");
    (void)fclose(f);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question q = table[i];
        struct asy_chain chain = { 0 };
        struct asy_arena *arena = asy_arena_new((size_t)4 << 20);
        struct asy_view pem, label;
        struct asy_reader r;
        struct answer a;

        q.at = reference;
        start(&a);
        open_pki(&a, &q);
        pem = load(arena, true, q.helpers == NULL ? q.anchors : q.helpers);
        r = asy_reader_of(pem);
        cr_assert(asy_get_pem(&r, arena, true, &label, &chain.leaf));
        ask_claim(&a, &q, &chain);
        cr_expect(a.fact->outcome == q.outcome && a.fact->why.reason == q.reason, "row %zu: outcome %d, %s: %s", i,
                  (int)a.fact->outcome, asy_reason_text(a.fact->why.reason)->id,
                  a.fact->why.detail == NULL ? "" : a.fact->why.detail);
        finish(&a);
        asy_arena_free(arena);
    }
}
