#include "codec/sct.h"

#include "base/reader.h"
#include "codec/certificate.h"
#include "codec/der.h"
#include "codec/oid.h"

#include <string.h>

static assay_status wrong(struct asy_diag *diag, const char *what)
{
    return asy_fail(diag, ASSAY_E_FORMAT, 0, "certificate timestamps: %s", what);
}

static bool get_string16(struct asy_reader *r, struct asy_view *out)
{
    struct asy_reader ahead = *r;
    uint16_t len;

    if (!asy_get_be16(&ahead, &len) || !asy_get_view(&ahead, len, out))
        return false;
    *r = ahead;
    return true;
}

/* struct { Version v1(0); opaque id[32]; uint64; CtExtensions<0..2^16-1>; digitally-signed } */
static bool read_one(struct asy_view bytes, struct asy_sct_fields *out)
{
    struct asy_reader r = asy_reader_of(bytes);
    uint8_t version;

    return asy_get_u8(&r, &version) && version == 0 && asy_get_view(&r, 32, &out->log) && asy_get_be64(&r, &out->time_ms) &&
           get_string16(&r, &out->extensions) && asy_get_u8(&r, &out->hash) && asy_get_u8(&r, &out->algorithm) &&
           get_string16(&r, &out->value) && out->value.len > 0 && asy_at_end(&r);
}

static assay_status read_list(struct asy_view bytes, struct asy_sct_fields *scts, size_t *n, struct asy_diag *diag)
{
    struct asy_reader outer = asy_reader_of(bytes), r;
    struct asy_view list, one;

    if (!get_string16(&outer, &list) || !asy_at_end(&outer) || list.len == 0)
        return wrong(diag, "no list of them");
    r = asy_reader_of(list);
    while (!asy_at_end(&r)) {
        if (*n == ASY_SCTS)
            return asy_fail(diag, ASSAY_E_LIMIT, 0, "more than %d certificate timestamps", ASY_SCTS);
        if (!get_string16(&r, &one) || !read_one(one, &scts[(*n)++]))
            return wrong(diag, "one of them is malformed, or of another version than 1");
    }
    return asy_ok;
}

assay_status asy_scts_read(struct asy_arena *arena, struct asy_view certificate, struct asy_sct_fields **out, size_t *n,
                           struct asy_diag *diag)
{
    struct asy_certificate_extension extension;
    struct asy_sct_fields *scts;
    struct asy_view list;
    struct asy_reader r;
    size_t found = 0;
    assay_status s;

    *n = 0;
    if (!asy_certificate_extension_of(certificate, asy_oid_sct_list, &extension))
        return wrong(diag, "the certificate is malformed");
    if (!extension.is_there)
        return asy_ok;
    r = asy_reader_of(extension.value);
    scts = asy_alloc(arena, ASY_SCTS, sizeof *scts);
    if (scts == NULL)
        return asy_no_memory(diag);
    if (!asy_get_der_octets(&r, &list) || !asy_at_end(&r))
        return wrong(diag, "the extension holds no OCTET STRING");
    s = read_list(list, scts, &found, diag);
    if (!assay_ok(s))
        return s;
    *out = scts;
    *n = found;
    return asy_ok;
}

/* Bytes in the order they are put; `at` never passes the room. */
struct writer {
    uint8_t *data;
    size_t at;
};

static void put(struct writer *w, struct asy_view bytes)
{
    if (bytes.len > 0)
        memcpy(w->data + w->at, bytes.data, bytes.len);
    w->at += bytes.len;
}

static void put_be(struct writer *w, uint64_t value, unsigned octets)
{
    while (octets > 0)
        w->data[w->at++] = (uint8_t)(value >> 8 * --octets);
}

bool asy_sct_message(struct asy_arena *arena, const struct asy_sct_fields *sct, struct asy_view certificate,
                     const uint8_t issuer_key[static 32], struct asy_view *out)
{
    enum { AROUND = 1 + 1 + 8 + 2 + 32 + 3 + 2 };
    struct asy_view tbs;
    struct writer w = { 0 };

    if (!asy_certificate_without(arena, certificate, asy_oid_sct_list, &tbs) || tbs.len >= (size_t)1 << 24)
        return false;
    w.data = asy_alloc(arena, 1, AROUND + tbs.len + sct->extensions.len);
    if (w.data == NULL)
        return false;
    put_be(&w, 0, 1); /* v1 */
    put_be(&w, 0, 1); /* certificate_timestamp */
    put_be(&w, sct->time_ms, 8);
    put_be(&w, 1, 2); /* precert_entry */
    put(&w, (struct asy_view){ issuer_key, 32 });
    put_be(&w, tbs.len, 3);
    put(&w, tbs);
    put_be(&w, sct->extensions.len, 2);
    put(&w, sct->extensions);
    *out = (struct asy_view){ w.data, w.at };
    return true;
}
