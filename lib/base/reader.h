/*
 * A cursor over bytes from outside: the only code that moves through them.  Every getter answers whether the bytes
 * were there; on false nothing has moved and nothing was written.
 */
#ifndef ASY_BASE_READER_H
#define ASY_BASE_READER_H

#include "base/view.h"

struct asy_reader {
    struct asy_view rest; /* what is still to be read */
    size_t at;            /* bytes read so far: the place to name in an error */
};

struct asy_reader asy_reader_of(struct asy_view);
bool asy_at_end(const struct asy_reader *);

bool asy_get_u8(struct asy_reader *, uint8_t *out);
bool asy_get_be16(struct asy_reader *, uint16_t *out);
bool asy_get_be32(struct asy_reader *, uint32_t *out);
bool asy_get_be64(struct asy_reader *, uint64_t *out);
bool asy_get_le16(struct asy_reader *, uint16_t *out);
bool asy_get_le32(struct asy_reader *, uint32_t *out);
bool asy_get_le64(struct asy_reader *, uint64_t *out);

/* The next `len` bytes. */
bool asy_get_view(struct asy_reader *, size_t len, struct asy_view *out);

/* Steps over `text`, which must be the next bytes. */
bool asy_get_text(struct asy_reader *, struct asy_view text);

/* The bytes up to the next LF, which is stepped over and not part of `out`.  A last line may lack its LF.
 * False only at the end. */
bool asy_get_line(struct asy_reader *, struct asy_view *out);

/* As asy_get_line, and one CR before the LF is dropped. */
bool asy_get_text_line(struct asy_reader *, struct asy_view *out);

/* The bytes up to `end`, which is stepped over; false when it does not come. */
bool asy_get_until(struct asy_reader *, uint8_t end, struct asy_view *out);

/* A 32-bit big-endian length and that many bytes (RFC 4251 section 5, "string"). */
bool asy_get_string32(struct asy_reader *, struct asy_view *out);

#endif
