#include "model/dossier.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct asy_dossier *asy_dossier_new(struct asy_arena *arena, const struct asy_limits *limits, int64_t at)
{
    struct asy_dossier *dossier = asy_alloc(arena, 1, sizeof *dossier);

    if (dossier == NULL)
        return NULL;
    dossier->arena = arena;
    dossier->limits = limits;
    dossier->at = at;
    return dossier;
}

struct asy_item *asy_add_item(struct asy_dossier *dossier, const char *name, struct asy_source *source)
{
    struct asy_item *item = NULL;

    if (dossier->items_n < dossier->limits->items &&
        asy_grow(dossier->arena, &dossier->items, dossier->items_n, &dossier->items_room, sizeof(void *)))
        item = asy_alloc(dossier->arena, 1, sizeof *item);
    if (item == NULL) {
        dossier->incomplete = true;
        return NULL;
    }
    item->no = (uint32_t)dossier->items_n;
    item->name = name;
    item->source = source;
    item->dir = "";
    dossier->items[dossier->items_n++] = item;
    return item;
}

struct asy_item *asy_add_derived(struct asy_dossier *dossier, struct asy_item *parent, uint64_t off, uint64_t len,
                                 const char *name, struct asy_source *source)
{
    struct asy_item *item = NULL;

    if (parent->depth < dossier->limits->depth && name != NULL && source != NULL)
        item = asy_add_item(dossier, name, source);
    if (item == NULL) {
        dossier->incomplete = true;
        return NULL;
    }
    item->parent = parent;
    item->parent_off = off;
    item->parent_len = len;
    item->depth = parent->depth + 1;
    item->dir = parent->dir;
    return item;
}

struct asy_item *asy_add_link_text(struct asy_dossier *dossier, struct asy_item *link)
{
    struct asy_source *source = asy_source_of_memory(dossier->arena, link->link_text);
    struct asy_item *item = asy_add_derived(dossier, link, 0, ASY_TO_END, link->name, source);

    if (item == NULL)
        return NULL;
    item->says_parent = true;
    item->size = link->link_text.len;
    item->has_size = true;
    return item;
}

struct asy_statement *asy_add_statement(struct asy_dossier *dossier, enum asy_statement_kind kind,
                                        struct asy_item *document)
{
    struct asy_statement *statement;

    if (dossier->statements_n >= dossier->limits->claims ||
        !asy_grow(dossier->arena, &dossier->statements, dossier->statements_n, &dossier->statements_room,
                  sizeof *dossier->statements)) {
        dossier->incomplete = true;
        return NULL;
    }
    statement = &dossier->statements[dossier->statements_n++];
    *statement = (struct asy_statement){ .kind = kind, .document = document, .place_len = ASY_TO_END };
    return statement;
}

void asy_add_step(struct asy_dossier *dossier, const struct asy_item *layout, struct asy_view name,
                  unsigned functionaries, unsigned threshold, bool holds)
{
    if (!asy_grow(dossier->arena, &dossier->steps, dossier->steps_n, &dossier->steps_room, sizeof *dossier->steps)) {
        dossier->incomplete = true;
        return;
    }
    dossier->steps[dossier->steps_n++] = (struct asy_step_answer){ layout, name, functionaries, threshold, holds };
}

enum { SIGNED = 16 }; /* documents that may have all the signatures that one of them may have */

static bool may_sign(const struct asy_dossier *dossier, const struct asy_item *document)
{
    uint64_t most = dossier->limits->signatures;

    return dossier->signatures_n < SIGNED * most && (document == NULL || document->signatures_n < most);
}

struct asy_claim *asy_add_claim(struct asy_dossier *dossier, enum asy_claim_kind kind, struct asy_item *document,
                                asy_claim_no *no)
{
    struct asy_fact *fact = NULL;
    bool signs = kind == ASY_CLAIM_SIGNATURE;

    if (dossier->facts_n < dossier->limits->claims && (!signs || may_sign(dossier, document)) &&
        asy_grow(dossier->arena, &dossier->facts, dossier->facts_n, &dossier->facts_room, sizeof(void *)))
        fact = asy_alloc(dossier->arena, 1, sizeof *fact);
    if (fact == NULL) {
        dossier->incomplete = true;
        return NULL;
    }
    fact->claim.kind = kind;
    fact->claim.document = document;
    fact->principal = -1;
    fact->why.reason = ASY_EVIDENCE_UNCHECKED;
    dossier->facts[dossier->facts_n++] = fact;
    dossier->signatures_n += signs;
    if (signs && document != NULL)
        document->signatures_n++;
    if (no != NULL)
        *no = (asy_claim_no)dossier->facts_n;
    return &fact->claim;
}

const struct asy_item *asy_evidence_for(const struct asy_item *item)
{
    const struct asy_item *parent = item == NULL ? NULL : item->parent;
    bool is_read_with_parent = parent != NULL && parent->is_package && !item->is_package && item->format != NULL &&
                               parent->format != NULL && asy_view_eq(asy_view_of(item->format), asy_view_of(parent->format));

    return is_read_with_parent ? parent : item;
}

struct asy_fact *asy_fact_no(const struct asy_dossier *dossier, asy_claim_no no)
{
    return no == 0 || no > dossier->facts_n ? NULL : dossier->facts[no - 1];
}

/* Printable text in the arena, or NULL. */
static const char *keep(struct asy_dossier *dossier, const char *raw)
{
    char shown[ASY_DIAG_TEXT];

    if (raw[0] == '\0')
        return NULL;
    asy_printable(asy_view_of(raw), shown, sizeof shown);
    return asy_copy_text(dossier->arena, asy_view_of(shown));
}

