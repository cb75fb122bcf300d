#include "format/listing.h"

#include "base/text.h"
#include "codec/hex.h"

#include <stdlib.h>
#include <string.h>

enum {
    PATH_BYTES = 4096,     /* PATH_MAX of Linux (limits.h) */
    COMPONENT_BYTES = 255, /* NAME_MAX */
    SHOWN = 120,           /* bytes of a path that a message quotes */
};

/* Room for as many files as there are lines, which is what most lists need; what needs more grows. */
static void reserve(struct asy_listing *listing)
{
    struct asy_reader r = listing->rest;
    struct asy_view line;
    size_t lines = 0;

    while (lines < listing->reading->dossier->limits->claims && asy_get_line(&r, &line))
        lines++;
    listing->files = asy_alloc(listing->reading->dossier->arena, lines, sizeof *listing->files);
    listing->files_room = listing->files == NULL ? 0 : lines;
}

void asy_listing_begin(struct asy_listing *listing, struct asy_reading *reading)
{
    const uint8_t *nul = reading->bytes.len == 0 ? NULL : memchr(reading->bytes.data, 0, reading->bytes.len);

    *listing =
        (struct asy_listing){ .reading = reading, .rest = asy_reader_of(reading->bytes), .status = asy_ok };
    if (nul != NULL)
        listing->status = asy_fail(&reading->diag, ASSAY_E_FORMAT, (uint64_t)(nul - reading->bytes.data),
                                   "byte %zu is zero, expected text", (size_t)(nul - reading->bytes.data));
    else
        reserve(listing);
}

static int shown(struct asy_view v)
{
    return v.len > SHOWN ? SHOWN : (int)v.len;
}

bool asy_listing_malformed(struct asy_listing *listing, int code, const char *expected, struct asy_view found)
{
    listing->status = asy_fail(&listing->reading->diag, code, listing->line,
                               "line %llu: expected %s, found \"%.*s\"", (unsigned long long)listing->line,
                               expected, shown(found), found.len == 0 ? "" : (const char *)found.data);
    return false;
}

bool asy_listing_full(struct asy_listing *listing)
{
    struct asy_diag *diag = &listing->reading->diag;

    if (asy_arena_over_budget(listing->reading->dossier->arena))
        listing->status =
            asy_fail(diag, ASSAY_E_LIMIT, listing->line, "line %llu: the memory of this job is spent",
                     (unsigned long long)listing->line);
    else
        listing->status = asy_no_memory(diag);
    return false;
}

/*
 * A CR before the LF belongs to the line's end where every line has it; else it would be part of some names,
 * and of which ones readers disagree.
 */
static bool drop_cr(struct asy_listing *listing, struct asy_view *line, bool has_lf)
{
    bool has_cr = line->len > 0 && line->data[line->len - 1] == '\r';

    if (listing->line == 1)
        listing->crlf = has_cr && has_lf;
    if (has_cr != listing->crlf && (has_cr || has_lf))
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "the same line end on every line", *line);
    if (has_cr && !has_lf)
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "LF after CR", *line);
    if (has_cr)
        *line = asy_view_head(*line, line->len - 1);
    return true;
}

bool asy_listing_line(struct asy_listing *listing, struct asy_view *out)
{
    uint32_t limit = listing->reading->dossier->limits->line;
    struct asy_view line;
    size_t before = listing->rest.at;

    if (!assay_ok(listing->status) || !asy_get_line(&listing->rest, &line))
        return false;
    listing->line++;
    if (line.len > limit) {
        listing->status = asy_fail(&listing->reading->diag, ASSAY_E_LIMIT, listing->line,
                                   "line %llu: %zu bytes, the limit is %u", (unsigned long long)listing->line,
                                   line.len, (unsigned)limit);
        return false;
    }
    if (!drop_cr(listing, &line, listing->rest.at - before > line.len))
        return false;
    *out = line;
    return true;
}

