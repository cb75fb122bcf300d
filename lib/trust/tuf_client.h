/* Private to trust/: what the parts of the TUF client share. */
#ifndef ASY_TRUST_TUF_CLIENT_H
#define ASY_TRUST_TUF_CLIENT_H

#include "trust/tuf.h"

/* Bytes of a file, where nothing trusted says how long it is; and never more than that. */
enum {
    ASY_TUF_ROOT_BYTES = 512 << 10,
    ASY_TUF_TIMESTAMP_BYTES = 64 << 10,
    ASY_TUF_SNAPSHOT_BYTES = 4 << 20,
    ASY_TUF_TARGETS_BYTES = 8 << 20,
    ASY_TUF_ALL_TARGETS_BYTES = 64 << 20, /* of the delegated roles that one client meets */
};

/* A role of targets that was met, by whichever way first. */
struct asy_tuf_met {
    struct asy_view name;
    struct asy_tuf_meta *meta;
    struct asy_tuf_met *next;
};

struct asy_tuf {
    const struct asy_crypto *crypto;
    struct asy_arena *arena; /* paths and names */
    const char *dir;
    int64_t at;
    int lock;
    struct asy_tuf_meta *root, *timestamp, *snapshot; /* trusted; NULL until then */
    struct asy_tuf_met *met; /* "targets" is one of them */
    uint64_t met_bytes;
    bool is_current; /* all of them were refreshed */
};

/* ---- the directory ---- */

/*
 * The file of a role, malformed or not, read as this type.  `*out` is NULL where there is no file.  A file that cannot be
 * read is a failure: what was trusted before is not known then.
 */
assay_status asy_tuf_load(struct asy_tuf *, struct asy_view role, enum asy_tuf_type, struct asy_tuf_meta **out,
                          struct asy_diag *);
assay_status asy_tuf_save(struct asy_tuf *, struct asy_view role, struct asy_view bytes, struct asy_diag *);

/*
 * A root takes the place of the one before.  Where the keys of timestamp or snapshot are others, their files go with it
 * (5.3.11), also when the process ends in between: asy_tuf_finish_rotation ends what was begun.
 */
assay_status asy_tuf_save_root(struct asy_tuf *, const struct asy_tuf_meta *next, struct asy_diag *);
assay_status asy_tuf_finish_rotation(struct asy_tuf *, struct asy_diag *);

/* ---- checks that all roles share; each names the file ---- */

/* Fetches a file and reads it as this type. */
assay_status asy_tuf_fetch(struct asy_tuf *, struct asy_fetcher *, const char *path, uint64_t limit, enum asy_tuf_type,
                           struct asy_tuf_meta **out, struct asy_diag *);

/* Signed by the role, as `by` says. */
assay_status asy_tuf_check_signed(struct asy_tuf *, const struct asy_tuf_meta *, const struct asy_tuf_roles *by,
                                  const struct asy_tuf_role *, struct asy_diag *);
assay_status asy_tuf_check_fresh(const struct asy_tuf *, const struct asy_tuf_meta *, struct asy_view role, struct asy_diag *);

/* Length and hashes, where they are said, and the version: what another role says of this one. */
assay_status asy_tuf_check_named(struct asy_tuf *, const struct asy_tuf_meta *, const struct asy_tuf_file *, struct asy_diag *);

/* The role of targets `role`, as `by` delegates to it: the copy that is here when it is the right one, else fetched. */
assay_status asy_tuf_meet(struct asy_tuf *, struct asy_fetcher *, const struct asy_tuf_roles *by, const struct asy_tuf_role *,
                          const struct asy_tuf_meta **out, struct asy_diag *);

/* "ROLE.json" percent-encoded, with the version before it where the root says so and it is not 0; NULL: no memory. */
const char *asy_tuf_path(struct asy_tuf *, struct asy_view role, uint64_t version);

/* The role of the root by its name. */
const struct asy_tuf_role *asy_tuf_top_role(const struct asy_tuf_meta *root, const char *name);

#endif
