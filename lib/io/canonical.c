#include "io/canonical.h"

#include <string.h>

enum { PLAIN = 32768 }; /* bytes of the text that are read at once */

struct canonical {
    struct asy_source *text;
    uint64_t size; /* bytes in canonical form */

    /* Where reading stands: the last part of the text that was read is `led` CRs and then what is in `form`. */
    uint64_t read;  /* bytes of the text read so far */
    uint64_t start; /* canonical offset of the part */
    uint64_t led;
    size_t formed;
    uint64_t held; /* CRs at the end of what was read: part of a line end, or not */
    uint8_t form[2 * PLAIN], plain[PLAIN];
};

static size_t put_crs(uint8_t *form, size_t n)
{
    memset(form, '\r', n);
    return n;
}

/* Brings `n` bytes into canonical form behind each other; CRs are held until it is known what they belong to. */
static void form_part(struct canonical *c, size_t n)
{
    size_t own = 0; /* held CRs of this part, for which there is room */

    c->led = 0;
    c->formed = 0;
    for (size_t i = 0; i < n; i++) {
        if (c->plain[i] == '\r') {
            own++;
            c->held++;
            continue;
        }
        if (c->plain[i] == '\n') {
            c->form[c->formed++] = '\r';
        } else if (c->held > 0) {
            c->led += c->held - own; /* only before the first byte that is no CR */
            c->formed += put_crs(c->form + c->formed, own);
        }
        c->form[c->formed++] = c->plain[i];
        c->held = own = 0;
    }
}

static void rewind_text(struct canonical *c)
{
    c->read = c->start = c->led = c->held = 0;
    c->formed = 0;
}

/* The next part of the text; false in `*any` at its end. */
static assay_status next_part(struct canonical *c, bool *any, struct asy_diag *diag)
{
    uint64_t left = asy_source_size(c->text) - c->read;
    size_t n = left < PLAIN ? (size_t)left : PLAIN;
    assay_status s = asy_source_read(c->text, c->read, c->plain, n, diag);

    if (!assay_ok(s))
        return s;
    c->start += c->led + c->formed;
    form_part(c, n);
    c->read += n;
    *any = n > 0;
    return asy_ok;
}

static assay_status open_canonical(void *state, struct asy_diag *diag)
{
    struct canonical *c = state;

    return asy_source_open(c->text, diag);
}

static void close_canonical(void *state)
{
    struct canonical *c = state;

    rewind_text(c);
    asy_source_close(c->text);
}

static uint64_t end_of(const struct canonical *c)
{
    return c->start + c->led + c->formed;
}

static size_t take(const struct canonical *c, uint64_t at, uint8_t *buf, size_t n)
{
    uint64_t from = at - c->start, have = end_of(c) - at;

    if (n > have)
        n = (size_t)have;
    for (size_t i = 0; i < n; i++, from++)
        buf[i] = from < c->led ? (uint8_t)'\r' : c->form[from - c->led];
    return n;
}

static assay_status read_canonical(void *state, uint64_t off, void *buf, size_t n, struct asy_diag *diag)
{
    struct canonical *c = state;
    uint8_t *out = buf;

    if (off < c->start)
        rewind_text(c);
    while (n > 0) {
        bool any = true;
        assay_status s = asy_ok;
        size_t got;

        if (off >= end_of(c))
            s = next_part(c, &any, diag);
        if (!assay_ok(s))
            return s;
        if (!any)
            return asy_fail(diag, ASSAY_E_FORMAT, off, "the text ends while it is read");
        if (off >= end_of(c))
            continue;
        got = take(c, off, out, n);
        out += got;
        off += got;
        n -= got;
    }
    return asy_ok;
}

static bool is_unchanged(const void *state)
{
    const struct canonical *c = state;

    return asy_source_unchanged(c->text);
}

static const struct asy_source_maker maker;

static struct asy_source *canonical_new(struct asy_arena *arena, const struct asy_source *text, uint64_t size)
{
    struct canonical *c = asy_alloc(arena, 1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->text = asy_source_again(arena, text);
    c->size = size;
    return c->text == NULL ? NULL : asy_source_made(arena, &maker, c, size);
}

static struct asy_source *again(struct asy_arena *arena, const void *state)
{
    const struct canonical *c = state;

    return canonical_new(arena, c->text, c->size);
}

static const void *group_of(const void *state)
{
    const struct canonical *c = state;

    return asy_source_group(c->text);
}

static const struct asy_source_maker maker = {
    .open = open_canonical,
    .close = close_canonical,
    .read = read_canonical,
    .unchanged = is_unchanged,
    .again = again,
    .group = group_of,
};

/* Bytes of the canonical form, counted in one reading. */
static assay_status measure(struct canonical *c, uint64_t *size, struct asy_diag *diag)
{
    bool any = true;
    assay_status s = asy_ok;

    while (assay_ok(s) && any)
        s = next_part(c, &any, diag);
    *size = end_of(c);
    return s;
}

assay_status asy_source_canonical(struct asy_arena *arena, const struct asy_source *text, uint64_t limit,
                                  struct asy_source **out, struct asy_diag *diag)
{
    struct canonical *c = asy_alloc(arena, 1, sizeof *c);
    uint64_t size = 0;
    assay_status s;

    if (c == NULL || (c->text = asy_source_again(arena, text)) == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    s = asy_source_open(c->text, diag);
    if (assay_ok(s) && asy_source_size(c->text) > limit)
        s = asy_fail(diag, ASSAY_E_LIMIT, 0, "more than %llu bytes of text", (unsigned long long)limit);
    if (assay_ok(s))
        s = measure(c, &size, diag);
    asy_source_close(c->text);
    if (!assay_ok(s))
        return s;
    rewind_text(c);
    c->size = size;
    *out = asy_source_made(arena, &maker, c, size);
    return *out != NULL ? asy_ok : asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
}
