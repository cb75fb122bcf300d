/*
 * All that one verification knows: inputs, facts, findings.  It grows from step to step and nothing in it is taken
 * back.  It belongs to one job, and all of it lives in that job's arena.
 */
#ifndef ASY_MODEL_DOSSIER_H
#define ASY_MODEL_DOSSIER_H

#include "base/diag.h"
#include "base/limits.h"
#include "base/reason.h"
#include "base/version.h"
#include "io/source.h"
#include "model/claim.h"

struct asy_proof; /* complete in crypto/ only: no other room can make one */

enum asy_outcome { ASY_UNCHECKED = 0, ASY_HOLDS, ASY_FAILS, ASY_UNKNOWN };

/* The digest of a recipe, computed once however many claims want it. */
struct asy_measure {
    struct asy_recipe recipe;
    enum asy_digest_alg alg;
    bool done;           /* `digest` is the digest */
    struct asy_why why;  /* why not, where it is not */
    uint8_t digest[ASY_DIGEST_MAX];
    struct asy_measure *next; /* the next one over the whole of the same item */
};

enum { ASY_PRINCIPALS = 64 }; /* one bit each in a mask */

/* Somebody who can be trusted to have said something: a key, a certificate's subject, a pin of the caller. */
struct asy_principal {
    const char *name;        /* from the policy, or made from the key */
    const char *kind;        /* "minisign key", "certificate", "pin", ... */
    const char *key;         /* the trusted key that it is, as the policy names it; NULL */
    const char *anchor;      /* the anchor that a certificate leads to, as the policy names it; NULL */
    const char *identity;    /* SSH principal or common name it was trusted for; NULL */
    uint8_t fingerprint[32]; /* SHA-256 of the SubjectPublicKeyInfo: what makes signers distinct */
    bool has_fingerprint;
    const char *issuer;      /* who knew that identity (an OpenID provider); NULL */
    bool is_issued;    /* anybody can be issued such a certificate: it counts for an identity and issuer that are asked for */
    bool is_pin;       /* the caller vouches for a document: no signature */
    bool is_authority; /* a timestamp authority */
};

/* A run of bytes of an item and who says it. */
struct asy_said {
    uint64_t off, len;
    uint64_t by; /* mask of principals */
    struct asy_said *next;
};

/* What the caller says that a piece of evidence is about its subject. */
enum asy_attests { ASY_ATTESTS_NOTHING = 0, ASY_ATTESTS_BUILD, ASY_ATTESTS_SUMMARY };

/*
 * The runs of an item in the order of their offsets, and how far the runs up to each one reach.  Runs that were said since
 * stand before `first` in the item's list.
 */
struct asy_said_order {
    const struct asy_said *first;
    const struct asy_said **runs;
    uint64_t *reach;
    size_t n, room;
};

struct asy_item {
    uint32_t no;           /* place in the dossier, from 0 */
    uint32_t depth;        /* parents above it */
    uint32_t signatures_n; /* claims of signatures that it makes */
    const char *name;      /* path as the report shows it, relative to the subject's root */
    struct asy_source *source;
    bool is_subject;       /* the artifact, or a file of the tree to be ruled about */
    bool is_member;        /* inside a tree or archive */
    bool is_evidence;      /* read as evidence */
    bool was_named;        /* the caller named it: it must be readable */
    bool is_packument;     /* the caller says that it is what an npm registry says of a package */
    bool is_layout;        /* the caller named it as an in-toto layout */
    enum asy_attests attests; /* the caller says what it is */
    bool is_bundle;        /* the caller says that it is a Sigstore bundle */
    bool is_index;         /* the caller named it as a list of packages */
    bool is_link;          /* a symbolic link inside the tree, or any link inside an archive */
    struct asy_view link_text; /* of a symbolic link: the path in it; empty: it is none, or it could not be read */
    bool is_listed;        /* a manifest names it */
    bool is_package;       /* of a format that carries its own evidence */
    bool says_parent;      /* who says all of it says the run of its parent too that it is */
    bool has_size;
    struct asy_item *leads_to; /* of a link in an archive: the file whose bytes it has; NULL: none that is there */
    struct asy_item *about; /* evidence: what it is detached from; NULL: itself or by its own words */
    bool about_unpacked;    /* and namely from what that unpacks to */
    struct asy_item *parent; /* the archive a member is in, or what the bytes were decoded from; NULL: the file system */
    uint64_t parent_off, parent_len; /* the run of the parent that they are; length 0: none is known */
    const char *known_as;  /* the path by which signed indices list it, where the caller said so; NULL */
    const char *dir;       /* evidence: the directory that relative paths in it start from, "" or with a last '/' */
    const char *format;    /* the format that read it, or NULL */
    struct asy_why why;    /* why it could not be read, where it could not */
    uint64_t size;         /* where has_size */
    struct asy_recipe image; /* what catalogues digest instead of the whole: the file without its signature; empty: none */
    uint64_t pinned_by;    /* mask: the caller vouches for its bytes */
    uint64_t whole_by;     /* mask: who says all of it (model/attribution) */
    uint64_t framed_by;    /* mask: those of them who say it by its parts, and not the framing between them */
    struct asy_said *said; /* parts said */
    struct asy_said_order order; /* of them, by model/attribution */
    struct asy_said *slack; /* parts that its format declares to be no content: framing around what is signed */
    struct asy_measure *measures; /* digests of the whole */
};

