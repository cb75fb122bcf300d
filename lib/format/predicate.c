#include "format/predicate.h"

#define PREDICATE(name) extern const struct asy_predicate asy_predicate_##name;
#include "format/predicates.def"
#undef PREDICATE

#define PREDICATE(name) &asy_predicate_##name,
static const struct asy_predicate *const predicates[] = {
#include "format/predicates.def"
    NULL,
};
#undef PREDICATE

const struct asy_predicate *asy_predicate_of(struct asy_view type)
{
    for (size_t i = 0; predicates[i] != NULL; i++) {
        for (const char *const *each = predicates[i]->types; *each != NULL; each++) {
            if (asy_view_is(type, *each))
                return predicates[i];
        }
    }
    return NULL;
}
