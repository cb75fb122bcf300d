#include "report/text.h"

#include "base/text.h"

#include <stdlib.h>

/* How a line of evidence came out. */
struct verdict {
    const char *word;
    enum asy_tint tint;
};

static const struct verdict good = { "ok", ASY_GOOD }, bad = { "FAIL", ASY_BAD }, unsure = { "??", ASY_UNSURE },
                            none = { "none", ASY_UNSURE };

/* A signature by somebody unknown says nothing against the bytes: it could not be judged. */
static struct verdict verdict_of(const struct asy_fact *fact)
{
    enum asy_reason reason = fact->standing_why.reason;

    if (asy_fact_is_good(fact))
        return good;
    if (fact->outcome == ASY_FAILS)
        return bad;
    if (!asy_fact_holds(fact) || reason == ASY_SIGNER_UNKNOWN || asy_reason_text(reason)->ruling == ASSAY_UNPROVEN)
        return unsure;
    return bad;
}

static void put_row(const struct asy_pen *pen, const char *label, struct verdict verdict)
{
    asy_put_format(pen->sink, "  %-12s ", label);
    asy_pen_word(pen, verdict.word, 4, verdict.tint);
    asy_put_text(pen->sink, " ");
}

static void put_time(const struct asy_pen *pen, const char *before, int64_t time)
{
    char shown[32];

    asy_format_time(time, shown);
    asy_put_format(pen->sink, "%s%s", before, shown);
}

static void put_algorithm(const struct asy_pen *pen, const struct asy_scheme *scheme, unsigned bits)
{
    const char *name = asy_signature_name(scheme->alg);

    if (scheme->alg == ASY_SIG_OTHER && scheme->alg_name != NULL)
        asy_pen_name(pen, asy_view_of(scheme->alg_name));
    else
        asy_put_text(pen->sink, name);
    if (bits > 0 && scheme->alg != ASY_SIG_ED25519 && scheme->alg != ASY_SIG_ED448)
        asy_put_format(pen->sink, " %u bits", bits);
}

static void put_principal(const struct asy_pen *pen, const struct asy_principal *principal)
{
    asy_put_shown(pen->sink, asy_view_of(principal->kind != NULL ? principal->kind : "key"));
    asy_put_text(pen->sink, " ");
    asy_pen_quoted(pen, asy_view_of(principal->name));
}

static void put_signer(const struct asy_pen *pen, const struct asy_fact *fact)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    const struct asy_signature *signature = &fact->claim.is.signature;

    if (fact->principal >= 0 && (size_t)fact->principal < dossier->principals_n) {
        put_principal(pen, &dossier->principals[fact->principal]);
    } else if (fact->signer_name != NULL) {
        asy_put_text(pen->sink, "by ");
        asy_pen_quoted(pen, asy_view_of(fact->signer_name));
    } else {
        asy_put_text(pen->sink, "by an unknown key");
    }
    asy_put_text(pen->sink, " (");
    put_algorithm(pen, &signature->scheme, fact->key_bits);
    if (fact->has_key_fingerprint) {
        asy_put_text(pen->sink, " ");
        asy_pen_hex(pen, fact->key_fingerprint, sizeof fact->key_fingerprint);
    } else if (signature->key_id.len > 0 && signature->key_id.len <= ASY_DIGEST_MAX) {
        asy_put_text(pen->sink, " key id ");
        asy_pen_hex(pen, signature->key_id.data, signature->key_id.len);
    }
    asy_put_text(pen->sink, ")");
}

static void put_document(const struct asy_pen *pen, const struct asy_item *document)
{
    asy_put_text(pen->sink, ", in ");
    asy_pen_item(pen, document);
    if (document != NULL && document->format != NULL) {
        asy_put_text(pen->sink, " (");
        asy_put_shown(pen->sink, asy_view_of(document->format));
        asy_put_text(pen->sink, ")");
    }
}

static void put_end(const struct asy_pen *pen, const struct asy_fact *fact)
{
    if (!asy_fact_is_good(fact)) {
        asy_put_text(pen->sink, ": ");
        asy_pen_why(pen, asy_fact_why(fact));
    }
    asy_put_text(pen->sink, "\n");
}

static const char *label_of(enum asy_signature_role role)
{
    return role == ASY_ROLE_SIGNS ? "signature" : role == ASY_ROLE_RECORDS ? "  link" : "  backing";
}

