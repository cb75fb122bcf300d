#include "codec/git_ref.h"

#include <criterion/criterion.h>

Test(git_ref, names)
{
    static const char *const good[] = { "v1.0", "refs/tags/v1.0", "a/b-c/d_e", "refs/heads/f@g", "v1.", "HEAD", "a.b/c" };
    static const char *const wrong[] = { "", "/a", "a/", "a//b", "a..b", ".a", "a/.b", "a.lock", "a.lock/b", "a b", "a~b",
                                         "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a\x7f", "a\n", "@", "a@{b", "." };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect_eq(asy_is_git_ref(asy_view_of(good[i])), i != 4, "%s", good[i]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect_not(asy_is_git_ref(asy_view_of(wrong[i])), "%s", wrong[i]);
}

#define A "0123456789abcdef0123456789abcdef01234567"
#define B "fedcba9876543210fedcba9876543210fedcba98"

Test(git_ref, a_file_of_one_reference)
{
    struct asy_git_ref ref = { .target = { NULL, 0 } };

    cr_assert(asy_git_read_ref(asy_view_of(A "\n"), &ref));
    cr_expect_eq(ref.target.len, 0);
    cr_expect_eq(ref.id[0], 0x01);
    cr_expect_eq(ref.id[19], 0x67);
    cr_assert(asy_git_read_ref(asy_view_of("ref: refs/heads/main\n"), &ref));
    cr_expect(asy_view_is(ref.target, "refs/heads/main"));
    cr_expect_not(asy_git_read_ref(asy_view_of(""), &ref));
    cr_expect_not(asy_git_read_ref(asy_view_of(A "0\n"), &ref));
    cr_expect_not(asy_git_read_ref(asy_view_of(A "\n\n"), &ref));
    cr_expect_not(asy_git_read_ref(asy_view_of("ref: ../x\n"), &ref));
    cr_expect_not(asy_git_read_ref(asy_view_of("0123456789ABCDEF0123456789abcdef01234567\n"), &ref));
}

Test(git_ref, packed_references)
{
    static const char file[] = "# pack-refs with: peeled\n" A " refs/heads/a\n" B " refs/tags/v1\n^" A "\n";
    struct asy_git_ref ref = { .target = { NULL, 0 } };
    bool malformed;

    cr_assert(asy_git_find_packed(asy_view_of(file), asy_view_of("refs/tags/v1"), &ref, &malformed));
    cr_expect_eq(ref.id[0], 0xfe);
    cr_expect_not(asy_git_find_packed(asy_view_of(file), asy_view_of("refs/tags/v"), &ref, &malformed));
    cr_expect_not(malformed);
    cr_expect_not(asy_git_find_packed(asy_view_of(A " refs/a\n" B " refs/a\n"), asy_view_of("refs/a"), &ref, &malformed));
    cr_expect(malformed);
    cr_expect_not(asy_git_find_packed(asy_view_of(A " refs/a\nx\n"), asy_view_of("refs/a"), &ref, &malformed));
    cr_expect(malformed);
}
