/*
 * A reference of a repository as the subject: the commit or tag it leads to, and all that this leads to in turn.  Formats
 * read objects and name others by their ids; here those are fetched.  An ALLOW says that the object is signed and that its
 * tree is whole: every id that is named leads to an object that has it, and no name in it is unsafe.
 */
#include "base/text.h"
#include "codec/git_ref.h"
#include "format/git_contents.h"
#include "io/git.h"
#include "verify/run.h"

#include <stdlib.h>
#include <string.h>

enum { SYMBOLIC = 5 }; /* references that only name another, one behind the other: as git follows */

/* ---- which object a reference leads to ---- */

static assay_status absent(struct asy_run *run, const char *name, const char *what)
{
    asy_add_finding(run->dossier, ASY_BLOCKS, ASY_REF_ABSENT, run->subject, NULL, "%s: %s", name, what);
    return asy_ok;
}

static assay_status malformed(struct asy_run *run, const char *name)
{
    return asy_fail(&run->diag, ASSAY_E_FORMAT, 0, "%s is no file of references, or of ids that are not SHA-1", name);
}

static assay_status find_packed(struct asy_run *run, const char *name, struct asy_git_ref *out, bool *found)
{
    struct asy_diag diag = { 0 };
    bool is_malformed;
    struct asy_view file;
    assay_status s = asy_git_load(run->dossier->repository, "packed-refs", run->dossier->limits->manifest,
                                  run->dossier->arena, &file, &diag);

    *found = false;
    if (s.code == ASSAY_E_ABSENT)
        return asy_ok;
    if (!assay_ok(s))
        return asy_fail(&run->diag, s.code, 0, "packed-refs: %s", diag.text);
    *found = asy_git_find_packed(file, asy_view_of(name), out, &is_malformed);
    return is_malformed ? malformed(run, "packed-refs") : asy_ok;
}

/* One reference: a file of its own, which counts before packed-refs. */
static assay_status find_one(struct asy_run *run, const char *name, struct asy_git_ref *out, bool *found)
{
    struct asy_diag diag = { 0 };
    struct asy_view file;
    assay_status s = asy_git_load(run->dossier->repository, name, run->dossier->limits->line, run->dossier->arena, &file,
                                  &diag);

    if (s.code == ASSAY_E_ABSENT)
        return find_packed(run, name, out, found);
    if (!assay_ok(s))
        return asy_fail(&run->diag, s.code, 0, "%s: %s", name, diag.text);
    *found = asy_git_read_ref(file, out);
    return *found ? asy_ok : malformed(run, name);
}

static assay_status follow(struct asy_run *run, struct asy_git_ref *ref, bool *found)
{
    for (unsigned i = 0; *found && ref->target.len > 0; i++) {
        const char *name = asy_copy_text(run->dossier->arena, ref->target);
        assay_status s;

        if (name == NULL)
            return asy_no_memory(&run->diag);
        if (i == SYMBOLIC || !asy_view_starts(ref->target, ASY_TEXT("refs/")))
            return asy_fail(&run->diag, ASSAY_E_FORMAT, 0, "%s: a reference leads there that may not", name);
        ref->target.len = 0;
        s = find_one(run, name, ref, found);
        if (!assay_ok(s))
            return s;
    }
    return asy_ok;
}

/* gitrevisions(7): where a short name is looked for; here it must be in one place only. */
static assay_status find_short(struct asy_run *run, const char *name, struct asy_git_ref *out, unsigned *n)
{
    static const char *const places[] = { "refs/", "refs/tags/", "refs/heads/", "refs/remotes/" };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *full = asy_printf(run->dossier->arena, "%s%s", places[i], name);
        bool found = false;
        assay_status s;

        if (full == NULL)
            return asy_no_memory(&run->diag);
        s = find_one(run, full, out, &found);
        if (!assay_ok(s))
            return s;
        *n += found;
        if (found)
            run->ref = full;
    }
    return asy_ok;
}

