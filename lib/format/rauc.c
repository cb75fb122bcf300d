/*
 * Bundles of RAUC (its documentation, "Bundle formats", "Manifest"; the hash tree: crypto/tree.c).
 *
 *   bundle = payload CMS size[8]            size of the CMS message, big-endian
 *   plain:  payload is a squashfs, which the CMS message signs from outside
 *   verity: payload is a squashfs and the hash tree over it; the CMS message holds the manifest, which says the tree's root
 *   crypt:  likewise, and what the tree is over is encrypted
 */
#include "base/text.h"
#include "codec/der.h"
#include "codec/hex.h"
#include "codec/ini.h"
#include "format/signer.h"

enum { SIZE_LEN = 8, BLOCK = 4096, MESSAGE_MIN = 16 };

#define MAGIC "hsqs"
#define SUFFIX ".raucb"

static const struct asy_node_limits limits = { .bytes = (size_t)1 << 20, .depth = 2, .nodes = 2000 };

struct bundle {
    struct asy_reading *reading;
    uint64_t size, payload_len;
    struct asy_view message;
    struct asy_view manifest;      /* in the message, and where it stands in the document */
    uint64_t said_off, said_len;
};

static bool has_name(struct asy_view name)
{
    return asy_view_ends(name, ASY_TEXT(SUFFIX));
}

/* An encrypted bundle has no mark at its beginning. */
static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, ASY_TEXT(MAGIC)) || has_name(glimpse->name);
}

static assay_status full(struct bundle *bundle)
{
    return asy_fail(&bundle->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

/* ---- the message ---- */

static assay_status load_message(struct bundle *bundle, uint64_t len)
{
    struct asy_reading *reading = bundle->reading;
    uint8_t *bytes;
    assay_status s;

    if (len > reading->dossier->limits->document)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "a signature of %llu bytes", (unsigned long long)len);
    bytes = asy_alloc(reading->dossier->arena, (size_t)len, 1);
    if (bytes == NULL)
        return full(bundle);
    s = asy_source_read(reading->document->source, bundle->payload_len, bytes, (size_t)len, &reading->diag);
    bundle->message = (struct asy_view){ bytes, (size_t)len };
    return s;
}

/* The message is all that is between the payload and its own size. */
static assay_status find_message(struct bundle *bundle)
{
    struct asy_reading *reading = bundle->reading;
    uint8_t bytes[SIZE_LEN];
    struct asy_reader r = asy_reader_of((struct asy_view){ bytes, sizeof bytes });
    uint64_t len = 0;
    assay_status s;

    if (bundle->size <= SIZE_LEN)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "no bundle has so few bytes");
    s = asy_source_read(reading->document->source, bundle->size - SIZE_LEN, bytes, sizeof bytes, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (!asy_get_be64(&r, &len) || len < MESSAGE_MIN || len >= bundle->size - SIZE_LEN)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, bundle->size - SIZE_LEN,
                        "the last eight bytes say a signature of %llu bytes in %llu", (unsigned long long)len,
                        (unsigned long long)bundle->size);
    bundle->payload_len = bundle->size - SIZE_LEN - len;
    return load_message(bundle, len);
}

static assay_status check_message(struct bundle *bundle)
{
    struct asy_view type;
    uint8_t tag;

    if (bundle->message.data[0] != 0x30)
        return asy_fail(&bundle->reading->diag, ASSAY_E_FORMAT, bundle->payload_len,
                        "byte %llu: no CMS message where the last eight bytes say that one begins",
                        (unsigned long long)bundle->payload_len);
    if (!asy_cms_peek(bundle->message, &type, &tag))
        return asy_fail(&bundle->reading->diag, ASSAY_E_UNSUPPORTED, bundle->payload_len,
                        "the signature is encrypted for whom the bundle is for, or is none");
    return asy_ok;
}

