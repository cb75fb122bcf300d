/*
 * docs.github.com, "Variables reference" and "Events that trigger workflows"; slsa-github-generator keeps them in lower
 * case in provenance v0.2 of its own builders, and in upper case everywhere else.
 */
#include "format/github_build.h"

#include "base/reader.h"
#include "codec/build_names.h"

enum { NAME_MAX_LEN = 32 };

static const struct asy_view none = { NULL, 0 };

/* The name of a variable as the map spells it. */
static void spell(const struct asy_github_build *build, const char *name, char out[static NAME_MAX_LEN])
{
    size_t i = 0;

    for (; name[i] != '\0' && i < NAME_MAX_LEN - 1; i++)
        out[i] = build->is_upper && name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
    out[i] = '\0';
}

static const struct asy_node *get(const struct asy_github_build *build, const char *name)
{
    char spelled[NAME_MAX_LEN];

    spell(build, name, spelled);
    return asy_node_get(build->map, spelled);
}

struct asy_github_build asy_github_build_of(const struct asy_node *map)
{
    bool is_map = map != NULL && map->kind == ASY_NODE_MAP;

    return (struct asy_github_build){ .map = is_map ? map : NULL,
                                      .is_upper = is_map && asy_node_get(map, "github_ref") == NULL };
}

struct asy_view asy_github_text(const struct asy_github_build *build, const char *name)
{
    const struct asy_node *node = get(build, name);

    return node == NULL || node->kind != ASY_NODE_STRING ? none : node->text;
}

/* Pushes of a tag name the branch in base_ref, releases in target_commitish. */
static struct asy_view branch_of_tag(struct asy_reading *reading, const struct asy_github_build *build)
{
    struct asy_view said = asy_github_text(build, "github_base_ref"), event = asy_github_text(build, "github_event_name");
    const struct asy_node *payload = get(build, "github_event_payload");
    struct asy_view branch;
    const char *text;

    if (said.len > 0)
        return said;
    if (asy_view_is(event, "push"))
        return asy_member_text(payload, "base_ref");
    if (!asy_view_is(event, "release"))
        return none;
    branch = asy_member_text(asy_node_get(payload, "release"), "target_commitish");
    text = branch.len == 0 ? NULL
                           : asy_printf(reading->dossier->arena, "refs/heads/%.*s",
                                        (int)(branch.len > 1024 ? 1024 : branch.len), (const char *)branch.data);
    return asy_view_of(text);
}

bool asy_say_refs(struct asy_reading *reading, const struct asy_github_build *build, struct asy_view ref)
{
    struct asy_view own = asy_github_text(build, "github_ref"), kind = asy_github_text(build, "github_ref_type");
    bool is_branch, is_tag;

    if (own.len > 0)
        ref = own;
    is_branch = asy_ref_name(ref, "heads").len > 0;
    is_tag = asy_ref_name(ref, "tags").len > 0;
    if (kind.len > 0 && (!asy_view_is(kind, "branch") || !is_branch) && (!asy_view_is(kind, "tag") || !is_tag))
        return true;
    if (is_branch)
        return asy_say(reading, ASY_SAYS_BRANCH, ref);
    return !is_tag || (asy_say(reading, ASY_SAYS_TAG, ref) &&
                       asy_say(reading, ASY_SAYS_BRANCH, branch_of_tag(reading, build)));
}

bool asy_say_inputs(struct asy_reading *reading, const struct asy_github_build *build)
{
    const struct asy_node *inputs = asy_node_get(get(build, "github_event_payload"), "inputs");

    if (!asy_view_is(asy_github_text(build, "github_event_name"), "workflow_dispatch") || inputs == NULL ||
        inputs->kind != ASY_NODE_MAP)
        return true;
    for (const struct asy_node *each = inputs->first; each != NULL; each = each->next) {
        if (each->kind == ASY_NODE_STRING && !asy_say_named(reading, ASY_SAYS_INPUT, each->key, each->text))
            return false;
    }
    return true;
}

struct asy_view asy_uri_at(struct asy_reading *reading, struct asy_view repository, struct asy_view ref)
{
    if (repository.len == 0 || ref.len == 0 || repository.len > 4096 || ref.len > 4096)
        return none;
    return asy_view_of(asy_printf(reading->dossier->arena, "%.*s@%.*s", (int)repository.len,
                                  (const char *)repository.data, (int)ref.len, (const char *)ref.data));
}

struct asy_view asy_github_trigger(struct asy_reading *reading, struct asy_view workflow_ref)
{
    struct asy_reader r = asy_reader_of(workflow_ref);
    struct asy_view owner, name, path;
    const char *repository;

    if (!asy_get_until(&r, '/', &owner) || !asy_get_until(&r, '/', &name) || !asy_get_until(&r, '@', &path) ||
        owner.len == 0 || name.len == 0 || path.len == 0 || owner.len + name.len > 4096)
        return none;
    repository = asy_printf(reading->dossier->arena, "git+https://github.com/%.*s/%.*s", (int)owner.len,
                            (const char *)owner.data, (int)name.len, (const char *)name.data);
    return asy_uri_at(reading, asy_view_of(repository), r.rest);
}
