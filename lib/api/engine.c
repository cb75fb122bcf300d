#include "api/internal.h"

#include "api/store.h"
#include "base/text.h"
#include "io/tree.h"
#include "policy/policy.h"
#include "trust/trusted_root.h"

#include <stdlib.h>
#include <string.h>

enum { ENGINE_BYTES = 256 << 20, POLICY_BYTES = 4 << 20, TRUST_FILE_BYTES = 32 << 20 };

assay_status asy_trust_given(struct asy_trust *trust, const struct asy_given *given, struct asy_view bytes,
                             struct asy_diag *diag)
{
    switch (given->kind) {
    case ASSAY_TRUST_KEY:
        return asy_trust_add_key(trust, given->name, bytes, given->from, given->until, diag);
    case ASSAY_TRUST_ANCHOR:
        return asy_pki_add_anchors(asy_trust_pki(trust), given->name, bytes, diag);
    case ASSAY_TRUST_TSA_ANCHOR:
        return asy_pki_add_anchors(asy_trust_tsa_pki(trust), given->name, bytes, diag);
    case ASSAY_TRUST_ALLOWED_SIGNERS:
        return asy_trust_add_allowed_signers(trust, given->name, bytes, diag);
    case ASSAY_TRUST_KRL:
        return asy_trust_add_krl(trust, bytes, diag);
    case ASSAY_TRUST_NPM_KEYS:
        return asy_trust_add_npm_keys(trust, given->name, bytes, diag);
    case ASSAY_TRUST_LAYOUT_KEY:
        return asy_trust_add_layout_key(trust, given->name, bytes, given->from, given->until, diag);
    case ASSAY_TRUST_GCB_KEYS:
        return asy_trust_add_gcb_key(trust, given->name, bytes, diag);
    case ASSAY_TRUST_ROOT:
        return asy_trust_add_root(trust, given->name, bytes, diag);
    case ASSAY_TRUST_INTERMEDIATE:
    case ASSAY_TRUST_CRL:
        break;
    }
    /* Helpers and CRLs serve signers and timestamp authorities alike. */
    for (int tsa = 0; tsa < 2; tsa++) {
        struct asy_pki *pki = tsa ? asy_trust_tsa_pki(trust) : asy_trust_pki(trust);
        assay_status s = given->kind == ASSAY_TRUST_CRL ? asy_pki_add_crls(pki, bytes, diag)
                                                        : asy_pki_add_helpers(pki, bytes, diag);

        if (!assay_ok(s))
            return s;
    }
    return asy_ok;
}

/* What cannot be used trusts nothing and is said in every report. */
static assay_status add_one(struct assay_engine *engine, const struct asy_given *given, struct asy_diag *diag)
{
    struct asy_view bytes = given->bytes;
    struct asy_diag why = { 0 };
    bool is_other_key;
    assay_status s = asy_ok;

    if (given->path != NULL)
        s = asy_read_file(engine->arena, given->path, TRUST_FILE_BYTES, &bytes, &why);
    if (assay_ok(s))
        s = asy_trust_given(engine->trust, given, bytes, &why);
    if (assay_ok(s))
        return s;
    if (s.code == ASSAY_E_MEMORY) {
        *diag = why;
        return s;
    }
    is_other_key = s.code == ASSAY_E_UNSUPPORTED && given->kind == ASSAY_TRUST_KEY;
    if (!asy_list_add(engine->arena, is_other_key ? &engine->unsupported : &engine->unusable,
                      asy_printf(engine->arena, "%s: %s", given->name, why.text)))
        return asy_no_memory(diag);
    return asy_ok;
}

/* Keys of Google Cloud Build come as a directory of files, and each is known by its file's name. */
static assay_status add_key_directory(struct assay_engine *engine, const struct asy_given *given, struct asy_diag *diag)
{
    struct asy_tree *tree = NULL;
    struct asy_diag why = { 0 };
    assay_status s = asy_tree_open(given->path, true, &engine->limits, engine->arena, &tree, &why);

    if (!assay_ok(s))
        return asy_list_add(engine->arena, &engine->unusable,
                            asy_printf(engine->arena, "%s: %s", given->name, why.text))
                   ? asy_ok
                   : asy_no_memory(diag);
    for (size_t i = 0; assay_ok(s) && i < tree->n; i++) {
        struct asy_given file = *given;

        if (!asy_view_ends(asy_view_of(tree->entries[i].path), ASY_TEXT(".key")))
            continue;
        file.name = tree->entries[i].path;
        file.path = asy_printf(engine->arena, "%s/%s", given->path, tree->entries[i].path);
        s = file.path == NULL ? asy_no_memory(diag) : add_one(engine, &file, diag);
    }
    asy_tree_close(tree);
    return s;
}

