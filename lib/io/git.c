/*
 * libgit2 is loaded when the first repository is opened, so that no other job pays for it and the libraries that it brings.
 * It stays loaded: its threads' storage is freed by code of its own.  Only its object database is used, over the two
 * backends that read the repository's own directory; a git_repository would read configuration and follow it.
 */
#include "io/git.h"

#include "io/library.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef ASSAY_GIT_LIBRARY

#include <git2.h>
#include <git2/sys/odb_backend.h>

_Static_assert(ASY_GIT_ID == GIT_OID_RAWSZ, "ids are SHA-1");

struct functions {
    int (*init)(void);
    int (*shutdown)(void);
    const git_error *(*error_last)(void);
    int (*odb_new)(git_odb **);
    int (*backend_loose)(git_odb_backend **, const char *, int, int, unsigned, unsigned);
    int (*backend_pack)(git_odb_backend **, const char *);
    int (*add_backend)(git_odb *, git_odb_backend *, int);
    void (*odb_free)(git_odb *);
    int (*read_header)(size_t *, git_object_t *, git_odb *, const git_oid *);
    int (*read)(git_odb_object **, git_odb *, const git_oid *);
    const void *(*data)(git_odb_object *);
    size_t (*size)(git_odb_object *);
    git_object_t (*type)(git_odb_object *);
    void (*object_free)(git_odb_object *);
    int (*hash)(git_oid *, const void *, size_t, git_object_t);
};

struct asy_git {
    struct functions call;
    git_odb *odb;
    int dir; /* the repository's own directory */
    bool begun;
};

enum { LOOSE_PATH = sizeof "objects/" + 2 * ASY_GIT_ID + 1 };

static bool load(struct functions *call)
{
    void *library = asy_library_keep(ASSAY_GIT_LIBRARY);
    bool all = library != NULL &&
               asy_library_find(library, "git_libgit2_init", &call->init) &&
               asy_library_find(library, "git_libgit2_shutdown", &call->shutdown) &&
               asy_library_find(library, "git_error_last", &call->error_last) &&
               asy_library_find(library, "git_odb_new", &call->odb_new) &&
               asy_library_find(library, "git_odb_backend_loose", &call->backend_loose) &&
               asy_library_find(library, "git_odb_backend_pack", &call->backend_pack) &&
               asy_library_find(library, "git_odb_add_backend", &call->add_backend) &&
               asy_library_find(library, "git_odb_free", &call->odb_free) &&
               asy_library_find(library, "git_odb_read_header", &call->read_header) &&
               asy_library_find(library, "git_odb_read", &call->read) &&
               asy_library_find(library, "git_odb_object_data", &call->data) &&
               asy_library_find(library, "git_odb_object_size", &call->size) &&
               asy_library_find(library, "git_odb_object_type", &call->type) &&
               asy_library_find(library, "git_odb_object_free", &call->object_free) &&
               asy_library_find(library, "git_odb_hash", &call->hash);

    asy_library_close(library);
    return all;
}

static assay_status failed(const struct asy_git *git, int code, struct asy_diag *diag)
{
    const git_error *said = git->call.error_last();

    return asy_fail(diag, code == GIT_ENOTFOUND ? ASSAY_E_ABSENT : ASSAY_E_FORMAT, 0, "%s",
                    said == NULL || said->message == NULL ? "libgit2 gives no reason" : said->message);
}

/* Adds a backend, which then belongs to the database. */
static assay_status add(struct asy_git *git, int made, git_odb_backend *backend, struct asy_diag *diag)
{
    int added = made == 0 ? git->call.add_backend(git->odb, backend, 1) : made;

    if (made == 0 && added != 0 && backend->free != NULL)
        backend->free(backend);
    return added == 0 ? asy_ok : failed(git, added, diag);
}

