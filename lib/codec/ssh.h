/*
 * What OpenSSH writes: public keys (RFC 4253 6.6, RFC 5656, RFC 8709, PROTOCOL.u2f), certificates (PROTOCOL.certkeys)
 * and signatures, from their wire form into views.  Every spelling but the canonical one is refused: bytes
 * behind the end, numbers that are negative or carry needless zeros, points that are not uncompressed.
 */
#ifndef ASY_CODEC_SSH_H
#define ASY_CODEC_SSH_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/digest_alg.h"
#include "base/key.h"
#include "base/reader.h"

enum asy_ssh_type {
    ASY_SSH_OTHER = 0, /* a name that is not served here */
    ASY_SSH_ED25519,
    ASY_SSH_RSA,
    ASY_SSH_P256,
    ASY_SSH_P384,
    ASY_SSH_P521,
    ASY_SSH_SK_ED25519, /* on a security key */
    ASY_SSH_SK_P256,
};

struct asy_ssh_key {
    enum asy_ssh_type type;
    struct asy_view name;             /* "ssh-ed25519", as the blob spells it */
    struct asy_view blob;             /* the wire form of the plain key */
    struct asy_key_material material; /* form NONE for OTHER */
    struct asy_view application;      /* security keys: what the token mixes into every signature */
};

struct asy_ssh_certificate {
    struct asy_ssh_key key; /* the certified key; its blob is made in the arena */
    struct asy_ssh_key ca;
    struct asy_view key_id;
    const struct asy_view *principals; /* in the arena */
    size_t principals_n;
    uint64_t serial, valid_after, valid_before; /* seconds since 1970 */
    uint32_t type;                              /* 1 user, 2 host */
    bool has_critical;                          /* there are critical options */
    struct asy_view body;                       /* what the CA signed */
    struct asy_view signature;                  /* the CA's signature blob */
};

struct asy_ssh_signature {
    enum asy_ssh_type type;     /* of the key; OTHER where the key or the algorithm is not served */
    enum asy_digest_alg digest; /* of the message; NONE for Ed25519 and OTHER */
    const char *alg_name;       /* in the arena */
    struct asy_view value;      /* ECDSA: DER of r and s; RSA: as long as the modulus */
    struct asy_view state;      /* security keys: flags and counter, 5 bytes, which are part of what is signed */
};

/* True when the blob names a certificate of a key that is served here. */
bool asy_ssh_is_cert(struct asy_view blob);

/*
 * A plain public key.  A name that is not served is fine and gives OTHER; a certificate, or anything malformed, is
 * ASSAY_E_FORMAT.  Views are into the blob.
 */
assay_status asy_ssh_read_key(struct asy_view blob, struct asy_ssh_key *out, struct asy_diag *);

/* A certificate, for which asy_ssh_is_cert() is true.  Nothing is verified here. */
assay_status asy_ssh_read_cert(struct asy_arena *, struct asy_view blob, struct asy_ssh_certificate *out,
                               struct asy_diag *);

/*
 * A signature blob, said to be made by `key`.  ASSAY_E_FORMAT when its algorithm is one of another type of key, or the
 * token did not see its owner.
 */
assay_status asy_ssh_read_signature(struct asy_arena *, struct asy_view blob, const struct asy_ssh_key *key,
                                    struct asy_ssh_signature *out, struct asy_diag *);

/*
 * A number of RFC 4251 section 5 that is not negative and has no needless zeros: its bytes without the sign byte, empty
 * for zero.
 */
bool asy_get_ssh_number(struct asy_reader *, struct asy_view *out);

/* Steps over blanks and tabs, and takes what stands before the next of them or the end; false when that is nothing. */
bool asy_get_ssh_word(struct asy_reader *, struct asy_view *out);

/* Two words, a type and base64 of a blob that begins with the same type; on false nothing has moved. */
bool asy_get_ssh_key_text(struct asy_reader *, struct asy_arena *, struct asy_view *blob);

/* How many bytes stand before the first LF. */
size_t asy_ssh_line_end(struct asy_view text);

/* A public key file: one line with a type, base64 and perhaps a comment, and a well-formed key that is served here. */
bool asy_ssh_read_line(struct asy_arena *, struct asy_view line, struct asy_key_material *out, struct asy_view *blob);

#endif
