/* What a verification comes to: the dossier, the ruling, and what a report must not leave out. */
#ifndef ASY_MODEL_ACCOUNT_H
#define ASY_MODEL_ACCOUNT_H

#include "model/dossier.h"
#include "model/memory.h"
#include "model/settings.h"

struct asy_text_list {
    const char *text;
    struct asy_text_list *next;
};

struct asy_account {
    struct asy_dossier *dossier;
    assay_ruling ruling;
    int exit_code;
    bool is_inspection; /* no ruling was asked: `ruling` says only whether the subject is consistent in itself */

    const char *subject_name;
    const char *subject_kind;        /* "file", "tree", "digest", "identifier", "git object" */
    struct asy_item *subject;        /* NULL for a tree */
    const char *policy_name;         /* "command line" when there was no document */
    const char *policy_sha256;       /* hex, NULL without a document */
    const char *product;             /* the policy's product that matched, or NULL */
    struct asy_text_list *overrides; /* "min_digest=sha1", settings changed by the caller, in order */
    struct asy_text_list *levels;    /* of summaries that count, those that were asked for */
    struct asy_text_list *not_checked; /* sentences */
    bool has_trust_time;
    int64_t trust_time;              /* newest revocation data */
    uint64_t required_mask;          /* principals the policy counts, for the report */
    struct asy_memory seen;          /* what must not go back once this is allowed; filled where there is a memory */
    bool digest_only;                /* require=digest: integrity alone was accepted */
};

#endif
