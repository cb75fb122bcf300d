/* policy_tree FILE: what the readers of the library see in a policy document, as JSON. */
#include "codec/json.h"
#include "codec/yaml.h"

#include <stdio.h>
#include <stdlib.h>

static void put_text(struct asy_view text)
{
    (void)putchar('"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] == '"' || text.data[i] == '\\')
            (void)printf("\\u%04x", text.data[i]);
        else
            (void)putchar(text.data[i]);
    }
    (void)putchar('"');
}

static void put_node(const struct asy_node *node)
{
    bool map = node->kind == ASY_NODE_MAP;

    if (!map && node->kind != ASY_NODE_LIST) {
        if (node->kind == ASY_NODE_STRING)
            put_text(node->text);
        else
            (void)printf("%.*s", (int)node->text.len, (const char *)node->text.data);
        return;
    }
    (void)putchar(map ? '{' : '[');
    for (const struct asy_node *child = node->first; child != NULL; child = child->next) {
        if (map) {
            put_text(child->key);
            (void)putchar(':');
        }
        put_node(child);
        if (child->next != NULL)
            (void)putchar(',');
    }
    (void)putchar(map ? '}' : ']');
}

int main(int argc, char **argv)
{
    struct asy_arena *arena = asy_arena_new(16 << 20);
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    static uint8_t bytes[1 << 20];
    const struct asy_node *root = NULL;
    struct asy_diag diag = { 0 };
    struct asy_view text;
    assay_status s;

    if (arena == NULL || file == NULL)
        return 2;
    text = (struct asy_view){ bytes, fread(bytes, 1, sizeof bytes, file) };
    (void)fclose(file);
    s = text.len > 0 && bytes[0] == '{' ? asy_json_parse(arena, text, &asy_node_default_limits, &root, &diag)
                                        : asy_yaml_parse(arena, text, &asy_node_default_limits, &root, &diag);
    if (!assay_ok(s))
        (void)fprintf(stderr, "%s\n", diag.text);
    else
        put_node(root);
    asy_arena_free(arena);
    return assay_ok(s) ? 0 : 1;
}
