#include "io/uring.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct asy_uring {
    int fd;
    void *rings; /* both queues; shared with the kernel */
    size_t rings_len;
    struct io_uring_sqe *requests;
    size_t requests_len;
    _Atomic unsigned *tail_in, *head_out, *tail_out;
    unsigned *places, mask_in, mask_out;
    struct io_uring_cqe *answers;
};

static void *map(int fd, size_t len, off_t what)
{
    void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

    return p == MAP_FAILED ? NULL : p;
}

static void find_queues(struct asy_uring *ring, const struct io_uring_params *params)
{
    char *base = ring->rings;

    ring->tail_in = (void *)(base + params->sq_off.tail);
    ring->places = (void *)(base + params->sq_off.array);
    memcpy(&ring->mask_in, base + params->sq_off.ring_mask, sizeof ring->mask_in);
    ring->head_out = (void *)(base + params->cq_off.head);
    ring->tail_out = (void *)(base + params->cq_off.tail);
    ring->answers = (void *)(base + params->cq_off.cqes);
    memcpy(&ring->mask_out, base + params->cq_off.ring_mask, sizeof ring->mask_out);
}

static bool map_queues(struct asy_uring *ring, const struct io_uring_params *params)
{
    size_t in = params->sq_off.array + params->sq_entries * sizeof(unsigned);
    size_t out = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);

    ring->rings_len = in > out ? in : out;
    ring->rings = map(ring->fd, ring->rings_len, IORING_OFF_SQ_RING);
    ring->requests_len = params->sq_entries * sizeof *ring->requests;
    ring->requests = map(ring->fd, ring->requests_len, IORING_OFF_SQES);
    return ring->rings != NULL && ring->requests != NULL;
}

struct asy_uring *asy_uring_new(void)
{
    struct io_uring_params params = { .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN };
    struct asy_uring *ring = calloc(1, sizeof *ring);

    if (ring == NULL)
        return NULL;
    ring->fd = (int)syscall(SYS_io_uring_setup, ASY_URING, &params);
    if (ring->fd < 0 || (params.features & IORING_FEAT_SINGLE_MMAP) == 0 || !map_queues(ring, &params)) {
        asy_uring_free(ring);
        return NULL;
    }
    find_queues(ring, &params);
    return ring;
}

void asy_uring_free(struct asy_uring *ring)
{
    if (ring == NULL)
        return;
    if (ring->requests != NULL)
        (void)munmap(ring->requests, ring->requests_len);
    if (ring->rings != NULL)
        (void)munmap(ring->rings, ring->rings_len);
    if (ring->fd >= 0)
        (void)close(ring->fd);
    free(ring);
}

static int enter(const struct asy_uring *ring, size_t submit, size_t wait)
{
    return (int)syscall(SYS_io_uring_enter, ring->fd, submit, wait, IORING_ENTER_GETEVENTS, NULL, 0);
}

static void put(struct asy_uring *ring, struct io_uring_sqe *requests, size_t n)
{
    unsigned tail = atomic_load_explicit(ring->tail_in, memory_order_relaxed);

    for (size_t i = 0; i < n; i++, tail++) {
        requests[i].user_data = i;
        ring->requests[tail & ring->mask_in] = requests[i];
        ring->places[tail & ring->mask_in] = tail & ring->mask_in;
    }
    atomic_store_explicit(ring->tail_in, tail, memory_order_release);
}

/* How many of the requests the kernel took. */
static size_t submit(struct asy_uring *ring, size_t n)
{
    size_t taken = 0;

    while (taken < n) {
        int more = enter(ring, n - taken, n);

        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            break;
        taken += (size_t)more;
    }
    return taken;
}

static size_t take_answers(struct asy_uring *ring, int *results)
{
    unsigned head = atomic_load_explicit(ring->head_out, memory_order_relaxed);
    unsigned tail = atomic_load_explicit(ring->tail_out, memory_order_acquire);
    size_t n = tail - head;

    for (; head != tail; head++) {
        const struct io_uring_cqe *answer = &ring->answers[head & ring->mask_out];

        results[answer->user_data] = answer->res;
    }
    atomic_store_explicit(ring->head_out, head, memory_order_release);
    return n;
}

bool asy_uring_run(struct asy_uring *ring, struct io_uring_sqe *requests, size_t n, int *results)
{
    size_t taken, answered = 0;

    for (size_t i = 0; i < n; i++)
        results[i] = -ECANCELED;
    put(ring, requests, n);
    taken = submit(ring, n);
    /* What the kernel took it may still be writing to: there is no way but to wait. */
    while ((answered += take_answers(ring, results)) < taken)
        (void)enter(ring, 0, 1);
    return taken == n;
}
