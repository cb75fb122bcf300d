/*
 * Parses a policy and rules: a pure function from facts and findings to a ruling.  It opens nothing, knows no clock and
 * cannot verify.
 */
#ifndef ASY_POLICY_POLICY_H
#define ASY_POLICY_POLICY_H

#include "model/account.h"

/*
 * Sets one setting by its name.  ASSAY_E_POLICY for an unknown name or a value it does not take.  `value` must live as
 * long as the settings.
 */
assay_status asy_settings_set(struct asy_settings *, struct asy_view name, const char *value, struct asy_diag *);

/* What the ruling is made from besides the dossier. */
struct asy_policy;
struct asy_product;

struct asy_terms {
    const struct asy_settings *settings;
    const struct asy_policy *policy;   /* NULL: the command line's keys and settings are all there is */
    const struct asy_product *product; /* the one that matched, or NULL */
    const struct asy_memory *memory;   /* what was allowed before; NULL: nothing is remembered */
    bool nobody_trusted;    /* no key, anchor or allowed signer was usable */
    bool authority_trusted; /* a timestamp authority's anchor was given */
};

/* Rules about the dossier of `account` and completes it; adds the findings that come from the ruling itself. */
void asy_rule(struct asy_account *, const struct asy_terms *);

/* Takes an ALLOW back for a reason that came up behind it. */
void asy_rule_out(struct asy_account *, enum asy_reason, const char *detail);

/* The exit status of a ruling and its findings (design: one reason class gives its code). */
int asy_exit_code(const struct asy_dossier *, assay_ruling);

#endif
