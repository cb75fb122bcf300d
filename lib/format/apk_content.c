/*
 * What the signing block of an Android package digests: three runs, of the members, of the directory and of the end record.
 *
 *   chunks: of each run the chunks of 1 MiB, each 0xa5 length[4] bytes; over their digests 0x5a count[4]
 *   verity: the hash tree over the runs one behind the other, under a salt of eight zeros; its root, length[8]
 */
#include "format/apk_signed.h"

enum { CHUNK = 1 << 20, PAGE = 4096, ROOT = 32, END_OFFSET_AT = 16 };

static assay_status wrong(struct asy_apk *apk, const char *what)
{
    return asy_fail(&apk->reading->diag, ASSAY_E_FORMAT, 0, "signing block: %s", what);
}

static void put_le32(uint8_t *to, uint64_t value)
{
    for (size_t i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static bool literal_of(struct asy_arena *arena, uint8_t first, uint64_t number, struct asy_piece *out)
{
    uint8_t bytes[5] = { first };
    struct asy_view copy;

    put_le32(bytes + 1, number);
    if (!asy_copy(arena, (struct asy_view){ bytes, sizeof bytes }, &copy))
        return false;
    *out = asy_literal(copy);
    return true;
}

static uint64_t chunks_of(uint64_t len)
{
    return len / CHUNK + (len % CHUNK != 0);
}

static bool add_chunk(struct asy_apk *apk, enum asy_digest_alg alg, const struct asy_piece *body, size_t n, uint64_t len,
                      struct asy_piece *out)
{
    struct asy_arena *arena = apk->reading->dossier->arena;
    struct asy_piece pieces[5];
    struct asy_recipe recipe;

    if (!literal_of(arena, 0xa5, len, &pieces[0]))
        return false;
    for (size_t i = 0; i < n; i++)
        pieces[i + 1] = body[i];
    if (!asy_recipe_of(arena, pieces, n + 1, &recipe) || asy_new_measure(apk->reading->dossier, recipe, alg) == NULL)
        return false;
    *out = asy_digest_piece(alg, recipe);
    return true;
}

static bool add_run(struct asy_apk *apk, enum asy_digest_alg alg, uint64_t off, uint64_t len, struct asy_piece *out)
{
    for (uint64_t at = 0; at < len; at += CHUNK) {
        uint64_t n = len - at < CHUNK ? len - at : CHUNK;
        struct asy_piece span = asy_span(apk->reading->document, off + at, n);

        if (!add_chunk(apk, alg, &span, 1, n, out++))
            return false;
    }
    return true;
}

/* The end record is digested as if the directory began where the block does. */
static bool end_of(struct asy_apk *apk, struct asy_piece pieces[static 3])
{
    struct asy_item *document = apk->reading->document;
    uint64_t off = apk->look.dir_end, len = apk->look.size - off;
    uint8_t place[4];
    struct asy_view copy;

    put_le32(place, apk->block_off);
    if (!asy_copy(apk->reading->dossier->arena, (struct asy_view){ place, sizeof place }, &copy))
        return false;
    pieces[0] = asy_span(document, off, END_OFFSET_AT);
    pieces[1] = asy_literal(copy);
    pieces[2] = asy_span(document, off + END_OFFSET_AT + 4, len - END_OFFSET_AT - 4);
    return true;
}

static bool make_chunks(struct asy_apk *apk, enum asy_digest_alg alg, struct asy_recipe *out)
{
    struct asy_arena *arena = apk->reading->dossier->arena;
    uint64_t members = chunks_of(apk->block_off), directory = chunks_of(apk->look.dir_len);
    uint64_t n = members + directory + 1;
    struct asy_piece *pieces = asy_alloc(arena, (size_t)n + 1, sizeof *pieces), end[3];

    return pieces != NULL && literal_of(arena, 0x5a, n, &pieces[0]) && end_of(apk, end) &&
           add_run(apk, alg, 0, apk->block_off, pieces + 1) &&
           add_run(apk, alg, apk->look.dir_off, apk->look.dir_len, pieces + 1 + members) &&
           add_chunk(apk, alg, end, 3, apk->look.size - apk->look.dir_end, pieces + n) &&
           asy_recipe_of(arena, pieces, (size_t)n + 1, out);
}

static bool make_tree(struct asy_apk *apk, struct asy_recipe *out)
{
    static const uint8_t zeros[8];
    struct asy_item *document = apk->reading->document;
    struct asy_arena *arena = apk->reading->dossier->arena;
    struct asy_piece pieces[5], tree;
    struct asy_recipe data;

    pieces[0] = asy_span(document, 0, apk->block_off);
    pieces[1] = asy_span(document, apk->look.dir_off, apk->look.dir_len);
    if (!end_of(apk, pieces + 2) || !asy_recipe_of(arena, pieces, 5, &data))
        return false;
    tree = asy_tree_over(document, data, apk->look.size - apk->block_len, (struct asy_view){ zeros, sizeof zeros });
    return asy_recipe_of(arena, &tree, 1, out);
}

static void frame(struct asy_apk *apk)
{
    if (apk->framed)
        return;
    asy_add_slack(apk->reading->dossier, apk->reading->document, apk->block_off, apk->block_len);
    asy_add_slack(apk->reading->dossier, apk->reading->document, apk->look.dir_end + END_OFFSET_AT, 4);
    apk->framed = true;
}

/* The root, where the length behind it is right; else nothing, which no root is. */
static struct asy_view root_of(const struct asy_apk *apk, struct asy_view value)
{
    struct asy_reader r = asy_reader_of(asy_view_from(value, ROOT));
    uint64_t len;

    return asy_get_le64(&r, &len) && asy_at_end(&r) && len == apk->look.size - apk->block_len
               ? asy_view_head(value, ROOT)
               : (struct asy_view){ NULL, 0 };
}

assay_status asy_apk_content(struct asy_apk *apk, enum asy_apk_content which, struct asy_link *link)
{
    struct asy_recipe *content = &apk->content[which];

    link->alg = which == ASY_APK_SHA512 ? ASY_SHA512 : ASY_SHA256;
    if (apk->look.size > UINT32_MAX || apk->look.dir_off + apk->look.dir_len != apk->look.dir_end ||
        apk->look.size - apk->look.dir_end < ASY_ZIP_END_LEN)
        return wrong(apk, "in an archive with zip64 records, or with bytes between directory and end record");
    if (which == ASY_APK_VERITY && (apk->block_off == 0 || apk->block_off % PAGE != 0))
        return wrong(apk, "digests of a hash tree, and the block does not begin a page");
    if (!apk->made[which] &&
        !(which == ASY_APK_VERITY ? make_tree(apk, content) : make_chunks(apk, link->alg, content)))
        return asy_fail(&apk->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    apk->made[which] = true;
    frame(apk);
    if (which == ASY_APK_VERITY)
        link->value = root_of(apk, link->value);
    link->target = *content;
    return asy_ok;
}
