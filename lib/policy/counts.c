/* Which facts count, whose word counts, and how far a file is from being said by enough of those. */
#include "policy/builder.h"
#include "policy/weighing.h"

#include <string.h>

struct asy_view asy_finding_name(const struct asy_item *item)
{
    return item == NULL ? (struct asy_view){ NULL, 0 } : asy_view_of(item->name);
}

bool asy_is_waived(const struct asy_weighing *rule, enum asy_reason reason, const struct asy_item *about)
{
    bool expired;

    return rule->terms->policy != NULL &&
           asy_policy_waiver(rule->terms->policy, reason, asy_finding_name(about), rule->dossier->at, &expired) !=
               NULL &&
           !expired;
}

/* The file that a signature is about: the first that its message reads. */
static const struct asy_item *item_of(struct asy_recipe recipe)
{
    for (size_t i = 0; i < recipe.n; i++) {
        const struct asy_piece *piece = &recipe.pieces[i];
        bool is_span = piece->kind == ASY_PIECE_SPAN || piece->kind == ASY_PIECE_TREE ||
                       piece->kind == ASY_PIECE_BLOCKS;
        const struct asy_item *item = is_span                           ? piece->span.item
                                      : piece->kind == ASY_PIECE_DIGEST ? item_of(piece->digest.of)
                                                                        : NULL;

        if (item != NULL)
            return item;
    }
    return NULL;
}

const struct asy_item *asy_about_of(const struct asy_fact *fact)
{
    const struct asy_item *item = fact->names;

    if (item != NULL)
        return item;
    if (fact->claim.kind == ASY_CLAIM_SIGNATURE)
        item = item_of(fact->claim.is.signature.message);
    else if (fact->measure != NULL)
        item = item_of(fact->measure->recipe);
    return item == NULL && fact->claim.document != NULL ? fact->claim.document->about : item;
}

/* Why a signature that stands is still not enough for this policy; NONE when it is. */
enum asy_reason asy_shortcoming(const struct asy_weighing *rule, const struct asy_fact *fact)
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

bool asy_is_strictness(const struct asy_fact *fact)
{
    static const enum asy_reason points[] = { ASY_SIGNATURE_WEAK, ASY_SIGNER_WEAK_KEY, ASY_REVOCATION_MISSING,
                                              ASY_REVOCATION_STALE };
    bool any = false;

    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        any = any || fact->standing_why.reason == points[i];
    return any && !fact->standing;
}

bool asy_is_only_strictness(const struct asy_fact *fact)
{
    return asy_is_strictness(fact) && fact->principal >= 0;
}

/* Only strictness can be waived, each point by itself, for a signature whose signer is trusted (see asy_waivable). */
bool asy_signature_counts(const struct asy_fact *fact, const void *context)
{
    const struct asy_weighing *rule = context;
    enum asy_reason reason = asy_shortcoming(rule, fact);

    if (fact->principal < 0 || (!fact->standing && !asy_is_only_strictness(fact)))
        return false;
    return (fact->standing || asy_is_waived(rule, fact->standing_why.reason, asy_about_of(fact))) &&
           (reason == ASY_REASON_NONE || asy_is_waived(rule, reason, asy_about_of(fact)));
}

bool asy_is_strong(const struct asy_weighing *rule, enum asy_digest_alg alg)
{
    return asy_digest_strength(alg) >= asy_digest_strength(rule->settings->min_digest);
}

bool asy_link_counts(const struct asy_fact *fact, const void *context)
{
    const struct asy_weighing *rule = context;

    /* ids of objects are what their ecosystem has; they were made with a SHA-1 that detects collision attacks */
    return fact->claim.is.link.object != NULL || asy_is_strong(rule, fact->claim.is.link.alg) || asy_is_waived(rule, ASY_DIGEST_WEAK, asy_about_of(fact));
}

/* A signed list is meant to be whole, and so are an mtree and an image layout; other lists that the caller pins are what they are. */
bool asy_is_complete(const struct asy_weighing *rule)
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
        if (item->pinned_by != 0 && item->format != NULL &&
            (strcmp(item->format, "mtree") == 0 || strcmp(item->format, "oci") == 0))
            return true;
    }
    for (size_t i = 0; i < rule->dossier->principals_n; i++) {
        if ((rule->counted >> i & 1) != 0 && !rule->dossier->principals[i].is_pin)
            return true;
    }
    return rule->dossier->principals_n == 0;
}

