#include "judge.h"

static int run(int argc, char **argv)
{
    return judge_main(&command_inspect, argc, argv, assay_inspect);
}

const struct command command_inspect = {
    .name = "inspect",
    .arguments = "FILE | DIRECTORY",
    .summary = "Shows what a file is and what evidence it carries; rules nothing.",
    .options = judge_options,
    .run = run,
};
