/*
 * Project Wycheproof through the room's own door: keys by asy_key_new, answers by asy_check_signature.  A valid signature
 * must hold and an invalid one must not.  "acceptable" there is RSA PKCS#1 without the NULL of its algorithm (RFC 8017
 * A.2.4 demands it): such a signature is refused here.  Groups whose digest or curve is not served are counted apart.
 */
#include "codec/hex.h"
#include "codec/json.h"
#include "crypto/crypto.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTORS ASSAY_SHARED "/corpora/wycheproof/data"

static const struct asy_node_limits large = { .bytes = (size_t)64 << 20, .depth = 32, .nodes = 4000000 };

struct tally {
    unsigned right, wrong, unserved, files;
};

struct group {
    const struct asy_crypto *crypto;
    const char *file;
    struct asy_scheme scheme;
    struct asy_key *keys[2]; /* one key in two spellings: SubjectPublicKeyInfo, and its numbers; NULL: refused */
    struct tally *tally;
};

static struct asy_view text_of(const struct asy_node *node, const char *name)
{
    const struct asy_node *child = asy_node_get(node, name);

    return child == NULL ? (struct asy_view){ NULL, 0 } : child->text;
}

static struct asy_view bytes_of(struct asy_arena *arena, const struct asy_node *node, const char *name)
{
    struct asy_view out = { NULL, 0 };

    cr_assert(text_of(node, name).len == 0 || asy_hex_decode(arena, text_of(node, name), &out), "%s", name);
    return out;
}

/* The outcome of one signature over a message in memory. */
static bool holds(const struct asy_crypto *crypto, const struct asy_key *key, const struct asy_scheme *scheme,
                  struct asy_view message, struct asy_view value)
{
    struct asy_arena *arena = asy_arena_new((size_t)8 << 20);
    struct asy_dossier *dossier = asy_dossier_new(arena, &asy_default_limits, 0);
    struct asy_claim *claim = asy_add_claim(dossier, ASY_CLAIM_SIGNATURE, NULL, NULL);
    struct asy_fact *fact = dossier->facts[0];
    struct asy_piece piece = asy_literal(message);
    bool held;

    claim->is.signature.scheme = *scheme;
    claim->is.signature.value = value;
    cr_assert(asy_recipe_of(arena, &piece, 1, &claim->is.signature.message));
    cr_assert(asy_signature_wants(dossier, fact, key));
    cr_assert(assay_ok(asy_measure_all(crypto, dossier, 1, NULL, NULL)));
    asy_check_signature(crypto, dossier, fact, key);
    held = asy_fact_holds(fact);
    cr_assert_eq(held, fact->proof != NULL);
    asy_arena_free(arena);
    return held;
}

static bool read_scheme(const struct asy_node *group, struct asy_scheme *out)
{
    struct asy_view type = text_of(group, "type"), salt = text_of(group, "sLen");
    const struct asy_node *key = asy_node_get(group, "publicKey");

    *out = (struct asy_scheme){ .digest = asy_digest_of_name(text_of(group, "sha")) };
    if (asy_view_is(type, "EddsaVerify"))
        out->alg = asy_view_is(text_of(key, "curve"), "edwards448") ? ASY_SIG_ED448 : ASY_SIG_ED25519;
    else if (asy_view_is(type, "EcdsaVerify"))
        out->alg = ASY_SIG_ECDSA;
    else if (asy_view_is(type, "EcdsaP1363Verify"))
        out->alg = ASY_SIG_ECDSA_RAW;
    else if (asy_view_is(type, "RsassaPkcs1Verify"))
        out->alg = ASY_SIG_RSA_PKCS1;
    else
        out->alg = ASY_SIG_RSA_PSS;
    if (out->alg == ASY_SIG_ED448 || out->alg == ASY_SIG_ED25519)
        return true;
    if (out->alg == ASY_SIG_RSA_PSS) {
        cr_assert(asy_view_starts(type, ASY_TEXT("RsassaPss")), "%.*s", (int)type.len, (const char *)type.data);
        out->mgf_digest = asy_digest_of_name(text_of(group, "mgfSha"));
        for (size_t i = 0; i < salt.len; i++)
            out->salt_len = out->salt_len * 10 + (uint32_t)(salt.data[i] - '0');
        if (!asy_view_is(text_of(group, "mgf"), "MGF1") || !asy_digest_known(out->mgf_digest))
            return false;
    }
    return asy_digest_known(out->digest);
}

