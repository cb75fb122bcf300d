#include "base/digest_alg.h"

struct row {
    const char *name;
    size_t len;
    unsigned strength;
    bool known;
};

static const struct row rows[ASY_DIGEST_ALGS] = {
    [ASY_DIGEST_NONE] = { "none", 0, 0, false },
    [ASY_MD5] = { "md5", 16, 0, true },
    [ASY_SHA1] = { "sha1", 20, 60, true },
    [ASY_RIPEMD160] = { "ripemd160", 20, 80, false },
    [ASY_TIGER] = { "tiger", 24, 96, false },
    [ASY_WHIRLPOOL] = { "whirlpool", 64, 256, false },
    [ASY_SHA224] = { "sha224", 28, 112, true },
    [ASY_SHA256] = { "sha256", 32, 128, true },
    [ASY_SHA384] = { "sha384", 48, 192, true },
    [ASY_SHA512] = { "sha512", 64, 256, true },
    [ASY_SHA512_256] = { "sha512-256", 32, 128, true },
    [ASY_SHA3_256] = { "sha3-256", 32, 128, true },
    [ASY_SHA3_384] = { "sha3-384", 48, 192, true },
    [ASY_SHA3_512] = { "sha3-512", 64, 256, true },
    [ASY_BLAKE2B_512] = { "blake2b-512", 64, 256, true },
    [ASY_IDENTIFIER] = { "identifier", ASY_DIGEST_MAX, 256, false },
};

struct spelling {
    const char *name;
    enum asy_digest_alg alg;
};

static const struct spelling spellings[] = {
    { "sha-1", ASY_SHA1 },           { "rmd160", ASY_RIPEMD160 },       { "sha-224", ASY_SHA224 },
    { "sha-256", ASY_SHA256 },       { "sha-384", ASY_SHA384 },         { "sha-512", ASY_SHA512 },
    { "sha512/256", ASY_SHA512_256 }, { "sha512t256", ASY_SHA512_256 }, { "blake2b", ASY_BLAKE2B_512 },
    { "b2", ASY_BLAKE2B_512 },       { "blake2b512", ASY_BLAKE2B_512 },
    /* as OpenSSL 3 writes them */
    { "sha2-224", ASY_SHA224 },      { "sha2-256", ASY_SHA256 },        { "sha2-384", ASY_SHA384 },
    { "sha2-512", ASY_SHA512 },      { "sha2-512/256", ASY_SHA512_256 },
};

const char *asy_digest_name(enum asy_digest_alg alg)
{
    return rows[alg].name;
}

enum asy_digest_alg asy_digest_of_name(struct asy_view name)
{
    for (enum asy_digest_alg alg = ASY_MD5; alg < ASY_IDENTIFIER; alg++) {
        if (asy_view_eq_nocase(name, asy_view_of(rows[alg].name)))
            return alg;
    }
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        if (asy_view_eq_nocase(name, asy_view_of(spellings[i].name)))
            return spellings[i].alg;
    }
    return ASY_DIGEST_NONE;
}

size_t asy_digest_len(enum asy_digest_alg alg)
{
    return rows[alg].len;
}

bool asy_digest_known(enum asy_digest_alg alg)
{
    return rows[alg].known;
}

unsigned asy_digest_strength(enum asy_digest_alg alg)
{
    return rows[alg].strength;
}
