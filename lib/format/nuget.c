/*
 * NuGet packages (NuGet "Package Signatures Technical Details"): a zip archive with the member ".signature.p7s", a CMS
 * message whose content gives the digest of the archive as it was before that member came.
 *
 *   content = "Version:1" CRLF CRLF oid "-Hash:" base64 CRLF CRLF        (LF alone is taken too)
 *
 * As it was before: without the member's local record and its record in the directory, the offsets of the members behind
 * it, the counts and the directory's length and offset less by what that takes away.
 */
#include "format/signer.h"
#include "format/zip_look.h"

#include "codec/base64.h"
#include "codec/der.h"
#include "codec/oid.h"

static const char name_of_signature[] = ".signature.p7s";

/* RFC 5126 5.11.1: id-aa-ets-commitmentType; the two types that NuGet knows, proof of origin and of receipt. */
static const uint8_t commitment[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x10 };
static const uint8_t origin[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x06, 0x01 };
static const uint8_t receipt[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x06, 0x02 };

#define VIEW(bytes) ((struct asy_view){ bytes, sizeof(bytes) })

enum { OFFSET_AT = 42, COUNTS_AT = 8, COUNTS_LEN = 12 }; /* in a directory record; in the end record (APPNOTE 4.3.12, 4.3.16) */

struct package {
    struct asy_reading *reading;
    struct asy_kept kept;
    struct asy_item *item; /* the signature */
    struct asy_zip_look look;
    const struct asy_zip_entry *entry; /* its record */
    uint64_t taken;                    /* bytes of its local record */
    struct asy_piece *pieces;
    size_t n;
};

static bool is_mark(struct asy_view name)
{
    return asy_view_is(name, name_of_signature);
}

static bool found_in(struct asy_reading *reading)
{
    return asy_zip_has(reading, is_mark);
}

static assay_status wrong(struct asy_reading *reading, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "%s: %s", name_of_signature, what);
}

/* ---- the archive without its signature ---- */

