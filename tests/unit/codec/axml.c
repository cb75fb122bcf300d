#include "codec/axml.h"

#include <criterion/criterion.h>
#include <string.h>

/* A map of three attributes, and one element that has them. */
static const uint8_t document[] = {
    3, 0, 8, 0, 124, 0, 0, 0,                                                  /* all */
    0x80, 1, 8, 0, 20, 0, 0, 0, 0x0c, 2, 1, 1, 0x70, 2, 1, 1, 0x4c, 5, 1, 1,   /* map */
    2, 1, 16, 0, 96, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255,                  /* element */
    255, 255, 255, 255, 0, 0, 0, 0, 20, 0, 20, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 8, 0, 0, 0x10, 24, 0, 0, 0,
    255, 255, 255, 255, 1, 0, 0, 0, 255, 255, 255, 255, 8, 0, 0, 0x10, 30, 0, 0, 0,
    255, 255, 255, 255, 2, 0, 0, 0, 255, 255, 255, 255, 8, 0, 0, 0x10, 2, 0, 0, 0,
};

Test(axml, versions)
{
    struct asy_android_manifest m;
    uint8_t copy[sizeof document];

    cr_assert(asy_android_manifest_read((struct asy_view){ document, sizeof document }, &m));
    cr_expect(m.min_sdk == 24 && m.target_sdk == 30 && m.sandbox_version == 2);
    memcpy(copy, document, sizeof copy);
    copy[79] = 3; /* the name of a version in the making: any may be meant */
    cr_assert(asy_android_manifest_read((struct asy_view){ copy, sizeof copy }, &m));
    cr_expect_eq(m.min_sdk, 1);
    copy[79] = 1; /* a reference */
    cr_expect_not(asy_android_manifest_read((struct asy_view){ copy, sizeof copy }, &m));
}

Test(axml, no_prefix_passes)
{
    struct asy_android_manifest m;

    for (size_t n = 0; n < sizeof document; n++)
        cr_expect_not(asy_android_manifest_read((struct asy_view){ document, n }, &m), "%zu", n);
}
