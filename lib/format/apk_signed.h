/*
 * The claims of the signing block of an Android package (source.android.com, "APK Signature Scheme v2" and "v3", "v3.1"):
 * between the members and the directory of a zip archive; itself no format.
 *
 *   block  = len[8] pair* len[8] "APK Sig Block 42"       pair = len[8] id[4] value
 *   value  = <signer*>                                    <x> is x behind its length in 4 bytes
 *   signer = <signed> [min_sdk[4] max_sdk[4]] <signature*> <key>
 *   signed = <digest*> <certificate*> [min_sdk[4] max_sdk[4]] <attribute*>
 *
 * What is in brackets is of v3 and v3.1.  All numbers are little-endian.
 */
#ifndef ASY_FORMAT_APK_SIGNED_H
#define ASY_FORMAT_APK_SIGNED_H

#include "format/zip_look.h"

enum asy_apk_scheme { ASY_APK_V2 = 0, ASY_APK_V3, ASY_APK_V31, ASY_APK_SCHEMES };

/* How the archive is digested: by chunks, or as a hash tree ("fs-verity"). */
enum asy_apk_content { ASY_APK_SHA256 = 0, ASY_APK_SHA512, ASY_APK_VERITY, ASY_APK_CONTENTS };

enum { ASY_APK_SIGNERS = 16 }; /* of one scheme */

struct asy_apk_signer {
    uint32_t min_sdk, max_sdk;           /* v3 and v3.1: the versions of the platform that ask it */
    const struct asy_view *certificates; /* DER: the oldest of its proof of rotation first, its own last */
    size_t n;
};

struct asy_apk {
    struct asy_reading *reading;
    struct asy_zip_look look;
    uint64_t block_off, block_len;        /* 0 long: there is none */
    struct asy_reader values[ASY_APK_SCHEMES]; /* with places in the file; empty: not there */
    bool has[ASY_APK_SCHEMES];
    struct asy_apk_signer signers[ASY_APK_SCHEMES][ASY_APK_SIGNERS]; /* of the schemes that were claimed */
    size_t signers_n[ASY_APK_SCHEMES];
    struct asy_recipe content[ASY_APK_CONTENTS]; /* what is digested */
    bool made[ASY_APK_CONTENTS], framed;
    uint32_t says_scheme;                 /* v2: the scheme that its maker put beside it; 0: none */
    bool has_rotation;                    /* v3: it says from which version on v3.1 takes its place */
    uint32_t rotation;                    /* that version */
};

/* Finds the block and what is in it.  ASSAY_E_FORMAT where its structure is broken. */
assay_status asy_apk_find(struct asy_apk *);

/* Adds the claims of all signers of one scheme. */
assay_status asy_apk_claim(struct asy_apk *, enum asy_apk_scheme);

/* Makes a digest of the archive, without its block, the algorithm, value and target of the link. */
assay_status asy_apk_content(struct asy_apk *, enum asy_apk_content, struct asy_link *);

/*
 * Why the signers that were claimed, and the `n` certificates of v1, cannot all speak for the package on all versions of the
 * platform from `min_sdk` on; NULL where they can: those of v1 and v2 are the same, those of v3 and v3.1 divide the versions
 * without a gap, and each that takes another's place has it in its proof of rotation.
 */
const char *asy_apk_discord(const struct asy_apk *, const struct asy_view *v1, size_t n, uint32_t min_sdk);

#endif
