#include "codec/signed_data.h"
#include "codec/der.h"
#include "codec/oid.h"
#include "support/der_maker.h"

/* The parts of a message; each test changes one. */
struct message {
    V content_type, content; /* `content` the whole [0] element */
    V certificates, crls;    /* whole elements */
    V signed_attrs;          /* [0], whole */
    V signer_id;             /* version and identifier */
    V signer_end;            /* after the signature */
    V more_signers;
    bool no_signer;
};

static struct asy_arena *arena;

static void open_arena(void)
{
    arena = asy_arena_new((size_t)8 << 20);
}

static void free_arena(void)
{
    asy_arena_free(arena);
}

TestSuite(signed_data, .init = open_arena, .fini = free_arena);

#define TEXT(s) ASY_TEXT(s)
#define DATA_OID TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define TST_OID TEXT("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")
#define SIGNED_DATA_OID TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define SHA256 TEXT("\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01")
#define ECDSA TEXT("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")
#define NAME TEXT("\x30\x02\x31\x00")
#define CONTENT_TYPE TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define MESSAGE_DIGEST TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define SIGNING_TIME TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define DIGEST TEXT("\x04\x04" "hash")
#define NOTHING ((V){ 0 })

static V attribute(V oid, V values)
{
    return WRAP(arena, 0x30, oid, wrap(arena, 0x31, values));
}

static struct message usual(void)
{
    struct message m = { .content_type = DATA_OID };

    m.content = WRAP(arena, 0xa0, WRAP(arena, 0x04, TEXT("content")));
    m.signed_attrs = WRAP(arena, 0xa0, attribute(CONTENT_TYPE, DATA_OID), attribute(MESSAGE_DIGEST, DIGEST));
    m.signer_id = JOIN(arena, TEXT("\x02\x01\x01"), WRAP(arena, 0x30, NAME, TEXT("\x02\x01\x05")));
    return m;
}

static V signers_of(const struct message *m)
{
    V signer = WRAP(arena, 0x30, m->signer_id, SHA256, m->signed_attrs, ECDSA, TEXT("\x04\x03sig"), m->signer_end);

    return m->no_signer ? NOTHING : JOIN(arena, signer, m->more_signers);
}

static V encode(const struct message *m)
{
    V body = WRAP(arena, 0x30, TEXT("\x02\x01\x01"), WRAP(arena, 0x31, SHA256),
                  WRAP(arena, 0x30, m->content_type, m->content), m->certificates, m->crls,
                  wrap(arena, 0x31, signers_of(m)));

    return WRAP(arena, 0x30, SIGNED_DATA_OID, wrap(arena, 0xa0, body));
}

static assay_status read(V bytes, struct asy_signed_data *out, struct asy_diag *diag)
{
    return asy_signed_data_read(arena, asy_reader_of(bytes), out, diag);
}

static void refused(const struct message *m, const char *words)
{
    struct asy_signed_data data;
    struct asy_diag diag = { 0 };

    cr_expect_not(assay_ok(read(encode(m), &data, &diag)), "%s", words);
    cr_expect(strstr(diag.text, words) != NULL, "%s, expected: %s", diag.text, words);
}

static void accepted(const struct message *m, struct asy_signed_data *data)
{
    struct asy_diag diag = { 0 };

    cr_assert(assay_ok(read(encode(m), data, &diag)), "%s", diag.text);
}

Test(signed_data, a_message_reads)
{
    struct message m = usual();
    struct asy_signed_data data;
    V bytes = encode(&m);

    cr_assert(assay_ok(read(bytes, &data, NULL)));
    cr_expect(asy_view_eq(data.content_type, asy_oid_data));
    cr_expect(data.has_content && asy_view_is(data.content, "content"));
    cr_expect(asy_view_starts(asy_view_from(bytes, data.content_at), TEXT("content")));
    cr_expect_not(data.rewritten);
    cr_assert_eq(data.signers_n, 1);
    cr_expect(asy_view_is(data.signers[0].message_digest, "hash"));
    cr_expect(asy_view_is(data.signers[0].signature, "sig"));
    cr_expect(asy_view_eq(data.signers[0].issuer, NAME) && asy_view_is(data.signers[0].serial, "\x05"));
    cr_expect(asy_view_eq(data.signers[0].signed_bytes, m.signed_attrs));
}

