/*
 *   settings = (name ("=" | ":") value (";" | ",")?)*
 *   value    = scalar | "[" (scalar ("," scalar)*)? "]" | "(" (value ("," value)*)? ")" | "{" settings "}"
 *   scalar   = true | false | number | string+
 *
 * Comments begin with "#" or "//" and end with the line, or stand between "/" "*" and "*" "/".  A comma may also follow
 * the last value of an array or list.
 */
#include "codec/libconfig.h"

#include "base/reader.h"
#include "base/text.h"

struct parse {
    struct asy_arena *arena;
    const struct asy_node_limits *limits;
    struct asy_reader r;
    unsigned line;
    size_t line_at; /* the reader's place where the line began */
    unsigned depth;
    size_t nodes;
    struct asy_diag *diag;
    assay_status status; /* once something returned false */
};

static unsigned column(const struct parse *p)
{
    return (unsigned)(p->r.at - p->line_at) + 1;
}

static bool wrong(struct parse *p, const char *what)
{
    p->status = asy_fail(p->diag, ASSAY_E_FORMAT, p->line, "line %u, column %u: %s", p->line, column(p), what);
    return false;
}

static bool no_memory(struct parse *p)
{
    p->status = asy_no_memory(p->diag);
    return false;
}

/* ---- bytes ---- */

/* The byte `n` places ahead; 0 behind the end: no NUL is of the grammar. */
static uint8_t peek(const struct parse *p, size_t n)
{
    return n < p->r.rest.len ? p->r.rest.data[n] : 0;
}

static void step(struct parse *p)
{
    uint8_t c = 0;

    if (asy_get_u8(&p->r, &c) && c == '\n') {
        p->line++;
        p->line_at = p->r.at;
    }
}

static bool take(struct parse *p, char c)
{
    if (peek(p, 0) != (uint8_t)c)
        return false;
    step(p);
    return true;
}

static void skip_line(struct parse *p)
{
    while (!asy_at_end(&p->r) && peek(p, 0) != '\n')
        step(p);
}

