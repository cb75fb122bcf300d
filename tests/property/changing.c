/*
 * Files that change while they are read: the progress callback, which is called between two readings, changes them.
 * Whatever is changed, and however well it is hidden, the update is not allowed.  Most changes are to bytes that were
 * read before, so that the digest still is the right one.
 */
#include <assay/assay.h>

#include <criterion/criterion.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL = 1 << 20, LARGE = 6 << 20, MOST = LARGE };

/* One file below a directory of its own, the list that pins it, and what happens to the file. */
struct scene {
    char dir[64], path[128], other[128], link[128];
    char list[256];
    unsigned char *bytes;
    size_t len;
    struct stat before;
    void (*change)(struct scene *);
    unsigned at, calls; /* which call of the callback changes it */
};

static void in_dir(const struct scene *scene, const char *name, char out[128])
{
    (void)snprintf(out, 128, "%s/%s", scene->dir, name);
}

static void write_file(const char *path, const unsigned char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    cr_assert_not_null(f, "%s", path);
    cr_assert_eq(fwrite(bytes, 1, len, f), len);
    cr_assert_eq(fclose(f), 0);
}

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

/* The clock of the file system ticks coarsely: what was written now can be told from what is written after this. */
static void let_it_tick(const struct scene *scene)
{
    char probe[128];
    struct stat st;

    in_dir(scene, "probe", probe);
    do {
        write_file(probe, (const unsigned char *)"", 0);
        cr_assert_eq(stat(probe, &st), 0);
    } while (!is_later(st.st_ctim, scene->before.st_ctim));
    (void)unlink(probe);
}

static void list_digest(struct scene *scene, const char *name, const unsigned char *bytes, size_t len)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char *at = scene->list + strlen(scene->list);
    unsigned n = 0;

    cr_assert_eq(EVP_Digest(bytes, len, digest, &n, EVP_sha256(), NULL), 1);
    for (unsigned i = 0; i < n; i++)
        at += sprintf(at, "%02x", digest[i]);
    (void)sprintf(at, "  %s\n", name);
}

static struct scene scene_new(size_t len)
{
    struct scene scene = { .len = len, .bytes = malloc(MOST), .at = 1 };

    cr_assert_not_null(scene.bytes);
    for (size_t i = 0; i < len; i++)
        scene.bytes[i] = (unsigned char)(i * 2654435761U >> 24);
    (void)strcpy(scene.dir, "/tmp/assay-changing-XXXXXX");
    cr_assert_not_null(mkdtemp(scene.dir));
    in_dir(&scene, "agent.bin", scene.path);
    in_dir(&scene, "other.bin", scene.other);
    in_dir(&scene, "link.bin", scene.link);
    list_digest(&scene, "agent.bin", scene.bytes, len);
    write_file(scene.path, scene.bytes, len);
    cr_assert_eq(stat(scene.path, &scene.before), 0);
    let_it_tick(&scene);
    return scene;
}

static void scene_end(struct scene *scene)
{
    (void)unlink(scene->path);
    (void)unlink(scene->other);
    (void)unlink(scene->link);
    cr_expect_eq(rmdir(scene->dir), 0, "something was written to %s", scene->dir);
    free(scene->bytes);
}

static bool on_progress(void *context, uint64_t done, uint64_t all)
{
    struct scene *scene = context;

    (void)done;
    (void)all;
    if (++scene->calls == scene->at && scene->change != NULL)
        scene->change(scene);
    return true;
}

static assay_engine *engine_with(unsigned threads)
{
    assay_config *config = assay_config_new();
    assay_engine *engine = NULL;

    cr_assert_not_null(config);
    assay_config_time(config, 1893456000);
    assay_config_threads(config, threads);
    cr_assert(assay_ok(assay_engine_new(config, &engine, NULL)));
    assay_config_free(config);
    return engine;
}

static bool is_told(const assay_result *result, const char *id)
{
    for (size_t i = 0; i < assay_result_findings(result); i++) {
        if (strcmp(assay_finding_id(result, i), id) == 0)
            return true;
    }
    return false;
}

/* The subject is taken over. */
static assay_result *judge(struct scene *scene, assay_subject *subject, unsigned threads)
{
    assay_engine *engine = engine_with(threads);
    assay_result *result = NULL;

    cr_assert_not_null(subject);
    cr_assert(assay_ok(assay_subject_add_memory(subject, ASSAY_ROLE_PINNED_MANIFEST, "SHA256SUMS", scene->list,
                                                strlen(scene->list))));
    assay_subject_set_progress(subject, on_progress, scene);
    scene->calls = 0;
    cr_assert(assay_ok(assay_verify(engine, subject, &result, NULL)));
    cr_assert_geq(scene->calls, scene->at, "the callback was called %u times", scene->calls);
    assay_subject_free(subject);
    assay_engine_free(engine);
    return result;
}

/* ---- what happens to the file ---- */

