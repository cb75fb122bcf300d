/* The part `trust` of a policy document: keys, anchors, helpers and revocations, each with its place. */
#include "policy/job.h"

#include <string.h>

struct trust_list {
    const char *name; /* of the list in the document */
    enum asy_trust_kind kind;
    const char *what;
    const char *const *fields;
    bool must_be_named;
};

static const char *const key_fields[] = { "name", "file", "key", "from", "until", NULL };
static const char *const anchor_fields[] = { "name", "file", NULL };
static const char *const file_fields[] = { "file", NULL };

static const struct trust_list trust_lists[] = {
    { "keys", ASY_TRUST_KEY, "a key", key_fields, true },
    { "anchors", ASY_TRUST_ANCHOR, "an anchor", anchor_fields, true },
    { "tsa-anchors", ASY_TRUST_TSA_ANCHOR, "a tsa-anchor", anchor_fields, true },
    { "intermediates", ASY_TRUST_INTERMEDIATE, "an intermediate", file_fields, false },
    { "crls", ASY_TRUST_CRL, "a crl", file_fields, false },
    { "allowed-signers", ASY_TRUST_ALLOWED_SIGNERS, "an allowed-signers entry", file_fields, false },
    { "krls", ASY_TRUST_KRL, "a krl", file_fields, false },
    { "layout-keys", ASY_TRUST_LAYOUT_KEY, "a layout-key", key_fields, true },
    { "npm-keys", ASY_TRUST_NPM_KEYS, "an npm-keys entry", file_fields, false },
    { "gcb-keys", ASY_TRUST_GCB_KEYS, "a gcb-keys entry", file_fields, false },
    { "trusted-roots", ASY_TRUST_ROOT, "a trusted root", anchor_fields, true },
};

enum { TRUST_LISTS = sizeof trust_lists / sizeof *trust_lists };

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

const struct asy_trust_entry *asy_policy_trusted(const struct asy_policy *policy, const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (policy->trust[i].is_named && strcmp(policy->trust[i].name, name) == 0)
            return &policy->trust[i];
    }
    return NULL;
}

/* Where the key is: in a file or here, exactly one. */
static bool read_place(struct asy_policy_job *job, const struct asy_node *node, struct asy_trust_entry *out)
{
    const char *text = NULL;

    if (!asy_form_text(&job->form, node, "file", false, &out->file) ||
        !asy_form_lines(&job->form, node, "key", &text))
        return false;
    if (out->file != NULL && text != NULL)
        return asy_form_fail(&job->form, node, "both file and key are given, expected one");
    if (out->file == NULL && text == NULL)
        return asy_form_fail(&job->form, node, "file is missing");
    if (text != NULL)
        out->text = asy_view_of(text);
    return true;
}

static bool read_trust_entry(struct asy_policy_job *job, const struct asy_node *node, const struct trust_list *list,
                             struct asy_trust_entry *out)
{
    struct asy_policy *policy = job->policy;
    const struct asy_trust_entry *same;

    out->kind = list->kind;
    out->line = node->line;
    out->from = INT64_MIN;
    out->until = INT64_MAX;
    if (!asy_form_map(&job->form, node, list->what, list->fields) ||
        !asy_form_text(&job->form, node, "name", list->must_be_named, &out->name) || !read_place(job, node, out) ||
        !asy_form_time(&job->form, node, "from", false, &out->from) ||
        !asy_form_time(&job->form, node, "until", false, &out->until))
        return false;
    if (out->from >= out->until)
        return asy_form_fail(&job->form, node, "%s ends before it begins to be valid", list->what);
    out->is_named = out->name != NULL;
    same = out->is_named ? asy_policy_trusted(policy, out->name, policy->trust_n) : NULL;
    if (same != NULL)
        return asy_form_fail(&job->form, node, "name \"%.64s\" was given in line %u", out->name, same->line);
    if (!out->is_named)
        out->name = last_part(out->file);
    return true;
}

static bool read_trust_list(struct asy_policy_job *job, const struct asy_node *trust, const struct trust_list *list)
{
    const struct asy_node *entries;

    if (!asy_form_list(&job->form, trust, list->name, &entries))
        return false;
    for (const struct asy_node *node = entries == NULL ? NULL : entries->first; node != NULL; node = node->next) {
        if (!read_trust_entry(job, node, list, &job->policy->trust[job->policy->trust_n]))
            return false;
        job->policy->trust_n++;
    }
    return true;
}

bool asy_policy_trust(struct asy_policy_job *job, const struct asy_node *root)
{
    const struct asy_node *trust = asy_node_get(root, "trust");
    const char *names[TRUST_LISTS + 1] = { NULL };
    size_t n = 0;

    if (trust == NULL)
        return true;
    for (size_t i = 0; i < TRUST_LISTS; i++)
        names[i] = trust_lists[i].name;
    if (!asy_form_map(&job->form, trust, "trust", names))
        return false;
    for (const struct asy_node *list = trust->first; list != NULL; list = list->next)
        n += list->n;
    if (n > ASY_POLICY_LIST_MAX)
        return asy_form_fail(&job->form, trust, "trust has more than %d entries", ASY_POLICY_LIST_MAX);
    job->policy->trust = asy_alloc(job->form.arena, n, sizeof *job->policy->trust);
    if (job->policy->trust == NULL)
        return asy_form_no_memory(&job->form);
    for (size_t i = 0; i < TRUST_LISTS; i++) {
        if (!read_trust_list(job, trust, &trust_lists[i]))
            return false;
    }
    return true;
}
