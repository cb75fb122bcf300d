/* The files that were brought, as in-toto sees them: paths with digests; and what the layout says of them. */
#include "base/text.h"
#include "codec/hex.h"
#include "verify/artifact_rules.h"
#include "verify/layout.h"

#include <string.h>

bool asy_has_product(const struct asy_run *run)
{
    return run->layout != NULL && run->subject != run->layout->document;
}

bool asy_runs_nothing(const struct asy_layout_inspection *inspection)
{
    static const char *const names[] = { "true", "/bin/true", "/usr/bin/true" };

    for (size_t i = 0; inspection->run.n == 1 && i < sizeof names / sizeof *names; i++) {
        if (asy_view_is(inspection->run.at[0], names[i]))
            return true;
    }
    return inspection->run.n == 0;
}

/* Any file that lies there, but the layout and its links. */
static bool is_product(const struct asy_run *run, const struct asy_item *item)
{
    bool was_read = item->format != NULL && strcmp(item->format, "layout") == 0;

    if (run->subject != NULL)
        return item == run->subject;
    return item->is_member && item->parent == NULL && !was_read;
}

/* ---- digests ---- */

static uint32_t algs_of(const struct asy_artifacts *artifacts)
{
    uint32_t algs = 0;

    for (size_t i = 0; i < artifacts->n; i++) {
        for (size_t h = 0; h < artifacts->at[i].hashes_n; h++)
            algs |= (uint32_t)1 << asy_digest_of_name(artifacts->at[i].hashes[h].alg);
    }
    return algs;
}

static uint32_t algs_of_record(const struct asy_record *record)
{
    return record == NULL ? 0 : algs_of(&record->materials) | algs_of(&record->products);
}

/* Digests that any record below the layout has. */
static uint32_t algs_of_work(const struct asy_layout_work *work)
{
    uint32_t algs = 0;

    for (size_t i = 0; i < work->layout->steps_n; i++) {
        for (size_t l = 0; l < work->steps[i].links_n; l++) {
            algs |= algs_of_record(work->steps[i].links[l].record);
            if (work->steps[i].links[l].sub != NULL)
                algs |= algs_of_work(work->steps[i].links[l].sub);
        }
    }
    for (size_t i = 0; i < work->layout->inspections_n; i++)
        algs |= algs_of_record(work->inspections[i].record);
    return algs;
}

static bool plan_item(struct asy_run *run, struct asy_item *item, uint32_t algs)
{
    struct asy_piece whole = asy_whole(item);
    struct asy_recipe recipe;

    if (!asy_recipe_of(run->dossier->arena, &whole, 1, &recipe))
        return false;
    for (enum asy_digest_alg alg = ASY_MD5; alg < ASY_DIGEST_ALGS; alg++) {
        if ((algs >> alg & 1) != 0 && asy_digest_known(alg) && asy_add_measure(run->dossier, recipe, alg) == NULL)
            return false;
    }
    return true;
}

bool asy_plan_product(struct asy_run *run)
{
    uint32_t algs = asy_has_product(run) ? algs_of_work(run->layout) | (uint32_t)1 << ASY_SHA256 : 0;

    for (size_t i = 0; algs != 0 && i < run->dossier->items_n; i++) {
        if (is_product(run, run->dossier->items[i]) && !plan_item(run, run->dossier->items[i], algs))
            return false;
    }
    return true;
}

static bool spell_digests(struct asy_run *run, struct asy_item *item, struct asy_artifact *out)
{
    struct asy_hash *hashes = asy_alloc(run->dossier->arena, ASY_DIGEST_ALGS, sizeof *hashes);
    char hex[2 * ASY_DIGEST_MAX + 1];

    *out = (struct asy_artifact){ .path = asy_view_of(item->name), .hashes = hashes, .item = item };
    if (hashes == NULL)
        return false;
    for (const struct asy_measure *m = item->measures; m != NULL && out->hashes_n < ASY_DIGEST_ALGS; m = m->next) {
        const char *text;

        if (!m->done)
            continue;
        asy_hex((struct asy_view){ m->digest, asy_digest_len(m->alg) }, hex);
        text = asy_copy_text(run->dossier->arena, asy_view_of(hex));
        if (text == NULL)
            return false;
        hashes[out->hashes_n++] = (struct asy_hash){ asy_view_of(asy_digest_name(m->alg)), asy_view_of(text) };
    }
    return true;
}

