/*
 * OLPC canonical JSON (wiki.laptop.org/go/Canonical_JSON), over which TUF and in-toto sign: names in the order of their
 * bytes, no blanks, in texts a backslash before `"` and `\` and no other escape, whole numbers only.
 */
#ifndef ASY_CODEC_OLPC_H
#define ASY_CODEC_OLPC_H

#include "codec/node.h"

/*
 * The one spelling of a tree of asy_json_parse (or of a node in it) in the arena.  ASSAY_E_FORMAT with the line in `at`
 * for a number that has no spelling here: a fraction, an exponent, minus zero.  ASSAY_E_MEMORY.  The text may hold any
 * character but NUL, line breaks too: it is for a digest and need not be JSON.
 */
assay_status asy_olpc_write(struct asy_arena *, const struct asy_node *, struct asy_view *out, struct asy_diag *);

#endif
