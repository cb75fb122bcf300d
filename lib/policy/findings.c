/* Whatever stands in the way of the ruling, each as a finding, and which of them somebody waived. */
#include "base/text.h"
#include "policy/weighing.h"

void asy_find_item(struct asy_weighing *rule, enum asy_reason reason, const struct asy_item *about, const char *detail)
{
    asy_add_finding(rule->dossier, ASY_BLOCKS, reason, about, NULL, "%s", detail == NULL ? "" : detail);
}

static enum asy_severity unless_met(const struct asy_weighing *rule)
{
    return rule->met_n == rule->subjects_n && rule->subjects_n > 0 && rule->settings->multi != ASY_MULTI_ALL
               ? ASY_NOTE
               : ASY_BLOCKS;
}

/* What counts by a waiver is shown as waived, whatever else is met. */
static enum asy_severity unless_met_or_waived(const struct asy_weighing *rule, enum asy_reason reason,
                                              const struct asy_item *about)
{
    return asy_is_waived(rule, reason, about) ? ASY_BLOCKS : unless_met(rule);
}

static void find_in_signature(struct asy_weighing *rule, const struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    const struct asy_why *why = &fact->standing_why;
    enum asy_reason too_little = asy_shortcoming(rule, fact);
    enum asy_severity severity = unless_met(rule);
    size_t told;

    if (signature->is_android && !asy_fact_holds(fact)) {
        /* some version of the platform asks this very one, whoever else signed */
        asy_add_finding(rule->dossier, ASY_BLOCKS, fact->why.reason, asy_about_of(fact), fact->claim.document, "%s",
                        fact->why.detail == NULL ? "" : fact->why.detail);
        return;
    }
    if (signature->role == ASY_ROLE_BACKS || signature->role == ASY_ROLE_CERTIFIES ||
        signature->role == ASY_ROLE_RECORDS)
        return; /* told by what it belongs to */
    if ((fact->standing || asy_is_only_strictness(fact)) && too_little != ASY_REASON_NONE)
        asy_add_finding(rule->dossier, unless_met_or_waived(rule, too_little, asy_about_of(fact)), too_little,
                        asy_about_of(fact), fact->claim.document, "%s", "");
    if (fact->standing)
        return;
    if (why->reason == ASY_DIGEST_MISMATCH || why->reason == ASY_SIZE_MISMATCH)
        return; /* the link tells it */
    if (asy_is_only_strictness(fact))
        severity = unless_met_or_waived(rule, why->reason, asy_about_of(fact));
    if (!signature->is_spare && (why->reason == ASY_SIGNATURE_INVALID || why->reason == ASY_TIMESTAMP_INVALID))
        severity = ASY_BLOCKS;
    if (why->reason == ASY_REASON_NONE)
        return;
    told = rule->dossier->findings_n;
    asy_add_finding(rule->dossier, severity, why->reason, asy_about_of(fact), fact->claim.document, "%s",
                    why->detail == NULL ? "" : why->detail);
    if (rule->dossier->findings_n > told && asy_is_strictness(fact) && !asy_is_only_strictness(fact))
        rule->dossier->findings[told].is_firm = true;
}

static void find_in_link(struct asy_weighing *rule, const struct asy_fact *fact)
{
    const struct asy_fact *by = asy_fact_no(rule->dossier, fact->claim.is.link.by);
    const struct asy_item *about = asy_about_of(fact);

    if (by != NULL && by->claim.is.signature.is_spare)
        return; /* told by what says it */
    if (fact->why.reason == ASY_FILE_MISSING) {
        asy_add_finding(rule->dossier, rule->settings->missing_is_fine ? ASY_NOTE : ASY_BLOCKS, ASY_FILE_MISSING,
                        NULL, fact->claim.document, "%s", fact->why.detail == NULL ? "" : fact->why.detail);
        return;
    }
    if (fact->measure != NULL && asy_fact_holds(fact) && fact->claim.is.link.object == NULL &&
        !asy_is_strong(rule, fact->claim.is.link.alg) && asy_is_waived(rule, ASY_DIGEST_WEAK, about))
        asy_find_item(rule, ASY_DIGEST_WEAK, about, asy_digest_name(fact->claim.is.link.alg));
    if (fact->measure == NULL || asy_fact_holds(fact))
        return;
    asy_add_finding(rule->dossier, ASY_BLOCKS, fact->why.reason, about, fact->claim.document, "%s",
                    fact->why.detail == NULL ? "" : fact->why.detail);
}

