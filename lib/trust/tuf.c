/* The client's way from one trusted state to the next (specification 5.1 to 5.6). */
#include "trust/tuf_client.h"

#include "base/sink.h"
#include "base/text.h"
#include "io/replace.h"

#include <stdlib.h>

enum { CLIENT_BYTES = 64 << 20, ROOT_STEPS = 256, READING_BASE = 1 << 20 };

assay_status asy_tuf_new(const struct asy_crypto *crypto, const char *dir, int64_t at, struct asy_tuf **out,
                         struct asy_diag *diag)
{
    struct asy_tuf *tuf = calloc(1, sizeof *tuf);
    assay_status s;

    if (tuf == NULL)
        return asy_no_memory(diag);
    tuf->crypto = crypto;
    tuf->at = at;
    tuf->lock = -1;
    tuf->arena = asy_arena_new(CLIENT_BYTES);
    tuf->dir = tuf->arena == NULL ? NULL : asy_copy_text(tuf->arena, asy_view_of(dir));
    s = tuf->dir == NULL ? asy_no_memory(diag) : asy_lock(asy_printf(tuf->arena, "%s/tuf", dir), &tuf->lock, diag);
    if (assay_ok(s))
        *out = tuf;
    else
        asy_tuf_free(tuf);
    return s;
}

void asy_tuf_free(struct asy_tuf *tuf)
{
    if (tuf == NULL)
        return;
    asy_tuf_meta_free(tuf->root);
    asy_tuf_meta_free(tuf->timestamp);
    asy_tuf_meta_free(tuf->snapshot);
    for (struct asy_tuf_met *met = tuf->met; met != NULL; met = met->next)
        asy_tuf_meta_free(met->meta);
    asy_unlock(tuf->lock);
    asy_arena_free(tuf->arena);
    free(tuf);
}

const struct asy_tuf_role *asy_tuf_top_role(const struct asy_tuf_meta *root, const char *name)
{
    return asy_tuf_role_of(&root->roles, asy_view_of(name));
}

const char *asy_tuf_path(struct asy_tuf *tuf, struct asy_view role, uint64_t version)
{
    const char *encoded = asy_percent_encode(tuf->arena, role, "");

    if (encoded == NULL || version == 0)
        return encoded == NULL ? NULL : asy_printf(tuf->arena, "%s.json", encoded);
    return asy_printf(tuf->arena, "%llu.%s.json", (unsigned long long)version, encoded);
}

/* ---- checks ---- */

assay_status asy_tuf_fetch(struct asy_tuf *tuf, struct asy_fetcher *fetcher, const char *path, uint64_t limit,
                           enum asy_tuf_type type, struct asy_tuf_meta **out, struct asy_diag *diag)
{
    struct asy_arena *arena = asy_arena_new((size_t)limit * 4 + READING_BASE);
    struct asy_diag inner = { 0 };
    struct asy_view bytes;
    assay_status s;

    if (arena == NULL || path == NULL) {
        asy_arena_free(arena);
        return asy_no_memory(diag);
    }
    s = asy_fetch_bytes(fetcher, path, limit, arena, &bytes, diag);
    if (assay_ok(s)) {
        s = asy_tuf_read(tuf->crypto, bytes, type, out, &inner);
        if (!assay_ok(s))
            s = asy_fail(diag, s.code, inner.at, "%.100s: %.200s", path, inner.text);
    }
    asy_arena_free(arena);
    return s;
}

assay_status asy_tuf_check_signed(struct asy_tuf *tuf, const struct asy_tuf_meta *meta, const struct asy_tuf_roles *by,
                                  const struct asy_tuf_role *role, struct asy_diag *diag)
{
    struct asy_diag inner = { 0 };

    if (role != NULL && asy_tuf_is_signed(tuf->crypto, meta, by, role, &inner))
        return asy_ok;
    return asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "version %llu of the metadata is %.200s", (unsigned long long)meta->version,
                    inner.text);
}

assay_status asy_tuf_check_fresh(const struct asy_tuf *tuf, const struct asy_tuf_meta *meta, struct asy_view role,
                                 struct asy_diag *diag)
{
    char expires[32];

    if (tuf->at < meta->expires)
        return asy_ok;
    asy_format_time(meta->expires, expires);
    return asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "%.*s: version %llu expired %s", (int)(role.len < 80 ? role.len : 80),
                    (const char *)role.data, (unsigned long long)meta->version, expires);
}

