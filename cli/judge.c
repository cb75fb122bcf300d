#include "judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SYSTEM_POLICY "/etc/assay/assay.yaml"

const struct option_spec judge_options[] = {
    { "policy", 'p', "FILE", "the policy document; \"none\" keeps the system's out" },
    { "key", 'k', "FILE", "trust this public key (any format, or a certificate)" },
    { "anchor", 0, "FILE", "trust certificates under these anchors" },
    { "tsa-anchor", 0, "FILE", "trust timestamp authorities under these anchors" },
    { "intermediate", 0, "FILE", "certificates that help to build a chain" },
    { "crl", 0, "FILE", "certificate revocation lists" },
    { "allowed-signers", 0, "FILE", "SSH keys and whose they are, as in ssh-keygen(1)" },
    { "krl", 0, "FILE", "SSH keys that are revoked" },
    { "npm-keys", 0, "FILE", "trust the keys of an npm registry" },
    { "trust-dir", 0, "DIR", "trust what a directory of assay trust says" },
    { "layout-key", 0, "FILE", "trust in-toto layouts that this key and all others named so have signed" },
    { "gcb-keys", 0, "DIR", "trust the keys of Google Cloud Build in this directory" },
    { "trusted-root", 0, "FILE", "trust the logs and authorities of this Sigstore root" },
    { "signature", 's', "FILE", "a signature; then no other evidence is looked for" },
    { "manifest", 'm', "FILE", "a list of digests" },
    { "pin-manifest", 0, "FILE", "a list of digests that you vouch for yourself" },
    { "integrity", 0, "SRI", "a digest that you vouch for yourself, as sha512-BASE64" },
    { "packument", 0, "FILE", "what an npm registry says of a package" },
    { "layout", 0, "FILE", "an in-toto layout; alone, without a subject, its recorded steps are judged" },
    { "link-dir", 0, "DIR", "where the links of that layout are (default: beside it)" },
    { "provenance", 0, "FILE", "signed provenance: how the subject was built" },
    { "vsa", 0, "FILE", "a signed verification summary of the subject" },
    { "catalog", 0, "FILE", "a Windows security catalogue that lists the file" },
    { "bundle", 0, "FILE", "a Sigstore bundle" },
    { "timestamp", 0, "FILE", "an RFC 3161 timestamp over the subject or a signature" },
    { "release", 0, "FILE", "a signed list of indices (InRelease, Release)" },
    { "index", 0, "FILE", "a repository's list of packages" },
    { "index-path", 0, "PATH", "the path by which the release lists that index" },
    { "index-signature", 0, "FILE", "a signature over that index" },
    { "package-name", 0, "NAME", "the package that is wanted from a repository" },
    { "package-version", 0, "NAME", "the version that is wanted of that package" },
    { "min-sdk", 0, "N", "the oldest version of Android that must take a package" },
    { "suite", 0, "NAME", "the suite or codename that the release must be of" },
    { "component", 0, "NAME", "the component of a repository" },
    { "arch", 0, "NAME", "the architecture of a package" },
    { "ref", 0, "NAME", "the reference of a git repository" },
    { "digest", 0, "DIGEST", "the manifest or index of an OCI image layout that you vouch for" },
    { "builder-id", 0, "URI", "the builder that must have built the subject, with or without @REF" },
    { "source-uri", 0, "URI", "the repository that it must be built from" },
    { "source-branch", 0, "NAME", "the branch" },
    { "source-tag", 0, "NAME", "the tag" },
    { "source-versioned-tag", 0, "VERSION", "the version of the tag, as v1, v1.2 or v1.2.3" },
    { "workflow-input", 0, "NAME=VALUE", "what must have been entered to begin the build" },
    { "verifier-id", 0, "URI", "who must have verified the subject" },
    { "resource-uri", 0, "URI", "what the subject must have been verified for" },
    { "verified-level", 0, "LEVEL", "a level that must have been verified, as SLSA_BUILD_LEVEL_3" },
    { "key-id", 0, "NAME", "what an envelope must call the key of its signature" },
    { "identity", 'i', "NAME", "who must have signed: SSH principal, certificate name" },
    { "certificate-identity", 0, "NAME", "whose Sigstore certificate it must be: URI, e-mail address" },
    { "certificate-identity-regexp", 0, "RE", "the same as an extended regular expression of all of it" },
    { "certificate-oidc-issuer", 0, "URL", "who must have known that identity" },
    { "certificate-oidc-issuer-regexp", 0, "RE", "the same as an extended regular expression of all of it" },
    { "signer", 0, "FPR", "fingerprint of the OpenPGP key that must have signed" },
    { "namespace", 'n', "NAME", "namespace of SSH signatures (default: file)" },
    { "purpose", 0, "WORD", "what certificates are for: codesign (default), smime, any" },
    { "require-comment", 0, "WORD", "a word that the signed comment must have" },
    { "set", 0, "NAME=VALUE", "override one setting; the report shows it" },
    { "limit", 0, "NAME=N", "change one limit" },
    { "state", 0, "FILE", "remember what is allowed here, and allow nothing older" },
    { "at", 0, "TIME", "reference time, 2026-11-23T21:00:00Z (default: now)" },
    { "format", 0, "NAME", "read evidence as this format (assay formats)" },
    { "members", 0, NULL, "judge an archive by its members" },
    { "strict", 0, NULL, "inspect: refuse what contradicts itself or is unsafe" },
    { "threads", 'j', "N", "threads that digest (default: processors)" },
    { "vsa-out", 0, "FILE", "write the ruling as a signed verification summary" },
    { "vsa-key", 0, "FILE", "the private key that signs it (PEM)" },
    { "vsa-verifier", 0, "URI", "in whose name (default: urn:assay:verify)" },
    { "vsa-resource", 0, "URI", "for what (default: the subject's name)" },
    { "json", 0, NULL, "report as JSON" },
    { "output", 'o', "FILE", "write the report to a file" },
    { "full", 0, NULL, "whole digests in the text report" },
    { "verbose", 'v', NULL, "say every fact, also those that hold" },
    { "quiet", 'q', NULL, "say nothing when it is allowed; twice: nothing at all" },
    { "color", 0, "WHEN", "auto (default), always, never" },
    { "exit-classic", 0, NULL, "exit 0 for ALLOW and 1 for anything else" },
    { NULL, 0, NULL, NULL },
};

