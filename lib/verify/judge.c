/*
 * Says for every signature whether it stands: its mathematics hold, all that backs it holds, it is strong enough, and it
 * is by somebody who is trusted at the time that counts.  Timestamps come first, because they say which time that is.
 */
#include "codec/base64.h"
#include "verify/run.h"

#include <string.h>

void asy_falls(struct asy_run *run, struct asy_fact *fact, enum asy_reason reason, const char *detail)
{
    fact->standing = false;
    asy_because(run->dossier, &fact->standing_why, reason, "%s", detail == NULL ? "" : detail);
}

static void falls_with(struct asy_fact *fact, const struct asy_why *why)
{
    fact->standing = false;
    fact->standing_why = *why;
}

static struct asy_fact *chain_of(struct asy_run *run, const struct asy_fact *signature)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_CHAIN && asy_fact_no(run->dossier, fact->claim.is.chain.of) == signature)
            return fact;
    }
    return NULL;
}

/* True when everything that the signature's own words depend on holds: companions under its key, and its links. */
static bool is_backed(struct asy_run *run, struct asy_fact *fact)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_fact *other = run->dossier->facts[i];
        const struct asy_claim *claim = &other->claim;
        bool backs = claim->kind == ASY_CLAIM_SIGNATURE && claim->is.signature.role == ASY_ROLE_BACKS &&
                     asy_fact_no(run->dossier, claim->is.signature.of) == fact;
        bool proves = claim->kind == ASY_CLAIM_SIGNATURE && claim->is.signature.role == ASY_ROLE_CERTIFIES &&
                      claim->is.signature.is_android && asy_fact_no(run->dossier, claim->is.signature.of) == fact;
        bool links = claim->kind == ASY_CLAIM_LINK && asy_fact_no(run->dossier, claim->is.link.by) == fact;

        if ((backs || links || proves) && !asy_fact_holds(other)) {
            falls_with(fact, &other->why);
            return false;
        }
        if (backs && memcmp(other->key_fingerprint, fact->key_fingerprint, sizeof fact->key_fingerprint) != 0) {
            asy_falls(run, fact, ASY_SIGNATURE_INVALID, "the signed comment is by another key");
            return false;
        }
    }
    return true;
}

/* A weak digest between the key and the bytes: the signature's own, or that of a link that it says; NONE is none. */
static enum asy_digest_alg weak_digest_of(const struct asy_run *run, const struct asy_fact *fact)
{
    unsigned floor = asy_digest_strength(run->job->settings->min_digest);
    enum asy_digest_alg digest = fact->claim.is.signature.scheme.digest;

    if (digest == ASY_DIGEST_NONE && fact->measure != NULL) /* a bare signature does not say; the check found it */
        digest = fact->measure->alg;
    if (digest != ASY_DIGEST_NONE && asy_digest_strength(digest) < floor)
        return digest;
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_claim *claim = &run->dossier->facts[i]->claim;

        if (claim->kind == ASY_CLAIM_LINK && asy_fact_no(run->dossier, claim->is.link.by) == fact &&
            asy_recipe_reads(claim->is.link.target) && asy_digest_strength(claim->is.link.alg) < floor)
            return claim->is.link.alg;
    }
    return ASY_DIGEST_NONE;
}

static bool is_strong(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_try *attempt = asy_try_of(run, fact);
    enum asy_digest_alg digest = weak_digest_of(run, fact);
    bool is_dsa = fact->claim.is.signature.scheme.alg == ASY_SIG_DSA;
    bool is_key_weak = attempt != NULL && (is_dsa || (asy_key_is_rsa(attempt->key) && asy_key_bits(attempt->key) <
                                                                                          run->job->settings->min_rsa));

    if (fact->claim.is.signature.is_android && run->job->settings->android_compat)
        return true;

    if (digest != ASY_DIGEST_NONE)
        asy_falls(run, fact, ASY_SIGNATURE_WEAK, asy_digest_name(digest));
    else if (is_key_weak)
        asy_falls(run, fact, ASY_SIGNER_WEAK_KEY, asy_key_name(attempt->key));
    if (digest != ASY_DIGEST_NONE && is_key_weak)
        fact->principal = -1; /* a waiver of the one must not let the other pass */
    return digest == ASY_DIGEST_NONE && !is_key_weak;
}