struct asy_fact {
    struct asy_claim claim;
    enum asy_outcome outcome;
    bool by_base_name;             /* a link claim: it names a path whose last part alone is the subject's name */
    const struct asy_proof *proof; /* crypto's; NULL unless the outcome is HOLDS */
    struct asy_why why;
    struct asy_measure *measure;   /* the digest it needs, or NULL */
    struct asy_item *names;        /* a link claim: the link by which it names the file that was measured; NULL: none */

    /* signatures only: who made it, filled by verify with the answers of crypto and trust */
    int principal;             /* index, or -1: nobody who is trusted */
    bool standing;             /* it holds, all that backs it holds, and its signer is trusted at the time that counts */
    bool signer_known;         /* a trusted key was tried, or the key is certified to an anchor */
    bool has_key_fingerprint;
    struct asy_why standing_why; /* why not, where it does not stand */
    const char *signer_name;   /* as far as known, for people; may be NULL */
    uint8_t key_fingerprint[32];
    unsigned key_bits;
    bool has_stamp;            /* a trusted timestamp covers it */
    bool has_bad_stamp;        /* one that is a part of it does not hold, or is nobody's who is trusted */
    int64_t stamped_at;
};

/* What a document says about itself or the package it describes.  Nobody answers it; it is as good as who says it. */
enum asy_statement_kind {
    ASY_SAYS_NONE = 0,
    ASY_SAYS_MADE,     /* when the document was made: `time` */
    ASY_SAYS_EXPIRES,  /* until when it may be used: `time` */
    ASY_SAYS_SUITE,    /* the rest are texts */
    ASY_SAYS_CODENAME,
    ASY_SAYS_ORIGIN,
    ASY_SAYS_PACKAGE,
    ASY_SAYS_VERSION,
    ASY_SAYS_ARCH,
    ASY_SAYS_REF,      /* the name of a git reference */
    ASY_SAYS_BUNDLE,   /* of what form a RAUC bundle is */
    ASY_SAYS_PREDICATE, /* the predicateType of an in-toto statement */

    /* How its subjects were made (SLSA provenance); URIs may end in "@" and a git reference */
    ASY_SAYS_BUILDER,
    ASY_SAYS_BUILD_TYPE,
    ASY_SAYS_TRIGGER, /* the repository whose event began the build */
    ASY_SAYS_SOURCE,  /* the repository that was built */
    ASY_SAYS_BRANCH,  /* "refs/heads/..." */
    ASY_SAYS_TAG,     /* "refs/tags/..." */
    ASY_SAYS_INPUT,   /* `name`: what whoever began the build entered */

    /* What somebody else's verification of its subjects came to (SLSA verification summary) */
    ASY_SAYS_VERIFIER,
    ASY_SAYS_RESOURCE,
    ASY_SAYS_RESULT, /* "PASSED" or anything else */
    ASY_SAYS_LEVEL,

    ASY_SAYS_PURL,        /* the package URL of a subject */
    ASY_SAYS_PUBLISHED,   /* `name` and version of a package that a registry took in */
    ASY_SAYS_CERTIFICATE, /* `field` of the certificate of signature `by`: its issuer says it */
};

struct asy_statement {
    enum asy_statement_kind kind;
    struct asy_item *document;
    uint64_t place_off, place_len; /* the run of the document that says it; ASY_TO_END from 0: all of it */
    struct asy_view text, name;
    asy_claim_no by;   /* the signature with which it stands; 0: it is the document's */
    const char *field; /* of a certificate: "source_repository_uri" ... (codec/fulcio.h); static */
    enum asy_version_scheme scheme; /* of a version */
    int64_t time; /* seconds since 1970 */
};

/* How a step of an in-toto layout came out. */
struct asy_step_answer {
    const struct asy_item *layout;
    struct asy_view name;
    unsigned functionaries, threshold; /* whose links count, and how many must */
    bool holds;                        /* as many, and they say the same */
};

enum asy_severity { ASY_NOTE = 0, ASY_BLOCKS };

