/* Private to the rule: what one ruling is made from, which facts count in it, and what is found. */
#ifndef ASY_POLICY_WEIGHING_H
#define ASY_POLICY_WEIGHING_H

#include "model/attribution.h"
#include "policy/document.h"
#include "policy/policy.h"

struct asy_weighing {
    struct asy_account *account;
    struct asy_dossier *dossier;
    const struct asy_settings *settings;
    const struct asy_terms *terms;
    uint64_t counted;     /* principals whose word counts */
    bool complete;        /* files that nothing lists count against the tree */
    size_t subjects_n, met_n;
    bool any_said;        /* somebody who counts says some file of the subject */
    uint8_t *marks;       /* of each item, by its number: ASY_MARK_... */
};

enum {
    ASY_MARK_STRONG = 1, /* a link that holds and counts */
    ASY_MARK_WEAK = 2,   /* a link too weak */
    ASY_MARK_FOUND = 4,  /* a finding */
    ASY_MARK_BUILT = 8,  /* provenance as it is expected: it says so itself, or is said by what does */
    ASY_MARK_SUMMED = 16, /* likewise a verification summary */
};

/* What a waiver's pattern is held against: the name of the file, empty for none. */
struct asy_view asy_finding_name(const struct asy_item *);

/* A waiver that has not expired names this finding about this file. */
bool asy_is_waived(const struct asy_weighing *, enum asy_reason, const struct asy_item *about);

/* The file that a fact is about; NULL when it is about none. */
const struct asy_item *asy_about_of(const struct asy_fact *);

/* Why a signature that stands is still not enough for this policy; NONE when it is. */
enum asy_reason asy_shortcoming(const struct asy_weighing *, const struct asy_fact *);

/*
 * It falls for a weak digest or key, or for revocation data that the policy wants; and it would stand but for one of
 * these, which alone can be waived.
 */
bool asy_is_strictness(const struct asy_fact *);
bool asy_is_only_strictness(const struct asy_fact *);

bool asy_is_strong(const struct asy_weighing *, enum asy_digest_alg);

/* For struct asy_counting; the context is a weighing. */
bool asy_signature_counts(const struct asy_fact *, const void *context);
bool asy_link_counts(const struct asy_fact *, const void *context);

/* Somebody asked for this very principal; one to whom anybody could issue a certificate counts otherwise only as a builder. */
bool asy_is_named(const struct asy_weighing *, const struct asy_principal *);

/* The principals whose word counts, a mask. */
uint64_t asy_counted_principals(const struct asy_weighing *);

/* Files that nothing lists count against the tree.  Needs `counted`. */
bool asy_is_complete(const struct asy_weighing *);

/* Something must be said about the item.  Needs `complete` and the attribution. */
bool asy_is_ruled(const struct asy_weighing *, const struct asy_item *);

/* How many signers fewer than required say all of the item; 0: the requirement is met.  Needs `marks`. */
unsigned asy_signers_short(const struct asy_weighing *, const struct asy_item *);

/* Each adds its findings to the dossier. */
void asy_find_item(struct asy_weighing *, enum asy_reason, const struct asy_item *about, const char *detail);
void asy_find_denied(struct asy_weighing *);
void asy_find_rollbacks(struct asy_weighing *);
void asy_find_in_facts(struct asy_weighing *);
void asy_find_inner_packages(struct asy_weighing *);
void asy_find_in_evidence(struct asy_weighing *);
void asy_find_in_notes(struct asy_weighing *);
void asy_find_in_indices(struct asy_weighing *);
void asy_find_in_bundles(struct asy_weighing *);
void asy_find_unattested(struct asy_weighing *);
void asy_find_unmet_items(struct asy_weighing *);

/* To the findings from `first` on. */
void asy_apply_waivers(struct asy_weighing *, size_t first);

#endif
