/*
 * Executables (PE/COFF, "PE Format", https://learn.microsoft.com/windows/win32/debug/pe-format) with an Authenticode
 * signature ["Windows Authenticode Portable Executable Signature Format", 1.0].
 *
 *   "MZ" ... e_lfanew -> "PE\0\0" COFF header, optional header with data directories ... certificate table
 *
 * The signature says the whole file but for three places: CheckSum, the entry of the certificate table in the data
 * directories, and the table itself.  Whatever could hide in the table is refused: it must be the end of the file, with
 * one entry and nothing behind the message in it.
 */
#include "codec/oid.h"
#include "format/pe_pages.h"

enum {
    DOS_HEADER = 64,
    LFANEW = 60,
    COFF = 24,       /* with the four bytes of the mark */
    ALIGNMENT = 32,  /* in the optional header of both kinds: SectionAlignment, SizeOfHeaders, CheckSum */
    HEADERS = 60,
    CHECK_SUM = 64,
    COUNT_32 = 92,   /* NumberOfRvaAndSizes; the directories stand behind it */
    COUNT_64 = 108,
    CERTIFICATES = 4, /* the entry of the certificate table */
    ENTRY = 8,
    OPTIONAL = COUNT_64 + 4 + (CERTIFICATES + 1) * ENTRY,
    SECTION = 40, /* of the section table behind the optional header */
    WIN_CERTIFICATE = 8,
    REVISION_2 = 0x0200,
    PKCS_SIGNED_DATA = 2,
};

struct pe {
    struct asy_reading *reading;
    uint64_t size;
    uint64_t table_off, table_len;
    struct asy_pe_layout layout;
};

static assay_status wrong(struct pe *pe, uint64_t at, const char *what)
{
    return asy_fail(&pe->reading->diag, ASSAY_E_FORMAT, at, "byte %llu: %s", (unsigned long long)at, what);
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    return glimpse->head.len >= DOS_HEADER && asy_view_starts(glimpse->head, ASY_TEXT("MZ"));
}

/* `n` bytes of the document as a reader; what lies behind its end is no header. */
static bool read_at(const struct pe *pe, uint64_t off, uint8_t *buf, size_t n, struct asy_reader *out)
{
    if (off > pe->size || n > pe->size - off ||
        !assay_ok(asy_source_read(pe->reading->document->source, off, buf, n, NULL)))
        return false;
    *out = asy_reader_of((struct asy_view){ buf, n });
    return true;
}

static bool skip(struct asy_reader *r, size_t n)
{
    struct asy_view passed;

    return asy_get_view(r, n, &passed);
}

static bool get_optional_header(struct pe *pe, uint64_t off, uint16_t len, struct asy_reader r)
{
    struct asy_reader fields = r;
    uint32_t count, table_off, table_len;
    size_t count_off;
    uint16_t magic;

    if (!asy_get_le16(&r, &magic) || (magic != 0x10b && magic != 0x20b))
        return false;
    count_off = magic == 0x10b ? COUNT_32 : COUNT_64;
    if (len < count_off + 4 + (CERTIFICATES + 1) * ENTRY || !skip(&r, count_off - 2) || !asy_get_le32(&r, &count) ||
        count <= CERTIFICATES || !skip(&r, CERTIFICATES * ENTRY) || !asy_get_le32(&r, &table_off) ||
        !asy_get_le32(&r, &table_len))
        return false;
    pe->layout.checksum_off = off + CHECK_SUM;
    pe->layout.entry_off = off + count_off + 4 + CERTIFICATES * ENTRY;
    pe->table_off = table_off;
    pe->table_len = table_len;
    return skip(&fields, ALIGNMENT) && asy_get_le32(&fields, &pe->layout.page) &&
           skip(&fields, HEADERS - ALIGNMENT - 4) && asy_get_le32(&fields, &pe->layout.headers_len);
}

/* Where each section's bytes are; false where the table is cut short, or longer than Windows takes. */
static bool get_sections(struct pe *pe, uint64_t off, uint16_t n)
{
    for (; pe->layout.sections_n < n; off += SECTION) {
        struct asy_pe_section *section = &pe->layout.sections[pe->layout.sections_n++];
        uint8_t bytes[SECTION];
        struct asy_reader r;

        if (n > ASY_PE_SECTIONS || !read_at(pe, off, bytes, sizeof bytes, &r) || !skip(&r, 16) ||
            !asy_get_le32(&r, &section->len) || !asy_get_le32(&r, &section->off))
            return false;
        if (section->off == 0)
            section->len = 0;
    }
    return true;
}

/* False for a file that has no place for a certificate table: another kind of program, which nobody signs this way. */
static bool find_table(struct pe *pe)
{
    uint8_t dos[DOS_HEADER], coff[COFF], optional[OPTIONAL] = { 0 };
    uint32_t lfanew;
    uint16_t len, sections;
    struct asy_reader r;
    uint64_t off;

    if (!read_at(pe, 0, dos, sizeof dos, &r) || !skip(&r, LFANEW) || !asy_get_le32(&r, &lfanew) ||
        !read_at(pe, lfanew, coff, sizeof coff, &r) || !asy_get_text(&r, ASY_TEXT("PE\0\0")) || !skip(&r, 2) ||
        !asy_get_le16(&r, &sections) || !skip(&r, 12) || !asy_get_le16(&r, &len))
        return false;
    off = (uint64_t)lfanew + COFF;
    return read_at(pe, off, optional, len < OPTIONAL ? len : OPTIONAL, &r) && get_optional_header(pe, off, len, r) &&
           get_sections(pe, off + len, sections);
}

