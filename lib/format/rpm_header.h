/*
 * A header structure of an RPM package (rpm 4.18 and 6.0, docs/manual/format_header.md): tags with values, and the region
 * that says how far they are what was signed.
 */
#ifndef ASY_FORMAT_RPM_HEADER_H
#define ASY_FORMAT_RPM_HEADER_H

#include "base/arena.h"
#include "base/diag.h"
#include "io/source.h"

enum asy_rpm_type {
    ASY_RPM_CHAR = 1,
    ASY_RPM_INT8,
    ASY_RPM_INT16,
    ASY_RPM_INT32,
    ASY_RPM_INT64,
    ASY_RPM_STRING,
    ASY_RPM_BIN,
    ASY_RPM_STRING_ARRAY,
    ASY_RPM_I18N,
};

enum { ASY_RPM_SIGNATURES = 62, ASY_RPM_IMMUTABLE = 63 }; /* tags of the two regions */

struct asy_rpm_entry {
    uint32_t tag, count;
    enum asy_rpm_type type;
    struct asy_view data; /* exactly the values, texts with their NULs */
};

struct asy_rpm_header {
    uint64_t off, len; /* where it is in the file, from its magic to the end of its values */
    const struct asy_rpm_entry *entries; /* without the region's own */
    size_t n;
    size_t outside; /* how many of them, the last ones, are outside of the region */
};

/*
 * Reads the header at `off` of an open source into the arena.  ASSAY_E_FORMAT unless it lies within the file, begins with
 * the region `region`, and every entry is of a known type, aligned, within the values, behind the one before, and of a
 * tag of its own; outside of the region there may be entries only beside signatures.
 */
assay_status asy_rpm_read_header(const struct asy_source *, uint64_t off, uint32_t region, struct asy_arena *,
                                 struct asy_rpm_header *out, struct asy_diag *);

/* NULL when there is none. */
const struct asy_rpm_entry *asy_rpm_find(const struct asy_rpm_header *, uint32_t tag);

/* Each leaves `out` alone where the tag is absent; ASSAY_E_FORMAT where it is of another type or count. */
assay_status asy_rpm_get_text(const struct asy_rpm_header *, uint32_t tag, struct asy_view *out, struct asy_diag *);
assay_status asy_rpm_get_bytes(const struct asy_rpm_header *, uint32_t tag, struct asy_view *out, struct asy_diag *);
assay_status asy_rpm_get_number(const struct asy_rpm_header *, uint32_t tag, uint64_t *out, struct asy_diag *);

/* The number `i` of an entry of numbers; 0 past their end and for other types. */
uint64_t asy_rpm_number(const struct asy_rpm_entry *, size_t i);

/* The texts of an array, in the arena: as many as its count; false for another type (NULL too) or a full arena. */
bool asy_rpm_texts(const struct asy_rpm_entry *, struct asy_arena *, struct asy_view **out);

#endif
