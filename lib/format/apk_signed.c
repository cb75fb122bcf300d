#include "format/apk_signed.h"

#include "codec/certificate.h"
#include "codec/der.h"

enum {
    ID_V2 = 0x7109871a,
    ID_STRIPPING = (int)0xbeeff00d, /* v2: which newer scheme was there too */
    ID_LINEAGE = 0x3ba06f8c,        /* v3: proof of rotation */
    ID_ROTATION = 0x559f8b02,       /* v3: the first version that v3.1 is for */
};
#define ID_V3  0xf05368c0U
#define ID_V31 0x1b93ad61U

enum { FOOTER = 24, SIGNATURES = 16, LEVELS = 64 };

struct algorithm {
    uint32_t id;
    struct asy_scheme scheme;
    enum asy_apk_content content;
};

static const struct algorithm algorithms[] = {
    { 0x0101, { .alg = ASY_SIG_RSA_PSS, .digest = ASY_SHA256, .mgf_digest = ASY_SHA256, .salt_len = 32 }, ASY_APK_SHA256 },
    { 0x0102, { .alg = ASY_SIG_RSA_PSS, .digest = ASY_SHA512, .mgf_digest = ASY_SHA512, .salt_len = 64 }, ASY_APK_SHA512 },
    { 0x0103, { .alg = ASY_SIG_RSA_PKCS1, .digest = ASY_SHA256 }, ASY_APK_SHA256 },
    { 0x0104, { .alg = ASY_SIG_RSA_PKCS1, .digest = ASY_SHA512 }, ASY_APK_SHA512 },
    { 0x0201, { .alg = ASY_SIG_ECDSA, .digest = ASY_SHA256 }, ASY_APK_SHA256 },
    { 0x0202, { .alg = ASY_SIG_ECDSA, .digest = ASY_SHA512 }, ASY_APK_SHA512 },
    { 0x0301, { .alg = ASY_SIG_DSA, .digest = ASY_SHA256 }, ASY_APK_SHA256 },
    { 0x0421, { .alg = ASY_SIG_RSA_PKCS1, .digest = ASY_SHA256 }, ASY_APK_VERITY },
    { 0x0423, { .alg = ASY_SIG_ECDSA, .digest = ASY_SHA256 }, ASY_APK_VERITY },
    { 0x0425, { .alg = ASY_SIG_DSA, .digest = ASY_SHA256 }, ASY_APK_VERITY },
};

struct signer {
    struct asy_apk *apk;
    enum asy_apk_scheme scheme;
    struct asy_reader signed_data; /* all of it */
    struct asy_reader digests, certificates, attributes, signatures;
    struct asy_view key;
    struct asy_apk_signer is;
    bool has_lineage;
    asy_claim_no first; /* of its signatures */
};

static assay_status wrong(struct asy_apk *apk, const char *what)
{
    return asy_fail(&apk->reading->diag, ASSAY_E_FORMAT, 0, "signing block: %s", what);
}

static const struct algorithm *algorithm_of(uint32_t id)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        if (algorithms[i].id == id)
            return &algorithms[i];
    }
    return NULL;
}

/* A part behind its length; `out` reads it, and its places go on counting. */
static bool get_part(struct asy_reader *r, struct asy_reader *out)
{
    struct asy_reader ahead = *r;
    struct asy_view bytes;
    uint32_t len;

    if (!asy_get_le32(&ahead, &len) || !asy_get_view(&ahead, len, &bytes))
        return false;
    *out = (struct asy_reader){ bytes, ahead.at - bytes.len };
    *r = ahead;
    return true;
}

/* ---- the block ---- */

static bool get_pair(struct asy_reader *r, uint32_t *id, struct asy_reader *value)
{
    struct asy_view bytes;
    uint64_t len;

    if (!asy_get_le64(r, &len) || len < 4 || len > SIZE_MAX || !asy_get_view(r, (size_t)len, &bytes))
        return false;
    *value = (struct asy_reader){ bytes, r->at - bytes.len };
    return asy_get_le32(value, id);
}

