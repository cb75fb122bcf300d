#include "base/version.h"

#include "base/text.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The first byte, 0 at the end: no version holds a NUL. */
static uint8_t head_of(struct asy_view v)
{
    return v.len == 0 ? 0 : v.data[0];
}

/* Takes the longest run of bytes of one class from the front. */
static struct asy_view take_run(struct asy_view *v, bool (*is_of)(uint8_t))
{
    size_t n = 0;
    struct asy_view run;

    while (n < v->len && is_of(v->data[n]))
        n++;
    run = asy_view_head(*v, n);
    *v = asy_view_from(*v, n);
    return run;
}

/* Runs of digits as numbers of any length; an empty run is 0. */
static int cmp_numbers(struct asy_view a, struct asy_view b)
{
    while (a.len > 0 && a.data[0] == '0')
        a = asy_view_from(a, 1);
    while (b.len > 0 && b.data[0] == '0')
        b = asy_view_from(b, 1);
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return asy_view_cmp(a, b);
}

/* Splits "epoch:rest"; without one the epoch is empty, which is 0. */
static bool take_epoch(struct asy_view *v, struct asy_view *epoch)
{
    struct asy_view rest = *v;

    *epoch = take_run(&rest, is_digit);
    if (head_of(rest) != ':') {
        *epoch = (struct asy_view){ NULL, 0 };
        return true;
    }
    *v = asy_view_from(rest, 1);
    return epoch->len > 0;
}

/* Splits at the last hyphen; false where there is none. */
static bool take_release(struct asy_view *v, struct asy_view *release)
{
    for (size_t i = v->len; i > 0; i--) {
        if (v->data[i - 1] != '-')
            continue;
        *release = asy_view_from(*v, i);
        *v = asy_view_head(*v, i - 1);
        return true;
    }
    *release = (struct asy_view){ NULL, 0 };
    return false;
}

static bool is_made_of(struct asy_view v, const char *others)
{
    for (size_t i = 0; i < v.len; i++) {
        bool found = is_digit(v.data[i]) || is_letter(v.data[i]);

        for (const char *c = others; !found && *c != '\0'; c++)
            found = v.data[i] == (uint8_t)*c;
        if (!found)
            return false;
    }
    return v.len > 0;
}

/* ---- deb-version(7), "Sorting algorithm" ---- */

/* Tilde before the end, the end and digits before letters, letters before the rest. */
static int deb_weight(struct asy_view v)
{
    uint8_t c = head_of(v);

    if (c == '~')
        return -1;
    if (c == 0 || is_digit(c))
        return 0;
    return is_letter(c) ? c : c + 256;
}

static int cmp_deb_part(struct asy_view a, struct asy_view b)
{
    while (a.len > 0 || b.len > 0) {
        int order;

        while ((a.len > 0 && !is_digit(a.data[0])) || (b.len > 0 && !is_digit(b.data[0]))) {
            order = deb_weight(a) - deb_weight(b);
            if (order != 0)
                return order;
            a = asy_view_from(a, 1);
            b = asy_view_from(b, 1);
        }
        order = cmp_numbers(take_run(&a, is_digit), take_run(&b, is_digit));
        if (order != 0)
            return order;
    }
    return 0;
}

static bool cmp_deb(struct asy_view a, struct asy_view b, int *out)
{
    struct asy_view a_epoch, b_epoch, a_revision, b_revision;

    if (!take_epoch(&a, &a_epoch) || !take_epoch(&b, &b_epoch))
        return false;
    (void)take_release(&a, &a_revision);
    (void)take_release(&b, &b_revision);
    if (!is_made_of(a, ".+-~:") || !is_made_of(b, ".+-~:") || !is_digit(a.data[0]) || !is_digit(b.data[0]))
        return false;
    *out = cmp_numbers(a_epoch, b_epoch);
    if (*out == 0)
        *out = cmp_deb_part(a, b);
    if (*out == 0)
        *out = cmp_deb_part(a_revision, b_revision);
    return true;
}

/* ---- rpm-version(7); vercmp(8) is the same without ~ and ^ ---- */

static void skip_separators(struct asy_view *v, bool marks)
{
    while (v->len > 0 && !is_digit(v->data[0]) && !is_letter(v->data[0]) &&
           !(marks && (v->data[0] == '~' || v->data[0] == '^')))
        *v = asy_view_from(*v, 1);
}

