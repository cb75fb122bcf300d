/* Timestamps (RFC 3161): what a token says, and the reply that an authority sends it in. */
#ifndef ASY_CODEC_TST_H
#define ASY_CODEC_TST_H

#include "base/diag.h"
#include "base/digest_alg.h"
#include "base/reader.h"

struct asy_tst {
    enum asy_digest_alg imprint_alg; /* of the stamped bytes */
    struct asy_view imprint;         /* as long as the algorithm's digests */
    int64_t time;                    /* seconds since 1970, fractions cut off */
    struct asy_view serial;          /* INTEGER's octets */
    struct asy_view policy;          /* OID */
};

/*
 * Reads the TSTInfo that the reader consists of (2.4.2).  ASSAY_E_FORMAT where it breaks its grammar or has a critical
 * extension (none is defined); ASSAY_E_UNSUPPORTED for an imprint algorithm that is not known.
 */
assay_status asy_tst_read(struct asy_reader, struct asy_tst *out, struct asy_diag *);

/* True when the bytes begin as a TimeStampResp (2.4.2) does, a refusal included. */
bool asy_is_tst_reply(struct asy_view head, bool whole);

/* The token of a granted TimeStampResp.  ASSAY_E_FORMAT when it is malformed or tells a refusal. */
assay_status asy_tst_reply_read(struct asy_reader, struct asy_reader *token, struct asy_diag *);

#endif
