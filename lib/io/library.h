/* Libraries that are loaded when something first wants them, so that nothing else pays for them. */
#ifndef ASY_IO_LIBRARY_H
#define ASY_IO_LIBRARY_H

#include <stdbool.h>

/* The library of a soname; NULL when it is not installed.  It stays in memory until it is let go as often as it was opened. */
void *asy_library_open(const char *soname);
void asy_library_close(void *library); /* NULL is fine */

/* As asy_library_open, for one that must not go again: it has threads or storage of threads. */
void *asy_library_keep(const char *soname);

/* Puts the address of a function of this name into `*out`, a pointer to a function; false when there is none. */
bool asy_library_find(void *library, const char *name, void *out);

#endif
