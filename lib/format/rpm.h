/* Private to the files rpm*.c: one package, and the tags that are read here (rpm, include/rpm/rpmtag.h). */
#ifndef ASY_FORMAT_RPM_H
#define ASY_FORMAT_RPM_H

#include "format/format.h"
#include "format/rpm_header.h"

/* Tags of the signature header; their numbers mean other things in the main header. */
enum {
    ASY_RPM_DSA_HEADER = 267,
    ASY_RPM_RSA_HEADER = 268,
    ASY_RPM_SHA1_HEADER = 269,
    ASY_RPM_SHA256_HEADER = 273,
    ASY_RPM_OPENPGP = 278,
    ASY_RPM_SHA3_HEADER = 279,
    ASY_RPM_PGP_ALL = 1002, /* over header and payload */
    ASY_RPM_MD5_ALL = 1004,
    ASY_RPM_GPG_ALL = 1005,
};

enum {
    ASY_RPM_NAME = 1000,
    ASY_RPM_VERSION = 1001,
    ASY_RPM_RELEASE = 1002,
    ASY_RPM_EPOCH = 1003,
    ASY_RPM_ARCH = 1022,
    ASY_RPM_OLD_NAMES = 1027,
    ASY_RPM_FILE_SIZES = 1028,
    ASY_RPM_FILE_MODES = 1030,
    ASY_RPM_FILE_DIGESTS = 1035,
    ASY_RPM_FILE_FLAGS = 1037,
    ASY_RPM_FILE_DEVICES = 1095,
    ASY_RPM_FILE_INODES = 1096,
    ASY_RPM_SOURCE_PACKAGE = 1106,
    ASY_RPM_DIR_INDEXES = 1116,
    ASY_RPM_BASE_NAMES = 1117,
    ASY_RPM_DIR_NAMES = 1118,
    ASY_RPM_PAYLOAD_FORMAT = 1124,
    ASY_RPM_COMPRESSOR = 1125,
    ASY_RPM_LONG_FILE_SIZES = 5008,
    ASY_RPM_FILE_DIGEST_ALG = 5011,
    ASY_RPM_PAYLOAD_DIGEST = 5092,
    ASY_RPM_PAYLOAD_DIGEST_ALG = 5093,
    ASY_RPM_PAYLOAD_DIGEST_ALT = 5097,
    ASY_RPM_PAYLOAD_SIZE = 5112,
    ASY_RPM_PAYLOAD_SIZE_ALT = 5113,
    ASY_RPM_FORMAT = 5114,
    ASY_RPM_PAYLOAD_SHA512 = 5121,
    ASY_RPM_PAYLOAD_SHA512_ALT = 5122,
    ASY_RPM_PAYLOAD_SHA3 = 5123,
    ASY_RPM_PAYLOAD_SHA3_ALT = 5124,
};

struct asy_rpm {
    struct asy_reading *reading;
    struct asy_rpm_header signatures, header;
    uint64_t format;                   /* 6, or 4 for what does not say */
    uint64_t payload_off, payload_len; /* to the end of the file */
    bool pad_is_used; /* bytes between the headers that are not zero */
    bool is_plain;    /* the payload begins like an archive that is not compressed */
    bool is_swapped;  /* and the header has another digest for it compressed: the alternative one is about these bytes */
};

/* Lead, signature header, padding, main header.  ASSAY_E_FORMAT with a diag where they break their grammar. */
assay_status asy_rpm_open(struct asy_reading *, struct asy_rpm *out);

/* The digests in the main header of the payload as it stands in the file, or, for `alternative`, uncompressed. */
struct asy_rpm_digest {
    enum asy_digest_alg alg;
    struct asy_view value;
};

enum { ASY_RPM_DIGESTS = 3 };

/* Those that are there, at most ASY_RPM_DIGESTS. */
assay_status asy_rpm_payload_digests(const struct asy_rpm *, bool alternative, struct asy_rpm_digest *out, size_t *n);

/* Adds the link that whoever says the header says.  False when a limit is reached. */
bool asy_rpm_add_link(const struct asy_rpm *, const struct asy_rpm_digest *, struct asy_piece target);

/* Every member of the payload, and the digests that the header has of them. */
assay_status asy_rpm_walk(struct asy_reading *);

#endif
