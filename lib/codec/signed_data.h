/*
 * CMS and PKCS #7 SignedData (RFC 5652 section 5; RFC 2315 section 9 differs only in what the content may be).
 * Everything read borrows the message's bytes, or a copy of them in the arena (see `rewritten`).
 */
#ifndef ASY_CODEC_SIGNED_DATA_H
#define ASY_CODEC_SIGNED_DATA_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/reader.h"
#include "codec/ber.h"

enum {
    ASY_CMS_SIGNERS = 16,
    ASY_CMS_CERTIFICATES = 64,
    ASY_CMS_REVOCATIONS = 64,
    ASY_CMS_ATTRIBUTES = 64,        /* of one signer, signed or unsigned */
    ASY_CMS_SIGNED_BYTES = 1 << 20, /* of one signer's signed attributes */
};

struct asy_cms_algorithm {
    struct asy_view oid;
    struct asy_view parameters; /* one DER element; empty when there is none */
};

struct asy_cms_attribute {
    struct asy_view oid;
    struct asy_view values; /* DER elements one behind the other, at least one */
    size_t values_n;
    size_t at; /* of the first value */
};

struct asy_cms_attributes {
    struct asy_cms_attribute *list;
    size_t n;
};

struct asy_cms_signer {
    size_t at;
    struct asy_view issuer, serial; /* a DER Name and the INTEGER's octets, or */
    struct asy_view subject_key_id; /* this; one of the two */
    struct asy_cms_algorithm digest_alg, signature_alg;
    struct asy_view signature;

    /* The signed attributes as they stand in the message, with their tag [0]; empty when there are none (RFC 5652 5.4:
     * what is signed has the tag 0x31 instead). */
    struct asy_view signed_bytes;
    struct asy_cms_attributes signed_attrs, unsigned_attrs;
    struct asy_view message_digest; /* of the signed attributes */
    bool has_signing_time;
    int64_t signing_time; /* as claimed */
};

struct asy_signed_data {
    bool rewritten; /* it came with BER framing: views are into a copy, and places count in that copy */
    struct asy_view content_type;
    bool has_content;
    uint8_t content_tag;     /* ASY_DER_OCTETS in CMS; PKCS #7 allows any */
    struct asy_view content; /* its value octets: what a digest is over */
    size_t content_at;       /* of those octets */
    struct asy_cms_place came; /* where they stand in the message as it came, rewritten or not */

    struct asy_view *certificates; /* DER; of the other choices none is kept */
    size_t certificates_n;
    struct asy_view *crls; /* DER; also those that signers archived (adbe-revocationInfoArchival) */
    size_t crls_n;
    struct asy_view *ocsp; /* OCSPResponse, DER (RFC 5940); likewise */
    size_t ocsp_n;
    struct asy_cms_signer *signers; /* at least one */
    size_t signers_n;
};

/*
 * Reads the ContentInfo that the reader consists of; its `at` is added to the places in messages.  ASSAY_E_FORMAT where
 * it breaks its grammar, including: bytes behind the end, no signer, signed attributes that lack contentType or
 * messageDigest, have one twice, or name another content type, and content other than id-data without signed attributes.
 * ASSAY_E_LIMIT for more parts than above.
 */
assay_status asy_signed_data_read(struct asy_arena *, struct asy_reader, struct asy_signed_data *out,
                                  struct asy_diag *);

/*
 * A countersignature (RFC 5652 11.4): the SignerInfo that the reader consists of, with the certificates of the message
 * around it.  `out` has it as the one signer of content of type id-data, which is not carried: a signature's value.
 */
assay_status asy_countersigner_read(struct asy_arena *, struct asy_reader, const struct asy_signed_data *around,
                                    struct asy_signed_data *out, struct asy_diag *);

/*
 * Looks at the first bytes of a message, BER included: its content's type, and the tag of the content, 0 where there is
 * none.  False when they do not begin as a SignedData does.
 */
bool asy_cms_peek(struct asy_view head, struct asy_view *content_type, uint8_t *content_tag);

/* The one attribute of this type; NULL when there is none. */
const struct asy_cms_attribute *asy_cms_find(const struct asy_cms_attributes *, struct asy_view oid);

/*
 * True when the bytes are one DER SET OF Attribute.  A signature over such "content" without signed attributes is the
 * signature over another message's attributes with the attributes taken away (RFC 5652 5.4 signs both alike).
 */
bool asy_cms_is_attributes(struct asy_view);

/* AlgorithmIdentifier (RFC 5280 4.1.1.2). */
bool asy_get_cms_algorithm(struct asy_reader *, struct asy_cms_algorithm *out);

/*
 * The certificate of the message that the signer identifier names; empty when it carries none.  False when there are
 * two different ones.
 */
bool asy_cms_leaf(const struct asy_signed_data *, const struct asy_cms_signer *, struct asy_view *out);

#endif
