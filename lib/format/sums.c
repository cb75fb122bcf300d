/*
 * Checksum files as GNU coreutils (sha256sum(1), "cksum common options") and the BSDs (md5(1)) write them.
 *
 *   gnu = [ "\" ] hex " " ( " " | "*" ) name       the digest's length tells the algorithm
 *   bsd = [ "\" ] alg " (" name ") = " hex         OpenSSL: alg "(" name ")= " hex
 *
 * A backslash in front says that the name is escaped: "\\", "\n" and "\r" stand for backslash, LF and CR.
 * Lines that begin with '#' are comments; empty lines may end the file.  All lines are of one notation.
 * Everything else is refused: a line that is skipped is a file that is not checked.
 */
#include "format/listing.h"

struct line {
    bool is_bsd, is_spaced, is_escaped;
    struct asy_view alg, hex, name;
};

static const struct asy_view mtree_mark = ASY_TEXT_INIT("#mtree");

/* What stands before the last `end` (and behind it, in `after`). */
static bool split_last(struct asy_view v, uint8_t end, struct asy_view *before, struct asy_view *after)
{
    size_t at = v.len;

    while (at > 0 && v.data[at - 1] != end)
        at--;
    if (at == 0)
        return false;
    *before = asy_view_head(v, at - 1);
    *after = asy_view_from(v, at);
    return true;
}

static bool split_gnu(struct asy_reader r, struct line *out)
{
    out->is_bsd = false;
    out->hex = asy_leading_hex(r.rest);
    if (!asy_get_text(&r, out->hex) ||
        (!asy_get_text(&r, ASY_TEXT("  ")) && !asy_get_text(&r, ASY_TEXT(" *"))))
        return false;
    out->name = r.rest;
    return out->hex.len > 0 && out->name.len > 0;
}

/* A digest has no ")", so the last one ends the name whatever the name holds. */
static bool split_bsd(struct asy_reader r, struct line *out)
{
    struct asy_view tail;
    struct asy_reader end;

    out->is_bsd = true;
    if (!asy_get_until(&r, '(', &out->alg) || !split_last(r.rest, ')', &out->name, &tail))
        return false;
    out->is_spaced = asy_view_ends(out->alg, ASY_TEXT(" "));
    if (out->is_spaced)
        out->alg.len--;
    end = asy_reader_of(tail);
    if (!asy_get_text(&end, out->is_spaced ? ASY_TEXT(" = ") : ASY_TEXT("= ")))
        return false;
    out->hex = end.rest;
    return out->name.len > 0 && asy_leading_hex(end.rest).len == end.rest.len;
}

static bool split(struct asy_view text, struct line *out)
{
    struct asy_reader r = asy_reader_of(text);

    *out = (struct line){ .is_escaped = asy_get_text(&r, ASY_TEXT("\\")) };
    return split_gnu(r, out) || split_bsd(r, out);
}

/* A line that goes on behind the glimpse: its beginning must do. */
static bool begins_like(struct asy_view text)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view alg;
    struct line line;

    (void)asy_get_text(&r, ASY_TEXT("\\"));
    if (split_gnu(r, &line))
        return asy_is_digest_length(line.hex.len);
    return asy_get_until(&r, '(', &alg) && asy_digest_of_name(asy_view_trim(alg)) != ASY_DIGEST_NONE;
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_reader r = asy_reader_of(glimpse->head);
    struct asy_view text;
    struct line line;

    if (asy_view_starts(glimpse->head, mtree_mark))
        return false;
    do {
        if (!asy_get_text_line(&r, &text))
            return false;
    } while (asy_view_starts(text, ASY_TEXT("#")));
    if (asy_at_end(&r) && !glimpse->whole)
        return begins_like(text);
    if (!split(text, &line))
        return false;
    return line.is_bsd ? asy_digest_of_name(line.alg) != ASY_DIGEST_NONE : asy_is_digest_length(line.hex.len);
}

/* The byte that an escape stands for; 0 when it is none. */
static uint8_t unescaped(uint8_t c)
{
    if (c == 'n')
        return '\n';
    if (c == 'r')
        return '\r';
    return c == '\\' ? c : 0;
}

static bool unescape(struct asy_listing *listing, struct asy_view name, struct asy_view *out)
{
    uint8_t *text = asy_alloc(listing->reading->dossier->arena, name.len, 1), c;
    struct asy_reader r = asy_reader_of(name);
    size_t n = 0;

    if (text == NULL)
        return asy_listing_full(listing);
    while (asy_get_u8(&r, &c)) {
        if (c == '\\') {
            if (!asy_get_u8(&r, &c) || unescaped(c) == 0)
                return asy_listing_malformed(listing, ASSAY_E_FORMAT, "the escapes \\\\, \\n and \\r only",
                                             name);
            c = unescaped(c);
        }
        text[n++] = c;
    }
    *out = (struct asy_view){ text, n };
    return true;
}

/* "-" would be standard input. */
static bool get_path(struct asy_listing *listing, const struct line *line, struct asy_view *out)
{
    struct asy_view name = line->name;

    if (asy_view_is(name, "-"))
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "the name of a file", name);
    if (line->is_escaped && !unescape(listing, name, &name))
        return false;
    return asy_listing_path(listing, name, out);
}

static bool get_alg(struct asy_listing *listing, const struct line *line, enum asy_digest_alg *out)
{
    *out = line->is_bsd ? asy_digest_of_name(line->alg) : asy_listing_alg(listing->reading, line->hex.len);
    if (*out != ASY_DIGEST_NONE)
        return true;
    if (line->is_bsd)
        return asy_listing_malformed(listing, ASSAY_E_UNSUPPORTED, "a known digest algorithm", line->alg);
    return asy_listing_malformed(listing, ASSAY_E_FORMAT, "a digest of 32, 40, 56, 64, 96 or 128 hex digits",
                                 line->hex);
}

static bool read_line(struct asy_listing *listing, struct asy_view text, bool is_first, bool *is_bsd)
{
    struct asy_listed file = { 0 };
    struct line line;

    if (!split(text, &line))
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "a digest and a file name", text);
    if (is_first)
        *is_bsd = line.is_bsd;
    if (line.is_bsd != *is_bsd)
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "the notation of the lines before", text);
    return get_alg(listing, &line, &file.alg) && get_path(listing, &line, &file.path) &&
           asy_listing_digest(listing, file.alg, line.hex, &file.value) && asy_listing_add(listing, &file);
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_listing listing;
    bool is_bsd = false, was_empty = false;
    struct asy_view text;

    asy_listing_begin(&listing, reading);
    while (asy_listing_line(&listing, &text)) {
        if (was_empty && text.len > 0)
            (void)asy_listing_malformed(&listing, ASSAY_E_FORMAT, "nothing behind an empty line", text);
        was_empty = text.len == 0;
        if (was_empty || asy_view_starts(text, ASY_TEXT("#")))
            continue;
        (void)read_line(&listing, text, listing.files_n == 0, &is_bsd);
    }
    return asy_listing_end(&listing);
}

static const char *const suffixes[] = {
    ".sums",      ".sha256",    ".sha512",    ".sha384",    ".sha224",  ".sha1",   ".md5", ".b2",
    ".sha256sum", ".sha512sum", ".sha384sum", ".sha224sum", ".sha1sum", ".md5sum", NULL,
};

const struct asy_format asy_format_sums = {
    .name = "sums",
    .title = "checksum files of GNU coreutils and the BSDs",
    .kind = ASY_KIND_MANIFEST,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
