#include "support/packaged.h"

extern const struct asy_format asy_format_apk3;

Test(apk3, signatures_are_over_schema_head_and_payload)
{
    const struct asy_signature *signature;
    const struct asy_link *link;
    struct bench b;

    bench_open(&b);
    cr_assert(assay_ok(packaged_read(&b, &asy_format_apk3, "a.apk", packaged_file(&b, "apk/v3.apk"))), "%s",
              b.reading.diag.text);
    cr_assert_eq(claims_of(&b, ASY_CLAIM_SIGNATURE), 1);
    cr_assert_eq(claims_of(&b, ASY_CLAIM_LINK), 2, "of the three files one is empty");
    signature = &claim_no(&b, ASY_CLAIM_SIGNATURE, 0)->is.signature;
    cr_expect_eq(signature->scheme.alg, ASY_SIG_BY_KEY);
    cr_expect_eq(signature->scheme.digest, ASY_SHA512);
    cr_expect_eq(signature->key_digest.len, 16);
    cr_assert_eq(signature->message.n, 3);
    cr_expect_eq(signature->message.pieces[0].span.off, 4);
    cr_expect_eq(signature->message.pieces[1].span.len, 18);
    cr_expect_eq(signature->message.pieces[2].kind, ASY_PIECE_DIGEST);
    link = &claim_no(&b, ASY_CLAIM_LINK, 0)->is.link;
    cr_expect(link->has_place);
    cr_expect_eq(link->place_off, signature->message.pieces[2].digest.of.pieces->span.off);
    cr_expect_eq(link->place_len, signature->message.pieces[2].digest.of.pieces->span.len);
    cr_expect(asy_view_is(stated(&b, ASY_SAYS_PACKAGE), "agent"));
    cr_expect(asy_view_is(stated(&b, ASY_SAYS_ARCH), "x86_64"));
    bench_close(&b);
}

/* What is neither signed nor said by a link is framing, and framing is no content. */
Test(apk3, every_byte_is_signed_said_or_framing)
{
    uint8_t seen[4096] = { 0 };
    struct asy_view bytes;
    struct bench b;

    bench_open(&b);
    bytes = packaged_file(&b, "apk/v3.apk");
    cr_assert(assay_ok(packaged_read(&b, &asy_format_apk3, "a.apk", bytes)));
    for (const struct asy_said *s = b.reading.document->slack; s != NULL; s = s->next)
        memset(seen + s->off, 1, (size_t)s->len);
    for (size_t i = 0; i < 2; i++) {
        const struct asy_piece *data = claim_no(&b, ASY_CLAIM_LINK, i)->is.link.target.pieces;

        for (size_t k = 0; k < data->span.len; k++)
            cr_expect_eq(seen[data->span.off + k]++, 0, "byte %zu of a file is framing", k);
    }
    for (size_t k = 0; k < claim_no(&b, ASY_CLAIM_LINK, 0)->is.link.place_len; k++)
        cr_expect_eq(seen[claim_no(&b, ASY_CLAIM_LINK, 0)->is.link.place_off + k]++, 0);
    for (size_t i = 0; i < bytes.len; i++)
        cr_expect(seen[i] == 1 || (i >= 4 && i < 8), "byte %zu is nobody's", i);
    bench_close(&b);
}

Test(apk3, packed_ones_are_read_as_an_item_that_says_the_file)
{
    static const char *const files[] = { "apk/v3-deflate.apk", "apk/v3-zstd.apk", "apk/v3-stored.apk" };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct bench b;

        bench_open(&b);
        cr_assert(assay_ok(packaged_read(&b, &asy_format_apk3, "a.apk", packaged_file(&b, files[i]))), "%s: %s",
                  files[i], b.reading.diag.text);
        cr_assert_eq(b.dossier->items_n, 2);
        cr_expect(b.dossier->items[1]->says_parent);
        cr_expect_eq(b.dossier->items[1]->parent_off, 0);
        cr_expect_eq(b.dossier->items[1]->parent_len, ASY_TO_END);
        cr_expect_eq(claim_no(&b, ASY_CLAIM_SIGNATURE, 0)->document, b.dossier->items[1]);
        bench_close(&b);
    }
}

Test(apk3, damage_is_refused_and_read_in_bounds)
{
    packaged_damage(&asy_format_apk3, "a.apk", "apk/v3.apk");
    packaged_damage(&asy_format_apk3, "a.apk", "apk/v3-deflate.apk");
}
