#include "io/member.h"

#include <pthread.h>

struct asy_packed {
    struct asy_source *file; /* a handle of our own: the archive's may be closed meanwhile */
    enum asy_packing whole;
    uint64_t limit;
    pthread_mutex_t lock; /* over all below, and over opening and closing the file */
    unsigned open;        /* members that are open */
    struct asy_unpacker *tap; /* of a compressed archive: it stays where it stands, for reading on */
};

struct member {
    struct asy_packed *packed;
    uint64_t off, packed_len, size;
    enum asy_packing own;
    bool open;
    struct asy_unpacker *tap; /* of a deflated member, likewise */
};

static void tap_close(struct asy_unpacker **tap)
{
    asy_unpacker_free(*tap);
    *tap = NULL;
}

/* Whoever forgot to let go of the decoder: it does not outlive the job. */
static void packed_end(void *object)
{
    struct asy_packed *packed = object;

    tap_close(&packed->tap);
    (void)pthread_mutex_destroy(&packed->lock);
}

struct asy_packed *asy_packed_new(struct asy_arena *arena, const struct asy_source *archive,
                                  enum asy_packing whole, uint64_t limit)
{
    struct asy_packed *packed = asy_alloc(arena, 1, sizeof *packed);

    if (packed == NULL)
        return NULL;
    packed->file = asy_source_again(arena, archive);
    packed->whole = whole;
    packed->limit = limit;
    if (packed->file == NULL || pthread_mutex_init(&packed->lock, NULL) != 0)
        return NULL;
    if (asy_arena_at_end(arena, packed_end, packed))
        return packed;
    (void)pthread_mutex_destroy(&packed->lock);
    return NULL;
}

/* A decoder that stands at `to`: the one at hand when it is not past it, else a new one. */
static assay_status tap_seek(struct asy_unpacker **tap, const struct asy_source *file, uint64_t off,
                             uint64_t len, enum asy_packing packing, uint64_t limit, uint64_t to,
                             struct asy_diag *diag)
{
    assay_status s = asy_ok;

    if (*tap != NULL && asy_unpacked(*tap) > to)
        tap_close(tap);
    if (*tap == NULL)
        s = asy_unpacker_new(file, off, len, packing, limit, tap, diag);
    if (!assay_ok(s))
        return s;
    return asy_unpack_skip(*tap, to - asy_unpacked(*tap), diag);
}

static assay_status tap_read(struct asy_unpacker **tap, void *buf, size_t n, struct asy_diag *diag)
{
    size_t got = 0;
    assay_status s = asy_unpack(*tap, buf, n, &got, diag);

    if (assay_ok(s) && got < n)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "the member unpacks to fewer bytes than it says");
    return s;
}

static assay_status read_shared(struct asy_packed *packed, uint64_t off, void *buf, size_t n,
                                struct asy_diag *diag)
{
    assay_status s;

    (void)pthread_mutex_lock(&packed->lock);
    s = tap_seek(&packed->tap, packed->file, 0, asy_source_size(packed->file), packed->whole, packed->limit,
                 off, diag);
    if (assay_ok(s))
        s = tap_read(&packed->tap, buf, n, diag);
    if (!assay_ok(s))
        tap_close(&packed->tap);
    (void)pthread_mutex_unlock(&packed->lock);
    return s;
}

static assay_status read_member(void *state, uint64_t off, void *buf, size_t n, struct asy_diag *diag)
{
    struct member *m = state;
    struct asy_packed *packed = m->packed;
    assay_status s;

    if (!m->open)
        return asy_fail(diag, ASSAY_E_INTERNAL, 0, "the member is not open");
    if (packed->whole != ASY_PACKED_NOT)
        return read_shared(packed, m->off + off, buf, n, diag);
    if (m->own == ASY_PACKED_NOT)
        return asy_source_read(packed->file, m->off + off, buf, n, diag);
    s = tap_seek(&m->tap, packed->file, m->off, m->packed_len, m->own, m->size, off, diag);
    return assay_ok(s) ? tap_read(&m->tap, buf, n, diag) : s;
}

static assay_status open_member(void *state, struct asy_diag *diag)
{
    struct member *m = state;
    assay_status s = asy_ok;

    if (m->open)
        return asy_ok;
    (void)pthread_mutex_lock(&m->packed->lock);
    if (m->packed->open == 0)
        s = asy_source_open(m->packed->file, diag);
    if (assay_ok(s)) {
        m->packed->open++;
        m->open = true;
    }
    (void)pthread_mutex_unlock(&m->packed->lock);
    return s;
}