bool asy_product_of(struct asy_run *run, struct asy_artifacts *out)
{
    struct asy_dossier *dossier = run->dossier;

    *out = (struct asy_artifacts){ asy_alloc(dossier->arena, dossier->items_n + 1, sizeof *out->at), 0 };
    if (out->at == NULL)
        return false;
    for (size_t i = 0; asy_has_product(run) && i < dossier->items_n; i++) {
        if (is_product(run, dossier->items[i]) && !spell_digests(run, dossier->items[i], &out->at[out->n++]))
            return false;
    }
    return asy_artifacts_sort(out);
}

/* ---- what the layout says of them ---- */

struct cover {
    struct asy_run *run;
    bool *done; /* by the item's number */
    bool failed;
};

static const struct asy_hash *strongest(const struct asy_artifact *artifact)
{
    const struct asy_hash *best = NULL;
    unsigned most = 0;

    for (size_t i = 0; i < artifact->hashes_n; i++) {
        enum asy_digest_alg alg = asy_digest_of_name(artifact->hashes[i].alg);
        unsigned bits = asy_digest_known(alg) ? asy_digest_strength(alg) : 0;

        if (best == NULL || bits > most)
            best = &artifact->hashes[i];
        most = bits > most ? bits : most;
    }
    return best;
}

/* The layout says this digest of this file: a claim like that of any list, answered by the digest that was computed.
 */
static bool say(struct cover *cover, struct asy_item *item, const struct asy_artifact *recorded)
{
    struct asy_dossier *dossier = cover->run->dossier;
    const struct asy_hash *hash = strongest(recorded);
    struct asy_link link = { .alg = hash == NULL ? ASY_DIGEST_NONE : asy_digest_of_name(hash->alg) };
    struct asy_piece whole = asy_whole(item);
    struct asy_claim *claim;
    struct asy_fact *fact;

    cover->done[item->no] = true;
    if (!asy_digest_known(link.alg) || !asy_hex_decode(dossier->arena, hash->hex, &link.value))
        return true; /* nothing that could be compared */
    claim = asy_add_claim(dossier, ASY_CLAIM_LINK, cover->run->layout->document, NULL);
    if (claim == NULL || !asy_recipe_of(dossier->arena, &whole, 1, &link.target))
        return false;
    claim->is.link = link;
    fact = dossier->facts[dossier->facts_n - 1];
    fact->measure = asy_add_measure(dossier, link.target, link.alg);
    item->is_listed = true;
    asy_check_link(cover->run->job->crypto, dossier, fact);
    return fact->measure != NULL;
}

static void matched(void *context, const struct asy_artifact *here, const struct asy_artifact *there)
{
    struct cover *cover = context;

    if (here->item != NULL && there->item == NULL && !cover->done[here->item->no] && !say(cover, here->item, there))
        cover->failed = true;
}

static void cover_by_rules(struct cover *cover, const struct asy_rules *rules, const struct asy_artifacts *product,
                           const struct asy_record *const *records, size_t n)
{
    const struct asy_rule_scene scene = {
        .of = product,
        .materials = product,
        .products = product,
        .records = records,
        .records_n = n,
        .floor = asy_digest_strength(cover->run->job->settings->min_digest),
        .matched = matched,
        .context = cover,
    };
    const struct asy_artifact_rule *rule;
    struct asy_view failed;

    if (asy_artifact_rules_read(cover->run->dossier->arena, rules, &scene, &rule, &failed) == ASY_RULES_NO_MEMORY)
        cover->failed = true;
}

bool asy_cover_product(struct asy_run *run, const struct asy_artifacts *product)
{
    const struct asy_layout_work *work = run->layout;
    const struct asy_artifacts *last = &work->steps[work->layout->steps_n - 1].result.products;
    struct cover cover = { .run = run,
                           .done = asy_alloc(run->dossier->arena, run->dossier->items_n + 1, sizeof(bool)) };
    size_t n;
    const struct asy_record **records = asy_layout_records(run, work, &n);

    if (cover.done == NULL || records == NULL)
        return false;
    for (size_t i = 0; i < work->layout->inspections_n; i++) {
        cover_by_rules(&cover, &work->layout->inspections[i].materials, product, records, n);
        if (asy_runs_nothing(&work->layout->inspections[i]))
            cover_by_rules(&cover, &work->layout->inspections[i].products, product, records, n);
    }
    for (size_t i = 0; !cover.failed && i < product->n; i++) {
        const struct asy_artifact *recorded =
            asy_artifact_find(last, (struct asy_view){ NULL, 0 }, product->at[i].path);

        if (recorded != NULL && !cover.done[product->at[i].item->no] && !say(&cover, product->at[i].item, recorded))
            return false;
    }
    return !cover.failed;
}
