/*
 * Documents of an OCI image layout (OCI Image Format Specification 1.1, image-layout.md, descriptor.md, image-index.md,
 * manifest.md, config.md), and those of Docker's image manifest version 2, schema 2, which are of the same form.
 *
 * What a document is follows from its descriptor, its own mediaType and what it holds: all must agree, or two readers would
 * see two documents (CVE-2021-41190).
 */
#include "format/oci.h"

#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/json.h"

enum { DESCRIPTORS_MAX = 20000 };

static const struct asy_node_limits limits = { .bytes = (size_t)4 << 20, .depth = 32, .nodes = 400000 };

static const struct { const char *name; enum asy_oci_kind kind; enum asy_packing packing; } media_types[] = {
    { "application/vnd.oci.image.index.v1+json", ASY_OCI_INDEX, ASY_PACKED_NOT },
    { "application/vnd.docker.distribution.manifest.list.v2+json", ASY_OCI_INDEX, ASY_PACKED_NOT },
    { "application/vnd.oci.image.manifest.v1+json", ASY_OCI_MANIFEST, ASY_PACKED_NOT },
    { "application/vnd.docker.distribution.manifest.v2+json", ASY_OCI_MANIFEST, ASY_PACKED_NOT },
    { "application/vnd.oci.image.config.v1+json", ASY_OCI_CONFIG, ASY_PACKED_NOT },
    { "application/vnd.docker.container.image.v1+json", ASY_OCI_CONFIG, ASY_PACKED_NOT },
    { "application/vnd.oci.image.layer.v1.tar", ASY_OCI_LAYER, ASY_PACKED_NOT },
    { "application/vnd.oci.image.layer.v1.tar+gzip", ASY_OCI_LAYER, ASY_PACKED_GZIP },
    { "application/vnd.oci.image.layer.v1.tar+zstd", ASY_OCI_LAYER, ASY_PACKED_ZSTD },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar", ASY_OCI_LAYER, ASY_PACKED_NOT },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", ASY_OCI_LAYER, ASY_PACKED_GZIP },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", ASY_OCI_LAYER, ASY_PACKED_ZSTD },
    { "application/vnd.docker.image.rootfs.diff.tar", ASY_OCI_LAYER, ASY_PACKED_NOT },
    { "application/vnd.docker.image.rootfs.diff.tar.gzip", ASY_OCI_LAYER, ASY_PACKED_GZIP },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", ASY_OCI_LAYER, ASY_PACKED_GZIP },
};

static assay_status full(struct asy_reading *reading)
{
    return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

static assay_status wrong(struct asy_reading *reading, const struct asy_node *at, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, at->line, "line %u, column %u: %s", at->line, at->column, what);
}

/* ---- descriptors ---- */

/* Readers in use take names of any case for these (Go's encoding/json). */
static assay_status check_spelling(struct asy_reading *reading, const struct asy_node *map)
{
    static const char *const names[] = { "schemaVersion", "mediaType", "manifests", "config", "layers",   "fsLayers",
                                         "rootfs",        "digest",    "size",      "data",   "diff_ids", "type" };

    for (const struct asy_node *child = map->first; child != NULL; child = child->next) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (asy_view_eq_nocase(child->key, asy_view_of(names[i])) && !asy_view_is(child->key, names[i]))
                return wrong(reading, child, "a field that is known under a name in other letters");
        }
    }
    return asy_ok;
}

static bool is_lower_hex(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!(text.data[i] >= '0' && text.data[i] <= '9') && !(text.data[i] >= 'a' && text.data[i] <= 'f'))
            return false;
    }
    return true;
}

bool asy_oci_digest(struct asy_arena *arena, struct asy_view text, struct asy_oci_digest *out)
{
    struct asy_view sha256 = ASY_TEXT("sha256:"), sha512 = ASY_TEXT("sha512:"), hex = asy_view_from(text, sha256.len);
    bool is_long = asy_view_starts(text, sha512);

    out->alg = is_long ? ASY_SHA512 : ASY_SHA256;
    if ((!is_long && !asy_view_starts(text, sha256)) || hex.len != 2 * asy_digest_len(out->alg) || !is_lower_hex(hex) ||
        !asy_hex_decode(arena, hex, &out->value))
        return false;
    out->path = asy_printf(arena, "blobs/%s/%.*s", is_long ? "sha512" : "sha256", (int)hex.len, (const char *)hex.data);
    return out->path != NULL;
}

static struct asy_view text_of(const struct asy_node *map, const char *name)
{
    const struct asy_node *node = asy_node_get(map, name);

    return node == NULL || node->kind != ASY_NODE_STRING ? (struct asy_view){ NULL, 0 } : node->text;
}

