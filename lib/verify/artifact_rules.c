#include "verify/artifact_rules.h"

#include "base/pattern.h"

static const struct asy_view nothing = { NULL, 0 };

static const struct asy_artifact *find(const struct asy_artifacts *artifacts, const struct asy_artifact *like)
{
    return asy_artifact_find(artifacts, nothing, like->path);
}

/* In both, with other hashes. */
static bool is_modified(const struct asy_rule_scene *scene, const struct asy_artifact *artifact)
{
    const struct asy_artifact *before = find(scene->materials, artifact), *behind = find(scene->products, artifact);

    return before != NULL && behind != NULL && !asy_artifact_same(before, behind, 0);
}

static const struct asy_record *record_named(const struct asy_rule_scene *scene, struct asy_view name)
{
    for (size_t i = 0; i < scene->records_n; i++) {
        if (asy_view_eq(scene->records[i]->name, name))
            return scene->records[i];
    }
    return NULL;
}

/* The rest of the path behind the rule's prefix, compared with a path of the other record. */
static bool is_matched(const struct asy_artifact_rule *rule, const struct asy_rule_scene *scene,
                       const struct asy_artifact *artifact)
{
    const struct asy_record *record = record_named(scene, rule->from);
    const struct asy_artifact *there;
    struct asy_view rest;

    if (record == NULL || !asy_view_starts(artifact->path, rule->in))
        return false;
    rest = asy_view_from(artifact->path, rule->in.len);
    if (!asy_fnmatch(rule->pattern, rest))
        return false;
    there = asy_artifact_find(rule->with_products ? &record->products : &record->materials, rule->with_in, rest);
    if (there == NULL || !asy_artifact_same(artifact, there, scene->floor))
        return false;
    if (scene->matched != NULL)
        scene->matched(scene->context, artifact, there);
    return true;
}

static bool is_consumed(const struct asy_artifact_rule *rule, const struct asy_rule_scene *scene,
                        const struct asy_artifact *artifact)
{
    if (rule->kind == ASY_RULE_MATCH)
        return is_matched(rule, scene, artifact);
    if (!asy_fnmatch(rule->pattern, artifact->path))
        return false;
    switch (rule->kind) {
    case ASY_RULE_CREATE:
        return find(scene->products, artifact) != NULL && find(scene->materials, artifact) == NULL;
    case ASY_RULE_DELETE:
        return find(scene->materials, artifact) != NULL && find(scene->products, artifact) == NULL;
    case ASY_RULE_MODIFY:
        return is_modified(scene, artifact);
    case ASY_RULE_ALLOW:
        return true;
    case ASY_RULE_NONE:
    case ASY_RULE_DISALLOW:
    case ASY_RULE_REQUIRE:
    case ASY_RULE_MATCH:
        break;
    }
    return false;
}

/* The name itself, whatever characters are in it. */
static bool is_left(const struct asy_rule_scene *scene, const bool *left, struct asy_view name)
{
    const struct asy_artifact *artifact = asy_artifact_find(scene->of, nothing, name);

    return artifact != NULL && left[artifact - scene->of->at];
}

static bool is_allowed(const struct asy_artifact_rule *rule, const struct asy_rule_scene *scene, const bool *left,
                       struct asy_view *failed)
{
    for (size_t i = 0; i < scene->of->n; i++) {
        if (!left[i] || !asy_fnmatch(rule->pattern, scene->of->at[i].path))
            continue;
        if (failed != NULL)
            *failed = scene->of->at[i].path;
        return false;
    }
    return true;
}

bool asy_artifact_rule_read(const struct asy_artifact_rule *rule, const struct asy_rule_scene *scene, bool *left,
                            struct asy_view *failed)
{
    if (failed != NULL)
        *failed = nothing;
    if (rule->kind == ASY_RULE_NONE)
        return false;
    if (rule->kind == ASY_RULE_REQUIRE)
        return is_left(scene, left, rule->pattern);
    if (rule->kind == ASY_RULE_DISALLOW)
        return is_allowed(rule, scene, left, failed);
    for (size_t i = 0; i < scene->of->n; i++) {
        if (left[i] && is_consumed(rule, scene, &scene->of->at[i]))
            left[i] = false;
    }
    return true;
}

enum asy_rules_answer asy_artifact_rules_read(struct asy_arena *arena, const struct asy_rules *rules,
                                              const struct asy_rule_scene *scene,
                                              const struct asy_artifact_rule **rule, struct asy_view *failed)
{
    bool *left = asy_alloc(arena, scene->of->n + 1, sizeof *left);

    if (left == NULL)
        return ASY_RULES_NO_MEMORY;
    for (size_t i = 0; i < scene->of->n; i++)
        left[i] = true;
    for (size_t i = 0; i < rules->n; i++) {
        *rule = &rules->at[i];
        if (!asy_artifact_rule_read(*rule, scene, left, failed))
            return ASY_RULES_FAIL;
    }
    return ASY_RULES_HOLD;
}
