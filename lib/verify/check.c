/* Finds the keys for every signature, plans and computes digests, and has crypto answer every claim. */
#include "codec/signed_data.h"
#include "verify/names.h"
#include "verify/run.h"

#include <stdlib.h>
#include <string.h>

static assay_status add_try(struct asy_run *run, struct asy_fact *fact, const struct asy_key *key,
                            struct asy_key *owned, const struct asy_trusted_key *trusted)
{
    struct asy_try *larger;

    if (run->tries_n == run->tries_room) {
        size_t room = run->tries_room == 0 ? 16 : run->tries_room * 2;

        larger = realloc(run->tries, room * sizeof *larger);
        if (larger == NULL)
            return asy_no_memory(&run->diag);
        run->tries = larger;
        run->tries_room = room;
    }
    run->tries[run->tries_n++] = (struct asy_try){ fact, key, owned, trusted };
    return asy_signature_wants(run->dossier, fact, key) ? asy_ok
                                                        : asy_fail(&run->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

const struct asy_try *asy_try_of(const struct asy_run *run, const struct asy_fact *fact)
{
    const struct asy_try *first = NULL;

    for (size_t i = 0; i < run->tries_n; i++) {
        if (run->tries[i].fact != fact)
            continue;
        if (first == NULL)
            first = &run->tries[i];
        if (asy_fact_holds(fact) && fact->has_key_fingerprint &&
            memcmp(asy_key_fingerprint(run->tries[i].key), fact->key_fingerprint, 32) == 0)
            return &run->tries[i];
    }
    return first;
}

/* The certificate of a timestamp authority of the trusted roots, where its token does not carry it. */
static bool find_leaf_of_root(const struct asy_run *run, const struct asy_chain *chain, struct asy_view *der)
{
    const struct asy_trust *trust = run->job->trust;

    for (size_t i = 0; i < asy_trust_authorities_n(trust, ASY_ROOT_TIMESTAMPS); i++) {
        if (asy_pki_find_leaf(asy_trust_authority(trust, ASY_ROOT_TIMESTAMPS, i)->pki, chain, der))
            return true;
    }
    return false;
}

/* The certificate that a chain claim of this signature names and does not carry, from the caller's helpers. */
static bool find_leaf(struct asy_run *run, const struct asy_fact *fact, struct asy_view *der)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_claim *claim = &run->dossier->facts[i]->claim;
        const struct asy_pki *pki;

        if (claim->kind != ASY_CLAIM_CHAIN || asy_fact_no(run->dossier, claim->is.chain.of) != fact)
            continue;
        if (claim->is.chain.by_root)
            return find_leaf_of_root(run, &claim->is.chain, der);
        pki = claim->is.chain.for_timestamps ? asy_trust_get_tsa_pki(run->job->trust)
                                             : asy_trust_get_pki(run->job->trust);
        return asy_pki_find_leaf(pki, &claim->is.chain, der);
    }
    return false;
}

static bool is_candidate(const struct asy_signature *signature, const struct asy_trusted_key *trusted)
{
    struct asy_view digest = { asy_key_digest(trusted->key), asy_digest_len(ASY_SHA512) };

    return asy_key_fits(trusted->key, signature->scheme.alg) && asy_trust_may_have_signed(trusted, signature) &&
           asy_view_starts(digest, signature->key_digest);
}

static assay_status try_store(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_trust *trust = run->job->trust;
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < asy_trust_keys_n(trust); i++) {
        const struct asy_trusted_key *trusted = asy_trust_key(trust, i);

        if (is_candidate(&fact->claim.is.signature, trusted))
            s = add_try(run, fact, trusted->key, NULL, trusted);
    }
    return s;
}

