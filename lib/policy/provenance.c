#include "policy/provenance.h"

#include "codec/build_names.h"

#include <string.h>

enum { SHOWN = 300 };

static int shown(struct asy_view text)
{
    return (int)(text.len > SHOWN ? SHOWN : text.len);
}

/* ---- from statements ---- */

static struct asy_view *field_of_build(struct asy_build *build, enum asy_statement_kind kind)
{
    const struct {
        enum asy_statement_kind kind;
        struct asy_view *field;
    } fields[] = { { ASY_SAYS_BUILDER, &build->builder }, { ASY_SAYS_BUILD_TYPE, &build->type },
                   { ASY_SAYS_TRIGGER, &build->trigger }, { ASY_SAYS_SOURCE, &build->source },
                   { ASY_SAYS_BRANCH, &build->branch },   { ASY_SAYS_TAG, &build->tag } };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].kind == kind)
            return fields[i].field;
    }
    return NULL;
}

bool asy_build_of(const struct asy_dossier *dossier, const struct asy_item *document, struct asy_build *out)
{
    *out = (struct asy_build){ .document = document };
    for (size_t i = 0; i < dossier->statements_n; i++) {
        const struct asy_statement *statement = &dossier->statements[i];
        struct asy_view *field = statement->document == document ? field_of_build(out, statement->kind) : NULL;

        if (field != NULL)
            *field = statement->text;
    }
    return out->builder.len > 0;
}

bool asy_summary_of(const struct asy_dossier *dossier, const struct asy_item *document, struct asy_summary *out)
{
    *out = (struct asy_summary){ .document = document };
    for (size_t i = 0; i < dossier->statements_n; i++) {
        const struct asy_statement *statement = &dossier->statements[i];

        if (statement->document != document)
            continue;
        if (statement->kind == ASY_SAYS_VERIFIER)
            out->verifier = statement->text;
        else if (statement->kind == ASY_SAYS_RESOURCE)
            out->resource = statement->text;
        else if (statement->kind == ASY_SAYS_RESULT)
            out->result = statement->text;
    }
    return out->verifier.len > 0;
}

/* ---- builds ---- */

bool asy_wants_build(const struct asy_settings *settings)
{
    return settings->builder_id != NULL || settings->source_uri != NULL || settings->source_tag != NULL ||
           settings->source_branch != NULL || settings->source_versioned_tag != NULL || settings->workflow_inputs.n > 0;
}

static struct asy_why because(struct asy_dossier *dossier, enum asy_reason reason, const char *what, struct asy_view said,
                              const char *expected)
{
    struct asy_why why = { ASY_REASON_NONE, NULL };

    if (said.len == 0)
        asy_because(dossier, &why, reason, "%s is not said, expected %s", what, expected);
    else
        asy_because(dossier, &why, reason, "%s is %.*s, expected %s", what, shown(said), (const char *)said.data, expected);
    return why;
}

/* Build types of builders that are known: what a builder says under another one may have another meaning. */
static const struct known_type {
    const char *builder, *type; /* a type ends in '*' where versions of it are taken */
} known_types[] = {
#define CLOUD "https://cloudbuild.googleapis.com/"
#define GENERATOR "https://github.com/slsa-framework/slsa-github-generator/"
    { CLOUD "GoogleHostedWorker@v0.2", CLOUD "GoogleHostedWorker@v0.2" },
    { CLOUD "GoogleHostedWorker@v0.3", CLOUD "CloudBuildYaml@*" },
    { CLOUD "GoogleHostedWorker@v0.3", CLOUD "CloudBuildSteps@*" },
    { CLOUD "GoogleHostedWorker", "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1" },
    { GENERATOR ".github/workflows/builder_go_slsa3.yml", GENERATOR "go@v1" },
    { GENERATOR ".github/workflows/builder_go_slsa3.yml", "https://github.com/slsa-framework/slsa-github-generator-go@v1" },
    { GENERATOR ".github/workflows/builder_go_slsa3.yml", "https://github.com/slsa-framework/slsa-github-generator@v1" },
    { GENERATOR ".github/workflows/generator_generic_slsa3.yml", GENERATOR "generic@v1" },
    { GENERATOR ".github/workflows/generator_generic_slsa3.yml", "https://github.com/slsa-framework/slsa-github-generator@v1" },
    { GENERATOR ".github/workflows/generator_container_slsa3.yml", GENERATOR "container@v1" },
    { GENERATOR ".github/workflows/builder_container-based_slsa3.yml", "https://slsa.dev/container-based-build/v0.1?draft" },
#undef CLOUD
#undef GENERATOR
};

