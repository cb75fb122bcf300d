/* Answers signature and link claims. */
#include "base/text.h"
#include "crypto/context.h"
#include "crypto/proof.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

/* What a bare signature may have been made with: no weaker digest is tried. */
static const enum asy_digest_alg bare_digests[] = { ASY_SHA256, ASY_SHA384, ASY_SHA512 };
enum { BARE_DIGESTS = sizeof bare_digests / sizeof *bare_digests, RSA_BYTES_MAX = 16384 / 8 };

bool asy_key_fits(const struct asy_key *key, enum asy_signature_alg alg)
{
    switch (alg) {
    case ASY_SIG_ED25519:
        return key->kind == ASY_IS_ED25519;
    case ASY_SIG_ED448:
        return key->kind == ASY_IS_ED448;
    case ASY_SIG_RSA_PKCS1:
        return key->kind == ASY_IS_RSA;
    case ASY_SIG_RSA_PSS:
        return key->kind == ASY_IS_RSA || key->kind == ASY_IS_RSA_PSS;
    case ASY_SIG_ECDSA:
    case ASY_SIG_ECDSA_RAW:
        return key->kind == ASY_IS_EC;
    case ASY_SIG_DSA:
        return key->kind == ASY_IS_DSA;
    case ASY_SIG_BY_KEY:
        return key->kind == ASY_IS_RSA || key->kind == ASY_IS_EC;
    case ASY_SIG_BARE:
        return key->kind != ASY_IS_DSA;
    case ASY_SIG_NONE:
    case ASY_SIG_OTHER:
        break;
    }
    return false;
}

static bool is_edwards(const struct asy_key *key)
{
    return key->kind == ASY_IS_ED25519 || key->kind == ASY_IS_ED448;
}

/* Plans the digests that stand inside a message. */
static bool plan_inner(struct asy_dossier *dossier, struct asy_recipe recipe)
{
    for (size_t i = 0; i < recipe.n; i++) {
        const struct asy_piece *piece = &recipe.pieces[i];

        if (piece->kind == ASY_PIECE_DIGEST &&
            (!plan_inner(dossier, piece->digest.of) ||
             asy_add_measure(dossier, piece->digest.of, piece->digest.alg) == NULL))
            return false;
    }
    return true;
}

/* A document may say which digest it is, and then no other is tried. */
static bool may_be_digest(const struct asy_scheme *scheme, enum asy_digest_alg alg)
{
    return scheme->digest == ASY_DIGEST_NONE || scheme->digest == alg;
}

bool asy_signature_wants(struct asy_dossier *dossier, struct asy_fact *fact, const struct asy_key *key)
{
    const struct asy_signature *signature = &fact->claim.is.signature;

    if (!plan_inner(dossier, signature->message))
        return false;
    if (is_edwards(key) || !asy_key_fits(key, signature->scheme.alg))
        return true;
    if (signature->scheme.alg != ASY_SIG_BARE) {
        fact->measure = asy_add_measure(dossier, signature->message, signature->scheme.digest);
        return fact->measure != NULL;
    }
    for (size_t i = 0; i < BARE_DIGESTS; i++) {
        if (may_be_digest(&signature->scheme, bare_digests[i]) &&
            asy_add_measure(dossier, signature->message, bare_digests[i]) == NULL)
            return false;
    }
    return true;
}

/* ---- the message as bytes, for algorithms that want all of it ---- */

