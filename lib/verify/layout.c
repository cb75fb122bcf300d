/*
 * An in-toto layout and the links of its steps (in-toto specification 5.2): finds them, and gives each signature the
 * key under which it counts.  <step>.<first 8 digits of the key id>.link is the link of one functionary; where that
 * is itself a layout, its links lie in a directory of the same name without the end.
 */
#include "verify/layout.h"

#include "base/text.h"
#include "verify/names.h"

#include <fcntl.h>
#include <string.h>

enum { SUBLAYOUTS = 8, SHORT_ID = 4 }; /* inside each other; bytes of a key id in a file name */

static bool load_links(struct asy_run *, struct asy_layout_work *);

/* ---- documents ---- */

/* Reads the bytes of an item; what is wrong is in its `why`, and it then has no claims. */
static bool read_document(struct asy_run *run, struct asy_item *item, struct asy_view bytes, struct asy_recorded *out)
{
    struct asy_reading reading = {
        .dossier = run->dossier, .document = item, .bytes = bytes, .subject = run->subject
    };
    size_t first = run->dossier->facts_n;

    item->format = "layout";
    if (assay_ok(asy_layout_read(&reading, out)))
        return true;
    asy_drop_claims(run->dossier, first);
    item->format = NULL; /* it only has the name of one */
    asy_because(run->dossier, &item->why, asy_reading_reason(&reading.diag), "%s", reading.diag.text);
    return false;
}

/* A file of the links' directory, which may be the subject's; NULL when it is not there. */
static struct asy_item *open_document(struct asy_run *run, const char *path, struct asy_view *bytes)
{
    struct asy_item *item = path == NULL ? NULL : asy_find_in_tree(run, path);
    struct asy_source *source;
    struct asy_diag diag = { 0 };

    if (path == NULL)
        return NULL;
    if (item == NULL) {
        source = asy_source_at(run->dossier->arena, AT_FDCWD, path);
        if (source == NULL || asy_source_open(source, &diag).code == ASSAY_E_ABSENT)
            return NULL;
        asy_source_close(source);
        item = asy_add_item(run->dossier, path, source);
        if (item == NULL)
            return NULL;
    }
    if (!assay_ok(asy_load_item(run, item, bytes, &diag)))
        asy_because(run->dossier, &item->why,
                    diag.code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_EVIDENCE_UNREADABLE, "%s", diag.text);
    return item;
}

/* ---- whose signature counts ---- */

/* The one signature that names the key, under that key; all others of the document count for nothing. */
static const struct asy_fact *take_signature(struct asy_run *run, struct asy_item *document, size_t first,
                                             const struct asy_layout_key *key)
{
    struct asy_fact *found = NULL;

    for (size_t i = first; i < run->dossier->facts_n; i++) {
        struct asy_fact *fact = run->dossier->facts[i];

        if (fact->claim.kind != ASY_CLAIM_SIGNATURE || fact->claim.document != document)
            continue;
        if (key->is_usable && found == NULL && asy_view_eq(fact->claim.is.signature.key_id, key->id)) {
            fact->claim.is.signature.key = &key->material;
            found = fact;
        } else {
            fact->claim.kind = ASY_CLAIM_NONE;
        }
    }
    return found;
}

/* Of the layout that the caller named, and of what its owners recorded: under layout keys alone. */
static void take_owners(struct asy_run *run, size_t first, enum asy_signature_role role)
{
    for (size_t i = first; i < run->dossier->facts_n; i++) {
        struct asy_claim *claim = &run->dossier->facts[i]->claim;

        if (claim->kind != ASY_CLAIM_SIGNATURE)
            continue;
        claim->is.signature.is_layout = true;
        claim->is.signature.role = role;
    }
}

/* ---- what belongs to a layout ---- */

static struct asy_layout_work *work_new(struct asy_run *run, struct asy_item *document,
                                        const struct asy_layout *layout, const char *dir)
{
    struct asy_arena *arena = run->dossier->arena;
    struct asy_layout_work *work = asy_alloc(arena, 1, sizeof *work);

    if (work == NULL || dir == NULL)
        return NULL;
    work->document = document;
    work->layout = layout;
    work->dir = dir;
    work->steps = asy_alloc(arena, layout->steps_n + 1, sizeof *work->steps);
    work->inspections = asy_alloc(arena, layout->inspections_n + 1, sizeof *work->inspections);
    return work->steps == NULL || work->inspections == NULL ? NULL : work;
}

static const char *short_id(struct asy_run *run, struct asy_view id)
{
    char hex[2 * SHORT_ID + 1];

    asy_hex(asy_view_head(id, SHORT_ID), hex);
    return asy_copy_text(run->dossier->arena, asy_view_of(hex));
}

/* "dir/name.id" with an end; NULL when memory is short. */
static const char *path_of(struct asy_run *run, const struct asy_layout_work *work, struct asy_view name,
                           struct asy_view id, const char *end)
{
    const char *shown = id.len == 0 ? "" : short_id(run, id);

    return shown == NULL ? NULL
                         : asy_printf(run->dossier->arena, "%s/%.*s%s%s%s", work->dir, (int)name.len,
                                      (const char *)name.data, id.len == 0 ? "" : ".", shown, end);
}

/* A functionary may do a step by a layout of his own. */
static bool load_sublayout(struct asy_run *run, const struct asy_layout_work *above, struct asy_step_work *step,
                           struct asy_step_link *link, const struct asy_layout *layout,
                           const struct asy_layout_key *key, size_t first)
{
    if (above->depth + 1 >= SUBLAYOUTS) {
        asy_because(run->dossier, &link->document->why, ASY_LIMIT_REACHED, "more than %d layouts inside each other",
                    SUBLAYOUTS);
        return true;
    }
    link->sub = work_new(run, link->document, layout, path_of(run, above, step->step->name, key->id, ""));
    if (link->sub == NULL)
        return false;
    link->sub->owner = key;
    link->sub->depth = above->depth + 1;
    link->sub->first_fact = first;
    link->sub->facts_n = run->dossier->facts_n - first;
    return load_links(run, link->sub);
}

