/* Private to the files deb*.c: which members a Debian package has (deb(5)). */
#ifndef ASY_FORMAT_DEB_H
#define ASY_FORMAT_DEB_H

#include "format/ar.h"
#include "format/format.h"
#include "io/inflate.h"

enum { ASY_DEB_MEMBERS = 64 };

struct asy_deb {
    struct asy_ar_member members[ASY_DEB_MEMBERS];
    size_t n;
    size_t control, data; /* places in `members` */
};

/*
 * All members in their order; ASSAY_E_FORMAT where dpkg would refuse the file, or would not look at a part of it that
 * another reader could take for the package.
 */
assay_status asy_deb_parse(struct asy_reading *, struct asy_deb *out);

/* The walk of the format: the files of control.tar and data.tar, and whether md5sums agrees with them. */
assay_status asy_deb_walk(struct asy_reading *);

#endif
