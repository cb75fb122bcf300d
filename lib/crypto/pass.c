/* Reads an item for the digests that want it: its bytes go by once, in order, as often as the recipes turn back. */
#include "crypto/work.h"

enum { LARGE = 4 << 20 }; /* bytes from which reading beside digesting pays for a thread */

bool asy_work_step(struct asy_worker *worker, uint64_t bytes)
{
    struct asy_work *work = worker->work;
    uint64_t done = atomic_fetch_add(&work->bytes_done, bytes) + bytes;

    if (worker->calls_progress && work->progress != NULL &&
        !work->progress->step(work->progress->context, done, work->bytes_all))
        atomic_store(&work->cancelled, true);
    return !atomic_load(&work->cancelled);
}

/* The smallest offset that a stream still wants; false when all are finished. */
static bool first_wanted(struct asy_worker *worker, const struct asy_task *task, uint64_t *out)
{
    bool any = false;

    for (size_t i = 0; i < task->n; i++) {
        struct asy_stream *stream = &worker->streams[i];
        uint64_t off;

        if (!stream->failed && asy_stream_wants(stream, worker->work->dossier, task->item, &off) &&
            (!any || off < *out)) {
            *out = off;
            any = true;
        }
    }
    return any;
}

void asy_work_feed(struct asy_worker *worker, const struct asy_task *task, uint64_t size, uint64_t off,
                   struct asy_view bytes, size_t first, size_t every)
{
    for (size_t i = first; i < task->n; i += every) {
        if (!worker->streams[i].failed)
            asy_stream_feed(&worker->streams[i], worker->work->dossier, task->item, size, off, bytes);
    }
}

assay_status asy_work_pass(struct asy_worker *worker, const struct asy_task *task, uint64_t size, uint64_t off,
                           struct asy_diag *diag)
{
    asy_work_feed(worker, task, size, off, (struct asy_view){ NULL, 0 }, 0, 1);
    while (off < size) {
        size_t n = size - off < ASY_CHUNK ? (size_t)(size - off) : ASY_CHUNK;
        assay_status s = asy_source_read(task->item->source, off, worker->buffer, n, diag);

        if (!assay_ok(s))
            return s;
        asy_work_feed(worker, task, size, off, (struct asy_view){ worker->buffer, n }, 0, 1);
        off += n;
        if (!asy_work_step(worker, n))
            return asy_fail(diag, ASSAY_E_CANCELLED, off, "cancelled");
    }
    return asy_ok;
}

assay_status asy_work_read(struct asy_worker *worker, const struct asy_task *task, bool together,
                           struct asy_diag *diag)
{
    uint64_t size = task->item == NULL ? 0 : asy_source_size(task->item->source), off = 0, before = UINT64_MAX;

    while (first_wanted(worker, task, &off)) {
        assay_status s;

        if (off == before) /* no stream moved: it wants bytes that do not exist */
            return asy_fail(diag, ASSAY_E_FORMAT, off, "evidence names bytes at %llu, but there are %llu",
                            (unsigned long long)off, (unsigned long long)size);
        before = off;
        s = together && size - off >= LARGE && off < size ? asy_work_pass_together(worker, task, size, off, diag)
                                                          : asy_work_pass(worker, task, size, off, diag);
        if (!assay_ok(s))
            return s;
    }
    return asy_ok;
}
