/* What lies in what: the packages and documents inside the subject, each with who signed it. */
#include "report/text.h"

static bool is_node(const struct asy_item *item)
{
    return item->parent != NULL && item->format != NULL && asy_evidence_for(item) == item;
}

/* The names of those who signed the package itself and stand. */
static void put_signers(const struct asy_pen *pen, const struct asy_item *item)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t signatures = 0, standing = 0;

    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_fact *fact = dossier->facts[i];

        if (fact->claim.kind != ASY_CLAIM_SIGNATURE || asy_evidence_for(fact->claim.document) != item ||
            fact->claim.is.signature.role != ASY_ROLE_SIGNS)
            continue;
        signatures++;
        if (!fact->standing || fact->principal < 0 || !asy_fact_holds(fact))
            continue;
        asy_put_text(pen->sink, standing++ == 0 ? ", signed by " : ", ");
        asy_pen_quoted(pen, asy_view_of(dossier->principals[fact->principal].name));
    }
    if (standing > 0)
        return;
    if (signatures > 0)
        asy_put_text(pen->sink, ", signed by nobody who is trusted");
    else if (item->is_package)
        asy_put_text(pen->sink, ", not signed itself");
}

static void put_node(const struct asy_pen *pen, const struct asy_item *item)
{
    asy_put_format(pen->sink, "  %-12s %*s", "", (int)(item->depth < 20 ? 2 * (item->depth - 1) : 40), "");
    asy_pen_item(pen, item);
    asy_put_text(pen->sink, " in ");
    asy_pen_item(pen, item->parent);
    asy_put_text(pen->sink, ": ");
    asy_put_shown(pen->sink, asy_view_of(item->format));
    put_signers(pen, item);
    asy_put_text(pen->sink, "\n");
}

/* The nodes below `parent` and, behind each, what lies in it; `*n` counts them all. */
static void put_below(const struct asy_pen *pen, const struct asy_item *parent, size_t *n)
{
    const struct asy_dossier *dossier = pen->account->dossier;

    for (size_t i = parent->no + 1; i < dossier->items_n; i++) {
        const struct asy_item *item = dossier->items[i];

        if (item->parent != parent || !is_node(item))
            continue;
        if (*n == 0)
            asy_put_text(pen->sink, "  inside\n");
        if (asy_pen_has_room(pen, (*n)++))
            put_node(pen, item);
        put_below(pen, item, n);
    }
}

void asy_text_tree(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t n = 0;

    for (size_t i = 0; i < dossier->items_n; i++) {
        if (dossier->items[i]->parent == NULL && dossier->items[i]->format != NULL)
            put_below(pen, dossier->items[i], &n);
    }
    asy_pen_rest(pen, n, "               ");
}
