/*
 * ContentInfo      = SEQUENCE { OID, [0] { SignedData } }                                 depth 0, 1
 * SignedData       = SEQUENCE { INTEGER, SET, EncapsulatedContentInfo, [0] certificates,  depth 2
 *                               [1] crls, SET of SignerInfo }                             depth 3
 * EncapsulatedContentInfo = SEQUENCE { OID, [0] { OCTET STRING } }                        depth 3, 4, 5
 *
 * These may have indefinite lengths, and the OCTET STRING may be constructed (X.690 8.7.3).  What else they hold is
 * copied as it is and must be DER.
 */
#include "codec/ber.h"

#include "codec/der.h"

#include <string.h>

enum {
    CONSTRUCTED = 0x20,
    SPLIT_OCTETS = ASY_DER_OCTETS | CONSTRUCTED,
    CONTENT_DEPTH = 5, /* of the content's OCTET STRING */
    SPLIT_DEPTH = 4,   /* pieces inside pieces */
    HEADER_MAX = 6,
};

struct job {
    uint8_t *out;
    size_t len, room;
    bool full; /* something was left out */
    struct asy_cms_place content;
    struct asy_diag *diag;
};

/* A definite header is longer than BER's two and two octets only above 64 KiB, and then by one or two, six deep. */
static size_t room_for(size_t len)
{
    return len + (len >> 12) + 64;
}

static assay_status wrong(struct job *job, size_t at, const char *what)
{
    return asy_fail(job->diag, ASSAY_E_FORMAT, at, "byte %zu: %s", at, what);
}

static void put(struct job *job, struct asy_view v)
{
    if (v.len > job->room - job->len) {
        job->full = true;
        return;
    }
    if (v.len > 0)
        memcpy(job->out + job->len, v.data, v.len);
    job->len += v.len;
}

/* Octets of the content, which end where the reader now is. */
static void put_content(struct job *job, const struct asy_reader *r, struct asy_view v)
{
    if (job->content.len == 0)
        job->content.at = r->at - v.len;
    job->content.len = r->at - job->content.at;
    put(job, v);
}

/* Moves the body that begins at `start` behind its header. */
static void put_header_before(struct job *job, size_t start, uint8_t tag)
{
    size_t len = job->len - start, octets = 0, at = 0;
    uint8_t header[HEADER_MAX];

    header[at++] = tag;
    for (size_t rest = len; rest > 0; rest >>= 8)
        octets++;
    if (len >= 0x80)
        header[at++] = (uint8_t)(0x80 | octets);
    else
        octets = 1;
    for (size_t i = octets; i > 0; i--)
        header[at++] = (uint8_t)(len >> (8 * (i - 1)));
    if (at > job->room - job->len) {
        job->full = true;
        return;
    }
    memmove(job->out + start + at, job->out + start, len);
    memcpy(job->out + start, header, at);
    job->len += at;
}

static bool is_end_of_contents(const struct asy_reader *r)
{
    return r->rest.len >= 2 && r->rest.data[0] == 0 && r->rest.data[1] == 0;
}

static bool may_open(uint8_t tag, unsigned depth, bool in_content)
{
    if ((tag & CONSTRUCTED) == 0)
        return false;
    if (depth < 3)
        return true;
    if (depth == CONTENT_DEPTH)
        return in_content && tag == SPLIT_OCTETS;
    return depth == 3 || (depth == 4 && in_content);
}

static assay_status copy_element(struct job *, struct asy_reader *, unsigned depth, bool in_content);

