/*
 * Certificates from files (RFC 9580 10.1, "transferable public keys"): a key, what is said of it, users and subkeys with
 * what is said of them; one behind the other, binary or in any number of armored blocks.
 */
#include "trust/openpgp.h"

#include "codec/openpgp_armor.h"

#include <string.h>

/* Where a keyring is being read: what the next signature is about. */
struct ring {
    struct asy_trust *trust;
    struct asy_diag *diag;
    const char *name;
    int64_t from, until;
    struct asy_pgp_cert *cert; /* NULL: packets are passed over until the next key */
    struct asy_pgp_part *subkey;
    struct asy_pgp_user *user;
    size_t certs_n, usable_n;
    const char *unusable; /* the last key that could not be used, for people */
};

static bool is_key_type(uint8_t type)
{
    return type == ASY_PGP_PUBLIC_KEY || type == ASY_PGP_SECRET_KEY;
}

/* Steps over what stands around armored blocks in a file of keys; false when no further block comes. */
static bool find_block(struct asy_reader *r)
{
    struct asy_reader ahead = *r;
    struct asy_view line;

    for (; asy_get_line(&ahead, &line); *r = ahead) {
        if (asy_view_starts(line, ASY_TEXT("-----BEGIN ")))
            return true;
    }
    return false;
}

/* Vendors publish files of text with armored blocks in them; what they begin with is what they are. */
static bool has_public_block(struct asy_view text)
{
    struct asy_reader r = asy_reader_of(text);

    return find_block(&r) && asy_is_openpgp_armor(r.rest, "PGP PUBLIC KEY BLOCK");
}

bool asy_pgp_is_keyring(struct asy_view bytes)
{
    struct asy_view body;
    uint8_t type;

    return has_public_block(bytes) || asy_is_openpgp_armor(bytes, "PGP PRIVATE KEY BLOCK") ||
           (asy_begins_openpgp_packet(bytes, &type, &body) && is_key_type(type));
}

static assay_status no_room(const struct ring *ring)
{
    return asy_fail(ring->diag, ASSAY_E_LIMIT, 0, "too many keys for the store");
}

/* Fills a part from its key; false when memory is short. */
static bool fill_part(const struct ring *ring, struct asy_pgp_part *part, struct asy_pgp_cert *cert,
                      const struct asy_openpgp_key *key)
{
    enum asy_digest_alg alg = asy_openpgp_fingerprint_alg(key->version);
    struct asy_diag ignored;

    part->cert = cert;
    part->key = *key;
    if (!asy_openpgp_hashed_key(ring->trust->arena, key, &part->hashed) ||
        !asy_digest_bytes(ring->trust->crypto, alg, part->hashed, part->fingerprint))
        return false;
    part->fingerprint_len = asy_digest_len(alg);
    if (key->material.form != ASY_KEY_NONE &&
        asy_key_new(ring->trust->crypto, &key->material, &part->handle, &ignored).code == ASSAY_E_MEMORY)
        return false;
    return true;
}

static bool is_same_key(const struct asy_pgp_part *part, const struct asy_openpgp_key *key)
{
    return asy_view_eq(part->key.body, key->body);
}

static struct asy_pgp_cert *find_cert(const struct asy_trust *trust, const struct asy_openpgp_key *key)
{
    for (struct asy_pgp_cert *cert = trust->certs; cert != NULL; cert = cert->next) {
        if (is_same_key(&cert->primary, key))
            return cert;
    }
    return NULL;
}

static bool add_name(const struct ring *ring, struct asy_pgp_cert *cert)
{
    struct asy_pgp_name *name = asy_alloc(ring->trust->arena, 1, sizeof *name);

    if (name == NULL)
        return false;
    *name = (struct asy_pgp_name){ ring->name, ring->from, ring->until, cert->names };
    cert->names = name;
    return true;
}

static assay_status begin_cert(struct ring *ring, const struct asy_openpgp_key *key)
{
    struct asy_pgp_cert *cert = find_cert(ring->trust, key);

    if (cert == NULL) {
        cert = asy_alloc(ring->trust->arena, 1, sizeof *cert);
        if (cert == NULL)
            return no_room(ring);
        cert->next = ring->trust->certs; /* first, so that its handle is freed whatever follows */
        ring->trust->certs = cert;
        if (!fill_part(ring, &cert->primary, cert, key))
            return no_room(ring);
    }
    ring->cert = cert;
    ring->usable_n += cert->primary.handle != NULL;
    if (cert->primary.handle == NULL)
        ring->unusable = asy_openpgp_alg_name(key->alg);
    return cert->names == NULL || cert->names->name != ring->name ? (add_name(ring, cert) ? asy_ok : no_room(ring))
                                                                  : asy_ok;
}

