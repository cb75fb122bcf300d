#include "codec/sri.h"

#include "base/reader.h"
#include "codec/base64.h"

static const struct prefix {
    struct asy_view text;
    enum asy_digest_alg alg;
} prefixes[] = { /* the stronger first */
    { ASY_TEXT_INIT("sha512-"), ASY_SHA512 }, { ASY_TEXT_INIT("sha384-"), ASY_SHA384 },
    { ASY_TEXT_INIT("sha256-"), ASY_SHA256 }, { ASY_TEXT_INIT("sha1-"), ASY_SHA1 },
    { ASY_TEXT_INIT("md5-"), ASY_MD5 },
};

enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool get_word(struct asy_reader *r, struct asy_view *out)
{
    struct asy_view skipped;
    size_t n = 0;

    while (n < r->rest.len && is_blank(r->rest.data[n]))
        n++;
    if (!asy_get_view(r, n, &skipped))
        return false;
    for (n = 0; n < r->rest.len && !is_blank(r->rest.data[n]);)
        n++;
    return n > 0 && asy_get_view(r, n, out);
}

static size_t rank_of(struct asy_view word)
{
    for (size_t i = 0; i < PREFIXES; i++) {
        if (asy_view_starts(word, prefixes[i].text))
            return i;
    }
    return PREFIXES;
}

bool asy_is_sri(struct asy_view text)
{
    return rank_of(text) < PREFIXES;
}

/* What follows a '?' are options, of which none is defined. */
static bool read_word(struct asy_arena *arena, struct asy_view word, enum asy_digest_alg alg, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(word);
    struct asy_view digest;

    if (!asy_get_until(&r, '?', &digest))
        digest = word;
    return asy_base64_decode(arena, digest, out) && out->len == asy_digest_len(alg);
}

assay_status asy_sri_read(struct asy_arena *arena, struct asy_view text, enum asy_digest_alg *alg, struct asy_view *value,
                          struct asy_diag *diag)
{
    struct asy_reader r = asy_reader_of(text);
    struct asy_view word, digest;
    size_t best = PREFIXES;

    while (get_word(&r, &word)) {
        size_t rank = rank_of(word);

        if (rank > best || rank == PREFIXES)
            continue;
        if (!read_word(arena, asy_view_from(word, prefixes[rank].text.len), prefixes[rank].alg, &digest))
            return asy_fail(diag, ASSAY_E_FORMAT, 0, "the digest is no base64 of its algorithm's length");
        if (rank == best && !asy_view_eq(digest, *value))
            return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "two digests of one algorithm");
        best = rank;
        *value = digest;
    }
    if (best == PREFIXES)
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "no digest of an algorithm that is known here");
    *alg = prefixes[best].alg;
    return asy_ok;
}
