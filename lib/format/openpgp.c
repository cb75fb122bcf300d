/*
 * OpenPGP (RFC 9580): detached signatures, signed text and signed messages.
 *
 *   detached = signature packets, binary or in armor, one for each signer
 *   text     = cleartext framework (section 7), one frame and nothing around it
 *   message  = one-pass*, literal, signature*    as many of one as of the other, the first for the last
 *            | signature*, literal
 *            | compressed message, one layer, with nothing beside it
 *
 * What a text or message holds is an item of its own, and read in its turn: only what was signed is ever parsed.
 */
#include "format/openpgp_signer.h"

#include "base/text.h"
#include "codec/openpgp_armor.h"
#include "codec/openpgp_signature.h"
#include "io/canonical.h"
#include "io/inflate.h"

#include <string.h>

enum { SIGNERS_MAX = 64, ONE_PASS_V3 = 3, ONE_PASS_V6 = 6 };

static const char *const suffixes[] = { ".asc", ".sig", ".gpg", ".pgp", NULL };

/* ---- recognition ---- */

static bool is_signature_head(struct asy_view body)
{
    /* a version that exists or might, and for those that do a type of the registry's ranges */
    return body.len > 1 && body.data[0] >= 2 && body.data[0] <= 10 &&
           (body.data[0] == 3 ? body.data[1] == 5 : body.data[0] < 4 || body.data[0] > 6 || body.data[1] <= 0x50);
}

static bool is_one_pass_head(struct asy_view body)
{
    return body.len >= 12 && body.data[0] <= 10 && body.data[1] <= 1;
}

static bool is_literal_head(struct asy_view body)
{
    return body.len >= 6 && (body.data[0] == 'b' || body.data[0] == 't' || body.data[0] == 'u');
}

/* The bytes behind the header of the first packet, as far as they are there. */
static bool begins_like_openpgp(struct asy_view head)
{
    struct asy_view body;
    uint8_t type;

    if (!asy_begins_openpgp_packet(head, &type, &body))
        return false;
    switch (type) {
    case ASY_PGP_SIGNATURE:
        return is_signature_head(body);
    case ASY_PGP_ONE_PASS:
        return is_one_pass_head(body);
    case ASY_PGP_LITERAL:
        return is_literal_head(body);
    case ASY_PGP_COMPRESSED: /* RFC 9580 9.4 */
        return body.len > 1 && body.data[0] <= 3;
    case ASY_PGP_MARKER:
        return asy_view_is(asy_view_head(body, 3), "PGP");
    default:
        return false;
    }
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_is_openpgp_armor(glimpse->head, "PGP SIGNATURE") ||
           asy_is_openpgp_armor(glimpse->head, "PGP SIGNED MESSAGE") ||
           asy_is_openpgp_armor(glimpse->head, "PGP MESSAGE") || begins_like_openpgp(glimpse->head);
}

/* ---- what is signed ---- */

/* The document's name without the ending of a signed file: what it holds is called so. */
static const char *inner_name(struct asy_reading *reading)
{
    struct asy_view name = asy_view_of(reading->document->name);

    for (size_t i = 0; suffixes[i] != NULL; i++) {
        struct asy_view suffix = asy_view_of(suffixes[i]);

        if (name.len > suffix.len && asy_view_ends(name, suffix))
            return asy_copy_text(reading->dossier->arena, asy_view_head(name, name.len - suffix.len));
    }
    return reading->document->name;
}

static assay_status full(struct asy_reading *reading)
{
    return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory or number of items of the job");
}

/* Bytes that a run of the document holds, whoever says which says the other. */
static struct asy_item *add_content(struct asy_reading *reading, uint64_t off, uint64_t len, struct asy_source *source)
{
    struct asy_item *item = asy_add_derived(reading->dossier, reading->document, off, len, inner_name(reading), source);

    if (item != NULL)
        item->says_parent = true;
    return item;
}

static bool recipe_of_item(struct asy_reading *reading, struct asy_item *item, struct asy_recipe *out)
{
    struct asy_piece whole = asy_whole(item);

    return asy_recipe_of(reading->dossier->arena, &whole, 1, out);
}

