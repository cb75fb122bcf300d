#include "assay/status.h"

bool assay_ok(assay_status status)
{
    return status.code == ASSAY_OK;
}

const char *assay_status_text(assay_status status)
{
    switch ((enum assay_code)status.code) {
    case ASSAY_OK:
        return "ok";
    case ASSAY_E_UNSET:
    case ASSAY_E_INTERNAL:
        return "internal error";
    case ASSAY_E_MEMORY:
        return "out of memory";
    case ASSAY_E_USAGE:
        return "wrong use";
    case ASSAY_E_POLICY:
        return "wrong policy";
    case ASSAY_E_IO:
        return "cannot read";
    case ASSAY_E_FORMAT:
        return "malformed";
    case ASSAY_E_LIMIT:
        return "limit reached";
    case ASSAY_E_UNSUPPORTED:
        return "unsupported";
    case ASSAY_E_CANCELLED:
        return "cancelled";
    case ASSAY_E_ABSENT:
        return "absent";
    case ASSAY_E_UNTRUSTED:
        return "not trusted";
    }
    return "internal error";
}

const char *assay_ruling_text(assay_ruling ruling)
{
    switch ((enum assay_ruling_value)ruling.value) {
    case ASSAY_UNPROVEN:
        return "UNPROVEN";
    case ASSAY_REFUTED:
        return "REFUTED";
    case ASSAY_REFUSED:
        return "REFUSED";
    case ASSAY_REVIEW:
        return "REVIEW";
    case ASSAY_ALLOW:
        return "ALLOW";
    }
    return "UNPROVEN";
}
