/* The straight line: subject and engine in, ruling out. */
#include "api/internal.h"

#include "policy/policy.h"
#include "trust/state.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Processors that this process may use, at most 8. */
static unsigned threads_of(const struct assay_engine *engine)
{
    long n = engine->threads != 0 ? (long)engine->threads : sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > 8 ? 8 : (unsigned)n;
}

static struct assay_result *result_new(const struct assay_engine *engine)
{
    struct assay_result *result = calloc(1, sizeof *result);
    int64_t at = engine->has_time ? engine->time : (int64_t)time(NULL);

    if (result == NULL)
        return NULL;
    result->limits = engine->limits;
    result->arena = asy_arena_new(engine->limits.arena);
    if (result->arena != NULL)
        result->account.dossier = asy_dossier_new(result->arena, &result->limits, at);
    if (result->account.dossier == NULL) {
        assay_result_free(result);
        return NULL;
    }
    return result;
}

void assay_result_free(assay_result *result)
{
    if (result == NULL)
        return;
    asy_arena_free(result->arena);
    free(result);
}

/* Defaults, then the policy, then its product, then what the caller said for this run. */
static assay_status settings_of(const struct assay_engine *engine, const struct asy_product *product,
                                struct asy_settings *out, struct asy_diag *diag)
{
    assay_status s = asy_ok;

    *out = asy_default_settings;
    if (engine->policy != NULL)
        asy_policy_apply(engine->policy, product, out);
    for (const struct asy_override *o = engine->overrides; assay_ok(s) && o != NULL; o = o->next)
        s = asy_apply_override(out, o, diag);
    return s;
}

/* A key that nobody here can use is no reason to doubt the others: a signature by it counts for nothing. */
static void say_unusable(const struct assay_engine *engine, struct asy_dossier *dossier)
{
    enum asy_severity severity = asy_trust_is_empty(engine->trust) ? ASY_BLOCKS : ASY_NOTE;

    for (const struct asy_text_list *u = engine->unsupported; u != NULL; u = u->next)
        asy_add_finding(dossier, severity, ASY_TRUST_UNUSABLE, NULL, NULL, "%s", u->text);
    for (const struct asy_text_list *u = engine->unusable; u != NULL; u = u->next)
        asy_add_finding(dossier, ASY_BLOCKS, ASY_TRUST_UNUSABLE, NULL, NULL, "%s", u->text);
}

static struct asy_view name_of(const struct asy_subject *subject)
{
    struct asy_view name = asy_view_of(subject->name != NULL ? subject->name : subject->path);

    while (name.len > 1 && name.data[name.len - 1] == '/')
        name.len--;
    for (size_t i = name.len; i > 0; i--) {
        if (name.data[i - 1] == '/')
            return asy_view_from(name, i);
    }
    return name;
}

static bool has_claim(const struct asy_dossier *dossier, enum asy_claim_kind kind, bool ssh)
{
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_claim *claim = &dossier->facts[i]->claim;

        if (claim->kind == kind && (!ssh || claim->is.signature.has_name_space))
            return true;
    }
    return false;
}

/* What a reader of the report must not take for checked. */
static bool list_unchecked(const struct assay_engine *engine, struct asy_account *account)
{
    struct asy_dossier *dossier = account->dossier;
    const char *const always[] = { "SBOM: no evidence of this kind is read",
                                   account->seen.n > 0            ? NULL
                                   : engine->state_path != NULL   ? "rollback: the evidence names no release or version"
                                                                  : "rollback: no record of earlier releases is kept" };
    const char *revocation = NULL;

    account->has_trust_time = asy_pki_crl_time(asy_trust_get_pki(engine->trust), &account->trust_time);
    if (!account->has_trust_time && has_claim(dossier, ASY_CLAIM_CHAIN, false))
        revocation = "revocation of certificates: no CRL was supplied";
    else if (!asy_trust_has_krl(engine->trust) && has_claim(dossier, ASY_CLAIM_SIGNATURE, true))
        revocation = "revocation of SSH keys: no KRL was supplied";
    if (revocation != NULL && !asy_list_add(dossier->arena, &account->not_checked, revocation))
        return false;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        if (always[i] != NULL && !asy_list_add(dossier->arena, &account->not_checked, always[i]))
            return false;
    }
    return true;
}

