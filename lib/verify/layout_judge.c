/*
 * Whether an in-toto layout holds (in-toto specification 5.2): every layout key signed it, it has not expired, each
 * step was done by as many of its functionaries as it wants, who say the same, and all rules are met.  A link that is
 * bad is left out, and the threshold decides.  Commands of inspections never run: what they would have found was
 * recorded by those who signed the layout, or they run nothing and are about the files that were brought, or it is
 * not known.
 */
#include "base/text.h"
#include "verify/artifact_rules.h"
#include "verify/layout.h"

#include <string.h>

#define SHOW(view) (int)((view).len > 200 ? 200 : (view).len), (const char *)(view).data

struct court {
    struct asy_run *run;
    struct asy_artifacts product;
    unsigned floor; /* bits of a digest that binds */
};

static bool layout_holds(struct court *, struct asy_layout_work *);

/* Of a layout inside another a failure only leaves out what one functionary says. */
static enum asy_severity severity_in(const struct asy_layout_work *work)
{
    return work->depth == 0 ? ASY_BLOCKS : ASY_NOTE;
}

static void *no_memory(struct court *court)
{
    court->run->dossier->incomplete = true;
    return NULL;
}

/* ---- links of a step ---- */

static bool is_strong(const struct court *court, const struct asy_fact *fact)
{
    const struct asy_settings *settings = court->run->job->settings;
    const struct asy_try *attempt = asy_try_of(court->run, fact);
    enum asy_digest_alg alg = fact->measure == NULL ? ASY_DIGEST_NONE : fact->measure->alg;

    if (attempt == NULL || (asy_key_is_rsa(attempt->key) && asy_key_bits(attempt->key) < settings->min_rsa))
        return false;
    return alg == ASY_DIGEST_NONE || asy_digest_strength(alg) >= asy_digest_strength(settings->min_digest);
}

static void leave_out(struct court *court, const struct asy_step_link *link, const char *why)
{
    asy_add_finding(court->run->dossier, ASY_NOTE, ASY_LAYOUT_LINK, NULL, link->document, "%s",
                    why == NULL ? "" : why);
}

/* By its name a link is of one step only: without this one step's could stand in for another's (specification 4.4).
 */
static bool link_counts(struct court *court, const struct asy_step_work *step, struct asy_step_link *link)
{
    const struct asy_fact *signature = link->signature;

    if (link->document->why.reason != ASY_REASON_NONE)
        leave_out(court, link, link->document->why.detail);
    else if (signature == NULL)
        leave_out(court, link, "no signature by the functionary whose it is called");
    else if (!asy_fact_holds(signature))
        leave_out(court, link, signature->why.detail == NULL ? "its signature does not hold" : signature->why.detail);
    else if (!is_strong(court, signature))
        leave_out(court, link, "its key or digest is weaker than is accepted");
    else if (link->record != NULL && !asy_view_eq(link->record->name, step->step->name))
        leave_out(court, link, "it is of another step");
    else if (link->sub != NULL && !layout_holds(court, link->sub))
        leave_out(court, link, "the layout that it is is not met");
    else if (link->record == NULL && link->sub == NULL)
        leave_out(court, link, "it is neither a link nor a layout");
    else
        return true;
    return false;
}

/* A layout inside another is as one step: what went into its first one, and what came out of its last one. */
static struct asy_record record_of(const struct asy_step_link *link)
{
    const struct asy_layout_work *sub = link->sub;

    if (sub == NULL)
        return *link->record;
    return (struct asy_record){ .materials = sub->steps[0].result.materials,
                                .products = sub->steps[sub->layout->steps_n - 1].result.products };
}

/* Two ids of one key are one functionary. */
static bool is_counted(const struct asy_step_work *step, const bool *counts, size_t no)
{
    for (size_t i = 0; i < no; i++) {
        if (counts[i] && memcmp(step->links[i].signature->key_fingerprint, step->links[no].signature->key_fingerprint,
                                sizeof step->links[no].signature->key_fingerprint) == 0)
            return true;
    }
    return false;
}

static bool is_command(const struct asy_words *expected, const struct asy_words *found)
{
    bool same = expected->n == found->n;

    for (size_t i = 0; same && i < found->n; i++)
        same = asy_view_eq(expected->at[i], found->at[i]);
    return same;
}

