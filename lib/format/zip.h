/*
 * Private to the files zip*.c: one zip archive while it is walked.  Sections are those of PKWARE's
 * APPNOTE.TXT 6.3.10.
 */
#ifndef ASY_FORMAT_ZIP_H
#define ASY_FORMAT_ZIP_H

#include "format/members.h"

#include "base/reader.h"

/* General purpose bits (4.4.4) that change how a member is read. */
enum {
    ASY_ZIP_ENCRYPTED = 1 << 0,
    ASY_ZIP_DESCRIPTOR = 1 << 3,
    ASY_ZIP_PATCHED = 1 << 5,
    ASY_ZIP_STRONG = 1 << 6,
    ASY_ZIP_UTF8 = 1 << 11,
    ASY_ZIP_MASKED = 1 << 13,
    ASY_ZIP_READ_BITS = ASY_ZIP_ENCRYPTED | ASY_ZIP_DESCRIPTOR | ASY_ZIP_PATCHED | ASY_ZIP_STRONG |
                        ASY_ZIP_UTF8 | ASY_ZIP_MASKED,
};

enum { ASY_ZIP_STORED = 0, ASY_ZIP_DEFLATED = 8 }; /* 4.4.5 */

enum {
    ASY_ZIP_LOCAL_SIGN = 0x04034b50,   /* 4.3.7 */
    ASY_ZIP_DATA_SIGN = 0x08074b50,    /* 4.3.9.3 */
    ASY_ZIP_CENTRAL_SIGN = 0x02014b50, /* 4.3.12 */
    ASY_ZIP_END_SIGN = 0x06054b50,     /* 4.3.16 */
    ASY_ZIP_END64_SIGN = 0x06064b50,   /* 4.3.14 */
    ASY_ZIP_LOCATOR_SIGN = 0x07064b50, /* 4.3.15 */
};

enum {
    ASY_ZIP_LOCAL_LEN = 30,
    ASY_ZIP_CENTRAL_LEN = 46,
    ASY_ZIP_END_LEN = 22,
    ASY_ZIP_LOCATOR_LEN = 20,
    ASY_ZIP_END64_LEN = 56,
    ASY_ZIP_TAIL = 65535 + ASY_ZIP_END_LEN,
};

#define ASY_ZIP_IN_EXTRA32 UINT32_MAX /* 4.3.9.2: the value is in the zip64 extra field */
#define ASY_ZIP_IN_EXTRA16 UINT16_MAX

/* What a header says of a member; the central one, and the local one to compare with. */
struct asy_zip_header {
    uint16_t flags, method;
    uint32_t crc;
    uint64_t packed_len, size;
    uint64_t local_off; /* central only */
    struct asy_view name;
};

struct asy_zip_entry {
    struct asy_zip_header central;
    uint32_t attributes; /* external file attributes (4.4.15) */
    enum asy_member_type type;
    uint64_t data_off, end; /* of the packed bytes; behind the data descriptor */
    uint64_t record_off, record_len; /* of its record in the directory */
};

struct asy_zip {
    struct asy_members members;
    const struct asy_source *source;
    struct asy_diag *diag;
    uint64_t size;                    /* of the file */
    uint64_t dir_off, dir_len, dir_n; /* the central directory, as the end records say */
    uint64_t dir_end;                 /* where the end records begin */
    struct asy_zip_entry *entries;
    size_t entries_n, room;
    uint8_t *scratch; /* ASY_ZIP_SCRATCH bytes, for what is read next */
};

enum { ASY_ZIP_SCRATCH = ASY_ZIP_CENTRAL_LEN + 3 * 65535 };

#define ASY_ZIP_SHOW(view) asy_shown_len(view), (const char *)(view).data
#define ASY_ZIP_ULL(n)     ((unsigned long long)(n))

/*
 * Each returns a status other than ok only when the system fails; what the bytes do wrong is a finding.
 * `*found` says whether there is something to go on with.
 */
assay_status asy_zip_read_end(struct asy_zip *, bool *found);
assay_status asy_zip_read_directory(struct asy_zip *);

/* Compares the local header, finds the end of the member, decodes it.  `limit` is the offset it must not
 * pass. */
assay_status asy_zip_read_member(struct asy_zip *, struct asy_zip_entry *, uint64_t limit);

/*
 * Takes sizes and offset from the zip64 extra field where the header points to it, and checks the fields that
 * could say otherwise.  `where` is "central" or "local".
 */
void asy_zip_read_extra(struct asy_zip *, struct asy_zip_header *, struct asy_view extra, const char *where);

#endif
