/* Private to trust/: how the fields of TUF metadata are read; the files that do it share this. */
#ifndef ASY_TRUST_TUF_READ_H
#define ASY_TRUST_TUF_READ_H

#include "codec/node.h"
#include "trust/tuf_meta.h"

/* A reading of one file: where it goes, and what was wrong. */
struct asy_tuf_reading {
    const struct asy_crypto *crypto;
    struct asy_arena *arena;
    struct asy_diag *diag;
};

/* ASSAY_E_FORMAT at the node's line; `node` may be NULL. */
assay_status asy_tuf_wrong(const struct asy_tuf_reading *, const struct asy_node *, const char *what);

/* A member that must be there and of this kind, else ASSAY_E_FORMAT. */
assay_status asy_tuf_member(const struct asy_tuf_reading *, const struct asy_node *map, const char *name,
                            enum asy_node_kind, const struct asy_node **out);

/* A member that is a number from `least` to 2^63 - 1. */
assay_status asy_tuf_number(const struct asy_tuf_reading *, const struct asy_node *map, const char *name, uint64_t least,
                            uint64_t *out);

/* "keys", and "roles": a map by name in a root, a list in delegations. */
assay_status asy_tuf_read_root_roles(const struct asy_tuf_reading *, const struct asy_node *root, struct asy_tuf_roles *);
assay_status asy_tuf_read_delegations(const struct asy_tuf_reading *, const struct asy_node *, struct asy_tuf_roles *);

/* One key; never a failure but that of memory: see asy_tuf_key. */
assay_status asy_tuf_read_key(const struct asy_tuf_reading *, const struct asy_node *, struct asy_tuf_key *);

/* "meta" of timestamp and snapshot, "targets" of targets. */
assay_status asy_tuf_read_files(const struct asy_tuf_reading *, const struct asy_node *map, bool are_targets,
                                struct asy_tuf_meta *);

#endif
