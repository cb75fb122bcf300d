#include "support/ssh.h"

#include "codec/ssh.h"

#define NOW 1795467600 /* 2026-11-23T21:00:00Z */

/* A public key or certificate of testdata/sshsig/krl. */
struct subject {
    struct asy_view blob;
    struct asy_ssh_cert cert;
    bool has_cert;
};

static struct asy_view list_file(const char *name, const char *suffix)
{
    char path[512];
    struct asy_view file;

    (void)snprintf(path, sizeof path, "%s/sshsig/krl/%s%s", ASSAY_TESTDATA, name, suffix);
    file = load_file(path);
    cr_assert_not_null(file.data, "%s", path);
    return file;
}

static struct subject subject_of(struct asy_arena *arena, const char *name)
{
    struct asy_view file = list_file(name, ".pub");
    struct asy_reader r = asy_reader_of(asy_view_head(file, asy_ssh_line_end(file)));
    struct asy_ssh_certificate c;
    struct subject s = { 0 };

    cr_assert(asy_get_ssh_key_text(&r, arena, &s.blob), "%s", name);
    s.has_cert = asy_ssh_is_cert(s.blob);
    if (s.has_cert) {
        cr_assert(assay_ok(asy_ssh_read_cert(arena, s.blob, &c, NULL)), "%s", name);
        s.cert = (struct asy_ssh_cert){
            .ca_blob = c.ca.blob, .key_blob = c.key.blob, .key_id = c.key_id, .serial = c.serial
        };
    }
    unload(file);
    return s;
}

static bool is_revoked(const char *list, const char *name)
{
    struct asy_trust trust = ssh_trust_new();
    struct asy_view file = list_file(list, ".krl");
    struct asy_diag diag = { 0 };
    struct subject s;
    bool revoked;

    cr_assert(assay_ok(asy_trust_add_krl(&trust, file, &diag)), "%s: %s", list, diag.text);
    unload(file);
    s = subject_of(trust.arena, name);
    revoked = asy_trust_is_revoked(&trust, s.blob, s.has_cert ? &s.cert : NULL);
    ssh_trust_clear(&trust);
    return revoked;
}

Test(krl, what_ssh_keygen_said)
{
    FILE *f = fopen(ASSAY_TESTDATA "/sshsig/krl/said", "r");
    char list[64], name[64], said[8];
    int rows = 0;

    cr_assert_not_null(f);
    while (fscanf(f, "%63s %63s %7s", list, name, said) == 3) {
        cr_expect_eq(is_revoked(list, name), strcmp(said, "yes") == 0, "%s by %s", name, list);
        rows++;
    }
    fclose(f);
    cr_expect_eq(rows, 14 * 15);
}

Test(krl, lists_as_text)
{
    cr_expect(is_revoked("text", "ed25519"));
    cr_expect(is_revoked("text", "other"));
    cr_expect_not(is_revoked("text", "rsa"));
    cr_expect(is_revoked("text", "serial-7"), "its key is listed");
    cr_expect(is_revoked("text", "other-ca"), "so is its authority");
    cr_expect_not(is_revoked("text-empty", "ed25519"));
}

static assay_status load_exact(struct asy_trust *trust, struct asy_view bytes)
{
    uint8_t *exact = malloc(bytes.len + (bytes.len == 0));
    assay_status s;

    if (bytes.len > 0)
        memcpy(exact, bytes.data, bytes.len);
    s = asy_trust_add_krl(trust, (struct asy_view){ exact, bytes.len }, NULL);
    free(exact);
    return s;
}

Test(krl, a_list_that_ends_early_is_refused)
{
    static const char *const names[] = { "range", "bitmap", "mixed", "sha1", "keys" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct asy_view file = list_file(names[i], ".krl");
        size_t good = 0;

        for (size_t len = 0; len < file.len; len++) {
            struct asy_trust trust = ssh_trust_new();

            if (assay_ok(load_exact(&trust, asy_view_head(file, len))))
                good++;
            else
                cr_expect_null(trust.krls, "%s, %zu bytes", names[i], len);
            ssh_trust_clear(&trust);
        }
        /* The format has no end mark: a list may end behind its header, and behind each section. */
        cr_expect_leq(good, 4, "%s: %zu prefixes", names[i], good);
        unload(file);
    }
}

/* ---- sections by hand ---- */

#define HEAD "SSHKRL\n\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define CERTS(len, rest) HEAD "\1\0\0\0" len "\0\0\0\0\0\0\0\0" rest
#define ROW(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static const struct asy_view fine[] = {
    ROW(HEAD),
    ROW(CERTS("\x8", "")),
    ROW(CERTS("\x15", "\x20\0\0\0\x8\0\0\0\0\0\0\0\1")),
    ROW(CERTS("\x1d", "\x21\0\0\0\x10\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1")),
    ROW(CERTS("\x1a", "\x22\0\0\0\xd\0\0\0\0\0\0\0\0\0\0\0\1\2")),
    ROW(CERTS("\x1a", "\x22\0\0\0\xd\xff\xff\xff\xff\xff\xff\xff\xfe\0\0\0\1\3")),
    ROW(CERTS("\x17", "\x39\0\0\0\xa\0\0\0\1x\0\0\0\0\0")),
    ROW(HEAD "\xff\0\0\0\xa\0\0\0\1x\0\0\0\0\0"),
};

