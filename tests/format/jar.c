#include "support/zipped.h"

#define UNREAD ASSAY_E_FORMAT

static const struct zipped_row rows[] = {
    { "valid/signed.jar", ASSAY_OK, ASY_REASON_NONE, 1, true },
    { "valid/parts.jar", ASSAY_OK, ASY_REASON_NONE, 1, true },
    { "valid/twice.jar", ASSAY_OK, ASY_REASON_NONE, 2, true },
    { "invalid/added.jar", ASSAY_OK, ASY_COVERAGE_UNLISTED, 1, true },
    { "invalid/added_below.jar", ASSAY_OK, ASY_COVERAGE_UNLISTED, 1, true },
    { "invalid/added_empty.jar", ASSAY_OK, ASY_COVERAGE_UNLISTED, 1, true },
    { "invalid/added_service.jar", ASSAY_OK, ASY_COVERAGE_UNLISTED, 1, true },
    { "invalid/removed.jar", ASSAY_OK, ASY_FILE_MISSING, 1, true },
    { "invalid/changed.jar", ASSAY_OK, ASY_REASON_NONE, 1, false },
    { "invalid/manifest.jar", ASSAY_OK, ASY_REASON_NONE, 1, false },
    { "invalid/main.jar", ASSAY_OK, ASY_REASON_NONE, 1, false },
    { "invalid/block.jar", ASSAY_OK, ASY_REASON_NONE, 1, false },
    { "invalid/no_manifest.jar", UNREAD, ASY_REASON_NONE, 0, false },
    { "invalid/no_file.jar", UNREAD, ASY_REASON_NONE, 0, false },
    { "invalid/no_block.jar", ASSAY_OK, ASY_REASON_NONE, 0, true },
    { "invalid/twin.jar", UNREAD, ASY_REASON_NONE, 0, false },
};

Test(jar, what_each_sample_claims_and_what_holds)
{
    zipped_check("jar", rows, sizeof rows / sizeof *rows);
}
