/*
 * One file of TUF metadata (theupdateframework.io/specification 4) as a structure.  What it says is believed once
 * asy_tuf_is_signed() holds for the role through which it was reached, and not before.
 */
#ifndef ASY_TRUST_TUF_META_H
#define ASY_TRUST_TUF_META_H

#include "crypto/crypto.h"

enum asy_tuf_type { ASY_TUF_ROOT = 1, ASY_TUF_TIMESTAMP, ASY_TUF_SNAPSHOT, ASY_TUF_TARGETS };

/* What one file may have; more of it is ASSAY_E_LIMIT. */
enum {
    ASY_TUF_SIGNATURES = 1024,
    ASY_TUF_KEYS = 4096,      /* of a root or of one role's delegations */
    ASY_TUF_ROLES = 32768,
    ASY_TUF_ROLE_KEYS = 1024, /* key ids of one role */
    ASY_TUF_FILES = 1 << 20,
};

struct asy_tuf_key {
    struct asy_view id;
    struct asy_key *key; /* NULL: of a kind that is not verified, or no sound key; it has signed nothing then */
    struct asy_scheme scheme;
};

/* Who may sign a role, and of a delegated one for which targets. */
struct asy_tuf_role {
    struct asy_view name;
    const struct asy_view *key_ids; /* no two are equal */
    size_t key_ids_n;
    uint64_t threshold; /* at least 1 */
    const struct asy_view *paths; /* patterns, or beginnings of the hex SHA-256 of the target's path */
    size_t paths_n;
    bool by_hash, is_terminating;
};

/* Roles and the keys that they name: a root's four, or the delegations of a role of targets. */
struct asy_tuf_roles {
    struct asy_tuf_key *keys; /* by their ids */
    size_t keys_n;
    struct asy_tuf_role *roles; /* in the order of the document */
    size_t roles_n;
};

struct asy_tuf_hash {
    enum asy_digest_alg alg; /* NONE: not known, or too weak to say anything */
    struct asy_view hex, value; /* `value` is empty for NONE */
};

/* What a role says of a file: metadata in timestamp and snapshot, a target in targets. */
struct asy_tuf_file {
    struct asy_view name;
    uint64_t version; /* at least 1; of targets 0 */
    bool has_length;
    uint64_t length;
    const struct asy_tuf_hash *hashes; /* none: it says none */
    size_t hashes_n;
};

struct asy_tuf_meta {
    struct asy_arena *arena; /* all of it lives here */
    enum asy_tuf_type type;
    struct asy_view bytes;     /* the file */
    struct asy_view canonical; /* what is signed */
    uint64_t version;
    int64_t expires; /* no longer good at this second */
    struct asy_tuf_signature {
        struct asy_view key_id, value;
    } *signatures; /* by key id, no two of one; without the slots that are empty */
    size_t signatures_n;
    bool is_consistent; /* root: versions and hashes stand in the names of files */
    struct asy_tuf_roles roles; /* of root and targets */
    struct asy_tuf_file *files; /* of the others, by their names */
    size_t files_n;
};

/*
 * Reads a file that must be of this type.  ASSAY_E_FORMAT with what is wrong; ASSAY_E_LIMIT, ASSAY_E_MEMORY.  Fields
 * that are not known are left alone and are signed with the rest.
 */
assay_status asy_tuf_read(const struct asy_crypto *, struct asy_view bytes, enum asy_tuf_type,
                          struct asy_tuf_meta **out, struct asy_diag *);
void asy_tuf_meta_free(struct asy_tuf_meta *);

/* The entry of a name, or NULL. */
const struct asy_tuf_role *asy_tuf_role_of(const struct asy_tuf_roles *, struct asy_view name);
const struct asy_tuf_file *asy_tuf_file_of(const struct asy_tuf_meta *, struct asy_view name);

/*
 * True when as many different keys of the role as its threshold have signed; two ids of one key are one.  `by` is where
 * the role and its keys stand: the root, or the role that delegates.  Else the diag says how many have.
 */
bool asy_tuf_is_signed(const struct asy_crypto *, const struct asy_tuf_meta *, const struct asy_tuf_roles *by,
                       const struct asy_tuf_role *, struct asy_diag *);

/* True when the bytes have the length and all of the known hashes that a role says; no hash that is known: false. */
bool asy_tuf_fits(const struct asy_crypto *, const struct asy_tuf_file *, struct asy_view bytes);

#endif
