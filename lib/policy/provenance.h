/*
 * What provenance says of a build, and what a verification summary says somebody found, against what is expected.  Both are
 * worth what their signers are, and count only for the files that they name by their digests.
 */
#ifndef ASY_POLICY_PROVENANCE_H
#define ASY_POLICY_PROVENANCE_H

#include "model/dossier.h"
#include "model/settings.h"

/* What one document says of the build of its subjects; an empty text is not said. */
struct asy_build {
    const struct asy_item *document;
    struct asy_view builder, type, trigger, source, branch, tag;
};

/* What the verifier of one document found. */
struct asy_summary {
    const struct asy_item *document;
    struct asy_view verifier, resource, result;
};

/* What in the build is not as the settings expect it; reason NONE where all of it is.  The detail is in the arena. */
struct asy_why asy_build_fault(struct asy_dossier *, const struct asy_settings *, const struct asy_build *);
struct asy_why asy_summary_fault(struct asy_dossier *, const struct asy_settings *, const struct asy_summary *);

/* The settings ask for provenance, or for a summary. */
bool asy_wants_build(const struct asy_settings *);
bool asy_wants_summary(const struct asy_settings *);

/* The build was one of a workflow that builds for builders of others' making, which it names. */
bool asy_is_delegated(const struct asy_build *);

/* The build or summary that the document describes.  False: it describes none. */
bool asy_build_of(const struct asy_dossier *, const struct asy_item *document, struct asy_build *out);
bool asy_summary_of(const struct asy_dossier *, const struct asy_item *document, struct asy_summary *out);

#endif
