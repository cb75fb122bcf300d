/*
 * Files of a cabinet, unpacked by libarchive, which is loaded when the first is read.  Files read in the order in which
 * they stand in the cabinet cost one decoding.
 */
#ifndef ASY_IO_CABINET_H
#define ASY_IO_CABINET_H

#include "base/arena.h"
#include "io/source.h"

struct asy_cabinet;

/* The cabinet of an open file, of which it keeps a handle of its own; NULL when memory is short. */
struct asy_cabinet *asy_cabinet_new(struct asy_arena *, const struct asy_source *file);

/*
 * The next file's name, with '/' and in the arena, and its size as the cabinet says; `*more` is false behind the last.
 * An empty name is one that cannot be shown as text.
 */
assay_status asy_cabinet_next(struct asy_cabinet *, struct asy_view *name, uint64_t *size, bool *more, struct asy_diag *);

/* The file that asy_cabinet_next() told of last, closed; NULL when memory is short. */
struct asy_source *asy_cabinet_file(struct asy_cabinet *, uint64_t size);

#endif
