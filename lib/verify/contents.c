/* Files that hold others, or carry what is said of them: archives, packages, messages around their content. */
#include "verify/names.h"
#include "verify/run.h"

#include <string.h>

enum { PACKAGES_MAX = 8 }; /* packages that one file may be at once */

static bool holds_files(const struct asy_format *format)
{
    return format != NULL && format->walk != NULL;
}

/* What is wrong with a package is about the file itself, and stands in the way whatever else is said of it. */
static bool read_package(struct asy_run *run, struct asy_item *item, const struct asy_format *format)
{
    struct asy_reading reading = {
        .dossier = run->dossier,
        .document = item,
        .about = item,
        .subject = run->subject,
        .package_name = run->job->settings->package_name,
        .assumed = run->job->settings->manifest_alg,
        .min_sdk = run->job->settings->min_sdk,
    };
    size_t first = run->dossier->facts_n;
    enum asy_reason reason;

    item->is_package = true;
    if (assay_ok(format->read(&reading)))
        return true;
    asy_drop_claims(run->dossier, first);
    reason = asy_reading_reason(&reading.diag);
    asy_add_finding(run->dossier, ASY_BLOCKS, reason == ASY_EVIDENCE_MALFORMED ? ASY_ARCHIVE_CORRUPT : reason, item, item,
                    "%s", reading.diag.text);
    return false;
}

/* The format of a file by its first bytes, or by the caller's word; the source is open then.  `other`: a second one, or NULL. */
static const struct asy_format *recognised(const struct asy_run *run, const struct asy_item *item,
                                           const struct asy_format **other)
{
    const struct asy_format *format = item->parent == NULL ? asy_wanted_format(run) : NULL;
    struct asy_glimpse glimpse = { .name = asy_base_name(asy_view_of(item->name)) };
    uint64_t size = asy_source_size(item->source);
    uint8_t head[ASY_GLIMPSE];
    struct asy_diag diag;

    if (format != NULL && !asy_is_read_whole(format))
        return format;
    glimpse.head = (struct asy_view){ head, size < sizeof head ? (size_t)size : sizeof head };
    glimpse.whole = size <= sizeof head;
    if (!assay_ok(asy_source_read(item->source, 0, head, glimpse.head.len, &diag)))
        return NULL;
    return asy_format_recognise(&glimpse, other);
}

static const struct asy_format *format_of(struct asy_run *run, struct asy_item *item)
{
    const struct asy_format *other = NULL, *format = recognised(run, item, &other);

    if (other != NULL)
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_EVIDENCE_AMBIGUOUS, item, item, "%s", other->name);
    return format;
}

/* Every file in the archive becomes an item, and whatever makes the archive ambiguous a finding. */
static void walk_archive(struct asy_run *run, struct asy_item *item, const struct asy_format *format)
{
    struct asy_reading reading = { .dossier = run->dossier, .document = item, .subject = run->subject };
    bool judged = run->by_members && item == run->subject;
    size_t first = run->dossier->items_n;
    assay_status s = format->walk(&reading);

    for (size_t i = first; i < run->dossier->items_n; i++)
        run->dossier->items[i]->is_subject = judged && run->dossier->items[i]->is_member;
    if (!assay_ok(s))
        asy_add_finding(run->dossier, ASY_BLOCKS,
                        reading.diag.code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_ARCHIVE_CORRUPT, item, item, "%s",
                        reading.diag.text);
    if (judged)
        item->is_subject = false;
}

/* Packages of other formats that a file of this one turns out to be, up to `room`, before or after its walk. */
static size_t find_inside(struct asy_run *run, struct asy_item *item, const struct asy_format *format, bool walked,
                          const struct asy_format **out, size_t room)
{
    struct asy_reading reading = { .dossier = run->dossier, .document = item, .subject = run->subject };
    size_t n = 0;

    for (size_t i = 0; i < asy_formats_n && n < room; i++) {
        const char *inside = asy_formats[i]->inside;

        if (inside != NULL && asy_formats[i]->only_walked == walked && strcmp(inside, format->name) == 0 &&
            asy_formats[i]->found_in(&reading))
            out[n++] = asy_formats[i];
    }
    return n;
}

static bool wants_members(const struct asy_run *run, const struct asy_item *item)
{
    return run->job->settings->recurse || (item == run->subject && (run->by_members || run->inspects));
}

static void read_container(struct asy_run *, struct asy_item *, const struct asy_format *);

/*
 * A member is looked into from memory where it is decoded, from its start: archives are read from their end.  What lies in
 * its container as it is stays there.
 */
