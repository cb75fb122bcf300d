#include "policy/freshness.h"

#include "base/text.h"
#include "model/attribution.h"

#include <string.h>

struct release {
    struct asy_dossier *dossier;
    const struct asy_settings *settings;
    uint64_t counted;
    const struct asy_item *document;
};

/* What somebody who counts says of the release; NULL where nobody does. */
static const struct asy_statement *said(const struct release *release, enum asy_statement_kind kind)
{
    for (size_t i = 0; i < release->dossier->statements_n; i++) {
        const struct asy_statement *statement = &release->dossier->statements[i];

        if (statement->document == release->document && statement->kind == kind &&
            (asy_sayers(statement->document, statement->place_off, statement->place_len) & release->counted) != 0)
            return statement;
    }
    return NULL;
}

static void find_time(const struct release *release, enum asy_reason reason, const char *what, int64_t time)
{
    char text[32];

    asy_format_time(time, text);
    asy_add_finding(release->dossier, ASY_BLOCKS, reason, NULL, release->document, "%s %s", what, text);
}

/* ---- times ---- */

/*
 * Until when the release may be used, as apt.conf(5) has it: min_valid_time lengthens what the release says, and
 * max_valid_time shortens it or stands for it.  False where there is no end.
 */
static bool end_of(const struct release *release, int64_t made, int64_t *end)
{
    const struct asy_statement *expires = said(release, ASY_SAYS_EXPIRES);
    int64_t least = made + (int64_t)release->settings->min_valid_time;
    int64_t most = made + (int64_t)release->settings->max_valid_time;

    if (expires != NULL)
        *end = expires->time > least ? expires->time : least;
    if (release->settings->max_valid_time != 0 && (expires == NULL || *end > most))
        *end = most;
    return expires != NULL || release->settings->max_valid_time != 0;
}

/* What cannot be read may be of any age. */
static void judge_form(const struct release *release)
{
    const struct asy_why *why = &release->document->why;

    if (why->reason != ASY_REASON_NONE && why->reason != ASY_EVIDENCE_UNBOUND)
        asy_add_finding(release->dossier, ASY_BLOCKS, why->reason, NULL, release->document, "%s",
                        why->detail == NULL ? "" : why->detail);
}

static void judge_times(const struct release *release)
{
    const struct asy_settings *settings = release->settings;
    const struct asy_statement *made = said(release, ASY_SAYS_MADE);
    int64_t at = release->dossier->at, end;

    if (made == NULL)
        return;
    if (made->time > at)
        find_time(release, ASY_RELEASE_NOT_YET, "made", made->time);
    if (end_of(release, made->time, &end) && end < at)
        find_time(release, ASY_RELEASE_EXPIRED, "valid until", end);
    if (settings->max_age_days != 0 && made->time < at - (int64_t)settings->max_age_days * 86400)
        find_time(release, ASY_RELEASE_TOO_OLD, "made", made->time);
    if (settings->has_min_release_date && made->time < settings->min_release_date)
        find_time(release, ASY_RELEASE_ROLLBACK, "made", made->time);
}

/* ---- suites ---- */

static bool is_suite(const struct asy_statement *statement, const char *suite)
{
    return statement != NULL && asy_view_is(statement->text, suite);
}

static void judge_suite(const struct release *release)
{
    const struct asy_statement *suite = said(release, ASY_SAYS_SUITE), *codename = said(release, ASY_SAYS_CODENAME);
    const struct asy_statement *shown = suite != NULL ? suite : codename;
    const char *wanted = release->settings->suite;

    if (wanted == NULL || is_suite(suite, wanted) || is_suite(codename, wanted))
        return;
    if (shown != NULL)
        asy_add_finding(release->dossier, ASY_BLOCKS, ASY_RELEASE_SUITE, NULL, release->document,
                        "it is for \"%.*s\", expected \"%s\"", (int)(shown->text.len > 64 ? 64 : shown->text.len),
                        (const char *)shown->text.data, wanted);
    else if (!release->settings->suite_is_optional)
        asy_add_finding(release->dossier, ASY_BLOCKS, ASY_RELEASE_SUITE, NULL, release->document,
                        "it says neither suite nor codename, expected \"%s\"", wanted);
}

