/* Computes the digests that the claims want: runs the plan, and says why what could not be computed was not. */
#include "crypto/sha256.h"
#include "crypto/work.h"

#include <stdlib.h>
#include <string.h>

enum {
    BUFFER = ASY_BATCH * ASY_SMALL > ASY_CHUNK ? ASY_BATCH * ASY_SMALL : ASY_CHUNK,
    MANY = 64, /* items from which the kernel's help with several at once pays for its setting up */
};

static void because(struct asy_work *work, const struct asy_task *task, enum asy_reason reason, const char *text)
{
    (void)pthread_mutex_lock(&work->lock);
    for (size_t i = 0; i < task->n; i++) {
        task->measures[i]->done = false;
        asy_because(work->dossier, &task->measures[i]->why, reason, "%s", text);
    }
    (void)pthread_mutex_unlock(&work->lock);
}

/* What is known of an item without its bytes: the digest that the caller named. */
static bool answer_from_digest(struct asy_work *work, const struct asy_task *task)
{
    struct asy_view digest;
    enum asy_digest_alg alg;

    if (task->item == NULL || !asy_source_is_digest(task->item->source, &alg, &digest))
        return false;
    because(work, task, ASY_EVIDENCE_UNCHECKED, "the bytes are not here, only their digest");
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
static bool start_streams(struct asy_worker *worker, const struct asy_task *task)
{
    bool any = false;

    for (size_t i = 0; i < task->n; i++) {
        struct asy_measure *m = task->measures[i];

        if (asy_stream_start(&worker->streams[i], worker->work->crypto, m)) {
            any = true;
        } else if (!asy_digest_known(m->alg)) {
            const struct asy_task one = { .measures = &m, .n = 1 };

            because(worker->work, &one, ASY_DIGEST_UNKNOWN, asy_digest_name(m->alg));
        }
    }
    return any;
}

/* Opens what a task is about; more bytes than a file may have are not read. */
static assay_status open_task(const struct asy_work *work, const struct asy_task *task, struct asy_diag *diag)
{
    uint64_t limit = work->dossier->limits->subject;
    assay_status s = asy_source_open(task->item->source, diag);

    if (!assay_ok(s))
        return s;
    task->item->size = asy_source_size(task->item->source);
    task->item->has_size = true;
    if (task->item->size > limit)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "%llu bytes, more than the limit on one file, %llu",
                        (unsigned long long)task->item->size, (unsigned long long)limit);
    return asy_ok;
}

static void run_task(struct asy_worker *worker, const struct asy_task *task, bool together)
{
    struct asy_work *work = worker->work;
    struct asy_diag diag = { 0 };
    assay_status s = asy_ok;

    if (answer_from_digest(work, task) || !start_streams(worker, task))
        return;
    if (task->item != NULL)
        s = open_task(work, task, &diag);
    if (assay_ok(s))
        s = asy_work_read(worker, task, together, &diag);
    if (s.code == ASSAY_E_MEMORY)
        atomic_store(&work->no_memory, true);
    if (!assay_ok(s))
        because(work, task, reason_of(diag.code), diag.text);
    else if (task->item != NULL && (task->item->size > ASY_CHUNK || task->item->format != NULL) &&
             !asy_source_unchanged(task->item->source))
        /* what came in one read is digested as it was at one moment; longer reading, and a reader's before it, can be
           overtaken */
        because(work, task, ASY_INPUT_CHANGED, "size or times differ after reading");
    if (task->item != NULL)
        asy_source_close(task->item->source);
}

static bool worker_init(struct asy_worker *worker, struct asy_work *work, bool calls_progress)
{
    memset(worker, 0, sizeof *worker);
    worker->work = work;
    worker->calls_progress = calls_progress;
    worker->buffer = malloc(BUFFER);
    if (work->plan.n >= MANY)
        worker->many = asy_many_new();
    return worker->buffer != NULL;
}

static void worker_clear(struct asy_worker *worker)
{
    for (size_t i = 0; i < ASY_STREAMS; i++)
        asy_stream_end(&worker->streams[i]);
    asy_many_free(worker->many);
    free(worker->buffer);
}

/* All measures of an item, as many at a time as there are streams. */
static void run_item(struct asy_worker *worker, const struct asy_task *task)
{
    bool is_only = worker->work->plan.n == 1;

    for (size_t i = 0; i < task->n; i += ASY_STREAMS) {
        struct asy_task part = *task;

        part.measures += i;
        part.n = task->n - i < ASY_STREAMS ? task->n - i : ASY_STREAMS;
        run_task(worker, &part, is_only && task->n <= ASY_STREAMS);
    }
    if (task->item != NULL && !is_only)
        (void)asy_work_step(worker, 0);
}

/* Members of one stream keep a decoder between them (io/member.h), which goes when the last is read. */
static void run_in_order(struct asy_worker *worker, const struct asy_task *task)
{
    const struct asy_task *last = task;

    for (; task != NULL && !atomic_load(&worker->work->cancelled); task = task->after) {
        run_item(worker, task);
        last = task;
    }
    if (last->item != NULL)
        asy_source_close(last->item->source);
}

