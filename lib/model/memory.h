/* What was allowed before, as far as it must not go back: dates of releases and versions of packages, by their source. */
#ifndef ASY_MODEL_MEMORY_H
#define ASY_MODEL_MEMORY_H

#include "base/arena.h"
#include "base/version.h"

enum asy_memory_kind {
    ASY_REMEMBERS_NONE = 0,
    ASY_REMEMBERS_RELEASE, /* `source` had a release made at `time` */
    ASY_REMEMBERS_VERSION, /* `source` had a package of `version` */
};

struct asy_remembered {
    enum asy_memory_kind kind;
    struct asy_view source; /* "Debian bookworm", "agent acme-agent amd64" */
    int64_t time;           /* seconds since 1970 */
    enum asy_version_scheme scheme;
    struct asy_view version;
};

/* In the order of kind and source, each of which is there once. */
struct asy_memory {
    struct asy_remembered *entries;
    size_t n, room;
};

/* What is remembered of the same kind and source, or NULL. */
const struct asy_remembered *asy_memory_find(const struct asy_memory *, const struct asy_remembered *like);

/*
 * Puts a copy of what was seen into the memory, whose entries' views must outlive it: a new entry, or the newer of the
 * two where the source is known.  False when the arena is full.
 */
bool asy_memory_keep(struct asy_memory *, struct asy_arena *, const struct asy_remembered *seen);

/* True when `seen` is not older than what is remembered.  What cannot be compared is older. */
bool asy_memory_allows(const struct asy_memory *, const struct asy_remembered *seen);

#endif
