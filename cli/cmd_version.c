#include "command.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    (void)printf("assay %s\n", assay_version());
    return EXIT_OK;
}

const struct command command_version = {
    .name = "version", .arguments = "", .summary = "Prints the version.", .run = run,
};
