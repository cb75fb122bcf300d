#include "base/reason.h"

static const struct asy_reason_text texts[ASY_REASONS] = {
    [ASY_REASON_NONE] = { "none", ASSAY_UNPROVEN, 3, "Nothing was recorded.", "No check ran.", "Report a defect." },
#define REASON(symbol, id, ruling, exit_code, what, why, mend)                                                       \
    [ASY_##symbol] = { id, ASSAY_##ruling, exit_code, what, why, mend },
#include "base/reasons.def"
#undef REASON
};

const struct asy_reason_text *asy_reason_text(enum asy_reason reason)
{
    return &texts[reason];
}

enum asy_reason asy_reason_of_id(struct asy_view id)
{
    for (enum asy_reason r = ASY_REASON_NONE + 1; r < ASY_REASONS; r++) {
        if (asy_view_is(id, texts[r].id))
            return r;
    }
    return ASY_REASON_NONE;
}
