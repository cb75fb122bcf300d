#include "codec/oid.h"

/* 1.2.840.113549.1.7.1 */
const struct asy_view asy_oid_data = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01");
/* 1.2.840.113549.1.7.2 */
const struct asy_view asy_oid_signed_data = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02");
/* 1.2.840.113549.1.9.3 */
const struct asy_view asy_oid_content_type = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03");
/* 1.2.840.113549.1.9.4 */
const struct asy_view asy_oid_message_digest = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04");
/* 1.2.840.113549.1.9.5 */
const struct asy_view asy_oid_signing_time = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05");
/* 1.2.840.113549.1.9.16.1.4 */
const struct asy_view asy_oid_tst_info = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04");
/* 1.2.840.113549.1.9.16.2.14 */
const struct asy_view asy_oid_timestamp_token = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e");
/* 1.3.6.1.4.1.311.3.3.1 */
const struct asy_view asy_oid_ms_timestamp_token = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x03\x03\x01");
/* 1.2.840.113583.1.1.8 */
const struct asy_view asy_oid_revocation_archival = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x08");
/* 1.2.840.113549.1.9.16.2.12 */
const struct asy_view asy_oid_signing_certificate = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0c");
/* 1.2.840.113549.1.9.16.2.47 */
const struct asy_view asy_oid_signing_certificate_v2 = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f");
/* 1.3.6.1.5.5.7.16.2 */
const struct asy_view asy_oid_ocsp_response = ASY_TEXT_INIT("\x2b\x06\x01\x05\x05\x07\x10\x02");
/* 2.5.29.14 */
const struct asy_view asy_oid_subject_key_id = ASY_TEXT_INIT("\x55\x1d\x0e");
/* 1.2.840.113549.1.9.6 */
const struct asy_view asy_oid_countersignature = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x06");
/* 1.3.6.1.4.1.311.2.1.4 */
const struct asy_view asy_oid_spc_indirect_data = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x04");
/* 1.3.6.1.4.1.311.2.1.15 */
const struct asy_view asy_oid_spc_pe_image = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0f");
/* 1.3.6.1.4.1.311.2.1.25 */
const struct asy_view asy_oid_spc_cab = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x19");
/* 1.3.6.1.4.1.311.2.1.30 */
const struct asy_view asy_oid_spc_sip_info = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x1e");
/* 1.3.6.1.4.1.311.2.4.1 */
const struct asy_view asy_oid_spc_nested_signature = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x04\x01");
/* 1.3.6.1.4.1.311.2.3.1 */
const struct asy_view asy_oid_spc_page_hashes_sha1 = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x03\x01");
/* 1.3.6.1.4.1.311.2.3.2 */
const struct asy_view asy_oid_spc_page_hashes_sha256 = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x03\x02");
/* 1.3.6.1.4.1.311.10.1 */
const struct asy_view asy_oid_ctl = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x82\x37\x0a\x01");
/* 1.2.840.113549.1.1.1 */
const struct asy_view asy_oid_rsa = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
/* 1.2.840.113549.1.1.10 */
const struct asy_view asy_oid_rsa_pss = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a");
/* 1.2.840.113549.1.1.8 */
const struct asy_view asy_oid_mgf1 = ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08");
/* 1.2.840.10045.2.1 */
const struct asy_view asy_oid_ec_key = ASY_TEXT_INIT("\x2a\x86\x48\xce\x3d\x02\x01");
/* 1.2.840.10040.4.1 */
const struct asy_view asy_oid_dsa = ASY_TEXT_INIT("\x2a\x86\x48\xce\x38\x04\x01");
/* 1.3.101.112 */
const struct asy_view asy_oid_ed25519 = ASY_TEXT_INIT("\x2b\x65\x70");
/* 1.3.101.113 */
const struct asy_view asy_oid_ed448 = ASY_TEXT_INIT("\x2b\x65\x71");

/* 2.5.29.19 */
const struct asy_view asy_oid_basic_constraints = ASY_TEXT_INIT("\x55\x1d\x13");
/* 2.5.29.17 */
const struct asy_view asy_oid_subject_alt_name = ASY_TEXT_INIT("\x55\x1d\x11");
/* 1.3.132.0.34 and 35 */
const struct asy_view asy_oid_p384 = ASY_TEXT_INIT("\x2b\x81\x04\x00\x22");
const struct asy_view asy_oid_p521 = ASY_TEXT_INIT("\x2b\x81\x04\x00\x23");
/* 1.3.6.1.4.1.11129.2.4.2 */
const struct asy_view asy_oid_sct_list = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02");
/* 1.3.6.1.4.1.57264.1 and 1.3.6.1.4.1.57264.1.7 */
const struct asy_view asy_oid_fulcio = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x83\xbf\x30\x01");
const struct asy_view asy_oid_fulcio_other_name = ASY_TEXT_INIT("\x2b\x06\x01\x04\x01\x83\xbf\x30\x01\x07");

struct row {
    struct asy_view oid;
    enum asy_digest_alg alg;
};

