/*
 * Python wheels (PyPA "Binary distribution format" and "Recording installed projects"): zip archives with one directory
 * NAME-VERSION.dist-info, whose RECORD is a table in CSV: path, ALGORITHM=digest in base64url without padding, size.
 * It lists every file; itself and the signatures RECORD.jws and RECORD.p7s it may list, without digest and size.
 */
#include "format/zip_look.h"

#include "base/text.h"
#include "codec/base64.h"

#include <stdlib.h>
#include <string.h>

struct row {
    struct asy_view path, hash, size;
    size_t line;
};

struct wheel {
    struct asy_reading *reading;
    struct asy_kept kept;
    struct asy_item *record;
    struct asy_view dir; /* "agent-2.1.dist-info/" */
    struct row *rows;    /* sorted by path once all are there */
    size_t n, room;
};

static bool is_record(struct asy_view name)
{
    return asy_glob(ASY_TEXT("*.dist-info/RECORD"), name) && memchr(name.data, '/', name.len - 7) == NULL;
}

static bool found_in(struct asy_reading *reading)
{
    return asy_zip_has(reading, is_record);
}

static assay_status wrong(struct wheel *w, size_t line, const char *what)
{
    return asy_fail(&w->reading->diag, ASSAY_E_FORMAT, line, "RECORD, line %zu: %s", line, what);
}

/* ---- the table (RFC 4180; lines end with LF too, and no field has a line end in it) ---- */

/* A field up to its comma or the end of the line; `*more` when a comma followed. */
static bool get_field(struct asy_arena *arena, struct asy_reader *r, struct asy_view *out, bool *more)
{
    uint8_t *plain, c;
    size_t n = 0;

    if (!asy_get_text(r, ASY_TEXT("\""))) {
        while (n < r->rest.len && r->rest.data[n] != ',' && r->rest.data[n] != '"')
            n++;
        *more = n < r->rest.len;
        return asy_get_view(r, n, out) && (!*more || asy_get_text(r, ASY_TEXT(",")));
    }
    plain = asy_alloc(arena, r->rest.len + 1, 1);
    while (plain != NULL && asy_get_u8(r, &c)) {
        if (c != '"' || asy_get_text(r, ASY_TEXT("\""))) {
            plain[n++] = c;
            continue;
        }
        *out = (struct asy_view){ plain, n };
        *more = asy_get_text(r, ASY_TEXT(","));
        return *more || asy_at_end(r);
    }
    return false;
}

static bool get_row(struct asy_arena *arena, struct asy_view line, struct row *out)
{
    struct asy_reader r = asy_reader_of(line);
    bool more;

    return get_field(arena, &r, &out->path, &more) && more && get_field(arena, &r, &out->hash, &more) && more &&
           get_field(arena, &r, &out->size, &more) && !more && out->path.len > 0;
}

static int by_path(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return asy_view_cmp(x->path, y->path);
}

static assay_status read_table(struct wheel *w, struct asy_view bytes)
{
    struct asy_arena *arena = w->reading->dossier->arena;
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_view line;
    size_t no = 0;

    while (asy_get_text_line(&r, &line)) {
        struct row row = { .line = ++no };

        if (!get_row(arena, line, &row))
            return wrong(w, no, "expected \"path,digest,size\"");
        if (!asy_grow(arena, &w->rows, w->n, &w->room, sizeof row))
            return asy_no_memory(&w->reading->diag);
        w->rows[w->n++] = row;
    }
    if (w->n == 0)
        return wrong(w, 1, "the table is empty");
    qsort(w->rows, w->n, sizeof *w->rows, by_path);
    for (size_t i = 1; i < w->n; i++) {
        if (asy_view_eq(w->rows[i - 1].path, w->rows[i].path))
            return wrong(w, w->rows[i].line, "a path that another line has");
    }
    return asy_ok;
}

static const struct row *row_of(const struct wheel *w, struct asy_view path)
{
    const struct row key = { .path = path };

    return w->n == 0 ? NULL : bsearch(&key, w->rows, w->n, sizeof *w->rows, by_path);
}

/* ---- the claims ---- */

/* The table cannot give its own digest, nor those of signatures over it. */
static bool is_exempt(const struct wheel *w, struct asy_view path)
{
    struct asy_view name = asy_view_from(path, w->dir.len);

    return asy_view_starts(path, w->dir) && (asy_view_is(name, "RECORD") || asy_view_is(name, "RECORD.jws") ||
                                             asy_view_is(name, "RECORD.p7s"));
}

