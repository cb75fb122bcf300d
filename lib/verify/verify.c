#include "base/text.h"
#include "io/git.h"
#include "verify/layout.h"

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

/* The steps of the pump, each on what the one before left. */
static assay_status look(struct asy_run *run)
{
    assay_status s = asy_gather(run);

    if (assay_ok(s))
        s = asy_read_evidence(run);
    if (assay_ok(s) && run->dossier->repository != NULL)
        s = asy_walk_git(run);
    if (assay_ok(s))
        s = asy_bind(run);
    if (assay_ok(s) && !asy_plan_product(run))
        s = asy_fail(&run->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    if (assay_ok(s))
        s = asy_check(run);
    if (assay_ok(s))
        asy_judge(run);
    return s;
}

assay_status asy_verify(const struct asy_job *job, struct asy_dossier *dossier, struct asy_diag *diag)
{
    struct asy_run run = { .job = job, .dossier = dossier };
    assay_status s = look(&run);

    run_clear(&run);
    return as_finding(&run, s, diag);
}

/* ---- inspection: what contradicts itself, whoever is trusted ---- */

static bool has_authorities(const struct asy_run *run)
{
    return asy_pki_has_anchors(asy_trust_get_tsa_pki(run->job->trust));
}

/* A package brings the keys; what cannot be checked even so is not known to be consistent. */
static bool is_unanswered(const struct asy_fact *fact)
{
    return fact->claim.is.signature.is_android && !asy_fact_holds(fact);
}

/* Only mathematics and form can contradict; an unknown signer contradicts nothing. */
static void tell_signature(struct asy_run *run, const struct asy_fact *fact)
{
    const struct asy_why *why = is_unanswered(fact) ? &fact->why : &fact->standing_why;
    bool blocks = why->reason == ASY_SIGNATURE_INVALID || why->reason == ASY_TIMESTAMP_INVALID ||
                  (why->reason == ASY_TIMESTAMP_UNTRUSTED && has_authorities(run)) || is_unanswered(fact);

    if (fact->claim.is.signature.role == ASY_ROLE_BACKS || fact->standing || why->reason == ASY_REASON_NONE)
        return;
    asy_add_finding(run->dossier, blocks ? ASY_BLOCKS : ASY_NOTE, why->reason, run->subject, fact->claim.document,
                    "%s", why->detail == NULL ? "" : why->detail);
}

/* What nobody should rely on, whoever signed; NONE: nothing. */
static enum asy_reason weakness_of(const struct asy_run *run, const struct asy_fact *fact)
{
    const struct asy_settings *settings = run->job->settings;
    const struct asy_scheme *scheme = &fact->claim.is.signature.scheme;
    bool is_rsa = scheme->alg == ASY_SIG_RSA_PKCS1 || scheme->alg == ASY_SIG_RSA_PSS;

    if (scheme->alg == ASY_SIG_DSA || (is_rsa && fact->key_bits < settings->min_rsa))
        return ASY_SIGNER_WEAK_KEY;
    if (asy_digest_strength(scheme->digest) < asy_digest_strength(settings->min_digest))
        return ASY_SIGNATURE_WEAK;
    return ASY_REASON_NONE;
}

/* One signature that is strong is enough, as where somebody is trusted. */
static void tell_weakness(struct asy_run *run)
{
    const struct asy_fact *weak = NULL;

    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind != ASY_CLAIM_SIGNATURE || !fact->claim.is.signature.is_android ||
            fact->claim.is.signature.role != ASY_ROLE_SIGNS || !asy_fact_holds(fact))
            continue;
        if (weakness_of(run, fact) == ASY_REASON_NONE)
            return;
        weak = fact;
    }
    if (weak != NULL && !run->job->settings->android_compat)
        asy_add_finding(run->dossier, ASY_BLOCKS, weakness_of(run, weak), run->subject, weak->claim.document, "%u bits, %s",
                        weak->key_bits, asy_digest_name(weak->claim.is.signature.scheme.digest));
}

static void tell_link(struct asy_run *run, const struct asy_fact *fact)
{
    const struct asy_item *target = fact->measure == NULL ? NULL : asy_recipe_whole(fact->measure->recipe);

    if (fact->measure != NULL && !asy_fact_holds(fact))
        asy_add_finding(run->dossier, ASY_BLOCKS, fact->why.reason, target, fact->claim.document, "%s",
                        fact->why.detail == NULL ? "" : fact->why.detail);
}

static void tell_facts(struct asy_run *run)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE)
            tell_signature(run, fact);
        else if (fact->claim.kind == ASY_CLAIM_LINK)
            tell_link(run, fact);
    }
}

/* What was found and could not be read; it counts where it was named, or is the subject itself. */
static void tell_unread(struct asy_run *run)
{
    for (size_t i = 0; i < run->dossier->items_n; i++) {
        const struct asy_item *item = run->dossier->items[i];
        bool blocks = item->was_named || item == run->subject;

        if (item->why.reason != ASY_REASON_NONE && item->why.reason != ASY_INPUT_UNREADABLE)
            asy_add_finding(run->dossier, blocks ? ASY_BLOCKS : ASY_NOTE, item->why.reason, item->about, item, "%s",
                            item->why.detail == NULL ? "" : item->why.detail);
    }
}

/* Members by which a package is known whose own evidence is not read here. */
struct package_mark {
    const char *pattern, *what;
};

static const struct package_mark package_marks[] = {
    { "oci-layout", "an OCI image layout" },
};

static const char *package_of(struct asy_view name)
{
    for (size_t i = 0; i < sizeof package_marks / sizeof *package_marks; i++) {
        if (asy_glob(asy_view_of(package_marks[i].pattern), name))
            return package_marks[i].what;
    }
    return NULL;
}

/* True when somebody, or the file itself, said something about the subject that was checked. */
static bool says_anything(const struct asy_run *run)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        if (run->dossier->facts[i]->outcome != ASY_UNCHECKED)
            return true;
    }
    return run->subject->format != NULL;
}

/* "Consistent in itself" can be said only of what was understood. */
static void tell_unknown(struct asy_run *run)
{
    const char *package = NULL;

    if (run->subject == NULL || run->subject->why.reason != ASY_REASON_NONE)
        return;
    for (size_t i = 0; package == NULL && i < run->dossier->items_n; i++) {
        if (run->dossier->items[i]->parent == run->subject)
            package = package_of(asy_view_of(run->dossier->items[i]->name));
    }
    if (package != NULL)
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_EVIDENCE_UNSUPPORTED, run->subject, run->subject,
                        "is %s, whose own evidence is not read here", package);
    else if (!says_anything(run))
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_EVIDENCE_UNSUPPORTED, run->subject, run->subject,
                        "%s", "of no format that is known here");
}

assay_status asy_inspect(const struct asy_job *job, struct asy_dossier *dossier, struct asy_diag *diag)
{
    struct asy_run run = { .job = job, .dossier = dossier, .inspects = true };
    assay_status s = look(&run);

    if (assay_ok(s)) {
        tell_facts(&run);
        tell_weakness(&run);
        tell_unread(&run);
        tell_unknown(&run);
    }
    run_clear(&run);
    return as_finding(&run, s, diag);
}

void asy_close_sources(struct asy_dossier *dossier)
{
    for (size_t i = 0; i < dossier->items_n; i++)
        asy_source_close(dossier->items[i]->source);
    asy_tree_close(dossier->tree);
    asy_git_close(dossier->repository);
}
