/* Object identifiers that more than one reader knows, as encoded (X.690 8.19). */
#ifndef ASY_CODEC_OID_H
#define ASY_CODEC_OID_H

#include "base/digest_alg.h"

/* RFC 5652 and PKCS #9 */
extern const struct asy_view asy_oid_data;           /* id-data */
extern const struct asy_view asy_oid_signed_data;    /* id-signedData */
extern const struct asy_view asy_oid_content_type;   /* attributes: id-contentType */
extern const struct asy_view asy_oid_message_digest; /* id-messageDigest */
extern const struct asy_view asy_oid_signing_time;   /* id-signingTime */

/* RFC 3161, RFC 5035, and Microsoft's attribute for the same tokens */
extern const struct asy_view asy_oid_tst_info;                /* id-ct-TSTInfo */
extern const struct asy_view asy_oid_timestamp_token;         /* id-aa-timeStampToken */
extern const struct asy_view asy_oid_ms_timestamp_token;      /* szOID_RFC3161_counterSign */
extern const struct asy_view asy_oid_signing_certificate;     /* id-aa-signingCertificate */
extern const struct asy_view asy_oid_signing_certificate_v2;  /* id-aa-signingCertificateV2 */

extern const struct asy_view asy_oid_countersignature;        /* id-countersignature, RFC 5652 11.4 */

/* RFC 5940 and RFC 5280 */
extern const struct asy_view asy_oid_ocsp_response;   /* id-ri-ocsp-response */
extern const struct asy_view asy_oid_subject_key_id;  /* id-ce-subjectKeyIdentifier */

extern const struct asy_view asy_oid_basic_constraints; /* id-ce-basicConstraints */
extern const struct asy_view asy_oid_subject_alt_name;  /* id-ce-subjectAltName */
extern const struct asy_view asy_oid_p384, asy_oid_p521; /* curves (RFC 5480 2.1.1.1) */

/* RFC 6962 3.3; the arc of Fulcio's extensions, which one more arc follows; its name of a user, as an otherName */
extern const struct asy_view asy_oid_sct_list;
extern const struct asy_view asy_oid_fulcio;
extern const struct asy_view asy_oid_fulcio_other_name;

/* ISO 32000-2 12.8.3.3.2: a signed attribute with the revocation data that its signer saw */
extern const struct asy_view asy_oid_revocation_archival; /* adbe-revocationInfoArchival */

/* Authenticode: the content of a signature, what it is of, and an attribute with further signatures */
extern const struct asy_view asy_oid_spc_indirect_data;
extern const struct asy_view asy_oid_spc_pe_image;
extern const struct asy_view asy_oid_spc_cab;
extern const struct asy_view asy_oid_spc_sip_info;
extern const struct asy_view asy_oid_spc_nested_signature;
extern const struct asy_view asy_oid_spc_page_hashes_sha1;
extern const struct asy_view asy_oid_spc_page_hashes_sha256;
extern const struct asy_view asy_oid_ctl; /* the content of a security catalogue */

/* RFC 8017 and RFC 8410 */
extern const struct asy_view asy_oid_rsa; /* rsaEncryption */
extern const struct asy_view asy_oid_rsa_pss;
extern const struct asy_view asy_oid_mgf1;
extern const struct asy_view asy_oid_ec_key; /* id-ecPublicKey (RFC 5480) */
extern const struct asy_view asy_oid_dsa;    /* id-dsa (RFC 3279) */
extern const struct asy_view asy_oid_ed25519;
extern const struct asy_view asy_oid_ed448;

/* The digest an identifier names; NONE for others. */
enum asy_digest_alg asy_digest_of_oid(struct asy_view);

/* The digest of sha256WithRSAEncryption and its kin (RFC 8017 A.2.4), and of ecdsa-with-SHA256 and its kin (RFC 5758). */
enum asy_digest_alg asy_digest_of_rsa_oid(struct asy_view);
enum asy_digest_alg asy_digest_of_ecdsa_oid(struct asy_view);
enum asy_digest_alg asy_digest_of_dsa_oid(struct asy_view); /* RFC 5758 3.1; those whose digest has the length of the subgroup */

#endif
