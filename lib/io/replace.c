#include "io/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_TRIES = 200, LOCK_PAUSE_NS = 50 * 1000 * 1000, PATH_ROOM = 4096 };

static assay_status io_failed(struct asy_diag *diag, const char *what, const char *path)
{
    return asy_fail(diag, ASSAY_E_IO, 0, "%s %s: %s", what, path, strerrordesc_np(errno));
}

static assay_status path_with(const char *path, const char *end, char out[static PATH_ROOM], struct asy_diag *diag)
{
    int n = snprintf(out, PATH_ROOM, "%s%s", path, end);

    return n > 0 && n < PATH_ROOM ? asy_ok : asy_fail(diag, ASSAY_E_IO, 0, "the path %.60s... is too long", path);
}

assay_status asy_lock(const char *path, int *out, struct asy_diag *diag)
{
    const struct timespec pause = { 0, LOCK_PAUSE_NS };
    char name[PATH_ROOM];
    assay_status s = path_with(path, ".lock", name, diag);
    int fd;

    if (!assay_ok(s))
        return s;
    fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return io_failed(diag, "cannot open", name);
    for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || i == LOCK_TRIES) {
            s = io_failed(diag, "cannot lock", name);
            (void)close(fd);
            return s;
        }
        (void)nanosleep(&pause, NULL);
    }
    *out = fd;
    return asy_ok;
}

void asy_unlock(int lock)
{
    if (lock >= 0)
        (void)close(lock);
}

static bool write_all(int fd, struct asy_view bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.data, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = asy_view_from(bytes, (size_t)n);
    }
    return true;
}

/* The name lasts once the directory is on the disk. */
static bool sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char dir[PATH_ROOM] = ".";
    int fd;
    bool done;

    if (slash != NULL) {
        size_t n = slash == path ? 1 : (size_t)(slash - path);

        memcpy(dir, path, n);
        dir[n] = '\0';
    }
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    done = fsync(fd) == 0;
    (void)close(fd);
    return done;
}

struct asy_replacement {
    char path[PATH_ROOM], name[PATH_ROOM]; /* of the file, and of the new one until it has its name */
    int fd;
};

assay_status asy_replacement_begin(const char *path, struct asy_replacement **out, struct asy_diag *diag)
{
    struct asy_replacement *r = calloc(1, sizeof *r);
    assay_status s;

    if (r == NULL)
        return asy_no_memory(diag);
    s = path_with(path, "", r->path, diag);
    if (assay_ok(s))
        s = path_with(path, ".XXXXXX", r->name, diag);
    if (!assay_ok(s)) {
        free(r);
        return s;
    }
    r->fd = mkostemp(r->name, O_CLOEXEC);
    if (r->fd < 0) {
        s = io_failed(diag, "cannot create a file beside", path);
        free(r);
        return s;
    }
    *out = r;
    return asy_ok;
}

assay_status asy_replacement_write(struct asy_replacement *r, struct asy_view bytes, struct asy_diag *diag)
{
    return write_all(r->fd, bytes) ? asy_ok : io_failed(diag, "cannot write", r->path);
}

void asy_replacement_drop(struct asy_replacement *r)
{
    if (r == NULL)
        return;
    (void)close(r->fd);
    (void)unlink(r->name);
    free(r);
}

assay_status asy_replacement_commit(struct asy_replacement *r, struct asy_diag *diag)
{
    bool written = fchmod(r->fd, 0644) == 0 && fsync(r->fd) == 0;
    assay_status s = asy_ok;

    if (!written || rename(r->name, r->path) != 0) {
        s = io_failed(diag, "cannot write", r->path);
        asy_replacement_drop(r);
        return s;
    }
    if (!sync_directory(r->path))
        s = io_failed(diag, "cannot bring to the disk the directory of", r->path);
    (void)close(r->fd);
    free(r);
    return s;
}

assay_status asy_replace_file(const char *path, struct asy_view bytes, struct asy_diag *diag)
{
    struct asy_replacement *r = NULL;
    assay_status s = asy_replacement_begin(path, &r, diag);

    if (!assay_ok(s))
        return s;
    s = asy_replacement_write(r, bytes, diag);
    if (!assay_ok(s)) {
        asy_replacement_drop(r);
        return s;
    }
    return asy_replacement_commit(r, diag);
}

assay_status asy_remove_file(const char *path, struct asy_diag *diag)
{
    if (unlink(path) != 0)
        return errno == ENOENT ? asy_ok : io_failed(diag, "cannot remove", path);
    return sync_directory(path) ? asy_ok : io_failed(diag, "cannot bring to the disk the directory of", path);
}
