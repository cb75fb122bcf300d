#include "model/memory.h"

#include <string.h>

static int by_source(const struct asy_remembered *a, const struct asy_remembered *b)
{
    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : asy_view_cmp(a->source, b->source);
}

/* Where an entry of this kind and source is, or belongs. */
static size_t place_of(const struct asy_memory *memory, const struct asy_remembered *like)
{
    size_t low = 0, high = memory->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (by_source(&memory->entries[middle], like) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_there(const struct asy_memory *memory, size_t place, const struct asy_remembered *like)
{
    return place < memory->n && by_source(&memory->entries[place], like) == 0;
}

const struct asy_remembered *asy_memory_find(const struct asy_memory *memory, const struct asy_remembered *like)
{
    size_t place = place_of(memory, like);

    return is_there(memory, place, like) ? &memory->entries[place] : NULL;
}

static bool is_older(const struct asy_remembered *seen, const struct asy_remembered *known)
{
    int order = 0;

    if (seen->kind == ASY_REMEMBERS_RELEASE)
        return seen->time < known->time;
    return seen->scheme != known->scheme || !asy_version_cmp(seen->scheme, seen->version, known->version, &order) ||
           order < 0;
}

bool asy_memory_allows(const struct asy_memory *memory, const struct asy_remembered *seen)
{
    const struct asy_remembered *known = asy_memory_find(memory, seen);

    return known == NULL || !is_older(seen, known);
}

bool asy_memory_keep(struct asy_memory *memory, struct asy_arena *arena, const struct asy_remembered *seen)
{
    size_t place = place_of(memory, seen);

    if (is_there(memory, place, seen)) {
        if (!is_older(seen, &memory->entries[place]))
            memory->entries[place] = *seen;
        return true;
    }
    if (!asy_grow(arena, &memory->entries, memory->n, &memory->room, sizeof *memory->entries))
        return false;
    memmove(&memory->entries[place + 1], &memory->entries[place], (memory->n - place) * sizeof *memory->entries);
    memory->entries[place] = *seen;
    memory->n++;
    return true;
}
