/* Opens the subject, and finds the evidence: what the caller named, else what lies beside it. */
#include "base/text.h"
#include "format/listing.h"
#include "io/git.h"
#include "verify/names.h"
#include "verify/repository.h"
#include "verify/run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static struct asy_view name_view(const struct asy_item *item)
{
    return asy_view_of(item->name);
}

static assay_status no_room(struct asy_run *run)
{
    return asy_fail(&run->diag, ASSAY_E_LIMIT, 0, "too many files");
}

/* "a/b/c" -> "a/b/", in the arena. */
static const char *dir_of(struct asy_run *run, struct asy_view path)
{
    struct asy_view base = asy_base_name(path);

    return asy_copy_text(run->dossier->arena, asy_view_head(path, path.len - base.len));
}

static struct asy_item *add_item(struct asy_run *run, const char *name, struct asy_source *source)
{
    return name == NULL || source == NULL ? NULL : asy_add_item(run->dossier, name, source);
}

static int by_name(const void *a, const void *b)
{
    const struct asy_item *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

void asy_sort_by_name(struct asy_item **items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (by_name(&items[i - 1], &items[i]) > 0) {
            qsort(items, n, sizeof(struct asy_item *), by_name);
            return;
        }
    }
}

/* Evidence is looked up by name among the items: a sorted index of all but those the caller gave as bytes. */
struct index {
    struct asy_item **items;
    size_t n;
};

static assay_status index_new(struct asy_run *run, struct index *out)
{
    out->n = run->dossier->items_n;
    out->items = calloc(out->n + 1, sizeof(struct asy_item *));
    if (out->items == NULL)
        return asy_no_memory(&run->diag);
    if (out->n > 0)
        memcpy(out->items, run->dossier->items, out->n * sizeof(struct asy_item *));
    asy_sort_by_name(out->items, out->n);
    return asy_ok;
}

static struct asy_item *find(const struct index *index, struct asy_view name)
{
    size_t low = 0, high = index->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = asy_view_cmp(name_view(index->items[middle]), name);

        if (order == 0)
            return index->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The file that unpacks to what `signed_name` would be. */
static struct asy_item *find_packed(struct asy_run *run, const struct index *index, struct asy_view signed_name)
{
    struct asy_item *found = NULL;

