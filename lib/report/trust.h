/* The spellings of a list of what is trusted. */
#ifndef ASY_REPORT_TRUST_H
#define ASY_REPORT_TRUST_H

#include "base/sink.h"

/* One key or certificate. */
struct asy_trust_item {
    const char *what;      /* "minisign key", "certificate" */
    const char *algorithm; /* NULL: the key of the certificate is not sound */
    unsigned bits;
    struct asy_view key_sha256; /* of the SubjectPublicKeyInfo */
    struct asy_view sha256;     /* of the certificate; empty for keys */
    const char *subject;        /* RFC 4514; NULL for keys */
    int64_t from, until; /* seconds, valid at from <= t < until; INT64_MIN and INT64_MAX where nothing is said */
    bool has_last;       /* of certificates: `until` is the last second at which it is valid */
};

/* One entry: a file and what is in it. */
struct asy_trust_row {
    const char *name, *kind;
    const char *file; /* as the document names it; NULL: it stands in the document */
    const char *why;  /* why it cannot be used; NULL */
    struct asy_trust_item *items; /* none for lists of revocations and of signers */
    size_t items_n, items_room;
};

struct asy_trust_report {
    const char *directory;
    int64_t at; /* for what is valid */
    struct asy_trust_row *rows;
    size_t n;
};

void asy_report_trust_text(const struct asy_trust_report *, struct asy_sink *);
void asy_report_trust_json(const struct asy_trust_report *, struct asy_sink *);

#endif
