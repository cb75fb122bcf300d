#include "base/text.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "policy/job.h"
#include "policy/nearest.h"
#include "policy/policy.h"

#include <string.h>

/* A list of entries of `size` bytes each; absent is empty. */
bool asy_policy_list(struct asy_policy_job *job, const struct asy_node *map, const char *name, asy_policy_entry *read,
                     size_t size, void **out, size_t *n)
{
    const struct asy_node *list;
    uint8_t *items;
    size_t i = 0;

    if (!asy_form_list(&job->form, map, name, &list) || list == NULL)
        return list == NULL && job->form.status.code == ASSAY_OK;
    if (list->n > ASY_POLICY_LIST_MAX)
        return asy_form_fail(&job->form, list, "%s has more than %d entries", name, ASY_POLICY_LIST_MAX);
    items = asy_alloc(job->form.arena, list->n, size);
    if (items == NULL)
        return asy_form_no_memory(&job->form);
    for (const struct asy_node *node = list->first; node != NULL; node = node->next) {
        if (!read(job, node, items + size * i))
            return false;
        i++;
    }
    *out = items;
    *n = i;
    return true;
}

/* ---- settings ---- */

static bool value_of_setting(struct asy_form *form, const struct asy_node *node, const char *name, const char **out)
{
    switch (node->kind) {
    case ASY_NODE_BOOL:
    case ASY_NODE_NUMBER:
        *out = asy_copy_text(form->arena, node->text);
        return *out != NULL || asy_form_no_memory(form);
    case ASY_NODE_STRING:
        return asy_form_text_of(form, node, name, out);
    case ASY_NODE_NULL:
    case ASY_NODE_LIST:
    case ASY_NODE_MAP:
        break;
    }
    return asy_form_fail(form, node, "setting %s is %s, expected one value", name, asy_node_kind_name(node->kind));
}

static bool read_setting(struct asy_form *form, const struct asy_node *node, struct asy_setting *out)
{
    struct asy_settings scratch = asy_default_settings;
    struct asy_diag diag;

    out->line = node->key_line;
    out->name = asy_copy_text(form->arena, node->key);
    if (out->name == NULL)
        return asy_form_no_memory(form);
    if (!value_of_setting(form, node, out->name, &out->value))
        return false;
    if (!assay_ok(asy_settings_set(&scratch, node->key, out->value, &diag)))
        return asy_form_fail(form, &(struct asy_node){ .line = node->key_line }, "%s", diag.text);
    return true;
}

/* A list is the setting several times. */
static bool read_setting_list(struct asy_form *form, const struct asy_node *list, struct asy_setting_list *out)
{
    if (list->n == 0 || list->n > ASY_TEXTS)
        return asy_form_fail(form, list, "a setting has 1 to %d values", (int)ASY_TEXTS);
    for (const struct asy_node *each = list->first; each != NULL; each = each->next) {
        struct asy_node one = *each;

        one.key = list->key;
        one.key_line = each->line;
        if (!read_setting(form, &one, &out->at[out->n]))
            return false;
        out->n++;
    }
    return true;
}

/* True for settings that a list may be given for. */
static bool takes_list(struct asy_view name)
{
    return asy_view_is(name, "workflow_input") || asy_view_is(name, "verified_level");
}

bool asy_policy_settings(struct asy_form *form, const struct asy_node *map, struct asy_setting_list *out)
{
    size_t most = 0;
    const struct asy_node *settings = asy_node_get(map, "settings");

    if (settings == NULL)
        return true;
    if (settings->kind != ASY_NODE_MAP)
        return asy_form_fail(form, settings, "settings is %s, expected a map", asy_node_kind_name(settings->kind));
    for (const struct asy_node *node = settings->first; node != NULL; node = node->next)
        most += node->kind == ASY_NODE_LIST ? node->n : 1;
    out->at = asy_alloc(form->arena, most, sizeof *out->at);
    if (out->at == NULL)
        return asy_form_no_memory(form);
    for (const struct asy_node *node = settings->first; node != NULL; node = node->next) {
        if (node->kind == ASY_NODE_LIST && takes_list(node->key)) {
            if (!read_setting_list(form, node, out))
                return false;
            continue;
        }
        if (!read_setting(form, node, &out->at[out->n]))
            return false;
        out->n++;
    }
    return true;
}

