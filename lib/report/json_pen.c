/* How JSON is written: brackets, commas, and strings that hold only what can be shown (see json.c). */
#include "base/text.h"
#include "report/json.h"

#include <string.h>

void asy_json_open(struct asy_json *json, const char *bracket)
{
    if (json->comma)
        asy_put_text(json->sink, ",");
    asy_put_text(json->sink, bracket);
    json->comma = false;
}

void asy_json_close(struct asy_json *json, const char *bracket)
{
    asy_put_text(json->sink, bracket);
    json->comma = true;
}

static void put_escape(struct asy_sink *sink, uint32_t c)
{
    if (c < 0x10000)
        asy_put_format(sink, "\\u%04x", (unsigned)c);
    else /* RFC 8259 section 7: a surrogate pair */
        asy_put_format(sink, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                       (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
}

/* One character that does not stand for itself. */
static void put_odd(struct asy_sink *sink, struct asy_view v, size_t n, uint32_t c)
{
    if (n == 0)
        asy_put_format(sink, "\\\\x%02x", v.data[0]);
    else if (c == '"' || c == '\\')
        asy_put_format(sink, "\\%c", (char)c);
    else
        put_escape(sink, c);
}

static bool is_itself(uint32_t c)
{
    return c != '"' && c != '\\' && (c < 0x80 ? c >= 0x20 && c < 0x7f : asy_is_shown(c));
}

static void put_string(struct asy_sink *sink, struct asy_view v)
{
    asy_put_text(sink, "\"");
    while (v.len > 0) {
        size_t run = 0, n = 0;
        uint32_t c = 0;

        while (run < v.len && (n = asy_utf8_next(asy_view_from(v, run), &c)) > 0 && is_itself(c))
            run += n;
        asy_put_view(sink, asy_view_head(v, run));
        v = asy_view_from(v, run);
        if (v.len > 0) {
            put_odd(sink, v, n, c);
            v = asy_view_from(v, n == 0 ? 1 : n);
        }
    }
    asy_put_text(sink, "\"");
}

void asy_json_key(struct asy_json *json, const char *key)
{
    asy_put_format(json->sink, "%s\"%s\":", json->comma ? "," : "", key);
    json->comma = false;
}

void asy_json_open_key(struct asy_json *json, const char *key, const char *bracket)
{
    asy_json_key(json, key);
    asy_json_open(json, bracket);
}

void asy_json_raw(struct asy_json *json, const char *key, const char *literal)
{
    asy_json_key(json, key);
    asy_put_text(json->sink, literal);
    json->comma = true;
}

void asy_json_bool(struct asy_json *json, const char *key, bool value)
{
    asy_json_raw(json, key, value ? "true" : "false");
}

void asy_json_unsigned(struct asy_json *json, const char *key, uint64_t n)
{
    asy_json_key(json, key);
    asy_put_format(json->sink, "%llu", (unsigned long long)n);
    json->comma = true;
}

void asy_json_size(struct asy_json *json, const char *key, bool has, uint64_t n)
{
    if (has)
        asy_json_unsigned(json, key, n);
    else
        asy_json_raw(json, key, "null");
}

/* A string without a key: an element of an array. */
void asy_json_element(struct asy_json *json, struct asy_view v)
{
    asy_json_open(json, "");
    put_string(json->sink, v);
    json->comma = true;
}

void asy_json_view(struct asy_json *json, const char *key, struct asy_view v)
{
    asy_json_key(json, key);
    asy_json_element(json, v);
}

/* NULL is null. */
void asy_json_text(struct asy_json *json, const char *key, const char *text)
{
    if (text == NULL)
        asy_json_raw(json, key, "null");
    else
        asy_json_view(json, key, asy_view_of(text));
}

void asy_json_hex(struct asy_json *json, const char *key, struct asy_view v)
{
    char digits[2 * ASY_DIGEST_MAX + 1];

    asy_json_key(json, key);
    asy_json_open(json, "\"");
    while (v.len > 0) {
        struct asy_view part = asy_view_head(v, v.len < ASY_DIGEST_MAX ? v.len : ASY_DIGEST_MAX);

        asy_hex(part, digits);
        asy_put_text(json->sink, digits);
        v = asy_view_from(v, part.len);
    }
    asy_json_close(json, "\"");
}

/* A name as outside wrote it; where that is not UTF-8 the bytes follow under <key>_hex. */
void asy_json_name_view(struct asy_json *json, const char *key, struct asy_view name)
{
    char hex_key[32];

    asy_json_view(json, key, name);
    if (asy_is_utf8(name) || strlen(key) + sizeof "_hex" > sizeof hex_key)
        return;
    memcpy(hex_key, key, strlen(key));
    memcpy(hex_key + strlen(key), "_hex", sizeof "_hex");
    asy_json_hex(json, hex_key, name);
}

void asy_json_name(struct asy_json *json, const char *key, const char *name)
{
    if (name == NULL)
        asy_json_raw(json, key, "null");
    else
        asy_json_name_view(json, key, asy_view_of(name));
}

void asy_json_item_name(struct asy_json *json, const char *key, const struct asy_item *item)
{
    asy_json_name(json, key, item == NULL ? NULL : item->name);
}

void asy_json_time(struct asy_json *json, const char *key, bool has, int64_t time)
{
    char shown[32];

    if (has)
        asy_format_time(time, shown);
    asy_json_text(json, key, has ? shown : NULL);
}

void asy_json_why(struct asy_json *json, const struct asy_why *why)
{
    if (why->reason == ASY_REASON_NONE && why->detail == NULL) {
        asy_json_raw(json, "why", "null");
        return;
    }
    asy_json_open_key(json, "why", "{");
    asy_json_text(json, "id", asy_reason_text(why->reason)->id);
    asy_json_text(json, "detail", why->detail);
    asy_json_close(json, "}");
}
