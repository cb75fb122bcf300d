/* Keys and roles in TUF metadata (specification 4.2, 4.3, 4.5), and who has signed. */
#include "trust/tuf_read.h"

#include "base/text.h"
#include "codec/hex.h"
#include "codec/pem.h"

#include <stdlib.h>
#include <string.h>

enum { RSA_BITS_MIN = 2048 };

/* ---- keys ---- */

/* What a key of this type signs with under this scheme; `of` is the field that the key stands in for. */
struct scheme {
    const char *type, *scheme;
    enum asy_signature_alg alg;
    enum asy_digest_alg digest;
};

static const struct scheme schemes[] = {
    { "ed25519", "ed25519", ASY_SIG_ED25519, ASY_DIGEST_NONE },
    { "ecdsa", "ecdsa-sha2-nistp256", ASY_SIG_ECDSA, ASY_SHA256 },
    { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", ASY_SIG_ECDSA, ASY_SHA256 },
    { "ecdsa", "ecdsa-sha2-nistp384", ASY_SIG_ECDSA, ASY_SHA384 },
    { "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", ASY_SIG_ECDSA, ASY_SHA384 },
    { "ecdsa", "ecdsa-sha2-nistp521", ASY_SIG_ECDSA, ASY_SHA512 },
    { "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", ASY_SIG_ECDSA, ASY_SHA512 },
    { "rsa", "rsassa-pss-sha256", ASY_SIG_RSA_PSS, ASY_SHA256 },
    { "rsa", "rsassa-pss-sha384", ASY_SIG_RSA_PSS, ASY_SHA384 },
    { "rsa", "rsassa-pss-sha512", ASY_SIG_RSA_PSS, ASY_SHA512 },
    { "rsa", "rsa-pkcs1v15-sha256", ASY_SIG_RSA_PKCS1, ASY_SHA256 },
    { "rsa", "rsa-pkcs1v15-sha384", ASY_SIG_RSA_PKCS1, ASY_SHA384 },
    { "rsa", "rsa-pkcs1v15-sha512", ASY_SIG_RSA_PKCS1, ASY_SHA512 },
};

static const struct scheme *scheme_of(struct asy_view type, struct asy_view scheme)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (asy_view_is(type, schemes[i].type) && asy_view_is(scheme, schemes[i].scheme))
            return &schemes[i];
    }
    return NULL;
}

/* Hex of the 32 bytes; hex of an uncompressed point, as old roots of Sigstore have it; else PEM. */
static bool material_of(const struct asy_tuf_reading *r, const struct scheme *scheme, struct asy_view text,
                        struct asy_key_material *out)
{
    struct asy_view bytes;

    if (!asy_is_hex(text)) {
        *out = (struct asy_key_material){ .form = ASY_KEY_SPKI };
        return asy_pem_decode(r->arena, text, "PUBLIC KEY", &out->a);
    }
    if (!asy_hex_decode(r->arena, text, &bytes))
        return false;
    *out = (struct asy_key_material){ .form = scheme->alg == ASY_SIG_ED25519 ? ASY_KEY_ED25519 : ASY_KEY_EC,
                                      .curve = scheme->digest == ASY_SHA256   ? ASY_P256
                                               : scheme->digest == ASY_SHA384 ? ASY_P384
                                                                              : ASY_P521,
                                      .a = bytes };
    return scheme->alg == ASY_SIG_ED25519 || scheme->alg == ASY_SIG_ECDSA;
}

static void free_key(void *key)
{
    asy_key_free(key);
}

/* The curve is that of the scheme, whatever the key's own is. */
static bool is_fitting(const struct asy_key *key, const struct scheme *scheme)
{
    static const unsigned bits[] = { [ASY_SHA256] = 256, [ASY_SHA384] = 384, [ASY_SHA512] = 521 };

    if (!asy_key_fits(key, scheme->alg))
        return false;
    if (scheme->alg == ASY_SIG_ECDSA)
        return asy_key_bits(key) == bits[scheme->digest];
    return !asy_key_is_rsa(key) || asy_key_bits(key) >= RSA_BITS_MIN;
}

