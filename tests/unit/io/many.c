/* Several sources at once are opened and read as each would be alone, with the kernel's help and without. */
#include "io/many.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = 8192 };

static char top[64];
static int dir;
static struct asy_arena *arena;
static struct asy_source *sources[ASY_MANY];
static uint8_t room[ASY_MANY][ROOM], *bufs[ASY_MANY];
static bool ok[ASY_MANY];

static void put(const char *name, size_t len, char what)
{
    int fd = openat(dir, name, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    char bytes[ROOM];

    memset(bytes, what, sizeof bytes);
    cr_assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    (void)close(fd);
}

static void set_up(void)
{
    (void)strcpy(top, "/tmp/assay-many-XXXXXX");
    cr_assert_not_null(mkdtemp(top));
    dir = open(top, O_RDONLY | O_DIRECTORY);
    arena = asy_arena_new(1 << 20);
    put("a", 5000, 'a');
    put("b", 1, 'b');
    put("empty", 0, 0);
    cr_assert_eq(mkdirat(dir, "folder", 0700), 0);
    cr_assert_eq(mkfifoat(dir, "fifo", 0600), 0);
    cr_assert_eq(symlinkat("a", dir, "inside"), 0);
    cr_assert_eq(symlinkat("/etc/passwd", dir, "outside"), 0);
    for (size_t i = 0; i < ASY_MANY; i++)
        bufs[i] = room[i];
}

static void tear_down(void)
{
    static const char *const names[] = { "a", "b", "empty", "fifo", "inside", "outside" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlinkat(dir, names[i], 0);
    (void)unlinkat(dir, "folder", AT_REMOVEDIR);
    (void)close(dir);
    (void)rmdir(top);
    asy_arena_free(arena);
}

TestSuite(many, .init = set_up, .fini = tear_down);

static size_t take(const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sources[i] = asy_source_at(arena, dir, names[i]);
    return n;
}

static void check_kinds(struct asy_many *many)
{
    static const char *const names[] = { "a", "fifo", "b", "missing", "folder", "empty", "outside", "inside", "../x" };
    static const bool wanted[] = { true, false, true, false, false, true, false, true, false };
    size_t n = take(names, sizeof names / sizeof *names);

    asy_many_open(many, sources, n, ok);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(ok[i], wanted[i], "%s", names[i]);
    asy_many_read(many, sources, bufs, n, ok);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(ok[i], wanted[i], "%s", names[i]);
    cr_assert_eq(asy_source_size(sources[0]), 5000);
    cr_assert(room[0][0] == 'a' && room[0][4999] == 'a' && room[2][0] == 'b' && room[7][4999] == 'a');
    asy_many_close(many, sources, n);
}

Test(many, only_regular_files_below_the_directory)
{
    check_kinds(NULL);
}

Test(many, only_regular_files_below_the_directory_with_the_kernels_help)
{
    struct asy_many *many = asy_many_new();

    if (many == NULL)
        cr_skip_test("no io_uring here");
    for (int i = 0; i < 100; i++)
        check_kinds(many);
    asy_many_free(many);
}

/* A file keeps the identity it had when it was first opened, and its size while it is read. */
static void check_changes(struct asy_many *many)
{
    static const char *const names[] = { "a", "b" };
    struct asy_diag diag;
    size_t n = take(names, 2);

    asy_many_open(many, sources, n, ok);
    put("a", 10, 'x');
    asy_many_read(many, sources, bufs, n, ok);
    cr_assert(!ok[0], "shorter than when it was opened");
    cr_assert(ok[1]);
    asy_many_close(many, sources, n);
    asy_many_open(many, sources, n, ok);
    cr_assert(!ok[0], "another size than at the first opening");
    cr_assert(ok[1]);
    asy_many_close(many, sources, n);
    cr_assert_eq(asy_source_open(sources[0], &diag).code, ASSAY_E_IO);
    put("a", 5000, 'a');
}

Test(many, a_changed_file_is_not_read)
{
    struct asy_many *many = asy_many_new();

    check_changes(NULL);
    if (many != NULL)
        check_changes(many);
    asy_many_free(many);
}

/* What is no file below a directory is read all the same. */
Test(many, bytes_in_memory_and_paths)
{
    struct asy_many *many = asy_many_new();
    char path[128];

    (void)snprintf(path, sizeof path, "%s/a", top);
    sources[0] = asy_source_of_memory(arena, ASY_TEXT("memory"));
    sources[1] = asy_source_at(arena, AT_FDCWD, path);
    sources[2] = asy_source_at(arena, dir, "b");
    asy_many_open(many, sources, 3, ok);
    asy_many_read(many, sources, bufs, 3, ok);
    cr_assert(ok[0] && ok[1] && ok[2]);
    cr_assert_arr_eq(room[0], "memory", 6);
    cr_assert(room[1][4999] == 'a' && room[2][0] == 'b');
    asy_many_close(many, sources, 3);
    asy_many_free(many);
}
