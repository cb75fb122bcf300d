/* Private to verify/: one run of the pump. */
#ifndef ASY_VERIFY_RUN_H
#define ASY_VERIFY_RUN_H

#include "io/tree.h"
#include "trust/trusted_root.h"
#include "verify/verify.h"

/* A key under which a signature is to be checked. */
struct asy_try {
    struct asy_fact *fact;
    const struct asy_key *key;
    struct asy_key *owned;                 /* the key made from the document's own material, to be freed; or NULL */
    const struct asy_trusted_key *trusted; /* the store's entry; NULL for a key the document carries */
};

struct asy_run {
    const struct asy_job *job;
    struct asy_dossier *dossier;
    struct asy_item *subject; /* NULL for a tree */
    struct asy_try *tries;    /* malloc */
    size_t tries_n, tries_room;
    struct asy_item **known;  /* indices that the caller gave the path of */
    size_t known_n;
    bool inspects;            /* nothing is ruled: archives are walked */
    bool by_members;          /* the subject is an archive judged by its members */
    struct asy_layout_work *layout;          /* the in-toto layout that the caller named, once it was read; NULL */
    const char *layout_path, *link_dir;      /* as the caller gave them; NULL: not */
    uint8_t subject_id[20];   /* of an object of a repository: its id, and */
    const char *ref;          /* the whole name of the reference that leads to the subject; NULL: it has none */
    struct asy_diag diag;
};

/* The subject is a directory and a reference was asked for: opens the repository and adds the object it leads to. */
assay_status asy_gather_git(struct asy_run *);

/* Once that object is read: adds and reads all that it leads to, and compares names. */
assay_status asy_walk_git(struct asy_run *);

/* The subject is the directory of an OCI image layout and a digest was pinned: reads all that its index leads to. */
assay_status asy_gather_oci(struct asy_run *);

/* Sorts by name; what is in order already, as a tree is, costs one look at each. */
void asy_sort_by_name(struct asy_item **items, size_t n);

/* The bytes of an item, which from then on are all that there is of it: the file is not read again. */
assay_status asy_load_item(struct asy_run *, struct asy_item *, struct asy_view *bytes, struct asy_diag *);

/* Loads an item and reads it as one format; what is wrong with it is in its `why`. */
void asy_read_as(struct asy_run *, struct asy_item *, const char *format);

/* Opens the subject and adds it, the files of its tree, and all evidence, as items. */
assay_status asy_gather(struct asy_run *);

/* Recognises and reads every evidence item; what it cannot read is in the item's `why`. */
assay_status asy_read_evidence(struct asy_run *);

/* Reads one evidence item, as the format that the caller named or that recognises it. */
void asy_read_item(struct asy_run *, struct asy_item *);

/* The subject, where it carries its own evidence: a package, an attached CMS message; and what it holds. */
void asy_read_subject(struct asy_run *);

/* The same where it is a package; false, and nothing is read, where it is none. */
bool asy_read_subject_package(struct asy_run *);

/* The format that the caller named for files; NULL: they are recognised. */
const struct asy_format *asy_wanted_format(const struct asy_run *);

/* The files of a tree that are called like packages: they may bring their own evidence. */
void asy_read_packages(struct asy_run *);

/* Archives and packages are not: they are read by offset, whatever their size. */
bool asy_is_read_whole(const struct asy_format *);

/* Takes the claims from `first` on back, of a document that broke its grammar: none of them is ever answered. */
void asy_drop_claims(struct asy_dossier *, size_t first);

/* The reason that a reader's failure is. */
enum asy_reason asy_reading_reason(const struct asy_diag *);

/* Binds links that name paths to items. */
assay_status asy_bind(struct asy_run *);

/* A link that names no file: plans its digest of all that it may be about; and, once digests are there, settles which. */
bool asy_plan_anywhere(struct asy_run *, struct asy_fact *);
void asy_settle_anywhere(struct asy_run *, size_t fact_no);

/* Plans and computes digests, and answers every claim. */
assay_status asy_check(struct asy_run *);

/* Whether one signature stands, and for whom. */
void asy_judge_signature(struct asy_run *, struct asy_fact *);

/* Reads a layout, and the links and layouts that belong to it. */
void asy_read_layout(struct asy_run *, struct asy_item *, struct asy_view bytes);

/* Whether that layout is met: the last step, since its signatures stand only then. */
void asy_judge_layout(struct asy_run *);

/* The file of the subject's tree that a path of the caller leads to, or NULL. */
struct asy_item *asy_find_in_tree(const struct asy_run *, const char *path);

/* Says for every signature whether it stands, and for whom: the last step before policy. */
void asy_judge(struct asy_run *);

/* The signature does not stand, for this reason; or it stands, for this signer. */
void asy_falls(struct asy_run *, struct asy_fact *, enum asy_reason, const char *detail);
void asy_stand(struct asy_run *, struct asy_fact *, const struct asy_principal *);

/*
 * The signature of a Sigstore bundle, which holds: logs and times bear it out, and it falls or, by its certificate,
 * stands.  True where all that is left to say is whose its key is.
 */
bool asy_judge_bundle(struct asy_run *, struct asy_fact *);

/*
 * Answers a chain claim at a time by the authorities of the trusted roots that are valid then; the one under which it
 * holds, or NULL.
 */
const struct asy_authority *asy_root_chain(struct asy_run *, struct asy_fact *chain, enum asy_root_authorities, int64_t at,
                                           struct asy_chain_answer *out);

/* The first key a signature was checked under, or the one under which it held; NULL when there was none. */
const struct asy_try *asy_try_of(const struct asy_run *, const struct asy_fact *);

#endif