static void tell_command(struct court *court, const struct asy_step_work *step, const struct asy_step_link *link)
{
    if (link->record != NULL && step->step->command.n > 0 &&
        !is_command(&step->step->command, &link->record->command))
        asy_add_finding(court->run->dossier, ASY_NOTE, ASY_LAYOUT_COMMAND, NULL, link->document, "step \"%.*s\"",
                        SHOW(step->step->name));
}

/* Counts distinct functionaries whose links count; `differ` is set where two of these do not say the same. */
static unsigned count_functionaries(struct court *court, struct asy_step_work *step, bool *counts, bool *differ)
{
    unsigned n = 0;

    for (size_t i = 0; i < step->links_n; i++) {
        struct asy_record record;

        if (!link_counts(court, step, &step->links[i]))
            continue;
        step->links[i].document->is_subject = false; /* where it lies among the files that were brought */
        tell_command(court, step, &step->links[i]);
        record = record_of(&step->links[i]);
        if (n == 0)
            step->result = record;
        else if (!asy_artifacts_equal(&record.materials, &step->result.materials) ||
                 !asy_artifacts_equal(&record.products, &step->result.products))
            *differ = true;
        n += !is_counted(step, counts, i);
        counts[i] = true;
    }
    step->result.name = step->step->name;
    return n;
}

static bool settle_step(struct court *court, const struct asy_layout_work *work, struct asy_step_work *step)
{
    bool *counts = asy_alloc(court->run->dossier->arena, step->links_n + 1, sizeof *counts), differ = false;
    unsigned n;

    if (counts == NULL)
        return no_memory(court) != NULL;
    n = count_functionaries(court, step, counts, &differ);
    if (n < step->step->threshold)
        asy_add_finding(court->run->dossier, severity_in(work), ASY_LAYOUT_THRESHOLD, court->run->subject,
                        work->document, "step \"%.*s\": %u of %u functionaries", SHOW(step->step->name), n,
                        step->step->threshold);
    else if (differ)
        asy_add_finding(court->run->dossier, severity_in(work), ASY_LAYOUT_LINKS_DIFFER, court->run->subject,
                        work->document, "step \"%.*s\"", SHOW(step->step->name));
    asy_add_step(court->run->dossier, work->document, step->step->name, n, step->step->threshold,
                 n >= step->step->threshold && !differ);
    return n >= step->step->threshold && !differ;
}

/* ---- rules ---- */

const struct asy_record **asy_layout_records(struct asy_run *run, const struct asy_layout_work *work, size_t *n)
{
    const struct asy_record **records =
        asy_alloc(run->dossier->arena, work->layout->steps_n + work->layout->inspections_n + 1, sizeof *records);

    *n = 0;
    for (size_t i = 0; records != NULL && i < work->layout->steps_n; i++)
        records[(*n)++] = &work->steps[i].result;
    for (size_t i = 0; records != NULL && i < work->layout->inspections_n; i++) {
        if (work->inspections[i].record != NULL)
            records[(*n)++] = work->inspections[i].record;
    }
    return records;
}

static const char *word_of(enum asy_rule_kind kind)
{
    static const char *const words[] = { "?", "CREATE", "DELETE", "MODIFY", "ALLOW", "DISALLOW", "REQUIRE", "MATCH" };

    return words[kind];
}

/* One list of rules of a step or an inspection; `name` is its name. */
static bool rules_hold(struct court *court, const struct asy_layout_work *work, struct asy_view name,
                       const struct asy_rules *rules, const struct asy_rule_scene *scene)
{
    const struct asy_artifact_rule *rule = NULL;
    struct asy_view failed = { NULL, 0 };

    switch (asy_artifact_rules_read(court->run->dossier->arena, rules, scene, &rule, &failed)) {
    case ASY_RULES_HOLD:
        return true;
    case ASY_RULES_NO_MEMORY:
        return no_memory(court) != NULL;
    case ASY_RULES_FAIL:
        break;
    }
    asy_add_finding(court->run->dossier, severity_in(work), ASY_LAYOUT_RULE, court->run->subject, work->document,
                    "\"%.*s\", %s: %s %.*s%s%.*s", SHOW(name),
                    scene->of == scene->materials ? "materials" : "products", word_of(rule->kind),
                    SHOW(rule->pattern), failed.len > 0 ? " finds " : "", SHOW(failed));
    return false;
}

