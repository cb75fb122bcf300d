/* DSSE envelopes, for every format that carries one; itself no format. */
#ifndef ASY_FORMAT_ENVELOPE_H
#define ASY_FORMAT_ENVELOPE_H

#include "codec/node.h"
#include "format/format.h"

enum { ASY_ENVELOPE_SIGNATURES = 64 };

struct asy_envelope_signature {
    struct asy_view value;  /* decoded, not empty */
    struct asy_view key_id; /* a hint that nobody signed; may be empty */
};

struct asy_envelope {
    struct asy_view type;    /* payloadType */
    struct asy_view payload; /* decoded */
    struct asy_envelope_signature *signatures;
    size_t signatures_n; /* at least one */
};

/*
 * Reads the envelope that `node` is (DSSE envelope.md): payloadType, payload, signatures; other members are nobody's
 * word and are passed over.  Base64 of either alphabet, or of the standard one alone where `strict`.  ASSAY_E_FORMAT;
 * ASSAY_E_LIMIT for more signatures than above.
 */
assay_status asy_envelope_read(struct asy_reading *, const struct asy_node *, bool strict, struct asy_envelope *out);

/*
 * The payload as an item of its own, inside the document.  It is read in its turn where its type is one that is read here;
 * what is under another type is told as a note.  NULL when a limit is reached.
 */
struct asy_item *asy_envelope_payload(struct asy_reading *, const struct asy_envelope *);

/* What every signature is over (DSSE protocol.md, PAE); `payload` is that item.  False when the arena is full. */
bool asy_envelope_message(struct asy_reading *, const struct asy_envelope *, struct asy_item *payload,
                          struct asy_recipe *out);

#endif