    for (const char *const *suffix = asy_packed_suffixes; found == NULL && *suffix != NULL; suffix++) {
        const char *name = asy_printf(run->dossier->arena, "%.*s%s", (int)signed_name.len, (const char *)signed_name.data,
                                      *suffix);

        if (name != NULL && asy_names_packed(signed_name, asy_view_of(name)))
            found = find(index, asy_view_of(name));
    }
    return found;
}

/* What a detached file is about, by its name: the file without the ending, itself evidence or not. */
static void pair(struct asy_run *run, const struct index *index, struct asy_item *item)
{
    struct asy_view subject;

    if (!asy_names_evidence(name_view(item), &subject))
        return;
    item->about = find(index, subject);
    if (item->about != NULL)
        return;
    item->about = find_packed(run, index, subject);
    item->about_unpacked = item->about != NULL;
}

static const char *last_part(struct asy_run *run, const char *path)
{
    return asy_copy_text(run->dossier->arena, asy_base_name(asy_view_of(path)));
}

/* ---- trees ---- */

/* The directory of an entry; `before` is that of the entry before it, which is the same one more often than not. */
static const char *dir_of_entry(struct asy_run *run, const char *path, const char *before)
{
    struct asy_view all = asy_view_of(path), dir = asy_view_head(all, all.len - asy_base_name(all).len);

    return asy_view_is(dir, before) ? before : asy_copy_text(run->dossier->arena, dir);
}

static assay_status add_entry(struct asy_run *run, const struct asy_tree *tree, const struct asy_entry *entry,
                              const char **dir)
{
    struct asy_dossier *dossier = run->dossier;
    struct asy_view name = asy_base_name(asy_view_of(entry->path)), subject;
    struct asy_item *item = add_item(run, entry->path, asy_source_at(dossier->arena, tree->fd, entry->path));

    if (item == NULL)
        return no_room(run);
    item->is_member = true;
    item->is_subject = true;
    if (entry->target != NULL)
        item->link_text = asy_view_of(entry->target);
    switch (entry->kind) {
    case ASY_ENTRY_FILE:
        item->is_evidence = asy_is_manifest_name(name) || asy_names_evidence(name, &subject);
        item->dir = *dir = dir_of_entry(run, entry->path, *dir);
        return item->dir == NULL ? no_room(run) : asy_ok;
    case ASY_ENTRY_LINK:
    case ASY_ENTRY_DIR_LINK:
        item->is_link = true;
        return asy_ok;
    case ASY_ENTRY_BAD_LINK:
        item->is_link = true;
        asy_add_finding(dossier, ASY_BLOCKS, ASY_TREE_LINK, item, NULL, "%s", "");
        return asy_ok;
    case ASY_ENTRY_SPECIAL:
        asy_add_finding(dossier, ASY_BLOCKS, ASY_TREE_SPECIAL, item, NULL, "%s", "");
        return asy_ok;
    case ASY_ENTRY_UNREADABLE:
        asy_add_finding(dossier, ASY_BLOCKS, ASY_INPUT_UNREADABLE, item, NULL, "%s", entry->why);
        return asy_ok;
    }
    return asy_ok;
}

static assay_status gather_tree(struct asy_run *run, const char *path)
{
    struct asy_dossier *dossier = run->dossier;
    assay_status s = asy_tree_open(path, false, dossier->limits, dossier->arena, &dossier->tree, &run->diag);
    const char *dir = "";

    if (!assay_ok(s))
        return s;
    for (size_t i = 0; assay_ok(s) && i < dossier->tree->n; i++)
        s = add_entry(run, dossier->tree, &dossier->tree->entries[i], &dir);
    return s;
}

/* ---- one file ---- */

/*
 * Sidecars of a file: what carries its name and an ending, every manifest in its directory, and in turn what carries
 * the name of one of these.
 */
static bool is_sidecar(struct asy_view name, struct asy_view subject)
{
    struct asy_view inner;

    if (asy_view_eq(name, subject))
        return false;
    if (asy_is_manifest_name(name))
        return true;
    while (asy_names_evidence(name, &inner)) {
        if (asy_view_eq(inner, subject) || asy_names_packed(inner, subject) || asy_is_manifest_name(inner))
            return true;
        name = inner;
    }
    return false;
}

static assay_status gather_sidecars(struct asy_run *run, const char *path)
{
    struct asy_dossier *dossier = run->dossier;
    const char *dir = dir_of(run, asy_view_of(path));
    struct asy_view subject = asy_base_name(asy_view_of(path));
    struct asy_diag why;
    assay_status s;

    if (dir == NULL)
        return no_room(run);
    s = asy_tree_open(dir[0] == '\0' ? "." : dir, true, dossier->limits, dossier->arena, &dossier->tree, &why);
    if (!assay_ok(s)) {
        asy_add_finding(dossier, ASY_NOTE, ASY_EVIDENCE_UNREADABLE, run->subject, NULL,
                        "its directory cannot be listed: %s", why.text);
        return asy_ok;
    }
    for (size_t i = 0; i < dossier->tree->n; i++) {
        const struct asy_entry *entry = &dossier->tree->entries[i];
        struct asy_item *item;

        if ((entry->kind != ASY_ENTRY_FILE && entry->kind != ASY_ENTRY_LINK) ||
            !is_sidecar(asy_view_of(entry->path), subject))
            continue;
        item = add_item(run, entry->path, asy_source_at(dossier->arena, dossier->tree->fd, entry->path));
        if (item == NULL)
            return no_room(run);
        item->is_evidence = true;
    }
    return asy_ok;
}

static struct asy_source *source_of_subject(struct asy_run *run, const struct asy_subject *subject)
{
    struct asy_arena *arena = run->dossier->arena;

