/*
 * Images of SWUpdate (its documentation, "Building a SWU image", "Update images from verified source", "Software
 * description").
 *
 *   image          = cpio archive: sw-description [sw-description.sig] member*
 *   sw-description = settings in the syntax of libconfig, or JSON; whatever has a "filename" is about that member
 *
 * The signature, CMS or bare, is over sw-description, which says the members by their SHA-256.  Members are taken in as
 * the archive has them, encrypted or compressed.  The archive's headers are framing.
 */
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/libconfig.h"
#include "format/cpio.h"
#include "format/members.h"
#include "format/signer.h"

#define DESCRIPTION "sw-description"
#define SIGNATURE "sw-description.sig"

enum {
    NAME_AT = 110,     /* of a record: where the name begins */
    DESCRIPTION_NO = 0, /* among the members */
    SIGNATURE_NO = 1,
    VALUE_MIN = 56,    /* bytes of a bare signature */
    VALUE_MAX = 2048,
};

struct member {
    struct asy_view name;
    uint64_t off, size;
    uint32_t mode;
    bool is_listed;
};

struct image {
    struct asy_reading *reading;
    struct asy_members names; /* and what was found */
    struct asy_unpacker *unpacker;
    struct member *members;
    size_t n, room;
    uint64_t end;  /* of the last record */
    bool has_tail; /* bytes that are not zero follow it */
};

#define SHOW(view) asy_shown_len(view), (const char *)(view).data

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_view name = asy_view_from(glimpse->head, NAME_AT);

    return (asy_view_starts(glimpse->head, ASY_TEXT("070701")) || asy_view_starts(glimpse->head, ASY_TEXT("070702"))) &&
           asy_view_starts(name, (struct asy_view){ (const uint8_t *)DESCRIPTION, sizeof DESCRIPTION });
}