assay_status asy_tuf_read_key(const struct asy_tuf_reading *r, const struct asy_node *node, struct asy_tuf_key *out)
{
    const struct asy_node *type, *name, *value, *public;
    const struct scheme *scheme;
    struct asy_key_material material;
    struct asy_key *key = NULL;
    struct asy_diag ignored;
    assay_status s = asy_tuf_member(r, node, "keytype", ASY_NODE_STRING, &type);

    if (assay_ok(s))
        s = asy_tuf_member(r, node, "scheme", ASY_NODE_STRING, &name);
    if (assay_ok(s))
        s = asy_tuf_member(r, node, "keyval", ASY_NODE_MAP, &value);
    if (!assay_ok(s))
        return s;
    *out = (struct asy_tuf_key){ .id = node->key };
    scheme = scheme_of(type->text, name->text);
    public = asy_node_get(value, "public");
    if (scheme == NULL || public == NULL || public->kind != ASY_NODE_STRING ||
        !material_of(r, scheme, public->text, &material) ||
        !assay_ok(asy_key_new(r->crypto, &material, &key, &ignored)))
        return asy_ok;
    if (!asy_arena_at_end(r->arena, free_key, key)) {
        asy_key_free(key);
        return asy_no_memory(r->diag);
    }
    out->scheme = (struct asy_scheme){ .alg = scheme->alg, .digest = scheme->digest, .mgf_digest = scheme->digest };
    out->key = is_fitting(key, scheme) ? key : NULL;
    return asy_ok;
}

static int by_id(const void *a, const void *b)
{
    const struct asy_tuf_key *x = a, *y = b;

    return asy_view_cmp(x->id, y->id);
}

static assay_status read_keys(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_roles *out)
{
    const struct asy_node *keys;
    assay_status s = asy_tuf_member(r, in, "keys", ASY_NODE_MAP, &keys);

    if (!assay_ok(s))
        return s;
    if (keys->n > ASY_TUF_KEYS)
        return asy_fail(r->diag, ASSAY_E_LIMIT, keys->line, "%zu keys, at most %d are read", keys->n, ASY_TUF_KEYS);
    out->keys = asy_alloc(r->arena, keys->n + 1, sizeof *out->keys);
    if (out->keys == NULL)
        return asy_no_memory(r->diag);
    for (const struct asy_node *node = keys->first; node != NULL; node = node->next) {
        if (node->kind != ASY_NODE_MAP)
            return asy_tuf_wrong(r, node, "a key is a map");
        s = asy_tuf_read_key(r, node, &out->keys[out->keys_n++]);
        if (!assay_ok(s))
            return s;
    }
    qsort(out->keys, out->keys_n, sizeof *out->keys, by_id);
    return asy_ok;
}

static const struct asy_tuf_key *key_of(const struct asy_tuf_roles *roles, struct asy_view id)
{
    struct asy_tuf_key wanted = { .id = id };

    return roles->keys_n == 0 ? NULL : bsearch(&wanted, roles->keys, roles->keys_n, sizeof *roles->keys, by_id);
}

/* ---- roles ---- */

static int by_bytes(const void *a, const void *b)
{
    const struct asy_view *x = a, *y = b;

    return asy_view_cmp(*x, *y);
}

/* A list of texts. */
static assay_status read_texts(const struct asy_tuf_reading *r, const struct asy_node *list, const struct asy_view **out,
                               size_t *n)
{
    struct asy_view *texts = asy_alloc(r->arena, list->n + 1, sizeof *texts);

    if (texts == NULL)
        return asy_no_memory(r->diag);
    for (const struct asy_node *node = list->first; node != NULL; node = node->next) {
        if (node->kind != ASY_NODE_STRING)
            return asy_tuf_wrong(r, node, "expected text");
        texts[(*n)++] = node->text;
    }
    *out = texts;
    return asy_ok;
}

/* 4.2.1: no key id stands twice, else one key would count as two. */
static assay_status read_signers(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_role *out)
{
    const struct asy_node *list;
    struct asy_view *sorted;
    assay_status s = asy_tuf_member(r, in, "keyids", ASY_NODE_LIST, &list);

    if (assay_ok(s))
        s = asy_tuf_number(r, in, "threshold", 1, &out->threshold);
    if (assay_ok(s) && list->n > ASY_TUF_ROLE_KEYS)
        return asy_fail(r->diag, ASSAY_E_LIMIT, list->line, "%zu key ids of one role, at most %d are read", list->n,
                        ASY_TUF_ROLE_KEYS);
    if (assay_ok(s))
        s = read_texts(r, list, &out->key_ids, &out->key_ids_n);
    if (!assay_ok(s))
        return s;
    sorted = asy_alloc(r->arena, out->key_ids_n + 1, sizeof *sorted);
    if (sorted == NULL)
        return asy_no_memory(r->diag);
    if (out->key_ids_n > 0)
        memcpy(sorted, out->key_ids, out->key_ids_n * sizeof *sorted);
    qsort(sorted, out->key_ids_n, sizeof *sorted, by_bytes);
    for (size_t i = 1; i < out->key_ids_n; i++) {
        if (asy_view_eq(sorted[i - 1], sorted[i]))
            return asy_tuf_wrong(r, list, "a key id stands twice in a role");
    }
    return asy_ok;
}