void asy_find_in_facts(struct asy_weighing *rule)
{
    for (size_t i = 0; i < rule->dossier->facts_n; i++) {
        const struct asy_fact *fact = rule->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE)
            find_in_signature(rule, fact);
        else if (fact->claim.kind == ASY_CLAIM_LINK)
            find_in_link(rule, fact);
    }
}

/* It carries its own evidence, which breaks its grammar. */
static bool is_unread_subject(const struct asy_weighing *rule, const struct asy_item *item)
{
    return item == rule->account->subject && item->why.reason != ASY_INPUT_UNREADABLE;
}

void asy_find_in_evidence(struct asy_weighing *rule)
{
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];
        enum asy_severity severity = item->was_named || item->why.reason == ASY_LIMIT_REACHED ? ASY_BLOCKS
                                                                                            : unless_met(rule);

        if (item->why.reason != ASY_REASON_NONE && (item->is_evidence || is_unread_subject(rule, item)))
            asy_add_finding(rule->dossier, severity, item->why.reason, item->is_evidence ? item->about : item, item,
                            "%s", item->why.detail == NULL ? "" : item->why.detail);
    }
}

/* What is a note of the format otherwise. */
void asy_find_in_notes(struct asy_weighing *rule)
{
    for (size_t i = 0; i < rule->dossier->findings_n; i++) {
        struct asy_finding *finding = &rule->dossier->findings[i];

        if ((finding->why.reason == ASY_NAMES_UNSIGNED && rule->settings->require_msi_ex) ||
            (finding->why.reason == ASY_PUBLISHER_OTHER && rule->settings->publisher_must_sign))
            finding->severity = ASY_BLOCKS;
    }
}

/* Whoever can write a list of packages can offer an old one: it says nothing unless somebody trusted says it. */
static bool lacks_signer(const struct asy_weighing *rule, const struct asy_item *item)
{
    return item->is_index && item->why.reason == ASY_REASON_NONE && (item->whole_by & rule->counted) == 0 &&
           !rule->settings->unsigned_index_is_fine && !rule->settings->digest_is_enough;
}

void asy_find_in_indices(struct asy_weighing *rule)
{
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        if (lacks_signer(rule, item))
            asy_add_finding(rule->dossier, ASY_BLOCKS, ASY_INDEX_UNSIGNED, item, NULL, "%s", "");
    }
}

static bool is_accepted_form(const struct asy_weighing *rule, struct asy_view form)
{
    static const char *const forms[] = { "plain", "verity", "crypt" };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (asy_view_is(form, forms[i]))
            return (rule->settings->bundle_formats >> i & 1) != 0;
    }
    return false;
}

void asy_find_in_bundles(struct asy_weighing *rule)
{
    for (size_t i = 0; rule->settings->bundle_formats != 0 && i < rule->dossier->statements_n; i++) {
        const struct asy_statement *statement = &rule->dossier->statements[i];

        if (statement->kind == ASY_SAYS_BUNDLE && !is_accepted_form(rule, statement->text))
            asy_add_finding(rule->dossier, ASY_BLOCKS, ASY_BUNDLE_FORMAT, statement->document, statement->document, "%.*s",
                            (int)(statement->text.len < 16 ? statement->text.len : 16),
                            (const char *)statement->text.data);
    }
}

static bool has_evidence(const struct asy_weighing *rule)
{
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        if (rule->dossier->items[i]->is_evidence || rule->dossier->items[i]->pinned_by != 0)
            return true;
    }
    return rule->dossier->signatures_n > 0;
}

