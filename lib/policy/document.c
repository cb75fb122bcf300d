#include "policy/document.h"

#include "base/text.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "policy/form.h"
#include "policy/nearest.h"
#include "policy/policy.h"

#include <string.h>

/* Far more than a person writes, and few enough for the loops that compare each with each. */
enum { LIST_MAX = 4096 };

struct job {
    struct asy_form form;
    struct asy_policy *policy;
};

/* One entry of a list: fills `out`, an element of the array that is being made. */
typedef bool read_entry(struct job *, const struct asy_node *, void *out);

/* A list of entries of `size` bytes each; absent is empty. */
static bool read_list(struct job *job, const struct asy_node *map, const char *name, read_entry *read, size_t size,
                      void **out, size_t *n)
{
    const struct asy_node *list;
    uint8_t *items;
    size_t i = 0;

    if (!asy_form_list(&job->form, map, name, &list) || list == NULL)
        return list == NULL && job->form.status.code == ASSAY_OK;
    if (list->n > LIST_MAX)
        return asy_form_fail(&job->form, list, "%s has more than %d entries", name, LIST_MAX);
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

static bool read_settings(struct asy_form *form, const struct asy_node *map, struct asy_setting_list *out)
{
    const struct asy_node *settings = asy_node_get(map, "settings");

    if (settings == NULL)
        return true;
    if (settings->kind != ASY_NODE_MAP)
        return asy_form_fail(form, settings, "settings is %s, expected a map", asy_node_kind_name(settings->kind));
    out->at = asy_alloc(form->arena, settings->n, sizeof *out->at);
    if (out->at == NULL)
        return asy_form_no_memory(form);
    for (const struct asy_node *node = settings->first; node != NULL; node = node->next) {
        if (!read_setting(form, node, &out->at[out->n]))
            return false;
        out->n++;
    }
    return true;
}

/* ---- trust ---- */

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
};

enum { TRUST_LISTS = sizeof trust_lists / sizeof *trust_lists };

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

static const struct asy_trust_entry *find_name(const struct asy_policy *policy, const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (policy->trust[i].is_named && strcmp(policy->trust[i].name, name) == 0)
            return &policy->trust[i];
    }
    return NULL;
}

/* Where the key is: in a file or here, exactly one. */
static bool read_place(struct job *job, const struct asy_node *node, struct asy_trust_entry *out)
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

static bool read_trust_entry(struct job *job, const struct asy_node *node, const struct trust_list *list,
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
    same = out->is_named ? find_name(policy, out->name, policy->trust_n) : NULL;
    if (same != NULL)
        return asy_form_fail(&job->form, node, "name \"%.64s\" was given in line %u", out->name, same->line);
    if (!out->is_named)
        out->name = last_part(out->file);
    return true;
}

static bool read_trust_list(struct job *job, const struct asy_node *trust, const struct trust_list *list)
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

static bool read_trust(struct job *job, const struct asy_node *root)
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
    if (n > LIST_MAX)
        return asy_form_fail(&job->form, trust, "trust has more than %d entries", LIST_MAX);
    job->policy->trust = asy_alloc(job->form.arena, n, sizeof *job->policy->trust);
    if (job->policy->trust == NULL)
        return asy_form_no_memory(&job->form);
    for (size_t i = 0; i < TRUST_LISTS; i++) {
        if (!read_trust_list(job, trust, &trust_lists[i]))
            return false;
    }
    return true;
}

/* ---- requirements ---- */

/* Keys and anchors sign; timestamp authorities, helpers and revocations do not. */
static bool is_signer(const struct asy_trust_entry *entry)
{
    return entry->kind == ASY_TRUST_KEY || entry->kind == ASY_TRUST_ANCHOR;
}

static bool fail_nobody(struct job *job, const struct asy_node *node, const char *name)
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

