/* What the parts of the command trust share: its options, as they were given. */
#ifndef ASSAY_CLI_TRUST_H
#define ASSAY_CLI_TRUST_H

#include "command.h"

struct trust_words {
    const char *trust_dir, *name, *kind;
    bool has_from, has_until, json;
    int64_t from, until;
    const char *metadata_dir, *metadata_url, *target_dir, *target_url, *proxy;
    bool has_time;
    int64_t at;
    char **operands; /* behind the verb */
    int operands_n;
};

/* "trust tuf"; the exit status. */
int tuf_main(const struct trust_words *);

/* "trust init", "add", "remove" or "show"; likewise. */
int store_main(const char *verb, const struct trust_words *);

/* The exit status of a status that is not ok, once it is told; frees the error. */
int trust_fail(assay_status, assay_error *);

#endif