/* What is wrong with a component, or NULL.  "" and "." in the middle only spell the path differently. */
static const char *component_flaw(struct asy_view part, bool is_last)
{
    if (asy_view_is(part, ".."))
        return "leaves the directory";
    if (is_last && (part.len == 0 || asy_view_is(part, ".")))
        return "names a directory";
    return part.len > COMPONENT_BYTES ? "has a component of more than 255 bytes" : NULL;
}

/* Writes the normal form to `out`, which has room for raw.len + 1 bytes, or says what is wrong. */
static const char *normalise(struct asy_view raw, uint8_t *out, size_t *len)
{
    struct asy_reader r = asy_reader_of(raw);
    const char *flaw;
    struct asy_view part;
    bool is_last;

    *len = 0;
    do {
        is_last = !asy_get_until(&r, '/', &part);
        if (is_last)
            part = r.rest;
        flaw = component_flaw(part, is_last);
        if (flaw != NULL)
            return flaw;
        if (part.len == 0 || asy_view_is(part, "."))
            continue;
        if (*len > 0)
            out[(*len)++] = '/';
        memcpy(out + *len, part.data, part.len);
        *len += part.len;
    } while (!is_last);
    return NULL;
}

static bool unsafe(struct asy_listing *listing, struct asy_view path, const char *flaw)
{
    struct asy_reading *reading = listing->reading;
    const char *text = path.len == 0 ? "" : (const char *)path.data;

    asy_add_finding(reading->dossier, ASY_BLOCKS, ASY_MANIFEST_PATH, NULL, reading->document,
                    "line %llu: path \"%.*s\" %s", (unsigned long long)listing->line, shown(path), text,
                    flaw);
    listing->status = asy_fail(&reading->diag, ASSAY_E_FORMAT, listing->line, "line %llu: path \"%.*s\" %s",
                               (unsigned long long)listing->line, shown(path), text, flaw);
    return false;
}

bool asy_listing_path(struct asy_listing *listing, struct asy_view raw, struct asy_view *out)
{
    const char *flaw;
    uint8_t *text;
    size_t len;

    if (raw.len == 0 || raw.len > PATH_BYTES)
        return unsafe(listing, raw, raw.len == 0 ? "is empty" : "has more than 4096 bytes");
    if (raw.data[0] == '/')
        return unsafe(listing, raw, "is absolute");
    text = asy_alloc(listing->reading->dossier->arena, raw.len + 1, 1);
    if (text == NULL)
        return asy_listing_full(listing);
    flaw = normalise(raw, text, &len);
    if (flaw != NULL)
        return unsafe(listing, raw, flaw);
    *out = (struct asy_view){ text, len };
    return true;
}

bool asy_listing_digest(struct asy_listing *listing, enum asy_digest_alg alg, struct asy_view hex,
                        struct asy_view *out)
{
    size_t digits = 2 * asy_digest_len(alg);

    if (hex.len == digits && asy_hex_decode(listing->reading->dossier->arena, hex, out))
        return true;
    if (hex.len != digits || !asy_is_hex(hex)) {
        listing->status = asy_fail(&listing->reading->diag, ASSAY_E_FORMAT, listing->line,
                                   "line %llu: expected %zu hex digits of %s, found \"%.*s\" of %zu bytes",
                                   (unsigned long long)listing->line, digits, asy_digest_name(alg),
                                   shown(hex), hex.len == 0 ? "" : (const char *)hex.data, hex.len);
        return false;
    }
    return asy_listing_full(listing);
}

bool asy_listing_add(struct asy_listing *listing, const struct asy_listed *file)
{
    struct asy_dossier *dossier = listing->reading->dossier;

    if (!assay_ok(listing->status))
        return false;
    if (listing->files_n >= dossier->limits->claims) {
        listing->status =
            asy_fail(&listing->reading->diag, ASSAY_E_LIMIT, listing->line, "line %llu: more than %u digests",
                     (unsigned long long)listing->line, (unsigned)dossier->limits->claims);
        return false;
    }
    if (!asy_grow(dossier->arena, &listing->files, listing->files_n, &listing->files_room,
                  sizeof *listing->files))
        return asy_listing_full(listing);
    listing->files[listing->files_n] = *file;
    listing->files[listing->files_n++].line = listing->line;
    return true;
}

