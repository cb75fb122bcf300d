#include "codec/deb822.h"

#include <criterion/criterion.h>

static bool first_stanza(const char *text, struct asy_stanza *out, struct asy_diag *diag)
{
    struct asy_deb822 r = asy_deb822_of(asy_view_of(text));

    diag->code = 0;
    return asy_get_stanza(&r, out, diag);
}

Test(deb822, fields_and_their_continuations)
{
    struct asy_stanza s;
    struct asy_diag diag;
    struct asy_view v;

    cr_assert(first_stanza("\n\nA: one \nb:\n x 1\n y 2\nC:\n", &s, &diag));
    cr_assert_eq(s.n, 3);
    cr_expect(asy_stanza_line(&s, "a", &v) && asy_view_is(v, "one"));
    cr_expect(asy_view_is(asy_stanza_field(&s, "B")->value, "x 1\n y 2"));
    cr_expect_eq(asy_stanza_field(&s, "B")->line, 4);
    cr_expect_not(asy_stanza_line(&s, "B", &v), "it has lines");
    cr_expect_not(asy_stanza_line(&s, "C", &v), "it has no value");
    cr_expect_null(asy_stanza_field(&s, "D"));
    cr_expect_eq(s.off, 2);
}

Test(deb822, a_value_on_the_next_line_is_not_of_one_line)
{
    struct asy_stanza s;
    struct asy_diag diag;
    struct asy_view v;

    cr_assert(first_stanza("A:\n one\n", &s, &diag));
    cr_expect_not(asy_stanza_line(&s, "A", &v));
}

Test(deb822, stanzas_one_after_the_other)
{
    struct asy_deb822 r = asy_deb822_of(asy_view_of("A: 1\n\n\nA: 2"));
    struct asy_stanza s;
    struct asy_diag diag = { 0 };
    struct asy_view v;

    cr_assert(asy_get_stanza(&r, &s, &diag) && asy_stanza_line(&s, "A", &v) && asy_view_is(v, "1"));
    cr_assert(asy_get_stanza(&r, &s, &diag) && asy_stanza_line(&s, "A", &v) && asy_view_is(v, "2"));
    cr_expect_not(asy_get_stanza(&r, &s, &diag));
    cr_expect_eq(diag.code, 0);
}

Test(deb822, what_is_no_stanza)
{
    static const char *const bad[] = {
        "A: 1\nA: 2\n", "A: 1\na: 2\n", " x\n", "A 1\n", ": 1\n", "A: 1\r\n", "A: 1\n \nB: 2\n", "#A: 1\n", "-A: 1\n",
        "A B: 1\n", "A: 1\n\t\n", "A: 1\nB",
    };
    struct asy_stanza s;
    struct asy_diag diag;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect_not(first_stanza(bad[i], &s, &diag), "%s", bad[i]);
        cr_expect_eq(diag.code, ASSAY_E_FORMAT, "%s", bad[i]);
    }
}

Test(deb822, a_nul_is_refused)
{
    static const uint8_t text[] = { 'A', ':', ' ', 0, '\n' };
    struct asy_deb822 r = asy_deb822_of((struct asy_view){ text, sizeof text });
    struct asy_stanza s;
    struct asy_diag diag = { 0 };

    cr_expect_not(asy_get_stanza(&r, &s, &diag));
    cr_expect_eq(diag.code, ASSAY_E_FORMAT);
}

Test(deb822, times)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {
        { "Sun, 22 Nov 2026 21:00:00 UTC", 1795381200 },
        { "Tue, 21 Mar 2017  7:49:42 UTC", 1490082582 },
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
        { "Thu, 29 Feb 2024 00:00:00 +0000", 1709164800 },
        { "Sat,  4 May 2024 00:00:01 Z", 1714780801 },
    };
    static const char *const bad[] = {
        "", "2026-11-23", "Sun, 22 Nov 2026 21:00:00", "Sun, 22 Nov 2026 21:00:00 CET", "Sun, 22 Nov 2026 21:00:00 +0100",
        "22 Nov 2026 21:00:00 UTC", "Sun, 31 Nov 2026 21:00:00 UTC", "Sun, 29 Feb 2026 21:00:00 UTC",
        "Sun, 22 nov 2026 21:00:00 UTC", "Sun, 22 Nov 26 21:00:00 UTC", "Sun, 22 Nov 2026 24:00:00 UTC",
        "Sun, 22 Nov 2026 21:00 UTC", "Sun, 22 Nov 2026 21:60:00 UTC", "Sun, 0 Nov 2026 21:00:00 UTC",
        "Sun, 22 Nov 2026 21:00:00 UTC x", "Sun, 22 Nov -026 21:00:00 UTC", "Sun, 22 Nov 2026 21:0:00 UTC",
    };
    int64_t seconds;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_expect(asy_mail_time(asy_view_of(good[i].text), &seconds), "%s", good[i].text);
        cr_expect_eq(seconds, good[i].seconds, "%s: %lld", good[i].text, (long long)seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(asy_mail_time(asy_view_of(bad[i]), &seconds), "%s", bad[i]);
}
