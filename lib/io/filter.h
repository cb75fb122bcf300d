/* Private to io/: one named filter of libarchive over bytes that the caller fetches. */
#ifndef ASY_IO_FILTER_H
#define ASY_IO_FILTER_H

#include "io/inflate.h"

struct asy_filter;

/* The next packed bytes, at most as many as fit; `*n` is 0 at their end. */
typedef assay_status asy_filter_fetch(void *context, const uint8_t **bytes, size_t *n, struct asy_diag *);

assay_status asy_filter_new(enum asy_packing, asy_filter_fetch *, void *context, struct asy_filter **out,
                            struct asy_diag *);
void asy_filter_free(struct asy_filter *);

/* As asy_unpack, without the limit. */
assay_status asy_filter_read(struct asy_filter *, uint8_t *buf, size_t n, size_t *got, struct asy_diag *);

/* Packed bytes that the decoder has used. */
uint64_t asy_filter_used(const struct asy_filter *);

#endif
