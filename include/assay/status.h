/*
 * Statuses and rulings.  Both are one-int structs, so that `if (assay_verify(...))`, `!status` and
 * `ruling == x` do not compile: a caller asks assay_ok() or assay_allows().
 */
#ifndef ASSAY_STATUS_H
#define ASSAY_STATUS_H

#include <stdbool.h>

#if defined(ASSAY_BUILDING)
#define ASSAY_API __attribute__((visibility("default")))
#else
#define ASSAY_API
#endif
#define ASSAY_MUST_USE __attribute__((warn_unused_result))

#if defined(__cplusplus)
extern "C" {
#endif

/* Whether the work could be done.  It never says what was found.  Values are never reused. */
enum assay_code {
    ASSAY_E_UNSET = 0,       /* nobody reported success: the zero value is a failure */
    ASSAY_OK = 1,
    ASSAY_E_INTERNAL = 2,    /* a defect of the library */
    ASSAY_E_MEMORY = 3,      /* an allocation failed */
    ASSAY_E_USAGE = 4,       /* the caller passed what the contract forbids */
    ASSAY_E_POLICY = 5,      /* the policy document or a setting is wrong */
    ASSAY_E_IO = 6,          /* the system refused to open or read */
    ASSAY_E_FORMAT = 7,      /* the bytes are not what they must be */
    ASSAY_E_LIMIT = 8,       /* a limit on depth, count, size or time was reached */
    ASSAY_E_UNSUPPORTED = 9, /* understood, but not served */
    ASSAY_E_CANCELLED = 10,  /* the progress callback asked to stop */
    ASSAY_E_ABSENT = 11,     /* what was named is not there */
    ASSAY_E_UNTRUSTED = 12,  /* well-formed, and not to be believed: signatures, version, expiry, digest */
};

typedef struct assay_status {
    int code; /* enum assay_code */
} assay_status;

/* What the policy says of the subject.  Zero is a refusal.  Values are never reused. */
enum assay_ruling_value {
    ASSAY_UNPROVEN = 0, /* required evidence is absent or could not be checked */
    ASSAY_REFUTED = 1,  /* evidence contradicts the bytes */
    ASSAY_REFUSED = 2,  /* the evidence holds, the policy says no */
    ASSAY_REVIEW = 3,   /* the policy hands it to a person */
    ASSAY_ALLOW = 4,
};

typedef struct assay_ruling {
    int value; /* enum assay_ruling_value */
} assay_ruling;

ASSAY_API bool assay_ok(assay_status) ASSAY_MUST_USE;

/* A short English name of the status, "out of memory"; never NULL, static. */
ASSAY_API const char *assay_status_text(assay_status);

/* "ALLOW", "REVIEW", "REFUSED", "REFUTED" or "UNPROVEN"; never NULL, static. */
ASSAY_API const char *assay_ruling_text(assay_ruling);

#if defined(__cplusplus)
}
#endif

#endif
