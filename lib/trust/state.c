#include "trust/state.h"

#include "base/reader.h"
#include "base/text.h"
#include "codec/hex.h"
#include "io/replace.h"
#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { STATE_BYTES = 16 << 20 };

/* ---- reading ---- */

/* Undoes %XX; a byte that should have been written so is an error, as is one that need not. */
static bool unescape(struct asy_arena *arena, struct asy_view text, struct asy_view *out)
{
    uint8_t *bytes = asy_alloc(arena, text.len + 1, 1);
    size_t n = 0;

    for (size_t i = 0; bytes != NULL && i < text.len; i++) {
        struct asy_view byte;

        if (text.data[i] != '%') {
            bytes[n++] = text.data[i];
            continue;
        }
        if (text.len - i < 3 || !asy_hex_decode(arena, asy_view_head(asy_view_from(text, i + 1), 2), &byte))
            return false;
        bytes[n++] = byte.data[0];
        i += 2;
    }
    if (bytes == NULL)
        return false;
    *out = (struct asy_view){ bytes, n };
    return true;
}

static bool get_field(struct asy_reader *line, struct asy_view *out)
{
    return asy_get_until(line, '\t', out) || asy_get_view(line, line->rest.len, out);
}

static bool get_entry(struct asy_arena *arena, struct asy_view line, struct asy_remembered *out)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_view kind, source, scheme, version, time;

    *out = (struct asy_remembered){ .kind = ASY_REMEMBERS_NONE };
    if (!get_field(&r, &kind) || !get_field(&r, &source) || !unescape(arena, source, &out->source))
        return false;
    if (asy_view_is(kind, "release")) {
        out->kind = ASY_REMEMBERS_RELEASE;
        return get_field(&r, &time) && asy_at_end(&r) && asy_parse_time(time, &out->time);
    }
    if (!asy_view_is(kind, "version"))
        return false;
    out->kind = ASY_REMEMBERS_VERSION;
    return get_field(&r, &scheme) && asy_version_scheme_named(scheme, &out->scheme) && get_field(&r, &version) &&
           asy_at_end(&r) && unescape(arena, version, &out->version);
}

/* "end N", the last line: what was cut off is not taken for all there was. */
static bool is_end(struct asy_view line, size_t n)
{
    uint64_t told;

    return asy_view_starts(line, ASY_TEXT("end ")) && asy_parse_u64(asy_view_from(line, 4), &told) && told == n;
}

assay_status asy_state_parse(struct asy_arena *arena, struct asy_view text, struct asy_memory *out,
                             struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_memory memory = { NULL, 0, 0 };
    struct asy_remembered entry;
    struct asy_view line;
    uint64_t no = 1;

    if (!asy_get_line(&r, &line) || !asy_view_is(line, "assay-state 1"))
        return asy_fail(diag, ASSAY_E_FORMAT, 1, "line 1: expected \"assay-state 1\"");
    for (;;) {
        no++;
        if (!asy_get_line(&r, &line))
            return asy_fail(diag, ASSAY_E_FORMAT, no, "line %llu: expected \"end %zu\"", (unsigned long long)no, memory.n);
        if (asy_view_starts(line, ASY_TEXT("end ")))
            break;
        if (!get_entry(arena, line, &entry) || asy_memory_find(&memory, &entry) != NULL)
            return asy_fail(diag, ASSAY_E_FORMAT, no, "line %llu: no entry, or one that was there before",
                            (unsigned long long)no);
        if (!asy_memory_keep(&memory, arena, &entry))
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    }
    if (!is_end(line, memory.n) || !asy_at_end(&r) || !asy_view_ends(text, ASY_TEXT("\n")))
        return asy_fail(diag, ASSAY_E_FORMAT, no, "line %llu: expected \"end %zu\" and nothing behind it",
                        (unsigned long long)no, memory.n);
    *out = memory;
    return asy_ok;
}

/* ---- writing ---- */

struct pen {
    uint8_t *bytes;
    size_t n, room; /* counts also what does not fit */
};

static void put(struct pen *pen, struct asy_view text)
{
    if (text.len <= pen->room && pen->n <= pen->room - text.len && text.len > 0)
        memcpy(pen->bytes + pen->n, text.data, text.len);
    pen->n += text.len;
}

