#include "format/apk.h"

#include "format/tar.h"
#include "format/tar_memory.h"

#include <string.h>

enum { SIGNATURES_MAX = 1 << 20, VALUE_MAX = 2048, HEADERS_MAX = 8 }; /* bytes, bytes, headers before a first name */

struct asy_apk_signature {
    struct asy_scheme scheme;
    struct asy_view key_name, value;
};

static const struct asy_view mark = ASY_TEXT_INIT(".SIGN.");
static const struct asy_view gzip_magic = ASY_TEXT_INIT("\x1f\x8b\x08");

/* ---- recognising ---- */

/* The name of the first entry of a tar that begins with `head`; extended headers are stepped over. */
static bool get_first_name(struct asy_view head, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(head);
    struct asy_tar_header header;
    struct asy_view block, data;

    for (int i = 0; i < HEADERS_MAX; i++) {
        if (!asy_get_view(&r, ASY_TAR_BLOCK, &block) || asy_tar_header_of(block, &header) != NULL)
            return false;
        *out = header.name;
        if (header.type != 'x' && header.type != 'g')
            return true;
        if (header.size > r.rest.len ||
            !asy_get_view(&r, (size_t)(header.size + (-header.size & (ASY_TAR_BLOCK - 1))), &data))
            return false;
    }
    return false;
}

static enum asy_apk_kind kind_by_name(struct asy_view name)
{
    if (asy_view_starts(name, ASY_TEXT("APKINDEX")))
        return ASY_APK_INDEX;
    return asy_view_ends(name, ASY_TEXT(".apk")) ? ASY_APK_PACKAGE : ASY_APK_NONE;
}

/* Unsigned ones have no mark but ".PKGINFO", which packages of others have too, and need their usual name. */
static enum asy_apk_kind kind_by_entry(struct asy_view entry, enum asy_apk_kind by_name, bool is_signed)
{
    bool is_index = asy_view_is(entry, "DESCRIPTION") || asy_view_is(entry, "APKINDEX");
    enum asy_apk_kind kind = is_index                           ? ASY_APK_INDEX
                             : asy_view_is(entry, ".PKGINFO") ? ASY_APK_PACKAGE
                                                              : ASY_APK_NONE;

    return is_signed || kind == by_name ? kind : ASY_APK_NONE;
}

/* What is signed may begin behind the bytes that are seen: then the name says what it is. */
static enum asy_apk_kind kind_of_members(const struct asy_source *source, enum asy_apk_kind by_name)
{
    enum asy_apk_kind unseen = by_name == ASY_APK_NONE ? ASY_APK_PACKAGE : by_name;
    struct asy_gzip_member member = { 0 };
    uint8_t head[HEADERS_MAX * ASY_TAR_BLOCK];
    bool is_signed = false;
    struct asy_view name;
    struct asy_diag diag;

    for (uint64_t at = 0; at < asy_source_size(source); at += member.len) {
        struct asy_unpacker *unpacker = NULL;
        size_t got = 0;
        bool began = assay_ok(asy_unpacker_new(source, at, asy_source_size(source) - at, ASY_PACKED_GZIP,
                                               SIGNATURES_MAX, &unpacker, &diag)) &&
                     assay_ok(asy_unpack(unpacker, head, ASY_TAR_BLOCK, &got, &diag));
        size_t more = 0;

        if (began) /* as much of the rest as is there */
            (void)asy_unpack(unpacker, head + got, sizeof head - got, &more, &diag);
        asy_unpacker_free(unpacker);
        if (!began || !get_first_name((struct asy_view){ head, got + more }, &name))
            return is_signed ? unseen : ASY_APK_NONE;
        if (!asy_view_starts(name, mark))
            return kind_by_entry(name, by_name, is_signed);
        is_signed = true;
        if (!assay_ok(asy_gzip_skip(source, at, SIGNATURES_MAX, head, 1, &got, &member, &diag)))
            return unseen;
    }
    return is_signed ? unseen : ASY_APK_NONE;
}

enum asy_apk_kind asy_apk_kind_of(const struct asy_glimpse *glimpse)
{
    enum asy_apk_kind kind = ASY_APK_NONE;
    struct asy_source *source;
    struct asy_arena *arena; /* for the one source: recognising has no job */

    if (!asy_view_starts(glimpse->head, gzip_magic))
        return ASY_APK_NONE;
    arena = asy_arena_new(4096);
    source = arena == NULL ? NULL : asy_source_of_memory(arena, glimpse->head);
    if (source != NULL && assay_ok(asy_source_open(source, NULL)))
        kind = kind_of_members(source, kind_by_name(glimpse->name));
    asy_arena_free(arena);
    return kind;
}

/* ---- signatures ---- */

struct algorithm {
    struct asy_view name;
    struct asy_scheme scheme;
};

