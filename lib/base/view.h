/* Bytes that somebody else owns. */
#ifndef ASY_BASE_VIEW_H
#define ASY_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asy_view {
    const uint8_t *data;
    size_t len;
};

/* A string literal as a view, without its NUL; the second form initialises static objects. */
#define ASY_TEXT(literal) ((struct asy_view)ASY_TEXT_INIT(literal))
#define ASY_TEXT_INIT(literal) { (const uint8_t *)("" literal), sizeof(literal) - 1 }

/* The bytes of a C string; NULL is the empty view. */
struct asy_view asy_view_of(const char *text);

bool asy_view_eq(struct asy_view, struct asy_view);
bool asy_view_is(struct asy_view, const char *text);
bool asy_view_starts(struct asy_view, struct asy_view prefix);
bool asy_view_ends(struct asy_view, struct asy_view suffix);

/* Compares like memcmp, a prefix before what it begins. */
int asy_view_cmp(struct asy_view, struct asy_view);

/* ASCII letters compare equal to their other case. */
bool asy_view_eq_nocase(struct asy_view, struct asy_view);

/* The view without ASCII blanks, tabs, CR and LF at both ends. */
struct asy_view asy_view_trim(struct asy_view);

/* The part from `off` on (empty when `off` is past the end), and the first `len` bytes of the view. */
struct asy_view asy_view_from(struct asy_view, size_t off);
struct asy_view asy_view_head(struct asy_view, size_t len);

/* True when no bit of the view's bytes differs, in time that does not depend on where they differ. */
bool asy_view_same_secret(struct asy_view, struct asy_view);

#endif
