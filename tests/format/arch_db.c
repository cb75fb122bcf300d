#include "support/packaged.h"

extern const struct asy_format asy_format_arch_db;

#define PACKAGE "agent-2.1-1-x86_64.pkg.tar.zst"

/* A database beside a package of this name; `wanted` is what the caller asks for, or NULL. */
static assay_status read_db(struct bench *b, const char *file, const char *name, const char *wanted)
{
    struct asy_view bytes = packaged_file(b, file);

    b->reading = (struct asy_reading){ .dossier = b->dossier, .bytes = bytes, .package_name = wanted };
    b->reading.document = bench_item(b, "core.db", bytes);
    b->reading.about = bench_item(b, name, ASY_TEXT("package"));
    b->reading.subject = b->reading.about;
    return asy_format_arch_db.read(&b->reading);
}

Test(arch_db, every_package_has_a_digest_and_the_wanted_one_its_signature)
{
    static const struct {
        const char *name, *wanted;
        size_t signatures;
    } cases[] = {
        { PACKAGE, NULL, 1 },       { "dir/" PACKAGE, NULL, 1 }, { "renamed", NULL, 0 },
        { "renamed", "agent", 1 }, { PACKAGE, "extra", 0 },     { PACKAGE, "absent", 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct asy_link *link;
        struct bench b;

        bench_open(&b);
        cr_assert(assay_ok(read_db(&b, "arch/core.db", cases[i].name, cases[i].wanted)), "%s", b.reading.diag.text);
        cr_expect_eq(claims_of(&b, ASY_CLAIM_LINK), 2);
        cr_expect_eq(claims_of(&b, ASY_CLAIM_SIGNATURE), cases[i].signatures, "case %zu", i);
        link = &claim_no(&b, ASY_CLAIM_LINK, 0)->is.link;
        cr_expect(asy_view_is(link->path, PACKAGE) && asy_view_is(link->package, "agent"));
        cr_expect(link->has_size && !link->of_part && link->alg == ASY_SHA256);
        bench_close(&b);
    }
}

Test(arch_db, is_known_by_its_name_and_no_tar)
{
    static const char *const names[] = { "core.db", "core.db.tar.gz", "core.files", "core.files.tar.gz" };
    struct bench b;

    bench_open(&b);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct asy_glimpse glimpse = { packaged_file(&b, "arch/core.db"), true, asy_view_of(names[i]) };
        const struct asy_format *other;

        cr_expect_eq(asy_format_recognise(&glimpse, &other), &asy_format_arch_db, "%s", names[i]);
        cr_expect_null(other);
    }
    bench_close(&b);
}

Test(arch_db, damage_is_refused_and_read_in_bounds)
{
    packaged_damage(&asy_format_arch_db, "core.db", "arch/core.db");
}
