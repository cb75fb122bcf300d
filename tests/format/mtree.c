#include "support/reading.h"

#define MD5  "2171c75819e108f89188f3a1400ff9bf"
#define HEX  "650dd59fd93d1fca3ac8053a5b4f4e6240bf88045aac02180f24b4411cfae856"
#define HEX2 "d5c5f09b69f25bf5059606bc891a4bdaac96e4ba058fc001cab9a8a4b9ee7c39"
#define SHA  " sha256=" HEX
#define RMD  "28d4fd91753d8155cfc8725cacb1ed3240d46aa8"

static const char *const paths[] = { "agent.bin", "conf/read me.conf", "conf/more/last" };

struct valid_row {
    const char *name;
    size_t digests; /* of each of the three files */
};

static const struct valid_row valid[] = {
    { "full", 1 }, { "all", 5 }, { "set", 2 }, { "indent", 5 }, { "classic", 1 },
};

Test(mtree, what_libarchive_writes_is_read)
{
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        bool recognised;
        struct reading_test t = read_case("mtree", "valid", valid[i].name, "release.mtree", &recognised);

        cr_expect(recognised, "%s", valid[i].name);
        cr_assert(assay_ok(t.status), "%s: %s", valid[i].name, t.reading.diag.text);
        cr_assert_eq(t.reading.dossier->facts_n, 3 * valid[i].digests, "%s: %zu", valid[i].name,
                     t.reading.dossier->facts_n);
        for (size_t j = 0; j < t.reading.dossier->facts_n; j++) {
            const struct asy_link *link = link_no(&t, j);

            cr_expect(asy_view_is(link->path, paths[j / valid[i].digests]), "%s %zu", valid[i].name, j);
            cr_expect(link->has_size && link->size == (j / valid[i].digests == 2 ? 5 : 10), "%s %zu",
                      valid[i].name, j);
            cr_expect_eq(link->path.data[link->path.len], 0);
        }
        reading_end(&t);
    }
}

static const struct defect invalid[] = {
    { "absolute-path", ASSAY_E_FORMAT, ASY_MANIFEST_PATH },
    { "bad-escape", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "conflict", ASSAY_E_FORMAT, ASY_MANIFEST_CONFLICT },
    { "digest-of-a-directory", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "escaped-slash", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "no-digests", ASSAY_E_FORMAT, ASY_MANIFEST_EMPTY },
    { "short-digest", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "traversal", ASSAY_E_FORMAT, ASY_MANIFEST_PATH },
    { "unknown-keyword", ASSAY_E_FORMAT, ASY_REASON_NONE },
    { "unknown-version", ASSAY_E_UNSUPPORTED, ASY_REASON_NONE },
};

Test(mtree, one_defect_refuses_all_of_it)
{
    check_defects("mtree", "release.mtree", invalid, sizeof invalid / sizeof *invalid);
}

struct text_row {
    const char *text;
    int code;
    size_t links;
    const char *path; /* of the last link */
};

