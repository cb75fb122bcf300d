/*
 * libassay: may this vendor update be installed?
 *
 *   config  -> what to trust and to require; made once, by one thread
 *   engine  -> a config that was understood; immutable, shared by any number of threads
 *   subject -> what is to be judged, and the evidence beside it; one thread at a time
 *   result  -> the ruling with its reasons; immutable
 *
 * The library never prints, exits, forks, or reads the clock or the environment where a time was given, and touches the
 * network in no function of this header.  Handles are freed with their _free function, which accepts NULL.  An out-parameter is NULL after a failure.
 */
#ifndef ASSAY_ASSAY_H
#define ASSAY_ASSAY_H

#include <assay/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct assay_config assay_config;
typedef struct assay_engine assay_engine;
typedef struct assay_subject assay_subject;
typedef struct assay_result assay_result;
typedef struct assay_error assay_error;

/* "0.1.0"; static. */
ASSAY_API const char *assay_version(void);

/* ---- errors: why a call could not be done; wherever one is taken, NULL may be passed ---- */

/* One line for a person; never NULL. */
ASSAY_API const char *assay_error_text(const assay_error *);
ASSAY_API void assay_error_free(assay_error *);

/* ---- config ---- */

enum assay_trust_kind {
    ASSAY_TRUST_KEY = 1,         /* a public key of any format, or a certificate whose key is meant */
    ASSAY_TRUST_ANCHOR,          /* certificates, PEM or DER */
    ASSAY_TRUST_TSA_ANCHOR,      /* of timestamp authorities */
    ASSAY_TRUST_INTERMEDIATE,    /* helpers: never trusted by themselves */
    ASSAY_TRUST_CRL,             /* PEM or DER */
    ASSAY_TRUST_ALLOWED_SIGNERS, /* ssh-keygen(1) */
    ASSAY_TRUST_KRL,             /* SSH keys that are revoked */
    ASSAY_TRUST_NPM_KEYS,        /* keys of an npm registry, as it serves them */
    ASSAY_TRUST_LAYOUT_KEY,      /* a public key for in-toto layouts, which each of these must have signed */
    ASSAY_TRUST_GCB_KEYS,        /* a key of Google Cloud Build, known by its file's name, or a directory of these */
    ASSAY_TRUST_ROOT,            /* a trusted root of Sigstore: logs, and authorities for certificates and timestamps */
};

/* NULL when memory is short. */
ASSAY_API assay_config *assay_config_new(void) ASSAY_MUST_USE;
ASSAY_API void assay_config_free(assay_config *);

/*
 * One setting by its name, as in assay-policy(5): "min_digest", "threshold", "purpose" ...  It overrides the policy and
 * stands in every report.  ASSAY_E_POLICY for an unknown name or value.
 */
ASSAY_API assay_status assay_config_set(assay_config *, const char *name, const char *value,
                                        assay_error **) ASSAY_MUST_USE;

/* A limit by its name: "arena", "document", "manifest", "items", "signatures", "depth" ... */
ASSAY_API assay_status assay_config_limit(assay_config *, const char *name, uint64_t value,
                                          assay_error **) ASSAY_MUST_USE;

/* The policy document; at most one.  Files that it names are read when the engine is made. */
ASSAY_API assay_status assay_config_policy_file(assay_config *, const char *path, assay_error **) ASSAY_MUST_USE;

/*
 * Something to trust, from a file or from bytes that are copied.  What turns out to be malformed when the engine is
 * made trusts nothing, stands in every report, and no ruling is an ALLOW.
 */
ASSAY_API assay_status assay_config_trust_file(assay_config *, enum assay_trust_kind, const char *path,
                                               assay_error **) ASSAY_MUST_USE;
ASSAY_API assay_status assay_config_trust_memory(assay_config *, enum assay_trust_kind, const char *name,
                                                 const void *bytes, size_t len, assay_error **) ASSAY_MUST_USE;

/* All that a directory of assay-trust(1) says; one that cannot be read is malformed in the sense above. */
ASSAY_API assay_status assay_config_trust_directory(assay_config *, const char *dir, assay_error **) ASSAY_MUST_USE;

/*
 * A file that remembers what was allowed, so that no older release or version is allowed again; it is made when it is not
 * there.  Each ALLOW writes it, and any number of processes may use it.  One that cannot be used leaves no ALLOW.
 */
