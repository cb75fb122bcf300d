/* Objects of git as bytes: testdata/git_object/make.sh made the good ones; the bad ones are made of these. */
#include "support/reading.h"

static struct asy_view object_file(const char *name)
{
    struct asy_view file;
    char path[512];

    (void)snprintf(path, sizeof path, "%s/git_object/%s.object", ASSAY_TESTDATA, name);
    file = load_file(path);
    cr_assert_not_null(file.data, "%s", path);
    return file;
}

static struct reading_test read_object(const char *name)
{
    struct reading_test t = reading_of("git_object", name);
    struct asy_view file = object_file(name);

    cr_expect(is_recognised("git_object", file, name), "%s", name);
    read_bytes(&t, file);
    unload(file);
    cr_assert(assay_ok(t.status), "%s: %s", name, t.reading.diag.text);
    return t;
}

/* "type size NUL" and the content. */
static struct asy_view framed(struct asy_arena *arena, const char *type, struct asy_view content)
{
    char frame[64];
    int n = snprintf(frame, sizeof frame, "%s %zu", type, content.len);
    uint8_t *bytes = asy_alloc(arena, (size_t)n + 1 + content.len, 1);

    cr_assert_not_null(bytes);
    memcpy(bytes, frame, (size_t)n + 1);
    memcpy(bytes + n + 1, content.data, content.len);
    return (struct asy_view){ bytes, (size_t)n + 1 + content.len };
}

static const struct asy_claim *claim_of(const struct reading_test *t, enum asy_claim_kind kind)
{
    for (size_t i = 0; i < t->reading.dossier->facts_n; i++) {
        if (t->reading.dossier->facts[i]->claim.kind == kind)
            return &t->reading.dossier->facts[i]->claim;
    }
    return NULL;
}

Test(git_object, each_kind_of_signature_is_a_claim_about_the_rest_of_the_object)
{
    static const char *const names[] = { "commit-ssh", "commit-gpg", "commit-x509", "tag-ssh", "tag-gpg" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct reading_test t = read_object(names[i]);
        const struct asy_claim *signature = claim_of(&t, ASY_CLAIM_SIGNATURE), *link = claim_of(&t, ASY_CLAIM_LINK);

        cr_assert_not_null(signature, "%s", names[i]);
        cr_expect(signature->is.signature.has_maker, "%s", names[i]);
        cr_expect(asy_view_is(signature->is.signature.maker, "dev@vendor.example"), "%s", names[i]);
        cr_assert_not_null(link, "%s", names[i]);
        cr_assert_not_null(link->is.link.object, "%s", names[i]);
        cr_expect_eq(link->is.link.value.len, 20);
        cr_expect_str_eq(link->is.link.object->type, names[i][0] == 'c' ? "tree" : "commit");
        cr_expect_not_null(t.reading.document->slack, "%s", names[i]);
        reading_end(&t);
    }
}

Test(git_object, the_namespace_of_ssh_is_gits_own)
{
    struct reading_test t = read_object("tag-ssh");
    const struct asy_claim *signature = claim_of(&t, ASY_CLAIM_SIGNATURE);

    cr_assert_not_null(signature);
    cr_expect_str_eq(signature->is.signature.usual_name_space, "git");
    cr_expect(asy_view_is(signature->is.signature.name_space, "git"));
    reading_end(&t);
}

Test(git_object, a_tag_says_its_name)
{
    struct reading_test t = read_object("tag-gpg");

    cr_assert_eq(t.reading.dossier->statements_n, 1);
    cr_expect_eq(t.reading.dossier->statements[0].kind, ASY_SAYS_REF);
    cr_expect(asy_view_is(t.reading.dossier->statements[0].text, "v1.1"));
    reading_end(&t);
}

/* Of what the object that is asked for leads to, nobody asks who signed it. */
Test(git_object, an_object_that_is_only_led_to_claims_no_signature)
{
    struct reading_test t = reading_of("git_object", "commit");
    struct asy_view file = object_file("commit-gpg");

    t.reading.subject = asy_add_item(t.reading.dossier, "tag", NULL);
    read_bytes(&t, file);
    cr_assert(assay_ok(t.status));
    cr_expect_null(claim_of(&t, ASY_CLAIM_SIGNATURE));
    cr_expect_not_null(claim_of(&t, ASY_CLAIM_LINK));
    unload(file);
    reading_end(&t);
}

Test(git_object, a_tree_names_its_entries)
{
    struct reading_test t = read_object("tree");

    cr_assert_eq(t.reading.dossier->facts_n, 2);
    cr_expect_str_eq(link_no(&t, 0)->object->type, "blob");
    cr_expect(asy_view_is(link_no(&t, 0)->object->path, "README"));
    cr_expect_str_eq(link_no(&t, 1)->object->type, "tree");
    reading_end(&t);
}