/*
 * Contradictions are found by sorting: equal paths come to lie side by side.  The hash in front is only for
 * speed; two paths of one hash, made on purpose or not, are told apart by their bytes, so no input makes this
 * quadratic.
 */
struct place {
    uint64_t hash;
    struct asy_listed *file;
};

static uint64_t hash_of(struct asy_view v)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a (RFC 9923 section 2) */

    for (size_t i = 0; i < v.len; i++)
        hash = (hash ^ v.data[i]) * 0x100000001b3;
    return hash;
}

static int by_path(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    order = asy_view_cmp(a->file->path, b->file->path);
    if (order != 0)
        return order;
    if (a->file->alg != b->file->alg)
        return a->file->alg < b->file->alg ? -1 : 1;
    return a->file < b->file ? -1 : a->file > b->file;
}

/* What two digests of one path disagree about, or NULL. */
static const char *contradiction(const struct asy_listed *a, const struct asy_listed *b)
{
    if (a->is_other != b->is_other)
        return "types";
    if (a->has_size && b->has_size && a->size != b->size)
        return "sizes";
    if (!asy_view_eq(a->leads_to, b->leads_to))
        return "targets";
    return a->alg == b->alg && !asy_view_eq(a->value, b->value) ? "digests" : NULL;
}

static bool same_path(const struct place *a, const struct place *b)
{
    return a->hash == b->hash && asy_view_eq(a->file->path, b->file->path);
}

static assay_status conflict(struct asy_listing *listing, const struct asy_listed *a,
                             const struct asy_listed *b, const char *what)
{
    struct asy_reading *reading = listing->reading;
    unsigned long long first = a->line < b->line ? a->line : b->line,
                       second = a->line < b->line ? b->line : a->line;

    asy_add_finding(reading->dossier, ASY_BLOCKS, ASY_MANIFEST_CONFLICT, NULL, reading->document,
                    "lines %llu and %llu: different %s of \"%.*s\"", first, second, what, shown(a->path),
                    (const char *)a->path.data);
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, second, "lines %llu and %llu: different %s of \"%.*s\"",
                    first, second, what, shown(a->path), (const char *)a->path.data);
}

static void copy_size(struct asy_listed *to, const struct asy_listed *from)
{
    if (!to->has_size && from->has_size) {
        to->has_size = true;
        to->size = from->size;
    }
}

/* Looks at all digests of one path: none may contradict another, and a size that one has holds for all. */
static assay_status compare(struct asy_listing *listing, struct place *places, size_t n)
{
    bool is_computable = asy_digest_known(places[0].file->alg);

    for (size_t i = 1; i < n; i++) {
        const char *what = contradiction(places[i - 1].file, places[i].file);

        if (what != NULL)
            return conflict(listing, places[i - 1].file, places[i].file, what);
        copy_size(places[i].file, places[i - 1].file);
        is_computable = is_computable || asy_digest_known(places[i].file->alg);
    }
    for (size_t i = 0; i < n; i++) {
        struct asy_listed *file = places[i].file;

        copy_size(file, places[n - 1].file);
        file->skipped = file->alg == ASY_DIGEST_NONE || (i > 0 && places[i - 1].file->alg == file->alg) ||
                        (is_computable && !asy_digest_known(file->alg));
    }
    return asy_ok;
}

/* Most lists are in the order of their paths, each path once: then there is nothing to sort. */
static bool is_in_order(const struct asy_listing *listing)
{
    for (size_t i = 1; i < listing->files_n; i++) {
        if (asy_view_cmp(listing->files[i - 1].path, listing->files[i].path) >= 0)
            return false;
    }
    return true;
}

