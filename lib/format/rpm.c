/*
 * RPM packages, versions 4 and 6 (rpm 6.0, docs/manual/format_v4.md, format_v6.md, signatures_digests.md).
 *
 *   package = lead[96] signatures pad header payload      signatures and header are header structures; pads to 8
 *   lead    = ed ab ee db major minor type[2] arch[2] name[66] os[2] 00 05 reserved[16]
 *
 * What signs lies in the signature header, which nobody signs.  It signs the main header, and digests in that one say the
 * payload; signatures of version 3 are over both.  rpm.c makes the claims, rpm_header.c reads headers, rpm_files.c walks
 * the payload.
 */
#include "format/rpm.h"

#include "base/reader.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/openpgp_packet.h"
#include "format/openpgp_signer.h"

enum { LEAD_LEN = 96, ALIGN = 8, SIGNATURE_TYPE = 5, NAME_AND_OS = 2 + 66 + 2 };

#define MAGIC "\355\253\356\333"

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, ASY_TEXT(MAGIC));
}

/* Nobody signs the lead, and all but its form is said again by the header. */
static assay_status read_lead(struct asy_reading *reading)
{
    const struct asy_source *source = reading->document->source;
    uint8_t bytes[LEAD_LEN];
    struct asy_reader r = asy_reader_of((struct asy_view){ bytes, sizeof bytes });
    struct asy_view ignored;
    uint8_t major = 0, minor;
    uint16_t type = 0, signature_type = 0;
    assay_status s;

    if (asy_source_size(source) < sizeof bytes)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the file ends within the lead");
    s = asy_source_read(source, 0, bytes, sizeof bytes, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (!asy_get_text(&r, ASY_TEXT(MAGIC)))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "no lead of a package");
    if (!asy_get_u8(&r, &major) || !asy_get_u8(&r, &minor) || !asy_get_be16(&r, &type) ||
        !asy_get_view(&r, NAME_AND_OS, &ignored) || !asy_get_be16(&r, &signature_type) || major < 3 || major > 4 ||
        type > 1 || signature_type != SIGNATURE_TYPE)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 4,
                        "lead of version %u, type %u and signature type %u; expected 3 or 4, 0 or 1, and %d", major, type,
                        signature_type, SIGNATURE_TYPE);
    return asy_ok;
}

/* Where the main header begins. */
static assay_status skip_pad(struct asy_rpm *rpm, uint64_t *off)
{
    struct asy_reading *reading = rpm->reading;
    uint64_t end = rpm->signatures.off + rpm->signatures.len;
    uint8_t pad[ALIGN] = { 0 };
    size_t n = (size_t)(-end % ALIGN);
    assay_status s = asy_ok;

    if (n > asy_source_size(reading->document->source) - end)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, end, "the file ends behind the signature header");
    if (n > 0)
        s = asy_source_read(reading->document->source, end, pad, n, &reading->diag);
    for (size_t i = 0; assay_ok(s) && i < n; i++)
        rpm->pad_is_used |= pad[i] != 0;
    *off = end + n;
    return s;
}

static assay_status look_at_payload(struct asy_rpm *rpm)
{
    struct asy_rpm_digest packed[ASY_RPM_DIGESTS], plain[ASY_RPM_DIGESTS];
    const struct asy_source *source = rpm->reading->document->source;
    size_t packed_n = 0, plain_n = 0;
    uint8_t head[5] = { 0 };
    assay_status s = asy_rpm_payload_digests(rpm, false, packed, &packed_n);

    if (assay_ok(s))
        s = asy_rpm_payload_digests(rpm, true, plain, &plain_n);
    if (assay_ok(s) && rpm->payload_len >= sizeof head)
        s = asy_source_read(source, rpm->payload_off, head, sizeof head, &rpm->reading->diag);
    rpm->is_plain = asy_view_is((struct asy_view){ head, sizeof head }, "07070");
    rpm->is_swapped = rpm->is_plain && plain_n > 0 && (packed_n == 0 || !asy_view_eq(packed[0].value, plain[0].value));
    return s;
}

