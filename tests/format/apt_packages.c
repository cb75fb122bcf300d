#include "support/reading.h"

#define HASH "bd88d7c0d22dbaef59c473400083d68570ce2de9e63c1186fa442e14e194af87"
#define STANZA(package, version, path) \
    "Package: " package "\nVersion: " version "\nArchitecture: amd64\nFilename: " path "\nSize: 7\nSHA256: " HASH "\n"

static struct reading_test read_index(const char *const *files, size_t n, const char *text)
{
    struct reading_test t = reading_of("apt_packages", "Packages");

    for (size_t i = 0; i < n; i++)
        asy_add_item(t.reading.dossier, files[i], NULL)->is_subject = true;
    if (n == 1)
        t.reading.subject = t.reading.dossier->items[1];
    read_text(&t, text);
    return t;
}

static size_t bound(const char *file, const char *text)
{
    struct reading_test t = read_index(&file, 1, text);
    size_t n = t.reading.dossier->facts_n;

    cr_expect(assay_ok(t.status) == (n > 0), "%s: %s", file, t.reading.diag.text);
    reading_end(&t);
    return n;
}

Test(apt_packages, a_stanza_is_about_the_file_of_its_path_or_its_package)
{
    static const char text[] = STANZA("other", "1", "pool/other_1_amd64.deb") "\n" STANZA(
        "agent", "2:1.0-1", "pool/main/agent_1.0-1_amd64.deb");

    cr_expect_eq(bound("agent_1.0-1_amd64.deb", text), 1);
    cr_expect_eq(bound("pool/main/agent_1.0-1_amd64.deb", text), 1);
    cr_expect_eq(bound("agent_2%3a1.0-1_amd64.deb", text), 1);
    cr_expect_eq(bound("agent_2:1.0-1_amd64.deb", text), 1);
    cr_expect_eq(bound("agent_3%3a1.0-1_amd64.deb", text), 0);
    cr_expect_eq(bound("agent_1.0-2_amd64.deb", text), 0);
    cr_expect_eq(bound("agent_1.0-1_arm64.deb", text), 0);
    cr_expect_eq(bound("agent", text), 0);
    cr_expect_eq(bound("xagent_1.0-1_amd64.deb", text), 0);
}

Test(apt_packages, the_nearest_path_is_meant)
{
    static const char *const files[] = { "a/agent.deb", "b/agent.deb" };
    struct reading_test t = read_index(files, 2, STANZA("agent", "1", "b/agent.deb"));

    cr_assert(assay_ok(t.status));
    cr_assert_eq(t.reading.dossier->facts_n, 1);
    cr_expect_eq(link_no(&t, 0)->target.pieces[0].span.item, t.reading.dossier->items[2]);
    cr_expect(link_no(&t, 0)->has_size && link_no(&t, 0)->size == 7);
    reading_end(&t);
}

Test(apt_packages, the_package_that_the_file_says_it_is)
{
    struct reading_test t = reading_of("apt_packages", "Packages");
    static const struct {
        enum asy_statement_kind kind;
        const char *text;
    } said[] = { { ASY_SAYS_PACKAGE, "agent" }, { ASY_SAYS_VERSION, "2:1.0-1" }, { ASY_SAYS_ARCH, "amd64" } };
    struct asy_item *item = asy_add_item(t.reading.dossier, "renamed.deb", NULL);

    for (size_t i = 0; i < 3; i++)
        asy_add_statement(t.reading.dossier, said[i].kind, item)->text = asy_view_of(said[i].text);
    t.reading.subject = item;
    read_text(&t, STANZA("agent", "2:1.0-1", "pool/main/agent_1.0-1_amd64.deb"));
    cr_expect(assay_ok(t.status));
    cr_expect_eq(t.reading.dossier->facts_n, 1);
    reading_end(&t);
}

Test(apt_packages, every_strong_digest_is_claimed_and_no_weak_one_beside_it)
{
    static const char *const file = "agent.deb";
    struct reading_test t = read_index(
        &file, 1, STANZA("agent", "1", "agent.deb") "MD5sum: 25f67d05bd7e552ff654c717d04f2d9e\nSHA512: " HASH HASH "\n");

    cr_assert(assay_ok(t.status));
    cr_assert_eq(t.reading.dossier->facts_n, 2);
    cr_expect_eq(link_no(&t, 0)->alg, ASY_SHA512);
    cr_expect_eq(link_no(&t, 1)->alg, ASY_SHA256);
    reading_end(&t);
}

Test(apt_packages, malformed)
{
    static const char *const bad[] = {
        STANZA("agent", "1", "agent.deb") "SHA256: " HASH "\n", /* given twice */
        STANZA("agent", "1", "agent.deb") "filename: other.deb\n",
        "Package: agent\nVersion: 1\nArchitecture: amd64\nSHA256: " HASH "\n", /* no path */
        "Package: agent\nVersion: 1\nArchitecture: amd64\nFilename:\n agent.deb\nSHA256: " HASH "\n",
        "Package: agent\nVersion: 1\nArchitecture: amd64\nFilename: agent.deb\nSize: x\nSHA256: " HASH "\n",
        "Package: agent\nVersion: 1\nArchitecture: amd64\nFilename: agent.deb\nSHA256: bd88\n",
        STANZA("agent", "1", "agent.deb") "\n \n",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        static const char *const file = "agent.deb";
        struct reading_test t = read_index(&file, 1, bad[i]);

        cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "%s", bad[i]);
        reading_end(&t);
    }
}

Test(apt_packages, recognition)
{
    cr_expect(is_recognised("apt_packages", asy_view_of(STANZA("agent", "1", "agent.deb")), "x"));
    cr_expect_not(is_recognised("apt_packages", asy_view_of("Package: agent\nBinary: agent\nDirectory: pool\n"), "Sources"));
}