/* Materials, then products. */
static bool record_fits(struct court *court, const struct asy_layout_work *work, const struct asy_record *record,
                        const struct asy_rules *materials, const struct asy_rules *products)
{
    struct asy_rule_scene scene = { .materials = &record->materials,
                                    .products = &record->products,
                                    .floor = court->floor };
    bool fits;

    scene.records = asy_layout_records(court->run, work, &scene.records_n);
    if (scene.records == NULL)
        return no_memory(court) != NULL;
    scene.of = scene.materials;
    fits = rules_hold(court, work, record->name, materials, &scene);
    scene.of = scene.products;
    return rules_hold(court, work, record->name, products, &scene) && fits;
}

static bool steps_hold(struct court *court, struct asy_layout_work *work)
{
    bool holds = true;

    for (size_t i = 0; i < work->layout->steps_n; i++)
        holds = settle_step(court, work, &work->steps[i]) && holds;
    for (size_t i = 0; holds && i < work->layout->steps_n; i++)
        holds = record_fits(court, work, &work->steps[i].result, &work->layout->steps[i].materials,
                            &work->layout->steps[i].products);
    return holds;
}

/* ---- inspections ---- */

/* Whoever must sign the layout vouches for what its inspections found. */
static bool is_vouched_for(struct court *court, const struct asy_layout_work *work,
                           const struct asy_inspection_work *inspection)
{
    for (size_t i = 0; inspection->record != NULL && i < inspection->facts_n; i++) {
        struct asy_fact *fact = court->run->dossier->facts[inspection->first_fact + i];

        if (fact->claim.kind != ASY_CLAIM_SIGNATURE || !asy_fact_holds(fact))
            continue;
        if (work->owner != NULL && is_strong(court, fact))
            return true;
        if (work->owner == NULL)
            asy_judge_signature(court->run, fact);
        if (fact->standing)
            return true;
    }
    return false;
}

/* What was inspected is what was brought: every file of it, with the digests that were recorded. */
static bool is_about_product(struct court *court, const struct asy_layout_work *work, const struct asy_record *record)
{
    for (size_t i = 0; i < court->product.n; i++) {
        const struct asy_artifact *file = &court->product.at[i];
        const struct asy_artifact *recorded =
            asy_artifact_find(&record->materials, (struct asy_view){ NULL, 0 }, file->path);

        if (recorded != NULL && asy_artifact_same(file, recorded, court->floor))
            continue;
        asy_add_finding(court->run->dossier, severity_in(work), ASY_LAYOUT_INSPECTED, file->item, work->document,
                        "inspection \"%.*s\"", SHOW(record->name));
        return false;
    }
    return true;
}

static bool recorded_holds(struct court *court, const struct asy_layout_work *work,
                           const struct asy_inspection_work *inspection)
{
    const struct asy_record *record = inspection->record;

    if (!record->succeeded || !asy_view_eq(record->name, inspection->inspection->name) ||
        !is_command(&inspection->inspection->run, &record->command)) {
        asy_add_finding(court->run->dossier, severity_in(work), ASY_LAYOUT_INSPECTION, court->run->subject,
                        inspection->document,
                        "inspection \"%.*s\": what was recorded is of another name or command, or its command failed",
                        SHOW(inspection->inspection->name));
        return false;
    }
    return record_fits(court, work, record, &inspection->inspection->materials, &inspection->inspection->products) &&
           is_about_product(court, work, record);
}

/* The files that were brought are what an inspection is given; what it leaves is known where it runs nothing. */
static bool product_fits(struct court *court, const struct asy_layout_work *work,
                         const struct asy_layout_inspection *inspection)
{
    const struct asy_rules none = { NULL, 0 };
    const struct asy_record record = { .name = inspection->name,
                                       .materials = court->product,
                                       .products = court->product };

    return record_fits(court, work, &record, &inspection->materials,
                       asy_runs_nothing(inspection) ? &inspection->products : &none);
}

static bool asks_nothing(const struct asy_layout_inspection *inspection)
{
    return asy_runs_nothing(inspection) && inspection->materials.n == 0 && inspection->products.n == 0;
}

static bool inspection_holds(struct court *court, const struct asy_layout_work *work,
                             struct asy_inspection_work *inspection)
{
    const struct asy_layout_inspection *is = inspection->inspection;
    bool has_product = asy_has_product(court->run);