static assay_status append_span(const struct asy_dossier *dossier, const struct asy_piece *piece, uint8_t *out,
                                uint64_t room, uint64_t *len, struct asy_diag *diag)
{
    struct asy_source *source = piece->span.item->source;
    uint64_t size, want;
    assay_status s = asy_source_open(source, diag);

    if (!assay_ok(s))
        return s;
    size = asy_source_size(source);
    want = piece->span.len == ASY_TO_END ? (piece->span.off <= size ? size - piece->span.off : 0) : piece->span.len;
    *len = want;
    if (want > dossier->limits->pure_message)
        s = asy_fail(diag, ASSAY_E_LIMIT, 0, "%llu bytes under a signature that needs them in memory, at most %llu",
                     (unsigned long long)want, (unsigned long long)dossier->limits->pure_message);
    else if (out != NULL)
        s = want > room ? asy_fail(diag, ASSAY_E_INTERNAL, 0, "message grew")
                        : asy_source_read(source, piece->span.off, out, (size_t)want, diag);
    if (assay_ok(s) && !asy_source_unchanged(source))
        s = asy_fail(diag, ASSAY_E_IO, 0, "changed while it was read");
    asy_source_close(source);
    return s;
}

/* The bytes of a piece that lies in no file: a literal, or a digest that was computed before. */
static assay_status view_of_piece(const struct asy_dossier *dossier, const struct asy_piece *piece,
                                  struct asy_view *out, struct asy_diag *diag)
{
    const struct asy_measure *m;

    if (piece->kind != ASY_PIECE_DIGEST) {
        *out = piece->literal;
        return asy_ok;
    }
    m = asy_find_measure(dossier, piece->digest.of, piece->digest.alg);
    if (m == NULL || !m->done)
        return asy_fail(diag, m != NULL && m->why.reason == ASY_LIMIT_REACHED ? ASSAY_E_LIMIT : ASSAY_E_ABSENT, 0, "%s",
                        m == NULL || m->why.detail == NULL ? "digest was not computed" : m->why.detail);
    *out = (struct asy_view){ m->digest, asy_digest_len(m->alg) };
    return asy_ok;
}

static assay_status append_view(const struct asy_dossier *dossier, const struct asy_piece *piece, uint8_t *out,
                                uint64_t room, uint64_t *len, struct asy_diag *diag)
{
    struct asy_view bytes = { NULL, 0 };
    assay_status s = view_of_piece(dossier, piece, &bytes, diag);

    if (!assay_ok(s))
        return s;
    *len = bytes.len;
    if (out != NULL && bytes.len > room)
        return asy_fail(diag, ASSAY_E_INTERNAL, 0, "message grew");
    if (out != NULL && bytes.len > 0)
        memcpy(out, bytes.data, bytes.len);
    return asy_ok;
}

/* Writes the message to `out` (NULL: only counts), up to `room` bytes. */
static assay_status spell(const struct asy_dossier *dossier, struct asy_recipe recipe, uint8_t *out, uint64_t room,
                          uint64_t *total, struct asy_diag *diag)
{
    *total = 0;
    for (size_t i = 0; i < recipe.n; i++) {
        const struct asy_piece *piece = &recipe.pieces[i];
        uint8_t *to = out == NULL ? NULL : out + *total;
        uint64_t len = 0;
        assay_status s = piece->kind == ASY_PIECE_SPAN
                             ? append_span(dossier, piece, to, room - *total, &len, diag)
                             : append_view(dossier, piece, to, room - *total, &len, diag);

        if (!assay_ok(s))
            return s;
        if (__builtin_add_overflow(*total, len, total))
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "message too long");
    }
    return asy_ok;
}

/* ---- the primitives: 1 means good, nothing else does ---- */

static bool verify_edwards(const struct asy_crypto *crypto, const struct asy_key *key, struct asy_view message,
                           struct asy_view value)
{
    AUTO(asy_auto_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    return ctx != NULL && EVP_DigestVerifyInit_ex(ctx, NULL, NULL, crypto->lib, NULL, key->pkey, NULL) == 1 &&
           EVP_DigestVerify(ctx, value.data, value.len, message.data, message.len) == 1;
}

static bool set_padding(EVP_PKEY_CTX *ctx, const struct asy_scheme *scheme)
{
    const char *mgf = asy_digest_fetch_name(scheme->mgf_digest);

    if (scheme->alg == ASY_SIG_RSA_PKCS1)
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
    /* negative lengths are words to OpenSSL ("whatever fits"): none may come out of a document */
    return mgf != NULL && scheme->salt_len <= INT32_MAX &&
           EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, mgf, NULL) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)scheme->salt_len) == 1;
}