static bool list_overrides(const struct assay_engine *engine, struct asy_account *account)
{
    for (const struct asy_override *o = engine->overrides; o != NULL; o = o->next) {
        if (!asy_list_add(account->dossier->arena, &account->overrides,
                          asy_printf(account->dossier->arena, "%s=%s", o->name, o->value)))
            return false;
    }
    return true;
}

static struct asy_item *first_subject(const struct asy_dossier *dossier)
{
    for (size_t i = 0; i < dossier->items_n; i++) {
        if (dossier->items[i]->is_subject && !dossier->items[i]->is_member)
            return dossier->items[i];
    }
    return NULL;
}

static bool describe(const struct assay_engine *engine, const struct asy_subject *subject,
                     const struct asy_product *product, struct asy_account *account)
{
    struct asy_arena *arena = account->dossier->arena;
    struct asy_view name = name_of(subject);

    account->subject = first_subject(account->dossier);
    account->subject_name = account->subject != NULL ? account->subject->name : asy_copy_text(arena, name);
    account->subject_kind = account->subject == NULL                  ? "tree"
                            : account->dossier->repository != NULL   ? "git object"
                            : subject->digest_alg == ASY_IDENTIFIER  ? "identifier"
                            : subject->digest_alg != ASY_DIGEST_NONE ? "digest"
                                                                     : "file";
    account->policy_name = engine->policy == NULL ? "command line" : asy_copy_text(arena, asy_view_of(engine->policy->name));
    account->policy_sha256 = engine->policy_sha256 == NULL ? NULL : asy_copy_text(arena, asy_view_of(engine->policy_sha256));
    account->product = product == NULL || product->name == NULL ? NULL : asy_copy_text(arena, asy_view_of(product->name));
    return account->subject_name != NULL && account->policy_name != NULL && list_overrides(engine, account) &&
           list_unchecked(engine, account);
}

struct progress_bridge {
    assay_progress call;
    void *context;
};

static bool call_progress(void *context, uint64_t done, uint64_t all)
{
    const struct progress_bridge *bridge = context;

    return bridge->call(bridge->context, done, all);
}

/* An inspection is consistent when nothing blocks; it is never an ALLOW. */
static void close_inspection(struct asy_account *account)
{
    struct asy_dossier *dossier = account->dossier;
    enum assay_ruling_value worst = ASSAY_ALLOW;

    account->is_inspection = true;
    for (size_t i = 0; i < dossier->findings_n; i++) {
        enum assay_ruling_value ruling = asy_reason_text(dossier->findings[i].why.reason)->ruling;

        if (asy_finding_blocks(&dossier->findings[i]) && (worst == ASSAY_ALLOW || ruling == ASSAY_REFUTED ||
                                                            (ruling == ASSAY_REFUSED && worst != ASSAY_REFUTED)))
            worst = ruling;
    }
    if (dossier->incomplete && worst == ASSAY_ALLOW) {
        asy_add_finding(dossier, ASY_BLOCKS, ASY_LIMIT_REACHED, NULL, NULL, "%s", "");
        worst = ASSAY_UNPROVEN;
    }
    account->ruling = (assay_ruling){ worst == ASSAY_ALLOW ? ASSAY_UNPROVEN : (int)worst };
    account->exit_code = worst == ASSAY_ALLOW ? 0 : asy_exit_code(dossier, account->ruling);
}