static bool load_link(struct asy_run *run, const struct asy_layout_work *work, struct asy_step_work *step,
                      const struct asy_layout_key *key)
{
    struct asy_step_link *link = &step->links[step->links_n];
    struct asy_recorded recorded = { NULL, NULL };
    size_t first = run->dossier->facts_n;
    struct asy_view bytes = { NULL, 0 };

    link->document = open_document(run, path_of(run, work, step->step->name, key->id, ".link"), &bytes);
    if (link->document == NULL)
        return !run->dossier->incomplete;
    step->links_n++;
    if (link->document->why.reason != ASY_REASON_NONE || !read_document(run, link->document, bytes, &recorded))
        return !run->dossier->incomplete;
    link->signature = take_signature(run, link->document, first, key);
    link->record = recorded.record;
    return recorded.layout == NULL || load_sublayout(run, work, step, link, recorded.layout, key, first);
}

static bool load_step(struct asy_run *run, struct asy_layout_work *work, size_t no)
{
    struct asy_step_work *step = &work->steps[no];

    step->step = &work->layout->steps[no];
    step->links = asy_alloc(run->dossier->arena, step->step->keys_n + 1, sizeof *step->links);
    if (step->links == NULL)
        return false;
    for (size_t i = 0; i < step->step->keys_n; i++) {
        if (!load_link(run, work, step, step->step->keys[i]))
            return false;
    }
    return true;
}

/* ---- recorded inspections ---- */

/* The first file that is there: called by the key of one of those who signed the layout, or by the inspection alone.
 */
static struct asy_item *open_inspection(struct asy_run *run, const struct asy_layout_work *work, struct asy_view name,
                                        struct asy_view *bytes)
{
    struct asy_item *item = NULL;
    const struct asy_view no_id = { NULL, 0 };

    if (work->owner != NULL)
        item = open_document(run, path_of(run, work, name, work->owner->id, ".link"), bytes);
    for (size_t i = 0; item == NULL && work->owner == NULL && i < work->facts_n; i++) {
        const struct asy_claim *claim = &run->dossier->facts[work->first_fact + i]->claim;

        if (claim->kind == ASY_CLAIM_SIGNATURE && claim->is.signature.key_id.len >= SHORT_ID)
            item = open_document(run, path_of(run, work, name, claim->is.signature.key_id, ".link"), bytes);
    }
    return item != NULL ? item : open_document(run, path_of(run, work, name, no_id, ".link"), bytes);
}

static bool load_inspection(struct asy_run *run, struct asy_layout_work *work, size_t no)
{
    struct asy_inspection_work *inspection = &work->inspections[no];
    struct asy_recorded recorded = { NULL, NULL };
    struct asy_view bytes = { NULL, 0 };

    inspection->inspection = &work->layout->inspections[no];
    inspection->document = open_inspection(run, work, inspection->inspection->name, &bytes);
    inspection->first_fact = run->dossier->facts_n;
    if (inspection->document == NULL || inspection->document->why.reason != ASY_REASON_NONE ||
        !read_document(run, inspection->document, bytes, &recorded))
        return !run->dossier->incomplete;
    inspection->record = recorded.record;
    if (work->owner == NULL)
        take_owners(run, inspection->first_fact, ASY_ROLE_RECORDS);
    else
        (void)take_signature(run, inspection->document, inspection->first_fact, work->owner);
    inspection->facts_n = run->dossier->facts_n - inspection->first_fact;
    return true;
}

static bool load_links(struct asy_run *run, struct asy_layout_work *work)
{
    for (size_t i = 0; i < work->layout->steps_n; i++) {
        if (!load_step(run, work, i))
            return false;
    }
    for (size_t i = 0; i < work->layout->inspections_n; i++) {
        if (!load_inspection(run, work, i))
            return false;
    }
    return true;
}

/* ---- the layout that the caller named ---- */

static const char *link_dir_of(struct asy_run *run)
{
    struct asy_view path = asy_view_of(run->link_dir);

    if (run->link_dir == NULL) {
        path = asy_view_of(run->layout_path);
        path = asy_view_head(path, path.len - asy_base_name(path).len);
    }
    while (path.len > 1 && path.data[path.len - 1] == '/')
        path.len--;
    return path.len == 0 ? "." : asy_copy_text(run->dossier->arena, path);
}

void asy_read_layout(struct asy_run *run, struct asy_item *item, struct asy_view bytes)
{
    struct asy_recorded recorded = { NULL, NULL };
    size_t first = run->dossier->facts_n;

    if (run->layout != NULL) {
        asy_because(run->dossier, &item->why, ASY_EVIDENCE_AMBIGUOUS, "a second layout");
        return;
    }
    if (!read_document(run, item, bytes, &recorded))
        return;
    take_owners(run, first, ASY_ROLE_SIGNS);
    if (recorded.layout == NULL) {
        asy_drop_claims(run->dossier, first);
        asy_because(run->dossier, &item->why, ASY_EVIDENCE_MALFORMED, "is a link, expected a layout");
        return;
    }
    run->layout = work_new(run, item, recorded.layout, link_dir_of(run));
    if (run->layout == NULL) {
        run->dossier->incomplete = true;
        return;
    }
    run->layout->first_fact = first;
    run->layout->facts_n = run->dossier->facts_n - first;
    if (!load_links(run, run->layout))
        run->dossier->incomplete = true;
}
