/*
 * The keys by which Google Cloud Build signs provenance (cloud.google.com/build/docs, "Validate provenance"): public keys
 * of Cloud KMS, which provenance names in full.  The name of a key's file says which one it is.
 */
#include "trust/internal.h"

#include "base/reader.h"

#define LOCATIONS "projects/verified-builder/locations/"
#define KEYS "/keyRings/attestor/cryptoKeys/"
#define VERSIONS "/cryptoKeyVersions/"

static bool is_plain(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return text.len > 0 && text.len <= 64;
}

/* The resource name of the key whose file is called so; NULL: of none. */
static const char *id_of(struct asy_arena *arena, struct asy_view file)
{
    static const struct asy_view suffix = ASY_TEXT_INIT(".key"), global = ASY_TEXT_INIT("global-pae");
    struct asy_view stem = asy_view_head(file, file.len - suffix.len), name = ASY_TEXT("provenanceSigner"),
                    version = ASY_TEXT("1");
    struct asy_reader r = asy_reader_of(asy_view_from(stem, global.len + 1));

    if (!asy_view_ends(file, suffix))
        return NULL;
    if (!asy_view_starts(stem, global))
        return !is_plain(stem) ? NULL
                               : asy_printf(arena, LOCATIONS "%.*s" KEYS "builtByGCB" VERSIONS "1", (int)stem.len,
                                            (const char *)stem.data);
    if (stem.len > global.len) {
        if (stem.data[global.len] != '-' || !asy_get_until(&r, '_', &name))
            return NULL;
        version = r.rest;
    }
    if (!is_plain(name) || !is_plain(version))
        return NULL;
    return asy_printf(arena, LOCATIONS "global" KEYS "%.*s" VERSIONS "%.*s", (int)name.len, (const char *)name.data,
                      (int)version.len, (const char *)version.data);
}

assay_status asy_trust_add_gcb_key(struct asy_trust *trust, const char *name, struct asy_view bytes, struct asy_diag *diag)
{
    size_t first = trust->keys_n;
    const char *id = id_of(trust->arena, asy_view_of(name));
    assay_status s;

    if (id == NULL)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "its name is not REGION.key or global-pae-NAME_VERSION.key");
    s = asy_trust_add_key(trust, name, bytes, ASY_ALWAYS, ASY_FOREVER, diag);
    if (!assay_ok(s))
        return s;
    for (size_t i = first; i < trust->keys_n; i++) {
        trust->keys[i].kind = "Google Cloud Build key";
        trust->keys[i].key_id = asy_view_of(id);
    }
    return asy_ok;
}
