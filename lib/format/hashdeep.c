/*
 * hashdeep(1) files, version 1.0.
 *
 *   "%%%% HASHDEEP-1.0"
 *   "%%%% size," alg { "," alg } ",filename"
 *   "##" comment
 *   size "," hex { "," hex } "," name             the name is the rest of the line, commas and all
 *
 * Columns of algorithms that cannot be computed (tiger, whirlpool) are passed over; one column must remain.
 */
#include "format/listing.h"

#include "base/text.h"
#include "codec/hex.h"

enum { COLUMNS = 8 };

static const struct asy_view mark = ASY_TEXT_INIT("%%%% HASHDEEP-");

struct columns {
    enum asy_digest_alg alg[COLUMNS]; /* NONE: a column to pass over */
    size_t n;
};

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, mark);
}

static bool read_version(struct asy_listing *listing)
{
    struct asy_view text;

    if (!asy_listing_line(listing, &text))
        return false;
    if (!asy_view_starts(text, mark))
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "%%%% HASHDEEP-1.0", text);
    if (!asy_view_is(asy_view_from(text, mark.len), "1.0"))
        return asy_listing_malformed(listing, ASSAY_E_UNSUPPORTED, "version 1.0",
                                     asy_view_from(text, mark.len));
    return true;
}

static bool add_column(struct asy_listing *listing, struct asy_view name, struct columns *columns)
{
    enum asy_digest_alg alg = asy_digest_of_name(name);

    if (columns->n == COLUMNS || name.len == 0)
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "the names of at most 8 digests", name);
    if (!asy_digest_known(alg))
        alg = ASY_DIGEST_NONE;
    for (size_t i = 0; i < columns->n; i++) {
        if (alg != ASY_DIGEST_NONE && columns->alg[i] == alg)
            return asy_listing_malformed(listing, ASSAY_E_FORMAT, "each digest once", name);
    }
    columns->alg[columns->n++] = alg;
    return true;
}

static bool has_digest(const struct columns *columns)
{
    for (size_t i = 0; i < columns->n; i++) {
        if (columns->alg[i] != ASY_DIGEST_NONE)
            return true;
    }
    return false;
}

static bool read_columns(struct asy_listing *listing, struct columns *columns)
{
    struct asy_view text, name;
    struct asy_reader r;

    if (!asy_listing_line(listing, &text))
        return false;
    r = asy_reader_of(text);
    if (!asy_get_text(&r, ASY_TEXT("%%%% size,")))
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "%%%% size, digests and filename", text);
    while (asy_get_until(&r, ',', &name)) {
        if (!add_column(listing, name, columns))
            return false;
    }
    if (!asy_view_is(r.rest, "filename"))
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "filename as the last column", text);
    return has_digest(columns) ||
           asy_listing_malformed(listing, ASSAY_E_UNSUPPORTED, "a digest that is known", text);
}

static bool read_row(struct asy_listing *listing, struct asy_view text, const struct columns *columns)
{
    struct asy_listed file = { .has_size = true };
    struct asy_reader r = asy_reader_of(text);
    struct asy_view field, hex[COLUMNS];

    if (!asy_get_until(&r, ',', &field) || !asy_parse_u64(field, &file.size))
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "a size, digests and a file name", text);
    for (size_t i = 0; i < columns->n; i++) {
        if (!asy_get_until(&r, ',', &hex[i]) || !asy_is_hex(hex[i]))
            return asy_listing_malformed(listing, ASSAY_E_FORMAT, "as many digests as there are columns",
                                         text);
    }
    if (!asy_listing_path(listing, r.rest, &file.path))
        return false;
    for (size_t i = 0; i < columns->n; i++) {
        file.alg = columns->alg[i];
        if (file.alg == ASY_DIGEST_NONE)
            continue;
        if (!asy_listing_digest(listing, file.alg, hex[i], &file.value) || !asy_listing_add(listing, &file))
            return false;
    }
    return true;
}

static assay_status read(struct asy_reading *reading)
{
    struct columns columns = { 0 };
    struct asy_listing listing;
    struct asy_view text;

    asy_listing_begin(&listing, reading);
    if (!read_version(&listing) || !read_columns(&listing, &columns)) {
        if (assay_ok(listing.status))
            (void)asy_listing_malformed(&listing, ASSAY_E_FORMAT, "two header lines", reading->bytes);
        return listing.status;
    }
    while (asy_listing_line(&listing, &text)) {
        if (!asy_view_starts(text, ASY_TEXT("##")))
            (void)read_row(&listing, text, &columns);
    }
    return asy_listing_end(&listing);
}

static const char *const suffixes[] = { ".hashdeep", NULL };

const struct asy_format asy_format_hashdeep = {
    .name = "hashdeep",
    .title = "hashdeep audit files",
    .kind = ASY_KIND_MANIFEST,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
