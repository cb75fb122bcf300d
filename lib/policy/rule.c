/*
 * From facts to a ruling.  Nothing is a requirement that is met until every file to be ruled about is said, whole, by
 * as many distinct trusted signers as are required; whatever stands in the way is a finding, and all are listed.
 */
#include "policy/freshness.h"
#include "policy/weighing.h"

/* REFUTED before REFUSED before UNPROVEN: the strongest thing that can be said against the subject. */
static assay_ruling strongest(const struct asy_dossier *dossier)
{
    static const enum assay_ruling_value order[] = { ASSAY_REFUTED, ASSAY_REFUSED, ASSAY_UNPROVEN, ASSAY_REVIEW };

    for (size_t o = 0; o < sizeof order / sizeof *order; o++) {
        for (size_t i = 0; i < dossier->findings_n; i++) {
            const struct asy_finding *finding = &dossier->findings[i];

            if (asy_finding_blocks(finding) && asy_reason_text(finding->why.reason)->ruling == order[o])
                return (assay_ruling){ (int)order[o] };
        }
    }
    return (assay_ruling){ ASSAY_UNPROVEN };
}

static bool any_blocks(const struct asy_dossier *dossier)
{
    for (size_t i = 0; i < dossier->findings_n; i++) {
        if (asy_finding_blocks(&dossier->findings[i]))
            return true;
    }
    return false;
}

static void mark_links(struct asy_weighing *rule)
{
    for (size_t i = 0; i < rule->dossier->facts_n; i++) {
        const struct asy_fact *fact = rule->dossier->facts[i];
        const struct asy_item *item = fact->measure == NULL ? NULL : asy_recipe_whole(fact->measure->recipe);

        if (item != NULL && fact->names != NULL)
            item = fact->names;
        if (fact->claim.kind == ASY_CLAIM_LINK && asy_fact_holds(fact) && item != NULL)
            rule->marks[item->no] |= asy_link_counts(fact, rule) ? ASY_MARK_STRONG : ASY_MARK_WEAK;
    }
}

static bool every_link(const struct asy_fact *fact, const void *context)
{
    (void)fact;
    (void)context;
    return true;
}

/* A package has digests of its parts, which are as good as one of the whole where they leave nothing out. */
static void mark_packages(struct asy_weighing *rule, const struct asy_counting *counting)
{
    const struct asy_counting any = { .link = every_link };

    for (size_t i = 0; rule->settings->digest_is_enough && i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        if (!item->is_subject || item->format == NULL)
            continue;
        if (asy_digests_cover(rule->dossier, item, counting))
            rule->marks[item->no] |= ASY_MARK_STRONG;
        else if (asy_digests_cover(rule->dossier, item, &any))
            rule->marks[item->no] |= ASY_MARK_WEAK;
    }
}

static void count_subjects(struct asy_weighing *rule)
{
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        if (!asy_is_ruled(rule, item))
            continue;
        rule->subjects_n++;
        rule->met_n += asy_signers_short(rule, item) == 0;
        rule->any_said = rule->any_said || (item->whole_by & rule->counted) != 0;
    }
}

static bool asks_nothing(const struct asy_weighing *rule)
{
    const struct asy_policy *policy = rule->terms->policy;

    return policy != NULL && (rule->terms->product == NULL || !rule->terms->product->require.is_given);
}

static void find_nothing_asked(struct asy_weighing *rule)
{
    const struct asy_product *product = rule->terms->product;
    const char *why = "no product of the policy matches this name";

    if (product != NULL)
        why = product->name;
    else if (rule->terms->policy->products_n == 0)
        why = "the policy has no products";
    asy_find_item(rule, ASY_POLICY_EMPTY, NULL, why);
}

