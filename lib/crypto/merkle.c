#include "crypto/log.h"

#include "base/text.h"
#include "crypto/bytes.h"
#include "crypto/proof.h"

#include <string.h>

enum { NODE = 32 };

/* RFC 9162 2.1.1: SHA-256 of one byte and what follows. */
static bool hash(const struct asy_crypto *crypto, uint8_t prefix, struct asy_view a, struct asy_view b, uint8_t *out)
{
    const struct asy_view parts[] = { { &prefix, 1 }, a, b };

    return asy_digest_parts(crypto, ASY_SHA256, parts, 3, out);
}

static struct asy_view node_of(const uint8_t *bytes)
{
    return (struct asy_view){ bytes, NODE };
}

/* 2.1.3.2, steps 3 to 5: from the leaf upwards, as long as there are nodes. */
static bool climb(const struct asy_crypto *crypto, const struct asy_inclusion *is, uint8_t r[static ASY_DIGEST_MAX])
{
    uint64_t fn = is->leaf_index, sn = is->tree_size - 1;

    for (size_t i = 0; i < is->path_n; i++) {
        struct asy_view p = is->path[i];

        if (sn == 0 || p.len != NODE)
            return false;
        if ((fn & 1) == 1 || fn == sn) {
            if (!hash(crypto, 1, p, node_of(r), r))
                return false;
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else if (!hash(crypto, 1, node_of(r), p, r)) {
            return false;
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0;
}

static const char *wrong_path(const struct asy_crypto *crypto, const struct asy_inclusion *is)
{
    uint8_t r[ASY_DIGEST_MAX];

    if (is->leaf_index >= is->tree_size)
        return "the entry's place is outside of the tree";
    if (!hash(crypto, 0, is->body, (struct asy_view){ 0 }, r) || !climb(crypto, is, r))
        return "the path does not lead through the tree";
    return asy_view_eq(node_of(r), is->root) ? NULL : "the path leads to another root";
}

/*
 * The log's own signature of the tree head.  Rekor v1 heads begin "name - number of the tree", and the name is whatever
 * the server was called; later ones begin with the name, which is that of the log and a part of the key's id.
 */
static bool is_of_log(const struct asy_inclusion *is, const struct asy_head_signature *line, const struct asy_log_terms *log)
{
    if (!asy_view_eq(line->key_id, (struct asy_view){ log->note_id, 4 }))
        return false;
    if (is->is_tiled)
        return asy_view_is(line->name, log->name) && asy_view_eq(is->origin, line->name);
    return asy_view_starts(is->origin, line->name) &&
           asy_view_starts(asy_view_from(is->origin, line->name.len), ASY_TEXT(" - "));
}

/* Notes: lines by others are passed over wherever they stand. */
static const char *wrong_head(const struct asy_crypto *crypto, const struct asy_inclusion *is, const struct asy_log_terms *log)
{
    bool any = false;

    for (size_t i = 0; i < is->heads_n; i++) {
        if (!is_of_log(is, &is->heads[i], log))
            continue;
        if (!asy_signs_bytes(crypto, log->key, is->head, is->heads[i].value))
            return "the log's signature of the tree head does not verify";
        any = true;
    }
    return any ? NULL : "the tree head is not signed by the log";
}

static const char *wrong_promise(const struct asy_crypto *crypto, const struct asy_inclusion *is,
                                 const struct asy_log_terms *log)
{
    return asy_signs_bytes(crypto, log->key, is->promised, is->promise) ? NULL
                                                                        : "the log's promise does not verify";
}

static const char *wrong_part(const struct asy_crypto *crypto, const struct asy_inclusion *is,
                              const struct asy_log_terms *log)
{
    const char *wrong = is->promise.len == 0 ? NULL : wrong_promise(crypto, is, log);

    if (wrong != NULL || !is->has_path)
        return wrong;
    wrong = wrong_head(crypto, is, log);
    return wrong != NULL ? wrong : wrong_path(crypto, is);
}

void asy_check_inclusion(const struct asy_crypto *crypto, struct asy_dossier *dossier, struct asy_fact *fact,
                         const struct asy_log_terms *log)
{
    const struct asy_inclusion *is = &fact->claim.is.inclusion;
    const char *wrong = wrong_part(crypto, is, log);

    if (is->promise.len == 0 && !is->has_path)
        asy_cannot_say(dossier, fact, ASY_LOG_MISSING, "neither a promise nor a proof of the log");
    else if (wrong != NULL)
        asy_disprove(dossier, fact, ASY_LOG_INVALID, "%s", wrong);
    else
        asy_prove(dossier, fact);
}
