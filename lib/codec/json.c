#include "codec/json.h"

#include "base/reader.h"

#include <jansson.h>

/*
 * jansson decides what is JSON and decodes strings; it keeps neither places nor the spelling of numbers.  So the bytes
 * are scanned once before it, for the limits that it lacks, and once behind it, together with its tree, for the places.
 */

static void free_json(json_t **value)
{
    json_decref(*value);
}

#define AUTO_JSON __attribute__((cleanup(free_json)))

static bool skip_string(struct asy_reader *r)
{
    uint8_t c;

    while (asy_get_u8(r, &c)) {
        if (c == '"')
            return true;
        if (c == '\\' && !asy_get_u8(r, &c))
            return false;
    }
    return false;
}

/* Counts brackets and commas outside of strings: no more nodes than that, whatever else the text is. */
static assay_status check_limits(struct asy_view text, const struct asy_node_limits *limits, struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(text);
    unsigned depth = 0;
    size_t nodes = 1;
    uint8_t c;

    if (text.len > limits->bytes)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "%zu bytes, at most %zu are read", text.len, limits->bytes);
    while (asy_get_u8(&r, &c)) {
        if (c == '"' && !skip_string(&r))
            break;
        if (c == '{' || c == '[')
            depth++;
        if ((c == '}' || c == ']') && depth > 0)
            depth--;
        if (c == '{' || c == '[' || c == ',')
            nodes++;
        if (depth > limits->depth)
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "byte %zu: more than %u values inside each other", r.at,
                            limits->depth);
        if (nodes > limits->nodes)
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "byte %zu: more than %zu values", r.at, limits->nodes);
    }
    return asy_ok;
}

struct scan {
    struct asy_arena *arena;
    struct asy_reader r;
    unsigned line;
    size_t line_at; /* the reader's place where the line began */
};

static bool is_one_of(uint8_t c, const char *set)
{
    for (; *set != '\0'; set++) {
        if (c == (uint8_t)*set)
            return true;
    }
    return false;
}

/* Steps over what stands between values; line breaks stand nowhere else (RFC 8259 section 7). */
static void skip_between(struct scan *s)
{
    uint8_t c;

    while (!asy_at_end(&s->r) && is_one_of(s->r.rest.data[0], " \t\r\n,:") && asy_get_u8(&s->r, &c)) {
        if (c == '\n') {
            s->line++;
            s->line_at = s->r.at;
        }
    }
}

static struct asy_view skip_word(struct scan *s)
{
    struct asy_view start = s->r.rest;
    size_t at = s->r.at;
    uint8_t c;

    while (!asy_at_end(&s->r) && !is_one_of(s->r.rest.data[0], " \t\r\n,:]}") && asy_get_u8(&s->r, &c))
        continue;
    return asy_view_head(start, s->r.at - at);
}

static enum asy_node_kind kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return ASY_NODE_MAP;
    case JSON_ARRAY:
        return ASY_NODE_LIST;
    case JSON_STRING:
        return ASY_NODE_STRING;
    case JSON_INTEGER:
    case JSON_REAL:
        return ASY_NODE_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return ASY_NODE_BOOL;
    case JSON_NULL:
        return ASY_NODE_NULL;
    }
    return ASY_NODE_NULL;
}

static struct asy_node *build(struct scan *, json_t *);

static bool build_list(struct scan *s, json_t *list, struct asy_node *node)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct asy_node *child = build(s, json_array_get(list, i));

        if (child == NULL)
            return false;
        asy_node_append(node, child);
    }
    return true;
}

/* jansson iterates in the order of insertion, which is that of the text where no name comes twice. */
static bool build_map(struct scan *s, json_t *map, struct asy_node *node)
{
    for (void *at = json_object_iter(map); at != NULL; at = json_object_iter_next(map, at)) {
        struct asy_node *child;
        unsigned key_line;
        uint8_t quote;

        skip_between(s);
        key_line = s->line;
        if (!asy_get_u8(&s->r, &quote) || !skip_string(&s->r))
            return false;
        child = build(s, json_object_iter_value(at));
        if (child == NULL || !asy_copy(s->arena, asy_view_of(json_object_iter_key(at)), &child->key))
            return false;
        child->key_line = key_line;
        asy_node_append(node, child);
    }
    return true;
}

static bool build_scalar(struct scan *s, json_t *value, struct asy_node *node)
{
    struct asy_view text;
    uint8_t quote;

    if (node->kind != ASY_NODE_STRING)
        return asy_copy(s->arena, skip_word(s), &node->text);
    text = (struct asy_view){ (const uint8_t *)json_string_value(value), json_string_length(value) };
    return asy_get_u8(&s->r, &quote) && skip_string(&s->r) && asy_copy(s->arena, text, &node->text);
}

static struct asy_node *build(struct scan *s, json_t *value)
{
    enum asy_node_kind kind = kind_of(value);
    struct asy_node *node;
    uint8_t bracket;
    bool built;

    skip_between(s);
    node = asy_node_new(s->arena, kind, s->line, (unsigned)(s->r.at - s->line_at) + 1);
    if (node == NULL)
        return NULL;
    if (kind != ASY_NODE_MAP && kind != ASY_NODE_LIST)
        return build_scalar(s, value, node) ? node : NULL;
    if (!asy_get_u8(&s->r, &bracket))
        return NULL;
    built = kind == ASY_NODE_MAP ? build_map(s, value, node) : build_list(s, value, node);
    if (!built)
        return NULL;
    skip_between(s);
    return asy_get_u8(&s->r, &bracket) ? node : NULL;
}

assay_status asy_json_parse(struct asy_arena *arena, struct asy_view text, const struct asy_node_limits *limits,
                            const struct asy_node **out, struct asy_diag *diag)
{
    struct scan scan = { .arena = arena, .r = asy_reader_of(text), .line = 1 };
    json_error_t error = { 0 };
    struct asy_node *root;
    assay_status s;

    *out = NULL;
    s = check_limits(text, limits, diag);
    if (!assay_ok(s))
        return s;
    AUTO_JSON json_t *value = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL && json_error_code(&error) == json_error_out_of_memory)
        return asy_no_memory(diag);
    if (value == NULL)
        return asy_fail(diag, ASSAY_E_FORMAT, (uint64_t)(error.line > 0 ? error.line : 0), "line %d, column %d: %s",
                        error.line, error.column, error.text);
    root = build(&scan, value);
    if (root == NULL)
        return asy_no_memory(diag);
    *out = root;
    return asy_ok;
}
