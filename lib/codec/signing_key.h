/*
 * Public keys as in-toto and TUF keep them in JSON ("securesystemslib" form):
 *   { "keytype": text, "scheme": text, "keyval": { "public": hex or PEM } }
 */
#ifndef ASY_CODEC_SIGNING_KEY_H
#define ASY_CODEC_SIGNING_KEY_H

#include "base/key.h"
#include "codec/node.h"

/*
 * What the map says the key is.  False where it is none of these forms, or of a type or scheme that is not served:
 * OpenPGP keys, for one.
 */
bool asy_signing_key_read(struct asy_arena *, const struct asy_node *map, struct asy_key_material *out);

#endif
