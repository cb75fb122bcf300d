/*
 * SLSA provenance v0.2 (slsa.dev/provenance/v0.2):
 *   { "builder": { "id" }, "buildType", "invocation": { "configSource": { "uri" }, "environment" }, "materials": [ { "uri" } ] }
 * The first material is the source that was built; a builder of somebody else's making ("delegator") may build another
 * commit than that of the event, and then names no ref there: nor is there a branch or tag.
 */
#include "codec/build_names.h"
#include "format/github_build.h"

/* The ref of a source's URI; empty: none. */
static struct asy_view ref_of(struct asy_view uri)
{
    struct asy_view repository, ref = { NULL, 0 };

    return asy_source_split(uri, &repository, &ref) ? ref : (struct asy_view){ NULL, 0 };
}

static bool say_all(struct asy_reading *reading, const struct asy_statement_of *statement)
{
    const struct asy_node *predicate = statement->predicate, *invocation = asy_node_get(predicate, "invocation");
    const struct asy_node *materials = asy_node_get(predicate, "materials");
    const struct asy_node *first = materials != NULL && materials->kind == ASY_NODE_LIST ? materials->first : NULL;
    const struct asy_github_build build = asy_github_build_of(asy_node_get(invocation, "environment"));
    struct asy_view trigger = asy_member_text(asy_node_get(invocation, "configSource"), "uri");
    struct asy_view source = asy_member_text(first, "uri"), ref = ref_of(trigger);

    return asy_say(reading, ASY_SAYS_BUILDER, asy_member_text(asy_node_get(predicate, "builder"), "id")) &&
           asy_say(reading, ASY_SAYS_BUILD_TYPE, asy_member_text(predicate, "buildType")) &&
           asy_say(reading, ASY_SAYS_TRIGGER, trigger) && asy_say(reading, ASY_SAYS_SOURCE, source) &&
           (ref_of(source).len == 0 || asy_say_refs(reading, &build, ref)) && asy_say_inputs(reading, &build) &&
           asy_say_purls(reading, statement);
}

static assay_status read(struct asy_reading *reading, const struct asy_statement_of *statement)
{
    if (asy_member_text(asy_node_get(statement->predicate, "builder"), "id").len == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the provenance names no builder");
    return say_all(reading, statement) ? asy_ok : asy_said_too_much(reading);
}

static const char *const types[] = { "https://slsa.dev/provenance/v0.2", NULL };

const struct asy_predicate asy_predicate_provenance = { .types = types, .read = read };
