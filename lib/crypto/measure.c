/*
 * Computes the digests that the claims want.  Measures are gathered by the item they read, so that the bytes of an item go
 * by once; items are shared out to threads, and a large item alone is read by one thread while others digest it.
 */
#include "crypto/stream.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 256 * 1024,  /* fits the second-level cache, and few system calls */
    RING = 4,            /* chunks between the reader and those who digest */
    STREAMS = 16,        /* digests of one item in one pass */
    THREADS = 8,
    LARGE = 4 << 20,     /* bytes from which reading beside digesting pays for a thread */
};

/* An item and the measures that read it. */
struct task {
    struct asy_item *item; /* NULL: literals only */
    struct asy_measure *measures[STREAMS];
    size_t n;
    struct task *next; /* more measures of the same item than fit */
    struct task *after; /* the next item of the same stream, which one thread reads in order (asy_source_group) */
    bool is_after;      /* some other task leads to it */
};

struct shared {
    const struct asy_crypto *crypto;
    struct asy_dossier *dossier;
    const struct asy_progress *progress;
    struct task *tasks;
    size_t tasks_n;
    unsigned threads;
    atomic_size_t next;
    atomic_ullong bytes_done;
    uint64_t bytes_all;
    atomic_bool cancelled, no_memory;
    pthread_mutex_t lock; /* for what is written to the arena from threads */
};

/* One thread's things: reused from item to item. */
struct worker {
    struct shared *shared;
    struct asy_stream streams[STREAMS];
    uint8_t *buffer; /* CHUNK bytes */
    bool calls_progress;
};

static void because(struct shared *shared, const struct task *task, enum asy_reason reason, const char *text)
{
    (void)pthread_mutex_lock(&shared->lock);
    for (size_t i = 0; i < task->n; i++) {
        task->measures[i]->done = false;
        asy_because(shared->dossier, &task->measures[i]->why, reason, "%s", text);
    }
    (void)pthread_mutex_unlock(&shared->lock);
}

static bool step(struct worker *worker, uint64_t bytes)
{
    struct shared *shared = worker->shared;
    uint64_t done = atomic_fetch_add(&shared->bytes_done, bytes) + bytes;

    if (worker->calls_progress && shared->progress != NULL &&
        !shared->progress->step(shared->progress->context, done, shared->bytes_all))
        atomic_store(&shared->cancelled, true);
    return !atomic_load(&shared->cancelled);
}

/* The smallest offset that a stream still wants; false when all are finished. */
static bool first_wanted(struct worker *worker, const struct task *task, uint64_t *out)
{
    bool any = false;

    for (size_t i = 0; i < task->n; i++) {
        struct asy_stream *stream = &worker->streams[i];
        uint64_t off;

        if (!stream->failed && asy_stream_wants(stream, worker->shared->dossier, task->item, &off) &&
            (!any || off < *out)) {
            *out = off;
            any = true;
        }
    }
    return any;
}

static void feed_all(struct worker *worker, const struct task *task, uint64_t size, uint64_t off, struct asy_view v)
{
    for (size_t i = 0; i < task->n; i++) {
        if (!worker->streams[i].failed)
            asy_stream_feed(&worker->streams[i], worker->shared->dossier, task->item, size, off, v);
    }
}

/* Reads from `off` to the end once, feeding as it goes. */
static assay_status pass_alone(struct worker *worker, const struct task *task, uint64_t size, uint64_t off,
                               struct asy_diag *diag)
{
    feed_all(worker, task, size, off, (struct asy_view){ NULL, 0 });
    while (off < size) {
        size_t n = size - off < CHUNK ? (size_t)(size - off) : CHUNK;
        assay_status s = asy_source_read(task->item->source, off, worker->buffer, n, diag);

        if (!assay_ok(s))
            return s;
        feed_all(worker, task, size, off, (struct asy_view){ worker->buffer, n });
        off += n;
        if (!step(worker, n))
            return asy_fail(diag, ASSAY_E_CANCELLED, off, "cancelled");
    }
    return asy_ok;
}

/* Chunks on their way from the one who reads to those who digest. */
struct ring {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint8_t *chunks[RING];
    size_t lens[RING];
    uint64_t offs[RING];
    uint64_t written;        /* chunks put in so far */
    uint64_t read[THREADS];  /* chunks each consumer has done with */
    unsigned consumers;
    bool closed;
};

struct consumer {
    struct ring *ring;
    struct worker *worker;
    const struct task *task;
    uint64_t size;
    unsigned no;
    pthread_t thread;
};