void asy_stand(struct asy_run *run, struct asy_fact *fact, const struct asy_principal *principal)
{
    int no = asy_add_principal(run->dossier, principal);

    if (no < 0) {
        asy_falls(run, fact, ASY_LIMIT_REACHED, "too many signers");
        return;
    }
    fact->principal = no;
    fact->signer_name = run->dossier->principals[no].name;
    fact->standing = true;
    fact->standing_why = (struct asy_why){ ASY_REASON_NONE, NULL };
}

static struct asy_principal principal_of(const struct asy_fact *fact, const char *name, const char *kind)
{
    struct asy_principal principal = { .name = name, .kind = kind, .has_fingerprint = true };

    memcpy(principal.fingerprint, fact->key_fingerprint, sizeof principal.fingerprint);
    return principal;
}

/* ---- who: keys of the store ---- */

/* One key may stand under several names: the one that is valid now, else the first. */
static const struct asy_trusted_key *trusted_key_of(const struct asy_run *run, const struct asy_fact *fact)
{
    const struct asy_trusted_key *first = NULL;
    const struct asy_trust *trust = run->job->trust;

    for (size_t i = 0; fact->has_key_fingerprint && i < asy_trust_keys_n(trust); i++) {
        const struct asy_trusted_key *key = asy_trust_key(trust, i);

        if (key->openpgp != NULL || /* trusted as a part of its certificate only */
            key->is_layout != fact->claim.is.signature.is_layout ||
            memcmp(asy_key_fingerprint(key->key), fact->key_fingerprint, sizeof fact->key_fingerprint) != 0)
            continue;
        if (run->dossier->at >= key->from && run->dossier->at < key->until)
            return key;
        if (first == NULL)
            first = key;
    }
    return first;
}

/* A key's validity at the reference time, or, where the policy says so, at the time of a trusted timestamp. */
static bool is_valid_now(struct asy_run *run, struct asy_fact *fact, const struct asy_trusted_key *key)
{
    int64_t at = run->dossier->at;

    if (fact->claim.is.signature.bundle != NULL && fact->has_stamp)
        at = fact->stamped_at; /* it was valid at the others as well */
    else if (fact->has_stamp && run->job->settings->expired_at_signing_time && at >= key->until)
        at = fact->stamped_at;
    if (key->is_registry && fact->claim.is.signature.has_claimed_time && fact->claim.is.signature.claimed_time < at)
        at = fact->claim.is.signature.claimed_time; /* of publication, by which registries let their keys expire */
    if (at < key->from) {
        asy_falls(run, fact, ASY_SIGNER_NOT_YET_VALID, key->name);
        return false;
    }
    if (at >= key->until) {
        asy_falls(run, fact, ASY_SIGNER_EXPIRED, key->name);
        return false;
    }
    return true;
}

/* The caller's, or where he named none the one that is usual for the document. */
static const char *expected_namespace(const struct asy_run *run, const struct asy_fact *fact)
{
    const char *usual = fact->claim.is.signature.usual_name_space;
    bool is_named = run->job->settings->name_space != asy_default_settings.name_space;

    return usual == NULL || is_named ? run->job->settings->name_space : usual;
}

static bool has_right_namespace(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    const char *expected = expected_namespace(run, fact);

    if (!signature->has_name_space || asy_view_is(signature->name_space, expected))
        return true;
    asy_because(run->dossier, &fact->standing_why, ASY_SIGNER_NAMESPACE, "is \"%.*s\", expected \"%s\"",
                (int)(signature->name_space.len > 200 ? 200 : signature->name_space.len),
                (const char *)signature->name_space.data, expected);
    return false;
}

/* ---- who: whoever made the document ---- */

static bool must_be_maker(const struct asy_run *run, const struct asy_fact *fact)
{
    return run->job->settings->committer_matches_uid && fact->claim.is.signature.has_maker;
}

