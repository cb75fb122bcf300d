/*
 * App packages and bundles (.appx, .msix, .appxbundle, .msixbundle): zip archives whose last member, AppxSignature.p7x, is
 * "PKCX" and an Authenticode signature.  What it signs is "APPX" and digests, each behind its mark:
 *
 *   AXPC  the archive up to the signature's local record
 *   AXCD  the directory and the end records as they were before the signature came
 *   AXCT  [Content_Types].xml, AXBM  AppxBlockMap.xml, AXCI  AppxMetadata/CodeIntegrity.cat (where it is there): unpacked
 *
 * As they were before: without the signature's record, the counts less by one, the directory's length and offset less by
 * what that takes away, and so the place of the zip64 end record.  No document of the vendor describes the digests; they
 * are told from packages.  The block map gives the digests of the members a second time (appx_map.c).
 */
#include "codec/certificate.h"
#include "codec/der.h"
#include "codec/oid.h"
#include "codec/x500.h"
#include "codec/xml.h"
#include "format/appx_map.h"
#include "format/authenticode.h"

#include <string.h>

static const char name_of_signature[] = "AppxSignature.p7x";
static const char name_of_map[] = "AppxBlockMap.xml";
static const char name_of_types[] = "[Content_Types].xml";
static const char name_of_code[] = "AppxMetadata/CodeIntegrity.cat";
static const char name_of_manifest[] = "AppxManifest.xml";
static const char name_of_bundle[] = "AppxMetadata/AppxBundleManifest.xml";

/* SpcSipInfo: the kinds of file that are signed here, packages and bundles. */
static const uint8_t sips[][16] = {
    { 0x4b, 0xdf, 0xc5, 0x0a, 0x07, 0xce, 0xe2, 0x4d, 0xb7, 0x6e, 0x23, 0xc8, 0x39, 0xa0, 0x9f, 0xd1 },
    { 0xb3, 0x58, 0x5f, 0x0f, 0xde, 0xaa, 0x9a, 0x4b, 0xa4, 0x34, 0x95, 0x74, 0x2d, 0x92, 0xec, 0xeb },
};

enum part { CONTENT, DIRECTORY, TYPES, MAP, CODE, PARTS };
static const char *const marks[PARTS] = { "AXPC", "AXCD", "AXCT", "AXBM", "AXCI" };

/* APPNOTE 4.3.14 to 4.3.16: where the fields stand that the signature changed. */
enum { END64_COUNTS = 24, LOCATOR_OFF = 8, END_COUNTS = 8 };

struct package {
    struct asy_reading *reading;
    struct asy_kept kept;
    struct asy_zip_look look;
    const struct asy_zip_entry *entry; /* of the signature */
    struct asy_item *signature;
    struct asy_recipe parts[PARTS]; /* empty: not there */
    struct asy_view publisher;
    struct asy_piece *pieces; /* of the recipe that is being made */
    size_t n;
};

static bool is_mark(struct asy_view name)
{
    return asy_view_eq_nocase(name, asy_view_of(name_of_signature));
}

static bool found_in(struct asy_reading *reading)
{
    return asy_zip_has(reading, is_mark);
}

static assay_status wrong(struct package *p, const char *what)
{
    return asy_fail(&p->reading->diag, ASSAY_E_FORMAT, 0, "%s: %s", name_of_signature, what);
}

/* ---- what is digested ---- */

static void add_span(struct package *p, uint64_t off, uint64_t len)
{
    if (len > 0)
        p->pieces[p->n++] = asy_span(p->reading->document, off, len);
}

/* A number in place of the one that stands in the file, which the archive's reader found to be right. */
static bool add_number(struct package *p, uint64_t off, uint64_t value, size_t len)
{
    uint8_t bytes[8];
    struct asy_view copy;

    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    asy_add_slack(p->reading->dossier, p->reading->document, off, len);
    if (!asy_copy(p->reading->dossier->arena, (struct asy_view){ bytes, len }, &copy))
        return false;
    p->pieces[p->n++] = asy_literal(copy);
    return true;
}

/* A field of the last record; all ones point to the zip64 record and stay. */
static bool add_short(struct package *p, uint64_t off, uint64_t value, size_t len)
{
    uint8_t bytes[4];
    bool ones = assay_ok(asy_source_read(p->reading->document->source, off, bytes, len, NULL));

    for (size_t i = 0; i < len; i++)
        ones = ones && bytes[i] == 0xff;
    if (!ones)
        return add_number(p, off, value, len);
    add_span(p, off, len);
    return true;
}

