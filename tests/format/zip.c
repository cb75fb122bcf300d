#include "support/walking.h"

#define DATA ASSAY_TESTDATA "/zip/"

static const struct hostile hostile[] = {
    { "prefix", ASY_ARCHIVE_HIDDEN },
    { "prefix_unadjusted", ASY_ARCHIVE_HIDDEN },
    { "gap_between", ASY_ARCHIVE_HIDDEN },
    { "gap_before_directory", ASY_ARCHIVE_HIDDEN },
    { "apk_signing_block", ASY_ARCHIVE_HIDDEN },
    { "gap_after_directory", ASY_ARCHIVE_HIDDEN },
    { "trailing", ASY_ARCHIVE_HIDDEN },
    { "two_archives", ASY_ARCHIVE_HIDDEN },
    { "two_archives_adjusted", ASY_ARCHIVE_HIDDEN },
    { "end_in_comment", ASY_ARCHIVE_HIDDEN },
    { "end_in_comment_short", ASY_ARCHIVE_HIDDEN },
    { "comment_longer", ASY_ARCHIVE_HIDDEN },
    { "count_low", ASY_ARCHIVE_DISAGREES },
    { "count_high", ASY_ARCHIVE_DISAGREES },
    { "directory_cut", ASY_ARCHIVE_CORRUPT },
    { "disks", ASY_ARCHIVE_CORRUPT },
    { "name_differs", ASY_ARCHIVE_DISAGREES },
    { "method_differs", ASY_ARCHIVE_DISAGREES },
    { "crc_differs", ASY_ARCHIVE_DISAGREES },
    { "size_differs", ASY_ARCHIVE_DISAGREES },
    { "flags_differ", ASY_ARCHIVE_DISAGREES },
    { "descriptor_differs", ASY_ARCHIVE_DISAGREES },
    { "local_offset", ASY_ARCHIVE_DISAGREES },
    { "duplicate", ASY_ARCHIVE_DUPLICATE },
    { "case", ASY_ARCHIVE_DUPLICATE },
    { "trailing_dot", ASY_ARCHIVE_DUPLICATE },
    { "dot_slash", ASY_ARCHIVE_DUPLICATE },
    { "file_and_directory", ASY_ARCHIVE_DUPLICATE },
    { "below_file", ASY_ARCHIVE_DUPLICATE },
    { "absolute", ASY_ARCHIVE_PATH },
    { "dotdot", ASY_ARCHIVE_PATH },
    { "drive", ASY_ARCHIVE_PATH },
    { "backslash", ASY_ARCHIVE_PATH },
    { "backslash_dotdot", ASY_ARCHIVE_PATH },
    { "nul", ASY_ARCHIVE_PATH },
    { "control", ASY_ARCHIVE_PATH },
    { "bad_utf8", ASY_ARCHIVE_PATH },
    { "unicode_path", ASY_ARCHIVE_DISAGREES },
    { "link_absolute", ASY_ARCHIVE_PATH },
    { "link_up", ASY_ARCHIVE_PATH },
    { "link_through", ASY_ARCHIVE_PATH },
    { "link_below", ASY_ARCHIVE_PATH },
    { "special", ASY_ARCHIVE_SPECIAL },
    { "directory_mode", ASY_ARCHIVE_DISAGREES },
    { "encrypted", ASY_ARCHIVE_ENCRYPTED },
    { "method", ASY_ARCHIVE_ENCRYPTED },
    { "crc", ASY_ARCHIVE_CORRUPT },
    { "size", ASY_ARCHIVE_CORRUPT },
    { "packed_tail", ASY_ARCHIVE_HIDDEN },
    { "damaged", ASY_ARCHIVE_CORRUPT },
    { "overlap", ASY_ARCHIVE_BOMB },
    { "ratio", ASY_ARCHIVE_BOMB },
    { "empty", ASY_ARCHIVE_CORRUPT },
    { "zip64_count", ASY_ARCHIVE_DISAGREES },
    { "zip64_length", ASY_ARCHIVE_DISAGREES },
    { "zip64_locator", ASY_ARCHIVE_DISAGREES },
    { "zip64_disagrees", ASY_ARCHIVE_DISAGREES },
    { "stored_sizes", ASY_ARCHIVE_DISAGREES },
};

