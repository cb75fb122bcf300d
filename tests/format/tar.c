#include "support/walking.h"

#define DATA ASSAY_TESTDATA "/tar/"

static const struct hostile hostile[] = {
    { "checksum.tar", ASY_ARCHIVE_CORRUPT },
    { "checksum_second.tar", ASY_ARCHIVE_CORRUPT },
    { "size_octal.tar", ASY_ARCHIVE_CORRUPT },
    { "size_negative.tar", ASY_ARCHIVE_CORRUPT },
    { "size_huge.tar", ASY_ARCHIVE_CORRUPT },
    { "size_over.tar", ASY_ARCHIVE_CORRUPT },
    { "past_end.tar", ASY_ARCHIVE_CORRUPT },
    { "duplicate.tar", ASY_ARCHIVE_DUPLICATE },
    { "case.tar", ASY_ARCHIVE_DUPLICATE },
    { "dot_slash.tar", ASY_ARCHIVE_DUPLICATE },
    { "file_and_directory.tar", ASY_ARCHIVE_DUPLICATE },
    { "below_file.tar", ASY_ARCHIVE_DUPLICATE },
    { "absolute.tar", ASY_ARCHIVE_PATH },
    { "dotdot.tar", ASY_ARCHIVE_PATH },
    { "dotdot_prefix.tar", ASY_ARCHIVE_PATH },
    { "dotdot_backslash.tar", ASY_ARCHIVE_PATH },
    { "control.tar", ASY_ARCHIVE_PATH },
    { "no_name.tar", ASY_ARCHIVE_PATH },
    { "link_absolute.tar", ASY_ARCHIVE_PATH },
    { "link_up.tar", ASY_ARCHIVE_PATH },
    { "link_through.tar", ASY_ARCHIVE_PATH },
    { "link_below.tar", ASY_ARCHIVE_PATH },
    { "hard_absolute.tar", ASY_ARCHIVE_PATH },
    { "hard_unseen.tar", ASY_ARCHIVE_PATH },
    { "hard_up.tar", ASY_ARCHIVE_PATH },
    { "link_with_data.tar", ASY_ARCHIVE_DISAGREES },
    { "directory_with_data.tar", ASY_ARCHIVE_DISAGREES },
    { "device.tar", ASY_ARCHIVE_SPECIAL },
    { "character_device.tar", ASY_ARCHIVE_SPECIAL },
    { "fifo.tar", ASY_ARCHIVE_SPECIAL },
    { "unknown_type.tar", ASY_ARCHIVE_SPECIAL },
    { "contiguous.tar", ASY_ARCHIVE_SPECIAL },
    { "sparse_gnu.tar", ASY_ARCHIVE_SPECIAL },
    { "sparse_pax.tar", ASY_ARCHIVE_SPECIAL },
    { "behind_end.tar", ASY_ARCHIVE_HIDDEN },
    { "one_zero_block.tar", ASY_ARCHIVE_CORRUPT },
    { "lone_zero_block.tar", ASY_ARCHIVE_HIDDEN },
    { "no_end.tar", ASY_ARCHIVE_CORRUPT },
    { "no_multiple.tar", ASY_ARCHIVE_CORRUPT },
    { "pad_not_zero.tar", ASY_ARCHIVE_HIDDEN },
    { "no_members.tar", ASY_ARCHIVE_CORRUPT },
    { "only_extension.tar", ASY_ARCHIVE_CORRUPT },
    { "pax_size.tar", ASY_ARCHIVE_DISAGREES },
    { "pax_size_smaller.tar", ASY_ARCHIVE_DISAGREES },
    { "pax_size_twice.tar", ASY_ARCHIVE_DISAGREES },
    { "pax_size_zero_first.tar", ASY_ARCHIVE_CORRUPT },
    { "pax_path_twice.tar", ASY_ARCHIVE_DISAGREES },
    { "pax_path_absolute.tar", ASY_ARCHIVE_PATH },
    { "pax_path_nul.tar", ASY_ARCHIVE_PATH },
    { "pax_path_empty.tar", ASY_ARCHIVE_DISAGREES },
    { "pax_link_up.tar", ASY_ARCHIVE_PATH },
    { "pax_length.tar", ASY_ARCHIVE_CORRUPT },
    { "pax_length_long.tar", ASY_ARCHIVE_CORRUPT },
    { "pax_no_newline.tar", ASY_ARCHIVE_CORRUPT },
    { "pax_no_key.tar", ASY_ARCHIVE_CORRUPT },
    { "pax_twice.tar", ASY_ARCHIVE_DISAGREES },
    { "pax_then_long.tar", ASY_ARCHIVE_DISAGREES },
    { "long_twice.tar", ASY_ARCHIVE_DISAGREES },
    { "long_nul.tar", ASY_ARCHIVE_DISAGREES },
    { "long_up.tar", ASY_ARCHIVE_PATH },
    { "global_path.tar", ASY_ARCHIVE_DISAGREES },
    { "global_size.tar", ASY_ARCHIVE_DISAGREES },
    { "gzip_tail.tar.gz", ASY_ARCHIVE_HIDDEN },
    { "gzip_zeros.tar.gz", ASY_ARCHIVE_HIDDEN },
    { "gzip_two.tar.gz", ASY_ARCHIVE_HIDDEN },
    { "gzip_split.tar.gz", ASY_ARCHIVE_CORRUPT },
    { "gzip_crc.tar.gz", ASY_ARCHIVE_CORRUPT },
    { "gzip_isize.tar.gz", ASY_ARCHIVE_CORRUPT },
    { "gzip_cut.tar.gz", ASY_ARCHIVE_CORRUPT },
    { "gzip_ratio.tar.gz", ASY_ARCHIVE_BOMB },
    { "xz_tail.tar.xz", ASY_ARCHIVE_CORRUPT },
    { "xz_padding.tar.xz", ASY_ARCHIVE_HIDDEN },
    { "bzip2_tail.tar.bz2", ASY_ARCHIVE_HIDDEN },
    { "zstd_tail.tar.zst", ASY_ARCHIVE_CORRUPT },
    { "xz_cut.tar.xz", ASY_ARCHIVE_CORRUPT },
    { "bzip2_cut.tar.bz2", ASY_ARCHIVE_CORRUPT },
    { "zstd_cut.tar.zst", ASY_ARCHIVE_CORRUPT },
    { "zstd_checksum.tar.zst", ASY_ARCHIVE_CORRUPT },
};

