#include "codec/hex.h"

/* One more than what a digit stands for; 0: it is none. */
static const uint8_t digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool asy_is_hex(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (digits[text.data[i]] == 0)
            return false;
    }
    return text.len > 0;
}

bool asy_hex_decode(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    bool all = text.len > 0;
    uint8_t *bytes;

    if (text.len % 2 != 0)
        return false;
    bytes = asy_alloc(arena, text.len / 2, 1);
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < text.len / 2; i++) {
        unsigned high = digits[text.data[2 * i]], low = digits[text.data[2 * i + 1]];

        all = all && high != 0 && low != 0;
        bytes[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    if (all)
        *out = (struct asy_view){ bytes, text.len / 2 };
    return all;
}
