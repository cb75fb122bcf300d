#include "api/internal.h"

#include "base/digest_alg.h"
#include "codec/hex.h"

#include <stdlib.h>
#include <string.h>

enum { SUBJECT_BYTES = 64 << 20 };

static assay_subject *subject_new(const char *name)
{
    assay_subject *subject = calloc(1, sizeof *subject);

    if (subject == NULL)
        return NULL;
    subject->subject.fd = -1;
    subject->arena = asy_arena_new(SUBJECT_BYTES);
    if (subject->arena != NULL && name != NULL)
        subject->subject.name = asy_copy_text(subject->arena, asy_view_of(name));
    if (subject->arena == NULL || (name != NULL && subject->subject.name == NULL)) {
        assay_subject_free(subject);
        return NULL;
    }
    return subject;
}

void assay_subject_free(assay_subject *subject)
{
    if (subject == NULL)
        return;
    asy_arena_free(subject->arena);
    free(subject);
}

assay_subject *assay_subject_new_path(const char *path)
{
    assay_subject *subject = path == NULL ? NULL : subject_new(NULL);

    if (subject == NULL)
        return NULL;
    subject->subject.path = asy_copy_text(subject->arena, asy_view_of(path));
    if (subject->subject.path == NULL) {
        assay_subject_free(subject);
        return NULL;
    }
    return subject;
}

assay_subject *assay_subject_new_fd(int fd, const char *name)
{
    assay_subject *subject = fd < 0 ? NULL : subject_new(name);

    if (subject != NULL)
        subject->subject.fd = fd;
    return subject;
}

assay_subject *assay_subject_new_memory(const void *bytes, size_t len, const char *name)
{
    assay_subject *subject = bytes == NULL && len > 0 ? NULL : subject_new(name);

    if (subject == NULL)
        return NULL;
    subject->subject.bytes = (struct asy_view){ bytes, len };
    subject->subject.has_bytes = true;
    return subject;
}

/* What a platform calls a thing, "gce_image_id:123": of a kind that is no digest here, printable, and short enough. */
static bool set_identifier(assay_subject *subject, struct asy_view text)
{
    uint8_t *bytes;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    }
    if (text.len > ASY_DIGEST_MAX || text.data[0] == ':' || text.data[text.len - 1] == ':')
        return false;
    bytes = asy_alloc(subject->arena, ASY_DIGEST_MAX + 1, 1);
    if (bytes == NULL)
        return false;
    memcpy(bytes, text.data, text.len);
    subject->subject.digest_alg = ASY_IDENTIFIER;
    subject->subject.digest = (struct asy_view){ bytes, ASY_DIGEST_MAX };
    subject->subject.name = (const char *)bytes;
    return true;
}

assay_subject *assay_subject_new_digest(const char *digest)
{
    const char *colon = digest == NULL ? NULL : strchr(digest, ':');
    assay_subject *subject = colon == NULL ? NULL : subject_new(NULL);
    struct asy_subject *s;

    if (subject == NULL)
        return NULL;
    s = &subject->subject;
    s->digest_alg = asy_digest_of_name((struct asy_view){ (const uint8_t *)digest, (size_t)(colon - digest) });
    if (s->digest_alg == ASY_DIGEST_NONE && set_identifier(subject, asy_view_of(digest)))
        return subject;
    if (!asy_digest_known(s->digest_alg) ||
        !asy_hex_decode(subject->arena, asy_view_of(colon + 1), &s->digest) ||
        s->digest.len != asy_digest_len(s->digest_alg)) {
        assay_subject_free(subject);
        return NULL;
    }
    return subject;
}

