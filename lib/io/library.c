#include "io/library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

void *asy_library_open(const char *soname)
{
    return dlopen(soname, RTLD_NOW | RTLD_LOCAL);
}

void *asy_library_keep(const char *soname)
{
    return dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

void asy_library_close(void *library)
{
    if (library != NULL)
        (void)dlclose(library);
}

bool asy_library_find(void *library, const char *name, void *out)
{
    void *symbol = dlsym(library, name);

    memcpy(out, &symbol, sizeof symbol); /* ISO C has no cast from an object to a function pointer */
    return symbol != NULL;
}
