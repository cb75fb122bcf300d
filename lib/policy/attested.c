/*
 * Which files are attested as it is expected: a document that says what must be said, said itself by somebody whose word
 * counts, names the file by a digest that holds, or names the list that does.
 */
#include "policy/builder.h"
#include "policy/weighing.h"

struct attesting {
    struct asy_weighing *rule;
    uint8_t mark;
    bool wanted;
    enum asy_reason absent;
    /* Sets what is wrong with a document of this kind; false: it is of another. */
    bool (*judge)(struct asy_weighing *, const struct asy_item *document, struct asy_why *fault);
};

/* Somebody says the document who is no holder of a certificate that anybody can have: a key, a pin. */
static bool is_vouched_for(const struct asy_weighing *rule, const struct asy_item *document)
{
    for (size_t i = 0; i < rule->dossier->principals_n; i++) {
        if ((document->whole_by & rule->counted & (uint64_t)1 << i) != 0 && !rule->dossier->principals[i].is_issued)
            return true;
    }
    return false;
}

/* Else one of those who signed it themselves must be a builder whose certificate agrees with it. */
static struct asy_why signer_fault(struct asy_weighing *rule, const struct asy_build *build)
{
    struct asy_why fault = { ASY_PROVENANCE_BUILDER, NULL };

    if (is_vouched_for(rule, build->document))
        return (struct asy_why){ ASY_REASON_NONE, NULL };
    for (size_t i = 0; fault.reason != ASY_REASON_NONE && i < rule->dossier->facts_n; i++) {
        const struct asy_fact *fact = rule->dossier->facts[i];
        const struct asy_principal *by = fact->principal < 0 ? NULL : &rule->dossier->principals[fact->principal];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE && by != NULL && by->is_issued && asy_about_of(fact) == build->document &&
            (rule->counted >> fact->principal & 1) != 0 && asy_fact_holds(fact) && asy_signature_counts(fact, rule))
            fault = asy_certificate_fault(rule->dossier, rule->settings, build, by, (asy_claim_no)(i + 1),
                                          asy_is_named(rule, by));
    }
    return fault;
}

static bool judge_build(struct asy_weighing *rule, const struct asy_item *document, struct asy_why *fault)
{
    struct asy_build build;

    if (!asy_build_of(rule->dossier, document, &build))
        return false;
    *fault = signer_fault(rule, &build);
    if (fault->reason == ASY_REASON_NONE)
        *fault = asy_build_fault(rule->dossier, rule->settings, &build);
    return true;
}

static bool judge_summary(struct asy_weighing *rule, const struct asy_item *document, struct asy_why *fault)
{
    struct asy_summary summary;

    if (!asy_summary_of(rule->dossier, document, &summary))
        return false;
    *fault = asy_summary_fault(rule->dossier, rule->settings, &summary);
    return true;
}

/* The whole item that a link which holds and counts is about; NULL: none. */
static const struct asy_item *target_of(const struct asy_weighing *rule, const struct asy_fact *fact)
{
    if (fact->claim.kind != ASY_CLAIM_LINK || !asy_fact_holds(fact) || fact->measure == NULL ||
        !asy_link_counts(fact, rule))
        return NULL;
    return fact->names != NULL ? fact->names : asy_recipe_whole(fact->measure->recipe);
}

static bool binds_ruled(const struct asy_weighing *rule, const struct asy_item *document)
{
    for (size_t i = 0; i < rule->dossier->facts_n; i++) {
        const struct asy_fact *fact = rule->dossier->facts[i];
        const struct asy_item *target = fact->claim.document == document ? target_of(rule, fact) : NULL;

        if (target != NULL && asy_is_ruled(rule, target))
            return true;
    }
    return false;
}

static bool is_said(const struct asy_weighing *rule, const struct asy_item *document)
{
    return (document->whole_by & rule->counted) != 0;
}

/* What is wrong with a document of this kind that somebody who counts says; false: it is none. */
static bool get_fault(const struct attesting *a, const struct asy_item *item, struct asy_why *fault)
{
    *fault = (struct asy_why){ ASY_REASON_NONE, NULL };
    return item->is_evidence && is_said(a->rule, item) && a->judge(a->rule, item, fault);
}

static void mark_documents(const struct attesting *a)
{
    for (size_t i = 0; i < a->rule->dossier->items_n; i++) {
        const struct asy_item *item = a->rule->dossier->items[i];
        struct asy_why fault;

        if (get_fault(a, item, &fault) && fault.reason == ASY_REASON_NONE)
            a->rule->marks[item->no] |= a->mark;
    }
}