/* RFC 3370 2, RFC 5754 2, NIST CSOR */
static const struct row digests[] = {
    { ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x02\x05"), ASY_MD5 }, /* 1.2.840.113549.2.5 */
    { ASY_TEXT_INIT("\x2b\x0e\x03\x02\x1a"), ASY_SHA1 }, /* 1.3.14.3.2.26 */
    { ASY_TEXT_INIT("\x2b\x24\x03\x02\x01"), ASY_RIPEMD160 }, /* 1.3.36.3.2.1 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x02\x04"), ASY_SHA224 }, /* 2.16.840.1.101.3.4.2.4 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), ASY_SHA256 }, /* 2.16.840.1.101.3.4.2.1 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), ASY_SHA384 }, /* 2.16.840.1.101.3.4.2.2 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), ASY_SHA512 }, /* 2.16.840.1.101.3.4.2.3 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x02\x06"), ASY_SHA512_256 }, /* 2.16.840.1.101.3.4.2.6 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x02\x08"), ASY_SHA3_256 }, /* 2.16.840.1.101.3.4.2.8 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x02\x09"), ASY_SHA3_384 }, /* 2.16.840.1.101.3.4.2.9 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x02\x0a"), ASY_SHA3_512 }, /* 2.16.840.1.101.3.4.2.10 */
};

/* RFC 8017 A.2.4, NIST CSOR */
static const struct row rsa_digests[] = {
    { ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), ASY_MD5 }, /* 1.2.840.113549.1.1.4 */
    { ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), ASY_SHA1 }, /* 1.2.840.113549.1.1.5 */
    { ASY_TEXT_INIT("\x2b\x0e\x03\x02\x1d"), ASY_SHA1 }, /* 1.3.14.3.2.29 */
    { ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e"), ASY_SHA224 }, /* 1.2.840.113549.1.1.14 */
    { ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), ASY_SHA256 }, /* 1.2.840.113549.1.1.11 */
    { ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), ASY_SHA384 }, /* 1.2.840.113549.1.1.12 */
    { ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), ASY_SHA512 }, /* 1.2.840.113549.1.1.13 */
    { ASY_TEXT_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x10"), ASY_SHA512_256 }, /* 1.2.840.113549.1.1.16 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x03\x0e"), ASY_SHA3_256 }, /* 2.16.840.1.101.3.4.3.14 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x03\x0f"), ASY_SHA3_384 }, /* 2.16.840.1.101.3.4.3.15 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x03\x10"), ASY_SHA3_512 }, /* 2.16.840.1.101.3.4.3.16 */
};

/* RFC 5758 3.2, NIST CSOR */
static const struct row ecdsa_digests[] = {
    { ASY_TEXT_INIT("\x2a\x86\x48\xce\x3d\x04\x01"), ASY_SHA1 }, /* 1.2.840.10045.4.1 */
    { ASY_TEXT_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x01"), ASY_SHA224 }, /* 1.2.840.10045.4.3.1 */
    { ASY_TEXT_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x02"), ASY_SHA256 }, /* 1.2.840.10045.4.3.2 */
    { ASY_TEXT_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x03"), ASY_SHA384 }, /* 1.2.840.10045.4.3.3 */
    { ASY_TEXT_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x04"), ASY_SHA512 }, /* 1.2.840.10045.4.3.4 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x03\x0a"), ASY_SHA3_256 }, /* 2.16.840.1.101.3.4.3.10 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x03\x0b"), ASY_SHA3_384 }, /* 2.16.840.1.101.3.4.3.11 */
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x03\x0c"), ASY_SHA3_512 }, /* 2.16.840.1.101.3.4.3.12 */
};

static enum asy_digest_alg find(const struct row *rows, size_t n, struct asy_view oid)
{
    for (size_t i = 0; i < n; i++) {
        if (asy_view_eq(rows[i].oid, oid))
            return rows[i].alg;
    }
    return ASY_DIGEST_NONE;
}

enum asy_digest_alg asy_digest_of_oid(struct asy_view oid)
{
    return find(digests, sizeof digests / sizeof *digests, oid);
}

enum asy_digest_alg asy_digest_of_rsa_oid(struct asy_view oid)
{
    return find(rsa_digests, sizeof rsa_digests / sizeof *rsa_digests, oid);
}

static const struct row dsa_digests[] = {
    { ASY_TEXT_INIT("\x2a\x86\x48\xce\x38\x04\x03"), ASY_SHA1 },
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x03\x01"), ASY_SHA224 },
    { ASY_TEXT_INIT("\x60\x86\x48\x01\x65\x03\x04\x03\x02"), ASY_SHA256 },
};

enum asy_digest_alg asy_digest_of_dsa_oid(struct asy_view oid)
{
    return find(dsa_digests, sizeof dsa_digests / sizeof *dsa_digests, oid);
}

enum asy_digest_alg asy_digest_of_ecdsa_oid(struct asy_view oid)
{
    return find(ecdsa_digests, sizeof ecdsa_digests / sizeof *ecdsa_digests, oid);
}
