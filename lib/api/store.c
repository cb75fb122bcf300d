/*
 * A directory of what a site trusts: the files, in one directory for each kind, and the document trust.yaml that says
 * which of them count, by what name and for how long.  The document is a policy with nothing but the part `trust`, so
 * that what reads policies reads it too.  A file is put there before the document names it, and is taken away after it no
 * longer does: what a crash leaves behind counts for nothing.
 */
#include "assay/trust.h"

#include "api/store.h"
#include "io/replace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { STORE_BYTES = 128 << 20, DOCUMENT_BYTES = 4 << 20, NAME_LEN = 64 };

/* The lists of the document, which are the directories too. */
static const struct {
    enum asy_trust_kind kind;
    const char *list, *word;
    bool is_named;
} kinds[] = {
    { ASY_TRUST_KEY, "keys", "key", true },
    { ASY_TRUST_ANCHOR, "anchors", "anchor", true },
    { ASY_TRUST_TSA_ANCHOR, "tsa-anchors", "tsa-anchor", true },
    { ASY_TRUST_INTERMEDIATE, "intermediates", "intermediate", false },
    { ASY_TRUST_CRL, "crls", "crl", false },
    { ASY_TRUST_ALLOWED_SIGNERS, "allowed-signers", "allowed-signers", false },
    { ASY_TRUST_KRL, "krls", "krl", false },
    { ASY_TRUST_NPM_KEYS, "npm-keys", "npm-keys", false },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *asy_store_kind(enum asy_trust_kind kind)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (kinds[i].kind == kind)
            return kinds[i].word;
    }
    return "";
}

const char *asy_store_path(struct asy_arena *arena, const char *dir, const char *file)
{
    return file[0] == '/' ? asy_copy_text(arena, asy_view_of(file)) : asy_printf(arena, "%s/%s", dir, file);
}

/* Nothing may stand in the document that would be lost, or that a reader of the directory would not heed. */
static bool is_only_trust(const struct asy_policy *policy)
{
    return policy->settings.n == 0 && policy->products_n == 0 && policy->denied_n == 0 && policy->waivers_n == 0 &&
           policy->tests_n == 0;
}

assay_status asy_store_load(struct asy_arena *arena, const char *dir, const struct asy_policy **out, struct asy_diag *diag)
{
    const char *path = asy_printf(arena, "%s/trust.yaml", dir);
    struct asy_diag inner = { 0 };
    struct asy_view text;
    assay_status s;

    if (path == NULL)
        return asy_no_memory(diag);
    s = asy_read_file(arena, path, DOCUMENT_BYTES, &text, &inner);
    if (assay_ok(s))
        s = asy_policy_parse(arena, text, out, &inner);
    if (!assay_ok(s))
        return asy_fail(diag, s.code == ASSAY_E_POLICY ? ASSAY_E_FORMAT : s.code, inner.at, "%.150s: %.150s", path, inner.text);
    return is_only_trust(*out) ? s : asy_fail(diag, ASSAY_E_FORMAT, 0, "%.150s holds more than what is trusted", path);
}

/* ---- writing ---- */

