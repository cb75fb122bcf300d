/*
 * The payload of a package: a cpio archive, compressed or not, of the files that the main header lists (rpm,
 * docs/manual/format_payload.md).
 */
#include "format/cpio.h"
#include "format/members.h"
#include "format/rpm.h"

#include "codec/hex.h"
#include "codec/openpgp_packet.h"

#include <stdlib.h>

/* Of FILEFLAGS: such a file is owned and not in the payload. */
enum { GHOST = 1 << 6 };

/* A file as the header has it. */
struct file {
    struct asy_view path; /* without the '/' that it begins with */
    struct asy_view hex;  /* its digest, or empty */
    uint64_t size, mode, device, inode;
    uint32_t no;       /* place in the header */
    bool is_ghost;
    bool is_elsewhere; /* its bytes are with a later file of the same inode */
    bool is_there;     /* the payload has it */
};

struct walk {
    struct asy_rpm rpm;
    struct asy_members members;
    struct asy_unpacker *unpacker;
    struct asy_arena *arena;
    struct file *files; /* in the order of the header */
    struct file **by_path;
    size_t files_n;
    enum asy_digest_alg alg; /* of the digests of files */
    struct asy_view *waiting; /* names of hard links whose bytes come with the next of them */
    struct file **waiting_files;
    size_t waiting_n, waiting_room, waiting_files_room;
    struct asy_cpio_entry last; /* the record of the last of them */
};

static bool no_room(struct walk *w)
{
    return asy_members_full(&w->members, "the memory of the job is spent");
}

/* ---- the list in the header ---- */

static const struct asy_rpm_entry *find(const struct walk *w, uint32_t tag, size_t n, bool *good)
{
    const struct asy_rpm_entry *entry = asy_rpm_find(&w->rpm.header, tag);

    if (entry != NULL && entry->count != n)
        *good = false;
    return entry;
}

static struct asy_view without_root(struct asy_view path)
{
    if (path.len > 0 && path.data[0] == '/')
        return asy_view_from(path, 1);
    return asy_view_starts(path, ASY_TEXT("./")) ? asy_view_from(path, 2) : path;
}

static bool join(struct asy_arena *arena, struct asy_view dir, struct asy_view base, struct asy_view *out)
{
    uint8_t *text = asy_alloc(arena, dir.len + base.len + 1, 1);

    if (text == NULL)
        return false;
    for (size_t i = 0; i < dir.len; i++)
        text[i] = dir.data[i];
    for (size_t i = 0; i < base.len; i++)
        text[dir.len + i] = base.data[i];
    *out = without_root((struct asy_view){ text, dir.len + base.len });
    return true;
}

/* Names in two parts: the same directory stands once.  False when the arena is full; `*good` when they do not fit. */
static bool read_names(struct walk *w, const struct asy_rpm_entry *bases, bool *good)
{
    const struct asy_rpm_entry *dirs = asy_rpm_find(&w->rpm.header, ASY_RPM_DIR_NAMES);
    const struct asy_rpm_entry *indexes = find(w, ASY_RPM_DIR_INDEXES, bases->count, good);
    struct asy_view *base = NULL, *dir = NULL;

    if (dirs == NULL || indexes == NULL || dirs->type != ASY_RPM_STRING_ARRAY ||
        bases->type != ASY_RPM_STRING_ARRAY) {
        *good = false;
        return true;
    }
    if (!asy_rpm_texts(bases, w->arena, &base) || !asy_rpm_texts(dirs, w->arena, &dir))
        return false;
    for (size_t i = 0; i < w->files_n; i++) {
        uint64_t no = asy_rpm_number(indexes, i);

        if (no >= dirs->count)
            *good = false;
        else if (!join(w->arena, dir[no], base[i], &w->files[i].path))
            return false;
    }
    return true;
}

static bool read_old_names(struct walk *w, const struct asy_rpm_entry *names, bool *good)
{
    struct asy_view *name = NULL;

    if (names->type != ASY_RPM_STRING_ARRAY) {
        *good = false;
        return true;
    }
    if (!asy_rpm_texts(names, w->arena, &name))
        return false;
    for (size_t i = 0; i < w->files_n; i++)
        w->files[i].path = without_root(name[i]);
    return true;
}

