#include "verify/repository.h"

#include "base/reader.h"
#include "base/text.h"
#include "base/version.h"
#include "codec/deb822.h"
#include "codec/hex.h"
#include "io/inflate.h"
#include "verify/names.h"

#include <string.h>

struct repository {
    struct asy_run *run;
    int root;         /* descriptor of its directory */
    const char *dist; /* "dists/stable/" */
    const char *dir;  /* of the indices, as the release has it: "main/binary-amd64/" */
};

/* The stanza of the package, as far as it is used here. */
struct found {
    struct asy_view version, path, digest;
    size_t others; /* older versions of it */
    bool any, is_ambiguous; /* two files of this version */
    bool is_unordered;      /* a version that cannot be compared with the others */
};

static const char *const index_suffixes[] = { "", ".xz", ".gz", ".zst", ".bz2" };

enum { INDEX_SUFFIXES = sizeof index_suffixes / sizeof *index_suffixes };

/* ---- names ---- */

/* A relative path without empty parts, "." and ".." among them, of characters that are shown as they are. */
static bool is_safe(struct asy_view path)
{
    struct asy_reader r = asy_reader_of(path);
    struct asy_view part;
    uint32_t c;

    for (struct asy_view rest = path; rest.len > 0;) {
        size_t n = asy_utf8_next(rest, &c);

        if (n == 0 || !asy_is_shown(c))
            return false;
        rest = asy_view_from(rest, n);
    }
    do {
        if (!asy_get_until(&r, '/', &part))
            (void)asy_get_view(&r, r.rest.len, &part);
        if (part.len == 0 || asy_view_is(part, ".") || asy_view_is(part, ".."))
            return false;
    } while (!asy_at_end(&r));
    return path.data[path.len - 1] != '/';
}

static assay_status no_room(struct repository *repository)
{
    return asy_fail(&repository->run->diag, ASSAY_E_LIMIT, 0, "memory or number of items of the job");
}

static assay_status check_names(struct repository *repository)
{
    const struct asy_settings *settings = repository->run->job->settings;
    const char *const names[] = { settings->suite, settings->component, settings->arch, settings->package_name };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i] == NULL)
            return asy_fail(&repository->run->diag, ASSAY_E_ABSENT, 0,
                            "of a repository, the suite, the component, the architecture and the package must be named");
        if (!is_safe(asy_view_of(names[i])))
            return asy_fail(&repository->run->diag, ASSAY_E_FORMAT, 0, "\"%s\" is no name in a repository", names[i]);
    }
    repository->dist = asy_printf(repository->run->dossier->arena, "dists/%s/", settings->suite);
    repository->dir =
        asy_printf(repository->run->dossier->arena, "%s/binary-%s/", settings->component, settings->arch);
    return repository->dist == NULL || repository->dir == NULL ? no_room(repository) : asy_ok;
}

/* ---- files ---- */

/* The file if it is there: its source is open then. */
static struct asy_source *open_file(struct repository *repository, const char *path)
{
    struct asy_source *source =
        path == NULL ? NULL : asy_source_at(repository->run->dossier->arena, repository->root, path);

    return source != NULL && assay_ok(asy_source_open(source, NULL)) ? source : NULL;
}

/* Adds a file that is there as evidence; NULL where it is not there, or memory is short. */
static struct asy_item *add_evidence(struct repository *repository, const char *path)
{
    struct asy_source *source = open_file(repository, path);
    struct asy_item *item = source == NULL ? NULL : asy_add_item(repository->run->dossier, path, source);

    asy_source_close(source);
    if (item == NULL)
        return NULL;
    item->is_evidence = true;
    item->was_named = true;
    return item;
}

static const char *below_dist(struct repository *repository, const char *before, const char *name)
{
    return asy_printf(repository->run->dossier->arena, "%s%s%s", repository->dist, before, name);
}

/* InRelease where it is there, as apt does; else Release, with its signature beside it. */
static assay_status add_release(struct repository *repository, struct asy_item **out)
{
    struct asy_item *signature;

    *out = add_evidence(repository, below_dist(repository, "", "InRelease"));
    if (*out != NULL)
        return asy_ok;
    *out = add_evidence(repository, below_dist(repository, "", "Release"));
    if (*out == NULL)
        return asy_fail(&repository->run->diag, ASSAY_E_ABSENT, 0, "%s holds neither InRelease nor Release",
                        repository->dist);
    signature = add_evidence(repository, below_dist(repository, "", "Release.gpg"));
    if (signature != NULL)
        signature->about = *out;
    return asy_ok;
}

static assay_status load(struct repository *repository, const struct asy_item *item, uint64_t limit,
                         struct asy_view *out)
{
    struct asy_source *source = open_file(repository, item->name);
    assay_status s;

