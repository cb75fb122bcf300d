/* Private to verify/: an in-toto layout with the links that were found for it. */
#ifndef ASY_VERIFY_LAYOUT_H
#define ASY_VERIFY_LAYOUT_H

#include "format/layout.h"
#include "verify/run.h"

/* What one functionary says of a step. */
struct asy_step_link {
    struct asy_item *document;
    const struct asy_fact *signature; /* under the functionary's key; NULL: there is none */
    const struct asy_record *record;  /* NULL: it is a layout of its own, or could not be read */
    struct asy_layout_work *sub;
};

struct asy_step_work {
    const struct asy_layout_step *step;
    struct asy_step_link *links; /* that were there, at most one for each key */
    size_t links_n;
    struct asy_record result; /* what counts, once it was settled; its name is the step's */
};

struct asy_inspection_work {
    const struct asy_layout_inspection *inspection;
    struct asy_item *document;       /* of a recorded one; NULL: none was there */
    const struct asy_record *record; /* NULL: none that could be read */
    size_t first_fact, facts_n;      /* what it was read into */
};

struct asy_layout_work {
    struct asy_item *document;
    const struct asy_layout *layout;
    const char *dir; /* where its links are, without a last '/' */
    const struct asy_layout_key
        *owner; /* who signed it for another layout; NULL: the caller's layout keys must have */
    unsigned depth;
    size_t first_fact, facts_n;
    struct asy_step_work *steps;             /* one for each of the layout's */
    struct asy_inspection_work *inspections; /* likewise */
};

/* The records that rules may name: those of the steps, and of the inspections that have one; NULL when memory is
 * short. */
const struct asy_record **asy_layout_records(struct asy_run *, const struct asy_layout_work *, size_t *n);

/* Plans the digests of the product that records name; false when memory is short. */
bool asy_plan_product(struct asy_run *);

/* The files of the product with their digests, once they are there.  False when memory is short. */
bool asy_product_of(struct asy_run *, struct asy_artifacts *out);

/* True when the ruling is about files, and not about the recorded steps alone. */
bool asy_has_product(const struct asy_run *);

/*
 * Once the layout holds: for each file of the product a link from the layout, with the digest that a rule found it
 * equal to, or else the one that the last step recorded under its path.  False when memory is short.
 */
bool asy_cover_product(struct asy_run *, const struct asy_artifacts *product);

/* A command that does nothing and succeeds: what it was given is what it leaves. */
bool asy_runs_nothing(const struct asy_layout_inspection *);

#endif
