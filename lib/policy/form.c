#include "policy/form.h"

#include "base/text.h"
#include "policy/nearest.h"

#include <stdarg.h>
#include <stdio.h>

bool asy_form_fail(struct asy_form *form, const struct asy_node *at, const char *format, ...)
{
    char text[ASY_DIAG_TEXT];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    form->status = asy_fail(form->diag, ASSAY_E_POLICY, at->line, "line %u: %s", at->line, text);
    return false;
}

bool asy_form_no_memory(struct asy_form *form)
{
    form->status = asy_no_memory(form->diag);
    return false;
}

/* What of a text fits into a message. */
static int shown_len(struct asy_view text)
{
    return text.len > 64 ? 64 : (int)text.len;
}

static bool fail_unknown(struct asy_form *form, const struct asy_node *member, const char *what,
                         const char *const *names)
{
    struct asy_node at = { .line = member->key_line };
    struct asy_nearest nearest = { 0 };

    for (size_t i = 0; names[i] != NULL; i++)
        asy_nearest_offer(&nearest, member->key, names[i]);
    if (nearest.name == NULL)
        return asy_form_fail(form, &at, "%s has no \"%.*s\"", what, shown_len(member->key),
                             (const char *)member->key.data);
    return asy_form_fail(form, &at, "%s has no \"%.*s\", did you mean %s?", what, shown_len(member->key),
                         (const char *)member->key.data, nearest.name);
}

static bool is_among(struct asy_view word, const char *const *words, unsigned *place)
{
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (!asy_view_is(word, words[i]))
            continue;
        if (place != NULL)
            *place = i;
        return true;
    }
    return false;
}

bool asy_form_map(struct asy_form *form, const struct asy_node *node, const char *what, const char *const *names)
{
    if (node->kind != ASY_NODE_MAP)
        return asy_form_fail(form, node, "%s is %s, expected a map", what, asy_node_kind_name(node->kind));
    for (const struct asy_node *member = node->first; member != NULL; member = member->next) {
        if (!is_among(member->key, names, NULL))
            return fail_unknown(form, member, what, names);
    }
    return true;
}

/* Finds a member; NULL with `*ok` telling whether it may be absent. */
static const struct asy_node *member_of(struct asy_form *form, const struct asy_node *map, const char *name,
                                        bool required, bool *ok)
{
    const struct asy_node *member = asy_node_get(map, name);

    *ok = member != NULL || !required || asy_form_fail(form, map, "%s is missing", name);
    return member;
}

static bool check_seen(struct asy_form *form, const struct asy_node *node, const char *name, bool lines)
{
    struct asy_view rest = node->text;
    uint32_t c;

    while (rest.len > 0) {
        size_t n = asy_utf8_next(rest, &c);

        if (n == 0)
            return asy_form_fail(form, node, "%s is not UTF-8", name);
        if (c == '\n' && !lines)
            return asy_form_fail(form, node, "%s has several lines, expected one", name);
        if (!asy_is_shown(c) && c != '\n')
            return asy_form_fail(form, node, "%s holds a character that cannot be seen, U+%04X", name, (unsigned)c);
        rest = asy_view_from(rest, n);
    }
    return true;
}

static bool read_text(struct asy_form *form, const struct asy_node *node, const char *name, bool lines,
                      const char **out)
{
    bool looks_like_text = node->kind == ASY_NODE_NUMBER || node->kind == ASY_NODE_BOOL;
    struct asy_node trimmed = *node;
    const char *text;

    if (node->kind != ASY_NODE_STRING)
        return asy_form_fail(form, node, "%s is %s, expected text%s", name, asy_node_kind_name(node->kind),
                             looks_like_text ? " (write it in quotes)" : "");
    trimmed.text = asy_view_trim(node->text);
    if (trimmed.text.len == 0)
        return asy_form_fail(form, node, "%s is empty", name);
    if (!check_seen(form, &trimmed, name, lines))
        return false;
    text = asy_copy_text(form->arena, trimmed.text);
    if (text == NULL)
        return asy_form_no_memory(form);
    *out = text;
    return true;
}

bool asy_form_text_of(struct asy_form *form, const struct asy_node *node, const char *name, const char **out)
{
    return read_text(form, node, name, false, out);
}

