/*
 * The directory of an OCI image layout as the subject (OCI Image Format Specification 1.1, image-layout.md).  Its index
 * leads to all that is in it, and the caller's digest says which manifest or index in it is meant.  oci-layout and
 * index.json are said by nobody: they can name only what somebody says, and nothing else may lie there.
 */
#include "base/text.h"
#include "format/oci.h"
#include "io/member.h"
#include "verify/run.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH = 8, PIECE = 4096 }; /* indices inside each other; bytes */

struct layout {
    struct asy_run *run;
    size_t files_n;            /* items from the first on, in the order of their names */
    struct asy_view *read_as;  /* malloc; of each, the media type it was read as, if it was */
    struct asy_item *pinned;   /* NULL while the index did not lead to it */
    struct asy_oci_digest pin;
};

static assay_status no_room(struct layout *layout)
{
    return asy_fail(&layout->run->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

static struct asy_item *find(const struct layout *layout, const char *path)
{
    size_t low = 0, high = layout->files_n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct asy_item *item = layout->run->dossier->items[middle];
        int order = strcmp(item->name, path);

        if (order == 0)
            return item->is_link ? NULL : item;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void tell(struct layout *layout, struct asy_item *item, enum asy_reason reason, const char *text)
{
    asy_add_finding(layout->run->dossier, ASY_BLOCKS, reason, item, item, "%s", text);
}

/* ---- documents ---- */

/* Loads a document and makes it one: paths in it start at the root.  False, with a finding, where it cannot be read. */
static bool begin(struct layout *layout, struct asy_item *item, struct asy_reading *reading)
{
    struct asy_diag diag = { 0 };

    *reading = (struct asy_reading){ .dossier = layout->run->dossier, .document = item };
    item->format = "oci";
    item->dir = "";
    if (assay_ok(asy_load_item(layout->run, item, &reading->bytes, &diag)))
        return true;
    tell(layout, item, diag.code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_INPUT_UNREADABLE, diag.text);
    return false;
}

/* What is wrong with a document stands in the way whoever says it. */
static bool end(struct layout *layout, struct asy_reading *reading, size_t first_claim, assay_status s)
{
    if (assay_ok(s))
        return true;
    asy_drop_claims(layout->run->dossier, first_claim);
    tell(layout, reading->document, asy_reading_reason(&reading->diag), reading->diag.text);
    return false;
}

/* ---- layers ---- */

/* Bytes of a layer as it is uncompressed, which only decoding it tells. */
static assay_status measure_layer(struct layout *layout, struct asy_item *blob, enum asy_packing packing, uint64_t *size,
                                  uint64_t *left, struct asy_diag *diag)
{
    uint8_t lost[PIECE];
    struct asy_unpacker *unpacker = NULL;
    size_t got = sizeof lost;
    assay_status s = asy_unpacker_new(blob->source, 0, asy_source_size(blob->source), packing,
                                      layout->run->dossier->limits->unpacked, &unpacker, diag);

    if (!assay_ok(s))
        return s;
    while (assay_ok(s) && got == sizeof lost)
        s = asy_unpack(unpacker, lost, sizeof lost, &got, diag);
    *size = asy_unpacked(unpacker);
    *left = asy_unpack_left(unpacker);
    asy_unpacker_free(unpacker);
    return s;
}

/* The layer as an item of its own, decoded from the blob. */
static struct asy_item *unpack_layer(struct layout *layout, struct asy_item *blob, enum asy_packing packing,
                                     uint64_t size)
{
    struct asy_arena *arena = layout->run->dossier->arena;
    struct asy_packed *packed = asy_packed_new(arena, blob->source, packing, layout->run->dossier->limits->unpacked);
    struct asy_source *source = packed == NULL ? NULL : asy_source_member(arena, packed, 0, size, size, ASY_PACKED_NOT);
    struct asy_item *item = source == NULL ? NULL
                                           : asy_add_derived(layout->run->dossier, blob, 0, ASY_TO_END,
                                                             asy_printf(arena, "%s: uncompressed", blob->name), source);

    if (item != NULL) {
        item->size = size;
        item->has_size = true;
    }
    return item;
}

static assay_status link_layer(struct layout *layout, struct asy_item *config, struct asy_item *target,
                               const struct asy_oci_digest *id)
{
    struct asy_piece whole = asy_whole(target);
    struct asy_claim *claim = asy_add_claim(layout->run->dossier, ASY_CLAIM_LINK, config, NULL);

    if (claim == NULL || !asy_recipe_of(layout->run->dossier->arena, &whole, 1, &claim->is.link.target))
        return no_room(layout);
    claim->is.link.alg = id->alg;
    claim->is.link.value = id->value;
    return asy_ok;
}

/* gzip streams may follow each other, which is one stream to those who unpack layers; here only the first is read. */
static bool is_one_stream(struct layout *layout, struct asy_item *blob, uint64_t left)
{
    if (left == 0)
        return true;
    asy_add_finding(layout->run->dossier, ASY_NOTE, ASY_EVIDENCE_UNCHECKED, blob, blob,
                    "the layer is of several streams: its diff_id is not compared");
    return false;
}

static assay_status compare_layer(struct layout *layout, struct asy_item *config, const struct asy_oci_descriptor *layer,
                                  const struct asy_oci_digest *id)
{
    struct asy_item *blob = find(layout, layer->digest.path), *target = blob;
    struct asy_diag diag = { 0 };
    uint64_t size = 0, left = 0;
    assay_status s;

    if (blob == NULL)
        return asy_ok; /* told by the manifest's link */
    if (layer->packing != ASY_PACKED_NOT) {
        s = asy_source_open(blob->source, &diag);
        if (assay_ok(s))
            s = measure_layer(layout, blob, layer->packing, &size, &left, &diag);
        asy_source_close(blob->source);
        if (!assay_ok(s)) {
            tell(layout, blob, diag.code == ASSAY_E_LIMIT ? ASY_ARCHIVE_BOMB : ASY_ARCHIVE_CORRUPT, diag.text);
            return asy_ok;
        }
        if (!is_one_stream(layout, blob, left))
            return asy_ok;
        target = unpack_layer(layout, blob, layer->packing, size);
    }
    return target == NULL ? no_room(layout) : link_layer(layout, config, target, id);
}

/* Of an image: what its layers are uncompressed.  `list` begins with the configuration. */
static assay_status read_config(struct layout *layout, const struct asy_oci_list *list)
{
    struct asy_item *config = find(layout, list->items[0].digest.path);
    size_t first = layout->run->dossier->facts_n;
    struct asy_oci_digest *ids = NULL;
    struct asy_reading reading;
    assay_status s = asy_ok;

    if (config == NULL || list->items[0].kind != ASY_OCI_CONFIG || !begin(layout, config, &reading))
        return asy_ok;
    if (!end(layout, &reading, first, asy_oci_read_config(&reading, list->n - 1, &ids)))
        return asy_ok;
    for (size_t i = 1; assay_ok(s) && i < list->n; i++) {
        if (list->items[i].kind == ASY_OCI_LAYER)
            s = compare_layer(layout, config, &list->items[i], &ids[i - 1]);
    }
    return s;
}

/* ---- manifests and indices ---- */

static assay_status follow(struct layout *, const struct asy_oci_list *, unsigned depth);

static bool is_pinned(const struct layout *layout, const struct asy_oci_digest *digest)
{
    return digest->alg == layout->pin.alg && asy_view_eq(digest->value, layout->pin.value);
}

/* A blob that was read as one thing is nothing else. */
static bool is_known(struct layout *layout, struct asy_item *blob, struct asy_view media_type)
{
    struct asy_view *as = &layout->read_as[blob->no];

    if (as->len > 0 && !asy_view_eq(*as, media_type))
        tell(layout, blob, ASY_EVIDENCE_AMBIGUOUS, "is called by two media types");
    if (as->len > 0)
        return true;
    *as = media_type;
    return false;
}

static assay_status read_blob(struct layout *layout, struct asy_item *blob, const struct asy_oci_descriptor *from,
                              unsigned depth)
{
    size_t first = layout->run->dossier->facts_n;
    struct asy_oci_list list = { NULL, 0 };
    struct asy_reading reading;

    if (depth > DEPTH) {
        tell(layout, blob, ASY_LIMIT_REACHED, "more than 8 indices inside each other");
        return asy_ok;
    }
    if (!begin(layout, blob, &reading) ||
        !end(layout, &reading, first, asy_oci_read(&reading, from->media_type, false, &list)))
        return asy_ok;
    return from->kind == ASY_OCI_MANIFEST ? read_config(layout, &list) : follow(layout, &list, depth);
}

static assay_status follow_one(struct layout *layout, const struct asy_oci_descriptor *to, unsigned depth)
{
    struct asy_item *blob = find(layout, to->digest.path);

    if (blob == NULL)
        return asy_ok; /* its link tells that it is not there */
    if (is_pinned(layout, &to->digest))
        layout->pinned = blob;
    if ((to->kind != ASY_OCI_INDEX && to->kind != ASY_OCI_MANIFEST) || is_known(layout, blob, to->media_type))
        return asy_ok;
    return read_blob(layout, blob, to, depth + 1);
}

static assay_status follow(struct layout *layout, const struct asy_oci_list *list, unsigned depth)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < list->n; i++)
        s = follow_one(layout, &list->items[i], depth);
    return s;
}

/* ---- the layout ---- */

/* The caller's word as a document of its own, which says one blob. */
static assay_status add_pin(struct layout *layout)
{
    struct asy_dossier *dossier = layout->run->dossier;
    const char *digest = asy_copy_text(dossier->arena, asy_view_of(layout->run->job->settings->digest));
    const struct asy_principal pin = { .name = digest, .kind = "pin of the caller", .is_pin = true };
    struct asy_item *item = digest == NULL ? NULL
                                           : asy_add_item(dossier, digest,
                                                          asy_source_of_memory(dossier->arena, asy_view_of(digest)));
    int principal = item == NULL ? -1 : asy_add_principal(dossier, &pin);

    if (principal < 0)
        return no_room(layout);
    item->format = "oci";
    item->size = strlen(digest);
    item->has_size = true;
    item->pinned_by = (uint64_t)1 << principal;
    return layout->pinned == NULL ? asy_ok : link_layer(layout, item, layout->pinned, &layout->pin);
}

static assay_status read_index(struct layout *layout, struct asy_item *marker, struct asy_item *index)
{
    struct asy_reading reading;
    struct asy_oci_list list = { NULL, 0 };
    size_t first = layout->run->dossier->facts_n;

    marker->is_subject = index->is_subject = false;
    marker->is_evidence = index->is_evidence = false;
    if (!begin(layout, marker, &reading) || !end(layout, &reading, first, asy_oci_read_layout(&reading)))
        return asy_ok;
    if (!begin(layout, index, &reading) ||
        !end(layout, &reading, first, asy_oci_read(&reading, (struct asy_view){ NULL, 0 }, false, &list)))
        return asy_ok;
    return follow(layout, &list, 0);
}

static assay_status read_layout(struct layout *layout)
{
    struct asy_item *marker = find(layout, "oci-layout"), *index = find(layout, "index.json");
    assay_status s;

    if (marker == NULL || index == NULL) {
        asy_add_finding(layout->run->dossier, ASY_BLOCKS, ASY_EVIDENCE_MALFORMED, NULL, NULL,
                        "is no OCI image layout: oci-layout or index.json is not there");
        return asy_ok;
    }
    s = read_index(layout, marker, index);
    if (assay_ok(s) && layout->pinned == NULL)
        asy_add_finding(layout->run->dossier, ASY_BLOCKS, ASY_EVIDENCE_UNBOUND, NULL, index, "%s: the index leads to no such blob",
                        layout->run->job->settings->digest);
    return assay_ok(s) ? add_pin(layout) : s;
}

assay_status asy_gather_oci(struct asy_run *run)
{
    struct layout layout = { .run = run, .files_n = run->dossier->items_n };
    assay_status s;

    if (run->subject != NULL || run->dossier->tree == NULL) {
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_EVIDENCE_UNSUPPORTED, run->subject, NULL, "%s",
                        "is no directory, and a digest in an OCI image layout was named");
        return asy_ok;
    }
    if (!asy_oci_digest(run->dossier->arena, asy_view_of(run->job->settings->digest), &layout.pin)) {
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_TRUST_UNUSABLE, NULL, NULL,
                        "%s is no digest of sha256 or sha512 in lower-case hex", run->job->settings->digest);
        return asy_ok;
    }
    layout.read_as = calloc(layout.files_n + 1, sizeof *layout.read_as);
    if (layout.read_as == NULL)
        return asy_no_memory(&run->diag);
    s = read_layout(&layout);
    free(layout.read_as);
    return s;
}