struct trust_option {
    const char *name;
    enum assay_trust_kind kind;
};

static const struct trust_option trust_options[] = {
    { "key", ASSAY_TRUST_KEY },
    { "anchor", ASSAY_TRUST_ANCHOR },
    { "tsa-anchor", ASSAY_TRUST_TSA_ANCHOR },
    { "intermediate", ASSAY_TRUST_INTERMEDIATE },
    { "crl", ASSAY_TRUST_CRL },
    { "allowed-signers", ASSAY_TRUST_ALLOWED_SIGNERS },
    { "krl", ASSAY_TRUST_KRL },
    { "npm-keys", ASSAY_TRUST_NPM_KEYS },
    { "layout-key", ASSAY_TRUST_LAYOUT_KEY },
    { "gcb-keys", ASSAY_TRUST_GCB_KEYS },
    { "trusted-root", ASSAY_TRUST_ROOT },
};

struct role_option {
    const char *name;
    enum assay_role role;
};

static const struct role_option role_options[] = {
    { "signature", ASSAY_ROLE_SIGNATURE },
    { "manifest", ASSAY_ROLE_MANIFEST },
    { "pin-manifest", ASSAY_ROLE_PINNED_MANIFEST },
    { "catalog", ASSAY_ROLE_CATALOG },
    { "bundle", ASSAY_ROLE_BUNDLE },
    { "timestamp", ASSAY_ROLE_TIMESTAMP },
    { "release", ASSAY_ROLE_RELEASE },
    { "index", ASSAY_ROLE_INDEX },
    { "index-signature", ASSAY_ROLE_INDEX_SIGNATURE },
    { "packument", ASSAY_ROLE_PACKUMENT },
    { "layout", ASSAY_ROLE_LAYOUT },
    { "link-dir", ASSAY_ROLE_LINK_DIR },
    { "provenance", ASSAY_ROLE_PROVENANCE },
    { "vsa", ASSAY_ROLE_SUMMARY },
};