static assay_status read_primary(struct ring *ring, struct asy_view body)
{
    struct asy_openpgp_key key;
    assay_status s = asy_openpgp_read_key(body, &key, ring->diag);

    ring->certs_n++;
    ring->cert = NULL;
    ring->subkey = NULL;
    ring->user = NULL;
    if (s.code == ASSAY_E_UNSUPPORTED) {
        ring->unusable = "of another version than 4 and 6";
        return asy_ok;
    }
    return assay_ok(s) ? begin_cert(ring, &key) : s;
}

/* A subkey that cannot be read says nothing, and what is said of it neither. */
static assay_status read_subkey(struct ring *ring, struct asy_view body)
{
    struct asy_pgp_cert *cert = ring->cert;
    struct asy_openpgp_key key;
    struct asy_pgp_part *part;

    ring->subkey = NULL;
    ring->user = NULL;
    if (!assay_ok(asy_openpgp_read_key(body, &key, NULL)) || key.version != cert->primary.key.version)
        return asy_ok;
    for (part = cert->subkeys; part != NULL && !is_same_key(part, &key); part = part->next)
        ;
    if (part == NULL) {
        part = asy_alloc(ring->trust->arena, 1, sizeof *part);
        if (part == NULL)
            return no_room(ring);
        part->next = cert->subkeys;
        cert->subkeys = part;
        if (!fill_part(ring, part, cert, &key))
            return no_room(ring);
    }
    ring->subkey = part;
    return asy_ok;
}

/* RFC 9580 5.2.4: 0xB4 or 0xD1, four octets of length, the body. */
static bool hash_user(struct asy_arena *arena, struct asy_pgp_user *user)
{
    uint8_t *bytes = asy_alloc(arena, 5 + user->id.len, 1);

    if (bytes == NULL)
        return false;
    bytes[0] = user->is_attribute ? 0xd1 : 0xb4;
    for (size_t i = 0; i < 4; i++)
        bytes[1 + i] = (uint8_t)(user->id.len >> (24 - 8 * i));
    if (user->id.len > 0)
        memcpy(bytes + 5, user->id.data, user->id.len);
    user->hashed = (struct asy_view){ bytes, 5 + user->id.len };
    return true;
}

static assay_status read_user(struct ring *ring, struct asy_view id, bool is_attribute)
{
    struct asy_pgp_user *user;

    ring->subkey = NULL;
    for (user = ring->cert->users; user != NULL; user = user->next) {
        if (user->is_attribute == is_attribute && asy_view_eq(user->id, id))
            break;
    }
    if (user == NULL) {
        user = asy_alloc(ring->trust->arena, 1, sizeof *user);
        if (user == NULL)
            return no_room(ring);
        *user = (struct asy_pgp_user){ .id = id, .is_attribute = is_attribute, .next = ring->cert->users };
        if (!hash_user(ring->trust->arena, user))
            return no_room(ring);
        ring->cert->users = user;
    }
    ring->user = user;
    return asy_ok;
}

static assay_status read_packet(struct ring *ring, const struct asy_openpgp_packet *packet)
{
    switch (packet->type) {
    case ASY_PGP_PUBLIC_KEY:
        return read_primary(ring, packet->body);
    case ASY_PGP_SECRET_KEY:
    case ASY_PGP_SECRET_SUBKEY:
        return asy_fail(ring->diag, ASSAY_E_FORMAT, 0, "is a private key, expected the public one");
    default:
        break;
    }
    if (ring->certs_n == 0 && packet->type != ASY_PGP_MARKER && packet->type != ASY_PGP_PADDING)
        return asy_fail(ring->diag, ASSAY_E_FORMAT, 0, "begins with an OpenPGP packet of type %u, expected a public key",
                        (unsigned)packet->type);
    if (ring->cert == NULL)
        return asy_ok;
    switch (packet->type) {
    case ASY_PGP_PUBLIC_SUBKEY:
        return read_subkey(ring, packet->body);
    case ASY_PGP_USER_ID:
    case ASY_PGP_USER_ATTRIBUTE:
        return read_user(ring, packet->body, packet->type == ASY_PGP_USER_ATTRIBUTE);
    case ASY_PGP_SIGNATURE:
        return asy_pgp_take_self(ring->trust, ring->cert, ring->subkey, ring->user, packet->body) ? asy_ok
                                                                                                   : no_room(ring);
    default: /* trust packets of a local keyring and others say nothing here (RFC 9580 5.10) */
        return asy_ok;
    }
}

