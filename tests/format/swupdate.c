#include "support/walking.h"

#define DATA ASSAY_TESTDATA "/swupdate/"

/* Reads an image of testdata and, where that goes well, walks it. */
static struct walking image(const char *name)
{
    static char path[512];
    struct walking w = { .arena = asy_arena_new((size_t)64 << 20), .limits = asy_default_limits };
    const struct asy_format *format = asy_format_named(ASY_TEXT("swupdate"));
    struct asy_source *source;
    struct asy_item *item;

    (void)snprintf(path, sizeof path, DATA "%s.swu", name);
    source = asy_source_at(w.arena, AT_FDCWD, path);
    cr_assert(assay_ok(asy_source_open(source, NULL)), "%s", path);
    w.reading.dossier = asy_dossier_new(w.arena, &asy_default_limits, 0);
    item = w.reading.document = asy_add_item(w.reading.dossier, path, source);
    item->size = asy_source_size(source);
    item->has_size = true;
    w.status = format->read(&w.reading);
    if (assay_ok(w.status))
        w.status = format->walk(&w.reading);
    return w;
}

static size_t claims_of(const struct walking *w, enum asy_claim_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < w->reading.dossier->facts_n; i++)
        n += w->reading.dossier->facts[i]->claim.kind == kind;
    return n;
}

/* Each link stands in sw-description, which is what is signed, and is about the bytes of a member. */
Test(swupdate, the_description_is_signed_and_says_the_members)
{
    struct walking w = image("valid/config");
    const struct asy_dossier *dossier = w.reading.dossier;
    const struct asy_piece *message = NULL;
    size_t places = 0;

    cr_assert(assay_ok(w.status), "%s", w.reading.diag.text);
    cr_assert_eq(dossier->findings_n, 0);
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_claim *claim = &dossier->facts[i]->claim;

        if (claim->kind == ASY_CLAIM_LINK && claim->is.link.by != 0 && claim->is.link.target.pieces[0].kind == ASY_PIECE_SPAN)
            message = claim->is.link.target.pieces; /* of the messageDigest */
    }
    cr_assert_not_null(message);
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_link *link = &dossier->facts[i]->claim.is.link;

        if (dossier->facts[i]->claim.kind != ASY_CLAIM_LINK || !link->has_place)
            continue;
        places++;
        cr_expect_eq(link->place_off, message->span.off);
        cr_expect_eq(link->place_len, message->span.len);
        cr_expect_eq(link->alg, ASY_SHA256);
    }
    cr_expect_eq(places, 2);
    cr_assert_eq(dossier->items_n, 3);
    cr_expect_str_eq(dossier->items[1]->name, "rootfs.img");
    cr_expect_eq(dossier->items[1]->parent_len, 6);
    cr_assert_eq(dossier->statements_n, 1);
    cr_expect(asy_view_is(dossier->statements[0].text, "1.2.3"));
    walking_end(&w);
}

Test(swupdate, signatures_of_each_kind)
{
    static const struct { const char *name; size_t signatures; } rows[] = {
        { "valid/json", 1 }, { "valid/rsa", 1 }, { "valid/pss", 1 }, { "valid/unsigned", 0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct walking w = image(rows[i].name);

        cr_expect(assay_ok(w.status), "%s: %s", rows[i].name, w.reading.diag.text);
        cr_expect_eq(claims_of(&w, ASY_CLAIM_SIGNATURE), rows[i].signatures, "%s", rows[i].name);
        walking_end(&w);
    }
}

Test(swupdate, what_breaks_its_grammar)
{
    static const char *const names[] = { "late", "junk", "short", "number", "other", "include" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[64];

        (void)snprintf(name, sizeof name, "invalid/%s", names[i]);
        struct walking w = image(name);

        cr_expect_eq(w.status.code, ASSAY_E_FORMAT, "%s: status %d", names[i], w.status.code);
        walking_end(&w);
    }
}
