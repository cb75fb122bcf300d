/*
 * Tar archives: ustar, pax, GNU and v7, alone or compressed as a whole (POSIX.1-2017 pax; GNU tar manual,
 * "Tar Internals").
 *
 *   tar    = (extension* header data pad)* zero_block zero_block zero*
 *   pad    = NULs up to the next multiple of 512
 *   extension = header 'x' or 'g' with pax records, header 'L' or 'K' with a long name or link
 *
 * Readers disagree about everything that is odd: sizes given twice, extensions of extensions, data behind
 * links, what follows the end.  Each is a finding, and where it is not certain at which byte the next header
 * stands, reading ends.
 */
#include "format/apk.h"
#include "format/arch.h"
#include "format/tar.h"

#include "format/tarball.h"

#include <string.h>

enum { EXTENSION_MAX = 1 << 20, BUFFER = 64 * 1024, SPARSE_MAP_MORE = 504 };

struct tar {
    struct asy_members members;
    struct asy_unpacker *unpacker;
    enum asy_packing packing;
    struct asy_tar_extras extras; /* for the next member */
    uint64_t header_at;           /* of the header being read, in the unpacked stream */
    bool over;                    /* nothing more can be read with certainty */
    bool ended;                   /* the whole stream was read */
    uint8_t block[ASY_TAR_BLOCK];
};

static const struct {
    enum asy_packing packing;
    const char *suffixes[6];
} packings[] = {
    { ASY_PACKED_GZIP, { ".tar.gz", ".tgz", ".crate", NULL } },
    { ASY_PACKED_XZ, { ".tar.xz", ".txz", NULL } },
    { ASY_PACKED_ZSTD, { ".tar.zst", ".tar.zstd", ".tzst", NULL } },
    { ASY_PACKED_BZIP2, { ".tar.bz2", ".tbz2", ".tbz", NULL } },
    { ASY_PACKED_LZMA, { ".tar.lzma", ".tlz", NULL } },
};

static struct asy_view block_view(const struct tar *tar)
{
    return (struct asy_view){ tar->block, ASY_TAR_BLOCK };
}

static bool is_zero(struct asy_view bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] != 0)
            return false;
    }
    return true;
}

bool asy_tar_is_packed(struct asy_view head, enum asy_packing *out)
{
    enum asy_packing packing = asy_packing_of(head);

    if (packing == ASY_PACKED_NOT)
        return false;
    *out = packing;
    return true;
}

static bool is_named_so(struct asy_view name, enum asy_packing packing)
{
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
        for (const char *const *suffix = packings[i].suffixes;
             packings[i].packing == packing && *suffix != NULL; suffix++) {
            struct asy_view end = asy_view_of(*suffix);

            if (name.len > end.len && asy_view_eq_nocase(asy_view_from(name, name.len - end.len), end))
                return true;
        }
    }
    return false;
}

/* A block that begins a tar: "ustar" even with a wrong checksum, or a right checksum over what v7 can have. */
static bool begins_tar(struct asy_view block)
{
    struct asy_tar_header header;

    if (block.len < ASY_TAR_BLOCK)
        return false;
    block = asy_view_head(block, ASY_TAR_BLOCK);
    if (asy_tar_is_ustar(block))
        return true;
    return !is_zero(block) && asy_tar_header_of(block, &header) == NULL && header.name.len > 0 &&
           memchr("01234567SLKxg", header.type, 14) != NULL; /* with the NUL: v7's plain file */
}

/*
 * A compressed tar is known by its compression and its name; of gzip the first block can be seen besides.
 * What cannot be decoded is still taken for what its name says, and then found to be damaged.
 */
static bool begins_packed_tar(const struct asy_glimpse *glimpse, enum asy_packing packing)
{
    struct asy_unpacker *unpacker = NULL;
    struct asy_arena *arena; /* for the one source: recognising has no job */
    struct asy_source *source;
    uint8_t block[ASY_TAR_BLOCK];
    size_t got = 0;
    bool is_tar = true;

    if (packing != ASY_PACKED_GZIP)
        return true;
    arena = asy_arena_new(4096);
    source = arena == NULL ? NULL : asy_source_of_memory(arena, glimpse->head);
    if (source != NULL &&
        assay_ok(asy_unpacker_new(source, 0, glimpse->head.len, packing, 1 << 20, &unpacker, NULL)) &&
        assay_ok(asy_unpack(unpacker, block, sizeof block, &got, NULL)))
        is_tar = got < sizeof block || is_zero((struct asy_view){ block, got }) ||
                 begins_tar((struct asy_view){ block, got });
    asy_unpacker_free(unpacker);
    asy_arena_free(arena);
    return is_tar;
}

