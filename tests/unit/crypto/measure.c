/* Every digest of a plan is right, whatever the sizes of the files, the number of digests and the number of threads. */
#include "crypto/crypto.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 150, LONGEST = 600000 };

static const enum asy_digest_alg algs[] = { ASY_SHA256, ASY_BLAKE2B_512, ASY_SHA512, ASY_MD5 };
static char top[64], names[FILES][16];
static int dir;
static uint8_t *bytes;
static struct asy_crypto *crypto;
static struct asy_arena *arena;
static struct asy_dossier *dossier;

/* Small ones of all kinds, some about the sizes where the ways part, one long. */
static size_t length_of(size_t i)
{
    static const size_t special[] = { 0, 1, 32767, 32768, 32769, 65536, 262144, 262145, LONGEST };

    return i < sizeof special / sizeof *special ? special[i] : (i * 7919) % 30000;
}

static struct asy_view content_of(size_t i)
{
    return (struct asy_view){ bytes + i, length_of(i) };
}

static void set_up(void)
{
    struct asy_diag diag;

    (void)strcpy(top, "/tmp/assay-measure-XXXXXX");
    cr_assert_not_null(mkdtemp(top));
    dir = open(top, O_RDONLY | O_DIRECTORY);
    bytes = malloc(LONGEST + FILES);
    for (size_t i = 0; i < LONGEST + FILES; i++)
        bytes[i] = (uint8_t)(i * 31 + (i >> 9));
    for (size_t i = 0; i < FILES; i++) {
        int fd;

        (void)snprintf(names[i], sizeof names[i], "f%zu", i);
        fd = openat(dir, names[i], O_CREAT | O_WRONLY, 0600);
        cr_assert(fd >= 0 && write(fd, content_of(i).data, content_of(i).len) == (ssize_t)content_of(i).len);
        (void)close(fd);
    }
    arena = asy_arena_new((size_t)8 << 20);
    dossier = asy_dossier_new(arena, &asy_default_limits, 0);
    cr_assert(assay_ok(asy_crypto_new(&crypto, &diag)), "%s", diag.text);
}

static void tear_down(void)
{
    for (size_t i = 0; i < FILES; i++)
        (void)unlinkat(dir, names[i], 0);
    (void)close(dir);
    (void)rmdir(top);
    asy_crypto_free(crypto);
    asy_arena_free(arena);
    free(bytes);
}

TestSuite(measure, .init = set_up, .fini = tear_down);

static struct asy_measure *plan(struct asy_item *item, enum asy_digest_alg alg, uint64_t off, uint64_t len)
{
    struct asy_piece piece = asy_span(item, off, len);
    struct asy_recipe recipe;

    cr_assert(asy_recipe_of(arena, &piece, 1, &recipe));
    return asy_add_measure(dossier, recipe, alg);
}

/* Plans the first `n` algorithms for the whole of every file. */
static void plan_all(size_t n)
{
    for (size_t i = 0; i < FILES; i++) {
        struct asy_item *item = asy_add_item(dossier, names[i], asy_source_at(arena, dir, names[i]));

        for (size_t a = 0; a < n; a++)
            cr_assert_not_null(plan(item, algs[a], 0, ASY_TO_END));
    }
}

static void measure(unsigned threads)
{
    struct asy_diag diag;

    cr_assert(assay_ok(asy_measure_all(crypto, dossier, threads, NULL, &diag)), "%s", diag.text);
}

static void check(const struct asy_measure *m, struct asy_view content, size_t i)
{
    uint8_t wanted[ASY_DIGEST_MAX];

    cr_assert(m->done, "file %zu: %s", i, m->why.detail == NULL ? "" : m->why.detail);
    cr_assert(asy_digest_bytes(crypto, m->alg, content, wanted));
    cr_assert_arr_eq(m->digest, wanted, asy_digest_len(m->alg), "%s of file %zu", asy_digest_name(m->alg), i);
}

static void check_all(void)
{
    for (size_t i = 0; i < FILES; i++) {
        cr_assert(dossier->items[i]->has_size && dossier->items[i]->size == length_of(i), "file %zu", i);
        for (const struct asy_measure *m = dossier->items[i]->measures; m != NULL; m = m->next)
            check(m, content_of(i), i);
    }
}

Test(measure, one_digest_of_each_on_one_thread)
{
    plan_all(1);
    measure(1);
    check_all();
}

Test(measure, one_digest_of_each_on_four_threads)
{
    plan_all(1);
    measure(4);
    check_all();
}

Test(measure, several_digests_of_each)
{
    plan_all(4);
    measure(2);
    check_all();
}

/* More digests of one item than one pass takes, of which only one is of the whole. */
Test(measure, many_digests_of_one)
{
    struct asy_item *item = asy_add_item(dossier, names[8], asy_source_at(arena, dir, names[8]));
    struct asy_measure *parts[40];

    cr_assert_not_null(plan(item, ASY_SHA256, 0, ASY_TO_END));
    for (size_t i = 0; i < 40; i++)
        parts[i] = plan(item, ASY_SHA256, i * 10000, 12345);
    measure(3);
    check(item->measures, content_of(8), 8);
    for (size_t i = 0; i < 40; i++)
        check(parts[i], asy_view_head(asy_view_from(content_of(8), i * 10000), 12345), 8);
}

/* One that is missing or no file spoils nothing for those beside it, and says why. */
Test(measure, what_cannot_be_read_says_so)
{
    plan_all(1);
    cr_assert_eq(unlinkat(dir, names[40], 0), 0);
    cr_assert_eq(unlinkat(dir, names[41], 0), 0);
    cr_assert_eq(symlinkat("/etc/passwd", dir, names[41]), 0);
    measure(2);
    for (size_t i = 0; i < FILES; i++) {
        const struct asy_measure *m = dossier->items[i]->measures;

        if (i != 40 && i != 41) {
            check(m, content_of(i), i);
            continue;
        }
        cr_assert(!m->done);
        cr_assert_eq(m->why.reason, ASY_INPUT_UNREADABLE);
        cr_assert_not_null(m->why.detail);
    }
}

static bool stop(void *context, uint64_t done, uint64_t all)
{
    (void)all;
    (void)context;
    return done == 0;
}

Test(measure, can_be_cancelled)
{
    const struct asy_progress progress = { stop, NULL };
    struct asy_diag diag;

    plan_all(1);
    cr_assert_eq(asy_measure_all(crypto, dossier, 2, &progress, &diag).code, ASSAY_E_CANCELLED);
}
