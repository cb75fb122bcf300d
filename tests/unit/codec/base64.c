#include "codec/base64.h"

#include <criterion/criterion.h>

Test(base64, only_the_canonical_spelling_decodes)
{
    static const char *const bad[] = { "A", "AA", "AAA", "AB==", "AAB=", "A===", "====", "AA==AAAA", "AA A", "AA\nA",
                                       "A-_A", "=AAA" };
    struct asy_arena *arena = asy_arena_new(1 << 16);
    struct asy_view out;

    cr_assert(asy_base64_decode(arena, ASY_TEXT("Zm9vYg=="), &out) && asy_view_is(out, "foob"));
    cr_assert(asy_base64_decode(arena, ASY_TEXT("Zm9vYmE="), &out) && asy_view_is(out, "fooba"));
    cr_assert(asy_base64_decode(arena, ASY_TEXT(""), &out) && out.len == 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(asy_base64_decode(arena, asy_view_of(bad[i]), &out), "%s", bad[i]);
    asy_arena_free(arena);
}
