/*
 * in-toto layouts and links (in-toto specification 4.2 to 4.4): who signed them, and what they say.  Which links
 * belong to a layout, and under whose keys they count, is verify's.
 */
#ifndef ASY_FORMAT_LAYOUT_H
#define ASY_FORMAT_LAYOUT_H

#include "codec/node.h"
#include "format/format.h"
#include "model/layout.h"

/* A document as it was read: either a layout or the record of a step. */
struct asy_recorded {
    const struct asy_layout *layout; /* NULL: it is no layout, but */
    const struct asy_record *record; /* a link */
};

/*
 * Reads a metablock { "signed", "signatures" }, or a DSSE envelope around what would be signed there.  Adds what is
 * signed as an item inside the document, which says the document in turn, and a signature claim for each signature
 * with the role ASY_ROLE_RECORDS: it counts for nothing until somebody who knows the layout gives it another role, or
 * a key.
 */
assay_status asy_layout_read(struct asy_reading *, struct asy_recorded *out);

/* The bodies, as they are signed. */
assay_status asy_layout_read_layout(struct asy_reading *, const struct asy_node *, const struct asy_layout **out);
assay_status asy_layout_read_link(struct asy_reading *, const struct asy_node *, const struct asy_record **out);

/* A list of texts; NULL is the empty one.  Anything else is ASSAY_E_FORMAT. */
assay_status asy_layout_read_words(struct asy_reading *, const struct asy_node *, struct asy_words *out);

/* ASSAY_E_FORMAT about the line where the node stands. */
assay_status asy_layout_wrong(struct asy_reading *, const struct asy_node *, const char *what);

#endif
