#include "report/text.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool is_refusal(const struct asy_account *account)
{
    return account->ruling.value != ASSAY_ALLOW && account->ruling.value != ASSAY_REVIEW;
}

static void put_subject_name(const struct asy_pen *pen)
{
    if (pen->account->subject_name == NULL)
        asy_put_text(pen->sink, "(unnamed)");
    else
        asy_pen_name(pen, asy_view_of(pen->account->subject_name));
}

/* "ALLOW    acme.tar.gz  sha256 9f2c41d07b3e...  policy acme" */
static void put_ruling(const struct asy_pen *pen)
{
    const struct asy_account *account = pen->account;
    const struct asy_measure *digest = account->subject == NULL ? NULL : asy_best_measure(account->subject);
    enum asy_tint tint = account->ruling.value == ASSAY_ALLOW    ? ASY_GOOD
                         : account->ruling.value == ASSAY_REVIEW ? ASY_UNSURE
                                                                 : ASY_BAD;

    asy_pen_word(pen, assay_ruling_text(account->ruling), 8, tint);
    asy_put_text(pen->sink, " ");
    put_subject_name(pen);
    if (digest != NULL && digest->alg != ASY_IDENTIFIER) {
        asy_put_format(pen->sink, "  %s ", asy_digest_name(digest->alg));
        asy_pen_hex(pen, digest->digest, asy_digest_len(digest->alg));
    }
    asy_put_text(pen->sink, "  policy ");
    asy_pen_name(pen, asy_view_of(account->policy_name));
    if (account->product != NULL) {
        asy_put_text(pen->sink, " (product ");
        asy_pen_name(pen, asy_view_of(account->product));
        asy_put_text(pen->sink, ")");
    }
    asy_put_text(pen->sink, "\n");
}

/* What to do, and the decisive reason. */
static void put_action(const struct asy_pen *pen, const struct asy_finding *decisive)
{
    static const char dont[] = "Do not install.";
    const struct asy_reason_text *reason = asy_reason_text(decisive == NULL ? ASY_REASON_NONE : decisive->why.reason);

    if (pen->account->ruling.value == ASSAY_ALLOW)
        return;
    asy_put_text(pen->sink, "  ");
    if (!is_refusal(pen->account))
        asy_put_text(pen->sink, "Hold. ");
    else if (strncmp(reason->mend, dont, sizeof dont - 1) != 0)
        asy_put_format(pen->sink, "%s ", dont);
    asy_put_format(pen->sink, "%s\n  Because: %s\n", reason->mend, reason->what);
}

static void put_loud(const struct asy_pen *pen)
{
    const struct asy_account *account = pen->account;

    if (account->digest_only)
        asy_put_text(pen->sink, "  INTEGRITY ONLY: no signer was required (require=digest). Whoever can replace the file "
                                "can replace its digest.\n");
    if (account->dossier->incomplete)
        asy_put_text(pen->sink, "  INCOMPLETE: a limit or the memory was spent; what is listed here is not all.\n");
}

static void put_finding(const struct asy_pen *pen, const struct asy_finding *finding)
{
    asy_put_text(pen->sink, "    ");
    if (finding->about != NULL)
        asy_pen_item(pen, finding->about);
    else
        put_subject_name(pen);
    if (finding->source != NULL && finding->source != finding->about) {
        asy_put_text(pen->sink, " (");
        asy_pen_item(pen, finding->source);
        asy_put_text(pen->sink, ")");
    }
    if (finding->why.detail != NULL) {
        asy_put_text(pen->sink, ": ");
        asy_put_shown(pen->sink, asy_view_of(finding->why.detail));
    }
    if (finding->waived_by != NULL) {
        asy_put_text(pen->sink, ", waived by ");
        asy_put_shown(pen->sink, asy_view_of(finding->waived_by));
    }
    asy_put_text(pen->sink, "\n");
}

static bool blocks(const struct asy_finding *finding)
{
    return asy_finding_blocks(finding);
}

static bool is_note(const struct asy_finding *finding)
{
    return finding->severity == ASY_NOTE && finding->waived_by == NULL;
}

static bool is_waived(const struct asy_finding *finding)
{
    return finding->waived_by != NULL;
}

