/* Hexadecimal digits of either case, two for a byte. */
#ifndef ASY_CODEC_HEX_H
#define ASY_CODEC_HEX_H

#include "base/arena.h"

/* The decoded bytes in the arena; false for an odd count, another character, or a full arena. */
bool asy_hex_decode(struct asy_arena *, struct asy_view text, struct asy_view *out);
bool asy_is_hex(struct asy_view text);

#endif