static bool verify_digest(const struct asy_crypto *crypto, const struct asy_key *key, const struct asy_scheme *scheme,
                          struct asy_view digest, struct asy_view value)
{
    AUTO(asy_auto_pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(crypto->lib, key->pkey, NULL);
    bool is_rsa = asy_key_is_rsa(key);
    size_t len = (key->bits + 7) / 8;
    uint8_t padded[RSA_BYTES_MAX];

    if (is_rsa && scheme->is_number && value.len < len && len <= sizeof padded) {
        memset(padded, 0, len);
        if (value.len > 0)
            memcpy(padded + len - value.len, value.data, value.len);
        value = (struct asy_view){ padded, len };
    }
    if (is_rsa && value.len != len)
        return false;
    return ctx != NULL && asy_md(crypto, scheme->digest) != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
           (!is_rsa || set_padding(ctx, scheme)) &&
           EVP_PKEY_CTX_set_signature_md(ctx, asy_md(crypto, scheme->digest)) == 1 &&
           EVP_PKEY_verify(ctx, value.data, value.len, digest.data, digest.len) == 1;
}

/* r and s of equal length as the DER that OpenSSL takes (SEC 1 C.8, RFC 3279 2.2.3). */
static bool verify_ecdsa_raw(const struct asy_crypto *crypto, const struct asy_key *key,
                             const struct asy_scheme *scheme, struct asy_view digest, struct asy_view value)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = NULL, *s = NULL;
    uint8_t *der = NULL;
    bool good = false;
    int len;

    if (value.len == 2 * key->field_len) {
        r = BN_bin2bn(value.data, (int)key->field_len, NULL);
        s = BN_bin2bn(value.data + key->field_len, (int)key->field_len, NULL);
    }
    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
    } else {
        len = i2d_ECDSA_SIG(pair, &der);
        good = len > 0 && verify_digest(crypto, key, scheme, digest, (struct asy_view){ der, (size_t)len });
    }
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
    return good;
}

static bool verify_under(const struct asy_crypto *crypto, const struct asy_key *key, const struct asy_scheme *scheme,
                         struct asy_view digest, struct asy_view value)
{
    struct asy_scheme by_key = { .alg = asy_key_is_rsa(key) ? ASY_SIG_RSA_PKCS1 : ASY_SIG_ECDSA,
                                 .digest = scheme->digest };

    if (scheme->alg == ASY_SIG_BY_KEY)
        return verify_digest(crypto, key, &by_key, digest, value);
    if (scheme->alg == ASY_SIG_ECDSA_RAW)
        return verify_ecdsa_raw(crypto, key, scheme, digest, value);
    return verify_digest(crypto, key, scheme, digest, value);
}

/* ---- the answers ---- */

static void cannot_measure(struct asy_dossier *dossier, struct asy_fact *fact, const struct asy_measure *m)
{
    if (m == NULL || m->why.reason == ASY_REASON_NONE)
        asy_cannot_say(dossier, fact, ASY_EVIDENCE_UNCHECKED, "digest was not computed");
    else
        asy_cannot_say(dossier, fact, m->why.reason, "%s", m->why.detail == NULL ? "" : m->why.detail);
}

static void check_edwards(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact,
                          const struct asy_key *key)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    struct asy_diag diag = { 0 };
    uint8_t *message = NULL;
    uint64_t len = 0, again;
    assay_status s = spell(dossier, signature->message, NULL, 0, &len, &diag);

    if (assay_ok(s))
        message = OPENSSL_malloc((size_t)len + 1);
    if (message != NULL)
        s = spell(dossier, signature->message, message, len, &again, &diag);
    if (!assay_ok(s))
        asy_cannot_say(dossier, fact, diag.code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_INPUT_UNREADABLE, "%s",
                       diag.text);
    else if (message == NULL || again != len)
        asy_cannot_say(dossier, fact, ASY_LIMIT_REACHED, "memory for the signed bytes");
    else if (verify_edwards(crypto, key, (struct asy_view){ message, (size_t)len }, signature->value))
        asy_prove(dossier, fact);
    else
        asy_disprove(dossier, fact, ASY_SIGNATURE_INVALID, "does not verify under %s key", key->name);
    OPENSSL_free(message);
}

