#include "codec/xml.h"

#include "base/text.h"

#include <string.h>

static enum asy_xml_event bad(struct asy_xml *xml, const char *flaw)
{
    if (xml->flaw == NULL)
        xml->flaw = flaw;
    return ASY_XML_BAD;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* True when there was one at least. */
static bool skip_blanks(struct asy_reader *r)
{
    size_t n = 0;
    struct asy_view passed;

    while (n < r->rest.len && is_blank(r->rest.data[n]))
        n++;
    return asy_get_view(r, n, &passed) && n > 0;
}

/* More than XML allows in names, and nothing that ends one. */
static bool is_name_byte(uint8_t c)
{
    return c > 0x20 && c != 0x7f && strchr("<>/='\"&?!", c) == NULL;
}

static bool get_name(struct asy_reader *r, struct asy_view *out)
{
    size_t n = 0;

    while (n < r->rest.len && is_name_byte(r->rest.data[n]))
        n++;
    return n > 0 && asy_get_view(r, n, out);
}

static bool get_through(struct asy_reader *r, struct asy_view end)
{
    const uint8_t *at = r->rest.len < end.len ? NULL : memmem(r->rest.data, r->rest.len, end.data, end.len);
    struct asy_view passed;

    return at != NULL && asy_get_view(r, (size_t)(at - r->rest.data) + end.len, &passed);
}

/* ---- references ---- */

static size_t put_utf8(uint8_t *to, uint32_t c)
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (uint8_t)(0x80 | (c & 0x3f));
    to[0] = (uint8_t)(marks[n] | c);
    return n;
}

static bool is_character(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) ||
           (c >= 0x10000 && c < 0x110000);
}

/* "#60" or "#x3c", without what stands around it. */
static bool parse_number(struct asy_view text, uint32_t *out)
{
    bool hex = text.len > 1 && text.data[1] == 'x';
    uint32_t c = 0;

    text = asy_view_from(text, hex ? 2 : 1);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t d = text.data[i];
        uint32_t digit = d >= '0' && d <= '9' ? d - (uint32_t)'0' : d >= 'a' && d <= 'f' ? d - (uint32_t)'a' + 10
                         : d >= 'A' && d <= 'F' ? d - (uint32_t)'A' + 10 : 16;

        if (digit >= (hex ? 16U : 10U) || c > 0x110000)
            return false;
        c = c * (hex ? 16 : 10) + digit;
    }
    *out = c;
    return text.len > 0 && is_character(c);
}

static bool parse_reference(struct asy_view name, uint32_t *out)
{
    static const struct {
        const char *name;
        uint32_t is;
    } known[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' } };

    if (name.len > 0 && name.data[0] == '#')
        return parse_number(name, out);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (asy_view_is(name, known[i].name)) {
            *out = known[i].is;
            return true;
        }
    }
    return false;
}

/* A reference is never shorter than what it stands for. */
static bool decode(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view name;
    uint8_t *to, c;
    uint32_t is;
    size_t n = 0;

    *out = text;
    if (text.len == 0 || memchr(text.data, '&', text.len) == NULL)
        return true;
    to = asy_alloc(arena, text.len, 1);
    while (to != NULL && asy_get_u8(&r, &c)) {
        if (c != '&') {
            to[n++] = c;
            continue;
        }
        if (!asy_get_until(&r, ';', &name) || !parse_reference(name, &is))
            return false;
        n += put_utf8(to + n, is);
    }
    *out = (struct asy_view){ to, n };
    return to != NULL;
}

/* ---- elements ---- */

static bool get_value(struct asy_xml *xml, struct asy_view *out)
{
    struct asy_view raw;
    uint8_t quote;

    return asy_get_u8(&xml->r, &quote) && (quote == '"' || quote == '\'') && asy_get_until(&xml->r, quote, &raw) &&
           (raw.len == 0 || memchr(raw.data, '<', raw.len) == NULL) && decode(xml->arena, raw, out);
}

static bool get_attribute(struct asy_xml *xml, struct asy_xml_attribute *out)
{
    if (!get_name(&xml->r, &out->name))
        return false;
    (void)skip_blanks(&xml->r);
    if (!asy_get_text(&xml->r, ASY_TEXT("=")))
        return false;
    (void)skip_blanks(&xml->r);
    return get_value(xml, &out->value);
}

static bool has_attribute(const struct asy_xml *xml, struct asy_view name)
{
    for (size_t i = 0; i < xml->n; i++) {
        if (asy_view_eq(xml->attributes[i].name, name))
            return true;
    }
    return false;
}

static enum asy_xml_event open_element(struct asy_xml *xml)
{
    struct asy_view name;

    if (xml->depth == ASY_XML_DEPTH || (xml->depth == 0 && xml->had_root))
        return bad(xml, xml->depth == 0 ? "a second root" : "elements lie too deep in each other");
    if (!get_name(&xml->r, &name))
        return bad(xml, "an element without a name");
    xml->open[xml->depth++] = name;
    xml->had_root = true;
    for (xml->n = 0;;) {
        bool blank = skip_blanks(&xml->r);
        struct asy_xml_attribute attribute;

        if (asy_get_text(&xml->r, ASY_TEXT(">")))
            return ASY_XML_OPEN;
        if (asy_get_text(&xml->r, ASY_TEXT("/>"))) {
            xml->closes_next = true;
            return ASY_XML_OPEN;
        }
        if (!blank || !get_attribute(xml, &attribute) || has_attribute(xml, attribute.name))
            return bad(xml, "an attribute is malformed, or there twice");
        if (xml->n == ASY_XML_ATTRIBUTES)
            return bad(xml, "an element has too many attributes");
        xml->attributes[xml->n++] = attribute;
    }
}