/* ---- releases ---- */

static bool is_release(const struct asy_item *item)
{
    return item->format != NULL && strcmp(item->format, "apt_release") == 0;
}

/* The release itself is ruled about, or it is what a file that is ruled about was made from. */
static bool is_subject(const struct asy_item *item)
{
    for (; item != NULL; item = item->parent) {
        if (item->is_subject)
            return true;
    }
    return false;
}

static bool binds_anything(const struct asy_dossier *dossier, const struct asy_item *document)
{
    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_fact *fact = dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_LINK && fact->claim.document == document && fact->measure != NULL)
            return true;
    }
    return false;
}

void asy_find_stale(struct asy_dossier *dossier, const struct asy_settings *settings, uint64_t counted)
{
    bool any = false;

    for (size_t i = 0; i < dossier->items_n; i++) {
        const struct release release = { dossier, settings, counted, dossier->items[i] };

        if (!is_release(release.document) || (release.document->whole_by & counted) == 0 ||
            (!is_subject(release.document) && !binds_anything(dossier, release.document)))
            continue;
        any = true;
        judge_form(&release);
        judge_times(&release);
        judge_suite(&release);
    }
    if (settings->suite != NULL && !any)
        asy_add_finding(dossier, ASY_BLOCKS, ASY_RELEASE_ABSENT, NULL, NULL, "%s", settings->suite);
}

/* ---- packages ---- */

/* The package itself, or what it unpacks to as a whole. */
static bool is_package_text(const struct asy_item *document, const struct asy_item *package)
{
    return document == package || (document->parent == package && document->says_parent && !document->is_member);
}

static const struct asy_statement *says(const struct asy_dossier *dossier, const struct asy_item *package,
                                        enum asy_statement_kind kind)
{
    for (size_t i = 0; i < dossier->statements_n; i++) {
        if (dossier->statements[i].kind == kind && is_package_text(dossier->statements[i].document, package))
            return &dossier->statements[i];
    }
    return NULL;
}

/* Whoever says the whole subject says its name, so attribution need not be asked. */
static void compare(struct asy_dossier *dossier, const struct asy_item *subject, const struct asy_statement *statement,
                    const char *wanted)
{
    if (statement == NULL)
        asy_add_finding(dossier, ASY_BLOCKS, ASY_PACKAGE_OTHER, subject, NULL, "it cannot be read what it is, expected \"%s\"",
                        wanted);
    else if (!asy_view_is(statement->text, wanted))
        asy_add_finding(dossier, ASY_BLOCKS, ASY_PACKAGE_OTHER, subject, NULL, "it is \"%.*s\", expected \"%s\"",
                        (int)(statement->text.len > 64 ? 64 : statement->text.len), (const char *)statement->text.data,
                        wanted);
}

/* Formats whose packages say what they are called. */
static bool has_name(const struct asy_item *item)
{
    static const char *const formats[] = { "deb", "rpm", "apk2", "apk3" };

    for (size_t i = 0; item->format != NULL && i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(item->format, formats[i]) == 0)
            return true;
    }
    return false;
}

/* The one file that is ruled about, where it is a package whose name can be read. */
static const struct asy_item *package_of(const struct asy_dossier *dossier)
{
    for (size_t i = 0; i < dossier->items_n; i++) {
        const struct asy_item *item = dossier->items[i];

        if (item->is_subject && !item->is_member && has_name(item))
            return item;
    }
    return NULL;
}

/* It goes wherever it is asked for: "all" of Debian, "noarch" of the others. */
static bool is_for_any(const struct asy_statement *arch)
{
    return arch != NULL && (asy_view_is(arch->text, "all") || asy_view_is(arch->text, "noarch"));
}

void asy_find_other_package(struct asy_dossier *dossier, const struct asy_settings *settings)
{
    const struct asy_item *package = package_of(dossier);
    const struct asy_statement *arch = package == NULL ? NULL : says(dossier, package, ASY_SAYS_ARCH);

    if (package == NULL)
        return;
    if (settings->package_name != NULL)
        compare(dossier, package, says(dossier, package, ASY_SAYS_PACKAGE), settings->package_name);
    if (settings->arch != NULL && !is_for_any(arch))
        compare(dossier, package, arch, settings->arch);
}