static bool read_details(struct walk *w, bool *good)
{
    size_t n = w->files_n;
    const struct asy_rpm_entry *sizes = find(w, ASY_RPM_FILE_SIZES, n, good);
    const struct asy_rpm_entry *long_sizes = find(w, ASY_RPM_LONG_FILE_SIZES, n, good);
    const struct asy_rpm_entry *modes = find(w, ASY_RPM_FILE_MODES, n, good);
    const struct asy_rpm_entry *flags = find(w, ASY_RPM_FILE_FLAGS, n, good);
    const struct asy_rpm_entry *devices = find(w, ASY_RPM_FILE_DEVICES, n, good);
    const struct asy_rpm_entry *inodes = find(w, ASY_RPM_FILE_INODES, n, good);
    const struct asy_rpm_entry *digests = find(w, ASY_RPM_FILE_DIGESTS, n, good);
    struct asy_view *hex = NULL;

    if (!*good)
        return true;
    if (digests != NULL && !asy_rpm_texts(digests, w->arena, &hex))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct file *file = &w->files[i];

        file->no = (uint32_t)i;
        file->size = asy_rpm_number(long_sizes != NULL ? long_sizes : sizes, i);
        file->mode = asy_rpm_number(modes, i);
        file->device = asy_rpm_number(devices, i);
        file->inode = asy_rpm_number(inodes, i);
        file->is_ghost = (asy_rpm_number(flags, i) & GHOST) != 0;
        if (hex != NULL)
            file->hex = hex[i];
    }
    return true;
}

static int by_path(const void *a, const void *b)
{
    const struct file *const *x = a, *const *y = b;

    return asy_view_cmp((*x)->path, (*y)->path);
}

static int by_inode(const void *a, const void *b)
{
    const struct file *const *x = a, *const *y = b;

    if ((*x)->device != (*y)->device)
        return (*x)->device < (*y)->device ? -1 : 1;
    if ((*x)->inode != (*y)->inode)
        return (*x)->inode < (*y)->inode ? -1 : 1;
    return (*x)->no < (*y)->no ? -1 : (*x)->no > (*y)->no;
}

static bool is_regular(uint64_t mode)
{
    return (mode & ASY_CPIO_TYPE) == ASY_CPIO_FILE;
}

/* Of files with one inode the last has the bytes, in the stripped form, which does not say so itself. */
static void find_links(struct walk *w)
{
    qsort(w->by_path, w->files_n, sizeof(struct file *), by_inode);
    for (size_t i = 0; i + 1 < w->files_n; i++) {
        struct file *file = w->by_path[i], *next = w->by_path[i + 1];

        file->is_elsewhere = is_regular(file->mode) && is_regular(next->mode) && file->inode == next->inode &&
                             file->device == next->device && !next->is_ghost;
    }
}

static bool sort_files(struct walk *w)
{
    w->by_path = asy_alloc(w->arena, w->files_n + 1, sizeof(struct file *));
    if (w->by_path == NULL)
        return false;
    for (size_t i = 0; i < w->files_n; i++)
        w->by_path[i] = &w->files[i];
    if (w->files_n > 0) {
        find_links(w);
        qsort(w->by_path, w->files_n, sizeof(struct file *), by_path);
    }
    return true;
}

static bool read_list(struct walk *w)
{
    const struct asy_rpm_entry *bases = asy_rpm_find(&w->rpm.header, ASY_RPM_BASE_NAMES);
    const struct asy_rpm_entry *names = bases != NULL ? bases : asy_rpm_find(&w->rpm.header, ASY_RPM_OLD_NAMES);
    uint64_t alg = 1; /* MD5, before there was a tag for it */
    bool good = true;

    w->files_n = names == NULL ? 0 : names->count;
    w->files = asy_alloc(w->arena, w->files_n + 1, sizeof *w->files);
    if (w->files == NULL)
        return no_room(w);
    if (bases != NULL ? !read_names(w, bases, &good) : names != NULL && !read_old_names(w, names, &good))
        return no_room(w);
    if (!read_details(w, &good))
        return no_room(w);
    if (!assay_ok(asy_rpm_get_number(&w->rpm.header, ASY_RPM_FILE_DIGEST_ALG, &alg, NULL)))
        good = false;
    w->alg = alg > UINT8_MAX ? ASY_DIGEST_NONE : asy_openpgp_digest_of((uint8_t)alg);
    if (!good)
        asy_members_find(&w->members, ASY_ARCHIVE_CORRUPT, "the header's lists of files do not fit each other");
    return good && (sort_files(w) || no_room(w));
}