assay_status asy_tuf_check_named(struct asy_tuf *tuf, const struct asy_tuf_meta *meta, const struct asy_tuf_file *file,
                                 struct asy_diag *diag)
{
    int n = (int)(file->name.len < 80 ? file->name.len : 80);
    const char *name = (const char *)file->name.data;

    if (!asy_tuf_fits(tuf->crypto, file, meta->bytes))
        return asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "%.*s: not of the length or hash that was said of it", n, name);
    if (meta->version != file->version)
        return asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "%.*s: version %llu, expected %llu", n, name,
                        (unsigned long long)meta->version, (unsigned long long)file->version);
    return asy_ok;
}

static assay_status went_back(const char *what, uint64_t version, uint64_t trusted, struct asy_diag *diag)
{
    return asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "%.100s went back to version %llu, version %llu was trusted before", what,
                    (unsigned long long)version, (unsigned long long)trusted);
}

/* ---- root (5.3) ---- */

/* What cannot be read as a root is none. */
static bool has_good_root(struct asy_tuf *tuf, uint64_t *version)
{
    struct asy_tuf_meta *root = NULL;
    struct asy_diag ignored;
    bool good = assay_ok(asy_tuf_load(tuf, ASY_TEXT("root"), ASY_TUF_ROOT, &root, &ignored)) && root != NULL &&
                asy_tuf_is_signed(tuf->crypto, root, &root->roles, asy_tuf_top_role(root, "root"), &ignored);

    if (good)
        *version = root->version;
    asy_tuf_meta_free(root);
    return good;
}

assay_status asy_tuf_init(struct asy_tuf *tuf, struct asy_view root, bool *holds, struct asy_diag *diag)
{
    struct asy_tuf_meta *meta = NULL;
    struct asy_diag why = { 0 };
    uint64_t version;
    assay_status s;

    if (has_good_root(tuf, &version))
        return asy_fail(diag, ASSAY_E_USAGE, 0, "%.200s has a trusted root already, version %llu", tuf->dir,
                        (unsigned long long)version);
    if (root.len > ASY_TUF_ROOT_BYTES)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "a root of %zu bytes, at most %d are read", root.len, ASY_TUF_ROOT_BYTES);
    s = asy_tuf_read(tuf->crypto, root, ASY_TUF_ROOT, &meta, &why);
    *holds = assay_ok(s) && asy_tuf_is_signed(tuf->crypto, meta, &meta->roles, asy_tuf_top_role(meta, "root"), &why);
    asy_tuf_meta_free(meta);
    if (s.code == ASSAY_E_MEMORY)
        return asy_no_memory(diag);
    s = asy_tuf_save(tuf, ASY_TEXT("root"), root, diag);
    if (assay_ok(s) && !*holds && diag != NULL)
        *diag = why;
    return s;
}

static assay_status load_root(struct asy_tuf *tuf, struct asy_diag *diag)
{
    assay_status s = asy_tuf_load(tuf, ASY_TEXT("root"), ASY_TUF_ROOT, &tuf->root, diag);

    if (!assay_ok(s))
        return s;
    if (tuf->root == NULL)
        return asy_fail(diag, ASSAY_E_ABSENT, 0, "%.200s has no trusted root yet", tuf->dir);
    return asy_tuf_check_signed(tuf, tuf->root, &tuf->root->roles, asy_tuf_top_role(tuf->root, "root"), diag);
}

/* The next root is signed as the one before it demands, and as it demands itself. */
static assay_status check_next_root(struct asy_tuf *tuf, const struct asy_tuf_meta *next, struct asy_diag *diag)
{
    assay_status s = asy_tuf_check_signed(tuf, next, &tuf->root->roles, asy_tuf_top_role(tuf->root, "root"), diag);

    if (assay_ok(s))
        s = asy_tuf_check_signed(tuf, next, &next->roles, asy_tuf_top_role(next, "root"), diag);
    if (assay_ok(s) && next->version != tuf->root->version + 1)
        return asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "root: version %llu, expected %llu", (unsigned long long)next->version,
                        (unsigned long long)tuf->root->version + 1);
    return s;
}