/* Digits without a sign. */
static bool size_of(const struct asy_node *node, uint64_t *out)
{
    *out = 0;
    if (node == NULL || node->kind != ASY_NODE_NUMBER || node->text.len == 0)
        return false;
    for (size_t i = 0; i < node->text.len; i++) {
        uint8_t c = node->text.data[i];

        if (c < '0' || c > '9' || __builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, (uint64_t)(c - '0'), out))
            return false;
    }
    return true;
}

static void know(struct asy_oci_descriptor *descriptor)
{
    for (size_t i = 0; i < sizeof media_types / sizeof *media_types; i++) {
        if (asy_view_is(descriptor->media_type, media_types[i].name)) {
            descriptor->kind = media_types[i].kind;
            descriptor->packing = media_types[i].packing;
        }
    }
}

static struct asy_claim *add_link(struct asy_reading *reading, const struct asy_oci_digest *digest, uint64_t line)
{
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);

    if (claim == NULL)
        return NULL;
    claim->is.link.alg = digest->alg;
    claim->is.link.value = digest->value;
    claim->is.link.line = line;
    return claim;
}

/* The content may stand in the descriptor too: it is taken for the blob then. */
static assay_status link_data(struct asy_reading *reading, const struct asy_node *data, const struct asy_oci_digest *digest)
{
    struct asy_view bytes = { NULL, 0 };
    struct asy_piece piece;
    struct asy_claim *claim;

    if (data == NULL)
        return asy_ok;
    if (data->kind != ASY_NODE_STRING ||
        (data->text.len > 0 && !asy_base64_decode(reading->dossier->arena, data->text, &bytes)))
        return wrong(reading, data, "data that is no base64");
    piece = asy_literal(bytes);
    claim = add_link(reading, digest, data->line);
    return claim != NULL && asy_recipe_of(reading->dossier->arena, &piece, 1, &claim->is.link.target) ? asy_ok
                                                                                                     : full(reading);
}

static assay_status read_descriptor(struct asy_reading *reading, const struct asy_node *node,
                                    struct asy_oci_descriptor *out)
{
    struct asy_claim *claim;
    uint64_t size = 0;
    assay_status s = check_spelling(reading, node);

    if (!assay_ok(s))
        return s;
    *out = (struct asy_oci_descriptor){ .media_type = text_of(node, "mediaType") };
    if (node->kind != ASY_NODE_MAP)
        return wrong(reading, node, "no descriptor where one is expected");
    if (!asy_oci_digest(reading->dossier->arena, text_of(node, "digest"), &out->digest))
        return wrong(reading, node, "a descriptor without a digest of sha256 or sha512 in lower-case hex");
    if (!size_of(asy_node_get(node, "size"), &size))
        return wrong(reading, node, "a descriptor without a size");
    if (out->media_type.len == 0)
        return wrong(reading, node, "a descriptor without a media type");
    know(out);
    claim = add_link(reading, &out->digest, node->line);
    if (claim == NULL)
        return full(reading);
    claim->is.link.path = asy_view_of(out->digest.path);
    claim->is.link.has_size = true;
    claim->is.link.size = size;
    return link_data(reading, asy_node_get(node, "data"), &out->digest);
}

static assay_status read_descriptors(struct asy_reading *reading, const struct asy_node *list, struct asy_oci_list *out)
{
    assay_status s = asy_ok;

    for (const struct asy_node *node = list->first; assay_ok(s) && node != NULL; node = node->next)
        s = read_descriptor(reading, node, &out->items[out->n++]);
    return s;
}

/* ---- documents ---- */

static assay_status parse(struct asy_reading *reading, const struct asy_node **root)
{
    assay_status s = asy_json_parse(reading->dossier->arena, reading->bytes, &limits, root, &reading->diag);

    if (assay_ok(s) && (*root)->kind != ASY_NODE_MAP)
        return wrong(reading, *root, "no object");
    return s;
}

/* What the fields say that the document is; BLOB where they say two things, or none. */
static enum asy_oci_kind kind_by_fields(const struct asy_node *root)
{
    bool index = asy_node_get(root, "manifests") != NULL;
    bool manifest = asy_node_get(root, "layers") != NULL || asy_node_get(root, "config") != NULL;

    if (index == manifest || asy_node_get(root, "fsLayers") != NULL)
        return ASY_OCI_BLOB;
    return index ? ASY_OCI_INDEX : ASY_OCI_MANIFEST;
}

