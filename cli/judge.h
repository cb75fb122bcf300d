/* What verify and inspect share: a config and a subject made from options. */
#ifndef ASSAY_CLI_JUDGE_H
#define ASSAY_CLI_JUDGE_H

#include "summary.h"

struct judge {
    const struct command *command;
    assay_config *config;
    assay_subject *subject;
    const char *operand, *output, *color, *format;
    struct named {
        enum assay_role role;
        const char *path, *known_as, *text; /* the text itself in place of a path */
    } *evidence;
    size_t evidence_n;
    struct summary_options summary;
    int quiet;
    bool json, full, verbose, strict, members, classic, has_policy;
};

/* The options of both. */
extern const struct option_spec judge_options[];

/* Runs verify (or inspect) from its words to its exit status. */
int judge_main(const struct command *, int argc, char **argv,
               assay_status (*ask)(const assay_engine *, const assay_subject *, assay_result **, assay_error **));

#endif
