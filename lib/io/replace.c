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

assay_status asy_replace_file(const char *path, struct asy_view bytes, struct asy_diag *diag)
{
    char name[PATH_ROOM];
    assay_status s = path_with(path, ".XXXXXX", name, diag);
    bool written;
    int fd;

    if (!assay_ok(s))
        return s;
    fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return io_failed(diag, "cannot create a file beside", path);
    written = write_all(fd, bytes) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
    if (close(fd) != 0 || !written || rename(name, path) != 0) {
        s = io_failed(diag, "cannot write", path);
        (void)unlink(name);
        return s;
    }
    return sync_directory(path) ? asy_ok : io_failed(diag, "cannot bring to the disk the directory of", path);
}
