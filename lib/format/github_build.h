/* What a build on GitHub says of the event that began it: the variables of its environment.  Itself no format. */
#ifndef ASY_FORMAT_GITHUB_BUILD_H
#define ASY_FORMAT_GITHUB_BUILD_H

#include "format/predicate.h"

/* A build whose variables are the members of `map`, in upper or in lower case. */
struct asy_github_build {
    const struct asy_node *map; /* NULL: it says none */
    bool is_upper;
};

struct asy_github_build asy_github_build_of(const struct asy_node *map);

/* The variable "github_..."; empty where it is no text or not there. */
struct asy_view asy_github_text(const struct asy_github_build *, const char *name);

/*
 * Says the branch and tag of the build, where its reference is one and of the kind that it gives itself.  Of the build of
 * a tag the branch is where the event says that the tag was made from.  `ref` is that of the trigger, for a build without
 * such variables; empty: it has none.  False past a limit.
 */
bool asy_say_refs(struct asy_reading *, const struct asy_github_build *, struct asy_view ref);

/* Says what was entered by whoever began the build by hand (workflow_dispatch).  False past a limit. */
bool asy_say_inputs(struct asy_reading *, const struct asy_github_build *);

/*
 * "owner/name/path@ref" of GITHUB_WORKFLOW_REF as "git+https://github.com/owner/name@ref"; empty where it is none, or the
 * arena is full.
 */
struct asy_view asy_github_trigger(struct asy_reading *, struct asy_view workflow_ref);

/* "repository@ref" of two parts of which neither may be empty; else empty. */
struct asy_view asy_uri_at(struct asy_reading *, struct asy_view repository, struct asy_view ref);

#endif