static assay_status check_each(struct asy_listing *listing)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < listing->files_n; i++)
        s = compare(listing, &(struct place){ .file = &listing->files[i] }, 1);
    return s;
}

static assay_status check_conflicts(struct asy_listing *listing)
{
    struct place *places = asy_alloc(listing->reading->dossier->arena, listing->files_n, sizeof *places);
    size_t n = listing->files_n, from = 0;
    assay_status s;

    if (places == NULL) {
        (void)asy_listing_full(listing);
        return listing->status;
    }
    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){ hash_of(listing->files[i].path), &listing->files[i] };
    qsort(places, n, sizeof *places, by_path);
    for (size_t i = 1; i <= n; i++) {
        if (i < n && same_path(&places[from], &places[i]))
            continue;
        s = compare(listing, &places[from], i - from);
        if (!assay_ok(s))
            return s;
        from = i;
    }
    return asy_ok;
}

static assay_status empty(struct asy_listing *listing)
{
    struct asy_reading *reading = listing->reading;

    asy_add_finding(reading->dossier, ASY_BLOCKS, ASY_MANIFEST_EMPTY, NULL, reading->document,
                    "%llu lines, and none gives the digest of a file", (unsigned long long)listing->line);
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, listing->line,
                    "%llu lines, and none gives the digest of a file", (unsigned long long)listing->line);
}

static bool add_link(const struct asy_listing *listing, const struct asy_listed *file)
{
    struct asy_reading *reading = listing->reading;
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);

    if (claim == NULL)
        return false;
    claim->is.link = (struct asy_link){
        .alg = file->alg,
        .value = file->value,
        .leads_to = file->leads_to,
        .path = file->path,
        .has_size = file->has_size,
        .size = file->size,
        .line = file->line,
        .is_optional = listing->is_optional,
        .is_part = listing->is_part,
    };
    return true;
}

assay_status asy_listing_end(struct asy_listing *listing)
{
    size_t added = 0;

    if (assay_ok(listing->status) && listing->files_n > 0)
        listing->status = is_in_order(listing) ? check_each(listing) : check_conflicts(listing);
    if (!assay_ok(listing->status))
        return listing->status;
    for (size_t i = 0; i < listing->files_n; i++) {
        if (listing->files[i].skipped)
            continue;
        if (!add_link(listing, &listing->files[i]))
            return asy_fail(&listing->reading->diag, ASSAY_E_LIMIT, listing->files[i].line,
                            "too many claims");
        added++;
    }
    return added == 0 ? empty(listing) : asy_ok;
}

/* The common digests of each length: what md5sum, sha1sum, sha224sum ... write. */
static const enum asy_digest_alg common[] = { ASY_MD5,    ASY_SHA1,   ASY_SHA224,
                                              ASY_SHA256, ASY_SHA384, ASY_SHA512 };

static enum asy_digest_alg common_of_length(size_t hex_digits)
{
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (hex_digits == 2 * asy_digest_len(common[i]))
            return common[i];
    }
    return ASY_DIGEST_NONE;
}

bool asy_is_digest_length(size_t hex_digits)
{
    return common_of_length(hex_digits) != ASY_DIGEST_NONE;
}

static bool starts_nocase(struct asy_view v, struct asy_view prefix)
{
    return v.len >= prefix.len && asy_view_eq_nocase(asy_view_head(v, prefix.len), prefix);
}

static bool is_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "B2SUMS", "x.b2", "blake2b.txt"; not "lib2to3". */
static bool names_blake2(struct asy_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        struct asy_view tail = asy_view_from(name, i);

        if (starts_nocase(tail, ASY_TEXT("blake2")))
            return true;
        if (i > 0 && is_word(name.data[i - 1]))
            continue;
        if (starts_nocase(tail, ASY_TEXT("b2sum")))
            return true;
        if (starts_nocase(tail, ASY_TEXT("b2")) && (tail.len == 2 || !is_word(tail.data[2])))
            return true;
    }
    return false;
}