static void put_le(uint8_t *to, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

/* A run of the document, joined to the one before where it goes on. */
static void add_span(struct package *p, uint64_t off, uint64_t len)
{
    struct asy_piece *last = p->n == 0 ? NULL : &p->pieces[p->n - 1];

    if (len == 0)
        return;
    if (last != NULL && last->kind == ASY_PIECE_SPAN && last->span.off + last->span.len == off)
        last->span.len += len;
    else
        p->pieces[p->n++] = asy_span(p->reading->document, off, len);
}

static bool add_literal(struct package *p, const uint8_t *bytes, size_t len)
{
    struct asy_view copy;

    if (!asy_copy(p->reading->dossier->arena, (struct asy_view){ bytes, len }, &copy))
        return false;
    p->pieces[p->n++] = asy_literal(copy);
    return true;
}

/* What stands in the file there is not read: the literal takes its place, and only one value of it gives the literal. */
static bool add_changed(struct package *p, uint64_t off, const uint8_t *bytes, size_t len)
{
    asy_add_slack(p->reading->dossier, p->reading->document, off, len);
    return add_literal(p, bytes, len);
}

static bool add_record(struct package *p, const struct asy_zip_entry *entry)
{
    uint8_t off[4];

    if (entry->central.local_off < p->entry->central.local_off) {
        add_span(p, entry->record_off, entry->record_len);
        return true;
    }
    put_le(off, entry->central.local_off - p->taken, sizeof off);
    add_span(p, entry->record_off, OFFSET_AT);
    if (!add_changed(p, entry->record_off + OFFSET_AT, off, sizeof off))
        return false;
    add_span(p, entry->record_off + OFFSET_AT + sizeof off, entry->record_len - OFFSET_AT - sizeof off);
    return true;
}

static bool add_end(struct package *p)
{
    uint8_t counts[COUNTS_LEN];

    put_le(counts, p->look.n - 1, 2);
    put_le(counts + 2, p->look.n - 1, 2);
    put_le(counts + 4, p->look.dir_len - p->entry->record_len, 4);
    put_le(counts + 8, p->look.dir_off - p->taken, 4);
    add_span(p, p->look.dir_end, COUNTS_AT);
    if (!add_changed(p, p->look.dir_end + COUNTS_AT, counts, sizeof counts))
        return false;
    add_span(p, p->look.dir_end + COUNTS_AT + COUNTS_LEN, p->look.size - p->look.dir_end - COUNTS_AT - COUNTS_LEN);
    return true;
}

static bool make_recipe(struct package *p, struct asy_recipe *out)
{
    uint64_t from = p->entry->central.local_off, behind = from + p->taken;

    p->pieces = asy_alloc(p->reading->dossier->arena, 3 * p->look.n + 8, sizeof *p->pieces);
    if (p->pieces == NULL)
        return false;
    add_span(p, 0, from);
    add_span(p, behind, p->look.dir_off - behind);
    for (size_t i = 0; i < p->look.n; i++) {
        if (&p->look.entries[i] != p->entry && !add_record(p, &p->look.entries[i]))
            return false;
    }
    if (!add_end(p))
        return false;
    asy_add_slack(p->reading->dossier, p->reading->document, from, p->taken);
    asy_add_slack(p->reading->dossier, p->reading->document, p->entry->record_off, p->entry->record_len);
    return asy_recipe_of(p->reading->dossier->arena, p->pieces, p->n, out);
}

/* The local record ends where the next begins, or the directory. */
static uint64_t end_of(const struct asy_zip_look *look, const struct asy_zip_entry *entry)
{
    uint64_t end = look->dir_off;

    for (size_t i = 0; i < look->n; i++) {
        uint64_t off = look->entries[i].central.local_off;

        if (off > entry->central.local_off && off < end)
            end = off;
    }
    return end;
}

/* One record, stored, in an archive without zip64 whose end record follows the directory. */
static assay_status find_entry(struct package *p)
{
    struct asy_reading *reading = p->reading;
    uint64_t behind;

    if (!asy_zip_look(reading, reading->dossier->arena, &p->look))
        return wrong(reading, "the archive's directory cannot be read");
    for (size_t i = 0; i < p->look.n; i++) {
        if (!is_mark(p->look.entries[i].central.name))
            continue;
        if (p->entry != NULL)
            return wrong(reading, "is there twice");
        p->entry = &p->look.entries[i];
    }
    p->item = asy_kept_find(&p->kept, asy_view_of(name_of_signature));
    if (p->entry == NULL || p->item == NULL)
        return wrong(reading, "is no member that can be read");
    if (p->entry->central.method != ASY_ZIP_STORED || (p->entry->central.flags & ASY_ZIP_DESCRIPTOR) != 0)
        return wrong(reading, "is not stored as it is");
    if (p->look.dir_off + p->look.dir_len != p->look.dir_end || p->look.size - p->look.dir_end < ASY_ZIP_END_LEN ||
        p->look.size > UINT32_MAX || p->look.n > UINT16_MAX)
        return wrong(reading, "in an archive with zip64 records, or with bytes between directory and end record");
    behind = end_of(&p->look, p->entry);
    if (p->entry->central.local_off >= behind || p->item->parent_off + p->item->parent_len != behind)
        return wrong(reading, "bytes behind it that belong to no member");
    p->taken = behind - p->entry->central.local_off;
    return asy_ok;
}

/* dir_end must be the end record itself: a zip64 record stands before it. */
static assay_status check_end(struct package *p)
{
    uint8_t sign[4];
    assay_status s = asy_source_read(p->reading->document->source, p->look.dir_end, sign, sizeof sign, &p->reading->diag);

    if (!assay_ok(s))
        return s;
    return asy_view_eq(VIEW(sign), ASY_TEXT("PK\005\006")) ? asy_ok : wrong(p->reading, "in an archive with zip64 records");
}

/* ---- the content ---- */

/* NuGet allows the three digests, by their identifiers. */
static enum asy_digest_alg digest_of(struct asy_view oid)
{
    return asy_view_is(oid, "2.16.840.1.101.3.4.2.1")   ? ASY_SHA256
           : asy_view_is(oid, "2.16.840.1.101.3.4.2.2") ? ASY_SHA384
           : asy_view_is(oid, "2.16.840.1.101.3.4.2.3") ? ASY_SHA512
                                                        : ASY_DIGEST_NONE;
}

static bool get_empty(struct asy_reader *r)
{
    struct asy_view line;

    return asy_get_text_line(r, &line) && line.len == 0;
}

static assay_status read_content(struct package *p, struct asy_view content, struct asy_link *link)
{
    struct asy_reader r = asy_reader_of(content), in;
    struct asy_view line, oid;

    if (!asy_get_text_line(&r, &line) || !asy_view_is(line, "Version:1") || !get_empty(&r) ||
        !asy_get_text_line(&r, &line) || !get_empty(&r) || !asy_at_end(&r))
        return wrong(p->reading, "the content is not one section of version 1 with one digest");
    in = asy_reader_of(line);
    if (!asy_get_until(&in, '-', &oid) || !asy_get_text(&in, ASY_TEXT("Hash:")))
        return wrong(p->reading, "the content names no digest");
    link->alg = digest_of(oid);
    if (link->alg == ASY_DIGEST_NONE)
        return asy_fail(&p->reading->diag, ASSAY_E_UNSUPPORTED, 0, "%s: a digest other than SHA-2", name_of_signature);
    if (!asy_base64_decode(p->reading->dossier->arena, in.rest, &link->value) ||
        link->value.len != asy_digest_len(link->alg))
        return wrong(p->reading, "the digest is no base64 of its length");
    return asy_ok;
}

/* ---- the message ---- */

/* Whether the commitment names one of the two types: CommitmentTypeIndication = SEQUENCE { OID, qualifiers OPTIONAL }. */
static bool has_commitment(const struct asy_cms_signer *signer)
{
    const struct asy_cms_attribute *attribute = asy_cms_find(&signer->signed_attrs, VIEW(commitment));
    struct asy_reader r, inside;
    struct asy_view type;
    unsigned known = 0;

    if (attribute == NULL)
        return false;
    r = (struct asy_reader){ attribute->values, attribute->at };
    while (asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) && asy_get_der_oid(&inside, &type))
        known += asy_view_eq(type, VIEW(origin)) || asy_view_eq(type, VIEW(receipt));
    return asy_at_end(&r) && known == 1;
}

