#include "codec/der.h"

#include <criterion/criterion.h>

struct row {
    const char *why;
    struct asy_view bytes;
};

static const struct row not_der[] = {
    { "nothing", ASY_TEXT_INIT("") },
    { "no length", ASY_TEXT_INIT("\x02") },
    { "value cut", ASY_TEXT_INIT("\x02\x02\x01") },
    { "long form below 128", ASY_TEXT_INIT("\x04\x81\x01\x00") },
    { "length with a zero in front", ASY_TEXT_INIT("\x04\x82\x00\x01\x00") },
    { "length of five octets", ASY_TEXT_INIT("\x04\x85\x01\x00\x00\x00\x00") },
    { "length of four octets beyond the end", ASY_TEXT_INIT("\x04\x84\xff\xff\xff\xff") },
    { "indefinite length", ASY_TEXT_INIT("\x30\x80\x00\x00") },
    { "reserved length", ASY_TEXT_INIT("\x30\xff\x00\x00") },
    { "high tag", ASY_TEXT_INIT("\x1f\x81\x00\x00") },
    { "end of contents", ASY_TEXT_INIT("\x00\x00") },
    { "empty integer", ASY_TEXT_INIT("\x02\x00") },
    { "integer with a needless zero", ASY_TEXT_INIT("\x02\x02\x00\x7f") },
    { "negative integer with a needless one", ASY_TEXT_INIT("\x02\x02\xff\x80") },
    { "TRUE that is not all ones", ASY_TEXT_INIT("\x01\x01\x01") },
    { "NULL with a value", ASY_TEXT_INIT("\x05\x01\x00") },
    { "empty OID", ASY_TEXT_INIT("\x06\x00") },
    { "OID arc with a needless 0x80", ASY_TEXT_INIT("\x06\x03\x2a\x80\x01") },
    { "OID without end", ASY_TEXT_INIT("\x06\x02\x2a\x86") },
    { "bit string without count", ASY_TEXT_INIT("\x03\x00") },
    { "bit string with unused bits set", ASY_TEXT_INIT("\x03\x02\x01\x01") },
    { "constructed octet string", ASY_TEXT_INIT("\x24\x03\x04\x01\x61") },
    { "primitive sequence", ASY_TEXT_INIT("\x10\x00") },
    { "bad element inside", ASY_TEXT_INIT("\x30\x04\x30\x02\x02\x00") },
    { "bytes behind", ASY_TEXT_INIT("\x05\x00\x30") },
};

Test(der, one_spelling_of_each_value)
{
    static const struct row is_der[] = {
        { "NULL", ASY_TEXT_INIT("\x05\x00") },
        { "integer", ASY_TEXT_INIT("\x02\x02\x00\x80") },
        { "two elements", ASY_TEXT_INIT("\x05\x00\x30\x03\x01\x01\xff") },
        { "context-specific", ASY_TEXT_INIT("\xa0\x02\x05\x00\x80\x01\x61") },
    };

    for (size_t i = 0; i < sizeof not_der / sizeof *not_der; i++)
        cr_expect_not(asy_is_der(not_der[i].bytes), "%s", not_der[i].why);
    for (size_t i = 0; i < sizeof is_der / sizeof *is_der; i++)
        cr_expect(asy_is_der(is_der[i].bytes), "%s", is_der[i].why);
}

Test(der, nesting_is_bounded)
{
    uint8_t deep[2 * 200];

    for (size_t n = 0; n < 200; n++) { /* at most 127 levels have short lengths; 60 are enough */
        deep[2 * n] = 0x30;
        deep[2 * n + 1] = 0;
    }
    for (size_t n = 0; n < 60; n++)
        deep[2 * n + 1] = (uint8_t)(2 * (59 - n));
    cr_expect_not(asy_is_der((struct asy_view){ deep, 120 }));
    cr_expect(asy_is_der((struct asy_view){ deep + 2 * (60 - ASY_DER_DEPTH + 1), 2 * (ASY_DER_DEPTH - 1) }));
}