static void check_prehashed(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact,
                            const struct asy_key *key)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    const struct asy_measure *m = asy_find_measure(dossier, signature->message, signature->scheme.digest);

    if (m == NULL || !m->done) {
        cannot_measure(dossier, fact, m);
        return;
    }
    if (verify_under(crypto, key, &signature->scheme, (struct asy_view){ m->digest, asy_digest_len(m->alg) },
                     signature->value))
        asy_prove(dossier, fact);
    else
        asy_disprove(dossier, fact, ASY_SIGNATURE_INVALID, "does not verify under %s key", key->name);
}

/* One encoding of a bare signature under one digest. */
static bool fits_bare(const struct asy_crypto *crypto, const struct asy_key *key, enum asy_signature_alg alg,
                      const struct asy_measure *m, struct asy_view value)
{
    struct asy_scheme scheme = { .alg = alg, .digest = m->alg, .mgf_digest = m->alg };
    struct asy_view digest = { m->digest, asy_digest_len(m->alg) };
    /* RFC 8017 9.1: salts in use are as long as the digest, or as long as fits; openssl dgst defaults to the latter */
    uint32_t salts[2] = { (uint32_t)digest.len, 0 };

    if (!asy_key_fits(key, alg))
        return false;
    if (alg != ASY_SIG_RSA_PSS)
        return verify_under(crypto, key, &scheme, digest, value);
    salts[1] = (uint32_t)((key->bits + 6) / 8 - digest.len - 2);
    for (size_t i = 0; i < 2; i++) {
        scheme.salt_len = salts[i];
        if (verify_under(crypto, key, &scheme, digest, value))
            return true;
    }
    return false;
}

static void check_bare(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact,
                       const struct asy_key *key)
{
    static const enum asy_signature_alg encodings[] = { ASY_SIG_RSA_PKCS1, ASY_SIG_RSA_PSS, ASY_SIG_ECDSA,
                                                        ASY_SIG_ECDSA_RAW };
    const struct asy_signature *signature = &fact->claim.is.signature;

    for (size_t d = 0; d < BARE_DIGESTS; d++) {
        struct asy_measure *m = asy_find_measure(dossier, signature->message, bare_digests[d]);

        if (!may_be_digest(&signature->scheme, bare_digests[d]))
            continue;
        if (m == NULL || !m->done) {
            cannot_measure(dossier, fact, m);
            return;
        }
        for (size_t e = 0; e < sizeof encodings / sizeof *encodings; e++) {
            if (signature->scheme.der_only && encodings[e] == ASY_SIG_ECDSA_RAW)
                continue;
            if (fits_bare(crypto, key, encodings[e], m, signature->value)) {
                fact->measure = m;
                asy_prove(dossier, fact);
                return;
            }
        }
    }
    asy_disprove(dossier, fact, ASY_SIGNATURE_INVALID, "does not verify under %s key with SHA-256, 384 or 512",
                 key->name);
}

void asy_check_signature(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact,
                         const struct asy_key *key)
{
    enum asy_signature_alg alg = fact->claim.is.signature.scheme.alg;

    if (asy_fact_holds(fact))
        return;
    fact->outcome = ASY_UNKNOWN;
    ERR_set_mark();
    if (alg == ASY_SIG_NONE || alg == ASY_SIG_OTHER)
        asy_cannot_say(dossier, fact, ASY_SIGNATURE_ALGORITHM, "%s",
                       fact->claim.is.signature.scheme.alg_name == NULL ? "unknown"
                                                                        : fact->claim.is.signature.scheme.alg_name);
    else if (!asy_key_fits(key, alg))
        asy_disprove(dossier, fact, ASY_SIGNATURE_INVALID, "its algorithm does not fit the %s key", key->name);
    else if (is_edwards(key))
        check_edwards(crypto, dossier, fact, key);
    else if (alg == ASY_SIG_BARE)
        check_bare(crypto, dossier, fact, key);
    else
        check_prehashed(crypto, dossier, fact, key);
    (void)ERR_pop_to_mark();
}