/* The decoder that is shared stays for the next member, which goes on from where it stands. */
static void close_member(void *state)
{
    struct member *m = state;
    struct asy_packed *packed = m->packed;

    tap_close(&m->tap);
    (void)pthread_mutex_lock(&packed->lock);
    if (m->open) {
        m->open = false;
        if (--packed->open == 0)
            asy_source_close(packed->file);
    } else if (packed->open == 0) {
        tap_close(&packed->tap);
    }
    (void)pthread_mutex_unlock(&packed->lock);
}

static bool is_unchanged(const void *state)
{
    const struct member *m = state;

    return m->open && asy_source_unchanged(m->packed->file);
}

static struct asy_source *again(struct asy_arena *arena, const void *state)
{
    const struct member *m = state;

    return asy_source_member(arena, m->packed, m->off, m->packed_len, m->size, m->own);
}

static const void *group_of(const void *state)
{
    const struct member *m = state;

    return m->packed->whole == ASY_PACKED_NOT ? asy_source_group(m->packed->file) : m->packed;
}

static bool seeks(const void *state)
{
    const struct member *m = state;

    return m->packed->whole == ASY_PACKED_NOT && m->own == ASY_PACKED_NOT && asy_source_seeks(m->packed->file);
}

static const struct asy_source_maker maker = {
    .open = open_member,
    .close = close_member,
    .read = read_member,
    .unchanged = is_unchanged,
    .again = again,
    .group = group_of,
    .seeks = seeks,
};

struct asy_source *asy_source_member(struct asy_arena *arena, struct asy_packed *packed, uint64_t off,
                                     uint64_t packed_len, uint64_t size, enum asy_packing own)
{
    struct member *m = asy_alloc(arena, 1, sizeof *m);

    if (m == NULL)
        return NULL;
    *m = (struct member){ .packed = packed, .off = off, .packed_len = packed_len, .size = size, .own = own };
    return asy_source_made(arena, &maker, m, size);
}

/* ---- a file that is compressed as a whole ---- */

/* Decodes to the end. */
static assay_status measure(const struct asy_source *file, enum asy_packing packing, uint64_t limit, uint64_t *size,
                            struct asy_diag *diag)
{
    uint8_t part[16384];
    size_t got = sizeof part;
    struct asy_unpacker *unpacker;
    assay_status s = asy_unpacker_new(file, 0, asy_source_size(file), packing, limit, &unpacker, diag);

    if (!assay_ok(s))
        return s;
    while (assay_ok(s) && got == sizeof part)
        s = asy_unpack(unpacker, part, sizeof part, &got, diag);
    *size = asy_unpacked(unpacker);
    if (assay_ok(s) && asy_unpack_left(unpacker) != 0)
        s = asy_fail(diag, ASSAY_E_FORMAT, 0, "bytes follow the end of the compressed data");
    asy_unpacker_free(unpacker);
    return s;
}

/* The .xz File Format 2.1.2.4: a stream ends in "YZ"; decoders step over zeros behind it. */
static assay_status check_end(const struct asy_source *file, enum asy_packing packing, struct asy_diag *diag)
{
    uint8_t last = 0;
    assay_status s = asy_source_read(file, asy_source_size(file) - 1, &last, 1, diag);

    if (assay_ok(s) && packing == ASY_PACKED_XZ && last != 'Z')
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "zeros follow the end of the compressed data");
    return s;
}

/* What an open file is compressed with, and the length of what it holds. */
static assay_status look_into(const struct asy_source *file, uint64_t limit, enum asy_packing *packing, uint64_t *size,
                              struct asy_diag *diag)
{
    uint8_t head[8];
    size_t n = asy_source_size(file) < sizeof head ? (size_t)asy_source_size(file) : sizeof head;
    assay_status s = asy_source_read(file, 0, head, n, diag);

    if (!assay_ok(s))
        return s;
    *packing = asy_packing_of((struct asy_view){ head, n });
    if (*packing == ASY_PACKED_NOT)
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "is not compressed in a way that is known here");
    s = measure(file, *packing, limit, size, diag);
    return assay_ok(s) ? check_end(file, *packing, diag) : s;
}

assay_status asy_source_unpacked(struct asy_arena *arena, const struct asy_source *file, uint64_t limit,
                                 struct asy_source **out, struct asy_diag *diag)
{
    struct asy_source *again = asy_source_again(arena, file);
    enum asy_packing packing = ASY_PACKED_NOT;
    struct asy_packed *packed;
    uint64_t size = 0;
    assay_status s;

    if (again == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_source_open(again, diag);
    if (assay_ok(s))
        s = look_into(again, limit, &packing, &size, diag);
    asy_source_close(again);
    if (!assay_ok(s))
        return s;
    packed = asy_packed_new(arena, file, packing, limit);
    *out = packed == NULL ? NULL : asy_source_member(arena, packed, 0, size, size, ASY_PACKED_NOT);
    return *out != NULL ? asy_ok : asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
}
