/*
 * The Packages index of an apt repository (wiki.debian.org/DebianRepository/Format): a stanza a package, with the path of
 * its file below the repository's root, its size and its digests.
 *
 * An index names tens of thousands of packages; only what is said of files that are to be ruled about is claimed.  A
 * stanza is about a file when the file has the path or the last part of the path that it names; or the package, version
 * and architecture, be it that the file is called so (name_version_architecture.deb) or that it says so itself.
 */
#include "base/text.h"
#include "codec/deb822.h"
#include "codec/hex.h"
#include "format/format.h"

#include <stdlib.h>
#include <string.h>

/* A file that is to be ruled about, and what package it is called. */
struct file {
    struct asy_item *item;
    struct asy_view path, base;
    struct asy_view package, version, arch; /* empty: not known */
};

struct files {
    struct file *by_base, *by_package; /* the same, sorted twice */
    size_t n, room;
    size_t bound; /* claims that were made */
};

/* ---- the files ---- */

static struct asy_view base_of(struct asy_view path)
{
    size_t at = path.len;

    while (at > 0 && path.data[at - 1] != '/')
        at--;
    return asy_view_from(path, at);
}

/* "%3a", as file names have it where versions have ':', becomes ':'. */
static bool unescape(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    uint8_t *to = asy_alloc(arena, text.len + 1, 1);
    size_t n = 0;

    if (to == NULL)
        return false;
    while (text.len > 0) {
        bool escaped = asy_view_eq_nocase(asy_view_head(text, 3), ASY_TEXT("%3a"));

        to[n++] = escaped ? ':' : text.data[0];
        text = asy_view_from(text, escaped ? 3 : 1);
    }
    *out = (struct asy_view){ to, n };
    return true;
}

/* name_version_architecture.deb */
static void name_parts(struct asy_arena *arena, struct file *file)
{
    struct asy_reader r = asy_reader_of(file->base);
    struct asy_view package, version, arch;

    if (!asy_get_until(&r, '_', &package) || !asy_get_until(&r, '_', &version) || !asy_get_until(&r, '.', &arch) ||
        !asy_view_ends(r.rest, ASY_TEXT("deb")) || package.len == 0 || !unescape(arena, version, &version))
        return;
    file->package = package;
    file->version = version;
    file->arch = arch;
}

static struct asy_view said_of(const struct asy_dossier *dossier, const struct asy_item *item, enum asy_statement_kind kind)
{
    for (size_t i = 0; i < dossier->statements_n; i++) {
        if (dossier->statements[i].document == item && dossier->statements[i].kind == kind)
            return dossier->statements[i].text;
    }
    return (struct asy_view){ NULL, 0 };
}

static bool add_file(struct asy_reading *reading, struct files *files, struct asy_item *item, bool is_alone)
{
    struct asy_dossier *dossier = reading->dossier;
    struct asy_view path = asy_view_of(item->name);
    struct file file = { .item = item, .path = path, .base = base_of(path) };

    if (!asy_grow(dossier->arena, &files->by_base, files->n, &files->room, sizeof *files->by_base))
        return false;
    if (is_alone)
        file.package = said_of(dossier, item, ASY_SAYS_PACKAGE);
    if (file.package.len > 0) {
        file.version = said_of(dossier, item, ASY_SAYS_VERSION);
        file.arch = said_of(dossier, item, ASY_SAYS_ARCH);
    } else {
        name_parts(dossier->arena, &file);
    }
    files->by_base[files->n++] = file;
    return true;
}

static int by_base(const void *a, const void *b)
{
    return asy_view_cmp(((const struct file *)a)->base, ((const struct file *)b)->base);
}

static int by_package(const void *a, const void *b)
{
    return asy_view_cmp(((const struct file *)a)->package, ((const struct file *)b)->package);
}

static bool gather(struct asy_reading *reading, struct files *files)
{
    struct asy_dossier *dossier = reading->dossier;

    for (size_t i = 0; i < dossier->items_n; i++) {
        struct asy_item *item = dossier->items[i];
        bool is_alone = item == reading->subject;

        if ((is_alone || (reading->subject == NULL && item->is_subject && !item->is_link)) &&
            !add_file(reading, files, item, is_alone))
            return false;
    }
    files->by_package = asy_alloc(dossier->arena, files->n + 1, sizeof *files->by_package);
    if (files->by_package == NULL)
        return false;
    if (files->n == 0)
        return true;
    memcpy(files->by_package, files->by_base, files->n * sizeof *files->by_base);
    qsort(files->by_base, files->n, sizeof *files->by_base, by_base);
    qsort(files->by_package, files->n, sizeof *files->by_package, by_package);
    return true;
}

/* The first file whose key is not before `key`. */
static size_t find(const struct file *files, size_t n, const struct file *key, int (*compare)(const void *, const void *))
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(&files[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- stanzas ---- */

/* What a stanza says of its file. */
struct entry {
    struct asy_view path, package, version, arch;
    uint64_t size, line;
    bool has_size;
    const struct asy_stanza *stanza;
};

static const struct {
    const char *name;
    enum asy_digest_alg alg;
} digests[] = { { "SHA512", ASY_SHA512 }, { "SHA256", ASY_SHA256 }, { "SHA1", ASY_SHA1 }, { "MD5sum", ASY_MD5 } };

static assay_status malformed(struct asy_reading *reading, uint64_t line, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, line, "line %llu: %s", (unsigned long long)line, what);
}

static assay_status add_link(struct asy_reading *reading, const struct entry *entry, struct asy_item *item,
                             const struct asy_field *field, enum asy_digest_alg alg)
{
    struct asy_dossier *dossier = reading->dossier;
    struct asy_link link = { .alg = alg, .has_size = entry->has_size, .size = entry->size, .line = field->line };
    struct asy_piece whole = asy_whole(item);
    struct asy_claim *claim;

    if (field->lines != 1 || field->value.len != 2 * asy_digest_len(alg) || !asy_is_hex(field->value))
        return malformed(reading, field->line, "the digest has not the hex digits of its algorithm");
    if (!asy_hex_decode(dossier->arena, field->value, &link.value) ||
        !asy_recipe_of(dossier->arena, &whole, 1, &link.target))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, field->line, "memory of the job");
    claim = asy_add_claim(dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, field->line, "too many claims");
    claim->is.link = link;
    item->is_listed = true;
    return asy_ok;
}