/* `*found` stays false, with a finding, where nothing or more than one thing is meant. */
static assay_status resolve(struct asy_run *run, const char *name, struct asy_git_ref *out, bool *found)
{
    struct asy_view view = asy_view_of(name);
    unsigned n = 0;
    assay_status s;

    *found = asy_is_git_id(view, out->id);
    if (*found)
        return asy_ok;
    if (!asy_is_git_ref(view))
        return absent(run, name, "is no name that a reference can have");
    if (asy_view_is(view, "HEAD") || asy_view_starts(view, ASY_TEXT("refs/"))) {
        run->ref = name;
        s = find_one(run, name, out, found);
        n = *found;
    } else {
        s = find_short(run, name, out, &n);
        *found = n == 1;
    }
    if (assay_ok(s))
        s = follow(run, out, found);
    if (!assay_ok(s) || *found)
        return s;
    return absent(run, name, n > 1 ? "is the name of more than one reference" : "is not there");
}

static assay_status add_subject(struct asy_run *run, const char *name, const uint8_t *id)
{
    struct asy_dossier *dossier = run->dossier;
    const char *type;
    uint64_t size;
    struct asy_source *source;
    assay_status s = asy_git_look(dossier->repository, id, &type, &size, &run->diag);

    if (!assay_ok(s))
        return s;
    source = asy_source_git(dossier->arena, dossier->repository, id, type, size, true);
    if (source != NULL)
        run->subject = asy_add_item(dossier, asy_copy_text(dossier->arena, asy_view_of(name)), source);
    if (run->subject == NULL)
        return asy_fail(&run->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    run->subject->is_subject = true;
    memcpy(run->subject_id, id, sizeof run->subject_id);
    return asy_ok;
}

assay_status asy_gather_git(struct asy_run *run)
{
    const char *name = run->job->settings->ref;
    struct asy_git_ref ref = { .target = { NULL, 0 } };
    struct asy_diag diag = { 0 };
    bool found = false;
    assay_status s;

    if (run->job->subject->path == NULL)
        return asy_fail(&run->diag, ASSAY_E_FORMAT, 0, "is no git repository, and a reference of one was named");
    s = asy_git_open(run->job->subject->path, &run->dossier->repository, &diag);
    if (s.code == ASSAY_E_UNSUPPORTED) {
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_EVIDENCE_UNSUPPORTED, NULL, NULL, "%s", diag.text);
        return asy_ok;
    }
    if (!assay_ok(s))
        return asy_fail(&run->diag, s.code, 0, "%s", diag.text);
    s = resolve(run, name, &ref, &found);
    return assay_ok(s) && found ? add_subject(run, run->ref != NULL ? run->ref : name, ref.id) : s;
}

/* ---- all that it leads to ---- */

/* An object that was fetched, by its id. */
struct known {
    uint8_t id[ASY_GIT_ID];
    const char *type;
    struct asy_measure *measure; /* of its id; NULL: the place is free */
};

struct walk {
    struct asy_run *run;
    struct known *table; /* malloc; open addressing */
    size_t room, n;
    uint64_t bytes;
};

/* Ids are digests: any of their bytes will do for a place.  The place of the id, or the free one where it would be. */
static struct known *place_of(const struct walk *walk, const uint8_t *id)
{
    size_t at;

    memcpy(&at, id, sizeof at);
    for (at &= walk->room - 1; walk->table[at].measure != NULL; at = (at + 1) & (walk->room - 1)) {
        if (memcmp(walk->table[at].id, id, ASY_GIT_ID) == 0)
            break;
    }
    return &walk->table[at];
}

static assay_status make_room(struct walk *walk)
{
    struct walk larger = *walk;

    if (walk->n < walk->room / 2)
        return asy_ok;
    larger.room = walk->room == 0 ? 1024 : walk->room * 2;
    larger.table = calloc(larger.room, sizeof *larger.table);
    if (larger.table == NULL)
        return asy_no_memory(&walk->run->diag);
    for (size_t i = 0; i < walk->room; i++) {
        if (walk->table[i].measure != NULL)
            *place_of(&larger, walk->table[i].id) = walk->table[i];
    }
    free(walk->table);
    *walk = larger;
    return asy_ok;
}

