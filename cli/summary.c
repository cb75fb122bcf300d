/* --vsa-out: the ruling as a signed verification summary in a file. */
#include "summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 1 << 16 };

bool summary_option(struct summary_options *summary, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **field;
    } fields[] = { { "vsa-out", &summary->out },
                   { "vsa-key", &summary->key },
                   { "vsa-verifier", &summary->verifier },
                   { "vsa-resource", &summary->resource } };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(name, fields[i].name) == 0) {
            *fields[i].field = value;
            return true;
        }
    }
    return false;
}

int summary_check(const struct summary_options *summary)
{
    if ((summary->out == NULL) == (summary->key == NULL) &&
        (summary->out != NULL || (summary->verifier == NULL && summary->resource == NULL)))
        return EXIT_OK;
    complain("--vsa-out and --vsa-key come together");
    return EXIT_USAGE_ERROR;
}

/* 0 when the key does not fit, or cannot be read. */
static size_t read_key(const char *path, char *out)
{
    FILE *file = fopen(path, "rbe");
    size_t n = file == NULL ? 0 : fread(out, 1, KEY_BYTES, file);
    bool whole = file != NULL && !ferror(file) && n < KEY_BYTES;

    if (file != NULL)
        (void)fclose(file);
    return whole ? n : 0;
}

static int write_signed(const struct summary_options *summary, const assay_result *result, const char *key, size_t n)
{
    FILE *file = fopen(summary->out, "we");
    assay_error *error = NULL;
    assay_status s;

    if (file == NULL) {
        complain("%s: %s", summary->out, strerror(errno));
        return EXIT_INTERNAL;
    }
    s = assay_result_write_summary(result, key, n, summary->verifier, summary->resource, write_file, file, &error);
    if (fclose(file) == 0 && assay_ok(s))
        return EXIT_OK;
    (void)remove(summary->out); /* half a summary is none */
    return assay_ok(s) ? EXIT_INTERNAL : fail_with(s, error);
}

int summary_write(const struct summary_options *summary, const assay_result *result)
{
    char *key;
    size_t n;
    int code = EXIT_INTERNAL;

    if (summary->out == NULL)
        return EXIT_OK;
    key = malloc(KEY_BYTES);
    n = key == NULL ? 0 : read_key(summary->key, key);
    if (n == 0)
        complain("%s: no private key can be read", summary->key);
    else
        code = write_signed(summary, result, key, n);
    if (key != NULL)
        explicit_bzero(key, KEY_BYTES);
    free(key);
    return code;
}