assay_status asy_tuf_read_root_roles(const struct asy_tuf_reading *r, const struct asy_node *root, struct asy_tuf_roles *out)
{
    static const char *const names[] = { "root", "timestamp", "snapshot", "targets" };
    const struct asy_node *roles, *role;
    assay_status s = read_keys(r, root, out);

    if (assay_ok(s))
        s = asy_tuf_member(r, root, "roles", ASY_NODE_MAP, &roles);
    if (!assay_ok(s))
        return s;
    out->roles = asy_alloc(r->arena, 4, sizeof *out->roles);
    if (out->roles == NULL)
        return asy_no_memory(r->diag);
    for (size_t i = 0; assay_ok(s) && i < 4; i++) {
        s = asy_tuf_member(r, roles, names[i], ASY_NODE_MAP, &role);
        if (assay_ok(s))
            s = read_signers(r, role, &out->roles[i]);
        out->roles[i].name = asy_view_of(names[i]);
        out->roles_n++;
    }
    return s;
}

/* Their files would take the place of others. */
static bool is_top_name(struct asy_view name)
{
    return asy_view_is(name, "root") || asy_view_is(name, "timestamp") || asy_view_is(name, "snapshot") ||
           asy_view_is(name, "targets");
}

/* Exactly one of the two says which targets the role is about. */
static assay_status read_paths(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_role *out)
{
    const struct asy_node *paths = asy_node_get(in, "paths"), *hashes = asy_node_get(in, "path_hash_prefixes");

    if (paths != NULL && paths->kind == ASY_NODE_NULL)
        paths = NULL;
    if (hashes != NULL && hashes->kind == ASY_NODE_NULL)
        hashes = NULL;
    if ((paths == NULL) == (hashes == NULL))
        return asy_tuf_wrong(r, in, "a delegation has either \"paths\" or \"path_hash_prefixes\"");
    out->by_hash = hashes != NULL;
    paths = out->by_hash ? hashes : paths;
    if (paths->kind != ASY_NODE_LIST)
        return asy_tuf_wrong(r, paths, "the paths of a delegation are a list");
    return read_texts(r, paths, &out->paths, &out->paths_n);
}

static assay_status read_delegation(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_role *out)
{
    const struct asy_node *name, *terminating;
    assay_status s;

    if (in->kind != ASY_NODE_MAP)
        return asy_tuf_wrong(r, in, "a delegation is a map");
    s = asy_tuf_member(r, in, "name", ASY_NODE_STRING, &name);
    if (assay_ok(s) && (name->text.len == 0 || is_top_name(name->text)))
        return asy_tuf_wrong(r, name, "a delegated role is called as no other role may be");
    if (assay_ok(s))
        s = read_signers(r, in, out);
    if (assay_ok(s))
        s = asy_tuf_member(r, in, "terminating", ASY_NODE_BOOL, &terminating);
    if (!assay_ok(s))
        return s;
    out->name = name->text;
    out->is_terminating = asy_node_is_true(terminating);
    return read_paths(r, in, out);
}

static int by_role_name(const void *a, const void *b)
{
    const struct asy_view *x = a, *y = b;

    return asy_view_cmp(*x, *y);
}

/* A name that stands twice would be two roles with one file. */
static assay_status check_names(const struct asy_tuf_reading *r, const struct asy_node *list,
                                const struct asy_tuf_roles *roles)
{
    struct asy_view *names = asy_alloc(r->arena, roles->roles_n + 1, sizeof *names);

    if (names == NULL)
        return asy_no_memory(r->diag);
    for (size_t i = 0; i < roles->roles_n; i++)
        names[i] = roles->roles[i].name;
    qsort(names, roles->roles_n, sizeof *names, by_role_name);
    for (size_t i = 1; i < roles->roles_n; i++) {
        if (asy_view_eq(names[i - 1], names[i]))
            return asy_tuf_wrong(r, list, "two delegations to roles of one name");
    }
    return asy_ok;
}

