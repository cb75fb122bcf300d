/* A large item: one thread reads chunks into a ring, others digest them. */
#include "crypto/work.h"

#include <stdlib.h>

enum { RING = 4 }; /* chunks between the reader and those who digest */

/* Chunks on their way from the one who reads to those who digest. */
struct ring {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint8_t *chunks[RING];
    size_t lens[RING];
    uint64_t offs[RING];
    uint64_t written;        /* chunks put in so far */
    uint64_t read[ASY_THREADS];  /* chunks each consumer has done with */
    unsigned consumers;
    bool closed;
};

struct consumer {
    struct ring *ring;
    struct asy_worker *worker;
    const struct asy_task *task;
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
        asy_work_feed(me->worker, me->task, me->size, off, bytes, me->no, ring->consumers);
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
static assay_status produce(struct asy_worker *worker, struct ring *ring, const struct asy_task *task, uint64_t size,
                            uint64_t off, struct asy_diag *diag)
{
    while (off < size) {
        size_t n = size - off < ASY_CHUNK ? (size_t)(size - off) : ASY_CHUNK;
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
        if (!asy_work_step(worker, n))
            return asy_fail(diag, ASSAY_E_CANCELLED, off, "cancelled");
    }
    return asy_ok;
}

assay_status asy_work_pass_together(struct asy_worker *worker, const struct asy_task *task, uint64_t size, uint64_t off,
                                    struct asy_diag *diag)
{
    struct ring ring = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };
    struct consumer consumers[ASY_THREADS];
    uint8_t *chunks = malloc((size_t)ASY_CHUNK * RING);
    unsigned wanted = worker->work->threads - 1, started = 0;
    assay_status s;

    if (wanted > task->n)
        wanted = (unsigned)task->n;
    if (chunks == NULL || wanted == 0) {
        free(chunks);
        return asy_work_pass(worker, task, size, off, diag);
    }
    for (size_t i = 0; i < RING; i++)
        ring.chunks[i] = chunks + i * ASY_CHUNK;
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
