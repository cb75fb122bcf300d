/*
 * Scripts with an Authenticode signature in comments at their end: PowerShell's about_Signing, and Windows Script Host.
 *
 *   text CR LF  mark "Begin signature block" end CR LF  ( prefix base64 end CR LF )*  mark "End signature block" end [CR LF]
 *
 * The digest is of the text as UTF-16LE, a byte order mark included, without the CR LF before the block; Windows Script
 * Host digests the number of its code units (32 bits, little-endian) behind it.  Nothing may follow the block.
 */
#include "base/text.h"
#include "codec/base64.h"
#include "codec/oid.h"
#include "format/authenticode.h"

#include <string.h>

struct style {
    const char *begin, *prefix, *suffix, *end;
    bool has_length; /* digested behind the text */
};

static const struct style styles[] = {
    { "# SIG # Begin signature block", "# ", "", "# SIG # End signature block", false },
    { "<!-- SIG # Begin signature block -->", "<!-- ", " -->", "<!-- SIG # End signature block -->", false },
    { "/* SIG # Begin signature block */", "/* ", " */", "/* SIG # End signature block */", false },
    { "// SIG // Begin signature block", "// SIG // ", "", "// SIG // End signature block", true },
    { "'' SIG '' Begin signature block", "'' SIG '' ", "", "'' SIG '' End signature block", true },
};

enum { STYLES = sizeof styles / sizeof *styles };

struct script {
    struct asy_reading *reading;
    struct asy_view bytes;
    bool is_wide;            /* UTF-16LE with a byte order mark */
    struct asy_view letters; /* one byte for each unit of the text; 0xff for what is not ASCII in UTF-16LE */
    const struct style *style;
    size_t text_len; /* letters before the CR LF and the block */
    struct asy_recipe text;
};

static const char *const suffixes[] = {
    ".ps1", ".psm1", ".psd1", ".ps1xml", ".psc1", ".cdxml", ".mof", ".js", ".vbs", NULL
};

static assay_status wrong(struct script *script, size_t at, const char *what)
{
    return asy_fail(&script->reading->diag, ASSAY_E_FORMAT, at, "character %zu: %s", at, what);
}

static bool is_wide_text(struct asy_view head)
{
    return asy_view_starts(head, ASY_TEXT("\xff\xfe"));
}

static bool has_nul(struct asy_view v)
{
    return v.len > 0 && memchr(v.data, 0, v.len) != NULL;
}

static bool is_script_name(struct asy_view name)
{
    for (const char *const *suffix = suffixes; *suffix != NULL; suffix++) {
        size_t len = strlen(*suffix);

        if (name.len >= len && asy_view_eq_nocase(asy_view_from(name, name.len - len), asy_view_of(*suffix)))
            return true;
    }
    return false;
}

/* Text has no mark of its own but the name, or a block that is in sight. */
static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_view head = glimpse->head;

    if (!is_wide_text(head) && has_nul(head))
        return false;
    if (is_script_name(glimpse->name))
        return true;
    for (size_t i = 0; glimpse->whole && i < STYLES; i++) {
        if (memmem(head.data, head.len, styles[i].begin, strlen(styles[i].begin)) != NULL)
            return true;
    }
    return false;
}

