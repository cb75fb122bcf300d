#include "codec/olpc.h"

#include <stdlib.h>
#include <string.h>

/* JSON has no leading zeros already; what is left is digits alone, with one spelling of zero. */
static bool is_whole(struct asy_view number)
{
    for (size_t i = 0; i < number.len; i++) {
        if ((number.data[i] < '0' || number.data[i] > '9') && (i > 0 || number.data[i] != '-'))
            return false;
    }
    return number.len > 0 && !asy_view_is(number, "-0") && !asy_view_is(number, "-");
}

static bool is_escaped(uint8_t c)
{
    return c == '"' || c == '\\';
}

static size_t text_len(struct asy_view text)
{
    size_t n = text.len + 2;

    for (size_t i = 0; i < text.len; i++)
        n += is_escaped(text.data[i]);
    return n;
}

/* The length of the spelling, which does not depend on the order of names; every number is looked at. */
static assay_status measure(const struct asy_node *node, size_t *len, struct asy_diag *diag)
{
    assay_status s;

    switch (node->kind) {
    case ASY_NODE_NUMBER:
        if (!is_whole(node->text))
            return asy_fail(diag, ASSAY_E_FORMAT, node->line, "line %u, column %u: a number that is no plain integer",
                            node->line, node->column);
        *len += node->text.len;
        return asy_ok;
    case ASY_NODE_NULL:
    case ASY_NODE_BOOL:
        *len += node->text.len;
        return asy_ok;
    case ASY_NODE_STRING:
        *len += text_len(node->text);
        return asy_ok;
    case ASY_NODE_LIST:
    case ASY_NODE_MAP:
        break;
    }
    *len += 2 + (node->n > 0 ? node->n - 1 : 0);
    for (const struct asy_node *child = node->first; child != NULL; child = child->next) {
        if (node->kind == ASY_NODE_MAP)
            *len += text_len(child->key) + 1;
        s = measure(child, len, diag);
        if (!assay_ok(s))
            return s;
    }
    return asy_ok;
}

struct pen {
    struct asy_arena *arena;
    uint8_t *at;
};

static void put(struct pen *pen, char c)
{
    *pen->at++ = (uint8_t)c;
}

static void put_bytes(struct pen *pen, struct asy_view bytes)
{
    if (bytes.len > 0)
        memcpy(pen->at, bytes.data, bytes.len);
    pen->at += bytes.len;
}

static void put_text(struct pen *pen, struct asy_view text)
{
    put(pen, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (is_escaped(text.data[i]))
            put(pen, '\\');
        put(pen, (char)text.data[i]);
    }
    put(pen, '"');
}

static int by_name(const void *a, const void *b)
{
    const struct asy_node *const *x = a, *const *y = b;

    return asy_view_cmp((*x)->key, (*y)->key);
}

static bool put_node(struct pen *, const struct asy_node *);

/* UTF-8 sorts by its bytes as by its code points. */
static bool put_map(struct pen *pen, const struct asy_node *map)
{
    const struct asy_node **sorted = asy_alloc(pen->arena, map->n + 1, sizeof *sorted);
    size_t n = 0;

    if (sorted == NULL)
        return false;
    for (const struct asy_node *child = map->first; child != NULL; child = child->next)
        sorted[n++] = child;
    qsort(sorted, n, sizeof *sorted, by_name);
    put(pen, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            put(pen, ',');
        put_text(pen, sorted[i]->key);
        put(pen, ':');
        if (!put_node(pen, sorted[i]))
            return false;
    }
    put(pen, '}');
    return true;
}

static bool put_list(struct pen *pen, const struct asy_node *list)
{
    put(pen, '[');
    for (const struct asy_node *child = list->first; child != NULL; child = child->next) {
        if (child != list->first)
            put(pen, ',');
        if (!put_node(pen, child))
            return false;
    }
    put(pen, ']');
    return true;
}

static bool put_node(struct pen *pen, const struct asy_node *node)
{
    if (node->kind == ASY_NODE_MAP)
        return put_map(pen, node);
    if (node->kind == ASY_NODE_LIST)
        return put_list(pen, node);
    if (node->kind == ASY_NODE_STRING)
        put_text(pen, node->text);
    else
        put_bytes(pen, node->text);
    return true;
}

assay_status asy_olpc_write(struct asy_arena *arena, const struct asy_node *node, struct asy_view *out,
                            struct asy_diag *diag)
{
    struct pen pen = { .arena = arena };
    uint8_t *text;
    size_t len = 0;
    assay_status s = measure(node, &len, diag);

    if (!assay_ok(s))
        return s;
    text = asy_alloc(arena, len, 1);
    pen.at = text;
    if (text == NULL || !put_node(&pen, node))
        return asy_no_memory(diag);
    *out = (struct asy_view){ text, len };
    return asy_ok;
}