/* Why the requirement is not met for an item about which nothing else was found. */
static void find_unmet(struct asy_weighing *rule, const struct asy_item *item)
{
    uint64_t mask = item->whole_by & rule->counted;

    if ((rule->marks[item->no] & ASY_MARK_WEAK) != 0)
        asy_find_item(rule, ASY_DIGEST_WEAK, item, NULL);
    else if ((rule->marks[item->no] & ASY_MARK_FOUND) != 0)
        return;
    else if (mask != 0)
        asy_add_finding(rule->dossier, ASY_BLOCKS, ASY_THRESHOLD_UNMET, item, NULL, "%u signers more are required",
                        asy_signers_short(rule, item));
    else if (item->why.reason != ASY_REASON_NONE && !item->is_evidence) /* what it carries itself could not be read */
        asy_find_item(rule, item->why.reason, item, item->why.detail);
    else if (!has_evidence(rule))
        asy_find_item(rule, ASY_EVIDENCE_ABSENT, item, NULL);
    else if (item->said != NULL)
        asy_find_item(rule, ASY_COVERAGE_PARTIAL, item, NULL);
    else if (item->is_member && rule->any_said)
        asy_find_item(rule, ASY_COVERAGE_UNLISTED, item, NULL);
    else if (rule->terms->nobody_trusted && rule->dossier->principals_n == 0)
        asy_find_item(rule, ASY_SIGNER_NONE_TRUSTED, item, NULL);
    else
        asy_find_item(rule, ASY_EVIDENCE_UNBOUND, item, NULL);
}

/* A tree of which nobody says anything is told once and not for each of its files. */
void asy_find_unmet_items(struct asy_weighing *rule)
{
    size_t told = rule->dossier->findings_n;
    bool once = rule->dossier->tree != NULL && !rule->any_said && rule->subjects_n > 1;

    if (once && rule->met_n == 0) {
        enum asy_reason reason = !has_evidence(rule)            ? ASY_EVIDENCE_ABSENT
                                 : rule->terms->nobody_trusted ? ASY_SIGNER_NONE_TRUSTED
                                                               : ASY_EVIDENCE_UNBOUND;
        bool weak = false;

        for (size_t i = 0; i < rule->dossier->items_n && !weak; i++)
            weak = asy_is_ruled(rule, rule->dossier->items[i]) && (rule->marks[i] & ASY_MARK_WEAK) != 0;
        asy_find_item(rule, weak ? ASY_DIGEST_WEAK : reason, NULL, NULL);
        return;
    }
    for (size_t i = 0; i < told; i++) {
        const struct asy_finding *finding = &rule->dossier->findings[i];

        if (finding->about != NULL && (asy_finding_blocks(finding) || finding->why.reason == ASY_TREE_LINK))
            rule->marks[finding->about->no] |= ASY_MARK_FOUND;
    }
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        if (asy_is_ruled(rule, item) && asy_signers_short(rule, item) > 0)
            find_unmet(rule, item);
    }
}

void asy_find_denied(struct asy_weighing *rule)
{
    for (size_t i = 0; rule->terms->policy != NULL && i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        for (const struct asy_measure *m = item->measures; m != NULL; m = m->next) {
            const struct asy_denied *denied =
                m->done ? asy_policy_denied(rule->terms->policy, m->alg,
                                            (struct asy_view){ m->digest, asy_digest_len(m->alg) })
                        : NULL;

            if (denied != NULL)
                asy_find_item(rule, ASY_POLICY_DENIED, item, denied->reason);
        }
    }
    if (rule->terms->product != NULL && rule->terms->product->action == ASY_ACTION_DENY)
        asy_find_item(rule, ASY_POLICY_DENIED, NULL, rule->terms->product->name);
}

/* To the findings from `first` on. */
void asy_apply_waivers(struct asy_weighing *rule, size_t first)
{
    size_t n = rule->dossier->findings_n;

    for (size_t i = first; rule->terms->policy != NULL && i < n; i++) {
        struct asy_finding *finding = &rule->dossier->findings[i];
        const struct asy_item *about = finding->about == NULL ? finding->source : finding->about;
        const struct asy_waiver *waiver;
        char until[32];
        bool expired;

        if (finding->severity != ASY_BLOCKS || finding->is_firm)
            continue;
        waiver = asy_policy_waiver(rule->terms->policy, finding->why.reason, asy_finding_name(about),
                                   rule->dossier->at, &expired);
        if (waiver == NULL)
            continue;
        asy_format_time(waiver->expires, until);
        if (expired) {
            asy_add_finding(rule->dossier, ASY_NOTE, ASY_WAIVER_EXPIRED, about, NULL, "%s, by %s, expired %s",
                            asy_reason_text(finding->why.reason)->id, waiver->owner, until);
            continue;
        }
        finding->waived_by = asy_printf(rule->dossier->arena, "%s: %s (until %s)", waiver->owner, waiver->reason, until);
    }
}
