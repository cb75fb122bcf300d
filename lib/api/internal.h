/* Private to api/: what the public handles are. */
#ifndef ASY_API_INTERNAL_H
#define ASY_API_INTERNAL_H

#include "assay/assay.h"
#include "model/account.h"
#include "policy/document.h"
#include "verify/verify.h"

struct assay_error {
    struct asy_diag diag;
};

/* One thing to trust, as it was given. */
struct asy_given {
    enum assay_trust_kind kind;
    const char *name, *path; /* path NULL: bytes */
    struct asy_view bytes;
    int64_t from, until;
    struct asy_given *next;
};

struct asy_override {
    const char *name, *value;
    struct asy_override *next;
};

struct assay_config {
    struct asy_arena *arena;
    struct asy_given *trust;
    struct asy_override *overrides;
    struct asy_limits limits;
    struct asy_text_list *trust_dirs;
    const char *policy_path, *state_path;
    bool has_time;
    int64_t time;
    unsigned threads;
};

struct assay_engine {
    struct asy_arena *arena;
    struct asy_crypto *crypto;
    struct asy_trust *trust;
    const struct asy_policy *policy; /* NULL: none */
    const char *policy_sha256;
    const char *state_path; /* NULL: nothing is remembered */
    struct asy_override *overrides;
    struct asy_text_list *unusable;    /* what was given to trust and cannot be used */
    struct asy_text_list *unsupported; /* keys, of a kind that is not verified here */
    struct asy_limits limits;
    bool has_time;
    int64_t time;
    unsigned threads;
};

struct assay_subject {
    struct asy_arena *arena;
    struct asy_subject subject;
    bool is_identified; /* the SHA-256 of every file is asked for */
    assay_progress progress;
    void *progress_context;
};

struct assay_result {
    struct asy_arena *arena;
    struct asy_limits limits;
    struct asy_account account;
};

/* Hands a diag over as an error; returns the status it goes with. */
assay_status asy_give_error(assay_status, const struct asy_diag *, assay_error **);

/* The bytes of a small file in the arena. */
assay_status asy_read_file(struct asy_arena *, const char *path, uint64_t limit, struct asy_view *, struct asy_diag *);

/* Adds what was given, whose bytes these are, to a store; ASSAY_E_FORMAT, ASSAY_E_UNSUPPORTED. */
assay_status asy_trust_given(struct asy_trust *, const struct asy_given *, struct asy_view bytes, struct asy_diag *);
enum assay_trust_kind asy_given_kind(enum asy_trust_kind);

/* Sets one override on settings. */
assay_status asy_apply_override(struct asy_settings *, const struct asy_override *, struct asy_diag *);

/* Appends in order. */
bool asy_list_add(struct asy_arena *, struct asy_text_list **, const char *text);

/* "dir/of/policy.yaml" and "keys/a.pub" -> "dir/of/keys/a.pub"; absolute paths stay. */
const char *asy_path_beside(struct asy_arena *, const char *file, const char *path);

#endif