/* An archive of nothing but end blocks has no mark but its name. */
static bool is_blank_tar(const struct asy_glimpse *glimpse)
{
    return glimpse->head.len >= ASY_TAR_BLOCK && is_zero(glimpse->head) &&
           asy_view_ends(glimpse->name, ASY_TEXT(".tar"));
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    enum asy_packing packing;

    if (asy_tar_is_packed(glimpse->head, &packing))
        return is_named_so(glimpse->name, packing) && begins_packed_tar(glimpse, packing) &&
               asy_apk_kind_of(glimpse) == ASY_APK_NONE && !asy_is_arch_db_name(glimpse->name);
    return begins_tar(glimpse->head) || is_blank_tar(glimpse);
}

/* An archive says nothing of its own. */
static assay_status read(struct asy_reading *reading)
{
    (void)reading;
    return asy_ok;
}

static void stop(struct tar *tar, enum asy_reason reason, const char *text)
{
    asy_members_find(&tar->members, reason, "%s, at byte %llu of the archive", text,
                     ASY_TAR_ULL(tar->header_at));
    tar->over = true;
}

static void failed(struct tar *tar, const struct asy_diag *diag)
{
    asy_members_failed(&tar->members, diag, ASY_TEXT("the archive"));
    tar->over = true;
}

/* The next bytes; fewer only at the end.  False where decoding failed. */
static bool get_bytes(struct tar *tar, uint8_t *buf, size_t n, size_t *got)
{
    struct asy_diag diag = { 0 };

    if (assay_ok(asy_unpack(tar->unpacker, buf, n, got, &diag)))
        return true;
    failed(tar, &diag);
    return false;
}

/* Exactly one block; its absence is a finding. */
static bool get_block(struct tar *tar)
{
    size_t got;

    if (!get_bytes(tar, tar->block, ASY_TAR_BLOCK, &got))
        return false;
    if (got == ASY_TAR_BLOCK)
        return true;
    stop(tar, ASY_ARCHIVE_CORRUPT,
         got == 0 ? "the archive ends without its end blocks" : "the archive ends within a block");
    return false;
}

static bool skip(struct tar *tar, uint64_t n)
{
    struct asy_diag diag = { 0 };

    if (assay_ok(asy_unpack_skip(tar->unpacker, n, &diag)))
        return true;
    failed(tar, &diag);
    return false;
}

/* The NULs up to the next block. */
static bool get_pad(struct tar *tar, uint64_t size, struct asy_view name)
{
    size_t n = (size_t)(-size & (ASY_TAR_BLOCK - 1)), got;

    if (!get_bytes(tar, tar->block, n, &got))
        return false;
    if (got < n) {
        stop(tar, ASY_ARCHIVE_CORRUPT, "the archive ends within a block");
        return false;
    }
    if (!is_zero(asy_view_head(block_view(tar), n)))
        asy_members_find(&tar->members, ASY_ARCHIVE_HIDDEN,
                         "\"%.*s\": %zu bytes behind its end that are not zero", ASY_TAR_SHOW(name), n);
    return true;
}

/* The data of an extension, in the arena. */
static bool get_extension(struct tar *tar, const struct asy_tar_header *header, struct asy_view *out)
{
    struct asy_arena *arena = tar->members.reading->dossier->arena;
    size_t n = (size_t)header->size, got;
    uint8_t *bytes;

    if (header->size > EXTENSION_MAX) {
        stop(tar, ASY_LIMIT_REACHED, "an extended header of more than 1 MiB");
        return false;
    }
    bytes = asy_alloc(arena, n + 1, 1);
    if (bytes == NULL)
        return asy_members_full(&tar->members, "the memory of the job is spent");
    if (!get_bytes(tar, bytes, n, &got))
        return false;
    if (got < n) {
        stop(tar, ASY_ARCHIVE_CORRUPT, "the archive ends within an extended header");
        return false;
    }
    *out = (struct asy_view){ bytes, n };
    return get_pad(tar, n, ASY_TEXT("an extended header"));
}

