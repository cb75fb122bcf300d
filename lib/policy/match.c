#include "policy/document.h"

#include "base/text.h"
#include "policy/policy.h"

#include <limits.h>

/*
 * What a person may accept for a while: findings that a laxer policy would not make, about bytes whose evidence was
 * checked.  Everything else is not strictness.  A false signature or digest disproves; absent, malformed or unread
 * evidence, a signer that nobody trusts, an empty policy and a limit leave nothing proved; and a deny list, a revoked
 * key or a signer who is not the one required are somebody's decision already.
 */
static const enum asy_reason waivable[] = {
    ASY_DIGEST_WEAK,        ASY_SIGNATURE_WEAK,     ASY_SIGNATURE_TOO_OLD, ASY_SIGNER_WEAK_KEY,
    ASY_COVERAGE_UNLISTED,  ASY_COVERAGE_PARTIAL,   ASY_FILE_MISSING,      ASY_REVOCATION_MISSING,
    ASY_REVOCATION_STALE,   ASY_TIMESTAMP_MISSING,  ASY_TREE_LINK,         ASY_EVIDENCE_UNSUPPORTED,
    ASY_ARCHIVE_DUPLICATE,  ASY_ARCHIVE_PATH,       ASY_ARCHIVE_DISAGREES, ASY_ARCHIVE_HIDDEN,
    ASY_ARCHIVE_SPECIAL,    ASY_ARCHIVE_CORRUPT,    ASY_ARCHIVE_ENCRYPTED,
};

bool asy_waivable(enum asy_reason reason)
{
    for (size_t i = 0; i < sizeof waivable / sizeof *waivable; i++) {
        if (waivable[i] == reason)
            return true;
    }
    return false;
}

static struct asy_view last_part(struct asy_view path)
{
    size_t at = path.len;

    while (at > 0 && path.data[at - 1] != '/')
        at--;
    return asy_view_from(path, at);
}

const struct asy_product *asy_policy_match(const struct asy_policy *policy, struct asy_view subject_name)
{
    struct asy_view name = last_part(subject_name);

    for (size_t i = 0; i < policy->products_n; i++) {
        for (size_t j = 0; j < policy->products[i].match_n; j++) {
            if (asy_glob(asy_view_of(policy->products[i].match[j]), name))
                return &policy->products[i];
        }
    }
    return NULL;
}

/* The values were taken when the policy was read; were one not taken now, nothing could meet the requirement. */
static void lay(const struct asy_setting_list *list, struct asy_settings *settings)
{
    bool taken = true;

    for (size_t i = 0; i < list->n; i++)
        taken = assay_ok(asy_settings_set(settings, asy_view_of(list->at[i].name), list->at[i].value, NULL)) && taken;
    if (!taken)
        settings->threshold = UINT_MAX;
}

void asy_policy_apply(const struct asy_policy *policy, const struct asy_product *product,
                      struct asy_settings *settings)
{
    const struct asy_requirement *require = product == NULL ? NULL : &product->require;

    if (require != NULL)
        settings->complete = ASY_YES;
    lay(&policy->settings, settings);
    if (require == NULL)
        return;
    for (size_t i = 0; i < require->signers_n; i++)
        settings->policy_names_issuers = settings->policy_names_issuers || require->signers[i].issuer != NULL;
    lay(&require->settings, settings);
    if (require->timestamp != ASY_BY_DEFAULT)
        settings->require_timestamp = require->timestamp == ASY_YES;
    if (require->coverage != ASY_COVERAGE_DEFAULT)
        settings->complete = require->coverage == ASY_COVERAGE_ALL ? ASY_YES : ASY_NO;
    if (require->max_age_days != 0)
        settings->max_age_days = require->max_age_days;
}

const struct asy_denied *asy_policy_denied(const struct asy_policy *policy, enum asy_digest_alg alg,
                                           struct asy_view digest)
{
    for (size_t i = 0; i < policy->denied_n; i++) {
        if (policy->denied[i].alg == alg && asy_view_eq(policy->denied[i].digest, digest))
            return &policy->denied[i];
    }
    return NULL;
}

const struct asy_waiver *asy_policy_waiver(const struct asy_policy *policy, enum asy_reason reason,
                                           struct asy_view name, int64_t at, bool *expired)
{
    const struct asy_waiver *late = NULL;

    *expired = false;
    for (size_t i = 0; i < policy->waivers_n; i++) {
        const struct asy_waiver *waiver = &policy->waivers[i];

        if (waiver->finding != reason || !asy_glob(asy_view_of(waiver->subject), name))
            continue;
        if (at < waiver->expires)
            return waiver;
        if (late == NULL)
            late = waiver;
    }
    *expired = late != NULL;
    return late;
}