static assay_status read_pairs(struct asy_apk *apk, struct asy_reader r)
{
    while (!asy_at_end(&r)) {
        struct asy_reader value;
        uint32_t id;
        int scheme;

        if (!get_pair(&r, &id, &value))
            return wrong(apk, "a pair does not end where the block ends");
        scheme = id == ID_V2 ? ASY_APK_V2 : id == ID_V3 ? ASY_APK_V3 : id == ID_V31 ? ASY_APK_V31 : -1;
        if (scheme < 0)
            continue;
        if (apk->has[scheme])
            return wrong(apk, "signatures of one scheme are there twice");
        apk->has[scheme] = true;
        apk->values[scheme] = value;
    }
    return asy_ok;
}

/* The length stands before and behind the pairs, and counts all but the first of the two. */
assay_status asy_apk_find(struct asy_apk *apk)
{
    struct asy_reading *reading = apk->reading;
    const struct asy_source *source = reading->document->source;
    uint8_t footer[FOOTER], *bytes;
    struct asy_reader r = asy_reader_of((struct asy_view){ footer, sizeof footer });
    uint64_t len, first, dir = apk->look.dir_off;
    assay_status s;

    if (dir < FOOTER + 8)
        return asy_ok;
    s = asy_source_read(source, dir - FOOTER, footer, sizeof footer, &reading->diag);
    if (!assay_ok(s) || !asy_get_le64(&r, &len) || !asy_view_is(r.rest, "APK Sig Block 42"))
        return s;
    if (len < FOOTER || len > dir - 8)
        return wrong(apk, "its length reaches out of the file");
    if (len > reading->dossier->limits->manifest)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "signing block: %llu bytes, more than the limit on manifests",
                        (unsigned long long)len);
    apk->block_off = dir - len - 8;
    apk->block_len = len + 8;
    bytes = asy_alloc(reading->dossier->arena, (size_t)apk->block_len, 1);
    if (bytes == NULL)
        return asy_no_memory(&reading->diag);
    s = asy_source_read(source, apk->block_off, bytes, (size_t)apk->block_len, &reading->diag);
    if (!assay_ok(s))
        return s;
    r = (struct asy_reader){ { bytes, (size_t)apk->block_len - FOOTER }, (size_t)apk->block_off };
    if (!asy_get_le64(&r, &first) || first != len)
        return wrong(apk, "the lengths before and behind it differ");
    return read_pairs(apk, r);
}

/* ---- one signer ---- */

/* algorithm[4] <value>; a digest or a signature. */
static bool get_valued(struct asy_reader *list, uint32_t *id, struct asy_view *value)
{
    struct asy_reader one, inside;

    if (!get_part(list, &one) || !asy_get_le32(&one, id) || !get_part(&one, &inside))
        return false;
    *value = inside.rest;
    return asy_at_end(&one);
}

static assay_status split_signer(struct signer *signer, struct asy_reader r)
{
    struct asy_apk *apk = signer->apk;
    struct asy_reader inside, key;
    uint32_t min = 0, max = 0;
    bool ranged = signer->scheme != ASY_APK_V2;

    if (!get_part(&r, &signer->signed_data) ||
        (ranged && (!asy_get_le32(&r, &signer->is.min_sdk) || !asy_get_le32(&r, &signer->is.max_sdk))) ||
        !get_part(&r, &signer->signatures) || !get_part(&r, &key) || !asy_at_end(&r))
        return wrong(apk, "a signer is not its parts");
    signer->key = key.rest;
    inside = signer->signed_data;
    if (!get_part(&inside, &signer->digests) || !get_part(&inside, &signer->certificates) ||
        (ranged && (!asy_get_le32(&inside, &min) || !asy_get_le32(&inside, &max))) ||
        !get_part(&inside, &signer->attributes))
        return wrong(apk, "signed data is not its parts");
    if (ranged && (min != signer->is.min_sdk || max != signer->is.max_sdk || min > max))
        return wrong(apk, "the versions of a signer are not those that it signed");
    return asy_ok;
}

