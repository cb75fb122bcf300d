/*
 * What evidence says must hold.  Formats write claims; they answer none.  A claim never changes once its reader has
 * returned.  Claims name each other by number: asy_claim_no, 0 for none.
 */
#ifndef ASY_MODEL_CLAIM_H
#define ASY_MODEL_CLAIM_H

#include "base/key.h"
#include "base/signature_alg.h"
#include "model/recipe.h"

typedef uint32_t asy_claim_no; /* place in the dossier, from 1 */

enum asy_claim_kind {
    ASY_CLAIM_NONE = 0,
    ASY_CLAIM_SIGNATURE, /* `value` signs `message` */
    ASY_CLAIM_LINK,      /* a digest of `target` is `value` */
    ASY_CLAIM_CHAIN,     /* certificates lead from a signature's key to an anchor */
    ASY_CLAIM_STAMP,     /* a signature says that bytes existed at a time */
    ASY_CLAIM_INCLUSION, /* a transparency log has an entry about a signature */
    ASY_CLAIM_SCT,       /* a certificate log promised to show a certificate */
};

struct asy_scheme {
    enum asy_signature_alg alg;
    enum asy_digest_alg digest;     /* of the message; NONE where the algorithm has its own */
    enum asy_digest_alg mgf_digest; /* PSS only */
    uint32_t salt_len;              /* PSS only, bytes */
    const char *alg_name;           /* as the document spells it; may be NULL */
    bool der_only;                  /* ASY_SIG_BARE: with `digest` where it is given, and not as r and s alone */
    bool is_number;                 /* RSA: the value is a number without the zeros that it begins with */
};

/* What a signature is for. */
enum asy_signature_role {
    ASY_ROLE_SIGNS = 0, /* it speaks about the subject */
    ASY_ROLE_BACKS,     /* claim `of` holds only if this one does too, under the same key */
    ASY_ROLE_CERTIFIES, /* it says that the key of claim `of` belongs to somebody (an SSH certificate) */
    ASY_ROLE_STAMPS,    /* a timestamp authority's; see ASY_CLAIM_STAMP */
    ASY_ROLE_RECORDS,   /* a functionary's, about a step of a layout that says under which key it counts */
};

/* An SSH certificate (PROTOCOL.certkeys), as far as a verifier must judge it. */
struct asy_ssh_cert {
    struct asy_key_material ca;
    struct asy_view ca_blob;           /* the CA's key as in the certificate */
    struct asy_view key_blob;          /* the certified key as it is without a certificate */
    struct asy_view key_id;
    const struct asy_view *principals; /* empty: valid for nobody here */
    size_t principals_n;
    uint64_t serial, valid_after, valid_before; /* seconds since 1970 */
    uint32_t type;                              /* 1 user, 2 host */
    bool has_critical;                          /* a critical option is there: none is understood */
};

/* An OpenPGP signature packet (RFC 9580 5.2), as far as a verifier must judge it. */
struct asy_openpgp {
    uint8_t version;                /* of the packet */
    const struct asy_view *issuers; /* hints of who signed: fingerprints of 20 or 32 bytes, key ids of 8 */
    size_t issuers_n;
    const char *flaw;               /* why it must not count although it may hold; NULL: nothing */
    int64_t created;
    bool has_expiry;
    int64_t expiry;                 /* the first second at which it counts no more */
};

/* What a Sigstore bundle says of its signature besides the signature itself. */
struct asy_bundle {
    bool has_certificate;        /* else a key that the verifier has */
    struct asy_view identity;    /* of the certificate: whom its issuer knew */
    struct asy_view issuer;      /* of the token by which he knew them; empty: not said */
};

struct asy_signature {
    struct asy_scheme scheme;
    struct asy_recipe message;
    struct asy_view value;
    enum asy_signature_role role;
    asy_claim_no of;
    struct asy_view key_id;                /* a hint in the document's own form; may be empty */
    struct asy_view key_digest;            /* the beginning of asy_key_digest() of its key, no other; empty: not said */
    struct asy_view key_name;              /* the file name it gives the key: chooses none, but a failure under all
                                              other keys is no failure; may be empty */
    const struct asy_key_material *key;    /* the key the document carries; NULL when it carries none */
    struct asy_view key_blob;              /* that key as the document encodes it (SSH: for KRLs); may be empty */
    const struct asy_ssh_cert *ssh_cert;   /* NULL: none */
    const struct asy_openpgp *openpgp;     /* NULL: of another kind */
    const struct asy_bundle *bundle;       /* of a Sigstore bundle; NULL: of another kind */
    struct asy_view name_space;            /* SSHSIG */
    bool has_name_space;
    const char *usual_name_space;          /* the one expected where the caller names none; NULL: the setting's default */
    bool has_maker;
    struct asy_view maker;                 /* the e-mail address of whoever made the document, as it says */
    struct asy_view comment;               /* a signed comment (minisign) */
    bool is_envelope;                      /* DSSE: key_id is text that names the key, and nobody signed it */
    bool is_one_of_several;                /* of a document that has others and says of none whose it is: it is disproved
                                              only where none of them holds */
    bool is_layout;                        /* of a layout: by the keys that are trusted for layouts, and by no other */
    bool is_spare;                         /* a token of a bundle: one that does not hold is as though it were not there */
    bool is_android;                       /* of an Android package, whose platform takes what is weak elsewhere */
    bool is_bare_cms;                      /* CMS without signed attributes: what it signs must not be a set of them */
    bool has_claimed_time;
    int64_t claimed_time;                  /* signing time as claimed: shown, never evidence */
};

