#include "codec/hex.h"

static int nibble_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool asy_is_hex(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (nibble_of(text.data[i]) < 0)
            return false;
    }
    return text.len > 0;
}

bool asy_hex_decode(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    uint8_t *bytes;

    if (text.len % 2 != 0 || !asy_is_hex(text))
        return false;
    bytes = asy_alloc(arena, text.len / 2, 1);
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < text.len / 2; i++)
        bytes[i] = (uint8_t)(nibble_of(text.data[2 * i]) << 4 | nibble_of(text.data[2 * i + 1]));
    *out = (struct asy_view){ bytes, text.len / 2 };
    return true;
}
