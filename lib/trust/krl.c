/*
 * Key revocation lists: OpenSSH's PROTOCOL.krl, or a text with one public key a line.
 *
 *   krl     = "SSHKRL\n\0" uint32 1, uint64 version, uint64 date, uint64 flags, string reserved, string comment,
 *             *( byte kind, string data ), *( 4, string key, string signature )
 *   kinds     1 certificates of one authority, 2 keys, 3 SHA-1 and 5 SHA-256 of keys, 255 extension
 *   certs   = string authority (empty: any), string reserved, *( byte kind, string data )
 *   kinds     0x20 serials, 0x21 range of serials, 0x22 bitmap of serials, 0x23 key ids, 0x39 extension
 *
 * A kind that is not known, or an extension said to be critical, refuses the list: it may be what revokes the key in
 * question.  Signatures of a list are not verified: it is the caller's own file.
 */
#include "trust/internal.h"

#include "base/reader.h"
#include "codec/ssh.h"

enum kind {
    CERTIFICATES = 1,
    KEYS = 2,
    SHA1_OF_KEYS = 3,
    SIGNATURE = 4,
    SHA256_OF_KEYS = 5,
    EXTENSION = 255,
    SERIALS = 0x20,
    SERIAL_RANGE = 0x21,
    SERIAL_BITMAP = 0x22,
    KEY_IDS = 0x23,
    CERT_EXTENSION = 0x39,
    ONE_KEY = 256, /* ours: a line of a text list */
};

/* One section that revokes something; its data were checked when it was read. */
struct asy_krl {
    struct asy_krl *next;
    int kind;              /* enum kind */
    struct asy_view issuer; /* of certificates; empty: any */
    struct asy_view data;
};

/* A list while it is read. */
struct loading {
    struct asy_arena *arena;
    struct asy_krl *sections;
};

static bool keep(struct loading *loading, int kind, struct asy_view issuer, struct asy_view data)
{
    struct asy_krl *section = asy_alloc(loading->arena, 1, sizeof *section);

    if (section == NULL)
        return false;
    *section = (struct asy_krl){ .next = loading->sections, .kind = kind, .issuer = issuer, .data = data };
    loading->sections = section;
    return true;
}

/* ---- what data must look like ---- */

/* OpenSSH gives serial 0 to certificates that have none, and no list can name it. */
static bool are_serials(struct asy_view data)
{
    struct asy_reader r = asy_reader_of(data);
    uint64_t serial;

    while (!asy_at_end(&r)) {
        if (!asy_get_be64(&r, &serial) || serial == 0)
            return false;
    }
    return true;
}

static bool get_range(struct asy_view data, uint64_t *first, uint64_t *last)
{
    struct asy_reader r = asy_reader_of(data);

    return asy_get_be64(&r, first) && asy_get_be64(&r, last) && asy_at_end(&r) && *first > 0 && *first <= *last;
}

/* The place of the highest bit that is set; `bits` is not empty and has no zeros before it. */
static uint64_t highest_bit(struct asy_view bits)
{
    uint64_t n = (uint64_t)(bits.len - 1) * 8;

    for (unsigned top = bits.data[0]; top > 1; top >>= 1)
        n++;
    return n;
}

/* Bit n of the number stands for serial `first` + n. */
static bool get_bitmap(struct asy_view data, uint64_t *first, struct asy_view *bits)
{
    struct asy_reader r = asy_reader_of(data);
    uint64_t last;

    if (!asy_get_be64(&r, first) || !asy_get_ssh_number(&r, bits) || !asy_at_end(&r))
        return false;
    if (bits->len == 0)
        return true;
    if (*first == 0 && (bits->data[bits->len - 1] & 1) != 0)
        return false;
    return !__builtin_add_overflow(*first, highest_bit(*bits), &last);
}

/* Strings of `len` bytes each, or of one at least where `len` is 0. */
static bool are_strings(struct asy_view data, size_t len)
{
    struct asy_reader r = asy_reader_of(data);
    struct asy_view one;

    while (!asy_at_end(&r)) {
        if (!asy_get_string32(&r, &one) || one.len == 0 || (len > 0 && one.len != len))
            return false;
    }
    return true;
}

static bool are_keys(struct asy_view data)
{
    struct asy_reader r = asy_reader_of(data);
    struct asy_ssh_key key;
    struct asy_view blob;

    while (!asy_at_end(&r)) {
        if (!asy_get_string32(&r, &blob) || !assay_ok(asy_ssh_read_key(blob, &key, NULL)))
            return false;
    }
    return true;
}

