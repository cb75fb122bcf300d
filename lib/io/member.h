/*
 * Members of archives as sources: a run of the archive's file, stored or deflated, or a run of the stream
 * that a compressed archive unpacks to.  Nothing is written anywhere; reading in order costs one decoding.
 */
#ifndef ASY_IO_MEMBER_H
#define ASY_IO_MEMBER_H

#include "io/inflate.h"

/* An archive's file, and what the members of a compressed one share.  Safe for members on several threads. */
struct asy_packed;

/* `whole` is the packing of the archive itself, `limit` what it may unpack to.  NULL when memory is short. */
struct asy_packed *asy_packed_new(struct asy_arena *, const struct asy_source *archive,
                                  enum asy_packing whole, uint64_t limit);

/*
 * `packed_len` bytes at `off` that are `size` bytes when unpacked from `own`.  Where the archive itself is
 * compressed, `off` is in what it unpacks to and `own` must be ASY_PACKED_NOT.  The span must have been found
 * to lie within the archive.  The source starts closed; closing one that is not open lets go of the decoder
 * that its archive keeps.
 */
struct asy_source *asy_source_member(struct asy_arena *, struct asy_packed *, uint64_t off,
                                     uint64_t packed_len, uint64_t size, enum asy_packing own);

/*
 * All that a compressed file unpacks to, which is decoded once here to learn its length.  ASSAY_E_FORMAT when bytes follow
 * the end of the stream, ASSAY_E_UNSUPPORTED when the file is not compressed in a way that is known.  It starts closed.
 */
assay_status asy_source_unpacked(struct asy_arena *, const struct asy_source *file, uint64_t limit,
                                 struct asy_source **out, struct asy_diag *);

#endif
