#include "crypto/stream.h"

bool asy_stream_start(struct asy_stream *stream, const struct asy_crypto *crypto, struct asy_measure *measure)
{
    stream->measure = measure;
    stream->piece = 0;
    stream->taken = 0;
    stream->finished = false;
    stream->failed = !asy_hash_start(&stream->hash, crypto, measure->alg);
    return !stream->failed;
}

void asy_stream_end(struct asy_stream *stream)
{
    asy_hash_end(&stream->hash);
}

static void update(struct asy_stream *stream, struct asy_view bytes)
{
    if (!asy_hash_update(&stream->hash, bytes))
        stream->failed = true;
}

/* The digest that a piece stands for must have been computed before. */
static void update_digest(struct asy_stream *stream, const struct asy_dossier *dossier, const struct asy_piece *piece)
{
    const struct asy_measure *m = asy_find_measure(dossier, piece->digest.of, piece->digest.alg);

    if (m != NULL && m->done)
        update(stream, (struct asy_view){ m->digest, asy_digest_len(m->alg) });
    else
        stream->failed = true;
}

static void finish(struct asy_stream *stream)
{
    stream->finished = true;
    stream->failed = stream->failed || !asy_hash_finish(&stream->hash, stream->measure->digest);
    stream->measure->done = !stream->failed;
}

bool asy_stream_wants(struct asy_stream *stream, const struct asy_dossier *dossier, const struct asy_item *item,
                      uint64_t *off)
{
    const struct asy_recipe *recipe = &stream->measure->recipe;

    for (; !stream->failed && stream->piece < recipe->n; stream->piece++, stream->taken = 0) {
        const struct asy_piece *piece = &recipe->pieces[stream->piece];

        switch (piece->kind) {
        case ASY_PIECE_LITERAL:
            update(stream, piece->literal);
            continue;
        case ASY_PIECE_DIGEST:
            update_digest(stream, dossier, piece);
            continue;
        case ASY_PIECE_SPAN:
            if (piece->span.len != ASY_TO_END && stream->taken == piece->span.len)
                continue;
            if (piece->span.item != item || __builtin_add_overflow(piece->span.off, stream->taken, off)) {
                stream->failed = true;
                continue;
            }
            return true;
        case ASY_PIECE_TREE: /* never planned */
        case ASY_PIECE_BLOCKS:
        case ASY_PIECE_NONE:
            stream->failed = true;
            continue;
        }
    }
    if (!stream->finished)
        finish(stream);
    return false;
}

void asy_stream_feed(struct asy_stream *stream, const struct asy_dossier *dossier, const struct asy_item *item,
                     uint64_t size, uint64_t off, struct asy_view bytes)
{
    uint64_t at;

    while (asy_stream_wants(stream, dossier, item, &at)) {
        const struct asy_piece *piece = &stream->measure->recipe.pieces[stream->piece];
        uint64_t left = piece->span.len == ASY_TO_END ? (at <= size ? size - at : 0) : piece->span.len - stream->taken;
        struct asy_view part;

        if (left == 0) { /* to the end, which is here */
            stream->piece++;
            stream->taken = 0;
            continue;
        }
        if (at < off || at - off >= bytes.len) {
            /* not in these bytes: a later or an earlier pass brings them, unless they do not exist */
            stream->failed = stream->failed || at >= size;
            return;
        }
        part = asy_view_from(bytes, (size_t)(at - off));
        if (part.len > left)
            part = asy_view_head(part, (size_t)left);
        update(stream, part);
        stream->taken += part.len;
        if (piece->span.len == ASY_TO_END && part.len == left) {
            stream->piece++;
            stream->taken = 0;
        }
    }
}
