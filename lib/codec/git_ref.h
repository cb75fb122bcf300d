/* References of git as they lie on disk (git-check-ref-format(1), gitrepository-layout(5)). */
#ifndef ASY_CODEC_GIT_REF_H
#define ASY_CODEC_GIT_REF_H

#include "base/reader.h"

enum { ASY_GIT_HEX = 40 }; /* digits of an object's id: SHA-1, lower case */

/* The next 40 lower-case digits as 20 bytes. */
bool asy_get_git_id(struct asy_reader *, uint8_t out[static ASY_GIT_HEX / 2]);

/* True when the text is one id and nothing else. */
bool asy_is_git_id(struct asy_view, uint8_t out[static ASY_GIT_HEX / 2]);

/* True for what git lets a reference be called, "refs/" or not: no "..", no control character, no part ending in ".lock". */
bool asy_is_git_ref(struct asy_view);

struct asy_git_ref {
    uint8_t id[ASY_GIT_HEX / 2];
    struct asy_view target; /* of a symbolic reference: another name; empty: `id` it is */
};

/* A file of one reference: "ref: NAME" or an id, and the end of its line. */
bool asy_git_read_ref(struct asy_view file, struct asy_git_ref *out);

/*
 * The id of a name in packed-refs.  False when the file is malformed (`*malformed`), names it twice (likewise), or does
 * not name it.
 */
bool asy_git_find_packed(struct asy_view file, struct asy_view name, struct asy_git_ref *out, bool *malformed);

#endif