static void put_signature(const struct asy_pen *pen, const struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;

    put_row(pen, label_of(signature->role), verdict_of(fact));
    put_signer(pen, fact);
    if (signature->comment.len > 0) {
        asy_put_text(pen->sink, ", signed comment ");
        asy_pen_quoted(pen, signature->comment);
    }
    if (signature->has_name_space) {
        asy_put_text(pen->sink, ", namespace ");
        asy_pen_quoted(pen, signature->name_space);
    }
    if (fact->has_stamp)
        put_time(pen, ", timestamped ", fact->stamped_at);
    if (signature->has_claimed_time)
        put_time(pen, ", claims to be made ", signature->claimed_time);
    put_document(pen, fact->claim.document);
    put_end(pen, fact);
}

/* Parts of a signature (a signed comment, an SSH certificate) have a line of their own only where they went wrong. */
static bool has_line(const struct asy_pen *pen, const struct asy_fact *fact)
{
    if (fact->claim.kind != ASY_CLAIM_SIGNATURE)
        return false;
    return fact->claim.is.signature.role == ASY_ROLE_SIGNS || pen->style->verbose || !asy_fact_is_good(fact);
}

static bool put_signatures(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t n = 0;

    for (size_t i = 0; i < dossier->facts_n; i++) {
        if (!has_line(pen, dossier->facts[i]))
            continue;
        if (asy_pen_has_room(pen, n++))
            put_signature(pen, dossier->facts[i]);
    }
    asy_pen_rest(pen, n, "               ");
    return n > 0;
}

static void put_pin(const struct asy_pen *pen, const struct asy_item *item)
{
    const struct asy_dossier *dossier = pen->account->dossier;

    put_row(pen, "pin", good);
    for (size_t p = 0; p < dossier->principals_n; p++) {
        if ((item->pinned_by >> p & 1) != 0) {
            put_principal(pen, &dossier->principals[p]);
            asy_put_text(pen->sink, " ");
        }
    }
    asy_put_text(pen->sink, "is vouched for by the caller");
    put_document(pen, item);
    asy_put_text(pen->sink, "\n");
}

static bool put_pins(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t n = 0;

    for (size_t i = 0; i < dossier->items_n; i++) {
        if (dossier->items[i]->pinned_by != 0 && asy_pen_has_room(pen, n++))
            put_pin(pen, dossier->items[i]);
    }
    return n > 0;
}

/* What a document's links come to. */
struct tally {
    size_t n, holds, fails, unknown;
    size_t others;   /* lines of files that nobody asks for; not among the `n` */
    uint32_t algs;   /* mask of enum asy_digest_alg */
    bool is_manifest; /* the document itself says them, not a signature in it */
};

static void put_algs(const struct asy_pen *pen, uint32_t algs)
{
    const char *before = " (";

    for (enum asy_digest_alg alg = ASY_MD5; alg < ASY_DIGEST_ALGS; alg++) {
        if ((algs >> alg & 1) != 0) {
            asy_put_format(pen->sink, "%s%s", before, asy_digest_name(alg));
            before = ", ";
        }
    }
    if (algs != 0)
        asy_put_text(pen->sink, ")");
}

static void put_tally(const struct asy_pen *pen, const struct asy_item *document, const struct tally *tally)
{
    struct verdict verdict = tally->fails > 0 ? bad : tally->unknown > 0 || tally->n == 0 ? unsure : good;

    put_row(pen, tally->is_manifest ? "manifest" : "digests", verdict);
    asy_put_format(pen->sink, "%zu of ", tally->holds);
    asy_pen_count(pen, tally->n, "digest matches", "digests match");
    put_algs(pen, tally->algs);
    if (tally->fails > 0)
        asy_put_format(pen->sink, ", %zu %s", tally->fails, tally->fails == 1 ? "differs" : "differ");
    if (tally->unknown > 0)
        asy_put_format(pen->sink, ", %zu could not be checked", tally->unknown);
    if (tally->others > 0)
        asy_put_format(pen->sink, ", %zu of other files", tally->others);
    put_document(pen, document);
    asy_put_text(pen->sink, "\n");
}

