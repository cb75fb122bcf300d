#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    BLOCK = 64 * 1024, /* while a job is small; */
    MUCH = 1 << 20,    /* once it has this much, page faults cost more than memory that is not used: */
    LARGE = 8 << 20,
    HUGE = 2 << 20,    /* a large page of the processor */
    ALIGN = 16,
};

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(ALIGN) uint8_t bytes[];
};

struct ending {
    struct ending *next;
    void (*end)(void *object);
    void *object;
};

struct asy_arena {
    struct block *head;
    struct ending *endings;
    size_t taken; /* bytes of all blocks */
    size_t left;
    bool over_budget;
};

struct asy_arena *asy_arena_new(size_t budget)
{
    struct asy_arena *arena = calloc(1, sizeof *arena);

    if (arena != NULL)
        arena->left = budget;
    return arena;
}

void asy_arena_free(struct asy_arena *arena)
{
    struct block *next;

    if (arena == NULL)
        return;
    for (const struct ending *e = arena->endings; e != NULL; e = e->next)
        e->end(e->object);
    for (struct block *b = arena->head; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    free(arena);
}

bool asy_arena_over_budget(const struct asy_arena *arena)
{
    return arena->over_budget;
}

/* Asks for large pages inside a block; memory that is not used stays untouched all the same, but for their grain. */
static void prefer_huge(const struct block *b, size_t whole)
{
    uintptr_t from = ((uintptr_t)b + HUGE - 1) & ~(uintptr_t)(HUGE - 1);
    uintptr_t to = ((uintptr_t)b + whole) & ~(uintptr_t)(HUGE - 1);

    if (from < to)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

static struct block *block_new(struct asy_arena *arena, size_t bytes)
{
    size_t usual = arena->taken < MUCH ? BLOCK : LARGE, size = bytes > usual ? bytes : usual, whole;
    struct block *b;

    if (__builtin_add_overflow(size, sizeof *b, &whole))
        return NULL;
    b = calloc(1, whole);
    if (b == NULL)
        return NULL;
    if (whole >= LARGE)
        prefer_huge(b, whole);
    b->size = size;
    arena->taken += size;
    /* A block of its own for something large must not hide the room left in the current one. */
    if (bytes > usual / 4 && arena->head != NULL) {
        b->next = arena->head->next;
        arena->head->next = b;
    } else {
        b->next = arena->head;
        arena->head = b;
    }
    return b;
}

void *asy_alloc(struct asy_arena *arena, size_t n, size_t size)
{
    struct block *b = arena->head;
    size_t bytes, rounded;
    void *p;

    if (__builtin_mul_overflow(n, size, &bytes) || __builtin_add_overflow(bytes, ALIGN - 1, &rounded))
        return NULL;
    rounded &= ~(size_t)(ALIGN - 1);
    if (rounded > arena->left) {
        arena->over_budget = true;
        return NULL;
    }
    if (b == NULL || rounded > b->size - b->used)
        b = block_new(arena, rounded);
    if (b == NULL)
        return NULL;
    p = b->bytes + b->used;
    b->used += rounded;
    arena->left -= rounded;
    return p;
}

bool asy_arena_at_end(struct asy_arena *arena, void (*end)(void *object), void *object)
{
    struct ending *e = asy_alloc(arena, 1, sizeof *e);

    if (e == NULL)
        return false;
    *e = (struct ending){ arena->endings, end, object };
    arena->endings = e;
    return true;
}

bool asy_copy(struct asy_arena *arena, struct asy_view v, struct asy_view *out)
{
    uint8_t *copy;

    if (v.len == SIZE_MAX)
        return false;
    copy = asy_alloc(arena, v.len + 1, 1);
    if (copy == NULL)
        return false;
    if (v.len > 0)
        memcpy(copy, v.data, v.len);
    *out = (struct asy_view){ copy, v.len };
    return true;
}

char *asy_copy_text(struct asy_arena *arena, struct asy_view v)
{
    char *copy = v.len == SIZE_MAX ? NULL : asy_alloc(arena, v.len + 1, 1);

    if (copy != NULL && v.len > 0)
        memcpy(copy, v.data, v.len);
    return copy;
}

char *asy_printf(struct asy_arena *arena, const char *format, ...)
{
    va_list ap;
    char *text;
    int len;

    va_start(ap, format);
    len = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    text = len < 0 ? NULL : asy_alloc(arena, (size_t)len + 1, 1);
    if (text == NULL)
        return NULL;
    va_start(ap, format);
    (void)vsnprintf(text, (size_t)len + 1, format, ap);
    va_end(ap);
    return text;
}

bool asy_grow(struct asy_arena *arena, void *items, size_t n, size_t *room, size_t size)
{
    void **array = items;
    size_t wanted = *room == 0 ? 8 : *room * 2;
    void *larger;

    if (n < *room)
        return true;
    if (wanted < *room)
        return false;
    larger = asy_alloc(arena, wanted, size);
    if (larger == NULL)
        return false;
    if (n > 0)
        memcpy(larger, *array, n * size);
    *array = larger;
    *room = wanted;
    return true;
}