/* Strong digests, all of them; without one the strongest of the weak, so that it can be said why it is not enough. */
static assay_status claim(struct asy_reading *reading, struct files *files, const struct entry *entry,
                          struct asy_item *item)
{
    bool has_strong = false;
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < sizeof digests / sizeof *digests; i++) {
        const struct asy_field *field = asy_stanza_field(entry->stanza, digests[i].name);
        bool is_strong = digests[i].alg == ASY_SHA256 || digests[i].alg == ASY_SHA512;

        if (field == NULL || (!is_strong && has_strong))
            continue;
        has_strong = true;
        files->bound++;
        s = add_link(reading, entry, item, field, digests[i].alg);
    }
    return s;
}

static bool is_at(const struct file *file, struct asy_view path)
{
    size_t n = file->path.len;

    return asy_view_ends(file->path, path) && (n == path.len || file->path.data[n - path.len - 1] == '/');
}

/* Files of that name; where some lie below directories of the names that the stanza gives, those alone. */
static assay_status claim_by_path(struct asy_reading *reading, struct files *files, const struct entry *entry)
{
    const struct file key = { .base = base_of(entry->path) };
    size_t first = find(files->by_base, files->n, &key, by_base), end = first;
    bool any_at = false;
    assay_status s = asy_ok;

    while (end < files->n && asy_view_eq(files->by_base[end].base, key.base))
        any_at |= is_at(&files->by_base[end++], entry->path);
    for (size_t i = first; assay_ok(s) && i < end; i++) {
        if (!any_at || is_at(&files->by_base[i], entry->path))
            s = claim(reading, files, entry, files->by_base[i].item);
    }
    return s;
}

static struct asy_view without_epoch(struct asy_view version)
{
    struct asy_reader r = asy_reader_of(version);
    struct asy_view epoch;

    return asy_get_until(&r, ':', &epoch) ? r.rest : version;
}

/* A name may leave out the epoch. */
static bool is_version(struct asy_view called, struct asy_view version)
{
    return asy_view_eq(called, version) || asy_view_eq(called, without_epoch(version));
}

static assay_status claim_by_package(struct asy_reading *reading, struct files *files, const struct entry *entry)
{
    const struct file key = { .package = entry->package };
    assay_status s = asy_ok;

    for (size_t i = find(files->by_package, files->n, &key, by_package);
         assay_ok(s) && i < files->n && asy_view_eq(files->by_package[i].package, key.package); i++) {
        const struct file *file = &files->by_package[i];

        if (is_version(file->version, entry->version) && asy_view_eq(file->arch, entry->arch) &&
            !asy_view_eq(file->base, base_of(entry->path)))
            s = claim(reading, files, entry, file->item);
    }
    return s;
}

static assay_status read_stanza(struct asy_reading *reading, struct files *files, const struct asy_stanza *stanza)
{
    struct entry entry = { .stanza = stanza, .line = stanza->fields[0].line };
    struct asy_view size;
    assay_status s;

    if (!asy_stanza_line(stanza, "Package", &entry.package) || !asy_stanza_line(stanza, "Version", &entry.version) ||
        !asy_stanza_line(stanza, "Architecture", &entry.arch) || !asy_stanza_line(stanza, "Filename", &entry.path))
        return malformed(reading, entry.line, "the stanza lacks one of Package, Version, Architecture and Filename");
    if (asy_stanza_field(stanza, "Size") != NULL) {
        if (!asy_stanza_line(stanza, "Size", &size) || !asy_parse_u64(size, &entry.size))
            return malformed(reading, entry.line, "the stanza's Size is no number");
        entry.has_size = true;
    }
    if (asy_view_starts(entry.path, ASY_TEXT("./")))
        entry.path = asy_view_from(entry.path, 2);
    s = claim_by_path(reading, files, &entry);
    return assay_ok(s) ? claim_by_package(reading, files, &entry) : s;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_deb822 text = asy_deb822_of(reading->bytes);
    struct files files = { 0 };
    struct asy_stanza stanza;
    assay_status s = asy_ok;

    if (!gather(reading, &files))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    reading->diag.code = 0;
    while (assay_ok(s) && asy_get_stanza(&text, &stanza, &reading->diag))
        s = read_stanza(reading, &files, &stanza);
    if (!assay_ok(s) || reading->diag.code != 0)
        return (assay_status){ reading->diag.code };
    if (files.bound == 0)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "no stanza is about a file that is to be ruled about");
    return asy_ok;
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_reader r = asy_reader_of(glimpse->head);
    struct asy_view line;
    bool has_file = false;

    if (!asy_view_starts(glimpse->head, ASY_TEXT("Package: ")))
        return false;
    while (!has_file && asy_get_line(&r, &line) && line.len > 0)
        has_file = asy_view_starts(line, ASY_TEXT("Filename: ")) || (!glimpse->whole && asy_at_end(&r));
    return has_file;
}

const struct asy_format asy_format_apt_packages = {
    .name = "apt_packages",
    .title = "Packages indices of apt repositories",
    .kind = ASY_KIND_MANIFEST,
    .recognise = recognise,
    .read = read,
};
