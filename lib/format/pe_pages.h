/* Digests of an executable's pages, which a signature may have beside that of the whole: itself no format. */
#ifndef ASY_FORMAT_PE_PAGES_H
#define ASY_FORMAT_PE_PAGES_H

#include "format/authenticode.h"

enum { ASY_PE_SECTIONS = 96, /* as Windows loads */ ASY_PE_PAGE = 2 << 20 };

struct asy_pe_section {
    uint32_t off, len; /* of its bytes in the file; length 0: it has none */
};

/* What a page's digest depends on. */
struct asy_pe_layout {
    uint64_t checksum_off, entry_off; /* what the signature leaves out of the headers: 4 bytes and 8 */
    uint32_t headers_len;
    uint32_t page; /* bytes of a page: SectionAlignment */
    struct asy_pe_section sections[ASY_PE_SECTIONS];
    size_t sections_n;
};

/*
 * Adds the links from a signature's page digests to the pages, where it has any.  Those of another layout than the
 * executable's are not compared, which is noted: the digest of the whole says the same bytes.
 */
assay_status asy_pe_claim_pages(struct asy_reading *, const struct asy_pe_layout *, const struct asy_spc *, asy_claim_no by);

#endif
