/*
 *   key  = string type, then
 *          ssh-ed25519                         string point[32]                               RFC 8709 4
 *          ssh-rsa                             mpint e, mpint n                               RFC 4253 6.6
 *          ecdsa-sha2-nistp*                   string curve, string point                     RFC 5656 3.1
 *          sk-ssh-ed25519@openssh.com          string point[32], string application           PROTOCOL.u2f
 *          sk-ecdsa-sha2-nistp256@openssh.com  string curve, string point, string application
 *   cert = string type, string nonce, the key's fields, uint64 serial, uint32 type, string key id,
 *          string principals, uint64 valid after, uint64 valid before, string critical options, string extensions,
 *          string reserved, string CA key, string signature                                   PROTOCOL.certkeys
 *   sig  = string algorithm, string value; on a token then byte flags, uint32 counter         RFC 8709 6, PROTOCOL.u2f
 */
#include "codec/ssh.h"

#include "codec/base64.h"

#include <string.h>

enum {
    ED25519_KEY = 32,
    ED25519_SIGNATURE = 64,
    P256_LEN = 32, /* bytes of a field element */
    P384_LEN = 48,
    P521_LEN = 66,
    UNCOMPRESSED = 4,           /* SEC 1 2.3.3 */
    RSA_BYTES_MAX = 16384 / 8,  /* as OpenSSH has it */
    TOKEN_STATE = 5,            /* flags and counter */
    USER_PRESENT = 1,           /* PROTOCOL.u2f: bit 0 of the flags */
    PRINCIPALS_MAX = 256,       /* PROTOCOL.certkeys names no limit; OpenSSH's is this */
};

struct type_row {
    struct asy_view name, cert_name;
    enum asy_ssh_type type;
};

static const struct type_row types[] = {
    { ASY_TEXT_INIT("ssh-ed25519"), ASY_TEXT_INIT("ssh-ed25519-cert-v01@openssh.com"), ASY_SSH_ED25519 },
    { ASY_TEXT_INIT("ssh-rsa"), ASY_TEXT_INIT("ssh-rsa-cert-v01@openssh.com"), ASY_SSH_RSA },
    { ASY_TEXT_INIT("ecdsa-sha2-nistp256"), ASY_TEXT_INIT("ecdsa-sha2-nistp256-cert-v01@openssh.com"), ASY_SSH_P256 },
    { ASY_TEXT_INIT("ecdsa-sha2-nistp384"), ASY_TEXT_INIT("ecdsa-sha2-nistp384-cert-v01@openssh.com"), ASY_SSH_P384 },
    { ASY_TEXT_INIT("ecdsa-sha2-nistp521"), ASY_TEXT_INIT("ecdsa-sha2-nistp521-cert-v01@openssh.com"), ASY_SSH_P521 },
    { ASY_TEXT_INIT("sk-ssh-ed25519@openssh.com"), ASY_TEXT_INIT("sk-ssh-ed25519-cert-v01@openssh.com"),
      ASY_SSH_SK_ED25519 },
    { ASY_TEXT_INIT("sk-ecdsa-sha2-nistp256@openssh.com"), ASY_TEXT_INIT("sk-ecdsa-sha2-nistp256-cert-v01@openssh.com"),
      ASY_SSH_SK_P256 },
};
enum { TYPES = sizeof types / sizeof *types };

struct alg_row {
    struct asy_view name;
    enum asy_ssh_type type;
    enum asy_digest_alg digest;
};