/* The file of a member's name; of two, one: names that are there twice are found as such. */
static struct file *file_of(const struct walk *w, struct asy_view name)
{
    struct asy_view path = without_root(name);
    size_t low = 0, high = w->files_n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = asy_view_cmp(w->by_path[middle]->path, path);

        if (order == 0)
            return w->by_path[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- members ---- */

#define SHOW(view) asy_shown_len(view), (const char *)(view).data

static bool link_digest(struct walk *w, const struct file *file, struct asy_item *item)
{
    struct asy_rpm_digest digest = { .alg = w->alg };

    if (file->hex.len == 0)
        return true;
    if (w->alg == ASY_DIGEST_NONE || file->hex.len != 2 * asy_digest_len(w->alg) ||
        !asy_hex_decode(w->arena, file->hex, &digest.value)) {
        asy_members_find(&w->members, ASY_ARCHIVE_CORRUPT, "\"%.*s\": the header's digest is none", SHOW(file->path));
        return true;
    }
    return asy_rpm_add_link(&w->rpm, &digest, asy_whole(item)) ||
           asy_members_full(&w->members, "more members than the limit on claims");
}

/* The item of a regular file, whose bytes are at `data_at` of the archive, and its digest's link. */
static bool add_item(struct walk *w, struct asy_view name, const struct file *file, uint64_t data_at, uint64_t size)
{
    struct asy_dossier *dossier = w->rpm.reading->dossier;
    size_t before = dossier->items_n;
    struct asy_source *source = asy_source_member(w->arena, w->members.packed, data_at, size, size, ASY_PACKED_NOT);

    if (!asy_members_item(&w->members, name, source, size))
        return false;
    return dossier->items_n == before || file == NULL || link_digest(w, file, dossier->items[before]);
}

/* All that wait have the bytes at `data_at`, or, when these never came, none. */
static bool release(struct walk *w, uint64_t data_at, uint64_t size)
{
    size_t n = w->waiting_n;

    w->waiting_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!add_item(w, w->waiting[i], w->waiting_files[i], data_at, size))
            return false;
    }
    return true;
}

static bool wait_for_bytes(struct walk *w, const struct asy_cpio_entry *entry, struct asy_view name, struct file *file)
{
    if (!asy_grow(w->arena, &w->waiting, w->waiting_n, &w->waiting_room, sizeof *w->waiting) ||
        !asy_grow(w->arena, &w->waiting_files, w->waiting_n, &w->waiting_files_room, sizeof(struct file *)))
        return no_room(w);
    w->waiting[w->waiting_n] = name;
    w->waiting_files[w->waiting_n++] = file;
    w->last = *entry;
    return true;
}

/* Hard links follow each other in the payload, and the last of them has the bytes. */
static bool is_linked(const struct walk *w, const struct asy_cpio_entry *entry)
{
    return w->waiting_n > 0 && is_regular(entry->mode) && entry->ino == w->last.ino &&
           entry->dev_major == w->last.dev_major && entry->dev_minor == w->last.dev_minor;
}

static bool add_regular(struct walk *w, const struct asy_cpio_entry *entry, struct asy_view name, struct file *file,
                        bool is_elsewhere, uint64_t data_at)
{
    if (!is_linked(w, entry) && !release(w, 0, 0))
        return false;
    if (is_elsewhere)
        return wait_for_bytes(w, entry, name, file);
    return release(w, data_at, entry->size) && add_item(w, name, file, data_at, entry->size);
}

static enum asy_member_type type_of(uint32_t mode)
{
    switch (mode & ASY_CPIO_TYPE) {
    case ASY_CPIO_FILE:
        return ASY_MEMBER_FILE;
    case ASY_CPIO_DIRECTORY:
        return ASY_MEMBER_DIRECTORY;
    case ASY_CPIO_SYMLINK:
        return ASY_MEMBER_SYMLINK;
    default:
        return ASY_MEMBER_SPECIAL;
    }
}

/* What only the header says, where the record is of rpm's stripped form. */
static bool complete(struct walk *w, struct asy_cpio_entry *entry, struct file **file)
{
    if (entry->index >= w->files_n) {
        asy_members_find(&w->members, ASY_ARCHIVE_CORRUPT, "the payload has file %u, the header lists %zu",
                         entry->index, w->files_n);
        return false;
    }
    *file = &w->files[entry->index];
    entry->name = (*file)->path;
    entry->mode = (uint32_t)(*file)->mode;
    entry->ino = (uint32_t)(*file)->inode;
    entry->dev_minor = (uint32_t)(*file)->device;
    if ((entry->mode & ASY_CPIO_TYPE) == ASY_CPIO_SYMLINK ||
        (is_regular(entry->mode) && !(*file)->is_elsewhere))
        entry->size = (*file)->size;
    return true;
}

