#include "support/reading.h"

#include "trust/trust.h"

#define NOW 1756684800 /* 2025-09-01 */

/* A document of testdata/openpgp read as evidence about agent.bin or another file, or as the subject itself (NULL). */
struct opened {
    struct reading_test t;
    struct asy_view about;
    bool recognised;
};

static struct asy_view load_valid(const char *kind, const char *name)
{
    struct asy_view file;
    char path[512];

    (void)snprintf(path, sizeof path, "%s/openpgp/%s/%s", ASSAY_TESTDATA, kind, name);
    file = load_file(path);
    cr_assert_not_null(file.data, "%s", path);
    return file;
}

static struct opened open_case(const char *kind, const char *name, const char *about)
{
    struct opened o = { .t = reading_of("openpgp", name) };
    struct asy_view file = load_valid(kind, name);

    if (about != NULL) {
        o.about = load_valid("valid", about);
        o.t.reading.about = asy_add_item(o.t.reading.dossier, about,
                                         asy_source_of_memory(o.t.arena, o.about));
    }
    o.recognised = is_recognised("openpgp", file, name);
    read_bytes(&o.t, file);
    unload(file);
    return o;
}

static void close_case(struct opened *o)
{
    unload(o->about);
    reading_end(&o->t);
}

static const struct asy_signature *signature_no(const struct opened *o, size_t i)
{
    cr_assert_lt(i, o->t.reading.dossier->facts_n);
    cr_assert_eq(o->t.reading.dossier->facts[i]->claim.kind, ASY_CLAIM_SIGNATURE);
    return &o->t.reading.dossier->facts[i]->claim.is.signature;
}

struct store {
    struct asy_crypto *crypto;
    struct asy_trust *trust;
    struct asy_diag diag;
    assay_status status;
};

static struct store store_of(const char *key)
{
    struct store s = { 0 };
    struct asy_view file = load_valid("valid", key);

    cr_assert(assay_ok(asy_crypto_new(&s.crypto, NULL)));
    s.trust = asy_trust_new(s.crypto);
    s.status = asy_trust_add_key(s.trust, key, file, ASY_ALWAYS, ASY_FOREVER, &s.diag);
    unload(file);
    return s;
}

static void store_free(struct store *s)
{
    asy_trust_free(s->trust);
    asy_crypto_free(s->crypto);
}

/* Checks signature `i` under the store's keys that may have made it and asks whether it is trusted. */
static struct asy_openpgp_answer judge(struct opened *o, struct store *s, size_t i, const struct asy_settings *settings,
                                       int64_t at)
{
    struct asy_fact *fact = o->t.reading.dossier->facts[i];
    struct asy_openpgp_answer answer = { .why = { ASY_SIGNER_UNKNOWN, NULL } };

    fact->outcome = ASY_UNCHECKED;
    fact->proof = NULL;
    for (size_t k = 0; k < asy_trust_keys_n(s->trust) && !asy_fact_holds(fact); k++) {
        const struct asy_trusted_key *key = asy_trust_key(s->trust, k);

        if (!asy_key_fits(key->key, signature_no(o, i)->scheme.alg) ||
            !asy_trust_may_have_signed(key, signature_no(o, i)))
            continue;
        cr_assert(asy_signature_wants(o->t.reading.dossier, fact, key->key));
        cr_assert(assay_ok(asy_measure_all(s->crypto, o->t.reading.dossier, 1, NULL, &s->diag)), "%s", s->diag.text);
        asy_check_signature(s->crypto, o->t.reading.dossier, fact, key->key);
        if (asy_fact_holds(fact))
            asy_trust_judge_openpgp(s->trust, o->t.reading.dossier, signature_no(o, i),
                                    asy_key_fingerprint(key->key), settings, at, &answer);
        else
            answer.why = fact->why;
    }
    return answer;
}

/* ---- what holds ---- */

struct row {
    const char *document, *key, *about;
};

