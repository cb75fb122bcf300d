#include "support/ssh.h"

#include "base/text.h"
#include "trust/signer_line.h"

#define NOW 1795467600 /* 2026-11-23T21:00:00Z */
#define ED "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxmsx/NcpXpisdh35KhnaBRZgSSf9sRWBWFPoIPLJVh"

static assay_status load(struct asy_trust *trust, const char *text, struct asy_diag *diag)
{
    return asy_trust_add_allowed_signers(trust, "signers", asy_view_of(text), diag);
}

/* ---- lines, compared with what ssh-keygen said of them (testdata/sshsig/make.sh) ---- */

/* Lines that ssh-keygen trusts and we do not: a bad line before the good one, a quote inside a word, the second of
 * valid-before itself, a certificate in the place of a key. */
static bool is_stricter(int no)
{
    return no >= 64 && no <= 67;
}

static void compare(int no, const char *sig_name, const char *identity, const char *name_space, int64_t at, bool said)
{
    char sig[512], about[512], signers[512];
    struct asy_trust trust = ssh_trust_new();
    struct asy_ssh_answer answer = { 0 };
    struct asy_view file;
    struct ssh_test t;

    (void)snprintf(sig, sizeof sig, "%s/sshsig/valid/%s/agent.bin.sig", ASSAY_TESTDATA, sig_name);
    (void)snprintf(about, sizeof about, "%s/sshsig/valid/%s/agent.bin", ASSAY_TESTDATA, sig_name);
    (void)snprintf(signers, sizeof signers, "%s/sshsig/signers/%02d", ASSAY_TESTDATA, no);
    t = ssh_read_file(sig, about);
    cr_assert(assay_ok(t.reading.status));
    ssh_check(&t, trust.crypto);
    cr_assert(ssh_holds(&t, 0));
    file = load_file(signers);
    cr_assert_not_null(file.data, "%s", signers);
    if (assay_ok(asy_trust_add_allowed_signers(&trust, "s", file, NULL)))
        answer = ssh_judge(&t, &trust, identity, name_space, at);
    cr_expect_eq(answer.trusted, said && !is_stricter(no), "line %d: %.*s", no, (int)file.len, (const char *)file.data);
    cr_expect_eq(answer.trusted, answer.principal != NULL);
    unload(file);
    ssh_end(&t);
    ssh_trust_clear(&trust);
}

static int64_t time_of(const char *digits)
{
    int year, month, day, hour, minute, second;

    cr_assert_eq(sscanf(digits, "%4d%2d%2d%2d%2d%2dZ", &year, &month, &day, &hour, &minute, &second), 6);
    return asy_seconds_of(year, (unsigned)month, (unsigned)day, (unsigned)hour, (unsigned)minute, (unsigned)second);
}

Test(allowed_signers, what_ssh_keygen_said)
{
    FILE *f = fopen(ASSAY_TESTDATA "/sshsig/signers/said", "r");
    char sig[64], identity[64], name_space[64], at[64], said[8];
    int no, rows = 0;

    cr_assert_not_null(f);
    while (fscanf(f, "%d %63s %63s %63s %63s %7s", &no, sig, identity, name_space, at, said) == 6) {
        compare(no, sig, identity, name_space, time_of(at), strcmp(said, "yes") == 0);
        rows++;
    }
    fclose(f);
    cr_expect_eq(rows, 67);
}

/* ---- the grammar ---- */

