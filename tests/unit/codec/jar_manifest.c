#include "codec/jar_manifest.h"

#include <criterion/criterion.h>

static struct asy_arena *arena;

static void begin(void)
{
    arena = asy_arena_new(1 << 20);
}

static void end(void)
{
    asy_arena_free(arena);
}

TestSuite(jar_manifest, .init = begin, .fini = end);

Test(jar_manifest, sections_with_their_places)
{
    static const char text[] = "Manifest-Version: 1.0\r\n\r\nName: b/lo\r\n ng\r\nSHA-256-Digest: x\r\n\r\n\r\nName: a\r\nX: \r\n";
    struct asy_jar_manifest m;
    const struct asy_jar_section *s;
    struct asy_diag diag;

    cr_assert(assay_ok(asy_jar_manifest_read(arena, asy_view_of(text), &m, &diag)), "%s", diag.text);
    cr_assert_eq(m.n, 3);
    cr_expect(m.sections[0].off == 0 && m.sections[0].len == 25);
    s = asy_jar_section_of(&m, ASY_TEXT("b/long"));
    cr_assert_not_null(s);
    cr_expect(s->off == 25 && s->len == 38);
    cr_expect(asy_view_is(asy_jar_attribute_of(s, "sha-256-digest")->value, "x"));
    s = asy_jar_section_of(&m, ASY_TEXT("a"));
    cr_assert_not_null(s);
    cr_expect(s->off == 65 && s->len == 14);
    cr_expect_eq(asy_jar_attribute_of(s, "X")->value.len, 0);
    cr_expect_null(asy_jar_section_of(&m, ASY_TEXT("b/lo")));
}

Test(jar_manifest, what_is_none)
{
    static const char *const texts[] = {
        "", "\n", "Name: a\n\n", "A: 1\n\nB: 2\n", "A: 1\nA: 2\n", "A: 1\na: 2\n", "A:1\n", "A\n", " A: 1\n", ": 1\n", "A b: 1\n",
        "A: 1\n\nName: x\n\nName: x\n", "A: 1\n\nName: \n", "A: a\rb\n",
    };
    struct asy_jar_manifest m;
    struct asy_diag diag;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_eq(asy_jar_manifest_read(arena, asy_view_of(texts[i]), &m, &diag).code, ASSAY_E_FORMAT, "%zu", i);
    cr_expect_eq(asy_jar_manifest_read(arena, ASY_TEXT("A: \0\n"), &m, &diag).code, ASSAY_E_FORMAT);
}

Test(jar_manifest, digests)
{
    struct asy_jar_attribute good = { ASY_TEXT("SHA-256-Digest"), ASY_TEXT("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") };
    struct asy_jar_attribute old = { ASY_TEXT("SHA-Digest"), ASY_TEXT("2jmj7l5rSw0yVb/vlWAYkK/YBwk=") };
    enum asy_digest_alg alg;
    struct asy_view value;

    cr_expect(asy_jar_digest(arena, &good, "-Digest", &alg, &value) && alg == ASY_SHA256 && value.len == 32);
    cr_expect(asy_jar_digest(arena, &old, "-Digest", &alg, &value) && alg == ASY_SHA1 && value.len == 20);
    cr_expect_not(asy_jar_digest(arena, &good, "-Digest-Manifest", &alg, &value));
    good.value = ASY_TEXT("47DEQpj8HBSa");
    cr_expect(asy_jar_digest(arena, &good, "-Digest", &alg, &value) && value.len == 0);
    good.name = ASY_TEXT("-Digest");
    cr_expect_not(asy_jar_digest(arena, &good, "-Digest", &alg, &value));
}
