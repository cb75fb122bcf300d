#include "support/reading.h"

#include "base/text.h"

#define ENVELOPE(type, payload, signatures) \
    "{\"payloadType\":\"" type "\",\"payload\":\"" payload "\",\"signatures\":" signatures "}"
#define ONE "[{\"keyid\":\"k\",\"sig\":\"AAAA\"}]"
#define IN_TOTO "application/vnd.in-toto+json"

/* protocol.md, "Test Vectors": what is signed is spelled with lengths in decimal. */
Test(dsse, pre_authentication_encoding)
{
    struct reading_test t = reading_of("dsse", "agent.dsse");
    const struct asy_recipe *message;

    read_text(&t, ENVELOPE("http://example.com/HelloWorld", "aGVsbG8gd29ybGQ=", ONE));
    cr_assert(assay_ok(t.status));
    message = &t.reading.dossier->facts[0]->claim.is.signature.message;
    cr_assert_eq(message->n, 4);
    cr_expect(asy_view_is(message->pieces[0].literal, "DSSEv1 29 "));
    cr_expect(asy_view_is(message->pieces[1].literal, "http://example.com/HelloWorld"));
    cr_expect(asy_view_is(message->pieces[2].literal, " 11 "));
    cr_expect_eq(message->pieces[3].span.item->size, 11);
    reading_end(&t);
}

/* Only a payload of a type that is read here is handed on as evidence. */
Test(dsse, payload_by_its_type)
{
    static const struct {
        const char *text;
        bool is_read;
    } rows[] = { { ENVELOPE(IN_TOTO, "e30=", ONE), true }, { ENVELOPE("text/plain", "e30=", ONE), false } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading_test t = reading_of("dsse", "agent.dsse");

        read_text(&t, rows[i].text);
        cr_assert(assay_ok(t.status));
        cr_assert_eq(t.reading.dossier->items_n, 2);
        cr_expect_eq(t.reading.dossier->items[1]->is_evidence, rows[i].is_read, "%zu", i);
        cr_expect_eq(t.reading.dossier->items[1]->parent, t.reading.document);
        reading_end(&t);
    }
}

Test(dsse, what_is_none)
{
    static const struct row {
        const char *text;
        int code;
    } rows[] = {
        { ENVELOPE(IN_TOTO, "e30=", ONE), ASSAY_OK },
        { ENVELOPE(IN_TOTO, "", ONE), ASSAY_OK },
        { ENVELOPE(IN_TOTO, "e30", ONE), ASSAY_OK },
        { ENVELOPE(IN_TOTO, "_-8=", "[{\"sig\":\"_-8\"}]"), ASSAY_OK },
        { ENVELOPE(IN_TOTO, "e30=", "[{\"keyid\":null,\"sig\":\"AAAA\"}]"), ASSAY_OK },
        { "", ASSAY_E_FORMAT },
        { "[]", ASSAY_E_FORMAT },
        { ENVELOPE("", "e30=", ONE), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e31=", ONE), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e3\\n0=", ONE), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e30==", ONE), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e30=", "[]"), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e30=", "{}"), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e30=", "[null]"), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e30=", "[{\"keyid\":\"k\"}]"), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e30=", "[{\"sig\":\"\"}]"), ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e30=", "[{\"keyid\":1,\"sig\":\"AAAA\"}]"), ASSAY_E_FORMAT },
        { "{\"payloadType\":\"a\",\"payloadType\":\"a\",\"payload\":\"e30=\",\"signatures\":" ONE "}", ASSAY_E_FORMAT },
        { ENVELOPE(IN_TOTO, "e30=", ONE) "x", ASSAY_E_FORMAT },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading_test t = reading_of("dsse", "agent.dsse");

        read_text(&t, rows[i].text);
        cr_expect_eq(t.status.code, rows[i].code, "row %zu", i);
        reading_end(&t);
    }
}

Test(dsse, known_by_its_members)
{
    cr_expect(is_recognised("dsse", ASY_TEXT(ENVELOPE(IN_TOTO, "e30=", ONE)), "a.json"));
    cr_expect_not(is_recognised("dsse", ASY_TEXT("{\"payload\":1}"), "a.dsse"));
    cr_expect_not(is_recognised("dsse", ASY_TEXT("{\"x\":" ENVELOPE(IN_TOTO, "e30=", ONE) "}"), "a.dsse"));
}