static const char *const bad[] = {
    "a",
    "a ssh-ed25519",
    ED,
    ", " ED,
    "\"\" " ED,
    "\"a " ED,
    "\"a\"" ED,
    "a\"b\" " ED,
    "a unknown " ED,
    "a cert-authority,cert-authority " ED,
    "a cert-authority, " ED,
    "a cert-authority,," ED,
    "a !cert-authority " ED,
    "a cert-authority=\"yes\" " ED,
    "a namespaces=file " ED,
    "a namespaces=\"file " ED,
    "a namespaces=\"fi\\\"le\" " ED,
    "a namespaces=\"file\"" ED,
    "a namespaces " ED,
    "a namespaces=\"a\",namespaces=\"b\" " ED,
    "a valid-after=\"20200101Z\",valid-after=\"20200101Z\" " ED,
    "a valid-before=\"20200101Z\",Valid-Before=\"20200101Z\" " ED,
    "a valid-after=\"\" " ED,
    "a valid-after=\"Z\" " ED,
    "a valid-after=\"2020010\" " ED,
    "a valid-after=\"20200230Z\" " ED,
    "a valid-after=\"202001012460Z\" " ED,
    "a valid-after=\"20200101ZZ\" " ED,
    "a valid-after=\"2020010100\" " ED,
    "a valid-after=\"always\" " ED,
    "a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxmsx/NcpXpisdh35KhnaBRZgSSf9sRWBWFPoIPLJV",
    "a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAH6xmsx/NcpXpisdh35KhnaBRZgSSf9sRWBWFPoIPLA==",
    "a ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIKxmsx/NcpXpisdh35KhnaBRZgSSf9sRWBWFPoIPLJVh",
    "a -----BEGIN",
};

Test(allowed_signers, a_bad_line_refuses_the_file)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct asy_trust trust = ssh_trust_new();
        struct asy_diag diag = { 0 };
        char text[512];

        (void)snprintf(text, sizeof text, "# c\nb " ED "\n%s\nc " ED "\n", bad[i]);
        cr_expect_eq(load(&trust, text, &diag).code, ASSAY_E_FORMAT, "%s", bad[i]);
        cr_expect_eq(strncmp(diag.text, "line 3: ", 8), 0, "%s: %s", bad[i], diag.text);
        cr_expect_not(asy_trust_has_signers(&trust), "%s", bad[i]);
        ssh_trust_clear(&trust);
    }
}

Test(allowed_signers, a_nul_refuses_the_file)
{
    static const char text[] = "a\0b " ED "\n";
    struct asy_trust trust = ssh_trust_new();
    struct asy_view bytes = { (const uint8_t *)text, sizeof text - 1 };

    cr_expect_eq(asy_trust_add_allowed_signers(&trust, "s", bytes, NULL).code, ASSAY_E_FORMAT);
    ssh_trust_clear(&trust);
}

Test(allowed_signers, files_add_up_and_keys_of_other_types_are_kept)
{
    struct asy_trust trust = ssh_trust_new();
    struct asy_diag diag = { 0 };

    cr_expect_eq(load(&trust, "# nobody\n\n \t\n", &diag).code, ASSAY_E_FORMAT); /* empty, and not told, trusts nobody */
    cr_expect_not(asy_trust_has_signers(&trust));
    cr_assert(assay_ok(load(&trust, "a " ED "\r\n", &diag)), "%s", diag.text);
    cr_assert(assay_ok(load(&trust, "b ssh-new@example AAAAD3NzaC1uZXdAZXhhbXBsZQ== c\nc " ED, &diag)), "%s",
              diag.text);
    cr_assert_not_null(trust.signers);
    cr_assert_not_null(trust.signers->next);
    cr_assert_not_null(trust.signers->next->next);
    cr_expect_null(trust.signers->next->next->next);
    cr_expect(asy_view_is(trust.signers->principals, "a"));
    cr_expect(asy_view_is(trust.signers->next->next->principals, "c"));
    ssh_trust_clear(&trust);
}

struct pattern_row {
    const char *list, *text;
    bool matches;
};

static const struct pattern_row patterns[] = {
    { "a", "a", true },          { "a", "b", false },     { "a", "", false },       { "*", "a", true },
    { "*", "", false },          { "", "a", false },      { "", "", false },        { "a,b", "b", true },
    { "a,,b", "b", true },       { "a,", "a", true },     { "!a", "b", false },     { "!a,*", "b", true },
    { "!a,*", "a", false },      { "*,!a", "a", false },  { "*,!a*", "ab", false }, { "?", "a", true },
    { "?", "ab", false },        { "a*c", "abbc", true }, { "A", "a", false },      { "!*,a", "a", false },
    { "*@b,!x@b", "y@b", true }, { "!", "a", false },     { "!,a", "a", true },
};

