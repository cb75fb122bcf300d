#include "crypto/plan.h"

#include <stdlib.h>

/* The item that a recipe reads; false when it reads more than one. */
static bool item_of(struct asy_recipe recipe, struct asy_item **out)
{
    *out = NULL;
    for (size_t i = 0; i < recipe.n; i++) {
        struct asy_item *item = recipe.pieces[i].kind == ASY_PIECE_SPAN ? recipe.pieces[i].span.item : NULL;

        if (item != NULL && *out != NULL && item != *out)
            return false;
        if (item != NULL)
            *out = item;
    }
    return true;
}

static bool has_digest_piece(struct asy_recipe recipe)
{
    for (size_t i = 0; i < recipe.n; i++) {
        if (recipe.pieces[i].kind == ASY_PIECE_DIGEST)
            return true;
    }
    return false;
}

static bool is_wanted(const struct asy_measure *m, bool second_round)
{
    return !m->done && !asy_recipe_is_tree(m->recipe) && !asy_recipe_is_blocks(m->recipe) &&
           m->why.reason == ASY_EVIDENCE_UNCHECKED && has_digest_piece(m->recipe) == second_round;
}

/* Members of one compressed archive follow each other as they do in the archive: it is decoded once then. */
static void keep_in_order(struct asy_task *const *of_item, size_t n)
{
    struct asy_task *before = NULL;

    for (size_t i = 0; i < n; i++) {
        struct asy_task *task = of_item[i];

        if (task == NULL || asy_source_group(task->item->source) == NULL)
            continue;
        if (before != NULL && asy_source_group(before->item->source) == asy_source_group(task->item->source)) {
            before->after = task;
            task->is_after = true;
        }
        before = task;
    }
}

/* Makes the tasks and counts what each will hold; the last place of `of_item` is for measures that read no item. */
static void count(struct asy_plan *plan, struct asy_dossier *dossier, bool second_round, struct asy_task **of_item)
{
    for (size_t i = 0; i < dossier->measures_n; i++) {
        struct asy_measure *m = dossier->measures[i];
        struct asy_task **task;
        struct asy_item *item;

        if (!is_wanted(m, second_round))
            continue;
        if (!item_of(m->recipe, &item)) {
            asy_because(dossier, &m->why, ASY_EVIDENCE_UNSUPPORTED, "bytes of several files in one digest");
            continue;
        }
        task = &of_item[item == NULL ? dossier->items_n : item->no];
        if (*task == NULL) {
            *task = &plan->tasks[plan->n++];
            (*task)->item = item;
        }
        (*task)->n++;
    }
}

static void share_out(struct asy_plan *plan)
{
    struct asy_measure **room = plan->measures;

    for (size_t i = 0; i < plan->n; i++) {
        plan->tasks[i].measures = room;
        room += plan->tasks[i].n;
        plan->tasks[i].n = 0;
    }
}

static void fill(const struct asy_dossier *dossier, bool second_round, struct asy_task *const *of_item)
{
    for (size_t i = 0; i < dossier->measures_n; i++) {
        struct asy_measure *m = dossier->measures[i];
        struct asy_task *task;
        struct asy_item *item;

        if (!is_wanted(m, second_round) || !item_of(m->recipe, &item))
            continue;
        task = of_item[item == NULL ? dossier->items_n : item->no];
        task->measures[task->n++] = m;
    }
}

assay_status asy_plan_new(struct asy_dossier *dossier, bool second_round, struct asy_plan *out, struct asy_diag *diag)
{
    struct asy_plan plan = { .n = 0 };
    struct asy_task **of_item = calloc(dossier->items_n + 1, sizeof(struct asy_task *));
    size_t most = 0;

    for (size_t i = 0; i < dossier->measures_n; i++)
        most += is_wanted(dossier->measures[i], second_round);
    plan.tasks = calloc(most + 1, sizeof *plan.tasks);
    plan.measures = calloc(most + 1, sizeof(struct asy_measure *));
    if (of_item == NULL || plan.tasks == NULL || plan.measures == NULL) {
        free(of_item);
        asy_plan_clear(&plan);
        return asy_no_memory(diag);
    }
    count(&plan, dossier, second_round, of_item);
    share_out(&plan);
    fill(dossier, second_round, of_item);
    keep_in_order(of_item, dossier->items_n);
    free(of_item);
    *out = plan;
    return asy_ok;
}

void asy_plan_clear(struct asy_plan *plan)
{
    free(plan->tasks);
    free(plan->measures);
    *plan = (struct asy_plan){ .n = 0 };
}
