#include "policy/builder.h"

#include "codec/build_names.h"

#include <string.h>

#define WORKFLOWS "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"

static const char github_issuer[] = "https://token.actions.githubusercontent.com";

/* Builders that are trusted where a source is expected and no builder is named. */
static const char *const defaults[] = {
    WORKFLOWS "generator_generic_slsa3.yml",
    WORKFLOWS "generator_container_slsa3.yml",
    WORKFLOWS "builder_go_slsa3.yml",
    WORKFLOWS "builder_container-based_slsa3.yml",
    NULL,
};

/* Workflows that build for builders of others' making, which the provenance then names. */
static const char *const delegators[] = {
    WORKFLOWS "delegator_generic_slsa3.yml",
    WORKFLOWS "delegator_lowperms-generic_slsa3.yml",
    NULL,
};

static const struct asy_why fine = { ASY_REASON_NONE, NULL };

static bool is_one_of(const char *const *names, struct asy_view name)
{
    while (*names != NULL && !asy_view_is(name, *names))
        names++;
    return *names != NULL;
}

static bool is_runner(const char *builder)
{
    return builder != NULL &&
           (strcmp(builder, asy_github_runner) == 0 || strcmp(builder, asy_github_hosted_runner) == 0);
}

bool asy_may_be_builder(const struct asy_settings *settings, const struct asy_principal *principal)
{
    struct asy_view identity = asy_view_of(principal->identity), name, ref;

    if (settings->source_uri == NULL || principal->issuer == NULL || strcmp(principal->issuer, github_issuer) != 0 ||
        !asy_view_starts(identity, ASY_TEXT("https://github.com/")) || !asy_builder_split(identity, &name, &ref))
        return false;
    if (is_runner(settings->builder_id))
        return true;
    if (!settings->any_builder_ref && !asy_is_release_ref(ref))
        return false;
    if (is_one_of(delegators, name))
        return true;
    return settings->builder_id != NULL ? asy_builder_matches(identity, asy_view_of(settings->builder_id))
                                        : is_one_of(defaults, name);
}

/* ---- what the certificate says ---- */

static struct asy_view field_of(const struct asy_dossier *dossier, asy_claim_no no, const char *field)
{
    for (size_t i = 0; i < dossier->statements_n; i++) {
        const struct asy_statement *statement = &dossier->statements[i];

        if (statement->kind == ASY_SAYS_CERTIFICATE && statement->by == no && strcmp(statement->field, field) == 0)
            return statement->text;
    }
    return (struct asy_view){ NULL, 0 };
}

static struct asy_why disagrees(struct asy_dossier *dossier, enum asy_reason reason, const char *what, struct asy_view said)
{
    struct asy_why why = fine;

    asy_because(dossier, &why, reason, "the certificate %s %.*s", what, (int)(said.len > 300 ? 300 : said.len),
                said.len == 0 ? "nothing" : (const char *)said.data);
    return why;
}

/* "https://github.com/owner/name", or of old "owner/name"; both must be the same. */
static bool is_repository(const struct asy_dossier *dossier, asy_claim_no no, struct asy_view expected)
{
    struct asy_view uri = field_of(dossier, no, "source_repository_uri");
    struct asy_view old = field_of(dossier, no, "github_workflow_repository"), repository, ref, path;

    if (!asy_source_split(expected, &repository, &ref) || !asy_view_starts(repository, ASY_TEXT("github.com/")))
        return false;
    path = asy_view_from(repository, 11);
    return (uri.len > 0 || old.len > 0) && (uri.len == 0 || asy_source_matches(uri, repository)) &&
           (old.len == 0 || asy_view_eq(old, path));
}

/* The ref at which the build was begun, where both say it. */
static bool is_ref(const struct asy_dossier *dossier, asy_claim_no no, struct asy_view trigger)
{
    struct asy_view now = field_of(dossier, no, "source_repository_ref"), old = field_of(dossier, no, "github_workflow_ref");
    struct asy_view repository, ref = { NULL, 0 };

    if (now.len > 0 && old.len > 0 && !asy_view_eq(now, old))
        return false;
    if (!asy_source_split(trigger, &repository, &ref) || ref.len == 0)
        return true;
    return (now.len == 0 || asy_view_eq(now, ref)) && (old.len == 0 || asy_view_eq(old, ref));
}

/* The delegator is as good as what it says of whom it built for. */
static bool is_right_delegate(const struct asy_settings *settings, const struct asy_build *build)
{
    struct asy_view name, ref;

    if (!asy_is_delegated(build) || !asy_builder_split(build->builder, &name, &ref) || (!settings->any_builder_ref && !asy_is_release_ref(ref)))
        return false;
    return settings->builder_id != NULL || asy_view_starts(name, ASY_TEXT(WORKFLOWS));
}

static bool is_right_builder(struct asy_dossier *dossier, const struct asy_settings *settings, const struct asy_build *build,
                             struct asy_view identity, asy_claim_no no)
{
    struct asy_view environment = field_of(dossier, no, "runner_environment"), name, ref;

    if (asy_builder_split(identity, &name, &ref) && is_one_of(delegators, name))
        return is_right_delegate(settings, build);
    if (is_runner(settings->builder_id))
        return (asy_view_is(build->builder, asy_github_runner) ||
                asy_view_is(build->builder, asy_github_hosted_runner)) &&
               (environment.len == 0 || asy_view_is(environment, "github-hosted"));
    return asy_view_eq(build->builder, identity);
}

struct asy_why asy_certificate_fault(struct asy_dossier *dossier, const struct asy_settings *settings,
                                     const struct asy_build *build, const struct asy_principal *by, asy_claim_no no,
                                     bool is_named)
{
    struct asy_view identity = asy_view_of(by->identity);
    bool is_github = by->issuer != NULL && strcmp(by->issuer, github_issuer) == 0;

    if (!is_named && !is_right_builder(dossier, settings, build, identity, no))
        return disagrees(dossier, ASY_PROVENANCE_BUILDER, "is another builder's:", identity);
    if (!is_github) /* named by the caller: what its certificate says else has no meaning that is known here */
        return fine;
    if (!is_repository(dossier, no, settings->source_uri != NULL ? asy_view_of(settings->source_uri) : build->source))
        return disagrees(dossier, ASY_PROVENANCE_SOURCE, "names the source", field_of(dossier, no, "source_repository_uri"));
    if (!is_ref(dossier, no, build->trigger))
        return disagrees(dossier, ASY_PROVENANCE_REF, "names the ref", field_of(dossier, no, "source_repository_ref"));
    return fine;
}
