#include "api/internal.h"

#include "policy/policy.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_BYTES = 128 << 20 };

const char *assay_version(void)
{
    return ASSAY_VERSION;
}

const char *assay_error_text(const assay_error *error)
{
    return error == NULL ? "no error was recorded" : error->diag.text;
}

void assay_error_free(assay_error *error)
{
    free(error);
}

assay_status asy_give_error(assay_status s, const struct asy_diag *diag, assay_error **error)
{
    if (error == NULL)
        return s;
    *error = assay_ok(s) ? NULL : malloc(sizeof **error);
    if (*error != NULL)
        (*error)->diag = *diag;
    return s;
}

assay_status asy_read_file(struct asy_arena *arena, const char *path, uint64_t limit, struct asy_view *out,
                           struct asy_diag *diag)
{
    struct asy_source *source = asy_source_at(arena, AT_FDCWD, path);
    assay_status s;

    if (source == NULL)
        return asy_no_memory(diag);
    s = asy_source_open(source, diag);
    if (assay_ok(s))
        s = asy_source_load(source, limit, arena, out, diag);
    asy_source_close(source);
    return s;
}

bool asy_list_add(struct asy_arena *arena, struct asy_text_list **list, const char *text)
{
    struct asy_text_list *entry = asy_alloc(arena, 1, sizeof *entry);

    if (entry == NULL || text == NULL)
        return false;
    entry->text = text;
    while (*list != NULL)
        list = &(*list)->next;
    *list = entry;
    return true;
}

const char *asy_path_beside(struct asy_arena *arena, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');

    if (path[0] == '/' || slash == NULL)
        return asy_copy_text(arena, asy_view_of(path));
    return asy_printf(arena, "%.*s/%s", (int)(slash - file), file, path);
}

assay_config *assay_config_new(void)
{
    assay_config *config = calloc(1, sizeof *config);

    if (config == NULL)
        return NULL;
    config->arena = asy_arena_new(CONFIG_BYTES);
    config->limits = asy_default_limits;
    if (config->arena == NULL) {
        free(config);
        return NULL;
    }
    return config;
}

void assay_config_free(assay_config *config)
{
    if (config == NULL)
        return;
    asy_arena_free(config->arena);
    free(config);
}

struct word {
    const char *word;
    int value;
};

static bool word_of(const struct word *words, const char *value, int *out)
{
    for (; words->word != NULL; words++) {
        if (strcmp(words->word, value) == 0) {
            *out = words->value;
            return true;
        }
    }
    return false;
}

/* The settings that say who and what for; the rest are the policy room's. */
assay_status asy_apply_override(struct asy_settings *settings, const struct asy_override *override,
                                struct asy_diag *diag)
{
    static const struct word purposes[] = { { "codesign", ASY_PURPOSE_CODESIGN }, { "any", ASY_PURPOSE_ANY },
                                            { "smime", ASY_PURPOSE_SMIME }, { "timestamp", ASY_PURPOSE_TIMESTAMP },
                                            { NULL, 0 } };
    int value;

    if (strcmp(override->name, "identity") == 0) {
        settings->identity = override->value;
    } else if (strcmp(override->name, "namespace") == 0) {
        settings->name_space = override->value;
    } else if (strcmp(override->name, "require_comment") == 0) {
        settings->require_comment = override->value;
    } else if (strcmp(override->name, "purpose") == 0) {
        if (!word_of(purposes, override->value, &value))
            return asy_fail(diag, ASSAY_E_POLICY, 0, "purpose is \"%s\", expected codesign, any, smime or timestamp",
                            override->value);
        settings->purpose = (enum asy_purpose)value;
    } else {
        return asy_settings_set(settings, asy_view_of(override->name), override->value, diag);
    }
    return asy_ok;
}

assay_status assay_config_set(assay_config *config, const char *name, const char *value, assay_error **error)
{
    struct asy_override *entry = asy_alloc(config->arena, 1, sizeof *entry), **end = &config->overrides;
    struct asy_settings probe = asy_default_settings;
    struct asy_diag diag = { 0 };
    assay_status s;

    if (entry == NULL)
        return asy_give_error(asy_no_memory(&diag), &diag, error);
    entry->name = asy_copy_text(config->arena, asy_view_of(name));
    entry->value = asy_copy_text(config->arena, asy_view_of(value));
    if (entry->name == NULL || entry->value == NULL)
        return asy_give_error(asy_no_memory(&diag), &diag, error);
    s = asy_apply_override(&probe, entry, &diag);
    if (!assay_ok(s))
        return asy_give_error(s, &diag, error);
    while (*end != NULL)
        end = &(*end)->next;
    *end = entry;
    return asy_ok;
}

static assay_status set_size(uint64_t value, uint64_t most, uint64_t *out, struct asy_diag *diag)
{
    if (value == 0 || value > most)
        return asy_fail(diag, ASSAY_E_USAGE, 0, "limit %llu, expected 1 to %llu", (unsigned long long)value,
                        (unsigned long long)most);
    *out = value;
    return asy_ok;
}

