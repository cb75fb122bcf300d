#include "codec/x500.h"

#include <criterion/criterion.h>

/* C=DE, O="A, B", CN=v+SERIALNUMBER=1 (one set), E=v@example.com; the third is a BMPString of one letter */
static const unsigned char name[] = {
    0x30, 0x4d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 'D', 'E', 0x31, 0x0d, 0x30, 0x0b, 0x06,
    0x03, 0x55, 0x04, 0x0a, 0x0c, 0x04, 'A', ',', ' ', 'B', 0x31, 0x15, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x03, 0x1e,
    0x02, 0x01, 0x7c, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x05, 0x13, 0x01, '1', 0x31, 0x18, 0x30, 0x16, 0x06, 0x09, 0x2a,
    0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01, 0x16, 0x09, 'v', '@', 'e', 'x', 'a', 'm', 'p', 'l', 'e',
};

static const struct {
    const char *text;
    bool is;
} rows[] = {
    { "E=v@example, CN=\xc5\xbc + SERIALNUMBER=1, O=\"A, B\", C=DE", true },
    { "e=v@example,cn=\xc5\xbc+serialnumber=1,o=\"A, B\";c=DE", true },
    { "OID.1.2.840.113549.1.9.1=v@example, CN=\xc5\xbc + SERIALNUMBER=1, O=\"A, B\", OID.2.5.4.6=DE", true },
    { "C=DE, O=\"A, B\", CN=\xc5\xbc + SERIALNUMBER=1, E=v@example", false },
    { "E=v@example, CN=\xc5\xbc, SERIALNUMBER=1, O=\"A, B\", C=DE", false },
    { "E=v@example, CN=\xc5\xbc + SERIALNUMBER=1, O=\"A, B\", C=de", false },
    { "E=v@example, CN=\xc5\xbc + SERIALNUMBER=1, O=A, B, C=DE", false },
    { "E=v@example, CN=\xc5\xbc + SERIALNUMBER=1, O=\"A, B\"", false },
    { "E=v@example, CN=\xc5\xbc + SERIALNUMBER=1, O=\"A, B\", C=DE, L=x", false },
    { "E=v@example, CN=\xc5\xbc + SERIALNUMBER=1, O=\"A, B, C=DE", false },
    { "E=v@example, CN=\xc5\xbc + SERIALNUMBER=1, O=\"A, B\", C=DE,", false },
    { "E=v@example, CN=\xc5\xbc + SERIALNUMBER=1, OU=\"A, B\", C=DE", false },
    { "", false },
    { "CN", false },
};

Test(x500, a_name_is_what_windows_writes)
{
    struct asy_arena *arena = asy_arena_new(1 << 20);

    cr_assert_not_null(arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(asy_x500_is(arena, (struct asy_view){ name, sizeof name }, asy_view_of(rows[i].text)), rows[i].is,
                     "%s", rows[i].text);
    cr_expect_not(asy_x500_is(arena, (struct asy_view){ name, sizeof name - 1 }, asy_view_of(rows[0].text)));
    asy_arena_free(arena);
}
