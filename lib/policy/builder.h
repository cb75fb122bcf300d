/*
 * Builders that are known by their certificates: workflows on GitHub, to which anybody can have a certificate issued.  One
 * counts as a builder for what is expected of provenance, and its certificate must agree with what it says.
 */
#ifndef ASY_POLICY_BUILDER_H
#define ASY_POLICY_BUILDER_H

#include "policy/provenance.h"

/*
 * A certificate's holder may be a builder that is expected: the one that is named, a workflow that builds for others'
 * builders, a workflow of anybody's where GitHub's own runners are named, or, where none is named, one of
 * slsa-github-generator.  Anybody may let these build, so none is where no source is expected.
 */
bool asy_may_be_builder(const struct asy_settings *, const struct asy_principal *);

/*
 * What of the build does not agree with the certificate of the signature `no`, whose holder is `by`; reason NONE where all
 * of it does.  `is_named`: the caller named the holder, whose builder may be called anything.
 */
struct asy_why asy_certificate_fault(struct asy_dossier *, const struct asy_settings *, const struct asy_build *,
                                     const struct asy_principal *by, asy_claim_no no, bool is_named);

#endif
