#include "report/common.h"

#include <stdlib.h>

/* How well a finding explains the ruling: its ruling and exit code, its ruling alone, or only that it blocks. */
static unsigned explains(const struct asy_account *account, const struct asy_finding *finding)
{
    const struct asy_reason_text *reason = asy_reason_text(finding->why.reason);

    if (!asy_finding_blocks(finding))
        return 0;
    if ((int)reason->ruling != account->ruling.value)
        return 1;
    return reason->exit_code == account->exit_code ? 3 : 2;
}

const struct asy_finding *asy_decisive(const struct asy_account *account)
{
    const struct asy_finding *best = NULL;
    unsigned most = 0;

    for (size_t i = 0; i < account->dossier->findings_n; i++) {
        unsigned n = explains(account, &account->dossier->findings[i]);

        if (n > most) {
            most = n;
            best = &account->dossier->findings[i];
        }
    }
    return best;
}

const struct asy_measure *asy_measure_of(const struct asy_item *item, enum asy_digest_alg alg)
{
    for (const struct asy_measure *m = item->measures; m != NULL; m = m->next) {
        if (m->alg == alg && m->done)
            return m;
    }
    return NULL;
}

const struct asy_measure *asy_best_measure(const struct asy_item *item)
{
    const struct asy_measure *best = asy_measure_of(item, ASY_SHA256);

    if (best != NULL)
        return best;
    for (enum asy_digest_alg alg = ASY_MD5; alg < ASY_DIGEST_ALGS; alg++) {
        const struct asy_measure *m = asy_measure_of(item, alg);

        if (m != NULL && (best == NULL || asy_digest_strength(alg) > asy_digest_strength(best->alg)))
            best = m;
    }
    return best;
}

/* The item of the first span, which is the whole of it or a part. */
static const struct asy_item *first_item(struct asy_recipe recipe)
{
    for (size_t i = 0; i < recipe.n; i++) {
        if (recipe.pieces[i].kind == ASY_PIECE_SPAN || recipe.pieces[i].kind == ASY_PIECE_TREE ||
            recipe.pieces[i].kind == ASY_PIECE_BLOCKS)
            return recipe.pieces[i].span.item;
    }
    return NULL;
}

const struct asy_item *asy_link_target(const struct asy_fact *fact)
{
    if (fact->names != NULL)
        return fact->names;
    return first_item(fact->measure != NULL ? fact->measure->recipe : fact->claim.is.link.target);
}

const struct asy_why *asy_fact_why(const struct asy_fact *fact)
{
    return asy_fact_holds(fact) ? &fact->standing_why : &fact->why;
}

bool asy_fact_is_good(const struct asy_fact *fact)
{
    bool by_signer = fact->claim.kind == ASY_CLAIM_SIGNATURE && fact->claim.is.signature.role == ASY_ROLE_SIGNS;

    return asy_fact_holds(fact) && (!by_signer || fact->standing);
}

const char *asy_signature_name(enum asy_signature_alg alg)
{
    switch (alg) {
    case ASY_SIG_ED25519:
        return "Ed25519";
    case ASY_SIG_ED448:
        return "Ed448";
    case ASY_SIG_RSA_PKCS1:
        return "RSA";
    case ASY_SIG_RSA_PSS:
        return "RSA-PSS";
    case ASY_SIG_ECDSA:
    case ASY_SIG_ECDSA_RAW:
        return "ECDSA";
    case ASY_SIG_DSA:
        return "DSA";
    case ASY_SIG_BY_KEY:
    case ASY_SIG_BARE:
        return "the key's algorithm";
    case ASY_SIG_NONE:
    case ASY_SIG_OTHER:
        break;
    }
    return "unknown algorithm";
}

bool asy_needs_cover(const struct asy_item *item)
{
    return item->is_subject;
}

/* Runs of bytes: in order, none empty, none touching the next. */
struct runs {
    struct asy_run *at;
    size_t n;
    bool failed;
};

static int by_offset(const void *a, const void *b)
{
    uint64_t x = ((const struct asy_run *)a)->off, y = ((const struct asy_run *)b)->off;

    return (x > y) - (x < y);
}