/* RSAPublicKey in a SubjectPublicKeyInfo: the algorithm, and modulus and exponent without the zero that makes them positive. */
static bool get_rsa(struct asy_view key, struct asy_view parts[static 3])
{
    struct asy_reader r = asy_reader_of(key), inside;
    struct asy_der der, bits;
    uint8_t unused;

    if (!asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside) || !asy_get_der_tag(&inside, ASY_DER_SEQUENCE, &der) ||
        !asy_get_der_tag(&inside, ASY_DER_BIT_STRING, &bits))
        return false;
    parts[0] = der.whole;
    r = asy_der_inside(&bits);
    if (!asy_get_u8(&r, &unused) || unused != 0 || !asy_get_der_inside(&r, ASY_DER_SEQUENCE, &inside))
        return false;
    for (int i = 1; i < 3; i++) {
        if (!asy_get_der_tag(&inside, ASY_DER_INTEGER, &der))
            return false;
        parts[i] = der.body;
        while (parts[i].len > 0 && parts[i].data[0] == 0)
            parts[i] = asy_view_from(parts[i], 1);
    }
    return asy_at_end(&inside) && asy_at_end(&r);
}

/* Old tools left out that zero in certificates, and the platform takes the number for what was meant. */
static bool is_same_key(struct asy_view key, struct asy_view other)
{
    struct asy_view a[3], b[3];

    return asy_view_eq(key, other) || (get_rsa(key, a) && get_rsa(other, b) && asy_view_eq(a[0], b[0]) &&
                                       asy_view_eq(a[1], b[1]) && asy_view_eq(a[2], b[2]));
}

/* The key beside the signature must be that of the first certificate. */
static assay_status check_certificates(struct signer *signer)
{
    struct asy_reader list = signer->certificates, one;
    struct asy_view *first = asy_alloc(signer->apk->reading->dossier->arena, 1, sizeof *first), key;

    if (first == NULL)
        return asy_no_memory(&signer->apk->reading->diag);
    while (!asy_at_end(&list)) {
        if (!get_part(&list, &one))
            return wrong(signer->apk, "the certificates are not a list");
        if (signer->is.n == 0)
            *first = one.rest;
        signer->is.n = 1;
    }
    signer->is.certificates = first;
    if (signer->is.n == 0)
        return wrong(signer->apk, "a signer without a certificate");
    if (!asy_certificate_key_of(*first, &key))
        return wrong(signer->apk, "a signer's certificate is none");
    return is_same_key(key, signer->key) ? asy_ok : wrong(signer->apk, "a signer's key is not its certificate's");
}

static const struct asy_key_material *key_of(struct asy_arena *arena, enum asy_key_form form, struct asy_view bytes)
{
    struct asy_key_material *key = asy_alloc(arena, 1, sizeof *key);

    if (key != NULL)
        *key = (struct asy_key_material){ .form = form, .a = bytes };
    return key;
}

static assay_status claim_signature(struct asy_apk *apk, const struct asy_scheme *scheme, struct asy_reader message,
                                    struct asy_view value, const struct asy_key_material *key, asy_claim_no *no)
{
    struct asy_dossier *dossier = apk->reading->dossier;
    struct asy_claim *claim = asy_add_claim(dossier, ASY_CLAIM_SIGNATURE, apk->reading->document, no);
    struct asy_piece span = asy_span(apk->reading->document, message.at, message.rest.len);

