#include "codec/hex.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

Test(hex, every_pair_of_bytes_is_digits_or_nothing)
{
    struct asy_arena *arena = asy_arena_new(4 << 20);

    for (unsigned i = 0; i < 0x10000; i++) {
        const uint8_t text[] = { (uint8_t)(i >> 8), (uint8_t)i };
        const char digits[] = { (char)text[0], (char)text[1], 0 };
        bool is_hex = isxdigit(text[0]) && isxdigit(text[1]);
        struct asy_view bytes;

        cr_assert_eq(asy_is_hex((struct asy_view){ text, 2 }), is_hex, "%04x", i);
        cr_assert_eq(asy_hex_decode(arena, (struct asy_view){ text, 2 }, &bytes), is_hex, "%04x", i);
        cr_assert(!is_hex || (bytes.len == 1 && bytes.data[0] == strtoul(digits, NULL, 16)), "%s", digits);
    }
    asy_arena_free(arena);
}

Test(hex, nothing_and_half_a_byte_are_none)
{
    struct asy_arena *arena = asy_arena_new(1024);
    struct asy_view bytes;

    cr_expect_not(asy_is_hex(ASY_TEXT("")));
    cr_expect_not(asy_hex_decode(arena, ASY_TEXT(""), &bytes));
    cr_expect_not(asy_hex_decode(arena, ASY_TEXT("abc"), &bytes));
    cr_expect_not(asy_hex_decode(arena, ASY_TEXT("abcg"), &bytes));
    asy_arena_free(arena);
}