/* The address as an identity that is asked for; no key is known by an empty one, or by one with a NUL in it. */
static const char *maker_of(const struct asy_run *run, const struct asy_fact *fact)
{
    struct asy_view maker = fact->claim.is.signature.maker;
    const char *text = asy_copy_text(run->dossier->arena, maker);

    return text == NULL || text[0] == '\0' || strlen(text) != maker.len ? NULL : text;
}

static void is_not_maker(struct asy_run *run, struct asy_fact *fact)
{
    asy_falls(run, fact, ASY_SIGNER_IDENTITY, "the address of the committer or tagger is none of the signer's");
}

/* "SHA256:" and the base64 of the fingerprint: what a key is called that has no name of its own (slsa-verifier). */
static bool is_own_id(const struct asy_run *run, struct asy_view id, const struct asy_fact *fact)
{
    static const struct asy_view mark = ASY_TEXT_INIT("SHA256:");
    struct asy_view digest, own = { fact->key_fingerprint, sizeof fact->key_fingerprint };

    return asy_view_starts(id, mark) &&
           asy_base64_decode(run->dossier->arena, asy_view_from(id, mark.len), &digest) && asy_view_eq(digest, own);
}

/* The name that an envelope gives its key: the expected one; of a summary, where none is expected, none or the key's own. */
static bool has_right_key_id(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    const char *expected = run->job->settings->key_id;
    bool is_summary = fact->claim.document->attests == ASY_ATTESTS_SUMMARY;

    if (!signature->is_envelope || (expected == NULL && (!is_summary || signature->key_id.len == 0)))
        return true;
    if (expected == NULL ? is_own_id(run, signature->key_id, fact) : asy_view_is(signature->key_id, expected))
        return true;
    asy_because(run->dossier, &fact->standing_why, ASY_SIGNER_IDENTITY, "the signature calls its key \"%.*s\"",
                (int)(signature->key_id.len > 200 ? 200 : signature->key_id.len), (const char *)signature->key_id.data);
    return false;
}

static void stand_by_key(struct asy_run *run, struct asy_fact *fact, const struct asy_trusted_key *key)
{
    struct asy_principal principal = principal_of(fact, key->name, key->kind);
    const struct asy_signature *signature = &fact->claim.is.signature;

    principal.key = key->name;
    fact->signer_known = true;
    if (run->job->settings->identity != NULL && strcmp(run->job->settings->identity, key->name) != 0) {
        asy_falls(run, fact, ASY_SIGNER_IDENTITY, "a bare key has no identity but its name in the policy");
        return;
    }
    if (run->job->settings->require_cn != NULL) {
        asy_falls(run, fact, ASY_SIGNER_IDENTITY, "a bare key has no common name");
        return;
    }
    if (asy_trust_is_revoked(run->job->trust, signature->key_blob.len > 0 ? signature->key_blob : key->ssh_blob,
                             signature->ssh_cert)) {
        asy_falls(run, fact, ASY_SIGNER_REVOKED, key->name);
        return;
    }
    if (must_be_maker(run, fact) && !asy_view_is(fact->claim.is.signature.maker, key->name)) {
        is_not_maker(run, fact);
        return;
    }
    if (is_valid_now(run, fact, key) && has_right_namespace(run, fact) && has_right_key_id(run, fact))
        asy_stand(run, fact, &principal);
}

/* ---- who: certificates ---- */

static bool is_required_name(const struct asy_settings *settings, const struct asy_chain_answer *answer)
{
    const char *wanted = settings->identity;

    if (settings->require_cn != NULL &&
        (answer->common_name == NULL || strcmp(answer->common_name, settings->require_cn) != 0))
        return false;
    return wanted == NULL || (answer->common_name != NULL && strcmp(answer->common_name, wanted) == 0) ||
           (answer->subject != NULL && strcmp(answer->subject, wanted) == 0);
}

/* The chain must be about the very key that signed. */
static bool is_about_key(const struct asy_chain_answer *answer, const struct asy_fact *fact)
{
    return fact->has_key_fingerprint &&
           memcmp(answer->leaf_fingerprint, fact->key_fingerprint, sizeof fact->key_fingerprint) == 0;
}