static bool add_end64(struct package *p, uint64_t at, uint64_t n, uint64_t dir_off, uint64_t dir_len)
{
    uint64_t locator = at + ASY_ZIP_END64_LEN;

    add_span(p, at, END64_COUNTS);
    if (!add_number(p, at + END64_COUNTS, n, 8) || !add_number(p, at + END64_COUNTS + 8, n, 8) ||
        !add_number(p, at + END64_COUNTS + 16, dir_len, 8) || !add_number(p, at + END64_COUNTS + 24, dir_off, 8))
        return false;
    add_span(p, locator, LOCATOR_OFF);
    if (!add_number(p, locator + LOCATOR_OFF, dir_off + dir_len, 8))
        return false;
    add_span(p, locator + LOCATOR_OFF + 8, ASY_ZIP_LOCATOR_LEN - LOCATOR_OFF - 8);
    return true;
}

/* The last record begins at `at`. */
static bool add_end(struct package *p, uint64_t at, uint64_t n, uint64_t dir_off, uint64_t dir_len)
{
    uint64_t counts = at + END_COUNTS;

    add_span(p, at, END_COUNTS);
    if (!add_short(p, counts, n, 2) || !add_short(p, counts + 2, n, 2) || !add_short(p, counts + 4, dir_len, 4) ||
        !add_short(p, counts + 8, dir_off, 4))
        return false;
    add_span(p, counts + 12, p->look.size - counts - 12);
    return true;
}

static assay_status make_directory(struct package *p, bool is_zip64)
{
    struct asy_arena *arena = p->reading->dossier->arena;
    const struct asy_zip_entry *gone = p->entry;
    uint64_t n = p->look.n - 1, off = gone->central.local_off, len = p->look.dir_len - gone->record_len;
    uint64_t end = p->look.dir_end;

    p->pieces = asy_alloc(arena, 24, sizeof *p->pieces);
    if (p->pieces == NULL)
        return asy_no_memory(&p->reading->diag);
    add_span(p, p->look.dir_off, gone->record_off - p->look.dir_off);
    add_span(p, gone->record_off + gone->record_len, p->look.dir_off + p->look.dir_len - gone->record_off - gone->record_len);
    if ((is_zip64 && !add_end64(p, end, n, off, len)) ||
        !add_end(p, is_zip64 ? end + ASY_ZIP_END64_LEN + ASY_ZIP_LOCATOR_LEN : end, n, off, len) ||
        !asy_recipe_of(arena, p->pieces, p->n, &p->parts[DIRECTORY]))
        return asy_no_memory(&p->reading->diag);
    return asy_ok;
}

static bool make_whole(struct package *p, enum part part, const char *name)
{
    struct asy_item *item = asy_kept_find(&p->kept, asy_view_of(name));
    struct asy_piece piece;

    if (item == NULL)
        return true;
    piece = asy_whole(item);
    return asy_recipe_of(p->reading->dossier->arena, &piece, 1, &p->parts[part]);
}

static assay_status make_parts(struct package *p)
{
    struct asy_dossier *dossier = p->reading->dossier;
    uint64_t off = p->entry->central.local_off;
    struct asy_piece before = asy_span(p->reading->document, 0, off);

    if (!asy_recipe_of(dossier->arena, &before, 1, &p->parts[CONTENT]) || !make_whole(p, TYPES, name_of_types) ||
        !make_whole(p, MAP, name_of_map) || !make_whole(p, CODE, name_of_code))
        return asy_no_memory(&p->reading->diag);
    asy_add_slack(dossier, p->reading->document, off, p->look.dir_off - off);
    asy_add_slack(dossier, p->reading->document, p->entry->record_off, p->entry->record_len);
    return asy_ok;
}

/* ---- where the signature stands ---- */

static assay_status find_entry(struct package *p)
{
    if (!asy_zip_look(p->reading, p->reading->dossier->arena, &p->look))
        return wrong(p, "the archive's directory cannot be read");
    for (size_t i = 0; i < p->look.n; i++) {
        if (!is_mark(p->look.entries[i].central.name))
            continue;
        if (p->entry != NULL)
            return wrong(p, "is there twice");
        p->entry = &p->look.entries[i];
    }
    p->signature = asy_kept_find(&p->kept, asy_view_of(name_of_signature));
    if (p->entry == NULL || p->signature == NULL)
        return wrong(p, "is no member that can be read");
    for (size_t i = 0; i < p->look.n; i++) {
        if (p->look.entries[i].central.local_off > p->entry->central.local_off)
            return wrong(p, "is not the last member");
    }
    if (p->entry->central.local_off == 0 || p->entry->central.local_off >= p->look.dir_off)
        return wrong(p, "signs nothing that stands before it");
    return asy_ok;
}