/* The key by its numbers. */
static struct asy_key_material material_of(struct asy_arena *arena, const struct asy_node *group)
{
    static const char *const curves[] = { [ASY_P256] = "secp256r1", [ASY_P384] = "secp384r1", [ASY_P521] = "secp521r1" };
    const struct asy_node *key = asy_node_get(group, "publicKey");
    struct asy_key_material out = { 0 };

    if (text_of(key, "modulus").len > 0 || text_of(group, "n").len > 0) {
        const struct asy_node *from = key == NULL ? group : key;

        out.form = ASY_KEY_RSA;
        out.a = bytes_of(arena, from, key == NULL ? "n" : "modulus");
        out.b = bytes_of(arena, from, key == NULL ? "e" : "publicExponent");
    } else if (text_of(key, "pk").len > 0) {
        out.a = bytes_of(arena, key, "pk");
        out.form = out.a.len == 57 ? ASY_KEY_ED448 : ASY_KEY_ED25519;
    } else if (text_of(key, "uncompressed").len > 0) {
        out.a = bytes_of(arena, key, "uncompressed");
        out.form = ASY_KEY_EC;
        for (enum asy_curve c = ASY_P256; c <= ASY_P521; c++) {
            if (asy_view_is(text_of(key, "curve"), curves[c]))
                out.curve = c;
        }
    }
    return out;
}

static void run_test(const struct group *group, struct asy_arena *arena, const struct asy_node *test)
{
    struct asy_view message = bytes_of(arena, test, "msg"), value = bytes_of(arena, test, "sig");
    struct asy_view result = text_of(test, "result"), comment = text_of(test, "comment"), no = text_of(test, "tcId");
    bool valid = asy_view_is(result, "valid");

    cr_assert(valid || asy_view_is(result, "invalid") || asy_view_is(result, "acceptable"));
    for (size_t k = 0; k < 2; k++) {
        if (group->keys[k] == NULL)
            continue;
        if (holds(group->crypto, group->keys[k], &group->scheme, message, value) == valid) {
            group->tally->right++;
            continue;
        }
        group->tally->wrong++;
        cr_expect(false, "%s %.*s, %s: %.*s, expected %.*s", group->file, (int)no.len, (const char *)no.data,
                  k == 0 ? "SPKI" : "numbers", (int)comment.len, (const char *)comment.data, (int)result.len,
                  (const char *)result.data);
    }
}

static void run_group(const struct asy_crypto *crypto, struct asy_arena *arena, const char *file,
                      const struct asy_node *node, struct tally *tally)
{
    struct group group = { .crypto = crypto, .file = file, .tally = tally };
    struct asy_key_material material[2] = { { .form = ASY_KEY_SPKI, .a = bytes_of(arena, node, "publicKeyDer") },
                                            material_of(arena, node) };
    const struct asy_node *tests = asy_node_get(node, "tests");
    bool served = read_scheme(node, &group.scheme), any = false;

    for (size_t k = 0; served && k < 2; k++) {
        if (!assay_ok(asy_key_new(crypto, &material[k], &group.keys[k], NULL)))
            group.keys[k] = NULL;
        any = any || group.keys[k] != NULL;
    }
    for (const struct asy_node *test = tests->first; any && test != NULL; test = test->next)
        run_test(&group, arena, test);
    if (!any)
        tally->unserved += (unsigned)tests->n;
    for (size_t k = 0; k < 2; k++)
        asy_key_free(group.keys[k]);
}

