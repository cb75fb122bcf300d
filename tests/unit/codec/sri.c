#include "codec/sri.h"

#include <criterion/criterion.h>

#define SHA1   "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
#define SHA256 "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define OTHER  "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const struct row {
    const char *text;
    enum asy_digest_alg alg;
    int code;
} rows[] = {
    { SHA256, ASY_SHA256, 0 },
    { SHA1 " " SHA256, ASY_SHA256, 0 },
    { "\n" SHA256 "\t" SHA1 "\n", ASY_SHA256, 0 },
    { SHA256 "?a=b", ASY_SHA256, 0 },
    { SHA256 " " SHA256, ASY_SHA256, 0 },
    { SHA1, ASY_SHA1, 0 },
    { "sha3-AAAA " SHA256, ASY_SHA256, 0 },
    { SHA256 " " OTHER, 0, ASSAY_E_UNSUPPORTED },
    { "", 0, ASSAY_E_UNSUPPORTED },
    { " ", 0, ASSAY_E_UNSUPPORTED },
    { "sha3-AAAA", 0, ASSAY_E_UNSUPPORTED },
    { "sha256-AAAA", 0, ASSAY_E_FORMAT },
    { SHA256 "=", 0, ASSAY_E_FORMAT },
};

Test(sri, the_strongest_counts)
{
    struct asy_arena *arena = asy_arena_new(1 << 20);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum asy_digest_alg alg = ASY_DIGEST_NONE;
        struct asy_view value;
        struct asy_diag diag;
        assay_status s = asy_sri_read(arena, asy_view_of(rows[i].text), &alg, &value, &diag);

        cr_expect(rows[i].code == 0 ? assay_ok(s) : s.code == rows[i].code, "%s", rows[i].text);
        if (assay_ok(s))
            cr_expect(alg == rows[i].alg && value.len == asy_digest_len(alg), "%s", rows[i].text);
    }
    asy_arena_free(arena);
}
