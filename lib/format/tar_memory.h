/*
 * A tar archive that lies in memory, entry by entry, for formats that keep their documents in one.  Stricter than the
 * archives of anybody: whatever readers may disagree about is an error.
 */
#ifndef ASY_FORMAT_TAR_MEMORY_H
#define ASY_FORMAT_TAR_MEMORY_H

#include "base/reader.h"
#include "format/members.h"

struct asy_tar_memory {
    struct asy_members members; /* for findings about what extended headers say */
    struct asy_reader rest;
    bool ended; /* two zero blocks were there, and nothing but zeros behind them */
};

struct asy_tar_entry {
    struct asy_view name;
    enum asy_member_type type;
    struct asy_view data;
};

void asy_tar_memory_begin(struct asy_tar_memory *, struct asy_reading *, struct asy_view bytes);

/* The next entry; `*more` is false at the end.  ASSAY_E_FORMAT in the reading's diag. */
assay_status asy_tar_memory_next(struct asy_tar_memory *, struct asy_tar_entry *out, bool *more);

#endif