static enum asy_input_role role_of(enum assay_role role)
{
    switch (role) {
    case ASSAY_ROLE_SIGNATURE:
        return ASY_INPUT_SIGNATURE;
    case ASSAY_ROLE_MANIFEST:
    case ASSAY_ROLE_CATALOG:
        return ASY_INPUT_MANIFEST;
    case ASSAY_ROLE_PINNED_MANIFEST:
        return ASY_INPUT_PIN;
    case ASSAY_ROLE_TIMESTAMP:
        return ASY_INPUT_TIMESTAMP;
    case ASSAY_ROLE_RELEASE:
        return ASY_INPUT_RELEASE;
    case ASSAY_ROLE_INDEX:
        return ASY_INPUT_INDEX;
    case ASSAY_ROLE_INDEX_SIGNATURE:
        return ASY_INPUT_INDEX_SIGNATURE;
    case ASSAY_ROLE_BUNDLE:
        return ASY_INPUT_BUNDLE;
    case ASSAY_ROLE_PACKUMENT:
        return ASY_INPUT_PACKUMENT;
    case ASSAY_ROLE_LAYOUT:
        return ASY_INPUT_LAYOUT;
    case ASSAY_ROLE_LINK_DIR:
        return ASY_INPUT_LINK_DIR;
    case ASSAY_ROLE_PROVENANCE:
        return ASY_INPUT_PROVENANCE;
    case ASSAY_ROLE_SUMMARY:
        return ASY_INPUT_SUMMARY;
    }
    return ASY_INPUT_SIGNATURE;
}

static struct asy_input *add_input(assay_subject *subject, enum assay_role role)
{
    struct asy_input *input = asy_alloc(subject->arena, 1, sizeof *input), **end = &subject->subject.inputs;

    if (input == NULL)
        return NULL;
    input->role = role_of(role);
    while (*end != NULL)
        end = &(*end)->next;
    *end = input;
    return input;
}

assay_status assay_subject_add_file(assay_subject *subject, enum assay_role role, const char *path)
{
    const char *copy = asy_copy_text(subject->arena, asy_view_of(path));
    struct asy_input *input = copy == NULL ? NULL : add_input(subject, role);

    if (input == NULL)
        return asy_no_memory(NULL);
    input->path = copy;
    return asy_ok;
}

assay_status assay_subject_add_memory(assay_subject *subject, enum assay_role role, const char *name,
                                      const void *bytes, size_t len)
{
    const char *copy = asy_copy_text(subject->arena, asy_view_of(name));
    struct asy_view own;
    struct asy_input *input;

    if (copy == NULL || !asy_copy(subject->arena, (struct asy_view){ bytes, len }, &own))
        return asy_no_memory(NULL);
    input = add_input(subject, role);
    if (input == NULL)
        return asy_no_memory(NULL);
    input->name = copy;
    input->bytes = own;
    return asy_ok;
}

assay_status assay_subject_index_path(assay_subject *subject, const char *path)
{
    struct asy_input *index = NULL;

    for (struct asy_input *input = subject->subject.inputs; input != NULL; input = input->next) {
        if (input->role == ASY_INPUT_INDEX)
            index = input;
    }
    if (index == NULL)
        return asy_fail(NULL, ASSAY_E_USAGE, 0, "no index was named before its path");
    index->known_as = asy_copy_text(subject->arena, asy_view_of(path));
    return index->known_as == NULL ? asy_no_memory(NULL) : asy_ok;
}

assay_status assay_subject_set_format(assay_subject *subject, const char *format)
{
    const struct asy_format *found = asy_format_named(asy_view_of(format));

    if (found == NULL)
        return asy_fail(NULL, ASSAY_E_USAGE, 0, "no such format");
    subject->subject.format = found->name;
    return asy_ok;
}

void assay_subject_by_members(assay_subject *subject, bool by_members)
{
    subject->subject.by_members = by_members;
}

void assay_subject_identify(assay_subject *subject, bool identify)
{
    subject->is_identified = identify;
}

void assay_subject_set_progress(assay_subject *subject, assay_progress progress, void *context)
{
    subject->progress = progress;
    subject->progress_context = context;
}
