/*
 * Artifact rules of an in-toto layout (in-toto specification 4.3.3), read against records of what steps took and
 * gave. Nothing is opened and nothing is decided: each rule takes paths off a list of those that are left, or fails.
 */
#ifndef ASY_VERIFY_ARTIFACT_RULES_H
#define ASY_VERIFY_ARTIFACT_RULES_H

#include "base/arena.h"
#include "model/layout.h"

/* What a list of rules is read against. */
struct asy_rule_scene {
    const struct asy_artifacts *of;                   /* the paths that the rules are about: materials or products */
    const struct asy_artifacts *materials, *products; /* of the same step or inspection */
    const struct asy_record *const *records;          /* those that MATCH may name */
    size_t records_n;
    unsigned floor; /* bits: a MATCH needs a digest as strong */
    /* Told of each path that a MATCH took off, and what it was found equal to.  NULL: nobody asks. */
    void (*matched)(void *context, const struct asy_artifact *here, const struct asy_artifact *there);
    void *context;
};

/*
 * Reads one rule: `left` has an entry for each artifact of `of`, and those that the rule consumes become false. False
 * when the rule fails: DISALLOW with a match among what is left, REQUIRE of a name that is not; `failed` (may be
 * NULL) is then the first of these paths, empty for REQUIRE.  MATCH from a record that is not there consumes nothing.
 */
bool asy_artifact_rule_read(const struct asy_artifact_rule *, const struct asy_rule_scene *, bool *left,
                            struct asy_view *failed);

enum asy_rules_answer {
    ASY_RULES_NO_MEMORY = 0,
    ASY_RULES_FAIL,
    ASY_RULES_HOLD, /* whatever no rule spoke of is allowed */
};

/* Reads the rules in order.  Where they fail, `rule` is the one that did, and `failed` as above. */
enum asy_rules_answer asy_artifact_rules_read(struct asy_arena *, const struct asy_rules *,
                                              const struct asy_rule_scene *, const struct asy_artifact_rule **rule,
                                              struct asy_view *failed);

#endif