static void run_file(const struct asy_crypto *crypto, const char *name, struct tally *tally)
{
    struct asy_arena *arena = asy_arena_new((size_t)1 << 30);
    const struct asy_node *document = NULL;
    struct asy_source *source;
    struct asy_diag diag = { 0 };
    struct asy_view text;

    source = asy_source_at(arena, -100 /* AT_FDCWD */, asy_printf(arena, "%s/%s", VECTORS, name));
    cr_assert(assay_ok(asy_source_open(source, &diag)), "%s: %s", name, diag.text);
    cr_assert(assay_ok(asy_source_load(source, large.bytes, arena, &text, &diag)), "%s: %s", name, diag.text);
    cr_assert(assay_ok(asy_json_parse(arena, text, &large, &document, &diag)), "%s: %s", name, diag.text);
    asy_source_close(source);
    for (const struct asy_node *g = asy_node_get(document, "testGroups")->first; g != NULL; g = g->next)
        run_group(crypto, arena, name, g, tally);
    tally->files++;
    asy_arena_free(arena);
}

/* Every file whose name begins so. */
static void run_family(const char *prefix, unsigned at_least)
{
    struct tally tally = { 0 };
    struct asy_crypto *crypto;
    struct dirent *entry;
    DIR *dir = opendir(VECTORS);

    if (dir == NULL)
        cr_skip_test("no vectors at " VECTORS);
    cr_assert(assay_ok(asy_crypto_new(&crypto, NULL)));
    while ((entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            run_file(crypto, entry->d_name, &tally);
    }
    (void)closedir(dir);
    asy_crypto_free(crypto);
    cr_log_info("%s: %u files, %u of %u right, %u not served", prefix, tally.files, tally.right,
                tally.right + tally.wrong, tally.unserved);
    fprintf(stderr, "wycheproof %s: %u files, %u of %u right, %u tests not served\n", prefix, tally.files, tally.right,
            tally.right + tally.wrong, tally.unserved);
    cr_expect_eq(tally.wrong, 0);
    cr_expect_geq(tally.right, at_least);
}

Test(wycheproof, edwards)
{
    run_family("ed", 174);
}

Test(wycheproof, ecdsa)
{
    run_family("ecdsa_", 4000);
}

Test(wycheproof, rsa_pkcs1)
{
    run_family("rsa_signature_", 7000);
}

Test(wycheproof, rsa_pss)
{
    run_family("rsa_pss_", 2000);
}

/* RFC 8032 7.1, TEST 2; the corpus has no file of Ed25519. */
static const char public_key[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
static const char r_and_s[] = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
/* RFC 8032 5.1: the group's order, little-endian */
static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                   0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };

static void add_order(uint8_t s[static 32])
{
    unsigned carry = 0;

    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)s[i] + order[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

Test(ed25519, holds_once_and_in_one_spelling)
{
    const struct asy_scheme scheme = { .alg = ASY_SIG_ED25519 };
    struct asy_arena *arena = asy_arena_new(1 << 20);
    struct asy_key_material material = { .form = ASY_KEY_ED25519 };
    struct asy_view value, message = { (const uint8_t *)"\x72", 1 };
    struct asy_crypto *crypto;
    struct asy_key *key;
    uint8_t copy[65];

    cr_assert(assay_ok(asy_crypto_new(&crypto, NULL)));
    cr_assert(asy_hex_decode(arena, asy_view_of(public_key), &material.a));
    cr_assert(asy_hex_decode(arena, asy_view_of(r_and_s), &value));
    cr_assert(assay_ok(asy_key_new(crypto, &material, &key, NULL)));
    cr_expect(holds(crypto, key, &scheme, message, value));
    for (size_t bit = 0; bit < 512; bit++) {
        memcpy(copy, value.data, 64);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        cr_expect_not(holds(crypto, key, &scheme, message, (struct asy_view){ copy, 64 }), "bit %zu", bit);
    }
    memcpy(copy, value.data, 64);
    copy[64] = 0;
    add_order(copy + 32);
    cr_expect_not(holds(crypto, key, &scheme, message, (struct asy_view){ copy, 64 }), "s + order");
    memcpy(copy, value.data, 64);
    cr_expect_not(holds(crypto, key, &scheme, message, (struct asy_view){ copy, 65 }), "a byte behind it");
    for (size_t len = 0; len < 64; len++)
        cr_expect_not(holds(crypto, key, &scheme, message, (struct asy_view){ copy, len }), "%zu bytes", len);
    asy_key_free(key);
    asy_crypto_free(crypto);
    asy_arena_free(arena);
}