    if (subject->path != NULL)
        return asy_source_at(arena, AT_FDCWD, subject->path);
    if (subject->has_bytes)
        return asy_source_of_memory(arena, subject->bytes);
    if (subject->digest_alg != ASY_DIGEST_NONE)
        return asy_source_of_digest(arena, subject->digest_alg, subject->digest);
    return asy_source_of_fd(arena, subject->fd);
}

static const char *name_of_subject(struct asy_run *run, const struct asy_subject *subject)
{
    char hex[2 * ASY_DIGEST_MAX + 1];

    if (subject->name != NULL)
        return asy_copy_text(run->dossier->arena, asy_view_of(subject->name));
    if (subject->path != NULL)
        return last_part(run, subject->path);
    if (subject->digest_alg == ASY_DIGEST_NONE)
        return "-";
    asy_hex(asy_view_head(subject->digest, ASY_DIGEST_MAX), hex);
    return asy_printf(run->dossier->arena, "%s:%s", asy_digest_name(subject->digest_alg), hex);
}

static assay_status gather_file(struct asy_run *run, const struct asy_subject *subject)
{
    struct asy_diag diag = { 0 };
    assay_status s;

    run->subject = add_item(run, name_of_subject(run, subject), source_of_subject(run, subject));
    if (run->subject == NULL)
        return no_room(run);
    run->subject->is_subject = true;
    s = asy_source_open(run->subject->source, &diag);
    if (!assay_ok(s)) {
        asy_because(run->dossier, &run->subject->why, ASY_INPUT_UNREADABLE, "%s", diag.text);
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_INPUT_UNREADABLE, run->subject, NULL, "%s", diag.text);
    }
    if (subject->path != NULL && subject->inputs == NULL && !subject->no_sidecars)
        return gather_sidecars(run, subject->path);
    return asy_ok;
}

/* ---- what the caller named ---- */

/* The part of a path of the caller below the subject's directory; empty when it leads elsewhere. */
static struct asy_view below_tree(const struct asy_run *run, struct asy_view path)
{
    struct asy_view prefix = asy_view_of(run->job->subject->path);

    while (prefix.len > 1 && prefix.data[prefix.len - 1] == '/')
        prefix.len--;
    if (run->subject != NULL || prefix.len == 0 || !asy_view_starts(path, prefix) || path.len <= prefix.len ||
        path.data[prefix.len] != '/')
        return (struct asy_view){ NULL, 0 };
    return asy_view_from(path, prefix.len + 1);
}

/* A named file that lies in the tree is that file of the tree. */
static struct asy_item *find_in_tree(struct asy_run *run, const struct index *index, const struct asy_input *input)
{
    struct asy_view below = below_tree(run, asy_view_of(input->path));

    return below.len == 0 ? NULL : find(index, below);
}

struct asy_item *asy_find_in_tree(const struct asy_run *run, const char *path)
{
    struct asy_view below = below_tree(run, asy_view_of(path));

    for (size_t i = 0; below.len > 0 && i < run->dossier->items_n; i++) {
        struct asy_item *item = run->dossier->items[i];

        if (item->is_member && item->parent == NULL && asy_view_is(below, item->name))
            return item;
    }
    return NULL;
}

static bool is_subject(const struct asy_run *run, const struct asy_input *input)
{
    const char *path = run->job->subject->path;

    return run->subject != NULL && path != NULL && input->path != NULL && strcmp(path, input->path) == 0;
}

static struct asy_item *add_input(struct asy_run *run, const struct index *index, const struct asy_input *input)
{
    struct asy_arena *arena = run->dossier->arena;
    struct asy_item *item = find_in_tree(run, index, input);
    const char *name = input->name;
    struct asy_source *source;

    if (item != NULL)
        return item;
    if (input->role == ASY_INPUT_LAYOUT && is_subject(run, input))
        return run->subject; /* without a product its layout is all that there is */
    if (name == NULL)
        name = input->path == NULL ? "-" : input->path;
    source = input->path != NULL ? asy_source_at(arena, AT_FDCWD, input->path)
                                 : asy_source_of_memory(arena, input->bytes);
    return add_item(run, asy_copy_text(arena, asy_view_of(name)), source);
}

/* The principal that stands for the caller's own word about one document. */
static int pin_principal(struct asy_run *run, const struct asy_item *item)
{
    const struct asy_principal pin = { .name = item->name, .kind = "pin of the caller", .is_pin = true };

    return asy_add_principal(run->dossier, &pin);
}