static assay_status read_packets(struct ring *ring, struct asy_view bytes)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_openpgp_packet packet;

    while (!asy_at_end(&r)) {
        assay_status s;

        if (!asy_get_openpgp_packet(&r, ring->trust->arena, &packet))
            return asy_fail(ring->diag, ASSAY_E_FORMAT, r.at, "byte %zu: no OpenPGP packet, or one cut short", r.at);
        s = read_packet(ring, &packet);
        if (!assay_ok(s))
            return s;
    }
    return asy_ok;
}

static assay_status read_armored(struct ring *ring, struct asy_view text)
{
    struct asy_reader r = asy_reader_of(text);
    assay_status s = asy_ok;

    while (assay_ok(s) && find_block(&r)) {
        struct asy_view bytes;

        s = asy_get_openpgp_armor(&r, ring->trust->arena, "PGP PUBLIC KEY BLOCK", &bytes, ring->diag);
        if (assay_ok(s))
            s = read_packets(ring, bytes);
    }
    return s;
}

/* ---- the keys of certificates among the keys of the store ---- */

static bool is_listed(const struct asy_trust *trust, const struct asy_pgp_part *part, const char *name)
{
    for (size_t i = 0; i < trust->keys_n; i++) {
        if (trust->keys[i].openpgp == part && trust->keys[i].name == name)
            return true;
    }
    return false;
}

static bool list_part(struct asy_trust *trust, const struct asy_pgp_part *part, const struct asy_pgp_name *name)
{
    if (part->handle == NULL || is_listed(trust, part, name->name))
        return true;
    if (!asy_grow(trust->arena, &trust->keys, trust->keys_n, &trust->keys_room, sizeof *trust->keys))
        return false;
    trust->keys[trust->keys_n++] = (struct asy_trusted_key){
        .name = name->name, .kind = "OpenPGP key", .key = part->handle, .openpgp = part, .from = name->from,
        .until = name->until,
    };
    return true;
}

/* A copy may have brought a subkey that those before it, under other names, did not have. */
static bool list_cert(struct asy_trust *trust, const struct asy_pgp_cert *cert)
{
    for (const struct asy_pgp_name *name = cert->names; name != NULL; name = name->next) {
        if (!list_part(trust, &cert->primary, name))
            return false;
        for (const struct asy_pgp_part *part = cert->subkeys; part != NULL; part = part->next) {
            if (!list_part(trust, part, name))
                return false;
        }
    }
    return true;
}

static assay_status list_all(struct ring *ring)
{
    for (struct asy_pgp_cert *cert = ring->trust->certs; cert != NULL; cert = cert->next) {
        if (cert->primary.handle != NULL && !list_cert(ring->trust, cert))
            return no_room(ring);
    }
    return asy_ok;
}

/* A file that is malformed somewhere trusts nothing; what it revokes stays revoked. */
static void forget_name(struct asy_trust *trust, const char *name)
{
    for (struct asy_pgp_cert *cert = trust->certs; cert != NULL; cert = cert->next) {
        if (cert->names != NULL && cert->names->name == name)
            cert->names = cert->names->next;
    }
}

static assay_status read_ring(struct ring *ring, struct asy_view bytes)
{
    assay_status s;

    if (asy_is_openpgp_armor(bytes, "PGP PRIVATE KEY BLOCK"))
        return asy_fail(ring->diag, ASSAY_E_FORMAT, 0, "is a private key, expected the public one");
    s = bytes.data[0] >= 0x80 ? read_packets(ring, bytes) : read_armored(ring, bytes);
    if (!assay_ok(s))
        return s;
    if (ring->certs_n == 0)
        return asy_fail(ring->diag, ASSAY_E_FORMAT, 0, "holds no OpenPGP certificate");
    if (ring->usable_n == 0)
        return asy_fail(ring->diag, ASSAY_E_UNSUPPORTED, 0,
                        "holds no OpenPGP key that is verified here, but one that is %s", ring->unusable);
    return list_all(ring);
}

assay_status asy_pgp_add_keyring(struct asy_trust *trust, const char *name, struct asy_view bytes, int64_t from,
                                 int64_t until, struct asy_diag *diag)
{
    struct ring ring = { .trust = trust, .diag = diag, .name = name, .from = from, .until = until };
    assay_status s = read_ring(&ring, bytes);

    if (!assay_ok(s))
        forget_name(trust, name);
    return s;
}

void asy_pgp_certs_free(struct asy_pgp_cert *cert)
{
    for (; cert != NULL; cert = cert->next) {
        asy_key_free(cert->primary.handle);
        for (struct asy_pgp_part *part = cert->subkeys; part != NULL; part = part->next)
            asy_key_free(part->handle);
    }
}
