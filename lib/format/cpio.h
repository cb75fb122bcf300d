/*
 * Members of a cpio archive in the new ASCII format, one behind the other from a stream, for every format that holds one;
 * itself no format.
 */
#ifndef ASY_FORMAT_CPIO_H
#define ASY_FORMAT_CPIO_H

#include "base/arena.h"
#include "io/inflate.h"

enum {
    ASY_CPIO_TYPE = 0170000, /* of a mode, and its values */
    ASY_CPIO_FILE = 0100000,
    ASY_CPIO_DIRECTORY = 0040000,
    ASY_CPIO_SYMLINK = 0120000,
    ASY_CPIO_NAME_MAX = 4096,
};

struct asy_cpio_entry {
    bool is_stripped;     /* rpm's form: only `index` is known, and the caller knows the size */
    uint32_t index;
    struct asy_view name; /* as the archive has it, in the arena */
    uint32_t ino, mode, nlink, dev_major, dev_minor;
    uint64_t size;
    bool has_sum;         /* `sum` is that of the data's bytes */
    uint32_t sum;
    bool is_end;          /* the record behind the last member */
};

/*
 * The next record, up to where its data begins.  ASSAY_E_FORMAT for what breaks the grammar, the end of the stream
 * included: there is always a last record.
 */
assay_status asy_cpio_next(struct asy_unpacker *, struct asy_arena *, struct asy_cpio_entry *out, struct asy_diag *);

/* Steps over the data of a record and its padding, and compares the sum where there is one. */
assay_status asy_cpio_skip(struct asy_unpacker *, const struct asy_cpio_entry *, struct asy_diag *);

/* The data of a short record, as the target of a link, in the arena; likewise with its padding. */
assay_status asy_cpio_read(struct asy_unpacker *, const struct asy_cpio_entry *, struct asy_arena *,
                           struct asy_view *out, struct asy_diag *);

/* Reads what follows the last record to the end of the stream: `*hidden` when a byte of it is not zero. */
assay_status asy_cpio_finish(struct asy_unpacker *, bool *hidden, struct asy_diag *);

#endif