static void tell(struct walk *walk, enum asy_reason reason, const struct asy_item *about, const struct asy_link *link,
                 const char *text)
{
    char hex[2 * ASY_GIT_ID + 1];

    asy_hex(link->value, hex);
    asy_add_finding(walk->run->dossier, ASY_BLOCKS, reason, about, walk->run->subject, "%.*s%s%s %s: %s",
                    (int)(link->object->path.len < 200 ? link->object->path.len : 200),
                    link->object->path.len == 0 ? "" : (const char *)link->object->path.data,
                    link->object->path.len == 0 ? "" : ", ", link->object->type, hex, text);
}

static const char *name_of(struct walk *walk, const struct asy_link *link)
{
    struct asy_arena *arena = walk->run->dossier->arena;
    bool is_tree = strcmp(link->object->type, "tree") == 0;
    char hex[2 * ASY_GIT_ID + 1];

    asy_hex(link->value, hex);
    if (link->object->path.len == 0)
        return asy_printf(arena, "%s %s", link->object->type, hex);
    return asy_printf(arena, "%.*s%s", (int)link->object->path.len, (const char *)link->object->path.data,
                      is_tree ? "/" : "");
}

/* The bytes that the id is made over: a file is its content, behind a frame that is not part of it. */
static struct asy_measure *measure_of(struct walk *walk, struct asy_item *item, const char *type, uint64_t size,
                                      bool framed)
{
    struct asy_dossier *dossier = walk->run->dossier;
    struct asy_piece pieces[2] = { asy_whole(item), asy_whole(item) };
    struct asy_recipe recipe;
    char *frame;

    if (!framed) {
        frame = asy_printf(dossier->arena, "%s %llu", type, (unsigned long long)size);
        if (frame == NULL)
            return NULL;
        pieces[0] = asy_literal((struct asy_view){ (const uint8_t *)frame, strlen(frame) + 1 });
    }
    return asy_recipe_of(dossier->arena, pieces, framed ? 1 : 2, &recipe) ? asy_new_measure(dossier, recipe, ASY_SHA1)
                                                                         : NULL;
}

/* A file is known by its own digest everywhere else. */
static bool identify(struct walk *walk, struct asy_item *item)
{
    struct asy_piece whole = asy_whole(item);
    struct asy_recipe recipe;

    return asy_recipe_of(walk->run->dossier->arena, &whole, 1, &recipe) &&
           asy_new_measure(walk->run->dossier, recipe, ASY_SHA256) != NULL;
}

static assay_status no_room(struct walk *walk)
{
    return asy_fail(&walk->run->diag, ASSAY_E_LIMIT, 0, "too many objects, too deep a tree, or the memory of the job");
}

/* What a checkout would follow: whoever inspects is to see it, and who verifies is told, for the signer has signed it. */
static void look_at(struct walk *walk, const struct asy_link *link, struct asy_item *item)
{
    enum { LOOK_MAX = 1 << 20 };
    struct asy_dossier *dossier = walk->run->dossier;
    bool is_link = link->object->is_link;
    struct asy_view name = link->object->path, text, line = { NULL, 0 };
    const char *defect = NULL;
    struct asy_diag diag;

    if (!is_link && !asy_view_is(name, ".gitmodules"))
        return;
    if (item->size > LOOK_MAX || !assay_ok(asy_source_open(item->source, &diag)))
        return; /* a link of that length is none; what cannot be read, its digest tells */
    if (assay_ok(asy_source_load(item->source, LOOK_MAX, dossier->arena, &text, &diag)))
        defect = is_link ? asy_git_link_defect(name, text) : asy_git_modules_defect(text, &line);
    asy_source_close(item->source);
    if (defect != NULL)
        asy_add_finding(dossier, walk->run->inspects ? ASY_BLOCKS : ASY_NOTE, is_link ? ASY_TREE_LINK : ASY_ARCHIVE_PATH,
                        item, item, "%.*s %s%s%.*s", (int)(name.len > 200 ? 200 : name.len), (const char *)name.data,
                        defect, line.len > 0 ? ": " : "", (int)(line.len > 200 ? 200 : line.len),
                        line.len == 0 ? "" : (const char *)line.data);
}

