/*
 * Who an SSH key is, by allowed_signers and revocation lists (ssh-keygen(1), ALLOWED SIGNERS; PROTOCOL.certkeys).  The
 * first line that trusts the key for the identity decides; where none does, the line that came nearest gives the reason.
 */
#include "trust/internal.h"

#include "base/text.h"
#include "trust/signer_line.h"

enum { USER_CERTIFICATE = 1 }; /* PROTOCOL.certkeys, "type" */

/* How near a line came to trusting, in order. */
enum distance { OTHER_KEY = 0, OTHER_IDENTITY, OTHER_NAMESPACE, BAD_CERTIFICATE, EARLY, LATE, TRUSTED };

struct question {
    const struct asy_signature *signature;
    const struct asy_settings *settings;
    bool cert_holds;
    int64_t at;
};

struct verdict {
    enum distance distance;
    struct asy_why why;
    struct asy_view principal;
};

bool asy_trust_has_signers(const struct asy_trust *trust)
{
    return trust->signers != NULL;
}

static struct verdict refuse(enum distance distance, enum asy_reason reason, const char *detail)
{
    return (struct verdict){ .distance = distance, .why = { reason, detail } };
}

/* The certificate's principal that is the identity asked for, or the first that the line knows when none was asked. */
static bool find_principal(const struct question *q, const struct asy_signer_line *line, struct asy_view *out)
{
    const struct asy_ssh_cert *cert = q->signature->ssh_cert;

    for (size_t i = 0; i < cert->principals_n; i++) {
        if ((q->settings->identity == NULL || asy_view_is(cert->principals[i], q->settings->identity)) &&
            asy_pattern_list_matches(line->principals, cert->principals[i])) {
            *out = cert->principals[i];
            return true;
        }
    }
    return false;
}

static bool find_identity(const struct question *q, const struct asy_signer_line *line, struct asy_view *out)
{
    if (line->is_authority)
        return find_principal(q, line, out);
    if (q->settings->identity == NULL) {
        *out = line->principals;
        return true;
    }
    *out = asy_view_of(q->settings->identity);
    return asy_pattern_list_matches(line->principals, *out);
}

static bool has_key(const struct question *q, const struct asy_signer_line *line)
{
    const struct asy_signature *signature = q->signature;

    if (line->is_authority)
        return signature->ssh_cert != NULL && asy_view_eq(line->blob, signature->ssh_cert->ca_blob);
    return asy_view_eq(line->blob, signature->key_blob);
}

static struct verdict judge_time(const struct question *q, const struct asy_signer_line *line)
{
    if (q->at < line->from)
        return refuse(EARLY, ASY_SIGNER_NOT_YET_VALID, "allowed_signers: before valid-after");
    if (q->at >= line->until)
        return refuse(LATE, ASY_SIGNER_EXPIRED, "allowed_signers: past valid-before");
    return (struct verdict){ .distance = TRUSTED };
}

/* Bits of an authority's RSA modulus, which has no leading zeros; of other keys as many as anybody could want. */
static uint64_t modulus_bits(const struct asy_key_material *key)
{
    uint64_t bits;

    if (key->form != ASY_KEY_RSA)
        return UINT64_MAX;
    if (key->a.len == 0)
        return 0;
    bits = (uint64_t)(key->a.len - 1) * 8;
    for (unsigned top = key->a.data[0]; top > 0; top >>= 1)
        bits++;
    return bits;
}

static struct verdict judge_cert(const struct question *q)
{
    const struct asy_ssh_cert *cert = q->signature->ssh_cert;