static void put_escaped(struct pen *pen, struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        struct asy_view byte = asy_view_head(asy_view_from(text, i), 1);
        char hex[3];

        if (text.data[i] >= ' ' && text.data[i] < 0x7f && text.data[i] != '%') {
            put(pen, byte);
            continue;
        }
        asy_hex(byte, hex);
        put(pen, ASY_TEXT("%"));
        put(pen, asy_view_of(hex));
    }
}

static void put_entry(struct pen *pen, const struct asy_remembered *entry)
{
    char time[32];

    put(pen, entry->kind == ASY_REMEMBERS_RELEASE ? ASY_TEXT("release\t") : ASY_TEXT("version\t"));
    put_escaped(pen, entry->source);
    put(pen, ASY_TEXT("\t"));
    if (entry->kind == ASY_REMEMBERS_RELEASE) {
        asy_format_time(entry->time, time);
        put(pen, asy_view_of(time));
    } else {
        put(pen, asy_view_of(asy_version_scheme_name(entry->scheme)));
        put(pen, ASY_TEXT("\t"));
        put_escaped(pen, entry->version);
    }
    put(pen, ASY_TEXT("\n"));
}

static void put_memory(struct pen *pen, const struct asy_memory *memory, const char *end)
{
    put(pen, ASY_TEXT("assay-state 1\n"));
    for (size_t i = 0; i < memory->n; i++)
        put_entry(pen, &memory->entries[i]);
    put(pen, asy_view_of(end));
}

bool asy_state_text(struct asy_arena *arena, const struct asy_memory *memory, struct asy_view *out)
{
    const char *end = asy_printf(arena, "end %zu\n", memory->n);
    struct pen pen = { NULL, 0, 0 };

    if (end == NULL)
        return false;
    put_memory(&pen, memory, end); /* once to count, once to write */
    pen = (struct pen){ asy_alloc(arena, pen.n, 1), 0, pen.n };
    if (pen.bytes == NULL)
        return false;
    put_memory(&pen, memory, end);
    *out = (struct asy_view){ pen.bytes, pen.n };
    return true;
}

/* ---- the file ---- */

assay_status asy_state_load(const char *path, struct asy_arena *arena, struct asy_memory *out, struct asy_diag *diag)
{
    struct asy_source *source = asy_source_at(arena, AT_FDCWD, path);
    struct asy_view text = { NULL, 0 };
    assay_status s;

    *out = (struct asy_memory){ NULL, 0, 0 };
    if (source == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return asy_ok;
    s = asy_source_open(source, diag);
    if (assay_ok(s))
        s = asy_source_load(source, STATE_BYTES, arena, &text, diag);
    asy_source_close(source);
    return assay_ok(s) ? asy_state_parse(arena, text, out, diag) : s;
}

/* The first entry of what was seen that is older than what is remembered. */
static const struct asy_remembered *find_older(const struct asy_memory *memory, const struct asy_memory *seen)
{
    for (size_t i = 0; i < seen->n; i++) {
        if (!asy_memory_allows(memory, &seen->entries[i]))
            return &seen->entries[i];
    }
    return NULL;
}

static assay_status write_merged(const char *path, struct asy_arena *arena, struct asy_memory *memory,
                                 const struct asy_memory *seen, struct asy_diag *diag)
{
    struct asy_view text;

    for (size_t i = 0; i < seen->n; i++) {
        if (!asy_memory_keep(memory, arena, &seen->entries[i]))
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    }
    if (!asy_state_text(arena, memory, &text))
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "memory of the job");
    if (text.len > STATE_BYTES)
        return asy_fail(diag, ASSAY_E_LIMIT, 0, "the state would have %zu bytes, at most %d are read", text.len,
                        STATE_BYTES);
    return asy_replace_file(path, text, diag);
}

assay_status asy_state_advance(const char *path, struct asy_arena *arena, const struct asy_memory *seen,
                               const struct asy_remembered **older, struct asy_diag *diag)
{
    struct asy_memory memory;
    int lock = -1;
    assay_status s = asy_lock(path, &lock, diag);

    *older = NULL;
    if (assay_ok(s))
        s = asy_state_load(path, arena, &memory, diag);
    if (assay_ok(s))
        *older = find_older(&memory, seen);
    if (assay_ok(s) && *older == NULL)
        s = write_merged(path, arena, &memory, seen, diag);
    asy_unlock(lock);
    return s;
}