static void *consume(void *argument)
{
    struct consumer *me = argument;
    struct ring *ring = me->ring;

    for (uint64_t turn = 0;; turn++) {
        struct asy_view bytes;
        uint64_t off;

        (void)pthread_mutex_lock(&ring->lock);
        while (ring->written <= turn && !ring->closed)
            (void)pthread_cond_wait(&ring->moved, &ring->lock);
        if (ring->written <= turn) {
            (void)pthread_mutex_unlock(&ring->lock);
            return NULL;
        }
        bytes = (struct asy_view){ ring->chunks[turn % RING], ring->lens[turn % RING] };
        off = ring->offs[turn % RING];
        (void)pthread_mutex_unlock(&ring->lock);
        for (size_t i = me->no; i < me->task->n; i += ring->consumers) {
            if (!me->worker->streams[i].failed)
                asy_stream_feed(&me->worker->streams[i], me->worker->shared->dossier, me->task->item, me->size, off,
                                bytes);
        }
        (void)pthread_mutex_lock(&ring->lock);
        ring->read[me->no] = turn + 1;
        (void)pthread_cond_broadcast(&ring->moved);
        (void)pthread_mutex_unlock(&ring->lock);
    }
}

static uint64_t slowest(const struct ring *ring)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < ring->consumers; i++) {
        if (ring->read[i] < least)
            least = ring->read[i];
    }
    return least;
}

/* Fills the ring until the end of the item. */
static assay_status produce(struct worker *worker, struct ring *ring, const struct task *task, uint64_t size,
                            uint64_t off, struct asy_diag *diag)
{
    while (off < size) {
        size_t n = size - off < CHUNK ? (size_t)(size - off) : CHUNK;
        uint64_t turn;
        assay_status s;

        (void)pthread_mutex_lock(&ring->lock);
        turn = ring->written;
        while (turn - slowest(ring) >= RING)
            (void)pthread_cond_wait(&ring->moved, &ring->lock);
        (void)pthread_mutex_unlock(&ring->lock);
        s = asy_source_read(task->item->source, off, ring->chunks[turn % RING], n, diag);
        if (!assay_ok(s))
            return s;
        (void)pthread_mutex_lock(&ring->lock);
        ring->lens[turn % RING] = n;
        ring->offs[turn % RING] = off;
        ring->written = turn + 1;
        (void)pthread_cond_broadcast(&ring->moved);
        (void)pthread_mutex_unlock(&ring->lock);
        off += n;
        if (!step(worker, n))
            return asy_fail(diag, ASSAY_E_CANCELLED, off, "cancelled");
    }
    return asy_ok;
}

/* As pass_alone, but others digest while this thread reads.  Falls back where threads or memory are not to be had. */
static assay_status pass_together(struct worker *worker, const struct task *task, uint64_t size, uint64_t off,
                                  struct asy_diag *diag)
{
    struct ring ring = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };
    struct consumer consumers[THREADS];
    uint8_t *chunks = malloc((size_t)CHUNK * RING);
    unsigned wanted = worker->shared->threads - 1, started = 0;
    assay_status s;

    if (wanted > task->n)
        wanted = (unsigned)task->n;
    if (chunks == NULL || wanted == 0) {
        free(chunks);
        return pass_alone(worker, task, size, off, diag);
    }
    for (size_t i = 0; i < RING; i++)
        ring.chunks[i] = chunks + i * CHUNK;
    ring.consumers = wanted;
    for (; started < wanted; started++) {
        consumers[started] = (struct consumer){ &ring, worker, task, size, started, 0 };
        if (pthread_create(&consumers[started].thread, NULL, consume, &consumers[started]) != 0)
            break;
    }
    if (started == wanted)
        s = produce(worker, &ring, task, size, off, diag);
    else
        s = asy_fail(diag, ASSAY_E_MEMORY, 0, "threads are not to be had");
    (void)pthread_mutex_lock(&ring.lock);
    ring.closed = true;
    (void)pthread_cond_broadcast(&ring.moved);
    (void)pthread_mutex_unlock(&ring.lock);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(consumers[i].thread, NULL);
    free(chunks);
    return s;
}

static assay_status read_item(struct worker *worker, const struct task *task, bool together, struct asy_diag *diag)
{
    uint64_t size = task->item == NULL ? 0 : asy_source_size(task->item->source), off = 0, before = UINT64_MAX;

    while (first_wanted(worker, task, &off)) {
        assay_status s;

        if (off == before) /* no stream moved: it wants bytes that do not exist */
            return asy_fail(diag, ASSAY_E_FORMAT, off, "evidence names bytes at %llu, but there are %llu",
                            (unsigned long long)off, (unsigned long long)size);
        before = off;
        s = together && size - off >= LARGE && off < size ? pass_together(worker, task, size, off, diag)
                                                          : pass_alone(worker, task, size, off, diag);
        if (!assay_ok(s))
            return s;
    }
    return asy_ok;
}

