#include "report/report.h"

#include "base/text.h"
#include "report/common.h"
#include "support/account.h"

static struct asy_sink spelled(const struct asy_account *account, struct asy_report_style style)
{
    struct asy_sink sink = { 0 };

    asy_report_text(account, &style, &sink);
    cr_assert_not(sink.failed);
    return sink;
}

static void expect_in(const char *text, const char *part)
{
    cr_expect(strstr(text, part) != NULL, "no '%s' in:\n%s", part, text);
}

static void expect_not_in(const char *text, const char *part)
{
    cr_expect(strstr(text, part) == NULL, "'%s' in:\n%s", part, text);
}

static void says(struct made *made, struct asy_report_style style, const char *const *parts, const char *const *absent)
{
    struct asy_sink sink = spelled(&made->account, style);

    for (; *parts != NULL; parts++)
        expect_in(sink.text, *parts);
    for (; *absent != NULL; absent++)
        expect_not_in(sink.text, *absent);
    asy_sink_clear(&sink);
    asy_arena_free(made->arena);
}

Test(report_text, an_allowed_file_says_by_whom_and_what_is_left_open)
{
    struct asy_text_list rebuild = { "rebuild: not part of this tool", NULL }, set = { "min_digest=sha1", NULL };
    struct made made = made_allowed("app.tgz");
    const char *const parts[] = { "ALLOW    app.tgz  sha256 abababababab...  policy acme\n",
                                  "  signature    ok   minisign key \"acme\" (Ed25519 7a9100000000...), signed comment "
                                  "\"timestamp:1 file:app.tgz\", in app.tgz.minisig (minisign)\n",
                                  "  content      ok   1 of 1 file hashed (sha256), nothing outside the signed set\n",
                                  "covers: none\n", "  set for this run: min_digest=sha1\n",
                                  "  Not checked:\n    rebuild: not part of this tool\n",
                                  "newest revocation data of 2026-11-11T21:00:00Z, 12 days old\n",
                                  "  Covers: tampering after signing, a swapped key. Does not cover: a compromised signer",
                                  NULL };
    const char *const absent[] = { "Do not", "explain:", "INTEGRITY", "\x1b", NULL };

    made.account.not_checked = &rebuild;
    made.account.overrides = &set;
    made.account.has_trust_time = true;
    made.account.trust_time = made.account.dossier->at - 12 * 86400;
    says(&made, (struct asy_report_style){ 0 }, parts, absent);
}

Test(report_text, a_refusal_leads_with_what_to_do_and_the_decisive_reason)
{
    struct made made = made_tree(2);
    const char *const parts[] = { "REFUTED  tree  policy acme\n  Do not install. Fetch the file again;",
                                  "\n  Because: The bytes are not those the evidence names: the digest differs.\n",
                                  "  manifest     FAIL 0 of 2 digests match (sha256), 2 differ, in SHA256SUMS\n",
                                  "  signature    none ", "  content      FAIL ",
                                  "  [digest.mismatch] exit 13: The bytes are not",
                                  "    lib/f1.so (SHA256SUMS): differs\n", "    mend: Do not install.",
                                  "covers: all of all 2 files\n",
                                  "  explain: assay explain digest.mismatch\n", NULL };
    const char *const absent[] = { "Covers:", "more\n", "Do not install. Do not install.", NULL };

    says(&made, (struct asy_report_style){ 0 }, parts, absent);
}

Test(report_text, twenty_of_a_kind_and_a_count_unless_verbose)
{
    const char *const few[] = { "lib/f19.so (SHA256SUMS)", "    ... and 5 more\n", NULL };
    const char *const all[] = { "lib/f24.so (SHA256SUMS)", NULL };
    const char *const not_few[] = { "lib/f20.so", NULL }, *const not_all[] = { "more", NULL };
    struct made made = made_tree(25);

    says(&made, (struct asy_report_style){ 0 }, few, not_few);
    made = made_tree(25);
    says(&made, (struct asy_report_style){ .verbose = true }, all, not_all);
}

Test(report_text, names_forge_nothing)
{
    struct made made = made_hostile(), plain = made_hostile();
    struct asy_sink sink = spelled(&made.account, (struct asy_report_style){ .verbose = true });
    size_t rulings = 0, lines = 0;

    for (const char *line = sink.text; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_expect(lines == 0 || *line == ' ' || *line == '\n', "line %zu begins like a first line", lines);
        cr_expect_neq(strncmp(line, "ALLOW", 5), 0);
        rulings += strncmp(line, "REFUTED ", 8) == 0;
        lines++;
    }
    cr_expect_eq(rulings, 1);
    for (size_t i = 0; i < sink.len; i++)
        cr_expect((sink.text[i] >= ' ' && sink.text[i] < 0x7f) || sink.text[i] == '\n', "byte %zu", i);
    expect_in(sink.text, "\"x\\x0aALLOW    y  policy z\\x0a\\x1b[2J\\u{202e}\\x22\\x5c \\xff\\x0d\\u{85}\"");
    plain.account.subject_name = plain.account.policy_name = plain.account.product = "plain";
    for (size_t i = 0; i < plain.account.dossier->items_n; i++)
        plain.account.dossier->items[i]->name = "plain";
    {
        struct asy_sink other = spelled(&plain.account, (struct asy_report_style){ .verbose = true });
        size_t n = 0;

        for (const char *c = other.text; *c != '\0'; c++)
            n += *c == '\n';
        cr_expect_eq(n, lines, "%zu lines with plain names, %zu with hostile ones", n, lines);
        asy_sink_clear(&other);
    }
    asy_sink_clear(&sink);
    asy_arena_free(made.arena);
    asy_arena_free(plain.arena);
}

