/*
 * Says for the signature of a Sigstore bundle whether the logs and authorities of the trusted roots bear it out, and for
 * whom its certificate is: at every time that one of them vouches for, not at the time of the verification.
 */
#include "base/text.h"
#include "codec/certificate.h"
#include "crypto/log.h"
#include "trust/trusted_root.h"
#include "verify/run.h"

#include <regex.h>
#include <string.h>

enum { TIMES = 64, LOGS = 32 };

/* One bundle's signature while it is judged. */
struct bundle {
    struct asy_run *run;
    struct asy_fact *fact; /* of the signature */
    const struct asy_bundle *is;
    asy_claim_no no;
    int64_t times[TIMES]; /* seconds; at all of them everything must hold */
    size_t times_n;
    size_t witnesses_n;   /* distinct authorities and logs that vouch for a time */
    struct asy_view logs[LOGS], promising[LOGS]; /* ids, each once */
    size_t logs_n, promising_n;
};

static bool add_time(struct bundle *b, int64_t time)
{
    if (b->times_n == TIMES) {
        asy_falls(b->run, b->fact, ASY_LIMIT_REACHED, "too many times");
        return false;
    }
    b->times[b->times_n++] = time;
    if (!b->fact->has_stamp || time < b->fact->stamped_at) {
        b->fact->has_stamp = true;
        b->fact->stamped_at = time;
    }
    return true;
}

/* True when it was not among them. */
static bool add_id(struct asy_view *ids, size_t *n, struct asy_view id)
{
    for (size_t i = 0; i < *n; i++) {
        if (asy_view_eq(ids[i], id))
            return false;
    }
    if (*n == LOGS)
        return false;
    ids[(*n)++] = id;
    return true;
}

/* ---- times of authorities ---- */

/* An authority is one witness however many of its tokens there are. */
static bool collect_stamps(struct bundle *b)
{
    uint64_t seen = 0;

    for (size_t i = 0; i < b->run->dossier->facts_n; i++) {
        const struct asy_fact *fact = b->run->dossier->facts[i], *by;

        if (fact->claim.kind != ASY_CLAIM_STAMP || fact->claim.is.stamp.over != b->no || !asy_fact_holds(fact))
            continue;
        by = asy_fact_no(b->run->dossier, fact->claim.is.stamp.by);
        if (by == NULL || by->principal < 0)
            continue;
        if ((seen >> by->principal & 1) == 0)
            b->witnesses_n++;
        seen |= (uint64_t)1 << by->principal;
        if (!add_time(b, fact->claim.is.stamp.time))
            return false;
    }
    return true;
}

/* ---- transparency logs ---- */

/* At the time that the log itself promises, else at every time that an authority vouches for. */
static bool is_log_valid(const struct bundle *b, const struct asy_log *log, const struct asy_inclusion *is, size_t stamps_n)
{
    if (is->promise.len > 0)
        return asy_is_valid_at(&log->valid, is->promised_at * 1000);
    for (size_t i = 0; i < stamps_n; i++) {
        if (!asy_is_valid_at(&log->valid, b->times[i] * 1000))
            return false;
    }
    return true;
}

static void cannot_count(struct bundle *b, struct asy_fact *entry, const char *why)
{
    entry->outcome = ASY_UNKNOWN;
    asy_because(b->run->dossier, &entry->why, ASY_LOG_UNKNOWN, "%s", why);
}

/* The key that an entry names must be the one that made the signature. */
static bool is_key_of_entry(const struct bundle *b, const struct asy_inclusion *is)
{
    const struct asy_key_material material = { .form = ASY_KEY_SPKI, .a = is->key };
    struct asy_key *key = NULL;
    bool same;

    if (is->key.len == 0)
        return b->is->has_certificate;
    if (!assay_ok(asy_key_new(b->run->job->crypto, &material, &key, NULL)))
        return false;
    same = b->fact->has_key_fingerprint &&
           memcmp(asy_key_fingerprint(key), b->fact->key_fingerprint, sizeof b->fact->key_fingerprint) == 0;
    asy_key_free(key);
    return same;
}

/* Answers the entry by the logs of its id; false where none of them is known. */
static bool check_entry(struct bundle *b, struct asy_fact *entry, size_t stamps_n)
{
    const struct asy_inclusion *is = &entry->claim.is.inclusion;
    const struct asy_trust *trust = b->run->job->trust;
    bool known = false;

    for (size_t i = 0; !asy_fact_holds(entry) && i < asy_trust_logs_n(trust, ASY_ROOT_LOGS); i++) {
        const struct asy_log *log = asy_trust_log(trust, ASY_ROOT_LOGS, i);
        const struct asy_log_terms terms = { log->key, log->name, log->note_id };

        if (!asy_view_eq(log->id, is->log))
            continue;
        known = true;
        if (is_log_valid(b, log, is, stamps_n))
            asy_check_inclusion(b->run->job->crypto, b->run->dossier, entry, &terms);
        else
            asy_because(b->run->dossier, &entry->why, ASY_LOG_INVALID, "the log's key was not valid at that time");
    }
    return known;
}

