#include "codec/signing_key.h"

#include "codec/hex.h"
#include "codec/pem.h"

struct scheme {
    const char *type, *scheme;
    bool is_hex; /* the key itself; else PEM of a SubjectPublicKeyInfo */
};

static const struct scheme schemes[] = {
    { "ed25519", "ed25519", true },
    { "rsa", "rsassa-pss-sha256", false },
    { "rsa", "rsassa-pss-sha384", false },
    { "rsa", "rsassa-pss-sha512", false },
    { "rsa", "rsa-pkcs1v15-sha256", false },
    { "rsa", "rsa-pkcs1v15-sha384", false },
    { "rsa", "rsa-pkcs1v15-sha512", false },
    { "ecdsa", "ecdsa-sha2-nistp256", false },
    { "ecdsa", "ecdsa-sha2-nistp384", false },
    { "ecdsa", "ecdsa-sha2-nistp521", false },
    { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", false },
    { "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", false },
    { "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", false },
};

static bool get_text(const struct asy_node *map, const char *name, struct asy_view *out)
{
    const struct asy_node *node = asy_node_get(map, name);

    if (node == NULL || node->kind != ASY_NODE_STRING)
        return false;
    *out = node->text;
    return true;
}

static const struct scheme *scheme_of(struct asy_view type, struct asy_view scheme)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (asy_view_is(type, schemes[i].type) && asy_view_is(scheme, schemes[i].scheme))
            return &schemes[i];
    }
    return NULL;
}

bool asy_signing_key_read(struct asy_arena *arena, const struct asy_node *map, struct asy_key_material *out)
{
    struct asy_view type, name, text, bytes;
    const struct scheme *scheme;

    if (!get_text(map, "keytype", &type) || !get_text(map, "scheme", &name) ||
        !get_text(asy_node_get(map, "keyval"), "public", &text))
        return false;
    scheme = scheme_of(type, name);
    if (scheme == NULL)
        return false;
    if (scheme->is_hex ? !asy_hex_decode(arena, text, &bytes) || bytes.len != 32
                       : !asy_pem_decode(arena, text, "PUBLIC KEY", &bytes))
        return false;
    *out = (struct asy_key_material){ .form = scheme->is_hex ? ASY_KEY_ED25519 : ASY_KEY_SPKI, .a = bytes };
    return true;
}
