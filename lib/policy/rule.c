/*
 * From facts to a ruling.  Nothing is a requirement that is met until every file to be ruled about is said, whole, by
 * as many distinct trusted signers as are required; whatever stands in the way is a finding, and all are listed.
 */
#include "base/text.h"
#include "model/attribution.h"
#include "policy/document.h"
#include "policy/freshness.h"
#include "policy/policy.h"

#include <string.h>

struct rule {
    struct asy_account *account;
    struct asy_dossier *dossier;
    const struct asy_settings *settings;
    const struct asy_terms *terms;
    uint64_t counted;     /* principals whose word counts */
    bool complete;        /* files that nothing lists count against the tree */
    size_t subjects_n, met_n;
    bool any_said;        /* somebody who counts says some file of the subject */
    uint8_t *marks;       /* of each item, by its number: MARK_... */
};

enum { MARK_STRONG = 1, MARK_WEAK = 2, MARK_FOUND = 4 }; /* a link that holds and counts; one too weak; a finding */

static struct asy_view name_of(const struct asy_item *item)
{
    return item == NULL ? (struct asy_view){ NULL, 0 } : asy_view_of(item->name);
}

static bool is_waived(const struct rule *rule, enum asy_reason reason, const struct asy_item *about)
{
    bool expired;

    return rule->terms->policy != NULL &&
           asy_policy_waiver(rule->terms->policy, reason, name_of(about), rule->dossier->at, &expired) != NULL &&
           !expired;
}

/* The file that a signature is about: the first that its message reads. */
static const struct asy_item *item_of(struct asy_recipe recipe)
{
    for (size_t i = 0; i < recipe.n; i++) {
        const struct asy_piece *piece = &recipe.pieces[i];
        const struct asy_item *item = piece->kind == ASY_PIECE_SPAN     ? piece->span.item
                                      : piece->kind == ASY_PIECE_DIGEST ? item_of(piece->digest.of)
                                                                        : NULL;

        if (item != NULL)
            return item;
    }
    return NULL;
}

static const struct asy_item *about_of(const struct asy_fact *fact)
{
    const struct asy_item *item = NULL;

    if (fact->claim.kind == ASY_CLAIM_SIGNATURE)
        item = item_of(fact->claim.is.signature.message);
    else if (fact->measure != NULL)
        item = item_of(fact->measure->recipe);
    return item == NULL && fact->claim.document != NULL ? fact->claim.document->about : item;
}

/* ---- what counts ---- */

/* Why a signature that stands is still not enough for this policy; NONE when it is. */
static enum asy_reason shortcoming(const struct rule *rule, const struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    int64_t age_limit = (int64_t)rule->settings->max_age_days * 86400, made;

    if (signature->role != ASY_ROLE_SIGNS)
        return ASY_REASON_NONE;
    if (rule->settings->require_timestamp && !fact->has_stamp)
        return ASY_TIMESTAMP_MISSING;
    if (age_limit == 0)
        return ASY_REASON_NONE;
    if (!fact->has_stamp && !signature->has_claimed_time)
        return ASY_TIMESTAMP_MISSING;
    made = fact->has_stamp ? fact->stamped_at : signature->claimed_time;
    return made < rule->dossier->at - age_limit || made > rule->dossier->at ? ASY_SIGNATURE_TOO_OLD : ASY_REASON_NONE;
}

/* It would stand but for a weak digest or key. */
static bool is_only_weak(const struct asy_fact *fact)
{
    return !fact->standing && fact->principal >= 0 &&
           (fact->standing_why.reason == ASY_SIGNATURE_WEAK || fact->standing_why.reason == ASY_SIGNER_WEAK_KEY);
}

