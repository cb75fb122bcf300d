#include "format/sshsig_signer.h"

#include "base/reader.h"
#include "codec/pem.h"

static const struct asy_view magic = ASY_TEXT_INIT("SSHSIG");

/* ---- what the document says ---- */

static assay_status read_blob(struct asy_reading *reading, struct asy_view text, struct asy_sshsig *out)
{
    struct asy_view blob, reserved;
    struct asy_reader r;
    uint32_t version;

    if (!asy_pem_decode(reading->dossier->arena, text, ASY_SSHSIG_LABEL, &blob))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "expected one armored SSH SIGNATURE and nothing else");
    r = asy_reader_of(blob);
    if (!asy_get_text(&r, magic) || !asy_get_be32(&r, &version))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "armored bytes do not begin with SSHSIG and a version");
    if (version != 1)
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, 6, "version %lu, expected 1", (unsigned long)version);
    if (!asy_get_string32(&r, &out->public_key) || !asy_get_string32(&r, &out->name_space) ||
        !asy_get_string32(&r, &reserved) || !asy_get_string32(&r, &out->hash_name) ||
        !asy_get_string32(&r, &out->signature) || !asy_at_end(&r))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, r.at, "signature blob ends early or late, near byte %zu", r.at);
    if (out->name_space.len == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the namespace is empty");
    if (asy_view_is(out->hash_name, "sha256"))
        out->hash = ASY_SHA256;
    else if (asy_view_is(out->hash_name, "sha512"))
        out->hash = ASY_SHA512;
    else
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "hash algorithm is neither sha256 nor sha512");
    return asy_ok;
}

assay_status asy_sshsig_read(struct asy_reading *reading, struct asy_view text, struct asy_sshsig *out)
{
    struct asy_arena *arena = reading->dossier->arena;
    assay_status s = read_blob(reading, text, out);

    if (!assay_ok(s))
        return s;
    out->has_cert = asy_ssh_is_cert(out->public_key);
    if (out->has_cert) {
        s = asy_ssh_read_cert(arena, out->public_key, &out->cert, &reading->diag);
        out->key = out->cert.key;
    } else {
        s = asy_ssh_read_key(out->public_key, &out->key, &reading->diag);
    }
    if (assay_ok(s))
        s = asy_ssh_read_signature(arena, out->signature, &out->key, &out->own, &reading->diag);
    if (assay_ok(s) && out->has_cert)
        s = asy_ssh_read_signature(arena, out->cert.signature, &out->cert.ca, &out->of_ca, &reading->diag);
    return s;
}

/* ---- the bytes under a signature ---- */

/* A four-byte length as a piece; its `literal.data` is NULL when the arena is full. */
static struct asy_piece length_piece(struct asy_arena *arena, size_t n)
{
    uint8_t *bytes = asy_alloc(arena, 4, 1);

    for (size_t i = 0; bytes != NULL && i < 4; i++)
        bytes[i] = (uint8_t)(n >> (24 - 8 * i));
    return asy_literal((struct asy_view){ bytes, 4 });
}

static bool message_of(struct asy_reading *reading, const struct asy_sshsig *parts, struct asy_recipe content,
                       struct asy_recipe *out)
{
    static const uint8_t empty_string[4] = { 0 };
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_piece pieces[] = {
        asy_literal(magic),
        length_piece(arena, parts->name_space.len),
        asy_literal(parts->name_space),
        asy_literal((struct asy_view){ empty_string, sizeof empty_string }),
        length_piece(arena, parts->hash_name.len),
        asy_literal(parts->hash_name),
        length_piece(arena, asy_digest_len(parts->hash)),
        { 0 },
    };

    if (pieces[1].literal.data == NULL || pieces[4].literal.data == NULL || pieces[6].literal.data == NULL)
        return false;
    pieces[7] = asy_digest_piece(parts->hash, content);
    return asy_recipe_of(arena, pieces, sizeof pieces / sizeof *pieces, out);
}

/* What the key's own algorithm is given: the message, wrapped where a security key made the signature. */
static bool wrap(struct asy_arena *arena, const struct asy_ssh_key *key, const struct asy_ssh_signature *signature,
                 struct asy_recipe message, struct asy_recipe *out)
{
    struct asy_piece application = asy_literal(key->application), pieces[3];
    struct asy_recipe name;

