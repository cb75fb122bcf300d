#include "support/walking.h"

#define DATA ASSAY_TESTDATA "/deb/"

/* What reading and, where that is possible, walking found; `subject` says whether the file is the one ruled about. */
static struct walking look_at(const char *path, bool alone)
{
    struct walking w = { .arena = asy_arena_new((size_t)64 << 20) };
    const struct asy_format *format = asy_format_named(ASY_TEXT("deb"));
    struct asy_source *source = asy_source_at(w.arena, AT_FDCWD, path);

    cr_assert(assay_ok(asy_source_open(source, NULL)), "%s", path);
    w.reading.dossier = asy_dossier_new(w.arena, &asy_default_limits, 0);
    w.reading.document = w.reading.about = asy_add_item(w.reading.dossier, path, source);
    w.reading.document->is_subject = true;
    w.reading.document->size = asy_source_size(source);
    w.reading.document->has_size = true;
    w.reading.subject = alone ? w.reading.document : NULL;
    w.status = format->read(&w.reading);
    if (assay_ok(w.status))
        w.status = format->walk(&w.reading);
    return w;
}

static size_t blocking(const struct walking *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->reading.dossier->findings_n; i++)
        n += w->reading.dossier->findings[i].severity == ASY_BLOCKS;
    return n;
}

static bool has_item(const struct walking *w, const char *name)
{
    for (size_t i = 0; i < w->reading.dossier->items_n; i++) {
        if (strcmp(w->reading.dossier->items[i]->name, name) == 0 && w->reading.dossier->items[i]->is_member)
            return true;
    }
    return false;
}

static size_t claims_of(const struct walking *w, enum asy_claim_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < w->reading.dossier->facts_n; i++)
        n += w->reading.dossier->facts[i]->claim.kind == kind;
    return n;
}

static void check_valid(const char *path)
{
    struct walking w = look_at(path, true);

    cr_expect(assay_ok(w.status), "%s: %s", path, w.reading.diag.text);
    cr_expect_eq(blocking(&w), 0, "%s", path);
    if (blocking(&w) > 0)
        walk_show(&w);
    cr_expect(has_item(&w, "control") && has_item(&w, "usr/bin/agent"), "%s", path);
    cr_expect_geq(claims_of(&w, ASY_CLAIM_LINK), 1, "%s: md5sums", path);
    walking_end(&w);
}

Test(deb, valid)
{
    cr_assert_geq(each_file(DATA "valid", check_valid), 8);
}

static void check_invalid(const char *path)
{
    struct walking w = look_at(path, true);

    if (strstr(path, "/signed_extra.deb") == NULL && strstr(path, "/signed_other.deb") == NULL &&
        strstr(path, "/md5sums_differs.deb") == NULL)
        cr_expect(!assay_ok(w.status) || blocking(&w) > 0, "%s", path);
    walking_end(&w);
}

Test(deb, invalid)
{
    cr_assert_geq(each_file(DATA "invalid", check_invalid), 30);
}

Test(deb, says_what_it_is)
{
    struct walking w = look_at(DATA "valid/system.deb", true);
    static const struct {
        enum asy_statement_kind kind;
        const char *text;
    } said[] = { { ASY_SAYS_PACKAGE, "agent" }, { ASY_SAYS_VERSION, "1:1.0-1" }, { ASY_SAYS_ARCH, "amd64" } };

    cr_assert_eq(w.reading.dossier->statements_n, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(w.reading.dossier->statements[i].kind, said[i].kind);
        cr_expect(asy_view_is(w.reading.dossier->statements[i].text, said[i].text));
        cr_expect_gt(w.reading.dossier->statements[i].place_len, 0);
    }
    walking_end(&w);
}

/* Hundreds of packages of a tree are not unpacked only to be bound by their digests. */
Test(deb, says_nothing_among_others)
{
    struct walking w = look_at(DATA "valid/system.deb", false);

    cr_expect_eq(w.reading.dossier->statements_n, 0);
    walking_end(&w);
}

Test(deb, a_signature_is_over_the_three_members)
{
    struct walking w = look_at(DATA "valid/signed.deb", false);
    const struct asy_recipe *message;
    uint64_t end = 8;

    cr_assert_eq(claims_of(&w, ASY_CLAIM_SIGNATURE), 1);
    message = &w.reading.dossier->facts[0]->claim.is.signature.message;
    cr_assert_geq(message->n, 1);
    for (size_t i = 0; i < message->n && message->pieces[i].kind == ASY_PIECE_SPAN; i++) {
        cr_expect_geq(message->pieces[i].span.off, end + 60);
        end = message->pieces[i].span.off + message->pieces[i].span.len;
    }
    walking_end(&w);
}

static bool is_slack(const struct asy_item *item, uint64_t off)
{
    for (const struct asy_said *s = item->slack; s != NULL; s = s->next) {
        if (off >= s->off && off - s->off < s->len)
            return true;
    }
    return false;
}

/* Members beside the signed ones must be said by somebody. */
Test(deb, other_members_are_no_framing)
{
    static const char *const files[] = { DATA "invalid/signed_extra.deb", DATA "invalid/signed_other.deb" };

    for (size_t i = 0; i < 2; i++) {
        struct walking w = look_at(files[i], false);
        struct asy_view bytes = file_bytes(files[i]);
        const uint8_t *evil = memmem(bytes.data, bytes.len, "\nevil", 5);

        cr_assert_not_null(evil);
        for (size_t k = 1; k < 5; k++)
            cr_expect_not(is_slack(w.reading.document, (uint64_t)(evil - bytes.data) + k), "%s", files[i]);
        walking_end(&w);
    }
}

Test(deb, truncated)
{
    struct asy_view whole = file_bytes(DATA "valid/gzip.deb");
    const struct asy_format *format = asy_format_named(ASY_TEXT("deb"));

    for (size_t n = 0; n < whole.len; n++) {
        struct asy_arena *arena = asy_arena_new(1 << 20);
        struct asy_source *source = asy_source_of_memory(arena, asy_view_head(whole, n));
        struct asy_reading reading = { .dossier = asy_dossier_new(arena, &asy_default_limits, 0) };

        reading.document = asy_add_item(reading.dossier, "agent.deb", source);
        cr_expect_not(assay_ok(format->read(&reading)), "the first %zu bytes pass", n);
        asy_arena_free(arena);
    }
}
