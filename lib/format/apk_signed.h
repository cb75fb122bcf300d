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

struct asy_apk {
    struct asy_reading *reading;
    struct asy_zip_look look;
    uint64_t block_off, block_len;        /* 0 long: there is none */
    struct asy_reader values[ASY_APK_SCHEMES]; /* with places in the file; empty: not there */
    bool has[ASY_APK_SCHEMES];
    struct asy_recipe content[2];         /* what is digested, by SHA-256 and SHA-512 chunks */
    bool made[2];
    uint32_t says_scheme;                 /* v2: the scheme that its maker put beside it; 0: none */
    bool has_rotation;                    /* v3: it says from which version on v3.1 takes its place */
    uint32_t rotation, rotated_from;      /* that version, and the first one of the v3.1 signers */
};

/* Finds the block and what is in it.  ASSAY_E_FORMAT where its structure is broken. */
assay_status asy_apk_find(struct asy_apk *);

/* Adds the claims of all signers of one scheme. */
assay_status asy_apk_claim(struct asy_apk *, enum asy_apk_scheme);

#endif
