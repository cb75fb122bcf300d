/* Reads files of testdata as packages, which are read by offset, and counts what they claim. */
#ifndef TESTS_SUPPORT_PACKAGED_H
#define TESTS_SUPPORT_PACKAGED_H

#include "support/bench.h"

#include <string.h>

static inline struct asy_view packaged_file(struct bench *b, const char *name)
{
    return load_file(b->arena, asy_printf(b->arena, ASSAY_TESTDATA "/%s", name));
}

/* As the subject, from memory of its very length: ASan sees what is read past its end. */
static inline assay_status packaged_read(struct bench *b, const struct asy_format *format, const char *name,
                                         struct asy_view bytes)
{
    b->reading = (struct asy_reading){ .dossier = b->dossier, .bytes = bytes };
    b->reading.document = b->reading.about = bench_item(b, name, bytes);
    b->reading.subject = b->reading.document;
    cr_assert(assay_ok(asy_source_open(b->reading.document->source, NULL)));
    return format->read(&b->reading);
}

static inline size_t claims_of(const struct bench *b, enum asy_claim_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < b->dossier->facts_n; i++)
        n += b->dossier->facts[i]->claim.kind == kind;
    return n;
}

static inline const struct asy_claim *claim_no(const struct bench *b, enum asy_claim_kind kind, size_t no)
{
    for (size_t i = 0; i < b->dossier->facts_n; i++) {
        if (b->dossier->facts[i]->claim.kind == kind && no-- == 0)
            return &b->dossier->facts[i]->claim;
    }
    cr_assert_fail("no such claim");
    return NULL;
}

static inline struct asy_view stated(const struct bench *b, enum asy_statement_kind kind)
{
    for (size_t i = 0; i < b->dossier->statements_n; i++) {
        if (b->dossier->statements[i].kind == kind)
            return b->dossier->statements[i].text;
    }
    return (struct asy_view){ NULL, 0 };
}

/* Every beginning is refused, or claims less than the whole does; no changed byte is read out of bounds. */
static inline void packaged_damage(const struct asy_format *format, const char *name, const char *file)
{
    struct bench b;
    struct asy_view whole;

    bench_open(&b);
    whole = packaged_file(&b, file);
    for (size_t n = 0; n < whole.len; n++) {
        uint8_t *exact = malloc(n + 1), *changed = malloc(whole.len);
        struct bench p = { .arena = asy_arena_new((size_t)8 << 20) };

        memcpy(exact, whole.data, n);
        memcpy(changed, whole.data, whole.len);
        changed[n] ^= 0xff;
        p.dossier = asy_dossier_new(p.arena, &asy_default_limits, 0);
        if (!assay_ok(packaged_read(&p, format, name, (struct asy_view){ exact, n })))
            cr_expect_neq(p.reading.diag.text[0], '\0', "%s: %zu bytes", file, n);
        (void)packaged_read(&p, format, name, (struct asy_view){ changed, whole.len });
        asy_arena_free(p.arena);
        free(exact);
        free(changed);
    }
    bench_close(&b);
}

#endif