bool asy_signs_digest(const struct asy_crypto *crypto, const struct asy_key *key, const struct asy_scheme *scheme,
                      struct asy_view digest, struct asy_view value)
{
    bool signs;

    if (!asy_key_fits(key, scheme->alg) || scheme->alg == ASY_SIG_BARE)
        return false;
    ERR_set_mark();
    signs = is_edwards(key) ? verify_edwards(crypto, key, digest, value)
                            : verify_under(crypto, key, scheme, digest, value);
    (void)ERR_pop_to_mark();
    return signs;
}

/* The text in a symbolic link, which is here. */
static void check_text(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact)
{
    const struct asy_view text = fact->claim.is.link.leads_to;
    uint8_t wanted[ASY_DIGEST_MAX];

    if (!asy_digest_bytes(crypto, fact->measure->alg, text, wanted))
        asy_cannot_say(dossier, fact, ASY_EVIDENCE_UNCHECKED, "memory is short");
    else if (memcmp(wanted, fact->measure->digest, asy_digest_len(fact->measure->alg)) != 0)
        asy_disprove(dossier, fact, ASY_DIGEST_MISMATCH, "is no link that leads to \"%.*s\"",
                     (int)(text.len > 200 ? 200 : text.len), (const char *)text.data);
    else
        asy_prove(dossier, fact);
}

void asy_check_link(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact)
{
    const struct asy_link *link = &fact->claim.is.link;
    const struct asy_measure *m = fact->measure;
    const struct asy_item *target = m == NULL ? NULL : asy_recipe_whole(m->recipe);
    const struct asy_item *sized = target != NULL && link->of_part ? target->parent : target;
    char found[2 * ASY_DIGEST_MAX + 1], wanted[2 * ASY_DIGEST_MAX + 1];

    if (m == NULL || !m->done || m->alg != link->alg) {
        cannot_measure(dossier, fact, m);
        return;
    }
    if (link->has_size && sized != NULL && sized->has_size && sized->size != link->size) {
        asy_disprove(dossier, fact, ASY_SIZE_MISMATCH, "%llu bytes, expected %llu", (unsigned long long)sized->size,
                     (unsigned long long)link->size);
        return;
    }
    if (link->leads_to.len > 0) {
        check_text(crypto, dossier, fact);
        return;
    }
    if (link->value.len != asy_digest_len(link->alg) || memcmp(link->value.data, m->digest, link->value.len) != 0) {
        asy_hex((struct asy_view){ m->digest, asy_digest_len(m->alg) }, found);
        asy_hex(asy_view_head(link->value, ASY_DIGEST_MAX), wanted);
        asy_disprove(dossier, fact, ASY_DIGEST_MISMATCH, "%s is %s, expected %s", asy_digest_name(m->alg), found,
                     wanted);
        return;
    }
    asy_prove(dossier, fact);
}

void asy_check_stamp(struct asy_dossier *dossier, struct asy_fact *fact, const struct asy_fact *by,
                     const struct asy_fact *chain, const struct asy_fact *imprint)
{
    if (by == NULL || !asy_fact_holds(by))
        asy_cannot_say(dossier, fact, ASY_TIMESTAMP_INVALID, "the authority's signature does not hold");
    else if (imprint == NULL || !asy_fact_holds(imprint))
        asy_disprove(dossier, fact, ASY_TIMESTAMP_INVALID, "it stamps other bytes");
    else if (chain == NULL || !asy_fact_holds(chain))
        asy_cannot_say(dossier, fact, ASY_TIMESTAMP_UNTRUSTED, "the authority is not trusted");
    else
        asy_prove(dossier, fact);
}