ASSAY_API assay_status assay_config_state_file(assay_config *, const char *path, assay_error **) ASSAY_MUST_USE;

/* Reference time, seconds since 1970; without it the clock is read once when a verification starts. */
ASSAY_API void assay_config_time(assay_config *, int64_t seconds);

/* Threads that digest; 0, the default: as many as processors, at most 8. */
ASSAY_API void assay_config_threads(assay_config *, unsigned threads);

/* ---- engine ---- */

ASSAY_API assay_status assay_engine_new(const assay_config *, assay_engine **out, assay_error **) ASSAY_MUST_USE;
ASSAY_API void assay_engine_free(assay_engine *);

/* ---- subject ---- */

enum assay_role {
    ASSAY_ROLE_SIGNATURE = 1, /* over the subject, or over the manifest whose name it carries */
    ASSAY_ROLE_MANIFEST,
    ASSAY_ROLE_PINNED_MANIFEST, /* a manifest that the caller vouches for */
    ASSAY_ROLE_TIMESTAMP,
    ASSAY_ROLE_RELEASE,         /* a signed list of indices: InRelease, Release */
    ASSAY_ROLE_INDEX,           /* a repository's list of packages: Packages, APKINDEX, a pacman database */
    ASSAY_ROLE_INDEX_SIGNATURE, /* over the index that was named before it */
    ASSAY_ROLE_PACKUMENT,       /* what an npm registry says of a package */
    ASSAY_ROLE_CATALOG,         /* a Windows security catalogue: signed digests of files */
    ASSAY_ROLE_LAYOUT,          /* an in-toto layout; of the subject's own path: its recorded steps alone are judged */
    ASSAY_ROLE_LINK_DIR,        /* the directory of that layout's links; by default that of the layout */
    ASSAY_ROLE_PROVENANCE,      /* how the subject was built, signed */
    ASSAY_ROLE_SUMMARY,         /* what somebody else's verification of the subject came to, signed */
    ASSAY_ROLE_BUNDLE,          /* a Sigstore bundle, over the subject or of a statement about it */
};

/* A file or a directory; evidence is looked for beside it, unless some is named.  NULL when memory is short. */
ASSAY_API assay_subject *assay_subject_new_path(const char *path) ASSAY_MUST_USE;

/* An open regular file, which stays the caller's; `name` is what manifests call it. */
ASSAY_API assay_subject *assay_subject_new_fd(int fd, const char *name) ASSAY_MUST_USE;

/* Bytes that outlive the results. */
ASSAY_API assay_subject *assay_subject_new_memory(const void *bytes, size_t len, const char *name) ASSAY_MUST_USE;

/*
 * "sha256:HEX", for evidence that needs no bytes; or "kind:value" of any other kind, by which an attestation may name what
 * has no digest, in at most 64 characters.  NULL also when the text is neither.
 */
ASSAY_API assay_subject *assay_subject_new_digest(const char *digest) ASSAY_MUST_USE;
ASSAY_API void assay_subject_free(assay_subject *);

/* Names a piece of evidence; then nothing else is looked for. */
ASSAY_API assay_status assay_subject_add_file(assay_subject *, enum assay_role, const char *path) ASSAY_MUST_USE;
ASSAY_API assay_status assay_subject_add_memory(assay_subject *, enum assay_role, const char *name, const void *bytes,
                                                size_t len) ASSAY_MUST_USE;

/* The path by which a release lists the index that was named last; ASSAY_E_USAGE where none was. */
ASSAY_API assay_status assay_subject_index_path(assay_subject *, const char *path) ASSAY_MUST_USE;

/* Reads evidence as this format and no other; ASSAY_E_USAGE when there is none of the name (assay_format_name). */
ASSAY_API assay_status assay_subject_set_format(assay_subject *, const char *format) ASSAY_MUST_USE;

/*
 * Judges an archive by its members: every one of them must be said, by a manifest that names them, and the archive must
 * not contradict itself.
 */
ASSAY_API void assay_subject_by_members(assay_subject *, bool by_members);

/* The SHA-256 of every file is computed, whatever the evidence needs: a summary (assay_result_write_summary) names them so. */
ASSAY_API void assay_subject_identify(assay_subject *, bool identify);

/* Called now and then on the calling thread during long work; false stops it (ASSAY_E_CANCELLED). */
typedef bool (*assay_progress)(void *context, uint64_t bytes_done, uint64_t bytes_all);
ASSAY_API void assay_subject_set_progress(assay_subject *, assay_progress, void *context);