static assay_status open_objects(struct asy_git *git, const char *objects, struct asy_diag *diag)
{
    git_odb_backend *backend = NULL;
    int code;
    assay_status s;

    git->begun = git->call.init() > 0;
    code = git->begun ? git->call.odb_new(&git->odb) : -1;
    if (code != 0)
        return failed(git, code, diag);
    code = git->call.backend_loose(&backend, objects, -1, 0, 0, 0);
    s = add(git, code, backend, diag);
    if (!assay_ok(s))
        return s;
    backend = NULL;
    code = git->call.backend_pack(&backend, objects);
    return add(git, code, backend, diag);
}

/*
 * libgit2 opens whatever has the right name, and would wait for ever for somebody to write into a FIFO.  Nothing of that
 * name is fine: the object may be in a pack.
 */
static assay_status check_plain(const struct asy_git *git, const uint8_t *id, struct asy_diag *diag)
{
    char path[LOOSE_PATH];
    struct stat st;
    int len = snprintf(path, sizeof path, "objects/%02x/", id[0]);

    for (size_t i = 1; i < ASY_GIT_ID; i++)
        len += snprintf(path + len, sizeof path - (size_t)len, "%02x", id[i]);
    if (fstatat(git->dir, path, &st, 0) != 0 || S_ISREG(st.st_mode))
        return asy_ok;
    return asy_fail(diag, ASSAY_E_FORMAT, 0, "%s is no regular file", path);
}

static const char *name_of(git_object_t type)
{
    switch ((int)type) { /* deltas, and what later versions may add, are nothing that an id names */
    case GIT_OBJECT_COMMIT:
        return "commit";
    case GIT_OBJECT_TREE:
        return "tree";
    case GIT_OBJECT_BLOB:
        return "blob";
    case GIT_OBJECT_TAG:
        return "tag";
    default:
        return NULL;
    }
}

static git_oid oid_of(const uint8_t *id)
{
    git_oid oid;

    memcpy(oid.id, id, sizeof oid.id);
    return oid;
}

assay_status asy_git_look(const struct asy_git *git, const uint8_t id[static ASY_GIT_ID], const char **type,
                          uint64_t *size, struct asy_diag *diag)
{
    git_oid oid = oid_of(id);
    git_object_t found = GIT_OBJECT_INVALID;
    size_t len = 0;
    assay_status s = check_plain(git, id, diag);
    int code;

    if (!assay_ok(s))
        return s;
    code = git->call.read_header(&len, &found, git->odb, &oid);
    if (code != 0)
        return failed(git, code, diag);
    if (name_of(found) == NULL)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "an object of type %d", (int)found);
    *type = name_of(found);
    *size = len;
    return asy_ok;
}

/* ---- an object as a source ---- */

enum { FRAME = 32 }; /* "commit " and 20 digits fit */

struct object {
    const struct asy_git *git;
    uint8_t id[ASY_GIT_ID];
    const char *type;
    uint64_t size; /* without the frame */
    char frame[FRAME];
    size_t frame_len; /* 0: bare */
    git_odb_object *held;
};

static void object_close(void *state)
{
    struct object *object = state;

    if (object->held != NULL)
        object->git->call.object_free(object->held);
    object->held = NULL;
}

/*
 * libgit2 has compared the id, unless the application told it not to.  Here it is compared again where the object names
 * others; a file's is compared with the rest of the digests.
 */
static bool has_its_id(const struct object *object)
{
    const struct functions *call = &object->git->call;
    git_oid oid;

    return object->frame_len == 0 ||
           (call->hash(&oid, call->data(object->held), call->size(object->held), call->type(object->held)) == 0 &&
            memcmp(oid.id, object->id, sizeof object->id) == 0);
}

