#include "format/openpgp_signer.h"

#include "codec/openpgp_armor.h"
#include "codec/openpgp_signature.h"

static struct asy_scheme scheme_of(const struct asy_openpgp_signature *packet)
{
    enum asy_signature_alg alg = asy_openpgp_signature_alg(packet->alg);

    return (struct asy_scheme){
        .alg = alg, .digest = packet->digest, .is_number = alg == ASY_SIG_RSA_PKCS1, .alg_name = asy_openpgp_alg_name(packet->alg),
    };
}

/* The scheme, or one that nobody can answer and its name; false when the arena is full. */
static bool read_scheme(struct asy_arena *arena, const struct asy_openpgp_signature *packet,
                        const struct asy_openpgp_signed *is_signed, struct asy_scheme *out)
{
    const char *other = NULL;

    *out = (struct asy_scheme){ .alg = ASY_SIG_OTHER };
    if (packet->trailer.len == 0)
        other = asy_printf(arena, "OpenPGP signature of version %u", (unsigned)packet->version);
    else if (packet->type != ASY_PGP_OVER_BINARY && packet->type != ASY_PGP_OVER_TEXT)
        other = asy_printf(arena, "OpenPGP signature of type 0x%02x, which is not over data", (unsigned)packet->type);
    else if ((packet->type == ASY_PGP_OVER_TEXT ? is_signed->text : is_signed->binary).n == 0)
        other = asy_printf(arena, "OpenPGP signature of type 0x%02x, which is not used here", (unsigned)packet->type);
    else if (!asy_digest_known(packet->digest))
        other = asy_printf(arena, "OpenPGP signature with digest %u", (unsigned)packet->hash);
    else
        *out = scheme_of(packet);
    if (out->alg_name == NULL)
        out->alg_name = other;
    return out->alg_name != NULL;
}

/* RFC 9580 5.2.4: salt, what is signed, trailer.  EdDSA is over the digest of that (RFC 9580 5.2.3.3 to 5.2.3.5). */
static bool message_of(struct asy_arena *arena, const struct asy_openpgp_signature *packet,
                       const struct asy_scheme *scheme, struct asy_recipe content, struct asy_recipe *out)
{
    struct asy_piece *pieces = asy_alloc(arena, content.n + 2, sizeof *pieces), digest;
    size_t n = 0;

    if (pieces == NULL)
        return false;
    if (packet->salt.len > 0)
        pieces[n++] = asy_literal(packet->salt);
    for (size_t i = 0; i < content.n; i++)
        pieces[n++] = content.pieces[i];
    pieces[n++] = asy_literal(packet->trailer);
    *out = (struct asy_recipe){ pieces, n };
    if (scheme->alg != ASY_SIG_ED25519 && scheme->alg != ASY_SIG_ED448)
        return true;
    digest = asy_digest_piece(scheme->digest, *out);
    return asy_recipe_of(arena, &digest, 1, out);
}

/* The part that the packet itself says. */
static const struct asy_openpgp *words_of(struct asy_arena *arena, const struct asy_openpgp_signature *packet)
{
    struct asy_openpgp *out = asy_alloc(arena, 1, sizeof *out);
    struct asy_view *issuers = asy_alloc(arena, packet->issuers_n + 1, sizeof *issuers);

    if (out == NULL || issuers == NULL)
        return NULL;
    for (size_t i = 0; i < packet->issuers_n; i++)
        issuers[i] = packet->issuers[i];
    *out = (struct asy_openpgp){
        .version = packet->version,
        .issuers = issuers,
        .issuers_n = packet->issuers_n,
        .flaw = packet->flaw,
        .created = packet->created,
        .has_expiry = packet->has_expiry && packet->expiry > 0,
        .expiry = (int64_t)packet->created + packet->expiry,
    };
    return out;
}

assay_status asy_openpgp_add_signature(struct asy_reading *reading, struct asy_view body,
                                       const struct asy_openpgp_signed *is_signed, asy_claim_no *no)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_openpgp_signature packet;
    struct asy_signature signature = { .role = is_signed->role, .of = is_signed->of };
    struct asy_recipe content;
    struct asy_claim *claim;
    assay_status s = asy_openpgp_read_signature(arena, body, &packet, &reading->diag);

    if (!assay_ok(s))
        return s;
    content = packet.type == ASY_PGP_OVER_TEXT ? is_signed->text : is_signed->binary;
    if (content.n == 0) /* to say at least what it is not checked against */
        content = is_signed->binary.n > 0 ? is_signed->binary : is_signed->text;
    signature.value = packet.value;
    signature.openpgp = words_of(arena, &packet);
    signature.key_id = packet.issuers_n > 0 ? packet.issuers[0] : signature.key_id;
    signature.has_claimed_time = packet.has_created;
    signature.claimed_time = packet.created;
    if (signature.openpgp == NULL || !read_scheme(arena, &packet, is_signed, &signature.scheme) ||
        !message_of(arena, &packet, &signature.scheme, content, &signature.message))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, no);
    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
    claim->is.signature = signature;
    return asy_ok;
}

assay_status asy_openpgp_add_signatures(struct asy_reading *reading, struct asy_view packets,
                                        const struct asy_openpgp_signed *is_signed, size_t *n)
{
    struct asy_reader r = asy_reader_of(packets);
    struct asy_openpgp_packet packet;
    size_t found = 0;

    while (!asy_at_end(&r)) {
        size_t at = r.at;
        assay_status s;

        if (!asy_get_openpgp_packet(&r, reading->dossier->arena, &packet))
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, at, "byte %zu: no OpenPGP packet, or one cut short", at);
        if (packet.type == ASY_PGP_MARKER || packet.type == ASY_PGP_PADDING)
            continue; /* RFC 9580 5.8, 5.14: to be ignored */
        if (packet.type != ASY_PGP_SIGNATURE)
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, at,
                            "byte %zu: an OpenPGP packet of type %u, expected signatures alone", at,
                            (unsigned)packet.type);
        s = asy_openpgp_add_signature(reading, packet.body, is_signed, NULL);
        if (!assay_ok(s))
            return s;
        found++;
    }
    if (found == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "no OpenPGP signature");
    if (n != NULL)
        *n = found;
    return asy_ok;
}

assay_status asy_openpgp_add_detached(struct asy_reading *reading, struct asy_view file,
                                      const struct asy_openpgp_signed *is_signed)
{
    struct asy_view packets = file;
    assay_status s = asy_ok;

    if (file.len > 0 && file.data[0] < 0x80) /* every packet begins with the top bit set */
        s = asy_openpgp_dearmor(reading->dossier->arena, file, "PGP SIGNATURE", &packets, &reading->diag);
    return assay_ok(s) ? asy_openpgp_add_signatures(reading, packets, is_signed, NULL) : s;
}
