#include "model/attribution.h"
#include "support/bench.h"

#include <string.h>
#include <unistd.h>

extern const struct asy_format asy_format_cms, asy_format_timestamp;

#define OURS ASSAY_TESTDATA "/cms/"
#define CORPUS ASSAY_SHARED "/corpora/cms/data/x/"

struct good {
    const char *file;
    bool detached;
    unsigned signatures, links, chains, stamps;
    int holds;
};

static const struct good good[] = {
    { "good.p7s", true, 1, 1, 1, 0, 2 },
    { "armored.p7s", true, 1, 1, 1, 0, 2 },
    { "attached.p7m", false, 1, 1, 1, 0, 2 },
    { "streamed.p7m", false, 1, 1, 1, 0, 2 },
    { "attached.p7m", true, 1, 1, 1, 0, 2 },
    { "noattr.p7s", true, 1, 0, 1, 0, 1 },
    { "keyid.p7s", true, 1, 1, 1, 0, 2 },
    { "nocerts.p7s", true, 1, 1, 1, 0, 1 },
    { "ess.p7s", true, 1, 2, 1, 0, 3 },
    { "rsa.p7s", true, 1, 1, 1, 0, 2 },
    { "pss.p7s", true, 1, 1, 1, 0, 2 },
    { "two.p7s", true, 2, 2, 2, 0, 4 },
    { "stamped.p7s", true, 2, 4, 2, 1, 6 },
    { "stamped-ms.p7s", true, 2, 4, 2, 1, 6 },
};

static struct asy_view ours(struct bench *b, const char *name)
{
    return load_file(b->arena, asy_printf(b->arena, OURS "%s", name));
}

Test(cms, messages_of_openssl_claim_what_they_hold)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct asy_view bytes, data;
        assay_status s;
        struct bench b;

        bench_open(&b);
        bytes = ours(&b, good[i].file);
        data = ours(&b, "data.bin");
        cr_expect_eq(bench_recognise(bytes), &asy_format_cms, "%s", good[i].file);
        s = bench_read(&b, &asy_format_cms, bytes, good[i].detached ? &data : NULL);
        cr_expect(assay_ok(s), "%s: %s", good[i].file, b.reading.diag.text);
        cr_expect_eq(count_claims(&b, ASY_CLAIM_SIGNATURE), good[i].signatures, "%s", good[i].file);
        cr_expect_eq(count_claims(&b, ASY_CLAIM_LINK), good[i].links, "%s", good[i].file);
        cr_expect_eq(count_claims(&b, ASY_CLAIM_CHAIN), good[i].chains, "%s", good[i].file);
        cr_expect_eq(count_claims(&b, ASY_CLAIM_STAMP), good[i].stamps, "%s", good[i].file);
        cr_expect_eq(bench_check(&b), good[i].holds, "%s", good[i].file);
        bench_close(&b);
    }
}

/* A stamp says when the signature existed; it is bound to that signature's value. */
Test(cms, a_token_stamps_the_signature_that_carries_it)
{
    struct asy_view data;
    struct bench b;

    bench_open(&b);
    data = ours(&b, "data.bin");
    cr_assert(assay_ok(bench_read(&b, &asy_format_cms, ours(&b, "stamped.p7s"), &data)));
    cr_expect_eq(claim_of(&b, ASY_CLAIM_STAMP, 0)->is.stamp.over, 1);
    cr_expect_eq(claim_of(&b, ASY_CLAIM_SIGNATURE, 1)->is.signature.role, ASY_ROLE_STAMPS);
    cr_expect_eq(claim_of(&b, ASY_CLAIM_SIGNATURE, 1)->is.signature.of, 1);
    cr_expect(claim_of(&b, ASY_CLAIM_CHAIN, 1)->is.chain.for_timestamps);
    cr_expect_not(claim_of(&b, ASY_CLAIM_CHAIN, 0)->is.chain.for_timestamps);
    bench_close(&b);
}

Test(cms, a_malformed_token_is_not_passed_over)
{
    struct asy_view data;
    struct bench b;

    bench_open(&b);
    data = ours(&b, "data.bin");
    cr_expect_not(assay_ok(bench_read(&b, &asy_format_cms, ours(&b, "stamped-broken.p7s"), &data)));
    bench_close(&b);
}

