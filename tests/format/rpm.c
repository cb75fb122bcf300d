#include "support/walking.h"

#define DATA ASSAY_TESTDATA "/rpm/"

/* Reads a package of testdata and, where that goes well, walks it. */
static struct walking package(const char *path, bool walks)
{
    struct walking w = { .arena = asy_arena_new((size_t)64 << 20), .limits = asy_default_limits };
    const struct asy_format *format = asy_format_named(ASY_TEXT("rpm"));
    struct asy_source *source = asy_source_at(w.arena, AT_FDCWD, path);
    struct asy_item *item;

    cr_assert(assay_ok(asy_source_open(source, NULL)), "%s", path);
    w.reading.dossier = asy_dossier_new(w.arena, &asy_default_limits, 0);
    item = w.reading.document = asy_add_item(w.reading.dossier, path, source);
    item->size = asy_source_size(source);
    item->has_size = true;
    w.status = format->read(&w.reading);
    if (assay_ok(w.status) && walks)
        w.status = format->walk(&w.reading);
    return w;
}

static struct walking package_named(const char *kind, const char *name, bool walks)
{
    static char path[512];

    (void)snprintf(path, sizeof path, DATA "%s/%s.rpm", kind, name);
    return package(path, walks);
}

static size_t claims_of(const struct walking *w, enum asy_claim_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < w->reading.dossier->facts_n; i++)
        n += w->reading.dossier->facts[i]->claim.kind == kind;
    return n;
}

static size_t blocking(const struct walking *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->reading.dossier->findings_n; i++)
        n += w->reading.dossier->findings[i].severity == ASY_BLOCKS;
    return n;
}

/* ---- headers and what they claim ---- */

static const char *const broken[] = {
    "magic",          "reserved",        "no_entries",      "entries_max",          "values_max",
    "past_end",       "dribble",         "tail",            "region_tag",           "region_type",
    "region_count",   "region_offset",   "trailer_tag",     "trailer_offset",       "trailer_odd",
    "trailer_count",  "type",            "type_null",       "count_zero",           "count_two",
    "offset",         "offset_negative", "overlap",         "unaligned",            "private_tag",
    "number_type",    "signature_region", "signature_overlap", "duplicate_signature", "duplicate_name",
    "lead_major",     "lead_type",       "lead_signature",  "array_empty",          "array_spaces",
    "array_no_packet", "two_packets",    "signature_type",  "digest_short",         "payload_digest_short",
    "payload_digest_two",
};

Test(rpm, what_breaks_its_grammar_is_no_package)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct walking w = package_named("invalid", broken[i], false);

        cr_expect_eq(w.status.code, ASSAY_E_FORMAT, "%s: status %d", broken[i], w.status.code);
        cr_expect_neq(w.reading.diag.text[0], '\0', "%s", broken[i]);
        walking_end(&w);
    }
}

Test(rpm, what_is_newer_is_not_guessed_at)
{
    static const char *const names[] = { "format", "payload_digest_alg" };

    for (size_t i = 0; i < 2; i++) {
        struct walking w = package_named("invalid", names[i], false);

        cr_expect_eq(w.status.code, ASSAY_E_UNSUPPORTED, "%s: status %d", names[i], w.status.code);
        walking_end(&w);
    }
}

/* The signature is over the main header, and that header says the payload to the end of the file. */
Test(rpm, the_header_is_signed_and_says_the_payload)
{
    struct walking w = package_named("valid", "rsa", false);
    const struct asy_dossier *dossier = w.reading.dossier;
    const struct asy_item *item = w.reading.document;
    const struct asy_signature *signature = NULL;
    const struct asy_link *says = NULL;
    uint64_t header, payload;

    cr_assert(assay_ok(w.status), "%s", w.reading.diag.text);
    cr_assert_eq(claims_of(&w, ASY_CLAIM_SIGNATURE), 1);
    cr_assert_eq(claims_of(&w, ASY_CLAIM_LINK), 4);
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_claim *claim = &dossier->facts[i]->claim;

        if (claim->kind == ASY_CLAIM_SIGNATURE)
            signature = &claim->is.signature;
        else if (claim->is.link.place_off != 96)
            says = &claim->is.link;
    }
    cr_assert_not_null(signature);
    cr_assert_not_null(says);
    header = signature->message.pieces[0].span.off;
    payload = header + signature->message.pieces[0].span.len;
    cr_expect_eq(signature->message.pieces[0].span.item, item);
    cr_expect(says->has_place);
    cr_expect_eq(says->place_off, header);
    cr_expect_eq(says->place_len, payload - header);
    cr_expect_eq(says->target.pieces[0].span.off, payload);
    cr_expect_eq(says->target.pieces[0].span.len, item->size - payload);
    cr_assert_not_null(item->slack);
    cr_expect_eq(item->slack->off, 0);
    cr_expect_eq(item->slack->len, header);
    cr_expect_null(item->slack->next);
    walking_end(&w);
}

