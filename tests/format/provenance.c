#include "support/reading.h"

#define HEX64 "0000000000000000000000000000000000000000000000000000000000000000"
#define STATEMENT(name, kind, predicate)                                                                              \
    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"" name "\",\"digest\":{\"sha256\":\"" HEX64   \
    "\"}}],\"predicateType\":\"" kind "\",\"predicate\":" predicate "}"
#define V02 "https://slsa.dev/provenance/v0.2"
#define V1 "https://slsa.dev/provenance/v1"
#define V01 "https://slsa.dev/provenance/v0.1"
#define VSA "https://slsa.dev/verification_summary/v1"
#define NPM "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"
#define MAIN "git+https://github.com/a/b@refs/heads/main"
#define TAG "git+https://github.com/a/b@refs/tags/v1"

/* v0.2 of one source, with an environment */
#define OLD(uri, environment)                                                                                         \
    STATEMENT("a", V02, "{\"builder\":{\"id\":\"B\"},\"buildType\":\"T\",\"invocation\":{\"configSource\":{\"uri\":\"" uri \
                        "\"},\"environment\":" environment "},\"materials\":[{\"uri\":\"" uri "\"},{\"uri\":\"other\"}]}")
#define NEW(external, internal, uri)                                                                                  \
    STATEMENT("a", V1, "{\"buildDefinition\":{\"buildType\":\"T\",\"externalParameters\":" external ",\"internalParameters\":" \
                       internal ",\"resolvedDependencies\":[{\"uri\":\"" uri "\"}]},\"runDetails\":{\"builder\":{\"id\":\"B\"}}}")
#define WORKFLOW "{\"workflow\":{\"repository\":\"https://github.com/a/b\",\"ref\":\"refs/tags/v1\"}}"
#define CONFIG "{\"buildConfigSource\":{\"repository\":\"https://github.com/a/b\",\"ref\":\"refs/tags/v1\"}}"
#define CLOUD(type, rest)                                                                                             \
    STATEMENT("a", V01, "{\"builder\":{\"id\":\"B\"},\"recipe\":{\"type\":\"T\",\"arguments\":{\"@type\":\"type.googleapis.com/" \
                        type "\"" rest "}},\"materials\":[{\"uri\":\"S\"}]}")
#define BUILD "google.devtools.cloudbuild.v1.Build"

