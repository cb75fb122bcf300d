#include "command.h"

#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv)
{
    for (size_t i = 0; argc > 0 && commands[i] != NULL; i++) {
        if (strcmp(commands[i]->name, argv[0]) == 0) {
            print_usage(commands[i]);
            return EXIT_OK;
        }
    }
    if (argc > 0) {
        complain("there is no command \"%s\"", argv[0]);
        return EXIT_USAGE_ERROR;
    }
    (void)printf("usage: assay COMMAND ...\n\nMay this vendor update be installed?\n\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        (void)printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    (void)printf("\nassay help COMMAND shows a command's options. Exit status of verify: 0 ALLOW, 4 REVIEW, 3 and 10\n"
                 "UNPROVEN, 1 and 11 to 17 REFUSED or REFUTED, 20 a limit, 2 wrong use; see assay-verify(1).\n");
    return EXIT_OK;
}

const struct command command_help = {
    .name = "help", .arguments = "[COMMAND]", .summary = "Shows the commands, or the options of one.", .run = run,
};
