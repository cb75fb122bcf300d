/* Private to the files git_*.c: one object of a git repository while it is read. */
#ifndef ASY_FORMAT_GIT_H
#define ASY_FORMAT_GIT_H

#include "base/reader.h"
#include "codec/git_ref.h"
#include "format/format.h"

/* Where the signature of an object stands, and what it signs. */
struct asy_git_signed {
    struct asy_view armor;     /* as the signer's tool made it */
    struct asy_recipe payload; /* all of the object but the signature */
    struct asy_view maker;     /* the e-mail address of its committer or tagger */
};

/* True when a line begins the armor of a signature of any kind that git writes. */
bool asy_git_begins_signature(struct asy_view line);

/* The claims of the one signature that the armor is. */
assay_status asy_git_claim_signature(struct asy_reading *, const struct asy_git_signed *);

/* A link from the document to the object with this id; `path` is of what is a file or directory. */
assay_status asy_git_add_link(struct asy_reading *, const uint8_t id[static ASY_GIT_HEX / 2], const char *type,
                              struct asy_view path, bool is_link);

/* The entries of a tree, which is what the reader still has. */
assay_status asy_git_read_tree(struct asy_reading *, struct asy_reader *);

#endif
