/*
 * A tree: (mode SP name NUL id)*, sorted, with the ids in binary.  What a signed tree holds is still looked at: git's own
 * verify-tag and verify-commit pass a tree that no checkout may write.
 */
#include "format/git.h"

#include <stdlib.h>
#include <string.h>

enum kind { FILE_ENTRY, TREE_ENTRY, LINK_ENTRY, MODULE_ENTRY };

struct entry {
    struct asy_view name;
    enum kind kind;
    uint8_t id[ASY_GIT_HEX / 2];
};

struct tree {
    struct asy_reading *reading;
    struct entry *entries;
    size_t n, room;
    size_t told[ASY_BLOCKS + 1]; /* findings, by their severity */
};

enum { FINDINGS = 20, SHOWN = 100 }; /* findings of one tree of one severity, and bytes of a name in them */

static void find(struct tree *tree, enum asy_severity severity, enum asy_reason reason, struct asy_view name,
                 const char *what)
{
    struct asy_item *document = tree->reading->document;

    if (tree->told[severity]++ >= FINDINGS)
        return;
    asy_add_finding(tree->reading->dossier, severity, reason, document, document, "%s%.*s: %s", document->dir,
                    (int)(name.len < SHOWN ? name.len : SHOWN), (const char *)name.data, what);
}

/* The modes that git writes, and the one that it wrote once; a leading zero is another spelling. */
static bool kind_of(struct asy_view mode, enum kind *out)
{
    static const struct {
        const char *mode;
        enum kind kind;
    } modes[] = {
        { "100644", FILE_ENTRY }, { "100755", FILE_ENTRY }, { "100664", FILE_ENTRY },
        { "40000", TREE_ENTRY },  { "120000", LINK_ENTRY }, { "160000", MODULE_ENTRY },
    };

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (asy_view_is(mode, modes[i].mode)) {
            *out = modes[i].kind;
            return true;
        }
    }
    return false;
}

/* ---- names that a checkout would take for another ---- */

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Code points that HFS+ passes over when it compares names (Apple TN1150), three bytes each in UTF-8. */
static size_t ignorable_len(struct asy_view v)
{
    static const struct {
        uint8_t bytes[2], first, last;
    } runs[] = {
        { { 0xe2, 0x80 }, 0x8c, 0x8f }, /* U+200C to U+200F */
        { { 0xe2, 0x80 }, 0xaa, 0xae }, /* U+202A to U+202E */
        { { 0xe2, 0x81 }, 0xaa, 0xaf }, /* U+206A to U+206F */
        { { 0xef, 0xbb }, 0xbf, 0xbf }, /* U+FEFF */
    };

    for (size_t i = 0; v.len >= 3 && i < sizeof runs / sizeof *runs; i++) {
        if (memcmp(v.data, runs[i].bytes, 2) == 0 && v.data[2] >= runs[i].first && v.data[2] <= runs[i].last)
            return 3;
    }
    return 0;
}

/* True when the name is `plain` without regard to case and to what HFS+ ignores. */
static bool is_on_hfs(struct asy_view name, const char *plain)
{
    while (name.len > 0) {
        size_t skip = ignorable_len(name);

        if (skip == 0 && (*plain == '\0' || lower(name.data[0]) != (uint8_t)*plain++))
            return false;
        name = asy_view_from(name, skip == 0 ? 1 : skip);
    }
    return *plain == '\0';
}

/* NTFS drops dots and blanks at the end, and what follows a colon is a stream of the file before it. */
static bool is_on_ntfs(struct asy_view name, const char *plain)
{
    size_t len = 0;

    while (len < name.len && name.data[len] != ':')
        len++;
    while (len > 0 && (name.data[len - 1] == '.' || name.data[len - 1] == ' '))
        len--;
    return asy_view_eq_nocase(asy_view_head(name, len), asy_view_of(plain));
}

/* git's own directory, under any of its names; "git~1" is its short name on NTFS. */
static bool is_dot_git(struct asy_view part)
{
    return is_on_hfs(part, ".git") || is_on_ntfs(part, ".git") || is_on_ntfs(part, "git~1");
}

static bool is_dot_gitmodules(struct asy_view name)
{
    return is_on_hfs(name, ".gitmodules") || is_on_ntfs(name, ".gitmodules") || is_on_ntfs(name, "gitmod~1");
}

static bool is_part_safe(struct asy_view part)
{
    return !asy_view_is(part, ".") && !asy_view_is(part, "..") && !is_dot_git(part);
}

/* A backslash may stand in a name; on Windows it parts it. */
static bool is_safe(struct asy_view name)
{
    size_t start = 0;

    if (name.len == 0 || memchr(name.data, '/', name.len) != NULL)
        return false;
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && name.data[i] != '\\')
            continue;
        if (!is_part_safe((struct asy_view){ name.data + start, i - start }))
            return false;
        start = i + 1;
    }
    return true;
}

/* ---- entries together ---- */

static int compare_folded(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;

    for (size_t i = 0; i < n; i++) {
        int difference = lower(x->name.data[i]) - lower(y->name.data[i]);

        if (difference != 0)
            return difference;
    }
    if (x->name.len != y->name.len)
        return x->name.len < y->name.len ? -1 : 1;
    return asy_view_cmp(x->name, y->name);
}

