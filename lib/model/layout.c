#include "model/layout.h"

#include "base/digest_alg.h"

#include <stdlib.h>

static const struct asy_hash *find_hash(const struct asy_artifact *artifact, struct asy_view alg)
{
    for (size_t i = 0; i < artifact->hashes_n; i++) {
        if (asy_view_eq(artifact->hashes[i].alg, alg))
            return &artifact->hashes[i];
    }
    return NULL;
}

/* Every hash of `a` stands in `b`, and the strongest of them has this many bits. */
static bool is_within(const struct asy_artifact *a, const struct asy_artifact *b, unsigned *strength)
{
    *strength = 0;
    for (size_t i = 0; i < a->hashes_n; i++) {
        const struct asy_hash *other = find_hash(b, a->hashes[i].alg);
        unsigned bits = asy_digest_strength(asy_digest_of_name(a->hashes[i].alg));

        if (other == NULL || !asy_view_eq(other->hex, a->hashes[i].hex))
            return false;
        if (bits > *strength)
            *strength = bits;
    }
    return true;
}

bool asy_artifact_same(const struct asy_artifact *a, const struct asy_artifact *b, unsigned floor)
{
    const struct asy_artifact *fewer = a->item != NULL ? b : a, *more = fewer == a ? b : a;
    unsigned strength;

    return (more->item != NULL || a->hashes_n == b->hashes_n) && is_within(fewer, more, &strength) &&
           fewer->hashes_n > 0 && strength >= floor;
}

bool asy_artifacts_equal(const struct asy_artifacts *a, const struct asy_artifacts *b)
{
    unsigned ignored;

    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (!asy_view_eq(a->at[i].path, b->at[i].path) || a->at[i].hashes_n != b->at[i].hashes_n ||
            !is_within(&a->at[i], &b->at[i], &ignored))
            return false;
    }
    return true;
}

/* Compares a path in two parts with a whole one. */
static int compare(struct asy_view before, struct asy_view behind, struct asy_view path)
{
    int order = asy_view_cmp(before, asy_view_head(path, before.len));

    return order != 0 ? order : asy_view_cmp(behind, asy_view_from(path, before.len));
}

const struct asy_artifact *asy_artifact_find(const struct asy_artifacts *artifacts, struct asy_view before,
                                             struct asy_view behind)
{
    size_t low = 0, high = artifacts->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(before, behind, artifacts->at[middle].path);

        if (order == 0)
            return &artifacts->at[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int by_path(const void *a, const void *b)
{
    const struct asy_artifact *x = a, *y = b;

    return asy_view_cmp(x->path, y->path);
}

bool asy_artifacts_sort(struct asy_artifacts *artifacts)
{
    if (artifacts->n > 1)
        qsort(artifacts->at, artifacts->n, sizeof *artifacts->at, by_path);
    for (size_t i = 1; i < artifacts->n; i++) {
        if (asy_view_eq(artifacts->at[i - 1].path, artifacts->at[i].path))
            return false;
    }
    return true;
}