/* The pieces of a constructed OCTET STRING, joined. */
static assay_status copy_pieces(struct job *job, struct asy_reader *r, bool indefinite, unsigned depth)
{
    while (indefinite ? !is_end_of_contents(r) : !asy_at_end(r)) {
        bool open = false;
        size_t len, at = r->at;
        struct asy_view piece;
        uint8_t tag;

        if (!asy_get_der_header(r, &tag, &len, &open))
            return wrong(job, at, "a piece of the content has no header");
        if (tag == ASY_DER_OCTETS && !open && asy_get_view(r, len, &piece)) {
            put_content(job, r, piece);
        } else if (tag == SPLIT_OCTETS && open && depth < SPLIT_DEPTH) {
            assay_status s = copy_pieces(job, r, true, depth + 1);

            if (!assay_ok(s))
                return s;
        } else {
            return wrong(job, at, "a piece of the content is no whole OCTET STRING");
        }
    }
    return indefinite && !asy_get_text(r, ASY_TEXT("\0\0")) ? wrong(job, r->at, "no end of contents") : asy_ok;
}

static assay_status copy_children(struct job *job, struct asy_reader *r, bool indefinite, unsigned depth,
                                  bool in_content)
{
    while (indefinite ? !is_end_of_contents(r) : !asy_at_end(r)) {
        assay_status s = copy_element(job, r, depth, in_content);

        if (!assay_ok(s))
            return s;
    }
    return indefinite && !asy_get_text(r, ASY_TEXT("\0\0")) ? wrong(job, r->at, "no end of contents") : asy_ok;
}

static assay_status copy_open(struct job *job, struct asy_reader *r, uint8_t tag, bool indefinite, unsigned depth,
                              bool in_content)
{
    size_t start = job->len;
    assay_status s;

    if (depth == CONTENT_DEPTH)
        s = copy_pieces(job, r, indefinite, 0);
    else
        s = copy_children(job, r, indefinite, depth + 1, in_content || (depth == 3 && tag == ASY_DER_SEQUENCE));
    if (assay_ok(s))
        put_header_before(job, start, depth == CONTENT_DEPTH ? ASY_DER_OCTETS : tag);
    return s;
}

static assay_status copy_element(struct job *job, struct asy_reader *r, unsigned depth, bool in_content)
{
    struct asy_reader ahead = *r, inside;
    struct asy_der der;
    bool indefinite;
    uint8_t tag;
    size_t len;

    if (!asy_get_der_header(&ahead, &tag, &len, &indefinite))
        return wrong(job, r->at, "no element with a tag and a length in its shortest form");
    if (may_open(tag, depth, in_content) && indefinite) {
        *r = ahead;
        return copy_open(job, r, tag, true, depth, in_content);
    }
    if (!asy_get_der(r, &der))
        return wrong(job, r->at, indefinite ? "an indefinite length where DER is required"
                                            : "the element is longer than what holds it");
    if (!may_open(tag, depth, in_content)) {
        put(job, der.whole);
        if (depth == CONTENT_DEPTH && in_content)
            job->content = (struct asy_cms_place){ r->at - der.body.len, der.body.len };
        return asy_ok;
    }
    inside = asy_der_inside(&der);
    return copy_open(job, &inside, tag, false, depth, in_content);
}

assay_status asy_cms_framing(struct asy_arena *arena, struct asy_reader r, struct asy_view *out,
                             struct asy_cms_place *content, struct asy_diag *diag)
{
    struct job job = { .diag = diag };
    struct asy_view in = r.rest, made;
    assay_status s;

    if (r.rest.len > UINT32_MAX / 2)
        return asy_fail(diag, ASSAY_E_LIMIT, r.at, "%zu bytes, more than a message may have", r.rest.len);
    job.room = room_for(in.len);
    job.out = asy_alloc(arena, job.room, 1);
    if (job.out == NULL)
        return asy_fail(diag, ASSAY_E_LIMIT, r.at, "memory of the job");
    s = copy_element(&job, &r, 0, false);
    if (!assay_ok(s))
        return s;
    if (!asy_at_end(&r))
        return asy_fail(diag, ASSAY_E_FORMAT, r.at, "byte %zu: %zu bytes follow the message", r.at, r.rest.len);
    if (job.full)
        return asy_fail(diag, ASSAY_E_INTERNAL, r.at, "the framing outgrew its room");
    made = (struct asy_view){ job.out, job.len };
    *out = asy_view_eq(made, in) ? in : made;
    *content = job.content;
    return asy_ok;
}