enum { HOSTILE = sizeof hostile / sizeof *hostile };

Test(zip, hostile_archives_are_refused_for_what_they_are)
{
    char path[512];

    for (size_t i = 0; i < HOSTILE; i++) {
        struct walking w;

        (void)snprintf(path, sizeof path, DATA "invalid/%s.zip", hostile[i].file);
        w = walk_file("zip", path);
        cr_expect(assay_ok(w.status), "%s: %s", hostile[i].file, w.reading.diag.text);
        cr_expect(walk_found(&w, hostile[i].reason), "%s: expected %s", hostile[i].file,
                  asy_reason_text(hostile[i].reason)->id);
        if (!walk_found(&w, hostile[i].reason))
            walk_show(&w);
        walking_end(&w);
    }
}

static void count_only(const char *path)
{
    (void)path;
}

Test(zip, no_hostile_archive_is_left_out)
{
    cr_expect_eq(each_file(DATA "invalid", count_only), HOSTILE);
}

static void check_valid(const char *path)
{
    struct walking w = walk_file("zip", path);
    char list[512];

    (void)snprintf(list, sizeof list, "%.*s.list", (int)(strlen(path) - 4), path);
    cr_expect(assay_ok(w.status) && w.reading.dossier->findings_n == 0, "%s has findings", path);
    walk_show(&w);
    cr_expect(w.recognised != NULL && strcmp(w.recognised->name, "zip") == 0, "%s is not recognised", path);
    check_members(&w, list);
    walking_end(&w);
}

Test(zip, valid_archives_have_the_members_that_python_lists)
{
    cr_expect_geq(each_file(DATA "valid", check_valid), 10);
}

static void truncate_one(const char *path)
{
    check_truncations("zip", path);
}

Test(zip, no_truncation_passes, .timeout = 60)
{
    (void)each_file(DATA "valid", truncate_one);
}

/* Flips every byte: the walk must end, and a change of content must not pass unseen. */
Test(zip, a_changed_byte_of_content_is_seen)
{
    struct asy_view whole = file_bytes(DATA "valid/plain.zip");
    uint8_t *copy = malloc(whole.len);

    for (size_t i = 0; i < whole.len; i++) {
        struct walking w;

        memcpy(copy, whole.data, whole.len);
        copy[i] ^= 0xff;
        w = walk_bytes("zip", "x.zip", (struct asy_view){ copy, whole.len }, &asy_default_limits);
        if (i >= 35 && i < 50)
            cr_expect_gt(w.reading.dossier->findings_n, 0, "byte %zu", i);
        walking_end(&w);
    }
    free(copy);
}

Test(zip, limits_are_findings)
{
    struct asy_view whole = file_bytes(DATA "valid/plain.zip");
    struct asy_limits limits = asy_default_limits;
    struct walking w;

    limits.unpacked = 10;
    w = walk_bytes("zip", "x.zip", whole, &limits);
    cr_expect(walk_found(&w, ASY_ARCHIVE_BOMB));
    walking_end(&w);
    limits = asy_default_limits;
    limits.items = 2;
    w = walk_bytes("zip", "x.zip", whole, &limits);
    cr_expect(!assay_ok(w.status) && w.reading.dossier->incomplete);
    cr_expect(walk_found(&w, ASY_LIMIT_REACHED));
    walking_end(&w);
}

Test(zip, a_hidden_block_is_named_with_its_size)
{
    struct walking w = walk_file("zip", DATA "invalid/apk_signing_block.zip");

    cr_assert_eq(w.reading.dossier->findings_n, 1);
    cr_expect_not_null(strstr(w.reading.dossier->findings[0].why.detail, "56 bytes"));
    cr_expect_not_null(strstr(w.reading.dossier->findings[0].why.detail, "APK signing block"));
    walking_end(&w);
}