static const struct row good[] = {
    { "Vendor.sig", "Vendor.pgp", "agent.bin" },       { "Vendor.sig", "Vendor.asc", "agent.bin" },
    { "Vendor.sig", "both.pgp", "agent.bin" },         { "rsa.sig", "rsa.pgp", "agent.bin" },
    { "p256.sig", "p256.pgp", "agent.bin" },           { "brainpool.sig", "brainpool.pgp", "agent.bin" },
    { "offline.sig", "offline.pgp", "agent.bin" },     { "armored.asc", "Vendor.pgp", "agent.bin" },
    { "text.sig", "Vendor.pgp", "agent.txt" },         { "clear.asc", "Vendor.pgp", NULL },
    { "message.gpg", "Vendor.pgp", NULL },             { "message.asc", "Vendor.pgp", NULL },
    { "zip.gpg", "Vendor.pgp", NULL },                 { "zlib.gpg", "Vendor.pgp", NULL },
    { "bzip2.gpg", "Vendor.pgp", NULL },               { "SHA256SUMS.asc", "Vendor.pgp", NULL },
    { "clear.asc", "Vendor.pgp", "agent.txt" }, /* about itself, whatever lies beside it */
};

Test(openpgp, what_gpg_signs_holds_and_is_trusted)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct opened o = open_case("valid", good[i].document, good[i].about);
        struct store s = store_of(good[i].key);
        struct asy_openpgp_answer answer;

        cr_expect(o.recognised, "%s", good[i].document);
        cr_assert(assay_ok(o.t.status), "%s: %s", good[i].document, o.t.reading.diag.text);
        cr_assert(assay_ok(s.status), "%s: %s", good[i].key, s.diag.text);
        answer = judge(&o, &s, 0, &asy_default_settings, NOW);
        cr_expect(answer.trusted, "%s under %s: %d %s", good[i].document, good[i].key, (int)answer.why.reason,
                  answer.why.detail);
        store_free(&s);
        close_case(&o);
    }
}

struct refusal {
    const char *document, *key;
    enum asy_reason reason;
};

static const struct refusal refused[] = {
    { "Vendor.sig", "Other.pgp", ASY_SIGNER_UNKNOWN },
    { "expiring.sig", "expiring.pgp", ASY_SIGNER_EXPIRED },
    { "short.sig", "Vendor.pgp", ASY_SIGNATURE_EXPIRED },
    { "future.sig", "Vendor.pgp", ASY_SIGNATURE_FUTURE },
    { "critical.sig", "Vendor.pgp", ASY_SIGNATURE_CONDITION },
    { "Other.sig", "compromised.pgp", ASY_SIGNER_REVOKED },
    { "rsa.sig", "retired.pgp", ASY_SIGNER_REVOKED },
    { "sha1.sig", "sha1.pgp", ASY_CHAIN_INVALID },
};

Test(openpgp, what_is_not_trusted_says_why)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct opened o = open_case("valid", refused[i].document, "agent.bin");
        struct store s = store_of(refused[i].key);
        struct asy_openpgp_answer answer = judge(&o, &s, 0, &asy_default_settings, NOW);

        cr_expect_not(answer.trusted, "%s", refused[i].document);
        cr_expect_eq(answer.why.reason, refused[i].reason, "%s: %d", refused[i].document, (int)answer.why.reason);
        store_free(&s);
        close_case(&o);
    }
}