static void decide(struct asy_weighing *rule)
{
    struct asy_account *account = rule->account;
    bool review = rule->terms->product != NULL && rule->terms->product->action == ASY_ACTION_REVIEW;

    account->ruling = (assay_ruling){ ASSAY_UNPROVEN };
    if (any_blocks(rule->dossier)) {
        account->ruling = strongest(rule->dossier);
    } else if (rule->met_n == 0 || rule->dossier->incomplete) {
        asy_find_item(rule, rule->dossier->incomplete ? ASY_LIMIT_REACHED : ASY_EVIDENCE_ABSENT, NULL, NULL);
    } else if (review) {
        asy_find_item(rule, ASY_POLICY_REVIEW, NULL, rule->terms->product->name);
        account->ruling = (assay_ruling){ ASSAY_REVIEW };
    } else {
        account->ruling = (assay_ruling){ ASSAY_ALLOW };
    }
    account->exit_code = asy_exit_code(rule->dossier, account->ruling);
}

void asy_rule(struct asy_account *account, const struct asy_terms *terms)
{
    struct asy_weighing rule = {
        .account = account, .dossier = account->dossier, .settings = terms->settings, .terms = terms
    };
    const struct asy_counting counting = { asy_signature_counts, asy_link_counts, &rule, terms->settings->min_digest };
    size_t told;

    rule.counted = asy_counted_principals(&rule);
    account->required_mask = rule.counted;
    account->digest_only = terms->settings->digest_is_enough;
    rule.marks = asy_alloc(rule.dossier->arena, rule.dossier->items_n + 1, 1);
    if (rule.marks == NULL) {
        rule.dossier->incomplete = true;
        decide(&rule);
        return;
    }
    if (!asy_attribute(rule.dossier, &counting))
        rule.dossier->incomplete = true;
    mark_links(&rule);
    mark_packages(&rule, &counting);
    rule.complete = asy_is_complete(&rule);
    count_subjects(&rule);
    if (asks_nothing(&rule))
        find_nothing_asked(&rule);
    asy_find_denied(&rule);
    asy_find_rollbacks(&rule);
    asy_find_in_facts(&rule);
    asy_find_in_evidence(&rule);
    asy_find_in_notes(&rule);
    asy_find_inner_packages(&rule);
    asy_find_in_indices(&rule);
    asy_find_in_bundles(&rule);
    asy_find_unattested(&rule);
    asy_find_stale(rule.dossier, rule.settings, rule.counted);
    asy_find_other_package(rule.dossier, rule.settings);
    asy_apply_waivers(&rule, 0);
    told = rule.dossier->findings_n;
    asy_find_unmet_items(&rule); /* what is waived explains no lack of evidence */
    asy_apply_waivers(&rule, told);
    decide(&rule);
}

void asy_rule_out(struct asy_account *account, enum asy_reason reason, const char *detail)
{
    asy_add_finding(account->dossier, ASY_BLOCKS, reason, NULL, NULL, "%s", detail);
    account->ruling = strongest(account->dossier);
    account->exit_code = asy_exit_code(account->dossier, account->ruling);
}

/* ux: one reason class gives its code; several of one ruling give the lowest for UNPROVEN, and 1 for the other two. */
int asy_exit_code(const struct asy_dossier *dossier, assay_ruling ruling)
{
    int code = 0;

    if (ruling.value == ASSAY_ALLOW)
        return 0;
    if (ruling.value == ASSAY_REVIEW)
        return 4;
    for (size_t i = 0; i < dossier->findings_n; i++) {
        const struct asy_reason_text *text = asy_reason_text(dossier->findings[i].why.reason);

        if (!asy_finding_blocks(&dossier->findings[i]) || (int)text->ruling != ruling.value || text->exit_code == code)
            continue;
        if (code == 0)
            code = text->exit_code;
        else
            code = ruling.value == ASSAY_UNPROVEN ? (text->exit_code < code ? text->exit_code : code) : 1;
    }
    return code != 0 ? code : ruling.value == ASSAY_UNPROVEN ? 3 : 1;
}
