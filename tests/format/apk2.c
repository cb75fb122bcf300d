#include "support/packaged.h"

extern const struct asy_format asy_format_apk2;

static bool is_recognised(struct bench *b, const char *file, const char *name)
{
    struct asy_view bytes = packaged_file(b, file);
    struct asy_glimpse glimpse = { asy_view_head(bytes, ASY_GLIMPSE), bytes.len <= ASY_GLIMPSE, asy_view_of(name) };
    const struct asy_format *other, *found = asy_format_recognise(&glimpse, &other);

    cr_expect_null(other, "%s", file);
    return found == &asy_format_apk2;
}

Test(apk2, is_recognised_by_its_signatures_or_its_name)
{
    struct bench b;

    bench_open(&b);
    cr_expect(is_recognised(&b, "apk/good.apk", "good.apk"));
    cr_expect(is_recognised(&b, "apk/good.apk", "a.bin"));
    cr_expect(is_recognised(&b, "apk/good.apk", "a.tar.gz"));
    cr_expect(is_recognised(&b, "apk/two.apk", "a.bin"));
    cr_expect(is_recognised(&b, "apk/unsigned.apk", "a.apk"));
    cr_expect_not(is_recognised(&b, "apk/unsigned.apk", "a.tar.gz"), "a tar like any other");
    cr_expect_not(is_recognised(&b, "apk/APKINDEX.tar.gz", "APKINDEX.tar.gz"));
    cr_expect_not(is_recognised(&b, "apk/v3.apk", "v3.apk"));
    bench_close(&b);
}

Test(apk2, the_signature_is_over_the_control_member_and_that_says_the_data)
{
    const struct asy_piece *signs, *data;
    const struct asy_link *link;
    struct asy_view bytes;
    struct bench b;

    bench_open(&b);
    bytes = packaged_file(&b, "apk/good.apk");
    cr_assert(assay_ok(packaged_read(&b, &asy_format_apk2, "good.apk", bytes)), "%s", b.reading.diag.text);
    cr_assert_eq(claims_of(&b, ASY_CLAIM_SIGNATURE), 1);
    cr_assert_eq(claims_of(&b, ASY_CLAIM_LINK), 1);
    signs = claim_no(&b, ASY_CLAIM_SIGNATURE, 0)->is.signature.message.pieces;
    link = &claim_no(&b, ASY_CLAIM_LINK, 0)->is.link;
    data = link->target.pieces;
    cr_expect_eq(data->span.off, signs->span.off + signs->span.len);
    cr_expect_eq(data->span.len, ASY_TO_END);
    cr_expect(link->has_place && link->place_off == signs->span.off && link->place_len == signs->span.len);
    cr_assert_not_null(b.reading.document->slack);
    cr_expect_eq(b.reading.document->slack->len, signs->span.off, "what is in front of it is framing, and no more");
    cr_expect_null(b.reading.document->slack->next);
    cr_expect(asy_view_is(stated(&b, ASY_SAYS_PACKAGE), "agent"));
    cr_expect(asy_view_is(stated(&b, ASY_SAYS_VERSION), "2.1-r0"));
    bench_close(&b);
}

Test(apk2, the_control_member_is_known_to_indices)
{
    struct asy_item *control;
    struct bench b;

    bench_open(&b);
    cr_assert(assay_ok(packaged_read(&b, &asy_format_apk2, "a.apk", packaged_file(&b, "apk/unsigned.apk"))));
    cr_assert_eq(b.dossier->items_n, 2);
    control = b.dossier->items[1];
    cr_expect_str_eq(control->known_as, "agent-2.1-r0.apk#control");
    cr_expect_eq(control->parent, b.reading.document);
    cr_expect(control->says_parent && !control->is_subject && control->parent_len == control->size);
    cr_expect_eq(claims_of(&b, ASY_CLAIM_SIGNATURE), 0);
    bench_close(&b);
}

Test(apk2, a_key_file_only_hints)
{
    struct bench b;

    bench_open(&b);
    cr_assert(assay_ok(packaged_read(&b, &asy_format_apk2, "a.apk", packaged_file(&b, "apk/two.apk"))));
    cr_assert_eq(claims_of(&b, ASY_CLAIM_SIGNATURE), 2);
    cr_expect(asy_view_is(claim_no(&b, ASY_CLAIM_SIGNATURE, 0)->is.signature.key_name, "other.rsa.pub"));
    cr_expect_eq(claim_no(&b, ASY_CLAIM_SIGNATURE, 0)->is.signature.key_id.len, 0);
    bench_close(&b);
}

Test(apk2, without_datahash_nobody_says_the_data)
{
    struct bench b;

    bench_open(&b);
    cr_assert(assay_ok(packaged_read(&b, &asy_format_apk2, "a.apk", packaged_file(&b, "apk/no-datahash.apk"))));
    cr_expect_eq(claims_of(&b, ASY_CLAIM_LINK), 0);
    bench_close(&b);
}

Test(apk2, damage_is_refused_and_read_in_bounds)
{
    packaged_damage(&asy_format_apk2, "a.apk", "apk/good.apk");
}