static bool read_of(struct job *job, const struct asy_node *node, struct asy_signers *out)
{
    const char **names = NULL;
    bool anchors = false;

    if (!asy_form_texts(&job->form, node, "of", &names, &out->of_n))
        return false;
    out->of = asy_alloc(job->form.arena, out->of_n, sizeof *out->of);
    if (out->of == NULL)
        return asy_form_no_memory(&job->form);
    for (size_t i = 0; i < out->of_n; i++) {
        out->of[i] = find_name(job->policy, names[i], job->policy->trust_n);
        if (out->of[i] == NULL || !is_signer(out->of[i]))
            return fail_nobody(job, node, names[i]);
        anchors = anchors || out->of[i]->kind == ASY_TRUST_ANCHOR;
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

static bool read_signers(struct job *job, const struct asy_node *node, void *entry)
{
    static const char *const fields[] = { "of", "identity", "threshold", NULL };
    struct asy_signers *out = entry;

    out->line = node->line;
    out->threshold = 1;
    if (!asy_form_map(&job->form, node, "an entry of signers", fields))
        return false;
    if (node->n == 0)
        return asy_form_fail(&job->form, node, "an entry of signers says nothing");
    return asy_form_text(&job->form, node, "identity", false, &out->identity) &&
           asy_form_number(&job->form, node, "threshold", 1, ASY_PRINCIPALS, &out->threshold) &&
           read_of(job, node, out);
}

/* What a requirement says in a field of its own may not stand among its settings too. */
static bool check_twice(struct job *job, const struct asy_node *node, const struct asy_requirement *out)
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

static bool read_requirement(struct job *job, const struct asy_node *map, struct asy_requirement *out)
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
        !read_list(job, node, "signers", read_signers, sizeof *out->signers, &signers, &out->signers_n) ||
        !asy_form_truth(&job->form, node, "timestamp", &out->timestamp) ||
        !asy_form_choice(&job->form, node, "coverage", coverages, false, &coverage) ||
        !asy_form_number(&job->form, node, "max_age_days", 1, 36500, &out->max_age_days) ||
        !read_settings(&job->form, node, &out->settings))
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

static bool read_match(struct job *job, const struct asy_node *node, struct asy_product *out)
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

static bool read_product(struct job *job, const struct asy_node *node, void *entry)
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

static bool check_product_names(struct job *job)
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
static bool read_everything(struct job *job, const struct asy_node *root)
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

static bool read_products(struct job *job, const struct asy_node *root)
{
    void *products = NULL;

    if (!read_list(job, root, "products", read_product, sizeof *job->policy->products, &products,
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

/* ---- deny list, waivers, tests ---- */

static bool read_denied(struct job *job, const struct asy_node *node, void *entry)
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

static bool read_reason(struct job *job, const struct asy_node *at, const char *id, enum asy_reason *out)
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

static bool read_waiver(struct job *job, const struct asy_node *node, void *entry)
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

static bool read_because(struct job *job, const struct asy_node *node, struct asy_policy_test *out)
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

static bool read_test(struct job *job, const struct asy_node *node, void *entry)
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

static bool read_rest(struct job *job, const struct asy_node *root)
{
    void *denied = NULL, *waivers = NULL, *tests = NULL;
    struct asy_policy *policy = job->policy;

    if (!read_list(job, root, "deny", read_denied, sizeof *policy->denied, &denied, &policy->denied_n) ||
        !read_list(job, root, "waivers", read_waiver, sizeof *policy->waivers, &waivers, &policy->waivers_n) ||
        !read_list(job, root, "tests", read_test, sizeof *policy->tests, &tests, &policy->tests_n))
        return false;
    policy->denied = denied;
    policy->waivers = waivers;
    policy->tests = tests;
    return true;
}

/* ---- the whole ---- */

/* The version comes first, so that a later schema is told as such and not by its first unknown word. */
static bool read_version(struct job *job, const struct asy_node *root)
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

static bool read_policy(struct job *job, const struct asy_node *root)
{
    static const char *const fields[] = { "assay-policy", "name", "description", "trust", "settings", "products",
                                          "require", "deny", "waivers", "tests", NULL };

    return read_version(job, root) && asy_form_map(&job->form, root, "the policy", fields) &&
           asy_form_text(&job->form, root, "name", true, &job->policy->name) &&
           asy_form_lines(&job->form, root, "description", &job->policy->description) && read_trust(job, root) &&
           read_settings(&job->form, root, &job->policy->settings) && read_products(job, root) &&
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
    struct job job = { .form = { arena, diag, asy_ok } };
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