static const struct alg_row algs[] = {
    { ASY_TEXT_INIT("ssh-ed25519"), ASY_SSH_ED25519, ASY_DIGEST_NONE },
    { ASY_TEXT_INIT("rsa-sha2-256"), ASY_SSH_RSA, ASY_SHA256 }, /* RFC 8332 */
    { ASY_TEXT_INIT("rsa-sha2-512"), ASY_SSH_RSA, ASY_SHA512 },
    { ASY_TEXT_INIT("ssh-rsa"), ASY_SSH_RSA, ASY_SHA1 },                /* known so that it can be refused by name */
    { ASY_TEXT_INIT("ecdsa-sha2-nistp256"), ASY_SSH_P256, ASY_SHA256 }, /* RFC 5656 6.2.1 */
    { ASY_TEXT_INIT("ecdsa-sha2-nistp384"), ASY_SSH_P384, ASY_SHA384 },
    { ASY_TEXT_INIT("ecdsa-sha2-nistp521"), ASY_SSH_P521, ASY_SHA512 },
    { ASY_TEXT_INIT("sk-ssh-ed25519@openssh.com"), ASY_SSH_SK_ED25519, ASY_DIGEST_NONE },
    { ASY_TEXT_INIT("sk-ecdsa-sha2-nistp256@openssh.com"), ASY_SSH_SK_P256, ASY_SHA256 },
};

static const struct type_row *type_of(struct asy_view name, bool cert)
{
    for (size_t i = 0; i < TYPES; i++) {
        if (asy_view_eq(cert ? types[i].cert_name : types[i].name, name))
            return &types[i];
    }
    return NULL;
}

bool asy_get_ssh_number(struct asy_reader *r, struct asy_view *out)
{
    struct asy_reader ahead = *r;
    struct asy_view v;

    if (!asy_get_string32(&ahead, &v) || (v.len > 0 && v.data[0] >= 0x80))
        return false;
    if (v.len > 0 && v.data[0] == 0) {
        if (v.len == 1 || v.data[1] < 0x80)
            return false;
        v = asy_view_from(v, 1);
    }
    *r = ahead;
    *out = v;
    return true;
}

/* ---- keys ---- */

static bool get_ed25519(struct asy_reader *r, struct asy_key_material *out)
{
    struct asy_view point;

    if (!asy_get_string32(r, &point) || point.len != ED25519_KEY)
        return false;
    *out = (struct asy_key_material){ .form = ASY_KEY_ED25519, .a = point };
    return true;
}

static bool get_rsa(struct asy_reader *r, struct asy_key_material *out)
{
    struct asy_view e, n;

    if (!asy_get_ssh_number(r, &e) || !asy_get_ssh_number(r, &n) || e.len == 0 || n.len == 0 || e.len > n.len ||
        n.len > RSA_BYTES_MAX)
        return false;
    *out = (struct asy_key_material){ .form = ASY_KEY_RSA, .a = n, .b = e };
    return true;
}

static bool get_ecdsa(struct asy_reader *r, const char *name, enum asy_curve curve, size_t field_len,
                      struct asy_key_material *out)
{
    struct asy_view id, point;

    if (!asy_get_string32(r, &id) || !asy_view_is(id, name) || !asy_get_string32(r, &point) ||
        point.len != 1 + 2 * field_len || point.data[0] != UNCOMPRESSED)
        return false;
    *out = (struct asy_key_material){ .form = ASY_KEY_EC, .curve = curve, .a = point };
    return true;
}

/* The fields behind the type, which a certificate has too. */
static bool get_key_fields(struct asy_reader *r, struct asy_ssh_key *out)
{
    switch (out->type) {
    case ASY_SSH_ED25519:
        return get_ed25519(r, &out->material);
    case ASY_SSH_RSA:
        return get_rsa(r, &out->material);
    case ASY_SSH_P256:
        return get_ecdsa(r, "nistp256", ASY_P256, P256_LEN, &out->material);
    case ASY_SSH_P384:
        return get_ecdsa(r, "nistp384", ASY_P384, P384_LEN, &out->material);
    case ASY_SSH_P521:
        return get_ecdsa(r, "nistp521", ASY_P521, P521_LEN, &out->material);
    case ASY_SSH_SK_ED25519:
        return get_ed25519(r, &out->material) && asy_get_string32(r, &out->application);
    case ASY_SSH_SK_P256:
        return get_ecdsa(r, "nistp256", ASY_P256, P256_LEN, &out->material) &&
               asy_get_string32(r, &out->application);
    case ASY_SSH_OTHER:
        break;
    }
    return false;
}

