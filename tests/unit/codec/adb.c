#include "codec/adb.h"

#include <criterion/criterion.h>

static const uint8_t block[] = {
    0, 0, 0, 0, 16, 0, 0, 0xe0,    /* version, root: an object at 16 */
    3, 'a', 'b', 'c', 9, 8, 7, 6,  /* a blob at 8, a number at 12 */
    3, 0, 0, 0, 8, 0, 0, 0x80,     /* two slots: the blob, and */
    12, 0, 0, 0x20, 2, 0, 0, 0x0f, /* the number; behind them nothing that is a value */
};
static const struct asy_view whole = { block, sizeof block };

static uint32_t word(unsigned type, uint32_t value)
{
    return (uint32_t)type << 28 | value;
}

Test(adb, values_lie_where_their_words_say)
{
    struct asy_adb_list list;
    struct asy_view blob;
    uint32_t root;
    uint64_t n;

    cr_assert(asy_adb_root(whole, &root));
    cr_assert(asy_adb_get_list(whole, root, &list));
    cr_expect_eq(list.n, 2);
    cr_expect(asy_adb_blob(whole, asy_adb_slot(&list, 1), &blob) && asy_view_is(blob, "abc"));
    cr_expect(asy_adb_int(whole, asy_adb_slot(&list, 2), &n) && n == 0x06070809);
    cr_expect(asy_adb_int(whole, word(1, 5), &n) && n == 5);
    cr_expect(asy_adb_int(whole, word(3, 8), &n) && n == 0x0607080963626103);
    cr_expect_eq(asy_adb_slot(&list, 0), 0);
    cr_expect_eq(asy_adb_slot(&list, 3), 0);
}

Test(adb, null_is_empty)
{
    struct asy_adb_list list;
    struct asy_view blob;
    uint64_t n;

    cr_expect(asy_adb_get_list(whole, 0, &list) && list.n == 0);
    cr_expect(asy_adb_blob(whole, 0, &blob) && blob.len == 0);
    cr_expect(asy_adb_int(whole, 0, &n) && n == 0);
}

Test(adb, what_leads_out_of_the_block_is_no_value)
{
    struct asy_adb_list list;
    struct asy_view blob;
    uint64_t n;

    for (uint32_t off = sizeof block; off < sizeof block + 8; off++) {
        cr_expect_not(asy_adb_get_list(whole, word(0xe, off), &list));
        cr_expect_not(asy_adb_blob(whole, word(8, off), &blob));
        cr_expect_not(asy_adb_int(whole, word(2, off), &n));
    }
    cr_expect_not(asy_adb_blob(whole, word(8, 31), &blob), "15 bytes at the last");
    cr_expect_not(asy_adb_blob(whole, word(0xa, 8), &blob), "a length of 32 bits");
    cr_expect_not(asy_adb_get_list(whole, word(0xd, 8), &list), "too many slots");
    cr_expect_not(asy_adb_get_list(whole, word(0xe, 3), &list), "no slots at all, not even the first");
    cr_expect_not(asy_adb_get_list(whole, word(8, 8), &list), "a blob");
    cr_expect_not(asy_adb_blob(whole, word(0xe, 16), &blob), "an object");
    cr_expect_not(asy_adb_int(whole, word(8, 8), &n), "a blob");
    cr_expect_not(asy_adb_int(whole, word(0, 1), &n), "true");
}

Test(adb, other_versions_are_not_read)
{
    uint8_t other[8] = { 1 };
    uint32_t root;

    cr_expect_not(asy_adb_root((struct asy_view){ other, sizeof other }, &root));
    cr_expect_not(asy_adb_root((struct asy_view){ block, 7 }, &root));
}
