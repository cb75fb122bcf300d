/*
 * A client of one TUF repository (theupdateframework.io/specification 5): what it trusts stands in a directory, a file
 * ROLE.json each, with the role's name percent-encoded.  The directory goes from one trusted state to the next, whenever
 * the process ends; one process works on it at a time.  The clock is the caller's and stands still.
 */
#ifndef ASY_TRUST_TUF_H
#define ASY_TRUST_TUF_H

#include "trust/fetch.h"
#include "trust/tuf_meta.h"

struct asy_tuf;

/*
 * A client of the repository whose trusted metadata is in `dir`, at the time `at`.  It takes the directory's lock and has
 * it until it is freed: ASSAY_E_IO when that is not to be had.
 */
assay_status asy_tuf_new(const struct asy_crypto *, const char *dir, int64_t at, struct asy_tuf **out, struct asy_diag *);
void asy_tuf_free(struct asy_tuf *);

/*
 * Takes these bytes, which the caller vouches for, as the root to start from.  `*holds` says whether they are a root that
 * its own keys have signed, and the diag why not; what is none is kept too, and then every refresh says what is wrong with
 * it.  ASSAY_E_USAGE where there is a root that holds already.
 */
assay_status asy_tuf_init(struct asy_tuf *, struct asy_view root, bool *holds, struct asy_diag *);

/*
 * Brings root, timestamp, snapshot and targets to what the repository has now, and keeps each as soon as it is trusted
 * (5.3 to 5.6).  ASSAY_E_UNTRUSTED, ASSAY_E_FORMAT or ASSAY_E_LIMIT for what is not taken, and what was fetched badly as
 * the fetcher says.
 */
assay_status asy_tuf_refresh(struct asy_tuf *, struct asy_fetcher *, struct asy_diag *);

/* True once a refresh went through. */
bool asy_tuf_is_current(const struct asy_tuf *);

/*
 * What the targets that were refreshed, and the roles to which they delegate, say of a target (5.6.7); roles are fetched
 * as they are met.  ASSAY_E_ABSENT when no role has it; else as asy_tuf_refresh.
 */
assay_status asy_tuf_find(struct asy_tuf *, struct asy_fetcher *, struct asy_view name, const struct asy_tuf_file **out,
                          struct asy_diag *);

/*
 * Puts a target that was found into the directory `dir`, under its name percent-encoded, unless it is there already
 * (5.7).  The file is there whole and right or as it was before.
 */
assay_status asy_tuf_download(struct asy_tuf *, struct asy_fetcher *, const struct asy_tuf_file *, const char *dir,
                              struct asy_diag *);

/* The versions that are trusted, in lines "root 3, expires 2026-11-23T21:00:00Z"; for reports. */
struct asy_sink;
void asy_tuf_describe(const struct asy_tuf *, struct asy_sink *);

/*
 * True when a pattern of a delegation matches the path of a target: segment by segment, in each `*` any run of characters,
 * `?` one, `[a-z]` and `[!a-z]` one of a set.
 */
bool asy_tuf_matches(struct asy_view pattern, struct asy_view path);

#endif
