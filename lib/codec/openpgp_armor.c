/*
 *   armor     = "-----BEGIN " label "-----" LF, headers, blank line, base64 lines, ["=" base64 of CRC-24 LF],
 *               "-----END " label "-----"                                                       RFC 9580 6.2
 *   cleartext = "-----BEGIN PGP SIGNED MESSAGE-----" LF, ("Hash: " names LF)*, empty line, text, signature armor
 *   text      = lines; those that begin with a dash have "- " before them                         RFC 9580 7.1, 7.2
 */
#include "codec/openpgp_armor.h"

#include "base/text.h"
#include "codec/base64.h"

#include <string.h>

static const struct asy_view dashes = ASY_TEXT_INIT("-----");
static const struct asy_view begin_mark = ASY_TEXT_INIT("-----BEGIN ");
static const struct asy_view end_mark = ASY_TEXT_INIT("-----END ");
static const struct asy_view cleartext_label = ASY_TEXT_INIT("PGP SIGNED MESSAGE");

/* What RFC 9580 6.2.2 names; other keys might mean something to somebody. */
static const char *const headers[] = { "Version", "Comment", "Hash", "Charset", "MessageID" };

/* Blanks and tabs at the end of a line are transport's (RFC 9580 6.2, 7.2), and so is CR. */
static struct asy_view without_trail(struct asy_view line)
{
    while (line.len > 0 && (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\t' ||
                            line.data[line.len - 1] == '\r'))
        line.len--;
    return line;
}

static bool is_mark(struct asy_view line, struct asy_view mark, struct asy_view label)
{
    line = without_trail(line);
    return line.len == mark.len + label.len + dashes.len && asy_view_starts(line, mark) &&
           asy_view_starts(asy_view_from(line, mark.len), label) && asy_view_ends(line, dashes);
}

/* Steps over blank lines and the BEGIN line with the label. */
static bool get_begin(struct asy_reader *r, struct asy_view label)
{
    struct asy_view line;

    while (asy_get_line(r, &line)) {
        if (without_trail(line).len > 0)
            return is_mark(line, begin_mark, label);
    }
    return false;
}

bool asy_is_openpgp_armor(struct asy_view text, const char *label)
{
    struct asy_reader r = asy_reader_of(text);

    return get_begin(&r, asy_view_of(label));
}

static bool is_printable(struct asy_view line)
{
    for (size_t i = 0; i < line.len; i++) {
        if ((line.data[i] < ' ' && line.data[i] != '\t') || line.data[i] == 0x7f)
            return false;
    }
    return true;
}

static bool is_header(struct asy_view line)
{
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct asy_view key = asy_view_of(headers[i]);

        if (asy_view_starts(line, key) && asy_view_starts(asy_view_from(line, key.len), ASY_TEXT(":")))
            return is_printable(line);
    }
    return false;
}

/* Headers and the blank line behind them. */
static bool get_headers(struct asy_reader *r)
{
    struct asy_view line;

    while (asy_get_line(r, &line)) {
        line = without_trail(line);
        if (line.len == 0)
            return true;
        if (!is_header(line))
            return false;
    }
    return false;
}

/* RFC 9580 6.1.1 */
static uint32_t crc24(struct asy_view bytes)
{
    uint32_t crc = 0xb704ce;

    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (uint32_t)bytes.data[i] << 16;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc << 1) ^ ((crc & 0x800000) != 0 ? 0x864cfb : 0);
        crc &= 0xffffff;
    }
    return crc;
}

static bool is_checksum(struct asy_arena *arena, struct asy_view line, struct asy_view bytes)
{
    struct asy_view sum;

    return asy_base64_decode(arena, asy_view_from(line, 1), &sum) && sum.len == 3 &&
           ((uint32_t)sum.data[0] << 16 | (uint32_t)sum.data[1] << 8 | sum.data[2]) == crc24(bytes);
}

/* Bytes up to the END line: an upper bound of what the base64 lines hold. */
static size_t body_len(struct asy_reader r)
{
    struct asy_view line;
    size_t start = r.at;

    while (asy_get_line(&r, &line) && !asy_view_starts(line, ASY_TEXT("-")))
        ;
    return r.at - start;
}

/* Joins the base64 lines; `line` is then the first behind them, which is a checksum or the END line. */
static bool get_lines(struct asy_reader *r, struct asy_arena *arena, struct asy_view *joined, struct asy_view *line)
{
    uint8_t *text = asy_alloc(arena, body_len(*r) + 1, 1);
    size_t len = 0;

    while (text != NULL && asy_get_line(r, line)) {
        *line = without_trail(*line);
        if (asy_view_starts(*line, ASY_TEXT("=")) || asy_view_starts(*line, ASY_TEXT("-"))) {
            *joined = (struct asy_view){ text, len };
            return true;
        }
        if (line->len == 0)
            return false;
        memcpy(text + len, line->data, line->len);
        len += line->len;
    }
    return false;
}

assay_status asy_get_openpgp_armor(struct asy_reader *r, struct asy_arena *arena, const char *label,
                                   struct asy_view *out, struct asy_diag *diag)
{
    struct asy_reader ahead = *r;
    struct asy_view joined, line, bytes;