static bool skip_comment(struct parse *p)
{
    step(p);
    step(p);
    while (!asy_at_end(&p->r) && (peek(p, 0) != '*' || peek(p, 1) != '/'))
        step(p);
    if (asy_at_end(&p->r))
        return wrong(p, "a comment without end");
    step(p);
    step(p);
    return true;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* Steps over what stands between words. */
static bool skip(struct parse *p)
{
    for (;;) {
        if (is_blank(peek(p, 0)))
            step(p);
        else if (peek(p, 0) == '#' || (peek(p, 0) == '/' && peek(p, 1) == '/'))
            skip_line(p);
        else if (peek(p, 0) != '/' || peek(p, 1) != '*')
            return true;
        else if (!skip_comment(p))
            return false;
    }
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static int hex_of(uint8_t c)
{
    if (is_digit(c))
        return c - '0';
    c = (uint8_t)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ---- scalars ---- */

static bool is_word(struct asy_view text, const char *word)
{
    for (size_t i = 0; i < text.len; i++) {
        if (word[i] == '\0' || (text.data[i] | 0x20) != (uint8_t)word[i])
            return false;
    }
    return word[text.len] == '\0';
}

static size_t count_digits(struct asy_view text, size_t at, bool hex)
{
    size_t n = 0;

    while (at + n < text.len && (hex ? hex_of(text.data[at + n]) >= 0 : is_digit(text.data[at + n])))
        n++;
    return n;
}

static bool ends_as_integer(struct asy_view text, size_t at)
{
    struct asy_view rest = asy_view_from(text, at);

    return rest.len == 0 || asy_view_is(rest, "L") || asy_view_is(rest, "LL");
}

/* Digits with a fraction or an exponent. */
static bool is_float(struct asy_view text, size_t at)
{
    size_t whole = count_digits(text, at, false), fraction = 0, exponent;

    at += whole;
    if (at < text.len && text.data[at] == '.') {
        fraction = count_digits(text, ++at, false);
        at += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (at == text.len)
        return true;
    if ((text.data[at++] | 0x20) != 'e')
        return false;
    if (at < text.len && (text.data[at] == '+' || text.data[at] == '-'))
        at++;
    exponent = count_digits(text, at, false);
    return exponent > 0 && at + exponent == text.len;
}

static bool is_number(struct asy_view text)
{
    size_t at = text.len > 0 && (text.data[0] == '+' || text.data[0] == '-') ? 1 : 0, n;

    if (text.len > 2 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x') {
        n = count_digits(text, 2, true);
        return n > 0 && ends_as_integer(text, 2 + n);
    }
    n = count_digits(text, at, false);
    return (n > 0 && ends_as_integer(text, at + n)) || is_float(text, at);
}

static bool parse_word(struct parse *p, struct asy_node *node)
{
    struct asy_view text = p->r.rest;
    size_t n = 0;

    while (n < text.len && (is_letter(text.data[n]) || is_digit(text.data[n]) || text.data[n] == '+' ||
                            text.data[n] == '-' || text.data[n] == '.'))
        n++;
    text = asy_view_head(text, n);
    if (is_word(text, "true") || is_word(text, "false")) {
        node->kind = ASY_NODE_BOOL;
        node->text = is_word(text, "true") ? ASY_TEXT("true") : ASY_TEXT("false");
    } else if (is_number(text)) {
        node->kind = ASY_NODE_NUMBER;
        if (!asy_copy(p->arena, text, &node->text))
            return no_memory(p);
    } else {
        return wrong(p, "no value where one is expected");
    }
    return asy_get_view(&p->r, n, &text);
}

/* The byte that an escape stands for. */
static bool get_escape(struct parse *p, uint8_t *out)
{
    static const char from[] = "nrtfabv\"\\", to[] = "\n\r\t\f\a\b\v\"\\";
    uint8_t c = peek(p, 0);

    for (size_t i = 0; from[i] != '\0'; i++) {
        if (c == (uint8_t)from[i]) {
            *out = (uint8_t)to[i];
            step(p);
            return true;
        }
    }
    if (c != 'x' || hex_of(peek(p, 1)) < 0 || hex_of(peek(p, 2)) < 0)
        return wrong(p, "an escape that is not known");
    *out = (uint8_t)(hex_of(peek(p, 1)) << 4 | hex_of(peek(p, 2)));
    step(p);
    step(p);
    step(p);
    return true;
}

/* One string behind its quote, put at out[*len]. */
static bool get_string(struct parse *p, uint8_t *out, size_t *len)
{
    while (!take(p, '"')) {
        uint8_t c = peek(p, 0);

        if (asy_at_end(&p->r))
            return wrong(p, "a text without end");
        step(p);
        if (c == '\\' && !get_escape(p, &c))
            return false;
        out[(*len)++] = c;
    }
    return true;
}

/* Bytes of the strings that stand beside each other, quotes and blanks included: no more come out. */
static bool measure_strings(const struct parse *p, size_t *len)
{
    struct parse ahead = *p;
    struct asy_diag ignored;
    uint8_t c;

    ahead.diag = &ignored;
    while (take(&ahead, '"')) {
        while (!take(&ahead, '"')) {
            if (asy_at_end(&ahead.r))
                return false;
            c = peek(&ahead, 0);
            step(&ahead);
            if (c == '\\')
                step(&ahead);
        }
        if (!skip(&ahead))
            return false;
    }
    *len = ahead.r.at - p->r.at;
    return true;
}

static bool parse_strings(struct parse *p, struct asy_node *node)
{
    size_t room = 0, len = 0;
    uint8_t *out;

    if (!measure_strings(p, &room))
        return wrong(p, "a text without end");
    out = asy_alloc(p->arena, room + 1, 1);
    if (out == NULL)
        return no_memory(p);
    while (take(p, '"')) {
        if (!get_string(p, out, &len) || !skip(p))
            return false;
    }
    node->kind = ASY_NODE_STRING;
    node->text = (struct asy_view){ out, len };
    for (size_t i = 0; i < len; i++) {
        if (out[i] == 0)
            return wrong(p, "a text with a NUL in it");
    }
    return asy_is_utf8(node->text) || wrong(p, "a text that is no UTF-8");
}

/* ---- values ---- */

static bool parse_settings(struct parse *, struct asy_node *map);
static struct asy_node *parse_value(struct parse *);

/* An array holds scalars of one kind, a list anything. */
static bool parse_list(struct parse *p, struct asy_node *list, char end)
{
    while (skip(p) && !take(p, end)) {
        struct asy_node *child = parse_value(p);

        if (child == NULL)
            return false;
        if (end == ']' && (child->kind == ASY_NODE_MAP || child->kind == ASY_NODE_LIST))
            return wrong(p, "an array that holds more than scalars");
        if (end == ']' && list->last != NULL && list->last->kind != child->kind)
            return wrong(p, "an array of different kinds of values");
        asy_node_append(list, child);
        if (!skip(p))
            return false;
        if (!take(p, ',') && peek(p, 0) != (uint8_t)end)
            return wrong(p, "expected a comma or the end of the list");
    }
    return assay_ok(p->status);
}

static bool parse_inside(struct parse *p, struct asy_node *node)
{
    if (take(p, '{')) {
        node->kind = ASY_NODE_MAP;
        return parse_settings(p, node) && (take(p, '}') || wrong(p, "expected a name or the end of the group"));
    }
    node->kind = ASY_NODE_LIST;
    return parse_list(p, node, take(p, '[') ? ']' : take(p, '(') ? ')' : '\0');
}

static bool parse_into(struct parse *p, struct asy_node *node)
{
    uint8_t c = peek(p, 0);
    bool good;

    if (c == '"')
        return parse_strings(p, node);
    if (c != '{' && c != '[' && c != '(')
        return parse_word(p, node);
    if (p->depth >= p->limits->depth) {
        p->status = asy_fail(p->diag, ASSAY_E_LIMIT, p->line, "line %u: more than %u values inside each other", p->line,
                             p->limits->depth);
        return false;
    }
    p->depth++;
    good = parse_inside(p, node);
    p->depth--;
    return good;
}

static struct asy_node *parse_value(struct parse *p)
{
    struct asy_node *node;

    if (++p->nodes > p->limits->nodes) {
        p->status = asy_fail(p->diag, ASSAY_E_LIMIT, p->line, "line %u: more than %zu values", p->line,
                             p->limits->nodes);
        return NULL;
    }
    node = asy_node_new(p->arena, ASY_NODE_NULL, p->line, column(p));
    if (node == NULL)
        (void)no_memory(p);
    return node != NULL && parse_into(p, node) ? node : NULL;
}

static bool parse_name(struct parse *p, struct asy_view *out)
{
    struct asy_view text = p->r.rest;
    size_t n = 0;

    while (n < text.len && (is_letter(text.data[n]) || text.data[n] == '*' ||
                            (n > 0 && (is_digit(text.data[n]) || text.data[n] == '-' || text.data[n] == '_'))))
        n++;
    if (n == 0)
        return wrong(p, "expected a name");
    (void)asy_get_view(&p->r, n, &text);
    return asy_copy(p->arena, text, out) || no_memory(p);
}

static bool parse_setting(struct parse *p, struct asy_node *map)
{
    unsigned line = p->line;
    struct asy_node *child;
    struct asy_view name;

    if (!parse_name(p, &name) || !skip(p))
        return false;
    if (asy_node_find(map, name) != NULL)
        return wrong(p, "a name for the second time");
    if (!take(p, '=') && !take(p, ':'))
        return wrong(p, "expected \"=\" or \":\"");
    if (!skip(p))
        return false;
    child = parse_value(p);
    if (child == NULL)
        return false;
    child->key = name;
    child->key_line = line;
    asy_node_append(map, child);
    if (!skip(p))
        return false;
    if (!take(p, ';'))
        (void)take(p, ',');
    return true;
}

/* Up to the end of the text or of the group. */
static bool parse_settings(struct parse *p, struct asy_node *map)
{
    while (skip(p) && !asy_at_end(&p->r) && peek(p, 0) != '}') {
        if (!parse_setting(p, map))
            return false;
    }
    return assay_ok(p->status);
}

assay_status asy_libconfig_parse(struct asy_arena *arena, struct asy_view text, const struct asy_node_limits *limits,
                                 const struct asy_node **out, struct asy_diag *diag)
{
    struct parse parse = { .arena = arena, .limits = limits, .r = asy_reader_of(text), .line = 1, .diag = diag };
    struct asy_node *root;

    *out = NULL;
    if (text.len > limits->bytes)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "%zu bytes, at most %zu are read", text.len, limits->bytes);
    parse.status = asy_ok;
    root = asy_node_new(arena, ASY_NODE_MAP, 1, 1);
    if (root == NULL)
        return asy_no_memory(diag);
    if (!parse_settings(&parse, root))
        return parse.status;
    if (!asy_at_end(&parse.r)) {
        (void)wrong(&parse, "expected a name");
        return parse.status;
    }
    *out = root;
    return asy_ok;
}
