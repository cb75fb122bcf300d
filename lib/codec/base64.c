#include "codec/base64.h"

/* The six bits of a letter, or -1. */
static int bits_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One group of four letters, the last `pad` of which are '='; false for letters or stray bits that do not belong. */
static bool decode_group(const uint8_t in[4], size_t pad, uint8_t out[3])
{
    uint32_t group = 0;

    for (size_t i = 0; i < 4; i++) {
        int bits = i < 4 - pad ? bits_of(in[i]) : 0;

        if (bits < 0)
            return false;
        group = group << 6 | (uint32_t)bits;
    }
    out[0] = (uint8_t)(group >> 16);
    out[1] = (uint8_t)(group >> 8);
    out[2] = (uint8_t)group;
    return pad == 0 || (group & (pad == 1 ? 0xffU : 0xffffU)) == 0;
}

static size_t padding_of(struct asy_view text)
{
    if (text.len == 0 || text.data[text.len - 1] != '=')
        return 0;
    return text.data[text.len - 2] == '=' ? 2 : 1;
}

bool asy_base64_decode(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    size_t groups = text.len / 4, pad;
    uint8_t *bytes;

    if (text.len % 4 != 0)
        return false;
    pad = padding_of(text);
    bytes = asy_alloc(arena, groups * 3 + 1, 1);
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < groups; i++) {
        if (!decode_group(text.data + i * 4, i + 1 == groups ? pad : 0, bytes + i * 3))
            return false;
    }
    *out = (struct asy_view){ bytes, groups * 3 - pad };
    return true;
}

bool asy_base64url_decode(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    size_t padded = (text.len + 3) / 4 * 4;
    uint8_t *copy = asy_alloc(arena, padded + 1, 1);

    if (copy == NULL || text.len % 4 == 1)
        return false;
    for (size_t i = 0; i < padded; i++) {
        uint8_t c = i < text.len ? text.data[i] : '=';

        if (i < text.len && (c == '+' || c == '/' || c == '='))
            return false;
        copy[i] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    return asy_base64_decode(arena, (struct asy_view){ copy, padded }, out);
}

static char letter_of(uint32_t group, unsigned shift)
{
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[group >> shift & 63];
}

const char *asy_base64_encode(struct asy_arena *arena, struct asy_view bytes)
{
    size_t groups = bytes.len / 3 + (bytes.len % 3 != 0), n = 0;
    char *text = groups > SIZE_MAX / 8 ? NULL : asy_alloc(arena, groups * 4 + 1, 1);

    for (size_t i = 0; text != NULL && i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16 | (left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0) |
                         (left > 2 ? bytes.data[i + 2] : 0);

        text[n++] = letter_of(group, 18);
        text[n++] = letter_of(group, 12);
        text[n++] = left > 1 ? letter_of(group, 6) : '=';
        text[n++] = left > 2 ? letter_of(group, 0) : '=';
    }
    if (text != NULL)
        text[n] = '\0';
    return text;
}