static assay_status add_given(struct assay_engine *engine, const struct asy_given *given, struct asy_diag *diag)
{
    bool is_directory = given->kind == ASSAY_TRUST_GCB_KEYS && given->path != NULL && asy_path_kind(given->path) == 'd';

    return is_directory ? add_key_directory(engine, given, diag) : add_one(engine, given, diag);
}

enum assay_trust_kind asy_given_kind(enum asy_trust_kind kind)
{
    switch (kind) {
    case ASY_TRUST_KEY:
        return ASSAY_TRUST_KEY;
    case ASY_TRUST_ANCHOR:
        return ASSAY_TRUST_ANCHOR;
    case ASY_TRUST_TSA_ANCHOR:
        return ASSAY_TRUST_TSA_ANCHOR;
    case ASY_TRUST_INTERMEDIATE:
        return ASSAY_TRUST_INTERMEDIATE;
    case ASY_TRUST_CRL:
        return ASSAY_TRUST_CRL;
    case ASY_TRUST_ALLOWED_SIGNERS:
        return ASSAY_TRUST_ALLOWED_SIGNERS;
    case ASY_TRUST_KRL:
        return ASSAY_TRUST_KRL;
    case ASY_TRUST_NPM_KEYS:
        return ASSAY_TRUST_NPM_KEYS;
    case ASY_TRUST_LAYOUT_KEY:
        return ASSAY_TRUST_LAYOUT_KEY;
    case ASY_TRUST_GCB_KEYS:
        return ASSAY_TRUST_GCB_KEYS;
    case ASY_TRUST_ROOT:
        return ASSAY_TRUST_ROOT;
    }
    return ASSAY_TRUST_KEY;
}

static assay_status add_policy_trust(struct assay_engine *engine, const char *policy_path, struct asy_diag *diag)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < engine->policy->trust_n; i++) {
        const struct asy_trust_entry *entry = &engine->policy->trust[i];
        struct asy_given given = {
            .kind = asy_given_kind(entry->kind), .name = entry->name, .bytes = entry->text, .from = entry->from,
            .until = entry->until,
        };

        if (entry->file != NULL) {
            given.path = asy_path_beside(engine->arena, policy_path, entry->file);
            if (given.path == NULL)
                return asy_no_memory(diag);
        }
        s = add_given(engine, &given, diag);
    }
    return s;
}

/* By names that are no names of a policy's: what it demands of its own keys no key of a directory can meet. */
static assay_status add_from_directory(struct assay_engine *engine, const char *dir, const struct asy_trust_entry *entry,
                                       struct asy_diag *diag)
{
    size_t len = strlen(dir), start;
    struct asy_given given = { .kind = asy_given_kind(entry->kind), .bytes = entry->text, .from = entry->from,
                               .until = entry->until };

    while (len > 1 && dir[len - 1] == '/')
        len--;
    start = len;
    while (start > 0 && dir[start - 1] != '/')
        start--;
    given.name = asy_printf(engine->arena, "%.*s/%s", (int)(len - start), dir + start, entry->name);
    if (entry->file != NULL)
        given.path = asy_store_path(engine->arena, dir, entry->file);
    if (given.name == NULL || (entry->file != NULL && given.path == NULL))
        return asy_no_memory(diag);
    return add_given(engine, &given, diag);
}

/* A directory that cannot be read trusts nothing and is said, like any file. */
static assay_status add_directory(struct assay_engine *engine, const char *dir, struct asy_diag *diag)
{
    const struct asy_policy *store;
    struct asy_diag why = { 0 };
    assay_status s = asy_store_load(engine->arena, dir, &store, &why);

    if (s.code == ASSAY_E_MEMORY)
        return asy_no_memory(diag);
    if (!assay_ok(s))
        return asy_list_add(engine->arena, &engine->unusable, asy_printf(engine->arena, "%s", why.text)) ? asy_ok
                                                                                                        : asy_no_memory(diag);
    for (size_t i = 0; assay_ok(s) && i < store->trust_n; i++)
        s = add_from_directory(engine, dir, &store->trust[i], diag);
    return s;
}

