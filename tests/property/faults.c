/*
 * Memory that runs out at every place in turn: once, and from there on.  Whatever happens then, nothing crashes, nothing
 * of ours leaks, and what is allowed all the same is allowed with the whole verdict.  The memory functions of the
 * library's objects are wrapped by the linker; OpenSSL's go through its own hooks.
 *
 *   property-faults [STRIDE]    every STRIDEth allocation of OpenSSL, 50 by default (ours: every one)
 */
#include "support/cases.h"

#include <openssl/crypto.h>

static struct {
    unsigned long at;  /* which allocation fails, from 1; 0: none */
    bool from_there;   /* and all behind it */
    bool ours, theirs; /* whose count */
    unsigned long n;
    long live;         /* of ours */
} memory;

static bool fails(bool counts)
{
    if (!counts)
        return false;
    memory.n++;
    return memory.at != 0 && (memory.n == memory.at || (memory.from_there && memory.n > memory.at));
}

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void __wrap_free(void *);
char *__wrap_strdup(const char *);

void *__wrap_malloc(size_t n)
{
    void *p = fails(memory.ours) ? NULL : __real_malloc(n);

    memory.live += p != NULL;
    return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
    void *p = fails(memory.ours) ? NULL : __real_calloc(n, size);

    memory.live += p != NULL;
    return p;
}

void *__wrap_realloc(void *old, size_t n)
{
    void *p = fails(memory.ours) ? NULL : __real_realloc(old, n);

    memory.live += p != NULL && old == NULL;
    return p;
}

void __wrap_free(void *p)
{
    memory.live -= p != NULL;
    __real_free(p);
}

char *__wrap_strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = __wrap_malloc(n);

    return copy == NULL ? NULL : memcpy(copy, text, n);
}

static void *openssl_malloc(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return n == 0 || fails(memory.theirs) ? NULL : __real_malloc(n);
}

static void *openssl_realloc(void *p, size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    if (n == 0) {
        __real_free(p);
        return NULL;
    }
    return fails(memory.theirs) ? NULL : __real_realloc(p, n);
}

static void openssl_free(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    __real_free(p);
}

enum answer { BROKEN, REFUSED_OR_WORSE, ALLOWED };

/* Counts what a reader of the report is told; a verdict with less in it is not the whole verdict. */
static bool count(void *context, const char *text, size_t len)
{
    size_t *total = context;

    (void)text;
    *total += len;
    return true;
}

static enum answer judge(const assay_engine *engine, const struct loaded *update, size_t *findings, size_t *told)
{
    assay_subject *subject = subject_of(update, NULL);
    assay_result *result = NULL;
    assay_error *error = NULL;
    enum answer answer = BROKEN;

    *findings = *told = 0;
    if (subject != NULL && assay_ok(assay_verify(engine, subject, &result, &error))) {
        answer = assay_allows(result) ? ALLOWED : REFUSED_OR_WORSE;
        *findings = assay_result_findings(result);
        if (!assay_ok(assay_result_write(result, ASSAY_REPORT_JSON, 0, count, told)))
            *told = 0;
    }
    assay_error_free(error);
    assay_result_free(result);
    assay_subject_free(subject);
    return answer;
}

struct whole {
    size_t findings, told;
};

static int failures;

static void complain(const struct loaded *update, const char *what)
{
    (void)printf("FAIL %s: %s at allocation %lu%s\n", update->is->name, what, memory.at,
                 memory.from_there ? " and behind" : "");
    failures++;
}

/* One verification (with `engine`, or one made for it) while an allocation fails. */
static bool run_once(const assay_engine *engine, const struct loaded *update, const struct whole *whole)
{
    long live = memory.live;
    size_t findings, told;
    assay_engine *own = NULL;
    enum answer answer = BROKEN;

    memory.n = 0;
    if (engine == NULL)
        own = engine_of(update, true);
    if (engine != NULL || own != NULL)
        answer = judge(engine == NULL ? own : engine, update, &findings, &told);
    assay_engine_free(own);
    if (answer == ALLOWED && (findings != whole->findings || (told != 0 && told != whole->told)))
        complain(update, "allowed with another report");
    if (memory.live != live)
        complain(update, "a leak");
    return memory.n >= memory.at; /* false: it was never reached */
}

static unsigned long each(const assay_engine *engine, const struct loaded *update, const struct whole *whole,
                          unsigned long stride, unsigned long most)
{
    unsigned long runs = 0;

    for (int behind = 0; behind < 2; behind++) {
        memory.from_there = behind == 1;
        for (memory.at = 1; memory.at <= most; memory.at += stride) {
            runs++;
            if (!run_once(engine, update, whole))
                break;
        }
    }
    memory.at = 0;
    return runs;
}

static void try_update(const struct update *update, unsigned long stride, bool engine_too)
{
    struct loaded loaded = load_update(update);
    struct whole whole;
    assay_engine *engine;
    unsigned long ours, theirs = 0, made = 0;

    memory.ours = memory.theirs = false;
    engine = engine_of(&loaded, true);
    if (engine == NULL || judge(engine, &loaded, &whole.findings, &whole.told) != ALLOWED) {
        complain(&loaded, "not allowed as it is");
        assay_engine_free(engine);
        unload_update(&loaded);
        return;
    }
    memory.ours = true;
    ours = each(NULL, &loaded, &whole, 1, 100000);
    memory.ours = false;
    memory.theirs = true;
    theirs = each(engine, &loaded, &whole, stride, 1000000);
    if (engine_too)
        made = each(NULL, &loaded, &whole, stride * 7, 1000000);
    memory.theirs = false;
    (void)printf("%s: %lu of ours, %lu of OpenSSL, %lu with the engine\n", update->name, ours, theirs, made);
    assay_engine_free(engine);
    unload_update(&loaded);
}

int main(int argc, char **argv)
{
    unsigned long stride = argc > 1 ? strtoul(argv[1], NULL, 10) : 50;

    if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1) {
        (void)printf("FAIL OpenSSL takes no hooks\n");
        return 1;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < UPDATES; i++)
        try_update(&updates[i], stride == 0 ? 1 : stride, i == 0);
    (void)printf("%d failures\n", failures);
    return failures != 0;
}
