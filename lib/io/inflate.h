/*
 * Decompression of a span of a source, as a stream: what was asked for is decoded and nothing more, and the
 * bytes that come out are counted against a limit.  zlib decodes deflate and gzip; xz, lzma, zstd and bzip2 are
 * libarchive's, which is loaded when the first of them is met, with that one filter and no other.
 */
#ifndef ASY_IO_INFLATE_H
#define ASY_IO_INFLATE_H

#include "io/source.h"

enum asy_packing {
    ASY_PACKED_NOT = 0, /* the bytes as they are */
    ASY_PACKED_DEFLATE, /* RFC 1951, without a frame */
    ASY_PACKED_GZIP,    /* RFC 1952, one member: what follows it is left over */
    ASY_PACKED_XZ,      /* these three decode streams that follow each other, as their own tools do */
    ASY_PACKED_ZSTD,
    ASY_PACKED_BZIP2,
    ASY_PACKED_LZMA, /* the older form of xz, which has no check sum and no mark of its own: one stream */
};

struct asy_unpacker;

/*
 * Decodes the `len` bytes at `off` of an open source, which must stay open.  More than `limit` bytes coming
 * out, or more than a hundred times what went in once 16 MiB are out, is ASSAY_E_LIMIT.  ASSAY_E_UNSUPPORTED
 * where libarchive is not installed.
 */
assay_status asy_unpacker_new(const struct asy_source *, uint64_t off, uint64_t len, enum asy_packing,
                              uint64_t limit, struct asy_unpacker **out, struct asy_diag *);
void asy_unpacker_free(struct asy_unpacker *);

/*
 * Fills `buf` with the next bytes; `*got` is less than `n` only at the end of the stream, checksum and length
 * of which then agreed.  ASSAY_E_FORMAT for damaged or truncated data; after a failure every call fails.
 */
assay_status asy_unpack(struct asy_unpacker *, void *buf, size_t n, size_t *got, struct asy_diag *);

/*
 * All that the span unpacks to, in the arena; ASSAY_E_FORMAT when bytes of it are left over.  `packing` NOT gives the
 * span itself.
 */
assay_status asy_unpack_whole(const struct asy_source *, uint64_t off, uint64_t len, enum asy_packing, uint64_t limit,
                              struct asy_arena *, struct asy_view *out, struct asy_diag *);

/* How the first bytes of a file say that it is compressed; NOT where they say nothing.  Of lzma six are wanted. */
enum asy_packing asy_packing_of(struct asy_view head);

/* Steps over `n` bytes; ASSAY_E_FORMAT when the end comes first. */
assay_status asy_unpack_skip(struct asy_unpacker *, uint64_t n, struct asy_diag *);

/* Bytes given or stepped over so far. */
uint64_t asy_unpacked(const struct asy_unpacker *);

/* At the end of the stream: bytes of the span that follow it. */
uint64_t asy_unpack_left(const struct asy_unpacker *);

/* CRC-32 of zip and gzip, continued from `crc`; 0 to begin with. */
uint32_t asy_crc32(uint32_t crc, struct asy_view);

#endif