struct asy_finding {
    struct asy_why why;
    enum asy_severity severity;
    const struct asy_item *about;  /* the file it is about, or NULL */
    const struct asy_item *source; /* the evidence that says so, or NULL */
    bool is_firm;                  /* no waiver takes effect on it: something else stands in the way as well */
    const char *waived_by;         /* "owner: reason (until DATE)", or NULL */
};

struct asy_tree;
struct asy_git;

struct asy_dossier {
    struct asy_arena *arena;
    const struct asy_limits *limits;
    int64_t at; /* reference time, seconds since 1970 */

    struct asy_item **items;
    size_t items_n, items_room;
    struct asy_fact **facts;
    size_t facts_n, facts_room, signatures_n;
    struct asy_measure **measures;
    size_t measures_n, measures_room;
    struct asy_measure **parts; /* those of `measures` that are not over the whole of an item */
    size_t parts_n, parts_room;
    struct asy_finding *findings;
    size_t findings_n, findings_room;
    struct asy_statement *statements;
    size_t statements_n, statements_room;
    struct asy_step_answer *steps;
    size_t steps_n, steps_room;
    struct asy_principal principals[ASY_PRINCIPALS];
    size_t principals_n;
    struct asy_tree *tree; /* the subject's directory, open while there is work; NULL when it is none */
    struct asy_git *repository; /* likewise the subject's repository */
    size_t missing_n;      /* files that manifests list and that are not there */
    bool incomplete; /* something did not fit or failed inside: never an ALLOW */
};

/* NULL when memory is short. */
struct asy_dossier *asy_dossier_new(struct asy_arena *, const struct asy_limits *, int64_t at);

/* Each NULL (or 0) when a limit or the arena is spent; the dossier is then `incomplete`. */
struct asy_item *asy_add_item(struct asy_dossier *, const char *name, struct asy_source *);

/*
 * The item of bytes that are a run of `parent`, decoded or as they are; limits->depth bounds how deep they lie.  Who says
 * that run says the item; with `says_parent` set afterwards, who says the item says the run: set it only where the
 * decoding loses nothing that matters.  A reader that marks it is_evidence has it recognised and read in its turn.
 */
struct asy_item *asy_add_derived(struct asy_dossier *, struct asy_item *parent, uint64_t off, uint64_t len,
                                 const char *name, struct asy_source *);

/*
 * Where a symbolic link leads, as bytes: who says them says the link, and the file at its end is another one.  Of what is
 * no link they are none.
 */
struct asy_item *asy_add_link_text(struct asy_dossier *, struct asy_item *);

/* Adds what the whole document says; the reader narrows the place where only a part of it does. */
struct asy_statement *asy_add_statement(struct asy_dossier *, enum asy_statement_kind, struct asy_item *document);
struct asy_claim *asy_add_claim(struct asy_dossier *, enum asy_claim_kind, struct asy_item *document,
                                asy_claim_no *no);
void asy_add_step(struct asy_dossier *, const struct asy_item *layout, struct asy_view name, unsigned functionaries,
                  unsigned threshold, bool holds);
void asy_add_finding(struct asy_dossier *, enum asy_severity, enum asy_reason, const struct asy_item *about,
                     const struct asy_item *source, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Declares a run of an item to be framing; policy lists it and does not require it to be said. */
void asy_add_slack(struct asy_dossier *, struct asy_item *, uint64_t off, uint64_t len);

/* The digest `alg` of `recipe`: the one that is already planned, or a new one. */
struct asy_measure *asy_add_measure(struct asy_dossier *, struct asy_recipe, enum asy_digest_alg);

/* The same for a recipe that was made just now, which no other claim can have. */
struct asy_measure *asy_new_measure(struct asy_dossier *, struct asy_recipe, enum asy_digest_alg);

/* The planned digest `alg` of the recipe, or NULL. */
struct asy_measure *asy_find_measure(const struct asy_dossier *, struct asy_recipe, enum asy_digest_alg);

/* The principal with this fingerprint (or, without one, this name and kind), new if need be; -1 when all bits are used. */
int asy_add_principal(struct asy_dossier *, const struct asy_principal *);

/*
 * What the evidence in an item is about: of a member that its package's reader read, as it does META-INF/X.RSA, the package;
 * of others the item.
 */
const struct asy_item *asy_evidence_for(const struct asy_item *);

/* The fact that answers claim `no`; NULL for 0 and numbers that are none. */
struct asy_fact *asy_fact_no(const struct asy_dossier *, asy_claim_no);

/* Sets outcome and why of a fact and returns.  Printable detail is kept in the arena. */
void asy_because(struct asy_dossier *, struct asy_why *, enum asy_reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* True for a finding that stands in the way: it blocks and nobody waived it. */
bool asy_finding_blocks(const struct asy_finding *);

/* True for a claim that holds with a proof. */
bool asy_fact_holds(const struct asy_fact *);

#endif