static void put_times_back(const struct scene *scene)
{
    const struct timespec times[2] = { scene->before.st_atim, scene->before.st_mtim };

    cr_assert_eq(utimensat(AT_FDCWD, scene->path, times, 0), 0);
}

static void write_at(const struct scene *scene, off_t off, const void *bytes, size_t n)
{
    int fd = open(scene->path, O_WRONLY);

    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, bytes, n, off), (ssize_t)n);
    cr_assert_eq(close(fd), 0);
}

static void rewrite(struct scene *scene)
{
    write_at(scene, 0, "MZ", 2);
}

static void rewrite_and_hide(struct scene *scene)
{
    write_at(scene, 0, "MZ", 2);
    put_times_back(scene);
}

static void grow(struct scene *scene)
{
    write_at(scene, (off_t)scene->len, "MZ", 2);
    put_times_back(scene);
}

static void shrink(struct scene *scene)
{
    cr_assert_eq(truncate(scene->path, (off_t)(scene->len / 2)), 0);
    put_times_back(scene);
}

static void empty(struct scene *scene)
{
    cr_assert_eq(truncate(scene->path, 0), 0);
}

/* Another file of the same size and times takes the name. */
static void replace(struct scene *scene)
{
    unsigned char first = scene->bytes[0];

    scene->bytes[0] ^= 1;
    write_file(scene->other, scene->bytes, scene->len);
    scene->bytes[0] = first;
    cr_assert_eq(rename(scene->other, scene->path), 0);
    put_times_back(scene);
}

static void take_away(struct scene *scene)
{
    cr_assert_eq(unlink(scene->path), 0);
}

static const struct way {
    const char *name;
    void (*change)(struct scene *);
    const char *told;
} ways[] = {
    { "rewritten", rewrite, "input.changed" },
    { "rewritten, and its time put back", rewrite_and_hide, "input.changed" },
    { "grown", grow, "input.changed" },
    { "shrunk", shrink, "input.unreadable" },
    { "emptied", empty, "input.unreadable" },
    { "replaced", replace, "input.changed" },
    { "taken away", take_away, "input.changed" },
};
enum { WAYS = sizeof ways / sizeof *ways };

static const struct {
    size_t len;
    unsigned threads;
} readings[] = { { SMALL, 1 }, { LARGE, 1 }, { LARGE, 3 } };
enum { READINGS = sizeof readings / sizeof *readings };

Test(changing, a_file_that_stays_is_allowed)
{
    for (size_t r = 0; r < READINGS; r++) {
        struct scene scene = scene_new(readings[r].len);
        assay_result *result = judge(&scene, assay_subject_new_path(scene.path), readings[r].threads);

        cr_expect(assay_allows(result), "%zu bytes, %u threads", readings[r].len, readings[r].threads);
        assay_result_free(result);
        scene_end(&scene);
    }
}

static void expect_refusal(const struct scene *scene, const struct way *way, const assay_result *result)
{
    cr_expect_not(assay_allows(result), "%zu bytes, %s", scene->len, way->name);
    cr_expect(is_told(result, way->told), "%zu bytes, %s: no %s", scene->len, way->name, way->told);
    cr_expect_eq(assay_result_exit_code(result), assay_reason_exit_code(way->told), "%zu bytes, %s: exit %d",
                 scene->len, way->name, assay_result_exit_code(result));
}

Test(changing, a_file_that_changes_is_not_allowed)
{
    for (size_t i = 0; i < WAYS * READINGS; i++) {
        const struct way *way = &ways[i / READINGS];
        struct scene scene = scene_new(readings[i % READINGS].len);
        assay_result *result;

        scene.change = way->change;
        result = judge(&scene, assay_subject_new_path(scene.path), readings[i % READINGS].threads);
        expect_refusal(&scene, way, result);
        assay_result_free(result);
        scene_end(&scene);
    }
}

/* Behind a descriptor only the file itself counts, not what now has its name. */
Test(changing, a_file_behind_a_descriptor_is_watched_too)
{
    for (size_t i = 0; i < 4; i++) {
        struct scene scene = scene_new(SMALL);
        int fd = open(scene.path, O_RDONLY);
        assay_result *result;

        result = judge(&scene, assay_subject_new_fd(fd, "agent.bin"), 1);
        cr_expect(assay_allows(result));
        assay_result_free(result);
        scene.change = ways[i].change;
        result = judge(&scene, assay_subject_new_fd(fd, "agent.bin"), 1);
        expect_refusal(&scene, &ways[i], result);
        assay_result_free(result);
        (void)close(fd);
        scene_end(&scene);
    }
}

/* The file that was read is the same as before, but its name now leads to another. */
static void turn_link(struct scene *scene)
{
    scene->bytes[0] ^= 1;
    write_file(scene->other, scene->bytes, scene->len);
    cr_assert_eq(unlink(scene->link), 0);
    cr_assert_eq(symlink("other.bin", scene->link), 0);
}

