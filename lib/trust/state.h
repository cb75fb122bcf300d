/*
 * The memory of releases and versions in a file: one line an entry, fields divided by tabs.
 *
 *     assay-state 1
 *     release SOURCE 2026-11-23T21:00:00Z
 *     version SOURCE deb 4.2.1-1
 *     end 2
 *
 * In SOURCE and the version, bytes that are no visible ASCII, and '%', are written %XX; a blank stays one.  The file is
 * replaced whole under a lock, so that any number of processes may use it and a crash leaves the old or the new one.
 */
#ifndef ASY_TRUST_STATE_H
#define ASY_TRUST_STATE_H

#include "base/diag.h"
#include "model/memory.h"

/* ASSAY_E_FORMAT where the text is not wholly of the form above. */
assay_status asy_state_parse(struct asy_arena *, struct asy_view text, struct asy_memory *out, struct asy_diag *);

/* The text of a memory; false when the arena is full. */
bool asy_state_text(struct asy_arena *, const struct asy_memory *, struct asy_view *out);

/* What the file remembers; a file that is not there remembers nothing. */
assay_status asy_state_load(const char *path, struct asy_arena *, struct asy_memory *out, struct asy_diag *);

/*
 * Puts what was seen into the file, on the disk when this returns.  Where the file by now remembers something newer,
 * nothing is written and `*older` is the entry of `seen` that is behind; else `*older` is NULL.
 */
assay_status asy_state_advance(const char *path, struct asy_arena *, const struct asy_memory *seen,
                               const struct asy_remembered **older, struct asy_diag *);

#endif
