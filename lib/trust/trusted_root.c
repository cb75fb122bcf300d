/*
 * sigstore_trustroot.proto, as JSON:
 *   { "mediaType", "tlogs": [ log ], "certificateAuthorities": [ authority ], "ctlogs": [ log ],
 *     "timestampAuthorities": [ authority ] }
 *   log = { "baseUrl", "hashAlgorithm", "publicKey": { "rawBytes", "keyDetails", "validFor" }, "logId": { "keyId" },
 *           "checkpointKeyId": { "keyId" } }
 *   authority = { "subject", "uri", "certChain": { "certificates": [ { "rawBytes" } ] }, "validFor" }
 *   validFor = { "start": time, "end": time }, of which the end may be missing
 */
#include "trust/internal.h"

#include "base/text.h"
#include "codec/base64.h"
#include "codec/certificate.h"
#include "codec/der.h"
#include "codec/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_ID = 32, NOTE_ID = 4, PARTS = 64, CERTIFICATES = 16 };

static const char *const media_types[] = {
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
};

/* One root while it is read: what it adds is the store's only when all of it was read. */
struct root {
    struct asy_trust *trust;
    const char *name;
    struct asy_diag *diag;
    struct asy_root_list logs[ASY_ROOT_LOG_PARTS], authorities[ASY_ROOT_AUTHORITY_PARTS];
};

static assay_status wrong(struct root *root, const struct asy_node *node, const char *what)
{
    unsigned line = node == NULL ? 0 : node->line;

    return asy_fail(root->diag, ASSAY_E_FORMAT, line, "line %u: %s", line, what);
}

static bool get_text(const struct asy_node *map, const char *key, struct asy_view *out)
{
    const struct asy_node *node = asy_node_get(map, key);

    if (node == NULL || node->kind != ASY_NODE_STRING || node->text.len == 0)
        return false;
    *out = node->text;
    return true;
}

static bool get_bytes(struct root *root, const struct asy_node *map, const char *key, struct asy_view *out)
{
    struct asy_view text;

    return get_text(map, key, &text) && asy_base64_decode(root->trust->arena, text, out);
}

/* ---- time ---- */

/* ".123" behind the seconds, cut to milliseconds; nothing is 0. */
static bool get_fraction(struct asy_reader *r, int64_t *ms)
{
    int64_t scale = 100;
    uint8_t c;
    size_t digits = 0;

    *ms = 0;
    if (r->rest.len == 0 || r->rest.data[0] != '.')
        return true;
    (void)asy_get_u8(r, &c);
    while (r->rest.len > 0 && r->rest.data[0] >= '0' && r->rest.data[0] <= '9' && asy_get_u8(r, &c)) {
        *ms += (c - '0') * scale;
        scale /= 10;
        digits++;
    }
    return digits > 0 && digits <= 9;
}

static bool get_two(struct asy_reader *r, unsigned most, int64_t *out)
{
    uint8_t tens, units;

    if (!asy_get_u8(r, &tens) || !asy_get_u8(r, &units) || tens < '0' || tens > '9' || units < '0' || units > '9')
        return false;
    *out = (tens - '0') * 10 + (units - '0');
    return *out <= (int64_t)most;
}

/* "Z", or "+01:00" east of it. */
static bool get_offset(struct asy_reader *r, int64_t *seconds)
{
    int64_t hours, minutes;
    uint8_t sign, colon;

    if (!asy_get_u8(r, &sign))
        return false;
    *seconds = 0;
    if (sign == 'Z')
        return true;
    if ((sign != '+' && sign != '-') || !get_two(r, 23, &hours) || !asy_get_u8(r, &colon) || colon != ':' ||
        !get_two(r, 59, &minutes))
        return false;
    *seconds = (hours * 3600 + minutes * 60) * (sign == '+' ? 1 : -1);
    return true;
}

/* RFC 3339 with any fraction and offset, in milliseconds. */
static bool read_time(struct asy_view text, int64_t *ms)
{
    enum { WHOLE = 19 };
    char whole[WHOLE + 2];
    struct asy_reader r;
    int64_t seconds, fraction, offset;

    if (text.len <= WHOLE)
        return false;
    memcpy(whole, text.data, WHOLE);
    whole[WHOLE] = 'Z';
    whole[WHOLE + 1] = '\0';
    r = asy_reader_of(asy_view_from(text, WHOLE));
    if (!asy_parse_time(asy_view_of(whole), &seconds) || !get_fraction(&r, &fraction) || !get_offset(&r, &offset) ||
        !asy_at_end(&r))
        return false;
    *ms = (seconds - offset) * 1000 + fraction;
    return true;
}

