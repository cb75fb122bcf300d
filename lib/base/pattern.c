#include "base/pattern.h"

#include "base/text.h"

/* The character at the start, taken off; a byte that is no UTF-8 counts above all of Unicode. */
static uint32_t take(struct asy_view *rest)
{
    uint32_t c;
    size_t n = asy_utf8_next(*rest, &c);

    if (n == 0) {
        c = UINT32_C(0x110000) + rest->data[0];
        n = 1;
    }
    *rest = asy_view_from(*rest, n);
    return c;
}

static size_t find(struct asy_view text, size_t from, char c)
{
    while (from < text.len && text.data[from] != (uint8_t)c)
        from++;
    return from;
}

/* The inside of the set that the pattern begins with behind its '[', and what follows; false when nothing closes it.
 */
static bool take_set(struct asy_view *rest, struct asy_view *inside)
{
    size_t from = rest->len > 0 && rest->data[0] == '!', end;

    end = find(*rest, from < rest->len && rest->data[from] == ']' ? from + 1 : from, ']');
    if (end >= rest->len)
        return false;
    *inside = asy_view_head(*rest, end);
    *rest = asy_view_from(*rest, end + 1);
    return true;
}

/* A '-' between two characters makes a range; one that ends before it begins has nobody in it. */
static bool is_in(struct asy_view set, uint32_t c)
{
    bool found = false;

    while (set.len > 0) {
        uint32_t low = take(&set), high = low;

        if (set.len > 1 && set.data[0] == '-') {
            (void)take(&set);
            high = take(&set);
        }
        found = found || (low <= c && c <= high);
    }
    return found;
}

/* One step of the pattern against one character; `*` is not for here. */
static bool fits_one(struct asy_view *pattern, uint32_t c)
{
    uint32_t p = take(pattern);
    struct asy_view set;

    if (p == '?')
        return true;
    if (p != '[' || !take_set(pattern, &set))
        return p == c;
    return set.data[0] == '!' ? !is_in(asy_view_from(set, 1), c) : is_in(set, c);
}

bool asy_fnmatch(struct asy_view pattern, struct asy_view text)
{
    struct asy_view behind_star = { 0 }, mark = { 0 };
    bool has_star = false;

    while (text.len > 0) {
        struct asy_view next = pattern, rest = text;

        if (pattern.len > 0 && pattern.data[0] == '*') {
            pattern = behind_star = asy_view_from(pattern, 1);
            mark = text;
            has_star = true;
            continue;
        }
        if (pattern.len > 0 && fits_one(&next, take(&rest))) {
            pattern = next;
            text = rest;
            continue;
        }
        if (!has_star)
            return false;
        (void)take(&mark);
        pattern = behind_star;
        text = mark;
    }
    while (pattern.len > 0 && pattern.data[0] == '*')
        pattern = asy_view_from(pattern, 1);
    return pattern.len == 0;
}