Test(signed_data, no_prefix_and_nothing_behind)
{
    struct message m = usual();
    struct asy_signed_data data;
    struct asy_diag diag = { 0 };
    V bytes = encode(&m);

    for (size_t n = 0; n < bytes.len; n++)
        cr_expect_not(assay_ok(read(asy_view_head(bytes, n), &data, NULL)), "%zu", n);
    cr_expect_not(assay_ok(read(JOIN(arena, bytes, TEXT("\0")), &data, &diag)));
    cr_expect(strstr(diag.text, "1 bytes follow") != NULL, "%s", diag.text);
    cr_expect_eq(diag.at, bytes.len);
}

Test(signed_data, places_in_messages_count_from_the_reader)
{
    struct message m = usual();
    struct asy_signed_data data;
    struct asy_diag diag = { 0 };
    V bytes = encode(&m);
    struct asy_reader r = { JOIN(arena, bytes, TEXT("\0")), 1000 };

    cr_expect_not(assay_ok(asy_signed_data_read(arena, r, &data, &diag)));
    cr_expect_eq(diag.at, 1000 + bytes.len);
}

Test(signed_data, somebody_must_have_signed)
{
    struct message m = usual();

    m.no_signer = true;
    refused(&m, "no signer");
}

Test(signed_data, what_signed_attributes_must_say_once)
{
    V type = attribute(CONTENT_TYPE, DATA_OID), digest = attribute(MESSAGE_DIGEST, DIGEST);
    V time = attribute(SIGNING_TIME, TEXT("\x17\x0d" "700101000007Z"));
    struct message m = usual();
    struct asy_signed_data data;

    m.signed_attrs = WRAP(arena, 0xa0, digest, time, type);
    accepted(&m, &data);
    cr_expect(data.signers[0].has_signing_time && data.signers[0].signing_time == 7);
    m.signed_attrs = WRAP(arena, 0xa0, NOTHING);
    refused(&m, "at least one");
    m.signed_attrs = WRAP(arena, 0xa0, digest);
    refused(&m, "no contentType");
    m.signed_attrs = WRAP(arena, 0xa0, type);
    refused(&m, "no messageDigest");
    m.signed_attrs = WRAP(arena, 0xa0, type, type, digest);
    refused(&m, "twice");
    m.signed_attrs = WRAP(arena, 0xa0, type, digest, digest);
    refused(&m, "twice");
    m.signed_attrs = WRAP(arena, 0xa0, type, digest, time, time);
    refused(&m, "twice");
    m.signed_attrs = WRAP(arena, 0xa0, attribute(CONTENT_TYPE, JOIN(arena, DATA_OID, DATA_OID)), digest);
    refused(&m, "no contentType");
    m.signed_attrs = WRAP(arena, 0xa0, type, attribute(MESSAGE_DIGEST, JOIN(arena, DIGEST, DIGEST)));
    refused(&m, "no messageDigest");
    m.signed_attrs = WRAP(arena, 0xa0, attribute(CONTENT_TYPE, TST_OID), digest);
    refused(&m, "not the type of the content");
    m.signed_attrs = WRAP(arena, 0xa0, type, digest, attribute(SIGNING_TIME, DIGEST));
    refused(&m, "signingTime");
    m.signed_attrs = WRAP(arena, 0xa0, type, digest, attribute(SIGNING_TIME, NOTHING));
    refused(&m, "the attribute is no SEQUENCE");
    m.signed_attrs = WRAP(arena, 0xa0, type, attribute(MESSAGE_DIGEST, TEXT("\x24\x06\x04\x04hash")));
    refused(&m, "not DER");
}

Test(signed_data, without_attributes_only_plain_data_that_is_no_set_of_them)
{
    struct message m = usual();
    struct asy_signed_data data;
    V set = JOIN(arena, TEXT("\x31"), asy_view_from(m.signed_attrs, 1));

    m.signed_attrs = NOTHING;
    accepted(&m, &data);
    cr_expect_eq(data.signers[0].signed_bytes.len, 0);
    m.content = WRAP(arena, 0xa0, wrap(arena, 0x04, set));
    refused(&m, "the content is a set of attributes");
    m.content_type = TST_OID;
    m.content = WRAP(arena, 0xa0, TEXT("\x04\x01x"));
    refused(&m, "other than id-data requires");
}

