#include "support/zipped.h"

static const struct zipped_row rows[] = {
    { "valid/agent.whl", ASSAY_OK, ASY_REASON_NONE, 0, true },
    { "valid/sha512.whl", ASSAY_OK, ASY_REASON_NONE, 0, true },
    { "valid/signed.whl", ASSAY_OK, ASY_REASON_NONE, 0, true },
    { "invalid/unlisted.whl", ASSAY_OK, ASY_COVERAGE_UNLISTED, 0, true },
    { "invalid/no_digest.whl", ASSAY_OK, ASY_COVERAGE_UNLISTED, 0, true },
    { "invalid/missing.whl", ASSAY_OK, ASY_FILE_MISSING, 0, true },
    { "invalid/changed.whl", ASSAY_OK, ASY_REASON_NONE, 0, false },
    { "invalid/size.whl", ASSAY_OK, ASY_REASON_NONE, 0, false },
    { "invalid/twice.whl", ASSAY_E_FORMAT, ASY_REASON_NONE, 0, false },
    { "invalid/columns.whl", ASSAY_E_FORMAT, ASY_REASON_NONE, 0, false },
    { "invalid/padded.whl", ASSAY_E_FORMAT, ASY_REASON_NONE, 0, false },
    { "invalid/two_records.whl", ASSAY_E_FORMAT, ASY_REASON_NONE, 0, false },
};

Test(wheel, what_each_sample_claims_and_what_holds)
{
    zipped_check("wheel", rows, sizeof rows / sizeof *rows);
}
