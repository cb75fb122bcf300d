/*
 * Cabinets ([MS-CAB] 2.1) with an Authenticode signature.
 *
 *   0 "MSCF"   4 reserved1   8 cbCabinet  12 reserved2  16 coffFiles  20 reserved3  24 version  26 cFolders  28 cFiles
 *  30 flags   32 setID      34 iCabinet   36 cbCFHeader  38 cbCFFolder  39 cbCFData
 *  40 abReserve: mark, place and length of the signature, 4 bytes, 4 bytes;  60 ... the signature at the end
 *
 * The signature says all before it but reserved1, and from iCabinet to the first part of abReserve.  What it does not
 * say has one value that is allowed here.
 */
#include "codec/oid.h"
#include "format/authenticode.h"
#include "format/members.h"

#include "io/cabinet.h"

enum {
    HEADER = 60,
    PREVIOUS = 1, /* flags: parts of a set of cabinets */
    NEXT = 2,
    RESERVE = 4,
    ROOM = 20, /* cbCFHeader */
    MARK = 0x00100000,
    RESERVED_1 = 4,
    SET_FROM = 8,
    PLACE_FROM = 34,
    PLACE_TO = 56,
};

struct cab {
    struct asy_reading *reading;
    uint64_t size;
    uint32_t reserved1, length, unsaid; /* `length`: of the cabinet without its signature */
    uint16_t flags, number, room;
    uint8_t folder_room, data_room;
    uint32_t mark, off, len;
    struct asy_recipe content;
};

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, ASY_TEXT("MSCF\0\0\0\0"));
}

static bool get_header(struct cab *cab, struct asy_reader r)
{
    struct asy_view passed;

    return asy_get_text(&r, ASY_TEXT("MSCF")) && asy_get_le32(&r, &cab->reserved1) && asy_get_le32(&r, &cab->length) &&
           asy_get_view(&r, 18, &passed) && asy_get_le16(&r, &cab->flags) && asy_get_view(&r, 2, &passed) &&
           asy_get_le16(&r, &cab->number) && asy_get_le16(&r, &cab->room) && asy_get_u8(&r, &cab->folder_room) &&
           asy_get_u8(&r, &cab->data_room) && asy_get_le32(&r, &cab->mark) && asy_get_le32(&r, &cab->off) &&
           asy_get_le32(&r, &cab->len) && asy_get_le32(&r, &cab->unsaid);
}

static bool is_signed(const struct cab *cab)
{
    return (cab->flags & RESERVE) != 0 && cab->room >= ROOM && cab->mark == MARK && (cab->off != 0 || cab->len != 0);
}

static assay_status check(struct cab *cab)
{
    struct asy_diag *diag = &cab->reading->diag;

    if ((cab->flags & (PREVIOUS | NEXT)) != 0 || cab->number != 0)
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 30, "one cabinet of a set, of which a signature does not say the order");
    if (cab->room != ROOM || cab->folder_room != 0 || cab->data_room != 0)
        return asy_fail(diag, ASSAY_E_FORMAT, 36, "byte 36: reserved areas of %u, %u and %u bytes, expected %d, 0 and 0",
                        cab->room, cab->folder_room, cab->data_room, ROOM);
    if (cab->reserved1 != 0 || cab->unsaid != 0)
        return asy_fail(diag, ASSAY_E_FORMAT, RESERVED_1, "bytes 4 and 52, which no signature covers, are not zero");
    if (cab->off < HEADER || cab->off > cab->size || cab->len != cab->size - cab->off)
        return asy_fail(diag, ASSAY_E_FORMAT, 44, "byte 44: the signature does not end with the file");
    if (cab->length != cab->off)
        return asy_fail(diag, ASSAY_E_FORMAT, 8, "byte 8: the cabinet has %u bytes, expected %u, up to its signature",
                        cab->length, cab->off);
    return asy_ok;
}

static bool make_content(struct cab *cab)
{
    struct asy_item *item = cab->reading->document;
    const struct asy_piece pieces[] = {
        asy_span(item, 0, RESERVED_1),
        asy_span(item, SET_FROM, PLACE_FROM - SET_FROM),
        asy_span(item, PLACE_TO, cab->off - PLACE_TO),
    };

    return asy_recipe_of(cab->reading->dossier->arena, pieces, sizeof pieces / sizeof *pieces, &cab->content);
}

static assay_status link(struct asy_reading *reading, const struct asy_spc *spc, asy_claim_no by, const void *state)
{
    const struct cab *cab = state;

    return asy_link_spc(reading, spc, by, cab->content);
}

static assay_status read_signature(struct cab *cab)
{
    struct asy_spc_carrier carrier = { .type = asy_oid_spc_cab, .link = link, .state = cab };
    struct asy_reading *reading = cab->reading;
    struct asy_view run, message;
    assay_status s = asy_spc_load(reading, cab->off, cab->len, &run);

    if (assay_ok(s))
        s = asy_spc_message(reading, run, cab->off, &message);
    if (!assay_ok(s))
        return s;
    if (!make_content(cab))
        return asy_no_memory(&reading->diag);
    s = asy_claim_authenticode(reading, message, &carrier);
    if (!assay_ok(s))
        return s;
    asy_add_slack(reading->dossier, reading->document, RESERVED_1, SET_FROM - RESERVED_1);
    asy_add_slack(reading->dossier, reading->document, PLACE_FROM, PLACE_TO - PLACE_FROM);
    asy_add_slack(reading->dossier, reading->document, cab->off, cab->len);
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    struct cab cab = { .reading = reading, .size = asy_source_size(reading->document->source) };
    uint8_t header[HEADER];
    assay_status s;

    if (cab.size < HEADER)
        return asy_ok;
    s = asy_source_read(reading->document->source, 0, header, sizeof header, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (!get_header(&cab, asy_reader_of((struct asy_view){ header, sizeof header })) || !is_signed(&cab)) {
        reading->document->is_package = false; /* as packages and installers hold it: an archive like others */
        return asy_ok;
    }
    s = check(&cab);
    return assay_ok(s) ? read_signature(&cab) : s;
}

/* ---- what lies in it ---- */

static bool add_file(struct asy_members *members, struct asy_cabinet *cabinet, struct asy_view name, uint64_t size)
{
    struct asy_member member = { .name = name, .type = ASY_MEMBER_FILE };
    uint64_t limit = members->reading->dossier->limits->unpacked;

    if (size > limit - members->unpacked)
        return asy_members_full(members, "the files unpack to more bytes than the limit");
    members->unpacked += size;
    return asy_members_item(members, name, asy_cabinet_file(cabinet, size), size) && asy_members_add(members, &member);
}

static assay_status walk(struct asy_reading *reading)
{
    struct asy_members members = { .reading = reading };
    struct asy_cabinet *cabinet = asy_cabinet_new(reading->dossier->arena, reading->document->source);
    bool more = true;
    assay_status s = asy_ok;

    if (cabinet == NULL)
        return asy_no_memory(&reading->diag);
    while (assay_ok(s) && more && !members.full) {
        struct asy_view name;
        uint64_t size;

        s = asy_cabinet_next(cabinet, &name, &size, &more, &reading->diag);
        if (assay_ok(s) && more)
            (void)add_file(&members, cabinet, name, size);
    }
    if (assay_ok(s) && !members.full)
        asy_members_finish(&members);
    return asy_members_status(&members, s);
}

static const char *const suffixes[] = { ".cab", NULL };

const struct asy_format asy_format_cab = {
    .name = "cab",
    .title = "Windows cabinets with Authenticode signatures",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
    .walk = walk,
};
