#include "base/text.h"

#include <criterion/criterion.h>

static void shows(const char *in, size_t len, const char *want)
{
    char out[128];

    asy_printable((struct asy_view){ (const uint8_t *)in, len }, out, sizeof out);
    cr_expect_str_eq(out, want);
}

Test(text, control_bidi_and_broken_bytes_are_escaped)
{
    shows("a\x1b[31mb\n", 8, "a\\x1b[31mb\\x0a");
    shows("\xe2\x80\xae" "exe", 6, "\\u{202e}exe");
    shows("\xc3\xbcml\xff", 5, "\xc3\xbcml\\xff");
    shows("\xc0\x80", 2, "\\xc0\\x80");
    shows("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");
}

Test(text, what_does_not_fit_is_cut_with_dots)
{
    char out[8];

    asy_printable(asy_view_of("abcdefghij"), out, sizeof out);
    cr_expect_str_eq(out, "abcd...");
    asy_printable(asy_view_of("abcdefg"), out, sizeof out);
    cr_expect_str_eq(out, "abcdefg");
}

Test(text, times_are_strict)
{
    static const char *const bad[] = { "", "2026-13-01", "2026-02-29", "2026-11-23T21:00:00", "2026-11-23 21:00:00Z",
                                       "2026-11-23T24:00:00Z", "@", "@-1", "2026-11-23T21:00:00z" };
    char shown[32];
    int64_t t;

    cr_assert(asy_parse_time(asy_view_of("2026-11-23T21:00:00Z"), &t));
    cr_expect_eq(t, 1795467600);
    asy_format_time(t, shown);
    cr_expect_str_eq(shown, "2026-11-23T21:00:00Z");
    cr_assert(asy_parse_time(asy_view_of("2024-02-29"), &t));
    cr_expect_eq(t, 1709164800);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(asy_parse_time(asy_view_of(bad[i]), &t), "%s", bad[i]);
}

Test(text, times_of_rfc_3339)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {
        { "2026-11-23T21:00:00Z", 1795467600 },
        { "2026-11-23T21:00:00.999999999Z", 1795467600 },
        { "2026-11-23T22:30:00+01:30", 1795467600 },
        { "2026-11-23T15:00:00.5-06:00", 1795467600 },
        { "2026-11-23T21:00:00-00:00", 1795467600 },
    };
    static const char *const bad[] = { "", "2026-11-23", "@1", "2026-11-23T21:00:00", "2026-11-23T21:00:00.Z", "2026-11-23T21:00:00.5",
                                       "2026-11-23T21:00:00+0100", "2026-11-23T21:00:00+24:00", "2026-11-23T21:00:60Z",
                                       "2026-02-29T21:00:00Z", "2026-11-23T21:00:00ZZ", "2026-11-23 21:00:00Z" };
    int64_t t;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert(asy_parse_rfc3339(asy_view_of(good[i].text), &t), "%s", good[i].text);
        cr_expect_eq(t, good[i].seconds, "%s", good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(asy_parse_rfc3339(asy_view_of(bad[i]), &t), "%s", bad[i]);
}

Test(text, numbers_are_canonical)
{
    uint64_t n;

    cr_expect(asy_parse_u64(asy_view_of("18446744073709551615"), &n) && n == UINT64_MAX);
    cr_expect_not(asy_parse_u64(asy_view_of("18446744073709551616"), &n));
    cr_expect_not(asy_parse_u64(asy_view_of("01"), &n));
    cr_expect_not(asy_parse_u64(asy_view_of(""), &n));
    cr_expect_not(asy_parse_u64(asy_view_of("+1"), &n));
}

Test(text, patterns)
{
    cr_expect(asy_glob(asy_view_of("*.deb"), asy_view_of("a.deb")));
    cr_expect(asy_glob(asy_view_of("a*b*c"), asy_view_of("a-b-b-c")));
    cr_expect(asy_glob(asy_view_of("*"), asy_view_of("")));
    cr_expect_not(asy_glob(asy_view_of("?"), asy_view_of("")));
    cr_expect_not(asy_glob(asy_view_of("a*b"), asy_view_of("a-b-c")));
}
