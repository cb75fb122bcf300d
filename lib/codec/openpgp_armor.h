/*
 * OpenPGP's ASCII armor and its cleartext framework (RFC 9580 sections 6 and 7), strictly: one frame and nothing around
 * it, only headers that the standard names, canonical base64, a checksum that is right where it is there.
 */
#ifndef ASY_CODEC_OPENPGP_ARMOR_H
#define ASY_CODEC_OPENPGP_ARMOR_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/reader.h"

/* True when the first line that is not blank is "-----BEGIN label-----". */
bool asy_is_openpgp_armor(struct asy_view text, const char *label);

/*
 * The frame with this label ("PGP SIGNATURE") at the reader, up to and with its last line; blank lines may come before.
 * The armored bytes are in the arena.
 */
assay_status asy_get_openpgp_armor(struct asy_reader *, struct asy_arena *, const char *label, struct asy_view *out,
                                   struct asy_diag *);

/* The one frame with this label that the text is: nothing but blanks stands around it. */
assay_status asy_openpgp_dearmor(struct asy_arena *, struct asy_view text, const char *label, struct asy_view *out,
                                 struct asy_diag *);

/*
 * The frames of detached signatures that the text is, one behind the other with nothing but blank lines around them, as
 * several signers of one file are joined (Debian's Release.gpg); `out`: all their packets.
 */
assay_status asy_openpgp_dearmor_signatures(struct asy_arena *, struct asy_view text, struct asy_view *out,
                                            struct asy_diag *);

/* A signed text (RFC 9580 section 7). */
struct asy_openpgp_cleartext {
    struct asy_view lines;      /* the text where it stands, dash-escaped, from its first line to the end of its last */
    struct asy_view text;       /* without escapes and blanks at line ends, LF between lines and none at the end */
    struct asy_view canonical;  /* the same with CR LF between lines: what is hashed */
    struct asy_view signatures; /* packets */
};

/*
 * A whole cleartext-signed document.  ASSAY_E_FORMAT for anything around the frame, a header other than Hash, a line that
 * begins with a dash and is not escaped, a signature that is not there.
 */
assay_status asy_openpgp_read_cleartext(struct asy_arena *, struct asy_view document,
                                        struct asy_openpgp_cleartext *out, struct asy_diag *);

#endif
