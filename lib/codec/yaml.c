#include "codec/yaml.h"

#include "base/text.h"

#include <yaml.h>

/* A map is searched for each new name: its size is bounded so that this stays cheap. */
enum { MAP_MAX = 4096 };

struct frame {
    struct asy_node *node;
    struct asy_view key; /* of a map: the name whose value comes next */
    unsigned key_line;
    bool has_key;
};

struct job {
    struct asy_arena *arena;
    const struct asy_node_limits *limits;
    struct asy_diag *diag;
    yaml_parser_t parser;
    struct frame *frames; /* the lists and maps that are open */
    unsigned depth;
    size_t nodes;
    struct asy_node *root;
    unsigned documents;
    bool done;
};

static unsigned line_of(const yaml_mark_t *mark)
{
    return (unsigned)mark->line + 1;
}

static unsigned column_of(const yaml_mark_t *mark)
{
    return (unsigned)mark->column + 1;
}

static assay_status fail_at(const struct job *job, int code, const yaml_mark_t *mark, const char *what)
{
    return asy_fail(job->diag, code, line_of(mark), "line %u, column %u: %s", line_of(mark), column_of(mark), what);
}

/* libyaml takes NEL, U+2028 and a lone CR as line breaks, which an editor does not show; bidi signs reorder. */
static assay_status check_characters(struct asy_view text, struct asy_diag *diag)
{
    unsigned line = 1;
    uint32_t c;

    while (text.len > 0) {
        size_t n = asy_utf8_next(text, &c);

        if (n == 0)
            return asy_fail(diag, ASSAY_E_FORMAT, line, "line %u: not UTF-8", line);
        text = asy_view_from(text, n);
        if (c == '\r' && (text.len == 0 || text.data[0] != '\n'))
            return asy_fail(diag, ASSAY_E_FORMAT, line, "line %u: a carriage return that ends no line", line);
        if (!asy_is_shown(c) && c != '\t' && c != '\n' && c != '\r')
            return asy_fail(diag, ASSAY_E_FORMAT, line, "line %u: character U+%04X cannot be seen and must be escaped",
                            line, (unsigned)c);
        if (c == '\n')
            line++;
    }
    return asy_ok;
}

static bool is_whole_number(struct asy_view v)
{
    uint64_t n;

    if (v.len > 1 && v.data[0] == '-')
        return asy_parse_u64(asy_view_from(v, 1), &n) && n != 0 && n <= (uint64_t)INT64_MAX;
    return asy_parse_u64(v, &n) && n <= (uint64_t)INT64_MAX;
}

static enum asy_node_kind kind_of_scalar(struct asy_view text, yaml_scalar_style_t style)
{
    if (style != YAML_PLAIN_SCALAR_STYLE)
        return ASY_NODE_STRING;
    if (text.len == 0 || asy_view_is(text, "null"))
        return ASY_NODE_NULL;
    if (asy_view_is(text, "true") || asy_view_is(text, "false"))
        return ASY_NODE_BOOL;
    return is_whole_number(text) ? ASY_NODE_NUMBER : ASY_NODE_STRING;
}

static assay_status check_key(const struct job *job, const struct asy_node *map, const yaml_event_t *event,
                              struct asy_view key)
{
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (plain && asy_view_is(key, "<<"))
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "merge keys are not allowed here");
    if (plain && kind_of_scalar(key, event->data.scalar.style) == ASY_NODE_NULL)
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "a name is missing before ':'");
    for (size_t i = 0; i < key.len; i++) {
        if (key.data[i] == '\0')
            return fail_at(job, ASSAY_E_FORMAT, &event->start_mark, "a name holds a NUL");
    }
    if (map->n >= MAP_MAX)
        return fail_at(job, ASSAY_E_LIMIT, &event->start_mark, "more than 4096 names in one map");
    if (asy_node_find(map, key) != NULL)
        return fail_at(job, ASSAY_E_FORMAT, &event->start_mark, "this name stands twice in the same map");
    return asy_ok;
}

/* Hangs a node into the innermost open list or map, or makes it the root. */
static assay_status place(struct job *job, struct asy_node *node)
{
    struct frame *in = job->depth == 0 ? NULL : &job->frames[job->depth - 1];

    if (in == NULL) {
        job->root = node;
        return asy_ok;
    }
    if (in->node->kind == ASY_NODE_MAP) {
        node->key = in->key;
        node->key_line = in->key_line;
        in->has_key = false;
    }
    asy_node_append(in->node, node);
    return asy_ok;
}

static assay_status new_node(struct job *job, enum asy_node_kind kind, const yaml_event_t *event,
                             struct asy_node **out)
{
    if (job->nodes >= job->limits->nodes)
        return fail_at(job, ASSAY_E_LIMIT, &event->start_mark, "more values than are read");
    job->nodes++;
    *out = asy_node_new(job->arena, kind, line_of(&event->start_mark), column_of(&event->start_mark));
    return *out == NULL ? asy_no_memory(job->diag) : asy_ok;
}

