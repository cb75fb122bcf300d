#include "policy/provenance.h"

#include <criterion/criterion.h>

#define BUILDER "https://ci.acme.example/builders/release.yml@refs/tags/v2.0.0"
#define GENERATOR "https://github.com/slsa-framework/slsa-github-generator/"
#define GO GENERATOR ".github/workflows/builder_go_slsa3.yml@refs/tags/v1.2.3"
#define CLOUD "https://cloudbuild.googleapis.com/"
#define WORKER CLOUD "GoogleHostedWorker"
#define MAIN "git+https://github.com/acme/agent@refs/heads/main"
#define RELEASE "git+https://github.com/acme/agent@refs/tags/v1.2.3"
#define DELEGATED GENERATOR "delegator-generic@v0"

static const struct said {
    const char *builder, *type, *trigger, *source, *branch, *tag;
} main_build = { BUILDER, "t", MAIN, MAIN, "refs/heads/main", NULL },
  tag_build = { BUILDER, "t", RELEASE, RELEASE, NULL, "refs/tags/v1.2.3" },
  go_build = { GO, GENERATOR "go@v1", MAIN, MAIN, "refs/heads/main", NULL },
  cloud_build = { WORKER "@v0.3", CLOUD "CloudBuildYaml@v0.1", NULL, "https://github.com/acme/agent", NULL, "refs/tags/v1" };