/* GNU: the name and a NUL, which is part of the size. */
static struct asy_view long_name(struct tar *tar, struct asy_view bytes)
{
    const uint8_t *nul = bytes.len == 0 ? NULL : memchr(bytes.data, 0, bytes.len);
    size_t n = nul == NULL ? bytes.len : (size_t)(nul - bytes.data);

    if (nul != NULL && n + 1 != bytes.len)
        asy_members_find(&tar->members, ASY_ARCHIVE_DISAGREES,
                         "the long name \"%.*s\" ends after %zu bytes, its header says %zu",
                         ASY_TAR_SHOW(asy_view_head(bytes, n)), n, bytes.len);
    return asy_view_head(bytes, n);
}

/* An extension that another one is before, other than L and K together. */
static bool is_crowded(const struct asy_tar_extras *extras, char type)
{
    switch (type) {
    case 'L':
        return extras->has_pax || extras->has_long_name;
    case 'K':
        return extras->has_pax || extras->has_long_link;
    default:
        return extras->has_pax || extras->has_long_name || extras->has_long_link;
    }
}

static void read_extension(struct tar *tar, const struct asy_tar_header *header)
{
    struct asy_tar_extras *extras = &tar->extras;
    struct asy_view bytes;

    if (is_crowded(extras, header->type))
        asy_members_find(&tar->members, ASY_ARCHIVE_DISAGREES,
                         "an extended header '%c' at byte %llu follows another one of the same member",
                         header->type, ASY_TAR_ULL(tar->header_at));
    if (!get_extension(tar, header, &bytes))
        return;
    if (header->type == 'x' || header->type == 'g') {
        asy_tar_read_pax(&tar->members, bytes, header->type == 'g', extras);
        extras->has_pax |= header->type == 'x';
    } else if (header->type == 'L') {
        extras->has_long_name = extras->has_path = true;
        extras->path = long_name(tar, bytes);
    } else {
        extras->has_long_link = extras->has_link = true;
        extras->link = long_name(tar, bytes);
    }
}

static bool name_of(struct tar *tar, const struct asy_tar_header *header, struct asy_view *out)
{
    struct asy_arena *arena = tar->members.reading->dossier->arena;
    char *joined;

    if (tar->extras.has_path || !header->has_prefix || header->prefix.len == 0) {
        *out = tar->extras.has_path ? tar->extras.path : header->name;
        return asy_copy(arena, *out, out);
    }
    joined = asy_printf(arena, "%.*s/%.*s", (int)header->prefix.len, (const char *)header->prefix.data,
                        (int)header->name.len, (const char *)header->name.data);
    *out = asy_view_of(joined);
    return joined != NULL;
}

static enum asy_member_type type_of(const struct asy_tar_header *header, struct asy_view name)
{
    switch (header->type) {
    case '0':
        return ASY_MEMBER_FILE;
    case '\0': /* v7 had no directories but names with a slash at the end */
        return name.len > 0 && name.data[name.len - 1] == '/' ? ASY_MEMBER_DIRECTORY : ASY_MEMBER_FILE;
    case '1':
        return ASY_MEMBER_HARDLINK;
    case '2':
        return ASY_MEMBER_SYMLINK;
    case '5':
        return ASY_MEMBER_DIRECTORY;
    default:
        return ASY_MEMBER_SPECIAL;
    }
}

static const char *special_name(char type)
{
    switch (type) {
    case '3':
    case '4':
        return "a device";
    case '6':
        return "a FIFO";
    case '7':
        return "a contiguous file";
    case 'S':
        return "a sparse file";
    default:
        return "of an unknown type";
    }
}

/* Both sizes are read by somebody: they may differ only where the header has no room for the real one. */
static uint64_t size_of(struct tar *tar, const struct asy_tar_header *header, struct asy_view name)
{
    const struct asy_tar_extras *extras = &tar->extras;

    if (!extras->has_size)
        return header->size;
    if (extras->size != header->size && (extras->size <= ASY_TAR_OCTAL_MAX || header->size != 0))
        asy_members_find(&tar->members, ASY_ARCHIVE_DISAGREES,
                         "\"%.*s\" has %llu bytes by its header, %llu by its pax size", ASY_TAR_SHOW(name),
                         ASY_TAR_ULL(header->size), ASY_TAR_ULL(extras->size));
    return extras->size;
}

