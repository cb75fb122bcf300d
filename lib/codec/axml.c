#include "codec/axml.h"

#include "base/reader.h"

enum { XML = 0x0003, RESOURCE_MAP = 0x0180, ELEMENT = 0x0102, CHUNK_LEN = 8 };
enum { TYPE_STRING = 0x03, TYPE_DEC = 0x10, TYPE_HEX = 0x11 };
enum { MIN_SDK = 0x0101020c, TARGET_SDK = 0x01010270, SANDBOX = 0x0101054c };
enum { UNNAMED_TARGET = 10000 }; /* of a version in the making: the newest rules */

struct chunk {
    uint16_t type, header_len;
    struct asy_view whole;
};

struct job {
    struct asy_view map; /* resource ids, by the number of the attribute's name */
    struct asy_android_manifest *out;
    bool has_target, any;
};

/* type[2] header_len[2] len[4], header, body. */
static bool get_chunk(struct asy_reader *r, struct chunk *out)
{
    struct asy_reader ahead = *r;
    uint32_t len;

    if (!asy_get_le16(&ahead, &out->type) || !asy_get_le16(&ahead, &out->header_len) || !asy_get_le32(&ahead, &len) ||
        out->header_len < CHUNK_LEN || out->header_len > len)
        return false;
    return asy_get_view(r, len, &out->whole);
}

static uint32_t resource_of(const struct job *job, uint32_t name)
{
    struct asy_reader r = asy_reader_of(asy_view_from(job->map, name > job->map.len / 4 ? job->map.len : (size_t)name * 4));
    uint32_t id = 0;

    return asy_get_le32(&r, &id) ? id : 0;
}

/* namespace[4] name[4] raw[4] size[2] zero[1] type[1] data[4] */
static bool take_attribute(struct job *job, struct asy_view bytes)
{
    struct asy_reader r = asy_reader_of(bytes);
    uint32_t space, name, raw, data, id;
    uint16_t size;
    uint8_t zero, type;

    if (!asy_get_le32(&r, &space) || !asy_get_le32(&r, &name) || !asy_get_le32(&r, &raw) || !asy_get_le16(&r, &size) ||
        !asy_get_u8(&r, &zero) || !asy_get_u8(&r, &type) || !asy_get_le32(&r, &data))
        return false;
    id = resource_of(job, name);
    if (id != MIN_SDK && id != TARGET_SDK && id != SANDBOX)
        return true;
    if (type != TYPE_DEC && type != TYPE_HEX && (type != TYPE_STRING || id == SANDBOX))
        return false;
    if (id == MIN_SDK && type != TYPE_STRING && data > job->out->min_sdk)
        job->out->min_sdk = data;
    if (id == TARGET_SDK) {
        job->out->target_sdk = type == TYPE_STRING ? UNNAMED_TARGET : data;
        job->has_target = true;
    }
    if (id == SANDBOX)
        job->out->sandbox_version = data;
    return true;
}

/* Behind the header: namespace[4] name[4] attributes_off[2] attribute_len[2] attributes_n[2] ids[6] */
static bool take_element(struct job *job, const struct chunk *chunk)
{
    struct asy_view body = asy_view_from(chunk->whole, chunk->header_len);
    struct asy_reader r = asy_reader_of(body), list;
    uint16_t off, len, n;
    uint32_t space, name;
    struct asy_view one;

    if (!asy_get_le32(&r, &space) || !asy_get_le32(&r, &name) || !asy_get_le16(&r, &off) || !asy_get_le16(&r, &len) ||
        !asy_get_le16(&r, &n))
        return false;
    list = asy_reader_of(asy_view_from(body, off));
    for (unsigned i = 0; i < n; i++) {
        if (!asy_get_view(&list, len, &one) || !take_attribute(job, one))
            return false;
    }
    job->any = true;
    return true;
}

bool asy_android_manifest_read(struct asy_view bytes, struct asy_android_manifest *out)
{
    struct job job = { .out = out };
    struct asy_reader r = asy_reader_of(bytes);
    struct chunk chunk;

    *out = (struct asy_android_manifest){ 1, 1, 1 };
    if (!get_chunk(&r, &chunk) || chunk.type != XML)
        return false;
    r = asy_reader_of(asy_view_from(chunk.whole, chunk.header_len));
    while (!asy_at_end(&r)) {
        if (!get_chunk(&r, &chunk))
            return false;
        if (chunk.type == RESOURCE_MAP)
            job.map = asy_view_from(chunk.whole, chunk.header_len);
        if (chunk.type == ELEMENT && !take_element(&job, &chunk))
            return false;
    }
    if (!job.has_target)
        out->target_sdk = out->min_sdk;
    return job.any;
}