/*
 * Names that differ by case alone are two files on one file system and one on another, where the second of two plain
 * files replaces the first; where one is a link or a directory, it leads the other elsewhere.
 */
static void check_pair(struct tree *tree, const struct entry *a, const struct entry *b)
{
    bool plain = a->kind == FILE_ENTRY && b->kind == FILE_ENTRY;

    if (asy_view_eq(a->name, b->name))
        find(tree, ASY_BLOCKS, ASY_ARCHIVE_DUPLICATE, a->name, "stands twice in its tree");
    else if (asy_view_eq_nocase(a->name, b->name))
        find(tree, plain ? ASY_NOTE : ASY_BLOCKS, ASY_ARCHIVE_DUPLICATE, a->name,
             "another entry differs from it by case alone");
}

static assay_status check_pairs(struct tree *tree)
{
    struct asy_arena *arena = tree->reading->dossier->arena;
    struct entry *sorted = asy_alloc(arena, tree->n + 1, sizeof *sorted);

    if (sorted == NULL)
        return asy_no_memory(&tree->reading->diag);
    if (tree->n > 0)
        memcpy(sorted, tree->entries, tree->n * sizeof *sorted);
    qsort(sorted, tree->n, sizeof *sorted, compare_folded);
    for (size_t i = 1; i < tree->n; i++)
        check_pair(tree, &sorted[i - 1], &sorted[i]);
    return asy_ok;
}

/* git's order: directories as though their names ended in '/'. */
static bool is_before(const struct entry *a, const struct entry *b)
{
    size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
    int difference = memcmp(a->name.data, b->name.data, n);
    uint8_t next_a = a->name.len > n ? a->name.data[n] : a->kind == TREE_ENTRY ? '/' : '\0';
    uint8_t next_b = b->name.len > n ? b->name.data[n] : b->kind == TREE_ENTRY ? '/' : '\0';

    return difference != 0 ? difference < 0 : next_a < next_b;
}

static void check_entry(struct tree *tree, const struct entry *entry)
{
    if (!is_safe(entry->name))
        find(tree, ASY_BLOCKS, ASY_ARCHIVE_PATH, entry->name, "is no name that may be checked out");
    if (entry->kind == LINK_ENTRY && is_dot_gitmodules(entry->name))
        find(tree, ASY_BLOCKS, ASY_ARCHIVE_PATH, entry->name, "is a symbolic link, which git would read elsewhere");
    if (entry->kind == MODULE_ENTRY)
        find(tree, ASY_NOTE, ASY_EVIDENCE_UNCHECKED, entry->name,
             "a submodule: the commit of another repository, which is named and not looked at");
}

/* ---- reading ---- */

static assay_status wrong(struct tree *tree, size_t at, const char *what)
{
    return asy_fail(&tree->reading->diag, ASSAY_E_FORMAT, at, "byte %zu: %s", at, what);
}

static assay_status read_entry(struct tree *tree, struct asy_reader *r)
{
    struct entry entry = { .name = { NULL, 0 } };
    struct asy_view mode, id;
    size_t at = r->at;

    if (!asy_get_until(r, ' ', &mode) || !asy_get_until(r, '\0', &entry.name) || !asy_get_view(r, sizeof entry.id, &id))
        return wrong(tree, at, "expected a mode, a name and an id");
    memcpy(entry.id, id.data, sizeof entry.id);
    if (!kind_of(mode, &entry.kind))
        return wrong(tree, at, "a mode that git does not write");
    if (tree->n > 0 && !is_before(&tree->entries[tree->n - 1], &entry))
        return wrong(tree, at, "the entries are not in order, or one stands twice");
    if (!asy_grow(tree->reading->dossier->arena, &tree->entries, tree->n, &tree->room, sizeof entry))
        return asy_fail(&tree->reading->diag, ASSAY_E_LIMIT, at, "memory of the job");
    tree->entries[tree->n++] = entry;
    return asy_ok;
}

static assay_status add_link(struct tree *tree, const struct entry *entry)
{
    struct asy_reading *reading = tree->reading;
    const char *path;

    if (entry->kind == MODULE_ENTRY)
        return asy_ok;
    path = asy_printf(reading->dossier->arena, "%s%.*s", reading->document->dir, (int)entry->name.len,
                      (const char *)entry->name.data);
    if (path == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    return asy_git_add_link(reading, entry->id, entry->kind == TREE_ENTRY ? "tree" : "blob", asy_view_of(path),
                            entry->kind == LINK_ENTRY);
}

assay_status asy_git_read_tree(struct asy_reading *reading, struct asy_reader *r)
{
    struct tree tree = { .reading = reading };
    assay_status s = asy_ok;

    while (assay_ok(s) && !asy_at_end(r))
        s = read_entry(&tree, r);
    for (size_t i = 0; assay_ok(s) && i < tree.n; i++) {
        check_entry(&tree, &tree.entries[i]);
        s = add_link(&tree, &tree.entries[i]);
    }
    return assay_ok(s) ? check_pairs(&tree) : s;
}
