#include "command.h"

#include <stdio.h>
#include <string.h>

static bool write_nothing(void *context, const char *text, size_t len)
{
    (void)context;
    (void)text;
    (void)len;
    return true;
}

static int init(void)
{
    assay_status s = assay_policy_template(write_file, stdout);

    return assay_ok(s) ? EXIT_OK : fail_with(s, NULL);
}

/* A policy is right when an engine can be made from it and nothing that it trusts is unusable. */
static int check(const char *path)
{
    assay_error *error = NULL;
    assay_status s = assay_policy_explain(path, write_nothing, NULL, &error);

    if (!assay_ok(s))
        return fail_with(s, error);
    (void)printf("%s: good\n", path);
    return EXIT_OK;
}

static int explain(const char *path)
{
    assay_error *error = NULL;
    assay_status s = assay_policy_explain(path, write_file, stdout, &error);

    return assay_ok(s) ? EXIT_OK : fail_with(s, error);
}

static int test(const char *path)
{
    assay_error *error = NULL;
    size_t failed = 0;
    assay_status s = assay_policy_test(path, write_file, stdout, &failed, &error);

    if (!assay_ok(s))
        return fail_with(s, error);
    return failed == 0 ? EXIT_OK : 1;
}

static int run(int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "init") == 0)
        return init();
    if (argc == 2 && strcmp(argv[0], "check") == 0)
        return check(argv[1]);
    if (argc == 2 && strcmp(argv[0], "explain") == 0)
        return explain(argv[1]);
    if (argc == 2 && strcmp(argv[0], "test") == 0)
        return test(argv[1]);
    complain("usage: assay policy init | check FILE | explain FILE | test FILE");
    return EXIT_USAGE_ERROR;
}

const struct command command_policy = {
    .name = "policy",
    .arguments = "init | check FILE | explain FILE | test FILE",
    .summary = "Writes, checks, explains and tests policy documents.",
    .run = run,
};
