#include "io/inflate.h"

#include "io/filter.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    CHUNK = 64 * 1024,
    RATIO = 100,           /* what deflate reaches on text is below 20; its own bound is 1032 */
    RATIO_FROM = 16 << 20, /* bytes below which a ratio harms nobody */
    RAW = -MAX_WBITS,      /* zlib: no frame */
    GZIP = MAX_WBITS + 16, /* zlib: a gzip frame and no other */
};

enum { PIECE = 1 << 20 };

struct asy_unpacker {
    const struct asy_source *source;
    uint64_t off, end; /* what is still to be fetched */
    uint64_t len;      /* bytes of the span */
    enum asy_packing packing;
    uint64_t limit, out;    /* bytes that may come, and that came */
    struct asy_diag failed; /* code 0: nothing has */
    bool ended, has_stream;
    z_stream stream;
    struct asy_filter *filter;
    uint8_t chunk[CHUNK];
};

static assay_status fetch(void *context, const uint8_t **bytes, size_t *n, struct asy_diag *diag)
{
    struct asy_unpacker *unpacker = context;
    uint64_t left = unpacker->end - unpacker->off;
    size_t now = left < CHUNK ? (size_t)left : CHUNK;
    assay_status s = asy_source_read(unpacker->source, unpacker->off, unpacker->chunk, now, diag);

    if (!assay_ok(s))
        return s;
    unpacker->off += now;
    *bytes = unpacker->chunk;
    *n = now;
    return asy_ok;
}

static assay_status start(struct asy_unpacker *unpacker, struct asy_diag *diag)
{
    switch (unpacker->packing) {
    case ASY_PACKED_NOT:
        return asy_ok;
    case ASY_PACKED_DEFLATE:
    case ASY_PACKED_GZIP:
        if (inflateInit2(&unpacker->stream, unpacker->packing == ASY_PACKED_GZIP ? GZIP : RAW) != Z_OK)
            return asy_no_memory(diag);
        unpacker->has_stream = true;
        return asy_ok;
    case ASY_PACKED_XZ:
    case ASY_PACKED_ZSTD:
    case ASY_PACKED_BZIP2:
    case ASY_PACKED_LZMA:
        return asy_filter_new(unpacker->packing, fetch, unpacker, &unpacker->filter, diag);
    }
    return asy_fail(diag, ASSAY_E_INTERNAL, 0, "no such packing");
}

assay_status asy_unpacker_new(const struct asy_source *source, uint64_t off, uint64_t len,
                              enum asy_packing packing, uint64_t limit, struct asy_unpacker **out,
                              struct asy_diag *diag)
{
    uint64_t size = asy_source_size(source);
    struct asy_unpacker *unpacker;
    assay_status s;

    if (off > size || len > size - off)
        return asy_fail(diag, ASSAY_E_FORMAT, off, "%llu bytes at %llu, but the file has %llu",
                        (unsigned long long)len, (unsigned long long)off, (unsigned long long)size);
    unpacker = calloc(1, sizeof *unpacker);
    if (unpacker == NULL)
        return asy_no_memory(diag);
    unpacker->source = source;
    unpacker->off = off;
    unpacker->end = off + len;
    unpacker->len = len;
    unpacker->packing = packing;
    unpacker->limit = limit;
    s = start(unpacker, diag);
    if (assay_ok(s))
        *out = unpacker;
    else
        asy_unpacker_free(unpacker);
    return s;
}

void asy_unpacker_free(struct asy_unpacker *unpacker)
{
    if (unpacker == NULL)
        return;
    if (unpacker->has_stream)
        (void)inflateEnd(&unpacker->stream);
    asy_filter_free(unpacker->filter);
    free(unpacker);
}

uint64_t asy_unpacked(const struct asy_unpacker *unpacker)
{
    return unpacker->out;
}

/* Bytes of the span that the decoder has used. */
static uint64_t used(const struct asy_unpacker *unpacker)
{
    uint64_t fetched = unpacker->len - (unpacker->end - unpacker->off);

    if (unpacker->filter != NULL)
        return asy_filter_used(unpacker->filter);
    return fetched - unpacker->stream.avail_in;
}

uint64_t asy_unpack_left(const struct asy_unpacker *unpacker)
{
    return unpacker->len - used(unpacker);
}

static assay_status unpack_plain(struct asy_unpacker *unpacker, uint8_t *buf, size_t n, size_t *got,
                                 struct asy_diag *diag)
{
    uint64_t left = unpacker->end - unpacker->off;
    size_t now = n < left ? n : (size_t)left;
    assay_status s = asy_source_read(unpacker->source, unpacker->off, buf, now, diag);