/* The directory, perhaps a zip64 record and its locator, and the last record, one behind the other. */
static assay_status check_end(struct package *p, bool *is_zip64)
{
    uint8_t sign[4];
    uint64_t left = p->look.size - p->look.dir_end;
    assay_status s = left < ASY_ZIP_END_LEN ? wrong(p, "in an archive without end")
                                            : asy_source_read(p->reading->document->source, p->look.dir_end, sign,
                                                              sizeof sign, &p->reading->diag);

    if (!assay_ok(s))
        return s;
    *is_zip64 = asy_view_eq((struct asy_view){ sign, sizeof sign }, ASY_TEXT("PK\006\006"));
    if (p->look.dir_off + p->look.dir_len != p->look.dir_end ||
        (*is_zip64 && left < ASY_ZIP_END64_LEN + ASY_ZIP_LOCATOR_LEN + ASY_ZIP_END_LEN))
        return wrong(p, "in an archive with bytes between directory and end record");
    return asy_ok;
}

/* ---- the manifest ---- */

static assay_status read_publisher(struct package *p, struct asy_item *manifest)
{
    struct asy_arena *arena = p->reading->dossier->arena;
    struct asy_xml *xml = asy_alloc(arena, 1, sizeof *xml);
    enum asy_xml_event event;
    struct asy_view bytes;
    unsigned n = 0;
    assay_status s = asy_kept_load(&p->kept, manifest, p->reading->dossier->limits->document, &bytes);

    if (xml == NULL)
        return asy_no_memory(&p->reading->diag);
    if (!assay_ok(s))
        return s;
    asy_xml_start(xml, arena, bytes);
    while ((event = asy_xml_next(xml)) == ASY_XML_OPEN || event == ASY_XML_CLOSE) {
        if (event == ASY_XML_OPEN && xml->depth == 2 && asy_view_is(asy_xml_name(xml), "Identity"))
            n += asy_xml_get(xml, "Publisher", &p->publisher) ? 1 : 2;
    }
    if (event == ASY_XML_BAD || n != 1)
        return asy_fail(&p->reading->diag, ASSAY_E_FORMAT, xml->r.at, "%s: %s", manifest->name,
                        event == ASY_XML_BAD ? xml->flaw : "no Identity with a Publisher, or two");
    return asy_ok;
}

/* The certificate that a signature comes with; empty: none. */
static struct asy_view leaf_of(const struct asy_dossier *dossier, asy_claim_no signature)
{
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_claim *claim = &dossier->facts[i]->claim;

        if (claim->kind == ASY_CLAIM_CHAIN && claim->is.chain.of == signature && !claim->is.chain.for_timestamps)
            return claim->is.chain.leaf;
    }
    return (struct asy_view){ NULL, 0 };
}

/* Windows installs a package only where the two agree. */
static void check_publisher(const struct package *p, asy_claim_no signature)
{
    struct asy_dossier *dossier = p->reading->dossier;
    struct asy_view leaf = leaf_of(dossier, signature), subject;

    if (asy_certificate_subject_of(leaf, &subject) && asy_x500_is(dossier->arena, subject, p->publisher))
        return;
    asy_add_finding(dossier, ASY_NOTE, ASY_PUBLISHER_OTHER, p->reading->document, p->reading->document,
                    "the manifest says \"%.*s\"", asy_shown_len(p->publisher), (const char *)p->publisher.data);
}

/* ---- the signature ---- */

/* SpcSipInfo = SEQUENCE { INTEGER, OCTET STRING uuid, 5 INTEGER } */
static bool is_sip(struct asy_view value)
{
    struct asy_reader r = asy_reader_of(value), inside;
    struct asy_view number, uuid;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) || !asy_get_der_integer(&inside, &number) ||
        !asy_get_der_octets(&inside, &uuid))
        return false;
    for (size_t i = 0; i < sizeof sips / sizeof *sips; i++) {
        if (asy_view_eq(uuid, (struct asy_view){ sips[i], sizeof sips[i] }))
            return true;
    }
    return false;
}

static bool get_part(struct asy_reader *r, size_t len, enum part *part, struct asy_view *digest)
{
    struct asy_view mark;

    if (!asy_get_view(r, 4, &mark) || !asy_get_view(r, len, digest))
        return false;
    for (*part = CONTENT; *part < PARTS; (*part)++) {
        if (asy_view_is(mark, marks[*part]))
            return true;
    }
    return false;
}

