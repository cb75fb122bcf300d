#include "crypto/proof.h"

#include <stdarg.h>
#include <stdio.h>

void asy_prove(struct asy_dossier *dossier, struct asy_fact *fact)
{
    struct asy_proof *proof = asy_alloc(dossier->arena, 1, sizeof *proof);

    fact->outcome = ASY_UNKNOWN;
    if (proof == NULL) {
        dossier->incomplete = true;
        asy_because(dossier, &fact->why, ASY_LIMIT_REACHED, "memory of the job");
        return;
    }
    proof->of = fact;
    fact->proof = proof;
    fact->outcome = ASY_HOLDS;
    fact->why = (struct asy_why){ ASY_REASON_NONE, NULL };
}

static void answer(struct asy_dossier *dossier, struct asy_fact *fact, enum asy_outcome outcome,
                   enum asy_reason reason, const char *text)
{
    fact->proof = NULL;
    fact->outcome = outcome;
    asy_because(dossier, &fact->why, reason, "%s", text);
}

void asy_disprove(struct asy_dossier *dossier, struct asy_fact *fact, enum asy_reason reason, const char *format, ...)
{
    char text[ASY_DIAG_TEXT];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    answer(dossier, fact, ASY_FAILS, reason, text);
}

void asy_cannot_say(struct asy_dossier *dossier, struct asy_fact *fact, enum asy_reason reason, const char *format, ...)
{
    char text[ASY_DIAG_TEXT];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    answer(dossier, fact, ASY_UNKNOWN, reason, text);
}
