/*
 * What an in-toto statement says besides its subjects: the readers of predicates, one file for each kind.  A reader adds
 * statements of the model about the document, and so is as good as whoever signed that.  predicates.def is the table.
 */
#ifndef ASY_FORMAT_PREDICATE_H
#define ASY_FORMAT_PREDICATE_H

#include "codec/node.h"
#include "format/format.h"

/* One in-toto statement, as its reader hands it on; all of it lives in the arena. */
struct asy_statement_of {
    struct asy_view type;             /* _type */
    struct asy_view predicate_type;
    const struct asy_node *subjects;  /* a list of maps, each with a map `digest` */
    const struct asy_node *predicate; /* NULL: the statement has none */
};

struct asy_predicate {
    const char *const *types; /* predicateType, exactly; NULL at the end */

    /* Adds what the predicate says, about reading->document.  A status other than ok costs the document all its claims. */
    assay_status (*read)(struct asy_reading *, const struct asy_statement_of *);
};

/* The reader of a type, or NULL: then the statement says its subjects and nothing else. */
const struct asy_predicate *asy_predicate_of(struct asy_view type);

/* The text of a map's member; empty where it is no text or not there. */
struct asy_view asy_member_text(const struct asy_node *map, const char *name);

/* Adds one thing that the document says; nothing, and true, where the text is empty.  False past a limit. */
bool asy_say(struct asy_reading *, enum asy_statement_kind, struct asy_view text);
bool asy_say_named(struct asy_reading *, enum asy_statement_kind, struct asy_view name, struct asy_view text);

/* What an asy_predicate's read answers for a limit. */
assay_status asy_said_too_much(struct asy_reading *);

/* The names of the statement's subjects that are package URLs. */
bool asy_say_purls(struct asy_reading *, const struct asy_statement_of *);

#endif
