/*
 * A bare signature over a file: the value alone, as `openssl dgst -sign` writes it, or base64 of it.  It has no mark of
 * its own, so nothing is recognised as one; verify reads a document so when it is named or called a signature and is
 * nothing else.
 */
#include "format/format.h"

#include "codec/base64.h"

enum { VALUE_MIN = 56, VALUE_MAX = 2048 }; /* bytes: ECDSA P-224 to RSA-16384 */

static bool recognise(const struct asy_glimpse *glimpse)
{
    (void)glimpse;
    return false;
}

/* base64 may be broken into lines, as `openssl base64` does. */
static bool decode_lines(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    uint8_t *joined = asy_alloc(arena, text.len + 1, 1);
    size_t len = 0;

    if (joined == NULL)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '\n' && text.data[i] != '\r')
            joined[len++] = text.data[i];
    }
    return len > 0 && asy_base64_decode(arena, (struct asy_view){ joined, len }, out);
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_view value = reading->bytes, decoded;
    struct asy_claim *claim;
    struct asy_piece whole;

    if (value.len > 2 * VALUE_MAX)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "%zu bytes, no bare signature has more than %d", value.len,
                        VALUE_MAX);
    if (decode_lines(arena, value, &decoded))
        value = decoded;
    if (value.len < VALUE_MIN || value.len > VALUE_MAX)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "%zu bytes, expected a signature of %d to %d", value.len,
                        VALUE_MIN, VALUE_MAX);
    if (reading->about == NULL)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the file that it signs is not there");
    whole = asy_whole(reading->about);
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, NULL);
    if (claim == NULL || !asy_recipe_of(arena, &whole, 1, &claim->is.signature.message))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
    claim->is.signature.scheme.alg = ASY_SIG_BARE;
    claim->is.signature.value = value;
    return asy_ok;
}

static const char *const suffixes[] = { ".sig", ".sign", ".signature", NULL };

const struct asy_format asy_format_bare = {
    .name = "bare",
    .title = "bare signatures, raw or base64 (RSA, ECDSA, Ed25519), under a given public key",
    .kind = ASY_KIND_SIGNATURE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
