/*
 * Several sources at once: opened, read and closed as each of them would be alone, with fewer calls of the kernel where
 * it offers that.  What does not succeed here is left closed for whoever then tries it alone and says why.
 */
#ifndef ASY_IO_MANY_H
#define ASY_IO_MANY_H

#include "io/source.h"

enum { ASY_MANY = 16 }; /* sources at once, at most */

/* Belongs to the thread that made it.  NULL is good too: then it is one call for each. */
struct asy_many;

struct asy_many *asy_many_new(void);
void asy_many_free(struct asy_many *);

/* asy_source_open for each of the closed sources; `ok[i]` says which are open then. */
void asy_many_open(struct asy_many *, struct asy_source *const *sources, size_t n, bool *ok);

/* The whole of each that is `ok` into `bufs[i]`, which has room for its size; those that fail are no longer `ok`. */
void asy_many_read(struct asy_many *, struct asy_source *const *sources, uint8_t *const *bufs, size_t n, bool *ok);

/* Closes all. */
void asy_many_close(struct asy_many *, struct asy_source *const *sources, size_t n);

#endif
