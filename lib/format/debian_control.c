/*
 * What a Debian source package or upload consists of: .dsc (dsc(5)), .changes (deb-changes(5)) and .buildinfo
 * (deb-buildinfo(5)), usually clear-signed.  One stanza with lists of the files beside it.
 *
 *   Checksums-Sha256:
 *    digest size name
 *   Files:
 *    MD5 digest, size, in .changes section and priority, name
 *
 * A file that only weaker lists name is claimed under the weaker digest.
 */
#include "format/apt_lists.h"

#include <string.h>

enum { FILES_MAX = 4096 }; /* each is compared with all of the stronger lists */

static const struct asy_list_field lists[] = {
    { "Checksums-Sha512", ASY_SHA512 },
    { "Checksums-Sha256", ASY_SHA256 },
    { "Checksums-Sha1", ASY_SHA1 },
    { "Checksums-Md5", ASY_MD5 }, /* .buildinfo */
    { "Files", ASY_MD5 },
};

/* deb-changes(5): Files has section and priority before the name. */
static size_t words_before_name(const struct asy_stanza *stanza, const char *list)
{
    bool is_changes = asy_stanza_field(stanza, "Changes") != NULL || asy_stanza_field(stanza, "Distribution") != NULL;

    return strcmp(list, "Files") == 0 && is_changes ? 2 : 0;
}

/* Takes back what stands from `first` on where a stronger list has the file already: it must then say the same size. */
static void drop_weaker(struct asy_listing *listing, size_t first)
{
    size_t kept = first;

    for (size_t i = first; i < listing->files_n; i++) {
        bool is_known = false;

        for (size_t k = 0; k < first && !is_known; k++)
            is_known = asy_view_eq(listing->files[k].path, listing->files[i].path) &&
                       listing->files[k].size == listing->files[i].size;
        if (!is_known)
            listing->files[kept++] = listing->files[i];
    }
    listing->files_n = kept;
}

/* A source package is files beside each other. */
static bool has_only_names(struct asy_listing *listing)
{
    for (size_t i = 0; i < listing->files_n; i++) {
        struct asy_view path = listing->files[i].path;

        listing->line = listing->files[i].line;
        if (memchr(path.data, '/', path.len) != NULL)
            return asy_listing_malformed(listing, ASSAY_E_FORMAT, "a name without '/'", path);
    }
    return true;
}

static bool add_statements(struct asy_reading *reading, const struct asy_stanza *stanza)
{
    return asy_add_text_statement(reading, stanza, "Source", ASY_SAYS_PACKAGE) &&
           asy_add_text_statement(reading, stanza, "Version", ASY_SAYS_VERSION) &&
           asy_add_text_statement(reading, stanza, "Architecture", ASY_SAYS_ARCH);
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_listing listing;
    struct asy_stanza stanza;
    bool good = true;

    if (!asy_get_only_stanza(reading, &stanza) || !add_statements(reading, &stanza))
        return (assay_status){ reading->diag.code };
    asy_listing_begin(&listing, reading);
    listing.is_part = true;
    for (size_t i = 0; good && i < sizeof lists / sizeof *lists; i++) {
        const struct asy_field *field = asy_stanza_field(&stanza, lists[i].name);
        size_t first = listing.files_n;

        if (field == NULL)
            continue;
        good = asy_listing_add_field(&listing, field, lists[i].alg, words_before_name(&stanza, lists[i].name));
        if (listing.files_n - first > FILES_MAX)
            return asy_fail(&reading->diag, ASSAY_E_LIMIT, listing.line, "more than %d files in a list", FILES_MAX);
        drop_weaker(&listing, first);
    }
    if (good)
        (void)has_only_names(&listing);
    return asy_listing_end(&listing);
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_reader r = asy_reader_of(glimpse->head);
    struct asy_view line;
    bool has_source = false;

    if (!asy_view_starts(glimpse->head, ASY_TEXT("Format: ")))
        return false;
    while (!has_source && asy_get_line(&r, &line) && line.len > 0)
        has_source = asy_view_starts(line, ASY_TEXT("Source: "));
    return has_source;
}

const struct asy_format asy_format_debian_control = {
    .name = "debian_control",
    .title = "Debian source packages and uploads: .dsc, .changes, .buildinfo (signed by OpenPGP)",
    .kind = ASY_KIND_MANIFEST,
    .speaks = true,
    .recognise = recognise,
    .read = read,
};