    if (!assay_ok(s))
        return s;
    unpacker->off += now;
    *got = now;
    return asy_ok;
}

/* At the end of the span it gives nothing: the decoder may still hold output. */
static assay_status refill(struct asy_unpacker *unpacker, struct asy_diag *diag)
{
    const uint8_t *bytes = NULL;
    assay_status s;
    size_t n = 0;

    if (unpacker->stream.avail_in > 0)
        return asy_ok;
    s = fetch(unpacker, &bytes, &n, diag);
    if (!assay_ok(s))
        return s;
    unpacker->stream.next_in = unpacker->chunk;
    unpacker->stream.avail_in = (uInt)n;
    return asy_ok;
}

static assay_status damaged(const struct asy_unpacker *unpacker, int answer, struct asy_diag *diag)
{
    unsigned long long at = used(unpacker);
    const char *said = unpacker->stream.msg;

    if (answer == Z_MEM_ERROR)
        return asy_no_memory(diag);
    if (answer == Z_BUF_ERROR)
        return asy_fail(diag, ASSAY_E_FORMAT, at, "the compressed data ends early, after %llu bytes", at);
    return asy_fail(diag, ASSAY_E_FORMAT, at, "the compressed data is damaged after %llu bytes: %s", at,
                    said == NULL ? "no reason given" : said);
}

static assay_status unpack_zlib(struct asy_unpacker *unpacker, uint8_t *buf, size_t n, size_t *got,
                                struct asy_diag *diag)
{
    z_stream *stream = &unpacker->stream;
    int answer;

    stream->next_out = buf;
    stream->avail_out = (uInt)n;
    while (stream->avail_out > 0 && !unpacker->ended) {
        assay_status s = refill(unpacker, diag);

        if (!assay_ok(s))
            return s;
        answer = inflate(stream, Z_NO_FLUSH);
        if (answer != Z_OK && answer != Z_STREAM_END &&
            !(answer == Z_BUF_ERROR && unpacker->off < unpacker->end))
            return damaged(unpacker, answer, diag);
        unpacker->ended = answer == Z_STREAM_END;
    }
    *got = n - stream->avail_out;
    return asy_ok;
}

static assay_status unpack_some(struct asy_unpacker *unpacker, uint8_t *buf, size_t n, size_t *got,
                                struct asy_diag *diag)
{
    if (unpacker->packing == ASY_PACKED_NOT)
        return unpack_plain(unpacker, buf, n, got, diag);
    if (unpacker->filter != NULL)
        return asy_filter_read(unpacker->filter, buf, n, got, diag);
    return unpack_zlib(unpacker, buf, n, got, diag);
}

static assay_status count(struct asy_unpacker *unpacker, size_t n, struct asy_diag *diag)
{
    if (n > unpacker->limit - unpacker->out)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "unpacks to more than %llu bytes",
                        (unsigned long long)unpacker->limit);
    unpacker->out += n;
    if (unpacker->packing != ASY_PACKED_NOT && unpacker->out > RATIO_FROM &&
        unpacker->out / RATIO > used(unpacker))
        return asy_fail(diag, ASSAY_E_LIMIT, 0,
                        "unpacks to more than %d times its size (%llu bytes gave %llu)", RATIO,
                        (unsigned long long)used(unpacker), (unsigned long long)unpacker->out);
    return asy_ok;
}

assay_status asy_unpack(struct asy_unpacker *unpacker, void *buf, size_t n, size_t *got,
                        struct asy_diag *diag)
{
    size_t filled = 0, now, more;
    assay_status s = asy_ok;

    if (unpacker->failed.code != 0)
        return asy_fail(diag, unpacker->failed.code, unpacker->failed.at, "%s", unpacker->failed.text);
    do { /* in steps, so that a decoder never runs far past the limit */
        more = 0;
        now = n - filled < CHUNK ? n - filled : CHUNK;
        s = unpack_some(unpacker, (uint8_t *)buf + filled, now, &more, &unpacker->failed);
        if (assay_ok(s))
            s = count(unpacker, more, &unpacker->failed);
        if (!assay_ok(s))
            return asy_fail(diag, unpacker->failed.code, unpacker->failed.at, "%s", unpacker->failed.text);
        filled += more;
    } while (filled < n && more == now);
    *got = filled;
    return asy_ok;
}

