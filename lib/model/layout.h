/*
 * An in-toto layout (in-toto specification 4.3) and the records of what was done by it (4.4): who may do which step,
 * what goes into it and comes out of it, and how these follow from each other.  They are what documents say; nothing
 * here checks them.
 */
#ifndef ASY_MODEL_LAYOUT_H
#define ASY_MODEL_LAYOUT_H

#include "base/key.h"

struct asy_item;

/* A digest as a record spells it. */
struct asy_hash {
    struct asy_view alg; /* "sha256" */
    struct asy_view hex;
};

struct asy_artifact {
    struct asy_view path;
    const struct asy_hash *hashes;
    size_t hashes_n;
    struct asy_item *item; /* the file, where its digests were computed here; NULL: somebody recorded it */
};

/* In the order of their paths, none twice. */
struct asy_artifacts {
    struct asy_artifact *at;
    size_t n;
};

struct asy_words {
    const struct asy_view *at;
    size_t n;
};

/* What a step, or an inspection, was given and what it left. */
struct asy_record {
    struct asy_view name;
    struct asy_artifacts materials, products;
    struct asy_words command;
    bool succeeded; /* its command returned 0, as it says */
};

enum asy_rule_kind {
    ASY_RULE_NONE = 0,
    ASY_RULE_CREATE,
    ASY_RULE_DELETE,
    ASY_RULE_MODIFY,
    ASY_RULE_ALLOW,
    ASY_RULE_DISALLOW,
    ASY_RULE_REQUIRE,
    ASY_RULE_MATCH,
};

/* One artifact rule (specification 4.3.3). */
struct asy_artifact_rule {
    enum asy_rule_kind kind;
    struct asy_view pattern;
    struct asy_view in;      /* MATCH only: a prefix of the paths, with its last '/'; may be empty.  Likewise: */
    struct asy_view with_in; /* of the paths that they are compared with */
    struct asy_view from;    /* the step that these are of */
    bool with_products;      /* else its materials */
};

struct asy_rules {
    const struct asy_artifact_rule *at;
    size_t n;
};

/* A functionary's key. */
struct asy_layout_key {
    struct asy_view id; /* raw; nobody computes it */
    struct asy_key_material material;
    bool is_usable; /* false: of a kind that is not served */
};

struct asy_layout_step {
    struct asy_view name;               /* becomes part of file names: no '/', no control characters */
    const struct asy_layout_key **keys; /* of the layout, none twice; ids that it has no key for are left out */
    size_t keys_n;
    unsigned threshold; /* at least 1 */
    struct asy_rules materials, products;
    struct asy_words command; /* expected; empty: nothing is */
};

struct asy_layout_inspection {
    struct asy_view name;
    struct asy_words run;
    struct asy_rules materials, products;
};

struct asy_layout {
    int64_t expires; /* seconds since 1970: it holds before this time */
    struct asy_layout_key *keys;
    size_t keys_n;
    struct asy_layout_step *steps; /* at least one; no two steps or inspections have one name */
    size_t steps_n;
    struct asy_layout_inspection *inspections;
    size_t inspections_n;
};

/* The artifact `before` and `behind` are the path of; NULL when there is none. */
const struct asy_artifact *asy_artifact_find(const struct asy_artifacts *, struct asy_view before,
                                             struct asy_view behind);

/*
 * True when the hashes are the same: equal sets of equal digests, or, where one of the two was computed here, all
 * digests of the other among its own.  At least one must be as strong as `floor` bits.
 */
bool asy_artifact_same(const struct asy_artifact *, const struct asy_artifact *, unsigned floor);

/* True when both lists have the same paths with the same hashes, however strong. */
bool asy_artifacts_equal(const struct asy_artifacts *, const struct asy_artifacts *);

/* Puts artifacts in order; false when a path is there twice. */
bool asy_artifacts_sort(struct asy_artifacts *);

#endif
