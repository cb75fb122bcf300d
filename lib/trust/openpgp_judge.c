/*
 * What an OpenPGP certificate is worth at a time (RFC 9580 5.2.3.10, 5.2.3.31, 10.1): the newest self-signature that may
 * count then, the expiry that it gives, revocations, and for a subkey its binding and the subkey's own word for it.
 */
#include "trust/openpgp.h"

#include "base/text.h"

enum { SHA1_SELFSIG_END = 1675209600 }; /* 2023-02-01: since then nobody has had a reason to make more of them */

struct terms {
    const struct asy_settings *settings;
    int64_t at;
    int64_t now; /* the reference time */
    bool may_be_expired;
};

static bool refuse(struct asy_why *why, enum asy_reason reason, const char *detail)
{
    *why = (struct asy_why){ reason, detail };
    return false;
}

/* ---- one self-signature ---- */

static bool is_strong(const struct asy_settings *settings, const struct asy_openpgp_signature *signature)
{
    if (signature->digest != ASY_SHA1)
        return asy_digest_strength(signature->digest) >= asy_digest_strength(settings->min_digest);
    switch (settings->sha1_selfsig) {
    case ASY_SHA1_SELFSIG_ACCEPT:
        return true;
    case ASY_SHA1_SELFSIG_OLD:
        return signature->created < SHA1_SELFSIG_END;
    case ASY_SHA1_SELFSIG_REJECT:
        break;
    }
    return false;
}

static bool is_current(const struct asy_openpgp_signature *signature, int64_t at)
{
    int64_t end = (int64_t)signature->created + signature->expiry;

    return signature->created <= at && (!signature->has_expiry || signature->expiry == 0 || at < end);
}

static bool may_count(const struct asy_openpgp_signature *signature, const struct asy_pgp_part *about,
                      const struct terms *terms)
{
    return signature->flaw == NULL && signature->created >= about->key.created &&
           is_current(signature, terms->at) && is_strong(terms->settings, signature);
}

static bool is_revocation(uint8_t type)
{
    return type == ASY_PGP_REVOKES_KEY || type == ASY_PGP_REVOKES_SUBKEY || type == ASY_PGP_REVOKES_CERTIFICATION;
}

/* The later of two; of two of one second the one that was found first. */
static const struct asy_pgp_self *later(const struct asy_pgp_self *a, const struct asy_pgp_self *b)
{
    return a == NULL || (b != NULL && b->is.created > a->is.created) ? b : a;
}

/* The newest that may count, revocations aside. */
static const struct asy_pgp_self *newest(const struct asy_pgp_self *selves, const struct asy_pgp_part *about,
                                         const struct terms *terms)
{
    const struct asy_pgp_self *found = NULL;

    for (; selves != NULL; selves = selves->next) {
        if (!is_revocation(selves->is.type) && may_count(&selves->is, about, terms))
            found = later(found, selves);
    }
    return found;
}

/* ---- revocations: those are believed however weak they are ---- */

/* RFC 9580 5.2.3.31: superseded, retired, or no longer true of the user; anything else may be a compromise. */
static bool is_soft(const struct asy_openpgp_signature *signature)
{
    return signature->flaw == NULL && signature->has_reason &&
           (signature->reason == 1 || signature->reason == 3 || signature->reason == 32);
}

/* A soft one holds from its date until something newer is said (`renewed`, NULL: nothing is). */
static bool is_revoked(const struct asy_pgp_self *selves, const struct asy_pgp_self *renewed, int64_t at)
{
    for (; selves != NULL; selves = selves->next) {
        if (!is_revocation(selves->is.type))
            continue;
        if (!is_soft(&selves->is))
            return true;
        if (selves->is.created <= at && (renewed == NULL || renewed->is.created <= selves->is.created))
            return true;
    }
    return false;
}

/* ---- the certificate ---- */

/* The newest self-signature of a user that is not revoked; NULL: it is no user at that time. */
static const struct asy_pgp_self *newest_of_user(const struct asy_pgp_user *user, const struct asy_pgp_cert *cert,
                                                 const struct terms *terms)
{
    const struct asy_pgp_self *found = newest(user->selves, &cert->primary, terms);

    return found == NULL || is_revoked(user->selves, found, terms->at) ? NULL : found;
}

static const struct asy_pgp_self *newest_of_users(const struct asy_pgp_cert *cert, const struct terms *terms)
{
    const struct asy_pgp_self *found = NULL;

    for (const struct asy_pgp_user *user = cert->users; user != NULL; user = user->next)
        found = later(found, newest_of_user(user, cert, terms));
    return found;
}

/* What stands for the primary key at a time. */
struct standing {
    const struct asy_pgp_self *direct, *user, *newest;
};

