/* The block map of an app package (AppxBlockMap.xml): itself no format. */
#ifndef ASY_FORMAT_APPX_MAP_H
#define ASY_FORMAT_APPX_MAP_H

#include "format/zip_look.h"

/*
 * Adds a link for every file that the map lists, from the map to the blocks of the file; a file that is listed and not
 * there, or there and not listed, is a finding.  The names are the package's members without a block map of their own:
 * `is_exempt` answers to those that need not be listed.
 */
assay_status asy_appx_claim_map(const struct asy_kept *, const struct asy_zip_look *, struct asy_item *map,
                                bool (*is_exempt)(struct asy_view name));

#endif