/* A named signature is over the manifest that is named beside it, when it carries its name; else over the subject. */
static struct asy_item *about_of_input(struct asy_run *run, struct asy_item *item)
{
    struct asy_view subject;

    if (asy_names_evidence(asy_base_name(name_view(item)), &subject)) {
        for (size_t i = 0; i < run->dossier->items_n; i++) {
            struct asy_item *other = run->dossier->items[i];

            if (other != item && other->is_evidence && asy_view_eq(asy_base_name(name_view(other)), subject))
                return other;
        }
        item->about_unpacked = run->subject != NULL && asy_names_packed(subject, asy_base_name(name_view(run->subject)));
    }
    return run->subject;
}

static assay_status gather_inputs(struct asy_run *run, const struct index *index)
{
    struct asy_item *package_index = NULL;

    for (const struct asy_input *input = run->job->subject->inputs; input != NULL; input = input->next) {
        struct asy_item *item;
        int pin;

        if (input->role == ASY_INPUT_LINK_DIR) {
            run->link_dir = input->path;
            continue;
        }
        item = add_input(run, index, input);
        if (item == NULL)
            return no_room(run);
        item->is_evidence = true;
        item->was_named = true;
        item->known_as = input->known_as;
        item->is_layout = input->role == ASY_INPUT_LAYOUT;
        if (item->is_layout)
            run->layout_path = input->path;
        item->is_packument = input->role == ASY_INPUT_PACKUMENT;
        item->is_bundle = input->role == ASY_INPUT_BUNDLE;
        item->is_index = input->role == ASY_INPUT_INDEX;
        item->attests = input->role == ASY_INPUT_PROVENANCE ? ASY_ATTESTS_BUILD
                        : input->role == ASY_INPUT_SUMMARY  ? ASY_ATTESTS_SUMMARY
                                                            : ASY_ATTESTS_NOTHING;
        if (item->is_index)
            package_index = item;
        if (input->role == ASY_INPUT_INDEX_SIGNATURE)
            item->about = package_index;
        if (input->role != ASY_INPUT_PIN)
            continue;
        pin = pin_principal(run, item);
        if (pin < 0)
            return no_room(run);
        item->pinned_by |= (uint64_t)1 << pin;
    }
    for (size_t i = 0; i < run->dossier->items_n; i++) {
        struct asy_item *item = run->dossier->items[i];

        if (item->was_named && item->about == NULL)
            item->about = about_of_input(run, item);
    }
    return asy_ok;
}

static bool is_repository(const struct asy_subject *subject)
{
    const struct asy_format *format = subject->format == NULL ? NULL : asy_format_named(asy_view_of(subject->format));

    return format != NULL && format->kind == ASY_KIND_REPOSITORY;
}

assay_status asy_gather(struct asy_run *run)
{
    const struct asy_subject *subject = run->job->subject;
    bool is_tree = subject->path != NULL && asy_path_kind(subject->path) == 'd';
    struct index index = { NULL, 0 };
    assay_status s;

    if (run->job->settings->ref != NULL)
        s = asy_gather_git(run);
    else if (is_repository(subject))
        s = asy_gather_repository(run);
    else
        s = is_tree ? gather_tree(run, subject->path) : gather_file(run, subject);
    if (assay_ok(s) && is_tree && run->dossier->repository == NULL && asy_is_git(subject->path))
        asy_add_finding(run->dossier, ASY_NOTE, ASY_REF_ABSENT, NULL, NULL, "%s",
                        "is a git repository, and no reference was named: its files are looked at as they lie there");

    if (assay_ok(s) && run->job->settings->digest != NULL)
        s = asy_gather_oci(run);
    if (assay_ok(s))
        s = index_new(run, &index);
    for (size_t i = 0; assay_ok(s) && i < index.n; i++) {
        if (index.items[i]->is_evidence)
            pair(run, &index, index.items[i]);
    }
    if (assay_ok(s))
        s = gather_inputs(run, &index);
    free(index.items);
    return s;
}