/* All findings of one reason that `wanted` picks, under one heading. */
static void put_reason(const struct asy_pen *pen, enum asy_reason id, bool (*wanted)(const struct asy_finding *),
                       bool all)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    const struct asy_reason_text *reason = asy_reason_text(id);
    bool blocking = wanted == blocks;
    size_t n = 0;

    if (blocking && !pen->account->is_inspection)
        asy_put_format(pen->sink, "  [%s] exit %d: %s\n", reason->id, reason->exit_code, reason->what);
    else
        asy_put_format(pen->sink, "  %s [%s] %s\n", blocking ? "problem" : wanted == is_note ? "note" : "waived",
                       reason->id, reason->what);
    for (size_t i = 0; i < dossier->findings_n; i++) {
        const struct asy_finding *finding = &dossier->findings[i];

        if (finding->why.reason == id && wanted(finding) && (n++ < ASY_TEXT_LINES || all || pen->style->verbose))
            put_finding(pen, finding);
    }
    if (!all)
        asy_pen_rest(pen, n, "    ");
    if (blocking)
        asy_put_format(pen->sink, "    mend: %s\n", reason->mend);
}

/* Reasons in the order in which they first came up. */
static void put_findings(const struct asy_pen *pen, bool (*wanted)(const struct asy_finding *), bool all)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    bool seen[ASY_REASONS] = { false };
    bool any = false;

    for (size_t i = 0; i < dossier->findings_n; i++) {
        const struct asy_finding *finding = &dossier->findings[i];

        if (!wanted(finding) || seen[finding->why.reason])
            continue;
        if (!any)
            asy_put_text(pen->sink, "\n");
        any = true;
        seen[finding->why.reason] = true;
        put_reason(pen, finding->why.reason, wanted, all);
    }
}

static void put_overrides(const struct asy_pen *pen)
{
    for (const struct asy_text_list *set = pen->account->overrides; set != NULL; set = set->next) {
        asy_put_text(pen->sink, "  set for this run: ");
        asy_put_shown(pen->sink, asy_view_of(set->text));
        asy_put_text(pen->sink, "\n");
    }
}

enum { NAMED = 100 }; /* runs that are said with the file whose bytes they are: each looks through all of them */

static void put_runs(const struct asy_pen *pen, const struct asy_item *item, const char *before, const struct asy_run *runs,
                     size_t n)
{
    for (size_t i = 0; i < n && asy_pen_has_room(pen, i); i++) {
        const struct asy_item *held = i < NAMED ? asy_run_holds(pen->account, item, &runs[i]) : NULL;

        asy_put_format(pen->sink, "%s%llu bytes at %llu", i == 0 ? before : ", ", (unsigned long long)runs[i].len,
                       (unsigned long long)runs[i].off);
        if (held == NULL)
            continue;
        asy_put_text(pen->sink, " (");
        asy_pen_item(pen, held);
        asy_put_text(pen->sink, ")");
    }
    if (n > ASY_TEXT_LINES && !pen->style->verbose)
        asy_put_format(pen->sink, " and %zu more runs", n - ASY_TEXT_LINES);
}

/* One file that is not said whole, or whose framing is not said. */
static void put_uncovered(const struct asy_pen *pen, const struct asy_item *item, const struct asy_coverage *coverage)
{
    asy_put_text(pen->sink, "    ");
    asy_pen_item(pen, item);
    asy_put_text(pen->sink, ":");
    if (coverage->none && item->has_size)
        asy_put_format(pen->sink, " all %llu bytes", (unsigned long long)item->size);
    else if (coverage->none)
        asy_put_text(pen->sink, " all of it");
    else
        put_runs(pen, item, " ", coverage->uncovered, coverage->uncovered_n);
    if (!coverage->none && coverage->framing_n > 0)
        put_runs(pen, item, coverage->uncovered_n > 0 ? "; framing " : " framing ", coverage->framing, coverage->framing_n);
    asy_put_text(pen->sink, "\n");
}

