/* Links that name no file: whatever input has the digest. */
#include "verify/run.h"

#include <string.h>

/* What a document, or the envelope that it came in, is evidence of; NULL: of nothing in particular. */
static struct asy_item *about_of(const struct asy_item *document)
{
    while (document->about == NULL && document->parent != NULL)
        document = document->parent;
    return document->about;
}

/* What a digest may be of that names no file. */
static bool may_be(const struct asy_run *run, const struct asy_item *item, const struct asy_item *document)
{
    if (item == document)
        return false;
    return item == run->subject || item == about_of(document) || (item->is_evidence && item->format != NULL);
}

/* A digest that may be of any input: planned for all that it could be. */
bool asy_plan_anywhere(struct asy_run *run, struct asy_fact *fact)
{
    enum asy_digest_alg alg = fact->claim.is.link.alg;

    for (size_t i = 0; i < run->dossier->items_n; i++) {
        struct asy_item *item = run->dossier->items[i];
        struct asy_piece whole = asy_whole(item);
        struct asy_recipe recipe;

        if (!may_be(run, item, fact->claim.document))
            continue;
        if (!asy_recipe_of(run->dossier->arena, &whole, 1, &recipe) ||
            asy_add_measure(run->dossier, recipe, alg) == NULL ||
            (item->image.n > 0 && asy_add_measure(run->dossier, item->image, alg) == NULL))
            return false;
    }
    return true;
}

static bool has_digest(const struct asy_measure *m, const struct asy_link *link)
{
    return m != NULL && m->done && link->value.len == asy_digest_len(m->alg) &&
           memcmp(m->digest, link->value.data, link->value.len) == 0;
}

/* The measure that has the digest; NULL where no input has it. */
static struct asy_measure *find_anywhere(const struct asy_run *run, const struct asy_claim *claim)
{
    const struct asy_link *link = &claim->is.link;

    for (size_t i = 0; i < run->dossier->items_n; i++) {
        struct asy_item *item = run->dossier->items[i];
        struct asy_measure *image = item->image.n == 0 ? NULL : asy_find_measure(run->dossier, item->image, link->alg);

        if (has_digest(image, link))
            return image;
        for (struct asy_measure *m = item->measures; m != NULL; m = m->next) {
            if (m->alg == link->alg && item != claim->document && has_digest(m, link))
                return m;
        }
    }
    return NULL;
}

static bool is_same_entry(const struct asy_claim *a, const struct asy_claim *b)
{
    return b->kind == ASY_CLAIM_LINK && a->document == b->document && a->is.link.entry != 0 &&
           a->is.link.entry == b->is.link.entry;
}

/* The input that another digest of the same thing found; the digests of an entry stand together. */
static const struct asy_item *item_of_entry(const struct asy_run *run, size_t at)
{
    const struct asy_claim *claim = &run->dossier->facts[at]->claim;
    const struct asy_measure *found;
    size_t first = at;

    while (first > 0 && is_same_entry(claim, &run->dossier->facts[first - 1]->claim))
        first--;
    for (size_t i = first; i < run->dossier->facts_n && is_same_entry(claim, &run->dossier->facts[i]->claim); i++) {
        found = find_anywhere(run, &run->dossier->facts[i]->claim);
        if (found != NULL)
            return asy_recipe_whole(found->recipe);
    }
    return NULL;
}

/* Of an input that is only known by another digest this one cannot be had. */
static bool is_beyond(const struct asy_item *item, enum asy_digest_alg wanted)
{
    struct asy_view digest;
    enum asy_digest_alg alg;

    return asy_source_is_digest(item->source, &alg, &digest) && alg != wanted;
}

/*
 * The input that has the digest.  When none has: the one that has another digest of the same entry, or, where the
 * document is about one thing alone, the subject, so that the difference is shown.
 */
void asy_settle_anywhere(struct asy_run *run, size_t at)
{
    struct asy_fact *fact = run->dossier->facts[at];
    const struct asy_link *link = &fact->claim.is.link;
    const struct asy_item *item;

    fact->measure = find_anywhere(run, &fact->claim);
    if (fact->measure != NULL)
        return;
    item = item_of_entry(run, at);
    if (item == NULL && !link->one_of_many)
        item = run->subject != NULL ? run->subject : about_of(fact->claim.document);
    if (item != NULL && item != fact->claim.document && !is_beyond(item, link->alg)) {
        struct asy_measure *m = item->measures;

        while (m != NULL && m->alg != link->alg)
            m = m->next;
        fact->measure = m;
    }
    if (fact->measure == NULL && (link->one_of_many || link->entry != 0))
        fact->claim.kind = ASY_CLAIM_NONE;
}
