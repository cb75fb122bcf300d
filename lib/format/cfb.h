/*
 * Compound files ([MS-CFB]): a file system of sectors in a file.  The reader holds every sector to belong to one thing;
 * what belongs to none is for the caller to tell.  Itself no format.
 */
#ifndef ASY_FORMAT_CFB_H
#define ASY_FORMAT_CFB_H

#include "format/format.h"

enum {
    ASY_CFB_DEPTH = 32,   /* storages inside storages */
    ASY_CFB_RUNS = 16384, /* contiguous parts of all streams together */
    ASY_CFB_NAME = 64,    /* bytes of a name's field */

    /* fields of a directory entry, [MS-CFB] 2.6.1 */
    ASY_CFB_ENTRY = 128,
    ASY_CFB_CLSID = 80,
    ASY_CFB_STATE = 96,
    ASY_CFB_CREATED = 100,
    ASY_CFB_SIZE = 120,
};

enum asy_cfb_type { ASY_CFB_FREE = 0, ASY_CFB_STORAGE = 1, ASY_CFB_STREAM = 2, ASY_CFB_ROOT = 5 };

struct asy_cfb_entry {
    struct asy_view name; /* UTF-16LE without its NUL */
    enum asy_cfb_type type;
    uint32_t left, right, child; /* entries; 0xffffffff for none */
    uint32_t start;              /* sector */
    uint64_t size;
    uint64_t off; /* of the entry in the file */
    bool seen;    /* it is in the tree */
};

struct asy_cfb {
    struct asy_arena *arena;
    const struct asy_source *source;
    struct asy_diag *diag;
    uint64_t size;
    unsigned shift;          /* of sectors */
    uint32_t sectors;        /* whole ones behind the header; what follows them is nothing's */
    uint32_t *fat, *mini_fat;
    uint32_t fat_n, mini_fat_n;
    uint8_t *uses;           /* of each sector: enum asy_cfb_use */
    uint8_t *mini_uses;
    uint32_t *mini_sectors;  /* the sectors of the mini stream, in order */
    uint32_t mini_sectors_n;
    struct asy_cfb_entry *entries; /* the first is the root */
    uint32_t entries_n;
    unsigned runs;
};

enum asy_cfb_use { ASY_CFB_UNUSED = 0, ASY_CFB_FRAME, ASY_CFB_CONTENT };

/* A run of the file that is content of a stream. */
typedef assay_status (*asy_cfb_run)(void *context, uint64_t off, uint64_t len);

/*
 * Reads the header, the allocation tables and the directory of the open source.  ASSAY_E_FORMAT where they contradict
 * themselves, ASSAY_E_UNSUPPORTED for a version that is neither 3 nor 4.
 */
assay_status asy_cfb_open(struct asy_arena *, const struct asy_source *, struct asy_cfb *out, struct asy_diag *);

/*
 * The entries directly in a storage, by the raw bytes of their names, a shorter one before what it begins; in the arena.
 * ASSAY_E_FORMAT where an entry is met twice or two have one name.
 */
assay_status asy_cfb_children(struct asy_cfb *, uint32_t storage, uint32_t **out, uint32_t *n);

/* Calls `run` for each part of a stream in order; once a stream.  ASSAY_E_FORMAT where its chain is not of its length. */
assay_status asy_cfb_stream(struct asy_cfb *, const struct asy_cfb_entry *, asy_cfb_run run, void *context);

/* All of a stream in the arena, at most `limit` bytes; counts as the stream's one reading. */
assay_status asy_cfb_load(struct asy_cfb *, const struct asy_cfb_entry *, uint64_t limit, struct asy_view *out);

/* Where a sector begins in the file. */
uint64_t asy_cfb_place(const struct asy_cfb *, uint32_t sector);

#endif
