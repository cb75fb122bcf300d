/* The grammar of mtree specifications, for packages that have one inside. */
#ifndef ASY_FORMAT_MTREE_H
#define ASY_FORMAT_MTREE_H

#include "format/format.h"

/* Adds a link by path for every digest of the specification, which is the reading's bytes. */
assay_status asy_mtree_read(struct asy_reading *);

#endif