/* ---- deny list, waivers, tests ---- */

static bool read_denied(struct asy_policy_job *job, const struct asy_node *node, void *entry)
{
    static const char *const fields[] = { "sha256", "reason", NULL };
    struct asy_denied *out = entry;
    const char *hex = NULL;

    out->line = node->line;
    out->alg = ASY_SHA256;
    if (!asy_form_map(&job->form, node, "an entry of deny", fields) ||
        !asy_form_text(&job->form, node, "sha256", true, &hex) ||
        !asy_form_text(&job->form, node, "reason", false, &out->reason))
        return false;
    if (strlen(hex) != 2 * asy_digest_len(ASY_SHA256) || !asy_is_hex(asy_view_of(hex)))
        return asy_form_fail(&job->form, node, "sha256 is not 64 hex digits");
    return asy_hex_decode(job->form.arena, asy_view_of(hex), &out->digest) || asy_form_no_memory(&job->form);
}

static bool read_reason(struct asy_policy_job *job, const struct asy_node *at, const char *id, enum asy_reason *out)
{
    struct asy_nearest nearest = { 0 };

    *out = asy_reason_of_id(asy_view_of(id));
    if (*out != ASY_REASON_NONE)
        return true;
    for (enum asy_reason r = ASY_REASON_NONE + 1; r < ASY_REASONS; r++)
        asy_nearest_offer(&nearest, asy_view_of(id), asy_reason_text(r)->id);
    if (nearest.name == NULL)
        return asy_form_fail(&job->form, at, "no finding is called \"%.64s\"", id);
    return asy_form_fail(&job->form, at, "no finding is called \"%.64s\", did you mean %s?", id, nearest.name);
}

static bool read_waiver(struct asy_policy_job *job, const struct asy_node *node, void *entry)
{
    static const char *const fields[] = { "finding", "subject", "owner", "reason", "expires", NULL };
    struct asy_waiver *out = entry;
    const char *finding = NULL;

    out->line = node->line;
    if (!asy_form_map(&job->form, node, "a waiver", fields) ||
        !asy_form_text(&job->form, node, "finding", true, &finding) ||
        !asy_form_text(&job->form, node, "subject", true, &out->subject) ||
        !asy_form_text(&job->form, node, "owner", true, &out->owner) ||
        !asy_form_text(&job->form, node, "reason", true, &out->reason) ||
        !asy_form_time(&job->form, node, "expires", true, &out->expires) ||
        !read_reason(job, node, finding, &out->finding))
        return false;
    if (!asy_waivable(out->finding))
        return asy_form_fail(&job->form, node, "%s cannot be waived", finding);
    return true;
}

static bool read_because(struct asy_policy_job *job, const struct asy_node *node, struct asy_policy_test *out)
{
    const char **ids = NULL;

    if (!asy_form_texts(&job->form, node, "because", &ids, &out->because_n))
        return false;
    out->because = asy_alloc(job->form.arena, out->because_n, sizeof *out->because);
    if (out->because == NULL)
        return asy_form_no_memory(&job->form);
    for (size_t i = 0; i < out->because_n; i++) {
        if (!read_reason(job, node, ids[i], &out->because[i]))
            return false;
    }
    return true;
}

static bool read_test(struct asy_policy_job *job, const struct asy_node *node, void *entry)
{
    static const char *const fields[] = { "name", "subject", "signatures", "manifests", "at", "expect", "because",
                                          NULL };
    static const char *const rulings[] = { "UNPROVEN", "REFUTED", "REFUSED", "REVIEW", "ALLOW", NULL };
    static const enum assay_ruling_value values[] = { ASSAY_UNPROVEN, ASSAY_REFUTED, ASSAY_REFUSED, ASSAY_REVIEW,
                                                      ASSAY_ALLOW };
    struct asy_policy_test *out = entry;
    unsigned expect = 0;

    out->line = node->line;
    if (!asy_form_map(&job->form, node, "a test", fields) ||
        !asy_form_text(&job->form, node, "name", true, &out->name) ||
        !asy_form_text(&job->form, node, "subject", true, &out->subject) ||
        !asy_form_texts(&job->form, node, "signatures", &out->signatures, &out->signatures_n) ||
        !asy_form_texts(&job->form, node, "manifests", &out->manifests, &out->manifests_n) ||
        !asy_form_time(&job->form, node, "at", true, &out->at) ||
        !asy_form_choice(&job->form, node, "expect", rulings, true, &expect))
        return false;
    out->expect = values[expect];
    return read_because(job, node, out);
}

