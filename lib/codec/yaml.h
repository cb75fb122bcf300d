/*
 * A strict subset of YAML: one document of maps, lists and scalars.  Refused are anchors, aliases, tags, directives,
 * merge keys, a name twice in a map, names that are no scalars, further documents, other encodings than UTF-8.  A plain
 * scalar is null, true, false or a whole number only in exactly these spellings (`null` or nothing, `true`, `false`,
 * decimal without needless zeros); every other scalar is text, `yes`, `1.0` and `2026-01-01` included.
 */
#ifndef ASY_CODEC_YAML_H
#define ASY_CODEC_YAML_H

#include "codec/node.h"

/*
 * The tree in the arena.  ASSAY_E_FORMAT with line and column in the text and the line in `at`; ASSAY_E_UNSUPPORTED
 * likewise for YAML outside the subset; ASSAY_E_LIMIT; ASSAY_E_MEMORY.
 */
assay_status asy_yaml_parse(struct asy_arena *, struct asy_view text, const struct asy_node_limits *,
                            const struct asy_node **out, struct asy_diag *);

#endif
