#include "format/git.h"

#include "codec/pem.h"
#include "codec/signed_data.h"
#include "format/openpgp_signer.h"
#include "format/signer.h"
#include "format/sshsig_signer.h"

/* git's gpg-interface: what a signature begins with, by gpg.format. */
static const char pgp_label[] = "PGP SIGNATURE", pgp_message_label[] = "PGP MESSAGE", cms_label[] = "SIGNED MESSAGE";

static bool is_begin_of(struct asy_view line, const char *label)
{
    struct asy_reader r = asy_reader_of(line);

    return asy_get_text(&r, ASY_TEXT("-----BEGIN ")) && asy_get_text(&r, asy_view_of(label)) &&
           asy_get_text(&r, ASY_TEXT("-----"));
}

bool asy_git_begins_signature(struct asy_view line)
{
    return is_begin_of(line, pgp_label) || is_begin_of(line, pgp_message_label) || is_begin_of(line, cms_label) ||
           is_begin_of(line, ASY_SSHSIG_LABEL);
}

static assay_status claim_openpgp(struct asy_reading *reading, const struct asy_git_signed *is)
{
    const struct asy_openpgp_signed is_signed = { .binary = is->payload };

    return asy_openpgp_add_detached(reading, is->armor, &is_signed);
}

/* gitformat-signature(5): the namespace of an SSH signature is "git". */
static assay_status claim_ssh(struct asy_reading *reading, const struct asy_git_signed *is)
{
    struct asy_signature *signature;
    struct asy_sshsig parts = { 0 };
    assay_status s = asy_sshsig_read(reading, is->armor, &parts);

    if (assay_ok(s))
        s = asy_sshsig_claim(reading, &parts, is->payload, &signature);
    if (assay_ok(s))
        signature->usual_name_space = "git";
    return s;
}

/* What gpgsm makes: CMS without its content. */
static assay_status claim_cms(struct asy_reading *reading, const struct asy_git_signed *is)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_signed_data *data = asy_alloc(arena, 1, sizeof *data);
    struct asy_view message;
    assay_status s;

    if (data == NULL)
        return asy_no_memory(&reading->diag);
    if (!asy_pem_decode(arena, is->armor, cms_label, &message))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "expected one armored SIGNED MESSAGE and nothing else");
    s = asy_signed_data_read(arena, asy_reader_of(message), data, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (data->has_content)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, data->content_at,
                        "the signature carries content of its own, expected none");
    return asy_claim_signers(reading, data, is->payload);
}

/* By the line that the armor begins with. */
static assay_status claim(struct asy_reading *reading, const struct asy_git_signed *is)
{
    if (is_begin_of(is->armor, pgp_label))
        return claim_openpgp(reading, is);
    if (is_begin_of(is->armor, ASY_SSHSIG_LABEL))
        return claim_ssh(reading, is);
    if (is_begin_of(is->armor, cms_label))
        return claim_cms(reading, is);
    if (is_begin_of(is->armor, pgp_message_label))
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, 0, "the signature is an OpenPGP message, expected one apart");
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "the signature is neither OpenPGP nor SSH nor X.509");
}

assay_status asy_git_claim_signature(struct asy_reading *reading, const struct asy_git_signed *is)
{
    size_t first = reading->dossier->facts_n;
    assay_status s = claim(reading, is);

    for (size_t i = first; assay_ok(s) && i < reading->dossier->facts_n; i++) {
        struct asy_claim *made = &reading->dossier->facts[i]->claim;

        if (made->kind != ASY_CLAIM_SIGNATURE || made->is.signature.role != ASY_ROLE_SIGNS)
            continue;
        made->is.signature.has_maker = true;
        made->is.signature.maker = is->maker;
    }
    return s;
}
