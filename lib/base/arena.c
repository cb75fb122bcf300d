#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    BLOCK = 64 * 1024, /* while a job is small; */
    MUCH = 1 << 20,    /* once it has this much, page faults cost more than memory that is not used: */
    HUGE = 2 << 20,    /* a large page of the processor, and */
    LARGE = 4 * HUGE,  /* blocks that consist of such */
    ALIGN = 16,
};

struct block {
    struct block *next;
    size_t used, size;
    void *map; /* of `mapped` bytes, where the block lies; NULL: it is from malloc */
    size_t mapped;
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
        if (b->map != NULL)
            (void)munmap(b->map, b->mapped);
        else
            free(b);
    }
    free(arena);
}

bool asy_arena_over_budget(const struct asy_arena *arena)
{
    return arena->over_budget;
}

/*
 * A block that begins and ends with large pages, which are faulted in and cleared in one go each.  Memory that is not used
 * stays untouched all the same, but for their grain.
 */
static struct block *map_block(size_t whole)
{
    struct block *b;
    size_t mapped;
    char *map;

    if (__builtin_add_overflow(whole, 2 * HUGE - 1, &mapped))
        return NULL;
    whole = (whole + HUGE - 1) & ~(size_t)(HUGE - 1);
    map = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    b = (void *)(((uintptr_t)map + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
    (void)madvise(b, whole, MADV_HUGEPAGE);
    b->map = map;
    b->mapped = mapped;
    b->size = whole - sizeof *b;
    return b;
}

static struct block *small_block(size_t whole)
{
    struct block *b = calloc(1, whole);

    if (b != NULL)
        b->size = whole - sizeof *b;
    return b;
}

static struct block *block_new(struct asy_arena *arena, size_t bytes)
{
    size_t usual = (arena->taken < MUCH ? BLOCK : LARGE) - sizeof(struct block), whole;
    struct block *b;

    if (__builtin_add_overflow(bytes > usual ? bytes : usual, sizeof *b, &whole))
        return NULL;
    b = whole < HUGE ? small_block(whole) : map_block(whole);
    if (b == NULL)
        return NULL;
    arena->taken += b->size;
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
