/* SSHSIG documents read, checked and judged, for tests of sshsig and of allowed_signers. */
#ifndef TESTS_SUPPORT_SSH_H
#define TESTS_SUPPORT_SSH_H

#include "crypto/crypto.h"
#include "support/reading.h"
#include "trust/internal.h"

/* A store that holds nothing but what SSH knows. */
static inline struct asy_trust ssh_trust_new(void)
{
    struct asy_trust trust = { .arena = asy_arena_new((size_t)64 << 20) };
    struct asy_crypto *crypto;

    cr_assert(assay_ok(asy_crypto_new(&crypto, NULL)));
    trust.crypto = crypto;
    return trust;
}

static inline void ssh_trust_clear(struct asy_trust *trust)
{
    asy_crypto_free((struct asy_crypto *)(uintptr_t)trust->crypto);
    asy_arena_free(trust->arena);
}

struct ssh_test {
    struct reading_test reading;
    struct asy_dossier *dossier;
    struct asy_item *about;
};

/* Reads `bytes` as a signature over the file at `about`, which must live as long as the test. */
static inline struct ssh_test ssh_read(struct asy_view bytes, const char *about)
{
    struct ssh_test t = { .reading = reading_of("sshsig", "agent.bin.sig") };

    t.dossier = t.reading.reading.dossier;
    t.about = asy_add_item(t.dossier, "agent.bin", asy_source_at(t.reading.arena, -100, about)); /* AT_FDCWD */
    t.reading.reading.about = t.about;
    read_bytes(&t.reading, bytes);
    return t;
}

static inline struct ssh_test ssh_read_file(const char *sig, const char *about)
{
    struct asy_view bytes = load_file(sig);
    struct ssh_test t;

    cr_assert_not_null(bytes.data, "%s", sig);
    t = ssh_read(bytes, about);
    unload(bytes);
    return t;
}

static inline void ssh_end(struct ssh_test *t)
{
    reading_end(&t->reading);
}

static inline struct asy_fact *ssh_fact(const struct ssh_test *t, size_t i)
{
    cr_assert_lt(i, t->dossier->facts_n);
    cr_assert_eq(t->dossier->facts[i]->claim.kind, ASY_CLAIM_SIGNATURE);
    return t->dossier->facts[i];
}

static inline struct asy_signature *ssh_signature(const struct ssh_test *t, size_t i)
{
    return &ssh_fact(t, i)->claim.is.signature;
}

/* Checks every signature under the key that the document carries. */
static inline void ssh_check(struct ssh_test *t, const struct asy_crypto *crypto)
{
    struct asy_key *keys[2] = { NULL, NULL };

    cr_assert_leq(t->dossier->facts_n, 2);
    for (size_t i = 0; i < t->dossier->facts_n; i++) {
        struct asy_fact *fact = ssh_fact(t, i);

        if (assay_ok(asy_key_new(crypto, fact->claim.is.signature.key, &keys[i], NULL)))
            cr_assert(asy_signature_wants(t->dossier, fact, keys[i]));
    }
    cr_assert(assay_ok(asy_measure_all(crypto, t->dossier, 1, NULL, NULL)));
    for (size_t i = 0; i < t->dossier->facts_n; i++) {
        if (keys[i] != NULL)
            asy_check_signature(crypto, t->dossier, ssh_fact(t, i), keys[i]);
        asy_key_free(keys[i]);
    }
}

static inline bool ssh_holds(const struct ssh_test *t, size_t i)
{
    return i < t->dossier->facts_n && asy_fact_holds(ssh_fact(t, i));
}

/* What the store says of the first signature, which was checked. */
static inline struct asy_ssh_answer ssh_judge(struct ssh_test *t, const struct asy_trust *trust, const char *identity,
                                              const char *name_space, int64_t at)
{
    struct asy_settings settings = asy_default_settings;
    struct asy_ssh_answer answer;

    settings.identity = identity;
    settings.name_space = name_space;
    asy_trust_judge_ssh(trust, t->dossier, ssh_signature(t, 0), ssh_holds(t, 1), &settings, at, &answer);
    return answer;
}

#endif