static bool make_letters(struct script *script)
{
    size_t n = script->bytes.len / 2;
    uint8_t *letters;

    if (!script->is_wide) {
        script->letters = script->bytes;
        return true;
    }
    letters = asy_alloc(script->reading->dossier->arena, n + 1, 1);
    if (letters == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        letters[i] = script->bytes.data[2 * i + 1] == 0 && script->bytes.data[2 * i] < 0x80 ? script->bytes.data[2 * i]
                                                                                            : 0xff;
    script->letters = (struct asy_view){ letters, n };
    return true;
}

/* The first line that begins a block; false when there is none. */
static bool find_block(struct script *script, size_t *out)
{
    struct asy_view letters = script->letters;

    for (size_t at = 0; at < letters.len; at++) {
        if (at > 0 && letters.data[at - 1] != '\n' && letters.data[at - 1] != '\r')
            continue;
        for (size_t i = 0; i < STYLES; i++) {
            if (asy_view_starts(asy_view_from(letters, at), asy_view_of(styles[i].begin))) {
                script->style = &styles[i];
                *out = at;
                return true;
            }
        }
    }
    return false;
}

/* A line that ends with CR LF, or with the text; without its end. */
static bool get_line(struct asy_reader *r, struct asy_view *out)
{
    struct asy_reader ahead = *r;
    struct asy_view line;

    if (!asy_get_line(&ahead, &line))
        return false;
    if (ahead.at > r->at + line.len) {
        if (line.len == 0 || line.data[line.len - 1] != '\r')
            return false;
        line.len--;
    }
    *r = ahead;
    *out = line;
    return true;
}

/* The base64 of one line, behind the others. */
static bool join_line(const struct style *style, struct asy_view line, uint8_t *joined, size_t *len)
{
    size_t before = strlen(style->prefix), after = strlen(style->suffix);

    if (line.len < before + after || !asy_view_starts(line, asy_view_of(style->prefix)) ||
        !asy_view_ends(line, asy_view_of(style->suffix)))
        return false;
    line = asy_view_head(asy_view_from(line, before), line.len - before - after);
    if (line.len > 0)
        memcpy(joined + *len, line.data, line.len);
    *len += line.len;
    return line.len > 0;
}

static assay_status read_block(struct script *script, size_t at, struct asy_view *out)
{
    struct asy_arena *arena = script->reading->dossier->arena;
    struct asy_reader r = { asy_view_from(script->letters, at), at };
    uint8_t *joined = asy_alloc(arena, script->letters.len - at + 1, 1);
    struct asy_view line;
    size_t len = 0;

    if (joined == NULL)
        return asy_no_memory(&script->reading->diag);
    if (at < 2 || script->letters.data[at - 2] != '\r' || script->letters.data[at - 1] != '\n')
        return wrong(script, at, "no CR LF before the signature block");
    if (!get_line(&r, &line) || !asy_view_is(line, script->style->begin))
        return wrong(script, at, "the signature block does not begin on a line of its own");
    for (;;) {
        if (!get_line(&r, &line))
            return wrong(script, r.at, "the signature block does not end, or a line of it not with CR LF");
        if (asy_view_is(line, script->style->end))
            break;
        if (!join_line(script->style, line, joined, &len))
            return wrong(script, r.at, "a line of the signature block is none");
    }
    if (!asy_at_end(&r))
        return wrong(script, r.at, "text behind the signature block");
    if (!asy_base64_decode(arena, (struct asy_view){ joined, len }, out))
        return wrong(script, at, "the signature block is no canonical base64");
    script->text_len = at - 2;
    return asy_ok;
}

/* UTF-8 as UTF-16LE; an empty view where it is none. */
static struct asy_view widen(struct asy_arena *arena, struct asy_view text)
{
    uint8_t *wide = asy_alloc(arena, text.len + 1, 2);
    size_t len = 0;
    uint32_t c;

    while (wide != NULL && text.len > 0) {
        size_t n = asy_utf8_next(text, &c);
        uint32_t units[2] = { c, 0 };

        if (n == 0)
            return (struct asy_view){ NULL, 0 };
        if (c >= 0x10000) {
            units[0] = 0xd800 + ((c - 0x10000) >> 10);
            units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        for (size_t i = 0; i < 2 && (i == 0 || units[1] != 0); i++) {
            wide[len++] = (uint8_t)units[i];
            wide[len++] = (uint8_t)(units[i] >> 8);
        }
        text = asy_view_from(text, n);
    }
    return (struct asy_view){ wide, len };
}

/* The text as an item of its own: the encoding loses nothing. */
static struct asy_item *decode(struct script *script, struct asy_view wide)
{
    struct asy_reading *reading = script->reading;
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_item *item = asy_add_derived(reading->dossier, reading->document, 0, script->text_len,
                                            asy_printf(arena, "%s:text", reading->document->name),
                                            asy_source_of_memory(arena, wide));

    if (item == NULL)
        return NULL;
    item->size = wide.len;
    item->has_size = true;
    item->says_parent = true;
    return item;
}

static assay_status make_text(struct script *script)
{
    struct asy_reading *reading = script->reading;
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_piece pieces[2] = { asy_span(reading->document, 0, 2 * (uint64_t)script->text_len) };
    size_t units = script->text_len;
    uint8_t *length = asy_alloc(arena, 4, 1);

    if (!script->is_wide) {
        struct asy_view wide = widen(arena, asy_view_head(script->bytes, script->text_len));
        struct asy_item *item = wide.len == 0 ? NULL : decode(script, wide);

        if (wide.len == 0)
            return wrong(script, 0, "the text is no UTF-8, or empty");
        if (item == NULL)
            return asy_no_memory(&reading->diag);
        pieces[0] = asy_whole(item);
        units = wide.len / 2;
    }
    if (length == NULL)
        return asy_no_memory(&reading->diag);
    for (size_t i = 0; i < 4; i++)
        length[i] = (uint8_t)(units >> (8 * i));
    pieces[1] = asy_literal((struct asy_view){ length, 4 });
    return asy_recipe_of(arena, pieces, script->style->has_length ? 2 : 1, &script->text) ? asy_ok
                                                                                        : asy_no_memory(&reading->diag);
}

static assay_status link(struct asy_reading *reading, const struct asy_spc *spc, asy_claim_no by, const void *state)
{
    const struct script *script = state;

    return asy_link_spc(reading, spc, by, script->text);
}

static assay_status read_signed(struct script *script, size_t at)
{
    struct asy_spc_carrier carrier = { .type = asy_oid_spc_sip_info, .link = link, .state = script };
    struct asy_reading *reading = script->reading;
    struct asy_view run, message;
    uint64_t end;
    assay_status s = read_block(script, at, &run);

    if (assay_ok(s))
        s = asy_spc_message(reading, run, 0, &message);
    if (assay_ok(s))
        s = make_text(script);
    if (assay_ok(s))
        s = asy_claim_authenticode(reading, message, &carrier);
    end = (uint64_t)script->text_len * (script->is_wide ? 2 : 1);
    if (assay_ok(s))
        asy_add_slack(reading->dossier, reading->document, end, script->bytes.len - end);
    return s;
}

/* Longer scripts than a document may be are not looked at: nothing is said of them then. */
static assay_status read(struct asy_reading *reading)
{
    struct script script = { .reading = reading };
    uint64_t size = asy_source_size(reading->document->source);
    assay_status s;
    size_t at;

    if (size == 0 || size > reading->dossier->limits->document)
        return asy_ok;
    s = asy_spc_load(reading, 0, size, &script.bytes);
    if (!assay_ok(s))
        return s;
    script.is_wide = is_wide_text(script.bytes);
    if (!make_letters(&script))
        return asy_no_memory(&reading->diag);
    if (!find_block(&script, &at))
        return asy_ok;
    if (script.is_wide && script.bytes.len % 2 != 0)
        return wrong(&script, script.letters.len, "half a character at the end");
    return read_signed(&script, at);
}

const struct asy_format asy_format_script = {
    .name = "script",
    .title = "Windows scripts with Authenticode signatures",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