/* A key that the document carries shows only that its owner signed; who that is, judge.c asks. */
static assay_status try_carried(struct asy_run *run, struct asy_fact *fact, const struct asy_key_material *material)
{
    struct asy_diag diag = { 0 };
    struct asy_key *key;
    assay_status s = asy_key_new(run->job->crypto, material, &key, &diag);

    if (s.code == ASSAY_E_MEMORY)
        return asy_no_memory(&run->diag);
    if (!assay_ok(s)) {
        asy_because(run->dossier, &fact->why,
                    s.code == ASSAY_E_UNSUPPORTED ? ASY_SIGNATURE_ALGORITHM : ASY_EVIDENCE_MALFORMED, "key: %s",
                    diag.text);
        return asy_ok;
    }
    s = add_try(run, fact, key, key, NULL);
    if (!assay_ok(s) && (run->tries_n == 0 || run->tries[run->tries_n - 1].owned != key))
        asy_key_free(key);
    return s;
}

/* A file, where it is short enough to be a set of attributes that a signer could have made; else nothing. */
static assay_status load_short(const struct asy_run *run, struct asy_source *source, struct asy_view *out,
                               struct asy_diag *diag)
{
    assay_status s = asy_source_open(source, diag);

    *out = (struct asy_view){ 0 };
    if (!assay_ok(s))
        return s;
    if (asy_source_size(source) <= ASY_CMS_SIGNED_BYTES)
        s = asy_source_load(source, ASY_CMS_SIGNED_BYTES, run->dossier->arena, out, diag);
    asy_source_close(source);
    return s;
}

/*
 * RFC 5652 5.4 signs attributes and bare content alike, so that a signature with attributes, the attributes taken away,
 * verifies over a file made of them.  No such file is anybody's release.  Content that its message carries was looked at
 * by the message's reader.
 */
static bool may_be_content(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_item *item = asy_recipe_whole(fact->claim.is.signature.message);
    enum asy_digest_alg alg;
    struct asy_diag diag;
    struct asy_view bytes;

    if (!fact->claim.is.signature.is_bare_cms || item == NULL)
        return true;
    if (item->source == NULL || asy_source_is_digest(item->source, &alg, &bytes))
        asy_because(run->dossier, &fact->why, ASY_EVIDENCE_UNSUPPORTED,
                    "a signature without signed attributes needs the file itself, not its digest");
    else if (!assay_ok(load_short(run, item->source, &bytes, &diag)))
        asy_because(run->dossier, &fact->why, ASY_INPUT_UNREADABLE, "%s", diag.text);
    else if (asy_cms_is_attributes(bytes))
        asy_because(run->dossier, &fact->why, ASY_EVIDENCE_MALFORMED,
                    "no signed attributes, and the file is a set of attributes: taken from another signature");
    else
        return true;
    return false;
}

static assay_status plan_signature(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    struct asy_key_material leaf = { .form = ASY_KEY_CERT };

    if (signature->scheme.alg == ASY_SIG_NONE || signature->scheme.alg == ASY_SIG_OTHER) {
        asy_because(run->dossier, &fact->why, ASY_SIGNATURE_ALGORITHM, "%s",
                    signature->scheme.alg_name == NULL ? "unknown" : signature->scheme.alg_name);
        return asy_ok;
    }
    if (!may_be_content(run, fact))
        return asy_ok;
    if (signature->key != NULL)
        return try_carried(run, fact, signature->key);
    if (find_leaf(run, fact, &leaf.a))
        return try_carried(run, fact, &leaf);
    if (signature->is_spare) {
        asy_because(run->dossier, &fact->why, ASY_TIMESTAMP_UNTRUSTED, "no trusted root has its authority");
        return asy_ok;
    }
    return try_store(run, fact);
}

static assay_status plan_link(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_link *link = &fact->claim.is.link;
    bool done = true;

    if (link->by_digest)
        done = asy_plan_anywhere(run, fact);
    else if (asy_recipe_is_blocks(link->target)) /* made for this link alone */
        done = (fact->measure = asy_new_measure(run->dossier, link->target, link->alg)) != NULL;
    else if (link->path.len == 0 && link->object == NULL)
        done = (fact->measure = asy_add_measure(run->dossier, link->target, link->alg)) != NULL;
    return done ? asy_ok : asy_fail(&run->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

static assay_status plan(struct asy_run *run)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE)
            s = plan_signature(run, fact);
        else if (fact->claim.kind == ASY_CLAIM_LINK)
            s = plan_link(run, fact);
    }
    return s;
}