static bool is_idle_extension(struct asy_view data)
{
    struct asy_reader r = asy_reader_of(data);
    struct asy_view name, content;
    uint8_t critical;

    return asy_get_string32(&r, &name) && asy_get_u8(&r, &critical) && critical == 0 &&
           asy_get_string32(&r, &content) && asy_at_end(&r);
}

static bool is_good_of_certs(int kind, struct asy_view data)
{
    struct asy_view bits;
    uint64_t first, last;

    if (kind == SERIALS)
        return are_serials(data);
    if (kind == SERIAL_RANGE)
        return get_range(data, &first, &last);
    if (kind == SERIAL_BITMAP)
        return get_bitmap(data, &first, &bits);
    if (kind == KEY_IDS)
        return are_strings(data, 0);
    return kind == CERT_EXTENSION && is_idle_extension(data);
}

static bool is_good(int kind, struct asy_view data)
{
    if (kind == KEYS)
        return are_keys(data);
    if (kind == SHA1_OF_KEYS || kind == SHA256_OF_KEYS)
        return are_strings(data, kind == SHA1_OF_KEYS ? 20 : 32);
    return kind == EXTENSION && is_idle_extension(data);
}

/* ---- reading ---- */

static bool get_certificates(struct loading *loading, struct asy_view data)
{
    struct asy_reader r = asy_reader_of(data);
    struct asy_view issuer, reserved, content;
    struct asy_ssh_key key;
    uint8_t kind;

    if (!asy_get_string32(&r, &issuer) || !asy_get_string32(&r, &reserved) ||
        (issuer.len > 0 && !assay_ok(asy_ssh_read_key(issuer, &key, NULL))))
        return false;
    while (!asy_at_end(&r)) {
        if (!asy_get_u8(&r, &kind) || !asy_get_string32(&r, &content) || !is_good_of_certs(kind, content) ||
            !keep(loading, kind, issuer, content))
            return false;
    }
    return true;
}

static bool get_section(struct loading *loading, struct asy_reader *r, bool *is_signed)
{
    struct asy_view data, signature;
    struct asy_ssh_key signer;
    uint8_t kind;

    if (!asy_get_u8(r, &kind) || !asy_get_string32(r, &data) || (*is_signed && kind != SIGNATURE))
        return false;
    if (kind == SIGNATURE) {
        *is_signed = true;
        return assay_ok(asy_ssh_read_key(data, &signer, NULL)) && asy_get_string32(r, &signature) && signature.len > 0;
    }
    if (kind == CERTIFICATES)
        return get_certificates(loading, data);
    return is_good(kind, data) && keep(loading, kind, (struct asy_view){ 0 }, data);
}

static assay_status read_binary(struct loading *loading, struct asy_reader *r, struct asy_diag *diag)
{
    struct asy_view reserved, comment;
    uint64_t version, date, flags;
    bool is_signed = false;
    uint32_t format;

    if (!asy_get_be32(r, &format) || format != 1)
        return asy_fail(diag, ASSAY_E_FORMAT, r->at, "revocation list: format is not 1");
    if (!asy_get_be64(r, &version) || !asy_get_be64(r, &date) || !asy_get_be64(r, &flags) ||
        !asy_get_string32(r, &reserved) || !asy_get_string32(r, &comment))
        return asy_fail(diag, ASSAY_E_FORMAT, r->at, "revocation list ends in its header");
    while (!asy_at_end(r)) {
        size_t at = r->at;

        if (!get_section(loading, r, &is_signed))
            return asy_fail(diag, ASSAY_E_FORMAT, at, "revocation list: malformed or unknown section at byte %zu", at);
    }
    return asy_ok;
}

/* A line of a text list: a public key, or a certificate, which stands for its key. */
static bool get_key_line(struct loading *loading, struct asy_view line)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_ssh_certificate cert;
    struct asy_ssh_key key;
    struct asy_view blob;

    if (!asy_get_ssh_key_text(&r, loading->arena, &blob))
        return false;
    if (asy_ssh_is_cert(blob)) {
        if (!assay_ok(asy_ssh_read_cert(loading->arena, blob, &cert, NULL)))
            return false;
        blob = cert.key.blob;
    } else if (!assay_ok(asy_ssh_read_key(blob, &key, NULL))) {
        return false;
    }
    return keep(loading, ONE_KEY, (struct asy_view){ 0 }, blob);
}

