/*
 * A directory and all that is below it.  It is walked once through descriptors, without following symbolic links, and the
 * entries are sorted by path, so that the same tree is always seen in the same order.
 */
#ifndef ASY_IO_TREE_H
#define ASY_IO_TREE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/limits.h"

enum asy_entry_kind {
    ASY_ENTRY_FILE = 1,
    ASY_ENTRY_LINK,     /* a symbolic link to a file inside the tree */
    ASY_ENTRY_DIR_LINK, /* a symbolic link to a directory inside the tree: not walked */
    ASY_ENTRY_BAD_LINK, /* leads out, loops, or leads nowhere */
    ASY_ENTRY_SPECIAL,  /* device, FIFO, socket */
    ASY_ENTRY_UNREADABLE, /* a directory that could not be read; `why` says it */
};

struct asy_entry {
    const char *path; /* relative to the root, NUL-terminated */
    enum asy_entry_kind kind;
    const char *why;
    const char *target; /* of a link: the text in it; NULL where it cannot be read */
};

struct asy_tree {
    int fd; /* of the root; -1 once closed */
    struct asy_entry *entries;
    size_t n, room;
};

/*
 * Opens and walks; the tree lives in the arena and its descriptor must be closed.  With `flat` only the entries of the
 * directory itself are seen.  ASSAY_E_LIMIT when there are more entries or levels than the limits allow.
 */
assay_status asy_tree_open(const char *path, bool flat, const struct asy_limits *, struct asy_arena *,
                           struct asy_tree **out, struct asy_diag *);
void asy_tree_close(struct asy_tree *);

/* What a path is, links followed: 'd', 'f' (regular file), '-' (nothing there), or '?' (anything else). */
char asy_path_kind(const char *path);

#endif
