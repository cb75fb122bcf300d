#include "support/walking.h"

#define DATA ASSAY_TESTDATA "/zip/"

static const struct hostile hostile[] = {
    { "prefix.zip", ASY_ARCHIVE_HIDDEN },
    { "prefix_unadjusted.zip", ASY_ARCHIVE_HIDDEN },
    { "gap_between.zip", ASY_ARCHIVE_HIDDEN },
    { "gap_before_directory.zip", ASY_ARCHIVE_HIDDEN },
    { "apk_signing_block.zip", ASY_ARCHIVE_HIDDEN },
    { "gap_after_directory.zip", ASY_ARCHIVE_HIDDEN },
    { "trailing.zip", ASY_ARCHIVE_HIDDEN },
    { "two_archives.zip", ASY_ARCHIVE_HIDDEN },
    { "two_archives_adjusted.zip", ASY_ARCHIVE_HIDDEN },
    { "end_in_comment.zip", ASY_ARCHIVE_HIDDEN },
    { "end_in_comment_short.zip", ASY_ARCHIVE_HIDDEN },
    { "comment_longer.zip", ASY_ARCHIVE_HIDDEN },
    { "count_low.zip", ASY_ARCHIVE_DISAGREES },
    { "count_high.zip", ASY_ARCHIVE_DISAGREES },
    { "directory_cut.zip", ASY_ARCHIVE_CORRUPT },
    { "disks.zip", ASY_ARCHIVE_CORRUPT },
    { "name_differs.zip", ASY_ARCHIVE_DISAGREES },
    { "method_differs.zip", ASY_ARCHIVE_DISAGREES },
    { "crc_differs.zip", ASY_ARCHIVE_DISAGREES },
    { "size_differs.zip", ASY_ARCHIVE_DISAGREES },
    { "flags_differ.zip", ASY_ARCHIVE_DISAGREES },
    { "descriptor_differs.zip", ASY_ARCHIVE_DISAGREES },
    { "local_offset.zip", ASY_ARCHIVE_DISAGREES },
    { "duplicate.zip", ASY_ARCHIVE_DUPLICATE },
    { "case.zip", ASY_ARCHIVE_DUPLICATE },
    { "trailing_dot.zip", ASY_ARCHIVE_DUPLICATE },
    { "dot_slash.zip", ASY_ARCHIVE_DUPLICATE },
    { "file_and_directory.zip", ASY_ARCHIVE_DUPLICATE },
    { "below_file.zip", ASY_ARCHIVE_DUPLICATE },
    { "absolute.zip", ASY_ARCHIVE_PATH },
    { "dotdot.zip", ASY_ARCHIVE_PATH },
    { "drive.zip", ASY_ARCHIVE_PATH },
    { "backslash.zip", ASY_ARCHIVE_PATH },
    { "backslash_dotdot.zip", ASY_ARCHIVE_PATH },
    { "nul.zip", ASY_ARCHIVE_PATH },
    { "control.zip", ASY_ARCHIVE_PATH },
    { "bad_utf8.zip", ASY_ARCHIVE_PATH },
    { "unicode_path.zip", ASY_ARCHIVE_DISAGREES },
    { "link_absolute.zip", ASY_ARCHIVE_PATH },
    { "link_up.zip", ASY_ARCHIVE_PATH },
    { "link_through.zip", ASY_ARCHIVE_PATH },
    { "link_below.zip", ASY_ARCHIVE_PATH },
    { "special.zip", ASY_ARCHIVE_SPECIAL },
    { "directory_mode.zip", ASY_ARCHIVE_DISAGREES },
    { "encrypted.zip", ASY_ARCHIVE_ENCRYPTED },
    { "method.zip", ASY_ARCHIVE_ENCRYPTED },
    { "crc.zip", ASY_ARCHIVE_CORRUPT },
    { "size.zip", ASY_ARCHIVE_CORRUPT },
    { "packed_tail.zip", ASY_ARCHIVE_HIDDEN },
    { "damaged.zip", ASY_ARCHIVE_CORRUPT },
    { "overlap.zip", ASY_ARCHIVE_BOMB },
    { "ratio.zip", ASY_ARCHIVE_BOMB },
    { "empty.zip", ASY_ARCHIVE_CORRUPT },
    { "zip64_count.zip", ASY_ARCHIVE_DISAGREES },
    { "zip64_length.zip", ASY_ARCHIVE_DISAGREES },
    { "zip64_locator.zip", ASY_ARCHIVE_DISAGREES },
    { "zip64_disagrees.zip", ASY_ARCHIVE_DISAGREES },
    { "stored_sizes.zip", ASY_ARCHIVE_DISAGREES },
};

Test(zip, hostile_archives_are_refused_for_what_they_are)
{
    check_hostile("zip", DATA "invalid", hostile, sizeof hostile / sizeof *hostile);
}

static void check_valid(const char *path)
{
    char list[512];

    (void)snprintf(list, sizeof list, "%.*s.list", (int)(strlen(path) - 4), path);
    check_clean("zip", path, list);
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
