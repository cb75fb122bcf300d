/*
 * Private to crypto/: computing the digests of a plan.  Items are shared out to threads, each a worker with things of its
 * own; small files are read and digested several at once (batch.c), and a large item alone is read by one thread while
 * others digest it (ring.c).
 */
#ifndef ASY_CRYPTO_WORK_H
#define ASY_CRYPTO_WORK_H

#include "crypto/plan.h"
#include "crypto/stream.h"
#include "io/many.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    ASY_CHUNK = 256 * 1024, /* fits the second-level cache, and few system calls */
    ASY_STREAMS = 16,       /* digests of one item in one pass */
    ASY_THREADS = 8,
    ASY_BATCH = ASY_MANY,   /* small files at once */
    ASY_SMALL = 32 * 1024,  /* bytes of a file from which others beside it no longer pay */
};

/* What the threads share. */
struct asy_work {
    const struct asy_crypto *crypto;
    struct asy_dossier *dossier;
    const struct asy_progress *progress;
    struct asy_plan plan;
    unsigned threads;
    size_t portion; /* tasks that a thread takes at once */
    bool has_pairs; /* asy_sha256_many can be called */
    atomic_size_t next;
    atomic_ullong bytes_done;
    uint64_t bytes_all;
    atomic_bool cancelled, no_memory;
    pthread_mutex_t lock; /* for what is written to the arena from threads */
};

/* One thread's things: reused from item to item. */
struct asy_worker {
    struct asy_work *work;
    struct asy_stream streams[ASY_STREAMS];
    uint8_t *buffer;       /* ASY_CHUNK bytes, or ASY_BATCH times ASY_SMALL */
    struct asy_many *many; /* made when there are several items */
    bool calls_progress;
};

/* Counts bytes, and tells of progress where it is this worker's to tell; false when the work is cancelled. */
bool asy_work_step(struct asy_worker *, uint64_t bytes);

/* Feeds bytes at `off` of the task's item to the streams `first`, `first + every`, and so on. */
void asy_work_feed(struct asy_worker *, const struct asy_task *, uint64_t size, uint64_t off, struct asy_view, size_t first,
                   size_t every);

/* Reads the item from `off` to its end once, feeding as it goes. */
assay_status asy_work_pass(struct asy_worker *, const struct asy_task *, uint64_t size, uint64_t off, struct asy_diag *);

/* The same, but others digest while this thread reads.  Falls back where threads or memory are not to be had. */
assay_status asy_work_pass_together(struct asy_worker *, const struct asy_task *, uint64_t size, uint64_t off,
                                    struct asy_diag *);

/* Reads the task's item until all its streams are finished, at most ASY_STREAMS of them, `together` where that pays. */
assay_status asy_work_read(struct asy_worker *, const struct asy_task *, bool together, struct asy_diag *);

/*
 * Computes the root of a hash tree from the data, and compares the tree that is there.  NONE when all agrees and the measure
 * is done; else the reason, of which the diag tells more.
 */
enum asy_reason asy_work_tree(struct asy_worker *, struct asy_measure *, struct asy_diag *);

/* Computes the digests of the runs that a recipe has, and compares them; answers as above. */
enum asy_reason asy_work_blocks(struct asy_worker *, struct asy_measure *, struct asy_diag *);

/* Computes those of at most ASY_BATCH tasks that are SHA-256 of small whole files; sets `done[i]` where it did. */
void asy_work_batch(struct asy_worker *, struct asy_task *tasks, size_t n, bool *done);

#endif
