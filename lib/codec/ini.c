#include "codec/ini.h"

#include "base/reader.h"
#include "base/text.h"

struct parse {
    struct asy_arena *arena;
    struct asy_node *root, *group; /* the group that lines belong to */
    unsigned line;
    struct asy_diag *diag;
};

static assay_status wrong(const struct parse *p, const char *what)
{
    return asy_fail(p->diag, ASSAY_E_FORMAT, p->line, "line %u: %s", p->line, what);
}

static struct asy_node *add(const struct parse *p, struct asy_node *to, enum asy_node_kind kind, struct asy_view key)
{
    struct asy_node *node = asy_node_new(p->arena, kind, p->line, 1);

    if (node == NULL)
        return NULL;
    node->key = key;
    node->key_line = p->line;
    asy_node_append(to, node);
    return node;
}

static assay_status read_group(struct parse *p, struct asy_view line)
{
    struct asy_view name = asy_view_from(line, 1);

    if (name.len < 2 || name.data[name.len - 1] != ']')
        return wrong(p, "a group without a name or without its end");
    name.len--;
    if (asy_node_find(p->root, name) != NULL)
        return wrong(p, "a group for the second time");
    p->group = add(p, p->root, ASY_NODE_MAP, name);
    return p->group == NULL ? asy_no_memory(p->diag) : asy_ok;
}

static assay_status read_key(struct parse *p, struct asy_view line)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_view key;
    struct asy_node *node;

    if (p->group == NULL)
        return wrong(p, "a key before the first group");
    if (!asy_get_until(&r, '=', &key))
        return wrong(p, "neither a group nor a key");
    key = asy_view_trim(key);
    if (key.len == 0)
        return wrong(p, "a value without a key");
    if (asy_node_find(p->group, key) != NULL)
        return wrong(p, "a key for the second time");
    node = add(p, p->group, ASY_NODE_STRING, key);
    if (node == NULL)
        return asy_no_memory(p->diag);
    node->text = asy_view_trim(r.rest);
    return asy_ok;
}

static assay_status read_line(struct parse *p, struct asy_view line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] == 0)
            return wrong(p, "a NUL");
    }
    if (!asy_is_utf8(line))
        return wrong(p, "text that is no UTF-8");
    line = asy_view_trim(line);
    if (line.len == 0 || line.data[0] == '#')
        return asy_ok;
    return line.data[0] == '[' ? read_group(p, line) : read_key(p, line);
}

assay_status asy_ini_parse(struct asy_arena *arena, struct asy_view text, const struct asy_node_limits *limits,
                           const struct asy_node **out, struct asy_diag *diag)
{
    struct parse p = { .arena = arena, .diag = diag };
    struct asy_reader r = asy_reader_of(text);
    struct asy_view line;
    assay_status s = asy_ok;

    *out = NULL;
    p.root = asy_node_new(arena, ASY_NODE_MAP, 1, 1);
    if (p.root == NULL)
        return asy_no_memory(diag);
    if (text.len > limits->bytes)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "%zu bytes, at most %zu are read", text.len, limits->bytes);
    while (assay_ok(s) && asy_get_line(&r, &line)) {
        if (++p.line > limits->nodes)
            return asy_fail(diag, ASSAY_E_LIMIT, p.line, "more than %zu lines", limits->nodes);
        s = read_line(&p, line);
    }
    if (assay_ok(s))
        *out = p.root;
    return s;
}