static bool is_of_other(const struct asy_fact *fact)
{
    return fact->claim.is.link.path.len > 0 && fact->measure == NULL && fact->outcome == ASY_UNCHECKED &&
           fact->why.reason == ASY_EVIDENCE_UNCHECKED;
}

static void count_link(struct tally *tally, const struct asy_fact *fact)
{
    tally->is_manifest = tally->is_manifest || fact->claim.is.link.by == 0;
    if (is_of_other(fact)) {
        tally->others++;
        return;
    }
    tally->n++;
    tally->algs |= (uint32_t)1 << fact->claim.is.link.alg;
    if (asy_fact_holds(fact))
        tally->holds++;
    else if (fact->outcome == ASY_FAILS)
        tally->fails++;
    else
        tally->unknown++;
}

static void put_manifests(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    struct tally *tallies = calloc(dossier->items_n + 1, sizeof *tallies);
    size_t n = 0;

    if (tallies == NULL) {
        pen->sink->failed = true;
        return;
    }
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_fact *fact = dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_LINK && fact->claim.document != NULL)
            count_link(&tallies[fact->claim.document->no], fact);
    }
    for (size_t i = 0; i < dossier->items_n; i++) {
        if (tallies[i].n + tallies[i].others > 0 && asy_pen_has_room(pen, n++))
            put_tally(pen, dossier->items[i], &tallies[i]);
    }
    asy_pen_rest(pen, n, "               ");
    free(tallies);
}

static void put_chain(const struct asy_pen *pen, const struct asy_fact *fact)
{
    const struct asy_fact *of = asy_fact_no(pen->account->dossier, fact->claim.is.chain.of);

    put_row(pen, "chain", verdict_of(fact));
    asy_put_text(pen->sink, fact->claim.is.chain.for_timestamps ? "timestamp authority " : "certificate ");
    if (of != NULL && of->signer_name != NULL)
        asy_pen_quoted(pen, asy_view_of(of->signer_name));
    else
        asy_put_text(pen->sink, "(no name)");
    asy_put_text(pen->sink, asy_fact_holds(fact) ? " leads to a trusted anchor" : " does not lead to a trusted anchor");
    put_document(pen, fact->claim.document);
    put_end(pen, fact);
}

static void put_stamp(const struct asy_pen *pen, const struct asy_fact *fact)
{
    const struct asy_fact *by = asy_fact_no(pen->account->dossier, fact->claim.is.stamp.by);

    put_row(pen, "timestamp", verdict_of(fact));
    put_time(pen, "", fact->claim.is.stamp.time);
    asy_put_text(pen->sink, " by ");
    if (by != NULL && by->signer_name != NULL)
        asy_pen_quoted(pen, asy_view_of(by->signer_name));
    else
        asy_put_text(pen->sink, "an unknown authority");
    put_document(pen, fact->claim.document);
    put_end(pen, fact);
}

static void put_inclusion(const struct asy_pen *pen, const struct asy_fact *fact)
{
    const struct asy_inclusion *is = &fact->claim.is.inclusion;

    put_row(pen, "transparency", verdict_of(fact));
    asy_put_format(pen->sink, "entry %llu of ", (unsigned long long)is->index);
    if (is->has_path) {
        asy_pen_quoted(pen, is->origin);
        asy_put_format(pen->sink, ", in its tree of %llu", (unsigned long long)is->tree_size);
    } else {
        asy_put_text(pen->sink, "log ");
        asy_pen_hex(pen, is->log.data, is->log.len > ASY_DIGEST_MAX ? ASY_DIGEST_MAX : is->log.len);
    }
    if (is->promise.len > 0)
        put_time(pen, ", logged ", is->promised_at);
    put_document(pen, fact->claim.document);
    put_end(pen, fact);
}

static void put_sct(const struct asy_pen *pen, const struct asy_fact *fact)
{
    const struct asy_sct *is = &fact->claim.is.sct;

    put_row(pen, "sct", verdict_of(fact));
    asy_put_text(pen->sink, "certificate shown by log ");
    asy_pen_hex(pen, is->log.data, is->log.len);
    put_time(pen, ", ", is->time_ms / 1000);
    put_document(pen, fact->claim.document);
    put_end(pen, fact);
}

