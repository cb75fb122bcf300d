/*
 * SLSA provenance v0.1 as Google Cloud Build writes it (slsa.dev/provenance/v0.1; cloud.google.com/build/docs, "View build
 * provenance"):
 *   { "builder": { "id" }, "recipe": { "type", "arguments": { "@type", "substitutions" } }, "materials": [ { "uri" } ] }
 * The first material is the source, without its ref; the tag is the substitution TAG_NAME.
 */
#include "format/github_build.h"

static const char build_message[] = "type.googleapis.com/google.devtools.cloudbuild.v1.Build";

static bool say_tag(struct asy_reading *reading, struct asy_view tag)
{
    const char *ref = tag.len == 0 || tag.len > 1024
                          ? NULL
                          : asy_printf(reading->dossier->arena, "refs/tags/%.*s", (int)tag.len, (const char *)tag.data);

    return asy_say(reading, ASY_SAYS_TAG, asy_view_of(ref));
}

static assay_status read(struct asy_reading *reading, const struct asy_statement_of *statement)
{
    const struct asy_node *predicate = statement->predicate, *recipe = asy_node_get(predicate, "recipe");
    const struct asy_node *arguments = asy_node_get(recipe, "arguments"), *materials = asy_node_get(predicate, "materials");
    struct asy_view builder = asy_member_text(asy_node_get(predicate, "builder"), "id"), source = { NULL, 0 };

    if (builder.len == 0 || !asy_view_is(asy_member_text(arguments, "@type"), build_message))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the provenance names no builder, or no build of Cloud Build");
    if (materials != NULL && materials->kind == ASY_NODE_LIST)
        source = asy_member_text(materials->first, "uri");
    if (!asy_say(reading, ASY_SAYS_BUILDER, builder) ||
        !asy_say(reading, ASY_SAYS_BUILD_TYPE, asy_member_text(recipe, "type")) ||
        !asy_say(reading, ASY_SAYS_SOURCE, source) ||
        !say_tag(reading, asy_member_text(asy_node_get(arguments, "substitutions"), "TAG_NAME")))
        return asy_said_too_much(reading);
    return asy_ok;
}

static const char *const types[] = { "https://slsa.dev/provenance/v0.1", NULL };

const struct asy_predicate asy_predicate_provenance_gcb = { .types = types, .read = read };