Test(report_text, a_blank_in_a_name_is_quoted)
{
    struct made made = made_allowed("app.tgz  sha256 000000000000...  policy strict");
    const char *const parts[] = { "ALLOW    \"app.tgz  sha256 000000000000...  policy strict\"  sha256 ab", NULL };
    const char *const absent[] = { NULL };

    says(&made, (struct asy_report_style){ 0 }, parts, absent);
}

Test(report_text, integrity_alone_is_said_loudly)
{
    struct made made = made_allowed("app.tgz");
    const char *const parts[] = { "\n  INTEGRITY ONLY: no signer was required", "  Covers: damage in transit.",
                                  "    app.tgz: all 1000 bytes\n", NULL };
    const char *const absent[] = { "nothing outside", NULL };

    made.account.digest_only = true;
    made.account.required_mask = 0;
    says(&made, (struct asy_report_style){ 0 }, parts, absent);
}

Test(report_text, what_holds_without_proof_or_standing_is_not_ok)
{
    struct made made = made_allowed("app.tgz");
    struct asy_fact *fact = made.account.dossier->facts[0];
    const char *const unproven[] = { "  signature    ??   ", NULL }, *const revoked[] = { "  signature    FAIL ", NULL };
    const char *const absent[] = { "signature    ok", NULL };

    fact->proof = NULL;
    says(&made, (struct asy_report_style){ 0 }, unproven, absent);
    made = made_allowed("app.tgz");
    fact = made.account.dossier->facts[0];
    fact->standing = false;
    fact->standing_why.reason = ASY_SIGNER_REVOKED;
    says(&made, (struct asy_report_style){ 0 }, revoked, absent);
}

Test(report_text, waivers_are_always_shown_and_do_not_block)
{
    struct made made = made_tree(25);
    const char *const parts[] = { "  waived [digest.mismatch]", "lib/f24.so (SHA256SUMS): differs, waived by ops: why (until",
                                  NULL };
    const char *const absent[] = { "exit 13", "explain:", NULL };

    for (size_t i = 0; i < 25; i++)
        made.account.dossier->findings[i].waived_by = "ops: why (until 2027-01-01)";
    says(&made, (struct asy_report_style){ 0 }, parts, absent);
}

Test(report_text, colour_is_only_an_addition)
{
    struct made made = made_hostile();
    struct asy_sink plain = spelled(&made.account, (struct asy_report_style){ .full = true });
    struct asy_sink tinted = spelled(&made.account, (struct asy_report_style){ .full = true, .color = true });
    char *to = tinted.text;

    cr_expect_neq(plain.len, tinted.len);
    for (const char *from = tinted.text; *from != '\0'; from++) {
        if (*from == '\x1b')
            from = strchr(from, 'm');
        else
            *to++ = *from;
    }
    *to = '\0';
    cr_expect_str_eq(plain.text, tinted.text);
    asy_sink_clear(&plain);
    asy_sink_clear(&tinted);
    asy_arena_free(made.arena);
}

Test(report_text, bytes_outside_are_listed_by_place)
{
    struct made made = made_allowed("app.deb");
    struct asy_item *item = made.account.subject;
    struct asy_said head = { 0, 100, 1, NULL }, tail = { 300, ASY_TO_END, 1, &head }, other = { 0, 1000, 2, &tail };
    const char *const parts[] = { "    app.deb: 50 bytes at 150, 40 bytes at 260; framing 50 bytes at 100, 60 bytes at 200\n",
                                  NULL };
    const char *const absent[] = { NULL };

    item->whole_by = 2;
    item->said = &other;
    asy_add_slack(made.account.dossier, item, 200, 60);
    asy_add_slack(made.account.dossier, item, 90, 60);
    says(&made, (struct asy_report_style){ 0 }, parts, absent);
}

Test(report_text, coverage_of_the_odd_file)
{
    struct made made = made_allowed("empty");
    struct asy_said all = { 0, ASY_TO_END, 1, NULL };
    struct asy_item *item = made.account.subject;
    struct asy_coverage coverage;

    item->whole_by = 0;
    item->size = 0;
    cr_assert(asy_coverage_of(&made.account, item, &coverage));
    cr_expect(!coverage.whole && coverage.none && coverage.uncovered_n == 0, "an empty file that nobody lists");
    asy_coverage_clear(&coverage);
    item->size = UINT64_MAX;
    item->said = &all;
    cr_assert(asy_coverage_of(&made.account, item, &coverage));
    cr_expect(coverage.whole && coverage.uncovered_n == 0 && coverage.framing_n == 0);
    asy_coverage_clear(&coverage);
    item->has_size = false;
    cr_assert(asy_coverage_of(&made.account, item, &coverage));
    cr_expect_not(coverage.whole);
    asy_coverage_clear(&coverage);
    asy_arena_free(made.arena);
}

Test(report_text, an_inspection_has_no_ruling)
{
    struct made made = made_tree(1);
    const char *const problems[] = { "INSPECT tree: 1 problem\n", "  evidence     SHA256SUMS, 900 bytes\n",
                                     "  members      1 file\n", "  problem [digest.mismatch]", NULL };
    const char *const fine[] = { "INSPECT app.tgz: consistent\n", "  evidence     app.tgz.minisig, 200 bytes, minisign\n", NULL };
    const char *const absent[] = { "REFUTED", "ALLOW", "policy", "exit 13", NULL };

    made.account.is_inspection = true;
    says(&made, (struct asy_report_style){ 0 }, problems, absent);
    made = made_allowed("app.tgz");
    made.account.is_inspection = true;
    says(&made, (struct asy_report_style){ 0 }, fine, absent);
}
