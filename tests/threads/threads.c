/* One engine, eight threads, the same subjects and others; to be run under ThreadSanitizer, where Criterion cannot. */
#include "support/cases.h"

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 4 };

struct worker {
    const assay_engine *engine;
    const struct loaded *updates;
    size_t no;
    unsigned allowed, wrong;
};

static bool drop(void *context, const char *text, size_t len)
{
    (void)context;
    (void)text;
    (void)len;
    return true;
}

/* All that one engine is asked: verify, inspect, report. */
static bool ask(const assay_engine *engine, const struct loaded *update)
{
    assay_subject *subject = subject_of(update, NULL);
    assay_result *result = NULL, *look = NULL;
    bool allowed = false;

    if (subject != NULL && assay_ok(assay_verify(engine, subject, &result, NULL)) &&
        assay_ok(assay_inspect(engine, subject, &look, NULL)))
        allowed = assay_allows(result) && !assay_allows(look) &&
                  assay_ok(assay_result_write(result, ASSAY_REPORT_JSON, 0, drop, NULL));
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

int main(void)
{
    static struct loaded loaded[UPDATES];
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    assay_engine *engine;
    unsigned stamps = 0, wrong = 0;

    for (size_t u = 0; u < UPDATES; u++) {
        loaded[u] = load_update(&updates[u]);
        stamps += updates[u].trust[0].kind == ASSAY_TRUST_TSA_ANCHOR;
    }
    engine = engine_of_all(loaded);
    if (engine == NULL)
        return 1;
    for (size_t t = 0; t < THREADS; t++) {
        workers[t] = (struct worker){ .engine = engine, .updates = loaded, .no = t };
        if (pthread_create(&threads[t], NULL, work, &workers[t]) != 0)
            return 1;
    }
    for (size_t t = 0; t < THREADS; t++) {
        (void)pthread_join(threads[t], NULL);
        wrong += workers[t].wrong != ROUNDS * stamps || workers[t].allowed != ROUNDS * (UPDATES - stamps);
        (void)printf("thread %zu: %u allowed, %u not\n", t, workers[t].allowed, workers[t].wrong);
    }
    assay_engine_free(engine);
    for (size_t u = 0; u < UPDATES; u++)
        unload_update(&loaded[u]);
    return wrong != 0;
}
