#include "codec/build_names.h"

#include "base/reader.h"
#include "base/text.h"

static bool split(struct asy_view text, uint8_t at, struct asy_view *head, struct asy_view *tail)
{
    struct asy_reader r = asy_reader_of(text);

    if (!asy_get_until(&r, at, head))
        return false;
    *tail = r.rest;
    return true;
}

static bool has(struct asy_view text, uint8_t c)
{
    struct asy_view head, tail;

    return split(text, c, &head, &tail);
}

static struct asy_view without(struct asy_view text, struct asy_view prefix)
{
    return asy_view_starts(text, prefix) ? asy_view_from(text, prefix.len) : text;
}

/* ---- builders ---- */

const char asy_github_runner[] = "https://github.com/actions/runner";
const char asy_github_hosted_runner[] = "https://github.com/actions/runner/github-hosted";

bool asy_builder_split(struct asy_view id, struct asy_view *name, struct asy_view *ref)
{
    struct asy_view head = id, tail = { NULL, 0 };

    if (split(id, '@', &head, &tail) && (tail.len == 0 || has(tail, '@')))
        return false;
    if (head.len == 0)
        return false;
    *name = head;
    *ref = tail;
    return true;
}

bool asy_builder_matches(struct asy_view said, struct asy_view expected)
{
    struct asy_view said_name, said_ref, name, ref;

    if (!asy_builder_split(said, &said_name, &said_ref) || !asy_builder_split(expected, &name, &ref) ||
        !asy_view_eq(said_name, name))
        return false;
    return ref.len == 0 || asy_view_eq(said_ref, ref) || asy_view_eq(asy_ref_name(said_ref, "tags"), ref);
}

/* ---- versions (semver.org 2.0.0, with a "v" before them and parts that may be left out) ---- */

struct version {
    struct asy_view parts[3]; /* numbers without needless zeros */
    size_t n;                 /* how many are there */
    struct asy_view pre;      /* what stands behind the '-' */
    bool has_build;
};

static bool is_number(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return text.len > 0 && (text.len == 1 || text.data[0] != '0');
}

static bool is_identifier(struct asy_view text)
{
    bool digits = true;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool digit = c >= '0' && c <= '9';

        if (!digit && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-')
            return false;
        digits = digits && digit;
    }
    return text.len > 0 && (!digits || is_number(text));
}

static bool is_build_identifier(struct asy_view text)
{
    struct asy_view digits_may_begin_with_zero = text;

    while (digits_may_begin_with_zero.len > 1 && digits_may_begin_with_zero.data[0] == '0')
        digits_may_begin_with_zero = asy_view_from(digits_may_begin_with_zero, 1);
    return is_identifier(digits_may_begin_with_zero);
}

static bool are_identifiers(struct asy_view text, bool (*is)(struct asy_view))
{
    struct asy_view each, rest;

    while (split(text, '.', &each, &rest)) {
        if (!is(each))
            return false;
        text = rest;
    }
    return is(text);
}

static bool read_version(struct asy_view text, struct version *out)
{
    struct asy_view core, tail, part;

    *out = (struct version){ .n = 0 };
    if (text.len == 0 || text.data[0] != 'v')
        return false;
    text = core = asy_view_from(text, 1);
    if (split(core, '+', &text, &tail)) {
        out->has_build = true;
        if (!are_identifiers(tail, is_build_identifier))
            return false;
        core = text;
    }
    if (split(core, '-', &text, &tail)) {
        out->pre = tail;
        if (!are_identifiers(tail, is_identifier))
            return false;
        core = text;
    }
    while (split(core, '.', &part, &tail)) {
        if (out->n == 2 || !is_number(part))
            return false;
        out->parts[out->n++] = part;
        core = tail;
    }
    if (!is_number(core))
        return false;
    out->parts[out->n++] = core;
    return out->n == 3 || (out->pre.len == 0 && !out->has_build);
}

bool asy_is_release_ref(struct asy_view ref)
{
    struct version version;

    return read_version(asy_ref_name(ref, "tags"), &version) && version.n == 3 && version.pre.len == 0 &&
           !version.has_build;
}

