#include "trust.h"

#include <stdlib.h>
#include <string.h>

static const struct option_spec options[] = {
    { "trust-dir", 0, "DIR", "the trust directory (default: /etc/assay/trust.d)" },
    { "name", 0, "NAME", "add: the entry's name (default: the file's)" },
    { "kind", 0, "KIND", "add: key (default), anchor, tsa-anchor, intermediate, crl ..." },
    { "from", 0, "TIME", "add: the key is valid from this time on" },
    { "until", 0, "TIME", "add: the key is no longer valid at this time" },
    { "json", 0, NULL, "show: as JSON" },
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
    } texts[] = { { "trust-dir", &words->trust_dir },
                  { "name", &words->name },
                  { "kind", &words->kind },
                  { "metadata-dir", &words->metadata_dir },
                  { "metadata-url", &words->metadata_url },
                  { "target-dir", &words->target_dir },
                  { "target-url", &words->target_url },
                  { "proxy", &words->proxy } };
    const struct {
        const char *name;
        bool *has;
        int64_t *to;
    } times[] = { { "at", &words->has_time, &words->at },
                  { "from", &words->has_from, &words->from },
                  { "until", &words->has_until, &words->until } };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(name, texts[i].name) == 0)
            *texts[i].to = value;
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (strcmp(name, times[i].name) == 0) {
            *times[i].has = true;
            return parse_time(value, times[i].to) ? 0 : EXIT_USAGE_ERROR;
        }
    }
    words->json = words->json || strcmp(name, "json") == 0;
    return 0;
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
    if (strcmp(verb, "init") == 0 || strcmp(verb, "add") == 0 || strcmp(verb, "remove") == 0 || strcmp(verb, "show") == 0)
        return store_main(verb, words);
    complain("trust takes init, add, remove, show or tuf; see assay help trust");
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
    .arguments = "init | add FILE | remove NAME | show | tuf init ROOT | tuf refresh | tuf download NAME...",
    .summary = "Keeps what is trusted, and keeps it up to date.",
    .options = options,
    .run = run,
};