static void put_each(const struct asy_pen *pen, enum asy_claim_kind kind,
                     void (*put)(const struct asy_pen *, const struct asy_fact *))
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t n = 0;

    for (size_t i = 0; i < dossier->facts_n; i++) {
        if (dossier->facts[i]->claim.kind == kind && asy_pen_has_room(pen, n++))
            put(pen, dossier->facts[i]);
    }
    asy_pen_rest(pen, n, "               ");
}

/* What is known of the files that must be said by somebody. */
struct content {
    size_t files, hashed, outside, partly;
    uint32_t algs;
};

static bool count_item(const struct asy_pen *pen, const struct asy_item *item, struct content *content)
{
    bool is_behind = item->leads_to != NULL && item->is_listed;
    const struct asy_measure *best = asy_best_measure(is_behind ? item->leads_to : item);
    struct asy_coverage coverage;

    if (!asy_needs_cover(item))
        return true;
    if (!asy_coverage_of(pen->account, item, &coverage))
        return false;
    content->files++;
    content->hashed += best != NULL;
    content->algs |= best == NULL ? 0 : (uint32_t)1 << best->alg;
    content->outside += !coverage.whole && coverage.none;
    content->partly += !coverage.whole && !coverage.none;
    asy_coverage_clear(&coverage);
    return true;
}

static bool has_mismatch(const struct asy_dossier *dossier)
{
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_fact *fact = dossier->facts[i];
        const struct asy_item *target = fact->claim.kind == ASY_CLAIM_LINK ? asy_link_target(fact) : NULL;

        if (fact->outcome == ASY_FAILS && target != NULL && target->is_subject)
            return true;
    }
    return false;
}

static struct verdict verdict_of_content(const struct asy_pen *pen, const struct content *content)
{
    if (has_mismatch(pen->account->dossier))
        return bad;
    if (pen->account->digest_only && content->hashed == content->files)
        return good;
    if (content->files == 0 || content->outside + content->partly > 0)
        return unsure;
    return good;
}

static void put_content(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    struct content content = { 0 };

    for (size_t i = 0; i < dossier->items_n; i++) {
        if (!count_item(pen, dossier->items[i], &content)) {
            pen->sink->failed = true;
            return;
        }
    }
    put_row(pen, "content", verdict_of_content(pen, &content));
    if (content.hashed > 0) {
        asy_put_format(pen->sink, "%zu of ", content.hashed);
        asy_pen_count(pen, content.files, "file", "files");
        asy_put_text(pen->sink, " hashed");
        put_algs(pen, content.algs);
    } else {
        asy_pen_count(pen, content.files, "file", "files");
    }
    if (content.files > 0 && content.outside + content.partly == 0)
        asy_put_text(pen->sink, ", nothing outside the signed set");
    if (content.outside > 0)
        asy_put_format(pen->sink, ", %zu outside the signed set", content.outside);
    if (content.partly > 0)
        asy_put_format(pen->sink, ", %zu signed only in part", content.partly);
    asy_put_text(pen->sink, "\n");
}

/* The steps of a layout: what its signature is worth. */
static void put_steps(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t n = 0;

    for (size_t i = 0; i < dossier->steps_n; i++) {
        const struct asy_step_answer *step = &dossier->steps[i];

        if (!asy_pen_has_room(pen, n++))
            continue;
        put_row(pen, "step", step->holds ? good : bad);
        asy_pen_quoted(pen, step->name);
        asy_put_text(pen->sink, " recorded by ");
        asy_pen_count(pen, step->functionaries, "functionary", "functionaries");
        asy_put_format(pen->sink, ", %u required", step->threshold);
        put_document(pen, step->layout);
        asy_put_text(pen->sink, "\n");
    }
    asy_pen_rest(pen, n, "               ");
}

void asy_text_evidence(const struct asy_pen *pen)
{
    bool by_somebody = put_pins(pen);

    by_somebody = put_signatures(pen) || by_somebody;
    if (!by_somebody) {
        put_row(pen, "signature", none);
        asy_put_text(pen->sink, "no signature and no pin was found\n");
    }
    put_steps(pen);
    put_each(pen, ASY_CLAIM_CHAIN, put_chain);
    put_each(pen, ASY_CLAIM_SCT, put_sct);
    put_each(pen, ASY_CLAIM_INCLUSION, put_inclusion);
    put_each(pen, ASY_CLAIM_STAMP, put_stamp);
    put_manifests(pen);
    put_content(pen);
}