static bool judge_entry(struct bundle *b, struct asy_fact *entry, size_t stamps_n)
{
    const struct asy_inclusion *is = &entry->claim.is.inclusion;

    if (is->unsupported != NULL || !check_entry(b, entry, stamps_n)) {
        cannot_count(b, entry, is->unsupported != NULL ? is->unsupported : "the log is in no trusted root");
        return true;
    }
    if (!asy_fact_holds(entry)) {
        asy_falls(b->run, b->fact, entry->why.reason, entry->why.detail);
        return false;
    }
    if (!is_key_of_entry(b, is)) {
        asy_falls(b->run, b->fact, ASY_LOG_INVALID, "the log entry records another key");
        return false;
    }
    (void)add_id(b->logs, &b->logs_n, is->log);
    if (is->promise.len == 0)
        return true;
    b->witnesses_n += add_id(b->promising, &b->promising_n, is->log);
    return add_time(b, is->promised_at);
}

static bool judge_entries(struct bundle *b)
{
    size_t stamps_n = b->times_n;

    for (size_t i = 0; i < b->run->dossier->facts_n; i++) {
        struct asy_fact *entry = b->run->dossier->facts[i];

        if (entry->claim.kind == ASY_CLAIM_INCLUSION && entry->claim.is.inclusion.over == b->no &&
            !judge_entry(b, entry, stamps_n))
            return false;
    }
    return true;
}

static bool has_enough(struct bundle *b)
{
    const struct asy_settings *settings = b->run->job->settings;
    bool enough = b->logs_n >= settings->tlog_threshold;
    struct asy_why why;

    if (enough && b->witnesses_n >= settings->timestamp_threshold && (b->times_n > 0 || !b->is->has_certificate))
        return true;
    if (!enough)
        asy_because(b->run->dossier, &why, ASY_LOG_MISSING, "in %zu logs that are trusted, expected %u", b->logs_n,
                    settings->tlog_threshold);
    else
        asy_because(b->run->dossier, &why, ASY_TIME_MISSING, "%zu trusted times, expected %u", b->witnesses_n,
                    settings->timestamp_threshold > 0 ? settings->timestamp_threshold : 1);
    asy_falls(b->run, b->fact, why.reason, why.detail);
    return false;
}

/* ---- certificates ---- */

/* An authority of a root is trusted by its last certificate whatever that is, and tells of no revocation. */
static struct asy_settings settings_of(const struct asy_run *run)
{
    struct asy_settings settings = *run->job->settings;

    settings.partial_chain = true;
    settings.revocation = ASY_REVOCATION_SUPPLIED;
    return settings;
}

static bool is_leaf_of(const struct asy_authority *authority, const struct asy_chain *chain)
{
    struct asy_view leaf = chain->leaf;

    if (authority->leaf.len == 0)
        return true;
    if (leaf.len == 0 && !asy_pki_find_leaf(authority->pki, chain, &leaf))
        return false;
    return asy_view_eq(leaf, authority->leaf);
}

const struct asy_authority *asy_root_chain(struct asy_run *run, struct asy_fact *chain, enum asy_root_authorities part,
                                           int64_t at, struct asy_chain_answer *out)
{
    const struct asy_settings settings = settings_of(run);
    const struct asy_chain_terms terms = {
        .at = at, .settings = &settings,
        .purpose = part == ASY_ROOT_TIMESTAMPS ? ASY_PURPOSE_TIMESTAMP : ASY_PURPOSE_CODESIGN,
    };
    bool any = false;

    for (size_t i = 0; i < asy_trust_authorities_n(run->job->trust, part); i++) {
        const struct asy_authority *authority = asy_trust_authority(run->job->trust, part, i);

        if (!asy_is_valid_at(&authority->valid, at * 1000) ||
            (part == ASY_ROOT_TIMESTAMPS && !is_leaf_of(authority, &chain->claim.is.chain)))
            continue;
        any = true;
        asy_check_chain(run->job->crypto, run->dossier, chain, authority->pki, &terms, out);
        if (asy_fact_holds(chain))
            return authority;
    }
    if (!any) { /* an answer at another time does not stand */
        chain->outcome = ASY_UNKNOWN;
        chain->proof = NULL;
        asy_because(run->dossier, &chain->why, ASY_CHAIN_INCOMPLETE, "no trusted root has the authority for that time");
    }
    return NULL;
}

