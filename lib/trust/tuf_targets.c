/* Roles of targets, the way from one to the next, and the targets themselves (specification 5.6, 5.7). */
#include "trust/tuf_client.h"

#include "base/text.h"
#include "crypto/running.h"
#include "io/replace.h"
#include "io/source.h"

#include <fcntl.h>
#include <string.h>

enum { VISITS = 32, NAME_BYTES = 240, CHUNK = 65536 };

/* ---- a role of targets ---- */

static const struct asy_tuf_meta *find_met(const struct asy_tuf *tuf, struct asy_view name)
{
    for (const struct asy_tuf_met *met = tuf->met; met != NULL; met = met->next) {
        if (asy_view_eq(met->name, name))
            return met->meta;
    }
    return NULL;
}

/* Signed as this delegator says, fresh, and what the snapshot says of it. */
static assay_status check_role(struct asy_tuf *tuf, const struct asy_tuf_meta *meta, const struct asy_tuf_file *file,
                               const struct asy_tuf_roles *by, const struct asy_tuf_role *role, struct asy_diag *diag)
{
    assay_status s = asy_tuf_check_named(tuf, meta, file, diag);

    if (assay_ok(s))
        s = asy_tuf_check_signed(tuf, meta, by, role, diag);
    return assay_ok(s) ? asy_tuf_check_fresh(tuf, meta, role->name, diag) : s;
}

static assay_status fetch_role(struct asy_tuf *tuf, struct asy_fetcher *fetcher, const struct asy_tuf_file *file,
                               const struct asy_tuf_roles *by, const struct asy_tuf_role *role, struct asy_tuf_meta **out,
                               struct asy_diag *diag)
{
    uint64_t limit = file->has_length && file->length < ASY_TUF_TARGETS_BYTES ? file->length : ASY_TUF_TARGETS_BYTES;
    assay_status s = asy_tuf_fetch(tuf, fetcher, asy_tuf_path(tuf, role->name, tuf->root->is_consistent ? file->version : 0),
                                   limit, ASY_TUF_TARGETS, out, diag);

    if (assay_ok(s))
        s = check_role(tuf, *out, file, by, role, diag);
    return assay_ok(s) ? asy_tuf_save(tuf, role->name, (*out)->bytes, diag) : s;
}

/* From the copy that is here, when it is good for this delegator; a copy that is not is only a file from before. */
static assay_status get_role(struct asy_tuf *tuf, struct asy_fetcher *fetcher, const struct asy_tuf_file *file,
                             const struct asy_tuf_roles *by, const struct asy_tuf_role *role, struct asy_tuf_meta **out,
                             struct asy_diag *diag)
{
    struct asy_diag ignored;
    assay_status s = asy_tuf_load(tuf, role->name, ASY_TUF_TARGETS, out, &ignored);

    if (assay_ok(s) && *out != NULL && assay_ok(check_role(tuf, *out, file, by, role, &ignored)))
        return asy_ok;
    asy_tuf_meta_free(*out);
    *out = NULL;
    return fetch_role(tuf, fetcher, file, by, role, out, diag);
}

static assay_status keep(struct asy_tuf *tuf, struct asy_view name, struct asy_tuf_meta *meta, struct asy_diag *diag)
{
    struct asy_tuf_met *met = asy_alloc(tuf->arena, 1, sizeof *met);

    if (met == NULL || !asy_copy(tuf->arena, name, &met->name))
        return asy_no_memory(diag);
    tuf->met_bytes += meta->bytes.len;
    if (tuf->met_bytes > ASY_TUF_ALL_TARGETS_BYTES)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "more than %d bytes of delegated roles", ASY_TUF_ALL_TARGETS_BYTES);
    met->meta = meta;
    met->next = tuf->met;
    tuf->met = met;
    return asy_ok;
}

assay_status asy_tuf_meet(struct asy_tuf *tuf, struct asy_fetcher *fetcher, const struct asy_tuf_roles *by,
                          const struct asy_tuf_role *role, const struct asy_tuf_meta **out, struct asy_diag *diag)
{
    const struct asy_tuf_meta *met = find_met(tuf, role->name);
    const char *name = asy_printf(tuf->arena, "%.*s.json", (int)role->name.len, (const char *)role->name.data);
    const struct asy_tuf_file *file = name == NULL ? NULL : asy_tuf_file_of(tuf->snapshot, asy_view_of(name));
    struct asy_tuf_meta *meta = NULL;
    assay_status s;

    if (file == NULL)
        return asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "the snapshot does not list %.80s", name == NULL ? "the role" : name);
    if (met != NULL) {
        *out = met;
        return check_role(tuf, met, file, by, role, diag);
    }
    s = get_role(tuf, fetcher, file, by, role, &meta, diag);
    if (assay_ok(s))
        s = keep(tuf, role->name, meta, diag);
    if (assay_ok(s))
        *out = meta;
    else
        asy_tuf_meta_free(meta);
    return s;
}

/* ---- the search ---- */

static bool has_prefix(struct asy_view hex, struct asy_view prefix)
{
    return prefix.len <= hex.len && asy_view_eq_nocase(asy_view_head(hex, prefix.len), prefix);
}

