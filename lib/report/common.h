/* What the spellings of an account share: what blocks, what stands for a file, and which bytes nobody says. */
#ifndef ASY_REPORT_COMMON_H
#define ASY_REPORT_COMMON_H

#include "model/account.h"

/* True for a finding that worsens the ruling: it blocks and nobody waived it. */

/* The finding that made the ruling what it is; NULL when none blocks. */
const struct asy_finding *asy_decisive(const struct asy_account *);

/* The digest of the whole that names the file: SHA-256 where it was computed, else the strongest; NULL when none was. */
const struct asy_measure *asy_best_measure(const struct asy_item *);

/* The digest of the whole under `alg`, when it was computed; else NULL. */
const struct asy_measure *asy_measure_of(const struct asy_item *, enum asy_digest_alg alg);

/* The file that a link claim is about; NULL when no input was found for it. */
const struct asy_item *asy_link_target(const struct asy_fact *);

/* Why a fact does not count: what went wrong in checking it, or why its signer does not stand.  Never NULL. */
const struct asy_why *asy_fact_why(const struct asy_fact *);

/* True when the fact is all that it could be: it holds and, if it is a signature by a signer, it stands. */
bool asy_fact_is_good(const struct asy_fact *);

/* "Ed25519", "RSA-PSS"; "unknown algorithm" for those that are only named.  Static. */
const char *asy_signature_name(enum asy_signature_alg);

/* True for files whose bytes must be said by somebody: files of the subject that are not inside another one. */
bool asy_needs_cover(const struct asy_item *);

struct asy_run {
    uint64_t off, len;
};

/* Bytes that no principal of the account's mask says, in order: those that count, and those its format calls framing. */
struct asy_coverage {
    struct asy_run *uncovered, *framing;
    size_t uncovered_n, framing_n;
    bool whole; /* every byte that counts is said; false for a file of unknown size */
    bool none;  /* not one byte is said */
};

/* False when memory is short.  The caller clears it. */
bool asy_coverage_of(const struct asy_account *, const struct asy_item *, struct asy_coverage *out);
void asy_coverage_clear(struct asy_coverage *);

/* The one file of the item of whose bytes the run has any; NULL when there is none, or more than one. */
const struct asy_item *asy_run_holds(const struct asy_account *, const struct asy_item *, const struct asy_run *);

#endif
