/*
 * An in-toto layout with its links and its product, each of them a file: with one bit of any byte turned, with any of
 * them cut, lengthened or away, without a key, or short of memory, it is not allowed.
 */
#include <assay/assay.h>

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 16, PATH_ROOM = 512, CUT_STEP = 41 };

struct file {
    char path[PATH_ROOM]; /* below the case's directory */
    unsigned char *data;
    size_t len;
};

struct set {
    char dir[PATH_ROOM];
    struct file files[FILES_MAX];
    size_t n;
};

static struct set set; /* nftw(3) takes no context */
static const char *copied_from;

static void write_file(const struct file *file, const unsigned char *data, size_t len)
{
    char path[2 * PATH_ROOM];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", set.dir, file->path);
    f = fopen(path, "wb");
    cr_assert_not_null(f, "%s", path);
    cr_assert_eq(fwrite(data, 1, len, f), len);
    cr_assert_eq(fclose(f), 0);
}

static int take(const char *path, const struct stat *st, int type, struct FTW *at)
{
    const char *below = path + strlen(copied_from);
    char to[2 * PATH_ROOM];
    struct file *file = &set.files[set.n];
    FILE *f;

    (void)at;
    if (type == FTW_D) {
        (void)snprintf(to, sizeof to, "%s%s", set.dir, below);
        return mkdir(to, 0700) != 0 && *below != '\0' ? -1 : 0;
    }
    if (set.n == FILES_MAX)
        return -1;
    (void)snprintf(file->path, sizeof file->path, "%s", below + 1);
    file->len = (size_t)st->st_size;
    file->data = malloc(file->len + 1);
    f = fopen(path, "rb");
    if (file->data == NULL || f == NULL || fread(file->data, 1, file->len, f) != file->len)
        return -1;
    (void)fclose(f);
    write_file(file, file->data, file->len);
    set.n++;
    return 0;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void set_up(const char *name)
{
    static char from[PATH_ROOM];

    (void)snprintf(from, sizeof from, ASSAY_TESTDATA "/layout/valid/%s", name);
    copied_from = from;
    set.n = 0;
    (void)snprintf(set.dir, sizeof set.dir, "%s/assay-layout-XXXXXX",
                   getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
    cr_assert_not_null(mkdtemp(set.dir));
    cr_assert_eq(nftw(from, take, 8, FTW_PHYS), 0);
    cr_assert_geq(set.n, 4);
}

static void tear_down(void)
{
    for (size_t i = 0; i < set.n; i++)
        free(set.files[i].data);
    (void)nftw(set.dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

/* The key that the layout is signed by, or none; `arena` bytes of memory, 0: as usual. */
static assay_engine *engine_of(const char *key, uint64_t arena)
{
    assay_config *config = assay_config_new();
    assay_engine *engine = NULL;

    cr_assert_not_null(config);
    assay_config_time(config, 1893456000);
    assay_config_threads(config, 1);
    if (key != NULL)
        cr_assert(assay_ok(assay_config_trust_file(config, ASSAY_TRUST_LAYOUT_KEY, key, NULL)));
    if (arena > 0)
        cr_assert(assay_ok(assay_config_limit(config, "arena", arena, NULL)));
    cr_assert(assay_ok(assay_engine_new(config, &engine, NULL)));
    assay_config_free(config);
    return engine;
}

static bool is_allowed(const assay_engine *engine, bool with_product)
{
    char layout[2 * PATH_ROOM], links[2 * PATH_ROOM], product[2 * PATH_ROOM];
    assay_subject *subject;
    assay_result *result = NULL;
    bool allowed;

    (void)snprintf(layout, sizeof layout, "%s/root.layout", set.dir);
    (void)snprintf(links, sizeof links, "%s/links", set.dir);
    (void)snprintf(product, sizeof product, "%s/product", set.dir);
    subject = assay_subject_new_path(with_product ? product : layout);
    cr_assert_not_null(subject);
    cr_assert(assay_ok(assay_subject_add_file(subject, ASSAY_ROLE_LAYOUT, layout)));
    cr_assert(assay_ok(assay_subject_add_file(subject, ASSAY_ROLE_LINK_DIR, links)));
    (void)assay_verify(engine, subject, &result, NULL).code;
    allowed = assay_allows(result);
    assay_result_free(result);
    assay_subject_free(subject);
    return allowed;
}

/*
 * What an owner says of his key is signed by nobody, and nobody needs it: there are few keys, and all are tried.  An
 * envelope need not say it at all.
 */
static bool is_slack(const struct file *file, size_t off)
{
    static const char mark[] = "\"keyid\": \"";
    const unsigned char *at = memmem(file->data, file->len, mark, sizeof mark - 1);
    size_t from = at == NULL ? file->len : (size_t)(at - file->data);

    if (strcmp(file->path, "root.layout") != 0 && strncmp(file->path, "links/look.", strlen("links/look.")) != 0)
        return false;
    return off > from && off < from + sizeof mark - 1 + 64;
}

static void expect_no_change(const assay_engine *engine, const struct file *file)
{
    unsigned char *bytes = malloc(file->len + 2);

    cr_assert_not_null(bytes);
    for (size_t off = 0; off < file->len; off++) {
        if (is_slack(file, off))
            continue;
        memcpy(bytes, file->data, file->len);
        bytes[off] ^= (unsigned char)(1U << off % 8);
        write_file(file, bytes, file->len);
        cr_expect_not(is_allowed(engine, true), "%s: bit %zu of byte %zu", file->path, off % 8, off);
    }
    for (size_t len = 0; len < file->len; len += CUT_STEP) {
        write_file(file, file->data, len);
        cr_expect_not(is_allowed(engine, true), "%s: %zu bytes", file->path, len);
    }
    memcpy(bytes, file->data, file->len);
    bytes[file->len] = '{';
    write_file(file, bytes, file->len + 1);
    cr_expect_not(is_allowed(engine, true), "%s: one byte more", file->path);
    write_file(file, file->data, file->len);
    free(bytes);
}

static void expect_none_away(const assay_engine *engine, const struct file *file)
{
    char path[2 * PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s/%s", set.dir, file->path);
    cr_assert_eq(unlink(path), 0);
    cr_expect_not(is_allowed(engine, true), "%s is away", file->path);
    write_file(file, file->data, file->len);
}

static void play(const char *name, bool chain_too)
{
    static const char key[] = ASSAY_TESTDATA "/layout/keys/owner.pub",
                      other[] = ASSAY_TESTDATA "/layout/keys/other.pub";
    assay_engine *engine = engine_of(key, 0), *nobody = engine_of(NULL, 0), *another = engine_of(other, 0);

    set_up(name);
    cr_assert(is_allowed(engine, true), "%s", name);
    cr_expect_eq(is_allowed(engine, false), chain_too, "%s", name);
    for (int product = 0; product < 2; product++) {
        cr_expect_not(is_allowed(nobody, product), "%s: nobody is trusted", name);
        cr_expect_not(is_allowed(another, product), "%s: another key", name);
    }
    for (size_t i = 0; i < set.n; i++) {
        expect_no_change(engine, &set.files[i]);
        expect_none_away(engine, &set.files[i]);
    }
    cr_expect(is_allowed(engine, true), "%s is as it was", name);
    assay_engine_free(nobody);
    assay_engine_free(another);
    assay_engine_free(engine);
    tear_down();
}

Test(layout, recorded, .timeout = 600)
{
    play("recorded", true);
}

Test(layout, in_envelopes, .timeout = 600)
{
    play("envelopes", true);
}

/* It fits into some memory; in less there is no crash, and in the least nothing is allowed. */
Test(layout, short_of_memory, .timeout = 600)
{
    set_up("sublayout");
    for (uint64_t room = 1024; room <= 4 << 20; room += room / 8) {
        assay_engine *engine = engine_of(ASSAY_TESTDATA "/layout/keys/owner.pub", room);
        bool allowed = is_allowed(engine, true);

        cr_expect(room > 8192 || !allowed, "%llu bytes", (unsigned long long)room);
        cr_expect(room < 2 << 20 || allowed, "%llu bytes", (unsigned long long)room);
        assay_engine_free(engine);
    }
    tear_down();
}
