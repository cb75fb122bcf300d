/*
 * A file's digest in a file of its own, "agent.bin.sha256": hex digits, at most one line end, nothing else.
 *
 * The algorithm is the caller's word, else the one that the suffix names, else the common one of the length.
 */
#include "format/listing.h"

#include "codec/hex.h"

enum { LONGEST = 2 * ASY_DIGEST_MAX + 2 };

static bool get_hex(struct asy_view bytes, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_view hex = asy_leading_hex(bytes);

    if (!asy_is_digest_length(hex.len) || !asy_get_text(&r, hex))
        return false;
    if (!asy_at_end(&r) && !asy_get_text(&r, ASY_TEXT("\n")) && !asy_get_text(&r, ASY_TEXT("\r\n")))
        return false;
    *out = hex;
    return asy_at_end(&r);
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_view hex;

    return glimpse->whole && glimpse->head.len <= LONGEST && get_hex(glimpse->head, &hex);
}

/* The algorithm that the name's suffix names; NONE when it names none. */
static enum asy_digest_alg suffix_alg(const struct asy_reading *reading)
{
    struct asy_reader r = asy_reader_of(asy_document_name(reading));
    struct asy_view part;

    while (asy_get_until(&r, '.', &part))
        continue;
    return asy_digest_of_name(r.rest);
}

static assay_status choose_alg(struct asy_reading *reading, size_t digits, enum asy_digest_alg *out)
{
    enum asy_digest_alg named = suffix_alg(reading);

    if (named != ASY_DIGEST_NONE && 2 * asy_digest_len(named) != digits)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 1, "line 1: %zu hex digits, expected the %zu of %s",
                        digits, 2 * asy_digest_len(named), asy_digest_name(named));
    *out = asy_listing_alg(reading, digits);
    if (named != ASY_DIGEST_NONE && *out != reading->assumed)
        *out = named;
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_link link = { .line = 1 };
    struct asy_claim *claim;
    struct asy_piece file;
    struct asy_view hex;
    assay_status s;

    if (!get_hex(reading->bytes, &hex))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 1,
                        "line 1: expected the hex digits of one digest alone");
    s = choose_alg(reading, hex.len, &link.alg);
    if (!assay_ok(s))
        return s;
    if (reading->about == NULL)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the file whose digest it is is not there");
    file = asy_whole(reading->about);
    if (!asy_hex_decode(arena, hex, &link.value) || !asy_recipe_of(arena, &file, 1, &link.target))
        return asy_no_memory(&reading->diag);
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = link;
    return asy_ok;
}

static const char *const suffixes[] = {
    ".sha256", ".sha512", ".sha384", ".sha224", ".sha1", ".md5", ".b2", ".blake2b", NULL,
};

const struct asy_format asy_format_digest_file = {
    .name = "digest_file",
    .title = "a bare digest in a file of its own",
    .kind = ASY_KIND_MANIFEST,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
