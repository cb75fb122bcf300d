/* Binds manifest lines to files: a line is about the file of its path below the manifest's directory. */
#include "verify/names.h"
#include "verify/run.h"

#include <stdlib.h>
#include <string.h>

/* Files by path, sorted, for many lookups. */
struct paths {
    struct asy_item **items;
    size_t n;
};

static int by_name(const void *a, const void *b)
{
    const struct asy_item *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

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
    qsort(out->items, out->n, sizeof *out->items, by_name);
    return asy_ok;
}

/* Compares a path in two parts with a name. */
static int compare(struct asy_view dir, struct asy_view path, struct asy_view name)
{
    int order = asy_view_cmp(dir, asy_view_head(name, dir.len));

    return order != 0 ? order : asy_view_cmp(path, asy_view_from(name, dir.len));
}

static struct asy_item *find(const struct paths *paths, struct asy_view dir, struct asy_view path)
{
    size_t low = 0, high = paths->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(dir, path, asy_view_of(paths->items[middle]->name));

        if (order == 0)
            return paths->items[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool bind(struct asy_run *run, struct asy_fact *fact, struct asy_item *target)
{
    struct asy_piece whole = asy_whole(target);
    struct asy_recipe recipe;

    target->is_listed = true;
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

/* An index that the caller named, by the path that he gave for it. */
static struct asy_item *find_known(const struct asy_run *run, struct asy_view path)
{
    for (size_t i = 0; i < run->dossier->items_n; i++) {
        struct asy_item *item = run->dossier->items[i];

        if (item->known_as != NULL && asy_view_is(path, item->known_as))
            return item;
    }
    return NULL;
}

/* Where the caller names the package, its line is about the file that he gives, whatever that is called. */
static struct asy_item *target_by_package(const struct asy_run *run, const struct asy_link *link)
{
    struct asy_item *known = find_known(run, link->path);

    if (!asy_view_is(link->package, run->job->settings->package_name))
        return NULL;
    return known != NULL || link->of_part ? known : run->subject;
}

/* The file that a line is about: an index that is known by its path, or the subject; NULL: a file that nobody asks for. */
static struct asy_item *target_of(const struct asy_run *run, const struct asy_link *link, bool exact)
{
    struct asy_item *known;

    if (link->package.len > 0 && run->job->settings->package_name != NULL)
        return target_by_package(run, link);
    known = find_known(run, link->path);
    if (known != NULL)
        return known;
    return is_line_of(run->subject, link->path, exact) || is_line_with_digest(run, link) ? run->subject : NULL;
}

static bool bind_subject(struct asy_run *run, struct asy_item *document)
{
    bool exact = has_exact_line(run, document), any = false;

    for (size_t i = 0; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];
        struct asy_item *target = is_path_link(fact, document) ? target_of(run, &fact->claim.is.link, exact) : NULL;

        if (target == NULL)
            continue;
        any = true;
        if (!bind(run, fact, target))
            return false;
    }
    if (!any)
        asy_because(run->dossier, &document->why, ASY_EVIDENCE_UNBOUND, "%s is not in this list", run->subject->name);
    return true;
}

static bool bind_line(struct asy_run *run, const struct paths *paths, struct asy_fact *fact)
{
    const struct asy_link *link = &fact->claim.is.link;
    const struct asy_item *document = fact->claim.document;
    struct asy_item *target = find(paths, asy_view_of(document->dir), link->path);

    if (target != NULL)
        return bind(run, fact, target);
    run->dossier->missing_n++;
    asy_because(run->dossier, &fact->why, ASY_FILE_MISSING, "%.*s",
                (int)(link->path.len > 4096 ? 4096 : link->path.len), (const char *)link->path.data);
    return true;
}

static bool bind_tree(struct asy_run *run, const struct paths *paths)
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
    struct paths paths = { NULL, 0 };
    assay_status s;
    bool done;

    if (run->subject != NULL && !run->by_members) {
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