static void put_quoted(struct asy_sink *sink, const char *text)
{
    asy_put_text(sink, "\"");
    for (; *text != '\0'; text++)
        asy_put_format(sink, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    asy_put_text(sink, "\"\n");
}

static void put_time(struct asy_sink *sink, const char *field, int64_t at, int64_t none)
{
    char text[32];

    if (at == none)
        return;
    asy_format_time(at, text);
    asy_put_format(sink, "      %s: %s\n", field, text);
}

static void put_entry(struct asy_sink *sink, const struct asy_trust_entry *entry)
{
    asy_put_text(sink, "    - file: ");
    put_quoted(sink, entry->file);
    if (entry->is_named) {
        asy_put_text(sink, "      name: ");
        put_quoted(sink, entry->name);
    }
    put_time(sink, "from", entry->from, ASY_ALWAYS);
    put_time(sink, "until", entry->until, ASY_FOREVER);
}

static void put_document(struct asy_sink *sink, const struct asy_trust_entry *entries, size_t n)
{
    asy_put_text(sink, "# Kept by assay-trust(1), which leaves no other comment in here.\nassay-policy: 1\nname: trust\n");
    if (n > 0)
        asy_put_text(sink, "trust:\n");
    for (size_t k = 0; k < KINDS; k++) {
        bool begun = false;

        for (size_t i = 0; i < n; i++) {
            if (entries[i].kind != kinds[k].kind)
                continue;
            if (!begun)
                asy_put_format(sink, "  %s:\n", kinds[k].list);
            begun = true;
            put_entry(sink, &entries[i]);
        }
    }
}

/* What is written is read back first: a document that could not be read again is not put there. */
static assay_status write_document(struct asy_arena *arena, const char *dir, const struct asy_trust_entry *entries, size_t n,
                                   struct asy_diag *diag)
{
    const char *path = asy_printf(arena, "%s/trust.yaml", dir);
    const struct asy_policy *again;
    struct asy_sink sink = { 0 };
    struct asy_view text;
    assay_status s;

    put_document(&sink, entries, n);
    text = (struct asy_view){ (const uint8_t *)sink.text, sink.len };
    if (path == NULL || sink.failed)
        s = asy_no_memory(diag);
    else if (text.len > DOCUMENT_BYTES)
        s = asy_fail(diag, ASSAY_E_LIMIT, 0, "more entries than a document can have");
    else
        s = asy_policy_parse(arena, text, &again, diag);
    if (assay_ok(s))
        s = asy_replace_file(path, text, diag);
    asy_sink_clear(&sink);
    return s;
}

/* ---- the functions ---- */

/* A change of the directory: its arena and its lock, and the document as it is. */
struct change {
    struct asy_arena *arena;
    const char *dir;
    int lock;
    const struct asy_policy *policy;
};

static assay_status begin(struct change *change, const char *dir, struct asy_diag *diag)
{
    *change = (struct change){ .arena = asy_arena_new(STORE_BYTES), .dir = dir, .lock = -1 };
    if (change->arena == NULL)
        return asy_no_memory(diag);
    return asy_lock(asy_printf(change->arena, "%s/trust", dir), &change->lock, diag);
}

static assay_status end(struct change *change, assay_status s, const struct asy_diag *diag, assay_error **error)
{
    asy_unlock(change->lock);
    asy_arena_free(change->arena);
    return asy_give_error(s, diag, error);
}

assay_status assay_trust_init(const char *dir, assay_error **error)
{
    struct asy_diag diag = { 0 };
    struct change change;
    struct stat st;
    assay_status s;

    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        return asy_give_error(asy_fail(&diag, ASSAY_E_IO, 0, "cannot make %.200s: %s", dir, strerrordesc_np(errno)), &diag,
                              error);
    s = begin(&change, dir, &diag);
    if (assay_ok(s) && stat(asy_printf(change.arena, "%s/trust.yaml", dir), &st) == 0)
        s = asy_fail(&diag, ASSAY_E_USAGE, 0, "%.200s is a trust directory already", dir);
    if (assay_ok(s))
        s = write_document(change.arena, dir, NULL, 0, &diag);
    return end(&change, s, &diag, error);
}

/* Names are names of files too, everywhere and without quotes. */
static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strlen(name);

    return n > 0 && n <= NAME_LEN && strchr(letters, name[0]) != NULL &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

static size_t index_of(const struct asy_policy *policy, const char *name)
{
    size_t i = 0;

    while (i < policy->trust_n && strcmp(policy->trust[i].name, name) != 0)
        i++;
    return i;
}

/* An entry that somebody wrote into the document with its key in it could not be written again as it was. */
static assay_status check_writable(const struct asy_policy *policy, struct asy_diag *diag)
{
    for (size_t i = 0; i < policy->trust_n; i++) {
        if (policy->trust[i].file == NULL)
            return asy_fail(diag, ASSAY_E_UNSUPPORTED, policy->trust[i].line,
                            "the key \"%.64s\" stands in trust.yaml itself: edit it by hand", policy->trust[i].name);
    }
    return asy_ok;
}

/* Everything that is wrong with the file is found before anything is written. */
static assay_status take_file(struct change *change, const char *path, const struct asy_given *given, struct asy_view *out,
                              struct asy_diag *diag)
{
    struct asy_crypto *crypto = NULL;
    struct asy_trust *trust = NULL;
    struct asy_diag inner = { 0 };
    assay_status s = asy_read_file(change->arena, path, ASY_STORE_FILE_BYTES, out, &inner);

    if (assay_ok(s))
        s = asy_crypto_new(&crypto, &inner);
    if (assay_ok(s)) {
        trust = asy_trust_new(crypto);
        s = trust == NULL ? asy_no_memory(&inner) : asy_trust_given(trust, given, *out, &inner);
    }
    asy_trust_free(trust);
    asy_crypto_free(crypto);
    return assay_ok(s) ? s : asy_fail(diag, s.code, inner.at, "%.150s: %.150s", path, inner.text);
}

static assay_status put_file(struct change *change, const char *list, const char *name, struct asy_view bytes,
                             const char **file, struct asy_diag *diag)
{
    const char *dir = asy_printf(change->arena, "%s/%s", change->dir, list);

    *file = asy_printf(change->arena, "%s/%s", list, name);
    if (dir == NULL || *file == NULL)
        return asy_no_memory(diag);
    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        return asy_fail(diag, ASSAY_E_IO, 0, "cannot make %.200s: %s", dir, strerrordesc_np(errno));
    return asy_replace_file(asy_store_path(change->arena, change->dir, *file), bytes, diag);
}

static assay_status add(struct change *change, const struct asy_given *given, size_t kind, const char *path,
                        struct asy_diag *diag)
{
    struct asy_trust_entry *entries;
    struct asy_view bytes;
    size_t n;
    assay_status s = asy_store_load(change->arena, change->dir, &change->policy, diag);

    if (assay_ok(s))
        s = check_writable(change->policy, diag);
    if (!assay_ok(s))
        return s;
    n = change->policy->trust_n;
    if (index_of(change->policy, given->name) < n)
        return asy_fail(diag, ASSAY_E_USAGE, 0, "there is an entry \"%.64s\" already", given->name);
    entries = asy_alloc(change->arena, n + 1, sizeof *entries);
    if (entries == NULL)
        return asy_no_memory(diag);
    if (n > 0)
        memcpy(entries, change->policy->trust, n * sizeof *entries);
    entries[n] = (struct asy_trust_entry){ .kind = kinds[kind].kind, .name = given->name, .is_named = kinds[kind].is_named,
                                           .from = given->from, .until = given->until };
    s = take_file(change, path, given, &bytes, diag);
    if (assay_ok(s))
        s = put_file(change, kinds[kind].list, given->name, bytes, &entries[n].file, diag);
    return assay_ok(s) ? write_document(change->arena, change->dir, entries, n + 1, diag) : s;
}

assay_status assay_trust_add(const char *dir, enum assay_trust_kind kind, const char *name, const char *path, int64_t from,
                             int64_t until, assay_error **error)
{
    struct asy_given given = { .kind = kind, .name = name, .from = from, .until = until };
    struct asy_diag diag = { 0 };
    struct change change;
    size_t k = 0;
    assay_status s;

    while (k < KINDS && asy_given_kind(kinds[k].kind) != kind)
        k++;
    if (k == KINDS || !is_name(name) || from >= until)
        s = asy_fail(&diag, ASSAY_E_USAGE, 0, "%s", k == KINDS      ? "no such kind"
                                                   : !is_name(name) ? "a name has up to 64 letters, digits, dots, '-' and '_', and "
                                                                      "begins with a letter or digit"
                                                                    : "it ends before it begins to be valid");
    else if (kind != ASSAY_TRUST_KEY && (from != ASY_ALWAYS || until != ASY_FOREVER))
        s = asy_fail(&diag, ASSAY_E_USAGE, 0, "only keys are given a time; other files have their own");
    else
        s = asy_ok;
    if (!assay_ok(s))
        return asy_give_error(s, &diag, error);
    s = begin(&change, dir, &diag);
    if (assay_ok(s))
        s = add(&change, &given, k, path, &diag);
    return end(&change, s, &diag, error);
}

/* Files elsewhere are somebody else's and stay. */
static bool is_own_file(const struct asy_trust_entry *entry)
{
    for (size_t k = 0; k < KINDS; k++) {
        size_t n = strlen(kinds[k].list);

        if (kinds[k].kind == entry->kind)
            return strncmp(entry->file, kinds[k].list, n) == 0 && entry->file[n] == '/' && is_name(entry->file + n + 1);
    }
    return false;
}

static assay_status remove_entry(struct change *change, const char *name, struct asy_diag *diag)
{
    struct asy_trust_entry *entries;
    struct asy_trust_entry gone;
    size_t n, i;
    assay_status s = asy_store_load(change->arena, change->dir, &change->policy, diag);

    if (assay_ok(s))
        s = check_writable(change->policy, diag);
    if (!assay_ok(s))
        return s;
    n = change->policy->trust_n;
    i = index_of(change->policy, name);
    if (i == n)
        return asy_fail(diag, ASSAY_E_ABSENT, 0, "there is no entry \"%.64s\"", name);
    entries = asy_alloc(change->arena, n, sizeof *entries);
    if (entries == NULL)
        return asy_no_memory(diag);
    gone = change->policy->trust[i];
    memcpy(entries, change->policy->trust, i * sizeof *entries);
    memcpy(entries + i, change->policy->trust + i + 1, (n - i - 1) * sizeof *entries);
    s = write_document(change->arena, change->dir, entries, n - 1, diag);
    if (!assay_ok(s) || !is_own_file(&gone))
        return s;
    return asy_remove_file(asy_store_path(change->arena, change->dir, gone.file), diag);
}

assay_status assay_trust_remove(const char *dir, const char *name, assay_error **error)
{
    struct asy_diag diag = { 0 };
    struct change change;
    assay_status s = begin(&change, dir, &diag);

    if (assay_ok(s))
        s = remove_entry(&change, name, &diag);
    return end(&change, s, &diag, error);
}