/* Only what is about the subject can speak against it. */
static bool tell_faults(const struct attesting *a, bool only_failures)
{
    struct asy_dossier *dossier = a->rule->dossier;
    bool told = false;

    for (size_t i = 0; i < dossier->items_n; i++) {
        const struct asy_item *item = dossier->items[i];
        struct asy_why fault;

        if (!get_fault(a, item, &fault) || fault.reason == ASY_REASON_NONE || !binds_ruled(a->rule, item) ||
            (only_failures && fault.reason != ASY_SUMMARY_FAILED))
            continue;
        asy_add_finding(dossier, ASY_BLOCKS, fault.reason, item->about, item, "%s", fault.detail == NULL ? "" : fault.detail);
        told = true;
    }
    return told;
}

/* From the documents to what they name, and from lists and archives so named to what these name and hold. */
static void spread(const struct attesting *a)
{
    struct asy_dossier *dossier = a->rule->dossier;
    uint8_t *marks = a->rule->marks;
    bool any = true;

    while (any) {
        any = false;
        for (size_t i = 0; i < dossier->facts_n; i++) {
            const struct asy_fact *fact = dossier->facts[i];
            const struct asy_item *target = fact->claim.document != NULL && (marks[fact->claim.document->no] & a->mark) != 0
                                                ? target_of(a->rule, fact)
                                                : NULL;

            if (target != NULL && (marks[target->no] & a->mark) == 0)
                any = (marks[target->no] |= a->mark) != 0;
        }
        for (size_t i = 0; i < dossier->items_n; i++) {
            const struct asy_item *item = dossier->items[i];

            if (item->parent != NULL && (marks[item->parent->no] & a->mark) != 0 && (marks[item->no] & a->mark) == 0)
                any = (marks[item->no] |= a->mark) != 0;
        }
    }
}

/* The first file to be ruled about that nothing attests; NULL: there is none. */
static const struct asy_item *first_unattested(const struct attesting *a)
{
    for (size_t i = 0; i < a->rule->dossier->items_n; i++) {
        const struct asy_item *item = a->rule->dossier->items[i];

        if (asy_is_ruled(a->rule, item) && (a->rule->marks[item->no] & a->mark) == 0)
            return item;
    }
    return NULL;
}

/* The caller says of some evidence that it is of this kind. */
static bool is_named(const struct asy_dossier *dossier, enum asy_attests kind)
{
    for (size_t i = 0; i < dossier->items_n; i++) {
        if (dossier->items[i]->attests == kind)
            return true;
    }
    return false;
}

/* A summary of a failure speaks against its subject whether or not one was asked for, and whatever else speaks for it. */
static void attest(const struct attesting *a)
{
    const struct asy_item *unattested = NULL;

    if (a->wanted) {
        mark_documents(a);
        spread(a);
        unattested = first_unattested(a);
    }
    if (!tell_faults(a, unattested == NULL) && unattested != NULL)
        asy_find_item(a->rule, a->absent, unattested, NULL);
}

/* What was asked for and is met, for a summary of this ruling. */
static void note_levels(const struct attesting *a)
{
    const struct asy_texts *levels = &a->rule->settings->verified_levels;
    struct asy_text_list **end = &a->rule->account->levels;

    for (unsigned i = 0; a->wanted && first_unattested(a) == NULL && i < levels->n; i++) {
        struct asy_text_list *entry = asy_alloc(a->rule->dossier->arena, 1, sizeof *entry);

        if (entry != NULL)
            entry->text = asy_copy_text(a->rule->dossier->arena, asy_view_of(levels->at[i]));
        if (entry == NULL || entry->text == NULL)
            return;
        *end = entry;
        end = &entry->next;
    }
}

void asy_find_unattested(struct asy_weighing *rule)
{
    const struct attesting build = {
        .rule = rule, .mark = ASY_MARK_BUILT, .absent = ASY_PROVENANCE_ABSENT, .judge = judge_build,
        .wanted = asy_wants_build(rule->settings) || is_named(rule->dossier, ASY_ATTESTS_BUILD),
    };
    const struct attesting summary = {
        .rule = rule, .mark = ASY_MARK_SUMMED, .absent = ASY_SUMMARY_ABSENT, .judge = judge_summary,
        .wanted = asy_wants_summary(rule->settings) || is_named(rule->dossier, ASY_ATTESTS_SUMMARY),
    };

    attest(&build);
    attest(&summary);
    note_levels(&summary);
}