static bool wants_key(const struct job *job)
{
    const struct frame *in = job->depth == 0 ? NULL : &job->frames[job->depth - 1];

    return in != NULL && in->node->kind == ASY_NODE_MAP && !in->has_key;
}

static assay_status take_key(struct job *job, const yaml_event_t *event, struct asy_view key)
{
    struct frame *in = &job->frames[job->depth - 1];
    assay_status s = check_key(job, in->node, event, key);

    if (!assay_ok(s))
        return s;
    if (!asy_copy(job->arena, key, &in->key))
        return asy_no_memory(job->diag);
    in->key_line = line_of(&event->start_mark);
    in->has_key = true;
    return asy_ok;
}

static assay_status take_scalar(struct job *job, const yaml_event_t *event)
{
    struct asy_view text = { event->data.scalar.value, event->data.scalar.length };
    struct asy_node *node = NULL;
    assay_status s;

    if (event->data.scalar.anchor != NULL)
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "anchors are not allowed here");
    if (event->data.scalar.tag != NULL)
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "tags are not allowed here");
    if (wants_key(job))
        return take_key(job, event, text);
    s = new_node(job, kind_of_scalar(text, event->data.scalar.style), event, &node);
    if (!assay_ok(s))
        return s;
    if (!asy_copy(job->arena, text, &node->text))
        return asy_no_memory(job->diag);
    return place(job, node);
}

static assay_status open_node(struct job *job, enum asy_node_kind kind, const yaml_event_t *event,
                              const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct asy_node *node = NULL;
    assay_status s;

    if (anchor != NULL)
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "anchors are not allowed here");
    if (tag != NULL)
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "tags are not allowed here");
    if (wants_key(job))
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "a name is a list or map, expected text");
    if (job->depth >= job->limits->depth)
        return fail_at(job, ASSAY_E_LIMIT, &event->start_mark, "too many lists and maps inside each other");
    s = new_node(job, kind, event, &node);
    if (!assay_ok(s))
        return s;
    s = place(job, node);
    if (assay_ok(s))
        job->frames[job->depth++] = (struct frame){ .node = node };
    return s;
}

static assay_status take_document(struct job *job, const yaml_event_t *event)
{
    if (job->documents++ > 0)
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "a second document, expected the end");
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "directives are not allowed here");
    return asy_ok;
}

static assay_status take(struct job *job, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_STREAM_END_EVENT:
        job->done = true;
        return asy_ok;
    case YAML_DOCUMENT_START_EVENT:
        return take_document(job, event);
    case YAML_ALIAS_EVENT:
        return fail_at(job, ASSAY_E_UNSUPPORTED, &event->start_mark, "aliases are not allowed here");
    case YAML_SCALAR_EVENT:
        return take_scalar(job, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(job, ASY_NODE_LIST, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return open_node(job, ASY_NODE_MAP, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        job->depth--;
        return asy_ok;
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    case YAML_NO_EVENT:
        return asy_ok;
    }
    return fail_at(job, ASSAY_E_INTERNAL, &event->start_mark, "an event that is none");
}

static assay_status step(struct job *job)
{
    __attribute__((cleanup(yaml_event_delete))) yaml_event_t event = { 0 };

    if (yaml_parser_parse(&job->parser, &event))
        return take(job, &event);
    if (job->parser.error == YAML_MEMORY_ERROR)
        return asy_no_memory(job->diag);
    return fail_at(job, ASSAY_E_FORMAT, &job->parser.problem_mark,
                   job->parser.problem != NULL ? job->parser.problem : "not YAML");
}

static assay_status run(struct job *job, struct asy_view text)
{
    assay_status s = asy_ok;

    yaml_parser_set_encoding(&job->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&job->parser, text.data, text.len);
    while (!job->done && assay_ok(s))
        s = step(job);
    if (assay_ok(s) && job->root == NULL)
        return asy_fail(job->diag, ASSAY_E_FORMAT, 1, "line 1: the document is empty");
    return s;
}

assay_status asy_yaml_parse(struct asy_arena *arena, struct asy_view text, const struct asy_node_limits *limits,
                            const struct asy_node **out, struct asy_diag *diag)
{
    struct job job = { .arena = arena, .limits = limits, .diag = diag };
    assay_status s;

    *out = NULL;
    if (text.len > limits->bytes)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "%zu bytes, at most %zu are read", text.len, limits->bytes);
    s = check_characters(text, diag);
    if (!assay_ok(s))
        return s;
    job.frames = asy_alloc(arena, limits->depth, sizeof *job.frames);
    if (job.frames == NULL || !yaml_parser_initialize(&job.parser))
        return asy_no_memory(diag);
    s = run(&job, text);
    yaml_parser_delete(&job.parser);
    if (assay_ok(s))
        *out = job.root;
    return s;
}