/* Only strictness can be waived, each point by itself, for a signature whose signer is trusted (see asy_waivable). */
static bool signature_counts(const struct asy_fact *fact, const void *context)
{
    const struct rule *rule = context;
    enum asy_reason reason = shortcoming(rule, fact);

    if (fact->principal < 0 || (!fact->standing && !is_only_weak(fact)))
        return false;
    return (fact->standing || is_waived(rule, fact->standing_why.reason, about_of(fact))) &&
           (reason == ASY_REASON_NONE || is_waived(rule, reason, about_of(fact)));
}

static bool is_strong(const struct rule *rule, enum asy_digest_alg alg)
{
    return asy_digest_strength(alg) >= asy_digest_strength(rule->settings->min_digest);
}

static bool link_counts(const struct asy_fact *fact, const void *context)
{
    const struct rule *rule = context;

    return is_strong(rule, fact->claim.is.link.alg) || is_waived(rule, ASY_DIGEST_WEAK, about_of(fact));
}

/* Timestamp authorities say when, not what; they count for what only where nobody else was named. */
static uint64_t counted_principals(const struct rule *rule)
{
    bool authorities = rule->terms->nobody_trusted && rule->terms->authority_trusted;
    uint64_t mask = 0;

    for (size_t i = 0; i < rule->dossier->principals_n; i++) {
        if (!rule->dossier->principals[i].is_authority || authorities)
            mask |= (uint64_t)1 << i;
    }
    return mask;
}

/* A signed list is meant to be whole, and so is an mtree; other lists that the caller pins are what they are. */
static bool is_complete(const struct rule *rule)
{
    switch (rule->settings->complete) {
    case ASY_YES:
        return true;
    case ASY_NO:
        return false;
    case ASY_BY_DEFAULT:
        break;
    }
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        if (item->is_subject && item->parent != NULL)
            return true; /* an archive is one thing: its members come together or not at all */
        if (item->pinned_by != 0 && item->format != NULL && strcmp(item->format, "mtree") == 0)
            return true;
    }
    for (size_t i = 0; i < rule->dossier->principals_n; i++) {
        if ((rule->counted >> i & 1) != 0 && !rule->dossier->principals[i].is_pin)
            return true;
    }
    return rule->dossier->principals_n == 0;
}

/* ---- one file ---- */

/* By what the policy trusts, never by a name that a signer, an authority or a file has given itself. */
static bool is_trusted_as(const struct asy_principal *principal, const struct asy_trust_entry *entry)
{
    const char *name = entry->kind == ASY_TRUST_KEY      ? principal->key
                       : entry->kind == ASY_TRUST_ANCHOR ? principal->anchor
                                                         : NULL;

    return name != NULL && !principal->is_pin && !principal->is_authority && strcmp(name, entry->name) == 0;
}

static bool is_one_of(const struct asy_principal *principal, const struct asy_signers *signers)
{
    if (signers->identity != NULL &&
        (principal->identity == NULL || strcmp(principal->identity, signers->identity) != 0))
        return false;
    for (size_t i = 0; i < signers->of_n; i++) {
        if (is_trusted_as(principal, signers->of[i]))
            return true;
    }
    return signers->of_n == 0 && !principal->is_pin;
}

/* Of anybody, a pin is as good as one signature, and never the second of two. */
static unsigned count_of(const struct rule *rule, uint64_t mask, const struct asy_signers *signers)
{
    unsigned n = 0, pins = 0;

    for (size_t i = 0; i < rule->dossier->principals_n; i++) {
        const struct asy_principal *principal = &rule->dossier->principals[i];

        if ((mask >> i & 1) == 0 || (signers != NULL && !is_one_of(principal, signers)))
            continue;
        n += !principal->is_pin;
        pins += principal->is_pin;
    }
    return n == 0 && pins > 0 ? 1 : n;
}