static assay_status no_room(struct image *image)
{
    return asy_fail(&image->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

/* ---- the archive ---- */

static assay_status add_member(struct image *image, const struct asy_cpio_entry *entry)
{
    if (entry->is_stripped)
        return asy_fail(&image->reading->diag, ASSAY_E_FORMAT, 0, "a record without a name");
    if (image->n >= image->reading->dossier->limits->items ||
        !asy_grow(image->reading->dossier->arena, &image->members, image->n, &image->room, sizeof *image->members))
        return no_room(image);
    image->members[image->n++] = (struct member){
        .name = entry->name, .off = asy_unpacked(image->unpacker), .size = entry->size, .mode = entry->mode,
    };
    return asy_cpio_skip(image->unpacker, entry, &image->reading->diag);
}

static assay_status read_records(struct image *image)
{
    struct asy_diag *diag = &image->reading->diag;
    struct asy_cpio_entry entry;
    assay_status s = asy_cpio_next(image->unpacker, image->reading->dossier->arena, &entry, diag);

    while (assay_ok(s) && !entry.is_end) {
        s = add_member(image, &entry);
        if (assay_ok(s))
            s = asy_cpio_next(image->unpacker, image->reading->dossier->arena, &entry, diag);
    }
    image->end = asy_unpacked(image->unpacker);
    return assay_ok(s) ? asy_cpio_finish(image->unpacker, &image->has_tail, diag) : s;
}

/* cpio(1) fills up its last block with zeros: of 512 bytes, or as its options -B and -C have it. */
static bool is_padded(const struct image *image)
{
    static const uint64_t blocks[] = { 512, 5120, 10240 };
    uint64_t size = asy_source_size(image->reading->document->source);
    bool fits = size == image->end;

    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        fits = fits || (size % blocks[i] == 0 && size - image->end < blocks[i]);
    return fits;
}

static assay_status read_archive(struct asy_reading *reading, struct image *image)
{
    const struct asy_source *source = reading->document->source;
    uint64_t size = asy_source_size(source);
    assay_status s;

    *image = (struct image){ .reading = reading, .names = { .reading = reading } };
    s = asy_unpacker_new(source, 0, size, ASY_PACKED_NOT, size, &image->unpacker, &reading->diag);
    if (!assay_ok(s))
        return s;
    s = read_records(image);
    asy_unpacker_free(image->unpacker);
    if (!assay_ok(s))
        return s;
    if (image->n == 0 || !asy_view_is(image->members[DESCRIPTION_NO].name, DESCRIPTION))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the first member is not " DESCRIPTION);
    return asy_ok;
}

/* Names that collide or lead elsewhere, what is no file, and what hides behind the end. */
static void check_archive(struct image *image)
{
    for (size_t i = 0; i < image->n; i++) {
        const struct asy_member name = { .name = image->members[i].name, .type = ASY_MEMBER_FILE };

        if ((image->members[i].mode & ASY_CPIO_TYPE) != ASY_CPIO_FILE)
            asy_members_find(&image->names, ASY_ARCHIVE_SPECIAL, "\"%.*s\" is no file (mode %o)", SHOW(name.name),
                             image->members[i].mode);
        if (!asy_members_add(&image->names, &name))
            return;
    }
    asy_members_finish(&image->names);
    if (image->has_tail || !is_padded(image))
        asy_members_find(&image->names, ASY_ARCHIVE_HIDDEN, "bytes that are no padding follow the last record");
}

static bool has_signature(const struct image *image)
{
    return image->n > SIGNATURE_NO && asy_view_is(image->members[SIGNATURE_NO].name, SIGNATURE);
}

static assay_status load(const struct image *image, const struct member *member, struct asy_view *out)
{
    struct asy_reading *reading = image->reading;
    uint8_t *bytes;
    assay_status s;

    if (member->size > reading->dossier->limits->document)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "\"%.*s\" has %llu bytes, the limit is %llu",
                        SHOW(member->name), (unsigned long long)member->size,
                        (unsigned long long)reading->dossier->limits->document);
    bytes = asy_alloc(reading->dossier->arena, (size_t)member->size + 1, 1);
    if (bytes == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_source_read(reading->document->source, member->off, bytes, (size_t)member->size, &reading->diag);
    *out = (struct asy_view){ bytes, (size_t)member->size };
    return s;
}

/* ---- the signature ---- */

static assay_status sign_bare(struct image *image, struct asy_view value, struct asy_recipe message)
{
    struct asy_claim *claim;

    if (value.len < VALUE_MIN || value.len > VALUE_MAX)
        return asy_fail(&image->reading->diag, ASSAY_E_FORMAT, 0, SIGNATURE " has %zu bytes and is no CMS message, "
                        "expected a signature of %d to %d", value.len, VALUE_MIN, VALUE_MAX);
    claim = asy_add_claim(image->reading->dossier, ASY_CLAIM_SIGNATURE, image->reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&image->reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
    claim->is.signature.scheme.alg = ASY_SIG_BARE;
    claim->is.signature.message = message;
    claim->is.signature.value = value;
    return asy_ok;
}

static assay_status sign_cms(struct image *image, struct asy_view bytes, struct asy_recipe message)
{
    struct asy_reading *reading = image->reading;
    struct asy_signed_data *data = asy_alloc(reading->dossier->arena, 1, sizeof *data);
    assay_status s;

    if (data == NULL)
        return no_room(image);
    s = asy_signed_data_read(reading->dossier->arena, asy_reader_of(bytes), data, &reading->diag);
    return assay_ok(s) ? asy_claim_signers(reading, data, message) : s;
}

static assay_status sign(struct image *image)
{
    const struct member *description = &image->members[DESCRIPTION_NO];
    struct asy_piece piece = asy_span(image->reading->document, description->off, description->size);
    struct asy_view bytes, type;
    struct asy_recipe message;
    uint8_t tag;
    assay_status s;

    if (!has_signature(image))
        return asy_ok;
    s = load(image, &image->members[SIGNATURE_NO], &bytes);
    if (!assay_ok(s))
        return s;
    if (!asy_recipe_of(image->reading->dossier->arena, &piece, 1, &message))
        return no_room(image);
    return asy_cms_peek(bytes, &type, &tag) ? sign_cms(image, bytes, message) : sign_bare(image, bytes, message);
}

/* ---- what sw-description says ---- */

static struct member *find(const struct image *image, struct asy_view name)
{
    for (size_t i = 0; i < image->n; i++) {
        if (asy_view_eq(image->members[i].name, name))
            return &image->members[i];
    }
    return NULL;
}

static assay_status link_member(struct image *image, const struct member *member, struct asy_view digest, uint64_t line)
{
    struct asy_reading *reading = image->reading;
    struct asy_piece bytes = asy_span(reading->document, member->off, member->size);
    struct asy_recipe target;
    struct asy_claim *claim;

    if (!asy_recipe_of(reading->dossier->arena, &bytes, 1, &target))
        return no_room(image);
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL)
        return no_room(image);
    claim->is.link = (struct asy_link){
        .alg = ASY_SHA256,
        .value = digest,
        .has_place = true,
        .place_off = image->members[DESCRIPTION_NO].off,
        .place_len = image->members[DESCRIPTION_NO].size,
        .target = target,
        .line = line,
    };
    return asy_ok;
}

static assay_status malformed(struct image *image, const struct asy_node *at, const char *what)
{
    return asy_fail(&image->reading->diag, ASSAY_E_FORMAT, at->line, DESCRIPTION " line %u, column %u: %s", at->line,
                    at->column, what);
}

/* An entry without digest would be installed whatever its bytes are. */
static assay_status read_entry(struct image *image, const struct asy_node *entry, const struct asy_node *filename)
{
    const struct asy_node *sha256 = asy_node_get(entry, "sha256");
    struct asy_view digest;
    struct member *member;

    if (filename->kind != ASY_NODE_STRING)
        return malformed(image, filename, "a filename that is no text");
    member = find(image, filename->text);
    if (member != NULL)
        member->is_listed = true;
    else
        asy_members_find(&image->names, ASY_FILE_MISSING, "\"%.*s\"", SHOW(filename->text));
    if (sha256 == NULL) {
        asy_members_find(&image->names, ASY_COVERAGE_PARTIAL, DESCRIPTION " line %u: names \"%.*s\" without its sha256",
                         filename->line, SHOW(filename->text));
        return asy_ok;
    }
    if (sha256->kind != ASY_NODE_STRING || !asy_hex_decode(image->reading->dossier->arena, sha256->text, &digest) ||
        digest.len != asy_digest_len(ASY_SHA256))
        return malformed(image, sha256, "no SHA-256 in hex");
    return member == NULL ? asy_ok : link_member(image, member, digest, sha256->line);
}

/* Boards, modes and collections nest as they like: an entry is whatever names a file. */
static assay_status read_entries(struct image *image, const struct asy_node *node)
{
    const struct asy_node *filename = asy_node_get(node, "filename");
    assay_status s = filename == NULL ? asy_ok : read_entry(image, node, filename);

    for (const struct asy_node *child = node->first; assay_ok(s) && child != NULL; child = child->next)
        s = read_entries(image, child);
    return s;
}

static assay_status say_version(struct image *image, const struct asy_node *software)
{
    const struct asy_node *version = asy_node_get(software, "version");
    struct asy_statement *statement;

    if (version == NULL || version->kind != ASY_NODE_STRING || version->text.len == 0)
        return asy_ok;
    statement = asy_add_statement(image->reading->dossier, ASY_SAYS_VERSION, image->reading->document);
    if (statement == NULL)
        return no_room(image);
    statement->place_off = image->members[DESCRIPTION_NO].off;
    statement->place_len = image->members[DESCRIPTION_NO].size;
    statement->text = version->text;
    return asy_ok;
}

/* Nothing but JSON begins with a brace. */
static assay_status parse(struct image *image, struct asy_view text, const struct asy_node **out)
{
    struct asy_reading *reading = image->reading;
    assay_status s;

    if (asy_view_starts(asy_view_trim(text), ASY_TEXT("{")))
        s = asy_json_parse(reading->dossier->arena, text, &asy_node_default_limits, out, &reading->diag);
    else
        s = asy_libconfig_parse(reading->dossier->arena, text, &asy_node_default_limits, out, &reading->diag);
    return s;
}

static assay_status read_description(struct image *image)
{
    const struct asy_node *root = NULL, *software;
    struct asy_view text;
    assay_status s = load(image, &image->members[DESCRIPTION_NO], &text);

    if (assay_ok(s))
        s = parse(image, text, &root);
    if (!assay_ok(s))
        return s;
    software = asy_node_get(root, "software");
    if (software == NULL || software->kind != ASY_NODE_MAP)
        return malformed(image, root, "no group \"software\"");
    s = read_entries(image, root);
    return assay_ok(s) ? say_version(image, software) : s;
}

/* ---- the whole ---- */

static void find_unlisted(struct image *image)
{
    for (size_t i = has_signature(image) ? SIGNATURE_NO + 1 : DESCRIPTION_NO + 1; i < image->n; i++) {
        if (!image->members[i].is_listed)
            asy_members_find(&image->names, ASY_COVERAGE_UNLISTED, "\"%.*s\" is not in " DESCRIPTION,
                             SHOW(image->members[i].name));
    }
}

/* Headers, padding, the signature and the last record. */
static void declare_framing(struct image *image)
{
    struct asy_reading *reading = image->reading;
    uint64_t end = 0;

    for (size_t i = 0; i < image->n; i++) {
        const struct member *member = &image->members[i];

        if (i == SIGNATURE_NO && has_signature(image))
            continue;
        asy_add_slack(reading->dossier, reading->document, end, member->off - end);
        end = member->off + member->size;
    }
    asy_add_slack(reading->dossier, reading->document, end, asy_source_size(reading->document->source) - end);
}

static assay_status read(struct asy_reading *reading)
{
    struct image image;
    assay_status s = read_archive(reading, &image);

    if (assay_ok(s))
        s = sign(&image);
    if (assay_ok(s))
        s = read_description(&image);
    if (!assay_ok(s))
        return s;
    check_archive(&image);
    find_unlisted(&image);
    declare_framing(&image);
    return asy_members_status(&image.names, asy_ok);
}

/* What is wrong with the archive was found when it was read. */
static assay_status walk(struct asy_reading *reading)
{
    struct asy_dossier *dossier = reading->dossier;
    struct image image;
    assay_status s = read_archive(reading, &image);

    if (!assay_ok(s))
        return s;
    image.names.packed = asy_packed_new(dossier->arena, reading->document->source, ASY_PACKED_NOT, 0);
    if (image.names.packed == NULL)
        return no_room(&image);
    for (size_t i = has_signature(&image) ? SIGNATURE_NO + 1 : DESCRIPTION_NO + 1; i < image.n; i++) {
        const struct member *member = &image.members[i];
        size_t before = dossier->items_n;
        struct asy_source *source = asy_source_member(dossier->arena, image.names.packed, member->off, member->size,
                                                      member->size, ASY_PACKED_NOT);

        if (!asy_members_item(&image.names, member->name, source, member->size))
            break;
        if (dossier->items_n == before)
            continue;
        dossier->items[before]->parent_off = member->off;
        dossier->items[before]->parent_len = member->size;
    }
    return asy_members_status(&image.names, asy_ok);
}

static const char *const suffixes[] = { ".swu", NULL };

const struct asy_format asy_format_swupdate = {
    .name = "swupdate",
    .title = "SWUpdate images (.swu), signed with CMS, RSA or RSA-PSS",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
    .walk = walk,
};