static struct standing standing_of(const struct asy_pgp_cert *cert, const struct terms *terms)
{
    struct standing found = { .direct = newest(cert->primary.selves, &cert->primary, terms) };

    /* RFC 9580 10.1.1: of version 6 only the direct signature speaks about the key */
    found.user = cert->primary.key.version == 6 ? NULL : newest_of_users(cert, terms);
    found.newest = later(found.direct, found.user);
    return found;
}

static bool is_next(const struct asy_pgp_self *selves, int64_t at, int64_t *next)
{
    bool found = false;

    for (; selves != NULL; selves = selves->next) {
        if (!is_revocation(selves->is.type) && selves->is.created > at && selves->is.created < *next) {
            *next = selves->is.created;
            found = true;
        }
    }
    return found;
}

/* Moves `at` to when the primary key next says something of itself; false when it says nothing more. */
static bool next_self(const struct asy_pgp_cert *cert, int64_t *at)
{
    int64_t next = INT64_MAX;
    bool found = is_next(cert->primary.selves, *at, &next);

    for (const struct asy_pgp_user *user = cert->users; user != NULL; user = user->next)
        found = is_next(user->selves, *at, &next) || found;
    if (found)
        *at = next;
    return found;
}

/* The first of the newest, the direct one and the user's that has the subpacket. */
static const struct asy_pgp_self *saying(const struct standing *standing, bool flags)
{
    const struct asy_pgp_self *order[] = { standing->newest, standing->direct, standing->user };

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (order[i] != NULL && (flags ? order[i]->is.has_flags : order[i]->is.has_key_expiry))
            return order[i];
    }
    return NULL;
}

static bool is_expired(const struct asy_pgp_part *part, const struct asy_pgp_self *by, int64_t at)
{
    return by != NULL && by->is.has_key_expiry && by->is.key_expiry > 0 &&
           at >= (int64_t)part->key.created + by->is.key_expiry;
}

/*
 * Self-signatures that were renewed are often cleaned away.  A primary key needs nobody's binding: what it says of itself
 * first counts from the time it was made, where nothing older is left.
 */
static struct standing standing_since(const struct asy_pgp_cert *cert, const struct terms *terms)
{
    struct standing found = standing_of(cert, terms);
    struct terms later = *terms;

    while (found.newest == NULL && next_self(cert, &later.at) && later.at <= terms->now)
        found = standing_of(cert, &later);
    return found;
}

static bool is_primary_valid(const struct asy_pgp_cert *cert, const struct terms *terms, struct asy_why *why)
{
    struct standing standing = standing_since(cert, terms);

    if (terms->at < cert->primary.key.created)
        return refuse(why, ASY_SIGNER_NOT_YET_VALID, "the primary key was made later");
    if (is_revoked(cert->primary.selves, standing_of(cert, terms).newest, terms->at))
        return refuse(why, ASY_SIGNER_REVOKED, "the certificate is revoked");
    if (standing.newest == NULL)
        return refuse(why, ASY_CHAIN_INVALID, "no self-signature of the certificate counts at that time");
    if (!terms->may_be_expired && is_expired(&cert->primary, saying(&standing, false), terms->at))
        return refuse(why, ASY_SIGNER_EXPIRED, "the certificate");
    return true;
}

static bool may_primary_sign(const struct asy_pgp_cert *cert, const struct terms *terms, struct asy_why *why)
{
    struct standing standing = standing_since(cert, terms);
    const struct asy_pgp_self *flags = saying(&standing, true);

    if (flags != NULL && (flags->is.flags & ASY_PGP_MAY_SIGN) == 0)
        return refuse(why, ASY_SIGNER_PURPOSE, "the primary key is not for signing data");
    return true;
}

/* RFC 9580 5.2.1.9: a subkey that signs must itself say whose it is, or anybody could claim it. */
static bool is_backed(const struct asy_pgp_self *binding, const struct asy_pgp_part *subkey, const struct terms *terms)
{
    return binding->has_back && may_count(&binding->back, subkey, terms);
}

static bool may_subkey_sign(const struct asy_pgp_part *subkey, const struct terms *terms, struct asy_why *why)
{
    const struct asy_pgp_self *binding = newest(subkey->selves, subkey, terms);

    if (terms->at < subkey->key.created)
        return refuse(why, ASY_SIGNER_NOT_YET_VALID, "the subkey was made later");
    if (is_revoked(subkey->selves, binding, terms->at))
        return refuse(why, ASY_SIGNER_REVOKED, "the subkey is revoked");
    if (binding == NULL)
        return refuse(why, ASY_CHAIN_INVALID, "the subkey is not bound to the certificate at that time");
    if (binding->is.has_flags && (binding->is.flags & ASY_PGP_MAY_SIGN) == 0)
        return refuse(why, ASY_SIGNER_PURPOSE, "the subkey is not for signing data");
    if (!is_backed(binding, subkey, terms))
        return refuse(why, ASY_CHAIN_INVALID, "the subkey has not signed that it belongs to the certificate");
    if (!terms->may_be_expired && is_expired(subkey, binding, terms->at))
        return refuse(why, ASY_SIGNER_EXPIRED, "the subkey");
    return true;
}

