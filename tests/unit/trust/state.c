#include "trust/state.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct asy_arena *arena;
static char dir[] = "/tmp/assay-state-XXXXXX", path[64];

static void setup(void)
{
    arena = asy_arena_new((size_t)16 << 20);
    cr_assert_not_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/state", dir);
}

static void teardown(void)
{
    char command[64];

    (void)snprintf(command, sizeof command, "rm -r %s", dir);
    if (system(command) != 0)
        (void)fprintf(stderr, "%s is left\n", dir);
    asy_arena_free(arena);
}

TestSuite(state, .init = setup, .fini = teardown);

static struct asy_remembered version_of(const char *source, const char *version)
{
    return (struct asy_remembered){ .kind = ASY_REMEMBERS_VERSION, .source = asy_view_of(source),
                                    .scheme = ASY_VERSION_DEB, .version = asy_view_of(version) };
}

static struct asy_remembered release_of(const char *source, int64_t time)
{
    return (struct asy_remembered){ .kind = ASY_REMEMBERS_RELEASE, .source = asy_view_of(source), .time = time };
}

/* True when it was written; false when the file remembers something newer. */
static bool advance(struct asy_remembered seen)
{
    struct asy_memory memory = { NULL, 0, 0 };
    const struct asy_remembered *older = NULL;
    struct asy_diag diag = { 0 };

    cr_assert(asy_memory_keep(&memory, arena, &seen));
    cr_assert(assay_ok(asy_state_advance(path, arena, &memory, &older, &diag)), "%s", diag.text);
    return older == NULL;
}

static void write_text(struct asy_view text)
{
    FILE *file = fopen(path, "w");

    cr_assert(file != NULL && fwrite(text.data, 1, text.len, file) == text.len && fclose(file) == 0);
}

Test(state, nothing_goes_back)
{
    cr_expect(advance(version_of("/agent/amd64", "1.0-1")));
    cr_expect(advance(version_of("/agent/amd64", "1.0-2")));
    cr_expect(advance(version_of("/agent/amd64", "1.0-2")));
    cr_expect_not(advance(version_of("/agent/amd64", "1.0-1")));
    cr_expect_not(advance(version_of("/agent/amd64", "no version")));
    cr_expect(advance(version_of("/agent/arm64", "1.0-1")));
    cr_expect(advance(release_of("release/Acme/stable", 1000)));
    cr_expect_not(advance(release_of("release/Acme/stable", 999)));
    cr_expect(advance(release_of("release/Acme/stable", 1000)));
}

Test(state, text_is_read_back_as_it_was_written)
{
    struct asy_memory memory = { NULL, 0, 0 }, again;
    struct asy_remembered odd = version_of("a\tb\nc%d \xff", "1.0%-1");
    struct asy_remembered release = release_of("release//", 1700000000);
    struct asy_view text, text_again;
    struct asy_diag diag;

    cr_assert(asy_memory_keep(&memory, arena, &odd) && asy_memory_keep(&memory, arena, &release));
    cr_assert(asy_state_text(arena, &memory, &text));
    cr_assert(asy_view_is(text, "assay-state 1\nrelease\trelease//\t2023-11-14T22:13:20Z\n"
                                "version\ta%09b%0ac%25d %ff\tdeb\t1.0%25-1\nend 2\n"));
    cr_assert(assay_ok(asy_state_parse(arena, text, &again, &diag)));
    cr_assert(asy_state_text(arena, &again, &text_again));
    cr_expect(asy_view_eq(text, text_again));
}