static assay_status read_hash(struct wheel *w, const struct row *row, struct asy_link *link)
{
    struct asy_reader r = asy_reader_of(row->hash);
    struct asy_view name;

    if (!asy_get_until(&r, '=', &name))
        return wrong(w, row->line, "expected ALGORITHM=digest");
    link->alg = asy_digest_of_name(name);
    if (!asy_digest_known(link->alg))
        return asy_fail(&w->reading->diag, ASSAY_E_UNSUPPORTED, row->line,
                        "RECORD, line %zu: a digest that is not computed here", row->line);
    if (!asy_base64url_decode(w->reading->dossier->arena, r.rest, &link->value) ||
        link->value.len != asy_digest_len(link->alg))
        return wrong(w, row->line, "the digest is no base64url of its algorithm's length");
    link->has_size = row->size.len > 0;
    if (link->has_size && !asy_parse_u64(row->size, &link->size))
        return wrong(w, row->line, "the size is no number");
    return asy_ok;
}

static void find(struct wheel *w, enum asy_reason reason, const struct asy_item *about, const char *what)
{
    asy_add_finding(w->reading->dossier, ASY_BLOCKS, reason, about, w->record, "%s", what);
}

/* The specification asks for SHA-256 or better of every file. */
static assay_status claim_row(struct wheel *w, const struct row *row)
{
    struct asy_dossier *dossier = w->reading->dossier;
    struct asy_item *item = asy_kept_find(&w->kept, row->path);
    struct asy_link link = { .line = row->line };
    struct asy_piece whole;
    struct asy_claim *claim;
    assay_status s;

    if (is_exempt(w, row->path) && row->hash.len == 0)
        return asy_ok;
    if (item == NULL) {
        asy_add_finding(dossier, ASY_BLOCKS, ASY_FILE_MISSING, w->reading->document, w->record, "%.*s",
                        asy_shown_len(row->path), (const char *)row->path.data);
        return asy_ok;
    }
    item->is_listed = true;
    if (row->hash.len == 0) {
        find(w, ASY_COVERAGE_UNLISTED, item, "RECORD has no digest of it");
        return asy_ok;
    }
    s = read_hash(w, row, &link);
    if (!assay_ok(s))
        return s;
    if (asy_digest_strength(link.alg) < asy_digest_strength(ASY_SHA256))
        find(w, ASY_DIGEST_WEAK, item, asy_digest_name(link.alg));
    whole = asy_whole(item);
    claim = asy_add_claim(dossier, ASY_CLAIM_LINK, w->record, NULL);
    if (claim == NULL || !asy_recipe_of(dossier->arena, &whole, 1, &link.target))
        return asy_fail(&w->reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = link;
    return asy_ok;
}

static void find_unlisted(struct wheel *w)
{
    for (size_t i = 0; i < w->kept.n; i++) {
        struct asy_view name = asy_view_of(w->kept.items[i]->name);

        if (!is_exempt(w, name) && row_of(w, name) == NULL)
            find(w, ASY_COVERAGE_UNLISTED, w->kept.items[i], "is not in RECORD");
    }
}

/* The one RECORD, beside which there is no other directory of its kind. */
static assay_status find_record(struct wheel *w)
{
    for (size_t i = 0; i < w->kept.n; i++) {
        struct asy_view name = asy_view_of(w->kept.items[i]->name);

        if (!is_record(name))
            continue;
        if (w->record != NULL)
            return wrong(w, 0, "there are two");
        w->record = w->kept.items[i];
        w->dir = asy_view_head(name, name.len - strlen("RECORD"));
    }
    return w->record != NULL ? asy_ok : wrong(w, 0, "is no member that can be read");
}

static assay_status read(struct asy_reading *reading)
{
    struct wheel w = { .reading = reading };
    struct asy_view bytes;
    assay_status s;

    if (!asy_kept_new(reading, &w.kept))
        return asy_no_memory(&reading->diag);
    s = find_record(&w);
    if (assay_ok(s))
        s = asy_kept_load(&w.kept, w.record, reading->dossier->limits->manifest, &bytes);
    if (!assay_ok(s))
        return s;
    w.record->format = reading->document->format;
    s = read_table(&w, bytes);
    for (size_t i = 0; assay_ok(s) && i < w.n; i++)
        s = claim_row(&w, &w.rows[i]);
    if (assay_ok(s))
        find_unlisted(&w);
    return s;
}

static const char *const suffixes[] = { ".whl", NULL };

const struct asy_format asy_format_wheel = {
    .name = "wheel",
    .title = "Python wheels and their RECORD",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .inside = "zip",
    .found_in = found_in,
    .read = read,
};
