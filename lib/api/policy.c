/* Policy documents by themselves: their template, their meaning, their own tests. */
#include "api/internal.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_BYTES = 64 << 20, POLICY_BYTES = 4 << 20 };

static assay_status write_sink(struct asy_sink *sink, assay_write write, void *context)
{
    assay_status s = asy_ok;

    if (sink->failed || sink->text == NULL)
        s = asy_no_memory(NULL);
    else if (!write(context, sink->text, sink->len))
        s = asy_fail(NULL, ASSAY_E_IO, 0, "not written");
    asy_sink_clear(sink);
    return s;
}

assay_status assay_policy_template(assay_write write, void *context)
{
    struct asy_sink sink = { 0 };

    asy_policy_template(&sink);
    return write_sink(&sink, write, context);
}

static assay_status load(struct asy_arena *arena, const char *path, const struct asy_policy **out,
                         struct asy_diag *diag)
{
    struct asy_diag inner = { 0 };
    struct asy_view text;
    assay_status s;

    if (arena == NULL)
        return asy_no_memory(diag);
    s = asy_read_file(arena, path, POLICY_BYTES, &text, &inner);
    if (!assay_ok(s))
        return asy_fail(diag, ASSAY_E_POLICY, 0, "%s: %.240s", path, inner.text);
    s = asy_policy_parse(arena, text, out, &inner);
    return assay_ok(s) ? s : asy_fail(diag, s.code, inner.at, "%s: %.240s", path, inner.text);
}

assay_status assay_policy_explain(const char *path, assay_write write, void *context, assay_error **error)
{
    struct asy_arena *arena = asy_arena_new(DOCUMENT_BYTES);
    const struct asy_policy *policy = NULL;
    struct asy_sink sink = { 0 };
    struct asy_diag diag = { 0 };
    assay_engine *engine = NULL;
    assay_config *config = assay_config_new();
    assay_status s = load(arena, path, &policy, &diag);

    if (assay_ok(s) && config == NULL)
        s = asy_no_memory(&diag);
    if (assay_ok(s))
        s = assay_config_policy_file(config, path, NULL);
    if (assay_ok(s))
        s = assay_engine_new(config, &engine, NULL);
    if (assay_ok(s) && engine->unusable != NULL)
        s = asy_fail(&diag, ASSAY_E_POLICY, 0, "%s: %.240s", path, engine->unusable->text);
    if (assay_ok(s) && engine->unsupported != NULL)
        s = asy_fail(&diag, ASSAY_E_POLICY, 0, "%s: %.240s", path, engine->unsupported->text);
    if (assay_ok(s)) {
        asy_policy_explain(policy, &sink);
        s = write_sink(&sink, write, context);
    }
    assay_engine_free(engine);
    assay_config_free(config);
    asy_arena_free(arena);
    return asy_give_error(s, &diag, error);
}

static bool found(const assay_result *result, enum asy_reason reason)
{
    for (size_t i = 0; i < assay_result_findings(result); i++) {
        if (strcmp(assay_finding_id(result, i), asy_reason_text(reason)->id) == 0)
            return true;
    }
    return false;
}

/* The first thing that is not as the test expects, or NULL. */
static const char *difference(struct asy_arena *arena, const struct asy_policy_test *test, const assay_result *result)
{
    assay_ruling ruling = assay_result_ruling(result), expected = { (int)test->expect };

    if (ruling.value != expected.value)
        return asy_printf(arena, "%s, expected %s", assay_ruling_text(ruling), assay_ruling_text(expected));
    for (size_t i = 0; i < test->because_n; i++) {
        if (!found(result, test->because[i]))
            return asy_printf(arena, "no finding %s", asy_reason_text(test->because[i])->id);
    }
    return NULL;
}

static assay_status add_files(assay_subject *subject, enum assay_role role, const char *const *files, size_t n,
                              struct asy_arena *arena, const char *policy_path)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < n; i++) {
        const char *path = asy_path_beside(arena, policy_path, files[i]);

        s = path == NULL ? asy_no_memory(NULL) : assay_subject_add_file(subject, role, path);
    }
    return s;
}

static assay_status ask(struct asy_arena *arena, const char *policy_path, const struct asy_policy_test *test,
                        assay_result **out, assay_error **error)
{
    const char *path = asy_path_beside(arena, policy_path, test->subject);
    assay_subject *subject = path == NULL ? NULL : assay_subject_new_path(path);
    assay_config *config = assay_config_new();
    assay_engine *engine = NULL;
    assay_status s = subject == NULL || config == NULL ? asy_no_memory(NULL) : asy_ok;

    if (assay_ok(s))
        s = assay_config_policy_file(config, policy_path, error);
    if (assay_ok(s)) {
        assay_config_time(config, test->at);
        s = add_files(subject, ASSAY_ROLE_SIGNATURE, test->signatures, test->signatures_n, arena, policy_path);
    }
    if (assay_ok(s))
        s = add_files(subject, ASSAY_ROLE_MANIFEST, test->manifests, test->manifests_n, arena, policy_path);
    if (assay_ok(s))
        s = assay_engine_new(config, &engine, error);
    if (assay_ok(s))
        s = assay_verify(engine, subject, out, error);
    assay_engine_free(engine);
    assay_config_free(config);
    assay_subject_free(subject);
    return s;
}

static assay_status run_test(struct asy_arena *arena, const char *policy_path, const struct asy_policy_test *test,
                             struct asy_sink *sink, bool *passed, assay_error **error)
{
    assay_result *result = NULL;
    const char *what;
    assay_status s = ask(arena, policy_path, test, &result, error);

    if (!assay_ok(s))
        return s;
    what = difference(arena, test, result);
    *passed = what == NULL;
    asy_put_text(sink, what == NULL ? "ok    " : "FAIL  ");
    asy_put_shown(sink, asy_view_of(test->name));
    if (what != NULL)
        asy_put_format(sink, ": %s", what);
    asy_put_text(sink, "\n");
    assay_result_free(result);
    return s;
}

assay_status assay_policy_test(const char *path, assay_write write, void *context, size_t *failed, assay_error **error)
{
    struct asy_arena *arena = asy_arena_new(DOCUMENT_BYTES);
    const struct asy_policy *policy = NULL;
    struct asy_sink sink = { 0 };
    struct asy_diag diag = { 0 };
    assay_status s = load(arena, path, &policy, &diag);

    *failed = 0;
    if (assay_ok(s) && policy->tests_n == 0)
        s = asy_fail(&diag, ASSAY_E_POLICY, 0, "%s has no tests", path);
    if (!assay_ok(s)) {
        asy_arena_free(arena);
        return asy_give_error(s, &diag, error);
    }
    for (size_t i = 0; assay_ok(s) && i < policy->tests_n; i++) {
        bool passed = false;

        s = run_test(arena, path, &policy->tests[i], &sink, &passed, error);
        *failed += !passed;
    }
    asy_put_format(&sink, "%zu tests, %zu failed\n", policy->tests_n, *failed);
    asy_arena_free(arena);
    if (assay_ok(s))
        return write_sink(&sink, write, context);
    asy_sink_clear(&sink);
    return s;
}
