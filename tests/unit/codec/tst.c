#include "codec/tst.h"
#include "codec/der.h"
#include "support/der_maker.h"

#define TEXT(s) ASY_TEXT(s)
#define NOTHING ((V){ 0 })
#define HEAD TEXT("\x02\x01\x01\x06\x01\x2a")
#define SHA1 TEXT("\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00")
#define IMPRINT TEXT("\x04\x14" "12345678901234567890")
#define SERIAL TEXT("\x02\x01\x09")
#define TIME TEXT("\x18\x0f" "20240229120000Z")

static struct asy_arena *arena;

static void open_arena(void)
{
    arena = asy_arena_new(1 << 20);
}

static void free_arena(void)
{
    asy_arena_free(arena);
}

TestSuite(tst, .init = open_arena, .fini = free_arena);

static V info(V head, V imprint, V time, V end)
{
    return WRAP(arena, 0x30, head, wrap(arena, 0x30, imprint), SERIAL, time, end);
}

static V usual(V end)
{
    return info(HEAD, JOIN(arena, SHA1, IMPRINT), TIME, end);
}

static int code_of(V bytes)
{
    struct asy_tst tst;

    return asy_tst_read(asy_reader_of(bytes), &tst, NULL).code;
}

Test(tst, a_timestamp_says_what_and_when)
{
    V bytes = usual(NOTHING);
    struct asy_tst tst;

    cr_assert(assay_ok(asy_tst_read(asy_reader_of(bytes), &tst, NULL)));
    cr_expect_eq(tst.imprint_alg, ASY_SHA1);
    cr_expect(asy_view_is(tst.imprint, "12345678901234567890"));
    cr_expect_eq(tst.time, 1709208000);
    for (size_t n = 0; n < bytes.len; n++)
        cr_expect_eq(code_of(asy_view_head(bytes, n)), ASSAY_E_FORMAT, "%zu", n);
    cr_expect_eq(code_of(JOIN(arena, bytes, TEXT("\0"))), ASSAY_E_FORMAT);
}

Test(tst, the_optional_parts_come_in_order)
{
    V accuracy = TEXT("\x30\x03\x02\x01\x01"), ordering = TEXT("\x01\x01\xff"), nonce = TEXT("\x02\x01\x03");
    V name = TEXT("\xa0\x04\xa4\x02\x30\x00"), extension = TEXT("\xa1\x07\x30\x05\x06\x01\x2a\x04\x00");

    cr_expect_eq(code_of(usual(JOIN(arena, accuracy, ordering, nonce, name, extension))), ASSAY_OK);
    cr_expect_eq(code_of(usual(JOIN(arena, nonce, ordering))), ASSAY_E_FORMAT);
    cr_expect_eq(code_of(usual(JOIN(arena, nonce, nonce))), ASSAY_E_FORMAT);
    cr_expect_eq(code_of(usual(TEXT("\x01\x01\x00"))), ASSAY_E_FORMAT);
    cr_expect_eq(code_of(usual(TEXT("\xa1\x0a\x30\x08\x06\x01\x2a\x01\x01\xff\x04\x00"))), ASSAY_E_FORMAT);
}

Test(tst, imprints_and_times_are_of_a_known_form)
{
    V cut = TEXT("\x04\x13" "1234567890123456789"), unknown = TEXT("\x30\x03\x06\x01\x2a");

    cr_expect_eq(code_of(info(HEAD, JOIN(arena, SHA1, cut), TIME, NOTHING)), ASSAY_E_FORMAT);
    cr_expect_eq(code_of(info(HEAD, JOIN(arena, unknown, IMPRINT), TIME, NOTHING)), ASSAY_E_UNSUPPORTED);
    cr_expect_eq(code_of(info(TEXT("\x02\x01\x02\x06\x01\x2a"), JOIN(arena, SHA1, IMPRINT), TIME, NOTHING)),
                 ASSAY_E_FORMAT);
    cr_expect_eq(code_of(info(HEAD, JOIN(arena, SHA1, IMPRINT), TEXT("\x17\x0d" "240229120000Z"), NOTHING)),
                 ASSAY_E_FORMAT);
}

Test(tst, a_reply_is_a_grant_with_a_token_or_no_stamp)
{
    static const struct {
        struct asy_view bytes;
        bool granted;
    } rows[] = {
        { ASY_TEXT_INIT("\x30\x07\x30\x03\x02\x01\x00\x30\x00"), true },
        { ASY_TEXT_INIT("\x30\x07\x30\x03\x02\x01\x01\x30\x00"), true },
        { ASY_TEXT_INIT("\x30\x07\x30\x03\x02\x01\x02\x30\x00"), false },
        { ASY_TEXT_INIT("\x30\x05\x30\x03\x02\x01\x00"), false },
        { ASY_TEXT_INIT("\x30\x07\x30\x03\x02\x01\x00\x30\x00\x00"), false },
        { ASY_TEXT_INIT("\x30\x07\x30\x03\x02\x01\xff\x30\x00"), false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asy_reader token;

        cr_expect_eq(assay_ok(asy_tst_reply_read(asy_reader_of(rows[i].bytes), &token, NULL)), rows[i].granted, "%zu",
                     i);
    }
}