/* Each part that is there has its digest once, and no other has. */
static assay_status link(struct asy_reading *reading, const struct asy_spc *spc, asy_claim_no by, const void *state)
{
    const struct package *p = state;
    struct asy_reader r = asy_reader_of(spc->digest);
    bool said[PARTS] = { false };
    struct asy_spc one = *spc;
    assay_status s = asy_ok;
    enum part part;

    if (!is_sip(spc->value))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "%s: is made for another kind of file", name_of_signature);
    if (!asy_get_text(&r, ASY_TEXT("APPX")))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "%s: signs no digests of a package", name_of_signature);
    while (assay_ok(s) && !asy_at_end(&r)) {
        if (!get_part(&r, asy_digest_len(spc->alg), &part, &one.digest) || said[part] || p->parts[part].n == 0)
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, r.at, "%s: a digest of what is not there, or a second one",
                            name_of_signature);
        said[part] = true;
        s = asy_link_spc(reading, &one, by, p->parts[part]);
    }
    for (part = CONTENT; assay_ok(s) && part < PARTS; part++) {
        if (!said[part] && (part != CODE || p->parts[part].n > 0))
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "%s: no digest %s", name_of_signature, marks[part]);
    }
    if (assay_ok(s))
        check_publisher(p, by);
    return s;
}

static assay_status claim_signature(struct package *p)
{
    struct asy_spc_carrier carrier = { .type = asy_oid_spc_sip_info, .link = link, .state = p };
    struct asy_reading *reading = p->reading;
    struct asy_view bytes, message;
    struct asy_reader r;
    assay_status s = asy_kept_load(&p->kept, p->signature, reading->dossier->limits->document, &bytes);

    if (!assay_ok(s))
        return s;
    r = asy_reader_of(bytes);
    if (!asy_get_text(&r, ASY_TEXT("PKCX")))
        return wrong(p, "does not begin with PKCX");
    s = asy_spc_message(reading, r.rest, r.at, &message);
    if (assay_ok(s) && message.len != r.rest.len)
        return wrong(p, "bytes behind the message");
    return assay_ok(s) ? asy_claim_authenticode(reading, message, &carrier) : s;
}

static bool is_exempt(struct asy_view name)
{
    return asy_view_is(name, name_of_signature) || asy_view_is(name, name_of_map) || asy_view_is(name, name_of_types) ||
           asy_view_is(name, name_of_code);
}

/* Packages in a bundle have block maps and signatures of their own. */
static bool is_exempt_in_bundle(struct asy_view name)
{
    return is_exempt(name) || asy_view_ends(name, ASY_TEXT(".appx")) || asy_view_ends(name, ASY_TEXT(".msix"));
}

static assay_status read_package(struct package *p)
{
    struct asy_item *manifest = asy_kept_find(&p->kept, asy_view_of(name_of_manifest));
    struct asy_item *bundle = asy_kept_find(&p->kept, asy_view_of(name_of_bundle));
    struct asy_item *map = asy_kept_find(&p->kept, asy_view_of(name_of_map));
    assay_status s;

    if (map == NULL || (manifest == NULL) == (bundle == NULL))
        return wrong(p, "in an archive without block map, or without the one manifest of a package or a bundle");
    s = make_parts(p);
    if (assay_ok(s))
        s = read_publisher(p, manifest == NULL ? bundle : manifest);
    if (assay_ok(s))
        s = claim_signature(p);
    return assay_ok(s) ? asy_appx_claim_map(&p->kept, &p->look, map, bundle == NULL ? is_exempt : is_exempt_in_bundle) : s;
}

static assay_status read(struct asy_reading *reading)
{
    struct package p = { .reading = reading };
    bool is_zip64 = false;
    assay_status s;

    if (!asy_kept_new(reading, &p.kept))
        return asy_no_memory(&reading->diag);
    s = find_entry(&p);
    if (assay_ok(s))
        s = check_end(&p, &is_zip64);
    if (assay_ok(s))
        s = make_directory(&p, is_zip64);
    return assay_ok(s) ? read_package(&p) : s;
}

static const char *const suffixes[] = { ".appx", ".msix", ".appxbundle", ".msixbundle", NULL };

const struct asy_format asy_format_appx = {
    .name = "appx",
    .title = "Windows app packages and bundles (APPX, MSIX) with Authenticode signatures",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .inside = "zip",
    .found_in = found_in,
    .read = read,
};