static void stand_by_chain(struct asy_run *run, struct asy_fact *fact, struct asy_fact *chain)
{
    const struct asy_chain_terms terms = {
        .at = run->dossier->at,
        .purpose = run->job->settings->purpose,
        .settings = run->job->settings,
        .has_stamp = fact->has_stamp,
        .stamped_at = fact->stamped_at,
        .mail = must_be_maker(run, fact) ? maker_of(run, fact) : NULL,
    };
    struct asy_chain_answer answer = { 0 };
    struct asy_principal principal;

    asy_check_chain(run->job->crypto, run->dossier, chain, asy_trust_get_pki(run->job->trust), &terms, &answer);
    fact->signer_name = answer.common_name == NULL ? answer.subject : answer.common_name;
    if (!asy_fact_holds(chain) && !answer.only_lapses) {
        falls_with(fact, &chain->why);
        return;
    }
    if (!is_about_key(&answer, fact)) {
        asy_falls(run, fact, ASY_CHAIN_INVALID, "the chain is about another key");
        return;
    }
    fact->signer_known = true;
    if (!is_required_name(run->job->settings, &answer)) {
        asy_falls(run, fact, ASY_SIGNER_IDENTITY, answer.subject);
        return;
    }
    if (must_be_maker(run, fact) && !answer.has_mail) {
        is_not_maker(run, fact);
        return;
    }
    principal = principal_of(fact, answer.common_name == NULL ? answer.subject : answer.common_name, "certificate");
    principal.anchor = answer.anchor;
    principal.identity = answer.common_name;
    asy_stand(run, fact, &principal);
}

/* ---- who: allowed signers ---- */

static bool cert_holds(struct asy_run *run, const struct asy_fact *fact)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_fact *other = run->dossier->facts[i];

        if (other->claim.kind == ASY_CLAIM_SIGNATURE && other->claim.is.signature.role == ASY_ROLE_CERTIFIES &&
            asy_fact_no(run->dossier, other->claim.is.signature.of) == fact)
            return asy_fact_holds(other);
    }
    return false;
}

/* Whether allowed_signers would trust the key for the maker's address as well. */
static bool is_maker_by_signers(struct asy_run *run, const struct asy_fact *fact, struct asy_settings settings)
{
    struct asy_ssh_answer answer = { 0 };

    settings.identity = maker_of(run, fact);
    if (settings.identity != NULL)
        asy_trust_judge_ssh(run->job->trust, run->dossier, &fact->claim.is.signature, cert_holds(run, fact), &settings,
                            run->dossier->at, &answer);
    return answer.trusted;
}

static void stand_by_signers(struct asy_run *run, struct asy_fact *fact)
{
    struct asy_settings settings = *run->job->settings;
    struct asy_ssh_answer answer = { 0 };
    struct asy_principal principal;

    settings.name_space = expected_namespace(run, fact);
    asy_trust_judge_ssh(run->job->trust, run->dossier, &fact->claim.is.signature, cert_holds(run, fact), &settings,
                        run->dossier->at, &answer);
    if (!answer.trusted) {
        falls_with(fact, &answer.why);
        return;
    }
    fact->signer_known = true;
    if (run->job->settings->require_cn != NULL) {
        asy_falls(run, fact, ASY_SIGNER_IDENTITY, "an SSH key has no common name");
        return;
    }
    if (must_be_maker(run, fact) && !is_maker_by_signers(run, fact, settings)) {
        is_not_maker(run, fact);
        return;
    }
    principal = principal_of(fact, answer.principal, "SSH key");
    principal.identity = answer.principal;
    asy_stand(run, fact, &principal);
}

/* ---- who: OpenPGP certificates ---- */

