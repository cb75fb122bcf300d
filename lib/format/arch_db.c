/*
 * Databases of Arch repositories (alpm-repo-db(7), alpm-repo-desc(5)).
 *
 *   database = compressed tar of directories with a file "desc" each, and perhaps "files"
 *   desc     = { "%" KEY "%" LF { value LF } LF }
 *
 * SHA256SUM and CSIZE are those of the file FILENAME; PGPSIG is base64 of OpenPGP signatures over it, which say as much as
 * if they lay beside it, whoever made the database.
 */
#include "format/arch.h"

#include "base/text.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "format/openpgp_signer.h"
#include "format/tar.h"
#include "format/tar_memory.h"

static const char *const packed_ends[] = { ".db", ".files", NULL };
static const char *const tar_ends[] = { ".db.tar.gz", ".db.tar.zst", ".db.tar.xz", ".db.tar.bz2", ".files.tar.gz",
                                        ".files.tar.zst", ".files.tar.xz", ".files.tar.bz2", NULL };

static bool ends_with_any(struct asy_view name, const char *const *ends)
{
    for (; *ends != NULL; ends++) {
        struct asy_view end = asy_view_of(*ends);

        if (name.len > end.len && asy_view_ends(name, end))
            return true;
    }
    return false;
}

bool asy_is_arch_db_name(struct asy_view name)
{
    return ends_with_any(name, packed_ends) || ends_with_any(name, tar_ends);
}

/* A compressed file has no mark that tells what is in it. */
static bool recognise(const struct asy_glimpse *glimpse)
{
    enum asy_packing packing;

    return asy_tar_is_packed(glimpse->head, &packing) && asy_is_arch_db_name(glimpse->name);
}

struct desc {
    struct asy_view file, name, version, arch, size, sha256, md5, signature;
};

static assay_status malformed(struct asy_reading *reading, struct asy_view entry, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "\"%.*s\" %s", asy_shown_len(entry), (const char *)entry.data, what);
}

static assay_status no_room(struct asy_reading *reading)
{
    return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "more than the limits allow");
}

/* ---- desc ---- */

/* Where the one line of a key goes; NULL for keys that say nothing here. */
static struct asy_view *field_of(struct asy_view key, struct desc *desc)
{
    const struct {
        const char *key;
        struct asy_view *field;
    } fields[] = {
        { "%FILENAME%", &desc->file },   { "%NAME%", &desc->name },     { "%VERSION%", &desc->version },
        { "%ARCH%", &desc->arch },       { "%CSIZE%", &desc->size },    { "%SHA256SUM%", &desc->sha256 },
        { "%MD5SUM%", &desc->md5 },      { "%PGPSIG%", &desc->signature },
    };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (asy_view_is(key, fields[i].key))
            return fields[i].field;
    }
    return NULL;
}

/* The key and the lines up to an empty one; a key that counts has one line and comes once. */
static bool get_key(struct asy_reader *r, struct desc *desc)
{
    struct asy_view key, line, *field;
    size_t n = 0;

    if (!asy_get_line(r, &key) || key.len < 3 || key.data[0] != '%' || key.data[key.len - 1] != '%')
        return false;
    field = field_of(key, desc);
    if (field != NULL && field->len > 0)
        return false;
    while (asy_get_line(r, &line) && line.len > 0) {
        n++;
        if (field != NULL)
            *field = line;
    }
    return field == NULL || n == 1;
}

static bool read_desc(struct asy_view bytes, struct desc *desc)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_view empty;

    while (!asy_at_end(&r)) {
        if (asy_get_text(&r, ASY_TEXT("\n")))
            continue;
        if (!get_key(&r, desc))
            return false;
    }
    for (size_t i = 0; i < desc->file.len; i++) {
        if (desc->file.data[i] == '/' || desc->file.data[i] == 0)
            return false;
    }
    empty = desc->file.len == 0 ? desc->file : desc->name.len == 0 ? desc->name : desc->version;
    return empty.len > 0;
}

/* ---- claims ---- */

static bool is_wanted(const struct asy_reading *reading, const struct desc *desc)
{
    struct asy_view name;

    if (reading->about == NULL || reading->about != reading->subject)
        return false;
    if (reading->package_name != NULL)
        return asy_view_is(desc->name, reading->package_name);
    name = asy_view_of(reading->about->name);
    for (size_t i = name.len; i > 0; i--) {
        if (name.data[i - 1] == '/')
            return asy_view_eq(asy_view_from(name, i), desc->file);
    }
    return asy_view_eq(name, desc->file);
}

/* MD5 is claimed where nothing better is, so that it is seen to be weak. */
static assay_status claim_digest(struct asy_reading *reading, struct asy_view entry, const struct desc *desc)
{
    bool strong = desc->sha256.len > 0;
    enum asy_digest_alg alg = strong ? ASY_SHA256 : ASY_MD5;
    struct asy_link link = { .alg = alg, .package = desc->name, .path = desc->file, .has_size = true };
    struct asy_claim *claim;

    if (!strong && desc->md5.len == 0)
        return asy_ok;
    if (!asy_hex_decode(reading->dossier->arena, strong ? desc->sha256 : desc->md5, &link.value) ||
        link.value.len != asy_digest_len(alg))
        return malformed(reading, entry, "has a digest that is none");
    if (!asy_parse_u64(desc->size, &link.size))
        return malformed(reading, entry, "has no size, or none that is a number");
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL)
        return no_room(reading);
    claim->is.link = link;
    return asy_ok;
}

