/*
 * SLSA verification summaries (slsa.dev/verification_summary/v1): what somebody who verified the subjects found:
 *   { "verifier": { "id" }, "resourceUri", "verificationResult": "PASSED" or "FAILED", "verifiedLevels": [ text ] }
 */
#include "format/predicate.h"

enum { LEVELS = 64 };

static bool say_levels(struct asy_reading *reading, const struct asy_node *levels)
{
    for (const struct asy_node *each = levels->first; each != NULL; each = each->next) {
        if (!asy_say(reading, ASY_SAYS_LEVEL, each->text))
            return false;
    }
    return true;
}

static bool are_texts(const struct asy_node *levels)
{
    if (levels->kind != ASY_NODE_LIST || levels->n > LEVELS)
        return false;
    for (const struct asy_node *each = levels->first; each != NULL; each = each->next) {
        if (each->kind != ASY_NODE_STRING)
            return false;
    }
    return true;
}

static assay_status read(struct asy_reading *reading, const struct asy_statement_of *statement)
{
    const struct asy_node *predicate = statement->predicate, *levels = asy_node_get(predicate, "verifiedLevels");
    struct asy_view verifier = asy_member_text(asy_node_get(predicate, "verifier"), "id");
    struct asy_view resource = asy_member_text(predicate, "resourceUri");
    struct asy_view result = asy_member_text(predicate, "verificationResult");

    if (verifier.len == 0 || resource.len == 0 || result.len == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the summary lacks its verifier, resourceUri or verificationResult");
    if (levels == NULL || !are_texts(levels))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the summary's verifiedLevels are no list of at most %d texts",
                        LEVELS);
    if (!asy_say(reading, ASY_SAYS_VERIFIER, verifier) || !asy_say(reading, ASY_SAYS_RESOURCE, resource) ||
        !asy_say(reading, ASY_SAYS_RESULT, result) || !say_levels(reading, levels))
        return asy_said_too_much(reading);
    return asy_ok;
}

static const char *const types[] = { "https://slsa.dev/verification_summary/v1", NULL };

const struct asy_predicate asy_predicate_summary = { .types = types, .read = read };