/* How many signers fewer than required say all of the item; 0: the requirement is met. */
static unsigned signers_short(const struct rule *rule, const struct asy_item *item)
{
    const struct asy_requirement *require = rule->terms->product == NULL ? NULL : &rule->terms->product->require;
    uint64_t mask = item->whole_by & rule->counted;
    unsigned wanted = rule->settings->threshold == 0 ? 1 : rule->settings->threshold;
    unsigned lacking = 0, n = count_of(rule, mask, NULL);

    /* require=digest: a strong digest that holds is enough, whoever wrote it */
    if (rule->settings->digest_is_enough && (rule->marks[item->no] & MARK_STRONG) != 0)
        return 0;
    if (n < wanted)
        lacking = wanted - n;
    for (size_t i = 0; require != NULL && i < require->signers_n; i++) {
        n = count_of(rule, mask, &require->signers[i]);
        if (n < require->signers[i].threshold && require->signers[i].threshold - n > lacking)
            lacking = require->signers[i].threshold - n;
    }
    return lacking;
}

static bool is_ruled(const struct rule *rule, const struct asy_item *item)
{
    return item->is_subject && (rule->complete || item->is_listed || item->whole_by != 0);
}

/* ---- findings ---- */

static void find_item(struct rule *rule, enum asy_reason reason, const struct asy_item *about, const char *detail)
{
    asy_add_finding(rule->dossier, ASY_BLOCKS, reason, about, NULL, "%s", detail == NULL ? "" : detail);
}

static enum asy_severity unless_met(const struct rule *rule)
{
    return rule->met_n == rule->subjects_n && rule->subjects_n > 0 && rule->settings->multi != ASY_MULTI_ALL
               ? ASY_NOTE
               : ASY_BLOCKS;
}

/* What counts by a waiver is shown as waived, whatever else is met. */
static enum asy_severity unless_met_or_waived(const struct rule *rule, enum asy_reason reason,
                                              const struct asy_item *about)
{
    return is_waived(rule, reason, about) ? ASY_BLOCKS : unless_met(rule);
}

static void find_in_signature(struct rule *rule, const struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    const struct asy_why *why = &fact->standing_why;
    enum asy_reason too_little = shortcoming(rule, fact);
    enum asy_severity severity = unless_met(rule);

    if (signature->role == ASY_ROLE_BACKS || signature->role == ASY_ROLE_CERTIFIES)
        return; /* told by what it belongs to */
    if ((fact->standing || is_only_weak(fact)) && too_little != ASY_REASON_NONE)
        asy_add_finding(rule->dossier, unless_met_or_waived(rule, too_little, about_of(fact)), too_little,
                        about_of(fact), fact->claim.document, "%s", "");
    if (fact->standing)
        return;
    if (why->reason == ASY_DIGEST_MISMATCH || why->reason == ASY_SIZE_MISMATCH)
        return; /* the link tells it */
    if (is_only_weak(fact))
        severity = unless_met_or_waived(rule, why->reason, about_of(fact));
    if (why->reason == ASY_SIGNATURE_INVALID || why->reason == ASY_TIMESTAMP_INVALID)
        severity = ASY_BLOCKS;
    if (why->reason == ASY_REASON_NONE)
        return;
    asy_add_finding(rule->dossier, severity, why->reason, about_of(fact), fact->claim.document, "%s",
                    why->detail == NULL ? "" : why->detail);
}

static void find_in_link(struct rule *rule, const struct asy_fact *fact)
{
    const struct asy_item *about = about_of(fact);

    if (fact->why.reason == ASY_FILE_MISSING) {
        asy_add_finding(rule->dossier, rule->settings->missing_is_fine ? ASY_NOTE : ASY_BLOCKS, ASY_FILE_MISSING,
                        NULL, fact->claim.document, "%s", fact->why.detail == NULL ? "" : fact->why.detail);
        return;
    }
    if (fact->measure != NULL && asy_fact_holds(fact) && !is_strong(rule, fact->claim.is.link.alg) &&
        is_waived(rule, ASY_DIGEST_WEAK, about))
        find_item(rule, ASY_DIGEST_WEAK, about, asy_digest_name(fact->claim.is.link.alg));
    if (fact->measure == NULL || asy_fact_holds(fact))
        return;
    asy_add_finding(rule->dossier, ASY_BLOCKS, fact->why.reason, about, fact->claim.document, "%s",
                    fact->why.detail == NULL ? "" : fact->why.detail);
}

