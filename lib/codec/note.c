#include "codec/note.h"

#include "base/reader.h"
#include "base/text.h"
#include "codec/base64.h"

static const struct asy_view dash = ASY_TEXT_INIT("\xe2\x80\x94 "); /* U+2014 and a blank */

static assay_status wrong(struct asy_diag *diag, const char *what)
{
    return asy_fail(diag, ASSAY_E_FORMAT, 0, "signed note: %s", what);
}

/* "The note text MUST be valid UTF-8 ... MUST NOT contain any ASCII control characters other than newline." */
static bool is_plain(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.data[i] < ' ' && text.data[i] != '\n') || text.data[i] == 0x7f)
            return false;
    }
    return asy_is_utf8(text);
}

/* The last blank line: `text` ends with the LF before it, `lines` begins behind it. */
static bool split(struct asy_view note, struct asy_view *text, struct asy_view *lines)
{
    for (size_t i = note.len; i >= 2; i--) {
        if (note.data[i - 1] != '\n' || note.data[i - 2] != '\n')
            continue;
        *text = asy_view_head(note, i - 1);
        *lines = asy_view_from(note, i);
        return text->len > 1;
    }
    return false;
}

/* A key name is not empty and has neither blanks nor plus signs. */
static bool is_name(struct asy_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] == ' ' || name.data[i] == '+')
            return false;
    }
    return name.len > 0;
}

static bool read_line(struct asy_arena *arena, struct asy_view line, struct asy_note_signature *out)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_view bytes;

    if (!asy_get_text(&r, dash) || !asy_get_until(&r, ' ', &out->name) || !is_name(out->name) ||
        !asy_base64_decode(arena, r.rest, &bytes) || bytes.len <= ASY_NOTE_KEY_ID)
        return false;
    out->key_id = asy_view_head(bytes, ASY_NOTE_KEY_ID);
    out->value = asy_view_from(bytes, ASY_NOTE_KEY_ID);
    return true;
}

assay_status asy_note_read(struct asy_arena *arena, struct asy_view note, struct asy_note *out, struct asy_diag *diag)
{
    struct asy_note result = { 0 };
    struct asy_view lines, line;
    struct asy_reader r;

    if (!is_plain(note) || note.len == 0 || note.data[note.len - 1] != '\n' || !split(note, &result.text, &lines))
        return wrong(diag, "no text with signatures behind a blank line");
    result.signatures = asy_alloc(arena, ASY_NOTE_SIGNATURES, sizeof *result.signatures);
    if (result.signatures == NULL)
        return asy_no_memory(diag);
    r = asy_reader_of(lines);
    while (asy_get_line(&r, &line)) {
        if (result.signatures_n == ASY_NOTE_SIGNATURES)
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "signed note: more than %d signatures", ASY_NOTE_SIGNATURES);
        if (!read_line(arena, line, &result.signatures[result.signatures_n++]))
            return wrong(diag, "a line behind the text is no signature");
    }
    if (result.signatures_n == 0)
        return wrong(diag, "no signature");
    *out = result;
    return asy_ok;
}

assay_status asy_tree_head_read(struct asy_arena *arena, struct asy_view text, struct asy_tree_head *out,
                                struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view size, root, line;
    struct asy_tree_head head;

    if (!asy_get_line(&r, &head.origin) || head.origin.len == 0)
        return wrong(diag, "the tree head has no origin");
    if (!asy_get_line(&r, &size) || !asy_parse_u64(size, &head.size))
        return wrong(diag, "the tree head has no size");
    if (!asy_get_line(&r, &root) || !asy_base64_decode(arena, root, &head.root) || head.root.len != 32)
        return wrong(diag, "the tree head has no root of 32 bytes");
    while (asy_get_line(&r, &line)) {
        if (line.len == 0)
            return wrong(diag, "the tree head has a blank line");
    }
    *out = head;
    return asy_ok;
}