/* The text that is in an item's bytes, every line ended by CR LF. */
static assay_status text_of_item(struct asy_reading *reading, struct asy_item *item, struct asy_recipe *out)
{
    struct asy_source *source;
    struct asy_item *text;
    assay_status s = asy_source_canonical(reading->dossier->arena, item->source, reading->dossier->limits->subject,
                                          &source, &reading->diag);

    if (!assay_ok(s))
        return s;
    text = asy_add_derived(reading->dossier, item, 0, ASY_TO_END, item->name, source);
    if (text == NULL || !recipe_of_item(reading, text, out))
        return full(reading);
    text->says_parent = true;
    return asy_ok;
}

/* True when a packet signs text, for which another form of the file is read. */
static bool has_text_signature(struct asy_reading *reading, struct asy_view packets)
{
    struct asy_reader r = asy_reader_of(packets);
    struct asy_openpgp_packet packet;
    struct asy_openpgp_signature signature;

    while (!asy_at_end(&r) && asy_get_openpgp_packet(&r, reading->dossier->arena, &packet)) {
        if (packet.type == ASY_PGP_SIGNATURE &&
            assay_ok(asy_openpgp_read_signature(reading->dossier->arena, packet.body, &signature, NULL)) &&
            signature.type == ASY_PGP_OVER_TEXT)
            return true;
    }
    return false;
}

static assay_status signed_of_item(struct asy_reading *reading, struct asy_item *item, struct asy_view packets,
                                   struct asy_openpgp_signed *out)
{
    *out = (struct asy_openpgp_signed){ .role = ASY_ROLE_SIGNS };
    if (!recipe_of_item(reading, item, &out->binary))
        return full(reading);
    return has_text_signature(reading, packets) ? text_of_item(reading, item, &out->text) : asy_ok;
}

/* Of what else lies behind the packets nobody could say anything. */
static bool is_all_signatures(struct asy_reading *reading, struct asy_view packets)
{
    struct asy_reader r = asy_reader_of(packets);
    struct asy_openpgp_packet packet;
    struct asy_openpgp_signature signature;

    while (!asy_at_end(&r)) {
        if (!asy_get_openpgp_packet(&r, reading->dossier->arena, &packet))
            return false;
        if (packet.type == ASY_PGP_SIGNATURE
                ? !assay_ok(asy_openpgp_read_signature(reading->dossier->arena, packet.body, &signature, NULL))
                : packet.type != ASY_PGP_MARKER && packet.type != ASY_PGP_PADDING)
            return false;
    }
    return true;
}

static assay_status read_detached(struct asy_reading *reading, struct asy_view packets)
{
    struct asy_openpgp_signed is_signed;
    assay_status s;

    if (reading->about == NULL)
        return is_all_signatures(reading, packets)
                   ? asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the file that it signs is not there")
                   : asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "no OpenPGP signatures, or bytes that are none of their packets");
    s = signed_of_item(reading, reading->about, packets, &is_signed);
    return assay_ok(s) ? asy_openpgp_add_signatures(reading, packets, &is_signed, NULL) : s;
}

/* ---- signed text ---- */