/* What was cut off, lengthened or changed is never taken for a memory of less. */
Test(state, damage_is_an_error)
{
    static const char good[] = "assay-state 1\nversion\ta\tdeb\t1.0\nversion\tb\tdeb\t1.0\nend 2\n";
    static const char *const bad[] = {
        "", "assay-state 2\nend 0\n", "assay-state 1\nend 1\n", "assay-state 1\nend 0", "assay-state 1\nend 0\n\n",
        "assay-state 1\nversion\ta\tdeb\t1.0\nversion\ta\tdeb\t2.0\nend 2\n",
        "assay-state 1\nversion\ta\tfoo\t1.0\nend 1\n", "assay-state 1\nversion\ta\tdeb\t1.0\tx\nend 1\n",
        "assay-state 1\nrelease\ta\tyesterday\nend 1\n", "assay-state 1\nversion\ta%0\tdeb\t1\nend 1\n",
        "assay-state 1\nversion\ta%zz\tdeb\t1\nend 1\n", "assay-state 1\nother\ta\t1\nend 1\n",
    };
    struct asy_memory memory;
    struct asy_diag diag;

    cr_assert(assay_ok(asy_state_parse(arena, asy_view_of(good), &memory, &diag)) && memory.n == 2);
    for (size_t n = 0; n + 1 < sizeof good; n++)
        cr_expect(asy_state_parse(arena, asy_view_head(asy_view_of(good), n), &memory, &diag).code == ASSAY_E_FORMAT,
                  "cut at %zu", n);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(asy_state_parse(arena, asy_view_of(bad[i]), &memory, &diag).code == ASSAY_E_FORMAT, "row %zu", i);
}

Test(state, a_damaged_file_is_left_alone)
{
    struct asy_remembered entry = version_of("a", "1.0");
    struct asy_memory seen = { NULL, 0, 0 };
    const struct asy_remembered *older = NULL;
    struct asy_diag diag;
    struct stat st;

    write_text(ASY_TEXT("assay-state 1\nversion\ta\tdeb\t9"));
    cr_assert(asy_memory_keep(&seen, arena, &entry));
    cr_expect(asy_state_advance(path, arena, &seen, &older, &diag).code == ASSAY_E_FORMAT);
    cr_expect(stat(path, &st) == 0 && st.st_size == 29, "%lld", (long long)st.st_size);
}

Test(state, a_full_disk_loses_nothing)
{
    struct asy_remembered entry = version_of("a", "1.0");
    struct asy_memory seen = { NULL, 0, 0 };
    const struct asy_remembered *older = NULL;
    struct asy_diag diag;

    cr_assert(asy_memory_keep(&seen, arena, &entry));
    cr_expect(asy_state_advance("/proc/self/state", arena, &seen, &older, &diag).code == ASSAY_E_IO);
    cr_expect(asy_state_advance("/nonexistent/state", arena, &seen, &older, &diag).code == ASSAY_E_IO);
}

/* Every writer's entry and the highest of a shared one are there at the end. */
Test(state, many_writers)
{
    enum { WRITERS = 6, TURNS = 15 };
    struct asy_memory memory;
    struct asy_diag diag;

    for (int w = 0; w < WRITERS; w++) {
        pid_t child = fork();

        cr_assert(child >= 0);
        if (child != 0)
            continue;
        for (int t = 0; t < TURNS; t++) {
            char own[32], version[32];

            (void)snprintf(own, sizeof own, "own-%d-%02d", w, t);
            (void)snprintf(version, sizeof version, "1.%d", t * WRITERS + w);
            (void)advance(version_of(own, "1"));
            (void)advance(version_of("shared", version));
        }
        _exit(0);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 1;

        cr_assert(wait(&status) > 0 && status == 0);
    }
    cr_assert(assay_ok(asy_state_load(path, arena, &memory, &diag)), "%s", diag.text);
    cr_expect_eq(memory.n, WRITERS * TURNS + 1);
    for (size_t i = 0; i < memory.n; i++) {
        if (asy_view_is(memory.entries[i].source, "shared"))
            cr_expect(asy_view_is(memory.entries[i].version, "1.89"));
    }
}

/* A writer that is killed at any moment leaves a file that is whole, and a lock that is free. */
Test(state, killed_writers)
{
    for (int turn = 0; turn < 60; turn++) {
        const struct timespec pause = { 0, (turn % 20) * 150000L };
        struct asy_memory memory;
        struct asy_diag diag;
        pid_t child = fork();

        cr_assert(child >= 0);
        if (child == 0) {
            for (int t = 0;; t++) {
                char version[32];

                (void)snprintf(version, sizeof version, "1.%d", turn * 100000 + t);
                (void)advance(version_of("a", version));
            }
        }
        (void)nanosleep(&pause, NULL);
        (void)kill(child, SIGKILL);
        cr_assert(waitpid(child, NULL, 0) == child);
        cr_assert(assay_ok(asy_state_load(path, arena, &memory, &diag)), "%s", diag.text);
    }
    cr_expect(advance(version_of("a", "2")));
}