Test(cms, attached_content_is_a_span_and_the_rest_is_framing)
{
    const struct asy_piece *piece;
    struct asy_view bytes;
    uint64_t framing = 0;
    struct bench b;

    bench_open(&b);
    bytes = ours(&b, "attached.p7m");
    cr_assert(assay_ok(bench_read(&b, &asy_format_cms, bytes, NULL)));
    piece = claim_of(&b, ASY_CLAIM_LINK, 0)->is.link.target.pieces;
    cr_assert_eq(piece->kind, ASY_PIECE_SPAN);
    cr_expect(asy_view_eq(asy_view_head(asy_view_from(bytes, piece->span.off), piece->span.len), ours(&b, "data.bin")));
    for (const struct asy_said *said = b.reading.document->slack; said != NULL; said = said->next)
        framing += said->len;
    cr_expect_eq(framing + piece->span.len, bytes.len);
    {
        struct asy_said said = { piece->span.off, piece->span.len, 1, NULL };
        uint64_t off = 0, len;

        b.reading.document->said = &said;
        cr_expect_not(asy_next_uncovered(b.reading.document, 1, &off, &len), "byte %llu", (unsigned long long)off);
        off = 0;
        cr_expect(asy_next_uncovered(b.reading.document, 2, &off, &len), "nobody else says it");
    }
    bench_close(&b);
}

/* Of a message in BER or PEM, the run that the content was decoded from is said with the content, and no more. */
Test(cms, decoded_content_says_where_it_stood)
{
    static const char *const files[] = { "streamed.p7m", "armored.p7m", "armored-streamed.p7m" };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct asy_item *content;
        struct asy_view bytes, source;
        uint64_t framing = 0;
        struct asy_diag diag;
        struct bench b;

        bench_open(&b);
        bytes = ours(&b, files[i]);
        cr_assert(assay_ok(bench_read(&b, &asy_format_cms, bytes, NULL)), "%s: %s", files[i], b.reading.diag.text);
        content = asy_recipe_whole(claim_of(&b, ASY_CLAIM_LINK, 0)->is.link.target);
        cr_assert_not_null(content, "%s", files[i]);
        cr_expect_eq(content->parent, b.reading.document);
        cr_expect(content->says_parent);
        cr_assert(assay_ok(asy_source_open(content->source, &diag)));
        cr_assert(assay_ok(asy_source_load(content->source, 4096, b.arena, &source, &diag)));
        cr_expect(asy_view_eq(source, ours(&b, "data.bin")), "%s", files[i]);
        for (const struct asy_said *said = b.reading.document->slack; said != NULL; said = said->next)
            framing += said->len;
        cr_expect_eq(framing + content->parent_len, bytes.len, "%s", files[i]);
        cr_expect_lt(content->parent_len, source.len * 4 / 3 + 16, "%s", files[i]);
        cr_expect_eq(bench_check(&b), 2, "%s", files[i]);
        bench_close(&b);
    }
}

/* Where its lines are uneven, bytes could stand among those of the content that nobody signed. */
Test(cms, an_armored_message_around_its_content_has_even_lines)
{
    struct asy_view bytes;
    const uint8_t *lf;
    uint8_t *text;
    struct bench b;

    bench_open(&b);
    bytes = ours(&b, "armored.p7m");
    lf = memchr(bytes.data + 30, '\n', bytes.len - 30);
    cr_assert_not_null(lf);
    for (int with = 0; with < 3; with++) {
        size_t at = (size_t)(lf - bytes.data) - (with == 2 ? 4 : 0);

        text = asy_alloc(b.arena, bytes.len + 1, 1);
        memcpy(text, bytes.data, at);
        text[at] = with == 1 ? ' ' : '\n';
        memcpy(text + at + 1, bytes.data + at, bytes.len - at);
        cr_expect_not(assay_ok(bench_read(&b, &asy_format_cms, (struct asy_view){ text, bytes.len + 1 }, NULL)));
        cr_expect(strstr(b.reading.diag.text, "its lines") != NULL, "%d: %s", with, b.reading.diag.text);
    }
    bench_close(&b);
}