/* What is said is `from` with one field changed. */
static const struct row {
    const struct said *from;
    struct said changed;
    const char *builder, *source, *branch, *tag, *versioned;
    enum asy_reason reason;
} rows[] = {
    { &main_build, { 0 }, NULL, NULL, NULL, NULL, NULL, 0 },
    { &main_build, { 0 }, BUILDER, "github.com/acme/agent", "main", NULL, NULL, 0 },
    { &tag_build, { 0 }, NULL, "github.com/acme/agent", NULL, "v1.2.3", "v1.2", 0 },
    { &main_build, { 0 }, GO, NULL, NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },
    { &main_build, { 0 }, NULL, "github.com/acme/Agent", NULL, NULL, NULL, ASY_PROVENANCE_SOURCE },
    { &main_build, { 0 }, NULL, NULL, "mai", NULL, NULL, ASY_PROVENANCE_REF },
    { &main_build, { 0 }, NULL, NULL, NULL, "main", NULL, ASY_PROVENANCE_REF },
    { &main_build, { 0 }, NULL, NULL, NULL, NULL, "v1", ASY_PROVENANCE_REF },
    { &tag_build, { 0 }, NULL, NULL, "v1.2.3", NULL, NULL, ASY_PROVENANCE_REF },
    { &tag_build, { 0 }, NULL, NULL, NULL, "v1.2", NULL, ASY_PROVENANCE_REF },
    { &tag_build, { 0 }, NULL, NULL, NULL, NULL, "v1.3", ASY_PROVENANCE_REF },
    { &tag_build, { .tag = "refs/heads/v1.2.3" }, NULL, NULL, NULL, "v1.2.3", NULL, ASY_PROVENANCE_REF },
    { &tag_build, { .source = "git+https://github.com/mallory/agent@refs/tags/v1.2.3" }, NULL, "github.com/acme/agent", NULL, NULL,
      NULL, ASY_PROVENANCE_SOURCE },
    { &tag_build, { .trigger = "git+https://github.com/mallory/agent@refs/tags/v1.2.3" }, NULL, "github.com/acme/agent", NULL,
      NULL, NULL, ASY_PROVENANCE_SOURCE },
    { &tag_build, { .source = MAIN }, NULL, "github.com/acme/agent", NULL, NULL, NULL, ASY_PROVENANCE_SOURCE },
    { &tag_build, { .trigger = "" }, NULL, "github.com/acme/agent", NULL, NULL, NULL, 0 },

    /* builders on GitHub say what began the build, and at which ref */
    { &go_build, { 0 }, GO, "github.com/acme/agent", "main", NULL, NULL, 0 },
    { &go_build, { .type = GENERATOR "generic@v1" }, GO, NULL, NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },
    { &go_build, { .trigger = "" }, NULL, "github.com/acme/agent", NULL, NULL, NULL, ASY_PROVENANCE_SOURCE },
    { &go_build, { .trigger = "git+https://github.com/acme/agent" }, NULL, "github.com/acme/agent", NULL, NULL, NULL,
      ASY_PROVENANCE_SOURCE },
    { &go_build, { .source = "git+https://github.com/acme/agent" }, NULL, "github.com/acme/agent", NULL, NULL, NULL,
      ASY_PROVENANCE_SOURCE },
    { &go_build, { .builder = "https://github.com/acme/b/.github/workflows/b.yml@refs/tags/v1.0.0", .type = DELEGATED,
                   .source = "git+https://github.com/acme/agent" }, NULL, "github.com/acme/agent", NULL, NULL, NULL, 0 },
    { &go_build, { .builder = "https://github.com/acme/b/.github/workflows/b.yml@refs/tags/v1.0.0", .type = DELEGATED,
                   .source = RELEASE }, NULL, "github.com/acme/agent", NULL, NULL, NULL, ASY_PROVENANCE_SOURCE },

    /* GitHub's own runners */
    { &go_build, { .builder = "https://github.com/actions/runner" }, "https://github.com/actions/runner/github-hosted", NULL,
      NULL, NULL, NULL, 0 },
    { &go_build, { .builder = "https://github.com/actions/runner/github-hosted" }, "https://github.com/actions/runner", NULL,
      NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },
    { &go_build, { .builder = "https://github.com/actions/runner/self-hosted" },
      "https://github.com/actions/runner/github-hosted", NULL, NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },

    /* Google Cloud Build */
    { &cloud_build, { 0 }, WORKER, "github.com/acme/agent", NULL, "v1", NULL, 0 },
    { &cloud_build, { .source = "gs://bucket/source.tgz#123" }, WORKER "@v0.3", "gs://bucket/source.tgz", NULL, NULL, NULL, 0 },
    { &cloud_build, { .source = "https://github.com/acme/agent/commit/00" }, NULL, "github.com/acme/agent", NULL, NULL, NULL,
      ASY_PROVENANCE_SOURCE },
    { &cloud_build, { .builder = WORKER "@v0.2", .type = WORKER "@v0.2", .source = "https://github.com/acme/agent/commit/00" },
      NULL, "github.com/acme/agent", NULL, NULL, NULL, 0 },
    { &cloud_build, { .type = CLOUD "Other@v0.1" }, NULL, NULL, NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },
    { &cloud_build, { .builder = WORKER }, NULL, NULL, NULL, NULL, NULL, ASY_PROVENANCE_BUILDER },
    { &cloud_build, { .source = "https://github.com/acme/agentx" }, NULL, "github.com/acme/agent", NULL, NULL, NULL,
      ASY_PROVENANCE_SOURCE },
    { &cloud_build, { .source = "https://github.com/acme/agent/tree" }, NULL, "github.com/acme/agent", NULL, NULL, NULL,
      ASY_PROVENANCE_SOURCE },
};

static struct asy_view pick(const char *changed, const char *from)
{
    return asy_view_of(changed != NULL ? changed : from);
}

static struct asy_build build_of(const struct row *row)
{
    return (struct asy_build){
        .builder = pick(row->changed.builder, row->from->builder), .type = pick(row->changed.type, row->from->type),
        .trigger = pick(row->changed.trigger, row->from->trigger), .source = pick(row->changed.source, row->from->source),
        .branch = pick(row->changed.branch, row->from->branch),    .tag = pick(row->changed.tag, row->from->tag),
    };
}

static struct asy_limits limits;
static struct asy_arena *arena;
static struct asy_dossier *dossier;

