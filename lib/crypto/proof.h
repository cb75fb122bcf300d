/* Private to crypto/ (tests/lint enforces it): the only place where a proof can be made. */
#ifndef ASY_CRYPTO_PROOF_H
#define ASY_CRYPTO_PROOF_H

#include "model/dossier.h"

struct asy_proof {
    const struct asy_fact *of;
};

/* Sets HOLDS with a proof; when the arena is full the fact stays UNKNOWN. */
void asy_prove(struct asy_dossier *, struct asy_fact *);

/* Sets FAILS or UNKNOWN with a why, and no proof. */
void asy_disprove(struct asy_dossier *, struct asy_fact *, enum asy_reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void asy_cannot_say(struct asy_dossier *, struct asy_fact *, enum asy_reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
