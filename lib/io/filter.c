/*
 * libarchive is loaded when a decoder is made and let go with it: a job that meets no xz, zstd or bzip2 does
 * not pay for it, and nothing global changes.  archive_read_append_filter() fixes the one filter, so that
 * libarchive neither guesses others nor decodes twice what was packed twice.
 */
#include "io/filter.h"

#include "io/library.h"

#include <archive.h>
#include <stdlib.h>
#include <string.h>

struct functions {
    struct archive *(*read_new)(void);
    int (*read_free)(struct archive *);
    int (*append_filter)(struct archive *, int);
    int (*support_raw)(struct archive *);
    int (*open)(struct archive *, void *, archive_open_callback *, archive_read_callback *,
                archive_close_callback *);
    int (*next_header)(struct archive *, struct archive_entry **);
    la_ssize_t (*read_data)(struct archive *, void *, size_t);
    la_int64_t (*filter_bytes)(struct archive *, int);
    const char *(*error_string)(struct archive *);
};

struct asy_filter {
    void *library;
    struct functions call;
    struct archive *archive;
    asy_filter_fetch *fetch;
    void *context;
    struct asy_diag fetch_diag; /* why fetching failed; code 0: it did not */
    bool begun, ended;
};

static bool load(struct asy_filter *filter)
{
    struct functions *call = &filter->call;
    void *library = asy_library_open("libarchive.so.13");

    filter->library = library;
    return library != NULL && asy_library_find(library, "archive_read_new", &call->read_new) &&
           asy_library_find(library, "archive_read_free", &call->read_free) &&
           asy_library_find(library, "archive_read_append_filter", &call->append_filter) &&
           asy_library_find(library, "archive_read_support_format_raw", &call->support_raw) &&
           asy_library_find(library, "archive_read_open", &call->open) &&
           asy_library_find(library, "archive_read_next_header", &call->next_header) &&
           asy_library_find(library, "archive_read_data", &call->read_data) &&
           asy_library_find(library, "archive_filter_bytes", &call->filter_bytes) &&
           asy_library_find(library, "archive_error_string", &call->error_string);
}

static int filter_of(enum asy_packing packing)
{
    switch (packing) {
    case ASY_PACKED_XZ:
        return ARCHIVE_FILTER_XZ;
    case ASY_PACKED_ZSTD:
        return ARCHIVE_FILTER_ZSTD;
    case ASY_PACKED_BZIP2:
        return ARCHIVE_FILTER_BZIP2;
    case ASY_PACKED_LZMA:
        return ARCHIVE_FILTER_LZMA;
    case ASY_PACKED_NOT:
    case ASY_PACKED_DEFLATE:
    case ASY_PACKED_GZIP:
        break;
    }
    return ARCHIVE_FILTER_NONE;
}

static la_ssize_t fetch(struct archive *archive, void *context, const void **bytes)
{
    struct asy_filter *filter = context;
    const uint8_t *data = NULL;
    size_t n = 0;

    (void)archive;
    if (!assay_ok(filter->fetch(filter->context, &data, &n, &filter->fetch_diag)))
        return ARCHIVE_FATAL;
    *bytes = data;
    return (la_ssize_t)n;
}

static assay_status failed(struct asy_filter *filter, struct asy_diag *diag)
{
    const char *said = filter->call.error_string(filter->archive);

    if (filter->fetch_diag.code != 0)
        return asy_fail(diag, filter->fetch_diag.code, filter->fetch_diag.at, "%s", filter->fetch_diag.text);
    return asy_fail(diag, ASSAY_E_FORMAT, 0, "the compressed data is damaged or ends early: %s",
                    said == NULL ? "no reason given" : said);
}

assay_status asy_filter_new(enum asy_packing packing, asy_filter_fetch *fetch_more, void *context,
                            struct asy_filter **out, struct asy_diag *diag)
{
    struct asy_filter *filter = calloc(1, sizeof *filter);

    if (filter == NULL)
        return asy_no_memory(diag);
    filter->fetch = fetch_more;
    filter->context = context;
    if (!load(filter)) {
        asy_filter_free(filter);
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "libarchive.so.13 is not installed");
    }
    filter->archive = filter->call.read_new();
    /* Anything but OK means that libarchive would start another program for it. */
    if (filter->archive == NULL ||
        filter->call.append_filter(filter->archive, filter_of(packing)) != ARCHIVE_OK ||
        filter->call.support_raw(filter->archive) != ARCHIVE_OK) {
        asy_filter_free(filter);
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "libarchive is built without this decoder");
    }
    *out = filter;
    return asy_ok;
}

void asy_filter_free(struct asy_filter *filter)
{
    if (filter == NULL)
        return;
    if (filter->archive != NULL)
        (void)filter->call.read_free(filter->archive);
    asy_library_close(filter->library);
    free(filter);
}

static bool begin(struct asy_filter *filter)
{
    struct archive_entry *entry = NULL;

    filter->begun = true;
    return filter->call.open(filter->archive, filter, NULL, fetch, NULL) == ARCHIVE_OK &&
           filter->call.next_header(filter->archive, &entry) == ARCHIVE_OK;
}

assay_status asy_filter_read(struct asy_filter *filter, uint8_t *buf, size_t n, size_t *got,
                             struct asy_diag *diag)
{
    size_t filled = 0;

    if (!filter->begun && !begin(filter))
        return failed(filter, diag);
    while (filled < n && !filter->ended) {
        la_ssize_t more = filter->call.read_data(filter->archive, buf + filled, n - filled);

        if (more < 0 || filter->fetch_diag.code != 0)
            return failed(filter, diag);
        filter->ended = more == 0;
        filled += (size_t)more;
    }
    *got = filled;
    return asy_ok;
}

uint64_t asy_filter_used(const struct asy_filter *filter)
{
    la_int64_t used = filter->call.filter_bytes(filter->archive, -1);

    return used < 0 ? 0 : (uint64_t)used;
}
