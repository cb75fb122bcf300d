#include "format/format.h"

#define FORMAT(name) extern const struct asy_format asy_format_##name;
#include "format/formats.def"
#undef FORMAT

#define FORMAT(name) &asy_format_##name,
const struct asy_format *const asy_formats[] = {
#include "format/formats.def"
};
#undef FORMAT

const size_t asy_formats_n = sizeof asy_formats / sizeof *asy_formats;

const struct asy_format *asy_format_named(struct asy_view name)
{
    for (size_t i = 0; i < asy_formats_n; i++) {
        if (asy_view_is(name, asy_formats[i]->name))
            return asy_formats[i];
    }
    return NULL;
}

const struct asy_format *asy_format_recognise(const struct asy_glimpse *glimpse, const struct asy_format **other)
{
    const struct asy_format *found = NULL;

    *other = NULL;
    for (size_t i = 0; i < asy_formats_n; i++) {
        if (asy_formats[i]->recognise == NULL || !asy_formats[i]->recognise(glimpse))
            continue;
        if (found != NULL) {
            *other = asy_formats[i];
            return NULL;
        }
        found = asy_formats[i];
    }
    return found;
}
