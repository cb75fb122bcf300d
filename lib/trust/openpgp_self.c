/* Self-signatures (RFC 9580 5.2.1, 5.2.4): which they are, and whether they hold. */
#include "trust/openpgp.h"

#include <string.h>

static struct asy_scheme scheme_of(const struct asy_openpgp_signature *signature)
{
    enum asy_signature_alg alg = asy_openpgp_signature_alg(signature->alg);

    return (struct asy_scheme){
        .alg = alg, .digest = signature->digest, .is_number = alg == ASY_SIG_RSA_PKCS1,
    };
}

/* Up to five runs of bytes, one behind the other. */
static bool join(struct asy_arena *arena, const struct asy_view *parts, size_t n, struct asy_view *out)
{
    uint8_t *bytes;
    size_t len = 0, at = 0;

    for (size_t i = 0; i < n; i++)
        len += parts[i].len;
    bytes = asy_alloc(arena, len + 1, 1);
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len > 0)
            memcpy(bytes + at, parts[i].data, parts[i].len);
        at += parts[i].len;
    }
    *out = (struct asy_view){ bytes, len };
    return true;
}

/* RFC 9580 5.2.3: a key makes signatures of its own version; version 3 is read for revocations only. */
static bool fits_version(const struct asy_openpgp_signature *signature, const struct asy_openpgp_key *key)
{
    if (key->version == 6)
        return signature->version == 6;
    return signature->version == 4 ||
           (signature->version == 3 &&
            (signature->type == ASY_PGP_REVOKES_KEY || signature->type == ASY_PGP_REVOKES_SUBKEY));
}

/* What is signed: the primary key, and behind it the subkey or user that it is about; `scratch` goes at once. */
static bool holds(const struct asy_crypto *crypto, struct asy_arena *scratch, const struct asy_pgp_cert *cert,
                  struct asy_view about, const struct asy_openpgp_signature *signature, const struct asy_key *by)
{
    const struct asy_view parts[] = { signature->salt, cert->primary.hashed, about, signature->trailer };
    struct asy_scheme scheme = scheme_of(signature);
    uint8_t digest[ASY_DIGEST_MAX];
    struct asy_view message;

    return by != NULL && join(scratch, parts, sizeof parts / sizeof *parts, &message) &&
           asy_digest_bytes(crypto, signature->digest, message, digest) &&
           asy_signs_digest(crypto, by, &scheme, (struct asy_view){ digest, asy_digest_len(signature->digest) },
                            signature->value);
}

/* Hints that name somebody else save the work of finding that the key did not sign. */
static bool may_be_by(const struct asy_pgp_part *key, const struct asy_openpgp_signature *signature)
{
    struct asy_view fingerprint = { key->fingerprint, key->fingerprint_len };

    for (size_t i = 0; i < signature->issuers_n; i++) {
        if (asy_view_eq(signature->issuers[i], fingerprint) ||
            asy_view_eq(signature->issuers[i], asy_openpgp_key_id(key->key.version, fingerprint)))
            return true;
    }
    return signature->issuers_n == 0;
}

/* Where a type of signature belongs: RFC 9580 10.1.  A revocation of the key counts wherever it stands. */
static bool is_about_key(uint8_t type)
{
    return type == ASY_PGP_OVER_KEY || type == ASY_PGP_REVOKES_KEY;
}

static bool is_about_subkey(uint8_t type)
{
    return type == ASY_PGP_BINDS_SUBKEY || type == ASY_PGP_REVOKES_SUBKEY;
}

static bool is_about_user(uint8_t type)
{
    return (type >= ASY_PGP_CERTIFIES_GENERIC && type <= ASY_PGP_CERTIFIES_POSITIVE) ||
           type == ASY_PGP_REVOKES_CERTIFICATION;
}

/* The embedded signature by which a subkey says that it belongs to this primary key. */
static void find_back(struct asy_trust *trust, struct asy_arena *scratch, const struct asy_pgp_part *subkey,
                      struct asy_pgp_self *self)
{
    for (size_t i = 0; i < self->is.embedded_n && !self->has_back; i++) {
        struct asy_openpgp_signature back;

        if (!assay_ok(asy_openpgp_read_signature(trust->arena, self->is.embedded[i], &back, NULL)) ||
            back.type != ASY_PGP_BINDS_PRIMARY || !fits_version(&back, &subkey->key) ||
            !holds(trust->crypto, scratch, subkey->cert, subkey->hashed, &back, subkey->handle))
            continue;
        self->has_back = true;
        self->back = back;
    }
}

static bool is_kept(const struct asy_pgp_self *selves, struct asy_view body)
{
    for (; selves != NULL; selves = selves->next) {
        if (asy_view_eq(selves->body, body))
            return true;
    }
    return false;
}

static bool keep(struct asy_trust *trust, struct asy_arena *scratch, const struct asy_pgp_part *subkey,
                 const struct asy_openpgp_signature *signature, struct asy_view body, struct asy_pgp_self **list)
{
    struct asy_pgp_self *self = asy_alloc(trust->arena, 1, sizeof *self);

    if (self == NULL)
        return false;
    self->is = *signature;
    self->body = body;
    if (signature->type == ASY_PGP_BINDS_SUBKEY)
        find_back(trust, scratch, subkey, self);
    self->next = *list;
    *list = self;
    return true;
}

bool asy_pgp_take_self(struct asy_trust *trust, struct asy_pgp_cert *cert, struct asy_pgp_part *subkey,
                       struct asy_pgp_user *user, struct asy_view body)
{
    enum { SCRATCH = 1 << 20 };
    struct asy_openpgp_signature signature;
    struct asy_view about = { NULL, 0 };
    struct asy_pgp_self **list;
    struct asy_arena *scratch;
    bool done = true;

    if (!assay_ok(asy_openpgp_read_signature(trust->arena, body, &signature, NULL)) ||
        !fits_version(&signature, &cert->primary.key) || !may_be_by(&cert->primary, &signature))
        return true;
    if (is_about_key(signature.type)) {
        list = &cert->primary.selves;
    } else if (is_about_subkey(signature.type) && subkey != NULL) {
        list = &subkey->selves;
        about = subkey->hashed;
    } else if (is_about_user(signature.type) && user != NULL) {
        list = &user->selves;
        about = user->hashed;
    } else {
        return true;
    }
    if (is_kept(*list, body))
        return true;
    scratch = asy_arena_new(SCRATCH);
    if (scratch == NULL)
        return false;
    if (holds(trust->crypto, scratch, cert, about, &signature, cert->primary.handle))
        done = keep(trust, scratch, subkey, &signature, body, list);
    asy_arena_free(scratch);
    return done;
}
