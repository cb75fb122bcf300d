/* A file that lies in several runs of another, one behind the other: a stream of a compound file. */
#ifndef ASY_IO_RUNS_H
#define ASY_IO_RUNS_H

#include "base/arena.h"
#include "io/source.h"

struct asy_run_of {
    uint64_t off, len;
};

/* Keeps the runs, which must lie within the file, and a handle of its own.  Starts closed; NULL when memory is short. */
struct asy_source *asy_source_of_runs(struct asy_arena *, const struct asy_source *file, const struct asy_run_of *, size_t n);

#endif