/* One step of the chain; `*ended` when there is no next root. */
static assay_status step_root(struct asy_tuf *tuf, struct asy_fetcher *fetcher, bool *ended, struct asy_diag *diag)
{
    struct asy_tuf_meta *next = NULL;
    assay_status s = asy_tuf_fetch(tuf, fetcher, asy_tuf_path(tuf, ASY_TEXT("root"), tuf->root->version + 1),
                                   ASY_TUF_ROOT_BYTES, ASY_TUF_ROOT, &next, diag);

    *ended = s.code == ASSAY_E_ABSENT;
    if (*ended)
        return asy_ok;
    if (assay_ok(s))
        s = check_next_root(tuf, next, diag);
    if (assay_ok(s))
        s = asy_tuf_save_root(tuf, next, diag);
    if (!assay_ok(s)) {
        asy_tuf_meta_free(next);
        return s;
    }
    asy_tuf_meta_free(tuf->root);
    tuf->root = next;
    return asy_tuf_finish_rotation(tuf, diag);
}

/* Only the last root must be fresh: the ones before lead to it, however old they are. */
static assay_status refresh_root(struct asy_tuf *tuf, struct asy_fetcher *fetcher, struct asy_diag *diag)
{
    bool ended = false;
    assay_status s = load_root(tuf, diag);

    if (assay_ok(s))
        s = asy_tuf_finish_rotation(tuf, diag);
    for (int i = 0; assay_ok(s) && !ended; i++) {
        if (i == ROOT_STEPS)
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "more than %d new roots in a row", ROOT_STEPS);
        s = step_root(tuf, fetcher, &ended, diag);
    }
    return assay_ok(s) ? asy_tuf_check_fresh(tuf, tuf->root, ASY_TEXT("root"), diag) : s;
}

/* ---- timestamp (5.4) and snapshot (5.5) ---- */

/* The copy from before, when the root's keys still stand behind it: it says below which version nothing goes. */
static assay_status load_signed(struct asy_tuf *tuf, const char *role, enum asy_tuf_type type, struct asy_tuf_meta **out,
                                struct asy_diag *diag)
{
    struct asy_diag ignored;
    assay_status s = asy_tuf_load(tuf, asy_view_of(role), type, out, diag);

    if (!assay_ok(s) || *out == NULL ||
        asy_tuf_is_signed(tuf->crypto, *out, &tuf->root->roles, asy_tuf_top_role(tuf->root, role), &ignored))
        return s;
    asy_tuf_meta_free(*out);
    *out = NULL;
    return asy_ok;
}

/* Takes the new one in place of the old, or frees it where the old one stays; `*out` is what is trusted then. */
static assay_status settle_timestamp(struct asy_tuf *tuf, struct asy_tuf_meta *old, struct asy_tuf_meta *new,
                                     struct asy_diag *diag)
{
    assay_status s = asy_tuf_check_signed(tuf, new, &tuf->root->roles, asy_tuf_top_role(tuf->root, "timestamp"), diag);
    bool is_same = assay_ok(s) && old != NULL && new->version == old->version;

    if (assay_ok(s) && old != NULL && new->version < old->version)
        s = went_back("timestamp", new->version, old->version, diag);
    if (assay_ok(s) && old != NULL && !is_same && new->files[0].version < old->files[0].version)
        s = went_back("what the timestamp says of the snapshot", new->files[0].version, old->files[0].version, diag);
    if (assay_ok(s))
        s = asy_tuf_check_fresh(tuf, is_same ? old : new, ASY_TEXT("timestamp"), diag);
    if (assay_ok(s) && !is_same)
        s = asy_tuf_save(tuf, ASY_TEXT("timestamp"), new->bytes, diag);
    if (assay_ok(s))
        tuf->timestamp = is_same ? old : new;
    return s;
}

static assay_status refresh_timestamp(struct asy_tuf *tuf, struct asy_fetcher *fetcher, struct asy_diag *diag)
{
    struct asy_tuf_meta *old = NULL, *new = NULL;
    assay_status s = load_signed(tuf, "timestamp", ASY_TUF_TIMESTAMP, &old, diag);

    if (assay_ok(s))
        s = asy_tuf_fetch(tuf, fetcher, "timestamp.json", ASY_TUF_TIMESTAMP_BYTES, ASY_TUF_TIMESTAMP, &new, diag);
    if (assay_ok(s))
        s = settle_timestamp(tuf, old, new, diag);
    if (tuf->timestamp != old)
        asy_tuf_meta_free(old);
    if (tuf->timestamp != new)
        asy_tuf_meta_free(new);
    return s;
}

