#include "io/cabinet.h"

#include "io/library.h"

#include <archive.h>
#include <archive_entry.h>
#include <pthread.h>
#include <string.h>

enum { CHUNK = 64 * 1024, HEAD = 4096 /* of a file, kept for whoever looks what it is before he reads it */ };

struct functions {
    struct archive *(*read_new)(void);
    int (*read_free)(struct archive *);
    int (*support_cab)(struct archive *);
    int (*open)(struct archive *, void *, archive_open_callback *, archive_read_callback *, archive_close_callback *);
    int (*next_header)(struct archive *, struct archive_entry **);
    la_ssize_t (*read_data)(struct archive *, void *, size_t);
    const char *(*pathname)(struct archive_entry *);
    const char *(*pathname_utf8)(struct archive_entry *);
    la_int64_t (*size)(struct archive_entry *);
    const char *(*error_string)(struct archive *);
};

struct asy_cabinet {
    struct asy_arena *arena;
    struct asy_source *file;
    pthread_mutex_t lock; /* over all below */
    void *library;
    struct functions call;
    struct archive *archive; /* NULL: not begun */
    uint64_t off;            /* of the cabinet, read so far */
    size_t next;             /* files begun; the latest is the one before */
    uint64_t at;             /* of the latest, unpacked so far */
    unsigned open;           /* files that are open */
    uint8_t chunk[CHUNK];
    uint8_t head[HEAD];
    size_t head_no, head_len; /* of which file; length 0: of none */
};

struct file {
    struct asy_cabinet *cabinet;
    size_t no;
    uint64_t size;
    bool open;
};

static void close_archive(struct asy_cabinet *cabinet)
{
    if (cabinet->archive != NULL)
        (void)cabinet->call.read_free(cabinet->archive);
    cabinet->archive = NULL;
}

static void end(void *object)
{
    struct asy_cabinet *cabinet = object;

    close_archive(cabinet);
    asy_library_close(cabinet->library);
    (void)pthread_mutex_destroy(&cabinet->lock);
}

struct asy_cabinet *asy_cabinet_new(struct asy_arena *arena, const struct asy_source *file)
{
    struct asy_cabinet *cabinet = asy_alloc(arena, 1, sizeof *cabinet);

    if (cabinet == NULL)
        return NULL;
    cabinet->arena = arena;
    cabinet->file = asy_source_again(arena, file);
    if (cabinet->file == NULL || pthread_mutex_init(&cabinet->lock, NULL) != 0)
        return NULL;
    if (asy_arena_at_end(arena, end, cabinet))
        return cabinet;
    (void)pthread_mutex_destroy(&cabinet->lock);
    return NULL;
}

static bool load(struct asy_cabinet *cabinet)
{
    struct functions *call = &cabinet->call;
    void *library = cabinet->library == NULL ? asy_library_open("libarchive.so.13") : cabinet->library;

    cabinet->library = library;
    return library != NULL && asy_library_find(library, "archive_read_new", &call->read_new) &&
           asy_library_find(library, "archive_read_free", &call->read_free) &&
           asy_library_find(library, "archive_read_support_format_cab", &call->support_cab) &&
           asy_library_find(library, "archive_read_open", &call->open) &&
           asy_library_find(library, "archive_read_next_header", &call->next_header) &&
           asy_library_find(library, "archive_read_data", &call->read_data) &&
           asy_library_find(library, "archive_entry_pathname", &call->pathname) &&
           asy_library_find(library, "archive_entry_pathname_utf8", &call->pathname_utf8) &&
           asy_library_find(library, "archive_entry_size", &call->size) &&
           asy_library_find(library, "archive_error_string", &call->error_string);
}

static la_ssize_t fetch(struct archive *archive, void *context, const void **bytes)
{
    struct asy_cabinet *cabinet = context;
    uint64_t left = asy_source_size(cabinet->file) - cabinet->off;
    size_t n = left < CHUNK ? (size_t)left : CHUNK;

    (void)archive;
    if (!assay_ok(asy_source_read(cabinet->file, cabinet->off, cabinet->chunk, n, NULL)))
        return ARCHIVE_FATAL;
    cabinet->off += n;
    *bytes = cabinet->chunk;
    return (la_ssize_t)n;
}

