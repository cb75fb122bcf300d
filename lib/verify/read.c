/* Recognises and reads evidence.  Trouble with a document is said in the document's item and costs it all its claims. */
#include "base/reader.h"
#include "format/listing.h"
#include "io/member.h"
#include "verify/names.h"
#include "verify/run.h"

#include <string.h>

static uint64_t limit_of(const struct asy_run *run, const struct asy_item *item)
{
    const struct asy_limits *limits = run->dossier->limits;
    bool may_be_list = item->pinned_by != 0 || asy_is_manifest_name(asy_base_name(asy_view_of(item->name)));

    return may_be_list || item->was_named ? limits->manifest : limits->document;
}

/* From here on the document is what was loaded: the file is not read again. */
assay_status asy_load_item(struct asy_run *run, struct asy_item *item, struct asy_view *bytes,
                           struct asy_diag *diag)
{
    struct asy_dossier *dossier = run->dossier;
    assay_status s = asy_source_open(item->source, diag);
    struct asy_source *loaded;

    if (assay_ok(s))
        s = asy_source_load(item->source, limit_of(run, item), dossier->arena, bytes, diag);
    if (assay_ok(s) && !asy_source_unchanged(item->source))
        s = asy_fail(diag, ASSAY_E_IO, 0, "changed while it was read");
    asy_source_close(item->source);
    if (!assay_ok(s))
        return s;
    loaded = asy_source_of_memory(dossier->arena, *bytes);
    if (loaded == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    item->source = loaded;
    item->size = bytes->len;
    item->has_size = true;
    return asy_ok;
}

enum asy_reason asy_reading_reason(const struct asy_diag *diag)
{
    switch (diag->code) {
    case ASSAY_E_LIMIT:
        return ASY_LIMIT_REACHED;
    case ASSAY_E_UNSUPPORTED:
        return ASY_EVIDENCE_UNSUPPORTED;
    case ASSAY_E_ABSENT:
        return ASY_EVIDENCE_UNBOUND;
    default:
        return ASY_EVIDENCE_MALFORMED;
    }
}

static void cannot_read(struct asy_run *run, struct asy_item *item, enum asy_reason reason, const char *text)
{
    asy_because(run->dossier, &item->why, reason, "%s", text);
}

void asy_drop_claims(struct asy_dossier *dossier, size_t first)
{
    for (size_t i = first; i < dossier->facts_n; i++)
        dossier->facts[i]->claim.kind = ASY_CLAIM_NONE;
}

/* What a compressed file holds, as an item of its own: once, however many signatures are about it. */
static assay_status unpacked(struct asy_run *run, struct asy_item *packed, struct asy_item **out, struct asy_diag *diag)
{
    struct asy_dossier *dossier = run->dossier;
    const char *name = asy_printf(dossier->arena, "%s, unpacked", packed->name);
    struct asy_source *source;
    assay_status s;

    for (size_t i = 0; name != NULL && i < dossier->items_n; i++) {
        *out = dossier->items[i];
        if ((*out)->parent == packed && strcmp((*out)->name, name) == 0)
            return asy_ok;
    }
    s = asy_source_unpacked(dossier->arena, packed->source, dossier->limits->unpacked, &source, diag);
    if (!assay_ok(s))
        return s;
    *out = asy_add_derived(dossier, packed, 0, ASY_TO_END, name, source);
    if (*out == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory or number of items of the job");
    (*out)->says_parent = true;
    return asy_ok;
}

static void read_as(struct asy_run *run, struct asy_item *item, const struct asy_format *format, struct asy_view bytes)
{
    struct asy_reading reading = {
        .dossier = run->dossier,
        .document = item,
        .bytes = bytes,
        .about = item->about,
        .subject = run->subject,
        .package_name = run->job->settings->package_name,
        .assumed = run->job->settings->manifest_alg,
        .package_version = run->job->settings->package_version,
    };
    size_t first = run->dossier->facts_n;
    assay_status s = asy_ok;

    item->format = format->name;
    if (item->about_unpacked && format->kind == ASY_KIND_SIGNATURE)
        s = unpacked(run, item->about, &reading.about, &reading.diag);
    if (assay_ok(s))
        s = format->read(&reading);
    if (assay_ok(s))
        return;
    asy_drop_claims(run->dossier, first);
    cannot_read(run, item, asy_reading_reason(&reading.diag), reading.diag.text);
}

bool asy_is_read_whole(const struct asy_format *format)
{
    return format->kind != ASY_KIND_ARCHIVE && format->kind != ASY_KIND_PACKAGE && format->kind != ASY_KIND_REPOSITORY;
}

const struct asy_format *asy_wanted_format(const struct asy_run *run)
{
    const char *wanted = run->job->subject->format;
    const struct asy_format *format = wanted == NULL ? NULL : asy_format_named(asy_view_of(wanted));

    return format == NULL || format->kind == ASY_KIND_REPOSITORY ? NULL : format;
}

/* Named as a signature, or called one, and small enough to be nothing but its value. */
static bool may_be_bare(const struct asy_item *item, struct asy_view bytes)
{
    bool called = asy_names_signature(asy_view_of(item->name));

    return bytes.len > 0 && bytes.len <= 4096 && (called || item->was_named) && item->pinned_by == 0;
}

/* What a signed message holds, and nobody said that it is evidence. */
static bool is_content(const struct asy_item *item)
{
    const struct asy_item *parent = item->parent;
    const struct asy_format *format =
        parent == NULL || parent->format == NULL ? NULL : asy_format_named(asy_view_of(parent->format));

    return format != NULL && format->kind == ASY_KIND_SIGNATURE && !item->was_named;
}

/* A frame that is not where it should be: what stands before it is signed by nobody, and some readers take it for signed. */
static bool has_late_frame(struct asy_view bytes)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_view line;

    while (asy_get_line(&r, &line)) {
        if (asy_view_starts(line, ASY_TEXT("-----BEGIN PGP ")) || asy_view_starts(line, ASY_TEXT("-----BEGIN SSH SIGNATURE")))
            return true;
    }
    return false;
}

static void recognise(struct asy_run *run, struct asy_item *item, struct asy_view bytes)
{
    const struct asy_glimpse glimpse = {
        .head = asy_view_head(bytes, ASY_GLIMPSE),
        .whole = bytes.len <= ASY_GLIMPSE,
        .name = asy_base_name(asy_view_of(item->name)),
    };
    const struct asy_format *other, *format = asy_format_recognise(&glimpse, &other);
    const char *unsupported = asy_names_unsupported(glimpse.name);

    if (other != NULL)
        cannot_read(run, item, ASY_EVIDENCE_AMBIGUOUS, other->name);
    else if (format != NULL && asy_is_read_whole(format))
        read_as(run, item, format, bytes);
    else if (is_content(item)) /* of a signed message: it need not be evidence of anything */
        item->is_evidence = false;
    else if (unsupported != NULL)
        cannot_read(run, item, ASY_EVIDENCE_UNSUPPORTED, unsupported);
    else if (bytes.len == 0)
        cannot_read(run, item, ASY_EVIDENCE_MALFORMED, "the file is empty");
    else if (has_late_frame(bytes))
        cannot_read(run, item, ASY_EVIDENCE_MALFORMED, "text before the signature's line -----BEGIN");
    else if (may_be_bare(item, bytes))
        read_as(run, item, asy_format_named(ASY_TEXT("bare")), bytes);
    else
        cannot_read(run, item, ASY_EVIDENCE_UNSUPPORTED, "of no format that is known here");
}

static bool is_bare(const struct asy_item *item)
{
    return item->format != NULL && strcmp(item->format, "bare") == 0;
}

/* A message around its own content is a file like any other: the content came with the update. */
static bool carries_content(const struct asy_item *item)
{
    const struct asy_format *format = item->format == NULL ? NULL : asy_format_named(asy_view_of(item->format));

    return format != NULL && format->kind == ASY_KIND_SIGNATURE && item->about == NULL;
}

/*
 * Evidence lies beside an update and is no part of it, once it was read as evidence.  Whatever only has the name of evidence
 * stays a file that somebody must have said, and so does a bare signature of nothing, which could be anything.
 */
static void settle_role(struct asy_item *item)
{
    bool was_read = item->format != NULL && item->why.reason == ASY_REASON_NONE;
    bool is_unbound = item->why.reason == ASY_EVIDENCE_UNBOUND;

    if ((was_read && !carries_content(item)) || (is_unbound && !is_bare(item)))
        item->is_subject = false;
}

void asy_read_item(struct asy_run *run, struct asy_item *item)
{
    const struct asy_format *format = asy_wanted_format(run);
    struct asy_diag diag = { 0 };
    struct asy_view bytes = { NULL, 0 };
    assay_status s = asy_load_item(run, item, &bytes, &diag);

    if (!assay_ok(s))
        cannot_read(run, item, diag.code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_EVIDENCE_UNREADABLE, diag.text);
    else if (item->is_layout)
        asy_read_layout(run, item, bytes);
    else if (item->is_packument)
        read_as(run, item, asy_format_named(ASY_TEXT("npm")), bytes);
    else if (item->is_bundle)
        read_as(run, item, asy_format_named(ASY_TEXT("sigstore")), bytes);
    else if (format != NULL && asy_is_read_whole(format))
        read_as(run, item, format, bytes);
    else
        recognise(run, item, bytes);
    if (item != run->subject)
        settle_role(item);
}

void asy_read_as(struct asy_run *run, struct asy_item *item, const char *format)
{
    struct asy_diag diag = { 0 };
    struct asy_view bytes = { NULL, 0 };

    if (assay_ok(asy_load_item(run, item, &bytes, &diag)))
        read_as(run, item, asy_format_named(asy_view_of(format)), bytes);
    else
        cannot_read(run, item, diag.code == ASSAY_E_LIMIT ? ASY_LIMIT_REACHED : ASY_EVIDENCE_UNREADABLE, diag.text);
}

/* Evidence from item `from` on; what its readers find inside follows in its turn. */
static size_t read_from(struct asy_run *run, size_t from)
{
    for (; from < run->dossier->items_n; from++) {
        struct asy_item *item = run->dossier->items[from];

        if (item->is_evidence && !item->is_link)
            asy_read_item(run, item);
    }
    return from;
}

/*
 * A package is read before the evidence, because lists are searched for the name that it gives itself; whatever else
 * carries its own signature, after it.
 */
assay_status asy_read_evidence(struct asy_run *run)
{
    bool was_read = run->subject != NULL && (run->subject->is_layout || asy_read_subject_package(run));
    size_t read = read_from(run, 0);

    if (run->subject == NULL)
        asy_read_packages(run);
    else if (!was_read)
        asy_read_subject(run);
    (void)read_from(run, read);
    return asy_ok;
}