static assay_status load_policy(struct assay_engine *engine, const char *path, struct asy_diag *diag)
{
    uint8_t digest[ASY_DIGEST_MAX];
    char hex[2 * ASY_DIGEST_MAX + 1];
    struct asy_view text;
    assay_status s = asy_read_file(engine->arena, path, POLICY_BYTES, &text, diag);

    if (!assay_ok(s))
        return asy_fail(diag, ASSAY_E_POLICY, 0, "%s: %.200s", path, diag->text);
    if (!asy_digest_bytes(engine->crypto, ASY_SHA256, text, digest))
        return asy_fail(diag, ASSAY_E_INTERNAL, 0, "SHA-256 failed");
    asy_hex((struct asy_view){ digest, 32 }, hex);
    engine->policy_sha256 = asy_copy_text(engine->arena, asy_view_of(hex));
    s = asy_policy_parse(engine->arena, text, &engine->policy, diag);
    if (!assay_ok(s)) {
        struct asy_diag inner = *diag;

        return asy_fail(diag, s.code, inner.at, "%s: %.240s", path, inner.text);
    }
    return add_policy_trust(engine, path, diag);
}

static assay_status copy_overrides(struct assay_engine *engine, const assay_config *config, struct asy_diag *diag)
{
    struct asy_override **end = &engine->overrides;

    for (const struct asy_override *o = config->overrides; o != NULL; o = o->next) {
        struct asy_override *copy = asy_alloc(engine->arena, 1, sizeof *copy);

        if (copy == NULL)
            return asy_no_memory(diag);
        copy->name = asy_copy_text(engine->arena, asy_view_of(o->name));
        copy->value = asy_copy_text(engine->arena, asy_view_of(o->value));
        if (copy->name == NULL || copy->value == NULL)
            return asy_no_memory(diag);
        *end = copy;
        end = &copy->next;
    }
    return asy_ok;
}

static assay_status fill(struct assay_engine *engine, const assay_config *config, struct asy_diag *diag)
{
    assay_status s = asy_crypto_new(&engine->crypto, diag);

    if (!assay_ok(s))
        return s;
    engine->trust = asy_trust_new(engine->crypto);
    if (engine->trust == NULL)
        return asy_no_memory(diag);
    if (config->state_path != NULL)
        engine->state_path = asy_copy_text(engine->arena, asy_view_of(config->state_path));
    if (config->state_path != NULL && engine->state_path == NULL)
        return asy_no_memory(diag);
    s = copy_overrides(engine, config, diag);
    if (assay_ok(s) && config->policy_path != NULL)
        s = load_policy(engine, config->policy_path, diag);
    for (const struct asy_given *given = config->trust; assay_ok(s) && given != NULL; given = given->next)
        s = add_given(engine, given, diag);
    for (const struct asy_text_list *dir = config->trust_dirs; assay_ok(s) && dir != NULL; dir = dir->next)
        s = add_directory(engine, dir->text, diag);
    return s;
}

assay_status assay_engine_new(const assay_config *config, assay_engine **out, assay_error **error)
{
    struct assay_engine *engine = calloc(1, sizeof *engine);
    struct asy_diag diag = { 0 };
    assay_status s;

    *out = NULL;
    if (engine == NULL)
        return asy_give_error(asy_no_memory(&diag), &diag, error);
    engine->limits = config->limits;
    engine->has_time = config->has_time;
    engine->time = config->time;
    engine->threads = config->threads;
    engine->arena = asy_arena_new(ENGINE_BYTES);
    s = engine->arena == NULL ? asy_no_memory(&diag) : fill(engine, config, &diag);
    if (assay_ok(s))
        *out = engine;
    else
        assay_engine_free(engine);
    return asy_give_error(s, &diag, error);
}

void assay_engine_free(assay_engine *engine)
{
    if (engine == NULL)
        return;
    asy_trust_free(engine->trust);
    asy_crypto_free(engine->crypto);
    asy_arena_free(engine->arena);
    free(engine);
}
