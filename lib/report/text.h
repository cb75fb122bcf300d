/* Private to the text report: its pen, and the block of lines about the evidence. */
#ifndef ASY_REPORT_TEXT_H
#define ASY_REPORT_TEXT_H

#include "report/common.h"
#include "report/report.h"

enum { ASY_TEXT_LINES = 20 }; /* of one kind, without style->verbose */

struct asy_pen {
    const struct asy_account *account;
    const struct asy_report_style *style;
    struct asy_sink *sink;
};

enum asy_tint { ASY_GOOD = 32, ASY_BAD = 31, ASY_UNSURE = 33 }; /* ECMA-48 8.3.117: foreground colours */

/* A word, blanks up to `width`; the colour is only an addition. */
void asy_pen_word(const struct asy_pen *, const char *word, size_t width, enum asy_tint);

/* A name from outside: plain where that cannot be mistaken, else in quotes with everything doubtful escaped. */
void asy_pen_name(const struct asy_pen *, struct asy_view);
void asy_pen_quoted(const struct asy_pen *, struct asy_view);
void asy_pen_item(const struct asy_pen *, const struct asy_item *);

/* "[id] detail", or the reason's sentence where there is no detail. */
void asy_pen_why(const struct asy_pen *, const struct asy_why *);

/* 12 digits and "...", or all with style->full. */
void asy_pen_hex(const struct asy_pen *, const uint8_t *bytes, size_t len);

/* "2 files" */
void asy_pen_count(const struct asy_pen *, size_t n, const char *one, const char *many);

/* True when line number `n` (from 0) of its kind is still to be written. */
bool asy_pen_has_room(const struct asy_pen *, size_t n);

/* "... and N more" where lines were left out. */
void asy_pen_rest(const struct asy_pen *, size_t n, const char *indent);

/* Packages and documents inside the subject, where it was looked into. */
void asy_text_tree(const struct asy_pen *);

/* Signatures, pins, manifests, chains, timestamps and the content. */
void asy_text_evidence(const struct asy_pen *);

#endif