/* Whether the address is that of a user of the certificate. */
static bool is_maker_by_openpgp(struct asy_run *run, const struct asy_fact *fact)
{
    struct asy_settings settings = *run->job->settings;
    struct asy_openpgp_answer answer = { 0 };

    settings.identity = maker_of(run, fact);
    if (settings.identity != NULL)
        asy_trust_judge_openpgp(run->job->trust, run->dossier, &fact->claim.is.signature, fact->key_fingerprint,
                                &settings, run->dossier->at, &answer);
    return answer.trusted;
}

static void stand_by_openpgp(struct asy_run *run, struct asy_fact *fact)
{
    struct asy_openpgp_answer answer = { 0 };
    struct asy_principal principal = { .kind = "OpenPGP key", .has_fingerprint = true };
    const char *name;

    asy_trust_judge_openpgp(run->job->trust, run->dossier, &fact->claim.is.signature, fact->key_fingerprint,
                            run->job->settings, run->dossier->at, &answer);
    fact->signer_known = answer.known;
    name = answer.user == NULL ? answer.name : answer.user;
    fact->signer_name = name == NULL ? NULL : asy_copy_text(run->dossier->arena, asy_view_of(name)); /* outlives the store */
    if (!answer.trusted) {
        asy_falls(run, fact, answer.why.reason, answer.why.detail);
        return;
    }
    if (run->job->settings->require_cn != NULL) {
        asy_falls(run, fact, ASY_SIGNER_IDENTITY, "an OpenPGP key has no common name");
        return;
    }
    if (must_be_maker(run, fact) && !is_maker_by_openpgp(run, fact)) {
        is_not_maker(run, fact);
        return;
    }
    principal.name = name;
    principal.key = answer.name;
    principal.identity = answer.user;
    memcpy(principal.fingerprint, answer.fingerprint, sizeof principal.fingerprint);
    asy_stand(run, fact, &principal);
}

static bool is_ssh(const struct asy_fact *fact)
{
    return fact->claim.is.signature.has_name_space;
}

static void find_signer(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_trusted_key *key = trusted_key_of(run, fact);
    struct asy_fact *chain = chain_of(run, fact);

    asy_falls(run, fact, asy_trust_is_empty(run->job->trust) ? ASY_SIGNER_NONE_TRUSTED : ASY_SIGNER_UNKNOWN, NULL);
    if (fact->claim.is.signature.bundle != NULL && !asy_judge_bundle(run, fact))
        return;
    if (fact->claim.is.signature.openpgp != NULL)
        stand_by_openpgp(run, fact);
    else if (key != NULL && fact->claim.is.signature.ssh_cert == NULL) /* a certificate must be believed as one */
        stand_by_key(run, fact, key);
    else if (is_ssh(fact) && asy_trust_has_signers(run->job->trust))
        stand_by_signers(run, fact);
    else if (chain != NULL && asy_pki_has_anchors(asy_trust_get_pki(run->job->trust)))
        stand_by_chain(run, fact, chain);
}

/* A fingerprint is of an OpenPGP key: no other signer can be the one that was asked for. */
static bool is_required_kind(struct asy_run *run, struct asy_fact *fact)
{
    if (run->job->settings->signer == NULL || fact->claim.is.signature.openpgp != NULL)
        return true;
    asy_falls(run, fact, ASY_SIGNER_IDENTITY, "an OpenPGP key is required");
    return false;
}

static bool has_required_comment(struct asy_run *run, struct asy_fact *fact)
{
    const char *wanted = run->job->settings->require_comment;
    struct asy_view comment = fact->claim.is.signature.comment;
    size_t len = wanted == NULL ? 0 : strlen(wanted);

    if (wanted == NULL)
        return true;
    /* whole words: "file:a" must not be found in "file:ab" */
    for (size_t at = 0; at + len <= comment.len; at++) {
        bool starts = at == 0 || comment.data[at - 1] == ' ' || comment.data[at - 1] == '\t';
        bool ends = at + len == comment.len || comment.data[at + len] == ' ' || comment.data[at + len] == '\t';

        if (starts && ends && memcmp(comment.data + at, wanted, len) == 0)
            return true;
    }
    asy_because(run->dossier, &fact->standing_why, ASY_COMMENT_MISMATCH, "is \"%.*s\", expected \"%s\"",
                (int)(comment.len > 200 ? 200 : comment.len), (const char *)comment.data, wanted);
    fact->standing = false;
    return false;
}

