/*
 * Reads the fields of a document tree: each getter checks kind and range, and tells what is wrong with its line.  All
 * answer false after the first failure, whose status is kept; the diag is then filled.
 */
#ifndef ASY_POLICY_FORM_H
#define ASY_POLICY_FORM_H

#include "codec/node.h"
#include "model/settings.h"

struct asy_form {
    struct asy_arena *arena;
    struct asy_diag *diag;
    assay_status status;
};

/* False always: ASSAY_E_POLICY at the node's line, which comes first in the text. */
bool asy_form_fail(struct asy_form *, const struct asy_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool asy_form_no_memory(struct asy_form *);

/* That the node is a map and has no other members than `names` (ends in NULL).  `what` names it for people. */
bool asy_form_map(struct asy_form *, const struct asy_node *, const char *what, const char *const *names);

/*
 * Members of a map.  An absent one leaves `out` as it is; that is false where it is required.  Text is not empty,
 * trimmed, of one line and without characters that cannot be seen; `asy_form_lines` also takes line breaks.
 */
bool asy_form_text(struct asy_form *, const struct asy_node *map, const char *name, bool required, const char **out);
bool asy_form_lines(struct asy_form *, const struct asy_node *map, const char *name, const char **out);
bool asy_form_texts(struct asy_form *, const struct asy_node *map, const char *name, const char ***out, size_t *n);
bool asy_form_number(struct asy_form *, const struct asy_node *map, const char *name, unsigned least, unsigned most,
                     unsigned *out);
bool asy_form_truth(struct asy_form *, const struct asy_node *map, const char *name, enum asy_tristate *out);
bool asy_form_time(struct asy_form *, const struct asy_node *map, const char *name, bool required, int64_t *out);

/* The place of the member's text among `words` (ends in NULL). */
bool asy_form_choice(struct asy_form *, const struct asy_node *map, const char *name, const char *const *words,
                     bool required, unsigned *out);

/* The member, which must be a list where it is there at all; NULL where not. */
bool asy_form_list(struct asy_form *, const struct asy_node *map, const char *name, const struct asy_node **out);

/* One text node. */
bool asy_form_text_of(struct asy_form *, const struct asy_node *, const char *name, const char **out);

#endif
