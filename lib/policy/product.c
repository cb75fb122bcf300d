/* The products of a policy document, and what is required of each. */
#include "model/dossier.h"
#include "policy/job.h"
#include "policy/nearest.h"

#include <string.h>

/* ---- requirements ---- */

/*
 * Keys, also those of layouts, and whoever has a certificate under an anchor or a trusted root, sign; timestamp
 * authorities, helpers and revocations do not.
 */
static bool is_signer(const struct asy_trust_entry *entry)
{
    return entry->kind == ASY_TRUST_KEY || entry->kind == ASY_TRUST_ANCHOR || entry->kind == ASY_TRUST_LAYOUT_KEY ||
           entry->kind == ASY_TRUST_ROOT;
}

static bool fail_nobody(struct asy_policy_job *job, const struct asy_node *node, const char *name)
{
    struct asy_nearest nearest = { 0 };

    for (size_t i = 0; i < job->policy->trust_n; i++) {
        if (is_signer(&job->policy->trust[i]))
            asy_nearest_offer(&nearest, asy_view_of(name), job->policy->trust[i].name);
    }
    if (nearest.name == NULL)
        return asy_form_fail(&job->form, node, "no key or anchor for signing is called \"%.64s\"", name);
    return asy_form_fail(&job->form, node, "no key or anchor for signing is called \"%.64s\", did you mean %.64s?",
                         name, nearest.name);
}

static bool read_of(struct asy_policy_job *job, const struct asy_node *node, struct asy_signers *out)
{
    const char **names = NULL;
    bool anchors = false;

    if (!asy_form_texts(&job->form, node, "of", &names, &out->of_n))
        return false;
    out->of = asy_alloc(job->form.arena, out->of_n, sizeof *out->of);
    if (out->of == NULL)
        return asy_form_no_memory(&job->form);
    for (size_t i = 0; i < out->of_n; i++) {
        out->of[i] = asy_policy_trusted(job->policy, names[i], job->policy->trust_n);
        if (out->of[i] == NULL || !is_signer(out->of[i]))
            return fail_nobody(job, node, names[i]);
        anchors = anchors || out->of[i]->kind == ASY_TRUST_ANCHOR || out->of[i]->kind == ASY_TRUST_ROOT;
        for (size_t j = 0; j < i; j++) {
            if (out->of[j] == out->of[i])
                return asy_form_fail(&job->form, node, "\"%.64s\" stands twice in the same of", names[i]);
        }
    }
    if (out->of_n > 0 && !anchors && out->threshold > out->of_n)
        return asy_form_fail(&job->form, node, "threshold is %u, but only %zu keys are named", out->threshold,
                             out->of_n);
    return true;
}

static bool read_signers(struct asy_policy_job *job, const struct asy_node *node, void *entry)
{
    static const char *const fields[] = { "of", "identity", "issuer", "threshold", NULL };
    struct asy_signers *out = entry;

    out->line = node->line;
    out->threshold = 1;
    if (!asy_form_map(&job->form, node, "an entry of signers", fields))
        return false;
    if (node->n == 0)
        return asy_form_fail(&job->form, node, "an entry of signers says nothing");
    if (asy_node_get(node, "issuer") != NULL && asy_node_get(node, "identity") == NULL)
        return asy_form_fail(&job->form, node, "issuer says whose identity is meant, and identity is missing");
    return asy_form_text(&job->form, node, "identity", false, &out->identity) &&
           asy_form_text(&job->form, node, "issuer", false, &out->issuer) &&
           asy_form_number(&job->form, node, "threshold", 1, ASY_PRINCIPALS, &out->threshold) &&
           read_of(job, node, out);
}

/* What a requirement says in a field of its own may not stand among its settings too. */
static bool check_twice(struct asy_policy_job *job, const struct asy_node *node, const struct asy_requirement *out)
{
    static const char *const pairs[][2] = {
        { "timestamp", "require_timestamp" }, { "coverage", "complete" }, { "max_age_days", "max_age_days" },
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        for (size_t j = 0; asy_node_get(node, pairs[i][0]) != NULL && j < out->settings.n; j++) {
            if (strcmp(out->settings.at[j].name, pairs[i][1]) == 0)
                return asy_form_fail(&job->form, node, "%s and the setting %s say the same thing, expected one",
                                     pairs[i][0], pairs[i][1]);
        }
    }
    return true;
}