static assay_status failed(const struct asy_cabinet *cabinet, struct asy_diag *diag)
{
    const char *said = cabinet->archive == NULL ? NULL : cabinet->call.error_string(cabinet->archive);

    return asy_fail(diag, ASSAY_E_FORMAT, 0, "the cabinet cannot be unpacked: %s", said == NULL ? "no reason given" : said);
}

/* From the beginning of the cabinet, whose file is open. */
static assay_status begin(struct asy_cabinet *cabinet, struct asy_diag *diag)
{
    close_archive(cabinet);
    if (!load(cabinet))
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "libarchive.so.13 is not installed");
    cabinet->off = cabinet->at = 0;
    cabinet->next = 0;
    cabinet->archive = cabinet->call.read_new();
    if (cabinet->archive == NULL || cabinet->call.support_cab(cabinet->archive) != ARCHIVE_OK ||
        cabinet->call.open(cabinet->archive, cabinet, NULL, fetch, NULL) != ARCHIVE_OK)
        return failed(cabinet, diag);
    return asy_ok;
}

/* Steps to the next file; a warning is about its name. */
static assay_status step(struct asy_cabinet *cabinet, struct archive_entry **entry, struct asy_diag *diag)
{
    int code = cabinet->call.next_header(cabinet->archive, entry);

    if (code == ARCHIVE_EOF)
        *entry = NULL;
    else if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
        return failed(cabinet, diag);
    cabinet->next++;
    cabinet->at = 0;
    return asy_ok;
}

assay_status asy_cabinet_next(struct asy_cabinet *cabinet, struct asy_view *name, uint64_t *size, bool *more,
                              struct asy_diag *diag)
{
    struct archive_entry *entry = NULL;
    const char *text;
    assay_status s = asy_source_open(cabinet->file, diag);