/* How many files there are when nobody says a byte of any of them; 0 when somebody does, or memory is short. */
static size_t wholly_uncovered(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    struct asy_coverage coverage;
    size_t n = 0;

    for (size_t i = 0; i < dossier->items_n; i++) {
        bool some;

        if (!asy_needs_cover(dossier->items[i]))
            continue;
        if (!asy_coverage_of(pen->account, dossier->items[i], &coverage))
            return 0;
        some = coverage.whole || !coverage.none;
        asy_coverage_clear(&coverage);
        if (some)
            return 0;
        n++;
    }
    return n;
}

static void put_coverage(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    struct asy_coverage coverage;
    size_t n = wholly_uncovered(pen);

    asy_put_text(pen->sink, "\n  Bytes that no trusted signature or pin covers:");
    if (n > 1 && !pen->style->verbose) {
        asy_put_format(pen->sink, " all of all %zu files\n", n);
        return;
    }
    n = 0;
    for (size_t i = 0; i < dossier->items_n; i++) {
        const struct asy_item *item = dossier->items[i];

        if (!asy_needs_cover(item))
            continue;
        if (!asy_coverage_of(pen->account, item, &coverage)) {
            pen->sink->failed = true;
            return;
        }
        if (!coverage.whole || coverage.framing_n > 0) {
            asy_put_text(pen->sink, n == 0 ? "\n" : "");
            if (asy_pen_has_room(pen, n++))
                put_uncovered(pen, item, &coverage);
        }
        asy_coverage_clear(&coverage);
    }
    if (n == 0)
        asy_put_text(pen->sink, " none\n");
    asy_pen_rest(pen, n, "    ");
}

static void put_not_checked(const struct asy_pen *pen)
{
    const struct asy_text_list *first = pen->account->not_checked;

    asy_put_text(pen->sink, first == NULL ? "  Not checked: nothing is on record\n" : "  Not checked:\n");
    for (const struct asy_text_list *line = first; line != NULL; line = line->next) {
        asy_put_text(pen->sink, "    ");
        asy_put_shown(pen->sink, asy_view_of(line->text));
        asy_put_text(pen->sink, "\n");
    }
}

static void put_trust_age(const struct asy_pen *pen)
{
    const struct asy_account *account = pen->account;
    char shown[32];
    int64_t age;

    if (!account->has_trust_time) {
        asy_put_text(pen->sink, "  Trust data: no revocation data\n");
        return;
    }
    asy_format_time(account->trust_time, shown);
    asy_put_format(pen->sink, "  Trust data: newest revocation data of %s, ", shown);
    if (__builtin_sub_overflow(account->dossier->at, account->trust_time, &age))
        asy_put_text(pen->sink, "of no known age\n");
    else if (age < 0)
        asy_put_text(pen->sink, "after the reference time\n");
    else
        asy_put_format(pen->sink, "%lld %s old\n", (long long)(age / 86400), age / 86400 == 1 ? "day" : "days");
}

/* True when nobody but the caller's pins stands behind the bytes. */
static bool only_pins(const struct asy_account *account)
{
    for (size_t p = 0; p < account->dossier->principals_n; p++) {
        if ((account->required_mask >> p & 1) != 0 && !account->dossier->principals[p].is_pin)
            return false;
    }
    return true;
}

static void put_covers(const struct asy_pen *pen)
{
    if (is_refusal(pen->account))
        return;
    if (pen->account->digest_only)
        asy_put_text(pen->sink, "  Covers: damage in transit. Does not cover: whoever can replace both the file and its "
                                "digest, a compromised vendor.\n");
    else if (only_pins(pen->account))
        asy_put_text(pen->sink, "  Covers: tampering after the pin was taken. Does not cover: bytes that were bad when they "
                                "were pinned.\n");
    else
        asy_put_text(pen->sink, "  Covers: tampering after signing, a swapped key. Does not cover: a compromised signer or "
                                "build.\n");
}

static void put_verification(const struct asy_pen *pen)
{
    const struct asy_finding *decisive = asy_decisive(pen->account);

    put_ruling(pen);
    put_action(pen, decisive);
    put_loud(pen);
    asy_put_text(pen->sink, "\n");
    asy_text_evidence(pen);
    asy_text_tree(pen);
    put_findings(pen, blocks, false);
    put_findings(pen, is_waived, true);
    put_findings(pen, is_note, false);
    put_coverage(pen);
    put_overrides(pen);
    put_not_checked(pen);
    put_trust_age(pen);
    put_covers(pen);
    if (is_refusal(pen->account) && decisive != NULL)
        asy_put_format(pen->sink, "  explain: assay explain %s\n", asy_reason_text(decisive->why.reason)->id);
}

