/*
 * What the formats that are kept in zip archives ask of one: its directory, without a word about what is wrong with it,
 * which the walk tells; and the members that the walk made.  Itself no format.
 */
#ifndef ASY_FORMAT_ZIP_LOOK_H
#define ASY_FORMAT_ZIP_LOOK_H

#include "format/zip.h"

struct asy_zip_look {
    const struct asy_zip_entry *entries; /* in the directory's order; data_off and end are not known */
    size_t n;
    uint64_t size, dir_off, dir_len, dir_end; /* as in struct asy_zip */
};

/* Reads the directory of the document into the arena; false where there is none. */
bool asy_zip_look(const struct asy_reading *, struct asy_arena *, struct asy_zip_look *out);

/* Whether the directory of the document has a member whose name `is_mark` answers to; keeps no memory. */
bool asy_zip_has(const struct asy_reading *, bool (*is_mark)(struct asy_view name));

/* The members that the walk made of the document, by name. */
struct asy_kept {
    struct asy_reading *reading;
    struct asy_item **items; /* sorted by name */
    size_t n;
};

/* False when the arena is full. */
bool asy_kept_new(struct asy_reading *, struct asy_kept *out);

/* NULL when there is none, or more than one. */
struct asy_item *asy_kept_find(const struct asy_kept *, struct asy_view name);

/* All bytes of a member; its source is closed again. */
assay_status asy_kept_load(const struct asy_kept *, struct asy_item *, uint64_t limit, struct asy_view *out);

/*
 * Declares all of the document that is no member's data to be framing, which the walk found to agree with itself, and has
 * who says a member say its data.  The data of members that `is_framing` answers to are framing too.
 */
void asy_kept_frame(const struct asy_kept *, bool (*is_framing)(struct asy_view name));

#endif
