#include "codec/build_names.h"

#include <criterion/criterion.h>

#define V(text) asy_view_of(text)
#define B "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/builder_go_slsa3.yml"

static const struct pair {
    const char *said, *expected;
    bool is;
} builders[] = {
    { B "@refs/tags/v1.2.3", B, true },
    { B "@refs/tags/v1.2.3", B "@v1.2.3", true },
    { B "@refs/tags/v1.2.3", B "@refs/tags/v1.2.3", true },
    { B "@v0.3", B "@v0.3", true },
    { B, B, true },
    { B "@refs/tags/v1.2.3", B "@v1.2.4", false },
    { B "@refs/tags/v1.2.3", B "@v1.2", false },
    { B "@refs/heads/v1.2.3", B "@v1.2.3", false },
    { B "@refs/tags/v1.2.3", B "a", false },
    { B "a@refs/tags/v1.2.3", B, false },
    { B "@refs/tags/v1.2.3", B "@", false },
    { B "@", B, false },
    { B "@a@b", B, false },
    { B, B "@v1.2.3", false },
    { "", "", false },
    { "@v1", "@v1", false },
}, sources[] = {
    { "git+https://github.com/a/b", "github.com/a/b", true },
    { "https://github.com/a/b", "git+https://github.com/a/b", true },
    { "github.com/a/b", "https://github.com/a/b", true },
    { "gs://bucket/x.tgz", "gs://bucket/x.tgz", true },
    { "git+https://github.com/a/b", "github.com/a/B", false },
    { "git+https://github.com/a/b", "github.com/a/bc", false },
    { "git+https://github.com/a/b", "github.com/a", false },
    { "git+http://github.com/a/b", "github.com/a/b", false },
    { "git+https://gitlab.com/a/b", "github.com/a/b", false },
    { "", "", false },
}, versions[] = {
    { "v1.2.3", "v1", true },
    { "v1.2.3", "v1.2", true },
    { "v1.2.3", "v1.2.3", true },
    { "v1.2.3+linux", "v1.2.3", true },
    { "v1.2.3", "v1.2.3+build", true },
    { "v1.2.3-rc.1", "v1.2", true },
    { "v1.2.3-rc.1", "v1.2.3-rc.1", true },
    { "v1", "v1.0.0", true },
    { "v1.2", "v1.2.0", true },
    { "v1.2.3-rc.1", "v1.2.3", false },
    { "v1.2.3", "v1.2.3-rc.1", false },
    { "v1.2.3", "v1.3", false },
    { "v1.20.3", "v1.2", false },
    { "v12.0.0", "v1", false },
    { "v1", "v1.1", false },
    { "v1.2.3", "1.2.3", false },
    { "1.2.3", "v1", false },
    { "v1.2.3", "", false },
    { "", "v1", false },
    { "v01.2.3", "v1", false },
    { "v1.2.3.4", "v1", false },
    { "v1-rc", "v1", false },
    { "v1.2.3-", "v1", false },
    { "v1.2.3-01", "v1", false },
    { "v1.2.3+", "v1", false },
}, levels[] = {
    { "SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_2", true },
    { "SLSA_BUILD_LEVEL_2", "SLSA_BUILD_LEVEL_2", true },
    { "BCID_L1", "BCID_L1", true },
    { "SLSA_BUILD_LEVEL_1", "SLSA_BUILD_LEVEL_2", false },
    { "SLSA_SOURCE_LEVEL_3", "SLSA_BUILD_LEVEL_2", false },
    { "BCID_L2", "BCID_L1", false },
    { "SLSA_BUILD_LEVEL_UNEVALUATED", "SLSA_BUILD_LEVEL_0", false },
    { "SLSA_BUILD_LEVEL_03", "SLSA_BUILD_LEVEL_2", false },
    { "SLSA_BUILD_LEVEL_-3", "SLSA_BUILD_LEVEL_2", false },
    { "SLSA_BUILD_LEVEL_99999999999999999999", "SLSA_BUILD_LEVEL_2", false },
    { "SLSA__LEVEL_3", "SLSA_BUILD_LEVEL_2", false },
    { "", "", false },
};

