#include "format/tar_memory.h"

#include "format/tar.h"

void asy_tar_memory_begin(struct asy_tar_memory *tar, struct asy_reading *reading, struct asy_view bytes)
{
    *tar = (struct asy_tar_memory){ .members.reading = reading, .rest = asy_reader_of(bytes) };
}

static assay_status bad(const struct asy_tar_memory *tar, size_t at, const char *what)
{
    return asy_fail(&tar->members.reading->diag, ASSAY_E_FORMAT, at, "the tar entry at byte %zu %s", at, what);
}

static bool is_zero(struct asy_view bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] != 0)
            return false;
    }
    return true;
}

/* After the first zero block. */
static assay_status read_end(struct asy_tar_memory *tar, size_t at)
{
    struct asy_view rest = tar->rest.rest;

    if (rest.len < ASY_TAR_BLOCK || rest.len % ASY_TAR_BLOCK != 0 || !is_zero(rest))
        return bad(tar, at, "is a zero block, but no end of two and nothing behind them");
    (void)asy_get_view(&tar->rest, rest.len, &rest);
    tar->ended = true;
    return asy_ok;
}

static bool get_data(struct asy_tar_memory *tar, uint64_t size, struct asy_view *out)
{
    size_t pad = (size_t)(-size & (ASY_TAR_BLOCK - 1));
    struct asy_view zeros;

    return size <= tar->rest.rest.len && asy_get_view(&tar->rest, (size_t)size, out) &&
           asy_get_view(&tar->rest, pad, &zeros) && is_zero(zeros);
}

static bool is_extension(char type)
{
    return type == 'x' || type == 'g' || type == 'L' || type == 'K';
}

/* A name and the NUL behind it. */
static bool get_long_name(struct asy_view data, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(data);

    return asy_get_until(&r, 0, out) && asy_at_end(&r);
}

static bool read_extension(struct asy_tar_memory *tar, char type, struct asy_view data, struct asy_tar_extras *extras)
{
    if (type == 'g') {
        asy_tar_read_pax(&tar->members, data, true, extras);
        return true;
    }
    if (extras->has_pax || (type == 'L' && extras->has_long_name) || (type == 'K' && extras->has_long_link) ||
        (type == 'x' && (extras->has_long_name || extras->has_long_link)))
        return false;
    if (type == 'x') {
        asy_tar_read_pax(&tar->members, data, false, extras);
        extras->has_pax = true;
        return true;
    }
    extras->has_long_name |= type == 'L';
    extras->has_long_link |= type == 'K';
    extras->has_path |= type == 'L';
    return get_long_name(data, type == 'L' ? &extras->path : &extras->link);
}

static enum asy_member_type type_of(char type)
{
    switch (type) {
    case '0':
    case '\0':
        return ASY_MEMBER_FILE;
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

static bool name_of(const struct asy_tar_memory *tar, const struct asy_tar_header *header,
                    const struct asy_tar_extras *extras, struct asy_view *out)
{
    char *joined;

    *out = extras->has_path ? extras->path : header->name;
    if (extras->has_path || !header->has_prefix || header->prefix.len == 0)
        return true;
    joined = asy_printf(tar->members.reading->dossier->arena, "%.*s/%.*s", (int)header->prefix.len,
                        (const char *)header->prefix.data, (int)header->name.len, (const char *)header->name.data);
    *out = asy_view_of(joined);
    return joined != NULL;
}

static assay_status take_entry(struct asy_tar_memory *tar, size_t at, const struct asy_tar_header *header,
                               const struct asy_tar_extras *extras, struct asy_view data, struct asy_tar_entry *out)
{
    if (extras->is_sparse || (extras->has_size && extras->size != header->size))
        return bad(tar, at, "has two sizes");
    if (!name_of(tar, header, extras, &out->name))
        return asy_fail(&tar->members.reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    out->type = type_of(header->type);
    out->data = data;
    return out->type == ASY_MEMBER_FILE || data.len == 0 ? asy_ok : bad(tar, at, "is no file and has data");
}

assay_status asy_tar_memory_next(struct asy_tar_memory *tar, struct asy_tar_entry *out, bool *more)
{
    struct asy_tar_extras extras = { 0 };
    struct asy_tar_header header;
    struct asy_view block, data;
    const char *defect;
    size_t at;

    for (;;) {
        bool is_open = extras.has_pax || extras.has_long_name || extras.has_long_link;

        at = tar->rest.at;
        *more = false;
        if (asy_at_end(&tar->rest))
            return is_open ? bad(tar, at, "is missing behind its extended header") : asy_ok;
        if (!asy_get_view(&tar->rest, ASY_TAR_BLOCK, &block))
            return bad(tar, at, "ends within its header");
        if (is_zero(block))
            return is_open ? bad(tar, at, "is missing behind its extended header") : read_end(tar, at);
        defect = asy_tar_header_of(block, &header);
        if (defect != NULL)
            return bad(tar, at, defect);
        if (!get_data(tar, header.size, &data))
            return bad(tar, at, "ends within its data, or has bytes that are not zero behind it");
        if (!is_extension(header.type))
            break;
        if (!read_extension(tar, header.type, data, &extras))
            return bad(tar, at, "is a second extended header, or a broken one");
    }
    *more = true;
    return take_entry(tar, at, &header, &extras, data, out);
}
