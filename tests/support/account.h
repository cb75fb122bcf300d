/* Accounts made by hand, for the tests of the reports. */
#ifndef TESTS_SUPPORT_ACCOUNT_H
#define TESTS_SUPPORT_ACCOUNT_H

#include "crypto/proof.h"
#include "model/account.h"

#include <criterion/criterion.h>
#include <string.h>

#define NASTY "x\nALLOW    y  policy z\n\x1b[2J\xe2\x80\xae\"\\ \xff\r\xc2\x85"

struct made {
    struct asy_arena *arena;
    struct asy_account account;
};

static inline struct asy_item *made_item(struct made *made, const char *name, uint64_t size)
{
    struct asy_item *item = asy_add_item(made->account.dossier, name, NULL);

    cr_assert_not_null(item);
    item->size = size;
    item->has_size = true;
    return item;
}

static inline void made_digest(struct made *made, struct asy_item *item, enum asy_digest_alg alg)
{
    struct asy_piece piece = asy_whole(item);
    struct asy_recipe recipe;
    struct asy_measure *measure;

    cr_assert(asy_recipe_of(made->arena, &piece, 1, &recipe));
    measure = asy_add_measure(made->account.dossier, recipe, alg);
    cr_assert_not_null(measure);
    memset(measure->digest, 0xab, asy_digest_len(alg));
    measure->done = true;
}

/* A file without evidence: UNPROVEN and no finding. */
static inline struct made made_new(const char *name)
{
    struct made made = { asy_arena_new((size_t)1 << 26), { 0 } };

    made.account.dossier = asy_dossier_new(made.arena, &asy_default_limits, 1795467600);
    made.account.exit_code = 3;
    made.account.subject_name = name;
    made.account.subject_kind = "file";
    made.account.policy_name = "acme";
    made.account.subject = made_item(&made, name, 1000);
    made.account.subject->is_subject = true;
    made_digest(&made, made.account.subject, ASY_SHA256);
    return made;
}

static inline struct asy_fact *made_signature(struct made *made, struct asy_item *document, const char *comment)
{
    asy_claim_no no;
    struct asy_claim *claim = asy_add_claim(made->account.dossier, ASY_CLAIM_SIGNATURE, document, &no);

    cr_assert_not_null(claim);
    claim->is.signature.scheme.alg = ASY_SIG_ED25519;
    claim->is.signature.comment = asy_view_of(comment);
    return asy_fact_no(made->account.dossier, no);
}

static inline struct asy_fact *made_link(struct made *made, struct asy_item *document, struct asy_item *target)
{
    static const uint8_t digest[32] = { 0xcd };
    struct asy_piece piece = asy_whole(target);
    asy_claim_no no;
    struct asy_claim *claim = asy_add_claim(made->account.dossier, ASY_CLAIM_LINK, document, &no);

    cr_assert_not_null(claim);
    claim->is.link.alg = ASY_SHA256;
    claim->is.link.value = (struct asy_view){ digest, sizeof digest };
    cr_assert(asy_recipe_of(made->arena, &piece, 1, &claim->is.link.target));
    return asy_fact_no(made->account.dossier, no);
}

/* The file signed by "acme", who counts: ALLOW. */
static inline struct made made_allowed(const char *name)
{
    struct made made = made_new(name);
    struct asy_item *document = made_item(&made, "app.tgz.minisig", 200);
    struct asy_fact *fact = made_signature(&made, document, "timestamp:1 file:app.tgz");
    struct asy_principal acme = { .name = "acme", .kind = "minisign key", .fingerprint = { 0x7a, 0x91 },
                                  .has_fingerprint = true };

    document->is_evidence = true;
    document->format = "minisign";
    fact->principal = asy_add_principal(made.account.dossier, &acme);
    asy_prove(made.account.dossier, fact);
    fact->standing = true;
    fact->has_key_fingerprint = true;
    memcpy(fact->key_fingerprint, acme.fingerprint, sizeof acme.fingerprint);
    made.account.required_mask = 1;
    made.account.subject->whole_by = 1;
    made.account.ruling.value = ASSAY_ALLOW;
    made.account.exit_code = 0;
    return made;
}

/* Every untrusted text hostile, every optional one absent: REFUTED. */
static inline struct made made_hostile(void)
{
    struct made made = made_new(NASTY);
    struct asy_item *document = made_item(&made, NASTY, 9), *nameless = made_item(&made, NULL, 5);
    struct asy_principal acme = { .name = NASTY, .kind = NASTY };
    struct asy_fact *fact = made_signature(&made, document, NASTY);
    struct asy_claim *claim;

    document->is_evidence = true;
    document->format = "minisign";
    nameless->is_subject = nameless->is_member = true;
    made.account.policy_name = made.account.product = NASTY;
    fact->principal = asy_add_principal(made.account.dossier, &acme);
    fact->claim.is.signature.name_space = asy_view_of(NASTY);
    fact->claim.is.signature.has_name_space = true;
    fact = made_signature(&made, document, "");
    fact->signer_name = NASTY;
    fact->claim.is.signature.scheme.alg = ASY_SIG_OTHER;
    fact->claim.is.signature.scheme.alg_name = NASTY;
    (void)made_signature(&made, NULL, "");
    asy_disprove(made.account.dossier, made_link(&made, document, made.account.subject), ASY_DIGEST_MISMATCH, NASTY);
    claim = asy_add_claim(made.account.dossier, ASY_CLAIM_LINK, document, NULL);
    claim->is.link.path = asy_view_of(NASTY);
    (void)asy_add_claim(made.account.dossier, ASY_CLAIM_CHAIN, document, NULL);
    (void)asy_add_claim(made.account.dossier, ASY_CLAIM_STAMP, NULL, NULL);
    asy_add_finding(made.account.dossier, ASY_BLOCKS, ASY_DIGEST_MISMATCH, made.account.subject, document, NASTY);
    asy_add_finding(made.account.dossier, ASY_BLOCKS, ASY_EVIDENCE_ABSENT, NULL, NULL, "%s", "");
    asy_add_finding(made.account.dossier, ASY_NOTE, ASY_SIGNER_UNKNOWN, nameless, nameless, "note");
    asy_add_finding(made.account.dossier, ASY_BLOCKS, ASY_DIGEST_WEAK, nameless, NULL, "weak");
    made.account.dossier->findings[3].waived_by = NASTY;
    made.account.ruling.value = ASSAY_REFUTED;
    made.account.exit_code = 13;
    return made;
}

/* A tree of which `n` files differ from the manifest. */
static inline struct made made_tree(size_t n)
{
    struct made made = made_new("tree");
    struct asy_item *manifest = made_item(&made, "SHA256SUMS", 900);

    manifest->is_evidence = true;
    made.account.subject->is_subject = false;
    made.account.subject->is_evidence = true;
    made.account.subject = NULL;
    made.account.subject_kind = "tree";
    for (size_t i = 0; i < n; i++) {
        struct asy_item *item = made_item(&made, asy_printf(made.arena, "lib/f%zu.so", i), 10);

        item->is_subject = item->is_member = true;
        asy_disprove(made.account.dossier, made_link(&made, manifest, item), ASY_DIGEST_MISMATCH, "differs");
        asy_add_finding(made.account.dossier, ASY_BLOCKS, ASY_DIGEST_MISMATCH, item, manifest, "differs");
    }
    made.account.ruling.value = ASSAY_REFUTED;
    made.account.exit_code = 13;
    return made;
}

#endif