    if (!get_begin(&ahead, asy_view_of(label)))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "no line -----BEGIN %s-----, or text before it", label);
    if (!get_headers(&ahead))
        return asy_fail(diag, ASSAY_E_FORMAT, ahead.at,
                        "armor: a header that is not known, or no blank line behind the headers");
    if (!get_lines(&ahead, arena, &joined, &line) || !asy_base64_decode(arena, joined, &bytes) || bytes.len == 0)
        return asy_fail(diag, ASSAY_E_FORMAT, ahead.at, "armor: not base64, or no end");
    if (asy_view_starts(line, ASY_TEXT("=")) &&
        (!is_checksum(arena, line, bytes) || !asy_get_line(&ahead, &line)))
        return asy_fail(diag, ASSAY_E_FORMAT, ahead.at, "armor: the checksum is wrong");
    if (!is_mark(line, end_mark, asy_view_of(label)))
        return asy_fail(diag, ASSAY_E_FORMAT, ahead.at, "armor: no line -----END %s-----", label);
    *r = ahead;
    *out = bytes;
    return asy_ok;
}

assay_status asy_openpgp_dearmor(struct asy_arena *arena, struct asy_view text, const char *label,
                                 struct asy_view *out, struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(text);
    assay_status s = asy_get_openpgp_armor(&r, arena, label, out, diag);

    if (assay_ok(s) && asy_view_trim(r.rest).len > 0)
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "text behind the line -----END %s-----", label);
    return s;
}

assay_status asy_openpgp_dearmor_signatures(struct asy_arena *arena, struct asy_view text, struct asy_view *out,
                                            struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(text);
    uint8_t *all = asy_alloc(arena, text.len + 1, 1);
    size_t len = 0;

    if (all == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    do {
        struct asy_view packets;
        assay_status s = asy_get_openpgp_armor(&r, arena, "PGP SIGNATURE", &packets, diag);

        if (!assay_ok(s))
            return s;
        memcpy(all + len, packets.data, packets.len); /* base64 is longer than what it says */
        len += packets.len;
    } while (asy_view_trim(r.rest).len > 0);
    *out = (struct asy_view){ all, len };
    return asy_ok;
}

/* ---- cleartext ---- */

/*
 * RFC 9580 7.1: only Hash headers, then one line that is empty.  A line of blanks is none: GnuPG and others end the
 * headers at different lines there (CVE-2015-0840).
 */
static bool get_hash_headers(struct asy_reader *r)
{
    struct asy_view line;

    while (asy_get_text_line(r, &line)) {
        if (line.len == 0)
            return true;
        if (!asy_view_starts(line, ASY_TEXT("Hash: ")) || !is_printable(line))
            return false;
    }
    return false;
}

static size_t put(uint8_t *at, struct asy_view bytes)
{
    if (bytes.len > 0)
        memcpy(at, bytes.data, bytes.len);
    return bytes.len;
}

/* Writes the lines up to the signature's armor, each as it was signed. */
static assay_status get_text(struct asy_reader *r, uint8_t *text, uint8_t *canonical,
                             struct asy_openpgp_cleartext *out, struct asy_diag *diag)
{
    struct asy_reader start = *r, before = *r;
    struct asy_view line;
    size_t text_len = 0, canonical_len = 0;
    bool first = true;

    for (; asy_get_line(r, &line); before = *r) {
        if (is_mark(line, begin_mark, ASY_TEXT("PGP SIGNATURE"))) {
            out->lines = asy_view_head(start.rest, before.at - start.at);
            out->text = (struct asy_view){ text, text_len };
            out->canonical = (struct asy_view){ canonical, canonical_len };
            *r = before;
            return asy_ok;
        }
        if (asy_view_starts(line, ASY_TEXT("- ")))
            line = asy_view_from(line, 2);
        else if (asy_view_starts(line, ASY_TEXT("-")))
            return asy_fail(diag, ASSAY_E_FORMAT, before.at, "cleartext: a line begins with a dash and is not escaped");
        if (!first) {
            text_len += put(text + text_len, ASY_TEXT("\n"));
            canonical_len += put(canonical + canonical_len, ASY_TEXT("\r\n"));
        }
        first = false;
        line = without_trail(line);
        text_len += put(text + text_len, line);
        canonical_len += put(canonical + canonical_len, line);
    }
    return asy_fail(diag, ASSAY_E_FORMAT, r->at, "cleartext: no signature");
}

assay_status asy_openpgp_read_cleartext(struct asy_arena *arena, struct asy_view document,
                                        struct asy_openpgp_cleartext *out, struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(document);
    uint8_t *text = asy_alloc(arena, document.len + 1, 1);
    uint8_t *canonical = document.len > SIZE_MAX / 2 ? NULL : asy_alloc(arena, document.len * 2 + 1, 1);
    struct asy_openpgp_cleartext found = { 0 };
    assay_status s;

    if (text == NULL || canonical == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    if (!get_begin(&r, cleartext_label))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "no line -----BEGIN PGP SIGNED MESSAGE-----, or text before it");
    if (!get_hash_headers(&r))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "cleartext: a header other than Hash, or no empty line behind it");
    s = get_text(&r, text, canonical, &found, diag);
    if (assay_ok(s))
        s = asy_get_openpgp_armor(&r, arena, "PGP SIGNATURE", &found.signatures, diag);
    if (!assay_ok(s))
        return s;
    if (asy_view_trim(r.rest).len > 0)
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "text behind the signature");
    *out = found;
    return asy_ok;
}