/* What is known of an item without its bytes: the digest that the caller named. */
static bool answer_from_digest(struct shared *shared, const struct task *task)
{
    struct asy_view digest;
    enum asy_digest_alg alg;

    if (task->item == NULL || !asy_source_is_digest(task->item->source, &alg, &digest))
        return false;
    because(shared, task, ASY_EVIDENCE_UNCHECKED, "the bytes are not here, only their digest");
    for (size_t i = 0; i < task->n; i++) {
        struct asy_measure *m = task->measures[i];

        if (m->alg != alg || asy_recipe_whole(m->recipe) == NULL || digest.len != asy_digest_len(alg))
            continue;
        memcpy(m->digest, digest.data, digest.len);
        m->done = true;
    }
    return true;
}

static enum asy_reason reason_of(int code)
{
    return code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_INPUT_UNREADABLE;
}

/* Starts the streams; those of algorithms that are not computed say so. */
static bool start_streams(struct worker *worker, const struct task *task)
{
    bool any = false;

    for (size_t i = 0; i < task->n; i++) {
        struct asy_measure *m = task->measures[i];

        if (asy_stream_start(&worker->streams[i], worker->shared->crypto, m)) {
            any = true;
        } else if (!asy_digest_known(m->alg)) {
            const struct task one = { .measures = { m }, .n = 1 };

            because(worker->shared, &one, ASY_DIGEST_UNKNOWN, asy_digest_name(m->alg));
        }
    }
    return any;
}

static void run_task(struct worker *worker, const struct task *task, bool together)
{
    struct shared *shared = worker->shared;
    struct asy_diag diag = { 0 };
    assay_status s = asy_ok;

    if (answer_from_digest(shared, task) || !start_streams(worker, task))
        return;
    if (task->item != NULL)
        s = asy_source_open(task->item->source, &diag);
    if (assay_ok(s) && task->item != NULL) {
        task->item->size = asy_source_size(task->item->source);
        task->item->has_size = true;
    }
    if (assay_ok(s))
        s = read_item(worker, task, together, &diag);
    if (s.code == ASSAY_E_MEMORY)
        atomic_store(&shared->no_memory, true);
    if (!assay_ok(s))
        because(shared, task, reason_of(diag.code), diag.text);
    else if (task->item != NULL && task->item->size > CHUNK && !asy_source_unchanged(task->item->source))
        /* what came in one read is digested as it was at one moment; only longer reading can be overtaken */
        because(shared, task, ASY_INPUT_CHANGED, "size or times differ after reading");
    if (task->item != NULL)
        asy_source_close(task->item->source);
}

static bool worker_init(struct worker *worker, struct shared *shared, bool calls_progress)
{
    memset(worker, 0, sizeof *worker);
    worker->shared = shared;
    worker->calls_progress = calls_progress;
    worker->buffer = malloc(CHUNK);
    return worker->buffer != NULL;
}

static void worker_clear(struct worker *worker)
{
    for (size_t i = 0; i < STREAMS; i++)
        asy_stream_end(&worker->streams[i]);
    free(worker->buffer);
}

static void run_item(struct worker *worker, const struct task *of)
{
    for (const struct task *task = of; task != NULL; task = task->next)
        run_task(worker, task, worker->shared->tasks_n == 1);
    if (of->item != NULL && worker->shared->tasks_n > 1)
        (void)step(worker, 0);
}

static void run_all(struct worker *worker)
{
    struct shared *shared = worker->shared;
    size_t i;

    while (!atomic_load(&shared->cancelled) && (i = atomic_fetch_add(&shared->next, 1)) < shared->tasks_n) {
        if (shared->tasks[i].is_after)
            continue;
        for (const struct task *of = &shared->tasks[i]; of != NULL && !atomic_load(&shared->cancelled); of = of->after)
            run_item(worker, of);
    }
}

static void *help(void *argument)
{
    struct shared *shared = argument;
    struct worker worker;

    if (worker_init(&worker, shared, false))
        run_all(&worker);
    worker_clear(&worker);
    return NULL;
}

/* The item that a recipe reads; false when it reads more than one. */
static bool item_of(struct asy_recipe recipe, struct asy_item **out)
{
    *out = NULL;
    for (size_t i = 0; i < recipe.n; i++) {
        struct asy_item *item = recipe.pieces[i].kind == ASY_PIECE_SPAN ? recipe.pieces[i].span.item : NULL;

        if (item != NULL && *out != NULL && item != *out)
            return false;
        if (item != NULL)
            *out = item;
    }
    return true;
}

