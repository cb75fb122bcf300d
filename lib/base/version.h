/* Versions of packages and their order, as each family of packages defines it. */
#ifndef ASY_BASE_VERSION_H
#define ASY_BASE_VERSION_H

#include "base/view.h"

enum asy_version_scheme {
    ASY_VERSION_NONE = 0, /* only equal texts are known to be equal */
    ASY_VERSION_DEB,      /* deb-version(7): [epoch:]upstream[-revision] */
    ASY_VERSION_RPM,      /* rpm-version(7): [epoch:]version-release, with ~ and ^ */
    ASY_VERSION_ARCH,     /* vercmp(8): [epoch:]version[-release] */
    ASY_VERSION_APK,      /* apk-package(5): 1.2.3a_rc1-r4 */
};

/* "deb", "rpm" ...; static, "none" for none. */
const char *asy_version_scheme_name(enum asy_version_scheme);
bool asy_version_scheme_named(struct asy_view, enum asy_version_scheme *out);

/*
 * Sets *out to less than, equal to or more than 0 as `a` is older than, the same as or newer than `b`.  False where the
 * scheme does not say: either is no version of it, or the scheme is none and the texts differ.
 */
bool asy_version_cmp(enum asy_version_scheme, struct asy_view a, struct asy_view b, int *out);

#endif