static bool is_about(const struct asy_tuf *tuf, const struct asy_tuf_role *role, struct asy_view target)
{
    uint8_t digest[ASY_DIGEST_MAX];
    char hex[2 * ASY_DIGEST_MAX + 1];

    if (role->by_hash) {
        if (!asy_digest_bytes(tuf->crypto, ASY_SHA256, target, digest))
            return false;
        asy_hex((struct asy_view){ digest, 32 }, hex);
    }
    for (size_t i = 0; i < role->paths_n; i++) {
        if (role->by_hash ? has_prefix(asy_view_of(hex), role->paths[i]) : asy_tuf_matches(role->paths[i], target))
            return true;
    }
    return false;
}

/* A role that is still to be visited, and where it is delegated from. */
struct visit {
    const struct asy_tuf_roles *by;
    const struct asy_tuf_role *role;
    struct visit *next;
};

/* In the order of the document, before what is waiting already; behind a terminating one nothing is waiting any more. */
static bool push_delegations(struct asy_tuf *tuf, const struct asy_tuf_meta *meta, struct asy_view target,
                             struct visit **first)
{
    struct visit *rest = *first, **end = first;

    for (size_t i = 0; i < meta->roles.roles_n; i++) {
        const struct asy_tuf_role *role = &meta->roles.roles[i];
        struct visit *visit;

        if (!is_about(tuf, role, target))
            continue;
        visit = asy_alloc(tuf->arena, 1, sizeof *visit);
        if (visit == NULL)
            return false;
        *visit = (struct visit){ &meta->roles, role, NULL };
        *end = visit;
        end = &visit->next;
        if (role->is_terminating)
            return true;
    }
    *end = rest;
    return true;
}

static bool is_among(const struct asy_view *names, size_t n, struct asy_view name)
{
    for (size_t i = 0; i < n; i++) {
        if (asy_view_eq(names[i], name))
            return true;
    }
    return false;
}

assay_status asy_tuf_find(struct asy_tuf *tuf, struct asy_fetcher *fetcher, struct asy_view name,
                          const struct asy_tuf_file **out, struct asy_diag *diag)
{
    struct visit start = { &tuf->root->roles, asy_tuf_top_role(tuf->root, "targets"), NULL }, *first = &start;
    struct asy_view visited[VISITS];
    size_t n = 0;

    while (first != NULL) {
        struct visit *now = first;
        const struct asy_tuf_meta *meta = NULL;
        assay_status s;

        first = now->next;
        if (is_among(visited, n, now->role->name))
            continue;
        if (n == VISITS)
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "more than %d roles may have the target", VISITS);
        visited[n++] = now->role->name;
        s = asy_tuf_meet(tuf, fetcher, now->by, now->role, &meta, diag);
        if (!assay_ok(s))
            return s;
        *out = asy_tuf_file_of(meta, name);
        if (*out != NULL)
            return asy_ok;
        if (!push_delegations(tuf, meta, name, &first))
            return asy_no_memory(diag);
    }
    return asy_fail(diag, ASSAY_E_ABSENT, 0, "no role has the target \"%.*s\"", (int)(name.len < 200 ? name.len : 200),
                    (const char *)name.data);
}

/* ---- the target ---- */

/* The digests of a file while its bytes come by, and where they go to. */
struct copy {
    struct asy_running **digests; /* one for each hash of the file; NULL: one that is not known */
    size_t n;
    uint64_t len;
    struct asy_replacement *to; /* NULL: nowhere */
};

static void free_digests(struct copy *copy)
{
    for (size_t i = 0; i < copy->n; i++)
        asy_running_free(copy->digests[i]);
    copy->n = 0;
}

static assay_status start_digests(struct asy_tuf *tuf, const struct asy_tuf_file *file, struct copy *copy,
                                  struct asy_diag *diag)
{
    *copy = (struct copy){ .digests = asy_alloc(tuf->arena, file->hashes_n + 1, sizeof(struct asy_running *)) };
    if (copy->digests == NULL)
        return asy_no_memory(diag);
    for (; copy->n < file->hashes_n; copy->n++) {
        if (file->hashes[copy->n].alg == ASY_DIGEST_NONE)
            continue;
        copy->digests[copy->n] = asy_running_new(tuf->crypto, file->hashes[copy->n].alg);
        if (copy->digests[copy->n] == NULL) {
            free_digests(copy);
            return asy_no_memory(diag);
        }
    }
    return asy_ok;
}

static assay_status take(void *context, struct asy_view bytes, struct asy_diag *diag)
{
    struct copy *copy = context;

    copy->len += bytes.len;
    for (size_t i = 0; i < copy->n; i++) {
        if (copy->digests[i] != NULL && !asy_running_add(copy->digests[i], bytes))
            return asy_fail(diag, ASSAY_E_INTERNAL, 0, "a digest cannot be computed");
    }
    return copy->to == NULL ? asy_ok : asy_replacement_write(copy->to, bytes, diag);
}