static bool is_valid_at(const struct asy_pgp_part *part, const struct terms *terms, struct asy_why *why)
{
    if (!is_primary_valid(part->cert, terms, why))
        return false;
    return part == &part->cert->primary ? may_primary_sign(part->cert, terms, why) : may_subkey_sign(part, terms, why);
}

/* ---- the signature ---- */

/*
 * Seconds by which the signer's clock may be ahead: what it says is no evidence of the time, and clocks differ by as much as
 * a time zone that was taken for UTC.
 */
enum { CLOCKS_DIFFER = 24 * 60 * 60 };

/* What the packet says of itself, whoever made it. */
static bool may_packet_count(const struct asy_openpgp *packet, const struct asy_settings *settings, int64_t at,
                             struct asy_why *why)
{
    if (packet->version == 3 && !settings->openpgp_v3)
        return refuse(why, ASY_SIGNATURE_ALGORITHM, "an OpenPGP signature packet of version 3");
    if (packet->flaw != NULL)
        return refuse(why, ASY_SIGNATURE_CONDITION, packet->flaw);
    if (packet->created > at + CLOCKS_DIFFER)
        return refuse(why, ASY_SIGNATURE_FUTURE, NULL);
    if (packet->has_expiry && at >= packet->expiry)
        return refuse(why, ASY_SIGNATURE_EXPIRED, NULL);
    return true;
}

static bool is_hex_of(struct asy_view bytes, const char *text)
{
    char hex[2 * ASY_DIGEST_MAX + 1];

    asy_hex(bytes, hex);
    return asy_view_eq_nocase(asy_view_of(hex), asy_view_of(text));
}

static bool is_required(const struct asy_pgp_part *part, const struct asy_settings *settings)
{
    const struct asy_pgp_part *primary = &part->cert->primary;

    return settings->signer == NULL ||
           is_hex_of((struct asy_view){ part->fingerprint, part->fingerprint_len }, settings->signer) ||
           is_hex_of((struct asy_view){ primary->fingerprint, primary->fingerprint_len }, settings->signer);
}

/* The part of "Name <address>" between the last brackets; all of it where there are none. */
static struct asy_view address_of(struct asy_view id)
{
    if (id.len == 0 || id.data[id.len - 1] != '>')
        return id;
    for (size_t i = id.len - 1; i > 0; i--) {
        if (id.data[i - 1] == '<')
            return asy_view_head(asy_view_from(id, i), id.len - 1 - i);
    }
    return id;
}

/* A user of the certificate by the whole id or its address; without a name asked for, the newest one. */
static const struct asy_pgp_user *user_of(const struct asy_pgp_cert *cert, const char *wanted,
                                          const struct terms *terms)
{
    const struct asy_pgp_user *found = NULL;
    const struct asy_pgp_self *best = NULL;

    for (const struct asy_pgp_user *user = cert->users; user != NULL; user = user->next) {
        const struct asy_pgp_self *self = user->is_attribute ? NULL : newest_of_user(user, cert, terms);

        if (self == NULL || (wanted != NULL && !asy_view_is(user->id, wanted) &&
                             !asy_view_is(address_of(user->id), wanted)))
            continue;
        if (later(best, self) == self) {
            best = self;
            found = user;
        }
    }
    return found;
}

/* The identity asked for is the entry's name in the policy, or a user of the certificate. */
static bool is_identified(const struct asy_trusted_key *entry, const struct asy_pgp_user *user,
                          const struct asy_settings *settings)
{
    return settings->identity == NULL || user != NULL || asy_view_is(asy_view_of(entry->name), settings->identity);
}

static bool is_entry_valid(const struct asy_trusted_key *entry, const struct asy_signature *signature,
                           const struct asy_settings *settings, int64_t at, struct asy_why *why)
{
    const struct asy_pgp_part *primary = &entry->openpgp->cert->primary;
    struct terms then = { settings, signature->openpgp->created, at, false };
    struct terms now = { settings, at, at, settings->expired_at_signing_time };

    if (asy_key_is_rsa(primary->handle) && asy_key_bits(primary->handle) < settings->min_rsa)
        return refuse(why, ASY_SIGNER_WEAK_KEY, asy_key_name(primary->handle));
    if (at < entry->from)
        return refuse(why, ASY_SIGNER_NOT_YET_VALID, entry->name);
    if (at >= entry->until)
        return refuse(why, ASY_SIGNER_EXPIRED, entry->name);
    return is_valid_at(entry->openpgp, &now, why) && is_valid_at(entry->openpgp, &then, why);
}