/* Whoever says the document that names it says it; files are judged, what only leads to them is read. */
static assay_status add_object(struct walk *walk, struct asy_item *parent, const struct asy_link *link, uint64_t size,
                               struct asy_measure **out)
{
    struct asy_dossier *dossier = walk->run->dossier;
    const char *type = link->object->type;
    bool is_file = strcmp(type, "blob") == 0;
    struct asy_source *source =
        asy_source_git(dossier->arena, dossier->repository, link->value.data, type, size, !is_file);
    struct asy_item *item = asy_add_derived(dossier, parent, 0, 0, name_of(walk, link), source);

    if (item == NULL)
        return no_room(walk);
    item->size = is_file ? size : asy_source_size(source);
    item->has_size = true;
    item->is_member = is_file;
    item->is_subject = is_file;
    *out = measure_of(walk, item, type, size, !is_file);
    if (*out == NULL || (is_file && !identify(walk, item)))
        return no_room(walk);
    if (is_file)
        return asy_ok;
    item->dir = link->object->path.len == 0 ? "" : item->name;
    asy_read_as(walk->run, item, "git_object");
    if (item->why.reason != ASY_REASON_NONE)
        tell(walk, item->why.reason == ASY_EVIDENCE_MALFORMED ? ASY_ARCHIVE_CORRUPT : item->why.reason, item, link,
             item->why.detail == NULL ? "" : item->why.detail);
    return asy_ok;
}

static assay_status over_limit(struct walk *walk, const struct asy_link *link)
{
    tell(walk, ASY_LIMIT_REACHED, NULL, link, "more bytes than the limits allow");
    walk->run->dossier->incomplete = true;
    return asy_ok;
}

/* What is not there, or is of another type or too large, is told: nothing of it is known then. */
static assay_status fetch(struct walk *walk, const struct asy_fact *fact, struct asy_measure **out)
{
    const struct asy_limits *limits = walk->run->dossier->limits;
    const struct asy_link *link = &fact->claim.is.link;
    struct asy_diag diag = { 0 };
    const char *type;
    uint64_t size;
    assay_status s = asy_git_look(walk->run->dossier->repository, link->value.data, &type, &size, &diag);

    if (!assay_ok(s)) {
        tell(walk, s.code == ASSAY_E_ABSENT ? ASY_FILE_MISSING : ASY_ARCHIVE_CORRUPT, NULL, link, diag.text);
        return asy_ok;
    }
    if (strcmp(type, link->object->type) != 0) {
        tell(walk, ASY_ARCHIVE_DISAGREES, NULL, link, "is an object of another type");
        return asy_ok;
    }
    walk->bytes += size < UINT64_MAX - walk->bytes ? size : UINT64_MAX - walk->bytes;
    if (size > limits->pure_message || walk->bytes > limits->unpacked)
        return over_limit(walk, link);
    return add_object(walk, fact->claim.document, link, size, out);
}

