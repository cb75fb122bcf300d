#include "verify/names.h"

#include "format/format.h"
#include "format/listing.h"

#include <string.h>

/* Ends of detached evidence that no format of the table owns, or that is not verified here. */
static const char *const other_suffixes[] = {
    ".bundle", ".sbom.json", ".cdx.json",
    ".spdx.json", ".spdx", ".jws", ".sct", NULL,
};

struct known {
    const char *suffix, *what;
};

static const struct known unsupported[] = {
    { ".cdx.json", "CycloneDX SBOM" },
    { ".spdx.json", "SPDX SBOM" },
    { ".spdx", "SPDX SBOM" },
    { ".jws", "JSON web signature" },
};

struct asy_view asy_base_name(struct asy_view path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.data[i - 1] == '/')
            return asy_view_from(path, i);
    }
    return path;
}

/* All ends begin with a dot. */
static bool may_end(struct asy_view name)
{
    return name.len > 0 && memchr(name.data, '.', name.len) != NULL;
}

static bool ends_with_any(struct asy_view name, const char *const *suffixes, struct asy_view *subject)
{
    for (; *suffixes != NULL; suffixes++) {
        struct asy_view suffix = asy_view_of(*suffixes);

        if (name.len > suffix.len && asy_view_ends(name, suffix)) {
            *subject = asy_view_head(name, name.len - suffix.len);
            return true;
        }
    }
    return false;
}

bool asy_names_evidence(struct asy_view name, struct asy_view *subject)
{
    for (size_t i = 0; may_end(name) && i < asy_formats_n; i++) {
        if (asy_formats[i]->suffixes != NULL && asy_formats[i]->kind != ASY_KIND_ARCHIVE &&
            asy_formats[i]->kind != ASY_KIND_PACKAGE &&
            ends_with_any(name, asy_formats[i]->suffixes, subject))
            return true;
    }
    return may_end(name) && ends_with_any(name, other_suffixes, subject);
}

bool asy_names_package(struct asy_view name)
{
    for (size_t i = 0; may_end(name) && i < asy_formats_n; i++) {
        if (asy_formats[i]->kind != ASY_KIND_PACKAGE)
            continue;
        for (const char *const *suffix = asy_formats[i]->suffixes; suffix != NULL && *suffix != NULL; suffix++) {
            if (asy_view_ends(name, asy_view_of(*suffix)))
                return true;
        }
    }
    return false;
}

const char *const asy_packed_suffixes[] = { ".xz", ".gz", ".bz2", ".zst", ".lzma", NULL };

bool asy_names_packed(struct asy_view signed_name, struct asy_view file)
{
    struct asy_view rest;

    return asy_view_ends(signed_name, ASY_TEXT(".tar")) && ends_with_any(file, asy_packed_suffixes, &rest) &&
           asy_view_eq(rest, signed_name);
}

bool asy_names_signature(struct asy_view name)
{
    static const char *const ends[] = { ".sig", ".sign", ".signature", NULL };
    struct asy_view subject;

    return ends_with_any(name, ends, &subject);
}

const char *asy_names_unsupported(struct asy_view name)
{
    for (size_t i = 0; i < sizeof unsupported / sizeof *unsupported; i++) {
        if (asy_view_ends(name, asy_view_of(unsupported[i].suffix)))
            return unsupported[i].what;
    }
    return NULL;
}