#define CHECK(rows, function)                                                                                         \
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)                                                           \
    cr_expect(function(V(rows[i].said), V(rows[i].expected)) == rows[i].is, "%s for %s", rows[i].said, rows[i].expected)

Test(build_names, a_name_is_the_expected_one)
{
    CHECK(builders, asy_builder_matches);
    CHECK(sources, asy_source_matches);
    CHECK(versions, asy_tag_is_of_version);
    CHECK(levels, asy_level_meets);
}

Test(build_names, releases_of_builders)
{
    cr_expect(asy_is_release_ref(V("refs/tags/v1.2.3")));
    cr_expect_not(asy_is_release_ref(V("refs/tags/v1.2")));
    cr_expect_not(asy_is_release_ref(V("refs/tags/v1.2.3-rc.1")));
    cr_expect_not(asy_is_release_ref(V("refs/tags/v1.2.3+b")));
    cr_expect_not(asy_is_release_ref(V("refs/heads/v1.2.3")));
    cr_expect_not(asy_is_release_ref(V("refs/tags/1.2.3")));
    cr_expect_not(asy_is_release_ref(V("v1.2.3")));
    cr_expect_not(asy_is_release_ref(V("")));
}

Test(build_names, sources_have_refs)
{
    struct asy_view repository, ref;

    cr_assert(asy_source_split(V("git+https://github.com/a/b@refs/heads/main@x"), &repository, &ref));
    cr_expect(asy_view_is(repository, "github.com/a/b") && asy_view_is(ref, "refs/heads/main@x"));
    cr_assert(asy_source_split(V("https://github.com/a/b"), &repository, &ref));
    cr_expect(asy_view_is(repository, "github.com/a/b") && ref.len == 0);
    cr_expect_not(asy_source_split(V("git+https://github.com/a/b@main"), &repository, &ref));
    cr_expect_not(asy_source_split(V("git+https://user@github.com/a/b"), &repository, &ref));
    cr_expect_not(asy_source_split(V("git+https://github.com/a/b@refs/"), &repository, &ref));
    cr_expect_not(asy_source_split(V("git+https://"), &repository, &ref));
    cr_expect(asy_view_is(asy_ref_name(V("refs/heads/a/b"), "heads"), "a/b"));
    cr_expect(asy_ref_name(V("refs/heads/a"), "tags").len == 0);
    cr_expect(asy_ref_name(V("refs/headsX/a"), "heads").len == 0);
}

static const struct {
    const char *purl, *name, *version; /* NULL: none */
} purls[] = {
    { "pkg:npm/%40scope/name@1.2.3", "@scope/name", "1.2.3" },
    { "pkg:npm/name@1.2.3-rc.1", "name", "1.2.3-rc.1" },
    { "pkg:npm/@scope/name@1.2.3", "@scope/name", "1.2.3" },
    { "pkg:npm/name", NULL, NULL },
    { "pkg:npm/name@", NULL, NULL },
    { "pkg:npm/@1.2.3", NULL, NULL },
    { "pkg:npm/name@1@2", NULL, NULL },
    { "pkg:npm/na%4", NULL, NULL },
    { "pkg:npm/na%zz@1", NULL, NULL },
    { "pkg:npm/na%00me@1", NULL, NULL },
    { "pkg:npm/name@1?a=b", NULL, NULL },
    { "pkg:pypi/name@1", NULL, NULL },
};

Test(build_names, npm_packages)
{
    struct asy_arena *arena = asy_arena_new(1 << 16);

    for (size_t i = 0; i < sizeof purls / sizeof *purls; i++) {
        struct asy_view name, version;
        bool is = asy_npm_purl(arena, V(purls[i].purl), &name, &version);

        cr_expect(is == (purls[i].name != NULL), "%s", purls[i].purl);
        if (is && purls[i].name != NULL)
            cr_expect(asy_view_is(name, purls[i].name) && asy_view_is(version, purls[i].version), "%s", purls[i].purl);
    }
    asy_arena_free(arena);
}
