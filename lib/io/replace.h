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

#endif