/* The chain claim of the signature, and its number. */
static struct asy_fact *chain_of(const struct bundle *b, asy_claim_no *no)
{
    for (size_t i = 0; i < b->run->dossier->facts_n; i++) {
        struct asy_fact *fact = b->run->dossier->facts[i];

        if (fact->claim.kind != ASY_CLAIM_CHAIN || fact->claim.is.chain.of != b->no)
            continue;
        *no = (asy_claim_no)(i + 1);
        return fact;
    }
    return NULL;
}

/* Valid at every time ("hybrid model": all of the path), under an authority of that time. */
static const struct asy_authority *judge_chain(struct bundle *b, struct asy_fact *chain, struct asy_chain_answer *answer)
{
    const struct asy_authority *authority = NULL;

    for (size_t i = 0; i < b->times_n; i++) {
        memset(answer, 0, sizeof *answer);
        authority = asy_root_chain(b->run, chain, ASY_ROOT_ISSUERS, b->times[i], answer);
        if (authority != NULL)
            continue;
        asy_falls(b->run, b->fact, chain->why.reason, chain->why.detail);
        return NULL;
    }
    if (authority == NULL || asy_certificate_is_ca(chain->claim.is.chain.leaf)) {
        asy_falls(b->run, b->fact, ASY_CHAIN_INVALID, "the signer's certificate is a CA's");
        return NULL;
    }
    if (!b->fact->has_key_fingerprint ||
        memcmp(answer->leaf_fingerprint, b->fact->key_fingerprint, sizeof answer->leaf_fingerprint) != 0) {
        asy_falls(b->run, b->fact, ASY_CHAIN_INVALID, "the chain is about another key");
        return NULL;
    }
    return authority;
}

/* ---- certificate logs ---- */

static void check_sct(struct bundle *b, struct asy_fact *sct, const struct asy_fact *chain, const uint8_t *issuer)
{
    const struct asy_trust *trust = b->run->job->trust;

    asy_because(b->run->dossier, &sct->why, ASY_SCT_UNKNOWN, "no trusted root has the certificate log for that time");
    for (size_t i = 0; !asy_fact_holds(sct) && i < asy_trust_logs_n(trust, ASY_ROOT_CERTIFICATE_LOGS); i++) {
        const struct asy_log *log = asy_trust_log(trust, ASY_ROOT_CERTIFICATE_LOGS, i);

        if (asy_view_eq(log->id, sct->claim.is.sct.log) && asy_is_valid_at(&log->valid, sct->claim.is.sct.time_ms))
            asy_check_sct(b->run->job->crypto, b->run->dossier, sct, log->key, chain->claim.is.chain.leaf, issuer);
    }
}

static bool judge_scts(struct bundle *b, const struct asy_fact *chain, asy_claim_no no, const uint8_t *issuer)
{
    unsigned wanted = b->run->job->settings->sct_threshold;
    struct asy_why why = { ASY_SCT_MISSING, NULL };
    struct asy_view ids[LOGS];
    size_t n = 0;

    for (size_t i = 0; i < b->run->dossier->facts_n; i++) {
        struct asy_fact *sct = b->run->dossier->facts[i];

        if (sct->claim.kind != ASY_CLAIM_SCT || sct->claim.is.sct.chain != no)
            continue;
        check_sct(b, sct, chain, issuer);
        if (asy_fact_holds(sct))
            (void)add_id(ids, &n, sct->claim.is.sct.log);
        else
            why = sct->why;
    }
    if (n >= wanted)
        return true;
    asy_falls(b->run, b->fact, why.reason, why.detail);
    return false;
}

/* ---- who ---- */

/* The whole text matches, and not a part of it; a text with a NUL in it is no text. */
static bool matches(const char *pattern, const char *text)
{
    bool found = false;
    regex_t regex;
    regmatch_t match;

    if (regcomp(&regex, pattern, REG_EXTENDED) != 0)
        return false;
    /* the leftmost longest match (POSIX): where any match is the whole text, this one is */
    if (regexec(&regex, text, 1, &match, 0) == 0)
        found = match.rm_so == 0 && (size_t)match.rm_eo == strlen(text);
    regfree(&regex);
    return found;
}

static bool is_wanted(const char *exact, const char *pattern, const char *text)
{
    return text != NULL && (exact == NULL || strcmp(exact, text) == 0) && (pattern == NULL || matches(pattern, text));
}

/* Anybody can have such a certificate in a name of his own: whose it must be has to be said. */
static bool is_somebody_wanted(const struct asy_settings *settings)
{
    return (settings->certificate_identity != NULL || settings->certificate_identity_regexp != NULL) &&
           (settings->certificate_oidc_issuer != NULL || settings->certificate_oidc_issuer_regexp != NULL);
}

