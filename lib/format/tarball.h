/* The tar archive inside another format's file: its walk, for the formats that hold one. */
#ifndef ASY_FORMAT_TARBALL_H
#define ASY_FORMAT_TARBALL_H

#include "format/members.h"

/*
 * As the walk of a tar archive, over the reading's document.  `is_system` says that it is unpacked over the root of a
 * system (see members.h).  `out` is what was found, for asy_members_link_target(); it lives in the job's arena.
 */
assay_status asy_tar_walk(struct asy_reading *, bool is_system, struct asy_members *out);

/* How the first bytes of a tar archive say that it is compressed; at least six of them decide. */
enum asy_packing asy_tar_packing(struct asy_view head);

#endif
