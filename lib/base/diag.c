#include "base/diag.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

const assay_status asy_ok = { ASSAY_OK };

assay_status asy_fail(struct asy_diag *diag, int code, uint64_t at, const char *format, ...)
{
    char raw[ASY_DIAG_TEXT];
    va_list ap;

    if (code == ASSAY_OK || code == ASSAY_E_UNSET)
        code = ASSAY_E_INTERNAL;
    if (diag != NULL) {
        va_start(ap, format);
        (void)vsnprintf(raw, sizeof raw, format, ap);
        va_end(ap);
        diag->code = code;
        diag->at = at;
        asy_printable(asy_view_of(raw), diag->text, sizeof diag->text);
    }
    return (assay_status){ code };
}

assay_status asy_no_memory(struct asy_diag *diag)
{
    return asy_fail(diag, ASSAY_E_MEMORY, 0, "out of memory");
}
