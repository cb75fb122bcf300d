#include "io/many.h"

#include "io/opening.h"
#include "io/uring.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(ASY_MANY <= (int)ASY_URING, "one ring serves all");

struct asy_many {
    struct asy_uring *ring; /* NULL once it failed */
};

/* Requests of one kind, and whose they are. */
struct round {
    struct io_uring_sqe requests[ASY_MANY];
    size_t of[ASY_MANY];
    int results[ASY_MANY];
    size_t n;
};

struct asy_many *asy_many_new(void)
{
    struct asy_many *many = calloc(1, sizeof *many);

    if (many == NULL)
        return NULL;
    many->ring = asy_uring_new();
    if (many->ring != NULL)
        return many;
    free(many);
    return NULL;
}

void asy_many_free(struct asy_many *many)
{
    if (many == NULL)
        return;
    asy_uring_free(many->ring);
    free(many);
}

static bool has_ring(const struct asy_many *many)
{
    return many != NULL && many->ring != NULL;
}

static struct io_uring_sqe *request(struct round *round, uint8_t what, int fd, const void *address, uint32_t len,
                                    size_t of)
{
    struct io_uring_sqe *sqe = &round->requests[round->n];

    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = what;
    sqe->fd = fd;
    sqe->addr = (uintptr_t)address;
    sqe->len = len;
    round->of[round->n++] = of;
    return sqe;
}

static void run(struct asy_many *many, struct round *round)
{
    if (round->n == 0 || asy_uring_run(many->ring, round->requests, round->n, round->results))
        return;
    asy_uring_free(many->ring);
    many->ring = NULL;
}

/* Sources that are no files below a directory open as ever, and so does what the ring could not open. */
void asy_many_open(struct asy_many *many, struct asy_source *const *sources, size_t n, bool *ok)
{
    struct round round = { .n = 0 };
    struct open_how how[ASY_MANY];
    struct asy_diag diag;

    for (size_t i = 0; i < n; i++) {
        const char *path;
        int dir;

        ok[i] = false;
        if (has_ring(many) && asy_source_opening(sources[i], &dir, &path, &how[i]))
            request(&round, IORING_OP_OPENAT2, dir, path, sizeof how[i], i)->off = (uintptr_t)&how[i];
        else
            ok[i] = assay_ok(asy_source_open(sources[i], &diag));
    }
    run(many, &round);
    for (size_t i = 0; i < round.n; i++) {
        struct asy_source *source = sources[round.of[i]];
        int fd = round.results[i];

        ok[round.of[i]] = assay_ok(fd >= 0 ? asy_source_opened(source, fd, &diag) : asy_source_open(source, &diag));
    }
}

/* Some file systems answer EAGAIN for what is not cached: then it is read as ever. */
static bool is_read(const struct asy_source *source, uint8_t *buf, uint32_t len, int result)
{
    struct asy_diag diag;

    return result >= 0 ? (uint32_t)result == len : assay_ok(asy_source_read(source, 0, buf, len, &diag));
}

void asy_many_read(struct asy_many *many, struct asy_source *const *sources, uint8_t *const *bufs, size_t n, bool *ok)
{
    struct round round = { .n = 0 };
    struct asy_diag diag;

    for (size_t i = 0; i < n; i++) {
        uint64_t size = ok[i] ? asy_source_size(sources[i]) : 0;
        int fd = asy_source_fd(sources[i]);

        if (!ok[i] || size == 0)
            continue;
        if (has_ring(many) && fd >= 0 && size <= INT32_MAX)
            (void)request(&round, IORING_OP_READ, fd, bufs[i], (uint32_t)size, i);
        else
            ok[i] = assay_ok(asy_source_read(sources[i], 0, bufs[i], (size_t)size, &diag));
    }
    run(many, &round);
    for (size_t i = 0; i < round.n; i++) {
        size_t of = round.of[i];

        ok[of] = is_read(sources[of], bufs[of], round.requests[i].len, round.results[i]);
    }
}

void asy_many_close(struct asy_many *many, struct asy_source *const *sources, size_t n)
{
    struct round round = { .n = 0 };

    for (size_t i = 0; i < n; i++) {
        int fd = has_ring(many) ? asy_source_release(sources[i]) : -1;

        if (fd >= 0)
            (void)request(&round, IORING_OP_CLOSE, fd, NULL, 0, i);
        else
            asy_source_close(sources[i]);
    }
    run(many, &round);
}
