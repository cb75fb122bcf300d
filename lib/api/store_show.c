/* What is in a trust directory: each entry's file is read as a verification would read it. */
#include "assay/trust.h"

#include "api/store.h"
#include "crypto/chain.h"
#include "report/trust.h"

enum { SHOW_BYTES = 256 << 20 };

struct show {
    struct asy_arena *arena;
    struct asy_crypto *crypto;
    struct asy_trust_report report;
    size_t entries_room;
};

static struct asy_trust_item *new_item(struct show *show, struct asy_trust_row *row)
{
    if (!asy_grow(show->arena, &row->items, row->items_n, &row->items_room, sizeof *row->items))
        return NULL;
    row->items[row->items_n] = (struct asy_trust_item){ .from = ASY_ALWAYS, .until = ASY_FOREVER };
    return &row->items[row->items_n++];
}

static bool set_key(struct show *show, struct asy_trust_item *item, const struct asy_key *key)
{
    struct asy_view fingerprint = { asy_key_fingerprint(key), 32 };

    item->bits = asy_key_bits(key);
    item->algorithm = asy_copy_text(show->arena, asy_view_of(asy_key_name(key)));
    return item->algorithm != NULL && asy_copy(show->arena, fingerprint, &item->key_sha256);
}

static bool add_keys(struct show *show, struct asy_trust_row *row, const struct asy_trust *trust)
{
    for (size_t i = 0; i < asy_trust_keys_n(trust); i++) {
        const struct asy_trusted_key *key = asy_trust_key(trust, i);
        struct asy_trust_item *item = new_item(show, row);

        if (item == NULL)
            return false;
        item->what = asy_copy_text(show->arena, asy_view_of(key->kind));
        item->from = key->from;
        item->until = key->until;
        if (item->what == NULL || !set_key(show, item, key->key))
            return false;
    }
    return true;
}

/* A certificate whose key is not sound is shown without it. */
static bool add_certificates(struct show *show, struct asy_trust_row *row, const struct asy_pki *pki, bool helpers)
{
    struct asy_pki_certificate cert;

    for (size_t i = 0; asy_pki_get_certificate(pki, helpers, i, &cert); i++) {
        const struct asy_key_material material = { .form = ASY_KEY_CERT, .a = cert.der };
        struct asy_trust_item *item = new_item(show, row);
        struct asy_key *key = NULL;
        uint8_t digest[ASY_DIGEST_MAX];
        struct asy_diag ignored;
        bool done;

        if (item == NULL || !asy_digest_bytes(show->crypto, ASY_SHA256, cert.der, digest))
            return false;
        item->what = "certificate";
        item->subject = asy_copy_text(show->arena, asy_view_of(cert.subject));
        item->from = cert.not_before;
        item->until = cert.not_after;
        item->has_last = true;
        if (item->subject == NULL || !asy_copy(show->arena, (struct asy_view){ digest, 32 }, &item->sha256))
            return false;
        if (!assay_ok(asy_key_new(show->crypto, &material, &key, &ignored)))
            continue;
        done = set_key(show, item, key);
        asy_key_free(key);
        if (!done)
            return false;
    }
    return true;
}

static assay_status look(struct show *show, struct asy_trust_row *row, const struct asy_given *given, struct asy_view bytes,
                         struct asy_diag *diag)
{
    struct asy_trust *trust = asy_trust_new(show->crypto);
    assay_status s = trust == NULL ? asy_no_memory(diag) : asy_trust_given(trust, given, bytes, diag);

    if (assay_ok(s) && (!add_keys(show, row, trust) || !add_certificates(show, row, asy_trust_get_pki(trust), false) ||
                        !add_certificates(show, row, asy_trust_get_pki(trust), true) ||
                        !add_certificates(show, row, asy_trust_get_tsa_pki(trust), false)))
        s = asy_no_memory(diag);
    asy_trust_free(trust);
    return s;
}

static assay_status show_entry(struct show *show, const char *dir, const struct asy_trust_entry *entry, struct asy_diag *diag)
{
    struct asy_given given = { .kind = asy_given_kind(entry->kind), .name = entry->name, .from = entry->from,
                               .until = entry->until };
    struct asy_view bytes = entry->text;
    struct asy_diag why = { 0 };
    struct asy_trust_row *row;
    const char *path;
    assay_status s = asy_ok;

    if (!asy_grow(show->arena, &show->report.rows, show->report.n, &show->entries_room, sizeof *show->report.rows))
        return asy_no_memory(diag);
    row = &show->report.rows[show->report.n++];
    *row = (struct asy_trust_row){ .name = entry->name, .kind = asy_store_kind(entry->kind), .file = entry->file };
    if (entry->file != NULL) {
        path = asy_store_path(show->arena, dir, entry->file);
        s = path == NULL ? asy_no_memory(&why) : asy_read_file(show->arena, path, ASY_STORE_FILE_BYTES, &bytes, &why);
    }
    if (assay_ok(s))
        s = look(show, row, &given, bytes, &why);
    if (s.code == ASSAY_E_MEMORY)
        return asy_no_memory(diag);
    row->why = assay_ok(s) ? NULL : asy_copy_text(show->arena, asy_view_of(why.text));
    return asy_ok;
}

static assay_status gather(struct show *show, const char *dir, struct asy_diag *diag)
{
    const struct asy_policy *policy;
    assay_status s = asy_store_load(show->arena, dir, &policy, diag);

    for (size_t i = 0; assay_ok(s) && i < policy->trust_n; i++)
        s = show_entry(show, dir, &policy->trust[i], diag);
    return s;
}

assay_status assay_trust_show(const char *dir, int64_t at, enum assay_report spelling, assay_write write, void *context,
                              assay_error **error)
{
    struct show show = { .arena = asy_arena_new(SHOW_BYTES), .report = { .directory = dir, .at = at } };
    struct asy_sink sink = { 0 };
    struct asy_diag diag = { 0 };
    assay_status s = show.arena == NULL ? asy_no_memory(&diag) : asy_crypto_new(&show.crypto, &diag);

    if (assay_ok(s))
        s = gather(&show, dir, &diag);
    if (assay_ok(s)) {
        if (spelling == ASSAY_REPORT_JSON)
            asy_report_trust_json(&show.report, &sink);
        else
            asy_report_trust_text(&show.report, &sink);
        if (sink.failed)
            s = asy_no_memory(&diag);
        else if (sink.len > 0 && !write(context, sink.text, sink.len))
            s = asy_fail(&diag, ASSAY_E_IO, 0, "not written");
    }
    asy_sink_clear(&sink);
    asy_crypto_free(show.crypto);
    asy_arena_free(show.arena);
    return asy_give_error(s, &diag, error);
}
