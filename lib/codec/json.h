/* Strict JSON (RFC 8259): no name twice, nothing behind the end, no NUL, whole numbers of 64 bits, limited size. */
#ifndef ASY_CODEC_JSON_H
#define ASY_CODEC_JSON_H

#include "codec/node.h"

/*
 * The tree of one object or array, in the arena.  ASSAY_E_FORMAT with line and column in the text and the line in `at`;
 * ASSAY_E_LIMIT for a document past the limits; ASSAY_E_MEMORY.
 */
assay_status asy_json_parse(struct asy_arena *, struct asy_view text, const struct asy_node_limits *,
                            const struct asy_node **out, struct asy_diag *);

#endif