/* The record and the header must be of one mind. */
static void compare(struct walk *w, const struct asy_cpio_entry *entry, struct file *file)
{
    if (file == NULL) {
        asy_members_find(&w->members, ASY_ARCHIVE_DISAGREES, "\"%.*s\" is in the payload and not in the header",
                         SHOW(entry->name));
        return;
    }
    file->is_there = true;
    if (file->mode != entry->mode)
        asy_members_find(&w->members, ASY_ARCHIVE_DISAGREES, "\"%.*s\": mode %o in the payload, %llo in the header",
                         SHOW(entry->name), entry->mode, (unsigned long long)file->mode);
    if (is_regular(entry->mode) && entry->size != 0 && entry->size != file->size)
        asy_members_find(&w->members, ASY_ARCHIVE_DISAGREES, "\"%.*s\": %llu bytes in the payload, %llu in the header",
                         SHOW(entry->name), (unsigned long long)entry->size, (unsigned long long)file->size);
}

static bool failed(struct walk *w, const struct asy_diag *diag)
{
    asy_members_failed(&w->members, diag, ASY_TEXT("the payload"));
    return false;
}

/* One member; false when there is no going on. */
static bool add_member(struct walk *w, struct asy_cpio_entry *entry)
{
    struct file *file = entry->is_stripped ? NULL : file_of(w, entry->name);
    struct asy_member member = { .is_rooted = true };
    uint64_t data_at = asy_unpacked(w->unpacker);
    struct asy_diag diag = { 0 };
    bool is_elsewhere;
    assay_status s;

    if (entry->is_stripped && !complete(w, entry, &file))
        return false;
    is_elsewhere = entry->is_stripped ? file->is_elsewhere : entry->nlink > 1 && entry->size == 0;
    member.name = without_root(entry->name);
    member.type = type_of(entry->mode);
    compare(w, entry, file);
    if (member.type == ASY_MEMBER_SYMLINK)
        s = asy_cpio_read(w->unpacker, entry, w->arena, &member.target, &diag);
    else
        s = asy_cpio_skip(w->unpacker, entry, &diag);
    if (!assay_ok(s))
        return failed(w, &diag);
    if (member.type == ASY_MEMBER_SPECIAL)
        asy_members_find(&w->members, ASY_ARCHIVE_SPECIAL, "\"%.*s\" is no file, directory or link (mode %o)",
                         SHOW(member.name), entry->mode);
    return asy_members_add(&w->members, &member) &&
           (member.type != ASY_MEMBER_FILE || add_regular(w, entry, member.name, file, is_elsewhere, data_at));
}

/* ---- the whole ---- */

static bool read_end(struct walk *w)
{
    struct asy_diag diag = { 0 };
    bool hidden = false;

    if (!release(w, 0, 0))
        return false;
    if (!assay_ok(asy_cpio_finish(w->unpacker, &hidden, &diag)))
        return failed(w, &diag);
    if (hidden)
        asy_members_find(&w->members, ASY_ARCHIVE_HIDDEN, "bytes that are not zero behind the last member");
    for (size_t i = 0; i < w->files_n; i++) {
        if (!w->files[i].is_there && !w->files[i].is_ghost)
            asy_members_find(&w->members, ASY_ARCHIVE_DISAGREES, "\"%.*s\" is in the header and not in the payload",
                             SHOW(w->files[i].path));
    }
    return true;
}

static bool read_members(struct walk *w)
{
    for (;;) {
        struct asy_cpio_entry entry;
        struct asy_diag diag = { 0 };

        if (!assay_ok(asy_cpio_next(w->unpacker, w->arena, &entry, &diag)))
            return failed(w, &diag);
        if (entry.is_end)
            return read_end(w);
        if (!add_member(w, &entry))
            return false;
    }
}

