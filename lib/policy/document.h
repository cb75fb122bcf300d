/*
 * The policy document of assay-policy(5) as a structure: whom the site trusts, what it requires of which product, what
 * it never allows and what it has waived.  Bytes in, structure out: nothing is opened and no clock is read, and the
 * files that are named are read by the caller.
 */
#ifndef ASY_POLICY_DOCUMENT_H
#define ASY_POLICY_DOCUMENT_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/reason.h"
#include "base/sink.h"
#include "model/settings.h"

enum asy_trust_kind {
    ASY_TRUST_KEY = 1,
    ASY_TRUST_ANCHOR,
    ASY_TRUST_TSA_ANCHOR,
    ASY_TRUST_INTERMEDIATE,
    ASY_TRUST_CRL,
    ASY_TRUST_ALLOWED_SIGNERS,
    ASY_TRUST_KRL,
    ASY_TRUST_NPM_KEYS,
    ASY_TRUST_LAYOUT_KEY,
    ASY_TRUST_GCB_KEYS,
    ASY_TRUST_ROOT,
};

struct asy_trust_entry {
    enum asy_trust_kind kind;
    const char *name;     /* never NULL: that of the document, else the file's last part */
    bool is_named;        /* `name` stands in the document; only keys and anchors are always named */
    const char *file;     /* relative to the policy file's directory; NULL when the key is inline */
    struct asy_view text; /* the inline key; empty when it is in a file */
    int64_t from, until;  /* of keys: seconds; INT64_MIN and INT64_MAX where the document says nothing */
    unsigned line; /* of the document, from 1 */
};

/* One entry of `signers`: at least `threshold` distinct signers of these must have signed. */
struct asy_signers {
    const struct asy_trust_entry **of; /* keys, anchors and trusted roots (any signer under it); none: anybody trusted */
    size_t of_n;
    const char *identity; /* NULL: any */
    const char *issuer;   /* of a Sigstore certificate: who must have known that identity; NULL: none such is meant */
    unsigned threshold;   /* at least 1 */
    unsigned line;
};

struct asy_setting {
    const char *name, *value; /* checked: asy_settings_set takes them */
    unsigned line;
};

struct asy_setting_list {
    struct asy_setting *at;
    size_t n;
};

enum asy_coverage { ASY_COVERAGE_DEFAULT = 0, ASY_COVERAGE_ALL, ASY_COVERAGE_LISTED }; /* the default is: all */

struct asy_requirement {
    bool is_given;               /* a `require` stands in the document */
    struct asy_signers *signers; /* every one must be met; none: any one trusted signer */
    size_t signers_n;
    enum asy_tristate timestamp;
    enum asy_coverage coverage;
    unsigned max_age_days; /* 0: none */
    struct asy_setting_list settings;
    unsigned line;
};

enum asy_action { ASY_ACTION_DENY = 0, ASY_ACTION_REVIEW, ASY_ACTION_ALLOW };

struct asy_product {
    const char *name;  /* NULL: the `require` of a policy without products, which is about everything */
    const char **match; /* globs over the subject's file name */
    size_t match_n;
    enum asy_action action;
    struct asy_requirement require;
    unsigned line;
};

struct asy_denied {
    enum asy_digest_alg alg; /* SHA-256 */
    struct asy_view digest;
    const char *reason; /* NULL: not said */
    unsigned line;
};

struct asy_waiver {
    enum asy_reason finding; /* one that asy_waivable */
    const char *subject;     /* glob over the name of the file that the finding is about */
    const char *owner, *reason;
    int64_t expires; /* seconds; it holds before, and no longer at, this time */
    unsigned line;
};

/* A unit test of the policy; paths are relative to the policy file's directory. */
struct asy_policy_test {
    const char *name;
    const char *subject;
    const char **signatures, **manifests;
    size_t signatures_n, manifests_n;
    int64_t at;
    enum assay_ruling_value expect;
    enum asy_reason *because; /* must all be among the findings */
    size_t because_n;
    unsigned line;
};

struct asy_policy {
    const char *name;
    const char *description; /* NULL: none */
    struct asy_trust_entry *trust;
    size_t trust_n;
    struct asy_setting_list settings; /* for every product */
    struct asy_product *products;     /* in their order; one without a name when there is only a `require` */
    size_t products_n;
    struct asy_denied *denied;
    size_t denied_n;
    struct asy_waiver *waivers;
    size_t waivers_n;
    struct asy_policy_test *tests;
    size_t tests_n;
};

/*
 * Reads a document: JSON when the first byte that is no blank is '{', else YAML.  All that is wrong with it is
 * ASSAY_E_POLICY, with its line in the text and in `at`; ASSAY_E_MEMORY when the arena is full.  What is kept lives in
 * the arena; `text` is no longer needed.
 */
assay_status asy_policy_parse(struct asy_arena *, struct asy_view text, const struct asy_policy **out,
                              struct asy_diag *);

/* The first product whose pattern matches the last part of this path; NULL when the policy says nothing of it. */
const struct asy_product *asy_policy_match(const struct asy_policy *, struct asy_view subject_name);

/*
 * Lays the policy's settings over `settings`, and over them those of the product (may be NULL), with its timestamp,
 * coverage and age.  Texts in them live as long as the policy.
 */
void asy_policy_apply(const struct asy_policy *, const struct asy_product *, struct asy_settings *);

/* The entry of the deny list for this digest, or NULL. */
const struct asy_denied *asy_policy_denied(const struct asy_policy *, enum asy_digest_alg, struct asy_view digest);

/*
 * The waiver for a finding about the file `name` (empty: about none) at a time.  When only ones that have expired by
 * then match, the first of these with `*expired` true; else `*expired` is false.
 */
const struct asy_waiver *asy_policy_waiver(const struct asy_policy *, enum asy_reason, struct asy_view name, int64_t at,
                                           bool *expired);

/*
 * True for the findings that a waiver may name: strictness of the policy.  Never those without which nothing was proved
 * or something was disproved.
 */
bool asy_waivable(enum asy_reason);

/* What the policy means, in sentences for a person. */
void asy_policy_explain(const struct asy_policy *, struct asy_sink *);

/* A commented document to start from; it parses, and allows nothing until it is edited. */
void asy_policy_template(struct asy_sink *);

#endif