/* RFC 4251 section 6: printable ASCII, at most 64 characters. */
static bool get_name(struct asy_reader *r, struct asy_view *out)
{
    struct asy_view name;

    if (!asy_get_string32(r, &name) || name.len == 0 || name.len > 64)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == ',')
            return false;
    }
    *out = name;
    return true;
}

bool asy_ssh_is_cert(struct asy_view blob)
{
    struct asy_reader r = asy_reader_of(blob);
    struct asy_view name;

    return asy_get_string32(&r, &name) && type_of(name, true) != NULL;
}

assay_status asy_ssh_read_key(struct asy_view blob, struct asy_ssh_key *out, struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(blob);
    struct asy_ssh_key key = { .blob = blob };
    const struct type_row *row;

    if (!get_name(&r, &key.name))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "public key: no type name of at most 64 printable characters");
    if (type_of(key.name, true) != NULL)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "public key: a certificate, expected a plain key");
    row = type_of(key.name, false);
    key.type = row == NULL ? ASY_SSH_OTHER : row->type;
    if (row != NULL && (!get_key_fields(&r, &key) || !asy_at_end(&r)))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "public key: malformed at byte %zu, or bytes behind it", r.at);
    *out = key;
    return asy_ok;
}

/* ---- certificates ---- */

static uint8_t *put_be32(uint8_t *out, size_t n)
{
    for (size_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(n >> (24 - 8 * i));
    return out + 4;
}

/* The certified key as it looks outside the certificate: the plain type, then the same fields. */
static bool make_blob(struct asy_arena *arena, struct asy_view name, struct asy_view fields, struct asy_view *out)
{
    size_t len = 4 + name.len + fields.len;
    uint8_t *blob = asy_alloc(arena, len, 1), *at;

    if (blob == NULL)
        return false;
    at = put_be32(blob, name.len);
    memcpy(at, name.data, name.len);
    memcpy(at + name.len, fields.data, fields.len);
    *out = (struct asy_view){ blob, len };
    return true;
}

static bool read_principals(struct asy_arena *arena, struct asy_view packed, struct asy_ssh_certificate *out)
{
    struct asy_reader r = asy_reader_of(packed), count = r;
    struct asy_view name, *names;
    size_t n = 0;

    while (asy_get_string32(&count, &name)) {
        if (++n > PRINCIPALS_MAX)
            return false;
    }
    names = asy_alloc(arena, n, sizeof *names);
    if (names == NULL || !asy_at_end(&count))
        return false;
    for (size_t i = 0; i < n; i++)
        (void)asy_get_string32(&r, &names[i]);
    out->principals = names;
    out->principals_n = n;
    return true;
}

/* Options are names with data, each once and in order. */
static bool check_options(struct asy_view packed)
{
    struct asy_reader r = asy_reader_of(packed);
    struct asy_view name, data, before = { 0 };

    while (!asy_at_end(&r)) {
        if (!asy_get_string32(&r, &name) || !asy_get_string32(&r, &data) ||
            (before.data != NULL && asy_view_cmp(before, name) >= 0))
            return false;
        before = name;
    }
    return true;
}

/* From the serial to the end. */
static bool get_cert_tail(struct asy_reader *r, struct asy_arena *arena, struct asy_view blob,
                          struct asy_ssh_certificate *out, struct asy_view *ca)
{
    struct asy_view principals, critical, extensions, reserved;

    if (!asy_get_be64(r, &out->serial) || !asy_get_be32(r, &out->type) || !asy_get_string32(r, &out->key_id) ||
        !asy_get_string32(r, &principals) || !asy_get_be64(r, &out->valid_after) ||
        !asy_get_be64(r, &out->valid_before) || !asy_get_string32(r, &critical) || !asy_get_string32(r, &extensions) ||
        !asy_get_string32(r, &reserved) || !asy_get_string32(r, ca))
        return false;
    out->body = asy_view_head(blob, r->at);
    out->has_critical = critical.len > 0;
    return asy_get_string32(r, &out->signature) && asy_at_end(r) && check_options(critical) &&
           check_options(extensions) && read_principals(arena, principals, out);
}

assay_status asy_ssh_read_cert(struct asy_arena *arena, struct asy_view blob, struct asy_ssh_certificate *out,
                               struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(blob);
    struct asy_ssh_certificate c = { 0 };
    const struct type_row *row = NULL;
    struct asy_view name, nonce, fields, ca;
    size_t start;
    assay_status s;

    if (asy_get_string32(&r, &name))
        row = type_of(name, true);
    if (row == NULL || !asy_get_string32(&r, &nonce))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "certificate: no type that is known, or no nonce");
    c.key.type = row->type;
    c.key.name = row->name;
    start = r.at;
    if (!get_key_fields(&r, &c.key))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "certificate: malformed key at byte %zu", r.at);
    fields = asy_view_head(asy_view_from(blob, start), r.at - start);
    if (!get_cert_tail(&r, arena, blob, &c, &ca))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "certificate: malformed before byte %zu, or bytes behind it", r.at);
    if (!make_blob(arena, row->name, fields, &c.key.blob))
        return asy_no_memory(diag);
    s = asy_ssh_read_key(ca, &c.ca, diag);
    if (assay_ok(s))
        *out = c;
    return s;
}