static assay_status read_validity(struct root *root, const struct asy_node *map, struct asy_validity *out)
{
    const struct asy_node *valid = asy_node_get(map, "validFor"), *end = asy_node_get(valid, "end");
    struct asy_view text;

    if (!get_text(valid, "start", &text) || !read_time(text, &out->from_ms))
        return wrong(root, valid == NULL ? map : valid, "validFor without a start that is a time");
    out->until_ms = INT64_MAX;
    if (end == NULL || end->kind == ASY_NODE_NULL)
        return asy_ok;
    if (end->kind != ASY_NODE_STRING || !read_time(end->text, &out->until_ms))
        return wrong(root, end, "the end of validFor is no time");
    if (out->until_ms < out->from_ms)
        return wrong(root, end, "validFor ends before it starts");
    return asy_ok;
}

bool asy_is_valid_at(const struct asy_validity *valid, int64_t ms)
{
    return ms >= valid->from_ms && ms <= valid->until_ms;
}

/* ---- logs ---- */

struct key_kind {
    const char *details, *name; /* of the proto's PublicKeyDetails; asy_key_name, or what it begins with */
    enum asy_key_form form;
};

static const struct key_kind key_kinds[] = {
    { "PKIX_ECDSA_P256_SHA_256", "ECDSA P-256", ASY_KEY_SPKI },
    { "PKIX_ECDSA_P384_SHA_384", "ECDSA P-384", ASY_KEY_SPKI },
    { "PKIX_ECDSA_P521_SHA_512", "ECDSA P-521", ASY_KEY_SPKI },
    { "PKIX_ED25519", "Ed25519", ASY_KEY_SPKI },
    { "PKIX_RSA_PKCS1V15_2048_SHA256", "RSA-2048", ASY_KEY_SPKI },
    { "PKIX_RSA_PKCS1V15_3072_SHA256", "RSA-3072", ASY_KEY_SPKI },
    { "PKIX_RSA_PKCS1V15_4096_SHA256", "RSA-4096", ASY_KEY_SPKI },
    { "PKIX_RSA_PKCS1V5", "RSA-", ASY_KEY_SPKI },
    { "PKCS1_RSA_PKCS1V5", "RSA-", ASY_KEY_RSA },
};

static const struct key_kind *kind_of(struct asy_view details)
{
    for (size_t i = 0; i < sizeof key_kinds / sizeof *key_kinds; i++) {
        if (asy_view_is(details, key_kinds[i].details))
            return &key_kinds[i];
    }
    return NULL;
}

/* RFC 8017 A.1.1: RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static bool read_rsa(struct asy_view der, struct asy_key_material *out)
{
    struct asy_reader r = asy_reader_of(der), inside;

    out->form = ASY_KEY_RSA;
    return asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) && asy_at_end(&r) &&
           asy_get_der_integer(&inside, &out->a) && asy_get_der_integer(&inside, &out->b) && asy_at_end(&inside);
}

/* A key of a kind that is not used here leaves `out` NULL. */
static assay_status read_key(struct root *root, const struct asy_node *node, struct asy_key **out)
{
    struct asy_key_material material = { .form = ASY_KEY_SPKI };
    const struct key_kind *kind;
    struct asy_view details;
    assay_status s;

    *out = NULL;
    if (!get_text(node, "keyDetails", &details) || !get_bytes(root, node, "rawBytes", &material.a))
        return wrong(root, node, "no key with keyDetails and rawBytes");
    kind = kind_of(details);
    if (kind == NULL)
        return asy_ok;
    if (kind->form == ASY_KEY_RSA && !read_rsa(material.a, &material))
        return wrong(root, node, "rawBytes are no RSAPublicKey");
    s = asy_key_new(root->trust->crypto, &material, out, root->diag);
    if (s.code == ASSAY_E_UNSUPPORTED)
        return asy_ok;
    if (!assay_ok(s))
        return s;
    if (strncmp(asy_key_name(*out), kind->name, strlen(kind->name)) == 0)
        return asy_ok;
    asy_key_free(*out);
    *out = NULL;
    return wrong(root, node, "the key is not of the kind that keyDetails says");
}

/* "https://host/path" -> "host" */
static const char *host_of(struct root *root, struct asy_view url)
{
    struct asy_reader r = asy_reader_of(url);
    struct asy_view host;
    size_t len = 0;

    if (!asy_get_text(&r, ASY_TEXT("https://")))
        (void)asy_get_text(&r, ASY_TEXT("http://"));
    host = r.rest;
    while (len < host.len && host.data[len] != '/')
        len++;
    return asy_copy_text(root->trust->arena, asy_view_head(host, len));
}