static bool plan_sha256(struct asy_run *run, struct asy_item *item)
{
    struct asy_piece whole = asy_whole(item);
    struct asy_recipe recipe;

    return asy_recipe_of(run->dossier->arena, &whole, 1, &recipe) &&
           asy_add_measure(run->dossier, recipe, ASY_SHA256) != NULL;
}

/* One file has an identity: the digests that claims want, else its SHA-256.  A list of denied files needs it of all. */
static assay_status plan_identity(struct asy_run *run)
{
    struct asy_item *subject = run->subject;
    bool done = true;

    if (subject != NULL && subject->why.reason == ASY_REASON_NONE && subject->measures == NULL)
        done = plan_sha256(run, subject);
    for (size_t i = 0; done && run->job->wants_identity && i < run->dossier->items_n; i++) {
        struct asy_item *item = run->dossier->items[i];

        if ((item->is_subject || item == subject) && !item->is_link)
            done = plan_sha256(run, item);
    }
    return done ? asy_ok : asy_fail(&run->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

/* Of a file that nothing speaks of, whether it could be read at all. */
static void tell_unreadable(struct asy_run *run, struct asy_item *item)
{
    struct asy_diag why = { 0 };

    if (item->is_link || item->parent != NULL || item->size > 0)
        return;
    if (assay_ok(asy_source_open(item->source, &why)))
        asy_source_close(item->source);
    else
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_INPUT_UNREADABLE, item, NULL, "%s", why.text);
}

/* A digest of a file to be ruled about that could be computed and was not: what it would have said is not known. */
static void tell_unmeasured(struct asy_run *run)
{
    for (size_t i = 0; i < run->dossier->items_n; i++) {
        struct asy_item *item = run->dossier->items[i];
        enum asy_digest_alg alg;
        struct asy_view digest;

        if (!item->is_subject || item->why.reason != ASY_REASON_NONE ||
            (asy_source_is_digest(item->source, &alg, &digest) && !run->job->wants_identity))
            continue;
        if (item->measures == NULL)
            tell_unreadable(run, item);
        for (const struct asy_measure *m = item->measures; m != NULL; m = m->next) {
            if (m->done || !asy_digest_known(m->alg))
                continue;
            asy_add_finding(run->dossier, ASY_BLOCKS,
                            m->why.reason == ASY_REASON_NONE ? ASY_LIMIT_REACHED : m->why.reason, item, NULL, "%s",
                            m->why.detail == NULL ? "" : m->why.detail);
            break;
        }
    }
}

static bool is_same_line(const struct asy_fact *a, const struct asy_fact *b)
{
    return a->claim.document == b->claim.document && asy_view_eq(a->claim.is.link.path, b->claim.is.link.path);
}

static bool is_by_base_name(const struct asy_fact *fact)
{
    return fact->claim.kind == ASY_CLAIM_LINK && fact->by_base_name;
}

/* Every digest that the document gives for this path is the subject's. */
static bool is_path_right(const struct asy_run *run, const struct asy_fact *of)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_fact *fact = run->dossier->facts[i];

        if (is_by_base_name(fact) && is_same_line(fact, of) && !asy_fact_holds(fact))
            return false;
    }
    return true;
}

static void drop_namesakes_of(struct asy_run *run, const struct asy_fact *right)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];

        if (!is_by_base_name(fact) || fact->claim.document != right->claim.document || is_same_line(fact, right) ||
            asy_fact_holds(fact))
            continue;
        fact->measure = NULL;
        fact->outcome = ASY_UNCHECKED;
        fact->why = (struct asy_why){ ASY_EVIDENCE_UNCHECKED, NULL };
    }
}

/*
 * A list may have files of one name in several directories.  The subject is known by its name alone: where one of them is
 * the subject, the others are other files.
 */