Test(openpgp, settings_and_times_decide)
{
    struct asy_settings settings = asy_default_settings;
    struct opened expiring = open_case("valid", "expiring.sig", "agent.bin");
    struct opened sha1 = open_case("valid", "sha1.sig", "agent.bin");
    struct opened retired = open_case("valid", "rsa.sig", "agent.bin");
    struct store s = store_of("expiring.pgp"), weak = store_of("sha1.pgp"), soft = store_of("retired.pgp");

    cr_expect(judge(&expiring, &s, 0, &settings, 1750000000).trusted, "while it was valid");
    settings.expired_at_signing_time = true;
    cr_expect(judge(&expiring, &s, 0, &settings, NOW).trusted);
    settings.sha1_selfsig = ASY_SHA1_SELFSIG_OLD;
    cr_expect_not(judge(&sha1, &weak, 0, &settings, NOW).trusted, "made in 2025");
    settings.sha1_selfsig = ASY_SHA1_SELFSIG_ACCEPT;
    cr_expect(judge(&sha1, &weak, 0, &settings, NOW).trusted);
    cr_expect(judge(&retired, &soft, 0, &settings, 1753000000).trusted, "before it was retired");
    store_free(&s);
    store_free(&weak);
    store_free(&soft);
    close_case(&expiring);
    close_case(&sha1);
    close_case(&retired);
}

Test(openpgp, a_fingerprint_or_a_user_may_be_required)
{
    struct asy_settings settings = asy_default_settings;
    struct opened o = open_case("valid", "Vendor.sig", "agent.bin");
    struct store s = store_of("Vendor.pgp");

    settings.signer = "0000000000000000000000000000000000000000";
    cr_expect_eq(judge(&o, &s, 0, &settings, NOW).why.reason, ASY_SIGNER_IDENTITY);
    settings.signer = NULL;
    settings.identity = "release@vendor.example";
    cr_expect(judge(&o, &s, 0, &settings, NOW).trusted);
    settings.identity = "release@other.example";
    cr_expect_eq(judge(&o, &s, 0, &settings, NOW).why.reason, ASY_SIGNER_IDENTITY);
    store_free(&s);
    close_case(&o);
}

/* Every copy of a certificate counts together: whoever keeps the old one still hears of the revocation. */
Test(openpgp, copies_of_a_certificate_are_merged)
{
    struct opened o = open_case("valid", "Other.sig", "agent.bin");
    struct store s = store_of("Other.pgp");
    struct asy_view later = load_valid("valid", "compromised.pgp");

    cr_assert(assay_ok(asy_trust_add_key(s.trust, "later", later, ASY_ALWAYS, ASY_FOREVER, &s.diag)));
    cr_expect_eq(judge(&o, &s, 0, &asy_default_settings, NOW).why.reason, ASY_SIGNER_REVOKED);
    unload(later);
    store_free(&s);
    close_case(&o);
}

Test(openpgp, bad_keys_trust_nothing)
{
    struct store dsa = store_of("dsa.pgp"), sig = store_of("Vendor.sig");
    struct asy_view both = load_valid("valid", "both.pgp");

    cr_expect_eq(dsa.status.code, ASSAY_E_UNSUPPORTED);
    cr_expect(strstr(dsa.diag.text, "DSA") != NULL, "%s", dsa.diag.text);
    cr_expect_not(assay_ok(sig.status));
    for (size_t cut = 1; cut < both.len; cut++) {
        struct store s = store_of("rsa.pgp");
        size_t n = asy_trust_keys_n(s.trust);
        bool read = assay_ok(asy_trust_add_key(s.trust, "cut", asy_view_head(both, cut), ASY_ALWAYS, ASY_FOREVER, NULL));

        cr_expect_eq(asy_trust_keys_n(s.trust) > n, read, "the first %zu bytes", cut);
        store_free(&s);
        if (cut > 40 && cut < both.len - 60)
            cut += 6;
    }
    unload(both);
    store_free(&dsa);
    store_free(&sig);
}

/* ---- what is refused ---- */