/* The map of an old GNU sparse file goes on in blocks of its own. */
static bool skip_sparse_map(struct tar *tar, const struct asy_tar_header *header)
{
    bool more = header->type == 'S' && header->sparse_more;

    while (more) {
        if (!get_block(tar))
            return false;
        more = tar->block[SPARSE_MAP_MORE] != 0;
    }
    return true;
}

static bool skip_data(struct tar *tar, const struct asy_member *member, uint64_t size)
{
    if (member->type != ASY_MEMBER_FILE && member->type != ASY_MEMBER_SPECIAL && size > 0) {
        asy_members_find(&tar->members, ASY_ARCHIVE_DISAGREES,
                         "\"%.*s\" is no file, but has %llu bytes; the archive was not read further",
                         ASY_TAR_SHOW(member->name), ASY_TAR_ULL(size));
        tar->over = true;
        return false;
    }
    return skip(tar, size) && get_pad(tar, size, member->name);
}

static void add_item(struct tar *tar, struct asy_view name, uint64_t off, uint64_t size)
{
    struct asy_source *source = asy_source_member(tar->members.reading->dossier->arena, tar->members.packed,
                                                  off, size, size, ASY_PACKED_NOT);

    (void)asy_members_item(&tar->members, name, source, size);
}

static void read_member(struct tar *tar, const struct asy_tar_header *header)
{
    struct asy_member member = { .target = tar->extras.has_link ? tar->extras.link : header->link };
    uint64_t size, data_at;

    if (!name_of(tar, header, &member.name) ||
        !asy_copy(tar->members.reading->dossier->arena, member.target, &member.target)) {
        (void)asy_members_full(&tar->members, "the memory of the job is spent");
        return;
    }
    member.type = tar->extras.is_sparse ? ASY_MEMBER_SPECIAL : type_of(header, member.name);
    if (member.type == ASY_MEMBER_SPECIAL)
        asy_members_find(&tar->members, ASY_ARCHIVE_SPECIAL, "\"%.*s\" is %s (type %d)",
                         ASY_TAR_SHOW(member.name), special_name(tar->extras.is_sparse ? 'S' : header->type),
                         header->type);
    size = size_of(tar, header, member.name);
    memset(&tar->extras, 0, sizeof tar->extras);
    if (!skip_sparse_map(tar, header))
        return;
    data_at = asy_unpacked(tar->unpacker);
    if (skip_data(tar, &member, size) && member.type == ASY_MEMBER_FILE)
        add_item(tar, member.name, data_at, size);
    (void)asy_members_add(&tar->members, &member);
}

/* What follows the two zero blocks must be more of them. */
static void read_end(struct tar *tar)
{
    uint64_t at = asy_unpacked(tar->unpacker);
    uint8_t rest[4096];
    size_t got = sizeof rest;
    bool hidden = false;

    while (got == sizeof rest) {
        if (!get_bytes(tar, rest, sizeof rest, &got))
            return;
        hidden |= !is_zero((struct asy_view){ rest, got });
    }
    tar->ended = true;
    if (hidden)
        asy_members_find(&tar->members, ASY_ARCHIVE_HIDDEN,
                         "bytes that are not zero behind the end at %llu, of %llu", ASY_TAR_ULL(at),
                         ASY_TAR_ULL(asy_unpacked(tar->unpacker)));
    if (asy_unpacked(tar->unpacker) % ASY_TAR_BLOCK != 0)
        asy_members_find(&tar->members, ASY_ARCHIVE_CORRUPT, "the archive has %llu bytes, no multiple of %d",
                         ASY_TAR_ULL(asy_unpacked(tar->unpacker)), ASY_TAR_BLOCK);
}

/* After the first zero block. */
static void read_end_blocks(struct tar *tar)
{
    const struct asy_tar_extras *extras = &tar->extras;

    tar->over = true;
    if (extras->has_pax || extras->has_long_name || extras->has_long_link)
        asy_members_find(&tar->members, ASY_ARCHIVE_CORRUPT,
                         "the archive ends with an extended header of no member");
    if (!get_block(tar))
        return;
    if (!is_zero(block_view(tar)))
        stop(tar, ASY_ARCHIVE_HIDDEN, "one zero block with more behind it, where the end has two");
    read_end(tar);
}