static assay_status object_open(void *state, struct asy_diag *diag)
{
    struct object *object = state;
    const struct functions *call = &object->git->call;
    git_oid oid = oid_of(object->id);
    const char *type;
    int code;

    if (object->held != NULL)
        return asy_ok;
    code = call->read(&object->held, object->git->odb, &oid);
    if (code != 0) {
        object->held = NULL;
        return failed(object->git, code, diag);
    }
    type = name_of(call->type(object->held));
    if (type != NULL && strcmp(type, object->type) == 0 && call->size(object->held) == object->size &&
        has_its_id(object))
        return asy_ok;
    object_close(object);
    return asy_fail(diag, ASSAY_E_FORMAT, 0, "the object is not of the id, type or size that it was said to be");
}

static assay_status object_read(void *state, uint64_t off, void *buf, size_t n, struct asy_diag *diag)
{
    const struct object *object = state;
    uint8_t *out = buf;

    if (object->held == NULL)
        return asy_fail(diag, ASSAY_E_INTERNAL, off, "the object is not open");
    for (; n > 0 && off < object->frame_len; n--)
        *out++ = (uint8_t)object->frame[off++];
    if (n > 0)
        memcpy(out, (const uint8_t *)object->git->call.data(object->held) + (off - object->frame_len), n);
    return asy_ok;
}

/* An id names the same bytes for ever. */
static bool object_unchanged(const void *state)
{
    (void)state;
    return true;
}

static struct asy_source *object_again(struct asy_arena *arena, const void *state)
{
    const struct object *object = state;

    return asy_source_git(arena, object->git, object->id, object->type, object->size, object->frame_len > 0);
}

static const void *object_group(const void *state)
{
    (void)state;
    return NULL;
}

static const struct asy_source_maker maker = {
    object_open, object_close, object_read, object_unchanged, object_again, object_group, NULL,
};

struct asy_source *asy_source_git(struct asy_arena *arena, const struct asy_git *git,
                                  const uint8_t id[static ASY_GIT_ID], const char *type, uint64_t size, bool framed)
{
    struct object *object = asy_alloc(arena, 1, sizeof *object);
    int len;

    if (object == NULL)
        return NULL;
    object->git = git;
    memcpy(object->id, id, sizeof object->id);
    object->type = type;
    object->size = size;
    if (framed) {
        len = snprintf(object->frame, sizeof object->frame, "%s %llu", type, (unsigned long long)size);
        if (len < 0 || (size_t)len >= sizeof object->frame)
            return NULL;
        object->frame_len = (size_t)len + 1; /* the NUL belongs to it */
    }
    return asy_source_made(arena, &maker, object, size + object->frame_len);
}

static void close_objects(struct asy_git *git)
{
    if (git->odb != NULL)
        git->call.odb_free(git->odb);
    if (git->begun)
        (void)git->call.shutdown();
}

#else /* built without libgit2 */

struct functions {
    bool none;
};

struct asy_git {
    struct functions call;
    int dir;
};

static bool load(struct functions *call)
{
    call->none = true;
    return false;
}

static assay_status open_objects(struct asy_git *git, const char *objects, struct asy_diag *diag)
{
    (void)git;
    return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "%s cannot be read: built without libgit2", objects);
}

static void close_objects(struct asy_git *git)
{
    (void)git;
}

assay_status asy_git_look(const struct asy_git *git, const uint8_t id[static ASY_GIT_ID], const char **type,
                          uint64_t *size, struct asy_diag *diag)
{
    (void)git, (void)id, (void)type, (void)size;
    return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "built without libgit2");
}

struct asy_source *asy_source_git(struct asy_arena *arena, const struct asy_git *git,
                                  const uint8_t id[static ASY_GIT_ID], const char *type, uint64_t size, bool framed)
{
    (void)arena, (void)git, (void)id, (void)type, (void)size, (void)framed;
    return NULL;
}

#endif

/* ---- its directory ---- */

/* What git itself asks of a repository's directory: HEAD, and the directories objects and refs. */
static bool is_repository(int dir)
{
    struct stat st;

    return fstatat(dir, "HEAD", &st, 0) == 0 && fstatat(dir, "objects", &st, 0) == 0 && S_ISDIR(st.st_mode) &&
           fstatat(dir, "refs", &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static int open_directory(const char *path)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir >= 0 && !is_repository(dir)) {
        (void)close(dir);
        return -1;
    }
    return dir;
}