static assay_status ends_early(const struct asy_unpacker *unpacker, struct asy_diag *diag)
{
    return asy_fail(diag, ASSAY_E_FORMAT, unpacker->out, "the data ends at byte %llu",
                    (unsigned long long)unpacker->out);
}

assay_status asy_unpack_skip(struct asy_unpacker *unpacker, uint64_t n, struct asy_diag *diag)
{
    uint8_t lost[4096];

    if (unpacker->packing == ASY_PACKED_NOT && unpacker->failed.code == 0) {
        if (n > unpacker->end - unpacker->off)
            return ends_early(unpacker, diag);
        unpacker->off += n;
        unpacker->out += n;
        return asy_ok;
    }
    while (n > 0) {
        size_t now = n < sizeof lost ? (size_t)n : sizeof lost, got = 0;
        assay_status s = asy_unpack(unpacker, lost, now, &got, diag);

        if (!assay_ok(s))
            return s;
        if (got < now)
            return ends_early(unpacker, diag);
        n -= now;
    }
    return asy_ok;
}

uint32_t asy_crc32(uint32_t crc, struct asy_view bytes)
{
    return (uint32_t)crc32_z(crc, bytes.data, bytes.len);
}

/* The usual properties, and the length of the dictionary: a multiple of 64 KiB, and some. */
static bool is_lzma(struct asy_view head)
{
    return head.len >= 6 && head.data[0] == 0x5d && head.data[1] == 0 && head.data[2] == 0 &&
           (head.data[3] != 0 || head.data[4] != 0);
}

enum asy_packing asy_packing_of(struct asy_view head)
{
    static const struct {
        struct asy_view magic;
        enum asy_packing packing;
    } known[] = {
        { ASY_TEXT_INIT("\x1f\x8b\x08"), ASY_PACKED_GZIP },
        { ASY_TEXT_INIT("\xfd\067zXZ\0"), ASY_PACKED_XZ },
        { ASY_TEXT_INIT("\x28\xb5\x2f\xfd"), ASY_PACKED_ZSTD },
        { ASY_TEXT_INIT("BZh"), ASY_PACKED_BZIP2 },
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (asy_view_starts(head, known[i].magic))
            return known[i].packing;
    }
    return is_lzma(head) ? ASY_PACKED_LZMA : ASY_PACKED_NOT;
}

/* What was unpacked so far, in pieces: how much it will be is not known before. */
struct piece {
    uint8_t *bytes;
    size_t n;
    struct piece *next;
};

static assay_status unpack_pieces(struct asy_unpacker *unpacker, struct asy_arena *arena, struct piece **end,
                                  struct asy_diag *diag)
{
    struct piece *piece;
    assay_status s;

    do {
        piece = asy_alloc(arena, 1, sizeof *piece);
        if (piece != NULL)
            piece->bytes = asy_alloc(arena, PIECE, 1);
        if (piece == NULL || piece->bytes == NULL)
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "unpacks to more than the memory of the job");
        s = asy_unpack(unpacker, piece->bytes, PIECE, &piece->n, diag);
        if (!assay_ok(s))
            return s;
        *end = piece;
        end = &piece->next;
    } while (piece->n == PIECE);
    if (asy_unpack_left(unpacker) > 0)
        return asy_fail(diag, ASSAY_E_FORMAT, asy_unpacked(unpacker), "bytes behind the end of the compressed data");
    return asy_ok;
}

static assay_status join_pieces(const struct piece *piece, uint64_t total, struct asy_arena *arena,
                                struct asy_view *out, struct asy_diag *diag)
{
    uint8_t *bytes = asy_alloc(arena, (size_t)total + 1, 1);
    size_t n = 0;

    if (bytes == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "unpacks to more than the memory of the job");
    for (; piece != NULL; piece = piece->next) {
        memcpy(bytes + n, piece->bytes, piece->n);
        n += piece->n;
    }
    *out = (struct asy_view){ bytes, n };
    return asy_ok;
}

assay_status asy_unpack_whole(const struct asy_source *source, uint64_t off, uint64_t len, enum asy_packing packing,
                              uint64_t limit, struct asy_arena *arena, struct asy_view *out, struct asy_diag *diag)
{
    struct asy_unpacker *unpacker;
    struct piece *first = NULL;
    assay_status s = asy_unpacker_new(source, off, len, packing, limit, &unpacker, diag);

    if (!assay_ok(s))
        return s;
    s = unpack_pieces(unpacker, arena, &first, diag);
    if (assay_ok(s))
        s = join_pieces(first, asy_unpacked(unpacker), arena, out, diag);
    asy_unpacker_free(unpacker);
    return s;
}