static void start(void)
{
    limits = asy_default_limits;
    arena = asy_arena_new(1 << 20);
    dossier = asy_dossier_new(arena, &limits, 0);
    cr_assert(dossier != NULL);
}

static void end(void)
{
    asy_arena_free(arena);
}

Test(provenance, what_is_said_is_what_is_expected, .init = start, .fini = end)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asy_settings settings = asy_default_settings;
        struct asy_build build = build_of(&rows[i]);
        struct asy_why why;

        settings.builder_id = rows[i].builder;
        settings.source_uri = rows[i].source;
        settings.source_branch = rows[i].branch;
        settings.source_tag = rows[i].tag;
        settings.source_versioned_tag = rows[i].versioned;
        why = asy_build_fault(dossier, &settings, &build);
        cr_expect_eq(why.reason, rows[i].reason, "row %zu: %s", i, why.detail == NULL ? "" : why.detail);
    }
}

static void say(struct asy_item *document, enum asy_statement_kind kind, const char *name, const char *text)
{
    struct asy_statement *statement = asy_add_statement(dossier, kind, document);

    statement->name = asy_view_of(name);
    statement->text = asy_view_of(text);
}

Test(provenance, every_input_is_said_once, .init = start, .fini = end)
{
    struct asy_item *document = asy_add_item(dossier, "a", NULL), *other = asy_add_item(dossier, "b", NULL);
    struct asy_settings settings = asy_default_settings;
    struct asy_build build = { .document = document, .builder = ASY_TEXT("b") };

    say(document, ASY_SAYS_INPUT, "release", "true");
    say(document, ASY_SAYS_INPUT, "name", "a");
    say(document, ASY_SAYS_INPUT, "name", "b");
    say(other, ASY_SAYS_INPUT, "other", "true");
    settings.workflow_inputs = (struct asy_texts){ { "release=true" }, 1 };
    cr_expect_eq(asy_build_fault(dossier, &settings, &build).reason, ASY_REASON_NONE);
    settings.workflow_inputs = (struct asy_texts){ { "release=true", "name=a" }, 2 };
    cr_expect_eq(asy_build_fault(dossier, &settings, &build).reason, ASY_PROVENANCE_INPUT);
    settings.workflow_inputs = (struct asy_texts){ { "other=true" }, 1 };
    cr_expect_eq(asy_build_fault(dossier, &settings, &build).reason, ASY_PROVENANCE_INPUT);
}

Test(provenance, a_summary_is_of_its_document, .init = start, .fini = end)
{
    struct asy_item *document = asy_add_item(dossier, "a", NULL), *other = asy_add_item(dossier, "b", NULL);
    struct asy_settings settings = asy_default_settings;
    struct asy_summary summary;
    struct asy_build build;

    say(document, ASY_SAYS_VERIFIER, NULL, "v");
    say(document, ASY_SAYS_RESOURCE, NULL, "r");
    say(document, ASY_SAYS_RESULT, NULL, "PASSED");
    say(other, ASY_SAYS_LEVEL, NULL, "SLSA_BUILD_LEVEL_3");
    cr_assert(asy_summary_of(dossier, document, &summary));
    cr_expect_not(asy_summary_of(dossier, other, &summary));
    cr_expect_not(asy_build_of(dossier, document, &build));
    cr_assert(asy_summary_of(dossier, document, &summary));
    cr_expect_eq(asy_summary_fault(dossier, &settings, &summary).reason, ASY_REASON_NONE);
    settings.verified_levels = (struct asy_texts){ { "SLSA_BUILD_LEVEL_1" }, 1 };
    cr_expect_eq(asy_summary_fault(dossier, &settings, &summary).reason, ASY_SUMMARY_LEVEL);
    settings.resource_uri = "other";
    cr_expect_eq(asy_summary_fault(dossier, &settings, &summary).reason, ASY_SUMMARY_OTHER);
    summary.result = ASY_TEXT("passed");
    cr_expect_eq(asy_summary_fault(dossier, &settings, &summary).reason, ASY_SUMMARY_FAILED);
}
