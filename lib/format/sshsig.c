/*
 * SSH signatures over files (OpenSSH's PROTOCOL.sshsig), made by `ssh-keygen -Y sign`.
 *
 *   document = "-----BEGIN SSH SIGNATURE-----" base64(blob) "-----END SSH SIGNATURE-----", and nothing else
 *   blob     = "SSHSIG" uint32 1, string public key or certificate, string namespace, string reserved,
 *              string hash algorithm, string signature
 *   signed   = "SSHSIG" string namespace, string "", string hash algorithm, string H(file)
 *
 * The reserved field must be ignored, whatever it holds, and is signed as empty.  A security key signs
 * SHA-256(application) flags counter SHA-256(signed) (PROTOCOL.u2f).  Where the key comes in a certificate, the
 * authority's signature over it (PROTOCOL.certkeys) is a second claim about the first.
 */
#include "format/sshsig_signer.h"

#include "codec/pem.h"

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_is_pem(glimpse->head, ASY_SSHSIG_LABEL);
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_signature *signature;
    struct asy_sshsig parts = { 0 };
    struct asy_recipe content;
    struct asy_piece whole;
    assay_status s = asy_sshsig_read(reading, reading->bytes, &parts);

    if (!assay_ok(s))
        return s;
    if (reading->about == NULL)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the file that it signs is not there");
    whole = asy_whole(reading->about);
    if (!asy_recipe_of(reading->dossier->arena, &whole, 1, &content))
        return asy_no_memory(&reading->diag);
    return asy_sshsig_claim(reading, &parts, content, &signature);
}

static const char *const suffixes[] = { ".sig", ".sshsig", NULL };

const struct asy_format asy_format_sshsig = {
    .name = "sshsig",
    .title = "SSH signatures (ssh-keygen -Y sign)",
    .kind = ASY_KIND_SIGNATURE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
