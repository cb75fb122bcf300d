#include "codec/ssh.h"

#include <criterion/criterion.h>

#define ROW(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define ED "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxmsx/NcpXpisdh35KhnaBRZgSSf9sRWBWFPoIPLJVh"

static const struct asy_view bad_numbers[] = {
    ROW("\0\0\0\1\x80"), ROW("\0\0\0\1\0"), ROW("\0\0\0\2\0\x7f"), ROW("\0\0\0\2\1"), ROW("\0\0\0"), ROW(""),
    ROW("\xff\xff\xff\xff\1"),
};

Test(ssh, numbers_have_one_spelling)
{
    static const struct asy_view zero = ROW("\0\0\0\0"), one = ROW("\0\0\0\1\1"), high = ROW("\0\0\0\2\0\x80");
    struct asy_view out;
    struct asy_reader r = asy_reader_of(zero);

    cr_assert(asy_get_ssh_number(&r, &out));
    cr_expect_eq(out.len, 0);
    r = asy_reader_of(one);
    cr_assert(asy_get_ssh_number(&r, &out));
    cr_expect(out.len == 1 && out.data[0] == 1);
    r = asy_reader_of(high);
    cr_assert(asy_get_ssh_number(&r, &out));
    cr_expect(out.len == 1 && out.data[0] == 0x80);
    for (size_t i = 0; i < sizeof bad_numbers / sizeof *bad_numbers; i++) {
        r = asy_reader_of(bad_numbers[i]);
        cr_expect_not(asy_get_ssh_number(&r, &out), "row %zu", i);
        cr_expect_eq(r.at, 0, "row %zu", i);
    }
}

Test(ssh, a_line_has_a_type_and_its_key)
{
    static const char *const bad[] = {
        "", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAA", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIKxmsx/Nc",
        "ssh-new@example AAAAD3NzaC1uZXdAZXhhbXBsZQ==", /* named, but not served */
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxmsx/NcpXpisdh35KhnaBRZgSSf9sRWBWFPoIPLJVhAAAA",
    };
    struct asy_arena *arena = asy_arena_new(1 << 16);
    struct asy_key_material key;
    struct asy_view blob;

    cr_assert(asy_ssh_read_line(arena, ASY_TEXT(ED " build@vendor.example"), &key, &blob));
    cr_expect_eq(key.form, ASY_KEY_ED25519);
    cr_expect_eq(key.a.len, 32);
    cr_expect_eq(blob.len, 51);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(asy_ssh_read_line(arena, asy_view_of(bad[i]), &key, &blob), "%s", bad[i]);
    asy_arena_free(arena);
}

Test(ssh, a_signature_of_a_known_key_by_an_unknown_algorithm_is_named)
{
    static const struct asy_view blob = ROW("\0\0\0\3new\0\0\0\1x");
    struct asy_arena *arena = asy_arena_new(1 << 16);
    struct asy_ssh_key key = { .type = ASY_SSH_ED25519 };
    struct asy_ssh_signature signature;

    cr_assert(assay_ok(asy_ssh_read_signature(arena, blob, &key, &signature, NULL)));
    cr_expect_eq(signature.type, ASY_SSH_OTHER);
    cr_expect_str_eq(signature.alg_name, "new");
    asy_arena_free(arena);
}

Test(ssh, a_short_rsa_signature_is_as_long_as_the_modulus)
{
    static const struct asy_view blob = ROW("\0\0\0\xcrsa-sha2-512\0\0\0\2\1\2");
    static const uint8_t modulus[4] = { 0xff, 1, 1, 1 };
    struct asy_arena *arena = asy_arena_new(1 << 16);
    struct asy_ssh_key key = { .type = ASY_SSH_RSA, .material = { .form = ASY_KEY_RSA, .a = { modulus, 4 } } };
    struct asy_ssh_signature signature;

    cr_assert(assay_ok(asy_ssh_read_signature(arena, blob, &key, &signature, NULL)));
    cr_assert_eq(signature.value.len, 4);
    cr_expect(signature.value.data[0] == 0 && signature.value.data[1] == 0 && signature.value.data[2] == 1);
    cr_expect_eq(signature.digest, ASY_SHA512);
    asy_arena_free(arena);
}

Test(ssh, sha1_signatures_are_named_as_such)
{
    static const struct asy_view blob = ROW("\0\0\0\7ssh-rsa\0\0\0\2\1\2");
    static const uint8_t modulus[2] = { 0xff, 1 };
    struct asy_arena *arena = asy_arena_new(1 << 16);
    struct asy_ssh_key key = { .type = ASY_SSH_RSA, .material = { .form = ASY_KEY_RSA, .a = { modulus, 2 } } };
    struct asy_ssh_signature signature;

    cr_assert(assay_ok(asy_ssh_read_signature(arena, blob, &key, &signature, NULL)));
    cr_expect_eq(signature.digest, ASY_SHA1);
    asy_arena_free(arena);
}
