#include "format/predicate.h"

#define PREDICATE(name) extern const struct asy_predicate asy_predicate_##name;
#include "format/predicates.def"
#undef PREDICATE

#define PREDICATE(name) &asy_predicate_##name,
static const struct asy_predicate *const predicates[] = {
#include "format/predicates.def"
    NULL,
};
#undef PREDICATE

const struct asy_predicate *asy_predicate_of(struct asy_view type)
{
    for (size_t i = 0; predicates[i] != NULL; i++) {
        for (const char *const *each = predicates[i]->types; *each != NULL; each++) {
            if (asy_view_is(type, *each))
                return predicates[i];
        }
    }
    return NULL;
}

struct asy_view asy_member_text(const struct asy_node *map, const char *name)
{
    const struct asy_node *node = asy_node_get(map, name);

    return node == NULL || node->kind != ASY_NODE_STRING ? (struct asy_view){ NULL, 0 } : node->text;
}

bool asy_say_named(struct asy_reading *reading, enum asy_statement_kind kind, struct asy_view name, struct asy_view text)
{
    struct asy_statement *statement = asy_add_statement(reading->dossier, kind, reading->document);

    if (statement == NULL)
        return false;
    statement->name = name;
    statement->text = text;
    return true;
}

bool asy_say(struct asy_reading *reading, enum asy_statement_kind kind, struct asy_view text)
{
    return text.len == 0 || asy_say_named(reading, kind, (struct asy_view){ NULL, 0 }, text);
}

assay_status asy_said_too_much(struct asy_reading *reading)
{
    return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many statements");
}

bool asy_say_purls(struct asy_reading *reading, const struct asy_statement_of *statement)
{
    for (const struct asy_node *each = statement->subjects->first; each != NULL; each = each->next) {
        struct asy_view name = asy_member_text(each, "name");

        if (asy_view_starts(name, ASY_TEXT("pkg:")) && !asy_say(reading, ASY_SAYS_PURL, name))
            return false;
    }
    return true;
}
