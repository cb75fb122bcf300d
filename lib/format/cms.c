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

static bool has_bare_signer(const struct asy_signed_data *data)
{
    for (size_t i = 0; i < data->signers_n; i++) {
        if (data->signers[i].signed_bytes.len == 0)
            return true;
    }
    return false;
}

/* The file, where it is short enough to be a set of attributes that a signer could have made. */
static assay_status load_short(struct asy_reading *reading, struct asy_view *out)
{
    struct asy_source *source = reading->about->source;
    assay_status s = asy_source_open(source, &reading->diag);

    if (!assay_ok(s))
        return s;
    if (asy_source_size(source) > ASY_CMS_SIGNED_BYTES)
        *out = (struct asy_view){ 0 };
    else
        s = asy_source_load(source, ASY_CMS_SIGNED_BYTES, reading->dossier->arena, out, &reading->diag);
    asy_source_close(source);
    return s;
}

/*
 * RFC 5652 5.4 signs attributes and bare content alike, so that a signature with attributes, the attributes taken away,
 * verifies over a file made of them.  No such file is anybody's release.
 */
static assay_status refuse_attributes_as_file(struct asy_reading *reading, const struct asy_signed_data *data)
{
    enum asy_digest_alg alg;
    struct asy_view bytes;
    assay_status s;

    if (!has_bare_signer(data))
        return asy_ok;
    if (reading->about->source == NULL || asy_source_is_digest(reading->about->source, &alg, &bytes))
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, 0,
                        "a signature without signed attributes needs the file itself, not its digest");
    s = load_short(reading, &bytes);
    if (assay_ok(s) && asy_cms_is_attributes(bytes))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0,
                        "no signed attributes, and the file is a set of attributes: taken from another signature");
    return s;
}

static assay_status read_detached(struct asy_reading *reading, const struct asy_signed_data *data)
{
    struct asy_piece whole = asy_whole(reading->about);
    struct asy_recipe content;
    assay_status s = refuse_attributes_as_file(reading, data);

    if (!assay_ok(s))
        return s;
    if (!asy_recipe_of(reading->dossier->arena, &whole, 1, &content))
        return asy_no_memory(&reading->diag);
    return asy_claim_signers(reading, data, content);
}

/* Where the content stands in the document as it is, what is around it is framing. */
static assay_status read_attached(struct asy_reading *reading, const struct asy_signed_data *data, bool in_place)
{
    struct asy_piece piece = asy_literal(data->content);
    size_t end = data->content_at + data->content.len;
    struct asy_recipe content;
    assay_status s;

    if (in_place)
        piece = asy_span(reading->document, data->content_at, data->content.len);
    if (!asy_recipe_of(reading->dossier->arena, &piece, 1, &content))
        return asy_no_memory(&reading->diag);
    s = asy_claim_signers(reading, data, content);
    if (assay_ok(s) && in_place) {
        asy_add_slack(reading->dossier, reading->document, 0, data->content_at);
        asy_add_slack(reading->dossier, reading->document, end, reading->bytes.len - end);
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
    return read_attached(reading, data, !is_armored && !data->rewritten);
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