static bool read_rest(struct asy_policy_job *job, const struct asy_node *root)
{
    void *denied = NULL, *waivers = NULL, *tests = NULL;
    struct asy_policy *policy = job->policy;

    if (!asy_policy_list(job, root, "deny", read_denied, sizeof *policy->denied, &denied, &policy->denied_n) ||
        !asy_policy_list(job, root, "waivers", read_waiver, sizeof *policy->waivers, &waivers, &policy->waivers_n) ||
        !asy_policy_list(job, root, "tests", read_test, sizeof *policy->tests, &tests, &policy->tests_n))
        return false;
    policy->denied = denied;
    policy->waivers = waivers;
    policy->tests = tests;
    return true;
}

/* ---- the whole ---- */

/* The version comes first, so that a later schema is told as such and not by its first unknown word. */
static bool read_version(struct asy_policy_job *job, const struct asy_node *root)
{
    const struct asy_node *version;

    if (root->kind != ASY_NODE_MAP)
        return asy_form_fail(&job->form, root, "the policy is %s, expected a map", asy_node_kind_name(root->kind));
    version = asy_node_get(root, "assay-policy");
    if (version == NULL)
        return asy_form_fail(&job->form, root, "assay-policy is missing, expected assay-policy: 1");
    if (version->kind != ASY_NODE_NUMBER || !asy_view_is(version->text, "1"))
        return asy_form_fail(&job->form, version, "assay-policy is not 1, the only version that is read here");
    return true;
}

static bool read_policy(struct asy_policy_job *job, const struct asy_node *root)
{
    static const char *const fields[] = { "assay-policy", "name", "description", "trust", "settings", "products",
                                          "require", "deny", "waivers", "tests", NULL };

    return read_version(job, root) && asy_form_map(&job->form, root, "the policy", fields) &&
           asy_form_text(&job->form, root, "name", true, &job->policy->name) &&
           asy_form_lines(&job->form, root, "description", &job->policy->description) && asy_policy_trust(job, root) &&
           asy_policy_settings(&job->form, root, &job->policy->settings) && asy_policy_products(job, root) &&
           read_rest(job, root);
}

static assay_status parse_tree(struct asy_arena *arena, struct asy_view text, const struct asy_node **out,
                               struct asy_diag *diag)
{
    bool is_json = asy_view_starts(asy_view_trim(text), ASY_TEXT("{"));
    struct asy_diag inner = { 0 };
    assay_status s = is_json ? asy_json_parse(arena, text, &asy_node_default_limits, out, &inner)
                             : asy_yaml_parse(arena, text, &asy_node_default_limits, out, &inner);

    if (assay_ok(s))
        return s;
    if (s.code == ASSAY_E_MEMORY)
        return asy_no_memory(diag);
    return asy_fail(diag, s.code == ASSAY_E_INTERNAL ? s.code : ASSAY_E_POLICY, inner.at, "%s", inner.text);
}

assay_status asy_policy_parse(struct asy_arena *arena, struct asy_view text, const struct asy_policy **out,
                              struct asy_diag *diag)
{
    struct asy_policy_job job = { .form = { arena, diag, asy_ok } };
    const struct asy_node *root;
    assay_status s;

    *out = NULL;
    s = parse_tree(arena, text, &root, diag);
    if (!assay_ok(s))
        return s;
    job.policy = asy_alloc(arena, 1, sizeof *job.policy);
    if (job.policy == NULL)
        return asy_no_memory(diag);
    if (!read_policy(&job, root))
        return assay_ok(job.form.status) ? asy_fail(diag, ASSAY_E_INTERNAL, 0, "the policy was not read")
                                         : job.form.status;
    *out = job.policy;
    return asy_ok;
}
