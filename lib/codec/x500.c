/*
 * Name = SEQUENCE OF SET OF SEQUENCE { type OID, value }                        (RFC 5280 4.1.2.4)
 * text = part ((',' | ';' | '+') part)*, part = key '=' (value | '"' value with '"' doubled '"')
 */
#include "codec/x500.h"

#include "codec/der.h"

struct part {
    struct asy_view type;  /* DER: an OID; text: a key */
    struct asy_view value; /* UTF-8 */
    unsigned no;           /* parts with one number are one name together */
};

struct parts {
    struct part list[ASY_X500_PARTS];
    size_t n;
    unsigned groups;
};

static const struct {
    const char *oid, *key;
} keys[] = {
    { "2.5.4.3", "CN" },           { "2.5.4.4", "SN" },           { "2.5.4.5", "SERIALNUMBER" },
    { "2.5.4.6", "C" },            { "2.5.4.7", "L" },            { "2.5.4.8", "S" },
    { "2.5.4.8", "ST" },           { "2.5.4.9", "STREET" },       { "2.5.4.10", "O" },
    { "2.5.4.11", "OU" },          { "2.5.4.12", "T" },           { "2.5.4.12", "Title" },
    { "2.5.4.13", "Description" }, { "2.5.4.17", "PostalCode" },  { "2.5.4.18", "POBox" },
    { "2.5.4.20", "Phone" },       { "2.5.4.42", "G" },           { "2.5.4.42", "GivenName" },
    { "2.5.4.43", "I" },           { "2.5.4.43", "Initials" },    { "2.5.4.46", "dnQualifier" },
    { "1.2.840.113549.1.9.1", "E" },
    { "1.2.840.113549.1.9.1", "Email" },
    { "0.9.2342.19200300.100.1.25", "DC" },
};

static struct part *add(struct parts *parts)
{
    return parts->n == ASY_X500_PARTS ? NULL : &parts->list[parts->n++];
}

/* BMPString as UTF-8; all other strings are it already, or of ASCII. */
static bool read_value(struct asy_arena *arena, const struct asy_der *value, struct asy_view *out)
{
    enum { BMP_STRING = 0x1e };
    struct asy_reader r = asy_reader_of(value->body);
    uint8_t *to;
    uint16_t c;
    size_t n = 0;

    *out = value->body;
    if (value->tag != BMP_STRING)
        return true;
    to = asy_alloc(arena, value->body.len + 1, 2);
    while (to != NULL && asy_get_be16(&r, &c)) {
        if (c >= 0x800) {
            to[n++] = (uint8_t)(0xe0 | c >> 12);
            to[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        } else if (c >= 0x80) {
            to[n++] = (uint8_t)(0xc0 | c >> 6);
        }
        to[n++] = (uint8_t)(c < 0x80 ? c : 0x80 | (c & 0x3f));
    }
    *out = (struct asy_view){ to, n };
    return to != NULL && asy_at_end(&r);
}

static bool read_name(struct asy_arena *arena, struct asy_view name, struct parts *out)
{
    struct asy_reader r = asy_reader_of(name), sets, set, pair;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &sets) || !asy_at_end(&r))
        return false;
    for (; !asy_at_end(&sets); out->groups++) {
        if (!asy_get_der_inside(&sets, ASY_DER_SET, &set))
            return false;
        while (!asy_at_end(&set)) {
            struct part *part = add(out);
            struct asy_der value;

            if (part == NULL || !asy_get_der_inside(&set, ASY_DER_SEQUENCE, &pair) ||
                !asy_get_der_oid(&pair, &part->type) || !asy_get_der(&pair, &value) || !asy_at_end(&pair) ||
                !read_value(arena, &value, &part->value))
                return false;
            part->no = out->groups;
        }
    }
    return true;
}

static void skip_blanks(struct asy_reader *r)
{
    while (asy_get_text(r, ASY_TEXT(" "))) {
    }
}

static bool get_quoted(struct asy_arena *arena, struct asy_reader *r, struct asy_view *out)
{
    uint8_t *plain = asy_alloc(arena, r->rest.len + 1, 1), c;
    size_t n = 0;

    while (plain != NULL && asy_get_u8(r, &c)) {
        if (c == '"' && !asy_get_text(r, ASY_TEXT("\""))) {
            *out = (struct asy_view){ plain, n };
            skip_blanks(r);
            return true;
        }
        plain[n++] = c;
    }
    return false;
}

static bool get_plain(struct asy_reader *r, struct asy_view *out)
{
    size_t n = 0;

    while (n < r->rest.len && r->rest.data[n] != ',' && r->rest.data[n] != ';' && r->rest.data[n] != '+')
        n++;
    if (!asy_get_view(r, n, out))
        return false;
    *out = asy_view_trim(*out);
    return true;
}

static bool read_text(struct asy_arena *arena, struct asy_view text, struct parts *out)
{
    struct asy_reader r = asy_reader_of(text);

    for (;;) {
        struct part *part = add(out);

        if (part == NULL || !asy_get_until(&r, '=', &part->type))
            return false;
        part->type = asy_view_trim(part->type);
        part->no = out->groups;
        skip_blanks(&r);
        if (!(asy_get_text(&r, ASY_TEXT("\"")) ? get_quoted(arena, &r, &part->value) : get_plain(&r, &part->value)))
            return false;
        if (asy_at_end(&r)) {
            out->groups++;
            return true;
        }
        if (asy_get_text(&r, ASY_TEXT("+")))
            continue;
        if (!asy_get_text(&r, ASY_TEXT(",")) && !asy_get_text(&r, ASY_TEXT(";")))
            return false;
        out->groups++;
    }
}

static bool is_key_of(struct asy_arena *arena, struct asy_view key, struct asy_view oid)
{
    const char *dotted = asy_oid_text(arena, oid);

    if (dotted == NULL)
        return false;
    if (asy_view_eq_nocase(asy_view_head(key, 4), ASY_TEXT("OID.")))
        return asy_view_is(asy_view_from(key, 4), dotted);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (asy_view_is(asy_view_of(keys[i].oid), dotted) && asy_view_eq_nocase(key, asy_view_of(keys[i].key)))
            return true;
    }
    return false;
}

/* The parts of the name from the last group on are those of the text from its first on. */
static bool agree(struct asy_arena *arena, const struct parts *name, const struct parts *text)
{
    size_t at = 0;

    if (name->n != text->n || name->groups != text->groups)
        return false;
    for (unsigned group = name->groups; group-- > 0;) {
        for (size_t i = 0; i < name->n; i++) {
            const struct part *part = &name->list[i];

            if (part->no != group)
                continue;
            if (text->list[at].no != name->groups - 1 - group || !is_key_of(arena, text->list[at].type, part->type) ||
                !asy_view_eq(text->list[at].value, part->value))
                return false;
            at++;
        }
    }
    return true;
}

bool asy_x500_is(struct asy_arena *arena, struct asy_view name, struct asy_view text)
{
    struct parts said = { 0 }, written = { 0 };

    return read_name(arena, name, &said) && read_text(arena, text, &written) && agree(arena, &said, &written);
}
