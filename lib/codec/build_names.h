/*
 * The names by which provenance speaks of a build: builders, sources, tags, levels, packages; and when one that is said is
 * the one that is expected.  Names of people and repositories keep their case.
 */
#ifndef ASY_CODEC_BUILD_NAMES_H
#define ASY_CODEC_BUILD_NAMES_H

#include "base/arena.h"

/* GitHub's own machines as builders: any workflow's, which npm at first did not tell from those of somebody else. */
extern const char asy_github_runner[], asy_github_hosted_runner[];

/* "https://host/path@ref" or without its ref.  False for an empty part, or more than one '@'. */
bool asy_builder_split(struct asy_view id, struct asy_view *name, struct asy_view *ref);

/*
 * The builder that is said is the expected one: the same name, and the same ref where the expected one has any; "v1.2.3"
 * is then also "refs/tags/v1.2.3".
 */
bool asy_builder_matches(struct asy_view said, struct asy_view expected);

/* "refs/tags/vX.Y.Z": a release of a builder, nothing before it and nothing built from it (semver.org 9 and 10). */
bool asy_is_release_ref(struct asy_view ref);

/*
 * A source "git+https://host/path@refs/..." as its repository, without the "git+" and "https://" that may be left out, and
 * its ref (empty: it has none).  False for a '@' that begins no ref.
 */
bool asy_source_split(struct asy_view uri, struct asy_view *repository, struct asy_view *ref);

/* The repository that is said is the expected one, however much of "git+https://" either of them spells. */
bool asy_source_matches(struct asy_view said, struct asy_view expected);

/* "refs/heads/NAME" or "refs/tags/NAME" (`space` is "heads" or "tags"): the NAME; empty for any other. */
struct asy_view asy_ref_name(struct asy_view ref, const char *space);

/*
 * A tag is of the expected version: "v1" is any v1.*, "v1.2" any v1.2.*, "v1.2.3" that one with its pre-release.  Parts
 * that the tag lacks are 0; build metadata says nothing (semver.org 10).  False where either is no version.
 */
bool asy_tag_is_of_version(struct asy_view tag, struct asy_view expected);

/* "SLSA_<TRACK>_LEVEL_n" is met by n or more of the same track (SLSA, verification summary); anything else by itself. */
bool asy_level_meets(struct asy_view said, struct asy_view wanted);

/* "pkg:npm/%40scope/name@1.2.3" (purl-spec): "@scope/name" and "1.2.3".  False for what is no such name, or lacks either. */
bool asy_npm_purl(struct asy_arena *, struct asy_view purl, struct asy_view *name, struct asy_view *version);

#endif
