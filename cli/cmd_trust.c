#include "trust.h"

#include <stdlib.h>
#include <string.h>

static const struct option_spec options[] = {
    { "metadata-dir", 0, "DIR", "tuf: where the trusted metadata is kept" },
    { "metadata-url", 0, "URL", "tuf: where the repository's metadata is" },
    { "target-dir", 0, "DIR", "tuf: where targets are put" },
    { "target-url", 0, "URL", "tuf: where the repository's targets are" },
    { "proxy", 0, "URL", "tuf: the proxy for web servers (default: none)" },
    { "at", 0, "TIME", "reference time, 2026-11-23T21:00:00Z (default: now)" },
    { NULL, 0, NULL, NULL },
};

/* As the exit status of verify has it: what must not be believed, what could not be had, what was too much. */
int trust_fail(assay_status s, assay_error *error)
{
    complain("%s: %s", assay_status_text(s), assay_error_text(error));
    assay_error_free(error);
    switch ((enum assay_code)s.code) {
    case ASSAY_E_FORMAT:
    case ASSAY_E_UNTRUSTED:
        return 1;
    case ASSAY_E_USAGE:
    case ASSAY_E_POLICY:
        return EXIT_USAGE_ERROR;
    case ASSAY_E_IO:
    case ASSAY_E_UNSUPPORTED:
    case ASSAY_E_ABSENT:
        return 3;
    case ASSAY_E_LIMIT:
        return 20;
    case ASSAY_E_UNSET:
    case ASSAY_OK:
    case ASSAY_E_INTERNAL:
    case ASSAY_E_MEMORY:
    case ASSAY_E_CANCELLED:
        break;
    }
    return EXIT_INTERNAL;
}

static int take_option(struct trust_words *words, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **to;
    } texts[] = { { "metadata-dir", &words->metadata_dir },
                  { "metadata-url", &words->metadata_url },
                  { "target-dir", &words->target_dir },
                  { "target-url", &words->target_url },
                  { "proxy", &words->proxy } };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(name, texts[i].name) == 0)
            *texts[i].to = value;
    }
    if (strcmp(name, "at") != 0)
        return 0;
    words->has_time = true;
    return parse_time(value, &words->at) ? 0 : EXIT_USAGE_ERROR;
}

static int take_words(struct trust_words *words, int argc, char **argv)
{
    struct option_walk walk = { .command = &command_trust, .argc = argc, .argv = argv };
    const char *value = NULL;
    int code = 0;

    while (code == 0) {
        int index = option_next(&walk, &value);

        if (index == OPTION_END)
            break;
        if (index == OPTION_BAD)
            return EXIT_USAGE_ERROR;
        if (index == OPTION_OPERAND)
            words->operands[words->operands_n++] = argv[walk.at - 1];
        else
            code = take_option(words, options[index].name, value);
    }
    return code;
}

static int dispatch(struct trust_words *words)
{
    const char *verb = words->operands_n == 0 ? "" : words->operands[0];

    words->operands++;
    words->operands_n--;
    if (strcmp(verb, "tuf") == 0)
        return tuf_main(words);
    complain("trust takes tuf");
    return EXIT_USAGE_ERROR;
}

static int run(int argc, char **argv)
{
    char **operands = calloc((size_t)argc + 1, sizeof *operands);
    struct trust_words words = { .operands = operands };
    int code = operands == NULL ? EXIT_INTERNAL : take_words(&words, argc, argv);

    if (code == 0)
        code = dispatch(&words);
    free(operands);
    return code;
}

const struct command command_trust = {
    .name = "trust",
    .arguments = "tuf init ROOT | tuf refresh | tuf download NAME...",
    .summary = "Keeps what is trusted up to date.",
    .options = options,
    .run = run,
};
