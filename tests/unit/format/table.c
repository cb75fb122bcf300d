#include "format/format.h"

#include <criterion/criterion.h>
#include <string.h>

Test(table, names_are_distinct)
{
    for (size_t i = 0; i < asy_formats_n; i++) {
        for (size_t k = 0; k < i; k++)
            cr_expect_str_neq(asy_formats[i]->name, asy_formats[k]->name);
        cr_expect_eq(asy_format_named(asy_view_of(asy_formats[i]->name)), asy_formats[i]);
    }
}

/* verify/names.c looks at no name without a dot. */
Test(table, suffixes_begin_with_a_dot)
{
    for (size_t i = 0; i < asy_formats_n; i++) {
        for (const char *const *suffix = asy_formats[i]->suffixes; suffix != NULL && *suffix != NULL; suffix++)
            cr_expect(**suffix == '.' && strlen(*suffix) > 1, "%s: %s", asy_formats[i]->name, *suffix);
    }
}
