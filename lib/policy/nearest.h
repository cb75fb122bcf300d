/* "Did you mean": the known word nearest to a wrong one. */
#ifndef ASY_POLICY_NEAREST_H
#define ASY_POLICY_NEAREST_H

#include "base/view.h"

/*
 * The best candidate so far, for walking any kind of table: start with { 0 }, offer every name, then read `name`, which
 * is NULL when none is near (at most two letters off, and fewer for short words).
 */
struct asy_nearest {
    const char *name;
    unsigned distance;
};

void asy_nearest_offer(struct asy_nearest *, struct asy_view wrong, const char *name);

#endif
