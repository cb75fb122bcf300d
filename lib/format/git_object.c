/*
 * Commits, annotated tags and trees of git, as their ids are made over them (git's "Object storage format").
 *
 *   object = type SP decimal size NUL content
 *   commit = "tree" SP id LF, ("parent" SP id LF)*, "author" SP person LF, "committer" SP person LF, (header LF)*, LF,
 *            message; a header goes on in lines that begin with a blank
 *   tag    = "object" SP id LF, "type" SP type LF, "tag" SP name LF, ["tagger" SP person LF], LF, message, [signature]
 *
 * A commit's signature is its header "gpgsig" and signs all the rest; a tag's stands at its end and signs what is before
 * it.  Only the object that is asked for is asked who signed it: what it leads to is bound by ids, and a signature in
 * there speaks of nothing that the outer one does not.
 *
 * The signed bytes say what the object leads to, so the id of the tree, and through it every file, is said by the signer.
 * Parents are other versions and are not followed.
 */
#include "format/git.h"

#include "base/text.h"

#include <string.h>

/* The object as far as it has been read. */
struct object {
    struct asy_reading *reading;
    struct asy_reader r;
    struct asy_view type;
    size_t content_at;
    bool has_signature;
    size_t signature_at, signature_len; /* in the document, with all that is not signed */
    struct asy_git_signed is_signed;
};

static assay_status wrong(struct object *object, const char *what)
{
    return asy_fail(&object->reading->diag, ASSAY_E_FORMAT, object->r.at, "byte %zu: %s", object->r.at, what);
}

/* "type SP size NUL", where the size is of all that follows in a document of `len` bytes. */
static bool get_frame(struct asy_reader *r, struct asy_view *type, uint64_t *size)
{
    struct asy_view digits;

    return asy_get_until(r, ' ', type) && asy_get_until(r, '\0', &digits) && asy_parse_u64(digits, size);
}

static bool is_read_here(struct asy_view type)
{
    return asy_view_is(type, "commit") || asy_view_is(type, "tag") || asy_view_is(type, "tree");
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_reader r = asy_reader_of(glimpse->head);
    struct asy_view type;
    uint64_t size;

    return get_frame(&r, &type, &size) && is_read_here(type) && (!glimpse->whole || size == r.rest.len);
}

/* ---- lines ---- */

/* "word SP value LF" */
static bool get_field(struct asy_reader *r, const char *word, struct asy_view *value)
{
    struct asy_reader next = *r;
    struct asy_view line;

    if (!asy_get_until(&next, '\n', &line))
        return false;
    *value = asy_view_from(line, strlen(word) + 1);
    if (line.len <= strlen(word) || !asy_view_starts(line, asy_view_of(word)) || line.data[strlen(word)] != ' ')
        return false;
    *r = next;
    return true;
}

static bool get_id_field(struct asy_reader *r, const char *word, uint8_t id[static ASY_GIT_HEX / 2])
{
    struct asy_reader next = *r;
    struct asy_view value;

    if (!get_field(&next, word, &value) || !asy_is_git_id(value, id))
        return false;
    *r = next;
    return true;
}

/* "Name <address> seconds zone": what stands between the only angle brackets. */
static bool address_of(struct asy_view person, struct asy_view *out)
{
    struct asy_reader r = asy_reader_of(person);
    struct asy_view name, address;

    if (!asy_get_until(&r, '<', &name) || !asy_get_until(&r, '>', &address) ||
        memchr(name.data, '>', name.len) != NULL || (address.len > 0 && memchr(address.data, '<', address.len) != NULL) ||
        (r.rest.len > 0 && (memchr(r.rest.data, '<', r.rest.len) != NULL || memchr(r.rest.data, '>', r.rest.len) != NULL)))
        return false;
    *out = address;
    return true;
}

/* ---- commits ---- */

/* The value of a header as it was before its later lines were set in by a blank. */
static bool unfold(struct object *object, struct asy_view folded, struct asy_view *out)
{
    uint8_t *bytes = asy_alloc(object->reading->dossier->arena, folded.len + 1, 1);
    size_t n = 0;

    for (size_t i = 0; bytes != NULL && i < folded.len; i++) {
        if (i == 0 || folded.data[i - 1] != '\n')
            bytes[n++] = folded.data[i];
    }
    *out = (struct asy_view){ bytes, n };
    return bytes != NULL;
}