    if (claim == NULL)
        return asy_fail(&apk->reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
    claim->is.signature = (struct asy_signature){ .scheme = *scheme, .value = value, .key = key, .is_android = true };
    return key != NULL && asy_recipe_of(dossier->arena, &span, 1, &claim->is.signature.message)
               ? asy_ok
               : asy_no_memory(&apk->reading->diag);
}

static assay_status claim_content(struct signer *signer, const struct algorithm *algorithm, struct asy_view digest,
                                  asy_claim_no by)
{
    struct asy_apk *apk = signer->apk;
    struct asy_link link = { .value = digest, .by = by };
    struct asy_claim *claim;
    assay_status s = asy_apk_content(apk, algorithm->content, &link);

    if (!assay_ok(s))
        return s;
    claim = asy_add_claim(apk->reading->dossier, ASY_CLAIM_LINK, apk->reading->document, NULL);
    if (claim == NULL)
        return asy_fail(&apk->reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = link;
    return asy_ok;
}

/* Digests and signatures are of the same algorithms in the same order; those that are not known here do not count. */
static assay_status claim_signatures(struct signer *signer)
{
    struct asy_apk *apk = signer->apk;
    const struct asy_key_material *key = key_of(apk->reading->dossier->arena, ASY_KEY_SPKI, signer->key);
    struct asy_reader digests = signer->digests, signatures = signer->signatures;
    unsigned known = 0, n = 0;
    assay_status s = asy_ok;

    while (assay_ok(s) && !asy_at_end(&signatures)) {
        const struct algorithm *algorithm;
        struct asy_view digest, value;
        uint32_t id, other;
        asy_claim_no no = 0;

        if (!get_valued(&signatures, &id, &value) || !get_valued(&digests, &other, &digest) || id != other)
            return wrong(apk, "digests and signatures are not of the same algorithms");
        if (++n > SIGNATURES)
            return asy_fail(&apk->reading->diag, ASSAY_E_LIMIT, 0, "signing block: more than %d signatures", SIGNATURES);
        algorithm = algorithm_of(id);
        if (algorithm == NULL)
            continue;
        known++;
        s = claim_signature(apk, &algorithm->scheme, signer->signed_data, value, key, &no);
        if (signer->first == 0)
            signer->first = no;
        if (assay_ok(s))
            s = claim_content(signer, algorithm, digest, no);
    }
    if (assay_ok(s) && !asy_at_end(&digests))
        return wrong(apk, "digests and signatures are not of the same algorithms");
    if (assay_ok(s) && known == 0)
        return wrong(apk, n == 0 ? "a signer without a signature" : "a signer without a signature that is known here");
    return s;
}

/* ---- proof of rotation: version[4] <level>*, level = <<certificate> algorithm[4]> flags[4] algorithm[4] <signature> ---- */

struct level {
    struct asy_reader signed_data;
    struct asy_view certificate, signature;
    uint32_t signed_by, next; /* algorithms: that of this level's signature, and that of the next one */
};

static bool get_level(struct asy_reader *r, struct level *out)
{
    struct asy_reader one, inside, part;
    uint32_t flags;

    if (!get_part(r, &one) || !get_part(&one, &out->signed_data) || !asy_get_le32(&one, &flags) ||
        !asy_get_le32(&one, &out->next) || !get_part(&one, &part) || !asy_at_end(&one))
        return false;
    out->signature = part.rest;
    inside = out->signed_data;
    if (!get_part(&inside, &part) || !asy_get_le32(&inside, &out->signed_by))
        return false;
    out->certificate = part.rest;
    return true;
}

/* Each level is signed by the key of the one before it, and the last is the signer. */
static assay_status claim_lineage(struct signer *signer, struct asy_reader r)
{
    struct asy_apk *apk = signer->apk;
    struct asy_view *seen = asy_alloc(apk->reading->dossier->arena, LEVELS, sizeof *seen);
    struct level level = { 0 }, before = { 0 };
    uint32_t version;
    size_t n = 0;

    if (seen == NULL)
        return asy_no_memory(&apk->reading->diag);
    if (!asy_get_le32(&r, &version) || version != 1)
        return wrong(apk, "a proof of rotation of another version than 1");
    for (; !asy_at_end(&r); before = level) {
        const struct algorithm *algorithm;
        asy_claim_no no = 0;
        assay_status s;

        if (n == LEVELS || !get_level(&r, &level))
            return wrong(apk, "a proof of rotation is not its levels");
        for (size_t i = 0; i < n; i++) {
            if (asy_view_eq(seen[i], level.certificate))
                return wrong(apk, "a proof of rotation has one certificate twice");
        }
        seen[n++] = level.certificate;
        if (n == 1)
            continue;
        algorithm = algorithm_of(before.next);
        if (algorithm == NULL || before.next != level.signed_by)
            return wrong(apk, "a proof of rotation is signed by another algorithm than it says");
        s = claim_signature(apk, &algorithm->scheme, level.signed_data, level.signature,
                            key_of(apk->reading->dossier->arena, ASY_KEY_CERT, before.certificate), &no);
        if (!assay_ok(s))
            return s;
        asy_fact_no(apk->reading->dossier, no)->claim.is.signature.role = ASY_ROLE_CERTIFIES;
        asy_fact_no(apk->reading->dossier, no)->claim.is.signature.of = signer->first;
    }
    if (n == 0 || signer->has_lineage || !asy_view_eq(level.certificate, *signer->is.certificates))
        return wrong(apk, "a proof of rotation does not end with its signer");
    signer->has_lineage = true;
    signer->is.certificates = seen;
    signer->is.n = n;
    return asy_ok;
}

static assay_status read_attributes(struct signer *signer)
{
    struct asy_apk *apk = signer->apk;
    struct asy_reader list = signer->attributes, one;
    assay_status s = asy_ok;

    while (assay_ok(s) && !asy_at_end(&list)) {
        uint32_t id, value = 0;

        if (!get_part(&list, &one) || !asy_get_le32(&one, &id))
            return wrong(apk, "the attributes are not a list");
        if (id == ID_LINEAGE && signer->scheme != ASY_APK_V2) {
            s = claim_lineage(signer, one);
            continue;
        }
        if (id != (uint32_t)ID_STRIPPING && id != ID_ROTATION)
            continue;
        if (!asy_get_le32(&one, &value))
            return wrong(apk, "an attribute is too short");
        if (id == (uint32_t)ID_STRIPPING && signer->scheme == ASY_APK_V2)
            apk->says_scheme = value;
        if (id == ID_ROTATION && signer->scheme == ASY_APK_V3) {
            apk->has_rotation = true;
            apk->rotation = value;
        }
    }
    return s;
}

static assay_status claim_signer(struct signer *signer, struct asy_reader r)
{
    assay_status s = split_signer(signer, r);

    if (assay_ok(s))
        s = check_certificates(signer);
    if (assay_ok(s))
        s = claim_signatures(signer);
    return assay_ok(s) ? read_attributes(signer) : s;
}

/* ---- all of them ---- */

assay_status asy_apk_claim(struct asy_apk *apk, enum asy_apk_scheme scheme)
{
    struct asy_reader r = apk->values[scheme], list, one;
    size_t *n = &apk->signers_n[scheme];

    if (!get_part(&r, &list) || !asy_at_end(&r))
        return wrong(apk, "the signers are not a list");
    while (!asy_at_end(&list)) {
        struct signer signer = { .apk = apk, .scheme = scheme };
        assay_status s;

        if (*n == ASY_APK_SIGNERS)
            return asy_fail(&apk->reading->diag, ASSAY_E_LIMIT, 0, "signing block: more than %d signers", ASY_APK_SIGNERS);
        if (!get_part(&list, &one))
            return wrong(apk, "the signers are not a list");
        s = claim_signer(&signer, one);
        if (!assay_ok(s))
            return s;
        apk->signers[scheme][(*n)++] = signer.is;
    }
    return *n > 0 ? asy_ok : wrong(apk, "no signer");
}
