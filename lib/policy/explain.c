#include "policy/document.h"

#include "base/text.h"

#include <string.h>

static void put_shown(struct asy_sink *sink, const char *text)
{
    asy_put_shown(sink, asy_view_of(text));
}

/* A day alone where the time is midnight, as people write it. */
static void put_time(struct asy_sink *sink, int64_t seconds)
{
    char text[32], *midnight;

    asy_format_time(seconds, text);
    midnight = strstr(text, "T00:00:00Z");
    if (midnight != NULL)
        *midnight = '\0';
    asy_put_text(sink, text);
}

static const char *kind_name(enum asy_trust_kind kind)
{
    switch (kind) {
    case ASY_TRUST_KEY:
        return "the key";
    case ASY_TRUST_ANCHOR:
        return "whoever has a certificate under the anchor";
    case ASY_TRUST_TSA_ANCHOR:
        return "timestamps under the anchor";
    case ASY_TRUST_INTERMEDIATE:
        return "intermediate certificates (not trusted, they complete paths):";
    case ASY_TRUST_CRL:
        return "revocations from the list";
    case ASY_TRUST_ALLOWED_SIGNERS:
        return "the SSH signers listed in";
    case ASY_TRUST_KRL:
        return "revocations of SSH keys from";
    case ASY_TRUST_NPM_KEYS:
        return "the npm registry whose keys are in";
    case ASY_TRUST_LAYOUT_KEY:
        return "in-toto layouts, every one of which must be signed by the key";
    case ASY_TRUST_GCB_KEYS:
        return "Google Cloud Build, whose keys are in";
    case ASY_TRUST_ROOT:
        return "the logs and authorities of the Sigstore root";
    }
    return "";
}

static void put_validity(struct asy_sink *sink, const struct asy_trust_entry *entry)
{
    if (entry->from != INT64_MIN) {
        asy_put_text(sink, ", from ");
        put_time(sink, entry->from);
    }
    if (entry->until != INT64_MAX) {
        asy_put_text(sink, ", until and without ");
        put_time(sink, entry->until);
    }
}

static void put_entry(struct asy_sink *sink, const struct asy_trust_entry *entry)
{
    asy_put_format(sink, "  %s ", kind_name(entry->kind));
    put_shown(sink, entry->name);
    if (entry->is_named && entry->file != NULL) {
        asy_put_text(sink, " (file ");
        put_shown(sink, entry->file);
        asy_put_text(sink, ")");
    }
    put_validity(sink, entry);
    asy_put_text(sink, "\n");
}

static void put_trust(struct asy_sink *sink, const struct asy_policy *policy)
{
    if (policy->trust_n == 0) {
        asy_put_text(sink, "\nIt trusts nobody by itself.\n");
        return;
    }
    asy_put_text(sink, "\nIt trusts:\n");
    for (size_t i = 0; i < policy->trust_n; i++)
        put_entry(sink, &policy->trust[i]);
}

static void put_settings(struct asy_sink *sink, const struct asy_setting_list *list, const char *indent)
{
    for (size_t i = 0; i < list->n; i++) {
        asy_put_format(sink, "%s%s = ", indent, list->at[i].name);
        put_shown(sink, list->at[i].value);
        asy_put_text(sink, "\n");
    }
}

static void put_signers(struct asy_sink *sink, const struct asy_signers *signers)
{
    asy_put_format(sink, "    signed by at least %u of ", signers->threshold);
    for (size_t i = 0; i < signers->of_n; i++) {
        asy_put_text(sink, i == 0 ? "" : ", ");
        if (signers->of[i]->kind == ASY_TRUST_ANCHOR)
            asy_put_text(sink, "anybody under ");
        put_shown(sink, signers->of[i]->name);
    }
    if (signers->of_n == 0)
        asy_put_text(sink, "those whom it trusts");
    if (signers->identity != NULL) {
        asy_put_text(sink, ", and the signer's name is exactly ");
        put_shown(sink, signers->identity);
    }
    asy_put_text(sink, "\n");
}

static void put_requirement(struct asy_sink *sink, const struct asy_requirement *require)
{
    if (!require->is_given) {
        asy_put_text(sink, "    nothing is required, and so it is never allowed\n");
        return;
    }
    for (size_t i = 0; i < require->signers_n; i++)
        put_signers(sink, &require->signers[i]);
    if (require->signers_n == 0)
        asy_put_text(sink, "    signed by anybody whom it trusts\n");
    if (require->timestamp == ASY_YES)
        asy_put_text(sink, "    with a timestamp of a trusted authority\n");
    asy_put_text(sink, require->coverage == ASY_COVERAGE_LISTED
                           ? "    what the manifests list is covered; other files are left alone\n"
                           : "    every byte and every file is covered\n");
    if (require->max_age_days != 0)
        asy_put_format(sink, "    signed no more than %u days ago\n", require->max_age_days);
    put_settings(sink, &require->settings, "    setting ");
}

static void put_patterns(struct asy_sink *sink, const struct asy_product *product)
{
    for (size_t i = 0; i < product->match_n; i++) {
        asy_put_text(sink, i == 0 ? "" : ", ");
        put_shown(sink, product->match[i]);
    }
}

static void put_product(struct asy_sink *sink, const struct asy_product *product)
{
    asy_put_text(sink, "\n");
    if (product->name == NULL) {
        asy_put_text(sink, "Every file");
    } else {
        asy_put_text(sink, "Product ");
        put_shown(sink, product->name);
        asy_put_text(sink, ", files named ");
        put_patterns(sink, product);
        asy_put_text(sink, ",");
    }
    switch (product->action) {
    case ASY_ACTION_DENY:
        asy_put_text(sink, " is never allowed.\n");
        return;
    case ASY_ACTION_REVIEW:
        asy_put_text(sink, " goes to a person when:\n");
        break;
    case ASY_ACTION_ALLOW:
        asy_put_text(sink, " is allowed when:\n");
        break;
    }
    put_requirement(sink, &product->require);
}