Test(signed_data, a_signer_is_named_in_one_of_two_ways)
{
    struct message m = usual();
    struct asy_signed_data data;

    m.signer_id = TEXT("\x02\x01\x03\x80\x02id");
    accepted(&m, &data);
    cr_expect(asy_view_is(data.signers[0].subject_key_id, "id"));
    m.signer_id = TEXT("\x02\x01\x01\x80\x02id");
    refused(&m, "without issuer");
    m.signer_id = TEXT("\x02\x01\x03\x80\x00");
    refused(&m, "without subject key identifier");
    m.signer_id = TEXT("\x02\x01\x02\x80\x02id");
    refused(&m, "neither 1 nor 3");
}

Test(signed_data, nothing_stands_behind_the_parts)
{
    struct message m = usual();

    m.signer_end = TEXT("\x05\x00");
    refused(&m, "belong to no part of the SignerInfo");
    m.signer_end = TEXT("\xa1\x00");
    refused(&m, "at least one");
    m = usual();
    m.content = WRAP(arena, 0xa0, TEXT("\x04\x01x\x05\x00"));
    refused(&m, "not one element");
    m = usual();
    m.more_signers = TEXT("\x05\x00");
    refused(&m, "SignerInfo is no SEQUENCE");
    m = usual();
    m.crls = TEXT("\xa2\x00");
    refused(&m, "no set of SignerInfo at the end");
}

Test(signed_data, limits_are_kept)
{
    struct message m = usual();
    struct asy_signed_data data;
    struct asy_diag diag = { 0 };
    V signer = signers_of(&m), many[ASY_CMS_SIGNERS + ASY_CMS_CERTIFICATES + 1];

    for (size_t i = 0; i < ASY_CMS_SIGNERS; i++)
        many[i] = signer;
    m.more_signers = join(arena, many, ASY_CMS_SIGNERS - 1);
    accepted(&m, &data);
    cr_expect_eq(data.signers_n, ASY_CMS_SIGNERS);
    m.more_signers = join(arena, many, ASY_CMS_SIGNERS);
    cr_expect_eq(read(encode(&m), &data, &diag).code, ASSAY_E_LIMIT);
    m = usual();
    for (size_t i = 0; i <= ASY_CMS_CERTIFICATES; i++)
        many[i] = TEXT("\x30\x00");
    m.certificates = wrap(arena, 0xa0, join(arena, many, ASY_CMS_CERTIFICATES + 1));
    cr_expect_eq(read(encode(&m), &data, &diag).code, ASSAY_E_LIMIT);
}

Test(signed_data, revocation_data_comes_in_two_kinds)
{
    struct message m = usual();
    struct asy_signed_data data;

    m.crls = WRAP(arena, 0xa1, TEXT("\x30\x01\x01"),
                  WRAP(arena, 0xa1, TEXT("\x06\x08\x2b\x06\x01\x05\x05\x07\x10\x02\x30\x00")),
                  WRAP(arena, 0xa1, TEXT("\x06\x01\x2a\x30\x00")));
    accepted(&m, &data);
    cr_expect_eq(data.crls_n, 1);
    cr_expect_eq(data.ocsp_n, 1);
    m.crls = WRAP(arena, 0xa1, TEXT("\x04\x00"));
    refused(&m, "no choice of revocation data");
    m.crls = WRAP(arena, 0xa1, TEXT("\xa1\x02\x30\x00"));
    refused(&m, "no pair");
}

#define ONE TEXT("\x30\x03\x02\x01\x01")
#define TWO TEXT("\x30\x03\x02\x01\x02")
#define ARCHIVAL TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x2f\x01\x01\x08")

static struct message archiving(V value)
{
    struct message m = usual();

    m.signed_attrs = WRAP(arena, 0xa0, attribute(CONTENT_TYPE, DATA_OID), attribute(MESSAGE_DIGEST, DIGEST),
                          attribute(ARCHIVAL, value));
    return m;
}