Test(tar, hostile_archives_are_refused_for_what_they_are)
{
    check_hostile("tar", DATA "invalid", hostile, sizeof hostile / sizeof *hostile);
}

static void check_valid(const char *path)
{
    char list[512];

    (void)snprintf(list, sizeof list, "%s.list", path);
    check_clean("tar", path, list);
}

Test(tar, valid_archives_have_the_members_that_python_lists)
{
    cr_expect_geq(each_file(DATA "valid", check_valid), 10);
}

/* Whole blocks of zeros at the end are padding: without them the archive is whole. */
static size_t needed(struct asy_view whole)
{
    while (whole.len > 0 && whole.data[whole.len - 1] == 0)
        whole.len--;
    return (whole.len + 511) / 512 * 512 + 1024;
}

static void truncate_one(const char *path)
{
    if (strstr(path, ".tar.") != NULL || strstr(path, ".tgz") != NULL)
        check_truncations("tar", path);
}

Test(tar, no_truncation_of_a_compressed_archive_passes, .timeout = 100)
{
    (void)each_file(DATA "valid", truncate_one);
}

Test(tar, truncations_pass_only_in_the_padding)
{
    static const char *const files[] = { "v7", "ustar", "gnu", "pax", "long_gnu", "long_pax" };
    char path[512];

    for (size_t i = 0; i < 6; i++) {
        struct asy_view whole;
        size_t least;

        (void)snprintf(path, sizeof path, DATA "valid/%s.tar", files[i]);
        whole = file_bytes(path);
        least = needed(whole);
        for (size_t n = 0; n < whole.len; n++) {
            struct walking w = walk_bytes("tar", path, asy_view_head(whole, n), &asy_default_limits);
            bool clean = assay_ok(w.status) && w.reading.dossier->findings_n == 0;

            cr_expect(!clean || (n >= least && n % 512 == 0), "%s: the first %zu bytes pass", path, n);
            walking_end(&w);
        }
    }
}

Test(tar, a_changed_byte_of_a_header_is_seen)
{
    struct asy_view whole = file_bytes(DATA "valid/ustar.tar");
    uint8_t *copy = malloc(whole.len);

    for (size_t i = 0; i < 512; i++) {
        struct walking w;

        memcpy(copy, whole.data, whole.len);
        copy[i] ^= 0xff;
        w = walk_bytes("tar", "x.tar", (struct asy_view){ copy, whole.len }, &asy_default_limits);
        cr_expect_gt(w.reading.dossier->findings_n, 0, "byte %zu", i);
        walking_end(&w);
    }
    free(copy);
}

Test(tar, limits_are_findings)
{
    struct asy_view whole = file_bytes(DATA "valid/gzip.tar.gz");
    struct asy_limits limits = asy_default_limits;
    struct walking w;

    limits.unpacked = 1000;
    w = walk_bytes("tar", "x.tar.gz", whole, &limits);
    cr_expect(walk_found(&w, ASY_ARCHIVE_BOMB));
    walking_end(&w);
    limits = asy_default_limits;
    limits.items = 2;
    w = walk_bytes("tar", "x.tar.gz", whole, &limits);
    cr_expect(!assay_ok(w.status) && w.reading.dossier->incomplete);
    cr_expect(walk_found(&w, ASY_LIMIT_REACHED));
    walking_end(&w);
}

/* A thousand bad names: a hundred are told, and that there are more. */
Test(tar, findings_are_bounded)
{
    struct asy_view one = asy_view_head(file_bytes(DATA "invalid/absolute.tar"), 1024);
    uint8_t *many = calloc(1001, 1024);
    struct walking w;

    for (size_t i = 0; i < 1000; i++)
        memcpy(many + i * 1024, one.data, 1024);
    w = walk_bytes("tar", "x.tar", (struct asy_view){ many, 1001 * 1024 }, &asy_default_limits);
    cr_expect_eq(w.reading.dossier->findings_n, 101);
    cr_expect(walk_found(&w, ASY_LIMIT_REACHED));
    walking_end(&w);
    free(many);
}
