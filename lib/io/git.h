/*
 * A git repository on disk, bare or with a working tree, read and never written: files of its own directory, and objects
 * by their ids.  Configuration, hooks, replacements (refs/replace), grafts and borrowed objects (objects/info/alternates)
 * are not looked at, so that whoever owns the repository can make nothing run and nothing else be read.
 *
 * Objects come through libgit2, which is loaded when a repository is opened.  It recomputes every object's id with a
 * SHA-1 that detects collision attacks, and gives no object whose id is another.
 */
#ifndef ASY_IO_GIT_H
#define ASY_IO_GIT_H

#include "io/source.h"

enum { ASY_GIT_ID = 20 }; /* bytes of an object's id: SHA-1 */

struct asy_git;

/* ASSAY_E_FORMAT where `path` is no repository, ASSAY_E_UNSUPPORTED where libgit2 is not there.  Heap; see close. */
assay_status asy_git_open(const char *path, struct asy_git **out, struct asy_diag *);

/* Sources of its objects must not be used any more.  Accepts NULL. */
void asy_git_close(struct asy_git *);

/* True when a directory looks like a repository or holds one as ".git". */
bool asy_is_git(const char *path);

/*
 * The bytes of a file of the repository's own directory ("HEAD", "packed-refs", "refs/tags/v1.0"), which symbolic links
 * must not leave.  ASSAY_E_ABSENT where there is none of that name.
 */
assay_status asy_git_load(const struct asy_git *, const char *name, uint64_t limit, struct asy_arena *,
                          struct asy_view *out, struct asy_diag *);

/* "commit", "tree", "blob" or "tag", and how many bytes the object has; ASSAY_E_ABSENT where the object is not there. */
assay_status asy_git_look(const struct asy_git *, const uint8_t id[static ASY_GIT_ID], const char **type,
                          uint64_t *size, struct asy_diag *);

/*
 * The object with this id, as asy_git_look() found it: its bytes, with `framed` behind the "type size" NUL that its id is
 * made over.  It is in memory while it is open.  NULL when memory is short.
 */
struct asy_source *asy_source_git(struct asy_arena *, const struct asy_git *, const uint8_t id[static ASY_GIT_ID],
                                  const char *type, uint64_t size, bool framed);

#endif