/* ---- signatures ---- */

/* DER of r and s (RFC 3279 2.2.3): positive numbers have the same bytes there as here, sign byte included. */
static bool read_ecdsa_value(struct asy_arena *arena, struct asy_view value, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(value), strings = r;
    struct asy_view n, a, b;
    uint8_t *der, *at;
    size_t len;

    if (!asy_get_ssh_number(&r, &n) || n.len == 0 || n.len > P521_LEN || !asy_get_ssh_number(&r, &n) || n.len == 0 ||
        n.len > P521_LEN || !asy_at_end(&r) || !asy_get_string32(&strings, &a) || !asy_get_string32(&strings, &b))
        return false;
    len = 4 + a.len + b.len; /* two tags, two lengths below 128 */
    der = at = asy_alloc(arena, 3 + len, 1);
    if (der == NULL)
        return false;
    *at++ = 0x30;
    if (len > 0x7f)
        *at++ = 0x81;
    *at++ = (uint8_t)len;
    *at++ = 0x02;
    *at++ = (uint8_t)a.len;
    memcpy(at, a.data, a.len);
    at += a.len;
    *at++ = 0x02;
    *at++ = (uint8_t)b.len;
    memcpy(at, b.data, b.len);
    *out = (struct asy_view){ der, (size_t)(at - der) + b.len };
    return true;
}

/* RFC 8332 section 3 has leading zeros, but signers were seen to drop them: the value is as long as the modulus. */
static bool read_rsa_value(struct asy_arena *arena, struct asy_view value, size_t modulus_len, struct asy_view *out)
{
    uint8_t *padded;

    if (value.len == 0 || value.len > modulus_len)
        return false;
    if (value.len == modulus_len) {
        *out = value;
        return true;
    }
    padded = asy_alloc(arena, modulus_len, 1);
    if (padded == NULL)
        return false;
    memcpy(padded + modulus_len - value.len, value.data, value.len);
    *out = (struct asy_view){ padded, modulus_len };
    return true;
}

static bool read_value(struct asy_arena *arena, struct asy_view raw, const struct asy_ssh_key *key,
                       struct asy_view *out)
{
    switch (key->type) {
    case ASY_SSH_RSA:
        return read_rsa_value(arena, raw, key->material.a.len, out);
    case ASY_SSH_P256:
    case ASY_SSH_P384:
    case ASY_SSH_P521:
    case ASY_SSH_SK_P256:
        return read_ecdsa_value(arena, raw, out);
    case ASY_SSH_ED25519:
    case ASY_SSH_SK_ED25519:
        *out = raw;
        return raw.len == ED25519_SIGNATURE;
    case ASY_SSH_OTHER:
        break;
    }
    return false;
}

