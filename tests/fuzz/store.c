/*
 * Any bytes as something to trust, -DFEED=KEYS, SIGNERS, KRL or CERTIFICATES, as a policy, -DFEED=POLICY, or as metadata of
 * a TUF repository, -DFEED=TUF; as a trusted root, -DFEED=ROOT; as a signed note with a tree head, -DFEED=NOTE; as a
 * certificate with timestamps of certificate logs and what Fulcio writes into it, -DFEED=SCT.
 */
#include "codec/fulcio.h"
#include "codec/note.h"
#include "codec/sct.h"
#include "policy/document.h"
#include "trust/trust.h"
#include "trust/trusted_root.h"
#include "trust/tuf.h"

#include <stdlib.h>

enum { KEYS = 1, SIGNERS, KRL, CERTIFICATES, POLICY, TUF, ROOT, NOTE, SCT };
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* As each type in turn: read, it must stand its own questions. */
static assay_status feed_tuf(const struct asy_crypto *crypto, struct asy_view bytes, struct asy_diag *diag)
{
    assay_status s = asy_ok;

    for (int type = ASY_TUF_ROOT; type <= ASY_TUF_TARGETS; type++) {
        struct asy_tuf_meta *meta = NULL;

        s = asy_tuf_read(crypto, bytes, (enum asy_tuf_type)type, &meta, diag);
        for (size_t i = 0; assay_ok(s) && i < meta->roles.roles_n; i++) {
            const struct asy_tuf_role *role = &meta->roles.roles[i];

            (void)asy_tuf_is_signed(crypto, meta, &meta->roles, role, diag);
            for (size_t j = 0; j < role->paths_n; j++)
                (void)asy_tuf_matches(role->paths[j], role->name);
        }
        for (size_t i = 0; assay_ok(s) && i < meta->files_n; i++)
            (void)asy_tuf_fits(crypto, asy_tuf_file_of(meta, meta->files[i].name), bytes);
        asy_tuf_meta_free(meta);
    }
    return s;
}

static assay_status feed_note(struct asy_arena *arena, struct asy_view bytes, struct asy_diag *diag)
{
    struct asy_tree_head head;
    struct asy_note note;
    assay_status s = asy_note_read(arena, bytes, &note, diag);

    return assay_ok(s) ? asy_tree_head_read(arena, note.text, &head, diag) : s;
}

static assay_status feed_sct(struct asy_arena *arena, struct asy_view bytes, struct asy_diag *diag)
{
    struct asy_sct_fields *scts = NULL;
    struct asy_fulcio fulcio;
    struct asy_view message;
    size_t n = 0;
    assay_status s = asy_scts_read(arena, bytes, &scts, &n, diag);

    for (size_t i = 0; assay_ok(s) && i < n; i++)
        (void)asy_sct_message(arena, &scts[i], bytes, (const uint8_t[32]){ 0 }, &message);
    return assay_ok(s) ? asy_fulcio_read(bytes, &fulcio, diag) : s;
}

static assay_status feed(const struct asy_crypto *crypto, struct asy_trust *trust, struct asy_arena *arena, struct asy_view bytes,
                         struct asy_diag *diag)
{
    const struct asy_policy *policy;

    if (FEED == KEYS)
        return asy_trust_add_key(trust, "key", bytes, ASY_ALWAYS, ASY_FOREVER, diag);
    if (FEED == SIGNERS)
        return asy_trust_add_allowed_signers(trust, "signers", bytes, diag);
    if (FEED == KRL)
        return asy_trust_add_krl(trust, bytes, diag);
    if (FEED == CERTIFICATES)
        return asy_pki_add_anchors(asy_trust_pki(trust), "anchors", bytes, diag);
    if (FEED == ROOT)
        return asy_trust_add_root(trust, "root", bytes, diag);
    if (FEED == NOTE)
        return feed_note(arena, bytes, diag);
    if (FEED == SCT)
        return feed_sct(arena, bytes, diag);
    if (FEED == TUF)
        return feed_tuf(crypto, bytes, diag);
    return asy_policy_parse(arena, bytes, &policy, diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct asy_crypto *crypto; /* made once: it is what takes time */
    struct asy_arena *arena = asy_arena_new((size_t)16 << 20);
    struct asy_diag diag = { 0 };
    struct asy_trust *trust;

    if (crypto == NULL && !assay_ok(asy_crypto_new(&crypto, NULL)))
        abort();
    trust = asy_trust_new(crypto);
    if (!assay_ok(feed(crypto, trust, arena, (struct asy_view){ data, len }, &diag)) && diag.text[0] == '\0')
        abort();
    asy_trust_free(trust);
    asy_arena_free(arena);
    return 0;
}
