/*
 * ["Windows Authenticode Portable Executable Signature Format", 1.0, "SpcPeImageData" and "Page hashes"]
 *   SpcPeImageData      = SEQUENCE { flags BIT STRING, [0] EXPLICIT SpcLink }
 *   SpcLink             = ... | [1] IMPLICIT SpcSerializedObject | ...
 *   SpcSerializedObject = SEQUENCE { class OCTET STRING, OCTET STRING around
 *                           SET { SEQUENCE { OID, SET { OCTET STRING around (offset[4] digest)* } } } }
 *
 * The first page is the headers without what the signature leaves out; those of a section follow each other, the last cut
 * short; zeros fill each up to a page.  A last entry has the end of the last section and zeros for a digest.
 */
#include "format/pe_pages.h"

#include "base/reader.h"
#include "codec/der.h"
#include "codec/oid.h"

static const uint8_t class_of_pages[] = { 0xa6, 0xb5, 0x86, 0xd5, 0xb4, 0xa1, 0x24, 0x66,
                                          0xae, 0x05, 0xa2, 0x17, 0xda, 0x8e, 0x60, 0xd6 };

struct pages {
    struct asy_reading *reading;
    const struct asy_pe_layout *layout;
    enum asy_digest_alg alg;
    struct asy_reader table;
    const uint8_t *headers; /* the digest of the first page */
    struct asy_block *blocks;
    size_t n, room;
};

/* The table of digests; false where there is none. */
static bool find_table(struct asy_view value, enum asy_digest_alg *alg, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(value), data, link, object, set, entry, inner;
    struct asy_view class, serialized, oid;
    struct asy_der flags;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &data) || !asy_get_der_tag(&data, ASY_DER_BIT_STRING, &flags) ||
        !asy_get_der_inside(&data, ASY_DER_HOLDS + 0, &link) || !asy_get_der_inside(&link, ASY_DER_HOLDS + 1, &object) ||
        !asy_get_der_octets(&object, &class) ||
        !asy_view_eq(class, (struct asy_view){ class_of_pages, sizeof class_of_pages }) ||
        !asy_get_der_octets(&object, &serialized))
        return false;
    set = asy_reader_of(serialized);
    if (!asy_get_der_inside(&set, ASY_DER_SET, &inner) || !asy_get_der_inside(&inner, ASY_DER_SEQUENCE, &entry) ||
        !asy_get_der_oid(&entry, &oid) || !asy_get_der_inside(&entry, ASY_DER_SET, &inner))
        return false;
    *alg = asy_view_eq(oid, asy_oid_spc_page_hashes_sha256) ? ASY_SHA256
           : asy_view_eq(oid, asy_oid_spc_page_hashes_sha1) ? ASY_SHA1
                                                            : ASY_DIGEST_NONE;
    return *alg != ASY_DIGEST_NONE && asy_get_der_octets(&inner, out);
}

/* The next entry, which must be that of `off`. */
static bool get_entry(struct pages *p, uint64_t off, const uint8_t **digest)
{
    struct asy_view bytes;
    uint32_t said;

    if (!asy_get_le32(&p->table, &said) || said != off || !asy_get_view(&p->table, asy_digest_len(p->alg), &bytes))
        return false;
    *digest = bytes.data;
    return true;
}

static bool add_block(struct pages *p, uint64_t off, uint32_t len)
{
    struct asy_block block = { .off = off, .len = len };

    if (!get_entry(p, off, &block.digest) ||
        !asy_grow(p->reading->dossier->arena, &p->blocks, p->n, &p->room, sizeof *p->blocks))
        return false;
    p->blocks[p->n++] = block;
    return true;
}

/* False where the table is not of the pages that the executable has. */
static bool read_table(struct pages *p)
{
    const struct asy_pe_layout *layout = p->layout;
    uint64_t end = 0;
    const uint8_t *none;

    if (layout->page == 0 || layout->page > ASY_PE_PAGE || layout->headers_len > layout->page || layout->headers_len < layout->entry_off + 8 ||
        !get_entry(p, 0, &p->headers))
        return false;
    for (size_t i = 0; i < layout->sections_n; i++) {
        const struct asy_pe_section *section = &layout->sections[i];

        for (uint32_t at = 0, n; at < section->len; at += n) {
            n = section->len - at < layout->page ? section->len - at : layout->page;
            if (!add_block(p, (uint64_t)section->off + at, n))
                return false;
        }
        end = section->len > 0 ? (uint64_t)section->off + section->len : end;
    }
    return get_entry(p, end, &none) && asy_at_end(&p->table);
}

static assay_status add_link(struct pages *p, struct asy_recipe target, const uint8_t *digest, asy_claim_no by)
{
    struct asy_spc spc = { .alg = p->alg, .digest = { digest, asy_digest_len(p->alg) } };

    return asy_link_spc(p->reading, &spc, by, target);
}

static assay_status claim_headers(struct pages *p, asy_claim_no by)
{
    const struct asy_pe_layout *layout = p->layout;
    struct asy_arena *arena = p->reading->dossier->arena;
    struct asy_item *item = p->reading->document;
    uint64_t after_checksum = layout->checksum_off + 4, after_entry = layout->entry_off + 8;
    uint8_t *zeros = asy_alloc(arena, layout->page - layout->headers_len + 1, 1);
    const struct asy_piece pieces[] = {
        asy_span(item, 0, layout->checksum_off),
        asy_span(item, after_checksum, layout->entry_off - after_checksum),
        asy_span(item, after_entry, layout->headers_len - after_entry),
        asy_literal((struct asy_view){ zeros, layout->page - layout->headers_len }),
    };
    struct asy_recipe target;

    if (zeros == NULL || !asy_recipe_of(arena, pieces, sizeof pieces / sizeof *pieces, &target))
        return asy_no_memory(&p->reading->diag);
    return add_link(p, target, p->headers, by);
}

static assay_status claim_sections(struct pages *p, asy_claim_no by)
{
    struct asy_piece piece;
    struct asy_recipe target;

    if (p->n == 0)
        return asy_ok;
    piece = asy_blocks_piece(p->reading->document, p->blocks, p->n, p->layout->page);
    if (!asy_recipe_of(p->reading->dossier->arena, &piece, 1, &target))
        return asy_no_memory(&p->reading->diag);
    return add_link(p, target, p->blocks[0].digest, by);
}

assay_status asy_pe_claim_pages(struct asy_reading *reading, const struct asy_pe_layout *layout, const struct asy_spc *spc,
                                asy_claim_no by)
{
    struct pages p = { .reading = reading, .layout = layout };
    struct asy_view table;
    assay_status s;

    if (!find_table(spc->value, &p.alg, &table))
        return asy_ok;
    p.table = asy_reader_of(table);
    if (!read_table(&p)) {
        asy_add_finding(reading->dossier, ASY_NOTE, ASY_EVIDENCE_UNCHECKED, reading->document, reading->document, "%s",
                        "the signature has digests of other pages than the executable's");
        return asy_ok;
    }
    s = claim_headers(&p, by);
    return assay_ok(s) ? claim_sections(&p, by) : s;
}