/* Options that are settings under a name of their own. */
static const char *const setting_options[][2] = {
    { "identity", "identity" },
    { "certificate-identity", "certificate_identity" },
    { "certificate-identity-regexp", "certificate_identity_regexp" },
    { "certificate-oidc-issuer", "certificate_oidc_issuer" },
    { "certificate-oidc-issuer-regexp", "certificate_oidc_issuer_regexp" },
    { "signer", "signer" },
    { "namespace", "namespace" },
    { "purpose", "purpose" },
    { "require-comment", "require_comment" },
    { "package-name", "package_name" },
    { "package-version", "package_version" },
    { "min-sdk", "min_sdk" },
    { "suite", "suite" },
    { "component", "component" },
    { "arch", "arch" },
    { "ref", "ref" },
    { "digest", "digest" },
    { "builder-id", "builder_id" },
    { "source-uri", "source_uri" },
    { "source-branch", "source_branch" },
    { "source-tag", "source_tag" },
    { "source-versioned-tag", "source_versioned_tag" },
    { "workflow-input", "workflow_input" },
    { "verifier-id", "verifier_id" },
    { "resource-uri", "resource_uri" },
    { "verified-level", "verified_level" },
    { "key-id", "key_id" },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* 0, or the exit status of what was wrong (already told). */
static int set_pair(struct judge *judge, const char *pair, bool is_limit)
{
    const char *equals = strchr(pair, '=');
    assay_error *error = NULL;
    long long number;
    assay_status s;
    char name[64];

    if (equals == NULL || equals == pair || (size_t)(equals - pair) >= sizeof name) {
        complain("\"%s\" is not NAME=VALUE", pair);
        return EXIT_USAGE_ERROR;
    }
    memcpy(name, pair, (size_t)(equals - pair));
    name[equals - pair] = '\0';
    number = is_limit ? number_of(equals + 1, INT64_MAX) : 0;
    if (number < 0) {
        complain("\"%s\" is no number", equals + 1);
        return EXIT_USAGE_ERROR;
    }
    s = is_limit ? assay_config_limit(judge->config, name, (uint64_t)number, &error)
                 : assay_config_set(judge->config, name, equals + 1, &error);
    return assay_ok(s) ? 0 : fail_with(s, error);
}

static int set_time(struct judge *judge, const char *text)
{
    int64_t seconds;

    if (!parse_time(text, &seconds))
        return EXIT_USAGE_ERROR;
    assay_config_time(judge->config, seconds);
    return 0;
}

static int add_evidence(struct judge *judge, enum assay_role role, const char *path)
{
    struct named *larger = realloc(judge->evidence, (judge->evidence_n + 1) * sizeof *larger);

    if (larger == NULL) {
        complain("out of memory");
        return EXIT_INTERNAL;
    }
    judge->evidence = larger;
    judge->evidence[judge->evidence_n++] = (struct named){ .role = role, .path = path };
    return 0;
}

/* The caller's own word about the subject. */
static int add_integrity(struct judge *judge, const char *text)
{
    int code = add_evidence(judge, ASSAY_ROLE_PINNED_MANIFEST, "--integrity");

    if (code == 0)
        judge->evidence[judge->evidence_n - 1].text = text;
    return code;
}

/* Of the index that was named last. */
static int set_index_path(struct judge *judge, const char *path)
{
    for (size_t i = judge->evidence_n; i > 0; i--) {
        if (judge->evidence[i - 1].role == ASSAY_ROLE_INDEX) {
            judge->evidence[i - 1].known_as = path;
            return 0;
        }
    }
    complain("--index-path comes behind the --index that it is about");
    return EXIT_USAGE_ERROR;
}

static int set_policy(struct judge *judge, const char *path)
{
    assay_error *error = NULL;
    assay_status s;

    judge->has_policy = true;
    if (strcmp(path, "none") == 0)
        return 0;
    s = assay_config_policy_file(judge->config, path, &error);
    return assay_ok(s) ? 0 : fail_with(s, error);
}

static int set_color(struct judge *judge, const char *when)
{
    if (strcmp(when, "auto") != 0 && strcmp(when, "always") != 0 && strcmp(when, "never") != 0) {
        complain("--color is \"%s\", expected auto, always or never", when);
        return EXIT_USAGE_ERROR;
    }
    judge->color = when;
    return 0;
}

/* Options without a meaning for the library. */
static int set_look(struct judge *judge, const char *name, const char *value)
{
    long long threads;

    if (summary_option(&judge->summary, name, value))
        return 0;
    if (strcmp(name, "members") == 0)
        judge->members = true;
    else if (strcmp(name, "strict") == 0)
        judge->strict = true;
    else if (strcmp(name, "json") == 0)
        judge->json = true;
    else if (strcmp(name, "full") == 0)
        judge->full = true;
    else if (strcmp(name, "verbose") == 0)
        judge->verbose = true;
    else if (strcmp(name, "quiet") == 0)
        judge->quiet++;
    else if (strcmp(name, "exit-classic") == 0)
        judge->classic = true;
    else if (strcmp(name, "output") == 0)
        judge->output = value;
    else if (strcmp(name, "format") == 0)
        judge->format = value;
    else if (strcmp(name, "color") == 0)
        return set_color(judge, value);
    else if (strcmp(name, "threads") == 0) {
        threads = number_of(value, 64);
        if (threads < 1) {
            complain("--threads is \"%s\", expected 1 to 64", value);
            return EXIT_USAGE_ERROR;
        }
        assay_config_threads(judge->config, (unsigned)threads);
    }
    return 0;
}

static int take_option(struct judge *judge, const char *name, const char *value)
{
    assay_error *error = NULL;
    assay_status s;

    for (size_t i = 0; i < COUNT(trust_options); i++) {
        if (strcmp(name, trust_options[i].name) == 0) {
            s = assay_config_trust_file(judge->config, trust_options[i].kind, value, &error);
            return assay_ok(s) ? 0 : fail_with(s, error);
        }
    }
    for (size_t i = 0; i < COUNT(role_options); i++) {
        if (strcmp(name, role_options[i].name) == 0)
            return add_evidence(judge, role_options[i].role, value);
    }
    for (size_t i = 0; i < COUNT(setting_options); i++) {
        if (strcmp(name, setting_options[i][0]) == 0) {
            s = assay_config_set(judge->config, setting_options[i][1], value, &error);
            return assay_ok(s) ? 0 : fail_with(s, error);
        }
    }
    if (strcmp(name, "integrity") == 0)
        return add_integrity(judge, value);
    if (strcmp(name, "index-path") == 0)
        return set_index_path(judge, value);
    if (strcmp(name, "set") == 0 || strcmp(name, "limit") == 0)
        return set_pair(judge, value, strcmp(name, "limit") == 0);
    if (strcmp(name, "at") == 0)
        return set_time(judge, value);
    if (strcmp(name, "policy") == 0)
        return set_policy(judge, value);
    if (strcmp(name, "trust-dir") == 0) {
        s = assay_config_trust_directory(judge->config, value, &error);
        return assay_ok(s) ? 0 : fail_with(s, error);
    }
    if (strcmp(name, "state") == 0) {
        s = assay_config_state_file(judge->config, value, &error);
        return assay_ok(s) ? 0 : fail_with(s, error);
    }
    return set_look(judge, name, value);
}

/* The first piece of evidence that was named as this; NULL: none was. */
static const char *first_of(const struct judge *judge, enum assay_role role)
{
    for (size_t i = 0; i < judge->evidence_n; i++) {
        if (judge->evidence[i].role == role)
            return judge->evidence[i].path;
    }
    return NULL;
}

static int take_words(struct judge *judge, int argc, char **argv)
{
    struct option_walk walk = { .command = judge->command, .argc = argc, .argv = argv };
    const char *value = NULL;
    int option, code;

    while ((option = option_next(&walk, &value)) != OPTION_END) {
        if (option == OPTION_BAD)
            return EXIT_USAGE_ERROR;
        if (option == OPTION_OPERAND) {
            if (judge->operand != NULL) {
                complain("one subject at a time: %s, %s", judge->operand, value);
                return EXIT_USAGE_ERROR;
            }
            judge->operand = value;
            continue;
        }
        code = take_option(judge, judge->command->options[option].name, value);
        if (code != 0)
            return code;
    }
    if (judge->operand == NULL)
        judge->operand = first_of(judge, ASSAY_ROLE_LAYOUT); /* which is then judged by its recorded steps */
    if (judge->operand == NULL)
        judge->operand = first_of(judge, ASSAY_ROLE_SUMMARY); /* which says nothing of itself: nothing is allowed by it alone */
    if (judge->operand == NULL) {
        complain("%s needs a file, a directory or a digest; see assay help %s", judge->command->name,
                 judge->command->name);
        return EXIT_USAGE_ERROR;
    }
    return 0;
}

/* The system's policy holds where the caller names none. */
static int take_system_policy(struct judge *judge)
{
    if (judge->has_policy || access(SYSTEM_POLICY, F_OK) != 0)
        return 0;
    return set_policy(judge, SYSTEM_POLICY);
}

static assay_status add_named(assay_subject *subject, const struct named *named)
{
    if (named->text != NULL)
        return assay_subject_add_memory(subject, named->role, named->path, named->text, strlen(named->text));
    return assay_subject_add_file(subject, named->role, named->path);
}

/* A digest; or, where a summary is named, what it may call a thing that has none, and no file is called so. */
static bool is_digest(const struct judge *judge)
{
    const char *operand = judge->operand;

    return strncmp(operand, "sha256:", 7) == 0 || strncmp(operand, "sha512:", 7) == 0 ||
           strncmp(operand, "sha384:", 7) == 0 ||
           (first_of(judge, ASSAY_ROLE_SUMMARY) != NULL && strchr(operand, ':') != NULL && access(operand, F_OK) != 0);
}

static int make_subject(struct judge *judge)
{
    const char *operand = judge->operand;

    if (is_digest(judge)) {
        judge->subject = assay_subject_new_digest(operand);
        if (judge->subject == NULL) {
            complain("\"%s\" is no digest", operand);
            return EXIT_USAGE_ERROR;
        }
    } else {
        judge->subject = strcmp(operand, "-") == 0 ? assay_subject_new_fd(STDIN_FILENO, "-")
                                                   : assay_subject_new_path(operand);
    }
    for (size_t i = 0; judge->subject != NULL && i < judge->evidence_n; i++) {
        const struct named *named = &judge->evidence[i];

        if (!assay_ok(add_named(judge->subject, named)) ||
            (named->known_as != NULL && !assay_ok(assay_subject_index_path(judge->subject, named->known_as))))
            return EXIT_INTERNAL;
    }
    if (judge->subject == NULL)
        return EXIT_INTERNAL;
    if (judge->format != NULL && !assay_ok(assay_subject_set_format(judge->subject, judge->format))) {
        complain("there is no format \"%s\"; see assay formats", judge->format);
        return EXIT_USAGE_ERROR;
    }
    assay_subject_by_members(judge->subject, judge->members);
    assay_subject_identify(judge->subject, judge->summary.out != NULL);
    return 0;
}

/* ---- progress: on a terminal, for work of more than a second, at most ten times a second ---- */

struct progress {
    struct timespec started, shown;
    bool any;
};

static double seconds_between(struct timespec a, struct timespec b)
{
    return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

static bool show_progress(void *context, uint64_t done, uint64_t all)
{
    struct progress *progress = context;
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_between(progress->started, now) < 1 || seconds_between(progress->shown, now) < 0.1)
        return true;
    progress->shown = now;
    progress->any = true;
    if (all > 0)
        (void)fprintf(stderr, "\r%3.0f %% of %llu MB ", 100.0 * (double)done / (double)all,
                      (unsigned long long)(all / 1000000));
    else
        (void)fprintf(stderr, "\r%llu MB ", (unsigned long long)(done / 1000000));
    return true;
}

static bool wants_color(const struct judge *judge)
{
    const char *term = getenv("TERM");

    if (judge->color != NULL && strcmp(judge->color, "auto") != 0)
        return strcmp(judge->color, "always") == 0;
    if (judge->output != NULL || getenv("NO_COLOR") != NULL)
        return false;
    if (getenv("CLICOLOR_FORCE") != NULL)
        return true;
    return isatty(STDOUT_FILENO) && (term == NULL || strcmp(term, "dumb") != 0);
}

static int write_report(const struct judge *judge, const assay_result *result)
{
    unsigned flags = (wants_color(judge) ? ASSAY_REPORT_COLOR : 0U) | (judge->full ? ASSAY_REPORT_FULL : 0U) |
                     (judge->verbose ? ASSAY_REPORT_VERBOSE : 0U);
    FILE *file = judge->output == NULL ? stdout : fopen(judge->output, "we");
    assay_status s;
    bool closed;

    if (file == NULL) {
        complain("%s: %s", judge->output, strerror(errno));
        return EXIT_INTERNAL;
    }
    s = assay_result_write(result, judge->json ? ASSAY_REPORT_JSON : ASSAY_REPORT_TEXT, flags, write_file, file);
    closed = file == stdout || fclose(file) == 0;
    if (assay_ok(s) && closed)
        return 0;
    complain("the report cannot be written");
    return EXIT_INTERNAL;
}

/* The one place where a ruling becomes an exit status. */
static int exit_status(const struct judge *judge, const assay_result *result, bool inspects)
{
    int code = assay_result_exit_code(result);

    if (inspects && !judge->strict)
        return EXIT_OK;
    if (!inspects && (code == 0) != assay_allows(result))
        return EXIT_INTERNAL;
    return judge->classic && code != 0 ? 1 : code;
}

static int ask_and_tell(struct judge *judge, bool inspects,
                        assay_status (*ask)(const assay_engine *, const assay_subject *, assay_result **,
                                            assay_error **))
{
    struct progress progress = { 0 };
    assay_engine *engine = NULL;
    assay_result *result = NULL;
    assay_error *error = NULL;
    assay_status s = assay_engine_new(judge->config, &engine, &error);
    int code, written;

    if (!assay_ok(s))
        return fail_with(s, error);
    (void)clock_gettime(CLOCK_MONOTONIC, &progress.started);
    if (isatty(STDERR_FILENO) && judge->quiet == 0)
        assay_subject_set_progress(judge->subject, show_progress, &progress);
    s = ask(engine, judge->subject, &result, &error);
    assay_engine_free(engine);
    if (progress.any)
        (void)fputs("\r                              \r", stderr);
    if (!assay_ok(s))
        return fail_with(s, error);
    code = exit_status(judge, result, inspects);
    if (judge->quiet < 2 && (judge->quiet == 0 || code != 0) && write_report(judge, result) != 0)
        code = EXIT_INTERNAL;
    written = summary_write(&judge->summary, result);
    if (written != EXIT_OK)
        code = written;
    assay_result_free(result);
    return code;
}

int judge_main(const struct command *command, int argc, char **argv,
               assay_status (*ask)(const assay_engine *, const assay_subject *, assay_result **, assay_error **))
{
    struct judge judge = { .command = command, .config = assay_config_new() };
    bool inspects = ask == assay_inspect;
    int code = judge.config == NULL ? EXIT_INTERNAL : take_words(&judge, argc, argv);

    if (code == 0)
        code = summary_check(&judge.summary);
    if (code == 0)
        code = take_system_policy(&judge);
    if (code == 0)
        code = make_subject(&judge);
    if (code == 0)
        code = ask_and_tell(&judge, inspects, ask);
    assay_subject_free(judge.subject);
    assay_config_free(judge.config);
    free(judge.evidence);
    return code;
}
