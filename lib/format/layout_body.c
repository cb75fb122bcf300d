/* Layouts: keys, steps and inspections (in-toto specification 4.3). */
#include "format/layout.h"

#include "base/text.h"
#include "codec/hex.h"
#include "codec/signing_key.h"

enum { KEYS = 1024, STEPS = 1024, RULES = 16384, NAME_MAX_LEN = 200, KEY_ID_MIN = 4, THRESHOLD_MAX = 1024 };

struct body {
    struct asy_reading *reading;
    struct asy_layout *layout;
};

static assay_status wrong(const struct body *body, const struct asy_node *node, const char *what)
{
    return asy_layout_wrong(body->reading, node, what);
}

/* `n` zeroed entries and one that nobody uses; NULL with the failure told. */
static void *make(const struct body *body, size_t n, size_t size)
{
    void *made = asy_alloc(body->reading->dossier->arena, n + 1, size);

    if (made == NULL)
        (void)asy_fail(&body->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    return made;
}

static assay_status failed(const struct body *body)
{
    return (assay_status){ body->reading->diag.code };
}

/* A list that may be absent and has at most `most` entries of one kind. */
static assay_status get_list(const struct body *body, const struct asy_node *map, const char *name, size_t most,
                             const struct asy_node **out)
{
    *out = asy_node_get(map, name);
    if (*out == NULL)
        return asy_ok;
    if ((*out)->kind != ASY_NODE_LIST)
        return wrong(body, *out, "expected a list");
    if ((*out)->n > most)
        return asy_fail(&body->reading->diag, ASSAY_E_LIMIT, (*out)->line, "line %u: more than %zu entries",
                        (*out)->line, most);
    return asy_ok;
}

/* ---- keys ---- */

/* Part of names of files in its first characters: in lower case, as everybody writes it. */
static bool get_key_id(const struct body *body, struct asy_view text, struct asy_view *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 'A' && text.data[i] <= 'F')
            return false;
    }
    return asy_hex_decode(body->reading->dossier->arena, text, out) && out->len >= KEY_ID_MIN;
}

static assay_status read_key(const struct body *body, const struct asy_node *node, struct asy_layout_key *out)
{
    const struct asy_node *id = asy_node_get(node, "keyid");

    if (node->kind != ASY_NODE_MAP || !get_key_id(body, node->key, &out->id))
        return wrong(body, node, "a key is no map under its id in lower-case hex");
    if (id != NULL && (id->kind != ASY_NODE_STRING || !asy_view_eq(id->text, node->key)))
        return wrong(body, node, "a key stands under another id than its own");
    out->is_usable = asy_signing_key_read(body->reading->dossier->arena, node, &out->material);
    return asy_ok;
}

static assay_status read_keys(const struct body *body, const struct asy_node *root)
{
    const struct asy_node *keys = asy_node_get(root, "keys");
    assay_status s = asy_ok;

    if (keys == NULL || keys->kind != ASY_NODE_MAP)
        return wrong(body, root, "a layout without a map of keys");
    if (keys->n > KEYS)
        return asy_fail(&body->reading->diag, ASSAY_E_LIMIT, 0, "%zu keys, at most %d", keys->n, KEYS);
    body->layout->keys = make(body, keys->n, sizeof *body->layout->keys);
    if (body->layout->keys == NULL)
        return failed(body);
    for (const struct asy_node *node = keys->first; assay_ok(s) && node != NULL; node = node->next)
        s = read_key(body, node, &body->layout->keys[body->layout->keys_n++]);
    return s;
}

static const struct asy_layout_key *key_of(const struct asy_layout *layout, struct asy_view id)
{
    for (size_t i = 0; i < layout->keys_n; i++) {
        if (asy_view_eq(layout->keys[i].id, id))
            return &layout->keys[i];
    }
    return NULL;
}

static bool has_key(const struct asy_layout_step *step, const struct asy_layout_key *key)
{
    for (size_t i = 0; i < step->keys_n; i++) {
        if (step->keys[i] == key)
            return true;
    }
    return false;
}

/* ---- rules ---- */

struct word_rule {
    const char *word;
    enum asy_rule_kind kind;
};

static const struct word_rule word_rules[] = {
    { "CREATE", ASY_RULE_CREATE }, { "DELETE", ASY_RULE_DELETE },     { "MODIFY", ASY_RULE_MODIFY },
    { "ALLOW", ASY_RULE_ALLOW },   { "DISALLOW", ASY_RULE_DISALLOW }, { "REQUIRE", ASY_RULE_REQUIRE },
    { "MATCH", ASY_RULE_MATCH },
};

static bool is_word(struct asy_view text, const char *word)
{
    return asy_view_eq_nocase(text, asy_view_of(word));
}

