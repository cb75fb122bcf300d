/* Private to the reader of Sigstore bundles: what its parts share.  Itself no format. */
#ifndef ASY_FORMAT_BUNDLE_H
#define ASY_FORMAT_BUNDLE_H

#include "codec/node.h"
#include "format/envelope.h"

enum { ASY_BUNDLE_ENTRIES = 32, ASY_BUNDLE_TIMESTAMPS = 32, ASY_BUNDLE_CERTIFICATES = 10 };

/* A bundle that was parsed, as far as its log entries must agree with it. */
struct asy_bundle_reading {
    struct asy_reading *reading;
    unsigned version;              /* 1, 2 or 3, of 0.N */
    struct asy_view leaf;          /* the signer's certificate, DER; empty: a key that the verifier has */
    struct asy_view signature;     /* raw */
    bool is_envelope;
    struct asy_envelope envelope;
    struct asy_item *payload;      /* of the envelope */
    struct asy_recipe message;     /* what is signed */
    enum asy_digest_alg digest;    /* that the bundle or an entry says is signed; NONE: not said */
    asy_claim_no claim;            /* of the signature */
};

/*
 * Getters of proto3's JSON: each false where the member is there and of another kind, or too large.  A member that is
 * absent or null is empty, 0 or NULL.
 */
bool asy_bundle_text(const struct asy_node *map, const char *name, struct asy_view *out);
bool asy_bundle_bytes(struct asy_reading *, const struct asy_node *map, const char *name, struct asy_view *out);
bool asy_bundle_number(const struct asy_node *map, const char *name, uint64_t *out); /* text or number, below 2^63 */
bool asy_bundle_map(const struct asy_node *map, const char *name, const struct asy_node **out);
bool asy_bundle_list(const struct asy_node *map, const char *name, const struct asy_node **out);

/* True where every member of the map has one of these names (NULL at the end). */
bool asy_bundle_knows(const struct asy_node *map, const char *const *names);

/* "SHA2_256" and its like; NONE when unknown. */
enum asy_digest_alg asy_bundle_digest_of(struct asy_view name);

/* ASSAY_E_FORMAT with the line. */
assay_status asy_bundle_wrong(struct asy_bundle_reading *, const struct asy_node *, const char *what);

/* Adds a link said by the signature: `digest` of what is signed, or of the payload. */
assay_status asy_bundle_link(struct asy_bundle_reading *, enum asy_digest_alg, struct asy_view digest, struct asy_recipe of);

/*
 * One entry of a transparency log.  ASSAY_E_FORMAT where it breaks its grammar, lacks what the bundle's version demands,
 * or records another signature, key or digest than the bundle's (CVE-2022-36056).  The entry's claim is added; `log` and
 * `index` become what it names.
 */
assay_status asy_bundle_entry(struct asy_bundle_reading *, const struct asy_node *, struct asy_view *log, uint64_t *index);

/* Compares the entry's body with the bundle; `claim` is the entry's.  As above. */
assay_status asy_bundle_body(struct asy_bundle_reading *, const struct asy_node *entry, struct asy_inclusion *claim);

#endif
