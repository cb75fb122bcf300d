/* What hostile input may cost.  Every limit can be lowered; a limit that is reached is never an ALLOW. */
#ifndef ASY_BASE_LIMITS_H
#define ASY_BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct asy_limits {
    size_t arena;          /* bytes of memory of one job */
    uint64_t document;     /* bytes of one signature, bundle, key or certificate file */
    uint64_t subject;      /* bytes of one file that is digested */
    uint64_t manifest;     /* bytes of one hash manifest */
    uint64_t pure_message; /* bytes of a message that an algorithm wants in memory (pure Ed25519) */
    uint64_t unpacked;     /* bytes that decompression may give */
    uint32_t items;        /* files of a tree, members of an archive, and evidence, together */
    uint32_t claims;
    uint32_t signatures; /* of one document; of all together sixteen times as many */
    uint32_t depth; /* directories below the root; documents inside documents */
    uint32_t chain; /* certificates from leaf to anchor */
    uint32_t line;  /* bytes of one line of a text format */
};

/* The defaults, described in assay-policy(5). */
extern const struct asy_limits asy_default_limits;

#endif
