/*
 * The directory of trusted metadata.  A file is replaced whole and brought to the disk before the next one is fetched, so
 * that a crash leaves a state that was trusted.  One step needs two: a root that comes with other keys of timestamp or
 * snapshot takes their files away.  It is announced in the file "rotated", which holds the version of that root.
 */
#include "trust/tuf_client.h"

#include "base/text.h"
#include "io/replace.h"
#include "io/source.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { NAME_BYTES = 240, MARK_BYTES = 32 };

static const char *path_in(struct asy_tuf *tuf, const char *name)
{
    return name == NULL ? NULL : asy_printf(tuf->arena, "%s/%s", tuf->dir, name);
}

/* Names longer than a file's may be are refused, whatever the file system says of them. */
static assay_status path_of(struct asy_tuf *tuf, struct asy_view role, const char **out, struct asy_diag *diag)
{
    const char *encoded = asy_percent_encode(tuf->arena, role, "");

    if (encoded != NULL && asy_view_of(encoded).len > NAME_BYTES)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "the name of the role %.60s... is too long for a file", encoded);
    *out = encoded == NULL ? NULL : path_in(tuf, asy_printf(tuf->arena, "%s.json", encoded));
    return *out == NULL ? asy_no_memory(diag) : asy_ok;
}

static assay_status read_file(const char *path, uint64_t limit, struct asy_arena *arena, struct asy_view *out,
                              struct asy_diag *diag)
{
    struct asy_source *source = asy_source_at(arena, AT_FDCWD, path);
    assay_status s = source == NULL ? asy_no_memory(diag) : asy_source_open(source, diag);

    if (assay_ok(s))
        s = asy_source_load(source, limit, arena, out, diag);
    if (source != NULL)
        asy_source_close(source);
    return s;
}

assay_status asy_tuf_load(struct asy_tuf *tuf, struct asy_view role, enum asy_tuf_type type, struct asy_tuf_meta **out,
                          struct asy_diag *diag)
{
    struct asy_arena *arena = asy_arena_new(ASY_TUF_TARGETS_BYTES + (1 << 20));
    struct asy_diag inner = { 0 };
    const char *path = "";
    struct asy_view bytes;
    assay_status s = arena == NULL ? asy_no_memory(&inner) : path_of(tuf, role, &path, &inner);

    *out = NULL;
    if (assay_ok(s))
        s = read_file(path, ASY_TUF_TARGETS_BYTES, arena, &bytes, &inner);
    if (assay_ok(s))
        s = asy_tuf_read(tuf->crypto, bytes, type, out, &inner);
    asy_arena_free(arena);
    if (assay_ok(s) || s.code == ASSAY_E_ABSENT)
        return asy_ok;
    return asy_fail(diag, s.code, inner.at, "%.100s: %.200s", path, inner.text);
}

assay_status asy_tuf_save(struct asy_tuf *tuf, struct asy_view role, struct asy_view bytes, struct asy_diag *diag)
{
    const char *path;
    assay_status s = path_of(tuf, role, &path, diag);

    return assay_ok(s) ? asy_replace_file(path, bytes, diag) : s;
}

/* ---- rotation ---- */

static bool have_same_keys(const struct asy_tuf_role *a, const struct asy_tuf_role *b)
{
    size_t shared = 0;

    for (size_t i = 0; i < a->key_ids_n; i++) {
        for (size_t j = 0; j < b->key_ids_n; j++)
            shared += asy_view_eq(a->key_ids[i], b->key_ids[j]);
    }
    return shared == a->key_ids_n && shared == b->key_ids_n;
}

static bool is_rotated(const struct asy_tuf_meta *old, const struct asy_tuf_meta *next)
{
    return !have_same_keys(asy_tuf_top_role(old, "timestamp"), asy_tuf_top_role(next, "timestamp")) ||
           !have_same_keys(asy_tuf_top_role(old, "snapshot"), asy_tuf_top_role(next, "snapshot"));
}

assay_status asy_tuf_save_root(struct asy_tuf *tuf, const struct asy_tuf_meta *next, struct asy_diag *diag)
{
    const char *mark = path_in(tuf, "rotated");
    char version[MARK_BYTES];
    assay_status s;

    if (mark == NULL)
        return asy_no_memory(diag);
    if (tuf->root == NULL || !is_rotated(tuf->root, next))
        return asy_tuf_save(tuf, ASY_TEXT("root"), next->bytes, diag);
    (void)snprintf(version, sizeof version, "%llu\n", (unsigned long long)next->version);
    s = asy_replace_file(mark, asy_view_of(version), diag);
    return assay_ok(s) ? asy_tuf_save(tuf, ASY_TEXT("root"), next->bytes, diag) : s;
}

static assay_status remove_rotated(struct asy_tuf *tuf, struct asy_diag *diag)
{
    static const struct asy_view roles[] = { ASY_TEXT_INIT("timestamp"), ASY_TEXT_INIT("snapshot") };
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < 2; i++) {
        const char *path;

        s = path_of(tuf, roles[i], &path, diag);
        if (assay_ok(s))
            s = asy_remove_file(path, diag);
    }
    return s;
}

/* The mark is older than its root where that was not written: then nothing has rotated. */
assay_status asy_tuf_finish_rotation(struct asy_tuf *tuf, struct asy_diag *diag)
{
    const char *mark = path_in(tuf, "rotated");
    struct asy_view text;
    uint64_t version;
    assay_status s;

    if (mark == NULL)
        return asy_no_memory(diag);
    s = read_file(mark, MARK_BYTES, tuf->arena, &text, diag);
    if (s.code == ASSAY_E_ABSENT)
        return asy_ok;
    if (!assay_ok(s))
        return s;
    if (!asy_parse_u64(asy_view_trim(text), &version))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "%.200s: no version", mark);
    s = tuf->root->version >= version ? remove_rotated(tuf, diag) : asy_ok;
    return assay_ok(s) ? asy_remove_file(mark, diag) : s;
}