/* The digest of the payload as it is uncompressed: of bytes that are only here, and whose links hold or do not. */
static void link_alternative(struct walk *w)
{
    struct asy_rpm_digest digests[ASY_RPM_DIGESTS];
    struct asy_reading *reading = w->rpm.reading;
    uint64_t size = asy_unpacked(w->unpacker);
    struct asy_source *source;
    struct asy_item *item;
    size_t n = 0;

    if (w->rpm.is_plain || !assay_ok(asy_rpm_payload_digests(&w->rpm, true, digests, &n)) || n == 0)
        return;
    source = asy_source_member(w->arena, w->members.packed, 0, size, size, ASY_PACKED_NOT);
    item = source == NULL ? NULL
                          : asy_add_derived(reading->dossier, reading->document, w->rpm.payload_off, w->rpm.payload_len,
                                            "(uncompressed payload)", source);
    if (item == NULL) {
        (void)no_room(w);
        return;
    }
    item->size = size;
    item->has_size = true;
    for (size_t i = 0; i < n; i++) {
        if (!asy_rpm_add_link(&w->rpm, &digests[i], asy_whole(item)))
            (void)no_room(w);
    }
}

static bool packing_of(const struct walk *w, enum asy_packing *out)
{
    static const struct { const char *name; enum asy_packing packing; } known[] = {
        { "gzip", ASY_PACKED_GZIP }, { "xz", ASY_PACKED_XZ },  { "zstd", ASY_PACKED_ZSTD },
        { "lzma", ASY_PACKED_LZMA },
        { "bzip2", ASY_PACKED_BZIP2 }, { "none", ASY_PACKED_NOT }, { "identity", ASY_PACKED_NOT },
    };
    struct asy_view name = ASY_TEXT("gzip");

    *out = ASY_PACKED_NOT;
    if (w->rpm.is_plain)
        return true;
    if (!assay_ok(asy_rpm_get_text(&w->rpm.header, ASY_RPM_COMPRESSOR, &name, NULL)))
        return false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (asy_view_is(name, known[i].name)) {
            *out = known[i].packing;
            return true;
        }
    }
    return false;
}

static bool is_cpio(const struct walk *w)
{
    struct asy_view name = ASY_TEXT("cpio");

    return assay_ok(asy_rpm_get_text(&w->rpm.header, ASY_RPM_PAYLOAD_FORMAT, &name, NULL)) && asy_view_is(name, "cpio");
}

/* Members are read through a source that is the payload alone. */
static assay_status open_payload(struct walk *w, enum asy_packing packing)
{
    const struct asy_reading *reading = w->rpm.reading;
    uint64_t limit = packing == ASY_PACKED_NOT ? UINT64_MAX : reading->dossier->limits->unpacked;
    struct asy_packed *file = asy_packed_new(w->arena, reading->document->source, ASY_PACKED_NOT, 0);
    struct asy_source *payload =
        file == NULL ? NULL
                     : asy_source_member(w->arena, file, w->rpm.payload_off, w->rpm.payload_len, w->rpm.payload_len,
                                         ASY_PACKED_NOT);

    if (payload != NULL)
        w->members.packed = asy_packed_new(w->arena, payload, packing, limit);
    if (w->members.packed == NULL)
        return asy_fail(&w->rpm.reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    return asy_unpacker_new(reading->document->source, w->rpm.payload_off, w->rpm.payload_len, packing, limit,
                            &w->unpacker, &w->rpm.reading->diag);
}

static void read_all(struct walk *w)
{
    bool ended = read_members(w);

    if (ended && !w->rpm.is_plain && asy_unpack_left(w->unpacker) > 0)
        asy_members_find(&w->members, ASY_ARCHIVE_HIDDEN, "%llu bytes behind the end of the compressed payload",
                         (unsigned long long)asy_unpack_left(w->unpacker));
    if (ended)
        link_alternative(w);
    if (w->members.n > 0)
        asy_members_finish(&w->members);
}

assay_status asy_rpm_walk(struct asy_reading *reading)
{
    struct walk w = { .arena = reading->dossier->arena, .members.reading = reading };
    enum asy_packing packing;
    assay_status s = asy_rpm_open(reading, &w.rpm);

    if (!assay_ok(s))
        return s;
    if (!is_cpio(&w) || !packing_of(&w, &packing)) {
        asy_members_find(&w.members, ASY_EVIDENCE_UNSUPPORTED, "the payload is of a form that is not read here");
        return asy_ok;
    }
    if (!read_list(&w))
        return asy_members_status(&w.members, asy_ok);
    s = open_payload(&w, packing);
    if (!assay_ok(s))
        return s;
    read_all(&w);
    asy_unpacker_free(w.unpacker);
    return asy_members_status(&w.members, asy_ok);
}
