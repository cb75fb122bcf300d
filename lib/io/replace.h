/*
 * Small files that are replaced whole, so that every reader sees the old or the new one, after a crash too; and a lock
 * that writers take in turn.
 */
#ifndef ASY_IO_REPLACE_H
#define ASY_IO_REPLACE_H

#include "base/diag.h"
#include "base/view.h"

/*
 * Takes the lock of the file at `path`, which is a file `path`.lock beside it that stays there.  Waits a few seconds for
 * another process or thread; then ASSAY_E_IO.  `*out` is given back with asy_unlock and is released when the process
 * ends, however it ends.
 */
assay_status asy_lock(const char *path, int *out, struct asy_diag *);
void asy_unlock(int lock);

/*
 * Writes a new file beside `path`, brings it to the disk and gives it the name.  After ASSAY_E_IO the file is as it was;
 * once this is ok, the new one is there even if the power fails.  A new file is for its owner alone to write.
 */
assay_status asy_replace_file(const char *path, struct asy_view bytes, struct asy_diag *);

/*
 * The same in parts: begun, written any number of times, and committed, after which it is there whole and the handle is
 * gone, or dropped, and then the file is as it was.  A commit that fails drops; dropping NULL is fine.
 */
struct asy_replacement;
assay_status asy_replacement_begin(const char *path, struct asy_replacement **out, struct asy_diag *);
assay_status asy_replacement_write(struct asy_replacement *, struct asy_view bytes, struct asy_diag *);
assay_status asy_replacement_commit(struct asy_replacement *, struct asy_diag *);
void asy_replacement_drop(struct asy_replacement *);

/* Removes the file for good: it does not come back after a power failure.  One that is not there is fine. */
assay_status asy_remove_file(const char *path, struct asy_diag *);

#endif