/* What was allowed before; a state that cannot be read leaves nothing to hold against, and so no ALLOW. */
static bool remember(const struct assay_engine *engine, struct asy_account *account, struct asy_memory *memory)
{
    struct asy_diag why;

    if (engine->state_path == NULL ||
        assay_ok(asy_state_load(engine->state_path, account->dossier->arena, memory, &why)))
        return engine->state_path != NULL;
    asy_add_finding(account->dossier, ASY_BLOCKS, ASY_STATE_UNUSABLE, NULL, NULL, "%s: %s", engine->state_path, why.text);
    return false;
}

/* What is allowed is remembered first: an ALLOW that could be forgotten, or that another process overtook, is none. */
static void keep_in_mind(const struct assay_engine *engine, struct asy_account *account)
{
    const struct asy_remembered *older = NULL;
    struct asy_diag why;
    assay_status s;

    if (engine->state_path == NULL || account->ruling.value != ASSAY_ALLOW || account->seen.n == 0)
        return;
    s = asy_state_advance(engine->state_path, account->dossier->arena, &account->seen, &older, &why);
    if (!assay_ok(s))
        asy_rule_out(account, ASY_STATE_UNUSABLE, why.text);
    else if (older != NULL)
        asy_rule_out(account, ASY_ROLLBACK, "a newer one was allowed meanwhile");
}

static assay_status run(const struct assay_engine *engine, const struct assay_subject *subject, bool inspects,
                        struct asy_account *account, struct asy_diag *diag)
{
    const struct asy_product *product =
        engine->policy == NULL ? NULL : asy_policy_match(engine->policy, name_of(&subject->subject));
    struct progress_bridge bridge = { subject->progress, subject->progress_context };
    const struct asy_progress progress = { call_progress, &bridge };
    struct asy_settings settings;
    struct asy_job job = {
        .crypto = engine->crypto, .trust = engine->trust, .settings = &settings, .subject = &subject->subject,
        .threads = threads_of(engine), .progress = subject->progress == NULL ? NULL : &progress,
        .wants_identity = subject->is_identified || (engine->policy != NULL && engine->policy->denied_n > 0),
    };
    struct asy_memory memory = { NULL, 0, 0 };
    struct asy_terms terms = {
        .settings = &settings, .policy = engine->policy, .product = product,
        .nobody_trusted = asy_trust_is_empty(engine->trust),
        .authority_trusted = asy_pki_has_anchors(asy_trust_get_tsa_pki(engine->trust)),
    };
    assay_status s = settings_of(engine, product, &settings, diag);

    if (!assay_ok(s))
        return s;
    say_unusable(engine, account->dossier);
    if (!inspects && remember(engine, account, &memory))
        terms.memory = &memory;
    s = inspects ? asy_inspect(&job, account->dossier, diag) : asy_verify(&job, account->dossier, diag);
    if (!assay_ok(s))
        return s;
    if (inspects) {
        close_inspection(account);
    } else {
        asy_rule(account, &terms);
        keep_in_mind(engine, account);
    }
    return describe(engine, &subject->subject, product, account) ? asy_ok : asy_no_memory(diag);
}

static assay_status judge(const struct assay_engine *engine, const struct assay_subject *subject, bool inspects,
                          assay_result **out, assay_error **error)
{
    struct assay_result *result = result_new(engine);
    struct asy_diag diag = { 0 };
    assay_status s;

    *out = NULL;
    if (result == NULL)
        return asy_give_error(asy_no_memory(&diag), &diag, error);
    s = run(engine, subject, inspects, &result->account, &diag);
    asy_close_sources(result->account.dossier);
    if (assay_ok(s))
        *out = result;
    else
        assay_result_free(result);
    return asy_give_error(s, &diag, error);
}

assay_status assay_verify(const assay_engine *engine, const assay_subject *subject, assay_result **out,
                          assay_error **error)
{
    return judge(engine, subject, false, out, error);
}

assay_status assay_inspect(const assay_engine *engine, const assay_subject *subject, assay_result **out,
                           assay_error **error)
{
    return judge(engine, subject, true, out, error);
}
