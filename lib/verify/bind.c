/* Binds manifest lines to files: a line is about the file of its path below the manifest's directory. */
#include "base/reader.h"
#include "base/text.h"
#include "verify/names.h"
#include "verify/run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* Files by path, sorted, for many lookups. */
struct paths {
    struct asy_item **items;
    size_t n;
    size_t next; /* behind the one that was found last: lists are usually in the order of the files */
};

static bool is_bindable(const struct asy_run *run, const struct asy_item *item)
{
    if (run->subject != NULL && !run->by_members)
        return item == run->subject;
    return item->is_member && item->parent == run->subject; /* not what lies deeper */
}

static assay_status paths_new(struct asy_run *run, struct paths *out)
{
    out->items = calloc(run->dossier->items_n + 1, sizeof(struct asy_item *));
    if (out->items == NULL)
        return asy_no_memory(&run->diag);
    for (size_t i = 0; i < run->dossier->items_n; i++) {
        if (is_bindable(run, run->dossier->items[i]))
            out->items[out->n++] = run->dossier->items[i];
    }
    asy_sort_by_name(out->items, out->n);
    return asy_ok;
}

/* Compares a path in two parts with a name. */
static int compare(struct asy_view dir, struct asy_view path, struct asy_view name)
{
    int order = asy_view_cmp(dir, asy_view_head(name, dir.len));

    return order != 0 ? order : asy_view_cmp(path, asy_view_from(name, dir.len));
}

static struct asy_item *find(struct paths *paths, struct asy_view dir, struct asy_view path)
{
    size_t low = 0, high = paths->n, at = paths->next < high ? paths->next : high / 2;

    for (; low < high; at = low + (high - low) / 2) {
        int order = compare(dir, path, asy_view_of(paths->items[at]->name));

        if (order == 0) {
            paths->next = at + 1;
            return paths->items[at];
        }
        if (order > 0)
            low = at + 1;
        else
            high = at;
    }
    return NULL;
}

static bool bind(struct asy_run *run, struct asy_fact *fact, struct asy_item *target)
{
    bool is_text = fact->claim.is.link.leads_to.len > 0;
    struct asy_item *bytes = is_text ? asy_add_link_text(run->dossier, target)
                                     : target->leads_to == NULL ? target : target->leads_to;
    struct asy_piece whole;
    struct asy_recipe recipe;

    if (bytes == NULL)
        return false;
    whole = asy_whole(bytes);
    target->is_listed = true;
    fact->names = bytes == target ? NULL : target;
    if (!asy_recipe_of(run->dossier->arena, &whole, 1, &recipe))
        return false;
    fact->measure = asy_add_measure(run->dossier, recipe, fact->claim.is.link.alg);
    return fact->measure != NULL;
}

/*
 * For one file: its name may stand below a directory in the list ("dist/app.tar").  Lines of other files are none of
 * its business.
 */
static bool is_line_of(const struct asy_item *subject, struct asy_view path, bool exact)
{
    struct asy_view name = asy_base_name(asy_view_of(subject->name));

    return asy_view_eq(exact ? path : asy_base_name(path), name);
}

/* A file that a list names is not there. */
static void miss(struct asy_run *run, struct asy_fact *fact)
{
    struct asy_view path = fact->claim.is.link.path;

    run->dossier->missing_n++;
    asy_because(run->dossier, &fact->why, ASY_FILE_MISSING, "%.*s", (int)(path.len > 4096 ? 4096 : path.len),
                (const char *)path.data);
}

static bool is_path_link(const struct asy_fact *fact, const struct asy_item *document)
{
    return fact->claim.kind == ASY_CLAIM_LINK && fact->claim.document == document &&
           fact->claim.is.link.path.len > 0;
}

/* True when the document has a line with just the subject's name, which then is the one that counts. */
static bool has_exact_line(const struct asy_run *run, const struct asy_item *document)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_fact *fact = run->dossier->facts[i];

        if (is_path_link(fact, document) && is_line_of(run->subject, fact->claim.is.link.path, true))
            return true;
    }
    return false;
}

/* A digest alone is found in a list by its value. */
static bool is_line_with_digest(const struct asy_run *run, const struct asy_link *link)
{
    struct asy_view digest;
    enum asy_digest_alg alg;

    return asy_source_is_digest(run->subject->source, &alg, &digest) && alg == link->alg &&
           asy_view_eq(digest, link->value);
}

static struct asy_view dir_of(struct asy_view path)
{
    return asy_view_head(path, path.len - asy_base_name(path).len);
}

/* "dir/by-hash/SHA256/digest": the file of that digest whatever it is called, in the same directory as the line's. */
static bool is_by_hash(struct asy_view known, const struct asy_link *link)
{
    static const struct asy_view mark = ASY_TEXT_INIT("by-hash/");
    struct asy_view dir = dir_of(link->path), rest = asy_view_from(known, dir.len), alg, expected;
    struct asy_reader r = asy_reader_of(rest);
    char hex[2 * ASY_DIGEST_MAX + 1];

    if (!asy_view_starts(known, dir) || !asy_get_text(&r, mark) || !asy_get_until(&r, '/', &alg) ||
        link->value.len > ASY_DIGEST_MAX)
        return false;
    asy_hex(link->value, hex);
    expected = asy_view_of(hex);
    return asy_digest_of_name(alg) == link->alg && asy_view_eq(r.rest, expected);
}

/* An index that the caller named, by the path that he gave for it. */
static struct asy_item *find_known(const struct asy_run *run, const struct asy_link *link)
{
    for (size_t i = 0; i < run->known_n; i++) {
        struct asy_view known = asy_view_of(run->known[i]->known_as);

        if (asy_view_eq(link->path, known) || is_by_hash(known, link))
            return run->known[i];
    }
    return NULL;
}