Test(changing, a_link_that_leads_elsewhere_meanwhile_is_seen)
{
    static const struct way way = { "a link turned", turn_link, "input.changed" };
    struct scene scene = scene_new(SMALL);
    assay_result *result;

    scene.list[0] = '\0';
    list_digest(&scene, "link.bin", scene.bytes, scene.len);
    cr_assert_eq(symlink("agent.bin", scene.link), 0);
    scene.change = turn_link;
    result = judge(&scene, assay_subject_new_path(scene.link), 1);
    expect_refusal(&scene, &way, result);
    assay_result_free(result);
    scene_end(&scene);
}

/* In a tree the first file that is read changes while it is read. */
Test(changing, a_file_of_a_tree_that_changes_is_not_allowed)
{
    for (size_t i = 0; i < WAYS; i++) {
        struct scene scene = scene_new(SMALL);
        assay_result *result;

        write_file(scene.other, (const unsigned char *)"other", 5);
        list_digest(&scene, "other.bin", (const unsigned char *)"other", 5);
        result = judge(&scene, assay_subject_new_path(scene.dir), 1);
        cr_expect(assay_allows(result));
        assay_result_free(result);
        scene.change = ways[i].change;
        result = judge(&scene, assay_subject_new_path(scene.dir), 1);
        expect_refusal(&scene, &ways[i], result);
        assay_result_free(result);
        scene_end(&scene);
    }
}

/* ustar, of two members; the checksum is the sum of the header with blanks in its place. */
static void tar_member(unsigned char *head, const char *name, size_t len)
{
    unsigned sum = 0;

    memset(head, 0, 512);
    (void)snprintf((char *)head, 100, "%s", name);
    (void)memcpy(head + 100, "0000644\0000000000\0000000000", 24);
    (void)snprintf((char *)head + 124, 12, "%011zo", len);
    (void)memcpy(head + 136, "00000000000", 12);
    (void)memcpy(head + 148, "        0", 9);
    (void)memcpy(head + 257, "ustar\00000", 8);
    for (int i = 0; i < 512; i++)
        sum += head[i];
    (void)snprintf((char *)head + 148, 8, "%06o", sum);
}

/* Members of an archive are judged, and a byte of the first changes after it was read. */
static void rewrite_first_member(struct scene *scene)
{
    write_at(scene, 512, "MZ", 2);
    put_times_back(scene);
}

Test(changing, an_archive_that_changes_is_not_allowed)
{
    static const struct way way = { "a member rewritten", rewrite_first_member, "input.unreadable" };
    struct scene scene = scene_new(512 * 6);

    for (int changes = 0; changes < 2; changes++) {
        assay_subject *subject = assay_subject_new_path(scene.path);
        assay_result *result;

        memset(scene.bytes, 'a', scene.len);
        tar_member(scene.bytes, "a", 512);
        tar_member(scene.bytes + 1024, "b", 512);
        memset(scene.bytes + 2048, 0, 1024);
        scene.list[0] = '\0';
        list_digest(&scene, "a", scene.bytes + 512, 512);
        list_digest(&scene, "b", scene.bytes + 1536, 512);
        write_file(scene.path, scene.bytes, scene.len);
        cr_assert_eq(stat(scene.path, &scene.before), 0);
        let_it_tick(&scene);
        scene.change = changes == 0 ? NULL : rewrite_first_member;
        assay_subject_by_members(subject, true);
        result = judge(&scene, subject, 1);
        if (changes == 0)
            cr_expect(assay_allows(result));
        else
            expect_refusal(&scene, &way, result);
        assay_result_free(result);
    }
    scene_end(&scene);
}

static bool stop(void *context, uint64_t done, uint64_t all)
{
    unsigned *calls = context;

    (void)done;
    (void)all;
    (*calls)++;
    return false;
}

/* A callback that stops the work: nothing was said. */
Test(changing, a_cancelled_call_says_nothing)
{
    for (size_t r = 0; r < READINGS; r++) {
        struct scene scene = scene_new(readings[r].len);
        assay_subject *subject = assay_subject_new_path(scene.path);
        assay_engine *engine = engine_with(readings[r].threads);
        assay_result *result = NULL;
        assay_error *error = NULL;
        unsigned calls = 0;

        cr_assert(assay_ok(assay_subject_add_memory(subject, ASSAY_ROLE_PINNED_MANIFEST, "SHA256SUMS", scene.list,
                                                    strlen(scene.list))));
        assay_subject_set_progress(subject, stop, &calls);
        cr_expect_eq(assay_verify(engine, subject, &result, &error).code, ASSAY_E_CANCELLED);
        cr_expect_null(result);
        cr_expect_not(assay_allows(result));
        cr_expect_eq(calls, 1);
        cr_expect_not_null(strstr(assay_error_text(error), "cancelled"));
        assay_error_free(error);
        assay_engine_free(engine);
        assay_subject_free(subject);
        scene_end(&scene);
    }
}