    if (source == NULL)
        return asy_fail(&repository->run->diag, ASSAY_E_IO, 0, "%s is no longer there", item->name);
    s = asy_source_load(source, limit, repository->run->dossier->arena, out, &repository->run->diag);
    asy_source_close(source);
    return s;
}

/* ---- the index ---- */

static bool is_index_name(const struct repository *repository, struct asy_view path)
{
    if (!asy_view_starts(path, asy_view_of(repository->dir)))
        return false;
    path = asy_view_from(path, strlen(repository->dir));
    if (!asy_view_starts(path, ASY_TEXT("Packages")))
        return false;
    path = asy_view_from(path, strlen("Packages"));
    for (size_t i = 0; i < INDEX_SUFFIXES; i++) {
        if (asy_view_is(path, index_suffixes[i]))
            return true;
    }
    return false;
}

/* The index by the digest that a line of the release gives it. */
static struct asy_item *add_by_hash(struct repository *repository, struct asy_view line)
{
    struct asy_arena *arena = repository->run->dossier->arena;
    struct asy_reader r = asy_reader_of(line);
    struct asy_view hex, size, path;
    struct asy_item *item;
    const char *known;

    if (!asy_get_word(&r, &hex) || !asy_get_word(&r, &size) || !asy_get_word(&r, &path) || !asy_at_end(&r) ||
        (hex.len != 64 && hex.len != 128) || !asy_is_hex(hex) || !is_index_name(repository, path))
        return NULL;
    known = asy_printf(arena, "%sby-hash/%s/%.*s", repository->dir, hex.len == 64 ? "SHA256" : "SHA512", (int)hex.len,
                       (const char *)hex.data);
    item = known == NULL ? NULL : add_evidence(repository, below_dist(repository, known, ""));
    if (item != NULL)
        item->known_as = known;
    return item;
}

static assay_status find_by_hash(struct repository *repository, const struct asy_item *release, struct asy_item **out)
{
    struct asy_view text, line;
    struct asy_reader r;
    assay_status s = load(repository, release, repository->run->dossier->limits->document, &text);

    if (!assay_ok(s))
        return s;
    r = asy_reader_of(text);
    while (*out == NULL && asy_get_line(&r, &line))
        *out = add_by_hash(repository, line);
    return asy_ok;
}

static assay_status add_index(struct repository *repository, const struct asy_item *release, struct asy_item **out)
{
    assay_status s = asy_ok;

    *out = NULL;
    for (size_t i = 0; *out == NULL && i < INDEX_SUFFIXES; i++) {
        const char *name = asy_printf(repository->run->dossier->arena, "%sPackages%s", repository->dir, index_suffixes[i]);

        if (name == NULL)
            return no_room(repository);
        *out = add_evidence(repository, below_dist(repository, name, ""));
        if (*out != NULL)
            (*out)->known_as = name;
    }
    if (*out == NULL)
        s = find_by_hash(repository, release, out);
    if (assay_ok(s) && *out == NULL)
        s = asy_fail(&repository->run->diag, ASSAY_E_ABSENT, 0, "%s%s holds no index Packages", repository->dist,
                     repository->dir);
    return s;
}

static assay_status load_index(struct repository *repository, const struct asy_item *index, struct asy_view *out)
{
    struct asy_dossier *dossier = repository->run->dossier;
    struct asy_view packed;
    struct asy_source *source;
    assay_status s = load(repository, index, dossier->limits->manifest, &packed);

    if (!assay_ok(s) || asy_packing_of(packed) == ASY_PACKED_NOT) {
        *out = packed;
        return s;
    }
    source = asy_source_of_memory(dossier->arena, packed);
    if (source == NULL)
        return no_room(repository);
    return asy_unpack_whole(source, 0, packed.len, asy_packing_of(packed), dossier->limits->manifest, dossier->arena, out,
                            &repository->run->diag);
}

/* ---- the package ---- */

static struct asy_view digest_of(const struct asy_stanza *stanza)
{
    struct asy_view digest = { NULL, 0 };

    if (!asy_stanza_line(stanza, "SHA512", &digest))
        (void)asy_stanza_line(stanza, "SHA256", &digest);
    return digest;
}

/* Keeps the highest version.  One version under two paths, or with two digests, is two packages; so are two of which
 * nobody can say which is higher. */
