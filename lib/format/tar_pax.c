/*
 * Records of an extended header (POSIX.1-2017 pax, "pax Header Block"):  length " " keyword "=" value LF,
 * where length is decimal and counts the whole record.
 */
#include "format/tar.h"

#include "base/reader.h"
#include "base/text.h"

#include <stdlib.h>

struct record {
    struct asy_view key, value;
};

static bool get_record(struct asy_reader *r, struct record *out)
{
    size_t start = r->at, head;
    struct asy_view digits, body;
    struct asy_reader in;
    uint64_t len;

    if (!asy_get_until(r, ' ', &digits) || !asy_parse_u64(digits, &len))
        return false;
    head = r->at - start;
    if (len <= head || len - head > r->rest.len || !asy_get_view(r, (size_t)len - head, &body))
        return false;
    if (body.data[body.len - 1] != '\n')
        return false;
    in = asy_reader_of(asy_view_head(body, body.len - 1));
    out->value = in.rest;
    if (!asy_get_until(&in, '=', &out->key) || out->key.len == 0)
        return false;
    out->value = in.rest;
    return true;
}

static bool is_sparse_key(struct asy_view key)
{
    return asy_view_starts(key, ASY_TEXT("GNU.sparse."));
}

static void take_record(struct asy_members *members, const struct record *record, struct asy_tar_extras *out)
{
    bool path = asy_view_is(record->key, "path"), link = asy_view_is(record->key, "linkpath");

    if ((path || link || asy_view_is(record->key, "size")) && record->value.len == 0)
        asy_members_find(members, ASY_ARCHIVE_DISAGREES,
                         "an extended header has an empty \"%.*s\", which readers take for none or for empty",
                         ASY_TAR_SHOW(record->key));
    if (path) {
        out->has_path = true;
        out->path = record->value;
    } else if (link) {
        out->has_link = true;
        out->link = record->value;
    } else if (asy_view_is(record->key, "size")) {
        out->has_size = asy_parse_u64(record->value, &out->size) && out->size <= INT64_MAX;
        if (!out->has_size)
            asy_members_find(members, ASY_ARCHIVE_CORRUPT,
                             "an extended header has the size \"%.*s\", no decimal number",
                             ASY_TAR_SHOW(record->value));
    } else if (is_sparse_key(record->key)) {
        out->is_sparse = true;
    }
}

static bool is_override(struct asy_view key)
{
    return asy_view_is(key, "path") || asy_view_is(key, "linkpath") || asy_view_is(key, "size") ||
           is_sparse_key(key);
}

/* Old sparse maps (GNU.sparse 0.0) repeat their keys by design. */
static bool may_repeat(struct asy_view key)
{
    return asy_view_is(key, "GNU.sparse.offset") || asy_view_is(key, "GNU.sparse.numbytes") ||
           asy_view_is(key, "comment");
}

enum { RECORDS_MAX = 1024 };

static int by_key(const void *a, const void *b)
{
    const struct asy_view *x = a, *y = b;

    return asy_view_cmp(*x, *y);
}

static void find_repeated(struct asy_members *members, struct asy_view *keys, size_t n)
{
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 1; i < n; i++) {
        if (asy_view_eq(keys[i - 1], keys[i]) && !may_repeat(keys[i]))
            asy_members_find(members, ASY_ARCHIVE_DISAGREES, "\"%.*s\" is twice in one extended header",
                             ASY_TAR_SHOW(keys[i]));
    }
}

void asy_tar_read_pax(struct asy_members *members, struct asy_view bytes, bool global,
                      struct asy_tar_extras *out)
{
    struct asy_reader r = asy_reader_of(bytes);
    struct asy_view keys[RECORDS_MAX];
    struct asy_tar_extras none = { 0 };
    struct record record;
    size_t n = 0;

    while (!asy_at_end(&r)) {
        size_t at = r.at;

        if (n == RECORDS_MAX || !get_record(&r, &record)) {
            asy_members_find(members, ASY_ARCHIVE_CORRUPT,
                             "byte %zu of an extended header begins no record, or is behind %d of them", at,
                             RECORDS_MAX);
            break;
        }
        keys[n++] = record.key;
        if (global && is_override(record.key))
            asy_members_find(members, ASY_ARCHIVE_DISAGREES, "a global header sets \"%.*s\" for all members",
                             ASY_TAR_SHOW(record.key));
        take_record(members, &record, global ? &none : out);
    }
    find_repeated(members, keys, n);
}