bool asy_tag_is_of_version(struct asy_view tag, struct asy_view expected)
{
    struct version said, wanted;

    if (!read_version(tag, &said) || !read_version(expected, &wanted))
        return false;
    while (said.n < 3)
        said.parts[said.n++] = ASY_TEXT("0");
    for (size_t i = 0; i < wanted.n; i++) {
        if (!asy_view_eq(said.parts[i], wanted.parts[i]))
            return false;
    }
    return wanted.n < 3 || asy_view_eq(said.pre, wanted.pre);
}

/* ---- sources ---- */

struct asy_view asy_ref_name(struct asy_view ref, const char *space)
{
    static const struct asy_view refs = ASY_TEXT_INIT("refs/"), slash = ASY_TEXT_INIT("/");
    struct asy_view name = asy_view_from(ref, refs.len), kind = asy_view_of(space);

    if (!asy_view_starts(ref, refs) || !asy_view_starts(name, kind))
        return (struct asy_view){ NULL, 0 };
    name = asy_view_from(name, kind.len);
    return asy_view_starts(name, slash) ? asy_view_from(name, slash.len) : (struct asy_view){ NULL, 0 };
}

static struct asy_view plain_source(struct asy_view uri)
{
    return without(without(uri, ASY_TEXT("git+")), ASY_TEXT("https://"));
}

bool asy_source_split(struct asy_view uri, struct asy_view *repository, struct asy_view *ref)
{
    struct asy_view head = uri, tail = { NULL, 0 };

    if (split(uri, '@', &head, &tail) && (!asy_view_starts(tail, ASY_TEXT("refs/")) || tail.len == 5))
        return false;
    head = plain_source(head);
    if (head.len == 0)
        return false;
    *repository = head;
    *ref = tail;
    return true;
}

bool asy_source_matches(struct asy_view said, struct asy_view expected)
{
    return expected.len > 0 && asy_view_eq(plain_source(said), plain_source(expected));
}

/* ---- levels ---- */

static bool split_level(struct asy_view text, struct asy_view *track, uint64_t *level)
{
    static const struct asy_view slsa = ASY_TEXT_INIT("SLSA_"), mark = ASY_TEXT_INIT("_LEVEL_");
    size_t at = text.len;

    while (at > 0 && text.data[at - 1] != '_')
        at--;
    *track = asy_view_head(text, at);
    return asy_view_starts(text, slsa) && asy_view_ends(*track, mark) && track->len > slsa.len + mark.len - 1 &&
           asy_parse_u64(asy_view_from(text, at), level);
}

bool asy_level_meets(struct asy_view said, struct asy_view wanted)
{
    struct asy_view said_track, track;
    uint64_t said_level, level;

    if (!split_level(wanted, &track, &level))
        return wanted.len > 0 && asy_view_eq(said, wanted);
    return split_level(said, &said_track, &said_level) && asy_view_eq(said_track, track) && said_level >= level;
}

/* ---- packages ---- */

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode_percent(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    uint8_t *bytes = asy_alloc(arena, text.len + 1, 1);
    size_t n = 0;

    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int high, low;

        if (text.data[i] != '%') {
            bytes[n++] = text.data[i];
            continue;
        }
        if (text.len - i < 3)
            return false;
        high = hex_digit(text.data[i + 1]);
        low = hex_digit(text.data[i + 2]);
        if (high < 0 || low < 0 || high + low == 0)
            return false;
        bytes[n++] = (uint8_t)(high * 16 + low);
        i += 2;
    }
    *out = (struct asy_view){ bytes, n };
    return true;
}

bool asy_npm_purl(struct asy_arena *arena, struct asy_view purl, struct asy_view *name, struct asy_view *version)
{
    static const struct asy_view prefix = ASY_TEXT_INIT("pkg:npm/");
    struct asy_view path = asy_view_from(purl, prefix.len), tail, all, scope = { NULL, 0 };

    if (!asy_view_starts(purl, prefix) || has(path, '?') || has(path, '#') || !decode_percent(arena, path, &all))
        return false;
    if (all.len > 0 && all.data[0] == '@')
        scope = asy_view_head(all, 1);
    if (!split(asy_view_from(all, scope.len), '@', &path, &tail) || path.len == 0 || tail.len == 0 || has(tail, '@'))
        return false;
    *name = asy_view_head(all, scope.len + path.len);
    *version = tail;
    return true;
}