static assay_status claim_signature(struct asy_reading *reading, struct asy_view entry, const struct desc *desc)
{
    struct asy_openpgp_signed is_signed = { .role = ASY_ROLE_SIGNS };
    struct asy_piece whole = asy_whole(reading->about);
    struct asy_view packets;
    size_t n;

    if (!asy_base64_decode(reading->dossier->arena, desc->signature, &packets))
        return malformed(reading, entry, "has a signature that is no base64");
    if (!asy_recipe_of(reading->dossier->arena, &whole, 1, &is_signed.binary))
        return no_room(reading);
    return asy_openpgp_add_signatures(reading, packets, &is_signed, &n);
}

static assay_status state(struct asy_reading *reading, enum asy_statement_kind kind, struct asy_view text)
{
    struct asy_statement *statement = text.len == 0 ? NULL : asy_add_statement(reading->dossier, kind, reading->document);

    if (statement == NULL)
        return text.len == 0 ? asy_ok : no_room(reading);
    statement->text = text;
    statement->scheme = kind == ASY_SAYS_VERSION ? ASY_VERSION_ARCH : ASY_VERSION_NONE;
    return asy_ok;
}

/* What only the package that is asked for is worth. */
static assay_status claim_wanted(struct asy_reading *reading, struct asy_view entry, const struct desc *desc)
{
    assay_status s = desc->signature.len == 0 ? asy_ok : claim_signature(reading, entry, desc);

    if (assay_ok(s))
        s = state(reading, ASY_SAYS_PACKAGE, desc->name);
    if (assay_ok(s))
        s = state(reading, ASY_SAYS_VERSION, desc->version);
    return assay_ok(s) ? state(reading, ASY_SAYS_ARCH, desc->arch) : s;
}

static assay_status read_entry(struct asy_reading *reading, const struct asy_tar_entry *entry)
{
    struct desc desc = { 0 };
    assay_status s;

    if (entry->type == ASY_MEMBER_DIRECTORY || asy_view_ends(entry->name, ASY_TEXT("/files")))
        return asy_ok;
    if (entry->type != ASY_MEMBER_FILE || !asy_view_ends(entry->name, ASY_TEXT("/desc")))
        return malformed(reading, entry->name, "does not belong into a database");
    if (!read_desc(entry->data, &desc))
        return malformed(reading, entry->name, "is no description of a package, or says something twice");
    s = claim_digest(reading, entry->name, &desc);
    return assay_ok(s) && is_wanted(reading, &desc) ? claim_wanted(reading, entry->name, &desc) : s;
}

static assay_status read_entries(struct asy_reading *reading, struct asy_view bytes)
{
    struct asy_tar_memory tar;
    struct asy_tar_entry entry;
    bool more = true;
    assay_status s = asy_ok;

    asy_tar_memory_begin(&tar, reading, bytes);
    while (assay_ok(s) && more) {
        s = asy_tar_memory_next(&tar, &entry, &more);
        if (assay_ok(s) && more)
            s = read_entry(reading, &entry);
    }
    return s;
}

/* ---- the whole ---- */

/* One decoding; with `buf` of NULL only to count.  Nothing may follow the stream. */
static assay_status decode(struct asy_reading *reading, const struct asy_source *source, enum asy_packing packing,
                           uint8_t *buf, uint64_t *size)
{
    struct asy_unpacker *unpacker = NULL;
    uint8_t lost[4096];
    size_t got = sizeof lost;
    assay_status s = asy_unpacker_new(source, 0, asy_source_size(source), packing, reading->dossier->limits->unpacked,
                                      &unpacker, &reading->diag);

    if (assay_ok(s) && buf != NULL)
        s = asy_unpack(unpacker, buf, (size_t)*size, &got, &reading->diag);
    while (assay_ok(s) && buf == NULL && got == sizeof lost)
        s = asy_unpack(unpacker, lost, sizeof lost, &got, &reading->diag);
    if (assay_ok(s) && buf == NULL && asy_unpack_left(unpacker) > 0)
        s = asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "bytes behind the compressed data");
    if (assay_ok(s) && buf == NULL)
        *size = asy_unpacked(unpacker);
    asy_unpacker_free(unpacker);
    return s;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_source *source = asy_source_of_memory(reading->dossier->arena, reading->bytes);
    enum asy_packing packing = ASY_PACKED_NOT;
    uint64_t size = 0;
    uint8_t *bytes;
    assay_status s;

    if (source == NULL)
        return no_room(reading);
    (void)asy_tar_is_packed(reading->bytes, &packing);
    s = asy_source_open(source, &reading->diag);
    if (assay_ok(s))
        s = decode(reading, source, packing, NULL, &size);
    if (!assay_ok(s))
        return s;
    bytes = asy_alloc(reading->dossier->arena, (size_t)size + 1, 1);
    if (bytes == NULL)
        return no_room(reading);
    s = decode(reading, source, packing, bytes, &size);
    return assay_ok(s) ? read_entries(reading, (struct asy_view){ bytes, (size_t)size }) : s;
}

const struct asy_format asy_format_arch_db = {
    .name = "arch_db",
    .title = "databases of Arch repositories",
    .kind = ASY_KIND_MANIFEST,
    .recognise = recognise,
    .read = read,
};
