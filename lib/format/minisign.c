/*
 * minisign and signify signatures (https://jedisct1.github.io/minisign/, signify(1)).
 *
 *   minisign = "untrusted comment: " text LF
 *              base64(algorithm[2] key_id[8] signature[64]) LF
 *              "trusted comment: " text LF
 *              base64(global_signature[64]) LF
 *   signify  = the first two lines alone
 *            | the first two lines, and behind them the message that is signed (signify -e: OpenBSD's SHA256.sig)
 *
 * algorithm "Ed": Ed25519 over the file; "ED": Ed25519 over BLAKE2b-512 of the file, minisign only.  The global signature is over
 * signature || trusted comment, by the same key.  minisign accepts CR before LF; comments have at most 1023 bytes.
 */
#include "format/format.h"

#include "base/reader.h"
#include "base/text.h"
#include "codec/base64.h"

enum { COMMENT_MAX = 1023, SIGNATURE = 64 };

static const struct asy_view untrusted = ASY_TEXT_INIT("untrusted comment: ");
static const struct asy_view trusted = ASY_TEXT_INIT("trusted comment: ");

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, untrusted);
}

static bool get_comment(struct asy_reader *r, struct asy_view prefix, struct asy_view *out)
{
    if (!asy_get_text(r, prefix) || !asy_get_text_line(r, out))
        return false;
    return out->len <= COMMENT_MAX;
}

static bool get_base64_line(struct asy_reader *r, struct asy_arena *arena, size_t len, struct asy_view *out)
{
    struct asy_view line;

    return asy_get_text_line(r, &line) && asy_base64_decode(arena, line, out) && out->len == len;
}

static struct asy_claim *add_signature(struct asy_reading *reading, struct asy_recipe message, struct asy_view value,
                                       struct asy_view key_id, asy_claim_no *no)
{
    struct asy_claim *claim = asy_add_claim(reading->dossier, ASY_CLAIM_SIGNATURE, reading->document, no);

    if (claim == NULL)
        return NULL;
    claim->is.signature.scheme.alg = ASY_SIG_ED25519;
    claim->is.signature.message = message;
    claim->is.signature.value = value;
    claim->is.signature.key_id = key_id;
    return claim;
}

/* The bytes that the signature is over: the file, or its BLAKE2b-512 digest. */
static bool message_of(struct asy_reading *reading, bool prehashed, struct asy_recipe *out)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_piece file = asy_whole(reading->about), digest;
    struct asy_recipe whole;

    if (!asy_recipe_of(arena, &file, 1, &whole))
        return false;
    if (!prehashed) {
        *out = whole;
        return true;
    }
    digest = asy_digest_piece(ASY_BLAKE2B_512, whole);
    return asy_recipe_of(arena, &digest, 1, out);
}

/* "timestamp:SECONDS", a word of the trusted comment that minisign writes by default. */
static void take_time(struct asy_signature *signature, struct asy_view comment)
{
    struct asy_reader words = asy_reader_of(comment);
    struct asy_view word;
    uint64_t seconds;

    while (asy_get_until(&words, '\t', &word) || asy_get_view(&words, words.rest.len, &word)) {
        if (word.len == 0)
            return;
        if (asy_view_starts(word, ASY_TEXT("timestamp:")) && asy_parse_u64(asy_view_from(word, 10), &seconds) &&
            seconds <= INT64_MAX) {
            signature->has_claimed_time = true;
            signature->claimed_time = (int64_t)seconds;
        }
    }
}

/*
 * What is signed stands behind the signature: an item of its own, read in its turn; the two lines are framing.  Nobody says
 * which of the two forms a file is: the signature holds for one of them alone.
 */
static assay_status read_embedded(struct asy_reading *reading, const struct asy_reader *r, struct asy_view value,
                                  struct asy_view key_id)
{
    struct asy_dossier *dossier = reading->dossier;
    struct asy_view name = asy_view_of(reading->document->name);
    struct asy_source *source = asy_source_of_memory(dossier->arena, r->rest);
    struct asy_item *content;
    struct asy_recipe message;
    struct asy_piece whole;

    if (asy_view_ends(name, ASY_TEXT(".sig")))
        name.len -= 4;
    content = asy_add_derived(dossier, reading->document, r->at, r->rest.len, asy_copy_text(dossier->arena, name), source);
    if (content == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "memory or number of items of the job");
    content->says_parent = true;
    content->is_evidence = true;
    reading->document->about = NULL; /* it is about what it holds */
    whole = asy_whole(content);
    if (!asy_recipe_of(dossier->arena, &whole, 1, &message))
        return asy_no_memory(&reading->diag);
    if (add_signature(reading, message, value, key_id, NULL) == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
    asy_add_slack(dossier, reading->document, 0, r->at);
    return asy_ok;
}

static assay_status read(struct asy_reading *reading)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_reader r = asy_reader_of(reading->bytes), blob;
    struct asy_view comment, line, alg, key_id, value, said = { 0 }, global = { 0 };
    struct asy_claim *claim, *backing;
    struct asy_recipe message;
    bool prehashed, is_minisign;
    asy_claim_no no;

    if (!get_comment(&r, untrusted, &comment))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 1, "line 1: no untrusted comment of at most 1023 bytes");
    if (!get_base64_line(&r, arena, 2 + 8 + SIGNATURE, &line))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 2, "line 2: expected base64 of 74 bytes");
    blob = asy_reader_of(line);
    if (!asy_get_view(&blob, 2, &alg) || !asy_get_view(&blob, 8, &key_id) || !asy_get_view(&blob, SIGNATURE, &value))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 2, "line 2: expected base64 of 74 bytes");
    prehashed = asy_view_is(alg, "ED");
    if (!prehashed && !asy_view_is(alg, "Ed"))
        return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, 2, "line 2: algorithm is neither Ed nor ED");
    is_minisign = asy_view_starts(r.rest, trusted) || (prehashed && !asy_at_end(&r));
    if (!is_minisign && !asy_at_end(&r))
        return read_embedded(reading, &r, value, key_id);
    if (prehashed && !is_minisign)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 3, "line 3: no trusted comment under a prehashed signature");
    if (is_minisign && (!get_comment(&r, trusted, &said) || !get_base64_line(&r, arena, SIGNATURE, &global) ||
                        !asy_at_end(&r)))
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, 3, "lines 3 and 4: no trusted comment and global signature");
    if (reading->about == NULL)
        return asy_fail(&reading->diag, ASSAY_E_ABSENT, 0, "the file that it signs is not there");
    if (!message_of(reading, prehashed, &message))
        return asy_no_memory(&reading->diag);
    claim = add_signature(reading, message, value, key_id, &no);
    if (claim == NULL)
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
    if (is_minisign) {
        struct asy_piece pieces[2] = { asy_literal(value), asy_literal(said) };

        claim->is.signature.comment = said;
        take_time(&claim->is.signature, said);
        if (!asy_recipe_of(arena, pieces, 2, &message))
            return asy_no_memory(&reading->diag);
        backing = add_signature(reading, message, global, key_id, NULL);
        if (backing == NULL)
            return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many signatures");
        backing->is.signature.role = ASY_ROLE_BACKS;
        backing->is.signature.of = no;
    }
    return asy_ok;
}

static const char *const suffixes[] = { ".minisig", ".sig", NULL };

const struct asy_format asy_format_minisign = {
    .name = "minisign",
    .title = "minisign and signify signatures (Ed25519)",
    .kind = ASY_KIND_SIGNATURE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
};