#define TREE   "tree 0123456789abcdef0123456789abcdef01234567\n"
#define PERSON "Dev <dev@vendor.example> 1780272000 +0000\n"
#define PEOPLE "author " PERSON "committer " PERSON
#define OBJECT "object 0123456789abcdef0123456789abcdef01234567\n"
#define ARMOR  "-----BEGIN PGP SIGNATURE-----\n"

struct bad {
    const char *why, *type, *content;
};

static const struct bad bad[] = {
    { "no tree", "commit", PEOPLE "\nm" },
    { "an id in capitals", "commit", "tree 0123456789ABCDEF0123456789abcdef01234567\n" PEOPLE "\nm" },
    { "an id too long", "commit", "tree 0123456789abcdef0123456789abcdef012345678\n" PEOPLE "\nm" },
    { "two trees", "commit", TREE TREE PEOPLE "\nm" },
    { "a parent behind the people", "commit", TREE PEOPLE "parent 0123456789abcdef0123456789abcdef01234567\n\nm" },
    { "two committers", "commit", TREE PEOPLE "committer " PERSON "\nm" },
    { "no committer", "commit", TREE "author " PERSON "\nm" },
    { "no address", "commit", TREE "author " PERSON "committer Dev 1780272000 +0000\n\nm" },
    { "two addresses", "commit", TREE "author " PERSON "committer Dev <a@b> <c@d> 1780272000 +0000\n\nm" },
    { "no end of the headers", "commit", TREE PEOPLE },
    { "a continuation of nothing", "commit", TREE PEOPLE " more\n\nm" },
    { "a header cut short", "commit", TREE PEOPLE "gpgsig x\n y" },
    { "a signature of no kind", "commit", TREE PEOPLE "gpgsig x\n y\n\nm" },
    { "a signature of nothing", "commit", TREE PEOPLE "gpgsig \n\nm" },
    { "two signatures", "commit", TREE PEOPLE "gpgsig x\ngpgsig x\n\nm" },
    { "a signature for SHA-256", "commit", TREE PEOPLE "gpgsig-sha256 x\n\nm" },
    { "no object", "tag", "type commit\ntag v1\ntagger " PERSON "\nm" },
    { "a type that is none", "tag", OBJECT "type thing\ntag v1\ntagger " PERSON "\nm" },
    { "no name", "tag", OBJECT "type commit\ntagger " PERSON "\nm" },
    { "a name that is no name", "tag", OBJECT "type commit\ntag ../v1\ntagger " PERSON "\nm" },
    { "a header more", "tag", OBJECT "type commit\ntag v1\ntagger " PERSON "gpgsig x\n\nm" },
    { "a name twice", "tag", OBJECT "type commit\ntag v1\ntag v2\ntagger " PERSON "\nm" },
    { "two armors", "tag", OBJECT "type commit\ntag v1\ntagger " PERSON "\nm\n" ARMOR ARMOR },
    { "an armor that is none", "tag", OBJECT "type commit\ntag v1\ntagger " PERSON "\nm\n" ARMOR },
    { "of another type", "blob", "text" },
    { "of no type", "", TREE PEOPLE "\nm" },
};

Test(git_object, what_breaks_the_grammar_is_refused)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct reading_test t = reading_of("git_object", "object");

        read_bytes(&t, framed(t.arena, bad[i].type, asy_view_of(bad[i].content)));
        cr_expect_not(assay_ok(t.status), "%s", bad[i].why);
        cr_expect_neq(t.reading.diag.text[0], '\0', "%s", bad[i].why);
        reading_end(&t);
    }
}

Test(git_object, the_frame_is_checked)
{
    static const struct asy_view frames[] = {
        ASY_TEXT_INIT("commit 5\0abcd"),  ASY_TEXT_INIT("commit 3\0abcd"), ASY_TEXT_INIT("commit 04\0abcd"),
        ASY_TEXT_INIT("commit  4\0abcd"), ASY_TEXT_INIT("commit 4 abcd"),   ASY_TEXT_INIT("commit\0abcd"),
        ASY_TEXT_INIT("Commit 4\0abcd"),  ASY_TEXT_INIT("commit +4\0abcd"), ASY_TEXT_INIT(""),
    };

    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct reading_test t = reading_of("git_object", "object");

        cr_expect_not(is_recognised("git_object", frames[i], "object"), "frame %zu", i);
        read_bytes(&t, frames[i]);
        cr_expect_not(assay_ok(t.status), "frame %zu", i);
        reading_end(&t);
    }
}