/* A timestamp that failed is not the same as none, where it is a part of the signature. */
static bool is_stamped_well(struct asy_run *run, struct asy_fact *fact)
{
    if (fact->has_stamp || !fact->has_bad_stamp)
        return true;
    asy_falls(run, fact, ASY_TIMESTAMP_UNTRUSTED, "the signature carries a timestamp that does not count");
    return false;
}

/* One of the files that are signed cannot be read, whoever signed: `why` says it. */
static bool is_unreadable(struct asy_recipe message, struct asy_diag *why)
{
    bool found = false;

    for (size_t i = 0; i < message.n && !found; i++) {
        const struct asy_piece *piece = &message.pieces[i];

        if (piece->kind == ASY_PIECE_DIGEST)
            found = is_unreadable(piece->digest.of, why);
        if (piece->kind != ASY_PIECE_SPAN || piece->span.item->source == NULL)
            continue;
        found = !assay_ok(asy_source_open(piece->span.item->source, why));
        if (!found)
            asy_source_close(piece->span.item->source);
    }
    return found;
}

/* A signature that is not answered: nobody has its key, or it is of no algorithm that is known. */
static void judge_unanswered(struct asy_run *run, struct asy_fact *fact)
{
    struct asy_diag why = { 0 };

    if (fact->why.reason != ASY_EVIDENCE_UNCHECKED)
        falls_with(fact, &fact->why);
    else if (asy_trust_is_empty(run->job->trust))
        asy_falls(run, fact, ASY_SIGNER_NONE_TRUSTED, NULL);
    else if (is_unreadable(fact->claim.is.signature.message, &why))
        asy_falls(run, fact, ASY_INPUT_UNREADABLE, why.text);
    else
        asy_falls(run, fact, ASY_SIGNER_UNKNOWN, NULL);
}

/* A chain with a lapse alone let its signer be found; the signature falls for it now, after all that cannot be waived. */
static void fall_with_chain(struct asy_run *run, struct asy_fact *fact)
{
    const struct asy_fact *chain = chain_of(run, fact);

    if (chain == NULL || chain->outcome == ASY_UNCHECKED || asy_fact_holds(chain))
        return;
    if (!fact->standing && fact->standing_why.reason != chain->why.reason)
        fact->principal = -1; /* as in is_strong */
    falls_with(fact, &chain->why);
}

void asy_judge_signature(struct asy_run *run, struct asy_fact *fact)
{
    if (fact->outcome == ASY_UNCHECKED) {
        judge_unanswered(run, fact);
        return;
    }
    if (!asy_fact_holds(fact)) {
        falls_with(fact, &fact->why);
        return;
    }
    find_signer(run, fact);
    /* strength last: it alone can be waived */
    if (fact->standing && is_required_kind(run, fact) && is_backed(run, fact) && is_stamped_well(run, fact) &&
        has_required_comment(run, fact)) {
        (void)is_strong(run, fact);
        fall_with_chain(run, fact);
    }
}

/* ---- timestamps ---- */

/* What the token stamps it names by a digest: a weak one lets it speak of something else as well. */
static bool has_strong_imprint(struct asy_run *run, const struct asy_stamp *stamp, struct asy_fact *by)
{
    const struct asy_fact *link = asy_fact_no(run->dossier, stamp->link);
    enum asy_digest_alg alg = link == NULL ? ASY_DIGEST_NONE : link->claim.is.link.alg;

    if (asy_digest_strength(alg) >= asy_digest_strength(run->job->settings->min_digest))
        return true;
    asy_falls(run, by, ASY_SIGNATURE_WEAK, asy_digest_name(alg));
    return false;
}

