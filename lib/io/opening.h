/* Private to io/: a file's opening in parts, for those who have the kernel do several at once. */
#ifndef ASY_IO_OPENING_H
#define ASY_IO_OPENING_H

#include "io/source.h"

#include <linux/openat2.h>

/* How a closed file below a directory is opened; false for all other sources. */
bool asy_source_opening(const struct asy_source *, int *dir, const char **path, struct open_how *);

/* Takes over the descriptor of such an opening; checks what asy_source_open checks, and closes it where that fails. */
assay_status asy_source_opened(struct asy_source *, int fd, struct asy_diag *);

/* The descriptor of an open file below a directory; -1 for all other sources. */
int asy_source_fd(const struct asy_source *);

/* Gives that descriptor to the caller; the source is closed. */
int asy_source_release(struct asy_source *);

#endif
