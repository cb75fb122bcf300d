/* Any bytes, read as one format: -DFORMAT=asy_format_<name>.  Nothing may be read outside of them. */
#include "format/format.h"

#include <stdlib.h>
#include <string.h>

extern const struct asy_format FORMAT;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct asy_arena *arena = asy_arena_new((size_t)16 << 20);
    struct asy_dossier *dossier = asy_dossier_new(arena, &asy_default_limits, 0);
    struct asy_view bytes = { data, len };
    const struct asy_glimpse glimpse = { asy_view_head(bytes, ASY_GLIMPSE), len <= ASY_GLIMPSE, ASY_TEXT("a.bin.sig") };
    struct asy_reading reading = { .dossier = dossier, .bytes = bytes };

    reading.document = asy_add_item(dossier, "a.bin.sig", asy_source_of_memory(arena, bytes));
    reading.about = asy_add_item(dossier, "a.bin", asy_source_of_memory(arena, ASY_TEXT("agent 1.0\n")));
    reading.document->size = len;
    reading.document->has_size = true;
    (void)FORMAT.recognise(&glimpse);
    if (!assay_ok(asy_source_open(reading.document->source, NULL)))
        abort();
    if (FORMAT.walk != NULL) {
        reading.bytes.len = 0;
        if (FORMAT.kind == ASY_KIND_PACKAGE && !assay_ok(FORMAT.read(&reading)) && reading.diag.text[0] == '\0')
            abort();
        if (!assay_ok(FORMAT.walk(&reading)) && reading.diag.text[0] == '\0')
            abort();
    } else if (!assay_ok(FORMAT.read(&reading)) && reading.diag.text[0] == '\0') {
        abort();
    }
    asy_source_close(reading.document->source);
    asy_arena_free(arena);
    return 0;
}