static const struct algorithm algorithms[] = {
    { ASY_TEXT_INIT("RSA"), { .alg = ASY_SIG_RSA_PKCS1, .digest = ASY_SHA1, .alg_name = "RSA" } },
    { ASY_TEXT_INIT("RSA256"), { .alg = ASY_SIG_RSA_PKCS1, .digest = ASY_SHA256, .alg_name = "RSA256" } },
    { ASY_TEXT_INIT("RSA512"), { .alg = ASY_SIG_RSA_PKCS1, .digest = ASY_SHA512, .alg_name = "RSA512" } },
    { ASY_TEXT_INIT("DSA"), { .alg = ASY_SIG_OTHER, .alg_name = "DSA" } },
};

static struct asy_scheme scheme_of(struct asy_view name)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        if (asy_view_eq(name, algorithms[i].name))
            return algorithms[i].scheme;
    }
    return (struct asy_scheme){ .alg = ASY_SIG_OTHER };
}

/* A file name and nothing else: apk opens it below its directory of keys. */
static bool is_key_name(struct asy_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] <= ' ' || name.data[i] == '/' || name.data[i] == '\\' || name.data[i] == 0x7f)
            return false;
    }
    return name.len > 0 && name.data[0] != '.';
}

/* ".SIGN." algorithm "." key file */
static assay_status read_signature(struct asy_reading *reading, const struct asy_tar_entry *entry,
                                   struct asy_apk_signatures *out)
{
    struct asy_reader r = asy_reader_of(asy_view_from(entry->name, mark.len));
    struct asy_apk_signature signature = { .value = entry->data };
    struct asy_view algorithm;

    if (!asy_view_starts(entry->name, mark) || entry->type != ASY_MEMBER_FILE)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "\"%.*s\" among the signatures is none",
                        asy_shown_len(entry->name), (const char *)entry->name.data);
    if (!asy_get_until(&r, '.', &algorithm) || !is_key_name(r.rest))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "\"%.*s\" names no key file", asy_shown_len(entry->name),
                        (const char *)entry->name.data);
    if (entry->data.len == 0 || entry->data.len > VALUE_MAX)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "a signature of %zu bytes, expected at most %d",
                        entry->data.len, VALUE_MAX);
    signature.scheme = scheme_of(algorithm);
    if (signature.scheme.alg_name == NULL)
        signature.scheme.alg_name = asy_copy_text(reading->dossier->arena, algorithm);
    if (signature.scheme.alg_name == NULL || !asy_copy(reading->dossier->arena, r.rest, &signature.key_name) ||
        !asy_grow(reading->dossier->arena, &out->signatures, out->n, &out->room, sizeof *out->signatures))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    out->signatures[out->n++] = signature;
    return asy_ok;
}

/* A whole member of signatures; it must not end the tar, or what follows would be hidden from tar(1). */
static assay_status read_signatures(struct asy_reading *reading, struct asy_view bytes, struct asy_apk_signatures *out)
{
    struct asy_tar_memory tar;
    struct asy_tar_entry entry;
    assay_status s;
    bool more;

    asy_tar_memory_begin(&tar, reading, bytes);
    for (;;) {
        s = asy_tar_memory_next(&tar, &entry, &more);
        if (!assay_ok(s))
            return s;
        if (!more)
            break;
        s = read_signature(reading, &entry, out);
        if (!assay_ok(s))
            return s;
    }
    return tar.ended ? asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the signatures end the archive") : asy_ok;
}

assay_status asy_apk_read_signatures(struct asy_reading *reading, const struct asy_source *source, uint64_t limit,
                                     struct asy_apk_signatures *out, struct asy_gzip_member *behind)
{
    struct asy_view name;

    *out = (struct asy_apk_signatures){ 0 };
    for (;;) {
        bool is_signed;
        assay_status s = asy_gzip_member(source, out->end, limit, reading->dossier->arena, behind, &reading->diag);

        if (!assay_ok(s))
            return s;
        is_signed = get_first_name(behind->bytes, &name) && asy_view_starts(name, mark);
        if (!is_signed)
            return asy_ok;
        if (behind->bytes.len > SIGNATURES_MAX)
            return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "more than %d bytes of signatures", SIGNATURES_MAX);
        s = read_signatures(reading, behind->bytes, out);
        if (!assay_ok(s))
            return s;
        out->end += behind->len;
    }
}

assay_status asy_apk_claim_signatures(struct asy_reading *reading, const struct asy_apk_signatures *found, uint64_t len)
{
    struct asy_piece run = asy_span(reading->document, found->end, len);
    struct asy_recipe message;

    if (!asy_recipe_of(reading->dossier->arena, &run, 1, &message))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    for (size_t i = 0; i < found->n; i++) {
        struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, NULL);

        if (claim == NULL)
            return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
        claim->is.signature.scheme = found->signatures[i].scheme;
        claim->is.signature.message = message;
        claim->is.signature.value = found->signatures[i].value;
        claim->is.signature.key_name = found->signatures[i].key_name;
    }
    asy_add_slack(reading->dossier, reading->document, 0, found->end);
    return asy_ok;
}

const char *asy_apk_control_name(struct asy_arena *arena, struct asy_view package, struct asy_view version)
{
    return asy_printf(arena, "%.*s-%.*s.apk#control", (int)package.len, (const char *)package.data, (int)version.len,
                      (const char *)version.data);
}