/* RFC 5652 5.4 signs attributes and bare content alike: what verifies must know which it was. */
Test(cms, a_signature_without_attributes_says_so)
{
    static const struct {
        const char *file;
        bool bare;
    } cases[] = { { "noattr.p7s", true }, { "good.p7s", false } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asy_view data;
        struct bench b;

        bench_open(&b);
        data = ours(&b, "data.bin");
        cr_assert(assay_ok(bench_read(&b, &asy_format_cms, ours(&b, cases[i].file), &data)));
        cr_expect_eq(claim_of(&b, ASY_CLAIM_SIGNATURE, 0)->is.signature.is_bare_cms, cases[i].bare);
        bench_close(&b);
    }
}

/* What a reader is given to open it must leave closed: a file is read when digests are. */
Test(cms, the_file_that_is_signed_is_not_opened)
{
    struct asy_view bytes;
    struct bench b;

    bench_open(&b);
    bytes = ours(&b, "noattr.p7s");
    b.reading = (struct asy_reading){ .dossier = b.dossier, .bytes = bytes };
    b.reading.document = bench_item(&b, "document", bytes);
    b.reading.about = asy_add_item(b.dossier, "artifact", asy_source_at(b.arena, -100 /* AT_FDCWD */, "/no/such"));
    cr_expect(assay_ok(asy_format_cms.read(&b.reading)), "%s", b.reading.diag.text);
    bench_close(&b);
}

Test(cms, without_its_file_a_detached_signature_is_not_read)
{
    struct bench b;

    bench_open(&b);
    cr_expect_eq(bench_read(&b, &asy_format_cms, ours(&b, "good.p7s"), NULL).code, ASSAY_E_ABSENT);
    bench_close(&b);
}

static const char *const whole_files[] = { "good.p7s", "stamped.p7s", "streamed.p7m", "keyid.p7s" };

Test(cms, no_prefix_and_no_longer_file_is_read)
{
    for (size_t f = 0; f < sizeof whole_files / sizeof *whole_files; f++) {
        struct asy_view bytes, data;
        struct bench b;
        uint8_t *more;

        bench_open(&b);
        bytes = ours(&b, whole_files[f]);
        data = ours(&b, "data.bin");
        more = calloc(1, bytes.len + 1);
        memcpy(more, bytes.data, bytes.len);
        cr_expect_not(assay_ok(bench_read(&b, &asy_format_cms, (struct asy_view){ more, bytes.len + 1 }, &data)));
        for (size_t n = 0; n < bytes.len; n++) {
            uint8_t *exact = malloc(n + 1); /* so that a read past the end is seen */
            struct bench p = { .arena = asy_arena_new(1 << 22) };

            memcpy(exact, bytes.data, n);
            p.dossier = asy_dossier_new(p.arena, &asy_default_limits, 0);
            cr_expect_not(assay_ok(bench_read(&p, &asy_format_cms, (struct asy_view){ exact, n }, &data)), "%s %zu",
                          whole_files[f], n);
            asy_arena_free(p.arena);
            free(exact);
        }
        free(more);
        bench_close(&b);
    }
}

/* True inside a certificate, whose bytes the chain answers for. */
static bool is_in_certificate(const struct bench *b, const uint8_t *byte)
{
    for (unsigned c = 0; c < count_claims(b, ASY_CLAIM_CHAIN); c++) {
        const struct asy_chain *chain = &claim_of(b, ASY_CLAIM_CHAIN, c)->is.chain;

        for (size_t i = 0; i < chain->pool_n; i++) {
            if (byte >= chain->pool[i].data && byte < chain->pool[i].data + chain->pool[i].len)
                return true;
        }
    }
    return false;
}

/* True when a message with this byte changed reads, and all that it claims holds as before. */
static bool goes_unnoticed(const struct bench *b, struct asy_view bytes, struct asy_view data, size_t at, uint8_t flip)
{
    struct bench p = { .arena = asy_arena_new(1 << 22), .crypto = b->crypto };
    uint8_t *copy = malloc(bytes.len);
    bool same;

    memcpy(copy, bytes.data, bytes.len);
    copy[at] ^= flip;
    p.dossier = asy_dossier_new(p.arena, &asy_default_limits, 0);
    same = assay_ok(bench_read(&p, &asy_format_cms, (struct asy_view){ copy, bytes.len }, &data)) &&
           bench_check(&p) == 6;
    asy_arena_free(p.arena);
    free(copy);
    return same;
}

