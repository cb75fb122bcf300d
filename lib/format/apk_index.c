/*
 * Indices of Alpine repositories, APKINDEX.tar.gz (apk-index(8)).
 *
 *   index  = signatures* rest             each a gzip member; a signature is over all of the rest
 *   rest   = tar of "DESCRIPTION" and "APKINDEX"
 *   record = { letter ":" value LF } LF   of one package: P name, V version, C checksum, S size, ...
 *
 * The checksum is of the control member of the package: "Q1" and base64 of its SHA-1, or "Q2" and of its SHA-256.
 */
#include "format/apk.h"

#include "base/text.h"
#include "codec/base64.h"
#include "format/tar_memory.h"

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_apk_kind_of(glimpse) == ASY_APK_INDEX;
}

struct record {
    struct asy_view name, version, checksum;
    uint64_t size, line;
    bool has_size, any;
};

static assay_status malformed(struct asy_reading *reading, uint64_t line, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, line, "APKINDEX line %llu: %s", (unsigned long long)line, what);
}

static bool take_once(struct asy_view value, struct asy_view *out)
{
    if (out->len > 0 || value.len == 0)
        return false;
    *out = value;
    return true;
}

static bool take_size(struct asy_view value, struct record *record)
{
    if (record->has_size || !asy_parse_u64(value, &record->size))
        return false;
    record->has_size = true;
    return true;
}

/* A field of one letter; those that say nothing here may come as they like. */
static bool take_field(struct asy_view line, struct record *record)
{
    struct asy_view value = asy_view_from(line, 2);

    if (line.len < 2 || line.data[1] != ':')
        return false;
    switch (line.data[0]) {
    case 'P':
        return take_once(value, &record->name);
    case 'V':
        return take_once(value, &record->version);
    case 'C':
        return take_once(value, &record->checksum);
    case 'S':
        return take_size(value, record);
    default:
        return true;
    }
}

static enum asy_digest_alg get_checksum(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    enum asy_digest_alg alg = asy_view_starts(text, ASY_TEXT("Q1"))   ? ASY_SHA1
                              : asy_view_starts(text, ASY_TEXT("Q2")) ? ASY_SHA256
                                                                      : ASY_DIGEST_NONE;

    if (!asy_base64_decode(arena, asy_view_from(text, 2), out) || out->len != asy_digest_len(alg))
        return ASY_DIGEST_NONE;
    return alg;
}

static assay_status claim(struct asy_reading *reading, const struct record *record)
{
    struct asy_arena *arena = reading->dossier->arena;
    const char *path = asy_apk_control_name(arena, record->name, record->version);
    struct asy_view value;
    enum asy_digest_alg alg;
    struct asy_claim *claim;

    if (record->name.len == 0 || record->version.len == 0 || !record->has_size)
        return malformed(reading, record->line, "the package has no name, version or size");
    alg = get_checksum(arena, record->checksum, &value);
    if (alg == ASY_DIGEST_NONE)
        return malformed(reading, record->line, "the package has no checksum that is known, Q1 or Q2");
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL || path == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "more packages than the limits allow");
    claim->is.link.alg = alg;
    claim->is.link.value = value;
    claim->is.link.package = record->name;
    claim->is.link.path = asy_view_of(path);
    claim->is.link.has_size = claim->is.link.of_part = true;
    claim->is.link.size = record->size;
    claim->is.link.line = record->line;
    return asy_ok;
}

static assay_status read_records(struct asy_reading *reading, struct asy_view bytes)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct record record = { .line = 1 };
    uint64_t n = 0;
    struct asy_view line;
    assay_status s = asy_ok;

    while (assay_ok(s) && asy_get_line(&r, &line)) {
        n++;
        if (line.len > 0 && !take_field(line, &record))
            return malformed(reading, n, "is no field, is empty, or is there twice");
        record.any |= line.len > 0;
        if (line.len > 0)
            continue;
        if (record.any)
            s = claim(reading, &record);
        record = (struct record){ .line = n + 1 };
    }
    if (assay_ok(s) && record.any)
        s = claim(reading, &record);
    return s;
}

static assay_status read_rest(struct asy_reading *reading, struct asy_view bytes)
{
    struct asy_tar_memory tar;
    struct asy_tar_entry entry;
    bool more, described = false, found = false;

    asy_tar_memory_begin(&tar, reading, bytes);
    for (;;) {
        assay_status s = asy_tar_memory_next(&tar, &entry, &more);
        bool is_index;

        if (!assay_ok(s))
            return s;
        if (!more)
            break;
        is_index = asy_view_is(entry.name, "APKINDEX");
        if (entry.type != ASY_MEMBER_FILE || (is_index ? found : described || !asy_view_is(entry.name, "DESCRIPTION")))
            return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "\"%.*s\" does not belong into an index, or is twice",
                            asy_shown_len(entry.name), (const char *)entry.name.data);
        found |= is_index;
        described |= !is_index;
        if (is_index)
            s = read_records(reading, entry.data);
        if (!assay_ok(s))
            return s;
    }
    return found ? asy_ok : asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "no APKINDEX in the index");
}

static assay_status read_from(struct asy_reading *reading, const struct asy_source *source)
{
    struct asy_apk_signatures signatures;
    struct asy_gzip_member rest;
    assay_status s =
        asy_apk_read_signatures(reading, source, reading->dossier->limits->manifest, &signatures, &rest);

    if (!assay_ok(s))
        return s;
    if (rest.off + rest.len != reading->bytes.len)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, rest.off + rest.len, "bytes behind the index");
    s = asy_apk_claim_signatures(reading, &signatures, rest.len);
    return assay_ok(s) ? read_rest(reading, rest.bytes) : s;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_source *source = asy_source_of_memory(reading->dossier->arena, reading->bytes);
    assay_status s;

    if (source == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_source_open(source, &reading->diag);
    return assay_ok(s) ? read_from(reading, source) : s;
}

const struct asy_format asy_format_apk_index = {
    .name = "apk_index",
    .title = "indices of Alpine repositories (APKINDEX.tar.gz)",
    .kind = ASY_KIND_SIGNATURE,
    .recognise = recognise,
    .read = read,
};
