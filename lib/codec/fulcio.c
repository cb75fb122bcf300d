#include "codec/fulcio.h"

#include "base/text.h"
#include "codec/certificate.h"
#include "codec/der.h"
#include "codec/oid.h"

#include <string.h>

enum { OLD_ISSUER = 1, LAST_RAW = 6, ISSUER = 8, OID_BYTES = 10 };

static const char *const names[ASY_FULCIO_FIELDS] = {
    [1] = "issuer_v1",
    [2] = "github_workflow_trigger",
    [3] = "github_workflow_sha",
    [4] = "github_workflow_name",
    [5] = "github_workflow_repository",
    [6] = "github_workflow_ref",
    [8] = "issuer",
    [9] = "build_signer_uri",
    [10] = "build_signer_digest",
    [11] = "runner_environment",
    [12] = "source_repository_uri",
    [13] = "source_repository_digest",
    [14] = "source_repository_ref",
    [15] = "source_repository_identifier",
    [16] = "source_repository_owner_uri",
    [17] = "source_repository_owner_identifier",
    [18] = "build_config_uri",
    [19] = "build_config_digest",
    [20] = "build_trigger",
    [21] = "run_invocation_uri",
    [22] = "source_repository_visibility",
    [23] = "deployment_environment",
    [24] = "token_subject",
};

static assay_status wrong(struct asy_diag *diag, const char *what)
{
    return asy_fail(diag, ASSAY_E_FORMAT, 0, "signer's certificate: %s", what);
}

/* Text that a person may compare: no NUL or other control character hides in it. */
static bool is_text(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] == 0x7f)
            return false;
    }
    return text.len > 0 && asy_is_utf8(text);
}

static bool get_utf8(struct asy_reader *r, struct asy_view *out)
{
    enum { UTF8_STRING = 0x0c };
    struct asy_der der;

    if (!asy_get_der_tag(r, UTF8_STRING, &der))
        return false;
    *out = der.body;
    return true;
}

/* OtherName ::= SEQUENCE { type-id OID, value [0] EXPLICIT ANY }, here a UTF8String */
static bool read_other_name(struct asy_reader r, struct asy_view *out)
{
    struct asy_reader value;
    struct asy_view type;

    return asy_get_der_oid(&r, &type) && asy_view_eq(type, asy_oid_fulcio_other_name) &&
           asy_get_der_inside(&r, ASY_DER_HOLDS + 0, &value) && asy_at_end(&r) && get_utf8(&value, out) &&
           asy_at_end(&value);
}

/* RFC 5280 4.2.1.6: rfc822Name [1], uniformResourceIdentifier [6], otherName [0]. */
static bool read_name(const struct asy_der *name, struct asy_view *out)
{
    *out = name->body;
    if (name->tag == ASY_DER_PLAIN + 1 || name->tag == ASY_DER_PLAIN + 6)
        return true;
    return name->tag == ASY_DER_HOLDS + 0 && read_other_name(asy_der_inside(name), out);
}

static assay_status read_identity(struct asy_view certificate, struct asy_view *out, struct asy_diag *diag)
{
    struct asy_certificate_extension extension;
    struct asy_reader r, list;
    struct asy_der name;

    if (!asy_certificate_extension_of(certificate, asy_oid_subject_alt_name, &extension))
        return wrong(diag, "malformed");
    r = asy_reader_of(extension.value);
    if (!extension.is_there || !asy_get_der_inside(&r, ASY_DER_SEQUENCE, &list) || !asy_at_end(&r) ||
        !asy_get_der(&list, &name))
        return wrong(diag, "it has no subject alternative name");
    if (!asy_at_end(&list))
        return wrong(diag, "it has several subject alternative names");
    if (!read_name(&name, out) || !is_text(*out))
        return wrong(diag, "its subject alternative name is no URI, e-mail address or user name");
    return asy_ok;
}

/* Fields up to 6 are the bare text, the later ones a UTF8String. */
static assay_status read_field(struct asy_view certificate, unsigned field, struct asy_view *out, struct asy_diag *diag)
{
    uint8_t oid[OID_BYTES];
    struct asy_certificate_extension extension;
    struct asy_reader r;

    memcpy(oid, asy_oid_fulcio.data, OID_BYTES - 1);
    oid[OID_BYTES - 1] = (uint8_t)field;
    if (!asy_certificate_extension_of(certificate, (struct asy_view){ oid, sizeof oid }, &extension))
        return wrong(diag, "malformed");
    if (!extension.is_there)
        return asy_ok;
    *out = extension.value;
    r = asy_reader_of(extension.value);
    if (field > LAST_RAW && (!get_utf8(&r, out) || !asy_at_end(&r)))
        return wrong(diag, "an extension of its issuer is no UTF8String");
    if (out->len > 0 && !is_text(*out))
        return wrong(diag, "an extension of its issuer is no text");
    return asy_ok;
}

assay_status asy_fulcio_read(struct asy_view certificate, struct asy_fulcio *out, struct asy_diag *diag)
{
    struct asy_fulcio fulcio = { 0 };
    assay_status s = read_identity(certificate, &fulcio.identity, diag);

    for (unsigned i = 0; assay_ok(s) && i < ASY_FULCIO_FIELDS; i++) {
        if (names[i] != NULL)
            s = read_field(certificate, i, &fulcio.fields[i], diag);
    }
    if (!assay_ok(s))
        return s;
    fulcio.issuer = fulcio.fields[fulcio.fields[ISSUER].len > 0 ? ISSUER : OLD_ISSUER];
    if (fulcio.fields[OLD_ISSUER].len > 0 && !asy_view_eq(fulcio.fields[OLD_ISSUER], fulcio.issuer))
        return wrong(diag, "it names two issuers");
    *out = fulcio;
    return asy_ok;
}

const char *asy_fulcio_name(unsigned field)
{
    return field < ASY_FULCIO_FIELDS ? names[field] : NULL;
}
