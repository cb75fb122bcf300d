#include "support/packaged.h"

extern const struct asy_format asy_format_apk_index;

Test(apk_index, each_package_is_a_line_about_its_control_member)
{
    const struct asy_piece *signs;
    const struct asy_link *link;
    struct asy_view bytes;
    struct bench b;

    bench_open(&b);
    bytes = packaged_file(&b, "apk/APKINDEX.tar.gz");
    cr_assert(assay_ok(packaged_read(&b, &asy_format_apk_index, "APKINDEX.tar.gz", bytes)), "%s", b.reading.diag.text);
    cr_assert_eq(claims_of(&b, ASY_CLAIM_LINK), 3);
    link = &claim_no(&b, ASY_CLAIM_LINK, 2)->is.link;
    cr_expect_eq(link->alg, ASY_SHA256);
    cr_expect(asy_view_is(link->path, "agent-2.1-r0.apk#control"));
    cr_expect(asy_view_is(link->package, "agent"));
    cr_expect(link->has_size && link->of_part);
    cr_expect_eq(claim_no(&b, ASY_CLAIM_LINK, 0)->is.link.alg, ASY_SHA1);
    signs = claim_no(&b, ASY_CLAIM_SIGNATURE, 0)->is.signature.message.pieces;
    cr_expect_eq(signs->span.off + signs->span.len, bytes.len);
    cr_expect_eq(b.reading.document->slack->len, signs->span.off);
    bench_close(&b);
}

Test(apk_index, is_recognised_and_no_tar)
{
    static const char *const files[] = { "apk/APKINDEX.tar.gz", "apk/APKINDEX-unsigned.tar.gz" };

    for (size_t i = 0; i < 2; i++) {
        const struct asy_format *other;
        struct asy_glimpse glimpse = { .whole = true, .name = ASY_TEXT("APKINDEX.tar.gz") };
        struct bench b;

        bench_open(&b);
        glimpse.head = packaged_file(&b, files[i]);
        cr_expect_eq(asy_format_recognise(&glimpse, &other), &asy_format_apk_index, "%s", files[i]);
        cr_expect_null(other);
        bench_close(&b);
    }
}

Test(apk_index, damage_is_refused_and_read_in_bounds)
{
    packaged_damage(&asy_format_apk_index, "APKINDEX.tar.gz", "apk/APKINDEX.tar.gz");
}