/* An object of a repository that is named by its id. */
struct asy_object_name {
    const char *type;     /* "commit", "tree", "blob" or "tag" */
    struct asy_view path; /* of a file or directory, below the root; empty: it has none */
    bool is_link;         /* a symbolic link: the blob is its target */
};

struct asy_link {
    enum asy_digest_alg alg;
    struct asy_view value;    /* raw digest bytes */
    asy_claim_no by;          /* the signature that says it; 0: the document says it, or */
    bool has_place;           /* only a run of the document does: who says that run says the link */
    uint64_t place_off, place_len;
    struct asy_view leads_to; /* the target is a symbolic link, and this is the text in it, in place of `value`; empty: a file */
    struct asy_recipe target; /* the bytes; or: */
    struct asy_view package;  /* the package that the line is about, in a list of packages; may be empty */
    struct asy_view path;     /* a path relative to the document's directory, safe and normal; */
    bool by_digest;           /* or whatever input has this digest; */
    uint32_t entry;           /* by_digest: digests of one document with one number are of one thing; 0: of several */
    bool one_of_many;         /* by_digest: one entry of a catalogue, which says nothing where no input has it */
    const struct asy_object_name *object; /* or the object whose id `value` is: the digest of it behind its type and size */
    bool is_optional;         /* the list is of what there can be: a file of it that is not there is not missed */
    bool is_part;             /* the file is a part of what the document stands for, and ruled about with it */
    bool has_size;
    uint64_t size;
    bool of_part;  /* the target is a part of a package; the size is that of all of it */
    uint64_t line; /* where the document says it; 0: nowhere in particular */
};

struct asy_chain {
    asy_claim_no of; /* the signature whose key the leaf certifies */
    struct asy_view leaf; /* DER; empty when the document does not carry it: then it is the certificate with */
    struct asy_view issuer, serial; /* this issuer (DER Name) and serial number (content octets), or */
    struct asy_view subject_key_id; /* this subject key identifier; one of the two is always given */
    const struct asy_view *pool; /* further certificates of the document, DER: helpers, never trusted */
    size_t pool_n;
    const struct asy_view *crls; /* DER */
    size_t crls_n;
    const struct asy_view *ocsp; /* OCSPResponse, DER */
    size_t ocsp_n;
    bool by_root; /* it leads to an authority of a trusted root that is valid at every time that counts */
    bool for_timestamps; /* the purpose is timestamping, whatever the caller asked for */
};

struct asy_stamp {
    asy_claim_no by;   /* the authority's signature */
    asy_claim_no link; /* the imprint: a link claim said by `by` */
    asy_claim_no over; /* the signature whose value is stamped; 0: see the link */
    int64_t time;      /* seconds since 1970 */
    /* it is a part of that signature, which does not stand without it, and by the rules of Authenticode's authorities */
    bool is_authenticode;
};

/* One signature of a tree head. */
struct asy_head_signature {
    struct asy_view name;   /* by which its maker calls himself */
    struct asy_view key_id; /* 4 bytes, a hint */
    struct asy_view value;
};

/* An entry of a transparency log, which records that a signature was made. */
struct asy_inclusion {
    asy_claim_no over;        /* that signature */
    struct asy_view log;      /* the log's id, 32 bytes */
    uint64_t index;           /* in all of the log */
    bool is_tiled;            /* Rekor v2, which promises nothing and knows no time */
    const char *unsupported;  /* why the entry says nothing here; NULL */
    struct asy_view key;      /* the key that the entry names, SubjectPublicKeyInfo; empty: it is the certificate's */
    struct asy_view body;     /* the entry */

    struct asy_view promise;  /* the log's signature over `promised`; empty: it promised nothing */
    struct asy_view promised; /* the entry with its time and place */
    int64_t promised_at;      /* seconds since 1970 */

    bool has_path;            /* the rest is there: from the entry to the root of a tree head */
    uint64_t leaf_index, tree_size;
    const struct asy_view *path;
    size_t path_n;
    struct asy_view root;
    struct asy_view origin;   /* of the head: which log */
    struct asy_view head;     /* the text that is signed */
    const struct asy_head_signature *heads;
    size_t heads_n;
};

/* A certificate log promised to show the certificate of a chain. */
struct asy_sct {
    asy_claim_no chain;
    struct asy_view log; /* the log's id, 32 bytes */
    int64_t time_ms;
    const struct asy_sct_fields *fields; /* codec/sct.h */
};

struct asy_claim {
    enum asy_claim_kind kind;
    struct asy_item *document; /* where it was read */
    union {
        struct asy_signature signature;
        struct asy_link link;
        struct asy_chain chain;
        struct asy_stamp stamp;
        struct asy_inclusion inclusion;
        struct asy_sct sct;
    } is;
};

#endif