/* What is said of one kind; NULL: nothing.  `name` of what has one. */
static const struct row {
    const char *text;
    enum asy_statement_kind kind;
    const char *said, *name;
} rows[] = {
    { OLD(MAIN, "{}"), ASY_SAYS_BUILDER, "B", NULL },
    { OLD(MAIN, "{}"), ASY_SAYS_BUILD_TYPE, "T", NULL },
    { OLD(MAIN, "{}"), ASY_SAYS_TRIGGER, MAIN, NULL },
    { OLD(MAIN, "{}"), ASY_SAYS_SOURCE, MAIN, NULL },
    { OLD(MAIN, "{}"), ASY_SAYS_BRANCH, "refs/heads/main", NULL },
    { OLD(MAIN, "{}"), ASY_SAYS_TAG, NULL, NULL },
    { OLD(TAG, "{}"), ASY_SAYS_TAG, "refs/tags/v1", NULL },
    { OLD(TAG, "{}"), ASY_SAYS_BRANCH, NULL, NULL },
    { OLD(TAG, "{\"github_ref\":\"refs/tags/v2\",\"github_ref_type\":\"tag\"}"), ASY_SAYS_TAG, "refs/tags/v2", NULL },
    { OLD(TAG, "{\"github_ref\":\"refs/tags/v1\",\"github_ref_type\":\"branch\"}"), ASY_SAYS_TAG, NULL, NULL },
    { OLD(TAG, "{\"GITHUB_REF\":\"refs/tags/v1\",\"GITHUB_BASE_REF\":\"refs/heads/x\"}"), ASY_SAYS_BRANCH, "refs/heads/x", NULL },
    { OLD(TAG, "{\"github_ref\":\"refs/tags/v1\",\"github_event_name\":\"push\",\"github_event_payload\":{\"base_ref\":\"refs/heads/x\"}}"),
      ASY_SAYS_BRANCH, "refs/heads/x", NULL },
    { OLD(TAG, "{\"github_ref\":\"refs/tags/v1\",\"github_event_name\":\"push\",\"github_event_payload\":{\"base_ref\":null}}"),
      ASY_SAYS_BRANCH, NULL, NULL },
    { OLD(TAG, "{\"github_ref\":\"refs/tags/v1\",\"github_event_name\":\"release\",\"github_event_payload\":{\"release\":{\"target_commitish\":\"x\"}}}"),
      ASY_SAYS_BRANCH, "refs/heads/x", NULL },
    { OLD(TAG, "{\"github_ref\":\"refs/tags/v1\",\"github_event_name\":\"create\",\"github_event_payload\":{\"base_ref\":\"refs/heads/x\"}}"),
      ASY_SAYS_BRANCH, NULL, NULL },
    { OLD(MAIN, "{\"github_ref\":\"refs/heads/main\",\"github_event_name\":\"workflow_dispatch\",\"github_event_payload\":{\"inputs\":{\"i\":\"v\"}}}"),
      ASY_SAYS_INPUT, "v", "i" },
    { OLD(MAIN, "{\"github_ref\":\"refs/heads/main\",\"github_event_name\":\"push\",\"github_event_payload\":{\"inputs\":{\"i\":\"v\"}}}"),
      ASY_SAYS_INPUT, NULL, NULL },
    { OLD(MAIN, "{\"github_ref\":\"refs/heads/main\",\"github_event_name\":\"workflow_dispatch\",\"github_event_payload\":{\"inputs\":{\"i\":1}}}"),
      ASY_SAYS_INPUT, NULL, NULL },
    { OLD("git+https://github.com/a/b", "{\"github_ref\":\"refs/tags/v1\"}"), ASY_SAYS_TAG, NULL, NULL },

    { NEW(WORKFLOW, "{}", TAG), ASY_SAYS_BUILDER, "B", NULL },
    { NEW(WORKFLOW, "{}", TAG), ASY_SAYS_TRIGGER, "https://github.com/a/b@refs/tags/v1", NULL },
    { NEW(WORKFLOW, "{}", TAG), ASY_SAYS_TAG, "refs/tags/v1", NULL },
    { NEW(WORKFLOW, "{}", "git+https://github.com/a/b"), ASY_SAYS_TAG, NULL, NULL },
    { NEW("{}", "{\"GITHUB_WORKFLOW_REF\":\"a/b/.github/workflows/x.yml@refs/heads/main\"}", MAIN), ASY_SAYS_TRIGGER, MAIN, NULL },
    { NEW("{}", "{\"GITHUB_WORKFLOW_REF\":\"a/b@refs/heads/main\"}", MAIN), ASY_SAYS_TRIGGER, NULL, NULL },
    { NEW("{}", "{\"GITHUB_WORKFLOW_REF\":\"a/b/x.yml\"}", MAIN), ASY_SAYS_TRIGGER, NULL, NULL },
    { NEW("{\"inputs\":{\"i\":\"v\"}}", "{\"GITHUB_EVENT_NAME\":\"workflow_dispatch\"}", MAIN), ASY_SAYS_INPUT, NULL, NULL },
    { NEW(CONFIG, "{\"systemSubstitutions\":{\"TAG_NAME\":\"v1\"}}", TAG), ASY_SAYS_TAG, "refs/tags/v1", NULL },
    { NEW(CONFIG, "{\"systemSubstitutions\":{\"TAG_NAME\":\"v2\"}}", TAG), ASY_SAYS_TAG, NULL, NULL },
    { NEW(CONFIG, "{}", "git+https://github.com/x/y"), ASY_SAYS_SOURCE, "https://github.com/a/b@refs/tags/v1", NULL },
    { NEW("{\"source\":{\"uri\":\"" MAIN "\"}}", "{}", MAIN), ASY_SAYS_SOURCE, MAIN, NULL },

    { CLOUD(BUILD, ",\"substitutions\":{\"TAG_NAME\":\"v1\"}"), ASY_SAYS_TAG, "refs/tags/v1", NULL },
    { CLOUD(BUILD, ""), ASY_SAYS_SOURCE, "S", NULL },
    { CLOUD(BUILD, ""), ASY_SAYS_TAG, NULL, NULL },

    { STATEMENT("a", VSA, "{\"verifier\":{\"id\":\"V\"},\"resourceUri\":\"R\",\"verificationResult\":\"PASSED\",\"verifiedLevels\":[\"L\"]}"),
      ASY_SAYS_LEVEL, "L", NULL },
    { STATEMENT("a", VSA, "{\"verifier\":{\"id\":\"V\"},\"resourceUri\":\"R\",\"verificationResult\":\"FAILED\",\"verifiedLevels\":[]}"),
      ASY_SAYS_RESULT, "FAILED", NULL },
    { STATEMENT("pkg:npm/a@1", NPM, "{\"name\":\"a\",\"version\":\"1\"}"), ASY_SAYS_PUBLISHED, "1", "a" },
    { STATEMENT("pkg:npm/a@1", NPM, "{\"name\":\"a\",\"version\":\"1\"}"), ASY_SAYS_PURL, "pkg:npm/a@1", NULL },
};

