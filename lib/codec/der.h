/*
 * A cursor over DER (ITU-T X.690 section 10): definite lengths in their shortest form, tags below 31, one spelling of
 * each value.  Every getter answers whether the element was there and well formed; on false nothing has moved and
 * nothing was written.  Places (`at`) count from where the outermost reader began.
 */
#ifndef ASY_CODEC_DER_H
#define ASY_CODEC_DER_H

#include "base/arena.h"
#include "base/reader.h"

enum asy_der_tag {
    ASY_DER_BOOLEAN = 0x01,
    ASY_DER_INTEGER = 0x02,
    ASY_DER_BIT_STRING = 0x03,
    ASY_DER_OCTETS = 0x04,
    ASY_DER_NULL = 0x05,
    ASY_DER_OID = 0x06,
    ASY_DER_ENUMERATED = 0x0a,
    ASY_DER_UTC_TIME = 0x17,
    ASY_DER_GENERALIZED_TIME = 0x18,
    ASY_DER_SEQUENCE = 0x30,
    ASY_DER_SET = 0x31,
    ASY_DER_PLAIN = 0x80, /* + n: context-specific [n], primitive */
    ASY_DER_HOLDS = 0xa0, /* + n: context-specific [n], constructed */
};

enum { ASY_DER_DEPTH = 32 }; /* elements inside elements that asy_is_der follows */

struct asy_der {
    uint8_t tag;
    struct asy_view body;  /* the value octets */
    struct asy_view whole; /* with tag and length */
    size_t at;             /* of the tag */
};

/* The next element, of any tag or of this one. */
bool asy_get_der(struct asy_reader *, struct asy_der *out);
bool asy_get_der_tag(struct asy_reader *, uint8_t tag, struct asy_der *out);

/* Steps over a constructed (or octet-wrapping) element with this tag; `inside` then reads its value. */
bool asy_get_der_inside(struct asy_reader *, uint8_t tag, struct asy_reader *inside);

/* A reader over the value of an element. */
struct asy_reader asy_der_inside(const struct asy_der *);

/* True when the next element begins with this tag. */
bool asy_next_der_is(const struct asy_reader *, uint8_t tag);

/*
 * Only the tag and length of the next element, whose value need not be there in full: for looking at a file's first
 * bytes.  `indefinite` is BER's length form 0x80, `len` then 0.
 */
bool asy_get_der_header(struct asy_reader *, uint8_t *tag, size_t *len, bool *indefinite);

bool asy_get_der_bool(struct asy_reader *, bool *out);
bool asy_get_der_null(struct asy_reader *);

/* The value octets of an INTEGER (two's complement, shortest form); or a number that is not negative. */
bool asy_get_der_integer(struct asy_reader *, struct asy_view *out);
bool asy_get_der_u64(struct asy_reader *, uint64_t *out);

/* The encoded value of an OBJECT IDENTIFIER, which is how they are compared; the value of an OCTET STRING. */
bool asy_get_der_oid(struct asy_reader *, struct asy_view *out);
bool asy_get_der_octets(struct asy_reader *, struct asy_view *out);

/*
 * UTCTime (years 1950 to 2049, RFC 5280 4.1.2.5.1) or GeneralizedTime, in UTC with seconds, as seconds since 1970.
 * A fraction, which RFC 3161 2.4.2 allows in GeneralizedTime, is cut off.
 */
bool asy_get_der_time(struct asy_reader *, int64_t *seconds);

/* True when the bytes are one or more elements that are DER all the way down, at most ASY_DER_DEPTH deep. */
bool asy_is_der(struct asy_view);

/* "1.2.840.113549.1.7.2" in the arena, or NULL when it is full or an arc is beyond 64 bits. */
const char *asy_oid_text(struct asy_arena *, struct asy_view oid);

#endif