static assay_status check_kind(struct asy_reading *reading, const struct asy_node *root, struct asy_view media_type,
                               bool any, enum asy_oci_kind *kind)
{
    const struct asy_node *version = asy_node_get(root, "schemaVersion"), *own = asy_node_get(root, "mediaType");
    struct asy_oci_descriptor by_name = { .media_type = media_type };
    assay_status s = check_spelling(reading, root);

    if (!assay_ok(s))
        return s;
    if (version == NULL || version->kind != ASY_NODE_NUMBER || !asy_view_is(version->text, "2"))
        return wrong(reading, version == NULL ? root : version, "a schemaVersion that is not 2");
    *kind = kind_by_fields(root);
    if (*kind == ASY_OCI_BLOB)
        return wrong(reading, root, "neither an index nor a manifest, or both at once");
    if (own != NULL && own->kind != ASY_NODE_STRING)
        return wrong(reading, own, "a media type that is no text");
    if (own != NULL && media_type.len > 0 && !asy_view_eq(own->text, media_type))
        return wrong(reading, own, "another media type than that of the descriptor which led here");
    if (own != NULL)
        by_name.media_type = own->text;
    know(&by_name);
    if (media_type.len == 0 && !any && *kind != ASY_OCI_INDEX)
        return wrong(reading, root, "a manifest where an index is expected");
    if (by_name.media_type.len == 0)
        return asy_ok;
    return by_name.kind == *kind ? asy_ok : wrong(reading, root, "a media type that is not of what the fields are");
}

static assay_status read_manifest(struct asy_reading *reading, const struct asy_node *root, struct asy_oci_list *out)
{
    const struct asy_node *config = asy_node_get(root, "config"), *layers = asy_node_get(root, "layers");
    assay_status s;

    if (config == NULL || layers == NULL || layers->kind != ASY_NODE_LIST)
        return wrong(reading, root, "a manifest without configuration or without a list of layers");
    s = read_descriptor(reading, config, &out->items[out->n++]);
    return assay_ok(s) ? read_descriptors(reading, layers, out) : s;
}

assay_status asy_oci_read(struct asy_reading *reading, struct asy_view media_type, bool any, struct asy_oci_list *out)
{
    const struct asy_node *root = NULL, *list;
    enum asy_oci_kind kind = ASY_OCI_BLOB;
    assay_status s = parse(reading, &root);

    out->n = 0;
    if (assay_ok(s))
        s = check_kind(reading, root, media_type, any, &kind);
    if (!assay_ok(s))
        return s;
    list = asy_node_get(root, kind == ASY_OCI_INDEX ? "manifests" : "layers");
    if (list == NULL || list->kind != ASY_NODE_LIST || list->n > DESCRIPTORS_MAX)
        return wrong(reading, root, "no list of descriptors, or one that is too long");
    out->items = asy_alloc(reading->dossier->arena, list->n + 1, sizeof *out->items);
    if (out->items == NULL)
        return full(reading);
    return kind == ASY_OCI_INDEX ? read_descriptors(reading, list, out) : read_manifest(reading, root, out);
}

assay_status asy_oci_read_config(struct asy_reading *reading, size_t layers, struct asy_oci_digest **out)
{
    const struct asy_node *root = NULL, *rootfs, *ids;
    assay_status s = parse(reading, &root);
    size_t n = 0;

    if (assay_ok(s))
        s = check_spelling(reading, root);
    rootfs = asy_node_get(root, "rootfs");
    if (assay_ok(s) && rootfs != NULL)
        s = check_spelling(reading, rootfs);
    if (!assay_ok(s))
        return s;
    ids = asy_node_get(rootfs, "diff_ids");
    if (ids == NULL || ids->kind != ASY_NODE_LIST || !asy_view_is(text_of(rootfs, "type"), "layers"))
        return wrong(reading, root, "no rootfs of layers with diff_ids");
    if (ids->n != layers)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, ids->line, "%zu diff_ids, the manifest has %zu layers", ids->n,
                        layers);
    *out = asy_alloc(reading->dossier->arena, layers + 1, sizeof **out);
    if (*out == NULL)
        return full(reading);
    for (const struct asy_node *id = ids->first; id != NULL; id = id->next) {
        if (id->kind != ASY_NODE_STRING || !asy_oci_digest(reading->dossier->arena, id->text, &(*out)[n++]))
            return wrong(reading, id, "a diff_id that is no digest of sha256 or sha512");
    }
    return asy_ok;
}

assay_status asy_oci_read_layout(struct asy_reading *reading)
{
    const struct asy_node *root = NULL;
    assay_status s = parse(reading, &root);

    if (assay_ok(s) && !asy_view_is(text_of(root, "imageLayoutVersion"), "1.0.0"))
        return wrong(reading, root, "an imageLayoutVersion that is not 1.0.0");
    return s;
}

/* ---- alone ---- */

/* JSON has no mark of its own: a document is one when a layout or the caller says so. */
static bool recognise(const struct asy_glimpse *glimpse)
{
    (void)glimpse;
    return false;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_oci_list list;

    return asy_oci_read(reading, (struct asy_view){ NULL, 0 }, true, &list);
}

const struct asy_format asy_format_oci = {
    .name = "oci",
    .title = "OCI image layouts: a directory, pinned by the digest of a manifest or an index",
    .kind = ASY_KIND_MANIFEST,
    .recognise = recognise,
    .read = read,
};
