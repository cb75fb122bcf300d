/*
 * What trusted documents say of their age and version, held against what was allowed before.  A source is a release by
 * its origin and name, or a package by the policy's product, its name and its architecture; who signed is no part of it,
 * so that another trusted key brings nothing old back.
 */
#include "base/text.h"
#include "policy/weighing.h"

static bool is_same_place(const struct asy_statement *a, const struct asy_statement *b)
{
    return a->document == b->document && a->place_off == b->place_off && a->place_len == b->place_len;
}

/* What the same place of the same document says of another thing; empty where it says nothing. */
static struct asy_view text_beside(const struct asy_dossier *dossier, const struct asy_statement *of,
                                   enum asy_statement_kind kind)
{
    for (size_t i = 0; i < dossier->statements_n; i++) {
        const struct asy_statement *statement = &dossier->statements[i];

        if (statement->kind == kind && is_same_place(statement, of))
            return statement->text;
    }
    return (struct asy_view){ NULL, 0 };
}

/* Names one behind the other, each shown as text can be, so that no two sources are spelled the same. */
static struct asy_view source_of(struct asy_arena *arena, const char *first, struct asy_view second, struct asy_view third)
{
    char shown_second[200], shown_third[200];

    asy_printable(second, shown_second, sizeof shown_second);
    asy_printable(third, shown_third, sizeof shown_third);
    return asy_view_of(asy_printf(arena, "%s/%s/%s", first, shown_second, shown_third));
}

static struct asy_view release_source(const struct asy_weighing *rule, const struct asy_statement *of)
{
    struct asy_view name = text_beside(rule->dossier, of, ASY_SAYS_CODENAME);

    if (name.len == 0)
        name = text_beside(rule->dossier, of, ASY_SAYS_SUITE);
    return source_of(rule->dossier->arena, "release", text_beside(rule->dossier, of, ASY_SAYS_ORIGIN), name);
}

static struct asy_view package_source(const struct asy_weighing *rule, const struct asy_statement *of)
{
    const char *product = rule->terms->product == NULL || rule->terms->product->name == NULL ? ""
                                                                                             : rule->terms->product->name;

    return source_of(rule->dossier->arena, product, text_beside(rule->dossier, of, ASY_SAYS_PACKAGE),
                     text_beside(rule->dossier, of, ASY_SAYS_ARCH));
}

/* True for a statement that can be remembered. */
static bool seen_in(const struct asy_weighing *rule, const struct asy_statement *statement, struct asy_remembered *out)
{
    *out = (struct asy_remembered){ .kind = ASY_REMEMBERS_NONE };
    if (statement->kind == ASY_SAYS_MADE) {
        out->kind = ASY_REMEMBERS_RELEASE;
        out->source = release_source(rule, statement);
        out->time = statement->time;
    } else if (statement->kind == ASY_SAYS_VERSION) {
        out->kind = ASY_REMEMBERS_VERSION;
        out->source = package_source(rule, statement);
        out->scheme = statement->scheme;
        out->version = statement->text;
    }
    return out->kind != ASY_REMEMBERS_NONE;
}

static void find_rollback(struct asy_weighing *rule, const struct asy_statement *statement,
                          const struct asy_remembered *seen)
{
    const struct asy_remembered *known = asy_memory_find(rule->terms->memory, seen);
    char then[32], now[32];

    if (seen->kind == ASY_REMEMBERS_RELEASE) {
        asy_format_time(seen->time, now);
        asy_format_time(known->time, then);
        asy_add_finding(rule->dossier, ASY_BLOCKS, ASY_ROLLBACK, NULL, statement->document,
                        "is of %s, one of %s was allowed before", now, then);
        return;
    }
    asy_add_finding(rule->dossier, ASY_BLOCKS, ASY_ROLLBACK, NULL, statement->document,
                    "is version %.*s, %.*s was allowed before", (int)(seen->version.len > 100 ? 100 : seen->version.len),
                    (const char *)seen->version.data, (int)(known->version.len > 100 ? 100 : known->version.len),
                    (const char *)known->version.data);
}

void asy_find_rollbacks(struct asy_weighing *rule)
{
    for (size_t i = 0; rule->terms->memory != NULL && i < rule->dossier->statements_n; i++) {
        const struct asy_statement *statement = &rule->dossier->statements[i];
        uint64_t by = asy_sayers(statement->document, statement->place_off, statement->place_len);
        struct asy_remembered seen;

        if ((by & rule->counted) == 0 || !seen_in(rule, statement, &seen))
            continue;
        if (seen.source.len == 0 || !asy_memory_keep(&rule->account->seen, rule->dossier->arena, &seen))
            rule->dossier->incomplete = true;
        if (!asy_memory_allows(rule->terms->memory, &seen))
            find_rollback(rule, statement, &seen);
    }
}
