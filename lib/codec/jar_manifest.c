#include "codec/jar_manifest.h"

#include "base/reader.h"
#include "codec/base64.h"

#include <stdlib.h>
#include <string.h>

struct job {
    struct asy_arena *arena;
    struct asy_diag *diag;
    struct asy_reader r;
    size_t line;
};

static assay_status wrong(struct job *job, const char *what)
{
    return asy_fail(job->diag, ASSAY_E_FORMAT, job->line, "line %zu: %s", job->line, what);
}

static bool is_name(struct asy_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return name.len > 0 && name.len <= 70;
}

static bool is_value(struct asy_view value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == '\0' || value.data[i] == '\r')
            return false;
    }
    return true;
}

/* Lines that begin with a blank go on with the one before. */
static bool take_folds(struct job *job, struct asy_view *value)
{
    struct asy_reader ahead = job->r;
    struct asy_view line;
    size_t len = value->len;
    uint8_t *all;

    while (ahead.rest.len > 0 && ahead.rest.data[0] == ' ' && asy_get_text_line(&ahead, &line))
        len += line.len - 1;
    if (ahead.at == job->r.at)
        return true;
    all = asy_alloc(job->arena, len + 1, 1);
    if (all == NULL)
        return false;
    if (value->len > 0)
        memcpy(all, value->data, value->len);
    len = value->len;
    while (job->r.at < ahead.at && asy_get_text_line(&job->r, &line)) {
        memcpy(all + len, line.data + 1, line.len - 1);
        len += line.len - 1;
        job->line++;
    }
    *value = (struct asy_view){ all, len };
    return true;
}

/* "Name: value" and its folds. */
static assay_status read_attribute(struct job *job, struct asy_view line, struct asy_jar_attribute *out)
{
    const uint8_t *colon = memchr(line.data, ':', line.len);
    size_t at = colon == NULL ? line.len : (size_t)(colon - line.data);

    out->name = asy_view_head(line, at);
    out->value = asy_view_from(line, at + 2);
    if (line.len < at + 2 || line.data[at + 1] != ' ' || !is_name(out->name))
        return wrong(job, "expected \"Name: value\"");
    if (!take_folds(job, &out->value))
        return asy_no_memory(job->diag);
    return is_value(out->value) ? asy_ok : wrong(job, "a NUL or CR in the value");
}

static bool has_twin(const struct asy_jar_section *section, struct asy_view name)
{
    for (size_t i = 0; i < section->n; i++) {
        if (asy_view_eq_nocase(section->attributes[i].name, name))
            return true;
    }
    return false;
}

static assay_status add_attribute(struct job *job, struct asy_jar_section *section, size_t *room, struct asy_view line)
{
    struct asy_jar_attribute attribute;
    assay_status s = read_attribute(job, line, &attribute);

    if (!assay_ok(s))
        return s;
    if (has_twin(section, attribute.name))
        return wrong(job, "an attribute that the section had already");
    if (section->n >= ASY_JAR_ATTRIBUTES ||
        !asy_grow(job->arena, &section->attributes, section->n, room, sizeof attribute))
        return asy_fail(job->diag, ASSAY_E_LIMIT, job->line, "line %zu: more attributes than the limit", job->line);
    section->attributes[section->n++] = attribute;
    return asy_ok;
}

/* From its first line up to the empty line, or the end. */
static assay_status read_section(struct job *job, struct asy_jar_section *out)
{
    struct asy_view line;
    size_t room = 0;
    assay_status s = asy_ok;

    *out = (struct asy_jar_section){ .off = job->r.at };
    while (assay_ok(s) && asy_get_text_line(&job->r, &line)) {
        job->line++;
        if (line.len == 0)
            break;
        s = add_attribute(job, out, &room, line);
    }
    out->len = job->r.at - out->off;
    return s;
}

/* All but the main section begin with the name of their file. */
static assay_status check_section(struct job *job, const struct asy_jar_manifest *manifest, struct asy_jar_section *section)
{
    bool is_main = manifest->n == 0, is_named;

    if (section->n == 0)
        return wrong(job, "a section without an attribute");
    is_named = asy_view_eq_nocase(section->attributes[0].name, ASY_TEXT("Name"));
    if (is_main && is_named)
        return wrong(job, "no main section");
    if (!is_main && (!is_named || section->attributes[0].value.len == 0))
        return wrong(job, "a section that does not begin with the name of its file");
    if (!is_main)
        section->name = section->attributes[0].value;
    return asy_ok;
}

static int by_name(const void *a, const void *b)
{
    const struct asy_jar_section *x = a, *y = b;

    return asy_view_cmp(x->name, y->name);
}

/* Sorted, so that each is found; the main section has the empty name. */
static assay_status sort(struct job *job, struct asy_jar_manifest *manifest)
{
    qsort(manifest->sections, manifest->n, sizeof *manifest->sections, by_name);
    for (size_t i = 1; i < manifest->n; i++) {
        if (asy_view_eq(manifest->sections[i - 1].name, manifest->sections[i].name))
            return asy_fail(job->diag, ASSAY_E_FORMAT, 0, "two sections for one file");
    }
    return asy_ok;
}

static void skip_empty_lines(struct job *job)
{
    struct asy_reader ahead = job->r;
    struct asy_view line;

    while (asy_get_text_line(&ahead, &line) && line.len == 0) {
        job->r = ahead;
        job->line++;
    }
}

assay_status asy_jar_manifest_read(struct asy_arena *arena, struct asy_view bytes, struct asy_jar_manifest *out,
                                   struct asy_diag *diag)
{
    struct job job = { .arena = arena, .diag = diag, .r = asy_reader_of(bytes) };
    size_t room = 0;
    assay_status s;

    *out = (struct asy_jar_manifest){ NULL, 0 };
    do {
        struct asy_jar_section section;

        s = read_section(&job, &section);
        if (assay_ok(s))
            s = check_section(&job, out, &section);
        if (!assay_ok(s))
            return s;
        if (!asy_grow(arena, &out->sections, out->n, &room, sizeof section))
            return asy_no_memory(diag);
        out->sections[out->n++] = section;
        skip_empty_lines(&job);
    } while (!asy_at_end(&job.r));
    return sort(&job, out);
}

const struct asy_jar_attribute *asy_jar_attribute_of(const struct asy_jar_section *section, const char *name)
{
    for (size_t i = 0; i < section->n; i++) {
        if (asy_view_eq_nocase(section->attributes[i].name, asy_view_of(name)))
            return &section->attributes[i];
    }
    return NULL;
}

const struct asy_jar_section *asy_jar_section_of(const struct asy_jar_manifest *manifest, struct asy_view name)
{
    size_t low = 0, high = manifest->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = asy_view_cmp(manifest->sections[middle].name, name);

        if (order == 0)
            return &manifest->sections[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool asy_jar_digest(struct asy_arena *arena, const struct asy_jar_attribute *attribute, const char *suffix,
                    enum asy_digest_alg *alg, struct asy_view *value)
{
    struct asy_view end = asy_view_of(suffix), name = attribute->name;

    if (name.len <= end.len || !asy_view_eq_nocase(asy_view_from(name, name.len - end.len), end))
        return false;
    name = asy_view_head(name, name.len - end.len);
    *alg = asy_view_eq_nocase(name, ASY_TEXT("SHA")) ? ASY_SHA1 : asy_digest_of_name(name);
    if (!asy_digest_known(*alg))
        return false;
    if (!asy_base64_decode(arena, attribute->value, value) || value->len != asy_digest_len(*alg))
        *value = (struct asy_view){ NULL, 0 };
    return true;
}