static bool load_member(struct asy_run *run, struct asy_item *item, const struct asy_format *format)
{
    struct asy_source *loaded;
    struct asy_view bytes;
    struct asy_diag diag;

    if (asy_source_seeks(item->source))
        return true;
    if (!assay_ok(asy_source_load(item->source, run->dossier->limits->manifest, run->dossier->arena, &bytes, &diag))) {
        asy_add_finding(run->dossier, ASY_BLOCKS, diag.code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_INPUT_UNREADABLE,
                        item, item, "is of %s and is not looked into: %s", format->name, diag.text);
        return false;
    }
    loaded = asy_source_of_memory(run->dossier->arena, bytes);
    asy_source_close(item->source);
    if (loaded != NULL)
        item->source = loaded;
    return loaded != NULL;
}

/* What members are themselves, from item `from` on: all that one container's walk has added, in archives of its own too. */
static void look_inside(struct asy_run *run, size_t from)
{
    size_t n = run->dossier->items_n;

    for (; from < n; from++) {
        struct asy_item *item = run->dossier->items[from];
        const struct asy_format *format;
        struct asy_diag diag;

        if (!item->is_member || item->is_link || item->format != NULL ||
            !assay_ok(asy_source_open(item->source, &diag)))
            continue;
        format = format_of(run, item);
        if (format != NULL && !asy_is_read_whole(format) && load_member(run, item, format)) {
            item->format = format->name;
            read_container(run, item, format);
        }
        asy_source_close(item->source);
    }
}

/* An archive or package whose source is open: its members where they are wanted, and what is said inside it. */
static void read_container(struct asy_run *run, struct asy_item *item, const struct asy_format *format)
{
    const struct asy_format *inside[PACKAGES_MAX];
    size_t first = run->dossier->items_n;
    size_t n = find_inside(run, item, format, false, inside, PACKAGES_MAX);

    item->size = asy_source_size(item->source);
    item->has_size = true;
    if (format->kind == ASY_KIND_PACKAGE && !read_package(run, item, format))
        return;
    if (holds_files(format) && (n > 0 || wants_members(run, item)))
        walk_archive(run, item, format);
    if (holds_files(format) && wants_members(run, item))
        n += find_inside(run, item, format, true, inside + n, PACKAGES_MAX - n);
    for (size_t i = 0; i < n; i++) {
        item->format = inside[i]->name;
        (void)read_package(run, item, inside[i]);
    }
    if (run->job->settings->recurse)
        look_inside(run, first);
}

static void use_format(struct asy_run *run, const struct asy_format *format)
{
    struct asy_item *item = run->subject;

    if (run->job->subject->by_members && !holds_files(format))
        asy_add_finding(run->dossier, ASY_BLOCKS, ASY_EVIDENCE_UNSUPPORTED, item, item, "is no archive that is known here");
    if (format == NULL)
        return;
    item->format = format->name;
    run->by_members = run->job->subject->by_members && holds_files(format);
    if (!asy_is_read_whole(format))
        read_container(run, item, format);
    else if ((format->kind == ASY_KIND_SIGNATURE || format->speaks) &&
             asy_source_size(item->source) <= run->dossier->limits->document)
        asy_read_item(run, item);
}

static bool open_subject(struct asy_run *run)
{
    struct asy_item *item = run->subject;
    enum asy_digest_alg alg;
    struct asy_view digest;
    struct asy_diag diag;

    return item->why.reason == ASY_REASON_NONE && !asy_source_is_digest(item->source, &alg, &digest) &&
           assay_ok(asy_source_open(item->source, &diag));
}

bool asy_read_subject_package(struct asy_run *run)
{
    const struct asy_format *other = NULL, *format = open_subject(run) ? recognised(run, run->subject, &other) : NULL;

    if (format == NULL || format->kind != ASY_KIND_PACKAGE)
        return false;
    use_format(run, format);
    asy_source_close(run->subject->source);
    return true;
}

void asy_read_subject(struct asy_run *run)
{
    if (!open_subject(run))
        return;
    use_format(run, format_of(run, run->subject));
    asy_source_close(run->subject->source);
}

void asy_read_packages(struct asy_run *run)
{
    size_t n = run->dossier->items_n;

    for (size_t i = 0; i < n; i++) {
        struct asy_item *item = run->dossier->items[i];
        const struct asy_format *format;
        struct asy_diag diag;

        if (!item->is_subject || item->is_link || item->format != NULL || !asy_names_package(asy_view_of(item->name)) ||
            !assay_ok(asy_source_open(item->source, &diag)))
            continue;
        format = format_of(run, item);
        if (format != NULL && !asy_is_read_whole(format)) {
            item->format = format->name;
            read_container(run, item, format);
        }
        asy_source_close(item->source);
    }
}

