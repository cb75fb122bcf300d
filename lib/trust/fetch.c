#include "trust/fetch.h"

#include "base/reader.h"
#include "codec/hex.h"

#include <stdlib.h>
#include <string.h>

const char *asy_percent_encode(struct asy_arena *arena, struct asy_view in, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = asy_alloc(arena, in.len + 1, 3), *at = out;

    for (size_t i = 0; out != NULL && i < in.len; i++) {
        uint8_t c = in.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c != '\0' && (strchr("-._~", c) != NULL || strchr(keep, c) != NULL));

        if (plain) {
            *at++ = (char)c;
            continue;
        }
        *at++ = '%';
        *at++ = digits[c >> 4];
        *at++ = digits[c & 15];
    }
    return out;
}

bool asy_percent_decode(struct asy_arena *arena, struct asy_view in, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(in);
    uint8_t *bytes = asy_alloc(arena, in.len + 1, 1), c;
    struct asy_view digits, byte;
    size_t n = 0;

    while (bytes != NULL && asy_get_u8(&r, &c)) {
        if (c == '%') {
            if (!asy_get_view(&r, 2, &digits) || !asy_hex_decode(arena, digits, &byte) || byte.data[0] == '\0')
                return false;
            c = byte.data[0];
        }
        bytes[n++] = c;
    }
    if (bytes == NULL)
        return false;
    *out = (struct asy_view){ bytes, n };
    return true;
}

/* "scheme://"; RFC 3986 3.1. */
static bool has_scheme(const char *base)
{
    size_t n = strspn(base, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    return n > 0 && strncmp(base + n, "://", 3) == 0;
}

/* "file:///a%20b" without a host, or with "localhost" (RFC 8089). */
static assay_status new_of_file_url(const char *base, struct asy_fetcher **out, struct asy_diag *diag)
{
    const char *path = base + strlen("file://");
    struct asy_arena *arena;
    struct asy_view decoded;
    assay_status s;

    if (strncmp(path, "localhost/", 10) == 0)
        path += 9;
    if (path[0] != '/')
        return asy_fail(diag, ASSAY_E_USAGE, 0, "%.200s: expected file:/// and a path", base);
    arena = asy_arena_new(strlen(path) * 8 + 1024);
    if (arena == NULL)
        return asy_no_memory(diag);
    s = asy_percent_decode(arena, asy_view_of(path), &decoded)
            ? asy_fetcher_of_directory((const char *)decoded.data, out, diag)
            : asy_fail(diag, ASSAY_E_USAGE, 0, "%.200s: %% without two hex digits", base);
    asy_arena_free(arena);
    return s;
}

assay_status asy_fetcher_new(const char *base, const char *proxy, struct asy_fetcher **out, struct asy_diag *diag)
{
    if (!has_scheme(base))
        return asy_fetcher_of_directory(base, out, diag);
    if (strncmp(base, "file://", 7) == 0)
        return new_of_file_url(base, out, diag);
    if (strncmp(base, "https://", 8) == 0 || strncmp(base, "http://", 7) == 0)
        return asy_fetcher_of_web(base, proxy, out, diag);
    return asy_fail(diag, ASSAY_E_USAGE, 0, "%.200s: expected https://, http://, file:/// or a directory", base);
}

void asy_fetcher_free(struct asy_fetcher *fetcher)
{
    if (fetcher != NULL)
        fetcher->free(fetcher);
}

/* A buffer that grows by doubling, so that a file costs what it is and not what it could be. */
struct heap {
    struct asy_arena *arena;
    uint8_t *bytes;
    size_t n, room;
};

static assay_status take(void *context, struct asy_view bytes, struct asy_diag *diag)
{
    struct heap *heap = context;
    size_t room = heap->room == 0 ? 16384 : heap->room;
    uint8_t *larger;

    while (room - heap->n < bytes.len)
        room *= 2;
    if (room > heap->room) {
        larger = asy_alloc(heap->arena, room, 1);
        if (larger == NULL)
            return asy_no_memory(diag);
        if (heap->n > 0)
            memcpy(larger, heap->bytes, heap->n);
        heap->bytes = larger;
        heap->room = room;
    }
    if (bytes.len > 0)
        memcpy(heap->bytes + heap->n, bytes.data, bytes.len);
    heap->n += bytes.len;
    return asy_ok;
}

assay_status asy_fetch_bytes(struct asy_fetcher *fetcher, const char *path, uint64_t limit, struct asy_arena *arena,
                             struct asy_view *out, struct asy_diag *diag)
{
    struct heap heap = { arena, NULL, 0, 0 };
    assay_status s = fetcher->get(fetcher, path, limit, take, &heap, diag);

    if (assay_ok(s))
        *out = (struct asy_view){ heap.bytes, heap.n };
    return s;
}
