/*
 * The JSON documents of an OCI image layout (OCI Image Format Specification 1.1): image index, image manifest, image
 * configuration.  They name what lies in blobs/ by digest; fetching that is verify's.
 */
#ifndef ASY_FORMAT_OCI_H
#define ASY_FORMAT_OCI_H

#include "format/format.h"
#include "io/inflate.h"

enum asy_oci_kind {
    ASY_OCI_BLOB = 0, /* nothing that is looked into */
    ASY_OCI_INDEX,
    ASY_OCI_MANIFEST,
    ASY_OCI_CONFIG, /* of an image: its layers' digests as they are uncompressed */
    ASY_OCI_LAYER,
};

struct asy_oci_digest {
    enum asy_digest_alg alg;
    struct asy_view value; /* raw */
    const char *path;      /* of the blob, from the layout's directory */
};

struct asy_oci_descriptor {
    struct asy_oci_digest digest;
    enum asy_oci_kind kind;
    struct asy_view media_type;
    enum asy_packing packing; /* of a layer */
};

struct asy_oci_list {
    struct asy_oci_descriptor *items;
    size_t n;
};

/* "sha256:" or "sha512:" and lower-case hex of the right length: nothing else becomes part of a path. */
bool asy_oci_digest(struct asy_arena *, struct asy_view text, struct asy_oci_digest *out);

/*
 * Reads an index or a manifest in reading->bytes, adds a link for each descriptor, and lists them in order: of a manifest
 * the configuration first.  `media_type` is that of the descriptor which led here, empty for index.json, which is an
 * index.  `any` is true where nothing led here: the document's own word counts then.
 */
assay_status asy_oci_read(struct asy_reading *, struct asy_view media_type, bool any, struct asy_oci_list *out);

/* diff_ids of an image configuration, as many as there are layers: digests of what `layers` are uncompressed. */
assay_status asy_oci_read_config(struct asy_reading *, size_t layers, struct asy_oci_digest **out);

/* The file oci-layout: the one version that there is. */
assay_status asy_oci_read_layout(struct asy_reading *);

#endif
