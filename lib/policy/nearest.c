#include "policy/nearest.h"

enum { WORD_MAX = 32, FAR = 3 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* '-' and '_' are taken for each other, and so is the case of a letter. */
static uint8_t folded(uint8_t c)
{
    if (c == '-')
        return '_';
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/* Levenshtein's distance; words that are too long are far from everything. */
static unsigned distance_of(struct asy_view a, struct asy_view b)
{
    unsigned row[WORD_MAX + 1], corner, above;

    if (a.len > WORD_MAX || b.len > WORD_MAX)
        return FAR;
    for (unsigned j = 0; j <= b.len; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        corner = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, corner + (folded(a.data[i - 1]) != folded(b.data[j - 1])));
            corner = above;
        }
    }
    return row[b.len];
}

void asy_nearest_offer(struct asy_nearest *nearest, struct asy_view wrong, const char *name)
{
    unsigned distance = distance_of(wrong, asy_view_of(name));

    if (distance >= FAR || distance * 3 > wrong.len + 1)
        return;
    if (nearest->name == NULL || distance < nearest->distance)
        *nearest = (struct asy_nearest){ name, distance };
}