    if (assay_ok(s) && cabinet->archive == NULL)
        s = begin(cabinet, diag);
    if (assay_ok(s))
        s = step(cabinet, &entry, diag);
    *more = assay_ok(s) && entry != NULL;
    if (!*more) {
        asy_source_close(cabinet->file);
        return s;
    }
    text = cabinet->call.pathname_utf8(entry);
    if (text == NULL)
        text = cabinet->call.pathname(entry);
    *size = cabinet->call.size(entry) < 0 ? 0 : (uint64_t)cabinet->call.size(entry);
    return asy_copy(cabinet->arena, asy_view_of(text), name) ? asy_ok : asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

/* ---- one file ---- */

static assay_status unpack(struct asy_cabinet *cabinet, void *buf, size_t n, struct asy_diag *diag)
{
    for (size_t got = 0; got < n;) {
        la_ssize_t more = cabinet->call.read_data(cabinet->archive, (uint8_t *)buf + got, n - got);

        if (more < 0)
            return failed(cabinet, diag);
        if (more == 0)
            return asy_fail(diag, ASSAY_E_FORMAT, 0, "the file unpacks to fewer bytes than the cabinet says");
        got += (size_t)more;
        cabinet->at += (uint64_t)more;
    }
    return asy_ok;
}

/* Moves to byte `off` of a file, from the beginning where the decoder is past it. */
static assay_status seek(struct asy_cabinet *cabinet, size_t no, uint64_t off, struct asy_diag *diag)
{
    uint8_t passed[4096];
    assay_status s = asy_ok;

    if (cabinet->archive == NULL || cabinet->next > no + 1 || (cabinet->next == no + 1 && cabinet->at > off))
        s = begin(cabinet, diag);
    while (assay_ok(s) && cabinet->next < no + 1) {
        struct archive_entry *entry = NULL;

        s = step(cabinet, &entry, diag);
        if (assay_ok(s) && entry == NULL)
            return asy_fail(diag, ASSAY_E_FORMAT, 0, "the cabinet has fewer files than before");
    }
    while (assay_ok(s) && cabinet->at < off)
        s = unpack(cabinet, passed, off - cabinet->at < sizeof passed ? (size_t)(off - cabinet->at) : sizeof passed, diag);
    return s;
}

static assay_status load_head(struct asy_cabinet *cabinet, const struct file *file, struct asy_diag *diag)
{
    size_t want = file->size < HEAD ? (size_t)file->size : HEAD;
    assay_status s = asy_ok;

    if (cabinet->head_len > 0 && cabinet->head_no == file->no)
        return asy_ok;
    cabinet->head_len = 0;
    s = seek(cabinet, file->no, 0, diag);
    if (assay_ok(s))
        s = unpack(cabinet, cabinet->head, want, diag);
    if (assay_ok(s)) {
        cabinet->head_no = file->no;
        cabinet->head_len = want;
    }
    return s;
}

static assay_status read_locked(const struct file *file, uint64_t off, uint8_t *buf, size_t n, struct asy_diag *diag)
{
    struct asy_cabinet *cabinet = file->cabinet;
    assay_status s = off < HEAD ? load_head(cabinet, file, diag) : asy_ok;

    if (assay_ok(s) && off < HEAD) {
        size_t part = n < cabinet->head_len - off ? n : cabinet->head_len - (size_t)off;

        memcpy(buf, cabinet->head + off, part);
        off += part;
        buf += part;
        n -= part;
    }
    if (assay_ok(s) && n > 0)
        s = seek(cabinet, file->no, off, diag);
    return assay_ok(s) && n > 0 ? unpack(cabinet, buf, n, diag) : s;
}

static assay_status read_file(void *state, uint64_t off, void *buf, size_t n, struct asy_diag *diag)
{
    struct file *file = state;
    assay_status s;

    if (!file->open)
        return asy_fail(diag, ASSAY_E_INTERNAL, 0, "the file is not open");
    (void)pthread_mutex_lock(&file->cabinet->lock);
    s = read_locked(file, off, buf, n, diag);
    (void)pthread_mutex_unlock(&file->cabinet->lock);
    return s;
}

static assay_status open_file(void *state, struct asy_diag *diag)
{
    struct file *file = state;
    assay_status s = asy_ok;

    if (file->open)
        return asy_ok;
    (void)pthread_mutex_lock(&file->cabinet->lock);
    if (file->cabinet->open == 0)
        s = asy_source_open(file->cabinet->file, diag);
    file->cabinet->open += assay_ok(s);
    file->open = assay_ok(s);
    (void)pthread_mutex_unlock(&file->cabinet->lock);
    return s;
}

/* The decoder stays for the next file, which goes on from where it stands. */
static void close_file(void *state)
{
    struct file *file = state;

    (void)pthread_mutex_lock(&file->cabinet->lock);
    if (file->open && --file->cabinet->open == 0)
        asy_source_close(file->cabinet->file);
    file->open = false;
    (void)pthread_mutex_unlock(&file->cabinet->lock);
}

static bool is_unchanged(const void *state)
{
    const struct file *file = state;

    return file->open && asy_source_unchanged(file->cabinet->file);
}

static struct asy_source *again(struct asy_arena *, const void *state);

static const void *group_of(const void *state)
{
    return ((const struct file *)state)->cabinet;
}

static const struct asy_source_maker maker = {
    .open = open_file,
    .close = close_file,
    .read = read_file,
    .unchanged = is_unchanged,
    .again = again,
    .group = group_of,
};

static struct asy_source *file_of(struct asy_arena *arena, struct asy_cabinet *cabinet, size_t no, uint64_t size)
{
    struct file *file = asy_alloc(arena, 1, sizeof *file);

    if (file == NULL)
        return NULL;
    file->cabinet = cabinet;
    file->no = no;
    file->size = size;
    return asy_source_made(arena, &maker, file, size);
}

static struct asy_source *again(struct asy_arena *arena, const void *state)
{
    const struct file *file = state;

    return file_of(arena, file->cabinet, file->no, file->size);
}

struct asy_source *asy_cabinet_file(struct asy_cabinet *cabinet, uint64_t size)
{
    return file_of(cabinet->arena, cabinet, cabinet->next - 1, size);
}
