/* Walks archives of testdata, reads them as packages kept in zip archives, and answers what they claim. */
#ifndef TESTS_SUPPORT_ZIPPED_H
#define TESTS_SUPPORT_ZIPPED_H

#include "support/packaged.h"

/* What a file of testdata must turn out to be. */
struct zipped_row {
    const char *file;       /* below the directory of the format */
    int code;               /* of reading it */
    enum asy_reason reason; /* of a finding that blocks; NONE: there must be none */
    size_t signatures;      /* where it reads */
    bool holds;             /* all signatures and digests, where it reads */
};

static inline bool zipped_found(const struct bench *b, enum asy_reason reason)
{
    bool any = false;

    for (size_t i = 0; i < b->dossier->findings_n; i++) {
        const struct asy_finding *finding = &b->dossier->findings[i];

        if (finding->severity == ASY_BLOCKS)
            any = any || reason == ASY_REASON_NONE || finding->why.reason == reason;
    }
    return any;
}

/* As the subject: the walk makes the members that the package is read from. */
static inline assay_status zipped_read(struct bench *b, const char *format, const char *file, uint32_t min_sdk)
{
    struct asy_view bytes = load_file(b->arena, asy_printf(b->arena, ASSAY_TESTDATA "/%s/%s", format, file));

    b->reading = (struct asy_reading){ .dossier = b->dossier, .bytes = bytes, .min_sdk = min_sdk };
    b->reading.document = b->reading.about = bench_item(b, file, bytes);
    b->reading.subject = b->reading.document;
    cr_assert(assay_ok(asy_source_open(b->reading.document->source, NULL)));
    cr_assert(assay_ok(asy_format_named(ASY_TEXT("zip"))->walk(&b->reading)), "%s", b->reading.diag.text);
    cr_expect(asy_format_named(asy_view_of(format))->found_in(&b->reading), "%s is no %s", file, format);
    return asy_format_named(asy_view_of(format))->read(&b->reading);
}

static inline void zipped_check(const char *format, const struct zipped_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct zipped_row *row = &rows[i];
        struct bench b;
        assay_status s;

        bench_open(&b);
        s = zipped_read(&b, format, row->file, 0);
        cr_expect_eq(s.code, row->code, "%s: %d, %s", row->file, s.code, b.reading.diag.text);
        cr_expect_eq(zipped_found(&b, row->reason), row->reason != ASY_REASON_NONE, "%s: findings", row->file);
        if (assay_ok(s)) {
            cr_expect_eq(claims_of(&b, ASY_CLAIM_SIGNATURE), row->signatures, "%s: %zu signatures", row->file,
                         claims_of(&b, ASY_CLAIM_SIGNATURE));
            cr_expect_eq(bench_check(&b) >= 0, row->holds, "%s", row->file);
        }
        bench_close(&b);
    }
}

#endif
