/*
 * Memory of one job, freed at once, with a budget that hostile input cannot exceed.  An arena belongs to one thread at
 * a time.  What it gives is zeroed.
 */
#ifndef ASY_BASE_ARENA_H
#define ASY_BASE_ARENA_H

#include "base/view.h"

struct asy_arena;

/* NULL when memory is short.  `budget` bounds the sum of all that is taken from it, in bytes. */
struct asy_arena *asy_arena_new(size_t budget);
void asy_arena_free(struct asy_arena *);

/* Calls `end` with `object` when the arena is freed, the latest first, before any of its memory goes; false as asy_alloc. */
bool asy_arena_at_end(struct asy_arena *, void (*end)(void *object), void *object) __attribute__((warn_unused_result));

/* `n` times `size` zeroed bytes, aligned for any type; NULL when the budget or memory is short. */
void *asy_alloc(struct asy_arena *, size_t n, size_t size) __attribute__((warn_unused_result));

/* True when an allocation was refused for want of budget (and not of memory). */
bool asy_arena_over_budget(const struct asy_arena *);

/* A copy followed by a NUL; false as asy_alloc. */
bool asy_copy(struct asy_arena *, struct asy_view, struct asy_view *out);

/* A NUL-terminated copy of the bytes (which may hold NULs of their own), or NULL. */
char *asy_copy_text(struct asy_arena *, struct asy_view);

/* printf into the arena, or NULL. */
char *asy_printf(struct asy_arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Makes room for one more element behind a growing array in the arena: `*items` holds `n` elements of `size` bytes
 * with room for `*room`.  False when the budget is spent; the array is then as it was.
 */
bool asy_grow(struct asy_arena *, void *items, size_t n, size_t *room, size_t size)
    __attribute__((warn_unused_result));

#endif
