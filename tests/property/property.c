/*
 * What must be true of every format, through the public API: whatever is changed, cut off, added or no longer trusted,
 * the ruling leaves ALLOW.  What may change without that is listed with each update as slack (tests/support/cases.h);
 * an archive that is judged by its members may change where another program still unpacks the very same from it.
 */
#include "support/cases.h"
#include "support/unpacking.h"

#include <criterion/criterion.h>

/* The ruling; a call that fails is a failure of the test, for trouble with inputs belongs into the result. */
static assay_result *judge(const assay_engine *engine, const struct loaded *update, const size_t *order)
{
    assay_subject *subject = subject_of(update, order);
    assay_result *result = NULL;
    assay_error *error = NULL;
    assay_status s;

    cr_assert_not_null(subject);
    s = assay_verify(engine, subject, &result, &error);
    cr_assert(assay_ok(s), "%s: %s", update->is->name, assay_error_text(error));
    assay_subject_free(subject);
    return result;
}

static bool is_allowed(const assay_engine *engine, const struct loaded *update)
{
    assay_result *result = judge(engine, update, NULL);
    bool allowed = assay_allows(result);

    cr_assert_eq(allowed, assay_result_exit_code(result) == 0);
    cr_assert_eq(allowed, assay_result_ruling(result).value == ASSAY_ALLOW);
    assay_result_free(result);
    return allowed;
}

static bool show(void *context, const char *text, size_t len)
{
    return fwrite(text, 1, len, context) == len;
}

/* Every property begins from an update that is allowed. */
static assay_engine *begin(const struct update *update, struct loaded *out)
{
    assay_engine *engine;
    assay_result *result;

    *out = load_update(update);
    engine = engine_of(out, true);
    cr_assert_not_null(engine, "%s", update->name);
    result = judge(engine, out, NULL);
    if (!assay_allows(result))
        cr_assert(assay_ok(assay_result_write(result, ASSAY_REPORT_TEXT, ASSAY_REPORT_FULL, show, stderr)));
    cr_assert(assay_allows(result), "%s is not allowed as it is", update->name);
    assay_result_free(result);
    return engine;
}

static void end(assay_engine *engine, struct loaded *update)
{
    assay_engine_free(engine);
    unload_update(update);
}

/* The artifact, then each document; NULL behind the last. */
static struct blob *part(struct loaded *update, size_t i, const struct evidence **evidence)
{
    *evidence = i == 0 ? NULL : &update->is->evidence[i - 1];
    if (i > update->evidence_n)
        return NULL;
    return i == 0 ? &update->artifact : &update->evidence[i - 1];
}

static const char *name_of(const struct evidence *what)
{
    return what == NULL ? "the artifact" : what->name;
}

/* Sanitizers look for other things than rulings, at ten times the cost: a sample is enough for them. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#ifdef SANITIZED
enum { EVERY_BIT = 31, EVERY_PREFIX = 3 };
#else
enum { EVERY_BIT = 1, EVERY_PREFIX = 1 };
#endif

/* A bit of every byte is enough of what is large, or of evidence that is turned bit by bit in another update. */
static size_t step_of(const struct update *update, const struct evidence *what)
{
    bool is_sample = update->is_coarse || (update->shape != IN_MEMORY && what != NULL);

    return is_sample && EVERY_BIT < 7 ? 7 : EVERY_BIT;
}

static bool is_free(const struct loaded *update, const struct blob *blob, const struct evidence *what, size_t off)
{
    slack_fn slack = what == NULL ? update->is->slack : what->slack;

    if (update->is->shape == BY_MEMBERS && what == NULL)
        return unpacks_to(blob->data, blob->len, "agent.bin", "agent 1.0\n");
    return slack != NULL && slack(blob->data, blob->len, off);
}

