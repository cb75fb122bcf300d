/* Keys for in-toto layouts: as everywhere, or { "keytype", "scheme", "keyval": { "public" } } as in-toto-keygen(1)
 * writes. */
#include "trust/openpgp.h"

#include "codec/json.h"
#include "codec/signing_key.h"

static assay_status add_json(struct asy_trust *trust, const char *name, struct asy_view bytes, int64_t from,
                             int64_t until, struct asy_diag *diag)
{
    struct asy_trusted_key entry = { .kind = "in-toto key", .from = from, .until = until };
    struct asy_key_material material;
    const struct asy_node *root;
    assay_status s = asy_json_parse(trust->arena, bytes, &asy_node_default_limits, &root, diag);

    if (!assay_ok(s))
        return s;
    if (!asy_signing_key_read(trust->arena, root, &material))
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "is JSON and no key with keytype, scheme and keyval that is served");
    s = asy_key_new(trust->crypto, &material, &entry.key, diag);
    if (!assay_ok(s))
        return s;
    entry.name = asy_copy_text(trust->arena, asy_view_of(name));
    if (entry.name == NULL || !asy_grow(trust->arena, &trust->keys, trust->keys_n, &trust->keys_room, sizeof entry)) {
        asy_key_free(entry.key);
        return asy_no_memory(diag);
    }
    trust->keys[trust->keys_n++] = entry;
    return asy_ok;
}

assay_status asy_trust_add_layout_key(struct asy_trust *trust, const char *name, struct asy_view bytes, int64_t from,
                                      int64_t until, struct asy_diag *diag)
{
    struct asy_view text = asy_view_trim(bytes);
    struct asy_view own;
    assay_status s;

    if (!asy_copy(trust->arena, bytes, &own))
        return asy_no_memory(diag);
    if (text.len > 0 && text.data[0] == '{')
        s = add_json(trust, name, own, from, until, diag);
    else if (asy_pgp_is_keyring(own))
        s = asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "is an OpenPGP key, under which layouts are not verified");
    else
        s = asy_trust_add_key(trust, name, own, from, until, diag);
    if (assay_ok(s))
        trust->keys[trust->keys_n - 1].is_layout = true;
    return s;
}
