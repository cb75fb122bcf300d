/* Patterns over names, as Python's fnmatch module has them; in-toto's rules are written in these. */
#ifndef ASY_BASE_PATTERN_H
#define ASY_BASE_PATTERN_H

#include "base/view.h"

/*
 * True when all of `text` fits: `*` is any run, also of '/' and of a leading dot, `?` any one character, `[a-z]` one
 * of a set, `[!a]` one that is not in it.  A `[` that nothing closes and a backslash are themselves.  Characters are
 * those of UTF-8; a byte that begins none is a character of its own.
 */
bool asy_fnmatch(struct asy_view pattern, struct asy_view text);

#endif