assay_status asy_tuf_read_delegations(const struct asy_tuf_reading *r, const struct asy_node *in, struct asy_tuf_roles *out)
{
    const struct asy_node *list;
    assay_status s = read_keys(r, in, out);

    if (assay_ok(s) && asy_node_get(in, "succinct_roles") != NULL)
        return asy_tuf_wrong(r, in, "\"succinct_roles\" are not served");
    if (assay_ok(s))
        s = asy_tuf_member(r, in, "roles", ASY_NODE_LIST, &list);
    if (!assay_ok(s))
        return s;
    if (list->n > ASY_TUF_ROLES)
        return asy_fail(r->diag, ASSAY_E_LIMIT, list->line, "%zu delegations, at most %d are read", list->n, ASY_TUF_ROLES);
    out->roles = asy_alloc(r->arena, list->n + 1, sizeof *out->roles);
    if (out->roles == NULL)
        return asy_no_memory(r->diag);
    for (const struct asy_node *node = list->first; assay_ok(s) && node != NULL; node = node->next)
        s = read_delegation(r, node, &out->roles[out->roles_n++]);
    return assay_ok(s) ? check_names(r, list, out) : s;
}

const struct asy_tuf_role *asy_tuf_role_of(const struct asy_tuf_roles *roles, struct asy_view name)
{
    for (size_t i = 0; i < roles->roles_n; i++) {
        if (asy_view_eq(roles->roles[i].name, name))
            return &roles->roles[i];
    }
    return NULL;
}

/* ---- who has signed ---- */

static const struct asy_tuf_signature *signature_of(const struct asy_tuf_meta *meta, struct asy_view key_id)
{
    size_t low = 0, high = meta->signatures_n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = asy_view_cmp(meta->signatures[middle].key_id, key_id);

        if (order == 0)
            return &meta->signatures[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* RFC 8017 9.1: the salt is as long as the digest, or as long as fits; signers of TUF have done both. */
static bool has_signed(const struct asy_crypto *crypto, const struct asy_tuf_key *key, struct asy_view message,
                       struct asy_view value)
{
    struct asy_scheme scheme = key->scheme;
    uint8_t digest[ASY_DIGEST_MAX];
    struct asy_view over = { digest, asy_digest_len(scheme.digest) };
    uint32_t fitting;

    if (scheme.alg == ASY_SIG_ED25519)
        return asy_signs_digest(crypto, key->key, &scheme, message, value);
    if (!asy_digest_bytes(crypto, scheme.digest, message, digest))
        return false;
    if (scheme.alg != ASY_SIG_RSA_PSS)
        return asy_signs_digest(crypto, key->key, &scheme, over, value);
    scheme.salt_len = (uint32_t)over.len;
    if (asy_signs_digest(crypto, key->key, &scheme, over, value))
        return true;
    fitting = (uint32_t)((asy_key_bits(key->key) + 6) / 8 - over.len - 2);
    scheme.salt_len = fitting;
    return asy_signs_digest(crypto, key->key, &scheme, over, value);
}

/* One key under two ids is one signer. */
static bool is_new(const uint8_t *const *seen, uint64_t n, const uint8_t *fingerprint)
{
    for (uint64_t i = 0; i < n; i++) {
        if (memcmp(seen[i], fingerprint, 32) == 0)
            return false;
    }
    return true;
}

bool asy_tuf_is_signed(const struct asy_crypto *crypto, const struct asy_tuf_meta *meta, const struct asy_tuf_roles *by,
                       const struct asy_tuf_role *role, struct asy_diag *diag)
{
    const uint8_t *seen[ASY_TUF_ROLE_KEYS];
    uint64_t n = 0;

    for (size_t i = 0; i < role->key_ids_n && n < role->threshold; i++) {
        const struct asy_tuf_signature *signature = signature_of(meta, role->key_ids[i]);
        const struct asy_tuf_key *key = key_of(by, role->key_ids[i]);

        if (signature == NULL || signature->value.len == 0 || key == NULL || key->key == NULL ||
            !is_new(seen, n, asy_key_fingerprint(key->key)) ||
            !has_signed(crypto, key, meta->canonical, signature->value))
            continue;
        seen[n++] = asy_key_fingerprint(key->key);
    }
    if (role->threshold >= 1 && n >= role->threshold)
        return true;
    (void)asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "signed by %llu keys of the role \"%.*s\", expected %llu", (unsigned long long)n,
                   (int)(role->name.len < 80 ? role->name.len : 80), (const char *)role->name.data,
                   (unsigned long long)role->threshold);
    return false;
}
