#include "support/bench.h"

#include <string.h>
#include <unistd.h>

extern const struct asy_format asy_format_timestamp;

#define OURS ASSAY_TESTDATA "/timestamp/"
#define CORPUS ASSAY_SHARED "/corpora/cms/data/x/cms/"

static struct asy_view ours(struct bench *b, const char *name)
{
    return load_file(b->arena, asy_printf(b->arena, OURS "%s", name));
}

Test(timestamp, a_reply_and_a_token_stamp_by_digest)
{
    static const char *const files[] = { "granted.tsr", "token.tst" };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct asy_claim *stamp;
        struct asy_view bytes, data;
        struct bench b;

        bench_open(&b);
        bytes = ours(&b, files[i]);
        data = ours(&b, "data.bin");
        cr_expect_eq(bench_recognise(bytes), &asy_format_timestamp, "%s", files[i]);
        cr_assert(assay_ok(bench_read(&b, &asy_format_timestamp, bytes, &data)), "%s", b.reading.diag.text);
        stamp = claim_of(&b, ASY_CLAIM_STAMP, 0);
        cr_assert_not_null(stamp);
        cr_expect_eq(stamp->is.stamp.over, 0);
        cr_expect_gt(stamp->is.stamp.time, 1700000000);
        cr_expect(asy_fact_no(b.dossier, stamp->is.stamp.link)->claim.is.link.by_digest);
        cr_expect_eq(asy_fact_no(b.dossier, stamp->is.stamp.by)->claim.is.signature.role, ASY_ROLE_STAMPS);
        cr_expect_eq(bench_check(&b), 4, "%s", files[i]);
        bench_close(&b);
    }
}

Test(timestamp, a_refusal_is_recognised_and_is_no_stamp)
{
    struct asy_view bytes;
    struct bench b;

    bench_open(&b);
    bytes = ours(&b, "rejected.tsr");
    cr_expect_eq(bench_recognise(bytes), &asy_format_timestamp);
    cr_expect_not(assay_ok(bench_read(&b, &asy_format_timestamp, bytes, NULL)));
    cr_expect(strstr(b.reading.diag.text, "granted no timestamp") != NULL, "%s", b.reading.diag.text);
    bench_close(&b);
}

Test(timestamp, no_prefix_is_read_and_no_changed_byte_crashes)
{
    struct asy_view bytes;
    struct bench b;

    bench_open(&b);
    bytes = ours(&b, "granted.tsr");
    for (size_t n = 0; n < bytes.len; n++) {
        struct bench p = { .arena = asy_arena_new(1 << 22) };
        uint8_t *copy = malloc(bytes.len);

        memcpy(copy, bytes.data, bytes.len);
        p.dossier = asy_dossier_new(p.arena, &asy_default_limits, 0);
        cr_expect_not(assay_ok(bench_read(&p, &asy_format_timestamp, (struct asy_view){ copy, n }, NULL)), "%zu", n);
        copy[n] ^= 0xff;
        if (assay_ok(bench_read(&p, &asy_format_timestamp, (struct asy_view){ copy, bytes.len }, NULL)))
            cr_expect_eq(count_claims(&p, ASY_CLAIM_STAMP), 1);
        asy_arena_free(p.arena);
        free(copy);
    }
    bench_close(&b);
}

static const struct bench_case corpus[] = {
    { "ts.tsr", "update.img", true, true },         { "ts.tsr", "flip.img", true, false },
    { "ts2.tsr", "update.img", true, true },        { "ts-flip.tsr", "update.img", true, false },
    { "ts-trunc.tsr", "update.img", false, false }, { "ts-early.tsr", "update.img", true, true },
    { "ts-sig.tsr", "l-expired.p7s", true, true },  { "ts-sig-late.tsr", "l-expired.p7s", true, true },
};

Test(timestamp, the_corpus_reads_as_its_cases_say)
{
    if (access(CORPUS "ts.tsr", R_OK) != 0)
        cr_skip_test("no corpus at " CORPUS);
    check_corpus(&asy_format_timestamp, CORPUS, corpus, sizeof corpus / sizeof *corpus);
}
