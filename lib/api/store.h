/* Private to api/: what the functions on a trust directory share. */
#ifndef ASY_API_STORE_H
#define ASY_API_STORE_H

#include "api/internal.h"
#include "base/sink.h"
#include "base/text.h"

enum { ASY_STORE_FILE_BYTES = 32 << 20 };

/* The document of the directory; ASSAY_E_FORMAT where it is wrong or holds more than what is trusted. */
assay_status asy_store_load(struct asy_arena *, const char *dir, const struct asy_policy **out, struct asy_diag *);

/* Where a file is that the document names; NULL: no memory. */
const char *asy_store_path(struct asy_arena *, const char *dir, const char *file);

/* "key", "anchor" ... */
const char *asy_store_kind(enum asy_trust_kind);

#endif