static void find_in_facts(struct rule *rule)
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
static bool is_unread_subject(const struct rule *rule, const struct asy_item *item)
{
    return item == rule->account->subject && item->why.reason != ASY_INPUT_UNREADABLE;
}

static void find_in_evidence(struct rule *rule)
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

static bool has_evidence(const struct rule *rule)
{
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        if (rule->dossier->items[i]->is_evidence)
            return true;
    }
    return rule->dossier->signatures_n > 0;
}

/* Why the requirement is not met for an item about which nothing else was found. */
static void find_unmet(struct rule *rule, const struct asy_item *item)
{
    uint64_t mask = item->whole_by & rule->counted;

    if ((rule->marks[item->no] & MARK_WEAK) != 0)
        find_item(rule, ASY_DIGEST_WEAK, item, NULL);
    else if ((rule->marks[item->no] & MARK_FOUND) != 0)
        return;
    else if (mask != 0)
        asy_add_finding(rule->dossier, ASY_BLOCKS, ASY_THRESHOLD_UNMET, item, NULL, "%u signers more are required",
                        signers_short(rule, item));
    else if (!has_evidence(rule))
        find_item(rule, ASY_EVIDENCE_ABSENT, item, NULL);
    else if (item->said != NULL)
        find_item(rule, ASY_COVERAGE_PARTIAL, item, NULL);
    else if (item->is_member && rule->any_said)
        find_item(rule, ASY_COVERAGE_UNLISTED, item, NULL);
    else if (rule->terms->nobody_trusted && rule->dossier->principals_n == 0)
        find_item(rule, ASY_SIGNER_NONE_TRUSTED, item, NULL);
    else
        find_item(rule, ASY_EVIDENCE_UNBOUND, item, NULL);
}

/* A tree of which nobody says anything is told once and not for each of its files. */
static void find_unmet_items(struct rule *rule)
{
    size_t told = rule->dossier->findings_n;
    bool once = rule->dossier->tree != NULL && !rule->any_said && rule->subjects_n > 1;

    if (once && rule->met_n == 0) {
        enum asy_reason reason = !has_evidence(rule)            ? ASY_EVIDENCE_ABSENT
                                 : rule->terms->nobody_trusted ? ASY_SIGNER_NONE_TRUSTED
                                                               : ASY_EVIDENCE_UNBOUND;
        bool weak = false;

        for (size_t i = 0; i < rule->dossier->items_n && !weak; i++)
            weak = is_ruled(rule, rule->dossier->items[i]) && (rule->marks[i] & MARK_WEAK) != 0;
        find_item(rule, weak ? ASY_DIGEST_WEAK : reason, NULL, NULL);
        return;
    }
    for (size_t i = 0; i < told; i++) {
        const struct asy_finding *finding = &rule->dossier->findings[i];

        if (finding->about != NULL && (asy_finding_blocks(finding) || finding->why.reason == ASY_TREE_LINK))
            rule->marks[finding->about->no] |= MARK_FOUND;
    }
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        if (is_ruled(rule, item) && signers_short(rule, item) > 0)
            find_unmet(rule, item);
    }
}

static void find_denied(struct rule *rule)
{
    for (size_t i = 0; rule->terms->policy != NULL && i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        for (const struct asy_measure *m = item->measures; m != NULL; m = m->next) {
            const struct asy_denied *denied =
                m->done ? asy_policy_denied(rule->terms->policy, m->alg,
                                            (struct asy_view){ m->digest, asy_digest_len(m->alg) })
                        : NULL;

            if (denied != NULL)
                find_item(rule, ASY_POLICY_DENIED, item, denied->reason);
        }
    }
    if (rule->terms->product != NULL && rule->terms->product->action == ASY_ACTION_DENY)
        find_item(rule, ASY_POLICY_DENIED, NULL, rule->terms->product->name);
}

