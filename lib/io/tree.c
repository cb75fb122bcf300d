#include "io/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct walk {
    struct asy_tree *tree;
    struct asy_arena *arena;
    const struct asy_limits *limits;
    struct asy_diag *diag;
    bool flat;
};

static assay_status add(struct walk *walk, const char *path, enum asy_entry_kind kind, const char *why)
{
    struct asy_tree *tree = walk->tree;

    if (tree->n >= walk->limits->items)
        return asy_fail(walk->diag, ASSAY_E_LIMIT, 0, "more than %u files", walk->limits->items);
    if (!asy_grow(walk->arena, &tree->entries, tree->n, &tree->room, sizeof *tree->entries))
        return asy_fail(walk->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    tree->entries[tree->n++] = (struct asy_entry){ path, kind, why, NULL };
    return asy_ok;
}

/* The text in a link, in the arena; NULL where it cannot be read or is longer than any path. */
static const char *text_of_link(struct walk *walk, int dir, const char *name)
{
    char text[PATH_MAX];
    ssize_t n = readlinkat(dir, name, text, sizeof text);

    return n <= 0 || (size_t)n == sizeof text
               ? NULL
               : asy_copy_text(walk->arena, (struct asy_view){ (const uint8_t *)text, (size_t)n });
}

static assay_status add_link(struct walk *walk, int dir, const char *name, const char *path, enum asy_entry_kind kind)
{
    assay_status s = add(walk, path, kind, NULL);

    if (assay_ok(s))
        walk->tree->entries[walk->tree->n - 1].target = text_of_link(walk, dir, name);
    return s;
}

/* Where a link leads, as long as it stays below the root. */
static enum asy_entry_kind kind_of_link(int root, const char *path)
{
    struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
    int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
    enum asy_entry_kind kind = ASY_ENTRY_BAD_LINK;
    struct stat st;

    if (fd < 0)
        return ASY_ENTRY_BAD_LINK;
    if (fstat(fd, &st) == 0)
        kind = S_ISREG(st.st_mode)   ? ASY_ENTRY_LINK
               : S_ISDIR(st.st_mode) ? ASY_ENTRY_DIR_LINK
                                     : ASY_ENTRY_BAD_LINK;
    (void)close(fd);
    return kind;
}

static unsigned char type_of(int dir, const struct dirent *entry)
{
    struct stat st;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return DT_UNKNOWN;
    return S_ISREG(st.st_mode) ? DT_REG : S_ISDIR(st.st_mode) ? DT_DIR : S_ISLNK(st.st_mode) ? DT_LNK : DT_FIFO;
}

static assay_status walk_dir(struct walk *walk, int fd, const char *prefix, uint32_t depth);

static assay_status walk_below(struct walk *walk, int dir, const char *name, const char *path, uint32_t depth)
{
    const char *prefix = asy_printf(walk->arena, "%s/", path);
    int fd;

    if (prefix == NULL)
        return asy_fail(walk->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    if (depth >= walk->limits->depth)
        return asy_fail(walk->diag, ASSAY_E_LIMIT, 0, "%s: more than %u directories deep", path, walk->limits->depth);
    fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return add(walk, path, ASY_ENTRY_UNREADABLE, strerrordesc_np(errno));
    return walk_dir(walk, fd, prefix, depth + 1);
}

static assay_status walk_entry(struct walk *walk, int dir, const struct dirent *entry, const char *prefix,
                               uint32_t depth)
{
    const char *path = asy_printf(walk->arena, "%s%s", prefix, entry->d_name);

    if (path == NULL)
        return asy_fail(walk->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    switch (type_of(dir, entry)) {
    case DT_REG:
        return add(walk, path, ASY_ENTRY_FILE, NULL);
    case DT_LNK:
        return add_link(walk, dir, entry->d_name, path, kind_of_link(walk->tree->fd, path));
    case DT_DIR:
        return walk->flat ? asy_ok : walk_below(walk, dir, entry->d_name, path, depth);
    case DT_UNKNOWN:
        return add(walk, path, ASY_ENTRY_UNREADABLE, "its type cannot be told");
    default:
        return add(walk, path, ASY_ENTRY_SPECIAL, NULL);
    }
}

/* Takes over `fd`. */
static assay_status walk_dir(struct walk *walk, int fd, const char *prefix, uint32_t depth)
{
    DIR *dir = fdopendir(fd);
    assay_status s = asy_ok;
    struct dirent *entry;

    if (dir == NULL) {
        (void)close(fd);
        return asy_no_memory(walk->diag);
    }
    while (assay_ok(s) && (errno = 0, entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            s = walk_entry(walk, fd, entry, prefix, depth);
    }
    if (assay_ok(s) && errno != 0)
        s = asy_fail(walk->diag, ASSAY_E_IO, 0, "%s: %s", prefix, strerrordesc_np(errno));
    (void)closedir(dir);
    return s;
}

static int by_path(const void *a, const void *b)
{
    const struct asy_entry *x = a, *y = b;

    return strcmp(x->path, y->path);
}

assay_status asy_tree_open(const char *path, bool flat, const struct asy_limits *limits, struct asy_arena *arena,
                           struct asy_tree **out, struct asy_diag *diag)
{
    struct asy_tree *tree = asy_alloc(arena, 1, sizeof *tree);
    struct walk walk = { tree, arena, limits, diag, flat };
    assay_status s;
    int copy;

    if (tree == NULL)
        return asy_no_memory(diag);
    tree->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree->fd < 0)
        return asy_fail(diag, errno == ENOENT ? ASSAY_E_ABSENT : ASSAY_E_IO, 0, "%s", strerrordesc_np(errno));
    copy = openat(tree->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    s = copy < 0 ? asy_fail(diag, ASSAY_E_IO, 0, "%s", strerrordesc_np(errno)) : walk_dir(&walk, copy, "", 0);
    if (!assay_ok(s)) {
        asy_tree_close(tree);
        return s;
    }
    if (tree->n > 1)
        qsort(tree->entries, tree->n, sizeof *tree->entries, by_path);
    *out = tree;
    return asy_ok;
}

void asy_tree_close(struct asy_tree *tree)
{
    if (tree == NULL || tree->fd < 0)
        return;
    (void)close(tree->fd);
    tree->fd = -1;
}

char asy_path_kind(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? '-' : '?';
    return S_ISDIR(st.st_mode) ? 'd' : S_ISREG(st.st_mode) ? 'f' : '?';
}