static char *join(const char *path, const char *rest)
{
    size_t size = strlen(path) + strlen(rest) + 2;
    char *joined = malloc(size);

    if (joined != NULL)
        (void)snprintf(joined, size, "%s/%s", path, rest);
    return joined;
}

/* Whatever libgit2 would open by its name alone: see check_plain(). */
static assay_status check_packs(int dir, struct asy_diag *diag)
{
    int fd = openat(dir, "objects/pack", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *packs = fd < 0 ? NULL : fdopendir(fd);
    assay_status s = asy_ok;
    struct stat st;

    if (packs == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return asy_ok; /* no packs */
    }
    for (const struct dirent *e = readdir(packs); assay_ok(s) && e != NULL; e = readdir(packs)) {
        if (fstatat(fd, e->d_name, &st, 0) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
            continue;
        s = asy_fail(diag, ASSAY_E_FORMAT, 0, "objects/pack/%.100s is no regular file", e->d_name);
    }
    (void)closedir(packs);
    return s;
}

/* The repository's own directory: `path`, or ".git" in it.  Its name is the caller's to free; NULL: there is none. */
static char *find_directory(const char *path, int *dir)
{
    char *inner = join(path, ".git"), *own;

    *dir = inner == NULL ? -1 : open_directory(inner);
    if (*dir >= 0)
        return inner;
    free(inner);
    *dir = open_directory(path);
    if (*dir < 0)
        return NULL;
    own = strdup(path);
    if (own == NULL)
        (void)close(*dir);
    return own;
}

bool asy_is_git(const char *path)
{
    int dir;
    char *own = find_directory(path, &dir);

    if (own != NULL)
        (void)close(dir);
    free(own);
    return own != NULL;
}

static assay_status open_in(struct asy_git *git, const char *own, struct asy_diag *diag)
{
    char *objects = join(own, "objects");
    assay_status s;

    if (objects == NULL)
        return asy_no_memory(diag);
    s = check_packs(git->dir, diag);
    if (assay_ok(s) && load(&git->call))
        s = open_objects(git, objects, diag);
    else if (assay_ok(s))
        s = asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "libgit2 is not installed, or assay was built without it");
    free(objects);
    return s;
}

assay_status asy_git_open(const char *path, struct asy_git **out, struct asy_diag *diag)
{
    struct asy_git *git = calloc(1, sizeof *git);
    char *own;
    assay_status s;

    if (git == NULL)
        return asy_no_memory(diag);
    own = find_directory(path, &git->dir);
    if (own == NULL) {
        free(git);
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "is no git repository: no HEAD, objects and refs in it or in .git");
    }
    s = open_in(git, own, diag);
    free(own);
    if (assay_ok(s))
        *out = git;
    else
        asy_git_close(git);
    return s;
}

void asy_git_close(struct asy_git *git)
{
    if (git == NULL)
        return;
    close_objects(git);
    (void)close(git->dir);
    free(git);
}

assay_status asy_git_load(const struct asy_git *git, const char *name, uint64_t limit, struct asy_arena *arena,
                          struct asy_view *out, struct asy_diag *diag)
{
    struct asy_source *source;
    struct stat st;
    bool absent = fstatat(git->dir, name, &st, 0) != 0 ? errno == ENOENT || errno == ENOTDIR : S_ISDIR(st.st_mode);
    assay_status s;

    if (absent)
        return asy_fail(diag, ASSAY_E_ABSENT, 0, "%s is not there", name);
    source = asy_source_at(arena, git->dir, name);
    if (source == NULL)
        return asy_no_memory(diag);
    s = asy_source_open(source, diag);
    if (assay_ok(s))
        s = asy_source_load(source, limit, arena, out, diag);
    asy_source_close(source);
    return s;
}
