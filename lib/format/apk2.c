/*
 * Packages of apk v2 (apk-v2(5), apk-package(5)).
 *
 *   package    = signatures* control data
 *   signatures = gzip member of tar entries ".SIGN." algorithm "." key file
 *   control    = gzip member of tar entries ".PKGINFO", ".pre-install", ...
 *   data       = all that follows, gzip too
 *
 * A signature is over the bytes of the control member as they are in the file; "datahash" in .PKGINFO is the SHA-256 of
 * the data.  Without it nobody says the data, whoever signed the control member.  Neither signatures nor control end the
 * tar that all members together are.
 */
#include "format/apk.h"

#include "codec/hex.h"
#include "format/tar_memory.h"
#include "format/tarball.h"
#include "io/member.h"

struct info {
    struct asy_view name, version, arch, datahash;
};

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_apk_kind_of(glimpse) == ASY_APK_PACKAGE;
}

static assay_status no_room(struct asy_reading *reading)
{
    return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

/* ---- .PKGINFO ---- */

static bool take_once(struct asy_view value, struct asy_view *out)
{
    if (out->len > 0 || value.len == 0)
        return false;
    *out = value;
    return true;
}

/* "key = value"; keys that say nothing here may come as they like. */
static bool take_line(struct asy_view line, struct info *info)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_view key;

    if (asy_view_starts(line, ASY_TEXT("#")) || !asy_get_until(&r, '=', &key))
        return true;
    key = asy_view_trim(key);
    if (asy_view_is(key, "pkgname"))
        return take_once(asy_view_trim(r.rest), &info->name);
    if (asy_view_is(key, "pkgver"))
        return take_once(asy_view_trim(r.rest), &info->version);
    if (asy_view_is(key, "arch"))
        return take_once(asy_view_trim(r.rest), &info->arch);
    return !asy_view_is(key, "datahash") || take_once(asy_view_trim(r.rest), &info->datahash);
}

static assay_status read_info(struct asy_reading *reading, struct asy_view bytes, struct info *info)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_view line;
    uint64_t n = 0;

    while (asy_get_line(&r, &line)) {
        n++;
        if (!take_line(line, info))
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, n, ".PKGINFO line %llu: is empty, or there twice",
                            (unsigned long long)n);
    }
    if (info->name.len == 0 || info->version.len == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, ".PKGINFO names no package or no version");
    return asy_ok;
}

/* ---- control ---- */

/* apk takes the first file that is no dot file at the root for the beginning of the data. */
static bool is_control_name(struct asy_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] == '/')
            return false;
    }
    return asy_view_starts(name, ASY_TEXT(".")) && !asy_view_starts(name, ASY_TEXT(".SIGN."));
}

static assay_status read_control(struct asy_reading *reading, struct asy_view bytes, struct info *info)
{
    struct asy_tar_memory tar;
    struct asy_tar_entry entry;
    bool more, found = false;

    asy_tar_memory_begin(&tar, reading, bytes);
    for (;;) {
        assay_status s = asy_tar_memory_next(&tar, &entry, &more);

        if (!assay_ok(s))
            return s;
        if (!more)
            break;
        if (entry.type != ASY_MEMBER_FILE || !is_control_name(entry.name))
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "\"%.*s\" does not belong into the control segment",
                            asy_shown_len(entry.name), (const char *)entry.name.data);
        if (!asy_view_is(entry.name, ".PKGINFO"))
            continue;
        if (found)
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, ".PKGINFO is there twice");
        found = true;
        s = read_info(reading, entry.data, info);
        if (!assay_ok(s))
            return s;
    }
    if (!found || tar.ended)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the control segment %s",
                        found ? "ends the archive" : "has no .PKGINFO");
    return asy_ok;
}

/* The control member as an item of its own: what an index of the repository gives digests of. */
static assay_status add_control(struct asy_reading *reading, const struct asy_gzip_member *control,
                                const struct info *info)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_packed *packed = asy_packed_new(arena, reading->document->source, ASY_PACKED_NOT, 0);
    struct asy_source *source =
        packed == NULL ? NULL
                       : asy_source_member(arena, packed, control->off, control->len, control->len, ASY_PACKED_NOT);
    struct asy_item *item =
        asy_add_derived(reading->dossier, reading->document, control->off, control->len,
                        asy_printf(arena, "%s: control segment", reading->document->name), source);

    if (item == NULL)
        return no_room(reading);
    item->says_parent = true;
    item->size = control->len;
    item->has_size = true;
    item->known_as = asy_apk_control_name(arena, info->name, info->version);
    return item->known_as == NULL ? no_room(reading) : asy_ok;
}

