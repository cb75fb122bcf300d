#include "io/opening.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { FILE_AT, DESCRIPTOR, MEMORY, DIGEST, MADE };

/* What must not change while a file is read. */
struct identity {
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec modified, changed;
};

/* There is one for every file of a tree. */
struct asy_source {
    enum kind kind;
    union {
        struct { /* FILE_AT, DESCRIPTOR */
            int dir, fd; /* -1 while closed */
            bool known;  /* `identity` is that of an earlier opening */
            const char *path;
            struct identity identity;
        };
        struct { /* MEMORY, DIGEST: the bytes, or the digest */
            struct asy_view bytes;
            enum asy_digest_alg alg;
        };
        struct { /* MADE */
            const struct asy_source_maker *maker;
            void *state;
            uint64_t size;
        };
    };
};

static struct asy_source *source_new(struct asy_arena *arena, enum kind kind)
{
    struct asy_source *source = asy_alloc(arena, 1, sizeof *source);

    if (source != NULL)
        source->kind = kind;
    return source;
}

struct asy_source *asy_source_at(struct asy_arena *arena, int dir, const char *path)
{
    struct asy_source *source = source_new(arena, FILE_AT);

    if (source == NULL)
        return NULL;
    source->dir = dir;
    source->fd = -1;
    source->path = path;
    return source;
}

struct asy_source *asy_source_of_fd(struct asy_arena *arena, int fd)
{
    struct asy_source *source = source_new(arena, DESCRIPTOR);

    if (source == NULL)
        return NULL;
    source->dir = AT_FDCWD;
    source->fd = fd;
    return source;
}

struct asy_source *asy_source_of_memory(struct asy_arena *arena, struct asy_view bytes)
{
    struct asy_source *source = source_new(arena, MEMORY);

    if (source != NULL)
        source->bytes = bytes;
    return source;
}

struct asy_source *asy_source_of_digest(struct asy_arena *arena, enum asy_digest_alg alg, struct asy_view digest)
{
    struct asy_source *source = source_new(arena, DIGEST);

    if (source == NULL)
        return NULL;
    source->alg = alg;
    source->bytes = digest;
    return source;
}

struct asy_source *asy_source_made(struct asy_arena *arena, const struct asy_source_maker *maker, void *state,
                                   uint64_t size)
{
    struct asy_source *source = source_new(arena, MADE);

    if (source == NULL)
        return NULL;
    source->maker = maker;
    source->state = state;
    source->size = size;
    return source;
}

struct asy_source *asy_source_again(struct asy_arena *arena, const struct asy_source *first)
{
    struct asy_source *source;

    if (first->kind == MADE)
        return first->maker->again(arena, first->state);
    source = source_new(arena, first->kind);
    if (source == NULL)
        return NULL;
    *source = *first;
    if (source->kind == FILE_AT)
        source->fd = -1;
    return source;
}

const void *asy_source_group(const struct asy_source *source)
{
    return source->kind == MADE ? source->maker->group(source->state) : NULL;
}

bool asy_source_seeks(const struct asy_source *source)
{
    return source->kind != MADE || (source->maker->seeks != NULL && source->maker->seeks(source->state));
}

/* O_NONBLOCK: opening a FIFO must not wait for a writer.  It changes nothing for regular files. */
static const struct open_how below = {
    .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
};

static int open_file(const struct asy_source *source)
{
    struct open_how how = below;
    int fd;

    if (source->dir == AT_FDCWD)
        return open(source->path, (int)how.flags);
    do {
        fd = (int)syscall(SYS_openat2, source->dir, source->path, &how, sizeof how);
    } while (fd < 0 && errno == EAGAIN);
    /* Kernels before 5.6: a name in the directory itself, and no link; a longer path could pass through one. */
    if (fd < 0 && errno == ENOSYS && strchr(source->path, '/') == NULL)
        return openat(source->dir, source->path, (int)how.flags | O_NOFOLLOW);
    return fd;
}

static struct identity identity_of(const struct stat *st)
{
    return (struct identity){ st->st_dev, st->st_ino, st->st_size, st->st_mtim, st->st_ctim };
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same(const struct identity *a, const struct identity *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size && is_same_time(a->modified, b->modified) &&
           is_same_time(a->changed, b->changed);
}

static const char *kind_of_file(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a directory";
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    case S_IFBLK:
    case S_IFCHR:
        return "a device";
    default:
        return "no regular file";
    }
}

static assay_status check_regular(struct asy_source *source, struct asy_diag *diag)
{
    struct identity now;
    struct stat st;

    if (fstat(source->fd, &st) != 0)
        return asy_fail(diag, ASSAY_E_IO, 0, "%s", strerrordesc_np(errno));
    if (!S_ISREG(st.st_mode))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "is %s, expected a regular file", kind_of_file(st.st_mode));
    now = identity_of(&st);
    if (source->known && !is_same(&now, &source->identity))
        return asy_fail(diag, ASSAY_E_IO, 0, "changed since it was first opened");
    source->known = true;
    source->identity = now;
    return asy_ok;
}