Test(allowed_signers, pattern_lists)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        cr_expect_eq(asy_pattern_list_matches(asy_view_of(patterns[i].list), asy_view_of(patterns[i].text)),
                     patterns[i].matches, "\"%s\" and \"%s\"", patterns[i].list, patterns[i].text);
}

/* ---- why not ---- */

struct why_row {
    const char *options, *identity, *name_space;
    enum asy_reason reason;
};

static const struct why_row whys[] = {
    { "", "release@vendor.example", "file", ASY_REASON_NONE },
    { "", NULL, "file", ASY_REASON_NONE },
    { "", "", "file", ASY_SIGNER_IDENTITY },
    { "", "b", "file", ASY_SIGNER_IDENTITY },
    { "", NULL, "git", ASY_SIGNER_NAMESPACE },
    { "", NULL, NULL, ASY_SIGNER_NAMESPACE },
    { "namespaces=\"git\" ", NULL, "file", ASY_SIGNER_NAMESPACE },
    { "valid-after=\"20300101Z\" ", NULL, "file", ASY_SIGNER_NOT_YET_VALID },
    { "valid-before=\"20200101Z\" ", NULL, "file", ASY_SIGNER_EXPIRED },
    { "cert-authority ", NULL, "file", ASY_SIGNER_UNKNOWN },
};

/* The line that lists the key of valid/ed25519, with options before the key. */
static void line_with(const char *options, char out[static 512])
{
    struct asy_view file = load_file(ASSAY_TESTDATA "/sshsig/valid/ed25519/allowed_signers");

    cr_assert_gt(file.len, 23);
    (void)snprintf(out, 512, "%.23s%s%.*s", (const char *)file.data, options, (int)file.len - 23,
                   (const char *)file.data + 23);
    unload(file);
}

Test(allowed_signers, the_nearest_line_gives_the_reason)
{
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++) {
        struct asy_trust trust = ssh_trust_new();
        struct ssh_test t = ssh_read_file(ASSAY_TESTDATA "/sshsig/valid/ed25519/agent.bin.sig",
                                          ASSAY_TESTDATA "/sshsig/valid/ed25519/agent.bin");
        struct asy_diag diag = { 0 };
        struct asy_ssh_answer answer;
        char text[512];

        line_with(whys[i].options, text);
        cr_assert(assay_ok(load(&trust, "other " ED "\n", &diag)));
        cr_assert(assay_ok(load(&trust, text, &diag)), "%s: %s", text, diag.text);
        answer = ssh_judge(&t, &trust, whys[i].identity, whys[i].name_space, NOW);
        cr_expect_eq(answer.trusted, whys[i].reason == ASY_REASON_NONE, "row %zu", i);
        if (!answer.trusted)
            cr_expect_eq(answer.why.reason, whys[i].reason, "row %zu: %s", i, asy_reason_text(answer.why.reason)->id);
        ssh_end(&t);
        ssh_trust_clear(&trust);
    }
}

Test(allowed_signers, nobody_listed_is_nobody_trusted)
{
    struct asy_trust trust = ssh_trust_new();
    struct ssh_test t = ssh_read_file(ASSAY_TESTDATA "/sshsig/valid/ed25519/agent.bin.sig",
                                      ASSAY_TESTDATA "/sshsig/valid/ed25519/agent.bin");
    struct asy_ssh_answer answer = ssh_judge(&t, &trust, NULL, "file", NOW);

    cr_expect_not(answer.trusted);
    cr_expect_eq(answer.why.reason, ASY_SIGNER_UNKNOWN);
    ssh_end(&t);
    ssh_trust_clear(&trust);
}
