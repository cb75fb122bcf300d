/* Private to trust/: one line of allowed_signers, parsed by allowed_signers.c and judged by ssh.c. */
#ifndef ASY_TRUST_SIGNER_LINE_H
#define ASY_TRUST_SIGNER_LINE_H

#include "base/view.h"

struct asy_signer_line {
    struct asy_signer_line *next;
    struct asy_view principals; /* pattern-list */
    struct asy_view namespaces; /* pattern-list */
    struct asy_view blob;       /* the key */
    int64_t from, until;        /* seconds since 1970; valid at from <= t < until */
    bool is_authority;          /* the key signs certificates and nothing else */
    bool has_namespaces;
};

/*
 * ssh_config(5) PATTERNS: comma separated, `*` and `?`; matches when one pattern does and no pattern behind a `!` does.
 * The empty text matches nothing.
 */
bool asy_pattern_list_matches(struct asy_view list, struct asy_view text);

#endif