void asy_because(struct asy_dossier *dossier, struct asy_why *why, enum asy_reason reason, const char *format, ...)
{
    char raw[ASY_DIAG_TEXT];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(raw, sizeof raw, format, ap);
    va_end(ap);
    why->reason = reason;
    why->detail = keep(dossier, raw);
}

void asy_add_finding(struct asy_dossier *dossier, enum asy_severity severity, enum asy_reason reason,
                     const struct asy_item *about, const struct asy_item *source, const char *format, ...)
{
    struct asy_finding *finding;
    char raw[ASY_DIAG_TEXT];
    va_list ap;

    if (!asy_grow(dossier->arena, &dossier->findings, dossier->findings_n, &dossier->findings_room,
                  sizeof *dossier->findings)) {
        dossier->incomplete = true;
        return;
    }
    finding = &dossier->findings[dossier->findings_n++];
    memset(finding, 0, sizeof *finding);
    va_start(ap, format);
    (void)vsnprintf(raw, sizeof raw, format, ap);
    va_end(ap);
    finding->why = (struct asy_why){ reason, keep(dossier, raw) };
    finding->severity = severity;
    finding->about = about;
    finding->source = source;
}

/* Digests of a whole are found through its item; there are few others, and they share their pieces. */
struct asy_measure *asy_find_measure(const struct asy_dossier *dossier, struct asy_recipe recipe,
                                     enum asy_digest_alg alg)
{
    const struct asy_item *whole = asy_recipe_whole(recipe);

    if (whole != NULL) {
        struct asy_measure *m = whole->measures;

        while (m != NULL && m->alg != alg)
            m = m->next;
        return m;
    }
    for (size_t i = 0; i < dossier->parts_n; i++) {
        struct asy_measure *m = dossier->parts[i];

        if (m->alg == alg && m->recipe.pieces == recipe.pieces && m->recipe.n == recipe.n)
            return m;
    }
    return NULL;
}

static bool keep_part(struct asy_dossier *dossier, struct asy_measure *measure)
{
    if (!asy_grow(dossier->arena, &dossier->parts, dossier->parts_n, &dossier->parts_room, sizeof(void *)))
        return false;
    dossier->parts[dossier->parts_n++] = measure;
    return true;
}

struct asy_measure *asy_new_measure(struct asy_dossier *dossier, struct asy_recipe recipe, enum asy_digest_alg alg)
{
    struct asy_item *whole = asy_recipe_whole(recipe);
    struct asy_measure *measure = NULL;

    if (asy_grow(dossier->arena, &dossier->measures, dossier->measures_n, &dossier->measures_room, sizeof(void *)))
        measure = asy_alloc(dossier->arena, 1, sizeof *measure);
    if (measure == NULL || (whole == NULL && !keep_part(dossier, measure))) {
        dossier->incomplete = true;
        return NULL;
    }
    measure->recipe = recipe;
    measure->alg = alg;
    measure->why.reason = ASY_EVIDENCE_UNCHECKED;
    if (whole != NULL) {
        measure->next = whole->measures;
        whole->measures = measure;
    }
    dossier->measures[dossier->measures_n++] = measure;
    return measure;
}

struct asy_measure *asy_add_measure(struct asy_dossier *dossier, struct asy_recipe recipe, enum asy_digest_alg alg)
{
    struct asy_measure *measure = asy_find_measure(dossier, recipe, alg);

    return measure != NULL ? measure : asy_new_measure(dossier, recipe, alg);
}

void asy_add_slack(struct asy_dossier *dossier, struct asy_item *item, uint64_t off, uint64_t len)
{
    struct asy_said *slack = len == 0 ? NULL : asy_alloc(dossier->arena, 1, sizeof *slack);

    if (slack == NULL)
        return; /* undeclared bytes must then be said by somebody: only stricter */
    *slack = (struct asy_said){ off, len, UINT64_MAX, item->slack }; /* whoever says the rest */
    item->slack = slack;
}

static bool is_same_principal(const struct asy_principal *a, const struct asy_principal *b)
{
    if (a->is_pin != b->is_pin || a->is_authority != b->is_authority || a->has_fingerprint != b->has_fingerprint)
        return false;
    if (a->has_fingerprint)
        return memcmp(a->fingerprint, b->fingerprint, sizeof a->fingerprint) == 0;
    return strcmp(a->name, b->name) == 0 && strcmp(a->kind, b->kind) == 0;
}

/* Reports outlive the store that a name comes from. */
static bool keep_text(struct asy_dossier *dossier, const char **text)
{
    if (*text != NULL)
        *text = asy_copy_text(dossier->arena, asy_view_of(*text));
    else
        return true;
    return *text != NULL;
}

int asy_add_principal(struct asy_dossier *dossier, const struct asy_principal *principal)
{
    struct asy_principal *copy;

    for (size_t i = 0; i < dossier->principals_n; i++) {
        if (is_same_principal(&dossier->principals[i], principal))
            return (int)i;
    }
    if (dossier->principals_n == ASY_PRINCIPALS) {
        dossier->incomplete = true;
        return -1;
    }
    copy = &dossier->principals[dossier->principals_n];
    *copy = *principal;
    if (!keep_text(dossier, &copy->name) || !keep_text(dossier, &copy->kind) || !keep_text(dossier, &copy->key) ||
        !keep_text(dossier, &copy->anchor) || !keep_text(dossier, &copy->identity) ||
        !keep_text(dossier, &copy->issuer)) {
        dossier->incomplete = true;
        return -1;
    }
    return (int)dossier->principals_n++;
}

bool asy_fact_holds(const struct asy_fact *fact)
{
    return fact->outcome == ASY_HOLDS && fact->proof != NULL;
}

bool asy_finding_blocks(const struct asy_finding *finding)
{
    return finding->severity == ASY_BLOCKS && finding->waived_by == NULL;
}