static void tamper(const assay_engine *engine, struct loaded *update, struct blob *blob, const struct evidence *what)
{
    for (size_t bit = 0; bit < blob->len * 8; bit += step_of(update->is, what)) {
        blob->data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        if (is_allowed(engine, update))
            cr_expect(is_free(update, blob, what, bit / 8), "%s: bit %zu of byte %zu of %s", update->is->name, bit % 8,
                      bit / 8, name_of(what));
        blob->data[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
}

/* True when the first bytes, of `len`, say what all of them say. */
static bool is_free_prefix(const struct blob *blob, size_t len, unsigned prefixes)
{
    size_t lines = 0;

    for (size_t i = 0; i < blob->len; i++)
        lines += blob->data[i] == '\n';
    if ((prefixes & SIGNIFY_FREE) != 0 &&
        ((lines == 2 && blob->data[blob->len - 1] == '\n') || (lines == 1 && blob->data[blob->len] == '\n')))
        return true;
    return ((prefixes & LINE_FREE) != 0 && blob->len + 1 == len) || ((prefixes & CR_LF_FREE) != 0 && blob->len + 2 == len);
}

static void truncate_all(const assay_engine *engine, struct loaded *update, struct blob *blob,
                         const struct evidence *what)
{
    size_t len = blob->len;

    for (blob->len = 0; blob->len < len; blob->len += EVERY_PREFIX) {
        if (is_free_prefix(blob, len, what == NULL ? update->is->prefixes : what->prefixes))
            continue;
        cr_expect_not(is_allowed(engine, update), "%s: the first %zu bytes of %s", update->is->name, blob->len,
                      name_of(what));
    }
    blob->len = len;
}

static void append(const assay_engine *engine, struct loaded *update, struct blob *blob, const struct evidence *what)
{
    static const unsigned char bytes[] = { 0, 'A', '=', '#', 0x30, 0xff };
    size_t len = blob->len;

    for (size_t i = 0; i < sizeof bytes; i++) {
        memset(blob->data + len, bytes[i], 16);
        blob->len = len + 1;
        cr_expect_not(is_allowed(engine, update), "%s: byte %02x behind %s", update->is->name, bytes[i], name_of(what));
        blob->len = len + 16;
        cr_expect_not(is_allowed(engine, update), "%s: 16 bytes %02x behind %s", update->is->name, bytes[i],
                      name_of(what));
    }
    blob->len = len;
}

typedef void (*change)(const assay_engine *, struct loaded *, struct blob *, const struct evidence *);

static void each_part(change change_it)
{
    for (size_t u = 0; u < UPDATES; u++) {
        const struct evidence *what;
        struct loaded update;
        assay_engine *engine = begin(&updates[u], &update);
        struct blob *blob;

        for (size_t i = 0; (blob = part(&update, i, &what)) != NULL; i++)
            change_it(engine, &update, blob, what);
        end(engine, &update);
    }
}

Test(property, a_turned_bit_is_never_allowed)
{
    each_part(tamper);
}

Test(property, a_prefix_is_never_allowed)
{
    each_part(truncate_all);
}

Test(property, bytes_behind_are_never_allowed)
{
    each_part(append);
}

Test(property, evidence_that_is_not_there_allows_nothing)
{
    for (size_t u = 0; u < UPDATES; u++) {
        struct loaded update;
        assay_engine *engine = begin(&updates[u], &update);
        size_t n = update.evidence_n;

        if (n > 0)
            update.evidence_n = n - 1;
        cr_expect(n == 0 || !is_allowed(engine, &update), "%s", updates[u].name);
        update.evidence_n = n;
        end(engine, &update);
    }
}

Test(property, without_trust_nothing_is_allowed)
{
    for (size_t u = 0; u < UPDATES; u++) {
        struct loaded update = load_update(&updates[u]);
        assay_engine *engine = engine_of(&update, false);

        cr_assert_not_null(engine);
        cr_expect_not(is_allowed(engine, &update), "%s", updates[u].name);
        end(engine, &update);
    }
}

static bool shares_trust(const struct update *a, const struct update *b)
{
    for (size_t i = 0; i < CASE_TRUST; i++) {
        for (size_t k = 0; k < CASE_TRUST; k++) {
            if (a->trust[i].file != NULL && b->trust[k].file != NULL &&
                a->trust[i].kind == b->trust[k].kind && strcmp(a->trust[i].file, b->trust[k].file) == 0)
                return true;
        }
    }
    return false;
}

/* allowed_signers holds the key of ssh.pub */
static bool is_ssh(const struct update *update)
{
    return strstr(update->trust[0].file, "ssh") != NULL || update->trust[0].kind == ASSAY_TRUST_ALLOWED_SIGNERS;
}

Test(property, anothers_trust_allows_nothing)
{
    for (size_t u = 0; u < UPDATES; u++) {
        struct loaded update = load_update(&updates[u]);

        for (size_t o = 0; o < UPDATES; o++) {
            struct loaded other = load_update(&updates[o]);
            assay_engine *engine = engine_of(&other, true);

            cr_assert_not_null(engine);
            if (!shares_trust(&updates[u], &updates[o]) && !(is_ssh(&updates[u]) && is_ssh(&updates[o])))
                cr_expect_not(is_allowed(engine, &update), "%s by the trust of %s", updates[u].name, updates[o].name);
            end(engine, &other);
        }
        unload_update(&update);
    }
}

/* Something to trust that is no such thing is in every report and never in silence. */
Test(property, unusable_trust_allows_nothing)
{
    static const enum assay_trust_kind kinds[] = { ASSAY_TRUST_KEY, ASSAY_TRUST_ANCHOR, ASSAY_TRUST_TSA_ANCHOR,
                                                   ASSAY_TRUST_INTERMEDIATE, ASSAY_TRUST_CRL,
                                                   ASSAY_TRUST_ALLOWED_SIGNERS, ASSAY_TRUST_KRL,
                                                   ASSAY_TRUST_NPM_KEYS };

    for (size_t u = 0; u < UPDATES; u++) {
        struct loaded update = load_update(&updates[u]);

        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            assay_config *config = config_of(&update, true);
            assay_engine *engine = NULL;

            cr_assert(assay_ok(assay_config_trust_memory(config, kinds[k], "noise", "\x01noise", 6, NULL)));
            cr_assert(assay_ok(assay_engine_new(config, &engine, NULL)));
            cr_expect_not(is_allowed(engine, &update), "%s with noise of kind %d", updates[u].name, (int)kinds[k]);
            assay_engine_free(engine);
            assay_config_free(config);
        }
        unload_update(&update);
    }
}

Test(property, order_does_not_matter)
{
    static const size_t orders[][CASE_EVIDENCE] = { { 1, 0, 2 }, { 1, 0, 2 } };

    for (size_t u = 0; u < UPDATES; u++) {
        struct loaded update;
        assay_engine *engine = begin(&updates[u], &update);

        for (size_t i = 0; update.evidence_n == 2 && i < 2; i++) {
            assay_result *one, *other;

            update.artifact.data[0] ^= (unsigned char)i; /* allowed, then not */
            one = judge(engine, &update, NULL);
            other = judge(engine, &update, orders[i]);
            cr_expect_eq(assay_result_ruling(one).value, assay_result_ruling(other).value, "%s", updates[u].name);
            cr_expect_eq(assay_result_exit_code(one), assay_result_exit_code(other), "%s", updates[u].name);
            cr_expect_eq(assay_result_findings(one), assay_result_findings(other), "%s", updates[u].name);
            assay_result_free(one);
            assay_result_free(other);
        }
        end(engine, &update);
    }
}

/* Verifies under one limit; a failed call allows nothing either. */
static bool allowed_under(const struct loaded *update, const char *limit, uint64_t value)
{
    assay_config *config = config_of(update, true);
    assay_subject *subject = subject_of(update, NULL);
    assay_engine *engine = NULL;
    assay_result *result = NULL;
    bool allowed;

    cr_assert(assay_ok(assay_config_limit(config, limit, value, NULL)), "%s", limit);
    cr_assert(assay_ok(assay_engine_new(config, &engine, NULL)));
    if (!assay_ok(assay_verify(engine, subject, &result, NULL)))
        cr_assert_null(result);
    allowed = assay_allows(result);
    assay_result_free(result);
    assay_engine_free(engine);
    assay_subject_free(subject);
    assay_config_free(config);
    return allowed;
}

Test(property, a_spent_limit_allows_nothing)
{
    for (size_t u = 0; u < UPDATES; u++) {
        struct loaded update;
        assay_engine *engine = begin(&updates[u], &update);
        const char *name = updates[u].name;

        if (update.evidence_n > 0) {
            cr_expect_not(allowed_under(&update, "items", 1), "%s", name);
            cr_expect_not(allowed_under(&update, "manifest", 8), "%s", name);
        } else if (updates[u].is_package) {
            cr_expect_not(allowed_under(&update, "claims", updates[u].signatures), "%s", name);
        } else {
            cr_expect_not(allowed_under(&update, "document", 8), "%s", name);
        }
        if (updates[u].signatures > 1 && update.evidence_n <= 1) /* it is one of each document */
            cr_expect_not(allowed_under(&update, "signatures", updates[u].signatures - 1), "%s", name);
        for (uint64_t claims = 1; claims < updates[u].signatures; claims++)
            cr_expect_not(allowed_under(&update, "claims", claims), "%s", name);
        end(engine, &update);
    }
}

/* However much memory there is: too little gives no ALLOW, and once it is enough more does no harm. */
Test(property, a_spent_arena_allows_nothing)
{
    for (size_t u = 0; u < UPDATES; u++) {
        struct loaded update;
        assay_engine *engine = begin(&updates[u], &update);
        bool before = false;

        for (uint64_t bytes = 1; bytes < 1 << 17; bytes += 16 + bytes / 16) {
            bool allowed = allowed_under(&update, "arena", bytes);

            cr_expect(allowed || !before, "%s: %llu bytes", updates[u].name, (unsigned long long)bytes);
            before = allowed;
        }
        cr_expect_not(allowed_under(&update, "arena", 512), "%s", updates[u].name);
        end(engine, &update);
    }
}

/* Whatever digests the evidence needs, or none. */
Test(property, what_is_denied_is_never_allowed)
{
    for (size_t u = 0; u < UPDATES; u++) {
        struct loaded update = load_update(&updates[u]);
        assay_config *config = config_of(&update, true);
        assay_engine *engine = NULL;
        assay_error *error = NULL;
        assay_result *result;
        bool told = false;

        cr_assert(assay_ok(assay_config_policy_file(config, ASSAY_TESTDATA "/property/deny.yaml", NULL)));
        cr_assert(assay_ok(assay_engine_new(config, &engine, &error)), "%s", assay_error_text(error));
        result = judge(engine, &update, NULL);
        cr_expect_not(assay_allows(result), "%s", updates[u].name);
        for (size_t i = 0; i < assay_result_findings(result); i++)
            told = told || strcmp(assay_finding_id(result, i), "policy.denied") == 0;
        cr_expect(told, "%s: no finding policy.denied", updates[u].name);
        assay_result_free(result);
        assay_engine_free(engine);
        assay_config_free(config);
        unload_update(&update);
    }
}
