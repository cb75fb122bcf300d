/*
 * Who says which bytes.  One algorithm for all formats: signed bytes are said by their signer, a digest that is said and
 * holds says the bytes digested, and bytes that are said say what is decoded from them.
 */
#ifndef ASY_MODEL_ATTRIBUTION_H
#define ASY_MODEL_ATTRIBUTION_H

#include "model/dossier.h"

/* What the policy lets carry anything.  Only facts that hold with a proof are asked about. */
struct asy_counting {
    bool (*signature)(const struct asy_fact *, const void *context);
    bool (*link)(const struct asy_fact *, const void *context);
    const void *context;
    enum asy_digest_alg floor; /* of digests inside what is signed */
};

/*
 * Fills whole_by and said of every item from the signatures that count, the pins, and the links that hold and count.
 * False when the arena is full.
 */
bool asy_attribute(struct asy_dossier *, const struct asy_counting *);

/* Who says the run [off, off + len) of an item, as a mask; a length may be ASY_TO_END. */
uint64_t asy_sayers(const struct asy_item *, uint64_t off, uint64_t len);

/* The next run of an item's bytes from `*off` on that nobody in `mask` says and no format declares framing. */
bool asy_next_uncovered(const struct asy_item *, uint64_t mask, uint64_t *off, uint64_t *len);

/*
 * True when every byte of the item that is no framing lies under a digest that holds and counts, whoever says it: the
 * item is whole, and nobody stands for it.
 */
bool asy_digests_cover(const struct asy_dossier *, const struct asy_item *, const struct asy_counting *);

#endif