/* Outside the certificates only the two lists of digest algorithms, which nothing is decided by, are signed by nobody. */
Test(cms, a_changed_byte_is_noticed)
{
    enum { LISTS = 20 };
    struct asy_view bytes, data;
    size_t unnoticed = 0;
    struct bench b;

    bench_open(&b);
    bytes = ours(&b, "stamped.p7s");
    data = ours(&b, "data.bin");
    cr_assert(assay_ok(bench_read(&b, &asy_format_cms, bytes, &data)));
    for (size_t n = 0; n < bytes.len; n++) {
        bool same = goes_unnoticed(&b, bytes, data, n, 1) || goes_unnoticed(&b, bytes, data, n, 0x80) ||
                    goes_unnoticed(&b, bytes, data, n, 0xff);

        unnoticed += same && !is_in_certificate(&b, bytes.data + n);
    }
    cr_expect_leq(unnoticed, LISTS, "%zu", unnoticed);
    bench_close(&b);
}

static const struct bench_case corpus[] = {
    { "cms/good.p7s", "cms/update.img", true, true },
    { "cms/noattr.p7s", "cms/update.img", true, true },
    { "cms/s512.p7s", "cms/update.img", true, true },
    { "cms/sha1.p7s", "cms/update.img", true, true },
    { "cms/nochain.p7s", "cms/update.img", true, true },
    { "cms/nocerts.p7s", "cms/update.img", true, true },
    { "cms/good.p7s", "cms/flip.img", true, false },
    { "cms/good.p7s", "cms/app.img", true, false },
    { "cms/txt.p7s", "cms/t.txt", true, true },
    { "cms/txt.p7s", "cms/t-crlf.txt", true, false },
    { "cms/l-notyet.p7s", "cms/update.img", true, true },
    { "cms/l-eku-server.p7s", "cms/update.img", true, true },
    { "cms/l-eku-email.p7s", "cms/update.img", true, true },
    { "cms/l-eku-none.p7s", "cms/update.img", true, true },
    { "cms/l-pathlen.p7s", "cms/update.img", true, true },
    { "cms/l-selfsigned.p7s", "cms/update.img", true, true },
    { "cms/l-spoof-cn.p7s", "cms/update.img", true, true },
    { "cms/l-expired.p7s", "cms/update.img", true, true },
    { "cms/rev.p7s", "cms/update.img", true, true },
    { "cms/trail.p7s", "cms/update.img", false, false },
    { "cms/att.p7s", "cms/update.img", true, false },
    { "cms/md.p7s", "cms/update.img", true, false },
    { "cms/nosign.p7s", "cms/update.img", false, false },
    { "rauc/openssl-ca/manifest-r1.sig", "rauc/openssl-ca/manifest", true, true },
    { "rauc/openssl-ca/manifest-a2.sig", "rauc/openssl-ca/manifest", true, true },
    { "rauc/openssl-ca/manifest-cs1.sig", "rauc/openssl-ca/manifest", true, true },
    { "rauc/openssl-ca/manifest-r1.sig", "cms/manifest2", true, false },
    { "cms/r1-flip.sig", "rauc/openssl-ca/manifest", true, false },
    { "fwupd/firmware.bin.p7b", "fwupd/firmware.bin", true, true },
};

Test(cms, the_corpus_reads_as_its_cases_say)
{
    if (access(CORPUS "cms/good.p7s", R_OK) != 0)
        cr_skip_test("no corpus at " CORPUS);
    check_corpus(&asy_format_cms, CORPUS, corpus, sizeof corpus / sizeof *corpus);
}

/* What is near and is not ours. */
Test(cms, other_documents_are_not_recognised)
{
    static const char *const others[] = {
        "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n",
        "untrusted comment: x\nRWQ=\n",
        "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  data.bin\n",
        "0\x80", "0\x03\x02\x01\x01", "", "0",
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct asy_glimpse glimpse = { asy_view_of(others[i]), true, ASY_TEXT("x.p7s") };

        cr_expect_not(asy_format_cms.recognise(&glimpse), "%zu", i);
        cr_expect_not(asy_format_timestamp.recognise(&glimpse), "%zu", i);
    }
}