static assay_status read_cleartext(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_openpgp_signed is_signed = { .role = ASY_ROLE_SIGNS };
    struct asy_openpgp_cleartext found;
    struct asy_item *canonical, *text;
    size_t off, end;
    assay_status s = asy_openpgp_read_cleartext(arena, reading->bytes, &found, &reading->diag);

    if (!assay_ok(s))
        return s;
    reading->document->about = NULL; /* it is about what it holds */
    off = found.lines.len == 0 ? 0 : (size_t)(found.lines.data - reading->bytes.data);
    end = off + found.lines.len;
    if (found.lines.len == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the signed text is empty");
    canonical = add_content(reading, off, found.lines.len, asy_source_of_memory(arena, found.canonical));
    text = add_content(reading, off, found.lines.len, asy_source_of_memory(arena, found.text));
    if (canonical == NULL || text == NULL || !recipe_of_item(reading, canonical, &is_signed.text))
        return full(reading);
    text->says_parent = false;
    text->is_evidence = true;
    s = asy_openpgp_add_signatures(reading, found.signatures, &is_signed, NULL);
    if (!assay_ok(s))
        return s;
    asy_add_slack(reading->dossier, reading->document, 0, off);
    asy_add_slack(reading->dossier, reading->document, end, reading->bytes.len - end);
    return asy_ok;
}

/* ---- messages ---- */

struct one_pass {
    uint8_t version, type, hash, alg;
};

struct message {
    struct one_pass one_passes[SIGNERS_MAX];
    size_t one_passes_n;
    struct asy_view signatures[SIGNERS_MAX]; /* bodies */
    size_t signatures_n, before_n;           /* before the literal: they have no one-pass packets */
    bool has_literal, is_chunked;
    struct asy_view literal; /* the data */
};

/* RFC 9580 5.4 */
static bool read_one_pass(struct asy_view body, struct one_pass *out)
{
    struct asy_reader r = asy_reader_of(body);
    struct asy_view issuer, salt;
    uint8_t len, nested;

    if (!asy_get_u8(&r, &out->version) || !asy_get_u8(&r, &out->type) || !asy_get_u8(&r, &out->hash) ||
        !asy_get_u8(&r, &out->alg))
        return false;
    if (out->version == ONE_PASS_V6)
        return asy_get_u8(&r, &len) && asy_get_view(&r, len, &salt) && asy_get_view(&r, 32, &issuer) &&
               asy_get_u8(&r, &nested) && asy_at_end(&r);
    return out->version == ONE_PASS_V3 && asy_get_view(&r, 8, &issuer) && asy_get_u8(&r, &nested) && asy_at_end(&r);
}

/* RFC 9580 5.9: a format, a name, a date, which nobody signs; the data. */
static bool read_literal(const struct asy_openpgp_packet *packet, struct message *out)
{
    struct asy_reader r = asy_reader_of(packet->body);
    struct asy_view name, date;
    uint8_t format, len;

    if (out->has_literal || !asy_get_u8(&r, &format) || !asy_get_u8(&r, &len) || !asy_get_view(&r, len, &name) ||
        !asy_get_view(&r, 4, &date))
        return false;
    out->has_literal = true;
    out->is_chunked = packet->chunks_n > 1;
    out->literal = r.rest;
    return true;
}

static bool add_packet(const struct asy_openpgp_packet *packet, struct message *out)
{
    switch (packet->type) {
    case ASY_PGP_ONE_PASS:
        return !out->has_literal && out->signatures_n == 0 && out->one_passes_n < SIGNERS_MAX &&
               read_one_pass(packet->body, &out->one_passes[out->one_passes_n++]);
    case ASY_PGP_LITERAL:
        out->before_n = out->signatures_n;
        return read_literal(packet, out);
    case ASY_PGP_SIGNATURE:
        if (out->signatures_n == SIGNERS_MAX)
            return false;
        out->signatures[out->signatures_n++] = packet->body;
        return true;
    case ASY_PGP_MARKER:
    case ASY_PGP_PADDING:
        return true;
    default:
        return false;
    }
}

/* What the one-pass packet promised is what the signature is: its reader has chosen the digest by it (RFC 9580 5.4). */
static bool is_promised(struct asy_reading *reading, const struct one_pass *one_pass, struct asy_view body)
{
    struct asy_openpgp_signature signature;

    if (!assay_ok(asy_openpgp_read_signature(reading->dossier->arena, body, &signature, &reading->diag)))
        return false;
    return signature.trailer.len == 0 || (signature.type == one_pass->type && signature.hash == one_pass->hash &&
                                          signature.alg == one_pass->alg &&
                                          (signature.version == 6) == (one_pass->version == ONE_PASS_V6));
}

static assay_status check_order(struct asy_reading *reading, const struct message *message)
{
    size_t n = message->one_passes_n;

    if (message->has_literal && message->signatures_n == 0 && n == 0)
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, 0, "an OpenPGP message that nobody has signed");
    if (!message->has_literal || message->signatures_n == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "OpenPGP message without %s",
                        message->has_literal ? "a signature" : "content");
    if (n != message->signatures_n - message->before_n || (n > 0 && message->before_n > 0))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0,
                        "OpenPGP message: %zu signatures behind the content, and %zu one-pass packets before it",
                        message->signatures_n - message->before_n, n);
    for (size_t i = 0; i < n; i++) {
        if (!is_promised(reading, &message->one_passes[i], message->signatures[n - 1 - i]))
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0,
                            "OpenPGP message: a one-pass packet does not fit its signature");
    }
    return asy_ok;
}

