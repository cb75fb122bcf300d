#include "command.h"

#include <stdio.h>

static int list_all(void)
{
    for (size_t i = 0; assay_reason_id(i) != NULL; i++)
        (void)printf("%-32s %s\n", assay_reason_id(i), assay_reason_text(assay_reason_id(i), ASSAY_REASON_WHAT));
    return EXIT_OK;
}

static int run(int argc, char **argv)
{
    const char *id = argc == 1 ? argv[0] : NULL;

    if (argc == 0)
        return list_all();
    if (id == NULL || assay_reason_text(id, ASSAY_REASON_WHAT) == NULL) {
        complain("there is no reason \"%s\"; assay explain lists them", argv[0]);
        return EXIT_USAGE_ERROR;
    }
    (void)printf("%s  (%s, exit %d)\n\n", id, assay_reason_text(id, ASSAY_REASON_RULING), assay_reason_exit_code(id));
    (void)printf("  what   %s\n", assay_reason_text(id, ASSAY_REASON_WHAT));
    (void)printf("  why    %s\n", assay_reason_text(id, ASSAY_REASON_WHY));
    (void)printf("  mend   %s\n", assay_reason_text(id, ASSAY_REASON_MEND));
    return EXIT_OK;
}

const struct command command_explain = {
    .name = "explain", .arguments = "[ID]", .summary = "Says what a reason means, why it matters and what mends it.",
    .run = run,
};