static uint32_t *count_named(struct asy_limits *limits, const char *name)
{
    const struct {
        const char *name;
        uint32_t *limit;
    } counts[] = { { "items", &limits->items },   { "claims", &limits->claims }, { "signatures", &limits->signatures },
                   { "depth", &limits->depth },   { "chain", &limits->chain },   { "line", &limits->line } };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (strcmp(name, counts[i].name) == 0)
            return counts[i].limit;
    }
    return NULL;
}

static uint64_t *size_named(struct asy_limits *limits, const char *name)
{
    const struct {
        const char *name;
        uint64_t *limit;
    } sizes[] = { { "document", &limits->document },
                  { "manifest", &limits->manifest },
                  { "subject", &limits->subject },
                  { "pure_message", &limits->pure_message },
                  { "unpacked", &limits->unpacked } };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (strcmp(name, sizes[i].name) == 0)
            return sizes[i].limit;
    }
    return NULL;
}

assay_status assay_config_limit(assay_config *config, const char *name, uint64_t value, assay_error **error)
{
    uint32_t *count = count_named(&config->limits, name);
    uint64_t *size = size_named(&config->limits, name), narrow = value;
    struct asy_diag diag = { 0 };
    assay_status s;

    if (count != NULL) {
        s = set_size(value, UINT32_MAX, &narrow, &diag);
        *count = assay_ok(s) ? (uint32_t)narrow : *count;
    } else if (size != NULL) {
        s = set_size(value, UINT64_MAX / 2, size, &diag);
    } else if (strcmp(name, "arena") == 0) {
        s = set_size(value, SIZE_MAX / 2, &narrow, &diag);
        config->limits.arena = assay_ok(s) ? (size_t)narrow : config->limits.arena;
    } else {
        s = asy_fail(&diag, ASSAY_E_USAGE, 0, "there is no limit \"%s\"", name);
    }
    return asy_give_error(s, &diag, error);
}

assay_status assay_config_policy_file(assay_config *config, const char *path, assay_error **error)
{
    struct asy_diag diag = { 0 };

    if (config->policy_path != NULL)
        return asy_give_error(asy_fail(&diag, ASSAY_E_USAGE, 0, "a policy was given before: %s", config->policy_path),
                              &diag, error);
    config->policy_path = asy_copy_text(config->arena, asy_view_of(path));
    return config->policy_path != NULL ? asy_ok : asy_give_error(asy_no_memory(&diag), &diag, error);
}

static assay_status add_given(assay_config *config, enum assay_trust_kind kind, const char *name, const char *path,
                              struct asy_view bytes, assay_error **error)
{
    struct asy_given *given = asy_alloc(config->arena, 1, sizeof *given), **end = &config->trust;
    struct asy_diag diag = { 0 };

    if (given == NULL)
        return asy_give_error(asy_no_memory(&diag), &diag, error);
    *given = (struct asy_given){ .kind = kind, .from = ASY_ALWAYS, .until = ASY_FOREVER };
    given->name = asy_copy_text(config->arena, asy_view_of(name));
    given->path = path == NULL ? NULL : asy_copy_text(config->arena, asy_view_of(path));
    if (given->name == NULL || (path != NULL && given->path == NULL) ||
        !asy_copy(config->arena, bytes, &given->bytes))
        return asy_give_error(asy_no_memory(&diag), &diag, error);
    while (*end != NULL)
        end = &(*end)->next;
    *end = given;
    return asy_ok;
}

assay_status assay_config_trust_file(assay_config *config, enum assay_trust_kind kind, const char *path,
                                     assay_error **error)
{
    const char *slash = strrchr(path, '/');

    return add_given(config, kind, slash == NULL ? path : slash + 1, path, (struct asy_view){ NULL, 0 }, error);
}

assay_status assay_config_trust_memory(assay_config *config, enum assay_trust_kind kind, const char *name,
                                       const void *bytes, size_t len, assay_error **error)
{
    return add_given(config, kind, name, NULL, (struct asy_view){ bytes, len }, error);
}

assay_status assay_config_trust_directory(assay_config *config, const char *dir, assay_error **error)
{
    struct asy_diag diag = { 0 };
    const char *copy = asy_copy_text(config->arena, asy_view_of(dir));
    bool added = asy_list_add(config->arena, &config->trust_dirs, copy);

    return asy_give_error(added ? asy_ok : asy_no_memory(&diag), &diag, error);
}

void assay_config_time(assay_config *config, int64_t seconds)
{
    config->has_time = true;
    config->time = seconds;
}

assay_status assay_config_state_file(assay_config *config, const char *path, assay_error **error)
{
    struct asy_diag diag = { 0 };

    config->state_path = asy_copy_text(config->arena, asy_view_of(path));
    return asy_give_error(config->state_path == NULL ? asy_no_memory(&diag) : asy_ok, &diag, error);
}

void assay_config_threads(assay_config *config, unsigned threads)
{
    config->threads = threads;
}