static assay_status read_ids(struct root *root, const struct asy_node *node, struct asy_log *log)
{
    const struct asy_node *note = asy_node_get(node, "checkpointKeyId");
    struct asy_view id;

    if (!get_bytes(root, asy_node_get(node, "logId"), "keyId", &log->id) || log->id.len != LOG_ID)
        return wrong(root, node, "a log without a logId of 32 bytes");
    id = asy_view_head(log->id, NOTE_ID);
    if (note != NULL && note->kind != ASY_NODE_NULL && (!get_bytes(root, note, "keyId", &id) || id.len != NOTE_ID))
        return wrong(root, note, "checkpointKeyId is not of 4 bytes");
    memcpy(log->note_id, id.data, NOTE_ID);
    return asy_ok;
}

static assay_status add_log(struct root *root, const struct asy_node *node, struct asy_root_list *list)
{
    const struct asy_node *key = asy_node_get(node, "publicKey"), *hash = asy_node_get(node, "hashAlgorithm");
    struct asy_log log = { 0 };
    struct asy_view url;
    assay_status s;

    if (!get_text(node, "baseUrl", &url))
        return wrong(root, node, "a log without a baseUrl");
    if (hash != NULL && !asy_view_is(hash->text, "SHA2_256"))
        return wrong(root, hash, "the tree of a log is not of SHA2_256");
    s = read_validity(root, key, &log.valid);
    if (assay_ok(s))
        s = read_ids(root, node, &log);
    if (assay_ok(s))
        s = read_key(root, key, &log.key);
    if (!assay_ok(s) || log.key == NULL)
        return s;
    log.name = host_of(root, url);
    ((struct asy_log *)list->at)[list->n++] = log; /* room for all of them was made */
    return log.name == NULL ? asy_no_memory(root->diag) : asy_ok;
}

/* ---- authorities ---- */

static assay_status add_certificate(struct root *root, const struct asy_node *node, bool is_last,
                                    struct asy_authority *authority, struct asy_view *der)
{
    if (!get_bytes(root, node, "rawBytes", der))
        return wrong(root, node, "a certificate without rawBytes");
    return is_last ? asy_pki_add_anchors(authority->pki, authority->name, *der, root->diag)
                   : asy_pki_add_helpers(authority->pki, *der, root->diag);
}

static assay_status fill_authority(struct root *root, const struct asy_node *node, struct asy_authority *authority)
{
    const struct asy_node *certificates = asy_node_get(asy_node_get(node, "certChain"), "certificates");
    struct asy_view der;
    assay_status s = read_validity(root, node, &authority->valid);

    if (!assay_ok(s))
        return s;
    if (certificates == NULL || certificates->kind != ASY_NODE_LIST || certificates->n == 0)
        return wrong(root, node, "an authority without certificates");
    if (certificates->n > CERTIFICATES)
        return asy_fail(root->diag, ASSAY_E_LIMIT, 0, "more than %d certificates of one authority", CERTIFICATES);
    for (const struct asy_node *each = certificates->first; assay_ok(s) && each != NULL; each = each->next) {
        s = add_certificate(root, each, each->next == NULL, authority, &der);
        if (assay_ok(s) && each == certificates->first && !asy_certificate_is_ca(der))
            authority->leaf = der;
    }
    return s;
}

static assay_status add_authority(struct root *root, const struct asy_node *node, struct asy_root_list *list)
{
    struct asy_authority *authority = &((struct asy_authority *)list->at)[list->n++];
    struct asy_arena *arena = root->trust->arena;
    struct asy_view uri;

    authority->name = get_text(node, "uri", &uri) ? asy_copy_text(arena, uri)
                                                  : asy_printf(arena, "%s: authority %zu", root->name, list->n);
    authority->root = asy_copy_text(arena, asy_view_of(root->name));
    authority->pki = asy_pki_new(root->trust->crypto);
    if (authority->name == NULL || authority->root == NULL || authority->pki == NULL)
        return asy_no_memory(root->diag);
    return fill_authority(root, node, authority);
}

/* ---- the whole ---- */

static assay_status read_list(struct root *root, const struct asy_node *node, size_t size, struct asy_root_list *list,
                              assay_status (*add)(struct root *, const struct asy_node *, struct asy_root_list *))
{
    assay_status s = asy_ok;

    if (node == NULL || node->kind == ASY_NODE_NULL)
        return asy_ok;
    if (node->kind != ASY_NODE_LIST || node->n > PARTS)
        return wrong(root, node, "expected a list of at most 64");
    list->at = asy_alloc(root->trust->arena, node->n + 1, size);
    if (list->at == NULL)
        return asy_no_memory(root->diag);
    for (const struct asy_node *each = node->first; assay_ok(s) && each != NULL; each = each->next)
        s = each->kind == ASY_NODE_MAP ? add(root, each, list) : wrong(root, each, "expected a map");
    return s;
}