/* A mark at the head of either: true when it decides, or both were stepped over (*out is 0 then). */
static bool meet_mark(struct asy_view *a, struct asy_view *b, int *out)
{
    *out = 0;
    if (head_of(*a) == '~' || head_of(*b) == '~') { /* before everything, the end too */
        *out = head_of(*a) != '~' ? 1 : head_of(*b) != '~' ? -1 : 0;
    } else if (head_of(*a) == '^' || head_of(*b) == '^') { /* after the end, before anything else */
        if (head_of(*a) != '^')
            *out = a->len == 0 ? -1 : 1;
        else if (head_of(*b) != '^')
            *out = b->len == 0 ? 1 : -1;
    } else {
        return false;
    }
    if (*out == 0) {
        *a = asy_view_from(*a, 1);
        *b = asy_view_from(*b, 1);
    }
    return true;
}

/* Two runs that begin alike: digits are newer than letters. */
static int cmp_run(struct asy_view *a, struct asy_view *b)
{
    bool a_number = is_digit(a->data[0]), b_number = is_digit(b->data[0]);

    if (a_number != b_number)
        return a_number ? 1 : -1;
    if (a_number)
        return cmp_numbers(take_run(a, is_digit), take_run(b, is_digit));
    return asy_view_cmp(take_run(a, is_letter), take_run(b, is_letter));
}

static int cmp_rpm_part(struct asy_view a, struct asy_view b)
{
    for (;;) {
        int order;

        skip_separators(&a, true);
        skip_separators(&b, true);
        if (meet_mark(&a, &b, &order)) {
            if (order != 0)
                return order;
            continue;
        }
        if (a.len == 0 || b.len == 0)
            return a.len == b.len ? 0 : a.len > 0 ? 1 : -1;
        order = cmp_run(&a, &b);
        if (order != 0)
            return order;
    }
}

/* As rpm's, but separators count, and what goes on with a letter is older than what has ended: 1.0rc, 1.0, 1.0.a. */
static int cmp_arch_part(struct asy_view a, struct asy_view b)
{
    while (a.len > 0 && b.len > 0) {
        struct asy_view a_before = a, b_before = b;
        size_t a_skipped, b_skipped;
        int order;

        skip_separators(&a, false);
        skip_separators(&b, false);
        a_skipped = a_before.len - a.len;
        b_skipped = b_before.len - b.len;
        if (a.len == 0 || b.len == 0)
            break;
        if (a_skipped != b_skipped)
            return a_skipped < b_skipped ? -1 : 1;
        order = cmp_run(&a, &b);
        if (order != 0)
            return order;
    }
    if (a.len == 0 && b.len == 0)
        return 0;
    if (a.len > 0)
        return is_letter(a.data[0]) ? -1 : 1;
    return is_letter(b.data[0]) ? 1 : -1;
}

static bool cmp_rpm(struct asy_view a, struct asy_view b, int (*cmp_part)(struct asy_view, struct asy_view), int *out)
{
    struct asy_view a_epoch, b_epoch, a_release, b_release;
    bool both;

    if (!take_epoch(&a, &a_epoch) || !take_epoch(&b, &b_epoch))
        return false;
    both = take_release(&a, &a_release);
    both = take_release(&b, &b_release) && both;
    if (!is_made_of(a, "._+~^") || !is_made_of(b, "._+~^"))
        return false;
    *out = cmp_numbers(a_epoch, b_epoch);
    if (*out == 0)
        *out = cmp_part(a, b);
    if (*out == 0 && both)
        *out = cmp_part(a_release, b_release);
    return true;
}

/* ---- apk-package(5) ---- */

/* In the order in which they come; where two versions differ in kind, the one with the earlier kind is newer. */
enum apk_kind { APK_NUMBER = 1, APK_LETTER, APK_SUFFIX, APK_SUFFIX_NUMBER, APK_HASH, APK_REVISION, APK_END };

struct apk_token {
    enum apk_kind kind;
    struct asy_view text;
    int rank; /* of a suffix: below 0 before the release without one */
};

struct apk_cursor {
    struct asy_view rest;
    enum apk_kind last; /* 0 at the start */
};

static bool suffix_rank(struct asy_view text, int *rank)
{
    static const struct {
        const char *name;
        int rank;
    } suffixes[] = { { "alpha", -4 }, { "beta", -3 }, { "pre", -2 }, { "rc", -1 }, { "cvs", 1 },
                     { "svn", 2 },    { "git", 3 },   { "hg", 4 },   { "p", 5 } };

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (asy_view_is(text, suffixes[i].name)) {
            *rank = suffixes[i].rank;
            return true;
        }
    }
    return false;
}

