/* The spellings of an account.  Pure: the same account gives the same bytes. */
#ifndef ASY_REPORT_REPORT_H
#define ASY_REPORT_REPORT_H

#include "base/sink.h"
#include "model/account.h"

struct asy_report_style {
    bool color;
    bool full;    /* whole digests */
    bool verbose; /* every fact, also those that hold */
};

void asy_report_text(const struct asy_account *, const struct asy_report_style *, struct asy_sink *);
void asy_report_json(const struct asy_account *, struct asy_sink *);

/* In whose name a summary is, and of what. */
struct asy_summary_terms {
    const char *verifier, *resource; /* URIs */
};

/* True where every file that was judged is known by a digest. */
bool asy_can_summarise(const struct asy_account *);
void asy_report_summary(const struct asy_account *, const struct asy_summary_terms *, struct asy_sink *);

#endif
