#include "base/pattern.h"

#include <criterion/criterion.h>

/* Each row is what Python 3.11's fnmatch.fnmatchcase says. */
Test(pattern, rows)
{
    static const struct {
        const char *pattern, *text;
        bool fits;
    } rows[] = {
        { "", "", true },
        { "", "a", false },
        { "*", "", true },
        { "*", "a/b/.c", true },
        { "foo", "foo", true },
        { "foo", "foo/bar", false },
        { "foo*", "foobar", true },
        { "*.py", "src/a.py", true },
        { "*.py", ".py", true },
        { "a*b*c", "axxbyyc", true },
        { "a*b*c", "axxbyy", false },
        { "**a", "ba", true },
        { "?", "", false },
        { "?", "/", true },
        { "?", "\xc3\xa9", true },
        { "??", "\xc3\xa9", false },
        { "[ab]?", "a1", true },
        { "[ab]?", "c1", false },
        { "[!a]*", "a1", false },
        { "[!a]*", "b1", true },
        { "[!a]", "", false },
        { "[a-c]x", "bx", true },
        { "[a-c]x", "dx", false },
        { "[c-a]x", "bx", false },
        { "[a-]x", "-x", true },
        { "[-a]x", "-x", true },
        { "[]a]", "]", true },
        { "[]a]", "b", false },
        { "[!]a]", "]", false },
        { "[!]a]", "b", true },
        { "[]", "[]", true },
        { "[!]", "[!]", true },
        { "[a", "[a", true },
        { "[^a]", "^", true },
        { "[^a]", "b", false },
        { "\\*", "\\x", true },
        { "\\*", "*", false },
        { "[\\]]", "\\]", true },
        { "[\xc3\xa9]", "\xc3\xa9", true },
        { "[\xc3\xa9]", "\xc3\xa8", false },
        { "a.b", "axb", false },
        { "a*", "b", false },
        { "*\n", "x\n", true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(asy_fnmatch(asy_view_of(rows[i].pattern), asy_view_of(rows[i].text)), rows[i].fits,
                     "row %zu: %s against %s", i, rows[i].pattern, rows[i].text);
}

/* A pattern that could try each of many places for each star stays cheap. */
Test(pattern, many_stars_are_cheap, .timeout = 5)
{
    static uint8_t text[20000], pattern[2000];

    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    pattern[sizeof pattern - 1] = 'b';
    cr_expect_not(asy_fnmatch((struct asy_view){ pattern, sizeof pattern }, (struct asy_view){ text, sizeof text }));
}