Test(der, getters_name_places_and_move_only_on_success)
{
    struct asy_reader r = { ASY_TEXT("\x30\x05\x02\x01\x07\x05\x00"), 100 }, inside;
    struct asy_view oid;
    uint64_t n;

    cr_expect_not(asy_get_der_inside(&r, ASY_DER_SET, &inside));
    cr_expect_eq(r.at, 100);
    cr_assert(asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside));
    cr_expect(asy_at_end(&r));
    cr_expect_eq(inside.at, 102);
    cr_expect_not(asy_get_der_oid(&inside, &oid));
    cr_assert(asy_get_der_u64(&inside, &n));
    cr_expect_eq(n, 7);
    cr_expect_eq(inside.at, 105);
    cr_assert(asy_get_der_null(&inside));
    cr_expect(asy_at_end(&inside));
}

Test(der, numbers_are_whole_and_not_negative)
{
    static const struct row bad[] = {
        { "negative", ASY_TEXT_INIT("\x02\x01\x80") },
        { "beyond 64 bits", ASY_TEXT_INIT("\x02\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00") },
    };
    struct asy_reader r = asy_reader_of(ASY_TEXT("\x02\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff"));
    uint64_t n;

    cr_assert(asy_get_der_u64(&r, &n));
    cr_expect_eq(n, UINT64_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        r = asy_reader_of(bad[i].bytes);
        cr_expect_not(asy_get_der_u64(&r, &n), "%s", bad[i].why);
    }
}

struct time_row {
    struct asy_view bytes;
    int64_t seconds;
};

Test(der, times_are_utc_with_seconds)
{
    static const struct time_row good[] = {
        { ASY_TEXT_INIT("\x17\x0d" "700101000000Z"), 0 },
        { ASY_TEXT_INIT("\x17\x0d" "491231235959Z"), 2524607999 },
        { ASY_TEXT_INIT("\x17\x0d" "500101000000Z"), -631152000 },
        { ASY_TEXT_INIT("\x18\x0f" "20240229120000Z"), 1709208000 },
        { ASY_TEXT_INIT("\x18\x13" "20240229120000.123Z"), 1709208000 },
    };
    static const struct time_row bad[] = {
        { ASY_TEXT_INIT("\x17\x0b" "7001010000Z"), 0 },         { ASY_TEXT_INIT("\x17\x0d" "701301000000Z"), 0 },
        { ASY_TEXT_INIT("\x17\x0d" "700001000000Z"), 0 },       { ASY_TEXT_INIT("\x17\x0d" "700230000000Z"), 0 },
        { ASY_TEXT_INIT("\x17\x0d" "700101240000Z"), 0 },       { ASY_TEXT_INIT("\x17\x0d" "700101006000Z"), 0 },
        { ASY_TEXT_INIT("\x17\x0d" "700101000060Z"), 0 },       { ASY_TEXT_INIT("\x17\x0d" "70010100000 Z"), 0 },
        { ASY_TEXT_INIT("\x17\x11" "700101000000+0100"), 0 },   { ASY_TEXT_INIT("\x18\x0f" "20230229120000Z"), 0 },
        { ASY_TEXT_INIT("\x18\x10" "20240229120000.Z"), 0 },    { ASY_TEXT_INIT("\x18\x12" "20240229120000.10Z"), 0 },
        { ASY_TEXT_INIT("\x17\x0f" "700101000000.1Z"), 0 },     { ASY_TEXT_INIT("\x18\x0e" "20240229120000"), 0 },
        { ASY_TEXT_INIT("\x04\x0d" "700101000000Z"), 0 },
    };
    int64_t seconds;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct asy_reader r = asy_reader_of(good[i].bytes);

        cr_assert(asy_get_der_time(&r, &seconds), "%zu", i);
        cr_expect_eq(seconds, good[i].seconds, "%zu: %lld", i, (long long)seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct asy_reader r = asy_reader_of(bad[i].bytes);

        cr_expect_not(asy_get_der_time(&r, &seconds), "%zu", i);
        cr_expect_eq(r.at, 0);
    }
}

Test(der, oids_have_a_text)
{
    struct asy_arena *arena = asy_arena_new(1 << 12);

    cr_expect_str_eq(asy_oid_text(arena, ASY_TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")), "1.2.840.113549.1.7.2");
    cr_expect_str_eq(asy_oid_text(arena, ASY_TEXT("\x88\x37\x03")), "2.999.3");
    cr_expect_null(asy_oid_text(arena, ASY_TEXT("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")));
    asy_arena_free(arena);
}
