/* Base64 (RFC 4648 section 4), strictly: padding required, no blanks, no stray bits in the last group. */
#ifndef ASY_CODEC_BASE64_H
#define ASY_CODEC_BASE64_H

#include "base/arena.h"

/* The decoded bytes in the arena; false when the text is anything but canonical base64 or the arena is full. */
bool asy_base64_decode(struct asy_arena *, struct asy_view text, struct asy_view *out);

/* The same in the alphabet for URLs and file names (section 5), without padding. */
bool asy_base64url_decode(struct asy_arena *, struct asy_view text, struct asy_view *out);

/* The base64 of bytes as text in the arena; NULL when it is full. */
const char *asy_base64_encode(struct asy_arena *, struct asy_view);

#endif
