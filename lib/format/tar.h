/*
 * For the files tar*.c: one header block, and what the headers before it add (POSIX.1-2017 pax, "pax Interchange
 * Format").
 */
#ifndef ASY_FORMAT_TAR_H
#define ASY_FORMAT_TAR_H

#include "format/members.h"

enum { ASY_TAR_BLOCK = 512 };

#define ASY_TAR_OCTAL_MAX 077777777777 /* what eleven octal digits hold: from here on a pax size is needed   \
                                        */
#define ASY_TAR_SHOW(view) asy_shown_len(view), (const char *)(view).data
#define ASY_TAR_ULL(n)     ((unsigned long long)(n))

/* One header as it stands. */
struct asy_tar_header {
    char type;
    uint64_t size;
    bool has_prefix;  /* ustar: `prefix`, if any, comes before `name` */
    bool sparse_more; /* GNU 'S': blocks with more of the map follow */
    struct asy_view name, prefix, link;
};

/* Overrides for the next member: pax records, or GNU's long names. */
struct asy_tar_extras {
    bool has_pax, has_path, has_link, has_size, is_sparse;
    bool has_long_name, has_long_link;
    struct asy_view path, link;
    uint64_t size;
};

/* NULL when the block is a header with the right checksum; else what is wrong. */
const char *asy_tar_header_of(struct asy_view block, struct asy_tar_header *out);
bool asy_tar_is_ustar(struct asy_view block);

/* The packing of a whole archive by its first bytes; false for none that is known. */
bool asy_tar_is_packed(struct asy_view head, enum asy_packing *out);

/*
 * Adds the records of a pax header.  What they do wrong is a finding; `global` ones may not name a path, a
 * link or a size.  `bytes` must outlive `out`.
 */
void asy_tar_read_pax(struct asy_members *, struct asy_view bytes, bool global, struct asy_tar_extras *out);

#endif