static bool gather_known(struct asy_run *run)
{
    size_t room = 0;

    for (size_t i = 0; i < run->dossier->items_n; i++) {
        if (run->dossier->items[i]->known_as == NULL)
            continue;
        if (!asy_grow(run->dossier->arena, &run->known, run->known_n, &room, sizeof *run->known))
            return false;
        run->known[run->known_n++] = run->dossier->items[i];
    }
    return true;
}

/* Where the caller names the package, its line is about the file that he gives, whatever that is called. */
static struct asy_item *target_by_package(const struct asy_run *run, const struct asy_link *link)
{
    struct asy_item *known = find_known(run, link);

    if (!asy_view_is(link->package, run->job->settings->package_name))
        return NULL;
    return known != NULL || link->of_part ? known : run->subject;
}

/*
 * The file that a line is about: an index that is known by its path, or the subject; NULL: a file that nobody asks for.
 * A repository has many files of one name.
 */
static struct asy_item *target_of(const struct asy_run *run, const struct asy_link *link, bool exact)
{
    struct asy_item *known;

    if (link->package.len > 0 && run->job->settings->package_name != NULL)
        return target_by_package(run, link);
    known = find_known(run, link);
    if (known != NULL)
        return known;
    return is_line_of(run->subject, link->path, exact || link->is_optional) || is_line_with_digest(run, link)
               ? run->subject
               : NULL;
}

/* The subject, or what lies in it. */
static bool is_of_subject(const struct asy_run *run, const struct asy_item *item)
{
    while (item != NULL && item != run->subject)
        item = item->parent;
    return item != NULL;
}

/* ---- a subject that lists its own parts ---- */

static struct asy_item *find_part(const struct asy_run *run, struct asy_view name)
{
    for (size_t i = 0; i < run->dossier->items_n; i++) {
        struct asy_item *item = run->dossier->items[i];

        if (item != run->subject && item->is_subject && item->parent == NULL && asy_view_is(name, item->name))
            return item;
    }
    return NULL;
}

/* A file beside the subject becomes one to be ruled about; NULL when it is not there. */
static struct asy_item *open_part(struct asy_run *run, struct asy_view name)
{
    struct asy_arena *arena = run->dossier->arena;
    struct asy_view dir = dir_of(asy_view_of(run->job->subject->path));
    char *path = asy_printf(arena, "%.*s%.*s", (int)dir.len, (const char *)dir.data, (int)name.len,
                            (const char *)name.data);
    struct asy_source *source = path == NULL ? NULL : asy_source_at(arena, AT_FDCWD, path);
    struct asy_diag diag;
    struct asy_item *item;

    if (run->job->subject->path == NULL || source == NULL || !assay_ok(asy_source_open(source, &diag)))
        return NULL;
    asy_source_close(source);
    item = asy_add_item(run->dossier, asy_copy_text(arena, name), source);
    if (item != NULL)
        item->is_subject = true;
    return item;
}

static bool bind_parts(struct asy_run *run, const struct asy_item *document)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];
        struct asy_item *part;

        if (!is_path_link(fact, document) || !fact->claim.is.link.is_part)
            continue;
        part = find_part(run, fact->claim.is.link.path);
        if (part == NULL)
            part = open_part(run, fact->claim.is.link.path);
        if (part == NULL)
            miss(run, fact);
        else if (!bind(run, fact, part))
            return false;
    }
    return true;
}

static bool bind_subject(struct asy_run *run, struct asy_item *document)
{
    bool exact, any = false;

    if (is_of_subject(run, document))
        return bind_parts(run, document);
    exact = has_exact_line(run, document);
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];
        struct asy_item *target = is_path_link(fact, document) ? target_of(run, &fact->claim.is.link, exact) : NULL;

        if (target == NULL)
            continue;
        any = true;
        fact->by_base_name = target == run->subject && !exact;
        if (!bind(run, fact, target))
            return false;
    }
    if (!any)
        asy_because(run->dossier, &document->why, ASY_EVIDENCE_UNBOUND, "%s is not in this list", run->subject->name);
    return true;
}

static bool bind_line(struct asy_run *run, struct paths *paths, struct asy_fact *fact)
{
    const struct asy_link *link = &fact->claim.is.link;
    struct asy_item *target = find_known(run, link);

    if (target == NULL)
        target = find(paths, asy_view_of(fact->claim.document->dir), link->path);
    if (target != NULL)
        return bind(run, fact, target);
    if (!link->is_optional)
        miss(run, fact);
    return true;
}

static bool bind_tree(struct asy_run *run, struct paths *paths)
{
    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_LINK && fact->claim.is.link.path.len > 0 && !bind_line(run, paths, fact))
            return false;
    }
    return true;
}

/* Each document that lists paths, once. */
static bool bind_documents(struct asy_run *run)
{
    const struct asy_item *last = NULL;

    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        const struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind != ASY_CLAIM_LINK || fact->claim.is.link.path.len == 0 || fact->claim.document == last)
            continue;
        last = fact->claim.document;
        if (!bind_subject(run, fact->claim.document))
            return false;
    }
    return true;
}

assay_status asy_bind(struct asy_run *run)
{
    struct paths paths = { .n = 0 };
    assay_status s;
    bool done = gather_known(run);

    if (!done) {
        /* told below */
    } else if (run->subject != NULL && !run->by_members) {
        done = bind_documents(run);
    } else {
        s = paths_new(run, &paths);
        if (!assay_ok(s))
            return s;
        done = bind_tree(run, &paths);
        free(paths.items);
    }
    return done ? asy_ok : asy_fail(&run->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}