static const char *const malformed[] = {
    STATEMENT("a", V02, "{\"buildType\":\"T\"}"),
    STATEMENT("a", V02, "{\"builder\":{\"id\":1}}"),
    STATEMENT("a", V02, "null"),
    STATEMENT("a", V1, "{\"builder\":{\"id\":\"B\"}}"),
    NEW("{\"source\":{\"uri\":\"" TAG "\"}}", "{}", MAIN),
    CLOUD("Other", ""),
    STATEMENT("a", VSA, "{\"verifier\":{\"id\":\"V\"},\"resourceUri\":\"R\",\"verificationResult\":\"PASSED\"}"),
    STATEMENT("a", VSA, "{\"verifier\":{\"id\":\"V\"},\"resourceUri\":\"R\",\"verificationResult\":\"PASSED\",\"verifiedLevels\":[1]}"),
    STATEMENT("a", VSA, "{\"verifier\":{\"id\":\"V\"},\"verificationResult\":\"PASSED\",\"verifiedLevels\":[]}"),
    STATEMENT("a", VSA, "{\"resourceUri\":\"R\",\"verificationResult\":\"PASSED\",\"verifiedLevels\":[]}"),
    STATEMENT("a", NPM, "{\"name\":\"a\"}"),
};

static const struct asy_statement *find(const struct asy_dossier *dossier, enum asy_statement_kind kind)
{
    for (size_t i = 0; i < dossier->statements_n; i++) {
        if (dossier->statements[i].kind == kind)
            return &dossier->statements[i];
    }
    return NULL;
}

Test(provenance, what_is_said)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading_test t = reading_of("in_toto", "a.json");
        const struct asy_statement *said;

        read_text(&t, rows[i].text);
        cr_expect(assay_ok(t.status), "row %zu: %s", i, t.reading.diag.text);
        said = find(t.reading.dossier, rows[i].kind);
        cr_expect((said != NULL) == (rows[i].said != NULL), "row %zu", i);
        if (said != NULL && rows[i].said != NULL)
            cr_expect(asy_view_is(said->text, rows[i].said) && asy_view_eq(said->name, asy_view_of(rows[i].name)), "row %zu: %.*s",
                      i, (int)said->text.len, (const char *)said->text.data);
        reading_end(&t);
    }
}

Test(provenance, what_is_none)
{
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        struct reading_test t = reading_of("in_toto", "a.json");

        read_text(&t, malformed[i]);
        cr_expect_eq(t.status.code, ASSAY_E_FORMAT, "row %zu", i);
        reading_end(&t);
    }
}
