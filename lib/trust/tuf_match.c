/* Patterns of delegations (specification 4.5, "PATHPATTERN"). */
#include "trust/tuf.h"

#include "base/text.h"

/* One character; a byte that is no UTF-8 is one too. */
static size_t character_len(struct asy_view text)
{
    uint32_t code_point;
    size_t n = asy_utf8_next(text, &code_point);

    return n == 0 ? 1 : n;
}

static uint32_t character_of(struct asy_view text)
{
    uint32_t code_point;

    return asy_utf8_next(text, &code_point) == 0 ? 0x110000U + text.data[0] : code_point;
}

/*
 * The set at the start of `pattern`, behind its bracket: its length with the closing bracket, and whether `c` is in it.  0
 * when nothing closes it: the bracket then stands for itself.  A bracket that comes first is one of the set.
 */
static size_t read_set(struct asy_view pattern, uint32_t c, bool *contains)
{
    bool negated = pattern.len > 0 && pattern.data[0] == '!', found = false;
    size_t start = negated, at = start;

    while (at < pattern.len && (pattern.data[at] != ']' || at == start)) {
        struct asy_view rest = asy_view_from(pattern, at);
        uint32_t low = character_of(rest), high = low;

        at += character_len(rest);
        if (at + 1 < pattern.len && pattern.data[at] == '-' && pattern.data[at + 1] != ']') {
            rest = asy_view_from(pattern, at + 1);
            high = character_of(rest);
            at += 1 + character_len(rest);
        }
        found = found || (low <= c && c <= high);
    }
    if (at >= pattern.len)
        return 0;
    *contains = found != negated;
    return at + 1;
}

/* What one character of the text takes of a pattern that does not begin with a star; 0: it does not match. */
static size_t match_one(struct asy_view pattern, struct asy_view text)
{
    bool contains = false;
    size_t n;

    if (pattern.len == 0)
        return 0;
    if (pattern.data[0] == '?')
        return 1;
    n = pattern.data[0] == '[' ? read_set(asy_view_from(pattern, 1), character_of(text), &contains) : 0;
    if (n > 0)
        return contains ? n + 1 : 0;
    n = character_len(pattern);
    return character_of(pattern) == character_of(text) ? n : 0;
}

/* Goes back to the last star alone, which is enough and keeps the time within the product of the lengths. */
static bool segment_matches(struct asy_view pattern, struct asy_view text)
{
    struct asy_view star = { NULL, 0 }, mark = { NULL, 0 };
    bool has_star = false;

    while (text.len > 0) {
        size_t n;

        if (pattern.len > 0 && pattern.data[0] == '*') {
            has_star = true;
            star = pattern = asy_view_from(pattern, 1);
            mark = text;
            continue;
        }
        n = match_one(pattern, text);
        if (n > 0) {
            pattern = asy_view_from(pattern, n);
            text = asy_view_from(text, character_len(text));
            continue;
        }
        if (!has_star)
            return false;
        pattern = star;
        text = mark = asy_view_from(mark, character_len(mark));
    }
    while (pattern.len > 0 && pattern.data[0] == '*')
        pattern = asy_view_from(pattern, 1);
    return pattern.len == 0;
}

/* Up to the next slash, which is stepped over; false when that was the last one. */
static bool next_segment(struct asy_view *rest, struct asy_view *out)
{
    size_t n = 0;

    while (n < rest->len && rest->data[n] != '/')
        n++;
    *out = asy_view_head(*rest, n);
    if (n == rest->len)
        return false;
    *rest = asy_view_from(*rest, n + 1);
    return true;
}

bool asy_tuf_matches(struct asy_view pattern, struct asy_view path)
{
    struct asy_view a, b;
    bool more, more_path;

    do {
        more = next_segment(&pattern, &a);
        more_path = next_segment(&path, &b);
        if (more != more_path || !segment_matches(a, b))
            return false;
    } while (more);
    return true;
}