static assay_status claim_data(struct asy_reading *reading, const struct asy_gzip_member *control, struct asy_view hex)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_piece data = asy_span(reading->document, control->off + control->len, ASY_TO_END);
    struct asy_claim *claim;
    struct asy_view value;

    if (!asy_hex_decode(arena, hex, &value) || value.len != asy_digest_len(ASY_SHA256))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "datahash is no SHA-256 in hex");
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL || !asy_recipe_of(arena, &data, 1, &claim->is.link.target))
        return no_room(reading);
    claim->is.link.alg = ASY_SHA256;
    claim->is.link.value = value;
    claim->is.link.has_place = true;
    claim->is.link.place_off = control->off;
    claim->is.link.place_len = control->len;
    return asy_ok;
}

static assay_status state(struct asy_reading *reading, const struct asy_gzip_member *control,
                          enum asy_statement_kind kind, struct asy_view text)
{
    struct asy_statement *statement = text.len == 0 ? NULL : asy_add_statement(reading->dossier, kind, reading->document);

    if (statement == NULL)
        return text.len == 0 ? asy_ok : no_room(reading);
    statement->place_off = control->off;
    statement->place_len = control->len;
    statement->text = text;
    statement->scheme = kind == ASY_SAYS_VERSION ? ASY_VERSION_APK : ASY_VERSION_NONE;
    return asy_ok;
}

static assay_status state_all(struct asy_reading *reading, const struct asy_gzip_member *control,
                              const struct info *info)
{
    assay_status s = state(reading, control, ASY_SAYS_PACKAGE, info->name);

    if (assay_ok(s))
        s = state(reading, control, ASY_SAYS_VERSION, info->version);
    return assay_ok(s) ? state(reading, control, ASY_SAYS_ARCH, info->arch) : s;
}

static assay_status check_data(struct asy_reading *reading, uint64_t off)
{
    const struct asy_source *source = reading->document->source;
    uint64_t size = asy_source_size(source);
    uint8_t magic[3];

    if (size - off < sizeof magic)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, off, "no data segment behind the control segment");
    if (!assay_ok(asy_source_read(source, off, magic, sizeof magic, &reading->diag)))
        return (assay_status){ reading->diag.code };
    if (magic[0] != 0x1f || magic[1] != 0x8b || magic[2] != 8)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, off, "byte %llu: the data segment is not gzip",
                        (unsigned long long)off);
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_apk_signatures signatures;
    struct asy_gzip_member control;
    struct info info = { 0 };
    assay_status s = asy_apk_read_signatures(reading, reading->document->source, reading->dossier->limits->document,
                                             &signatures, &control);

    if (assay_ok(s))
        s = read_control(reading, control.bytes, &info);
    if (assay_ok(s))
        s = check_data(reading, control.off + control.len);
    if (assay_ok(s))
        s = asy_apk_claim_signatures(reading, &signatures, control.len);
    if (assay_ok(s) && info.datahash.len > 0)
        s = claim_data(reading, &control, info.datahash);
    if (assay_ok(s))
        s = add_control(reading, &control, &info);
    return assay_ok(s) ? state_all(reading, &control, &info) : s;
}

/* The files of the data, which is an archive from its first byte to its last; the control segment is no file to anybody. */
static assay_status walk(struct asy_reading *reading)
{
    struct asy_dossier *dossier = reading->dossier;
    struct asy_reading inner = { .dossier = dossier };
    struct asy_apk_signatures signatures;
    struct asy_gzip_member control;
    struct asy_members members;
    struct asy_packed *packed = asy_packed_new(dossier->arena, reading->document->source, ASY_PACKED_NOT, 0);
    uint64_t off, len;
    assay_status s = asy_apk_read_signatures(reading, reading->document->source, dossier->limits->document, &signatures,
                                             &control);

    if (!assay_ok(s))
        return s;
    off = control.off + control.len;
    len = asy_source_size(reading->document->source) - off;
    inner.document = packed == NULL
                         ? NULL
                         : asy_add_derived(dossier, reading->document, off, len, "data.tar.gz",
                                           asy_source_member(dossier->arena, packed, off, len, len, ASY_PACKED_NOT));
    if (inner.document == NULL)
        return no_room(reading);
    inner.document->is_member = true;
    inner.document->format = "tar";
    inner.document->size = len;
    inner.document->has_size = true;
    s = asy_source_open(inner.document->source, &reading->diag);
    if (!assay_ok(s))
        return s;
    s = asy_tar_walk(&inner, true, &members);
    asy_source_close(inner.document->source);
    if (!assay_ok(s))
        reading->diag = inner.diag;
    return s;
}

static const char *const suffixes[] = { ".apk", NULL };

const struct asy_format asy_format_apk2 = {
    .name = "apk2",
    .title = "Alpine packages, apk v2 (RSA)",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
    .walk = walk,
};
