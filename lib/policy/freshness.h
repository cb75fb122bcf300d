/* Whether a repository's release, and the package, is the one that was asked for, and of the time that counts. */
#ifndef ASY_POLICY_FRESHNESS_H
#define ASY_POLICY_FRESHNESS_H

#include "model/dossier.h"
#include "model/settings.h"

/*
 * Adds a finding for each release that the ruling rests on and that is too old, not valid yet, expired, or another suite's,
 * after attribution.  Only what somebody in `counted` says is looked at: nothing else is a reason to trust or to refuse.
 */
void asy_find_stale(struct asy_dossier *, const struct asy_settings *, uint64_t counted);

/* A finding where the one file says that it is another package, or for another architecture, than was asked for. */
void asy_find_other_package(struct asy_dossier *, const struct asy_settings *);

#endif
