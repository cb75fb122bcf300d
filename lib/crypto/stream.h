/* Private to crypto/: one digest of one recipe while bytes go by. */
#ifndef ASY_CRYPTO_STREAM_H
#define ASY_CRYPTO_STREAM_H

#include "crypto/hash.h"

struct asy_stream {
    struct asy_measure *measure;
    struct asy_hash hash;
    size_t piece;   /* the piece it is in */
    uint64_t taken; /* bytes of that piece already digested */
    bool finished, failed;
};

/* False when OpenSSL or memory fails. */
bool asy_stream_start(struct asy_stream *, const struct asy_crypto *, struct asy_measure *);
void asy_stream_end(struct asy_stream *);

/* Digests literals and digests that come next; then `*off` is the place of `item` that it wants, or it is finished. */
bool asy_stream_wants(struct asy_stream *, const struct asy_dossier *, const struct asy_item *, uint64_t *off);

/* Takes what it wants of the bytes at [off, off + bytes.len) of an item of `size` bytes. */
void asy_stream_feed(struct asy_stream *, const struct asy_dossier *, const struct asy_item *, uint64_t size,
                     uint64_t off, struct asy_view bytes);

#endif
