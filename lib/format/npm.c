/*
 * What an npm registry says of a package ("packument"): the digest of each version's archive, and signatures of the
 * registry ("About registry signatures", docs.npmjs.com): ECDSA over P-256 and SHA-256 of NAME@VERSION:INTEGRITY.
 * Nothing marks such a document: it is read as one when the caller says so.
 */
#include "format/format.h"

#include "base/text.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/sri.h"

enum { SIGNATURES = 16, NODES = 1 << 20, DEPTH = 64 };

struct release {
    struct asy_reading *reading;
    struct asy_view name, version, integrity;
    bool has_time;
    int64_t time; /* as claimed: the registry does not sign it */
};

static bool recognise(const struct asy_glimpse *glimpse)
{
    (void)glimpse;
    return false;
}

static assay_status wrong(struct asy_reading *reading, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "%s", what);
}

static bool get_text(const struct asy_node *map, const char *key, struct asy_view *out)
{
    const struct asy_node *node = asy_node_get(map, key);

    if (node == NULL || node->kind != ASY_NODE_STRING || node->text.len == 0)
        return false;
    *out = node->text;
    return true;
}

/* The version that is wanted, or the only one. */
static const struct asy_node *choose(struct release *release, const struct asy_node *root)
{
    const struct asy_node *versions = asy_node_get(root, "versions");
    const char *wanted = release->reading->package_version;

    if (versions == NULL || versions->kind != ASY_NODE_MAP)
        return NULL;
    if (wanted != NULL)
        return asy_node_get(versions, wanted);
    return versions->n == 1 ? versions->first : NULL;
}

/* RFC 3339 with a fraction, which is cut off. */
static void read_time(struct release *release, const struct asy_node *root)
{
    const struct asy_node *node = asy_node_find(asy_node_get(root, "time"), release->version);
    struct asy_view text = node == NULL || node->kind != ASY_NODE_STRING ? (struct asy_view){ NULL, 0 } : node->text;
    char whole[21] = "0000-00-00T00:00:00Z";

    if (text.len > 20 && text.data[19] == '.') {
        for (size_t i = 0; i < 19; i++)
            whole[i] = (char)text.data[i];
        text = asy_view_of(whole);
    }
    release->has_time = text.len > 0 && asy_parse_time(text, &release->time);
}

static assay_status read_release(struct release *release, const struct asy_node *root, const struct asy_node **signatures)
{
    struct asy_reading *reading = release->reading;
    const struct asy_node *version, *dist;
    struct asy_view name;

    if (!get_text(root, "name", &release->name))
        return wrong(reading, "no package has a name here");
    if (reading->package_name != NULL && !asy_view_is(release->name, reading->package_name))
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "is about another package than %s", reading->package_name);
    version = choose(release, root);
    if (version == NULL)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the version that is wanted is not here, or not said");
    release->version = version->key;
    if (!get_text(version, "name", &name) || !asy_view_eq(name, release->name) || !get_text(version, "version", &name) ||
        !asy_view_eq(name, release->version))
        return wrong(reading, "the version has another name than the place where it stands");
    dist = asy_node_get(version, "dist");
    if (!get_text(dist, "integrity", &release->integrity))
        return wrong(reading, "the version has no integrity");
    *signatures = asy_node_get(dist, "signatures");
    if (*signatures == NULL || (*signatures)->kind != ASY_NODE_LIST || (*signatures)->n == 0)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the registry did not sign the version");
    if ((*signatures)->n > SIGNATURES)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "more than %d signatures", SIGNATURES);
    read_time(release, root);
    return asy_ok;
}

static bool message_of(const struct release *release, struct asy_recipe *out)
{
    struct asy_piece pieces[] = { asy_literal(release->name), asy_literal(ASY_TEXT("@")), asy_literal(release->version),
                                  asy_literal(ASY_TEXT(":")), asy_literal(release->integrity) };

    return asy_recipe_of(release->reading->dossier->arena, pieces, sizeof pieces / sizeof *pieces, out);
}

static assay_status claim_signature(const struct release *release, const struct asy_node *node, asy_claim_no *no)
{
    struct asy_reading *reading = release->reading;
    struct asy_signature signature = {
        .scheme = { .alg = ASY_SIG_ECDSA, .digest = ASY_SHA256 },
        .has_claimed_time = release->has_time,
        .claimed_time = release->time,
    };
    struct asy_claim *claim;
    struct asy_view text;

    if (!get_text(node, "keyid", &signature.key_id) || !get_text(node, "sig", &text) ||
        !asy_base64_decode(reading->dossier->arena, text, &signature.value))
        return wrong(reading, "a signature without keyid, or whose value is no base64");
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, no);
    if (claim == NULL || !message_of(release, &signature.message))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.signature = signature;
    return asy_ok;
}

static assay_status claim_archive(const struct release *release, asy_claim_no by)
{
    struct asy_reading *reading = release->reading;
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_link link = { .by = by };
    struct asy_piece whole = asy_whole(reading->about);
    struct asy_claim *claim;
    assay_status s = asy_sri_read(arena, release->integrity, &link.alg, &link.value, &reading->diag);

    if (!assay_ok(s))
        return s;
    claim = asy_add_claim(reading->dossier, ASY_CLAIM_LINK, reading->document, NULL);
    if (claim == NULL || !asy_recipe_of(arena, &whole, 1, &link.target))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = link;
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    struct release release = { .reading = reading };
    const struct asy_node_limits limits = { .bytes = (size_t)reading->dossier->limits->manifest, .depth = DEPTH, .nodes = NODES };
    const struct asy_node *root, *signatures = NULL;
    assay_status s;

    if (reading->about == NULL)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the archive that it is about is not there");
    s = asy_json_parse(reading->dossier->arena, reading->bytes, &limits, &root, &reading->diag);
    if (assay_ok(s))
        s = read_release(&release, root, &signatures);
    if (!assay_ok(s))
        return s;
    for (const struct asy_node *node = signatures->first; assay_ok(s) && node != NULL; node = node->next) {
        asy_claim_no no = 0;

        s = claim_signature(&release, node, &no);
        if (assay_ok(s))
            s = claim_archive(&release, no);
    }
    return s;
}

const struct asy_format asy_format_npm = {
    .name = "npm",
    .title = "npm registry signatures, in what the registry says of a package",
    .kind = ASY_KIND_SIGNATURE,
    .recognise = recognise,
    .read = read,
};
