/*
 * The Release file of an apt repository (wiki.debian.org/DebianRepository/Format): one stanza that says when it was made,
 * until when it may be used, for which suite, and which indices belong to it.
 *
 *   Date: Sun, 22 Nov 2026 21:00:00 UTC
 *   SHA256:
 *    digest size path
 *
 * Only SHA-256 and SHA-512 lists are read; where there is neither, the weaker ones, so that it can be said why they are
 * not enough.  A repository need not have every index that is listed.
 */
#include "format/apt_lists.h"

static const struct asy_list_field strong[] = { { "SHA256", ASY_SHA256 }, { "SHA512", ASY_SHA512 } };
static const struct asy_list_field weak[] = { { "SHA1", ASY_SHA1 }, { "MD5Sum", ASY_MD5 } };

static bool add_lists(struct asy_listing *listing, const struct asy_stanza *stanza, const struct asy_list_field *lists)
{
    for (size_t i = 0; i < 2; i++) {
        const struct asy_field *field = asy_stanza_field(stanza, lists[i].name);

        if (field != NULL && !asy_listing_add_field(listing, field, lists[i].alg, 0))
            return false;
    }
    return true;
}

static bool add_statements(struct asy_reading *reading, const struct asy_stanza *stanza)
{
    if (asy_stanza_field(stanza, "Date") == NULL) {
        (void)asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "no field Date");
        return false;
    }
    return asy_add_time_statement(reading, stanza, "Date", ASY_SAYS_MADE) &&
           asy_add_time_statement(reading, stanza, "Valid-Until", ASY_SAYS_EXPIRES) &&
           asy_add_text_statement(reading, stanza, "Suite", ASY_SAYS_SUITE) &&
           asy_add_text_statement(reading, stanza, "Codename", ASY_SAYS_CODENAME) &&
           asy_add_text_statement(reading, stanza, "Origin", ASY_SAYS_ORIGIN);
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_listing listing;
    struct asy_stanza stanza;

    if (!asy_get_only_stanza(reading, &stanza) || !add_statements(reading, &stanza))
        return (assay_status){ reading->diag.code };
    asy_listing_begin(&listing, reading);
    listing.is_optional = true;
    if (add_lists(&listing, &stanza, strong) && listing.files_n == 0)
        (void)add_lists(&listing, &stanza, weak);
    return asy_listing_end(&listing);
}

/* A field or its continuation; of a line that is cut, as much as there is. */
static bool is_line(struct asy_view line, bool is_cut)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_view name;

    return asy_view_starts(line, ASY_TEXT(" ")) || is_cut || (asy_get_until(&r, ':', &name) && name.len > 0);
}

static bool starts_with_any(struct asy_view line, const char *const *marks)
{
    for (; *marks != NULL; marks++) {
        if (asy_view_starts(line, asy_view_of(*marks)))
            return true;
    }
    return false;
}

/* Fields of a Release and of nothing else with a Date: a .changes file has its Source besides. */
static bool recognise(const struct asy_glimpse *glimpse)
{
    static const char *const marks[] = { "Suite:", "Codename:", "Architectures:", "Components:", "MD5Sum:", "SHA256:", NULL };
    static const char *const others[] = { "Source:", "Package:", NULL };
    struct asy_reader r = asy_reader_of(glimpse->head);
    bool has_date = false, has_mark = false;
    struct asy_view line;

    while (asy_get_line(&r, &line) && line.len > 0) {
        if (!is_line(line, asy_at_end(&r) && !glimpse->whole) || starts_with_any(line, others))
            return false;
        has_date = has_date || asy_view_starts(line, ASY_TEXT("Date:"));
        has_mark = has_mark || starts_with_any(line, marks);
    }
    return has_date && has_mark;
}

const struct asy_format asy_format_apt_release = {
    .name = "apt_release",
    .title = "Release files of apt repositories (InRelease: signed by OpenPGP)",
    .kind = ASY_KIND_MANIFEST,
    .speaks = true,
    .recognise = recognise,
    .read = read,
};
