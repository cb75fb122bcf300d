/*
 * What packages and indices of apk v2 have in common (apk-v2(5)): a file is gzip members one behind the other, first those
 * that hold nothing but signatures, then what is signed.  Itself no format.
 */
#ifndef ASY_FORMAT_APK_H
#define ASY_FORMAT_APK_H

#include "format/format.h"
#include "io/gzip.h"

enum asy_apk_kind { ASY_APK_NONE = 0, ASY_APK_PACKAGE, ASY_APK_INDEX };

/* Which of the two the bytes begin, by their first members and, where those do not say, by the name. */
enum asy_apk_kind asy_apk_kind_of(const struct asy_glimpse *);

/* The signatures in front, as they were found. */
struct asy_apk_signatures {
    struct asy_apk_signature *signatures;
    size_t n, room;
    uint64_t end; /* of the members that hold them: what is signed begins here */
};

/*
 * Reads the members in front that hold signatures, and the one behind them, which may have `limit` bytes unpacked.  The
 * source is open.
 */
assay_status asy_apk_read_signatures(struct asy_reading *, const struct asy_source *, uint64_t limit,
                                     struct asy_apk_signatures *out, struct asy_gzip_member *behind);

/* One claim a signature, over `len` bytes behind them all; the signatures themselves are framing. */
assay_status asy_apk_claim_signatures(struct asy_reading *, const struct asy_apk_signatures *, uint64_t len);

/* How an index names the control member of a package, which is what its digests are of; NULL when memory is short. */
const char *asy_apk_control_name(struct asy_arena *, struct asy_view package, struct asy_view version);

#endif
