#include "support/reading.h"

#define V1 "https://in-toto.io/Statement/v1"
#define HEX64 "0000000000000000000000000000000000000000000000000000000000000000"
#define STATEMENT(type, subjects, rest) "{\"_type\":\"" type "\",\"subject\":" subjects rest "}"
#define REST ",\"predicateType\":\"https://example.com/p\",\"predicate\":{}"
#define SUBJECT(name, digests) "{\"name\":\"" name "\",\"digest\":" digests "}"
#define SHA256 "{\"sha256\":\"" HEX64 "\"}"

static assay_status status_of(const char *text, size_t *links)
{
    struct reading_test t = reading_of("in_toto", "agent.json");
    assay_status s;

    read_text(&t, text);
    s = t.status;
    *links = t.reading.dossier->facts_n;
    reading_end(&t);
    return s;
}

Test(in_toto, subjects_are_links)
{
    struct reading_test t = reading_of("in_toto", "agent.json");

    read_text(&t, STATEMENT(V1, "[" SUBJECT("a", "{\"sha256\":\"" HEX64 "\",\"sha512\":\"" HEX64 HEX64 "\"}") "," SUBJECT("b", SHA256) "]", REST));
    cr_assert(assay_ok(t.status));
    cr_assert_eq(t.reading.dossier->facts_n, 3);
    cr_expect_eq(link_no(&t, 0)->entry, link_no(&t, 1)->entry);
    cr_expect_neq(link_no(&t, 1)->entry, link_no(&t, 2)->entry);
    cr_expect(link_no(&t, 0)->by_digest && link_no(&t, 0)->one_of_many);
    cr_assert_eq(t.reading.dossier->statements_n, 1);
    cr_expect(asy_view_is(t.reading.dossier->statements[0].text, "https://example.com/p"));
    reading_end(&t);
}

Test(in_toto, what_is_none)
{
    static const struct row {
        const char *text;
        int code;
        size_t links;
    } rows[] = {
        { STATEMENT(V1, "[" SUBJECT("a", SHA256) "]", REST), ASSAY_OK, 1 },
        { STATEMENT("https://in-toto.io/Statement/v0.1", "[" SUBJECT("a", SHA256) "]", REST), ASSAY_OK, 1 },
        { STATEMENT(V1, "[{\"digest\":" SHA256 "}]", REST), ASSAY_OK, 1 },
        { STATEMENT(V1, "[" SUBJECT("a", SHA256) "]", ",\"predicateType\":\"p\""), ASSAY_OK, 1 },
        { STATEMENT(V1, "[" SUBJECT("a", "{\"gitCommit\":\"00\"}") "]", REST), ASSAY_OK, 0 },
        { STATEMENT("https://in-toto.io/Statement/v2", "[" SUBJECT("a", SHA256) "]", REST), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[]", REST), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "{}", REST), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[null]", REST), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[{\"name\":\"a\"}]", REST), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[" SUBJECT("a", "{}") "]", REST), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[" SUBJECT("a", "{\"sha256\":\"00\"}") "]", REST), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[" SUBJECT("a", "{\"sha256\":null}") "]", REST), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[" SUBJECT("a", SHA256) "]", ""), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[" SUBJECT("a", SHA256) "]", ",\"predicateType\":\"\""), ASSAY_E_FORMAT, 0 },
        { STATEMENT(V1, "[" SUBJECT("a", SHA256) "]", ",\"predicateType\":\"p\",\"predicate\":[]"), ASSAY_E_FORMAT, 0 },
        { "{\"_type\":1}", ASSAY_E_FORMAT, 0 },
        { "", ASSAY_E_FORMAT, 0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t links = 0;

        cr_expect_eq(status_of(rows[i].text, &links).code, rows[i].code, "row %zu", i);
        if (rows[i].code == ASSAY_OK)
            cr_expect_eq(links, rows[i].links, "row %zu", i);
    }
}
