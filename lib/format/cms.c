/*
 * CMS and PKCS #7 signatures (RFC 5652), DER or PEM: detached from a file, or around the content they sign.
 *
 * Detached, the file is the content, whatever content the message may carry: that one is nobody's business then.
 */
#include "codec/der.h"
#include "codec/oid.h"
#include "codec/pem.h"
#include "format/signer.h"

static const char *const labels[] = { "PKCS7", "CMS" }; /* RFC 7468 8 and 9 */

enum { LABELS = sizeof labels / sizeof *labels, SPLIT_OCTETS = 0x24 };

/* A timestamp token is another format's; so is content that is no OCTET STRING (PKCS #7 allows any). */
static bool is_message(struct asy_view head)
{
    struct asy_view type;
    uint8_t tag;

    return asy_cms_peek(head, &type, &tag) && !asy_view_eq(type, asy_oid_tst_info) &&
           (tag == 0 || tag == ASY_DER_OCTETS || tag == SPLIT_OCTETS);
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    for (size_t i = 0; i < LABELS; i++) {
        if (asy_is_pem(glimpse->head, labels[i]))
            return true;
    }
    return is_message(glimpse->head);
}

/* The message's DER or BER, and whether it stands in the document as it is. */
static bool unwrap(struct asy_reading *reading, struct asy_view *out, bool *is_armored)
{
    for (size_t i = 0; i < LABELS; i++) {
        *is_armored = asy_is_pem(reading->bytes, labels[i]);
        if (*is_armored)
            return asy_pem_decode(reading->dossier->arena, reading->bytes, labels[i], out);
    }
    *out = reading->bytes;
    return true;
}

static assay_status read_detached(struct asy_reading *reading, const struct asy_signed_data *data)
{
    struct asy_piece whole = asy_whole(reading->about);
    struct asy_recipe content;

    if (!asy_recipe_of(reading->dossier->arena, &whole, 1, &content))
        return asy_no_memory(&reading->diag);
    return asy_claim_signers(reading, data, content);
}

/* The run of the document in which the content stands: as it is, in pieces (BER), or as text. */
static bool place_of(const struct asy_reading *reading, const struct asy_signed_data *data, bool is_armored,
                     uint64_t *off, uint64_t *len)
{
    size_t from = data->came.at, to = from + data->came.len;

    if (is_armored && !asy_pem_place(reading->bytes, data->came.at, data->came.len, &from, &to))
        return false;
    *off = from;
    *len = to - from;
    return true;
}

/* The content as an item of its own; whoever says it says the run that it was decoded from. */
static struct asy_item *decode(struct asy_reading *reading, struct asy_view content, uint64_t off, uint64_t len)
{
    struct asy_arena *arena = reading->dossier->arena;
    const char *name = asy_printf(arena, "%s:content", reading->document->name);
    struct asy_item *item = asy_add_derived(reading->dossier, reading->document, off, len, name,
                                            asy_source_of_memory(arena, content));

    if (item == NULL)
        return NULL;
    item->size = content.len;
    item->has_size = true;
    item->says_parent = true;
    return item;
}

/* What stands around the content is framing. */
static assay_status read_attached(struct asy_reading *reading, const struct asy_signed_data *data, bool is_armored)
{
    struct asy_item *decoded = NULL;
    struct asy_recipe content;
    struct asy_piece piece;
    uint64_t off, len;
    assay_status s;

    if (!place_of(reading, data, is_armored, &off, &len))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "around its own content, and its lines are not all of one length");
    if (is_armored || data->rewritten) {
        decoded = decode(reading, data->content, off, len);
        if (decoded == NULL)
            return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory or items of the job");
    }
    piece = decoded == NULL ? asy_span(reading->document, off, len) : asy_whole(decoded);
    if (!asy_recipe_of(reading->dossier->arena, &piece, 1, &content))
        return asy_no_memory(&reading->diag);
    s = asy_claim_signers(reading, data, content);
    if (assay_ok(s)) {
        asy_add_slack(reading->dossier, reading->document, 0, off);
        asy_add_slack(reading->dossier, reading->document, off + len, reading->bytes.len - off - len);
    }
    return s;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_signed_data *data = asy_alloc(arena, 1, sizeof *data);
    struct asy_view bytes;
    bool is_armored;
    assay_status s;

    if (data == NULL)
        return asy_no_memory(&reading->diag);
    if (!unwrap(reading, &bytes, &is_armored))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "not one PEM block of canonical base64");
    s = asy_signed_data_read(arena, asy_reader_of(bytes), data, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (asy_view_eq(data->content_type, asy_oid_tst_info))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "a timestamp token, expected a signature");
    if (data->has_content && data->content_tag != ASY_DER_OCTETS)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, data->content_at, "byte %zu: the content is no OCTET STRING",
                        data->content_at);
    if (reading->about != NULL)
        return read_detached(reading, data);
    if (!data->has_content)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the file that it signs is not there");
    if (data->content.len == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, data->content_at, "byte %zu: the signed content is empty",
                        data->content_at);
    return read_attached(reading, data, is_armored);
}

static const char *const suffixes[] = { ".p7s", ".p7m", ".p7b", ".pkcs7", ".cms", ".p7", NULL };

const struct asy_format asy_format_cms = {
    .name = "cms",
    .title = "CMS and PKCS #7 signatures, detached or attached",
    .kind = ASY_KIND_SIGNATURE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
