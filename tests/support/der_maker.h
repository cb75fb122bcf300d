/* Makes DER, right or wrong, for tests. */
#ifndef TESTS_SUPPORT_DER_MAKER_H
#define TESTS_SUPPORT_DER_MAKER_H

#include "base/arena.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct asy_view V;

/* The views one behind the other; empty ones leave no trace. */
static inline V join(struct asy_arena *arena, const V *parts, size_t n)
{
    size_t len = 0, at = 0;
    uint8_t *out;

    for (size_t i = 0; i < n; i++)
        len += parts[i].len;
    out = asy_alloc(arena, len + 1, 1);
    cr_assert_not_null(out);
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len > 0)
            memcpy(out + at, parts[i].data, parts[i].len);
        at += parts[i].len;
    }
    return (V){ out, len };
}

/* Below 64 KiB. */
static inline V wrap(struct asy_arena *arena, uint8_t tag, V body)
{
    uint8_t header[4] = { tag, (uint8_t)body.len };
    size_t n = 2;

    if (body.len >= 0x100) {
        header[1] = 0x82;
        header[2] = (uint8_t)(body.len >> 8);
        header[3] = (uint8_t)body.len;
        n = 4;
    } else if (body.len >= 0x80) {
        header[1] = 0x81;
        header[2] = (uint8_t)body.len;
        n = 3;
    }
    return join(arena, (const V[]){ { header, n }, body }, 2);
}

#define JOIN(arena, ...) join(arena, (const V[]){ __VA_ARGS__ }, sizeof((const V[]){ __VA_ARGS__ }) / sizeof(V))
#define WRAP(arena, tag, ...) wrap(arena, tag, JOIN(arena, __VA_ARGS__))

#endif
