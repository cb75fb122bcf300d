/*
 * What a site trusts, kept on disk: a directory of keys and certificates, and a client of TUF repositories, which brings
 * trusted files up to date.  The client is the one part of the library that may touch the network, and only where its
 * functions are called with the URL of a web server.
 */
#ifndef ASSAY_TRUST_H
#define ASSAY_TRUST_H

#include <assay/assay.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- a directory of keys, anchors and the like; see assay_config_trust_directory ---- */

/* Makes the directory, or takes one that is there, and puts an empty trust.yaml into it; ASSAY_E_USAGE where it has one. */
ASSAY_API assay_status assay_trust_init(const char *dir, assay_error **) ASSAY_MUST_USE;

/*
 * Copies the file at `path` into the directory under a name of its own: up to 64 letters, digits, dots, '-' and '_', of
 * which the first is a letter or digit.  A key is valid at from <= t < until, INT64_MIN and INT64_MAX where nothing is
 * said, as it must be of the other kinds.  ASSAY_E_FORMAT or ASSAY_E_UNSUPPORTED for a file that could not be used: then
 * nothing is changed.  ASSAY_E_USAGE for a name that is taken or none.
 */
ASSAY_API assay_status assay_trust_add(const char *dir, enum assay_trust_kind, const char *name, const char *path,
                                       int64_t from, int64_t until, assay_error **) ASSAY_MUST_USE;

/* ASSAY_E_ABSENT where there is no entry of this name. */
ASSAY_API assay_status assay_trust_remove(const char *dir, const char *name, assay_error **) ASSAY_MUST_USE;

/* Every entry with its keys and certificates, and whether they are valid at a time in seconds since 1970. */
ASSAY_API assay_status assay_trust_show(const char *dir, int64_t at, enum assay_report, assay_write, void *context,
                                        assay_error **) ASSAY_MUST_USE;

/* ---- TUF ---- */

/* A client of one repository; one thread at a time. */
typedef struct assay_tuf assay_tuf;

/*
 * A client that keeps what it trusts in the directory `dir`, which must be there, at the time `at` in seconds since 1970.
 * It has the directory to itself until it is freed: ASSAY_E_IO when another process does not let go of it.
 */
ASSAY_API assay_status assay_tuf_new(const char *dir, int64_t at, assay_tuf **out, assay_error **) ASSAY_MUST_USE;
ASSAY_API void assay_tuf_free(assay_tuf *);

/* The proxy for web servers, a URL; without it none is used, whatever the environment says. */
ASSAY_API assay_status assay_tuf_proxy(assay_tuf *, const char *url, assay_error **) ASSAY_MUST_USE;

/*
 * Takes the file at `path`, which the caller vouches for, as the root to start from.  ASSAY_E_USAGE where there is a root
 * already; ASSAY_E_UNTRUSTED or ASSAY_E_FORMAT where the file is no root that its own keys have signed: it is kept then,
 * and every refresh says the same.
 */
ASSAY_API assay_status assay_tuf_init(assay_tuf *, const char *path, assay_error **) ASSAY_MUST_USE;

/*
 * Brings the metadata up to date from `url`: "https://...", "http://...", "file:///..." or a directory.  What is trusted
 * on the way is kept, whatever happens behind it.  ASSAY_E_UNTRUSTED for what must not be believed, ASSAY_E_FORMAT and
 * ASSAY_E_LIMIT for what is malformed or too much, ASSAY_E_ABSENT and ASSAY_E_IO where it cannot be fetched,
 * ASSAY_E_UNSUPPORTED where this build has no network.
 */
ASSAY_API assay_status assay_tuf_refresh(assay_tuf *, const char *url, assay_error **) ASSAY_MUST_USE;

/*
 * Puts the target `name`, which lies below `url`, into the directory `dir`, in a file that has its name with every byte
 * but letters, digits and "-._~" written %XX.  What is there already and right is not fetched.  As assay_tuf_refresh,
 * which must have been there before; ASSAY_E_ABSENT also where no role has the target.
 */
ASSAY_API assay_status assay_tuf_download(assay_tuf *, const char *url, const char *name, const char *dir,
                                          assay_error **) ASSAY_MUST_USE;

/* A line for each role that is trusted, with its version and expiry. */
ASSAY_API assay_status assay_tuf_describe(const assay_tuf *, assay_write, void *context) ASSAY_MUST_USE;

#ifdef __cplusplus
}
#endif

#endif
