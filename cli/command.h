/* What every command of the program is, and the options as data: one table serves parsing, help and completion. */
#ifndef ASSAY_CLI_COMMAND_H
#define ASSAY_CLI_COMMAND_H

#include <assay/assay.h>

enum { EXIT_OK = 0, EXIT_USAGE_ERROR = 2, EXIT_INTERNAL = 70 };

struct option_spec {
    const char *name;     /* without the dashes */
    char letter;          /* 0: none */
    const char *argument; /* what it takes, for help; NULL: nothing */
    const char *help;
};

struct command {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *summary;
    const struct option_spec *options; /* NULL-named at the end; may be NULL */
    int (*run)(int argc, char **argv);
};

#define COMMAND(name) extern const struct command command_##name;
#include "commands.def"
#undef COMMAND

/* All commands in order, NULL at the end. */
extern const struct command *const commands[];

/*
 * The next option or operand of argv.  Returns the index in `options`, OPTION_OPERAND, OPTION_END or OPTION_BAD (already
 * told).  `*value` is the option's argument or the operand.
 */
enum { OPTION_END = -1, OPTION_OPERAND = -2, OPTION_BAD = -3 };
struct option_walk {
    const struct command *command;
    int argc, at;
    char **argv;
    bool only_operands;
    const char *letters; /* what is left of "-qv" */
};
int option_next(struct option_walk *, const char **value);

/* Index of an option by its name in a command's table; the name must be there. */
bool option_is(const struct command *, int index, const char *name);

/* "assay: ..." on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A digit string of at most `most`, or -1. */
long long number_of(const char *text, long long most);

/* "2026-11-23T21:00:00Z", "2026-11-23" or "@SECONDS" in UTC; false (already told) for anything else. */
bool parse_time(const char *text, int64_t *seconds);

/* Writes to a FILE: the callback that the library takes. */
bool write_file(void *file, const char *text, size_t len);

/* A status that is not ok, told and turned into an exit status; frees the error. */
int fail_with(assay_status, assay_error *);

/* Help of one command. */
void print_usage(const struct command *);

#endif
