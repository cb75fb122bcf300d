/* Runs of a file, each with a digest of its own: the pages of an executable, the blocks of a package's map. */
#include "crypto/work.h"

#include <string.h>

struct blocks {
    struct asy_worker *worker;
    const struct asy_measure *m;
    const struct asy_source *source;
    struct asy_hash hash;
    uint64_t off; /* of what is in the worker's buffer */
    size_t len;
    struct asy_diag *diag;
};

/* `n` bytes at `off`, from the buffer, which is filled anew where they are not in it. */
static assay_status get(struct blocks *b, uint64_t off, size_t n, struct asy_view *out)
{
    uint64_t size = asy_source_size(b->source);

    if (off < b->off || off - b->off > b->len || n > b->len - (size_t)(off - b->off)) {
        size_t want = size - off < ASY_CHUNK ? (size_t)(size - off) : ASY_CHUNK;
        assay_status s = asy_source_read(b->source, off, b->worker->buffer, want, b->diag);

        b->off = off;
        b->len = assay_ok(s) ? want : 0;
        if (!assay_ok(s))
            return s;
        if (!asy_work_step(b->worker, want))
            return asy_fail(b->diag, ASSAY_E_CANCELLED, off, "cancelled");
    }
    *out = (struct asy_view){ b->worker->buffer + (off - b->off), n };
    return asy_ok;
}

static enum asy_reason failed(const struct blocks *b, enum asy_reason reason, const char *what)
{
    (void)asy_fail(b->diag, ASSAY_E_FORMAT, 0, "%s", what);
    return reason;
}

static bool pad(struct blocks *b, size_t n)
{
    static const uint8_t zeros[1 << 10];
    bool ok = true;

    for (size_t part; ok && n > 0; n -= part) {
        part = n < sizeof zeros ? n : sizeof zeros;
        ok = asy_hash_update(&b->hash, (struct asy_view){ zeros, part });
    }
    return ok;
}

/* The digest of one run. */
static enum asy_reason compute(struct blocks *b, const struct asy_block *block, uint8_t *out)
{
    uint32_t padded = b->m->recipe.pieces->blocks.padded;
    uint64_t size = asy_source_size(b->source);
    bool ok = asy_hash_start(&b->hash, b->worker->work->crypto, b->m->alg);

    if (block->off > size || block->len > size - block->off)
        return failed(b, ASY_DIGEST_MISMATCH, "a block lies behind the end");
    for (uint32_t at = 0, n; ok && at < block->len; at += n) {
        struct asy_view bytes;

        n = block->len - at < ASY_CHUNK ? block->len - at : ASY_CHUNK;
        if (!assay_ok(get(b, block->off + at, n, &bytes)))
            return b->diag->code == ASSAY_E_CANCELLED ? ASY_EVIDENCE_UNCHECKED : ASY_INPUT_UNREADABLE;
        ok = asy_hash_update(&b->hash, bytes);
    }
    ok = ok && (block->len >= padded || pad(b, padded - block->len)) && asy_hash_finish(&b->hash, out);
    return ok ? ASY_REASON_NONE : failed(b, ASY_LIMIT_REACHED, "memory");
}

static enum asy_reason compare(struct blocks *b, const struct asy_block *block, uint8_t *out)
{
    enum asy_reason reason = compute(b, block, out);

    if (reason != ASY_REASON_NONE || memcmp(out, block->digest, asy_digest_len(b->m->alg)) == 0)
        return reason;
    (void)asy_fail(b->diag, ASSAY_E_FORMAT, block->off, "the block of %u bytes at %llu has another digest", block->len,
                   (unsigned long long)block->off);
    return ASY_DIGEST_MISMATCH;
}

enum asy_reason asy_work_blocks(struct asy_worker *worker, struct asy_measure *m, struct asy_diag *diag)
{
    const struct asy_piece *piece = m->recipe.pieces;
    struct blocks b = { .worker = worker, .m = m, .source = piece->span.item->source, .diag = diag };
    uint8_t first[ASY_DIGEST_MAX], other[ASY_DIGEST_MAX];
    enum asy_reason reason = compare(&b, &piece->blocks.list[0], first);

    for (size_t i = 1; i < piece->blocks.n && reason == ASY_REASON_NONE; i++)
        reason = compare(&b, &piece->blocks.list[i], other);
    asy_hash_end(&b.hash);
    if (reason != ASY_REASON_NONE)
        return reason;
    memcpy(m->digest, first, asy_digest_len(m->alg));
    m->done = true;
    return ASY_REASON_NONE;
}
