/* What libarchive unpacks from an archive: a second opinion on archives that are allowed. */
#ifndef TESTS_SUPPORT_UNPACKING_H
#define TESTS_SUPPORT_UNPACKING_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <string.h>

static inline bool is_entry(struct archive *archive, const char *name, const char *content)
{
    struct archive_entry *entry;
    char bytes[256];

    return archive_read_next_header(archive, &entry) == ARCHIVE_OK && strcmp(archive_entry_pathname(entry), name) == 0 &&
           archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == NULL &&
           archive_read_data(archive, bytes, sizeof bytes) == (la_ssize_t)strlen(content) &&
           memcmp(bytes, content, strlen(content)) == 0 &&
           archive_read_next_header(archive, &entry) == ARCHIVE_EOF;
}

/* True when the bytes are a tar, compressed or not, or a zip of one regular file of this name and content. */
static inline bool unpacks_to(const void *bytes, size_t len, const char *name, const char *content)
{
    struct archive *archive = archive_read_new();
    bool same;

    if (archive == NULL)
        return false;
    (void)archive_read_support_filter_all(archive);
    (void)archive_read_support_format_tar(archive);
    (void)archive_read_support_format_zip_seekable(archive);
    same = archive_read_open_memory(archive, bytes, len) == ARCHIVE_OK && is_entry(archive, name, content);
    (void)archive_read_free(archive);
    return same;
}

#endif