/* No file that the snapshot listed is gone or went back (5.5.5). */
static assay_status check_kept(const struct asy_tuf_meta *old, const struct asy_tuf_meta *new, struct asy_diag *diag)
{
    for (size_t i = 0; i < old->files_n; i++) {
        const struct asy_tuf_file *before = &old->files[i], *now = asy_tuf_file_of(new, before->name);

        if (now == NULL)
            return asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "the snapshot no longer lists %.*s",
                            (int)(before->name.len < 80 ? before->name.len : 80), (const char *)before->name.data);
        if (now->version < before->version)
            return went_back((const char *)before->name.data, now->version, before->version, diag);
    }
    return asy_ok;
}

static assay_status fetch_snapshot(struct asy_tuf *tuf, struct asy_fetcher *fetcher, const struct asy_tuf_meta *old,
                                   struct asy_diag *diag)
{
    const struct asy_tuf_file *file = &tuf->timestamp->files[0];
    uint64_t limit = file->has_length && file->length < ASY_TUF_SNAPSHOT_BYTES ? file->length : ASY_TUF_SNAPSHOT_BYTES;
    struct asy_tuf_meta *new = NULL;
    assay_status s = asy_tuf_fetch(tuf, fetcher,
                                   asy_tuf_path(tuf, ASY_TEXT("snapshot"), tuf->root->is_consistent ? file->version : 0),
                                   limit, ASY_TUF_SNAPSHOT, &new, diag);

    if (assay_ok(s))
        s = asy_tuf_check_signed(tuf, new, &tuf->root->roles, asy_tuf_top_role(tuf->root, "snapshot"), diag);
    if (assay_ok(s))
        s = asy_tuf_check_named(tuf, new, file, diag);
    if (assay_ok(s) && old != NULL)
        s = check_kept(old, new, diag);
    if (assay_ok(s))
        s = asy_tuf_check_fresh(tuf, new, ASY_TEXT("snapshot"), diag);
    if (assay_ok(s))
        s = asy_tuf_save(tuf, ASY_TEXT("snapshot"), new->bytes, diag);
    if (assay_ok(s))
        tuf->snapshot = new;
    else
        asy_tuf_meta_free(new);
    return s;
}

static assay_status refresh_snapshot(struct asy_tuf *tuf, struct asy_fetcher *fetcher, struct asy_diag *diag)
{
    struct asy_tuf_meta *old = NULL;
    struct asy_diag ignored;
    assay_status s = load_signed(tuf, "snapshot", ASY_TUF_SNAPSHOT, &old, diag);

    if (!assay_ok(s))
        return s;
    if (old != NULL && assay_ok(asy_tuf_check_named(tuf, old, &tuf->timestamp->files[0], &ignored)) &&
        assay_ok(asy_tuf_check_fresh(tuf, old, ASY_TEXT("snapshot"), &ignored))) {
        tuf->snapshot = old;
        return asy_ok;
    }
    s = fetch_snapshot(tuf, fetcher, old, diag);
    asy_tuf_meta_free(old);
    return s;
}

assay_status asy_tuf_refresh(struct asy_tuf *tuf, struct asy_fetcher *fetcher, struct asy_diag *diag)
{
    const struct asy_tuf_meta *targets;
    assay_status s = refresh_root(tuf, fetcher, diag);

    if (assay_ok(s))
        s = refresh_timestamp(tuf, fetcher, diag);
    if (assay_ok(s))
        s = refresh_snapshot(tuf, fetcher, diag);
    if (assay_ok(s))
        s = asy_tuf_meet(tuf, fetcher, &tuf->root->roles, asy_tuf_top_role(tuf->root, "targets"), &targets, diag);
    tuf->is_current = assay_ok(s);
    return s;
}

bool asy_tuf_is_current(const struct asy_tuf *tuf)
{
    return tuf->is_current;
}

static void describe(const struct asy_tuf_meta *meta, struct asy_view role, struct asy_sink *sink)
{
    char expires[32];

    if (meta == NULL)
        return;
    asy_format_time(meta->expires, expires);
    asy_put_shown(sink, role);
    asy_put_format(sink, " %llu, expires %s\n", (unsigned long long)meta->version, expires);
}

void asy_tuf_describe(const struct asy_tuf *tuf, struct asy_sink *sink)
{
    describe(tuf->root, ASY_TEXT("root"), sink);
    describe(tuf->timestamp, ASY_TEXT("timestamp"), sink);
    describe(tuf->snapshot, ASY_TEXT("snapshot"), sink);
    for (const struct asy_tuf_met *met = tuf->met; met != NULL; met = met->next)
        describe(met->meta, met->name, sink);
}
