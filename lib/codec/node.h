/*
 * A document of JSON or YAML as one small tree in an arena: order is kept, and every node knows its place.
 */
#ifndef ASY_CODEC_NODE_H
#define ASY_CODEC_NODE_H

#include "base/arena.h"
#include "base/diag.h"

enum asy_node_kind { ASY_NODE_NULL = 1, ASY_NODE_BOOL, ASY_NODE_NUMBER, ASY_NODE_STRING, ASY_NODE_LIST, ASY_NODE_MAP };

struct asy_node {
    enum asy_node_kind kind;
    unsigned line, column; /* from 1, of its first byte */
    struct asy_view key;   /* in a map: its name, UTF-8, may hold any character but NUL */
    unsigned key_line;     /* the line of that */
    struct asy_view text;  /* null, true, false and numbers as they are spelled; strings decoded, UTF-8 */
    struct asy_node *first, *last; /* children of a list or map, in the order of the document */
    struct asy_node *next;
    size_t n; /* how many children */
};

/* What a document may cost; the defaults suit a file that a person writes. */
struct asy_node_limits {
    size_t bytes;
    unsigned depth; /* lists and maps inside each other */
    size_t nodes;
};
extern const struct asy_node_limits asy_node_default_limits;

/* A new node at a place, or NULL. */
struct asy_node *asy_node_new(struct asy_arena *, enum asy_node_kind, unsigned line, unsigned column);

/* Hangs a node behind the children of a list or map. */
void asy_node_append(struct asy_node *parent, struct asy_node *child);

/* The child of a map by its name, or NULL; NULL for what is no map. */
const struct asy_node *asy_node_get(const struct asy_node *, const char *name);
const struct asy_node *asy_node_find(const struct asy_node *, struct asy_view name);

bool asy_node_is_true(const struct asy_node *);

/* "a map", "text", "a number": for messages. */
const char *asy_node_kind_name(enum asy_node_kind);

#endif