assay_status asy_source_open(struct asy_source *source, struct asy_diag *diag)
{
    int fd;

    switch (source->kind) {
    case MEMORY:
    case DIGEST:
        return asy_ok;
    case MADE:
        return source->maker->open(source->state, diag);
    case DESCRIPTOR:
        return check_regular(source, diag);
    case FILE_AT:
        break;
    }
    if (source->fd >= 0)
        return asy_ok;
    fd = open_file(source);
    if (fd < 0)
        return asy_fail(diag, errno == ENOENT ? ASSAY_E_ABSENT : ASSAY_E_IO, 0, "%s", strerrordesc_np(errno));
    return asy_source_opened(source, fd, diag);
}

bool asy_source_opening(const struct asy_source *source, int *dir, const char **path, struct open_how *how)
{
    if (source->kind != FILE_AT || source->dir == AT_FDCWD || source->fd >= 0)
        return false;
    *dir = source->dir;
    *path = source->path;
    *how = below;
    return true;
}

assay_status asy_source_opened(struct asy_source *source, int fd, struct asy_diag *diag)
{
    assay_status s;

    source->fd = fd;
    s = check_regular(source, diag);
    if (!assay_ok(s))
        asy_source_close(source);
    return s;
}

int asy_source_fd(const struct asy_source *source)
{
    return source->kind == FILE_AT && source->dir != AT_FDCWD ? source->fd : -1;
}

int asy_source_release(struct asy_source *source)
{
    int fd = asy_source_fd(source);

    if (fd >= 0)
        source->fd = -1;
    return fd;
}

void asy_source_close(struct asy_source *source)
{
    if (source != NULL && source->kind == MADE)
        source->maker->close(source->state);
    if (source == NULL || source->kind != FILE_AT || source->fd < 0)
        return;
    (void)close(source->fd);
    source->fd = -1;
}

uint64_t asy_source_size(const struct asy_source *source)
{
    switch (source->kind) {
    case MEMORY:
        return source->bytes.len;
    case DIGEST:
        return 0;
    case MADE:
        return source->size;
    case FILE_AT:
    case DESCRIPTOR:
        break;
    }
    return source->identity.size < 0 ? 0 : (uint64_t)source->identity.size;
}

bool asy_source_is_digest(const struct asy_source *source, enum asy_digest_alg *alg, struct asy_view *digest)
{
    if (source->kind != DIGEST)
        return false;
    *alg = source->alg;
    *digest = source->bytes;
    return true;
}

static assay_status read_file(int fd, uint64_t off, uint8_t *buf, size_t n, struct asy_diag *diag)
{
    while (n > 0) {
        ssize_t got = pread(fd, buf, n, (off_t)off);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return asy_fail(diag, ASSAY_E_IO, off, "read at byte %llu: %s", (unsigned long long)off,
                            strerrordesc_np(errno));
        if (got == 0)
            return asy_fail(diag, ASSAY_E_FORMAT, off, "the file ends at byte %llu while it is read",
                            (unsigned long long)off);
        buf += got;
        n -= (size_t)got;
        off += (uint64_t)got;
    }
    return asy_ok;
}

assay_status asy_source_read(const struct asy_source *source, uint64_t off, void *buf, size_t n, struct asy_diag *diag)
{
    uint64_t size = asy_source_size(source);

    if (source->kind == DIGEST)
        return asy_fail(diag, ASSAY_E_ABSENT, 0, "only the digest is known, the bytes are not here");
    if (off > size || n > size - off)
        return asy_fail(diag, ASSAY_E_FORMAT, off, "%zu bytes at %llu, but the file has %llu", n,
                        (unsigned long long)off, (unsigned long long)size);
    if (source->kind == MEMORY) {
        if (n > 0)
            memcpy(buf, source->bytes.data + off, n);
        return asy_ok;
    }
    if (source->kind == MADE)
        return source->maker->read(source->state, off, buf, n, diag);
    return read_file(source->fd, off, buf, n, diag);
}

assay_status asy_source_load(const struct asy_source *source, uint64_t limit, struct asy_arena *arena,
                             struct asy_view *out, struct asy_diag *diag)
{
    uint64_t size = asy_source_size(source);
    uint8_t *bytes;
    assay_status s;

    if (source->kind == MEMORY && size <= limit) {
        *out = source->bytes;
        return asy_ok;
    }
    if (size > limit || size >= SIZE_MAX)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "%llu bytes, at most %llu are read here", (unsigned long long)size,
                        (unsigned long long)limit);
    bytes = asy_alloc(arena, (size_t)size + 1, 1);
    if (bytes == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_source_read(source, 0, bytes, (size_t)size, diag);
    if (assay_ok(s))
        *out = (struct asy_view){ bytes, (size_t)size };
    return s;
}

/* The name of a file still leads to it: what was read would else be no longer what the name stands for. */
static bool is_still_named(const struct asy_source *source)
{
    struct identity now;
    struct stat st;

    if (source->kind != FILE_AT)
        return true;
    if (fstatat(source->dir, source->path, &st, 0) != 0)
        return false;
    now = identity_of(&st);
    return is_same(&now, &source->identity);
}

bool asy_source_unchanged(const struct asy_source *source)
{
    struct identity now;
    struct stat st;

    if (source->kind == MEMORY || source->kind == DIGEST)
        return true;
    if (source->kind == MADE)
        return source->maker->unchanged(source->state);
    if (fstat(source->fd, &st) != 0)
        return false;
    now = identity_of(&st);
    return is_same(&now, &source->identity) && is_still_named(source);
}