    if (!q->cert_holds)
        return refuse(BAD_CERTIFICATE, ASY_CHAIN_INVALID, "the SSH certificate's own signature does not hold");
    if (modulus_bits(&cert->ca) < q->settings->min_rsa)
        return refuse(BAD_CERTIFICATE, ASY_SIGNER_WEAK_KEY, "the key that signed the SSH certificate is too short");
    if (cert->type != USER_CERTIFICATE)
        return refuse(BAD_CERTIFICATE, ASY_SIGNER_PURPOSE, "the SSH certificate is not a user's");
    if (cert->has_critical)
        return refuse(BAD_CERTIFICATE, ASY_CHAIN_INVALID, "the SSH certificate has a critical option");
    if (q->at < 0 || (uint64_t)q->at < cert->valid_after)
        return refuse(EARLY, ASY_SIGNER_NOT_YET_VALID, "the SSH certificate is not valid yet");
    if ((uint64_t)q->at >= cert->valid_before)
        return refuse(LATE, ASY_SIGNER_EXPIRED, "the SSH certificate expired");
    return (struct verdict){ .distance = TRUSTED };
}

static struct verdict judge_line(const struct question *q, const struct asy_signer_line *line)
{
    const struct asy_signature *signature = q->signature;
    struct asy_view principal;
    struct verdict v;

    if (!has_key(q, line))
        return refuse(OTHER_KEY, ASY_SIGNER_UNKNOWN, "the key is not in allowed_signers");
    if (!find_identity(q, line, &principal))
        return refuse(OTHER_IDENTITY, ASY_SIGNER_IDENTITY, "allowed_signers lists the key for others");
    if (line->has_namespaces && !asy_pattern_list_matches(line->namespaces, signature->name_space))
        return refuse(OTHER_NAMESPACE, ASY_SIGNER_NAMESPACE, "allowed_signers does not give the key this namespace");
    v = line->is_authority ? judge_cert(q) : (struct verdict){ .distance = TRUSTED };
    if (v.distance == TRUSTED)
        v = judge_time(q, line);
    v.principal = principal;
    return v;
}

static bool is_namespace_asked(const struct question *q)
{
    return q->signature->has_name_space && q->signature->name_space.len > 0 && q->settings->name_space != NULL &&
           asy_view_is(q->signature->name_space, q->settings->name_space);
}

static struct verdict judge(const struct question *q, const struct asy_signer_line *lines)
{
    struct verdict best = refuse(OTHER_KEY, ASY_SIGNER_UNKNOWN, "the key is not in allowed_signers");

    for (const struct asy_signer_line *line = lines; line != NULL; line = line->next) {
        struct verdict v = judge_line(q, line);

        if (v.distance > best.distance)
            best = v;
    }
    /* A namespace says nothing about a key that nobody knows. */
    if (best.distance != OTHER_KEY && !is_namespace_asked(q))
        return refuse(OTHER_NAMESPACE, ASY_SIGNER_NAMESPACE, "the namespace is not the one that was asked for");
    return best;
}

/* The principal as text that a report can show; NULL when the arena is full. */
static const char *shown(struct asy_dossier *dossier, struct asy_view principal)
{
    char text[256];

    asy_printable(principal, text, sizeof text);
    return asy_copy_text(dossier->arena, asy_view_of(text));
}

void asy_trust_judge_ssh(const struct asy_trust *trust, struct asy_dossier *dossier,
                         const struct asy_signature *signature, bool cert_holds, const struct asy_settings *settings,
                         int64_t at, struct asy_ssh_answer *out)
{
    struct question q = { signature, settings, cert_holds, at };
    struct verdict v;

    *out = (struct asy_ssh_answer){ .why = { .reason = ASY_SIGNER_UNKNOWN } };
    if (asy_trust_is_revoked(trust, signature->key_blob, signature->ssh_cert)) {
        out->why = (struct asy_why){ ASY_SIGNER_REVOKED, "a revocation list names the key or its certificate" };
        return;
    }
    v = judge(&q, trust->signers);
    out->why = v.why;
    if (v.distance != TRUSTED)
        return;
    out->principal = shown(dossier, v.principal);
    out->trusted = out->principal != NULL;
}