/* ---- the answer ---- */

/*
 * Trouble with the subject or its evidence is in the result.  A status other than ok means that nothing was said:
 * memory, cancellation, a defect.
 */
ASSAY_API assay_status assay_verify(const assay_engine *, const assay_subject *, assay_result **out,
                                    assay_error **) ASSAY_MUST_USE;

/* Looks and does not rule; assay_result_ruling is then never ALLOW. */
ASSAY_API assay_status assay_inspect(const assay_engine *, const assay_subject *, assay_result **out,
                                     assay_error **) ASSAY_MUST_USE;
ASSAY_API void assay_result_free(assay_result *);

/* True for ALLOW alone; false for NULL. */
ASSAY_API bool assay_allows(const assay_result *) ASSAY_MUST_USE;
ASSAY_API assay_ruling assay_result_ruling(const assay_result *);

/* The exit status that assay(1) gives for it; for an inspection 0 when the subject is consistent in itself. */
ASSAY_API int assay_result_exit_code(const assay_result *);

/* Findings, in the order of the report; `i` below the count.  Texts belong to the result, NULL where there is none. */
ASSAY_API size_t assay_result_findings(const assay_result *);
ASSAY_API const char *assay_finding_id(const assay_result *, size_t i);
ASSAY_API const char *assay_finding_file(const assay_result *, size_t i);
ASSAY_API const char *assay_finding_detail(const assay_result *, size_t i);
ASSAY_API bool assay_finding_blocks(const assay_result *, size_t i);

enum assay_report {
    ASSAY_REPORT_TEXT = 1,
    ASSAY_REPORT_JSON, /* share/assay/report.schema.json */
};
enum { ASSAY_REPORT_COLOR = 1, ASSAY_REPORT_FULL = 2, ASSAY_REPORT_VERBOSE = 4 }; /* text only; or-ed together */

/* Where a report goes; false stops the writing. */
typedef bool (*assay_write)(void *context, const char *text, size_t len);
ASSAY_API assay_status assay_result_write(const assay_result *, enum assay_report, unsigned flags, assay_write,
                                          void *context) ASSAY_MUST_USE;

/*
 * The ruling as a SLSA verification summary: a DSSE envelope around an in-toto statement about the files that were judged,
 * PASSED for ALLOW and FAILED for any other ruling.  `key` is the private key that signs it, PEM and not encrypted: ECDSA
 * on a NIST curve, Ed25519 or RSA.  `verifier` and `resource` are URIs that say who verified what; NULL: "urn:assay:verify"
 * and the subject's name.  ASSAY_E_ABSENT where a file has no digest, as without assay_subject_identify; ASSAY_E_FORMAT or
 * ASSAY_E_UNSUPPORTED for the key.
 */
ASSAY_API assay_status assay_result_write_summary(const assay_result *, const void *key, size_t key_len,
                                                  const char *verifier, const char *resource, assay_write, void *context,
                                                  assay_error **) ASSAY_MUST_USE;

/* ---- what the library knows ---- */

/* Formats in order; NULL behind the last. */
ASSAY_API const char *assay_format_name(size_t i);
ASSAY_API const char *assay_format_title(size_t i);

/* Ids of reasons in order; NULL behind the last. */
ASSAY_API const char *assay_reason_id(size_t i);

enum assay_reason_part { ASSAY_REASON_WHAT = 1, ASSAY_REASON_WHY, ASSAY_REASON_MEND, ASSAY_REASON_RULING };

/* A sentence about a reason, NULL for an unknown id. */
ASSAY_API const char *assay_reason_text(const char *id, enum assay_reason_part);
ASSAY_API int assay_reason_exit_code(const char *id); /* -1 for an unknown id */

/* ---- policy documents ---- */

/* A commented document to start from. */
ASSAY_API assay_status assay_policy_template(assay_write, void *context) ASSAY_MUST_USE;

/* What a document means, in sentences. */
ASSAY_API assay_status assay_policy_explain(const char *path, assay_write, void *context, assay_error **) ASSAY_MUST_USE;

/* Runs the document's own tests, a line each; `failed` is how many did not go as expected. */
ASSAY_API assay_status assay_policy_test(const char *path, assay_write, void *context, size_t *failed,
                                         assay_error **) ASSAY_MUST_USE;

#ifdef __cplusplus
}
#endif

#endif
