/* SHA-256 of small whole files, the most frequent work: several are read into one buffer and digested together. */
#include "crypto/sha256.h"
#include "crypto/work.h"

#include <string.h>

struct batch {
    struct asy_task *tasks[ASY_BATCH];
    struct asy_source *sources[ASY_BATCH];
    uint8_t *bufs[ASY_BATCH];
    bool ok[ASY_BATCH];
    size_t n;
};

static bool is_plain(const struct asy_task *task)
{
    enum asy_digest_alg alg;
    struct asy_view digest;

    return task->n == 1 && task->item != NULL && task->measures[0]->alg == ASY_SHA256 &&
           asy_recipe_whole(task->measures[0]->recipe) != NULL && asy_source_group(task->item->source) == NULL &&
           !asy_source_is_digest(task->item->source, &alg, &digest);
}

/* Each has a place of its own in the buffer; what does not fit there is no small file. */
static void lay_out(const struct asy_work *work, struct batch *batch, uint8_t *buffer)
{
    uint64_t limit = work->dossier->limits->subject;

    for (size_t i = 0; i < batch->n; i++) {
        batch->bufs[i] = buffer + i * ASY_SMALL;
        batch->ok[i] = batch->ok[i] && asy_source_size(batch->sources[i]) <= (limit < ASY_SMALL ? limit : ASY_SMALL);
    }
}

static bool digest_all(const struct asy_work *work, const struct asy_view *messages, size_t n, uint8_t (*digests)[32])
{
    bool done = true;

    if (work->has_pairs)
        asy_sha256_many(messages, n, digests);
    for (size_t i = 0; !work->has_pairs && done && i < n; i++)
        done = asy_digest_bytes(work->crypto, ASY_SHA256, messages[i], digests[i]);
    return done;
}

/* What comes in one read is digested as it was at one moment. */
static uint64_t digest(const struct asy_work *work, struct batch *batch)
{
    struct asy_view messages[ASY_BATCH];
    struct asy_measure *measures[ASY_BATCH];
    uint8_t digests[ASY_BATCH][32];
    uint64_t bytes = 0;
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++) {
        struct asy_item *item = batch->tasks[i]->item;

        if (!batch->ok[i])
            continue;
        item->size = asy_source_size(batch->sources[i]);
        item->has_size = true;
        measures[n] = batch->tasks[i]->measures[0];
        messages[n++] = (struct asy_view){ batch->bufs[i], (size_t)item->size };
        bytes += item->size;
    }
    if (!digest_all(work, messages, n, digests)) {
        memset(batch->ok, 0, sizeof batch->ok);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(measures[i]->digest, digests[i], sizeof digests[i]);
        measures[i]->done = true;
    }
    return bytes;
}

/* Trouble is not told here: whoever then takes the task alone meets it again. */
void asy_work_batch(struct asy_worker *worker, struct asy_task *tasks, size_t n, bool *done)
{
    struct batch batch = { .n = 0 };

    for (size_t i = 0; i < n; i++) {
        if (!is_plain(&tasks[i]))
            continue;
        batch.tasks[batch.n] = &tasks[i];
        batch.sources[batch.n++] = tasks[i].item->source;
    }
    asy_many_open(worker->many, batch.sources, batch.n, batch.ok);
    lay_out(worker->work, &batch, worker->buffer);
    asy_many_read(worker->many, batch.sources, batch.bufs, batch.n, batch.ok);
    (void)asy_work_step(worker, digest(worker->work, &batch));
    asy_many_close(worker->many, batch.sources, batch.n);
    for (size_t i = 0; i < batch.n; i++)
        done[batch.tasks[i] - tasks] = batch.ok[i];
}