static bool has_text(struct asy_reading *reading, const struct message *message)
{
    struct asy_openpgp_signature signature;

    for (size_t i = 0; i < message->signatures_n; i++) {
        if (assay_ok(asy_openpgp_read_signature(reading->dossier->arena, message->signatures[i], &signature, NULL)) &&
            signature.type == ASY_PGP_OVER_TEXT)
            return true;
    }
    return false;
}

/* Where the content stands in the document as it is, what is around it is framing; else all of it is. */
static struct asy_item *add_literal(struct asy_reading *reading, const struct message *message, bool in_place)
{
    struct asy_source *source = asy_source_of_memory(reading->dossier->arena, message->literal);
    size_t off, end;

    if (!in_place || message->is_chunked || message->literal.len == 0)
        return add_content(reading, 0, ASY_TO_END, source);
    off = (size_t)(message->literal.data - reading->bytes.data);
    end = off + message->literal.len;
    asy_add_slack(reading->dossier, reading->document, 0, off);
    asy_add_slack(reading->dossier, reading->document, end, reading->bytes.len - end);
    return add_content(reading, off, message->literal.len, source);
}

static assay_status claim_message(struct asy_reading *reading, const struct message *message, bool in_place)
{
    struct asy_openpgp_signed is_signed = { .role = ASY_ROLE_SIGNS };
    assay_status s = check_order(reading, message);
    struct asy_item *content;

    if (!assay_ok(s))
        return s;
    reading->document->about = NULL; /* it is about what it holds */
    content = add_literal(reading, message, in_place);
    if (content == NULL || !recipe_of_item(reading, content, &is_signed.binary))
        return full(reading);
    content->is_evidence = true;
    if (has_text(reading, message))
        s = text_of_item(reading, content, &is_signed.text);
    for (size_t i = 0; assay_ok(s) && i < message->signatures_n; i++)
        s = asy_openpgp_add_signature(reading, message->signatures[i], &is_signed, NULL);
    return s;
}

/* RFC 1950 2.2: deflate, a window, no dictionary, a check. */
static bool is_zlib_head(struct asy_view body)
{
    return body.len > 6 && (body.data[0] & 0x0f) == 8 && (body.data[1] & 0x20) == 0 &&
           (body.data[0] * 256U + body.data[1]) % 31 == 0;
}

static assay_status unpack(struct asy_reading *reading, struct asy_view body, enum asy_packing packing, size_t tail,
                           struct asy_view *out)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_source *source = asy_source_of_memory(arena, body);
    size_t room = (size_t)reading->dossier->limits->document, got = 0;
    struct asy_unpacker *unpacker;
    uint8_t *bytes = NULL;
    size_t size = 0;
    assay_status s;

    if (source == NULL)
        return full(reading);
    s = asy_source_open(source, &reading->diag);
    /* twice: to learn the length, which is not told, and to fill memory of that length */
    for (int pass = 0; assay_ok(s) && pass < 2; pass++) {
        uint8_t part[4096];

        s = asy_unpacker_new(source, 0, body.len, packing, room, &unpacker, &reading->diag);
        if (!assay_ok(s))
            break;
        if (pass == 1) {
            bytes = asy_alloc(arena, size + 1, 1);
            s = bytes == NULL ? full(reading) : asy_unpack(unpacker, bytes, size, &got, &reading->diag);
        } else {
            do {
                s = asy_unpack(unpacker, part, sizeof part, &got, &reading->diag);
                size += assay_ok(s) ? got : 0;
            } while (assay_ok(s) && got == sizeof part);
            if (assay_ok(s) && asy_unpack_left(unpacker) != tail)
                s = asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "bytes behind the compressed message");
        }
        asy_unpacker_free(unpacker);
    }
    asy_source_close(source);
    if (assay_ok(s))
        *out = (struct asy_view){ bytes, size };
    return s;
}