static enum asy_xml_event close_element(struct asy_xml *xml)
{
    struct asy_view name;

    if (!get_name(&xml->r, &name) || xml->depth == 0 || !asy_view_eq(name, xml->open[xml->depth - 1]))
        return bad(xml, "the end of another element than the one that is open");
    (void)skip_blanks(&xml->r);
    if (!asy_get_text(&xml->r, ASY_TEXT(">")))
        return bad(xml, "the end of an element is malformed");
    xml->depth--;
    return ASY_XML_CLOSE;
}

/* Text outside the root is blank. */
static bool skip_text(struct asy_xml *xml)
{
    const uint8_t *end;
    struct asy_view passed;

    if (xml->depth == 0) {
        (void)skip_blanks(&xml->r);
        return asy_at_end(&xml->r) || xml->r.rest.data[0] == '<';
    }
    end = xml->r.rest.len == 0 ? NULL : memchr(xml->r.rest.data, '<', xml->r.rest.len);
    return end != NULL && asy_get_view(&xml->r, (size_t)(end - xml->r.rest.data), &passed);
}

/* Comments, instructions and CDATA; false for what is none of them.  A document type is none. */
static bool skip_aside(struct asy_xml *xml)
{
    struct asy_reader *r = &xml->r;

    if (asy_get_text(r, ASY_TEXT("<!--")))
        return get_through(r, ASY_TEXT("--")) && asy_get_text(r, ASY_TEXT(">"));
    if (asy_get_text(r, ASY_TEXT("<?")))
        return get_through(r, ASY_TEXT("?>"));
    return xml->depth > 0 && asy_get_text(r, ASY_TEXT("<![CDATA[")) && get_through(r, ASY_TEXT("]]>"));
}

enum asy_xml_event asy_xml_next(struct asy_xml *xml)
{
    if (xml->flaw != NULL)
        return ASY_XML_BAD;
    if (xml->closes_next) {
        xml->closes_next = false;
        xml->depth--;
        return ASY_XML_CLOSE;
    }
    for (;;) {
        if (!skip_text(xml))
            return bad(xml, xml->depth == 0 ? "text outside the root" : "an element does not end");
        if (asy_at_end(&xml->r))
            return xml->had_root ? ASY_XML_END : bad(xml, "no root");
        if (asy_view_starts(xml->r.rest, ASY_TEXT("<?")) || asy_view_starts(xml->r.rest, ASY_TEXT("<!"))) {
            if (!skip_aside(xml))
                return bad(xml, "a document type, or what is neither comment nor instruction");
            continue;
        }
        if (asy_get_text(&xml->r, ASY_TEXT("</")))
            return close_element(xml);
        return asy_get_text(&xml->r, ASY_TEXT("<")) ? open_element(xml) : bad(xml, "no element");
    }
}

/* 2.8: the declaration may name an encoding, of which UTF-8 and its part ASCII are read. */
static bool is_utf8_said(struct asy_view text)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_xml_attribute attribute;
    struct asy_xml declaration = { 0 };

    if (!asy_get_text(&r, ASY_TEXT("<?xml")) || !skip_blanks(&r))
        return true;
    declaration.r = r;
    while (!asy_view_starts(declaration.r.rest, ASY_TEXT("?>"))) {
        if (!get_attribute(&declaration, &attribute))
            return false;
        if (asy_view_is(attribute.name, "encoding") && !asy_view_eq_nocase(attribute.value, ASY_TEXT("utf-8")) &&
            !asy_view_eq_nocase(attribute.value, ASY_TEXT("us-ascii")))
            return false;
        (void)skip_blanks(&declaration.r);
    }
    return true;
}

void asy_xml_start(struct asy_xml *xml, struct asy_arena *arena, struct asy_view bytes)
{
    memset(xml, 0, sizeof *xml);
    xml->arena = arena;
    xml->r = asy_reader_of(bytes);
    (void)asy_get_text(&xml->r, ASY_TEXT("\xef\xbb\xbf"));
    if (!asy_is_utf8(bytes) || (bytes.len > 0 && memchr(bytes.data, 0, bytes.len) != NULL) || !is_utf8_said(xml->r.rest))
        (void)bad(xml, "no UTF-8");
}

struct asy_view asy_xml_name(const struct asy_xml *xml)
{
    struct asy_view name = xml->depth == 0 ? (struct asy_view){ NULL, 0 } : xml->open[xml->depth - 1];
    const uint8_t *colon = name.len == 0 ? NULL : memchr(name.data, ':', name.len);

    return colon == NULL ? name : asy_view_from(name, (size_t)(colon - name.data) + 1);
}

bool asy_xml_get(const struct asy_xml *xml, const char *name, struct asy_view *out)
{
    for (size_t i = 0; i < xml->n; i++) {
        if (asy_view_is(xml->attributes[i].name, name)) {
            *out = xml->attributes[i].value;
            return true;
        }
    }
    return false;
}