static void run_portion(struct asy_worker *worker, struct asy_task *tasks, size_t n)
{
    bool done[ASY_BATCH] = { false };

    if (n > 1)
        asy_work_batch(worker, tasks, n, done);
    for (size_t i = 0; i < n; i++) {
        if (!done[i] && !tasks[i].is_after)
            run_in_order(worker, &tasks[i]);
    }
}

static void run_all(struct asy_worker *worker)
{
    struct asy_work *work = worker->work;
    size_t from;

    while (!atomic_load(&work->cancelled) && (from = atomic_fetch_add(&work->next, work->portion)) < work->plan.n) {
        size_t left = work->plan.n - from;

        run_portion(worker, &work->plan.tasks[from], left < work->portion ? left : work->portion);
    }
}

static void *help(void *argument)
{
    struct asy_work *work = argument;
    struct asy_worker worker;

    if (worker_init(&worker, work, false))
        run_all(&worker);
    worker_clear(&worker);
    return NULL;
}

static void run_threads(struct asy_work *work, struct asy_worker *mine)
{
    pthread_t threads[ASY_THREADS];
    unsigned wanted = work->threads - 1, started = 0;

    if (work->plan.n < 2)
        wanted = 0;
    else if (wanted > work->plan.n - 1)
        wanted = (unsigned)(work->plan.n - 1);
    while (started < wanted && pthread_create(&threads[started], NULL, help, work) == 0)
        started++;
    run_all(mine);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
}

/* A thread takes several tasks at once, but not so many that another has none at the end. */
static size_t portion_of(const struct asy_work *work)
{
    size_t share = work->plan.n / (4 * (size_t)work->threads);

    return share < 1 ? 1 : share > ASY_BATCH ? ASY_BATCH : share;
}

static assay_status run_round(struct asy_work *work, bool second_round, struct asy_diag *diag)
{
    struct asy_worker mine;
    assay_status s = asy_plan_new(work->dossier, second_round, &work->plan, diag);

    if (!assay_ok(s))
        return s;
    atomic_store(&work->next, 0);
    work->portion = portion_of(work);
    if (work->plan.n > 0) {
        if (worker_init(&mine, work, true))
            run_threads(work, &mine);
        else
            s = asy_no_memory(diag);
        worker_clear(&mine);
    }
    asy_plan_clear(&work->plan);
    return s;
}

static void run_alone(struct asy_worker *worker, struct asy_measure *m)
{
    const struct asy_task task = { .item = m->recipe.pieces->span.item, .measures = &m, .n = 1 };
    struct asy_diag diag = { 0 };
    enum asy_reason reason;

    if (!assay_ok(open_task(worker->work, &task, &diag))) {
        because(worker->work, &task, reason_of(diag.code), diag.text);
        asy_source_close(task.item->source);
        return;
    }
    reason = asy_recipe_is_tree(m->recipe) ? asy_work_tree(worker, m, &diag) : asy_work_blocks(worker, m, &diag);
    if (reason != ASY_REASON_NONE)
        because(worker->work, &task, reason, diag.text);
    else if (!asy_source_unchanged(task.item->source))
        because(worker->work, &task, ASY_INPUT_CHANGED, "size or times differ after reading");
    asy_source_close(task.item->source);
}

/* Hash trees and lists of digests are few: the item of each is read once, block by block. */
static assay_status run_each_alone(struct asy_work *work, struct asy_diag *diag)
{
    struct asy_worker worker = { 0 };

    for (size_t i = 0; i < work->dossier->measures_n && !atomic_load(&work->cancelled); i++) {
        struct asy_measure *m = work->dossier->measures[i];

        if (m->done || (!asy_recipe_is_tree(m->recipe) && !asy_recipe_is_blocks(m->recipe)))
            continue;
        if (worker.buffer == NULL && !worker_init(&worker, work, true)) {
            worker_clear(&worker);
            return asy_no_memory(diag);
        }
        run_alone(&worker, m);
    }
    worker_clear(&worker);
    return asy_ok;
}

assay_status asy_measure_all(const struct asy_crypto *crypto, struct asy_dossier *dossier, unsigned threads,
                             const struct asy_progress *progress, struct asy_diag *diag)
{
    struct asy_work work = { .crypto = crypto, .dossier = dossier, .progress = progress };
    assay_status s;

    work.threads = threads == 0 ? 1 : threads > ASY_THREADS ? ASY_THREADS : threads;
    work.has_pairs = asy_sha256_served();
    if (pthread_mutex_init(&work.lock, NULL) != 0)
        return asy_no_memory(diag);
    s = run_round(&work, false, diag);
    if (assay_ok(s))
        s = run_round(&work, true, diag);
    if (assay_ok(s))
        s = run_each_alone(&work, diag);
    (void)pthread_mutex_destroy(&work.lock);
    if (assay_ok(s) && atomic_load(&work.cancelled))
        return asy_fail(diag, ASSAY_E_CANCELLED, 0, "cancelled");
    if (assay_ok(s) && atomic_load(&work.no_memory))
        return asy_no_memory(diag);
    return s;
}