static assay_status keep_signature(struct object *object, size_t at, struct asy_view header)
{
    if (object->has_signature)
        return wrong(object, "a second signature");
    object->has_signature = true;
    object->signature_at = at;
    object->signature_len = header.len;
    /* without the LF at the end, which ends the header and is no part of its value */
    return unfold(object, asy_view_head(asy_view_from(header, sizeof "gpgsig"), header.len - sizeof "gpgsig" - 1),
                  &object->is_signed.armor)
               ? asy_ok
               : asy_no_memory(&object->reading->diag);
}

static bool is_fixed(struct asy_view line)
{
    static const char *const words[] = { "tree ", "parent ", "author ", "committer " };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (asy_view_starts(line, asy_view_of(words[i])))
            return true;
    }
    return false;
}

/* A header with its continuation; the blank line behind the last is stepped over and ends them. */
static assay_status read_headers(struct object *object)
{
    struct asy_view line;

    for (;;) {
        struct asy_view rest = object->r.rest;
        size_t at = object->r.at;

        if (!asy_get_until(&object->r, '\n', &line))
            return wrong(object, "the headers have no end");
        if (line.len == 0)
            return asy_ok;
        if (line.data[0] == ' ' || is_fixed(line))
            return wrong(object, "a header that may not stand here");
        if (asy_view_starts(line, ASY_TEXT("gpgsig-")))
            return asy_fail(&object->reading->diag, ASSAY_E_UNSUPPORTED, at,
                            "byte %zu: a signature of the object under another digest, which this one does not cover", at);
        while (object->r.rest.len > 0 && object->r.rest.data[0] == ' ') {
            struct asy_view more;

            if (!asy_get_until(&object->r, '\n', &more))
                return wrong(object, "the headers have no end");
        }
        if (asy_view_starts(line, ASY_TEXT("gpgsig "))) {
            assay_status s = keep_signature(object, at, asy_view_head(rest, object->r.at - at));

            if (!assay_ok(s))
                return s;
        }
    }
}

static assay_status read_commit(struct object *object)
{
    uint8_t tree[ASY_GIT_HEX / 2], parent[ASY_GIT_HEX / 2];
    struct asy_view author, committer;
    assay_status s;

    if (!get_id_field(&object->r, "tree", tree))
        return wrong(object, "expected the tree's id");
    while (get_id_field(&object->r, "parent", parent))
        continue;
    if (!get_field(&object->r, "author", &author) || !get_field(&object->r, "committer", &committer) ||
        !address_of(committer, &object->is_signed.maker))
        return wrong(object, "expected an author and a committer with an address");
    s = read_headers(object);
    return assay_ok(s) ? asy_git_add_link(object->reading, tree, "tree", ASY_TEXT(""), false) : s;
}

/* ---- tags ---- */

static const char *type_of(struct asy_view type)
{
    static const char *const types[] = { "commit", "tree", "blob", "tag" };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (asy_view_is(type, types[i]))
            return types[i];
    }
    return NULL;
}

/* From the first line that begins a signature on; what follows the frame breaks the signature's own grammar. */
static assay_status find_signature(struct object *object)
{
    struct asy_reader r = object->r;
    struct asy_view line;

    while (!asy_at_end(&r)) {
        struct asy_view rest = r.rest;
        size_t at = r.at;

        if (!asy_get_line(&r, &line) || !asy_git_begins_signature(line))
            continue;
        if (object->has_signature) {
            object->r = r;
            return wrong(object, "a second signature");
        }
        object->has_signature = true;
        object->signature_at = at;
        object->signature_len = rest.len;
        object->is_signed.armor = rest;
    }
    return asy_ok;
}

static assay_status say_name(struct object *object, struct asy_view name)
{
    struct asy_statement *statement;

    if (!asy_is_git_ref(name))
        return wrong(object, "the tag's name is none that a reference can have");
    statement = asy_add_statement(object->reading->dossier, ASY_SAYS_REF, object->reading->document);
    if (statement == NULL)
        return asy_fail(&object->reading->diag, ASSAY_E_LIMIT, 0, "too many statements");
    statement->text = name;
    return asy_ok;
}