static bool names_sha512(struct asy_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (starts_nocase(asy_view_from(name, i), ASY_TEXT("sha512")))
            return true;
    }
    return false;
}

/* SHA-512 and BLAKE2b share a length: the caller's word, then the name; a wrong guess can only refuse. */
enum asy_digest_alg asy_listing_alg(const struct asy_reading *reading, size_t hex_digits)
{
    enum asy_digest_alg alg = common_of_length(hex_digits);
    struct asy_view name;

    if (alg == ASY_DIGEST_NONE)
        return alg;
    if (reading->assumed != ASY_DIGEST_NONE && hex_digits == 2 * asy_digest_len(reading->assumed))
        return reading->assumed;
    if (alg != ASY_SHA512)
        return alg;
    name = asy_document_name(reading);
    if (!names_sha512(name) && names_blake2(name))
        return ASY_BLAKE2B_512;
    return ASY_SHA512;
}

static bool is_hex_digit(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

struct asy_view asy_leading_hex(struct asy_view v)
{
    size_t n = 0;

    while (n < v.len && is_hex_digit(v.data[n]))
        n++;
    return asy_view_head(v, n);
}

struct asy_view asy_document_name(const struct asy_reading *reading)
{
    struct asy_reader r = asy_reader_of(asy_view_of(reading->document->name));
    struct asy_view part;

    while (asy_get_until(&r, '/', &part))
        continue;
    return r.rest;
}

static const char *const manifest_names[] = {
    "*md5sums*",   "*sha1sums*",  "*sha224sums*", "*sha256sums*", "*sha384sums*",    "*sha512sums*",
    "*shasums*",   "*b2sums*",    "*checksums*",  "*.md5sum",     "*.sha1sum",       "*.sha224sum",
    "*.sha256sum", "*.sha384sum", "*.sha512sum",  "*.b2sum",      "*md5sum.txt",     "*sha1sum.txt",
    "*sha256sum.txt", "*sha512sum.txt", "checksum", "*-checksum", "*checksum.txt",  "checksum.sha256*",
    "checksum.sha512*", "sha256", "sha512",
    "*.sums",      "*.md5",       "*.sha1",       "*.sha224",     "*.sha256",        "*.sha384",
    "*.sha512",    "*.b2",        "*.blake2b",    "*.mtree",      "*.hashdeep",     "inrelease",
    "release",     "packages",    "packages.xz",  "packages.gz",  "packages.zst",   "packages.bz2",
    "*.dsc",       "*.changes",   "*.buildinfo",
};

static const char *const signature_names[] = {
    "*.asc",    "*.gpg",      "*.pgp",           "*.sig",    "*.sign",         "*.signature", "*.minisig",
    "*.sshsig", "*.p7s",      "*.p7m",           "*.p7b",    "*.pem",          "*.crt",       "*.cer",
    "*.tsr",    "*.sigstore", "*.sigstore.json", "*.bundle", "*.intoto.jsonl",
};

static bool is_like_any(struct asy_view name, const char *const *patterns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (asy_glob(asy_view_of(patterns[i]), name))
            return true;
    }
    return false;
}

bool asy_is_manifest_name(struct asy_view name)
{
    uint8_t text[COMPONENT_BYTES];
    struct asy_view lower = { text, name.len };

    if (name.len > sizeof text)
        return false;
    for (size_t i = 0; i < name.len; i++)
        text[i] = name.data[i] >= 'A' && name.data[i] <= 'Z' ? (uint8_t)(name.data[i] | 0x20) : name.data[i];
    return is_like_any(lower, manifest_names, sizeof manifest_names / sizeof *manifest_names) &&
           !is_like_any(lower, signature_names, sizeof signature_names / sizeof *signature_names);
}