static enum asy_rule_kind kind_of(struct asy_view text)
{
    for (size_t i = 0; i < sizeof word_rules / sizeof *word_rules; i++) {
        if (is_word(text, word_rules[i].word))
            return word_rules[i].kind;
    }
    return ASY_RULE_NONE;
}

/* A prefix ends with one '/', so that "src" is not that of "src2/a"; none is empty. */
static bool get_prefix(const struct body *body, struct asy_view text, struct asy_view *out)
{
    const char *slashed;

    if (text.len == 0 || text.data[text.len - 1] == '/') {
        *out = text;
        return true;
    }
    slashed = asy_printf(body->reading->dossier->arena, "%.*s/", (int)text.len, (const char *)text.data);
    *out = asy_view_of(slashed);
    return slashed != NULL;
}

/* Steps over [keyword, value]; `out` is the value.  False where the next word is another. */
static bool take(const struct asy_words *words, size_t *at, const char *word, struct asy_view *out)
{
    if (*at + 1 >= words->n || !is_word(words->at[*at], word))
        return false;
    *out = words->at[*at + 1];
    *at += 2;
    return true;
}

/* MATCH pattern [IN prefix] WITH (MATERIALS|PRODUCTS) [IN prefix] FROM step */
static bool read_match(const struct body *body, const struct asy_words *words, struct asy_artifact_rule *out)
{
    struct asy_view what, prefix = { NULL, 0 };
    size_t at = 2;

    if (take(words, &at, "IN", &prefix) && !get_prefix(body, prefix, &out->in))
        return false;
    if (!take(words, &at, "WITH", &what) || (!is_word(what, "MATERIALS") && !is_word(what, "PRODUCTS")))
        return false;
    out->with_products = is_word(what, "PRODUCTS");
    if (take(words, &at, "IN", &prefix) && !get_prefix(body, prefix, &out->with_in))
        return false;
    return take(words, &at, "FROM", &out->from) && at == words->n;
}

static assay_status read_rule(const struct body *body, const struct asy_node *node, struct asy_artifact_rule *out)
{
    struct asy_words words;
    assay_status s = asy_layout_read_words(body->reading, node, &words);

    if (!assay_ok(s))
        return s;
    *out = (struct asy_artifact_rule){ .kind = words.n < 2 ? ASY_RULE_NONE : kind_of(words.at[0]) };
    if (out->kind == ASY_RULE_NONE || (out->kind != ASY_RULE_MATCH && words.n != 2))
        return wrong(body, node,
                     "an artifact rule that is none of CREATE, DELETE, MODIFY, ALLOW, DISALLOW, REQUIRE, MATCH");
    out->pattern = words.at[1];
    if (out->kind == ASY_RULE_MATCH && !read_match(body, &words, out))
        return wrong(body, node, "expected MATCH pattern [IN prefix] WITH MATERIALS|PRODUCTS [IN prefix] FROM step");
    return asy_ok;
}

static assay_status read_rules(const struct body *body, const struct asy_node *map, const char *name,
                               struct asy_rules *out)
{
    const struct asy_node *list;
    struct asy_artifact_rule *rules;
    assay_status s = get_list(body, map, name, RULES, &list);

    if (!assay_ok(s) || list == NULL)
        return s;
    rules = make(body, list->n, sizeof *rules);
    if (rules == NULL)
        return failed(body);
    out->at = rules;
    for (const struct asy_node *node = list->first; assay_ok(s) && node != NULL; node = node->next)
        s = read_rule(body, node, &rules[out->n++]);
    return s;
}

/* ---- steps and inspections ---- */

static bool is_taken(const struct asy_layout *layout, struct asy_view name)
{
    for (size_t i = 0; i < layout->steps_n; i++) {
        if (asy_view_eq(layout->steps[i].name, name))
            return true;
    }
    for (size_t i = 0; i < layout->inspections_n; i++) {
        if (asy_view_eq(layout->inspections[i].name, name))
            return true;
    }
    return false;
}

static bool is_safe(struct asy_view name)
{
    uint32_t c;

    if (name.len == 0 || name.len > NAME_MAX_LEN || name.data[0] == '.')
        return false;
    while (name.len > 0) {
        size_t n = asy_utf8_next(name, &c);

        if (n == 0 || c == '/' || !asy_is_shown(c))
            return false;
        name = asy_view_from(name, n);
    }
    return true;
}

static assay_status get_name(const struct body *body, const struct asy_node *node, struct asy_view *out)
{
    const struct asy_node *name = asy_node_get(node, "name");

    if (name == NULL || name->kind != ASY_NODE_STRING || !is_safe(name->text))
        return wrong(body, node, "a step or an inspection without a name that can be part of a file's");
    if (is_taken(body->layout, name->text))
        return wrong(body, node, "two steps or inspections of one name");
    *out = name->text;
    return asy_ok;
}

