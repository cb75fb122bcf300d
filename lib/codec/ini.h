/*
 * Key files as GLib reads them (Desktop Entry Specification, "Basic format of the file"): groups of keys and values.
 * Stricter: no group and no key twice, text is UTF-8 without NUL.
 */
#ifndef ASY_CODEC_INI_H
#define ASY_CODEC_INI_H

#include "codec/node.h"

/* A map of groups, each a map of texts, in the arena.  ASSAY_E_FORMAT with the line in the text; ASSAY_E_LIMIT; ASSAY_E_MEMORY. */
assay_status asy_ini_parse(struct asy_arena *, struct asy_view text, const struct asy_node_limits *,
                           const struct asy_node **out, struct asy_diag *);

#endif