static assay_status sign(struct bundle *bundle, const struct asy_signed_data *data, uint64_t off, uint64_t len)
{
    struct asy_piece piece = asy_span(bundle->reading->document, off, len);
    struct asy_recipe message;

    return asy_recipe_of(bundle->reading->dossier->arena, &piece, 1, &message)
               ? asy_claim_signers(bundle->reading, data, message)
               : full(bundle);
}

/* ---- the manifest ---- */

static struct asy_view text_of(const struct asy_node *group, const char *key)
{
    const struct asy_node *node = asy_node_get(group, key);

    return node == NULL ? (struct asy_view){ NULL, 0 } : node->text;
}

static assay_status malformed(struct bundle *bundle, const char *what)
{
    return asy_fail(&bundle->reading->diag, ASSAY_E_FORMAT, bundle->said_off, "the manifest %s", what);
}

static bool get_sha256(struct bundle *bundle, struct asy_view hex, struct asy_view *out)
{
    return hex.len == 2 * asy_digest_len(ASY_SHA256) && asy_hex_decode(bundle->reading->dossier->arena, hex, out);
}

static assay_status link_payload(struct bundle *bundle, const struct asy_node *group)
{
    struct asy_reading *reading = bundle->reading;
    struct asy_view root, salt;
    struct asy_piece tree;
    struct asy_claim *claim;
    uint64_t tree_len = 0;

    if (!get_sha256(bundle, text_of(group, "verity-hash"), &root) ||
        !get_sha256(bundle, text_of(group, "verity-salt"), &salt))
        return malformed(bundle, "has no verity-hash or verity-salt of 64 hex digits");
    if (!asy_parse_u64(text_of(group, "verity-size"), &tree_len) || tree_len == 0 || tree_len % BLOCK != 0 ||
        tree_len >= bundle->payload_len || bundle->payload_len % BLOCK != 0)
        return malformed(bundle, "has a verity-size that is not of blocks in the payload");
    tree = asy_tree_piece(reading->document, 0, bundle->payload_len - tree_len, tree_len, salt);
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL || !asy_recipe_of(reading->dossier->arena, &tree, 1, &claim->is.link.target))
        return full(bundle);
    claim->is.link.alg = ASY_SHA256;
    claim->is.link.value = root;
    claim->is.link.has_place = true;
    claim->is.link.place_off = bundle->said_off;
    claim->is.link.place_len = bundle->said_len;
    return asy_ok;
}

static assay_status say(struct bundle *bundle, enum asy_statement_kind kind, struct asy_view text)
{
    struct asy_statement *statement =
        text.len == 0 ? NULL : asy_add_statement(bundle->reading->dossier, kind, bundle->reading->document);

    if (statement == NULL)
        return text.len == 0 ? asy_ok : full(bundle);
    statement->text = text;
    if (bundle->said_len > 0) {
        statement->place_off = bundle->said_off;
        statement->place_len = bundle->said_len;
    }
    return asy_ok;
}

/* What an index names lies in a store of chunks that is elsewhere. */
static void note_chunks(struct bundle *bundle, const struct asy_node *root)
{
    for (const struct asy_node *group = root->first; group != NULL; group = group->next) {
        struct asy_view name = text_of(group, "filename");

        if (asy_view_starts(group->key, ASY_TEXT("image.")) &&
            (asy_view_ends(name, ASY_TEXT(".caibx")) || asy_view_ends(name, ASY_TEXT(".caidx"))))
            asy_add_finding(bundle->reading->dossier, ASY_NOTE, ASY_EVIDENCE_UNCHECKED, bundle->reading->document,
                            bundle->reading->document, "%.*s: the chunks that this index names are not here",
                            (int)(name.len < 100 ? name.len : 100), (const char *)name.data);
    }
}