assay_status asy_rpm_open(struct asy_reading *reading, struct asy_rpm *out)
{
    const struct asy_source *source = reading->document->source;
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_rpm rpm = { .reading = reading, .format = 4 };
    uint64_t off = 0;
    assay_status s = read_lead(reading);

    if (assay_ok(s))
        s = asy_rpm_read_header(source, LEAD_LEN, ASY_RPM_SIGNATURES, arena, &rpm.signatures, &reading->diag);
    if (assay_ok(s))
        s = skip_pad(&rpm, &off);
    if (assay_ok(s))
        s = asy_rpm_read_header(source, off, ASY_RPM_IMMUTABLE, arena, &rpm.header, &reading->diag);
    if (assay_ok(s))
        s = asy_rpm_get_number(&rpm.header, ASY_RPM_FORMAT, &rpm.format, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (rpm.format != 4 && rpm.format != 6)
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, 0, "a package of format %llu, known are 4 and 6",
                        (unsigned long long)rpm.format);
    rpm.payload_off = rpm.header.off + rpm.header.len;
    rpm.payload_len = asy_source_size(source) - rpm.payload_off;
    s = look_at_payload(&rpm);
    *out = rpm;
    return s;
}

/* ---- digests ---- */

static void note(const struct asy_rpm *rpm, enum asy_reason reason, const char *text)
{
    asy_add_finding(rpm->reading->dossier, ASY_NOTE, reason, rpm->reading->document, rpm->reading->document, "%s", text);
}

static assay_status bad_digest(const struct asy_rpm *rpm, uint32_t tag)
{
    return asy_fail(&rpm->reading->diag, ASSAY_E_FORMAT, 0, "tag %u is no digest of the algorithm it is for", tag);
}

static assay_status decode(const struct asy_rpm *rpm, uint32_t tag, struct asy_view hex, struct asy_rpm_digest *out)
{
    if (hex.len != 2 * asy_digest_len(out->alg))
        return bad_digest(rpm, tag);
    return asy_hex_decode(rpm->reading->dossier->arena, hex, &out->value) ? asy_ok : bad_digest(rpm, tag);
}

/* One text, alone or as an array, for there is one payload. */
static assay_status read_payload_digest(const struct asy_rpm *rpm, uint32_t tag, enum asy_digest_alg alg,
                                        struct asy_rpm_digest *out, size_t *n)
{
    const struct asy_rpm_entry *entry = asy_rpm_find(&rpm->header, tag);
    struct asy_view *texts = NULL;
    assay_status s;

    if (entry == NULL)
        return asy_ok;
    if ((entry->type != ASY_RPM_STRING && entry->type != ASY_RPM_STRING_ARRAY) || entry->count != 1)
        return bad_digest(rpm, tag);
    if (!asy_rpm_texts(entry, rpm->reading->dossier->arena, &texts))
        return asy_fail(&rpm->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    out[*n].alg = alg;
    s = decode(rpm, tag, texts[0], &out[*n]);
    if (assay_ok(s))
        (*n)++;
    return s;
}

/* The algorithm of the digest that versions 4 and 6 share; version 6 has it in the tag's name. */
static assay_status read_digest_alg(const struct asy_rpm *rpm, enum asy_digest_alg *out)
{
    uint64_t no = 8;
    assay_status s = asy_rpm_get_number(&rpm->header, ASY_RPM_PAYLOAD_DIGEST_ALG, &no, &rpm->reading->diag);

    if (!assay_ok(s))
        return s;
    *out = no > UINT8_MAX ? ASY_DIGEST_NONE : asy_openpgp_digest_of((uint8_t)no);
    if (*out == ASY_DIGEST_NONE || (rpm->format == 6 && *out != ASY_SHA256))
        return asy_fail(&rpm->reading->diag, ASSAY_E_UNSUPPORTED, 0, "payload digest of algorithm %llu",
                        (unsigned long long)no);
    return asy_ok;
}

assay_status asy_rpm_payload_digests(const struct asy_rpm *rpm, bool alternative, struct asy_rpm_digest *out, size_t *n)
{
    static const struct { uint32_t packed, plain; enum asy_digest_alg alg; } tags[ASY_RPM_DIGESTS] = {
        { ASY_RPM_PAYLOAD_DIGEST, ASY_RPM_PAYLOAD_DIGEST_ALT, ASY_DIGEST_NONE },
        { ASY_RPM_PAYLOAD_SHA512, ASY_RPM_PAYLOAD_SHA512_ALT, ASY_SHA512 },
        { ASY_RPM_PAYLOAD_SHA3, ASY_RPM_PAYLOAD_SHA3_ALT, ASY_SHA3_256 },
    };
    enum asy_digest_alg shared = ASY_DIGEST_NONE;
    assay_status s = read_digest_alg(rpm, &shared);

    *n = 0;
    for (size_t i = 0; assay_ok(s) && i < ASY_RPM_DIGESTS; i++)
        s = read_payload_digest(rpm, alternative ? tags[i].plain : tags[i].packed,
                                tags[i].alg == ASY_DIGEST_NONE ? shared : tags[i].alg, out, n);
    return s;
}

static bool add_link(const struct asy_rpm *rpm, const struct asy_rpm_header *place, const struct asy_rpm_digest *digest,
                     struct asy_piece target)
{
    struct asy_dossier *dossier = rpm->reading->dossier;
    struct asy_recipe recipe;
    struct asy_claim *claim;

