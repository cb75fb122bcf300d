#include "support/reading.h"

#define HEX64 "0000000000000000000000000000000000000000000000000000000000000000"
#define SUMMARY "\"image_summary\":{\"digest\":\"sha256:" HEX64 "\",\"fully_qualified_digest\":\"r/a@sha256:" HEX64 "\"}"
#define DOCUMENT(summary, list) "{" summary ",\"provenance_summary\":{\"provenance\":" list "}}"
/* {"_type":"t","subject":[],"predicateType":"https://slsa.dev/provenance/v0.1","predicate":{"a":1}} */
#define PAYLOAD                                                                                                       \
    "eyJfdHlwZSI6InQiLCJzdWJqZWN0IjpbXSwicHJlZGljYXRlVHlwZSI6Imh0dHBzOi8vc2xzYS5kZXYvcHJvdmVuYW5jZS92MC4xIiwicHJlZGljYXRl" \
    "Ijp7ImEiOjF9fQ=="
#define TEXT(predicate)                                                                                               \
    "{\"intotoStatement\":{\"_type\":\"t\",\"subject\":[],\"predicateType\":\"https://slsa.dev/provenance/v0.1\",\"slsaProvenance\":" predicate "}}"
#define OCCURRENCE(kind, resource, build, signatures)                                                                 \
    "{\"kind\":\"" kind "\",\"resourceUri\":\"" resource "\",\"build\":" build                                        \
    ",\"envelope\":{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"" PAYLOAD "\",\"signatures\":" signatures "}}"
#define RESOURCE "https://r/a@sha256:" HEX64
#define REGION "projects/verified-builder/locations/x/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1"
#define SIGNATURES "[{\"keyid\":\"" REGION "\",\"sig\":\"AAAA\"},{\"keyid\":\"k\",\"sig\":\"AAAA\"}]"
#define GOOD OCCURRENCE("BUILD", RESOURCE, TEXT("{\"a\":1}"), SIGNATURES)

Test(gcb, keys_of_regions_sign_the_payload)
{
    struct reading_test t = reading_of("gcb", "agent.json");
    const struct asy_signature *region, *other;

    read_text(&t, DOCUMENT(SUMMARY, "[" GOOD "]"));
    cr_assert(assay_ok(t.status), "%s", t.reading.diag.text);
    cr_assert_eq(t.reading.dossier->facts_n, 3);
    cr_expect(link_no(&t, 0)->by_digest);
    region = &t.reading.dossier->facts[1]->claim.is.signature;
    other = &t.reading.dossier->facts[2]->claim.is.signature;
    cr_expect(asy_recipe_whole(region->message) != NULL);
    cr_expect(asy_recipe_whole(other->message) == NULL && other->message.n == 4);
    reading_end(&t);
}

static const struct row {
    const char *text;
    size_t facts; /* 0: malformed */
} rows[] = {
    { DOCUMENT(SUMMARY, "[" GOOD "," GOOD "]"), 5 },
    { DOCUMENT(SUMMARY, "[{}," GOOD "]"), 3 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", RESOURCE, TEXT("{\"a\":1,\"definedInMaterial\":2}"), SIGNATURES) "]"), 3 },
    { DOCUMENT(SUMMARY, "[]"), 0 },
    { DOCUMENT(SUMMARY, "[{}]"), 0 },
    { DOCUMENT(SUMMARY, "{}"), 0 },
    { DOCUMENT("\"image_summary\":{\"digest\":\"sha256:00\",\"fully_qualified_digest\":\"r/a@sha256:00\"}", "[" GOOD "]"), 0 },
    { DOCUMENT("\"image_summary\":{\"digest\":\"sha256:" HEX64 "\",\"fully_qualified_digest\":\"r/a@sha256:00\"}", "[" GOOD "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("IMAGE", RESOURCE, TEXT("{\"a\":1}"), SIGNATURES) "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", "https://r/a", TEXT("{\"a\":1}"), SIGNATURES) "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", "https://r/asha256:" HEX64, TEXT("{\"a\":1}"), SIGNATURES) "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", RESOURCE, TEXT("{\"a\":2}"), SIGNATURES) "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", RESOURCE, TEXT("{\"a\":1,\"b\":1}"), SIGNATURES) "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", RESOURCE, TEXT("{}"), SIGNATURES) "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", RESOURCE, "{}", SIGNATURES) "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", RESOURCE, TEXT("{\"a\":1}"), "[]") "]"), 0 },
    { DOCUMENT(SUMMARY, "[" OCCURRENCE("BUILD", RESOURCE, TEXT("{\"a\":1}"), "[{\"keyid\":\"k\",\"sig\":\"\"}]") "]"), 0 },
    { "{}", 0 },
    { "", 0 },
};

Test(gcb, what_stands_around_agrees)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading_test t = reading_of("gcb", "agent.json");

        read_text(&t, rows[i].text);
        if (rows[i].facts == 0)
            cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "row %zu", i);
        else
            cr_expect(assay_ok(t.status) && t.reading.dossier->facts_n == rows[i].facts, "row %zu: %s", i, t.reading.diag.text);
        reading_end(&t);
    }
}
