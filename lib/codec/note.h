/* Signed notes and the tree heads of transparency logs in them (C2SP signed-note.md, tlog-checkpoint.md). */
#ifndef ASY_CODEC_NOTE_H
#define ASY_CODEC_NOTE_H

#include "base/arena.h"
#include "base/diag.h"

enum { ASY_NOTE_SIGNATURES = 100, ASY_NOTE_KEY_ID = 4 };

struct asy_note_signature {
    struct asy_view name;   /* of the key, as it calls itself */
    struct asy_view key_id; /* ASY_NOTE_KEY_ID bytes */
    struct asy_view value;
};

struct asy_note {
    struct asy_view text; /* what is signed, with its last LF */
    struct asy_note_signature *signatures;
    size_t signatures_n; /* at least one */
};

/* A tree head, as the text of a note. */
struct asy_tree_head {
    struct asy_view origin;
    uint64_t size;
    struct asy_view root; /* 32 bytes */
};

/* ASSAY_E_FORMAT for text that is no note; ASSAY_E_LIMIT for more signatures than above. */
assay_status asy_note_read(struct asy_arena *, struct asy_view, struct asy_note *out, struct asy_diag *);

/* ASSAY_E_FORMAT for a text that is no tree head. */
assay_status asy_tree_head_read(struct asy_arena *, struct asy_view text, struct asy_tree_head *out, struct asy_diag *);

#endif
