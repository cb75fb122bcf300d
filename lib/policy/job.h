/* Private to the reading of a policy document: what its parts share. */
#ifndef ASY_POLICY_JOB_H
#define ASY_POLICY_JOB_H

#include "policy/document.h"
#include "policy/form.h"

/* Far more than a person writes, and few enough for the loops that compare each with each. */
enum { ASY_POLICY_LIST_MAX = 4096 };

struct asy_policy_job {
    struct asy_form form;
    struct asy_policy *policy;
};

/* One entry of a list: fills `out`, an element of the array that is being made. */
typedef bool asy_policy_entry(struct asy_policy_job *, const struct asy_node *, void *out);

/* A list of entries of `size` bytes each; absent is empty. */
bool asy_policy_list(struct asy_policy_job *, const struct asy_node *map, const char *name, asy_policy_entry *read,
                     size_t size, void **out, size_t *n);

/* The member `settings` of a map. */
bool asy_policy_settings(struct asy_form *, const struct asy_node *map, struct asy_setting_list *out);

/* The members `trust`, and `products` or `require`, of the document into the policy; products need the trust. */
bool asy_policy_trust(struct asy_policy_job *, const struct asy_node *root);
bool asy_policy_products(struct asy_policy_job *, const struct asy_node *root);

/* The one of the first `n` entries of the trust that the document calls `name`; NULL when none is called so. */
const struct asy_trust_entry *asy_policy_trusted(const struct asy_policy *, const char *name, size_t n);

#endif
