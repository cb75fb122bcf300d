/*
 * allowed_signers (ssh-keygen(1), ALLOWED SIGNERS).
 *
 *   line    = principals blanks [ option *( "," option ) blanks ] type blanks base64 [ blanks comment ]
 *           | "#" anything | nothing
 *   option  = "cert-authority" | "namespaces=" quoted | "valid-after=" quoted | "valid-before=" quoted
 *
 * ssh-keygen skips a line that it cannot read and goes on with the next; here the whole file is refused, because a line
 * that is not understood may have been the one that takes trust away.  A time without "Z" is local time for ssh-keygen;
 * here every time is UTC, so that a file means the same everywhere.  Times end before `valid-before`.
 */
#include "trust/internal.h"

#include "base/reader.h"
#include "base/text.h"
#include "codec/ssh.h"
#include "trust/signer_line.h"

#include <string.h>

/* What may stand once in a line. */
struct seen {
    bool after, before;
};

bool asy_pattern_list_matches(struct asy_view list, struct asy_view text)
{
    struct asy_reader r = asy_reader_of(list);
    struct asy_view pattern;
    bool found = false;

    if (text.len == 0)
        return false;
    while (asy_get_until(&r, ',', &pattern) || asy_get_view(&r, r.rest.len, &pattern)) {
        bool no = asy_view_starts(pattern, ASY_TEXT("!"));

        if (asy_glob(asy_view_from(pattern, no), text)) {
            if (no)
                return false;
            found = true;
        }
        if (asy_at_end(&r))
            break;
    }
    return found;
}

/* YYYYMMDD[HHMM[SS]][Z] as seconds since 1970. */
static bool parse_time(struct asy_view v, int64_t *out)
{
    static const uint8_t places[14] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
    uint8_t iso[] = "0000-00-00T00:00:00Z";

    if (asy_view_ends(v, ASY_TEXT("Z")))
        v.len--;
    if (v.len != 8 && v.len != 12 && v.len != 14)
        return false;
    for (size_t i = 0; i < v.len; i++)
        iso[places[i]] = v.data[i];
    return asy_parse_time((struct asy_view){ iso, sizeof iso - 1 }, out);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct asy_reader *r)
{
    struct asy_view ignored;

    while (r->rest.len > 0 && is_blank(r->rest.data[0]))
        (void)asy_get_view(r, 1, &ignored);
}

/* A quoted string or a bare word; what stands in either is a pattern-list with at least one pattern. */
static const char *read_principals(struct asy_reader *r, struct asy_view *out)
{
    bool quoted = asy_get_text(r, ASY_TEXT("\""));

    if (quoted ? !asy_get_until(r, '"', out) : !asy_get_ssh_word(r, out))
        return quoted ? "the quote before the principals is not closed" : "no principals";
    if (!quoted && memchr(out->data, '"', out->len) != NULL)
        return "a quote inside the principals";
    if (r->rest.len == 0 || !is_blank(r->rest.data[0]))
        return "no key behind the principals";
    for (size_t i = 0; i < out->len; i++) {
        if (out->data[i] != ',')
            return NULL;
    }
    return "no principals";
}

/* Letters and '-' at the start. */
static size_t name_len(struct asy_view v)
{
    size_t n = 0;

    while (n < v.len && (v.data[n] == '-' || ((v.data[n] | 0x20) >= 'a' && (v.data[n] | 0x20) <= 'z')))
        n++;
    return n;
}

static const char *read_value(struct asy_view name, struct asy_view value, struct asy_signer_line *line,
                              struct seen *seen)
{
    bool after = asy_view_eq_nocase(name, ASY_TEXT("valid-after"));

    if (asy_view_eq_nocase(name, ASY_TEXT("namespaces"))) {
        if (line->has_namespaces)
            return "option namespaces is there twice";
        line->has_namespaces = true;
        line->namespaces = value;
        return NULL;
    }
    if (!after && !asy_view_eq_nocase(name, ASY_TEXT("valid-before")))
        return "unknown option";
    if (after ? seen->after : seen->before)
        return after ? "option valid-after is there twice" : "option valid-before is there twice";
    *(after ? &seen->after : &seen->before) = true;
    if (!parse_time(value, after ? &line->from : &line->until))
        return "a time is not YYYYMMDD[HHMM[SS]][Z]";
    return NULL;
}