/* Who may have built it is the policy's to say, which holds the certificate against the provenance (policy/builder.h). */
static bool asks_for_build(const struct asy_settings *settings)
{
    return settings->source_uri != NULL; /* whose builds anybody can have begun */
}

static bool judge_identity(struct bundle *b, const char *identity, const char *issuer)
{
    const struct asy_settings *settings = b->run->job->settings;
    bool named = is_somebody_wanted(settings);

    if (!named && !settings->policy_names_issuers && !asks_for_build(settings))
        asy_falls(b->run, b->fact, ASY_SIGNER_IDENTITY, "no identity and issuer were asked for, and anybody can have some");
    else if (named && !is_wanted(settings->certificate_identity, settings->certificate_identity_regexp, identity))
        asy_falls(b->run, b->fact, ASY_SIGNER_IDENTITY, identity);
    else if (named && !is_wanted(settings->certificate_oidc_issuer, settings->certificate_oidc_issuer_regexp, issuer))
        asy_falls(b->run, b->fact, ASY_SIGNER_IDENTITY, issuer == NULL ? "its certificate names no issuer" : issuer);
    else if (settings->require_cn != NULL || (settings->identity != NULL && strcmp(settings->identity, identity) != 0))
        asy_falls(b->run, b->fact, ASY_SIGNER_IDENTITY, identity);
    else
        return true;
    return false;
}

static void stand_by_certificate(struct bundle *b, const struct asy_authority *authority)
{
    struct asy_arena *arena = b->run->dossier->arena;
    struct asy_principal principal = { .kind = "Sigstore certificate", .is_issued = true, .anchor = authority->root };

    principal.identity = asy_copy_text(arena, b->is->identity);
    if (b->is->issuer.len > 0)
        principal.issuer = asy_copy_text(arena, b->is->issuer);
    principal.name = asy_printf(arena, "%s by %s", principal.identity == NULL ? "" : principal.identity,
                                principal.issuer == NULL ? "nobody" : principal.issuer);
    if (principal.name == NULL || principal.identity == NULL) {
        asy_falls(b->run, b->fact, ASY_LIMIT_REACHED, "memory of the job");
        return;
    }
    b->fact->signer_known = true;
    b->fact->signer_name = principal.identity;
    if (judge_identity(b, principal.identity, principal.issuer))
        asy_stand(b->run, b->fact, &principal);
}

static void judge_certificate(struct bundle *b)
{
    struct asy_chain_answer answer = { 0 };
    const struct asy_authority *authority;
    asy_claim_no no = 0;
    struct asy_fact *chain = chain_of(b, &no);

    if (chain == NULL) {
        asy_falls(b->run, b->fact, ASY_CHAIN_INCOMPLETE, "no certificate");
        return;
    }
    authority = judge_chain(b, chain, &answer);
    if (authority != NULL && judge_scts(b, chain, no, answer.issuer_fingerprint))
        stand_by_certificate(b, authority);
}

/* A key of the caller's was valid at every time; and where a certificate is asked for, no key will do. */
static bool judge_key(struct bundle *b)
{
    const struct asy_trust *trust = b->run->job->trust;

    if (is_somebody_wanted(b->run->job->settings)) {
        asy_falls(b->run, b->fact, ASY_SIGNER_IDENTITY, "a bare key has no identity");
        return false;
    }
    for (size_t i = 0; i < asy_trust_keys_n(trust); i++) {
        const struct asy_trusted_key *key = asy_trust_key(trust, i);
        bool valid = true;

        if (memcmp(asy_key_fingerprint(key->key), b->fact->key_fingerprint, sizeof b->fact->key_fingerprint) != 0)
            continue;
        for (size_t t = 0; t < b->times_n; t++)
            valid = valid && b->times[t] >= key->from && b->times[t] < key->until;
        if (valid)
            return true;
    }
    asy_falls(b->run, b->fact, ASY_SIGNER_EXPIRED, "the key was not valid at the time of the signature");
    return false;
}

bool asy_judge_bundle(struct asy_run *run, struct asy_fact *fact)
{
    struct bundle b = { .run = run, .fact = fact, .is = fact->claim.is.signature.bundle };

    for (size_t i = 0; b.no == 0 && i < run->dossier->facts_n; i++) {
        if (run->dossier->facts[i] == fact)
            b.no = (asy_claim_no)(i + 1);
    }
    if (!asy_trust_has_root(run->job->trust)) {
        asy_falls(run, fact, ASY_ROOT_MISSING, NULL);
        return false;
    }
    if (!collect_stamps(&b) || !judge_entries(&b) || !has_enough(&b))
        return false;
    if (!b.is->has_certificate)
        return judge_key(&b);
    judge_certificate(&b);
    return false;
}