/* The authority behind a token: its signature, links and chain at the time that it says. */
static bool stamp_holds(struct asy_run *run, const struct asy_stamp *stamp, struct asy_fact *by)
{
    struct asy_fact *chain = chain_of(run, by);
    const struct asy_chain_terms terms = {
        .at = stamp->time,
        .purpose = ASY_PURPOSE_TIMESTAMP,
        .settings = run->job->settings,
        .may_be_uncritical = stamp->is_authenticode,
    };
    struct asy_chain_answer answer = { 0 };
    struct asy_principal principal;

    if (!asy_fact_holds(by)) {
        asy_falls(run, by, ASY_TIMESTAMP_INVALID, by->why.detail);
        return false;
    }
    by->standing = true;
    if (!is_backed(run, by)) {
        asy_falls(run, by, ASY_TIMESTAMP_INVALID, by->standing_why.detail);
        return false;
    }
    if (!is_strong(run, by) || !has_strong_imprint(run, stamp, by))
        return false;
    if (chain == NULL) {
        asy_falls(run, by, ASY_TIMESTAMP_UNTRUSTED, "no certificate");
        return false;
    }
    if (chain->claim.is.chain.by_root)
        (void)asy_root_chain(run, chain, ASY_ROOT_TIMESTAMPS, stamp->time, &answer);
    else
        asy_check_chain(run->job->crypto, run->dossier, chain, asy_trust_get_tsa_pki(run->job->trust), &terms, &answer);
    by->signer_name = answer.common_name == NULL ? answer.subject : answer.common_name;
    if (!asy_fact_holds(chain)) {
        asy_falls(run, by, ASY_TIMESTAMP_UNTRUSTED, chain->why.detail);
        return false;
    }
    if (!is_about_key(&answer, by)) {
        asy_falls(run, by, ASY_CHAIN_INVALID, "the chain is about another key");
        return false;
    }
    if (stamp->time > run->dossier->at) {
        asy_falls(run, by, ASY_SIGNER_NOT_YET_VALID, "the timestamp is after the reference time");
        return false;
    }
    principal = principal_of(by, by->signer_name, "timestamp authority");
    principal.anchor = answer.anchor;
    principal.is_authority = true;
    asy_stand(run, by, &principal);
    return by->standing;
}

static void give_time(struct asy_fact *fact, int64_t time)
{
    if (fact->has_stamp && fact->stamped_at <= time)
        return;
    fact->has_stamp = true;
    fact->stamped_at = time;
}

/* What the token stamps: one signature's value, or a document and so every signature in it. */
static void apply_stamp(struct asy_run *run, const struct asy_stamp *stamp)
{
    const struct asy_fact *link = asy_fact_no(run->dossier, stamp->link);
    struct asy_fact *over = asy_fact_no(run->dossier, stamp->over);
    const struct asy_item *stamped;

    if (over != NULL) {
        give_time(over, stamp->time);
        return;
    }
    stamped = link == NULL || link->measure == NULL ? NULL : asy_recipe_whole(link->measure->recipe);
    for (size_t i = 0; stamped != NULL && i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE && fact->claim.is.signature.role == ASY_ROLE_SIGNS &&
            fact->claim.document == stamped)
            give_time(fact, stamp->time);
    }
}

static void judge_stamps(struct asy_run *run)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i], *by, *over;

        if (fact->claim.kind != ASY_CLAIM_STAMP)
            continue;
        by = asy_fact_no(run->dossier, fact->claim.is.stamp.by);
        over = asy_fact_no(run->dossier, fact->claim.is.stamp.over);
        if (by == NULL)
            continue;
        if (stamp_holds(run, &fact->claim.is.stamp, by))
            apply_stamp(run, &fact->claim.is.stamp);
        else if (over != NULL && fact->claim.is.stamp.is_authenticode)
            over->has_bad_stamp = true;
        asy_check_stamp(run->dossier, fact, by, chain_of(run, by),
                        asy_fact_no(run->dossier, fact->claim.is.stamp.link));
    }
}

void asy_judge(struct asy_run *run)
{
    judge_stamps(run);
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE && fact->claim.is.signature.role == ASY_ROLE_SIGNS &&
            !fact->claim.is.signature.is_layout) /* which stands or falls with what its steps did */
            asy_judge_signature(run, fact);
    }
    if (run->layout != NULL)
        asy_judge_layout(run);
}