static bool is_type(struct asy_view said, const char *known)
{
    size_t len = strlen(known);

    if (known[len - 1] == '*')
        return asy_view_starts(said, asy_view_head(asy_view_of(known), len - 1));
    return asy_view_is(said, known);
}

/* The types of a builder are those of its whole id where that is known, else those of its name. */
static bool is_builder(struct asy_view said, const char *known)
{
    struct asy_view name, ref;

    return asy_view_is(said, known) || (asy_builder_split(said, &name, &ref) && asy_view_is(name, known) &&
                                        (ref.len == 0 || asy_view_starts(ref, ASY_TEXT("refs/"))));
}

static bool has_right_type(const struct asy_build *build)
{
    bool is_known = false;

    for (size_t i = 0; i < sizeof known_types / sizeof *known_types; i++) {
        if (!is_builder(build->builder, known_types[i].builder))
            continue;
        if (is_type(build->type, known_types[i].type))
            return true;
        is_known = true;
    }
    return !is_known;
}

static bool is_expected_builder(struct asy_view said, const char *expected)
{
    return asy_builder_matches(said, asy_view_of(expected)) ||
           (strcmp(expected, asy_github_hosted_runner) == 0 && asy_view_is(said, asy_github_runner));
}

/* Google Cloud Build names the commit behind the source: "#generation", or of old "/commit/id". */
static struct asy_view without_commit(const struct asy_build *build, struct asy_view source)
{
    static const struct asy_view cloud = ASY_TEXT_INIT("https://cloudbuild.googleapis.com/"), commit = ASY_TEXT_INIT("/commit/");

    for (size_t i = 0; asy_view_starts(build->builder, cloud) && i < source.len; i++) {
        if (source.data[i] == '#' ||
            (asy_view_ends(build->builder, ASY_TEXT("@v0.2")) && asy_view_starts(asy_view_from(source, i), commit)))
            return asy_view_head(source, i);
    }
    return source;
}

bool asy_is_delegated(const struct asy_build *build)
{
    return asy_view_is(build->type, "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0");
}

/* On GitHub an event began the build, and both name the same ref: but builders of others' making, and npm at first. */
static bool needs_trigger(const struct asy_build *build)
{
    return asy_view_starts(build->builder, ASY_TEXT("https://github.com/"));
}

static bool needs_ref(const struct asy_build *build)
{
    return needs_trigger(build) && !asy_is_delegated(build) && !asy_view_is(build->type, "https://github.com/npm/cli/gha@v1");
}

/* The source, and the event's repository where the provenance has one, are the expected one. */
static struct asy_why source_fault(struct asy_dossier *dossier, const char *expected, const struct asy_build *build)
{
    struct asy_view source, source_ref, trigger, trigger_ref;

    if (!asy_source_split(without_commit(build, build->source), &source, &source_ref) ||
        !asy_source_matches(source, asy_view_of(expected)))
        return because(dossier, ASY_PROVENANCE_SOURCE, "the source", build->source, expected);
    if (build->trigger.len == 0 && !needs_trigger(build))
        return (struct asy_why){ ASY_REASON_NONE, NULL };
    if (!asy_source_split(build->trigger, &trigger, &trigger_ref) || !asy_source_matches(trigger, asy_view_of(expected)) ||
        (trigger_ref.len == 0 && needs_trigger(build)))
        return because(dossier, ASY_PROVENANCE_SOURCE, "what began the build", build->trigger, expected);
    if (source_ref.len == 0 ? needs_ref(build) : trigger_ref.len > 0 && !asy_view_eq(source_ref, trigger_ref))
        return because(dossier, ASY_PROVENANCE_SOURCE, "the ref of the source", source_ref, "that of what began the build");
    return (struct asy_why){ ASY_REASON_NONE, NULL };
}