/* A token of `kind` whose text is a run of one class behind a mark of `skip` bytes. */
static bool take_token(struct apk_cursor *cursor, size_t skip, bool (*is_of)(uint8_t), enum apk_kind kind,
                       struct apk_token *out)
{
    struct asy_view rest = asy_view_from(cursor->rest, skip);

    *out = (struct apk_token){ .kind = kind, .text = take_run(&rest, is_of) };
    cursor->rest = rest;
    cursor->last = kind;
    return out->text.len > 0;
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool next_token(struct apk_cursor *cursor, struct apk_token *out)
{
    struct asy_view rest = cursor->rest;
    enum apk_kind last = cursor->last;

    if (rest.len == 0) {
        *out = (struct apk_token){ .kind = APK_END };
        return last != 0;
    }
    if (last == 0 || (last == APK_NUMBER && rest.data[0] == '.'))
        return take_token(cursor, last == 0 ? 0 : 1, is_digit, APK_NUMBER, out);
    if (last == APK_NUMBER && rest.data[0] >= 'a' && rest.data[0] <= 'z')
        return take_token(cursor, 0, is_letter, APK_LETTER, out) && out->text.len == 1;
    if (last < APK_HASH && rest.data[0] == '_')
        return take_token(cursor, 1, is_letter, APK_SUFFIX, out) && suffix_rank(out->text, &out->rank);
    if (last == APK_SUFFIX && is_digit(rest.data[0]))
        return take_token(cursor, 0, is_digit, APK_SUFFIX_NUMBER, out);
    if (last < APK_HASH && rest.data[0] == '~')
        return take_token(cursor, 1, is_hex, APK_HASH, out);
    if (last < APK_REVISION && asy_view_starts(rest, ASY_TEXT("-r")))
        return take_token(cursor, 2, is_digit, APK_REVISION, out);
    return false;
}

/* A later number with a leading zero is a fraction: 1.02 is before 1.1. */
static int cmp_apk_numbers(struct asy_view a, struct asy_view b, bool first)
{
    bool fraction = !first && (a.data[0] == '0' || b.data[0] == '0');

    return fraction ? asy_view_cmp(a, b) : cmp_numbers(a, b);
}

static int cmp_tokens(const struct apk_token *a, const struct apk_token *b, bool first)
{
    if (a->kind != b->kind) {
        if (a->kind == APK_SUFFIX && a->rank < 0)
            return -1;
        if (b->kind == APK_SUFFIX && b->rank < 0)
            return 1;
        return a->kind < b->kind ? 1 : -1;
    }
    switch (a->kind) {
    case APK_NUMBER:
        return cmp_apk_numbers(a->text, b->text, first);
    case APK_SUFFIX:
        return a->rank - b->rank;
    case APK_SUFFIX_NUMBER:
    case APK_REVISION:
        return cmp_numbers(a->text, b->text);
    case APK_LETTER:
    case APK_HASH:
        return asy_view_cmp(a->text, b->text);
    case APK_END:
        return 0;
    }
    return 0;
}

/* Reads both to their ends, so that what is no version is never compared. */
static bool cmp_apk(struct asy_view a, struct asy_view b, int *out)
{
    struct apk_cursor at = { .rest = a }, bt = { .rest = b };
    struct apk_token x = { .kind = 0 }, y = { .kind = 0 };

    *out = 0;
    for (bool first = true; x.kind != APK_END || y.kind != APK_END; first = false) {
        if ((x.kind != APK_END && !next_token(&at, &x)) || (y.kind != APK_END && !next_token(&bt, &y)))
            return false;
        if (*out == 0)
            *out = cmp_tokens(&x, &y, first);
    }
    return true;
}

/* ---- */

static const char *const names[] = { "none", "deb", "rpm", "arch", "apk" };

const char *asy_version_scheme_name(enum asy_version_scheme scheme)
{
    return names[scheme];
}

bool asy_version_scheme_named(struct asy_view name, enum asy_version_scheme *out)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (asy_view_is(name, names[i])) {
            *out = (enum asy_version_scheme)i;
            return true;
        }
    }
    return false;
}

bool asy_version_cmp(enum asy_version_scheme scheme, struct asy_view a, struct asy_view b, int *out)
{
    switch (scheme) {
    case ASY_VERSION_DEB:
        return cmp_deb(a, b, out);
    case ASY_VERSION_RPM:
        return cmp_rpm(a, b, cmp_rpm_part, out);
    case ASY_VERSION_ARCH:
        return cmp_rpm(a, b, cmp_arch_part, out);
    case ASY_VERSION_APK:
        return cmp_apk(a, b, out);
    case ASY_VERSION_NONE:
        break;
    }
    *out = 0;
    return asy_view_eq(a, b);
}