/* Windows maps sections whatever the signature says: their bytes must lie before what is no content. */
static bool are_sections_before(const struct pe *pe, uint64_t end)
{
    for (size_t i = 0; i < pe->layout.sections_n; i++) {
        const struct asy_pe_section *section = &pe->layout.sections[i];

        if (section->len > 0 && (uint64_t)section->off + section->len > end)
            return false;
    }
    return true;
}

static assay_status check_table(struct pe *pe)
{
    if (pe->table_off < pe->layout.entry_off + ENTRY || pe->table_len < WIN_CERTIFICATE)
        return wrong(pe, pe->layout.entry_off, "the certificate table lies in the headers or has no length");
    if (pe->table_off > pe->size || pe->table_len != pe->size - pe->table_off)
        return wrong(pe, pe->layout.entry_off, "the certificate table does not end with the file");
    if (!are_sections_before(pe, pe->table_off))
        return wrong(pe, pe->layout.entry_off, "the certificate table lies in a section");
    return asy_ok;
}

/* The one message of the table. */
static assay_status get_message(struct pe *pe, struct asy_view table, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(table);
    uint16_t revision, type;
    uint32_t len;

    if (!asy_get_le32(&r, &len) || !asy_get_le16(&r, &revision) || !asy_get_le16(&r, &type) || len < WIN_CERTIFICATE ||
        len > table.len)
        return wrong(pe, pe->table_off, "the certificate table's entry is longer than the table, or has no length");
    if (revision != REVISION_2 || type != PKCS_SIGNED_DATA)
        return wrong(pe, pe->table_off, "the certificate table's entry is no PKCS #7 of revision 2");
    if (table.len - len >= ASY_SPC_ALIGN)
        return wrong(pe, pe->table_off + len, "a second entry in the certificate table");
    return asy_spc_message(pe->reading, r.rest, pe->table_off + WIN_CERTIFICATE, out);
}

/* All but the three places; `end` is where the certificate table begins, or the file ends. */
static bool make_image(struct pe *pe, uint64_t end)
{
    static const uint8_t zeros[ASY_SPC_ALIGN];
    struct asy_item *item = pe->reading->document;
    uint64_t after_checksum = pe->layout.checksum_off + 4, after_entry = pe->layout.entry_off + ENTRY;
    size_t pad = (ASY_SPC_ALIGN - end % ASY_SPC_ALIGN) % ASY_SPC_ALIGN;
    const struct asy_piece pieces[] = {
        asy_span(item, 0, pe->layout.checksum_off),
        asy_span(item, after_checksum, pe->layout.entry_off - after_checksum),
        asy_span(item, after_entry, end - after_entry),
        asy_literal((struct asy_view){ zeros, pad }),
    };

    return asy_recipe_of(pe->reading->dossier->arena, pieces, pad == 0 ? 3 : 4, &item->image);
}

static assay_status link(struct asy_reading *reading, const struct asy_spc *spc, asy_claim_no by, const void *state)
{
    const struct pe *pe = state;
    assay_status s = asy_link_spc(reading, spc, by, reading->document->image);

    return assay_ok(s) ? asy_pe_claim_pages(reading, &pe->layout, spc, by) : s;
}

static void declare_framing(struct pe *pe)
{
    struct asy_dossier *dossier = pe->reading->dossier;
    struct asy_item *item = pe->reading->document;

    asy_add_slack(dossier, item, pe->layout.checksum_off, 4);
    asy_add_slack(dossier, item, pe->layout.entry_off, ENTRY);
    asy_add_slack(dossier, item, pe->table_off, pe->table_len);
}

static assay_status read_table(struct pe *pe)
{
    struct asy_spc_carrier carrier = { .type = asy_oid_spc_pe_image, .link = link, .state = pe };
    struct asy_view table, message;
    assay_status s = asy_spc_load(pe->reading, pe->table_off, pe->table_len, &table);

    if (assay_ok(s))
        s = get_message(pe, table, &message);
    if (!assay_ok(s))
        return s;
    if (!make_image(pe, pe->table_off))
        return asy_no_memory(&pe->reading->diag);
    s = asy_claim_authenticode(pe->reading, message, &carrier);
    if (assay_ok(s))
        declare_framing(pe);
    return s;
}

/* A catalogue may list it, but not by the digest of what is cut off: zeros at the end are as none there. */
static assay_status read_unsigned(struct pe *pe)
{
    if (!are_sections_before(pe, pe->size))
        return asy_ok;
    if (!make_image(pe, pe->size))
        return asy_no_memory(&pe->reading->diag);
    declare_framing(pe);
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    struct pe pe = { .reading = reading, .size = asy_source_size(reading->document->source) };
    assay_status s;

    if (!find_table(&pe))
        return asy_ok;
    if (pe.table_off == 0 && pe.table_len == 0)
        return read_unsigned(&pe);
    s = check_table(&pe);
    return assay_ok(s) ? read_table(&pe) : s;
}

static const char *const suffixes[] = { ".exe", ".dll", ".sys", ".efi", ".ocx", ".cpl", ".scr", ".mui", NULL };

const struct asy_format asy_format_pe = {
    .name = "pe",
    .title = "Windows and EFI executables with Authenticode signatures",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