static bool read_requirement(struct asy_policy_job *job, const struct asy_node *map, struct asy_requirement *out)
{
    static const char *const fields[] = { "signers", "timestamp", "coverage", "max_age_days", "settings", NULL };
    static const char *const coverages[] = { "all", "listed", NULL };
    const struct asy_node *node = asy_node_get(map, "require");
    void *signers = NULL;
    unsigned coverage = 0;

    if (node == NULL)
        return true;
    out->is_given = true;
    out->line = node->line;
    if (!asy_form_map(&job->form, node, "require", fields) ||
        !asy_policy_list(job, node, "signers", read_signers, sizeof *out->signers, &signers, &out->signers_n) ||
        !asy_form_truth(&job->form, node, "timestamp", &out->timestamp) ||
        !asy_form_choice(&job->form, node, "coverage", coverages, false, &coverage) ||
        !asy_form_number(&job->form, node, "max_age_days", 1, 36500, &out->max_age_days) ||
        !asy_policy_settings(&job->form, node, &out->settings))
        return false;
    out->signers = signers;
    if (asy_node_get(node, "signers") != NULL && out->signers_n == 0)
        return asy_form_fail(&job->form, node, "signers is an empty list");
    if (asy_node_get(node, "coverage") != NULL)
        out->coverage = coverage == 0 ? ASY_COVERAGE_ALL : ASY_COVERAGE_LISTED;
    return check_twice(job, node, out);
}

/* ---- products ---- */

static const char *const actions[] = { "deny", "review", "allow", NULL };
static const enum asy_action action_values[] = { ASY_ACTION_DENY, ASY_ACTION_REVIEW, ASY_ACTION_ALLOW };
enum { ALLOW = 2 };

static bool read_match(struct asy_policy_job *job, const struct asy_node *node, struct asy_product *out)
{
    if (!asy_form_texts(&job->form, node, "match", &out->match, &out->match_n))
        return false;
    if (out->match_n == 0)
        return asy_form_fail(&job->form, node, "match is missing");
    for (size_t i = 0; i < out->match_n; i++) {
        if (strchr(out->match[i], '/') != NULL)
            return asy_form_fail(&job->form, node, "pattern \"%.64s\" matches nothing: file names hold no '/'",
                                 out->match[i]);
    }
    return true;
}

static bool read_product(struct asy_policy_job *job, const struct asy_node *node, void *entry)
{
    static const char *const fields[] = { "name", "match", "action", "require", NULL };
    struct asy_product *out = entry;
    unsigned action = ALLOW;

    out->line = node->line;
    if (!asy_form_map(&job->form, node, "a product", fields) ||
        !asy_form_text(&job->form, node, "name", true, &out->name) || !read_match(job, node, out) ||
        !asy_form_choice(&job->form, node, "action", actions, false, &action) ||
        !read_requirement(job, node, &out->require))
        return false;
    out->action = action_values[action];
    return true;
}

static bool check_product_names(struct asy_policy_job *job)
{
    const struct asy_product *products = job->policy->products;

    for (size_t i = 0; i < job->policy->products_n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(products[i].name, products[j].name) == 0)
                return asy_form_fail(&job->form, &(struct asy_node){ .line = products[i].line },
                                     "product \"%.64s\" was given in line %u", products[i].name, products[j].line);
        }
    }
    return true;
}

/* A policy without products is one product about everything. */
static bool read_everything(struct asy_policy_job *job, const struct asy_node *root)
{
    struct asy_product *product = asy_alloc(job->form.arena, 1, sizeof *product);

    if (product == NULL)
        return asy_form_no_memory(&job->form);
    product->match = asy_alloc(job->form.arena, 1, sizeof *product->match);
    if (product->match == NULL)
        return asy_form_no_memory(&job->form);
    product->match[0] = "*";
    product->match_n = 1;
    product->action = ASY_ACTION_ALLOW;
    product->line = asy_node_get(root, "require")->key_line;
    job->policy->products = product;
    job->policy->products_n = 1;
    return read_requirement(job, root, &product->require);
}

bool asy_policy_products(struct asy_policy_job *job, const struct asy_node *root)
{
    void *products = NULL;

    if (!asy_policy_list(job, root, "products", read_product, sizeof *job->policy->products, &products,
                         &job->policy->products_n))
        return false;
    job->policy->products = products;
    if (asy_node_get(root, "require") == NULL)
        return check_product_names(job);
    if (job->policy->products_n > 0)
        return asy_form_fail(&job->form, asy_node_get(root, "require"),
                             "require stands beside products, expected it in each of them");
    return read_everything(job, root);
}