Test(rpm, what_the_header_says_of_the_package)
{
    struct walking w = package_named("valid", "vendor", false), source = package_named("valid", "source", false);
    const struct asy_statement *s = w.reading.dossier->statements;

    cr_assert_eq(w.reading.dossier->statements_n, 3);
    cr_expect(s[0].kind == ASY_SAYS_PACKAGE && asy_view_is(s[0].text, "agent"));
    cr_expect(s[1].kind == ASY_SAYS_ARCH && asy_view_is(s[1].text, "noarch"));
    cr_expect(s[2].kind == ASY_SAYS_VERSION && asy_view_is(s[2].text, "1:2.0-3"));
    cr_expect_eq(s[2].scheme, ASY_VERSION_RPM);
    cr_expect_gt(s[2].place_off, 96);
    cr_assert_eq(source.reading.dossier->statements_n, 3);
    cr_expect(asy_view_is(source.reading.dossier->statements[1].text, "src"));
    walking_end(&w);
    walking_end(&source);
}

Test(rpm, signatures_of_each_kind)
{
    static const struct { const char *name; size_t signatures, links; } rows[] = {
        { "stored", 0, 4 },   { "array", 2, 4 },   { "over-all", 2, 4 }, { "six", 1, 5 },
        { "outside", 1, 4 }, { "swapped", 1, 3 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct walking w = package_named("valid", rows[i].name, false);

        cr_expect(assay_ok(w.status), "%s: %s", rows[i].name, w.reading.diag.text);
        cr_expect_eq(claims_of(&w, ASY_CLAIM_SIGNATURE), rows[i].signatures, "%s", rows[i].name);
        cr_expect_eq(claims_of(&w, ASY_CLAIM_LINK), rows[i].links, "%s: %zu links", rows[i].name,
                     claims_of(&w, ASY_CLAIM_LINK));
        walking_end(&w);
    }
}

/* ---- payloads ---- */

static void check_valid(const char *path)
{
    struct walking w = package(path, true);
    char list[512];
    size_t members = 0, kept = 1;

    cr_assert(assay_ok(w.status), "%s: %s", path, w.reading.diag.text);
    cr_expect_eq(blocking(&w), 0, "%s", path);
    if (blocking(&w) > 0)
        walk_show(&w);
    (void)snprintf(list, sizeof list, "%s.list", path);
    for (size_t i = 1; i < w.reading.dossier->items_n; i++) { /* the uncompressed payload is no member */
        if (w.reading.dossier->items[i]->is_member)
            w.reading.dossier->items[kept++] = w.reading.dossier->items[i];
        members += w.reading.dossier->items[i]->is_member;
    }
    w.reading.dossier->items_n = kept;
    cr_expect_gt(members, 0, "%s", path);
    check_members(&w, list);
    walking_end(&w);
}

static void check_rpm(const char *path)
{
    if (strcmp(path + strlen(path) - 4, ".rpm") == 0)
        check_valid(path);
}

Test(rpm, members_are_those_that_rpm_lists)
{
    cr_expect_geq(each_file(DATA "valid", check_rpm), 11);
}

static const struct hostile hostile[] = {
    { "no_trailer", ASY_ARCHIVE_CORRUPT },   { "behind_trailer", ASY_ARCHIVE_HIDDEN },
    { "no_record", ASY_ARCHIVE_CORRUPT },    { "no_number", ASY_ARCHIVE_CORRUPT },
    { "sum", ASY_ARCHIVE_CORRUPT },          { "name_size", ASY_ARCHIVE_CORRUPT },
    { "name_long", ASY_ARCHIVE_CORRUPT },    { "name_nul", ASY_ARCHIVE_CORRUPT },
    { "trailer_data", ASY_ARCHIVE_CORRUPT }, { "unlisted", ASY_ARCHIVE_DISAGREES },
    { "twice", ASY_ARCHIVE_DUPLICATE },      { "missing", ASY_ARCHIVE_DISAGREES },
    { "crc", ASY_ARCHIVE_CORRUPT },          { "pad", ASY_ARCHIVE_CORRUPT },
    { "dotdot", ASY_ARCHIVE_PATH },          { "special", ASY_ARCHIVE_SPECIAL },
    { "number", ASY_ARCHIVE_CORRUPT },       { "lists", ASY_ARCHIVE_CORRUPT },
    { "behind_packed", ASY_ARCHIVE_HIDDEN }, { "cut", ASY_ARCHIVE_CORRUPT },
};

Test(rpm, payloads_that_contradict_themselves_or_the_header)
{
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct walking w = package_named("invalid", hostile[i].file, true);

        cr_expect(assay_ok(w.status), "%s: %s", hostile[i].file, w.reading.diag.text);
        cr_expect(walk_found(&w, hostile[i].reason), "%s: expected %s", hostile[i].file,
                  asy_reason_text(hostile[i].reason)->id);
        walking_end(&w);
    }
}

Test(rpm, truncations)
{
    check_truncations("rpm", DATA "valid/stored.rpm");
    check_truncations("rpm", DATA "valid/gzip.rpm");
}

Test(rpm, recognised_by_the_lead_and_looked_for_by_name)
{
    const struct asy_format *format = asy_format_named(ASY_TEXT("rpm"));
    struct asy_glimpse lead = { .head = ASY_TEXT("\355\253\356\333\3") }, other = { .head = ASY_TEXT("\355\253\356\334\3") };

    cr_expect(format->recognise(&lead));
    cr_expect_not(format->recognise(&other));
    cr_expect_str_eq(format->suffixes[0], ".rpm");
}
