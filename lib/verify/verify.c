#include "verify/run.h"

#include <stdlib.h>

static void run_clear(struct asy_run *run)
{
    for (size_t i = 0; i < run->tries_n; i++)
        asy_key_free(run->tries[i].owned);
    free(run->tries);
}

/* Limits and unreadable subjects are answers about the subject, not failures of the call. */
static assay_status as_finding(struct asy_run *run, assay_status s, struct asy_diag *diag)
{
    if (assay_ok(s))
        return s;
    if (s.code == ASSAY_E_LIMIT || s.code == ASSAY_E_IO || s.code == ASSAY_E_ABSENT || s.code == ASSAY_E_FORMAT) {
        run->dossier->incomplete = true;
        asy_add_finding(run->dossier, ASY_BLOCKS, s.code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_INPUT_UNREADABLE,
                        run->subject, NULL, "%s", run->diag.text);
        return asy_ok;
    }
    *diag = run->diag;
    return s;
}

assay_status asy_verify(const struct asy_job *job, struct asy_dossier *dossier, struct asy_diag *diag)
{
    struct asy_run run = { .job = job, .dossier = dossier };
    assay_status s = asy_gather(&run);

    if (assay_ok(s))
        s = asy_read_evidence(&run);
    if (assay_ok(s))
        s = asy_bind(&run);
    if (assay_ok(s))
        s = asy_check(&run);
    if (assay_ok(s))
        asy_judge(&run);
    run_clear(&run);
    return as_finding(&run, s, diag);
}

/* What an inspection says of evidence: whether it can be read, not whether it is true. */
static void tell_unreadable(struct asy_run *run)
{
    for (size_t i = 0; i < run->dossier->items_n; i++) {
        const struct asy_item *item = run->dossier->items[i];

        if (item->why.reason == ASY_REASON_NONE || (item == run->subject && !item->is_evidence && item->format == NULL))
            continue;
        asy_add_finding(run->dossier, item == run->subject ? ASY_BLOCKS : ASY_NOTE, item->why.reason, item, item, "%s",
                        item->why.detail == NULL ? "" : item->why.detail);
    }
}

/* Judges a subject that is itself evidence (a timestamp over what lies beside it, a signed message) only by its form. */
assay_status asy_inspect(const struct asy_job *job, struct asy_dossier *dossier, struct asy_diag *diag)
{
    struct asy_run run = { .job = job, .dossier = dossier };
    assay_status s = asy_gather(&run);

    if (assay_ok(s))
        s = asy_read_evidence(&run);
    if (assay_ok(s))
        s = asy_bind(&run);
    if (assay_ok(s))
        s = asy_identify(&run);
    if (assay_ok(s))
        tell_unreadable(&run);
    run_clear(&run);
    return as_finding(&run, s, diag);
}

void asy_close_sources(struct asy_dossier *dossier)
{
    for (size_t i = 0; i < dossier->items_n; i++)
        asy_source_close(dossier->items[i]->source);
    asy_tree_close(dossier->tree);
}