    if (signature->type != ASY_SSH_SK_ED25519 && signature->type != ASY_SSH_SK_P256) {
        *out = message;
        return true;
    }
    if (!asy_recipe_of(arena, &application, 1, &name))
        return false;
    pieces[0] = asy_digest_piece(ASY_SHA256, name);
    pieces[1] = asy_literal(signature->state);
    pieces[2] = asy_digest_piece(ASY_SHA256, message);
    return asy_recipe_of(arena, pieces, 3, out);
}

/* ---- claims ---- */

static enum asy_signature_alg alg_of(enum asy_ssh_type type)
{
    switch (type) {
    case ASY_SSH_ED25519:
    case ASY_SSH_SK_ED25519:
        return ASY_SIG_ED25519;
    case ASY_SSH_RSA:
        return ASY_SIG_RSA_PKCS1;
    case ASY_SSH_P256:
    case ASY_SSH_P384:
    case ASY_SSH_P521:
    case ASY_SSH_SK_P256:
        return ASY_SIG_ECDSA;
    case ASY_SSH_OTHER:
        break;
    }
    return ASY_SIG_OTHER;
}

static struct asy_scheme scheme_of(const struct asy_ssh_signature *signature)
{
    return (struct asy_scheme){
        .alg = alg_of(signature->type), .digest = signature->digest, .alg_name = signature->alg_name
    };
}

static struct asy_signature *add_signature(struct asy_reading *reading, const struct asy_ssh_key *key,
                                           struct asy_view key_blob, const struct asy_ssh_signature *signature,
                                           struct asy_recipe message, asy_claim_no *no)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_key_material *material = asy_alloc(arena, 1, sizeof *material);
    struct asy_claim *claim;
    struct asy_recipe wrapped;

    if (material == NULL || !wrap(arena, key, signature, message, &wrapped))
        return NULL;
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, no);
    if (claim == NULL)
        return NULL;
    *material = key->material;
    claim->is.signature.scheme = scheme_of(signature);
    claim->is.signature.message = wrapped;
    claim->is.signature.value = signature->value;
    claim->is.signature.key = material;
    claim->is.signature.key_blob = key_blob;
    return &claim->is.signature;
}

static const struct asy_ssh_cert *cert_of(struct asy_arena *arena, const struct asy_ssh_certificate *c)
{
    struct asy_ssh_cert *cert = asy_alloc(arena, 1, sizeof *cert);

    if (cert == NULL)
        return NULL;
    *cert = (struct asy_ssh_cert){
        .ca = c->ca.material,
        .ca_blob = c->ca.blob,
        .key_blob = c->key.blob,
        .key_id = c->key_id,
        .principals = c->principals,
        .principals_n = c->principals_n,
        .serial = c->serial,
        .valid_after = c->valid_after,
        .valid_before = c->valid_before,
        .type = c->type,
        .has_critical = c->has_critical,
    };
    return cert;
}

/* The authority's signature over the certificate, about claim `of`. */
static assay_status add_certification(struct asy_reading *reading, struct asy_sshsig *parts, asy_claim_no of)
{
    struct asy_piece body = asy_literal(parts->cert.body);
    struct asy_signature *signature;
    struct asy_recipe message;

    /* OpenSSH 8.2 and later: no certificate is believed that is signed with SHA-1, whatever a policy says of files. */
    if (parts->of_ca.digest == ASY_SHA1)
        parts->of_ca = (struct asy_ssh_signature){ .alg_name = parts->of_ca.alg_name, .value = parts->of_ca.value };
    if (!asy_recipe_of(reading->dossier->arena, &body, 1, &message))
        return asy_no_memory(&reading->diag);
    signature = add_signature(reading, &parts->cert.ca, parts->cert.ca.blob, &parts->of_ca, message, NULL);
    if (signature == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
    signature->role = ASY_ROLE_CERTIFIES;
    signature->of = of;
    return asy_ok;
}

assay_status asy_sshsig_claim(struct asy_reading *reading, struct asy_sshsig *parts, struct asy_recipe content,
                              struct asy_signature **out)
{
    const struct asy_ssh_cert *cert = NULL;
    struct asy_recipe message;
    asy_claim_no no;

    if (parts->has_cert)
        cert = cert_of(reading->dossier->arena, &parts->cert);
    if ((parts->has_cert && cert == NULL) || !message_of(reading, parts, content, &message))
        return asy_no_memory(&reading->diag);
    *out = add_signature(reading, &parts->key, parts->public_key, &parts->own, message, &no);
    if (*out == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
    (*out)->ssh_cert = cert;
    (*out)->name_space = parts->name_space;
    (*out)->has_name_space = true;
    return parts->has_cert ? add_certification(reading, parts, no) : asy_ok;
}
