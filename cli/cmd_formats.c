#include "command.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
    (void)argv;
    if (argc > 0) {
        complain("formats takes no argument");
        return EXIT_USAGE_ERROR;
    }
    for (size_t i = 0; assay_format_name(i) != NULL; i++)
        (void)printf("%-14s %s\n", assay_format_name(i), assay_format_title(i));
    return EXIT_OK;
}

const struct command command_formats = {
    .name = "formats", .arguments = "", .summary = "Lists the formats that are understood.", .run = run,
};
