/*
 * SLSA provenance v1 (slsa.dev/provenance/v1):
 *   { "buildDefinition": { "buildType", "externalParameters", "internalParameters", "resolvedDependencies": [ { "uri" } ] },
 *     "runDetails": { "builder": { "id" } } }
 * What the parameters mean is the build type's.  The source that was built is the first dependency.  The event's repository
 * is externalParameters.workflow (npm, GitHub's own attestations), externalParameters.buildConfigSource (Google Cloud
 * Build), or GITHUB_WORKFLOW_REF among the internal parameters (slsa-github-generator).
 */
#include "codec/build_names.h"
#include "format/github_build.h"

static struct asy_view ref_of(struct asy_view uri)
{
    struct asy_view repository, ref = { NULL, 0 };

    return asy_source_split(uri, &repository, &ref) ? ref : (struct asy_view){ NULL, 0 };
}

struct build {
    const struct asy_node *external, *internal, *config; /* config: of Google Cloud Build; NULL */
    struct asy_view trigger, source;
};

static void find_trigger(struct asy_reading *reading, struct build *build)
{
    const struct asy_node *workflow = asy_node_get(build->external, "workflow");
    const struct asy_node *from = build->config != NULL ? build->config : workflow;

    build->trigger = from != NULL ? asy_uri_at(reading, asy_member_text(from, "repository"), asy_member_text(from, "ref"))
                                  : asy_github_trigger(reading, asy_member_text(build->internal, "GITHUB_WORKFLOW_REF"));
}

/* Google Cloud Build: the tag stands twice, and both must say the same; no branch is said with certainty. */
static bool say_tag_of_config(struct asy_reading *reading, const struct build *build)
{
    struct asy_view ref = asy_member_text(build->config, "ref");
    struct asy_view tag = asy_member_text(asy_node_get(build->internal, "systemSubstitutions"), "TAG_NAME");

    return tag.len == 0 || !asy_view_eq(asy_ref_name(ref, "tags"), tag) || asy_say(reading, ASY_SAYS_TAG, ref);
}

static bool say_event(struct asy_reading *reading, const struct build *build)
{
    const struct asy_github_build github = asy_github_build_of(build->internal);

    if (build->config != NULL)
        return say_tag_of_config(reading, build);
    return (ref_of(build->source).len == 0 || asy_say_refs(reading, &github, ref_of(build->trigger))) &&
           asy_say_inputs(reading, &github);
}

/* A source that is said twice (container-based builds) must be the same. */
static bool contradicts(const struct build *build)
{
    struct asy_view source = asy_member_text(asy_node_get(build->external, "source"), "uri");

    return source.len > 0 && !asy_view_eq(source, build->source);
}

static assay_status read(struct asy_reading *reading, const struct asy_statement_of *statement)
{
    const struct asy_node *definition = asy_node_get(statement->predicate, "buildDefinition");
    const struct asy_node *dependencies = asy_node_get(definition, "resolvedDependencies");
    struct asy_view builder =
        asy_member_text(asy_node_get(asy_node_get(statement->predicate, "runDetails"), "builder"), "id");
    struct build build = { .external = asy_node_get(definition, "externalParameters"),
                           .internal = asy_node_get(definition, "internalParameters") };

    if (builder.len == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the provenance names no builder");
    build.config = asy_node_get(build.external, "buildConfigSource");
    if (dependencies != NULL && dependencies->kind == ASY_NODE_LIST)
        build.source = asy_member_text(dependencies->first, "uri");
    if (contradicts(&build))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the provenance names two sources");
    find_trigger(reading, &build);
    if (build.config != NULL)
        build.source = build.trigger;
    if (!asy_say(reading, ASY_SAYS_BUILDER, builder) ||
        !asy_say(reading, ASY_SAYS_BUILD_TYPE, asy_member_text(definition, "buildType")) ||
        !asy_say(reading, ASY_SAYS_TRIGGER, build.trigger) || !asy_say(reading, ASY_SAYS_SOURCE, build.source) ||
        !say_event(reading, &build) || !asy_say_purls(reading, statement))
        return asy_said_too_much(reading);
    return asy_ok;
}

static const char *const types[] = { "https://slsa.dev/provenance/v1", NULL };

const struct asy_predicate asy_predicate_provenance_v1 = { .types = types, .read = read };