static const char *read_option(struct asy_reader *r, struct asy_signer_line *line, struct seen *seen)
{
    struct asy_view name, value;

    if (!asy_get_view(r, name_len(r->rest), &name))
        return "unknown option";
    if (asy_view_eq_nocase(name, ASY_TEXT("cert-authority"))) {
        if (line->is_authority)
            return "option cert-authority is there twice";
        line->is_authority = true;
        return NULL;
    }
    if (!asy_get_text(r, ASY_TEXT("=\"")) || !asy_get_until(r, '"', &value))
        return "neither a key nor a known option behind the principals";
    if (value.len > 0 && memchr(value.data, '\\', value.len) != NULL)
        return "a backslash in the value of an option";
    return read_value(name, value, line, seen);
}

static const char *read_options(struct asy_reader *r, struct asy_signer_line *line)
{
    struct seen seen = { 0 };
    const char *wrong;

    do {
        wrong = read_option(r, line, &seen);
    } while (wrong == NULL && asy_get_text(r, ASY_TEXT(",")));
    if (wrong == NULL && (r->rest.len == 0 || !is_blank(r->rest.data[0])))
        return "no blank and key behind the options";
    return wrong;
}

/* What is wrong with the line, or NULL. */
static const char *read_line(struct asy_arena *arena, struct asy_view text, struct asy_signer_line *line)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_ssh_key key;
    const char *wrong;

    if (memchr(text.data, 0, text.len) != NULL)
        return "a NUL byte";
    wrong = read_principals(&r, &line->principals);
    if (wrong != NULL)
        return wrong;
    skip_blanks(&r);
    if (!asy_get_ssh_key_text(&r, arena, &line->blob)) {
        wrong = read_options(&r, line);
        if (wrong != NULL)
            return wrong;
        if (!asy_get_ssh_key_text(&r, arena, &line->blob))
            return "no key type with its key in base64";
    }
    if (asy_ssh_is_cert(line->blob))
        return "a certificate, expected a public key";
    return assay_ok(asy_ssh_read_key(line->blob, &key, NULL)) ? NULL : "a malformed public key";
}

/* The lines of a file; `*out` is set only when all of them are good. */
static assay_status read_lines(struct asy_arena *arena, struct asy_view text, struct asy_signer_line **out,
                               struct asy_diag *diag)
{
    struct asy_signer_line *first = NULL, **end = &first;
    struct asy_reader r = asy_reader_of(text);
    struct asy_view line;

    for (unsigned long no = 1; asy_get_text_line(&r, &line); no++) {
        const char *wrong;

        line = asy_view_trim(line);
        if (line.len == 0 || line.data[0] == '#')
            continue;
        *end = asy_alloc(arena, 1, sizeof **end);
        if (*end == NULL)
            return asy_no_memory(diag);
        (*end)->from = ASY_ALWAYS;
        (*end)->until = ASY_FOREVER;
        wrong = read_line(arena, line, *end);
        if (wrong != NULL)
            return asy_fail(diag, ASSAY_E_FORMAT, no, "line %lu: %s", no, wrong);
        end = &(*end)->next;
    }
    *out = first;
    return asy_ok;
}

assay_status asy_trust_add_allowed_signers(struct asy_trust *trust, const char *name, struct asy_view bytes,
                                           struct asy_diag *diag)
{
    struct asy_signer_line *lines = NULL, **end = &trust->signers;
    struct asy_view copy;
    assay_status s;

    (void)name; /* the caller adds it to what went wrong */
    if (!asy_copy(trust->arena, bytes, &copy))
        return asy_no_memory(diag);
    s = read_lines(trust->arena, copy, &lines, diag);
    if (!assay_ok(s))
        return s;
    if (lines == NULL)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "holds no signer");
    while (*end != NULL)
        end = &(*end)->next;
    *end = lines;
    return asy_ok;
}