    if (!asy_recipe_of(dossier->arena, &target, 1, &recipe))
        return false;
    claim = asy_add_claim(dossier, ASY_CLAIM_LINK, rpm->reading->document, NULL);
    if (claim == NULL)
        return false;
    claim->is.link = (struct asy_link){
        .alg = digest->alg,
        .value = digest->value,
        .has_place = true,
        .place_off = place->off,
        .place_len = place->len,
        .target = recipe,
    };
    return true;
}

bool asy_rpm_add_link(const struct asy_rpm *rpm, const struct asy_rpm_digest *digest, struct asy_piece target)
{
    return add_link(rpm, &rpm->header, digest, target);
}

static assay_status full(const struct asy_rpm *rpm)
{
    return asy_fail(&rpm->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

static struct asy_piece header_of(const struct asy_rpm *rpm)
{
    return asy_span(rpm->reading->document, rpm->header.off, rpm->header.len);
}

static struct asy_piece payload_of(const struct asy_rpm *rpm)
{
    return asy_span(rpm->reading->document, rpm->payload_off, rpm->payload_len);
}

static struct asy_piece all_of(const struct asy_rpm *rpm)
{
    return asy_span(rpm->reading->document, rpm->header.off, rpm->header.len + rpm->payload_len);
}

static assay_status link_payload(const struct asy_rpm *rpm)
{
    struct asy_rpm_digest digests[ASY_RPM_DIGESTS];
    size_t n = 0;
    assay_status s = asy_rpm_payload_digests(rpm, rpm->is_swapped, digests, &n);

    for (size_t i = 0; assay_ok(s) && i < n; i++) {
        if (!asy_rpm_add_link(rpm, &digests[i], payload_of(rpm)))
            return full(rpm);
    }
    if (rpm->is_swapped)
        note(rpm, ASY_EVIDENCE_UNCHECKED, "the payload is there uncompressed, as its alternative digest has it; digests "
                                          "of it as it was compressed are not compared");
    return s;
}

static assay_status check_payload_size(const struct asy_rpm *rpm)
{
    uint64_t size = rpm->payload_len;
    assay_status s = asy_rpm_get_number(&rpm->header, rpm->is_swapped ? ASY_RPM_PAYLOAD_SIZE_ALT : ASY_RPM_PAYLOAD_SIZE,
                                        &size, &rpm->reading->diag);

    if (assay_ok(s) && size != rpm->payload_len)
        asy_add_finding(rpm->reading->dossier, ASY_BLOCKS, ASY_SIZE_MISMATCH, rpm->reading->document,
                        rpm->reading->document, "the payload has %llu bytes, the header says %llu",
                        (unsigned long long)rpm->payload_len, (unsigned long long)size);
    return s;
}

static assay_status link_header_hex(const struct asy_rpm *rpm, uint32_t tag, enum asy_digest_alg alg)
{
    struct asy_rpm_digest digest = { .alg = alg };
    struct asy_view hex = { NULL, 0 };
    assay_status s = asy_rpm_get_text(&rpm->signatures, tag, &hex, &rpm->reading->diag);

    if (!assay_ok(s) || hex.data == NULL)
        return s;
    s = decode(rpm, tag, hex, &digest);
    if (assay_ok(s) && !add_link(rpm, &rpm->signatures, &digest, header_of(rpm)))
        return full(rpm);
    return s;
}

static assay_status link_md5(const struct asy_rpm *rpm)
{
    struct asy_rpm_digest digest = { .alg = ASY_MD5 };
    assay_status s = asy_rpm_get_bytes(&rpm->signatures, ASY_RPM_MD5_ALL, &digest.value, &rpm->reading->diag);

    if (!assay_ok(s) || digest.value.data == NULL || rpm->is_swapped)
        return s;
    if (digest.value.len != asy_digest_len(ASY_MD5))
        return bad_digest(rpm, ASY_RPM_MD5_ALL);
    return add_link(rpm, &rpm->signatures, &digest, all_of(rpm)) ? asy_ok : full(rpm);
}

/* Nobody signs these: they tell damage, and bind for those who ask for integrity alone. */
static assay_status link_headers(const struct asy_rpm *rpm)
{
    assay_status s = link_header_hex(rpm, ASY_RPM_SHA1_HEADER, ASY_SHA1);

    if (assay_ok(s))
        s = link_header_hex(rpm, ASY_RPM_SHA256_HEADER, ASY_SHA256);
    if (assay_ok(s))
        s = link_header_hex(rpm, ASY_RPM_SHA3_HEADER, ASY_SHA3_256);
    return assay_ok(s) ? link_md5(rpm) : s;
}

/* ---- signatures ---- */

/* A tag, or an element of one, holds one signature packet. */
static assay_status add_signature(const struct asy_rpm *rpm, struct asy_view packet, struct asy_piece message)
{
    struct asy_openpgp_signed is_signed = { .role = ASY_ROLE_SIGNS };
    size_t n = 0;
    assay_status s;

    if (!asy_recipe_of(rpm->reading->dossier->arena, &message, 1, &is_signed.binary))
        return full(rpm);
    s = asy_openpgp_add_signatures(rpm->reading, packet, &is_signed, &n);
    if (assay_ok(s) && n != 1)
        return asy_fail(&rpm->reading->diag, ASSAY_E_FORMAT, 0, "%zu signatures where there is one", n);
    return s;
}

static assay_status sign_by(const struct asy_rpm *rpm, uint32_t tag, struct asy_piece message)
{
    struct asy_view packet = { NULL, 0 };
    assay_status s = asy_rpm_get_bytes(&rpm->signatures, tag, &packet, &rpm->reading->diag);

    return assay_ok(s) && packet.data != NULL ? add_signature(rpm, packet, message) : s;
}

static assay_status sign_by_array(const struct asy_rpm *rpm, const struct asy_rpm_entry *entry)
{
    struct asy_arena *arena = rpm->reading->dossier->arena;
    struct asy_view *texts = NULL, packet;
    assay_status s = asy_ok;

    if (entry->type != ASY_RPM_STRING_ARRAY || entry->count > rpm->reading->dossier->limits->signatures)
        return asy_fail(&rpm->reading->diag, ASSAY_E_FORMAT, 0, "tag %d: no array of signatures, or too many",
                        ASY_RPM_OPENPGP);
    if (!asy_rpm_texts(entry, arena, &texts))
        return full(rpm);
    for (uint32_t i = 0; assay_ok(s) && i < entry->count; i++) {
        if (!asy_base64_decode(arena, texts[i], &packet))
            return asy_fail(&rpm->reading->diag, ASSAY_E_FORMAT, 0, "tag %d: signature %u is no base64", ASY_RPM_OPENPGP,
                            i + 1);
        s = add_signature(rpm, packet, header_of(rpm));
    }
    return s;
}

static bool has(const struct asy_rpm *rpm, uint32_t tag)
{
    return asy_rpm_find(&rpm->signatures, tag) != NULL;
}

/* Signatures of version 6 replace those before them, and a package of version 6 has none over its payload. */
static assay_status sign(const struct asy_rpm *rpm)
{
    const struct asy_rpm_entry *array = asy_rpm_find(&rpm->signatures, ASY_RPM_OPENPGP);
    bool over_all = has(rpm, ASY_RPM_PGP_ALL) || has(rpm, ASY_RPM_GPG_ALL);
    assay_status s;

    if (array != NULL && (over_all || has(rpm, ASY_RPM_RSA_HEADER) || has(rpm, ASY_RPM_DSA_HEADER)))
        note(rpm, ASY_EVIDENCE_UNCHECKED, "signatures of earlier versions beside those of version 6 are not looked at");
    if (array != NULL)
        return sign_by_array(rpm, array);
    s = sign_by(rpm, ASY_RPM_RSA_HEADER, header_of(rpm));
    if (assay_ok(s))
        s = sign_by(rpm, ASY_RPM_DSA_HEADER, header_of(rpm));
    if (assay_ok(s) && over_all && rpm->format == 6) {
        note(rpm, ASY_EVIDENCE_UNCHECKED, "signatures over header and payload have no place in a package of version 6");
        return asy_ok;
    }
    if (assay_ok(s))
        s = sign_by(rpm, ASY_RPM_PGP_ALL, all_of(rpm));
    return assay_ok(s) ? sign_by(rpm, ASY_RPM_GPG_ALL, all_of(rpm)) : s;
}

/* ---- what the header says of the package ---- */

static bool say(const struct asy_rpm *rpm, enum asy_statement_kind kind, struct asy_view text)
{
    struct asy_statement *statement;

    if (text.len == 0)
        return true;
    statement = asy_add_statement(rpm->reading->dossier, kind, rpm->reading->document);
    if (statement == NULL)
        return false;
    statement->place_off = rpm->header.off;
    statement->place_len = rpm->header.len;
    statement->text = text;
    statement->scheme = ASY_VERSION_RPM;
    return true;
}

#define SHOW(view) (int)((view).len > 4096 ? 4096 : (view).len), (const char *)(view).data

static assay_status say_version(const struct asy_rpm *rpm)
{
    struct asy_view version = { NULL, 0 }, release = { NULL, 0 };
    struct asy_diag *diag = &rpm->reading->diag;
    uint64_t epoch = 0;
    const char *text;
    assay_status s = asy_rpm_get_text(&rpm->header, ASY_RPM_VERSION, &version, diag);

    if (assay_ok(s))
        s = asy_rpm_get_text(&rpm->header, ASY_RPM_RELEASE, &release, diag);
    if (assay_ok(s))
        s = asy_rpm_get_number(&rpm->header, ASY_RPM_EPOCH, &epoch, diag);
    if (!assay_ok(s) || version.len == 0 || release.len == 0)
        return s;
    text = epoch == 0 ? asy_printf(rpm->reading->dossier->arena, "%.*s-%.*s", SHOW(version), SHOW(release))
                      : asy_printf(rpm->reading->dossier->arena, "%llu:%.*s-%.*s", (unsigned long long)epoch,
                                   SHOW(version), SHOW(release));
    return text != NULL && say(rpm, ASY_SAYS_VERSION, asy_view_of(text)) ? asy_ok : full(rpm);
}

static assay_status say_all(const struct asy_rpm *rpm)
{
    struct asy_view name = { NULL, 0 }, arch = { NULL, 0 };
    assay_status s = asy_rpm_get_text(&rpm->header, ASY_RPM_NAME, &name, &rpm->reading->diag);

    if (assay_ok(s))
        s = asy_rpm_get_text(&rpm->header, ASY_RPM_ARCH, &arch, &rpm->reading->diag);
    if (assay_ok(s) && asy_rpm_find(&rpm->header, ASY_RPM_SOURCE_PACKAGE) != NULL)
        arch = ASY_TEXT("src");
    if (assay_ok(s) && (!say(rpm, ASY_SAYS_PACKAGE, name) || !say(rpm, ASY_SAYS_ARCH, arch)))
        return full(rpm);
    return assay_ok(s) ? say_version(rpm) : s;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_rpm rpm;
    assay_status s = asy_rpm_open(reading, &rpm);

    if (assay_ok(s))
        s = sign(&rpm);
    if (assay_ok(s))
        s = link_headers(&rpm);
    if (assay_ok(s))
        s = link_payload(&rpm);
    if (assay_ok(s))
        s = check_payload_size(&rpm);
    if (assay_ok(s))
        s = say_all(&rpm);
    if (!assay_ok(s))
        return s;
    if (rpm.pad_is_used)
        note(&rpm, ASY_ARCHIVE_HIDDEN, "the padding behind the signature header is not zero");
    if (rpm.signatures.outside > 0)
        note(&rpm, ASY_ARCHIVE_HIDDEN, "the signature header has entries outside of its region");
    asy_add_slack(reading->dossier, reading->document, 0, rpm.header.off);
    return asy_ok;
}

static const char *const suffixes[] = { ".rpm", NULL };

const struct asy_format asy_format_rpm = {
    .name = "rpm",
    .title = "RPM packages of versions 4 and 6",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
    .walk = asy_rpm_walk,
};
