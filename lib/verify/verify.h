/*
 * The pump: open, recognise, read, check, attribute.  It fills a dossier and decides nothing.
 */
#ifndef ASY_VERIFY_VERIFY_H
#define ASY_VERIFY_VERIFY_H

#include "format/format.h"
#include "trust/trust.h"

enum asy_input_role {
    ASY_INPUT_SIGNATURE = 1, /* whatever kind of signature, over the subject or over a manifest of its name */
    ASY_INPUT_MANIFEST,
    ASY_INPUT_PIN,       /* a manifest that the caller vouches for */
    ASY_INPUT_TIMESTAMP,
    ASY_INPUT_RELEASE,         /* a signed list of indices */
    ASY_INPUT_INDEX,           /* a repository's list of packages */
    ASY_INPUT_INDEX_SIGNATURE, /* over the index before it */
    ASY_INPUT_BUNDLE,          /* a Sigstore bundle */
    ASY_INPUT_PACKUMENT,       /* what an npm registry says of a package */
    ASY_INPUT_LAYOUT,          /* an in-toto layout */
    ASY_INPUT_LINK_DIR,        /* the directory of the links of its steps; else that of the layout */
    ASY_INPUT_PROVENANCE,      /* how the subject was built */
    ASY_INPUT_SUMMARY,         /* what somebody else's verification came to */
};

/* Evidence that the caller named. */
struct asy_input {
    enum asy_input_role role;
    const char *path;      /* NULL when the bytes are given */
    struct asy_view bytes; /* outlive the job */
    const char *name;      /* for reports; NULL: the path's last part */
    const char *known_as;  /* the path by which a release lists it; NULL */
    struct asy_input *next;
};

/* What is to be judged: exactly one of path, descriptor, bytes and digest. */
struct asy_subject {
    const char *path;
    int fd; /* -1 when it is not a descriptor */
    struct asy_view bytes;
    bool has_bytes;
    enum asy_digest_alg digest_alg; /* NONE when it is not a digest */
    struct asy_view digest;
    const char *name;   /* for reports and manifests; NULL: the path's last part */
    const char *format; /* the only format to read evidence or the subject as; NULL: recognise */
    struct asy_input *inputs;
    bool by_members;  /* an archive is judged by its members */
    bool no_sidecars; /* look at nothing that was not named */
};

struct asy_job {
    const struct asy_crypto *crypto;
    const struct asy_trust *trust;
    const struct asy_settings *settings;
    const struct asy_subject *subject;
    unsigned threads; /* 0: as many as there are processors, at most 8 */
    const struct asy_progress *progress; /* may be NULL */
    bool wants_identity; /* the SHA-256 of every file is asked for, whatever digests the evidence needs */
};

/*
 * Fills the dossier.  Trouble with inputs is in the dossier, not in the status; the status is ASSAY_E_MEMORY,
 * ASSAY_E_CANCELLED or ASSAY_E_INTERNAL, and the dossier then says nothing.
 */
assay_status asy_verify(const struct asy_job *, struct asy_dossier *, struct asy_diag *);

/* Looks without judging: reads the subject and what lies beside it, walks archives, adds findings. */
assay_status asy_inspect(const struct asy_job *, struct asy_dossier *, struct asy_diag *);

/* Closes every source of the dossier. */
void asy_close_sources(struct asy_dossier *);

#endif
