/* "assay trust tuf": the client of a TUF repository. */
#include "trust.h"

#include <assay/trust.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int init(assay_tuf *tuf, const char *path)
{
    assay_error *error = NULL;
    assay_status s = assay_tuf_init(tuf, path, &error);

    if (s.code != ASSAY_E_UNTRUSTED && s.code != ASSAY_E_FORMAT)
        return assay_ok(s) ? EXIT_OK : trust_fail(s, error);
    complain("warning: %s is no root that can be trusted, and no refresh will go through: %s", path, assay_error_text(error));
    assay_error_free(error);
    return EXIT_OK;
}

static int refresh(assay_tuf *tuf, const struct trust_words *words)
{
    assay_error *error = NULL;
    assay_status s = assay_tuf_refresh(tuf, words->metadata_url, &error);

    return assay_ok(s) ? EXIT_OK : trust_fail(s, error);
}

static int download(assay_tuf *tuf, const struct trust_words *words)
{
    int code = refresh(tuf, words);

    for (int i = 1; code == EXIT_OK && i < words->operands_n; i++) {
        assay_error *error = NULL;
        assay_status s = assay_tuf_download(tuf, words->target_url, words->operands[i], words->target_dir, &error);

        code = assay_ok(s) ? EXIT_OK : trust_fail(s, error);
    }
    return code;
}

/* NULL when the words are right, else what is missing or too much. */
static const char *fault_of(const struct trust_words *words)
{
    const char *verb = words->operands_n == 0 ? "" : words->operands[0];

    if (strcmp(verb, "init") != 0 && strcmp(verb, "refresh") != 0 && strcmp(verb, "download") != 0)
        return "trust tuf takes init ROOT, refresh, or download NAME...";
    if (words->metadata_dir == NULL)
        return "trust tuf needs --metadata-dir DIR";
    if (strcmp(verb, "init") == 0)
        return words->operands_n == 2 ? NULL : "trust tuf init takes one ROOT";
    if (words->metadata_url == NULL)
        return "a refresh needs --metadata-url URL";
    if (strcmp(verb, "refresh") == 0)
        return words->operands_n == 1 ? NULL : "trust tuf refresh takes no operand";
    if (words->target_dir == NULL || words->target_url == NULL)
        return "a download needs --target-dir DIR and --target-url URL";
    return words->operands_n > 1 ? NULL : "trust tuf download takes at least one NAME";
}

int tuf_main(const struct trust_words *words)
{
    const char *fault = fault_of(words);
    assay_error *error = NULL;
    assay_tuf *tuf = NULL;
    assay_status s;
    int code;

    if (fault != NULL) {
        complain("%s", fault);
        return EXIT_USAGE_ERROR;
    }
    s = assay_tuf_new(words->metadata_dir, words->has_time ? words->at : (int64_t)time(NULL), &tuf, &error);
    if (!assay_ok(s))
        return trust_fail(s, error);
    if (words->proxy != NULL)
        s = assay_tuf_proxy(tuf, words->proxy, &error);
    if (!assay_ok(s))
        code = trust_fail(s, error);
    else if (strcmp(words->operands[0], "init") == 0)
        code = init(tuf, words->operands[1]);
    else
        code = strcmp(words->operands[0], "refresh") == 0 ? refresh(tuf, words) : download(tuf, words);
    if (strcmp(words->operands[0], "init") != 0 && !assay_ok(assay_tuf_describe(tuf, write_file, stdout)))
        code = EXIT_INTERNAL;
    assay_tuf_free(tuf);
    return code;
}