static const struct alg_row *alg_of(struct asy_view name)
{
    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
        if (asy_view_eq(algs[i].name, name))
            return &algs[i];
    }
    return NULL;
}

static bool is_token(enum asy_ssh_type type)
{
    return type == ASY_SSH_SK_ED25519 || type == ASY_SSH_SK_P256;
}

assay_status asy_ssh_read_signature(struct asy_arena *arena, struct asy_view blob, const struct asy_ssh_key *key,
                                    struct asy_ssh_signature *out, struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(blob);
    struct asy_ssh_signature sig = { 0 };
    const struct alg_row *row;
    struct asy_view name, raw;

    if (!get_name(&r, &name) || !asy_get_string32(&r, &raw))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "signature: no algorithm and value");
    sig.alg_name = asy_copy_text(arena, name);
    if (sig.alg_name == NULL)
        return asy_no_memory(diag);
    row = alg_of(name);
    if (row == NULL || key->type == ASY_SSH_OTHER) {
        sig.value = raw;
        *out = sig;
        return asy_ok;
    }
    if (row->type != key->type)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "signature: %s is no algorithm of this key's type", sig.alg_name);
    if ((is_token(row->type) && !asy_get_view(&r, TOKEN_STATE, &sig.state)) || !asy_at_end(&r) ||
        !read_value(arena, raw, key, &sig.value))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "signature: malformed %s value, or bytes behind it", sig.alg_name);
    if (is_token(row->type) && (sig.state.data[0] & USER_PRESENT) == 0)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "signature: made by a token without its owner's presence");
    sig.type = row->type;
    sig.digest = row->digest;
    *out = sig;
    return asy_ok;
}

/* ---- text ---- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

bool asy_get_ssh_word(struct asy_reader *r, struct asy_view *out)
{
    struct asy_reader ahead = *r;
    struct asy_view blanks;
    size_t n = 0, len = 0;

    while (n < ahead.rest.len && is_blank(ahead.rest.data[n]))
        n++;
    if (!asy_get_view(&ahead, n, &blanks))
        return false;
    while (len < ahead.rest.len && !is_blank(ahead.rest.data[len]))
        len++;
    if (len == 0 || !asy_get_view(&ahead, len, out))
        return false;
    *r = ahead;
    return true;
}

bool asy_get_ssh_key_text(struct asy_reader *r, struct asy_arena *arena, struct asy_view *blob)
{
    struct asy_reader ahead = *r, inside;
    struct asy_view type, text, bytes, name;

    if (!asy_get_ssh_word(&ahead, &type) || !asy_get_ssh_word(&ahead, &text) ||
        !asy_base64_decode(arena, text, &bytes))
        return false;
    inside = asy_reader_of(bytes);
    if (!get_name(&inside, &name) || !asy_view_eq(name, type))
        return false;
    *r = ahead;
    *blob = bytes;
    return true;
}

size_t asy_ssh_line_end(struct asy_view text)
{
    const uint8_t *end = text.len == 0 ? NULL : memchr(text.data, '\n', text.len);

    return end == NULL ? text.len : (size_t)(end - text.data);
}

bool asy_ssh_read_line(struct asy_arena *arena, struct asy_view line, struct asy_key_material *out,
                       struct asy_view *blob)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_ssh_key key;
    struct asy_view bytes;

    if (!asy_get_ssh_key_text(&r, arena, &bytes) || !assay_ok(asy_ssh_read_key(bytes, &key, NULL)) ||
        key.type == ASY_SSH_OTHER)
        return false;
    *out = key.material;
    *blob = bytes;
    return true;
}