static assay_status read_text(struct loading *loading, struct asy_reader *r, struct asy_diag *diag)
{
    struct asy_view line;

    for (unsigned long no = 1; asy_get_text_line(r, &line); no++) {
        line = asy_view_trim(line);
        if (line.len > 0 && line.data[0] != '#' && !get_key_line(loading, line))
            return asy_fail(diag, ASSAY_E_FORMAT, no, "revocation list: line %lu is no public key", no);
    }
    return asy_ok;
}

assay_status asy_trust_add_krl(struct asy_trust *trust, struct asy_view bytes, struct asy_diag *diag)
{
    static const struct asy_view magic = ASY_TEXT_INIT("SSHKRL\n\0");
    struct loading loading = { .arena = trust->arena };
    struct asy_krl **end = &loading.sections;
    struct asy_reader r;
    struct asy_view copy;
    assay_status s;

    if (bytes.len == 0)
        return asy_fail(diag, ASSAY_E_FORMAT, 0, "revocation list is empty");
    if (!asy_copy(trust->arena, bytes, &copy))
        return asy_no_memory(diag);
    r = asy_reader_of(copy);
    s = asy_get_text(&r, magic) ? read_binary(&loading, &r, diag) : read_text(&loading, &r, diag);
    if (!assay_ok(s))
        return s;
    while (*end != NULL)
        end = &(*end)->next;
    *end = trust->krls;
    trust->krls = loading.sections;
    return asy_ok;
}

/* ---- asking ---- */

static bool has_string(struct asy_view data, struct asy_view wanted)
{
    struct asy_reader r = asy_reader_of(data);
    struct asy_view one;

    while (asy_get_string32(&r, &one)) {
        if (asy_view_eq(one, wanted))
            return true;
    }
    return false;
}

static bool has_serial(struct asy_view data, uint64_t wanted)
{
    struct asy_reader r = asy_reader_of(data);
    uint64_t serial;

    while (asy_get_be64(&r, &serial)) {
        if (serial == wanted)
            return true;
    }
    return false;
}

static bool has_bit(struct asy_view data, uint64_t serial)
{
    struct asy_view bits;
    uint64_t first, n;

    if (!get_bitmap(data, &first, &bits) || serial < first)
        return false;
    n = serial - first;
    return n / 8 < bits.len && (bits.data[bits.len - 1 - n / 8] >> n % 8 & 1) != 0;
}

static bool section_has_cert(const struct asy_krl *section, const struct asy_ssh_cert *cert)
{
    uint64_t first, last;

    if (section->issuer.len > 0 && !asy_view_eq(section->issuer, cert->ca_blob))
        return false;
    if (section->kind == SERIALS)
        return has_serial(section->data, cert->serial);
    if (section->kind == SERIAL_RANGE)
        return get_range(section->data, &first, &last) && first <= cert->serial && cert->serial <= last;
    if (section->kind == SERIAL_BITMAP)
        return has_bit(section->data, cert->serial);
    return section->kind == KEY_IDS && has_string(section->data, cert->key_id);
}

/* A key whose digest cannot be made counts as revoked wherever digests are listed. */
static bool has_digest(const struct asy_trust *trust, enum asy_digest_alg alg, struct asy_view list, struct asy_view blob)
{
    uint8_t digest[ASY_DIGEST_MAX];

    return !asy_digest_bytes(trust->crypto, alg, blob, digest) ||
           has_string(list, (struct asy_view){ digest, asy_digest_len(alg) });
}

static bool is_key_revoked(const struct asy_trust *trust, struct asy_view blob)
{
    for (const struct asy_krl *s = trust->krls; s != NULL; s = s->next) {
        if ((s->kind == ONE_KEY && asy_view_eq(s->data, blob)) || (s->kind == KEYS && has_string(s->data, blob)) ||
            (s->kind == SHA1_OF_KEYS && has_digest(trust, ASY_SHA1, s->data, blob)) ||
            (s->kind == SHA256_OF_KEYS && has_digest(trust, ASY_SHA256, s->data, blob)))
            return true;
    }
    return false;
}

bool asy_trust_is_revoked(const struct asy_trust *trust, struct asy_view ssh_blob, const struct asy_ssh_cert *cert)
{
    if (is_key_revoked(trust, ssh_blob))
        return true;
    if (cert == NULL)
        return false;
    for (const struct asy_krl *s = trust->krls; s != NULL; s = s->next) {
        if (section_has_cert(s, cert))
            return true;
    }
    return is_key_revoked(trust, cert->key_blob) || is_key_revoked(trust, cert->ca_blob);
}