Test(signed_data, a_signer_archives_revocation_data)
{
    V crls = WRAP(arena, 0xa0, WRAP(arena, 0x30, ONE, TWO));
    V ocsp = WRAP(arena, 0xa1, WRAP(arena, 0x30, ONE));
    struct message m = archiving(WRAP(arena, 0x30, crls, ocsp, TEXT("\xa2\x02\x30\x00")));
    struct asy_signed_data data;

    m.crls = WRAP(arena, 0xa1, TWO);
    accepted(&m, &data);
    cr_expect_eq(data.crls_n, 3, "behind that of the message");
    cr_expect(asy_view_eq(data.crls[1], ONE) && asy_view_eq(data.crls[2], TWO));
    cr_expect_eq(data.ocsp_n, 1);
    m = archiving(WRAP(arena, 0x30, ocsp));
    accepted(&m, &data);
    cr_expect(data.crls_n == 0 && data.ocsp_n == 1);
    m = archiving(WRAP(arena, 0x30, ocsp, crls));
    refused(&m, "unknown part");
    m = archiving(TEXT("\x04\x00"));
    refused(&m, "not one SEQUENCE");
    m = archiving(WRAP(arena, 0x30, TEXT("\xa0\x02\x04\x00")));
    refused(&m, "no list");
    m = archiving(WRAP(arena, 0x30, TEXT("\xa0\x04\x30\x02\x04\x00")));
    refused(&m, "no SEQUENCE");
}

/* A certificate as far as it names itself: serial number 5, or another, and `tail` for what tells two apart. */
static V certificate(V serial, V tail)
{
    V named = WRAP(arena, 0x30, TEXT("\x06\x03\x55\x1d\x0e"), WRAP(arena, 0x04, TEXT("\x04\x02id")));

    return WRAP(arena, 0x30,
                WRAP(arena, 0x30, TEXT("\xa0\x03\x02\x01\x02"), serial, ECDSA, NAME, TEXT("\x30\x00"), NAME,
                     TEXT("\x30\x00"), WRAP(arena, 0xa3, wrap(arena, 0x30, named))),
                ECDSA, tail);
}

Test(signed_data, the_leaf_is_the_one_that_the_signer_names)
{
    V first = certificate(TEXT("\x02\x01\x05"), TEXT("\x03\x01\x00"));
    V other = certificate(TEXT("\x02\x01\x06"), TEXT("\x03\x01\x00"));
    V twin = certificate(TEXT("\x02\x01\x05"), TEXT("\x03\x02\x00\x01"));
    struct message m = usual();
    struct asy_signed_data data;
    V leaf;

    m.certificates = WRAP(arena, 0xa0, other, first, first, TEXT("\xa1\x00"));
    accepted(&m, &data);
    cr_expect_eq(data.certificates_n, 3);
    cr_assert(asy_cms_leaf(&data, &data.signers[0], &leaf));
    cr_expect(asy_view_eq(leaf, first));
    m.certificates = WRAP(arena, 0xa0, first, twin);
    accepted(&m, &data);
    cr_expect_not(asy_cms_leaf(&data, &data.signers[0], &leaf));
    m.certificates = WRAP(arena, 0xa0, other);
    accepted(&m, &data);
    cr_assert(asy_cms_leaf(&data, &data.signers[0], &leaf));
    cr_expect_eq(leaf.len, 0);
    m.signer_id = TEXT("\x02\x01\x03\x80\x02id");
    accepted(&m, &data);
    cr_assert(asy_cms_leaf(&data, &data.signers[0], &leaf));
    cr_expect(asy_view_eq(leaf, other));
}

/* X.690 8.1.3.6: what streaming writers make of the framing. */
static V indefinite(uint8_t tag, V body)
{
    uint8_t header[2] = { tag, 0x80 };

    return JOIN(arena, { header, 2 }, body, TEXT("\0\0"));
}

static V streamed(const struct message *m, V content)
{
    V info = indefinite(0x30, JOIN(arena, m->content_type, indefinite(0xa0, content)));
    V body = JOIN(arena, TEXT("\x02\x01\x01"), WRAP(arena, 0x31, SHA256), info, m->certificates,
                  wrap(arena, 0x31, signers_of(m)));

    return indefinite(0x30, JOIN(arena, SIGNED_DATA_OID, indefinite(0xa0, indefinite(0x30, body))));
}

