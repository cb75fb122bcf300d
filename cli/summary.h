/* --vsa-out and what belongs to it: the ruling as a signed verification summary in a file. */
#ifndef ASSAY_CLI_SUMMARY_H
#define ASSAY_CLI_SUMMARY_H

#include "command.h"

struct summary_options {
    const char *out, *key, *verifier, *resource;
};

/* Takes an option of these; false: it is none. */
bool summary_option(struct summary_options *, const char *name, const char *value);

/* EXIT_OK when what was given belongs together; else it is told. */
int summary_check(const struct summary_options *);

/* Writes the file where one was asked for; EXIT_OK, or the exit status of what was wrong (already told). */
int summary_write(const struct summary_options *, const assay_result *);

#endif