/* Sorts the runs and joins those that touch. */
static void tidy(struct runs *runs)
{
    size_t n = 0;

    if (runs->n == 0)
        return;
    qsort(runs->at, runs->n, sizeof *runs->at, by_offset);
    for (size_t i = 1; i < runs->n; i++) {
        struct asy_run *last = &runs->at[n], *next = &runs->at[i];
        uint64_t end = last->off + last->len;

        if (next->off > end)
            runs->at[++n] = *next;
        else if (next->off + next->len > end)
            last->len = next->off + next->len - last->off;
    }
    runs->n = n + 1;
}

/* Room for `n` runs; one more than asked, so that none is not a failure. */
static struct runs runs_new(size_t n)
{
    struct runs runs = { calloc(n + 1, sizeof *runs.at), 0, false };

    runs.failed = runs.at == NULL;
    return runs;
}

/* The part of a run that lies in a file of `size` bytes. */
static void add_run(struct runs *runs, uint64_t off, uint64_t len, uint64_t size)
{
    if (off >= size || len == 0)
        return;
    runs->at[runs->n++] = (struct asy_run){ off, len < size - off ? len : size - off };
}

static struct runs runs_of(const struct asy_said *list, uint64_t mask, uint64_t size)
{
    struct runs runs;
    size_t n = 0;

    for (const struct asy_said *said = list; said != NULL; said = said->next)
        n++;
    runs = runs_new(n);
    for (const struct asy_said *said = list; said != NULL && !runs.failed; said = said->next) {
        if (mask == 0 || (said->by & mask) != 0)
            add_run(&runs, said->off, said->len, size);
    }
    tidy(&runs);
    return runs;
}

/* What is in neither `a` nor `b`. */
static struct runs outside(const struct runs *a, const struct runs *b, uint64_t size)
{
    struct runs both = runs_new(a->n + b->n), out = runs_new(a->n + b->n + 1);
    uint64_t reached = 0;

    out.failed = out.failed || both.failed || a->failed || b->failed;
    if (!out.failed) {
        for (size_t i = 0; i < a->n; i++)
            both.at[both.n++] = a->at[i];
        for (size_t i = 0; i < b->n; i++)
            both.at[both.n++] = b->at[i];
        tidy(&both);
        for (size_t i = 0; i < both.n; i++) {
            add_run(&out, reached, both.at[i].off - reached, size);
            reached = both.at[i].off + both.at[i].len;
        }
        add_run(&out, reached, size - reached, size);
    }
    free(both.at);
    return out;
}

/* Framing that nobody says is what lies neither in `said` nor outside of `slack`. */
static bool cover(const struct asy_account *account, const struct asy_item *item, struct asy_coverage *out)
{
    struct runs nothing = { 0 };
    struct runs said = account->required_mask == 0 ? runs_new(0)
                                                   : runs_of(item->said, account->required_mask, item->size);
    struct runs slack = runs_of(item->slack, 0, item->size);
    struct runs content = outside(&slack, &nothing, item->size);
    struct runs uncovered = outside(&said, &slack, item->size), framing = outside(&said, &content, item->size);
    bool ok = !uncovered.failed && !framing.failed;

    free(said.at);
    free(slack.at);
    free(content.at);
    if (!ok) {
        free(uncovered.at);
        free(framing.at);
        return false;
    }
    *out = (struct asy_coverage){ uncovered.at, framing.at, uncovered.n, framing.n, said.n > 0 && uncovered.n == 0,
                                  said.n == 0 };
    return true;
}

bool asy_coverage_of(const struct asy_account *account, const struct asy_item *item, struct asy_coverage *out)
{
    *out = (struct asy_coverage){ 0 };
    if (!asy_needs_cover(item))
        return true;
    if ((item->whole_by & ~item->framed_by & account->required_mask) != 0) {
        out->whole = true;
        return true;
    }
    out->none = true;
    return !item->has_size || cover(account, item, out);
}

const struct asy_item *asy_run_holds(const struct asy_account *account, const struct asy_item *item, const struct asy_run *run)
{
    const struct asy_item *found = NULL;

    for (size_t i = 0; i < account->dossier->items_n; i++) {
        const struct asy_item *other = account->dossier->items[i];

        if (other->parent != item || other->parent_len == 0 || other->parent_len == ASY_TO_END ||
            other->parent_off >= run->off + run->len ||
            (other->parent_off < run->off && other->parent_len <= run->off - other->parent_off))
            continue;
        if (found != NULL)
            return NULL;
        found = other;
    }
    return found;
}

void asy_coverage_clear(struct asy_coverage *coverage)
{
    free(coverage->uncovered);
    free(coverage->framing);
    *coverage = (struct asy_coverage){ 0 };
}
