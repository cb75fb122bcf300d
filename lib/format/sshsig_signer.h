/* SSH signatures as claims, for every format that carries one; itself no format. */
#ifndef ASY_FORMAT_SSHSIG_SIGNER_H
#define ASY_FORMAT_SSHSIG_SIGNER_H

#include "codec/ssh.h"
#include "format/format.h"

#define ASY_SSHSIG_LABEL "SSH SIGNATURE" /* of the armor */

/* The blob of a signature and what its parts say (PROTOCOL.sshsig). */
struct asy_sshsig {
    struct asy_view public_key, name_space, hash_name, signature;
    enum asy_digest_alg hash;
    struct asy_ssh_key key;
    struct asy_ssh_certificate cert;
    bool has_cert;
    struct asy_ssh_signature own, of_ca;
};

/* Reads one armored signature, which is all of `text`.  ASSAY_E_FORMAT, ASSAY_E_UNSUPPORTED. */
assay_status asy_sshsig_read(struct asy_reading *, struct asy_view text, struct asy_sshsig *out);

/*
 * Adds what it claims about `content`, and what the authority claims about its key where that comes in a certificate.
 * `out` is the signature's claim, to be completed by the caller.
 */
assay_status asy_sshsig_claim(struct asy_reading *, struct asy_sshsig *, struct asy_recipe content,
                              struct asy_signature **out);

#endif
