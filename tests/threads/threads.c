/* One engine, eight threads, the same subjects and others; to be run under ThreadSanitizer, where Criterion cannot. */
#include "support/cases.h"

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 4 };

struct worker {
    const assay_engine *engine;
    struct loaded updates[UPDATES]; /* its own: a tree is written again for each verification */
    size_t no;
    unsigned allowed, wrong;
};

/* Writes to a stream, or to nothing. */
static bool put(void *context, const char *text, size_t len)
{
    return context == NULL || fwrite(text, 1, len, context) == len;
}

/* What is timestamped or logged needs more than keys and anchors: authorities and roots are not in the engine of all. */
static bool is_to_be_allowed(const struct update *update)
{
    return update->trust[0].kind != ASSAY_TRUST_TSA_ANCHOR && update->trust[0].kind != ASSAY_TRUST_ROOT;
}

static void complain(const struct loaded *update, const assay_result *result, const assay_error *error)
{
    (void)fprintf(stderr, "%s: %s\n", update->is->name, error == NULL ? "another ruling" : assay_error_text(error));
    if (result != NULL && !assay_ok(assay_result_write(result, ASSAY_REPORT_TEXT, ASSAY_REPORT_FULL, put, stderr)))
        (void)fputs("and no report\n", stderr);
}

/* All that one engine is asked: verify, inspect, report. */
static bool ask(const assay_engine *engine, const struct loaded *update)
{
    assay_subject *subject = subject_of(update, NULL);
    assay_result *result = NULL, *look = NULL;
    assay_error *error = NULL;
    bool allowed = false;

    if (subject != NULL && assay_ok(assay_verify(engine, subject, &result, &error)) &&
        assay_ok(assay_inspect(engine, subject, &look, &error)))
        allowed = assay_allows(result) && !assay_allows(look) &&
                  assay_ok(assay_result_write(result, ASSAY_REPORT_JSON, 0, put, NULL));
    if (allowed != is_to_be_allowed(update->is))
        complain(update, result, error);
    assay_error_free(error);
    assay_result_free(look);
    assay_result_free(result);
    assay_subject_free(subject);
    return allowed;
}

static void *work(void *context)
{
    struct worker *worker = context;

    for (size_t i = 0; i < ROUNDS * UPDATES; i++) {
        /* half of the threads in step, the others each from elsewhere */
        size_t u = (i + (worker->no % 2 == 0 ? 0 : worker->no * 3)) % UPDATES;

        if (ask(worker->engine, &worker->updates[u]))
            worker->allowed++;
        else
            worker->wrong++;
    }
    return NULL;
}

/* Every key and anchor of every update in one engine; what names an identity or a threshold has an engine of its own. */
static assay_engine *engine_of_all(const struct loaded *updates_of)
{
    assay_config *config = assay_config_new();
    assay_engine *engine = NULL;
    bool good = config != NULL;

    for (size_t u = 0; good && u < UPDATES; u++) {
        for (size_t i = 0; good && i < updates_of[u].trust_n; i++) {
            if (updates[u].trust[i].kind == ASSAY_TRUST_KEY || updates[u].trust[i].kind == ASSAY_TRUST_ANCHOR)
                good = assay_ok(assay_config_trust_memory(config, updates[u].trust[i].kind, updates[u].trust[i].file,
                                                          updates_of[u].trust[i].data, updates_of[u].trust[i].len,
                                                          NULL));
        }
    }
    if (good) {
        assay_config_time(config, CASE_TIME);
        assay_config_threads(config, 2); /* threads inside of threads */
        if (!assay_ok(assay_engine_new(config, &engine, NULL)))
            engine = NULL;
    }
    assay_config_free(config);
    return engine;
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
const char *__tsan_default_suppressions(void);

/* The dynamic loader, which has a lock of its own that ThreadSanitizer does not see. */
const char *__tsan_default_suppressions(void)
{
    return "race:_dl_close_worker\n";
}
#endif
#endif

static void load_all(struct loaded *loaded)
{
    for (size_t u = 0; u < UPDATES; u++)
        loaded[u] = load_update(&updates[u]);
}

static void unload_all(struct loaded *loaded)
{
    for (size_t u = 0; u < UPDATES; u++)
        unload_update(&loaded[u]);
}

int main(void)
{
    static struct worker workers[THREADS];
    pthread_t threads[THREADS];
    assay_engine *engine;
    unsigned expected = 0, wrong = 0;

    for (size_t u = 0; u < UPDATES; u++)
        expected += is_to_be_allowed(&updates[u]);
    for (size_t t = 0; t < THREADS; t++)
        load_all(workers[t].updates);
    engine = engine_of_all(workers[0].updates);
    if (engine == NULL)
        return 1;
    for (size_t t = 0; t < THREADS; t++) {
        workers[t].engine = engine;
        workers[t].no = t;
        if (pthread_create(&threads[t], NULL, work, &workers[t]) != 0)
            return 1;
    }
    for (size_t t = 0; t < THREADS; t++) {
        (void)pthread_join(threads[t], NULL);
        wrong += workers[t].wrong != ROUNDS * (UPDATES - expected) || workers[t].allowed != ROUNDS * expected;
        (void)printf("thread %zu: %u allowed, %u not\n", t, workers[t].allowed, workers[t].wrong);
    }
    assay_engine_free(engine);
    for (size_t t = 0; t < THREADS; t++)
        unload_all(workers[t].updates);
    return wrong != 0;
}