static void drop_namesakes(struct asy_run *run)
{
    enum { TRIED = 64 }; /* paths that are looked at, so that no list makes this slow */
    const struct asy_item *settled = NULL;
    unsigned tried = 0;

    for (size_t i = 0; i < run->dossier->facts_n && tried < TRIED; i++) {
        const struct asy_fact *fact = run->dossier->facts[i];

        if (!is_by_base_name(fact) || !asy_fact_holds(fact) || fact->claim.document == settled)
            continue;
        tried++;
        if (!is_path_right(run, fact))
            continue;
        settled = fact->claim.document;
        drop_namesakes_of(run, fact);
    }
}

static void answer_signature(struct asy_run *run, const struct asy_try *attempt)
{
    struct asy_fact *fact = attempt->fact;

    if (asy_fact_holds(fact))
        return;
    asy_check_signature(run->job->crypto, run->dossier, fact, attempt->key);
    memcpy(fact->key_fingerprint, asy_key_fingerprint(attempt->key), sizeof fact->key_fingerprint);
    fact->has_key_fingerprint = true;
    fact->key_bits = asy_key_bits(attempt->key);
    fact->signer_known = fact->signer_known || attempt->trusted != NULL;
}

/*
 * Where a document only names its key's file and no trusted key of that name failed, nothing was disproved: the key that
 * made the signature was not among those that were tried.
 */
static void settle_unnamed(struct asy_run *run, struct asy_fact *fact)
{
    struct asy_view name = fact->claim.is.signature.key_name;

    if (fact->outcome != ASY_FAILS || name.len == 0)
        return;
    for (size_t i = 0; i < run->tries_n; i++) {
        const struct asy_try *attempt = &run->tries[i];

        if (attempt->fact == fact && attempt->trusted != NULL &&
            asy_view_eq(asy_base_name(asy_view_of(attempt->trusted->name)), name))
            return;
    }
    fact->outcome = ASY_UNKNOWN;
    fact->signer_known = fact->has_key_fingerprint = false;
    asy_because(run->dossier, &fact->why, ASY_SIGNER_UNKNOWN, "key \"%.*s\"", (int)(name.len > 200 ? 200 : name.len),
                (const char *)name.data);
}

static bool any_of_document_holds(const struct asy_run *run, const struct asy_item *document)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE && fact->claim.document == document && asy_fact_holds(fact))
            return true;
    }
    return false;
}

/* Where a document has several signatures and says of none whose it is, one that holds explains the others: of others. */
static void settle_several(struct asy_run *run, struct asy_fact *fact)
{
    if (fact->outcome != ASY_FAILS || !fact->claim.is.signature.is_one_of_several ||
        !any_of_document_holds(run, fact->claim.document))
        return;
    fact->outcome = ASY_UNKNOWN;
    fact->signer_known = fact->has_key_fingerprint = false;
    asy_because(run->dossier, &fact->why, ASY_SIGNER_UNKNOWN, "one of several signatures");
}

static assay_status identify(struct asy_run *run)
{
    const struct asy_job *job = run->job;
    assay_status s;

    s = plan_identity(run);
    if (assay_ok(s))
        s = asy_measure_all(job->crypto, run->dossier, job->threads, job->progress, &run->diag);
    if (assay_ok(s))
        tell_unmeasured(run);
    return s;
}

assay_status asy_check(struct asy_run *run)
{
    assay_status s = plan(run);

    if (assay_ok(s))
        s = identify(run);
    if (!assay_ok(s))
        return s;
    for (size_t i = 0; i < run->tries_n; i++)
        answer_signature(run, &run->tries[i]);
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        if (run->dossier->facts[i]->claim.kind != ASY_CLAIM_SIGNATURE)
            continue;
        settle_unnamed(run, run->dossier->facts[i]);
        settle_several(run, run->dossier->facts[i]);
    }
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind != ASY_CLAIM_LINK)
            continue;
        if (fact->claim.is.link.by_digest)
            asy_settle_anywhere(run, i);
        if (fact->measure != NULL)
            asy_check_link(run->job->crypto, run->dossier, fact);
    }
    drop_namesakes(run);
    return asy_ok;
}
