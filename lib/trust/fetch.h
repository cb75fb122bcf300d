/*
 * Where files of a repository come from: a web server, or a directory that is a copy of one.  The only part of the library
 * that can touch the network, and it does so for asy_tuf_refresh and asy_tuf_download alone.
 */
#ifndef ASY_TRUST_FETCH_H
#define ASY_TRUST_FETCH_H

#include "base/arena.h"
#include "base/diag.h"

/* Takes the bytes of a file as they come; a status that is not ok ends the fetching with it. */
typedef assay_status asy_take(void *context, struct asy_view bytes, struct asy_diag *);

/*
 * `get` hands over the file at `path` below the fetcher's base: path segments, percent-encoded.  ASSAY_E_ABSENT when the
 * other side says that there is no such file; ASSAY_E_LIMIT when it is longer than `limit` bytes or takes too long;
 * ASSAY_E_IO.  Bytes may have been handed over before a failure.
 */
struct asy_fetcher {
    assay_status (*get)(struct asy_fetcher *, const char *path, uint64_t limit, asy_take *, void *context,
                        struct asy_diag *);
    void (*free)(struct asy_fetcher *);
};

/*
 * A fetcher below `base`: "https://..." or "http://..." by libcurl, "file:///..." or a path that is no URL from a
 * directory.  `proxy` is a URL, or NULL: none, whatever the environment says.  ASSAY_E_USAGE for another scheme,
 * ASSAY_E_UNSUPPORTED where libcurl is not there or not built in.
 */
assay_status asy_fetcher_new(const char *base, const char *proxy, struct asy_fetcher **out, struct asy_diag *);
void asy_fetcher_free(struct asy_fetcher *);

/* All of a file, in the arena. */
assay_status asy_fetch_bytes(struct asy_fetcher *, const char *path, uint64_t limit, struct asy_arena *,
                             struct asy_view *out, struct asy_diag *);

/* The two makers. */
assay_status asy_fetcher_of_directory(const char *path, struct asy_fetcher **out, struct asy_diag *);
assay_status asy_fetcher_of_web(const char *base, const char *proxy, struct asy_fetcher **out, struct asy_diag *);

/* Writes every byte but letters, digits, "-._~" and those of `keep` as %XX, upper case; NULL when the arena is full. */
const char *asy_percent_encode(struct asy_arena *, struct asy_view, const char *keep);

/* Undoes that; false for a '%' that no two hex digits follow, and for one that stands for NUL. */
bool asy_percent_decode(struct asy_arena *, struct asy_view, struct asy_view *out);

#endif