/* Inspection: what the files are, without a ruling. */

static void put_item_line(const struct asy_pen *pen, const char *label, const struct asy_item *item)
{
    asy_put_format(pen->sink, "  %-12s ", label);
    asy_pen_item(pen, item);
    if (item->has_size)
        asy_put_format(pen->sink, ", %llu bytes", (unsigned long long)item->size);
    if (item->format != NULL) {
        asy_put_text(pen->sink, ", ");
        asy_put_shown(pen->sink, asy_view_of(item->format));
    }
    if (item->why.reason != ASY_REASON_NONE) {
        asy_put_text(pen->sink, ": ");
        asy_pen_why(pen, &item->why);
    }
    asy_put_text(pen->sink, "\n");
}

static bool is_beside(const struct asy_item *item)
{
    return item->is_evidence && !item->is_subject && item->parent == NULL;
}

static void put_beside(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t n = 0;

    for (size_t i = 0; i < dossier->items_n; i++) {
        if (is_beside(dossier->items[i]) && asy_pen_has_room(pen, n++))
            put_item_line(pen, "evidence", dossier->items[i]);
    }
    asy_pen_rest(pen, n, "               ");
    if (n == 0)
        asy_put_text(pen->sink, "  evidence     none was found beside it\n");
}

static void put_members(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t n = 0;

    for (size_t i = 0; i < dossier->items_n; i++)
        n += dossier->items[i]->is_member;
    if (n == 0)
        return;
    asy_put_text(pen->sink, "  members      ");
    asy_pen_count(pen, n, "file\n", "files\n");
    for (size_t i = 0; i < dossier->items_n && pen->style->verbose; i++) {
        if (dossier->items[i]->is_member)
            put_item_line(pen, "", dossier->items[i]);
    }
}

static void put_claims_count(const struct asy_pen *pen)
{
    const struct asy_dossier *dossier = pen->account->dossier;
    size_t links = 0;

    for (size_t i = 0; i < dossier->facts_n; i++)
        links += dossier->facts[i]->claim.kind == ASY_CLAIM_LINK;
    asy_put_text(pen->sink, "  claims       ");
    asy_pen_count(pen, dossier->signatures_n, "signature", "signatures");
    asy_put_text(pen->sink, ", ");
    asy_pen_count(pen, links, "digest", "digests");
    asy_put_text(pen->sink, "; who made them was not asked\n");
}

static void put_inspection(const struct asy_pen *pen)
{
    const struct asy_account *account = pen->account;
    size_t problems = 0;

    for (size_t i = 0; i < account->dossier->findings_n; i++)
        problems += asy_finding_blocks(&account->dossier->findings[i]);
    asy_put_text(pen->sink, "INSPECT ");
    put_subject_name(pen);
    asy_put_text(pen->sink, ": ");
    if (problems == 0)
        asy_put_text(pen->sink, account->dossier->incomplete ? "not read to the end" : "consistent");
    else
        asy_pen_count(pen, problems, "problem", "problems");
    asy_put_text(pen->sink, "\n");
    put_loud(pen);
    asy_put_text(pen->sink, "\n");
    if (account->subject != NULL)
        put_item_line(pen, account->subject->format == NULL ? "plain file" : "file", account->subject);
    put_beside(pen);
    put_claims_count(pen);
    put_members(pen);
    asy_text_tree(pen);
    put_findings(pen, blocks, false);
    put_findings(pen, is_note, false);
    put_not_checked(pen);
}

void asy_report_text(const struct asy_account *account, const struct asy_report_style *style, struct asy_sink *sink)
{
    static const struct asy_report_style plain = { 0 };
    struct asy_pen pen = { account, style != NULL ? style : &plain, sink };

    if (account->is_inspection)
        put_inspection(&pen);
    else
        put_verification(&pen);
}