static bool has_digest_piece(struct asy_recipe recipe)
{
    for (size_t i = 0; i < recipe.n; i++) {
        if (recipe.pieces[i].kind == ASY_PIECE_DIGEST)
            return true;
    }
    return false;
}

static bool task_add(struct asy_dossier *dossier, struct task *task, struct asy_measure *measure)
{
    while (task->n == STREAMS && task->next != NULL)
        task = task->next;
    if (task->n == STREAMS) {
        task->next = asy_alloc(dossier->arena, 1, sizeof *task->next);
        if (task->next == NULL)
            return false;
        task->next->item = task->item;
        task = task->next;
    }
    task->measures[task->n++] = measure;
    return true;
}

/* Members of one compressed archive follow each other as they do in the archive: it is decoded once then. */
static void keep_in_order(struct task *const *of_item, size_t n)
{
    struct task *before = NULL;

    for (size_t i = 0; i < n; i++) {
        struct task *task = of_item[i];

        if (task == NULL || asy_source_group(task->item->source) == NULL)
            continue;
        if (before != NULL && asy_source_group(before->item->source) == asy_source_group(task->item->source)) {
            before->after = task;
            task->is_after = true;
        }
        before = task;
    }
}

/*
 * Sorts the measures that are not done into tasks: those with digests of digests in a second round, when what they
 * stand on is there.
 */
static assay_status plan(struct shared *shared, bool second_round, struct asy_diag *diag)
{
    struct asy_dossier *dossier = shared->dossier;
    struct task **of_item;

    shared->tasks_n = 0;
    shared->tasks = calloc(dossier->measures_n + 1, sizeof *shared->tasks);
    of_item = calloc(dossier->items_n + 1, sizeof(struct task *)); /* the last one: no item */
    if (shared->tasks == NULL || of_item == NULL) {
        free(of_item);
        return asy_no_memory(diag);
    }
    for (size_t i = 0; i < dossier->measures_n; i++) {
        struct asy_measure *m = dossier->measures[i];
        struct asy_item *item;
        size_t place;

        if (m->done || m->why.reason != ASY_EVIDENCE_UNCHECKED || has_digest_piece(m->recipe) != second_round)
            continue;
        if (!item_of(m->recipe, &item)) {
            asy_because(dossier, &m->why, ASY_EVIDENCE_UNSUPPORTED, "bytes of several files in one digest");
            continue;
        }
        place = item == NULL ? dossier->items_n : item->no;
        if (of_item[place] == NULL) {
            of_item[place] = &shared->tasks[shared->tasks_n++];
            of_item[place]->item = item;
        }
        if (!task_add(dossier, of_item[place], m)) {
            free(of_item);
            return asy_fail(diag, ASSAY_E_MEMORY, 0, "memory of the job");
        }
    }
    keep_in_order(of_item, dossier->items_n);
    free(of_item);
    return asy_ok;
}

static void run_threads(struct shared *shared, struct worker *mine)
{
    pthread_t threads[THREADS];
    unsigned wanted = shared->threads - 1, started = 0;

    if (shared->tasks_n < 2)
        wanted = 0;
    else if (wanted > shared->tasks_n - 1)
        wanted = (unsigned)(shared->tasks_n - 1);
    while (started < wanted && pthread_create(&threads[started], NULL, help, shared) == 0)
        started++;
    run_all(mine);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
}

static assay_status run_round(struct shared *shared, bool second_round, struct asy_diag *diag)
{
    struct worker mine;
    assay_status s = plan(shared, second_round, diag);

    atomic_store(&shared->next, 0);
    if (assay_ok(s) && shared->tasks_n > 0) {
        if (worker_init(&mine, shared, true))
            run_threads(shared, &mine);
        else
            s = asy_no_memory(diag);
        worker_clear(&mine);
    }
    free(shared->tasks);
    shared->tasks = NULL;
    return s;
}

assay_status asy_measure_all(const struct asy_crypto *crypto, struct asy_dossier *dossier, unsigned threads,
                             const struct asy_progress *progress, struct asy_diag *diag)
{
    struct shared shared = { .crypto = crypto, .dossier = dossier, .progress = progress };
    assay_status s;

    shared.threads = threads == 0 ? 1 : threads > THREADS ? THREADS : threads;
    if (pthread_mutex_init(&shared.lock, NULL) != 0)
        return asy_no_memory(diag);
    s = run_round(&shared, false, diag);
    if (assay_ok(s))
        s = run_round(&shared, true, diag);
    (void)pthread_mutex_destroy(&shared.lock);
    if (assay_ok(s) && atomic_load(&shared.cancelled))
        return asy_fail(diag, ASSAY_E_CANCELLED, 0, "cancelled");
    if (assay_ok(s) && atomic_load(&shared.no_memory))
        return asy_no_memory(diag);
    return s;
}
