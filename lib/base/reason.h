/*
 * Every reason that can stand in a report, under its stable id.  The table is reasons.def; an id is never reused and
 * never changes its meaning.
 */
#ifndef ASY_BASE_REASON_H
#define ASY_BASE_REASON_H

#include "assay/status.h"
#include "base/view.h"

enum asy_reason {
    ASY_REASON_NONE = 0,
#define REASON(symbol, id, ruling, exit_code, what, why, mend) ASY_##symbol,
#include "base/reasons.def"
#undef REASON
    ASY_REASONS, /* how many there are */
};

struct asy_reason_text {
    const char *id;                 /* "signature.invalid" */
    enum assay_ruling_value ruling; /* what it makes of the ruling where it blocks */
    int exit_code;                  /* its class in the exit status */
    const char *what, *why, *mend;  /* sentences for a person */
};

/* Never NULL; the text of NONE says that nothing was recorded. */
const struct asy_reason_text *asy_reason_text(enum asy_reason);

/* NONE when there is no such id. */
enum asy_reason asy_reason_of_id(struct asy_view id);

/* Why something is as it is: a reason and the detail that this input adds to it (may be NULL). */
struct asy_why {
    enum asy_reason reason;
    const char *detail;
};

#endif
