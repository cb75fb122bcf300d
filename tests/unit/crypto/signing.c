#include "crypto/signing.h"

#include <criterion/criterion.h>

/* openssl genpkey -algorithm ed25519 */
static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                          "-----END PRIVATE KEY-----\n";

Test(signing, signs_alike_what_is_alike)
{
    struct asy_arena *arena = asy_arena_new(1 << 16);
    struct asy_crypto *crypto = NULL;
    struct asy_signing_key *key = NULL;
    struct asy_view one, two, three;
    struct asy_diag diag = { 0 };

    cr_assert(assay_ok(asy_crypto_new(&crypto, &diag)));
    cr_assert(assay_ok(asy_signing_key_new(crypto, asy_view_of(pem), &key, &diag)), "%s", diag.text);
    cr_assert(asy_sign(key, arena, ASY_TEXT("a"), &one) && asy_sign(key, arena, ASY_TEXT("a"), &two) &&
              asy_sign(key, arena, ASY_TEXT("b"), &three));
    cr_expect(one.len == 64 && asy_view_eq(one, two) && !asy_view_eq(one, three));
    asy_signing_key_free(key);
    asy_crypto_free(crypto);
    asy_arena_free(arena);
}

Test(signing, what_is_no_key_signs_nothing)
{
    static const char *const bad[] = { "", "x", "-----BEGIN PUBLIC KEY-----\nMA==\n-----END PUBLIC KEY-----\n",
                                       "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n" };
    struct asy_crypto *crypto = NULL;
    struct asy_signing_key *key = NULL;
    struct asy_diag diag = { 0 };

    cr_assert(assay_ok(asy_crypto_new(&crypto, &diag)));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(asy_signing_key_new(crypto, asy_view_of(bad[i]), &key, &diag).code, ASSAY_E_FORMAT, "row %zu", i);
    asy_crypto_free(crypto);
}