static void put_products(struct asy_sink *sink, const struct asy_policy *policy)
{
    if (policy->products_n == 0) {
        asy_put_text(sink, "\nIt has no products and no requirement: it allows nothing.\n");
        return;
    }
    for (size_t i = 0; i < policy->products_n; i++)
        put_product(sink, &policy->products[i]);
    if (policy->products[0].name != NULL)
        asy_put_text(sink, "\nThe first product that matches decides; a file that none matches is not allowed.\n");
}

static void put_denied(struct asy_sink *sink, const struct asy_policy *policy)
{
    char hex[2 * ASY_DIGEST_MAX + 1];

    if (policy->denied_n > 0)
        asy_put_text(sink, "\nNever allowed, whoever signed them:\n");
    for (size_t i = 0; i < policy->denied_n; i++) {
        asy_hex(policy->denied[i].digest, hex);
        asy_put_format(sink, "  %s %s", asy_digest_name(policy->denied[i].alg), hex);
        if (policy->denied[i].reason != NULL) {
            asy_put_text(sink, ": ");
            put_shown(sink, policy->denied[i].reason);
        }
        asy_put_text(sink, "\n");
    }
}

static void put_waivers(struct asy_sink *sink, const struct asy_policy *policy)
{
    if (policy->waivers_n > 0)
        asy_put_text(sink, "\nWaived:\n");
    for (size_t i = 0; i < policy->waivers_n; i++) {
        const struct asy_waiver *waiver = &policy->waivers[i];

        asy_put_format(sink, "  %s for ", asy_reason_text(waiver->finding)->id);
        put_shown(sink, waiver->subject);
        asy_put_text(sink, ", before ");
        put_time(sink, waiver->expires);
        asy_put_text(sink, ", by ");
        put_shown(sink, waiver->owner);
        asy_put_text(sink, ": ");
        put_shown(sink, waiver->reason);
        asy_put_text(sink, "\n");
    }
}

void asy_policy_explain(const struct asy_policy *policy, struct asy_sink *sink)
{
    asy_put_text(sink, "Policy ");
    put_shown(sink, policy->name);
    asy_put_text(sink, ".\n");
    if (policy->description != NULL) {
        put_shown(sink, policy->description);
        asy_put_text(sink, "\n");
    }
    put_trust(sink, policy);
    if (policy->settings.n > 0)
        asy_put_text(sink, "\nFor all products:\n");
    put_settings(sink, &policy->settings, "  setting ");
    put_products(sink, policy);
    put_denied(sink, policy);
    put_waivers(sink, policy);
    if (policy->tests_n > 0)
        asy_put_format(sink, "\nIt brings %zu tests of its own.\n", policy->tests_n);
}

static const char template[] =
    "# A policy for assay; every field is described in assay-policy(5).\n"
    "# As it stands it trusts nobody and allows nothing: name keys first, then products.\n"
    "assay-policy: 1\n"
    "name: example\n"
    "description: What may be installed here, and who must have signed it.\n"
    "\n"
    "# Whom you trust.  Paths start from the directory of this file.\n"
    "trust:\n"
    "  keys: []\n"
    "  # - name: vendor-2026\n"
    "  #   file: keys/vendor.pub       # minisign, signify, SSH, PEM or a certificate\n"
    "  #   until: 2028-01-01           # no longer valid from this day on\n"
    "  anchors: []\n"
    "  # - name: vendor-root\n"
    "  #   file: vendor-root.pem\n"
    "  tsa-anchors: []\n"
    "  # - name: timestamps\n"
    "  #   file: tsa-root.pem\n"
    "\n"
    "# For every product; these are the defaults.\n"
    "settings:\n"
    "  min_digest: sha256\n"
    "  min_rsa: 2048\n"
    "\n"
    "# The first product that matches a file's name decides.  What none matches is not allowed.\n"
    "products: []\n"
    "# - name: agent\n"
    "#   match: [\"vendor-agent_*.deb\"]\n"
    "#   action: allow                 # or review: a person decides; or deny\n"
    "#   require:\n"
    "#     signers:\n"
    "#       - of: [vendor-2026]\n"
    "#         threshold: 1\n"
    "#     coverage: all\n"
    "#     max_age_days: 400\n"
    "\n"
    "# Never allowed, whoever signed it.\n"
    "deny: []\n"
    "# - sha256: 64 hex digits\n"
    "#   reason: withdrawn by the vendor\n"
    "\n"
    "# Findings that somebody accepts until a day.\n"
    "waivers: []\n"
    "# - finding: coverage.unlisted-file\n"
    "#   subject: \"release-notes.txt\"\n"
    "#   owner: who answers for it\n"
    "#   reason: why it is acceptable\n"
    "#   expires: 2027-06-30\n"
    "\n"
    "# What this policy must say of files that you keep; assay policy test runs them.\n"
    "tests: []\n"
    "# - name: the release of May is allowed\n"
    "#   subject: tests/vendor-agent_1.2.deb\n"
    "#   signatures: [tests/vendor-agent_1.2.deb.minisig]\n"
    "#   at: 2026-11-23T21:00:00Z\n"
    "#   expect: ALLOW\n";

void asy_policy_template(struct asy_sink *sink)
{
    asy_put_text(sink, template);
}