static void consider(const struct asy_stanza *stanza, struct found *found)
{
    struct asy_view version = { NULL, 0 }, path = { NULL, 0 }, digest = digest_of(stanza);
    int order;

    if (!asy_stanza_line(stanza, "Version", &version) || !asy_stanza_line(stanza, "Filename", &path))
        return;
    if (asy_view_starts(path, ASY_TEXT("./")))
        path = asy_view_from(path, 2);
    order = 1;
    if (found->any && !asy_version_cmp(ASY_VERSION_DEB, version, found->version, &order))
        found->is_unordered = true;
    if (order == 0) {
        found->is_ambiguous |= !asy_view_eq(path, found->path) || !asy_view_eq(digest, found->digest);
        return;
    }
    found->others += found->any;
    if (order < 0)
        return;
    *found = (struct found){ version, path, digest, found->others, true, false, found->is_unordered };
}

static assay_status find_package(struct repository *repository, struct asy_view index, struct found *found)
{
    struct asy_run *run = repository->run;
    struct asy_deb822 text = asy_deb822_of(index);
    struct asy_stanza stanza;
    struct asy_view name;

    run->diag.code = 0;
    while (asy_get_stanza(&text, &stanza, &run->diag)) {
        if (asy_stanza_line(&stanza, "Package", &name) && asy_view_is(name, run->job->settings->package_name))
            consider(&stanza, found);
    }
    if (run->diag.code != 0)
        return (assay_status){ run->diag.code };
    if (!found->any)
        return asy_fail(&run->diag, ASSAY_E_ABSENT, 0, "the package \"%s\" is not in the index",
                        run->job->settings->package_name);
    if (!is_safe(found->path))
        return asy_fail(&run->diag, ASSAY_E_FORMAT, 0, "the index gives the package a path outside the repository");
    return asy_ok;
}

static void tell_choice(struct repository *repository, const struct found *found, const struct asy_item *index)
{
    int shown = (int)(found->version.len > 64 ? 64 : found->version.len);

    if (found->is_ambiguous)
        asy_add_finding(repository->run->dossier, ASY_BLOCKS, ASY_PACKAGE_AMBIGUOUS, repository->run->subject, index,
                        "version %.*s is there with two paths or two digests", shown, (const char *)found->version.data);
    if (found->is_unordered)
        asy_add_finding(repository->run->dossier, ASY_BLOCKS, ASY_PACKAGE_AMBIGUOUS, repository->run->subject, index,
                        "%s", "of its versions it cannot be said which is the highest");
    if (found->others > 0)
        asy_add_finding(repository->run->dossier, ASY_NOTE, ASY_PACKAGE_AMBIGUOUS, repository->run->subject, index,
                        "%zu other versions are there, the highest is %.*s", found->others, shown,
                        (const char *)found->version.data);
}

static assay_status add_package(struct repository *repository, const struct found *found)
{
    struct asy_run *run = repository->run;
    const char *path = asy_copy_text(run->dossier->arena, found->path);
    struct asy_source *source = path == NULL ? NULL : asy_source_at(run->dossier->arena, repository->root, path);
    struct asy_diag diag = { 0 };

    run->subject = source == NULL ? NULL : asy_add_item(run->dossier, path, source);
    if (run->subject == NULL)
        return no_room(repository);
    run->subject->is_subject = true;
    if (assay_ok(asy_source_open(source, &diag)))
        return asy_ok;
    asy_because(run->dossier, &run->subject->why, ASY_INPUT_UNREADABLE, "%s", diag.text);
    asy_add_finding(run->dossier, ASY_BLOCKS, ASY_INPUT_UNREADABLE, run->subject, NULL, "%s", diag.text);
    return asy_ok;
}

static assay_status open_root(struct repository *repository)
{
    struct asy_run *run = repository->run;
    assay_status s;

    if (run->job->subject->path == NULL)
        return asy_fail(&run->diag, ASSAY_E_ABSENT, 0, "a repository is a directory");
    s = asy_tree_open(run->job->subject->path, true, run->dossier->limits, run->dossier->arena, &run->dossier->tree,
                      &run->diag);
    if (assay_ok(s))
        repository->root = run->dossier->tree->fd;
    return s;
}

assay_status asy_gather_repository(struct asy_run *run)
{
    struct repository repository = { .run = run, .root = -1 };
    struct asy_item *release = NULL, *index = NULL;
    struct found found = { 0 };
    struct asy_view text;
    assay_status s = open_root(&repository);

    if (assay_ok(s))
        s = check_names(&repository);
    if (assay_ok(s))
        s = add_release(&repository, &release);
    if (assay_ok(s))
        s = add_index(&repository, release, &index);
    if (assay_ok(s))
        s = load_index(&repository, index, &text);
    if (assay_ok(s))
        s = find_package(&repository, text, &found);
    if (assay_ok(s))
        s = add_package(&repository, &found);
    if (assay_ok(s))
        tell_choice(&repository, &found, index);
    return s;
}