static const char *const invalid[] = {
    "armor-checksum", "armor-header", "armor-message-behind", "armor-no-blank-line", "armor-other-end",
    "armor-stray-letter", "armor-text-before", "armor-text-behind", "armor-text-between", "binary-behind", "binary-cut",
    "binary-huge-length", "binary-indeterminate-length", "binary-key-behind", "binary-literal-before", "binary-partial-length",
    "binary-type-0", "clear-blank-is-no-empty-line", "clear-cut", "clear-dash", "clear-form-feed", "clear-header",
    "clear-no-signature", "clear-not-dash-escaped", "clear-text-before", "clear-text-behind", "clear-two-frames",
    "message-behind", "message-no-one-pass", "message-no-signature", "message-one-pass-version", "message-other-hash",
    "message-two-literals", "message-two-one-passes", "message-unsigned", "zip-cut",
};

Test(openpgp, one_defect_is_enough_to_refuse)
{
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        bool inside = strncmp(invalid[i], "binary", 6) != 0 && strncmp(invalid[i], "armor", 5) != 0;
        struct opened o = open_case("invalid", invalid[i], inside ? NULL : "agent.bin");

        cr_expect_not(assay_ok(o.t.status), "%s", invalid[i]);
        cr_expect_neq(o.t.reading.diag.text[0], 0, "%s", invalid[i]);
        close_case(&o);
    }
}

/* As Debian joins what its keys sign apart (Release.gpg): each armor is one signer's. */
Test(openpgp, armors_one_behind_the_other)
{
    struct asy_view one = load_file(ASSAY_TESTDATA "/openpgp/valid/armored.asc");
    struct reading_test t = reading_of("openpgp", "agent.bin.asc");
    uint8_t two[4096];

    cr_assert(one.len > 0 && one.len * 2 + 1 < sizeof two);
    memcpy(two, one.data, one.len);
    two[one.len] = '\n';
    memcpy(two + one.len + 1, one.data, one.len);
    t.reading.about = asy_add_item(t.reading.dossier, "agent.bin", NULL);
    read_bytes(&t, (struct asy_view){ two, one.len * 2 + 1 });
    cr_expect(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_expect_eq(t.reading.dossier->facts_n, 2);
    unload(one);
    reading_end(&t);
}

Test(openpgp, two_signers_of_one_message)
{
    struct opened o = open_case("valid", "two.gpg", NULL);
    struct store s = store_of("both.pgp");
    struct asy_openpgp_answer a, b;

    cr_assert(assay_ok(o.t.status), "%s", o.t.reading.diag.text);
    cr_assert_eq(o.t.reading.dossier->facts_n, 2);
    a = judge(&o, &s, 0, &asy_default_settings, NOW);
    b = judge(&o, &s, 1, &asy_default_settings, NOW);
    cr_expect(a.trusted && b.trusted);
    cr_expect(memcmp(a.fingerprint, b.fingerprint, sizeof a.fingerprint) != 0);
    store_free(&s);
    close_case(&o);
}

/* What a text holds is an item of its own, with what was signed and nothing else. */
Test(openpgp, only_what_was_signed_is_read_on)
{
    struct opened o = open_case("valid", "SHA256SUMS.asc", NULL);
    const struct asy_item *inner = NULL;
    struct asy_view text;

    for (size_t i = 0; i < o.t.reading.dossier->items_n; i++) {
        if (o.t.reading.dossier->items[i]->is_evidence)
            inner = o.t.reading.dossier->items[i];
    }
    cr_assert_not_null(inner);
    cr_expect_str_eq(inner->name, "SHA256SUMS");
    cr_assert(assay_ok(asy_source_open(inner->source, NULL)));
    cr_assert(assay_ok(asy_source_load(inner->source, 4096, o.t.arena, &text, NULL)));
    cr_expect(asy_view_ends(text, ASY_TEXT("  agent.bin")), "%.*s", (int)text.len, (const char *)text.data);
    close_case(&o);
}

Test(openpgp, a_detached_signature_needs_its_file)
{
    struct opened o = open_case("valid", "Vendor.sig", NULL);

    cr_expect_eq(o.t.status.code, ASSAY_E_ABSENT);
    close_case(&o);
}