/* To the findings from `first` on. */
static void apply_waivers(struct rule *rule, size_t first)
{
    size_t n = rule->dossier->findings_n;

    for (size_t i = first; rule->terms->policy != NULL && i < n; i++) {
        struct asy_finding *finding = &rule->dossier->findings[i];
        const struct asy_item *about = finding->about == NULL ? finding->source : finding->about;
        const struct asy_waiver *waiver;
        char until[32];
        bool expired;

        if (finding->severity != ASY_BLOCKS)
            continue;
        waiver = asy_policy_waiver(rule->terms->policy, finding->why.reason, name_of(about), rule->dossier->at, &expired);
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

/* ---- the ruling ---- */

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

static void mark_links(struct rule *rule)
{
    for (size_t i = 0; i < rule->dossier->facts_n; i++) {
        const struct asy_fact *fact = rule->dossier->facts[i];
        const struct asy_item *item = fact->measure == NULL ? NULL : asy_recipe_whole(fact->measure->recipe);

        if (fact->claim.kind == ASY_CLAIM_LINK && asy_fact_holds(fact) && item != NULL)
            rule->marks[item->no] |= link_counts(fact, rule) ? MARK_STRONG : MARK_WEAK;
    }
}

static void count_subjects(struct rule *rule)
{
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        const struct asy_item *item = rule->dossier->items[i];

        if (!is_ruled(rule, item))
            continue;
        rule->subjects_n++;
        rule->met_n += signers_short(rule, item) == 0;
        rule->any_said = rule->any_said || (item->whole_by & rule->counted) != 0;
    }
}

static bool asks_nothing(const struct rule *rule)
{
    const struct asy_policy *policy = rule->terms->policy;

    return policy != NULL && (rule->terms->product == NULL || !rule->terms->product->require.is_given);
}

static void decide(struct rule *rule)
{
    struct asy_account *account = rule->account;
    bool review = rule->terms->product != NULL && rule->terms->product->action == ASY_ACTION_REVIEW;

    account->ruling = (assay_ruling){ ASSAY_UNPROVEN };
    if (any_blocks(rule->dossier)) {
        account->ruling = strongest(rule->dossier);
    } else if (rule->met_n == 0 || rule->dossier->incomplete) {
        find_item(rule, rule->dossier->incomplete ? ASY_LIMIT_REACHED : ASY_EVIDENCE_ABSENT, NULL, NULL);
    } else if (review) {
        find_item(rule, ASY_POLICY_REVIEW, NULL, rule->terms->product->name);
        account->ruling = (assay_ruling){ ASSAY_REVIEW };
    } else {
        account->ruling = (assay_ruling){ ASSAY_ALLOW };
    }
    account->exit_code = asy_exit_code(rule->dossier, account->ruling);
}

void asy_rule(struct asy_account *account, const struct asy_terms *terms)
{
    struct rule rule = { .account = account, .dossier = account->dossier, .settings = terms->settings, .terms = terms };
    const struct asy_counting counting = { signature_counts, link_counts, &rule, terms->settings->min_digest };
    size_t told;

    rule.counted = counted_principals(&rule);
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
    rule.complete = is_complete(&rule);
    count_subjects(&rule);
    if (asks_nothing(&rule))
        find_item(&rule, ASY_POLICY_EMPTY, NULL, NULL);
    find_denied(&rule);
    find_in_facts(&rule);
    find_in_evidence(&rule);
    asy_find_stale(rule.dossier, rule.settings, rule.counted);
    asy_find_other_package(rule.dossier, rule.settings);
    apply_waivers(&rule, 0);
    told = rule.dossier->findings_n;
    find_unmet_items(&rule); /* what is waived explains no lack of evidence */
    apply_waivers(&rule, told);
    decide(&rule);
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