static const struct text_row texts[] = {
    { "#mtree\n./a" SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree v1.0\n./a type=file" SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree v2.0\n./a optional uid=0" SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree \r\n./a" SHA "\r\n", ASSAY_OK, 1, "a" },
    { "#mtree v3.0\n./a" SHA "\n", ASSAY_E_UNSUPPORTED, 0, NULL },
    { "#mtreeful\n./a" SHA "\n", ASSAY_E_UNSUPPORTED, 0, NULL },
    { "#mtree\n", ASSAY_E_FORMAT, 0, NULL },
    { "", ASSAY_E_FORMAT, 0, NULL },
    { "./a" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n\t# comment\n\n  a" SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree\n# comment \\\na" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n# comment\\\na" SHA "\n", ASSAY_E_FORMAT, 0, NULL },

    /* directories */
    { "#mtree\n. type=dir\nsub type=dir\na" SHA "\n..\nb" SHA "\n..\n", ASSAY_OK, 2, "b" },
    { "#mtree\nsub type=dir\nmore type=dir\na" SHA "\n", ASSAY_OK, 1, "sub/more/a" },
    { "#mtree\nsub type=dir\n./full" SHA "\n", ASSAY_OK, 1, "full" },
    { "#mtree\n./sub type=dir\na" SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree\n./sub/ type=dir\na" SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree\n./ type=dir\na" SHA "\n..\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n. type=dir\n..\n..\na" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n..\na" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\nsub type=dir\n.. type=dir\na" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n\\056\\056 type=dir\na" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\nsub type=dir\n\\056." SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n." SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a/" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n/set type=dir\nsub\n/set type=file\na" SHA "\n", ASSAY_OK, 1, "sub/a" },
    { "#mtree\n/set type=dir\nsub\n/unset type\na" SHA "\n", ASSAY_OK, 1, "sub/a" },
    { "#mtree\n/set type=dir\nsub\n/unset all\na" SHA "\n", ASSAY_OK, 1, "sub/a" },

    /* /set and /unset */
    { "#mtree\n/set uid=0 mode=0644\n/unset uid mode\n./a" SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree\n/set" SHA "\n./a type=file\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n/set size=1\n./a" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n/set colour=red\n./a" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n/unset colour\n./a" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n/sets\n./a" SHA "\n", ASSAY_E_FORMAT, 0, NULL },

    /* escapes */
    { "#mtree\n./a\\040\\303\\274\\\\\\s\\n" SHA "\n", ASSAY_OK, 1, "a \303\274\\ \n" },
    { "#mtree\n./a\\043\\#" SHA "\n", ASSAY_OK, 1, "a##" },
    { "#mtree\n./a\\400" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a\\999" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a\\04" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a\\000" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a\\057b" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a\\^A" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a\\M-a" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./b\\", ASSAY_E_FORMAT, 0, NULL },

    /* continued lines */
    { "#mtree\n./a type=file \\\n   size=1 \\\n" SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree\n./a type=file" SHA " \\\n\n", ASSAY_OK, 1, "a" },
    { "#mtree\n./a type=file" SHA " \\\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a type=fi\\\nle" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a \\\n# comment\n" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a\\\\\n./b" SHA "\n", ASSAY_OK, 1, "b" }, /* an escaped backslash ends a name */

    /* keywords */
    { "#mtree\n./a type=file md5=" MD5 SHA " rmd160digest=" RMD "\n", ASSAY_OK, 2, "a" },
    { "#mtree\n./a rmd160=" RMD "\n", ASSAY_OK, 1,
      "a" }, /* stays unknown: the file must not pass unchecked */
    { "#mtree\n./a" SHA SHA "\n", ASSAY_OK, 1, "a" },
    { "#mtree\n./a" SHA " sha256digest=" HEX2 "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a" SHA " type=file type=file\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a" SHA " size=1 size=1\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a" SHA " size=-1\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a" SHA " size\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a" SHA " optional=1\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a" SHA " type=door\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a" SHA " contents=./b\n", ASSAY_E_UNSUPPORTED, 0, NULL },
    { "#mtree\n./a sha256=\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a sha256=0x" HEX "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a type=link link=b\n./b" SHA "\n", ASSAY_OK, 2, "b" },
    { "#mtree\n./b" SHA "\n./a type=link link=../\\040b\n", ASSAY_OK, 2, "a" },
    { "#mtree\n./b" SHA "\n./a type=link\n", ASSAY_OK, 1, "b" }, /* stays unsaid */
    { "#mtree\n./b link=a" SHA "\n", ASSAY_OK, 1, "b" },
    { "#mtree\n./a type=link link=\n./b" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a type=link link=b link=b\n./b" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a type=link link=b\n./a type=link link=c\n./b" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n/set type=link link=b\n./a\n./b" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a type=link link=b" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a type=link link=b\n./a" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a type=dir size=1\n./a type=dir size=2\n./b" SHA "\n", ASSAY_OK, 1, "b" },
    { "#mtree\n./a type=file size=1\n./a size=2" SHA "\n", ASSAY_E_FORMAT, 0, NULL },
    { "#mtree\n./a type=file\n./b" SHA "\n", ASSAY_OK, 1, "b" },
};

Test(mtree, the_grammar_line_by_line)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading_test t = reading_of("mtree", "release.mtree");

        read_text(&t, texts[i].text);
        cr_expect_eq(t.status.code, texts[i].code, "\"%s\": %d %s", texts[i].text, t.status.code,
                     t.reading.diag.text);
        cr_expect_eq(t.reading.dossier->facts_n, texts[i].links, "\"%s\"", texts[i].text);
        if (texts[i].path != NULL && t.reading.dossier->facts_n == texts[i].links)
            cr_expect(asy_view_is(link_no(&t, texts[i].links - 1)->path, texts[i].path), "\"%s\"",
                      texts[i].text);
        reading_end(&t);
    }
}

Test(mtree, special_files_are_a_finding)
{
    static const char *const types[] = { "block", "char", "fifo", "socket" };

    for (size_t i = 0; i < 4; i++) {
        struct reading_test t = reading_of("mtree", "release.mtree");

        read_text(&t, asy_printf(t.arena, "#mtree\n./a" SHA "\n./dev type=%s device=native,1,2\n", types[i]));
        cr_expect(assay_ok(t.status), "%s", types[i]);
        cr_expect(has_finding(&t, ASY_TREE_SPECIAL), "%s", types[i]);
        cr_expect_eq(t.reading.dossier->facts_n, 1, "%s", types[i]);
        reading_end(&t);
    }
}

Test(mtree, directories_are_bounded)
{
    struct reading_test t = reading_of("mtree", "release.mtree");

    t.limits.depth = 2;
    read_text(&t, "#mtree\na type=dir\nb type=dir\nc type=dir\nd" SHA "\n");
    cr_expect_eq(t.status.code, ASSAY_E_LIMIT);
    reading_end(&t);
}

Test(mtree, recognised_by_its_first_line)
{
    cr_expect(is_recognised("mtree", ASY_TEXT("#mtree\n"), "x"));
    cr_expect(is_recognised("mtree", ASY_TEXT("#mtree v2.0\n"), "x"));
    cr_expect(is_recognised("mtree", ASY_TEXT("#mtree\r\n" HEX "  a\r\n"), "x"));
    cr_expect_not(is_recognised("mtree", ASY_TEXT("#mtreeful\n"), "x"));
    cr_expect_not(is_recognised("mtree", ASY_TEXT("# c\n#mtree\n./a" SHA "\n"), "x.mtree"));
}

Test(mtree, every_prefix_and_every_zero_byte)
{
    check_prefixes_and_zeros("mtree",
                             "#mtree\n/set type=file\n. type=dir\n  a\\040b size=1 \\\n" SHA
                             "\nsub type=dir\nc" SHA "\n..\n..\n",
                             2);
}
