/*
 * What an npm registry says of a package that it took in (github.com/npm/attestation, specs/publish/v0.1):
 *   { "name", "version", "registry" }
 */
#include "format/predicate.h"

static assay_status read(struct asy_reading *reading, const struct asy_statement_of *statement)
{
    struct asy_view name = asy_member_text(statement->predicate, "name");
    struct asy_view version = asy_member_text(statement->predicate, "version");

    if (name.len == 0 || version.len == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the attestation of publication lacks the name or version");
    if (!asy_say_named(reading, ASY_SAYS_PUBLISHED, name, version) || !asy_say_purls(reading, statement))
        return asy_said_too_much(reading);
    return asy_ok;
}

static const char *const types[] = { "https://github.com/npm/attestation/tree/main/specs/publish/v0.1", NULL };

const struct asy_predicate asy_predicate_npm_publish = { .types = types, .read = read };
