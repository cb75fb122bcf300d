#include "judge.h"

static int run(int argc, char **argv)
{
    return judge_main(&command_verify, argc, argv, assay_verify);
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "FILE | DIRECTORY | sha256:HEX",
    .summary = "Rules whether an update may be installed: ALLOW, REVIEW, REFUSED, REFUTED or UNPROVEN.",
    .options = judge_options,
    .run = run,
};
