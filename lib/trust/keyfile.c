/*
 * One public key in whatever file a vendor publishes it: minisign and signify ("untrusted comment" and base64, or the
 * base64 alone), an SSH public key line, PEM, DER; OpenPGP certificates are openpgp_keyring.c's.
 */
#include "trust/openpgp.h"

#include "base/reader.h"
#include "codec/base64.h"
#include "codec/pem.h"
#include "codec/ssh.h"

/* A key as it was found, before anybody knows whether it is one. */
struct found {
    const char *kind;
    struct asy_key_material material;
    struct asy_view key_id, ssh_blob;
};

/* base64("Ed" key_id[8] key[32]); signify(1), minisign's "public key format". */
static bool read_minisign_line(struct asy_trust *trust, struct asy_view line, struct found *out)
{
    struct asy_view blob, alg, key;
    struct asy_reader r;

    if (!asy_base64_decode(trust->arena, asy_view_trim(line), &blob))
        return false;
    r = asy_reader_of(blob);
    if (!asy_get_view(&r, 2, &alg) || !asy_view_is(alg, "Ed") || !asy_get_view(&r, 8, &out->key_id) ||
        !asy_get_view(&r, 32, &key) || !asy_at_end(&r))
        return false;
    out->kind = "minisign key";
    out->material = (struct asy_key_material){ .form = ASY_KEY_ED25519, .a = key };
    return true;
}

static bool read_minisign(struct asy_trust *trust, struct asy_view bytes, struct found *out)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_view line;

    if (asy_view_starts(bytes, ASY_TEXT("untrusted comment:")) && !asy_get_text_line(&r, &line))
        return false;
    return asy_get_text_line(&r, &line) && asy_view_trim(r.rest).len == 0 && read_minisign_line(trust, line, out);
}

static bool read_ssh(struct asy_trust *trust, struct asy_view bytes, struct found *out)
{
    struct asy_view line = asy_view_trim(bytes);

    if (line.len == 0 || asy_ssh_line_end(line) != line.len ||
        !asy_ssh_read_line(trust->arena, line, &out->material, &out->ssh_blob))
        return false;
    out->kind = "SSH key";
    return true;
}

static bool read_pem(struct asy_trust *trust, struct asy_view bytes, struct found *out)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_view label, der;

    if (!asy_get_pem(&r, trust->arena, true, &label, &der) || asy_view_trim(r.rest).len != 0)
        return false;
    if (asy_view_is(label, "PUBLIC KEY")) {
        out->kind = "public key";
        out->material = (struct asy_key_material){ .form = ASY_KEY_SPKI, .a = der };
    } else if (asy_view_is(label, "CERTIFICATE")) {
        out->kind = "certificate";
        out->material = (struct asy_key_material){ .form = ASY_KEY_CERT, .a = der };
    } else {
        return false;
    }
    return true;
}

static bool is_private(struct asy_view bytes)
{
    static const char *const marks[] = { "PRIVATE KEY-----", "untrusted comment: minisign encrypted secret key",
                                         "untrusted comment: signify secret key", "secret key" };
    struct asy_view head = asy_view_head(bytes, 120);

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct asy_view mark = asy_view_of(marks[i]);

        for (size_t at = 0; at + mark.len <= head.len; at++) {
            if (asy_view_starts(asy_view_from(head, at), mark))
                return true;
        }
    }
    return false;
}

/* DER has no mark of its own: a certificate first, then a SubjectPublicKeyInfo. */
static assay_status key_of_der(struct asy_trust *trust, struct asy_view bytes, struct found *found,
                               struct asy_key **out, struct asy_diag *diag)
{
    assay_status s;

    found->kind = "certificate";
    found->material = (struct asy_key_material){ .form = ASY_KEY_CERT, .a = bytes };
    s = asy_key_new(trust->crypto, &found->material, out, diag);
    if (assay_ok(s))
        return s;
    found->kind = "public key";
    found->material.form = ASY_KEY_SPKI;
    return asy_key_new(trust->crypto, &found->material, out, diag);
}

static assay_status key_of(struct asy_trust *trust, struct asy_view bytes, struct found *found, struct asy_key **out,
                           struct asy_diag *diag)
{
    if (bytes.len == 0)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "is empty, expected a public key");
    if (is_private(bytes))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "is a private key, expected the public one");
    if (bytes.data[0] == 0x30)
        return key_of_der(trust, bytes, found, out, diag);
    if (!read_minisign(trust, bytes, found) && !read_pem(trust, bytes, found) && !read_ssh(trust, bytes, found))
        return asy_fail(diag, ASSAY_E_FORMAT, 0,
                        "is no public key: expected minisign, signify, SSH, PEM or DER, and only one, or OpenPGP");
    return asy_key_new(trust->crypto, &found->material, out, diag);
}

assay_status asy_trust_add_key(struct asy_trust *trust, const char *name, struct asy_view bytes, int64_t from,
                               int64_t until, struct asy_diag *diag)
{
    struct found found = { 0 };
    struct asy_key *key = NULL;
    struct asy_view copy;
    const char *own_name = asy_copy_text(trust->arena, asy_view_of(name));
    assay_status s;

    if (own_name == NULL || !asy_copy(trust->arena, bytes, &copy) ||
        !asy_grow(trust->arena, &trust->keys, trust->keys_n, &trust->keys_room, sizeof *trust->keys))
        return asy_no_memory(diag);
    if (asy_pgp_is_keyring(copy))
        return asy_pgp_add_keyring(trust, own_name, copy, from, until, diag);
    s = key_of(trust, copy, &found, &key, diag);
    if (!assay_ok(s))
        return s;
    trust->keys[trust->keys_n++] = (struct asy_trusted_key){
        .name = own_name, .kind = found.kind, .key = key, .key_id = found.key_id, .ssh_blob = found.ssh_blob,
        .from = from, .until = until,
    };
    return asy_ok;
}
