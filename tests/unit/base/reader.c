#include "base/reader.h"

#include <criterion/criterion.h>

Test(reader, getters_move_only_when_the_bytes_are_there)
{
    struct asy_reader r = asy_reader_of(ASY_TEXT("\x01\x02\x03"));
    uint32_t four;
    uint16_t two;
    uint8_t one;

    cr_expect_not(asy_get_be32(&r, &four));
    cr_expect_eq(r.at, 0);
    cr_assert(asy_get_be16(&r, &two));
    cr_expect_eq(two, 0x0102);
    cr_assert(asy_get_u8(&r, &one));
    cr_expect_eq(one, 3);
    cr_expect(asy_at_end(&r));
    cr_expect_not(asy_get_u8(&r, &one));
}

Test(reader, a_string_longer_than_the_rest_moves_nothing)
{
    struct asy_reader r = asy_reader_of(ASY_TEXT("\xff\xff\xff\xff" "ab"));
    struct asy_view v;

    cr_expect_not(asy_get_string32(&r, &v));
    cr_expect_eq(r.at, 0);
}

Test(reader, lines_end_with_lf_or_the_end)
{
    struct asy_reader r = asy_reader_of(ASY_TEXT("a\r\n\nb"));
    struct asy_view line;

    cr_assert(asy_get_text_line(&r, &line) && asy_view_is(line, "a"));
    cr_assert(asy_get_text_line(&r, &line) && line.len == 0);
    cr_assert(asy_get_text_line(&r, &line) && asy_view_is(line, "b"));
    cr_expect_not(asy_get_text_line(&r, &line));
}