static struct asy_why ref_fault(struct asy_dossier *dossier, const struct asy_settings *settings,
                                const struct asy_build *build)
{
    struct asy_view branch = asy_ref_name(build->branch, "heads"), tag = asy_ref_name(build->tag, "tags");

    if (settings->source_branch != NULL && !asy_view_is(branch, settings->source_branch))
        return because(dossier, ASY_PROVENANCE_REF, "the branch", branch, settings->source_branch);
    if (settings->source_tag != NULL && !asy_view_is(tag, settings->source_tag))
        return because(dossier, ASY_PROVENANCE_REF, "the tag", tag, settings->source_tag);
    if (settings->source_versioned_tag != NULL &&
        !asy_tag_is_of_version(tag, asy_view_of(settings->source_versioned_tag)))
        return because(dossier, ASY_PROVENANCE_REF, "the tag", tag, settings->source_versioned_tag);
    return (struct asy_why){ ASY_REASON_NONE, NULL };
}

/* Of several of one name every one must be so. */
static bool has_input(const struct asy_dossier *dossier, const struct asy_item *document, const char *pair)
{
    size_t name = (size_t)(strchr(pair, '=') - pair);
    struct asy_view wanted = asy_view_head(asy_view_of(pair), name), value = asy_view_from(asy_view_of(pair), name + 1);
    bool any = false;

    for (size_t i = 0; i < dossier->statements_n; i++) {
        const struct asy_statement *statement = &dossier->statements[i];

        if (statement->kind != ASY_SAYS_INPUT || statement->document != document || !asy_view_eq(statement->name, wanted))
            continue;
        if (!asy_view_eq(statement->text, value))
            return false;
        any = true;
    }
    return any;
}

static struct asy_why input_fault(struct asy_dossier *dossier, const struct asy_settings *settings,
                                  const struct asy_build *build)
{
    for (unsigned i = 0; i < settings->workflow_inputs.n; i++) {
        if (!has_input(dossier, build->document, settings->workflow_inputs.at[i]))
            return because(dossier, ASY_PROVENANCE_INPUT, "an input", (struct asy_view){ NULL, 0 },
                           settings->workflow_inputs.at[i]);
    }
    return (struct asy_why){ ASY_REASON_NONE, NULL };
}

struct asy_why asy_build_fault(struct asy_dossier *dossier, const struct asy_settings *settings,
                               const struct asy_build *build)
{
    struct asy_why why = { ASY_REASON_NONE, NULL };

    if (settings->builder_id != NULL && !is_expected_builder(build->builder, settings->builder_id))
        return because(dossier, ASY_PROVENANCE_BUILDER, "the builder", build->builder, settings->builder_id);
    if (!has_right_type(build))
        return because(dossier, ASY_PROVENANCE_BUILDER, "the build type", build->type, "one of that builder");
    if (settings->source_uri != NULL)
        why = source_fault(dossier, settings->source_uri, build);
    if (why.reason == ASY_REASON_NONE)
        why = ref_fault(dossier, settings, build);
    return why.reason == ASY_REASON_NONE ? input_fault(dossier, settings, build) : why;
}

/* ---- summaries ---- */

bool asy_wants_summary(const struct asy_settings *settings)
{
    return settings->verifier_id != NULL || settings->resource_uri != NULL || settings->verified_levels.n > 0;
}

static bool has_level(const struct asy_dossier *dossier, const struct asy_item *document, const char *wanted)
{
    for (size_t i = 0; i < dossier->statements_n; i++) {
        const struct asy_statement *statement = &dossier->statements[i];

        if (statement->kind == ASY_SAYS_LEVEL && statement->document == document &&
            asy_level_meets(statement->text, asy_view_of(wanted)))
            return true;
    }
    return false;
}

struct asy_why asy_summary_fault(struct asy_dossier *dossier, const struct asy_settings *settings,
                                 const struct asy_summary *summary)
{
    if (!asy_view_is(summary->result, "PASSED"))
        return because(dossier, ASY_SUMMARY_FAILED, "the result", summary->result, "PASSED");
    if (settings->verifier_id != NULL && !asy_view_is(summary->verifier, settings->verifier_id))
        return because(dossier, ASY_SUMMARY_OTHER, "the verifier", summary->verifier, settings->verifier_id);
    if (settings->resource_uri != NULL && !asy_view_is(summary->resource, settings->resource_uri))
        return because(dossier, ASY_SUMMARY_OTHER, "the resource", summary->resource, settings->resource_uri);
    for (unsigned i = 0; i < settings->verified_levels.n; i++) {
        if (!has_level(dossier, summary->document, settings->verified_levels.at[i]))
            return because(dossier, ASY_SUMMARY_LEVEL, "a level", (struct asy_view){ NULL, 0 },
                           settings->verified_levels.at[i]);
    }
    return (struct asy_why){ ASY_REASON_NONE, NULL };
}