bool asy_form_text(struct asy_form *form, const struct asy_node *map, const char *name, bool required,
                   const char **out)
{
    bool ok;
    const struct asy_node *member = member_of(form, map, name, required, &ok);

    return member == NULL ? ok : read_text(form, member, name, false, out);
}

bool asy_form_lines(struct asy_form *form, const struct asy_node *map, const char *name, const char **out)
{
    const struct asy_node *member = asy_node_get(map, name);

    return member == NULL || read_text(form, member, name, true, out);
}

bool asy_form_list(struct asy_form *form, const struct asy_node *map, const char *name, const struct asy_node **out)
{
    const struct asy_node *member = asy_node_get(map, name);

    *out = NULL;
    if (member == NULL)
        return true;
    if (member->kind != ASY_NODE_LIST)
        return asy_form_fail(form, member, "%s is %s, expected a list", name, asy_node_kind_name(member->kind));
    *out = member;
    return true;
}

bool asy_form_texts(struct asy_form *form, const struct asy_node *map, const char *name, const char ***out, size_t *n)
{
    const struct asy_node *list;
    const char **texts;
    size_t i = 0;

    if (!asy_form_list(form, map, name, &list))
        return false;
    if (list == NULL)
        return true;
    if (list->n == 0)
        return asy_form_fail(form, list, "%s is an empty list", name);
    texts = asy_alloc(form->arena, list->n, sizeof *texts);
    if (texts == NULL)
        return asy_form_no_memory(form);
    for (const struct asy_node *node = list->first; node != NULL; node = node->next) {
        if (!read_text(form, node, name, false, &texts[i++]))
            return false;
    }
    *out = texts;
    *n = i;
    return true;
}

bool asy_form_number(struct asy_form *form, const struct asy_node *map, const char *name, unsigned least,
                     unsigned most, unsigned *out)
{
    const struct asy_node *member = asy_node_get(map, name);
    uint64_t number;

    if (member == NULL)
        return true;
    if (member->kind != ASY_NODE_NUMBER || !asy_parse_u64(member->text, &number) || number < least || number > most)
        return asy_form_fail(form, member, "%s is not a whole number from %u to %u", name, least, most);
    *out = (unsigned)number;
    return true;
}

bool asy_form_truth(struct asy_form *form, const struct asy_node *map, const char *name, enum asy_tristate *out)
{
    const struct asy_node *member = asy_node_get(map, name);

    if (member == NULL)
        return true;
    if (member->kind != ASY_NODE_BOOL)
        return asy_form_fail(form, member, "%s is %s, expected true or false", name,
                             asy_node_kind_name(member->kind));
    *out = asy_node_is_true(member) ? ASY_YES : ASY_NO;
    return true;
}

bool asy_form_time(struct asy_form *form, const struct asy_node *map, const char *name, bool required, int64_t *out)
{
    bool ok;
    const struct asy_node *member = member_of(form, map, name, required, &ok);

    if (member == NULL)
        return ok;
    if (member->kind != ASY_NODE_STRING || !asy_parse_time(member->text, out))
        return asy_form_fail(form, member, "%s is no time, expected 2026-12-31 or 2026-12-31T23:00:00Z", name);
    return true;
}

bool asy_form_choice(struct asy_form *form, const struct asy_node *map, const char *name, const char *const *words,
                     bool required, unsigned *out)
{
    bool ok;
    const struct asy_node *member = member_of(form, map, name, required, &ok);
    struct asy_nearest nearest = { 0 };

    if (member == NULL)
        return ok;
    if (member->kind != ASY_NODE_STRING)
        return asy_form_fail(form, member, "%s is %s, expected text", name, asy_node_kind_name(member->kind));
    if (is_among(member->text, words, out))
        return true;
    for (size_t i = 0; words[i] != NULL; i++)
        asy_nearest_offer(&nearest, member->text, words[i]);
    if (nearest.name == NULL)
        return asy_form_fail(form, member, "%s cannot be \"%.*s\", expected %s or the like", name,
                             shown_len(member->text), (const char *)member->text.data, words[0]);
    return asy_form_fail(form, member, "%s cannot be \"%.*s\", did you mean %s?", name, shown_len(member->text),
                         (const char *)member->text.data, nearest.name);
}