static assay_status read_manifest(struct bundle *bundle)
{
    struct asy_reading *reading = bundle->reading;
    const struct asy_node *root = NULL, *update;
    struct asy_view format;
    assay_status s = asy_ini_parse(reading->dossier->arena, bundle->manifest, &limits, &root, &reading->diag);

    if (!assay_ok(s))
        return s;
    update = asy_node_get(root, "update");
    format = text_of(asy_node_get(root, "bundle"), "format");
    if (!asy_view_is(format, "verity") && !asy_view_is(format, "crypt"))
        return malformed(bundle, "is in the signature, and its format is neither verity nor crypt");
    s = link_payload(bundle, asy_node_get(root, "bundle"));
    if (assay_ok(s))
        s = say(bundle, ASY_SAYS_BUNDLE, format);
    if (assay_ok(s))
        s = say(bundle, ASY_SAYS_PACKAGE, text_of(update, "compatible"));
    if (assay_ok(s))
        s = say(bundle, ASY_SAYS_VERSION, text_of(update, "version"));
    note_chunks(bundle, root);
    return s;
}

/* ---- the whole ---- */

static assay_status read_attached(struct bundle *bundle, const struct asy_signed_data *data)
{
    struct asy_reading *reading = bundle->reading;
    uint64_t end;
    assay_status s;

    if (data->rewritten || data->content_tag != ASY_DER_OCTETS || data->content.len == 0)
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, bundle->payload_len,
                        "the manifest in the signature is empty, or in pieces (BER)");
    bundle->said_off = bundle->payload_len + data->came.at;
    bundle->said_len = data->came.len;
    bundle->manifest = data->content;
    s = sign(bundle, data, bundle->said_off, bundle->said_len);
    if (assay_ok(s))
        s = read_manifest(bundle);
    end = bundle->said_off + bundle->said_len;
    asy_add_slack(reading->dossier, reading->document, bundle->payload_len, bundle->said_off - bundle->payload_len);
    asy_add_slack(reading->dossier, reading->document, end, bundle->size - end);
    return s;
}

static assay_status read_detached(struct bundle *bundle, const struct asy_signed_data *data)
{
    struct asy_reading *reading = bundle->reading;
    assay_status s = sign(bundle, data, 0, bundle->payload_len);

    asy_add_slack(reading->dossier, reading->document, bundle->payload_len, bundle->size - bundle->payload_len);
    return assay_ok(s) ? say(bundle, ASY_SAYS_BUNDLE, ASY_TEXT("plain")) : s;
}

static assay_status check_payload(struct bundle *bundle)
{
    static const uint8_t magic[] = MAGIC;
    uint8_t bytes[sizeof magic - 1];
    assay_status s;

    if (bundle->payload_len < sizeof bytes)
        return asy_fail(&bundle->reading->diag, ASSAY_E_FORMAT, 0, "a payload that is no squashfs");
    s = asy_source_read(bundle->reading->document->source, 0, bytes, sizeof bytes, &bundle->reading->diag);
    if (assay_ok(s) && !asy_view_eq((struct asy_view){ bytes, sizeof bytes }, (struct asy_view){ magic, sizeof bytes }))
        return asy_fail(&bundle->reading->diag, ASSAY_E_FORMAT, 0, "a payload that is no squashfs");
    return s;
}

static assay_status read(struct asy_reading *reading)
{
    struct bundle bundle = { .reading = reading, .size = asy_source_size(reading->document->source) };
    struct asy_signed_data *data = asy_alloc(reading->dossier->arena, 1, sizeof *data);
    assay_status s = data == NULL ? full(&bundle) : find_message(&bundle);

    if (assay_ok(s))
        s = check_message(&bundle);
    if (s.code == ASSAY_E_FORMAT && !has_name(asy_view_of(reading->document->name)))
        return asy_ok; /* a squashfs like any other: it says nothing of itself */
    if (assay_ok(s))
        s = asy_signed_data_read(reading->dossier->arena, asy_reader_of(bundle.message), data, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (data->has_content)
        return read_attached(&bundle, data);
    s = check_payload(&bundle);
    return assay_ok(s) ? read_detached(&bundle, data) : s;
}

static const char *const suffixes[] = { SUFFIX, NULL };

const struct asy_format asy_format_rauc = {
    .name = "rauc",
    .title = "RAUC bundles: plain, verity with its hash tree, crypt with that of what is encrypted",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