/* The words as a report may show them, in the arena. */
static const char *shown(struct asy_dossier *dossier, struct asy_view text)
{
    char printable[256];

    asy_printable(text, printable, sizeof printable);
    return asy_copy_text(dossier->arena, asy_view_of(printable));
}

static void judge_entry(struct asy_dossier *dossier, const struct asy_trusted_key *entry,
                        const struct asy_signature *signature, const struct asy_settings *settings, int64_t at,
                        struct asy_openpgp_answer *out)
{
    const struct asy_pgp_cert *cert = entry->openpgp->cert;
    const struct terms now = { settings, at, at, true };
    const struct asy_pgp_user *user = user_of(cert, settings->identity, &now);
    bool first = !out->known;
    struct asy_why why = { ASY_REASON_NONE, NULL };

    out->known = true;
    if (!is_entry_valid(entry, signature, settings, at, &why))
        ;
    else if (!is_required(entry->openpgp, settings))
        (void)refuse(&why, ASY_SIGNER_IDENTITY, "the key's fingerprint is another");
    else if (!is_identified(entry, user, settings))
        (void)refuse(&why, ASY_SIGNER_IDENTITY, "no user of the certificate");
    else
        out->trusted = true;
    if (!first && !out->trusted)
        return;
    out->why = why;
    out->name = entry->name;
    out->user = user == NULL ? NULL : shown(dossier, user->id);
    for (size_t i = 0; i < sizeof out->fingerprint; i++)
        out->fingerprint[i] = asy_key_fingerprint(cert->primary.handle)[i];
}

static bool is_key(const struct asy_trusted_key *entry, const uint8_t fingerprint[static 32])
{
    struct asy_view own = { asy_key_fingerprint(entry->key), 32 };

    return entry->openpgp != NULL && asy_view_eq(own, (struct asy_view){ fingerprint, 32 });
}

void asy_trust_judge_openpgp(const struct asy_trust *trust, struct asy_dossier *dossier,
                             const struct asy_signature *signature, const uint8_t key_fingerprint[static 32],
                             const struct asy_settings *settings, int64_t at, struct asy_openpgp_answer *out)
{
    struct asy_why why = { ASY_SIGNER_UNKNOWN, NULL };
    bool may_count = may_packet_count(signature->openpgp, settings, at, &why);

    *out = (struct asy_openpgp_answer){ .why = why };
    for (size_t i = 0; !out->trusted && i < trust->keys_n; i++) {
        if (is_key(&trust->keys[i], key_fingerprint) && asy_trust_may_have_signed(&trust->keys[i], signature))
            judge_entry(dossier, &trust->keys[i], signature, settings, at, out);
    }
    if (!may_count) {
        out->trusted = false;
        out->why = why;
    }
}

/* ---- candidates ---- */

static bool is_hinted(const struct asy_pgp_part *part, struct asy_view issuer)
{
    struct asy_view fingerprint = { part->fingerprint, part->fingerprint_len };

    return asy_view_eq(issuer, fingerprint) || asy_view_eq(issuer, asy_openpgp_key_id(part->key.version, fingerprint));
}

/* RFC 9580 5.2.3: a key makes signatures of its own version. */
static bool is_version_of(const struct asy_pgp_part *part, const struct asy_openpgp *packet)
{
    return part->key.version == 6 ? packet->version == 6 : packet->version == 4 || packet->version == 3;
}

bool asy_trust_may_have_signed(const struct asy_trusted_key *entry, const struct asy_signature *signature)
{
    if (entry->is_layout != signature->is_layout)
        return false;
    if (entry->is_registry)
        return signature->openpgp == NULL && asy_view_eq(signature->key_id, entry->key_id);
    if (entry->openpgp == NULL || signature->openpgp == NULL)
        return entry->openpgp == NULL && signature->openpgp == NULL &&
               (entry->key_id.len == 0 || asy_view_eq(signature->key_id, entry->key_id));
    if (!is_version_of(entry->openpgp, signature->openpgp))
        return false;
    for (size_t i = 0; i < signature->openpgp->issuers_n; i++) {
        if (is_hinted(entry->openpgp, signature->openpgp->issuers[i]))
            return true;
    }
    return signature->openpgp->issuers_n == 0;
}