static assay_status read_functionaries(const struct body *body, const struct asy_node *node,
                                       struct asy_layout_step *out)
{
    const struct asy_node *list;
    assay_status s = get_list(body, node, "pubkeys", KEYS, &list);

    if (!assay_ok(s))
        return s;
    if (list == NULL)
        return wrong(body, node, "a step without a list of pubkeys");
    out->keys = make(body, list->n, sizeof *out->keys);
    if (out->keys == NULL)
        return failed(body);
    for (const struct asy_node *each = list->first; each != NULL; each = each->next) {
        const struct asy_layout_key *key;
        struct asy_view id;

        if (each->kind != ASY_NODE_STRING || !get_key_id(body, each->text, &id))
            return wrong(body, each, "a key id that is not lower-case hex");
        key = key_of(body->layout, id);
        if (key != NULL && !has_key(out, key))
            out->keys[out->keys_n++] = key;
    }
    return asy_ok;
}

/* One, where the layout says nothing. */
static assay_status read_threshold(const struct body *body, const struct asy_node *node, unsigned *out)
{
    const struct asy_node *threshold = asy_node_get(node, "threshold");
    uint64_t n;

    *out = 1;
    if (threshold == NULL)
        return asy_ok;
    if (threshold->kind != ASY_NODE_NUMBER || !asy_parse_u64(threshold->text, &n) || n < 1 || n > THRESHOLD_MAX)
        return wrong(body, threshold, "a threshold that is no number from 1 to 1024");
    *out = (unsigned)n;
    return asy_ok;
}

static assay_status read_step(const struct body *body, const struct asy_node *node)
{
    struct asy_layout_step *out = &body->layout->steps[body->layout->steps_n];
    assay_status s = get_name(body, node, &out->name);

    if (assay_ok(s))
        s = read_functionaries(body, node, out);
    if (assay_ok(s))
        s = read_threshold(body, node, &out->threshold);
    if (assay_ok(s))
        s = asy_layout_read_words(body->reading, asy_node_get(node, "expected_command"), &out->command);
    if (assay_ok(s))
        s = read_rules(body, node, "expected_materials", &out->materials);
    if (assay_ok(s))
        s = read_rules(body, node, "expected_products", &out->products);
    body->layout->steps_n++;
    return s;
}

static assay_status read_inspection(const struct body *body, const struct asy_node *node)
{
    struct asy_layout_inspection *out = &body->layout->inspections[body->layout->inspections_n];
    assay_status s = get_name(body, node, &out->name);

    if (assay_ok(s))
        s = asy_layout_read_words(body->reading, asy_node_get(node, "run"), &out->run);
    if (assay_ok(s))
        s = read_rules(body, node, "expected_materials", &out->materials);
    if (assay_ok(s))
        s = read_rules(body, node, "expected_products", &out->products);
    body->layout->inspections_n++;
    return s;
}

static assay_status read_entries(const struct body *body, const struct asy_node *root)
{
    const struct asy_node *steps, *inspections;
    assay_status s = get_list(body, root, "steps", STEPS, &steps);

    if (assay_ok(s))
        s = get_list(body, root, "inspect", STEPS, &inspections);
    if (!assay_ok(s))
        return s;
    if (steps == NULL || steps->n == 0)
        return wrong(body, root, "a layout without steps says nothing");
    body->layout->steps = make(body, steps->n, sizeof *body->layout->steps);
    body->layout->inspections =
        make(body, inspections == NULL ? 0 : inspections->n, sizeof *body->layout->inspections);
    if (body->layout->steps == NULL || body->layout->inspections == NULL)
        return failed(body);
    for (const struct asy_node *node = steps->first; assay_ok(s) && node != NULL; node = node->next)
        s = read_step(body, node);
    for (const struct asy_node *node = inspections == NULL ? NULL : inspections->first; assay_ok(s) && node != NULL;
         node = node->next)
        s = read_inspection(body, node);
    return s;
}

assay_status asy_layout_read_layout(struct asy_reading *reading, const struct asy_node *root,
                                    const struct asy_layout **out)
{
    struct body body = { .reading = reading };
    const struct asy_node *expires = asy_node_get(root, "expires");
    assay_status s;

    body.layout = make(&body, 1, sizeof *body.layout);
    if (body.layout == NULL)
        return failed(&body);
    if (expires == NULL || expires->kind != ASY_NODE_STRING || expires->text.len != 20 ||
        !asy_parse_time(expires->text, &body.layout->expires))
        return wrong(&body, root, "a layout without an expiry as 2030-01-01T00:00:00Z");
    s = read_keys(&body, root);
    if (assay_ok(s))
        s = read_entries(&body, root);
    *out = body.layout;
    return s;
}