static assay_status check_message(struct package *p, const struct asy_signed_data *data)
{
    const struct asy_cms_signer *signer = data->signers;

    if (data->rewritten || !data->has_content || data->content_tag != ASY_DER_OCTETS ||
        !asy_view_eq(data->content_type, asy_oid_data))
        return wrong(p->reading, "is not DER around its own content");
    if (data->signers_n != 1)
        return wrong(p->reading, "has more than one primary signature");
    if (!has_commitment(signer))
        return wrong(p->reading, "says neither that its author signed nor that a repository did");
    if (!signer->has_signing_time || asy_cms_find(&signer->signed_attrs, asy_oid_signing_certificate_v2) == NULL)
        return wrong(p->reading, "lacks its signing time or its signing certificate");
    return asy_ok;
}

static assay_status claim_package(struct package *p, const struct asy_signed_data *data)
{
    struct asy_link link = { .has_place = true, .place_off = data->came.at, .place_len = data->came.len };
    struct asy_claim *claim;
    assay_status s = read_content(p, data->content, &link);

    if (!assay_ok(s))
        return s;
    if (!make_recipe(p, &link.target))
        return asy_no_memory(&p->reading->diag);
    claim = asy_add_claim(p->reading->dossier, ASY_CLAIM_LINK, p->item, NULL);
    if (claim == NULL)
        return asy_fail(&p->reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = link;
    return asy_ok;
}

static assay_status claim_signature(struct package *p)
{
    struct asy_arena *arena = p->reading->dossier->arena;
    struct asy_signed_data *data = asy_alloc(arena, 1, sizeof *data);
    struct asy_reading message = *p->reading;
    struct asy_recipe content;
    struct asy_piece piece;
    struct asy_view bytes;
    assay_status s = asy_kept_load(&p->kept, p->item, p->reading->dossier->limits->document, &bytes);

    if (data == NULL)
        return asy_no_memory(&p->reading->diag);
    if (assay_ok(s))
        s = asy_signed_data_read(arena, asy_reader_of(bytes), data, &p->reading->diag);
    if (assay_ok(s))
        s = check_message(p, data);
    if (!assay_ok(s))
        return s;
    message.document = p->item;
    message.bytes = bytes;
    p->item->format = p->reading->document->format;
    piece = asy_span(p->item, data->came.at, data->came.len);
    if (!asy_recipe_of(arena, &piece, 1, &content))
        return asy_no_memory(&p->reading->diag);
    s = asy_claim_signers(&message, data, content);
    p->reading->diag = message.diag;
    return assay_ok(s) ? claim_package(p, data) : s;
}

static assay_status read(struct asy_reading *reading)
{
    struct package p = { .reading = reading };
    assay_status s;

    if (!asy_kept_new(reading, &p.kept))
        return asy_no_memory(&reading->diag);
    s = find_entry(&p);
    if (assay_ok(s))
        s = check_end(&p);
    return assay_ok(s) ? claim_signature(&p) : s;
}

static const char *const suffixes[] = { ".nupkg", ".snupkg", NULL };

const struct asy_format asy_format_nuget = {
    .name = "nuget",
    .title = "NuGet packages, signed by author or repository",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .inside = "zip",
    .found_in = found_in,
    .read = read,
};
