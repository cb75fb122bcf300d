#include "io/gzip.h"

#include "io/inflate.h"

/* The rest of the stream, decoded to see that it is whole. */
static assay_status drain(struct asy_unpacker *unpacker, struct asy_diag *diag)
{
    uint8_t lost[4096];
    size_t got = sizeof lost;
    assay_status s = asy_ok;

    while (assay_ok(s) && got == sizeof lost)
        s = asy_unpack(unpacker, lost, sizeof lost, &got, diag);
    return s;
}

assay_status asy_gzip_skip(const struct asy_source *source, uint64_t off, uint64_t limit, void *buf, size_t n,
                           size_t *got, struct asy_gzip_member *out, struct asy_diag *diag)
{
    uint64_t size = asy_source_size(source), left = off <= size ? size - off : 0;
    struct asy_unpacker *unpacker = NULL;
    assay_status s = asy_unpacker_new(source, off, left, ASY_PACKED_GZIP, limit, &unpacker, diag);

    if (!assay_ok(s))
        return s;
    s = asy_unpack(unpacker, buf, n, got, diag);
    if (assay_ok(s))
        s = drain(unpacker, diag);
    if (assay_ok(s)) {
        out->off = off;
        out->len = left - asy_unpack_left(unpacker);
        out->bytes.len = (size_t)asy_unpacked(unpacker);
    }
    asy_unpacker_free(unpacker);
    return s;
}

/* Decoded twice: once for its length, so that the arena holds no more than it. */
assay_status asy_gzip_member(const struct asy_source *source, uint64_t off, uint64_t limit, struct asy_arena *arena,
                             struct asy_gzip_member *out, struct asy_diag *diag)
{
    struct asy_gzip_member found = { 0 };
    uint8_t first[1], *bytes;
    size_t got;
    assay_status s = asy_gzip_skip(source, off, limit, first, sizeof first, &got, &found, diag);

    if (!assay_ok(s))
        return s;
    bytes = asy_alloc(arena, found.bytes.len + 1, 1);
    if (bytes == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_gzip_skip(source, off, limit, bytes, found.bytes.len, &got, &found, diag);
    if (!assay_ok(s))
        return s;
    found.bytes.data = bytes;
    *out = found;
    return asy_ok;
}