/* RFC 9580 5.6, 9.4 */
static assay_status decompress(struct asy_reading *reading, struct asy_view packet, struct asy_view *out)
{
    struct asy_view body = asy_view_from(packet, 1);

    switch (packet.len == 0 ? 255 : packet.data[0]) {
    case 0:
        *out = body;
        return asy_ok;
    case 1:
        return unpack(reading, body, ASY_PACKED_DEFLATE, 0, out);
    case 2:
        if (is_zlib_head(body))
            return unpack(reading, asy_view_from(body, 2), ASY_PACKED_DEFLATE, 4, out);
        break;
    case 3:
        return unpack(reading, body, ASY_PACKED_BZIP2, 0, out);
    default:
        break;
    }
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "OpenPGP message compressed by a method that is not known");
}

static bool is_encrypted(uint8_t type)
{
    return type == 1 || type == 3 || type == 9 || type == 18 || type == 20; /* RFC 9580 5.1, 5.3, 5.7, 5.13, 5.16 */
}

/* `outer`: compression may still come, and the bytes are the document's own or its armor's. */
static assay_status read_message(struct asy_reading *reading, struct asy_view bytes, bool outer, bool in_place)
{
    struct message *message = asy_alloc(reading->dossier->arena, 1, sizeof *message);
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_openpgp_packet packet;
    struct asy_view inner;
    assay_status s;

    if (message == NULL)
        return full(reading);
    while (!asy_at_end(&r)) {
        size_t at = r.at;

        if (!asy_get_openpgp_packet(&r, reading->dossier->arena, &packet))
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, at, "byte %zu: no OpenPGP packet, or one cut short", at);
        if (is_encrypted(packet.type))
            return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, at, "an encrypted OpenPGP message");
        if (packet.type == ASY_PGP_COMPRESSED && outer && at == 0 && asy_at_end(&r)) {
            s = decompress(reading, packet.body, &inner);
            return assay_ok(s) ? read_message(reading, inner, false, false) : s;
        }
        if (!add_packet(&packet, message))
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, at,
                            "byte %zu: an OpenPGP packet of type %u that is malformed or not in its place", at,
                            (unsigned)packet.type);
    }
    return claim_message(reading, message, in_place);
}

/* Signature packets alone are detached signatures. */
static bool is_detached(struct asy_reading *reading, struct asy_view bytes)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_openpgp_packet packet;
    bool any = false;

    while (asy_get_openpgp_packet(&r, reading->dossier->arena, &packet)) {
        if (packet.type == ASY_PGP_SIGNATURE)
            any = true;
        else if (packet.type != ASY_PGP_MARKER && packet.type != ASY_PGP_PADDING)
            return false;
    }
    return any;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_view bytes = reading->bytes;
    bool in_place = true;
    assay_status s = asy_ok;

    if (asy_is_openpgp_armor(bytes, "PGP SIGNED MESSAGE"))
        return read_cleartext(reading);
    if (asy_is_openpgp_armor(bytes, "PGP SIGNATURE")) {
        s = asy_openpgp_dearmor_signatures(arena, bytes, &bytes, &reading->diag);
        return assay_ok(s) ? read_detached(reading, bytes) : s;
    }
    if (asy_is_openpgp_armor(bytes, "PGP MESSAGE")) {
        in_place = false;
        s = asy_openpgp_dearmor(arena, bytes, "PGP MESSAGE", &bytes, &reading->diag);
    }
    if (!assay_ok(s))
        return s;
    return is_detached(reading, bytes) ? read_detached(reading, bytes) : read_message(reading, bytes, true, in_place);
}

const struct asy_format asy_format_openpgp = {
    .name = "openpgp",
    .title = "OpenPGP signatures: detached, signed text, signed messages",
    .kind = ASY_KIND_SIGNATURE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
