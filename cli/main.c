#include "command.h"

#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COMMAND(name) &command_##name,
const struct command *const commands[] = {
#include "commands.def"
    NULL,
};
#undef COMMAND

void complain(const char *format, ...)
{
    va_list ap;

    (void)fputs("assay: ", stderr);
    va_start(ap, format);
    (void)vfprintf(stderr, format, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
}

bool write_file(void *file, const char *text, size_t len)
{
    return fwrite(text, 1, len, file) == len;
}

int fail_with(assay_status s, assay_error *error)
{
    complain("%s: %s", assay_status_text(s), assay_error_text(error));
    assay_error_free(error);
    return s.code == ASSAY_E_POLICY || s.code == ASSAY_E_USAGE ? EXIT_USAGE_ERROR : EXIT_INTERNAL;
}

static const struct command *command_named(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

/* For completion: words, one a line. */
static int list_words(const char *what, const char *name)
{
    const struct command *command = name == NULL ? NULL : command_named(name);

    for (size_t i = 0; strcmp(what, "--list-commands") == 0 && commands[i] != NULL; i++)
        (void)printf("%s\n", commands[i]->name);
    for (const struct option_spec *o = command == NULL ? NULL : command->options; o != NULL && o->name != NULL; o++)
        (void)printf("--%s\n", o->name);
    return EXIT_OK;
}

static int flush_or_fail(int code)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return code;
    complain("standard output cannot be written");
    return EXIT_INTERNAL;
}

/* Nothing was judged, and a file may be called "--help": this must not look like an ALLOW. */
static int show_options(const struct command *command)
{
    char *name = (char *)(uintptr_t)command->name;

    (void)command_named("help")->run(1, &name);
    return EXIT_USAGE_ERROR;
}

int main(int argc, char **argv)
{
    const struct command *command;
    const char *verb = argc < 2 ? "help" : argv[1];

    (void)signal(SIGPIPE, SIG_IGN); /* a reader that left is an error of writing, not a death without a status */
    if (strncmp(verb, "--list-", 7) == 0)
        return flush_or_fail(list_words(verb, argc > 2 ? argv[2] : NULL));
    if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0)
        verb = "help";
    if (strcmp(verb, "--version") == 0 || strcmp(verb, "-V") == 0)
        verb = "version";
    command = command_named(verb);
    if (command == NULL) {
        complain("there is no command \"%s\"; see assay help", verb);
        return EXIT_USAGE_ERROR;
    }
    if (argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0))
        return flush_or_fail(show_options(command));
    return flush_or_fail(command->run(argc < 2 ? 0 : argc - 2, argv + 2));
}