static assay_status read_root(struct root *root, const struct asy_node *node)
{
    struct asy_view type;
    bool known = false;
    assay_status s;

    if (!get_text(node, "mediaType", &type))
        return wrong(root, node, "no mediaType");
    for (size_t i = 0; i < sizeof media_types / sizeof *media_types; i++)
        known = known || asy_view_is(type, media_types[i]);
    if (!known)
        return wrong(root, node, "its mediaType is none of a trusted root");
    s = read_list(root, asy_node_get(node, "tlogs"), sizeof(struct asy_log), &root->logs[ASY_ROOT_LOGS], add_log);
    if (assay_ok(s))
        s = read_list(root, asy_node_get(node, "ctlogs"), sizeof(struct asy_log),
                      &root->logs[ASY_ROOT_CERTIFICATE_LOGS], add_log);
    if (assay_ok(s))
        s = read_list(root, asy_node_get(node, "certificateAuthorities"), sizeof(struct asy_authority),
                      &root->authorities[ASY_ROOT_ISSUERS], add_authority);
    if (assay_ok(s))
        s = read_list(root, asy_node_get(node, "timestampAuthorities"), sizeof(struct asy_authority),
                      &root->authorities[ASY_ROOT_TIMESTAMPS], add_authority);
    return s;
}

static void clear_lists(const struct asy_root_list *logs, const struct asy_root_list *authorities)
{
    for (size_t p = 0; p < ASY_ROOT_LOG_PARTS; p++) {
        for (size_t i = 0; i < logs[p].n; i++)
            asy_key_free(((struct asy_log *)logs[p].at)[i].key);
    }
    for (size_t p = 0; p < ASY_ROOT_AUTHORITY_PARTS; p++) {
        for (size_t i = 0; i < authorities[p].n; i++)
            asy_pki_free(((struct asy_authority *)authorities[p].at)[i].pki);
    }
}

void asy_trust_clear_roots(struct asy_trust *trust)
{
    clear_lists(trust->root_logs, trust->root_authorities);
}

/* Both one behind the other; false, and nothing changed, when the arena is full. */
static bool join(struct asy_arena *arena, struct asy_root_list *to, const struct asy_root_list *more, size_t size)
{
    char *all = asy_alloc(arena, to->n + more->n + 1, size);

    if (all == NULL)
        return false;
    if (to->n > 0)
        memcpy(all, to->at, to->n * size);
    if (more->n > 0)
        memcpy(all + to->n * size, more->at, more->n * size);
    to->at = all;
    to->n += more->n;
    return true;
}

static bool keep(struct root *root)
{
    struct asy_root_list logs[ASY_ROOT_LOG_PARTS], authorities[ASY_ROOT_AUTHORITY_PARTS];
    struct asy_trust *trust = root->trust;

    memcpy(logs, trust->root_logs, sizeof logs);
    memcpy(authorities, trust->root_authorities, sizeof authorities);
    for (size_t p = 0; p < ASY_ROOT_LOG_PARTS; p++) {
        if (!join(trust->arena, &logs[p], &root->logs[p], sizeof(struct asy_log)))
            return false;
    }
    for (size_t p = 0; p < ASY_ROOT_AUTHORITY_PARTS; p++) {
        if (!join(trust->arena, &authorities[p], &root->authorities[p], sizeof(struct asy_authority)))
            return false;
    }
    memcpy(trust->root_logs, logs, sizeof logs);
    memcpy(trust->root_authorities, authorities, sizeof authorities);
    trust->roots_n++;
    return true;
}

assay_status asy_trust_add_root(struct asy_trust *trust, const char *name, struct asy_view bytes, struct asy_diag *diag)
{
    struct root root = { .trust = trust, .name = name, .diag = diag };
    const struct asy_node *node;
    assay_status s = asy_json_parse(trust->arena, bytes, &asy_node_default_limits, &node, diag);

    if (assay_ok(s))
        s = read_root(&root, node);
    if (assay_ok(s) && !keep(&root))
        s = asy_no_memory(diag);
    if (!assay_ok(s))
        clear_lists(root.logs, root.authorities);
    return s;
}

bool asy_trust_has_root(const struct asy_trust *trust)
{
    return trust->roots_n > 0;
}

size_t asy_trust_logs_n(const struct asy_trust *trust, enum asy_root_logs part)
{
    return trust->root_logs[part].n;
}

const struct asy_log *asy_trust_log(const struct asy_trust *trust, enum asy_root_logs part, size_t i)
{
    return &((const struct asy_log *)trust->root_logs[part].at)[i];
}

size_t asy_trust_authorities_n(const struct asy_trust *trust, enum asy_root_authorities part)
{
    return trust->root_authorities[part].n;
}

const struct asy_authority *asy_trust_authority(const struct asy_trust *trust, enum asy_root_authorities part, size_t i)
{
    return &((const struct asy_authority *)trust->root_authorities[part].at)[i];
}