struct refused_row {
    const char *what;
    struct asy_view bytes;
};

static const struct refused_row refused[] = {
    { "nothing", ROW("") },
    { "half a magic", ROW("SSHKRL\n") },
    { "format 2", ROW("SSHKRL\n\0\0\0\0\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
    { "unknown section", ROW(HEAD "\6\0\0\0\0") },
    { "critical extension", ROW(HEAD "\xff\0\0\0\xa\0\0\0\1x\1\0\0\0\0") },
    { "bytes behind an extension", ROW(HEAD "\xff\0\0\0\xb\0\0\0\1x\0\0\0\0\0y") },
    { "short SHA-1", ROW(HEAD "\3\0\0\0\5\0\0\0\1x") },
    { "short SHA-256", ROW(HEAD "\5\0\0\0\5\0\0\0\1x") },
    { "no key", ROW(HEAD "\2\0\0\0\5\0\0\0\1x") },
    { "no signature", ROW(HEAD "\4\0\0\0\0\0\0\0\0") },
    { "authority is no key", ROW(HEAD "\1\0\0\0\xc\0\0\0\4abcd\0\0\0\0") },
    { "unknown section of certificates", ROW(CERTS("\xd", "\x24\0\0\0\0")) },
    { "critical extension of certificates", ROW(CERTS("\x17", "\x39\0\0\0\xa\0\0\0\1x\1\0\0\0\0")) },
    { "serial 0", ROW(CERTS("\x15", "\x20\0\0\0\x8\0\0\0\0\0\0\0\0")) },
    { "short serial", ROW(CERTS("\x14", "\x20\0\0\0\x7\0\0\0\0\0\0\0")) },
    { "range turned round", ROW(CERTS("\x1d", "\x21\0\0\0\x10\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1")) },
    { "range from 0", ROW(CERTS("\x1d", "\x21\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")) },
    { "half a range", ROW(CERTS("\x15", "\x21\0\0\0\x8\0\0\0\0\0\0\0\1")) },
    { "bit of serial 0", ROW(CERTS("\x1a", "\x22\0\0\0\xd\0\0\0\0\0\0\0\0\0\0\0\1\1")) },
    { "negative bitmap", ROW(CERTS("\x1a", "\x22\0\0\0\xd\0\0\0\0\0\0\0\1\0\0\0\1\x80")) },
    { "overlong bitmap", ROW(CERTS("\x1b", "\x22\0\0\0\xe\0\0\0\0\0\0\0\1\0\0\0\2\0\1")) },
    { "past the last serial", ROW(CERTS("\x1a", "\x22\0\0\0\xd\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\1\2")) },
    { "empty key id", ROW(CERTS("\x11", "\x23\0\0\0\4\0\0\0\0")) },
    { "text", ROW("no list\n") },
    { "half a key", ROW("# comment\nssh-ed25519\n") },
    { "a specification", ROW("serial: 7\n") },
};

Test(krl, what_is_not_understood_is_refused)
{
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct asy_trust trust = ssh_trust_new();

        cr_expect(assay_ok(load_exact(&trust, fine[i])), "fine row %zu", i);
        ssh_trust_clear(&trust);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct asy_trust trust = ssh_trust_new();

        cr_expect_eq(load_exact(&trust, refused[i].bytes).code, ASSAY_E_FORMAT, "%s", refused[i].what);
        cr_expect_null(trust.krls, "%s", refused[i].what);
        ssh_trust_clear(&trust);
    }
}

Test(krl, a_revoked_signer_is_not_trusted)
{
    struct asy_trust trust = ssh_trust_new();
    struct ssh_test t = ssh_read_file(ASSAY_TESTDATA "/sshsig/valid/cert/agent.bin.sig",
                                      ASSAY_TESTDATA "/sshsig/valid/cert/agent.bin");
    struct asy_view signers = load_file(ASSAY_TESTDATA "/sshsig/valid/cert/allowed_signers");
    struct asy_view list = list_file("one", ".krl");

    cr_assert(assay_ok(asy_trust_add_allowed_signers(&trust, "s", signers, NULL)));
    ssh_check(&t, trust.crypto);
    cr_expect(ssh_judge(&t, &trust, NULL, "file", NOW).trusted);
    cr_assert(assay_ok(asy_trust_add_krl(&trust, list, NULL)));
    cr_expect_not(ssh_judge(&t, &trust, NULL, "file", NOW).trusted);
    cr_expect_eq(ssh_judge(&t, &trust, NULL, "file", NOW).why.reason, ASY_SIGNER_REVOKED);
    unload(list);
    unload(signers);
    ssh_end(&t);
    ssh_trust_clear(&trust);
}
