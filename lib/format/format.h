/*
 * What every format is: how its documents are recognised, and how bytes become claims.  A reader sees neither keys nor
 * trust, opens nothing, and knows no other format.  See formats.def for the table and the README for how to add one.
 */
#ifndef ASY_FORMAT_FORMAT_H
#define ASY_FORMAT_FORMAT_H

#include "model/dossier.h"

enum asy_format_kind {
    ASY_KIND_SIGNATURE = 1, /* says something about other bytes, or carries the signed bytes in it */
    ASY_KIND_MANIFEST,      /* lists files with digests */
    ASY_KIND_TIMESTAMP,
    ASY_KIND_ARCHIVE, /* holds files */
    ASY_KIND_PACKAGE, /* holds files and carries what is said of them: read by offset, whatever its size */
    ASY_KIND_REPOSITORY, /* a directory whose indices lead to the file that is wanted: only by the caller's word */
};

/* What a document is recognised by: its first bytes, all of a small one, and its name. */
struct asy_glimpse {
    struct asy_view head; /* at most ASY_GLIMPSE bytes */
    bool whole;           /* `head` is all there is */
    struct asy_view name; /* last part of the path */
};

enum { ASY_GLIMPSE = 4096 };

/* A document being read. */
struct asy_reading {
    struct asy_dossier *dossier;
    struct asy_item *document;
    struct asy_view bytes;       /* all of it, in memory (archives and packages: empty; they read document->source) */
    struct asy_item *about;      /* what a detached signature is about; NULL: nothing was found */
    const struct asy_item *subject; /* the one file that is judged: a list may leave out what is about others; NULL: a tree */
    const char *package_name;    /* the package that the caller wants of a list; NULL: the one of the subject's name */
    const char *package_version; /* and its version; NULL: not said */
    unsigned min_sdk;            /* of Android; 0: what the package says */
    enum asy_digest_alg assumed; /* the caller's word where a digest is ambiguous by its length; NONE */
    struct asy_diag diag;        /* what was wrong, for a status other than ok */
};

struct asy_format {
    const char *name;            /* "minisign": for --format and reports */
    const char *title;           /* one line for people */
    enum asy_format_kind kind;
    const char *const *suffixes; /* of detached documents, each with its dot, NULL at the end: ".minisig"; of packages: where a tree is looked through */

    bool speaks; /* a list that says when it was made and what for: it is read where it is the subject, too */

    /*
     * True when the bytes are of this format and of no other.  Looks at the content; the name only helps where the
     * content has no mark of its own.
     */
    bool (*recognise)(const struct asy_glimpse *);

    /*
     * Packages that are kept inside another format ("zip"): its name, and whether a file of that format has the marks of
     * this one; `recognise` is NULL then.  `found_in` only looks: it adds nothing.  The container is walked before
     * `read`, which finds the members as items whose parent is the document.  NULL elsewhere.
     */
    const char *inside;
    bool (*found_in)(struct asy_reading *);
    bool only_walked; /* looked for where the members are wanted anyway, when they are there */

    /* Adds the document's claims.  ASSAY_E_FORMAT with a diag where it breaks its grammar; nothing it added then counts. */
    assay_status (*read)(struct asy_reading *);

    /*
     * Archives and packages only: adds a member item for every file and a finding for whatever makes the archive contradict itself
     * or unsafe to unpack.  NULL elsewhere.
     */
    assay_status (*walk)(struct asy_reading *);
};

/* All formats in order, and how many. */
extern const struct asy_format *const asy_formats[];
extern const size_t asy_formats_n;

/* NULL when there is none of that name. */
const struct asy_format *asy_format_named(struct asy_view name);

/*
 * The one format that recognises the glimpse.  NULL when none does, or when more than one does: then `other` is set to
 * the second.
 */
const struct asy_format *asy_format_recognise(const struct asy_glimpse *, const struct asy_format **other);

#endif
