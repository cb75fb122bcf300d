/*
 * One input, read by offset.  It is opened once, must be a regular file, and keeps the size it had when it was opened;
 * what was read can afterwards be asked whether it is still the same file.  A source may also be bytes in memory, or
 * only a digest of bytes that are elsewhere.  A source belongs to one thread at a time.
 */
#ifndef ASY_IO_SOURCE_H
#define ASY_IO_SOURCE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/digest_alg.h"

struct asy_source;

/*
 * A file at `path`, opened below the directory descriptor `dir` (AT_FDCWD for the working directory).  Where `dir` is a
 * real descriptor the path must stay below it, symbolic links included.  The source is closed until asy_source_open();
 * `path` must live as long as the arena.  NULL when memory is short.
 */
struct asy_source *asy_source_at(struct asy_arena *, int dir, const char *path);

/* An open descriptor, which stays the caller's; positions are not used, so its offset does not move. */
struct asy_source *asy_source_of_fd(struct asy_arena *, int fd);

/* Bytes that outlive the source. */
struct asy_source *asy_source_of_memory(struct asy_arena *, struct asy_view bytes);

/* No bytes, only their digest under `alg`. */
struct asy_source *asy_source_of_digest(struct asy_arena *, enum asy_digest_alg alg, struct asy_view digest);

/*
 * How a source works whose bytes lie in no file as they are (io/member.h).  Offsets and lengths that `read` gets are
 * within the size.
 */
struct asy_source_maker {
    assay_status (*open)(void *state, struct asy_diag *);
    void (*close)(void *state);
    assay_status (*read)(void *state, uint64_t off, void *buf, size_t n, struct asy_diag *);
    bool (*unchanged)(const void *state);
    struct asy_source *(*again)(struct asy_arena *, const void *state);
    const void *(*group)(const void *state);
    bool (*seeks)(const void *state); /* NULL: it does not */
};
struct asy_source *asy_source_made(struct asy_arena *, const struct asy_source_maker *, void *state, uint64_t size);

/*
 * The same bytes once more, to be opened, read and closed independently of the first, by another thread if need be.  It
 * starts closed.  NULL when memory is short.
 */
struct asy_source *asy_source_again(struct asy_arena *, const struct asy_source *);

/*
 * Sources with the same group that is not NULL are decoded from one stream: read them on one thread, in the order in
 * which they were made, and the stream is decoded once.  Any other order is right too, and slow.
 */
const void *asy_source_group(const struct asy_source *);

/* True when reading in any order costs nothing: nothing is decoded. */
bool asy_source_seeks(const struct asy_source *);

/*
 * Opens the file and fixes its size.  Opening an open source is fine; a closed one opens again only as the same file
 * with the same times.  ASSAY_E_ABSENT, ASSAY_E_IO when the system refuses, ASSAY_E_FORMAT when it is not a regular
 * file.  Nothing here blocks on a FIFO.
 */
assay_status asy_source_open(struct asy_source *, struct asy_diag *);
void asy_source_close(struct asy_source *);

/* Bytes of an open source. */
uint64_t asy_source_size(const struct asy_source *);

/* True when the bytes are not here; then `alg` and `digest` say what is known of them. */
bool asy_source_is_digest(const struct asy_source *, enum asy_digest_alg *alg, struct asy_view *digest);

/*
 * Fills `buf` with exactly `n` bytes at `off` (bytes from the start).  A short file is ASSAY_E_FORMAT, never a short
 * count; `buf` is then undefined.
 */
assay_status asy_source_read(const struct asy_source *, uint64_t off, void *buf, size_t n, struct asy_diag *);

/* The whole of an open source in the arena; ASSAY_E_LIMIT when it is longer than `limit` bytes. */
assay_status asy_source_load(const struct asy_source *, uint64_t limit, struct asy_arena *, struct asy_view *out,
                             struct asy_diag *);

/* True when the file still has the size, identity and times it was opened with, and its path still leads to it. */
bool asy_source_unchanged(const struct asy_source *);

#endif
