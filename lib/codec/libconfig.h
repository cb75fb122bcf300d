/*
 * Text in the syntax of libconfig (its manual, "Configuration Files"), as SWUpdate's descriptions have it.  Stricter: no
 * name twice in a group, no @include, and strings are UTF-8 without NUL.
 */
#ifndef ASY_CODEC_LIBCONFIG_H
#define ASY_CODEC_LIBCONFIG_H

#include "codec/node.h"

/*
 * The tree of the settings, a map, in the arena.  Groups are maps, arrays and lists are lists, adjacent strings one text.
 * ASSAY_E_FORMAT with line and column in the text; ASSAY_E_LIMIT for a document past the limits; ASSAY_E_MEMORY.
 */
assay_status asy_libconfig_parse(struct asy_arena *, struct asy_view text, const struct asy_node_limits *,
                                 const struct asy_node **out, struct asy_diag *);

#endif
