/* What the first bytes of a document say it is, where it is JSON: a look at the members of its outermost object. */
#ifndef ASY_CODEC_JSON_HEAD_H
#define ASY_CODEC_JSON_HEAD_H

#include "base/view.h"

/*
 * True when the bytes begin an object with a member of this name, spelled without escapes, whose name lies in them.
 * `text` (may be NULL) becomes the member's value where that is a string without escapes that ends in them, else empty.
 * It is a look, not a check: the reader parses.
 */
bool asy_json_head(struct asy_view head, const char *name, struct asy_view *text);

#endif