Test(signed_data, ber_framing_reads_as_the_same_message)
{
    V pieces = indefinite(0x24, TEXT("\x04\x03" "con" "\x04\x00" "\x04\x04" "tent"));
    V nested = indefinite(0x24, JOIN(arena, indefinite(0x24, TEXT("\x04\x03" "con")), TEXT("\x04\x04" "tent")));
    struct message m = usual();
    struct asy_signed_data data;
    V bytes = streamed(&m, pieces);

    cr_assert(assay_ok(read(bytes, &data, NULL)));
    cr_expect(data.rewritten && asy_view_is(data.content, "content") && data.content_tag == ASY_DER_OCTETS);
    cr_expect(asy_view_eq(data.signers[0].signed_bytes, m.signed_attrs));
    for (size_t n = 0; n < bytes.len; n++)
        cr_expect_not(assay_ok(read(asy_view_head(bytes, n), &data, NULL)), "%zu", n);
    cr_expect_not(assay_ok(read(JOIN(arena, bytes, TEXT("\0\0")), &data, NULL)));
    cr_assert(assay_ok(read(streamed(&m, nested), &data, NULL)));
    cr_expect(asy_view_is(data.content, "content"));
    cr_assert(assay_ok(read(streamed(&m, TEXT("\x24\x05\x04\x03" "con")), &data, NULL)));
    cr_expect(asy_view_is(data.content, "con"));
}

Test(signed_data, ber_ends_where_the_framing_ends)
{
    struct message m = usual();
    struct asy_signed_data data;
    V deep = TEXT("\x04\x01x");

    cr_expect_not(assay_ok(read(streamed(&m, TEXT("\x24\x80\x05\x00\0\0")), &data, NULL)), "a piece of another type");
    cr_expect_not(assay_ok(read(streamed(&m, TEXT("\x24\x80\x04\x81\x01x\0\0")), &data, NULL)), "a long length");
    cr_expect_not(assay_ok(read(streamed(&m, TEXT("\x30\x80\x05\x00\0\0")), &data, NULL)), "content that is a SEQUENCE");
    cr_expect_not(assay_ok(read(streamed(&m, TEXT("\x24\x80\x04\x01x")), &data, NULL)), "no end");
    for (int i = 0; i < 8; i++)
        deep = indefinite(0x24, deep);
    cr_expect_not(assay_ok(read(streamed(&m, deep), &data, NULL)), "pieces in pieces in pieces");
    m.certificates = indefinite(0xa0, TEXT("\x30\x00"));
    cr_expect(assay_ok(read(encode(&m), &data, NULL)), "a set of certificates is framing");
    m.certificates = indefinite(0xa0, indefinite(0x30, NOTHING));
    cr_expect_not(assay_ok(read(encode(&m), &data, NULL)), "a certificate is DER");
    m = usual();
    m.signed_attrs = indefinite(0xa0, asy_view_from(m.signed_attrs, 2));
    cr_expect_not(assay_ok(read(encode(&m), &data, NULL)), "signed attributes are DER");
}

/* Lengths that need more octets than an indefinite length has. */
Test(signed_data, long_streams_fit)
{
    size_t len = 300000;
    uint8_t *bytes = asy_alloc(arena, len + 5, 1);
    struct message m = usual();
    struct asy_signed_data data;

    memcpy(bytes, "\x04\x83\x04\x93\xe0", 5);
    cr_assert(assay_ok(read(streamed(&m, indefinite(0x24, (V){ bytes, len + 5 })), &data, NULL)));
    cr_expect_eq(data.content.len, len);
}

Test(signed_data, pkcs7_content_may_be_anything_and_its_value_counts)
{
    struct message m = usual();
    struct asy_signed_data data;

    m.content = TEXT("\xa0\x05\x30\x03\x02\x01\x07");
    accepted(&m, &data);
    cr_expect_eq(data.content_tag, ASY_DER_SEQUENCE);
    cr_expect(asy_view_is(data.content, "\x02\x01\x07"));
    m.content = NOTHING;
    accepted(&m, &data);
    cr_expect_not(data.has_content);
}