/* The length, every hash that is known, and at least one of them. */
static bool is_the_target(struct copy *copy, const struct asy_tuf_file *file)
{
    uint8_t digest[ASY_DIGEST_MAX];
    size_t known = 0;

    for (size_t i = 0; i < copy->n; i++) {
        if (copy->digests[i] == NULL)
            continue;
        if (!asy_running_finish(copy->digests[i], digest) ||
            !asy_view_eq(file->hashes[i].value, (struct asy_view){ digest, asy_digest_len(file->hashes[i].alg) }))
            return false;
        known++;
    }
    return known > 0 && copy->len == file->length;
}

/* True when the file is there already, whole and right. */
static bool is_here(struct asy_tuf *tuf, const struct asy_tuf_file *file, const char *path)
{
    struct asy_source *source = asy_source_at(tuf->arena, AT_FDCWD, path);
    struct asy_diag ignored;
    struct copy copy = { 0 };
    uint8_t chunk[CHUNK];
    bool same;

    if (source == NULL || !assay_ok(asy_source_open(source, &ignored)))
        return false;
    same = asy_source_size(source) == file->length && assay_ok(start_digests(tuf, file, &copy, &ignored));
    for (uint64_t off = 0; same && off < file->length; off += CHUNK) {
        size_t n = file->length - off < CHUNK ? (size_t)(file->length - off) : CHUNK;

        same = assay_ok(asy_source_read(source, off, chunk, n, &ignored)) &&
               assay_ok(take(&copy, (struct asy_view){ chunk, n }, &ignored));
    }
    if (same)
        same = is_the_target(&copy, file);
    free_digests(&copy);
    asy_source_close(source);
    return same;
}

/* "dir/HASH.name" where hashes stand in the names of targets, else "dir/name"; NULL: no memory. */
static const char *remote_path(struct asy_tuf *tuf, const struct asy_tuf_file *file, const struct asy_tuf_hash *hash)
{
    size_t slash = file->name.len;
    struct asy_view dir, last;

    while (slash > 0 && file->name.data[slash - 1] != '/')
        slash--;
    dir = asy_view_head(file->name, slash);
    last = asy_view_from(file->name, slash);
    return hash == NULL ? asy_percent_encode(tuf->arena, file->name, "/")
                        : asy_printf(tuf->arena, "%s%.*s.%s", asy_percent_encode(tuf->arena, dir, "/"), (int)hash->hex.len,
                                     (const char *)hash->hex.data, asy_percent_encode(tuf->arena, last, ""));
}

static assay_status fetch_target(struct asy_tuf *tuf, struct asy_fetcher *fetcher, const struct asy_tuf_file *file,
                                 const char *from, const char *to, struct asy_diag *diag)
{
    struct copy copy;
    assay_status s = from == NULL ? asy_no_memory(diag) : start_digests(tuf, file, &copy, diag);

    if (!assay_ok(s))
        return s;
    s = asy_replacement_begin(to, &copy.to, diag);
    if (assay_ok(s))
        s = fetcher->get(fetcher, from, file->length, take, &copy, diag);
    if (assay_ok(s) && !is_the_target(&copy, file))
        s = asy_fail(diag, ASSAY_E_UNTRUSTED, 0, "%.200s is not of the length and hash that the metadata says", from);
    free_digests(&copy);
    if (assay_ok(s))
        return asy_replacement_commit(copy.to, diag);
    asy_replacement_drop(copy.to);
    return s;
}

/* Where hashes stand in names, a repository may have the file under any one of them. */
static assay_status fetch_by_hashes(struct asy_tuf *tuf, struct asy_fetcher *fetcher, const struct asy_tuf_file *file,
                                    const char *to, struct asy_diag *diag)
{
    assay_status s = asy_fail(diag, ASSAY_E_ABSENT, 0, "a target without a hash");

    for (size_t i = 0; s.code == ASSAY_E_ABSENT && i < file->hashes_n; i++)
        s = fetch_target(tuf, fetcher, file, remote_path(tuf, file, &file->hashes[i]), to, diag);
    return s;
}

static bool has_known_hash(const struct asy_tuf_file *file)
{
    for (size_t i = 0; i < file->hashes_n; i++) {
        if (file->hashes[i].alg != ASY_DIGEST_NONE)
            return true;
    }
    return false;
}

assay_status asy_tuf_download(struct asy_tuf *tuf, struct asy_fetcher *fetcher, const struct asy_tuf_file *file,
                              const char *dir, struct asy_diag *diag)
{
    const char *name = asy_percent_encode(tuf->arena, file->name, "");
    const char *to = name == NULL ? NULL : asy_printf(tuf->arena, "%s/%s", dir, name);

    if (to == NULL)
        return asy_no_memory(diag);
    if (strlen(name) > NAME_BYTES || strcmp(name, "") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "the target \"%.80s\" has a name that no file can have", name);
    if (!has_known_hash(file))
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "the target \"%.80s\" has no hash of an algorithm that is known", name);
    if (is_here(tuf, file, to))
        return asy_ok;
    return tuf->root->is_consistent ? fetch_by_hashes(tuf, fetcher, file, to, diag)
                                    : fetch_target(tuf, fetcher, file, remote_path(tuf, file, NULL), to, diag);
}