/* Headers that are none of these may stand there, and go on in later lines. */
Test(git_object, other_headers_of_a_commit_are_fine)
{
    struct reading_test t = reading_of("git_object", "object");

    read_bytes(&t, framed(t.arena, "commit",
                          asy_view_of(TREE PEOPLE "encoding UTF-8\nmergetag object 1\n tag v\n  gpgsig x\n\nm")));
    cr_expect(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_expect_null(claim_of(&t, ASY_CLAIM_SIGNATURE));
    reading_end(&t);
}

/* ---- trees ---- */

#define ID "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"

struct names {
    struct asy_view content;
    enum asy_reason reason; /* NONE: the tree itself is refused; the count that it is fine */
};

static const struct names names[] = {
    { ASY_TEXT_INIT("100644 a\0" ID), ASY_REASONS },
    { ASY_TEXT_INIT("100644 .gitignore\0" ID "100644 .gitmodules\0" ID "100644 git\0" ID), ASY_REASONS },
    { ASY_TEXT_INIT("100644 a\0" ID "40000 a.b\0" ID "40000 b\0" ID "100644 b0\0" ID), ASY_REASONS },
    { ASY_TEXT_INIT("100755 dev-disk-by\\x2dlabel\0" ID), ASY_REASONS },
    { ASY_TEXT_INIT(""), ASY_REASONS },
    { ASY_TEXT_INIT("40000 .git\0" ID), ASY_ARCHIVE_PATH },
    { ASY_TEXT_INIT("120000 .GIT\0" ID), ASY_ARCHIVE_PATH },
    { ASY_TEXT_INIT("40000 .g\xe2\x80\x8dit\0" ID), ASY_ARCHIVE_PATH },
    { ASY_TEXT_INIT("40000 \xef\xbb\xbf.git\0" ID), ASY_ARCHIVE_PATH },
    { ASY_TEXT_INIT("40000 .git . .\0" ID), ASY_ARCHIVE_PATH },
    { ASY_TEXT_INIT("40000 GIT~1\0" ID), ASY_ARCHIVE_PATH },
    { ASY_TEXT_INIT("100644 a\\..\\b\0" ID), ASY_ARCHIVE_PATH },
    { ASY_TEXT_INIT("120000 .gitmodules\0" ID), ASY_ARCHIVE_PATH },
    { ASY_TEXT_INIT("100644 a\0" ID "100644 a.b\0" ID "40000 a\0" ID), ASY_ARCHIVE_DUPLICATE },
    { ASY_TEXT_INIT("40000 A\0" ID "40000 a\0" ID), ASY_ARCHIVE_DUPLICATE },
    { ASY_TEXT_INIT("160000 A\0" ID "100644 a\0" ID), ASY_ARCHIVE_DUPLICATE },
    { ASY_TEXT_INIT("100644 a\0" ID "100644 a\0" ID), ASY_REASON_NONE },
    { ASY_TEXT_INIT("40000 a\0" ID "100644 a.b\0" ID), ASY_REASON_NONE },
    { ASY_TEXT_INIT("040000 a\0" ID), ASY_REASON_NONE },
    { ASY_TEXT_INIT("100644 a\0" ID "1"), ASY_REASON_NONE },
    { ASY_TEXT_INIT("100644 a\0\1\1\1"), ASY_REASON_NONE },
    { ASY_TEXT_INIT("a\0" ID), ASY_REASON_NONE },
};

Test(git_object, names_that_a_checkout_may_not_write_are_found)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct reading_test t = reading_of("git_object", "tree");

        read_bytes(&t, framed(t.arena, "tree", names[i].content));
        cr_expect_eq(assay_ok(t.status), names[i].reason != ASY_REASON_NONE, "tree %zu: %s", i, t.reading.diag.text);
        if (names[i].reason == ASY_REASONS)
            cr_expect_eq(t.reading.dossier->findings_n, 0, "tree %zu", i);
        else if (names[i].reason != ASY_REASON_NONE)
            cr_expect(has_finding(&t, names[i].reason), "tree %zu", i);
        reading_end(&t);
    }
}

/* However many notes a tree gives rise to, what blocks is told. */
Test(git_object, many_notes_hide_no_unsafe_name)
{
    struct reading_test t = reading_of("git_object", "tree");
    uint8_t bytes[4096];
    size_t n = 0;

    for (unsigned i = 0; i < 40; i++) {
        n += (size_t)snprintf((char *)bytes + n, sizeof bytes - n, "160000 %02u", i) + 1;
        memset(bytes + n, 1, 20);
        n += 20;
    }
    memcpy(bytes + n, "40000 git~1\0" ID, sizeof "40000 git~1\0" ID - 1);
    n += sizeof "40000 git~1\0" ID - 1;
    read_bytes(&t, framed(t.arena, "tree", (struct asy_view){ bytes, n }));
    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_expect(has_finding(&t, ASY_ARCHIVE_PATH));
    reading_end(&t);
}
