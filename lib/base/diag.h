/* What went wrong, for a person: one message, its place, and the status that goes with it. */
#ifndef ASY_BASE_DIAG_H
#define ASY_BASE_DIAG_H

#include "assay/status.h"
#include "base/view.h"

enum { ASY_DIAG_TEXT = 320 };

struct asy_diag {
    int code;    /* enum assay_code */
    uint64_t at; /* bytes from the start of the input, or a line number: the text says which */
    char text[ASY_DIAG_TEXT];
};

extern const assay_status asy_ok;

/*
 * Fills `diag` (may be NULL) and returns the status `code`.  It cannot return success: ASSAY_OK becomes
 * ASSAY_E_INTERNAL.  Text that quotes input is kept printable.
 */
assay_status asy_fail(struct asy_diag *diag, int code, uint64_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ASSAY_E_MEMORY with its message. */
assay_status asy_no_memory(struct asy_diag *);

#endif