static void read_header(struct tar *tar)
{
    struct asy_tar_header header = { 0 };
    uint8_t copy[ASY_TAR_BLOCK];
    const char *defect;

    tar->header_at = asy_unpacked(tar->unpacker);
    if (!get_block(tar))
        return;
    if (is_zero(block_view(tar))) {
        read_end_blocks(tar);
        return;
    }
    memcpy(copy, tar->block, sizeof copy); /* the header's views stay while other blocks are read */
    defect = asy_tar_header_of((struct asy_view){ copy, sizeof copy }, &header);
    if (defect != NULL) {
        asy_members_find(&tar->members, ASY_ARCHIVE_CORRUPT,
                         "the header at byte %llu %s; the archive was not read further",
                         ASY_TAR_ULL(tar->header_at), defect);
        tar->over = true;
    } else if (header.type == 'x' || header.type == 'g' || header.type == 'L' || header.type == 'K') {
        read_extension(tar, &header);
    } else {
        read_member(tar, &header);
    }
}

/* The .xz File Format 2.1.2.4: a stream ends in "YZ"; what may come behind it are zeros, which the decoder skips. */
static bool has_padding(const struct tar *tar)
{
    const struct asy_source *source = tar->members.reading->document->source;
    uint64_t size = asy_source_size(source);
    uint8_t last = 0;

    return tar->packing == ASY_PACKED_XZ && size > 0 &&
           (!assay_ok(asy_source_read(source, size - 1, &last, 1, NULL)) || last != 'Z');
}

static void check_left(struct tar *tar)
{
    uint64_t left = tar->packing == ASY_PACKED_NOT ? 0 : asy_unpack_left(tar->unpacker);

    if (left > 0)
        asy_members_find(&tar->members, ASY_ARCHIVE_HIDDEN,
                         "%llu bytes behind the end of the compressed stream", ASY_TAR_ULL(left));
    else if (has_padding(tar))
        asy_members_find(&tar->members, ASY_ARCHIVE_HIDDEN, "zeros behind the end of the compressed stream");
}

static void read_all(struct tar *tar)
{
    while (!tar->over && !tar->members.full)
        read_header(tar);
    if (tar->ended)
        check_left(tar);
    asy_members_finish(&tar->members);
}

enum asy_packing asy_tar_packing(struct asy_view head)
{
    enum asy_packing packing = ASY_PACKED_NOT;

    return asy_tar_is_packed(head, &packing) ? packing : ASY_PACKED_NOT;
}

assay_status asy_tar_walk(struct asy_reading *reading, bool is_system, struct asy_members *out)
{
    const struct asy_source *source = reading->document->source;
    uint64_t limit = reading->dossier->limits->unpacked, size = asy_source_size(source);
    struct tar tar = { .members = { .reading = reading, .is_system = is_system } };
    uint8_t head[6] = { 0 };
    assay_status s =
        asy_source_read(source, 0, head, size < sizeof head ? (size_t)size : sizeof head, &reading->diag);

    if (!assay_ok(s))
        return s;
    if (!asy_tar_is_packed((struct asy_view){ head, sizeof head }, &tar.packing))
        limit = UINT64_MAX;
    tar.members.packed = asy_packed_new(reading->dossier->arena, source, tar.packing, limit);
    if (tar.members.packed == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_unpacker_new(source, 0, size, tar.packing, limit, &tar.unpacker, &reading->diag);
    if (!assay_ok(s))
        return s;
    read_all(&tar);
    asy_unpacker_free(tar.unpacker);
    *out = tar.members;
    return asy_members_status(&tar.members, asy_ok);
}

static assay_status walk(struct asy_reading *reading)
{
    struct asy_members members;

    return asy_tar_walk(reading, false, &members);
}

const struct asy_format asy_format_tar = {
    .name = "tar",
    .title = "tar archives, also compressed with gzip, xz, lzma, zstd or bzip2",
    .kind = ASY_KIND_ARCHIVE,
    .recognise = recognise,
    .read = read,
    .walk = walk,
};