static assay_status bind_object(struct walk *walk, struct asy_fact *fact)
{
    const struct asy_link *link = &fact->claim.is.link;
    struct known *known;
    struct asy_measure *measure = NULL;
    assay_status s = make_room(walk);

    if (!assay_ok(s))
        return s;
    known = place_of(walk, link->value.data);
    if (known->measure != NULL && strcmp(known->type, link->object->type) != 0) {
        tell(walk, ASY_ARCHIVE_DISAGREES, NULL, link, "is an object of another type");
        return asy_ok;
    }
    if (known->measure == NULL) {
        s = fetch(walk, fact, &measure);
        if (!assay_ok(s) || measure == NULL)
            return s;
        memcpy(known->id, link->value.data, ASY_GIT_ID);
        known->type = link->object->type;
        known->measure = measure;
        walk->n++;
    }
    fact->measure = known->measure;
    if (strcmp(link->object->type, "blob") == 0) /* one object may have several names */
        look_at(walk, link, known->measure->recipe.pieces[known->measure->recipe.n - 1].span.item);
    return asy_ok;
}

static bool is_object_link(const struct asy_fact *fact)
{
    return fact->claim.kind == ASY_CLAIM_LINK && fact->claim.is.link.object != NULL;
}

/* Reading an object may add links, which follow in their turn. */
static assay_status walk_all(struct asy_run *run)
{
    struct walk walk = { .run = run };
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < run->dossier->facts_n; i++) {
        if (is_object_link(run->dossier->facts[i]))
            s = bind_object(&walk, run->dossier->facts[i]);
    }
    free(walk.table);
    return s;
}

/* ---- the name of the reference ---- */

static const struct asy_statement *name_said(const struct asy_run *run)
{
    for (size_t i = 0; i < run->dossier->statements_n; i++) {
        const struct asy_statement *statement = &run->dossier->statements[i];

        if (statement->kind == ASY_SAYS_REF && statement->document == run->subject)
            return statement;
    }
    return NULL;
}

/*
 * A tag's signature is over its name, which must be the one that led to it.  Branches are signed by nobody, and neither is
 * a tag that is no object of its own: where a tag was asked for, that is not what was meant.
 */
static void compare_names(struct asy_run *run)
{
    static const struct asy_view tags = ASY_TEXT_INIT("refs/tags/");
    const struct asy_statement *said = name_said(run);
    struct asy_view ref = asy_view_of(run->ref);
    bool is_tag = asy_view_starts(ref, tags);

    if (run->ref == NULL)
        return;
    if (said == NULL)
        asy_add_finding(run->dossier, is_tag ? ASY_BLOCKS : ASY_NOTE, ASY_REF_UNSIGNED, run->subject, run->subject, "%s",
                        is_tag ? "leads to a commit and not to a tag" : "leads to a commit");
    else if (!is_tag || !asy_view_eq(asy_view_from(ref, tags.len), said->text))
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_REF_MISMATCH, run->subject, run->subject, "the tag is \"%.*s\"",
                        (int)(said->text.len < 200 ? said->text.len : 200), (const char *)said->text.data);
}

static void tell_other(struct asy_run *run)
{
    struct asy_item *subject = run->subject;

    if (subject->format == NULL || strcmp(subject->format, "git_object") != 0)
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_EVIDENCE_MALFORMED, subject, subject, "%s",
                        "is neither a commit nor a tag");
}

/* Which object it was, for whoever wants to name it next time. */
static void tell_ids(struct asy_run *run)
{
    char hex[2 * ASY_GIT_ID + 1];

    asy_hex((struct asy_view){ run->subject_id, sizeof run->subject_id }, hex);
    asy_add_finding(run->dossier, ASY_NOTE, ASY_OBJECT_IDS, run->subject, run->subject, "%s", hex);
}

assay_status asy_walk_git(struct asy_run *run)
{
    assay_status s;

    if (run->subject == NULL)
        return asy_ok;
    tell_other(run);
    compare_names(run);
    s = walk_all(run);
    tell_ids(run);
    if (s.code != ASSAY_E_LIMIT)
        return s;
    /* what was found so far is still checked, and told */
    asy_add_finding(run->dossier, ASY_BLOCKS, ASY_LIMIT_REACHED, run->subject, run->subject, "%s", run->diag.text);
    run->dossier->incomplete = true;
    return asy_ok;
}
