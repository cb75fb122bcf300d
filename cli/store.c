/* "assay trust init, add, remove, show": a directory of what a site trusts. */
#include "trust.h"

#include <assay/trust.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SYSTEM_TRUST "/etc/assay/trust.d"

struct kind {
    const char *word;
    enum assay_trust_kind kind;
};

static const struct kind kinds[] = {
    { "key", ASSAY_TRUST_KEY },
    { "anchor", ASSAY_TRUST_ANCHOR },
    { "tsa-anchor", ASSAY_TRUST_TSA_ANCHOR },
    { "intermediate", ASSAY_TRUST_INTERMEDIATE },
    { "crl", ASSAY_TRUST_CRL },
    { "allowed-signers", ASSAY_TRUST_ALLOWED_SIGNERS },
    { "krl", ASSAY_TRUST_KRL },
    { "npm-keys", ASSAY_TRUST_NPM_KEYS },
};

static const struct kind *kind_of(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].word, word) == 0)
            return &kinds[i];
    }
    complain("--kind is \"%s\", expected key, anchor, tsa-anchor, intermediate, crl, allowed-signers, krl or npm-keys", word);
    return NULL;
}

static const char *directory(const struct trust_words *words)
{
    return words->trust_dir == NULL ? SYSTEM_TRUST : words->trust_dir;
}

/* The file's own name, without directories and what stands behind its last dot. */
static const char *name_of(const char *path, char *out, size_t room)
{
    const char *slash = strrchr(path, '/'), *start = slash == NULL ? path : slash + 1, *dot = strrchr(start, '.');
    size_t n = dot == NULL || dot == start ? strlen(start) : (size_t)(dot - start);

    if (n >= room)
        n = room - 1;
    memcpy(out, start, n);
    out[n] = '\0';
    return out;
}

static int add(const struct trust_words *words, const char *path)
{
    const struct kind *kind = kind_of(words->kind == NULL ? "key" : words->kind);
    assay_error *error = NULL;
    char own_name[128];
    assay_status s;

    if (kind == NULL)
        return EXIT_USAGE_ERROR;
    s = assay_trust_add(directory(words), kind->kind,
                        words->name == NULL ? name_of(path, own_name, sizeof own_name) : words->name, path,
                        words->has_from ? words->from : INT64_MIN, words->has_until ? words->until : INT64_MAX, &error);
    return assay_ok(s) ? EXIT_OK : trust_fail(s, error);
}

static int show(const struct trust_words *words)
{
    assay_error *error = NULL;
    assay_status s = assay_trust_show(directory(words), words->has_time ? words->at : (int64_t)time(NULL),
                                      words->json ? ASSAY_REPORT_JSON : ASSAY_REPORT_TEXT, write_file, stdout, &error);

    return assay_ok(s) ? EXIT_OK : trust_fail(s, error);
}

int store_main(const char *verb, const struct trust_words *words)
{
    bool takes_one = strcmp(verb, "add") == 0 || strcmp(verb, "remove") == 0;
    assay_error *error = NULL;
    assay_status s;

    if (words->operands_n != (takes_one ? 1 : 0)) {
        complain("trust %s takes %s", verb, takes_one ? (strcmp(verb, "add") == 0 ? "one FILE" : "one NAME") : "no operand");
        return EXIT_USAGE_ERROR;
    }
    if (strcmp(verb, "add") == 0)
        return add(words, words->operands[0]);
    if (strcmp(verb, "show") == 0)
        return show(words);
    s = strcmp(verb, "init") == 0 ? assay_trust_init(directory(words), &error)
                                  : assay_trust_remove(directory(words), words->operands[0], &error);
    return assay_ok(s) ? EXIT_OK : trust_fail(s, error);
}
