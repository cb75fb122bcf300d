/* Subresource Integrity metadata in a document of its own: a digest of the file that it is about. */
#include "codec/sri.h"

#include "format/format.h"

static bool recognise(const struct asy_glimpse *glimpse)
{
    return glimpse->whole && asy_is_sri(glimpse->head);
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_link link = { 0 };
    struct asy_claim *claim;
    struct asy_piece whole;
    assay_status s = asy_sri_read(arena, reading->bytes, &link.alg, &link.value, &reading->diag);

    if (!assay_ok(s))
        return s;
    if (reading->about == NULL)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the file that it is about is not there");
    whole = asy_whole(reading->about);
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL || !asy_recipe_of(arena, &whole, 1, &link.target))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = link;
    reading->about->is_listed = true;
    return asy_ok;
}

static const char *const suffixes[] = { ".integrity", NULL };

const struct asy_format asy_format_sri = {
    .name = "sri",
    .title = "Subresource Integrity digests, as npm writes them",
    .kind = ASY_KIND_MANIFEST,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
