/*
 * Timestamps in files of their own (RFC 3161): a TimeStampResp, or the token alone.  They stamp whatever input has the
 * digest in their imprint; which one that is, and so what it is worth, is found where the inputs are known.
 */
#include "codec/oid.h"
#include "codec/tst.h"
#include "format/signer.h"

static bool is_token(struct asy_view head)
{
    struct asy_view type;
    uint8_t tag;

    return asy_cms_peek(head, &type, &tag) && asy_view_eq(type, asy_oid_tst_info);
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_is_tst_reply(glimpse->head, glimpse->whole) || is_token(glimpse->head);
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_reader token = asy_reader_of(reading->bytes);
    assay_status s = asy_ok;

    if (!is_token(reading->bytes))
        s = asy_tst_reply_read(asy_reader_of(reading->bytes), &token, &reading->diag);
    return assay_ok(s) ? asy_claim_token(reading, token, 0, (struct asy_view){ 0 }) : s;
}

static const char *const suffixes[] = { ".tsr", ".tst", NULL };

const struct asy_format asy_format_timestamp = {
    .name = "timestamp",
    .title = "RFC 3161 timestamps: replies and tokens",
    .kind = ASY_KIND_TIMESTAMP,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
