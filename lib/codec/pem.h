/* Textual encodings: "-----BEGIN label-----", base64 lines, "-----END label-----" (RFC 7468; SSHSIG's own frame). */
#ifndef ASY_CODEC_PEM_H
#define ASY_CODEC_PEM_H

#include "base/reader.h"
#include "base/arena.h"

/* True when the first line that is not blank begins a frame with this label. */
bool asy_is_pem(struct asy_view text, const char *label);

/*
 * The next frame at the reader: its label and decoded bytes.  Blank lines before it are skipped; text before it is an
 * error unless `prose` (RFC 7468 section 2 allows explanatory text).  Lines are canonical base64, no headers.  False when
 * there is no well-formed frame.
 */
bool asy_get_pem(struct asy_reader *, struct asy_arena *, bool prose, struct asy_view *label, struct asy_view *out);

/* The one frame that `text` consists of, with this label; anything before or behind it but blanks is an error. */
bool asy_pem_decode(struct asy_arena *, struct asy_view text, const char *label, struct asy_view *out);

/*
 * Where bytes `off` to `off + len` (at least one) of what one frame holds stand in its text: from their first character
 * to behind their last.  False when the frame's lines are not all of one length and one kind of end, but the last one of
 * the body, which may be shorter: then other bytes could hide among them.  `text` is one that asy_pem_decode takes.
 */
bool asy_pem_place(struct asy_view text, size_t off, size_t len, size_t *from, size_t *to);

#endif
