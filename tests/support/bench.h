/* Reads a document by a format as verify would, and answers its claims with crypto, for tests. */
#ifndef TESTS_SUPPORT_BENCH_H
#define TESTS_SUPPORT_BENCH_H

#include "crypto/crypto.h"
#include "format/format.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

struct bench {
    struct asy_arena *arena;
    struct asy_dossier *dossier;
    struct asy_crypto *crypto;
    struct asy_reading reading;
};

static inline struct asy_view load_file(struct asy_arena *arena, const char *path)
{
    struct asy_source *source = asy_source_at(arena, -100 /* AT_FDCWD */, path);
    struct asy_view bytes;

    cr_assert(assay_ok(asy_source_open(source, NULL)), "%s does not open", path);
    cr_assert(assay_ok(asy_source_load(source, 1 << 24, arena, &bytes, NULL)), "%s", path);
    asy_source_close(source);
    return bytes;
}

static inline void bench_open(struct bench *b)
{
    *b = (struct bench){ .arena = asy_arena_new((size_t)64 << 20) };
    b->dossier = asy_dossier_new(b->arena, &asy_default_limits, 0);
    cr_assert(assay_ok(asy_crypto_new(&b->crypto, NULL)));
}

static inline void bench_close(struct bench *b)
{
    asy_crypto_free(b->crypto);
    asy_arena_free(b->arena);
}

static inline struct asy_item *bench_item(struct bench *b, const char *name, struct asy_view bytes)
{
    struct asy_item *item = asy_add_item(b->dossier, name, asy_source_of_memory(b->arena, bytes));

    item->size = bytes.len;
    item->has_size = true;
    return item;
}

/* `about` NULL: nothing. */
static inline assay_status bench_read(struct bench *b, const struct asy_format *format, struct asy_view document,
                                      const struct asy_view *about)
{
    b->reading = (struct asy_reading){ .dossier = b->dossier, .bytes = document };
    b->reading.document = bench_item(b, "document", document);
    b->reading.about = about == NULL ? NULL : bench_item(b, "artifact", *about);
    return format->read(&b->reading);
}

static inline const struct asy_format *bench_recognise(struct asy_view bytes)
{
    struct asy_glimpse glimpse = { asy_view_head(bytes, ASY_GLIMPSE), bytes.len <= ASY_GLIMPSE, { 0 } };
    const struct asy_format *other;

    return asy_format_recognise(&glimpse, &other);
}

static inline void plan(struct bench *b, struct asy_fact *fact, struct asy_key *key)
{
    struct asy_link *link = &fact->claim.is.link;

    if (fact->claim.kind == ASY_CLAIM_SIGNATURE)
        cr_assert(asy_signature_wants(b->dossier, fact, key));
    if (fact->claim.kind != ASY_CLAIM_LINK)
        return;
    if (link->by_digest && b->reading.about != NULL) {
        struct asy_piece whole = asy_whole(b->reading.about);
        cr_assert(asy_recipe_of(b->arena, &whole, 1, &link->target));
    }
    if (link->target.n > 0)
        fact->measure = asy_add_measure(b->dossier, link->target, link->alg);
}

/* Checks every signature that carries its key and every link; returns how many of both hold, or -1 if one does not. */
static inline int bench_check(struct bench *b)
{
    struct asy_key *keys[64] = { 0 };
    size_t n = b->dossier->facts_n;
    int held = 0, failed = 0;

    for (size_t i = 0; i < n; i++) {
        struct asy_fact *fact = b->dossier->facts[i];
        bool signs = fact->claim.kind == ASY_CLAIM_SIGNATURE;

        if (signs && (fact->claim.is.signature.key == NULL ||
                      !assay_ok(asy_key_new(b->crypto, fact->claim.is.signature.key, &keys[i], NULL))))
            continue;
        plan(b, fact, keys[i]);
    }
    cr_assert(assay_ok(asy_measure_all(b->crypto, b->dossier, 1, NULL, NULL)));
    for (size_t i = 0; i < n; i++) {
        struct asy_fact *fact = b->dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_SIGNATURE && keys[i] != NULL)
            asy_check_signature(b->crypto, b->dossier, fact, keys[i]);
        else if (fact->claim.kind == ASY_CLAIM_LINK)
            asy_check_link(b->crypto, b->dossier, fact);
        else
            continue;
        asy_fact_holds(fact) ? held++ : failed++;
        asy_key_free(keys[i]);
    }
    return failed > 0 ? -1 : held;
}

static inline unsigned count_claims(const struct bench *b, enum asy_claim_kind kind)
{
    unsigned n = 0;

    for (size_t i = 0; i < b->dossier->facts_n; i++)
        n += b->dossier->facts[i]->claim.kind == kind;
    return n;
}

static inline const struct asy_claim *claim_of(const struct bench *b, enum asy_claim_kind kind, unsigned skip)
{
    for (size_t i = 0; i < b->dossier->facts_n; i++) {
        if (b->dossier->facts[i]->claim.kind == kind && skip-- == 0)
            return &b->dossier->facts[i]->claim;
    }
    return NULL;
}

/* Of a corpus: a document over a file, below its directory. */
struct bench_case {
    const char *document, *data;
    bool reads, holds; /* signature and links, whatever the chain */
};

static inline void check_corpus(const struct asy_format *format, const char *dir, const struct bench_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct bench_case *row = &cases[i];
        struct asy_view bytes, data;
        assay_status s;
        struct bench b;

        bench_open(&b);
        bytes = load_file(b.arena, asy_printf(b.arena, "%s%s", dir, row->document));
        data = load_file(b.arena, asy_printf(b.arena, "%s%s", dir, row->data));
        cr_expect_eq(bench_recognise(bytes), format, "%s", row->document);
        s = bench_read(&b, format, bytes, &data);
        cr_expect_eq(assay_ok(s), row->reads, "%s: %s", row->document, b.reading.diag.text);
        if (assay_ok(s))
            cr_expect_eq(bench_check(&b) > 0, row->holds, "%s over %s", row->document, row->data);
        bench_close(&b);
    }
}

#endif
