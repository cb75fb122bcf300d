#include "codec/git_ref.h"

#include <string.h>

bool asy_get_git_id(struct asy_reader *r, uint8_t out[static ASY_GIT_HEX / 2])
{
    struct asy_reader next = *r;
    uint8_t id[ASY_GIT_HEX / 2] = { 0 };
    struct asy_view digits;

    if (!asy_get_view(&next, ASY_GIT_HEX, &digits))
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        uint8_t c = digits.data[i];
        bool is_digit = c >= '0' && c <= '9', is_letter = c >= 'a' && c <= 'f';

        if (!is_digit && !is_letter)
            return false;
        id[i / 2] = (uint8_t)(id[i / 2] << 4 | (is_digit ? c - '0' : c - 'a' + 10));
    }
    memcpy(out, id, sizeof id);
    *r = next;
    return true;
}

bool asy_is_git_id(struct asy_view text, uint8_t out[static ASY_GIT_HEX / 2])
{
    struct asy_reader r = asy_reader_of(text);

    return text.len == ASY_GIT_HEX && asy_get_git_id(&r, out);
}

/* ---- names ---- */

static bool may_stand_in_name(uint8_t c)
{
    return c > 0x20 && c != 0x7f && memchr("~^:?*[\\", c, 7) == NULL;
}

static bool is_part(struct asy_view part)
{
    return part.len > 0 && part.data[0] != '.' && !asy_view_ends(part, ASY_TEXT(".lock"));
}

bool asy_is_git_ref(struct asy_view name)
{
    size_t start = 0;

    if (asy_view_is(name, "@") || asy_view_ends(name, ASY_TEXT(".")))
        return false;
    for (size_t i = 0; i <= name.len; i++) {
        if (i == name.len || name.data[i] == '/') {
            if (!is_part((struct asy_view){ name.data + start, i - start }))
                return false;
            start = i + 1;
        } else if (!may_stand_in_name(name.data[i]) ||
                   (i > 0 && ((name.data[i - 1] == '.' && name.data[i] == '.') ||
                              (name.data[i - 1] == '@' && name.data[i] == '{')))) {
            return false;
        }
    }
    return true;
}

/* ---- files ---- */

bool asy_git_read_ref(struct asy_view file, struct asy_git_ref *out)
{
    struct asy_reader r = asy_reader_of(file);
    struct asy_git_ref ref = { .target = { NULL, 0 } };
    struct asy_view line;

    if (!asy_get_line(&r, &line) || !asy_at_end(&r))
        return false;
    r = asy_reader_of(line);
    if (asy_get_text(&r, ASY_TEXT("ref: "))) {
        ref.target = r.rest;
        if (!asy_is_git_ref(ref.target))
            return false;
    } else if (!asy_is_git_id(line, ref.id)) {
        return false;
    }
    *out = ref;
    return true;
}

/* "ID SP NAME" */
static bool read_packed_line(struct asy_view line, struct asy_git_ref *ref, struct asy_view *name)
{
    struct asy_reader r = asy_reader_of(line);

    if (!asy_get_git_id(&r, ref->id) || !asy_get_text(&r, ASY_TEXT(" ")) || !asy_is_git_ref(r.rest))
        return false;
    *name = r.rest;
    return true;
}

bool asy_git_find_packed(struct asy_view file, struct asy_view name, struct asy_git_ref *out, bool *malformed)
{
    struct asy_reader r = asy_reader_of(file);
    struct asy_git_ref ref = { .target = { NULL, 0 } };
    bool found = false;
    struct asy_view line, its_name;

    *malformed = false;
    while (asy_get_line(&r, &line)) {
        if (line.len > 0 && (line.data[0] == '#' || line.data[0] == '^'))
            continue; /* a comment; what the tag of the line before leads to */
        if (!read_packed_line(line, &ref, &its_name) || (found && asy_view_eq(its_name, name))) {
            *malformed = true;
            return false;
        }
        if (!asy_view_eq(its_name, name))
            continue;
        *out = ref;
        found = true;
    }
    return found;
}
