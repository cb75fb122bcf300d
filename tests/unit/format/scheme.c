#include "format/scheme.h"
#include "support/der_maker.h"

#define RSA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define HASH "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
#define SHA256_ALG "\x30\x0b" HASH "\x01"
#define MGF1 "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"

enum { FAILS = -1 };

struct row {
    const char *why;
    struct asy_view digest, signature; /* AlgorithmIdentifiers */
    int alg;                           /* or FAILS */
    enum asy_digest_alg hash;
    uint32_t salt;
};

#define ALG(bytes) ASY_TEXT_INIT(bytes)

static const struct row rows[] = {
    { "rsaEncryption takes the digest algorithm's", ALG("\x30\x0d" HASH "\x02\x05\x00"), ALG("\x30\x0d" RSA "\x01\x05\x00"),
      ASY_SIG_RSA_PKCS1, ASY_SHA384, 0 },
    { "sha256WithRSAEncryption", ALG(SHA256_ALG), ALG("\x30\x0d" RSA "\x0b\x05\x00"), ASY_SIG_RSA_PKCS1, ASY_SHA256, 0 },
    { "sha512WithRSA over SHA-256", ALG(SHA256_ALG), ALG("\x30\x0d" RSA "\x0d\x05\x00"), FAILS, 0, 0 },
    { "RSA with other parameters", ALG(SHA256_ALG), ALG("\x30\x0e" RSA "\x0b\x04\x01x"), FAILS, 0, 0 },
    { "a digest with parameters", ALG("\x30\x0e" HASH "\x01\x04\x01x"), ALG("\x30\x0d" RSA "\x01\x05\x00"), FAILS, 0, 0 },
    { "ecdsa-with-SHA256", ALG(SHA256_ALG), ALG("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"), ASY_SIG_ECDSA,
      ASY_SHA256, 0 },
    { "ecdsa-with-SHA384 over SHA-256", ALG(SHA256_ALG), ALG("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"), FAILS,
      0, 0 },
    { "Ed25519", ALG("\x30\x0b" HASH "\x03"), ALG("\x30\x05\x06\x03\x2b\x65\x70"), ASY_SIG_ED25519, ASY_DIGEST_NONE, 0 },
    { "PSS with SHA-256", ALG(SHA256_ALG),
      ALG("\x30\x41" RSA "\x0a\x30\x34\xa0\x0f\x30\x0d" HASH "\x01\x05\x00\xa1\x1c\x30\x1a" MGF1 "\x30\x0d" HASH
          "\x01\x05\x00\xa2\x03\x02\x01\x20"),
      ASY_SIG_RSA_PSS, ASY_SHA256, 32 },
    { "PSS by default is SHA-1", ALG("\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a"), ALG("\x30\x0d" RSA "\x0a\x30\x00"),
      ASY_SIG_RSA_PSS, ASY_SHA1, 20 },
    { "PSS by default is not SHA-256", ALG(SHA256_ALG), ALG("\x30\x0d" RSA "\x0a\x30\x00"), FAILS, 0, 0 },
    { "PSS without parameters", ALG(SHA256_ALG), ALG("\x30\x0b" RSA "\x0a"), FAILS, 0, 0 },
    { "PSS with another trailer", ALG("\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a"),
      ALG("\x30\x12" RSA "\x0a\x30\x05\xa3\x03\x02\x01\x02"), FAILS, 0, 0 },
    { "PSS with a salt out of reason", ALG("\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a"),
      ALG("\x30\x14" RSA "\x0a\x30\x07\xa2\x05\x02\x03\x01\x00\x00"), FAILS, 0, 0 },
    { "DSA with SHA-1 over SHA-256", ALG(SHA256_ALG), ALG("\x30\x09\x06\x07\x2a\x86\x48\xce\x38\x04\x03"), FAILS, 0, 0 },
    { "DSA with SHA-256", ALG(SHA256_ALG), ALG("\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x02"), ASY_SIG_DSA,
      ASY_SHA256, 0 },
    { "DSA with SHA-512 is named and not served", ALG(SHA256_ALG),
      ALG("\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x04"), ASY_SIG_OTHER, ASY_DIGEST_NONE, 0 },
    { "an unknown digest is not served", ALG("\x30\x03\x06\x01\x2a"), ALG("\x30\x0d" RSA "\x01\x05\x00"), ASY_SIG_OTHER,
      ASY_DIGEST_NONE, 0 },
};

Test(scheme, the_identifiers_agree_or_are_refused)
{
    struct asy_arena *arena = asy_arena_new(1 << 16);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asy_reader digest = asy_reader_of(rows[i].digest), signature = asy_reader_of(rows[i].signature);
        struct asy_cms_signer signer = { 0 };
        struct asy_scheme scheme = { 0 };
        enum asy_digest_alg said;
        assay_status s;

        cr_assert(asy_get_cms_algorithm(&digest, &signer.digest_alg) && asy_at_end(&digest), "%s", rows[i].why);
        cr_assert(asy_get_cms_algorithm(&signature, &signer.signature_alg) && asy_at_end(&signature), "%s", rows[i].why);
        s = asy_scheme_of(arena, &signer, &scheme, &said, NULL);
        cr_expect_eq(assay_ok(s), rows[i].alg != FAILS, "%s", rows[i].why);
        if (!assay_ok(s))
            continue;
        cr_expect_eq((int)scheme.alg, rows[i].alg, "%s", rows[i].why);
        cr_expect_eq(scheme.digest, rows[i].hash, "%s", rows[i].why);
        cr_expect_eq(scheme.salt_len, rows[i].salt, "%s", rows[i].why);
        cr_expect_eq(scheme.alg_name != NULL, scheme.alg == ASY_SIG_OTHER, "%s", rows[i].why);
    }
    asy_arena_free(arena);
}
