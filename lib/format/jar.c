/*
 * JARs (JAR File Specification): zip archives with META-INF/MANIFEST.MF, signed or not.  What is signed are the files; the
 * structures of the archive around them are framing once the walk has found them to agree, and so are the signatures.
 */
#include "format/jar_signed.h"

#include "base/text.h"

static bool is_android(struct asy_view name)
{
    return asy_view_is(name, "AndroidManifest.xml");
}

static bool is_mark(struct asy_view name)
{
    struct asy_view meta = asy_jar_meta(name);

    return asy_view_eq_nocase(meta, ASY_TEXT("MANIFEST.MF")) ||
           (meta.len > 3 && asy_view_eq_nocase(asy_view_from(meta, meta.len - 3), ASY_TEXT(".SF")));
}

static bool found_in(struct asy_reading *reading)
{
    return !asy_view_ends(asy_view_of(reading->document->name), ASY_TEXT(".apk")) && asy_zip_has(reading, is_mark) &&
           !asy_zip_has(reading, is_android);
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_jar jar = { .reading = reading, .may_be_unsigned = asy_jar_is_related };
    assay_status s;

    if (!asy_kept_new(reading, &jar.kept))
        return asy_no_memory(&reading->diag);
    s = asy_claim_jar(&jar);
    if (assay_ok(s) && jar.signers_n > 0)
        asy_kept_frame(&jar.kept, asy_jar_is_signature);
    return s;
}

static const char *const suffixes[] = { ".jar", ".war", ".ear", NULL };

const struct asy_format asy_format_jar = {
    .name = "jar",
    .title = "Java archives and their signatures",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .inside = "zip",
    .found_in = found_in,
    .read = read,
};