    if (has_product && !product_fits(court, work, is))
        return false;
    if (asks_nothing(is) || (has_product && asy_runs_nothing(is)))
        return true;
    if (is_vouched_for(court, work, inspection)) {
        inspection->document->is_subject = false;
        return recorded_holds(court, work, inspection);
    }
    asy_add_finding(court->run->dossier, severity_in(work), ASY_LAYOUT_INSPECTION, court->run->subject,
                    inspection->document == NULL ? work->document : inspection->document, "inspection \"%.*s\": %s",
                    SHOW(is->name),
                    inspection->document == NULL ? "nobody recorded it"
                                                 : "what is recorded is by nobody who signs the layout");
    inspection->record = NULL;
    return false;
}

static bool inspections_hold(struct court *court, struct asy_layout_work *work)
{
    bool holds = true;

    for (size_t i = 0; i < work->layout->inspections_n; i++)
        holds = inspection_holds(court, work, &work->inspections[i]) && holds;
    return holds;
}

/* ---- the layout ---- */

static bool ends_open(const struct asy_rules *rules)
{
    const struct asy_artifact_rule *last = rules->n == 0 ? NULL : &rules->at[rules->n - 1];

    return last == NULL || last->kind != ASY_RULE_DISALLOW || !asy_view_is(last->pattern, "*");
}

/* What no rule speaks of is allowed: layouts say so without meaning it. */
static void tell_open(struct court *court, const struct asy_layout_work *work)
{
    size_t n = 0;

    for (size_t i = 0; i < work->layout->steps_n; i++)
        n += ends_open(&work->layout->steps[i].materials) + (size_t)ends_open(&work->layout->steps[i].products);
    if (n > 0)
        asy_add_finding(court->run->dossier, ASY_NOTE, ASY_LAYOUT_OPEN, NULL, work->document, "%zu of %zu", n,
                        2 * work->layout->steps_n);
}

static bool layout_holds(struct court *court, struct asy_layout_work *work)
{
    char until[32];

    if (work->layout->expires <= court->run->dossier->at) {
        asy_format_time(work->layout->expires, until);
        asy_add_finding(court->run->dossier, severity_in(work), ASY_LAYOUT_EXPIRED, court->run->subject,
                        work->document, "%s", until);
        return false;
    }
    tell_open(court, work);
    return steps_hold(court, work) && inspections_hold(court, work);
}

static bool has_signed(const struct asy_run *run, const struct asy_trusted_key *key)
{
    for (size_t i = 0; i < run->layout->facts_n; i++) {
        const struct asy_fact *fact = run->dossier->facts[run->layout->first_fact + i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE && fact->claim.document == run->layout->document &&
            fact->standing && asy_fact_holds(fact) &&
            memcmp(asy_key_fingerprint(key->key), fact->key_fingerprint, sizeof fact->key_fingerprint) == 0)
            return true;
    }
    return false;
}

/* Every key that is trusted for layouts; where there is none, nobody has signed. */
static bool is_signed(struct asy_run *run)
{
    bool any = false, all = true;

    for (size_t i = 0; i < asy_trust_keys_n(run->job->trust); i++) {
        const struct asy_trusted_key *key = asy_trust_key(run->job->trust, i);

        if (!key->is_layout)
            continue;
        any = true;
        if (has_signed(run, key))
            continue;
        all = false;
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_LAYOUT_UNSIGNED, run->subject, run->layout->document, "%s",
                        key->name);
    }
    return any && all;
}

static void judge_owners(struct asy_run *run)
{
    for (size_t i = 0; i < run->layout->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[run->layout->first_fact + i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE && fact->claim.document == run->layout->document)
            asy_judge_signature(run, fact);
    }
}

/* A layout that is not met says nothing, whoever signed it. */
static void take_back(struct asy_run *run)
{
    for (size_t i = 0; i < run->layout->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[run->layout->first_fact + i];

        if (fact->claim.kind != ASY_CLAIM_SIGNATURE || fact->claim.document != run->layout->document)
            continue;
        if (fact->standing)
            asy_because(run->dossier, &fact->standing_why, ASY_LAYOUT_UNMET, "%s", "");
        fact->standing = false;
        fact->principal = -1;
    }
}

void asy_judge_layout(struct asy_run *run)
{
    struct court court = { .run = run, .floor = asy_digest_strength(run->job->settings->min_digest) };
    bool holds;

    judge_owners(run);
    holds = asy_product_of(run, &court.product) && is_signed(run) && layout_holds(&court, run->layout) &&
            asy_cover_product(run, &court.product) && !run->dossier->incomplete;
    if (!holds)
        take_back(run);
}
