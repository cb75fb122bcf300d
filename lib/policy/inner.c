/*
 * Packages that lie in what is judged, where it was looked into: whether they are signed themselves, and by whom.  A
 * signed container around an unsigned program, or around one that somebody else signed, may be what it should be; that
 * it is so must not stay unseen.
 */
#include "policy/weighing.h"

static bool is_inner_package(const struct asy_item *item)
{
    return item->is_package && item->parent != NULL;
}

/* Those whose word counts and who signed the package itself. */
static uint64_t own_signers(const struct asy_weighing *rule, const struct asy_item *package)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < rule->dossier->facts_n; i++) {
        const struct asy_fact *fact = rule->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE && asy_evidence_for(fact->claim.document) == package &&
            fact->principal >= 0 && asy_signature_counts(fact, rule))
            mask |= (uint64_t)1 << fact->principal;
    }
    return mask & rule->counted;
}

static bool has_signature(const struct asy_dossier *dossier, const struct asy_item *package)
{
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_claim *claim = &dossier->facts[i]->claim;

        if (claim->kind == ASY_CLAIM_SIGNATURE && asy_evidence_for(claim->document) == package &&
            claim->is.signature.role == ASY_ROLE_SIGNS)
            return true;
    }
    return false;
}

/* Who says the outermost file that the package lies in. */
static uint64_t outer_sayers(const struct asy_weighing *rule, const struct asy_item *package)
{
    const struct asy_item *outer = package;

    while (outer->parent != NULL)
        outer = outer->parent;
    return outer->whole_by & rule->counted;
}

static void find_in_package(struct asy_weighing *rule, const struct asy_item *package)
{
    enum asy_severity severity = rule->settings->inner_must_be_signed ? ASY_BLOCKS : ASY_NOTE;
    uint64_t own = own_signers(rule, package), outer = outer_sayers(rule, package);

    if (!has_signature(rule->dossier, package))
        asy_add_finding(rule->dossier, severity, ASY_INNER_UNSIGNED, package, package->parent, "%s", package->format);
    else if (own == 0 || (outer != 0 && (own & outer) == 0))
        asy_add_finding(rule->dossier, severity, ASY_INNER_OTHER_SIGNER, package, package->parent, "%s", package->format);
}

void asy_find_inner_packages(struct asy_weighing *rule)
{
    for (size_t i = 0; i < rule->dossier->items_n; i++) {
        if (is_inner_package(rule->dossier->items[i]))
            find_in_package(rule, rule->dossier->items[i]);
    }
}
