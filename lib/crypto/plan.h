/* Private to crypto/: which digests are to be computed, by the item whose bytes they read. */
#ifndef ASY_CRYPTO_PLAN_H
#define ASY_CRYPTO_PLAN_H

#include "model/dossier.h"

/* An item and the measures that read it. */
struct asy_task {
    struct asy_item *item; /* NULL: literals only */
    struct asy_measure **measures;
    size_t n;
    struct asy_task *after; /* the next item of the same stream, which one thread reads in order (asy_source_group) */
    bool is_after;          /* some other task leads to it */
};

struct asy_plan {
    struct asy_task *tasks;
    size_t n;
    struct asy_measure **measures; /* of all tasks, those of one beside each other */
};

/*
 * Sorts the measures that are not done into tasks: those with digests of digests in a second round, when what they
 * stand on is there.  What no task can compute gets its why.  ASSAY_E_MEMORY.
 */
assay_status asy_plan_new(struct asy_dossier *, bool second_round, struct asy_plan *out, struct asy_diag *);
void asy_plan_clear(struct asy_plan *);

#endif