/* The caller said whose certificate it must be, and verify held it against that. */
static bool names_issuer(const struct asy_settings *settings)
{
    return settings->certificate_oidc_issuer != NULL || settings->certificate_oidc_issuer_regexp != NULL;
}

/* By what the policy trusts, never by a name that a signer, an authority or a file has given itself. */
static bool is_trusted_as(const struct asy_principal *principal, const struct asy_trust_entry *entry)
{
    bool by_root = entry->kind == ASY_TRUST_ROOT;
    bool is_key = entry->kind == ASY_TRUST_KEY || entry->kind == ASY_TRUST_LAYOUT_KEY;
    const char *name = is_key                                       ? principal->key
                       : by_root || entry->kind == ASY_TRUST_ANCHOR ? principal->anchor
                                                                    : NULL;

    return name != NULL && by_root == principal->is_issued && !principal->is_pin && !principal->is_authority &&
           strcmp(name, entry->name) == 0;
}

static bool is_one_of(const struct asy_weighing *rule, const struct asy_principal *principal,
                      const struct asy_signers *signers)
{
    if (signers->issuer != NULL && (principal->issuer == NULL || strcmp(principal->issuer, signers->issuer) != 0))
        return false;
    if (principal->is_issued && signers->issuer == NULL && !names_issuer(rule->settings))
        return false; /* anybody can have such a certificate */
    if (signers->identity != NULL &&
        (principal->identity == NULL || strcmp(principal->identity, signers->identity) != 0))
        return false;
    for (size_t i = 0; i < signers->of_n; i++) {
        if (is_trusted_as(principal, signers->of[i]))
            return true;
    }
    return signers->of_n == 0 && !principal->is_pin;
}

/* A certificate that anybody can be issued counts for the identity and issuer that somebody asked for. */
bool asy_is_named(const struct asy_weighing *rule, const struct asy_principal *principal)
{
    const struct asy_requirement *require = rule->terms->product == NULL ? NULL : &rule->terms->product->require;

    if (!principal->is_issued || names_issuer(rule->settings))
        return true;
    for (size_t i = 0; require != NULL && i < require->signers_n; i++) {
        if (is_one_of(rule, principal, &require->signers[i]))
            return true;
    }
    return false;
}

/* Timestamp authorities say when, not what; they count for what only where nobody else was named. */
uint64_t asy_counted_principals(const struct asy_weighing *rule)
{
    bool authorities = rule->terms->nobody_trusted && rule->terms->authority_trusted;
    uint64_t mask = 0;

    for (size_t i = 0; i < rule->dossier->principals_n; i++) {
        const struct asy_principal *principal = &rule->dossier->principals[i];

        if ((!principal->is_authority || authorities) &&
            (asy_is_named(rule, principal) || asy_may_be_builder(rule->settings, principal)))
            mask |= (uint64_t)1 << i;
    }
    return mask;
}

/* Of anybody, a pin is as good as one signature, and never the second of two. */
static unsigned count_of(const struct asy_weighing *rule, uint64_t mask, const struct asy_signers *signers)
{
    unsigned n = 0, pins = 0;

    for (size_t i = 0; i < rule->dossier->principals_n; i++) {
        const struct asy_principal *principal = &rule->dossier->principals[i];

        if ((mask >> i & 1) == 0 || (signers != NULL && !is_one_of(rule, principal, signers)))
            continue;
        n += !principal->is_pin;
        pins += principal->is_pin;
    }
    return n == 0 && pins > 0 ? 1 : n;
}

/* How many signers fewer than required say all of the item; 0: the requirement is met. */
unsigned asy_signers_short(const struct asy_weighing *rule, const struct asy_item *item)
{
    const struct asy_requirement *require = rule->terms->product == NULL ? NULL : &rule->terms->product->require;
    uint64_t mask = item->whole_by & rule->counted;
    unsigned wanted = rule->settings->threshold == 0 ? 1 : rule->settings->threshold;
    unsigned lacking = 0, n = count_of(rule, mask, NULL);

    /* require=digest: a strong digest that holds is enough, whoever wrote it */
    if (rule->settings->digest_is_enough && (rule->marks[item->no] & ASY_MARK_STRONG) != 0)
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

bool asy_is_ruled(const struct asy_weighing *rule, const struct asy_item *item)
{
    return item->is_subject && (rule->complete || item->is_listed || item->whole_by != 0);
}