static assay_status read_tag(struct object *object)
{
    uint8_t target[ASY_GIT_HEX / 2];
    struct asy_view type, name, tagger, blank;
    assay_status s;

    if (!get_id_field(&object->r, "object", target) || !get_field(&object->r, "type", &type) || type_of(type) == NULL ||
        !get_field(&object->r, "tag", &name))
        return wrong(object, "expected what is tagged, its type, and the tag's name");
    if (get_field(&object->r, "tagger", &tagger) && !address_of(tagger, &object->is_signed.maker))
        return wrong(object, "expected a tagger with an address");
    if (!asy_get_until(&object->r, '\n', &blank) || blank.len > 0)
        return wrong(object, "a header that may not stand here");
    s = find_signature(object);
    if (assay_ok(s))
        s = say_name(object, name);
    return assay_ok(s) ? asy_git_add_link(object->reading, target, type_of(type), ASY_TEXT(""), false) : s;
}

/* ---- what all have ---- */

assay_status asy_git_add_link(struct asy_reading *reading, const uint8_t id[static ASY_GIT_HEX / 2], const char *type,
                              struct asy_view path, bool is_link)
{
    struct asy_object_name *object = asy_alloc(reading->dossier->arena, 1, sizeof *object);
    struct asy_view value;
    struct asy_claim *claim;

    if (object == NULL || !asy_copy(reading->dossier->arena, (struct asy_view){ id, ASY_GIT_HEX / 2 }, &value))
        return asy_no_memory(&reading->diag);
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many objects");
    *object = (struct asy_object_name){ .type = type, .path = path, .is_link = is_link };
    claim->is.link = (struct asy_link){ .alg = ASY_SHA1, .value = value, .object = object };
    return asy_ok;
}

/* The frame and the signature are what nobody signs; the frame is checked, and the id is over both. */
static assay_status claim_signature(struct object *object)
{
    struct asy_reading *reading = object->reading;
    size_t end = object->signature_at + object->signature_len;
    struct asy_piece pieces[2];

    if (!object->has_signature || (reading->subject != NULL && reading->subject != reading->document))
        return asy_ok;
    pieces[0] = asy_span(reading->document, object->content_at, object->signature_at - object->content_at);
    pieces[1] = asy_span(reading->document, end, reading->bytes.len - end);
    if (!asy_recipe_of(reading->dossier->arena, pieces, end < reading->bytes.len ? 2 : 1, &object->is_signed.payload))
        return asy_no_memory(&reading->diag);
    asy_add_slack(reading->dossier, reading->document, 0, object->content_at);
    asy_add_slack(reading->dossier, reading->document, object->signature_at, object->signature_len);
    return asy_git_claim_signature(reading, &object->is_signed);
}

static assay_status read_content(struct object *object)
{
    struct asy_view rest = object->r.rest;
    assay_status s;

    if (asy_view_is(object->type, "tree"))
        return asy_git_read_tree(object->reading, &object->r);
    /* git shows only what is before it */
    if (rest.len > 0 && memchr(rest.data, '\0', rest.len) != NULL)
        return wrong(object, "a NUL in the object");
    s = asy_view_is(object->type, "tag") ? read_tag(object) : read_commit(object);
    return assay_ok(s) ? claim_signature(object) : s;
}

static assay_status read(struct asy_reading *reading)
{
    struct object object = { .reading = reading, .r = asy_reader_of(reading->bytes) };
    uint64_t size;

    if (!get_frame(&object.r, &object.type, &size) || size != object.r.rest.len)
        return wrong(&object, "expected the object's type and its size");
    if (!is_read_here(object.type))
        return wrong(&object, "neither a commit nor a tag nor a tree");
    object.content_at = object.r.at;
    return read_content(&object);
}

const struct asy_format asy_format_git_object = {
    .name = "git_object",
    .title = "git commits and tags, with the files that they lead to",
    .kind = ASY_KIND_SIGNATURE,
    .recognise = recognise,
    .read = read,
};
