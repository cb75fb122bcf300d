/*
 * Who says which bytes.  One algorithm for all formats: signed bytes are said by their signer, and a digest that is said
 * and holds says the bytes digested.
 */
#ifndef ASY_MODEL_ATTRIBUTION_H
#define ASY_MODEL_ATTRIBUTION_H

#include "model/dossier.h"

/*
 * Fills whole_by and said of every item from the standing signatures, the pins and the links that hold.  Digests weaker
 * than `floor` carry nothing.  False when the arena is full.
 */
bool asy_attribute(struct asy_dossier *, enum asy_digest_alg floor);

#endif
