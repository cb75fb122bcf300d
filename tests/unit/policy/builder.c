#include "policy/builder.h"

#include <criterion/criterion.h>

#define GITHUB "https://token.actions.githubusercontent.com"
#define WORKFLOWS "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"
#define GO WORKFLOWS "builder_go_slsa3.yml"
#define DELEGATOR WORKFLOWS "delegator_generic_slsa3.yml"
#define DELEGATED "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0"
#define RUNNER "https://github.com/actions/runner/github-hosted"
#define SOURCE "github.com/acme/agent"
#define URI "https://github.com/acme/agent"
#define OWN "https://github.com/acme/agent/.github/workflows/release.yml@refs/heads/main"
#define MAIN "git+https://github.com/acme/agent@refs/heads/main"

/* ---- whose certificate may be a builder's ---- */

static const struct holder {
    const char *identity, *issuer, *builder, *source;
    bool any_ref, may;
} holders[] = {
    { GO "@refs/tags/v1.2.3", GITHUB, NULL, SOURCE, false, true },
    { GO "@refs/tags/v1.2.3", GITHUB, GO, SOURCE, false, true },
    { GO "@refs/tags/v1.2.3", GITHUB, GO "@v1.2.3", SOURCE, false, true },
    { DELEGATOR "@refs/tags/v1.2.3", GITHUB, OWN, SOURCE, false, true },
    { OWN, GITHUB, RUNNER, SOURCE, false, true },
    { GO "@refs/heads/main", GITHUB, NULL, SOURCE, true, true },

    /* nothing is asked for */
    { GO "@refs/tags/v1.2.3", GITHUB, NULL, NULL, false, false },
    /* everybody may let it build: without a source it says nothing */
    { GO "@refs/tags/v1.2.3", GITHUB, GO, NULL, false, false },
    { DELEGATOR "@refs/tags/v1.2.3", GITHUB, OWN, NULL, false, false },
    { OWN, GITHUB, RUNNER, NULL, false, false },
    /* another issuer, builder or ref */
    { GO "@refs/tags/v1.2.3", "https://issuer.example", NULL, SOURCE, false, false },
    { GO "@refs/tags/v1.2.3", NULL, NULL, SOURCE, false, false },
    { OWN, GITHUB, NULL, SOURCE, true, false },
    { GO "@refs/tags/v1.2.3", GITHUB, GO "@v1.2.4", SOURCE, false, false },
    { GO "@refs/heads/main", GITHUB, NULL, SOURCE, false, false },
    { GO "@refs/tags/v1.2.3-rc.1", GITHUB, NULL, SOURCE, false, false },
    { "release@acme.example", GITHUB, NULL, SOURCE, false, false },
};

Test(builder, a_certificate_that_anybody_can_have_needs_a_source)
{
    for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
        const struct holder *h = &holders[i];
        const struct asy_settings settings = { .builder_id = h->builder, .source_uri = h->source,
                                               .any_builder_ref = h->any_ref };
        const struct asy_principal principal = { .identity = h->identity, .issuer = h->issuer, .is_issued = true };

        cr_expect_eq(asy_may_be_builder(&settings, &principal), h->may, "row %zu", i);
    }
}

/* ---- what the certificate says beside what the provenance says ---- */

static const struct pair {
    const char *identity, *builder, *type, *wanted_builder;
    const char *uri, *old_repository, *ref, *old_ref, *environment;
    enum asy_reason reason;
} pairs[] = {
    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.3", "t", NULL, URI, NULL, "refs/heads/main", NULL, NULL, 0 },
    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.3", "t", NULL, NULL, "acme/agent", NULL, "refs/heads/main", NULL, 0 },
    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.3", "t", NULL, URI, "acme/agent", NULL, NULL, NULL, 0 },
    { OWN, RUNNER, "t", RUNNER, URI, NULL, NULL, NULL, "github-hosted", 0 },
    { DELEGATOR "@refs/tags/v1.2.3", WORKFLOWS "b.yml@refs/tags/v1.0.0", DELEGATED, NULL, URI, NULL, NULL, NULL, NULL, 0 },

    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.4", "t", NULL, URI, NULL, NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },
    { OWN, RUNNER, "t", RUNNER, URI, NULL, NULL, NULL, "self-hosted", ASY_PROVENANCE_BUILDER },
    { OWN, OWN, "t", RUNNER, URI, NULL, NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },
    { DELEGATOR "@refs/tags/v1.2.3", WORKFLOWS "b.yml@refs/tags/v1.0.0", "t", NULL, URI, NULL, NULL, NULL, NULL,
      ASY_PROVENANCE_BUILDER },
    { DELEGATOR "@refs/tags/v1.2.3", WORKFLOWS "b.yml@refs/heads/main", DELEGATED, NULL, URI, NULL, NULL, NULL, NULL,
      ASY_PROVENANCE_BUILDER },
    { DELEGATOR "@refs/tags/v1.2.3", "https://github.com/mallory/b/.github/workflows/b.yml@refs/tags/v1.0.0", DELEGATED, NULL, URI,
      NULL, NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },
    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.3", "t", NULL, "https://github.com/mallory/agent", NULL, NULL, NULL, NULL,
      ASY_PROVENANCE_SOURCE },
    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.3", "t", NULL, URI, "mallory/agent", NULL, NULL, NULL, ASY_PROVENANCE_SOURCE },
    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.3", "t", NULL, NULL, NULL, NULL, NULL, NULL, ASY_PROVENANCE_SOURCE },
    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.3", "t", NULL, URI, NULL, "refs/heads/other", NULL, NULL, ASY_PROVENANCE_REF },
    { GO "@refs/tags/v1.2.3", GO "@refs/tags/v1.2.3", "t", NULL, URI, NULL, "refs/heads/main", "refs/heads/other", NULL,
      ASY_PROVENANCE_REF },
};

static void say(struct asy_dossier *dossier, const char *field, const char *text)
{
    struct asy_statement *statement = text == NULL ? NULL : asy_add_statement(dossier, ASY_SAYS_CERTIFICATE, NULL);

    if (statement == NULL)
        return;
    statement->by = 1;
    statement->field = field;
    statement->text = asy_view_of(text);
}

Test(builder, the_certificate_agrees_with_the_provenance)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct pair *p = &pairs[i];
        struct asy_arena *arena = asy_arena_new((size_t)1 << 20);
        struct asy_dossier *dossier = asy_dossier_new(arena, &asy_default_limits, 0);
        const struct asy_settings settings = { .builder_id = p->wanted_builder, .source_uri = SOURCE };
        const struct asy_principal principal = { .identity = p->identity, .issuer = GITHUB, .is_issued = true };
        const struct asy_build build = { .builder = asy_view_of(p->builder), .type = asy_view_of(p->type),
                                         .trigger = ASY_TEXT(MAIN), .source = ASY_TEXT(MAIN) };

        say(dossier, "source_repository_uri", p->uri);
        say(dossier, "github_workflow_repository", p->old_repository);
        say(dossier, "source_repository_ref", p->ref);
        say(dossier, "github_workflow_ref", p->old_ref);
        say(dossier, "runner_environment", p->environment);
        cr_expect_eq(asy_certificate_fault(dossier, &settings, &build, &principal, 1, false).reason, p->reason, "row %zu", i);
        asy_arena_free(arena);
    }
}
