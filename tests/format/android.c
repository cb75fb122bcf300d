#include "support/zipped.h"

#define UNREAD ASSAY_E_FORMAT, ASY_REASON_NONE, 0, false

static const struct zipped_row rows[] = {
    { "valid/v2.apk", ASSAY_OK, ASY_REASON_NONE, 1, true },
    { "valid/v3.apk", ASSAY_OK, ASY_REASON_NONE, 1, true },
    { "valid/v2v3.apk", ASSAY_OK, ASY_REASON_NONE, 2, true },
    { "valid/v1v2v3.apk", ASSAY_OK, ASY_REASON_NONE, 3, true },
    { "valid/two.apk", ASSAY_OK, ASY_REASON_NONE, 4, true },
    { "valid/v31.apk", ASSAY_OK, ASY_REASON_NONE, 4, true },     /* v2, v3, v3.1 and one level of a proof of rotation */
    { "valid/ranges.apk", ASSAY_OK, ASY_REASON_NONE, 4, true },
    { "valid/rotated.apk", ASSAY_OK, ASY_REASON_NONE, 3, true },
    { "valid/verity.apk", ASSAY_OK, ASY_REASON_NONE, 4, true },  /* v2 and v3, each of chunks and of the tree */
    { "valid/verity_only.apk", ASSAY_OK, ASY_REASON_NONE, 1, true },
    { "invalid/content.apk", ASSAY_OK, ASY_ARCHIVE_CORRUPT, 1, false },
    { "invalid/certificate.apk", ASSAY_OK, ASY_REASON_NONE, 1, false },
    { "invalid/lineage_forged.apk", ASSAY_OK, ASY_REASON_NONE, 3, false },
    { "invalid/verity_root.apk", ASSAY_OK, ASY_REASON_NONE, 2, false },
    { "invalid/verity_length.apk", ASSAY_OK, ASY_REASON_NONE, 2, false },
    { "invalid/verity_short.apk", ASSAY_OK, ASY_REASON_NONE, 2, false },
    { "invalid/needs_v1.apk", ASSAY_OK, ASY_EVIDENCE_ABSENT, 1, true },
    { "invalid/unsigned.apk", ASSAY_OK, ASY_EVIDENCE_ABSENT, 0, true },
    { "invalid/key.apk", UNREAD },
    { "invalid/twice.apk", UNREAD },
    { "invalid/stripped.apk", UNREAD },
    { "invalid/v1_other.apk", UNREAD },
    { "invalid/v2_other.apk", UNREAD },
    { "invalid/v2_two.apk", UNREAD },
    { "invalid/v31_other.apk", UNREAD },
    { "invalid/v31_late.apk", UNREAD },
    { "invalid/lineage_other.apk", UNREAD },
    { "invalid/gap.apk", UNREAD },
    { "invalid/overlap.apk", UNREAD },
    { "invalid/late.apk", UNREAD },
    { "invalid/early.apk", UNREAD },
};

Test(android, what_each_sample_claims_and_what_holds)
{
    zipped_check("android", rows, sizeof rows / sizeof *rows);
}

/* What it asks depends on the oldest version of the platform that must take it. */
Test(android, the_oldest_version_of_the_platform_decides)
{
    static const struct row {
        const char *file;
        uint32_t min_sdk;
        bool good;
    } table[] = {
        { "valid/v2.apk", 23, false },    { "invalid/needs_v1.apk", 24, true }, { "invalid/late.apk", 28, false },
        { "invalid/late.apk", 29, true }, { "invalid/v2_other.apk", 27, false }, { "invalid/v2_other.apk", 28, true },
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct bench b;
        bool good;

        bench_open(&b);
        good = assay_ok(zipped_read(&b, "android", table[i].file, table[i].min_sdk)) && !zipped_found(&b, ASY_REASON_NONE) &&
               bench_check(&b) >= 0;
        cr_expect_eq(good, table[i].good, "%s from %u on", table[i].file, table[i].min_sdk);
        bench_close(&b);
    }
}
