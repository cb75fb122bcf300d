#include "base/version.h"

#include <criterion/criterion.h>

struct row {
    enum asy_version_scheme scheme;
    const char *a;
    char order; /* '<', '=', or '!' for what the scheme does not order */
    const char *b;
};

static const struct row rows[] = {
    /* deb-version(7) */
    { ASY_VERSION_DEB, "1.0", '<', "1.1" },
    { ASY_VERSION_DEB, "1.9", '<', "1.10" },
    { ASY_VERSION_DEB, "1.0~rc1", '<', "1.0" },
    { ASY_VERSION_DEB, "1.0~~", '<', "1.0~~a" },
    { ASY_VERSION_DEB, "1.0~~a", '<', "1.0~" },
    { ASY_VERSION_DEB, "1.0", '<', "1.0a" },
    { ASY_VERSION_DEB, "1.0a", '<', "1.0+b" },
    { ASY_VERSION_DEB, "1.0-1", '<', "1.0-1+deb12u1" },
    { ASY_VERSION_DEB, "9.9-9", '<', "1:0.1-1" },
    { ASY_VERSION_DEB, "1.0", '=', "1.0-0" },
    { ASY_VERSION_DEB, "0:1.00-1", '=', "1.0-01" },
    { ASY_VERSION_DEB, "1.0", '!', "" },
    { ASY_VERSION_DEB, "1.0", '!', "1.0 " },
    { ASY_VERSION_DEB, "1.0", '!', ":1.0" },
    { ASY_VERSION_DEB, "1.0", '!', "a" },
    /* rpm-version(7) */
    { ASY_VERSION_RPM, "1.0-1", '<', "1.1-1" },
    { ASY_VERSION_RPM, "1.0-9", '<', "1.0-10" },
    { ASY_VERSION_RPM, "1.0~rc1-1", '<', "1.0-1" },
    { ASY_VERSION_RPM, "1.0-1", '<', "1.0^git1-1" },
    { ASY_VERSION_RPM, "1.0^git1-1", '<', "1.0.1-1" },
    { ASY_VERSION_RPM, "1.0^git1~pre-1", '<', "1.0^git1-1" },
    { ASY_VERSION_RPM, "1.0~rc1-1", '<', "1.0~rc1^git1-1" },
    { ASY_VERSION_RPM, "1.0a-1", '<', "1.0.1-1" },
    { ASY_VERSION_RPM, "1.0-1", '<', "1.0a-1" },
    { ASY_VERSION_RPM, "5-1", '<', "1:1-1" },
    { ASY_VERSION_RPM, "1_0-1", '=', "1.0-1" },
    { ASY_VERSION_RPM, "1.05-1", '=', "1.5-1" },
    { ASY_VERSION_RPM, "1.0", '=', "1.0-7" },
    { ASY_VERSION_RPM, "1.0-1", '!', "" },
    { ASY_VERSION_RPM, "1.0-1", '!', "1/0-1" },
    /* vercmp(8) */
    { ASY_VERSION_ARCH, "1.0a", '<', "1.0b" },
    { ASY_VERSION_ARCH, "1.0b", '<', "1.0beta" },
    { ASY_VERSION_ARCH, "1.0beta", '<', "1.0p" },
    { ASY_VERSION_ARCH, "1.0pre", '<', "1.0rc" },
    { ASY_VERSION_ARCH, "1.0rc", '<', "1.0" },
    { ASY_VERSION_ARCH, "1.0", '<', "1.0.a" },
    { ASY_VERSION_ARCH, "1.0.a", '<', "1.0.1" },
    { ASY_VERSION_ARCH, "1", '<', "1.0" },
    { ASY_VERSION_ARCH, "1.0-1", '<', "1.0-2" },
    { ASY_VERSION_ARCH, "1.0", '=', "1.0-2" },
    { ASY_VERSION_ARCH, "2.0", '<', "1:1.0" },
    /* apk-package(5) */
    { ASY_VERSION_APK, "1.2.3-r0", '<', "1.2.3-r1" },
    { ASY_VERSION_APK, "1.2_rc1", '<', "1.2" },
    { ASY_VERSION_APK, "1.2_alpha2", '<', "1.2_beta1" },
    { ASY_VERSION_APK, "1.2", '<', "1.2_p1" },
    { ASY_VERSION_APK, "1.2_p1", '<', "1.2_p2" },
    { ASY_VERSION_APK, "1.2", '<', "1.2a" },
    { ASY_VERSION_APK, "1.2a", '<', "1.2.1" },
    { ASY_VERSION_APK, "1.02", '<', "1.1" },
    { ASY_VERSION_APK, "1.9-r9", '<', "1.10-r0" },
    { ASY_VERSION_APK, "1.2_git20230101", '<', "1.2_git20240101" },
    { ASY_VERSION_APK, "1.2", '!', "1.2-1" },
    { ASY_VERSION_APK, "1.2", '!', "1.2_foo1" },
    { ASY_VERSION_APK, "1.2", '!', "1.2.x" },
    { ASY_VERSION_APK, "2", '!', "1junk" },
    { ASY_VERSION_NONE, "x", '=', "x" },
    { ASY_VERSION_NONE, "1", '!', "2" },
};

static int sign(int n)
{
    return n < 0 ? -1 : n > 0;
}

Test(version, order_and_its_opposite)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        int wanted = row->order == '<' ? -1 : 0, there = 9, back = 9;
        bool is_there = asy_version_cmp(row->scheme, asy_view_of(row->a), asy_view_of(row->b), &there);
        bool is_back = asy_version_cmp(row->scheme, asy_view_of(row->b), asy_view_of(row->a), &back);

        cr_expect_eq(is_there, row->order != '!', "%s %c %s", row->a, row->order, row->b);
        cr_expect_eq(is_back, is_there, "%s %c %s", row->a, row->order, row->b);
        if (is_there)
            cr_expect(sign(there) == wanted && sign(back) == -wanted, "%s %c %s: %d and %d", row->a, row->order, row->b,
                      there, back);
    }
}

Test(version, schemes_have_names)
{
    enum asy_version_scheme scheme;

    for (int i = ASY_VERSION_NONE; i <= ASY_VERSION_APK; i++) {
        cr_expect(asy_version_scheme_named(asy_view_of(asy_version_scheme_name((enum asy_version_scheme)i)), &scheme));
        cr_expect_eq((int)scheme, i);
    }
    cr_expect_not(asy_version_scheme_named(ASY_TEXT("DEB"), &scheme));
}
