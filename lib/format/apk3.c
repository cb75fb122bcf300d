/*
 * Packages of apk v3 (apk-v3(5), "File schemas" and "Blocks").
 *
 *   package   = "ADB." body | "ADBd" deflate(body) | "ADBc" algorithm[1] level[1] packed(body)
 *               deflate: "ADB." and what follows it; algorithm: 0 none, 1 deflate, 2 zstd
 *   file      = "ADB." schema[4] ADB-block SIG-block* DATA-block*
 *   block     = word[4] payload, zeros up to a multiple of 8     word: type in two bits, length of word and payload
 *   SIG       = version[1] hash[1] key[16] value
 *   DATA      = directory[4] file[4] bytes of that file
 *
 * All numbers are little-endian.  A signature is by RSA or ECDSA, as the key is, with SHA-512, over schema || version ||
 * hash || key || digest of the ADB payload; `key` is the beginning of the SHA-512 of the RSAPublicKey or of the point.
 * The ADB payload says the digest of each file, and there is one DATA block for each that is not empty, in its order.
 */
#include "format/members.h"

#include "base/reader.h"
#include "base/text.h"
#include "codec/adb.h"
#include "io/member.h"

#include <string.h>

enum { HEAD = 8, ALIGN = 8, WORD = 4, WIDE = 16, SIG_HEAD = 18, KEY_ID = 16, SIG_MAX = 4096, DATA_HEAD = 8 };
enum { SHA512_HERE = 4 }; /* apk's number of the one digest that is used */
enum { LENGTH_MAX = 0x3fffffff };
enum type { BLOCK_ADB, BLOCK_SIG, BLOCK_DATA, BLOCK_WIDE };

/* Fields by their slots. */
enum { PKG_INFO = 1, PKG_PATHS = 2 };
enum { INFO_NAME = 1, INFO_VERSION = 2, INFO_ARCH = 5 };
enum { DIR_NAME = 1, DIR_FILES = 3 };
enum { FILE_NAME = 1, FILE_SIZE = 3, FILE_HASH = 5, FILE_TARGET = 6 };

struct package {
    struct asy_reading *reading;
    struct asy_item *item; /* the bytes as they are when nothing packs them */
    uint64_t size, at;
    struct asy_view adb; /* the payload, in the arena */
    uint64_t adb_off;
    struct asy_members *members; /* the files are walked; NULL: what is said of them is read */
    struct asy_view dir;         /* the name of the directory that is walked */
};

struct block {
    enum type type;
    uint64_t off, len; /* of the payload */
};

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, ASY_TEXT("ADB.")) || asy_view_starts(glimpse->head, ASY_TEXT("ADBd")) ||
           asy_view_starts(glimpse->head, ASY_TEXT("ADBc"));
}

static assay_status malformed(struct package *p, uint64_t at, const char *what)
{
    return asy_fail(&p->reading->diag, ASSAY_E_FORMAT, at, "byte %llu: %s", (unsigned long long)at, what);
}

static assay_status no_room(struct package *p)
{
    return asy_fail(&p->reading->diag, ASSAY_E_LIMIT, 0, "more than the limits allow");
}

static assay_status get(struct package *p, uint64_t off, void *buf, size_t n)
{
    if (off > p->size || n > p->size - off)
        return malformed(p, off, "the file ends early");
    return asy_source_read(p->item->source, off, buf, n, &p->reading->diag);
}

static assay_status load(struct package *p, uint64_t off, uint64_t len, uint64_t limit, struct asy_view *out)
{
    uint8_t *bytes = len > limit ? NULL : asy_alloc(p->reading->dossier->arena, (size_t)len + 1, 1);

    if (bytes == NULL)
        return no_room(p);
    *out = (struct asy_view){ bytes, (size_t)len };
    return get(p, off, bytes, (size_t)len);
}

/* ---- blocks ---- */

static assay_status get_word(struct package *p, uint64_t off, uint32_t *out)
{
    uint8_t bytes[WORD];
    struct asy_reader r = asy_reader_of((struct asy_view){ bytes, sizeof bytes });
    assay_status s = get(p, off, bytes, sizeof bytes);

    if (assay_ok(s))
        (void)asy_get_le32(&r, out);
    return s;
}

/* The wide form of a head has the type where the length was, a word of zero, and 64 bits of length. */
static assay_status get_wide(struct package *p, uint32_t word, struct block *out)
{
    uint8_t bytes[WIDE];
    struct asy_reader r = asy_reader_of((struct asy_view){ bytes, sizeof bytes });
    uint32_t zero;
    uint64_t len;
    assay_status s = get(p, p->at, bytes, sizeof bytes);

    if (!assay_ok(s))
        return s;
    if (!asy_get_le32(&r, &zero) || !asy_get_le32(&r, &zero) || !asy_get_le64(&r, &len) || zero != 0 ||
        (word & LENGTH_MAX) != BLOCK_DATA || len <= LENGTH_MAX)
        return malformed(p, p->at, "a wide block that needs to be none");
    *out = (struct block){ (enum type)(word & LENGTH_MAX), p->at + WIDE, len - WIDE };
    return asy_ok;
}

static assay_status get_head(struct package *p, struct block *out)
{
    uint32_t word = 0;
    assay_status s = get_word(p, p->at, &word);

    if (!assay_ok(s))
        return s;
    if (word >> 30 == BLOCK_WIDE)
        return get_wide(p, word, out);
    if ((word & LENGTH_MAX) < WORD)
        return malformed(p, p->at, "a block that is shorter than its head");
    *out = (struct block){ (enum type)(word >> 30), p->at + WORD, (word & LENGTH_MAX) - WORD };
    return asy_ok;
}

/* The zeros up to the next block; they and the head are framing. */
static assay_status get_pad(struct package *p, const struct block *block)
{
    uint8_t pad[ALIGN];
    uint64_t end = block->off + block->len;
    size_t n = (size_t)(-end & (ALIGN - 1));
    assay_status s = get(p, end, pad, n);

    for (size_t i = 0; assay_ok(s) && i < n; i++) {
        if (pad[i] != 0)
            s = malformed(p, end + i, "is not zero between two blocks");
    }
    if (p->members == NULL) {
        asy_add_slack(p->reading->dossier, p->item, p->at, block->off - p->at);
        asy_add_slack(p->reading->dossier, p->item, end, n);
    }
    p->at = end + n;
    return s;
}

static assay_status get_block(struct package *p, struct block *out)
{
    assay_status s = get_head(p, out);

    if (!assay_ok(s))
        return s;
    if (out->off > p->size || out->len > p->size - out->off)
        return malformed(p, p->at, "a block that is longer than the file");
    return get_pad(p, out);
}

/* ---- signatures ---- */

static assay_status message_of(struct package *p, const struct block *block, struct asy_recipe *out)
{
    struct asy_arena *arena = p->reading->dossier->arena;
    struct asy_piece adb = asy_span(p->item, p->adb_off, p->adb.len), pieces[3];
    struct asy_recipe payload;

    if (!asy_recipe_of(arena, &adb, 1, &payload))
        return no_room(p);
    pieces[0] = asy_span(p->item, WORD, WORD);
    pieces[1] = asy_span(p->item, block->off, SIG_HEAD);
    pieces[2] = asy_digest_piece(ASY_SHA512, payload);
    return asy_recipe_of(arena, pieces, 3, out) ? asy_ok : no_room(p);
}

static assay_status read_signature(struct package *p, const struct block *block)
{
    struct asy_view bytes, key;
    struct asy_signature *signature;
    struct asy_claim *claim;
    uint8_t version, hash;
    struct asy_reader r;
    assay_status s;

    if (block->len <= SIG_HEAD || block->len > SIG_MAX)
        return malformed(p, block->off, "a signature block without a signature, or too long");
    s = load(p, block->off, block->len, SIG_MAX, &bytes);
    if (!assay_ok(s))
        return s;
    r = asy_reader_of(bytes);
    (void)(asy_get_u8(&r, &version) && asy_get_u8(&r, &hash) && asy_get_view(&r, KEY_ID, &key));
    claim = asy_add_claim(p->reading->dossier, ASY_CLAIM_SIGNATURE, p->item, NULL);
    if (claim == NULL)
        return no_room(p);
    signature = &claim->is.signature;
    signature->scheme = (struct asy_scheme){ .alg = ASY_SIG_BY_KEY, .digest = ASY_SHA512 };
    if (version != 0 || hash != SHA512_HERE)
        signature->scheme = (struct asy_scheme){ .alg = ASY_SIG_OTHER, .alg_name = "another version or digest than apk's" };
    signature->key_id = signature->key_digest = key;
    signature->value = r.rest;
    asy_add_slack(p->reading->dossier, p->item, block->off, block->len);
    return message_of(p, block, &signature->message);
}

static enum asy_digest_alg alg_of_length(size_t len)
{
    return len == 20 ? ASY_SHA1 : len == 32 ? ASY_SHA256 : len == 64 ? ASY_SHA512 : ASY_DIGEST_NONE;
}

static assay_status claim_file(struct package *p, const struct block *block, struct asy_view hash)
{
    struct asy_piece data = asy_span(p->item, block->off + DATA_HEAD, block->len - DATA_HEAD);
    struct asy_claim *claim = asy_add_claim(p->reading->dossier, ASY_CLAIM_LINK, p->item, NULL);

    if (claim == NULL || !asy_recipe_of(p->reading->dossier->arena, &data, 1, &claim->is.link.target))
        return no_room(p);
    claim->is.link.alg = alg_of_length(hash.len);
    claim->is.link.value = hash;
    claim->is.link.has_place = true;
    claim->is.link.place_off = p->adb_off;
    claim->is.link.place_len = p->adb.len;
    asy_add_slack(p->reading->dossier, p->item, block->off, DATA_HEAD);
    return claim->is.link.alg == ASY_DIGEST_NONE ? malformed(p, block->off, "a file with a digest that is unknown") : asy_ok;
}

/* ---- the files as members ---- */

/* The name below the root; a directory's own has `name` empty. */
static bool path_of(struct package *p, struct asy_view name, struct asy_view *out)
{
    size_t gap = p->dir.len > 0 && name.len > 0 ? 1 : 0;
    uint8_t *bytes = asy_alloc(p->reading->dossier->arena, p->dir.len + gap + name.len + 1, 1);

    if (bytes == NULL)
        return false;
    if (p->dir.len > 0)
        memcpy(bytes, p->dir.data, p->dir.len);
    if (gap > 0)
        bytes[p->dir.len] = '/';
    if (name.len > 0)
        memcpy(bytes + p->dir.len + gap, name.data, name.len);
    *out = (struct asy_view){ bytes, p->dir.len + gap + name.len };
    return true;
}

/* "File target": the type of the file as in its mode, little-endian, and behind it the path of a link. */
static void read_target(struct asy_view target, struct asy_member *out)
{
    struct asy_reader r = asy_reader_of(target);
    uint8_t low = 0, high = 0;

    (void)(asy_get_u8(&r, &low) && asy_get_u8(&r, &high));
    out->target = r.rest;
    switch (high & 0xf0) {
    case 0xa0: /* S_IFLNK */
        out->type = ASY_MEMBER_SYMLINK;
        break;
    case 0x80: /* S_IFREG */
        out->type = ASY_MEMBER_HARDLINK;
        break;
    default:
        out->type = ASY_MEMBER_SPECIAL;
        break;
    }
}

/* Adds a file, its data at `off` of what is unpacked, or what else has a name. */
static assay_status walk_file(struct package *p, struct asy_view name, struct asy_view target, uint64_t off, uint64_t size)
{
    struct asy_member member = { .type = ASY_MEMBER_FILE };
    struct asy_arena *arena = p->reading->dossier->arena;

    if (target.len > 0)
        read_target(target, &member);
    if (!path_of(p, name, &member.name))
        return no_room(p);
    if (member.type == ASY_MEMBER_FILE &&
        !asy_members_item(p->members, member.name,
                          asy_source_member(arena, p->members->packed, off, size, size, ASY_PACKED_NOT), size))
        return no_room(p);
    return asy_members_add(p->members, &member) ? asy_ok : no_room(p);
}

static assay_status walk_dir(struct package *p, const struct asy_adb_list *dir)
{
    struct asy_member member = { .type = ASY_MEMBER_DIRECTORY };

    if (!asy_adb_blob(p->adb, asy_adb_slot(dir, DIR_NAME), &p->dir))
        return malformed(p, p->adb_off, "the name of a directory is damaged");
    if (p->dir.len == 0)
        return asy_ok;
    return path_of(p, (struct asy_view){ NULL, 0 }, &member.name) && asy_members_add(p->members, &member) ? asy_ok
                                                                                                        : no_room(p);
}

/* ---- files ---- */

/* The next block must be the data of the file, whose numbers are `dir` and `no`. */
static assay_status read_data(struct package *p, uint32_t dir, uint32_t no, uint64_t size, struct block *out)
{
    uint64_t at = p->at;
    uint32_t said_dir = 0, said_no = 0;
    assay_status s = get_block(p, out);

    if (!assay_ok(s))
        return s;
    if (out->type != BLOCK_DATA || out->len < DATA_HEAD || out->len - DATA_HEAD != size)
        return malformed(p, at, "is not the data of the next file, in its length");
    s = get_word(p, out->off, &said_dir);
    if (assay_ok(s))
        s = get_word(p, out->off + WORD, &said_no);
    if (!assay_ok(s))
        return s;
    if (said_dir != dir || said_no != no)
        return malformed(p, at, "is the data of another file than the next");
    return asy_ok;
}

/* Regular files alone have data: the others have a target, and its type in it. */
static assay_status read_file(struct package *p, uint32_t value, uint32_t dir, uint32_t no)
{
    struct asy_view hash, target, name;
    struct asy_adb_list file;
    struct block block = { 0 };
    bool has_data;
    uint64_t size;
    assay_status s = asy_ok;

    if (!asy_adb_get_list(p->adb, value, &file) || !asy_adb_blob(p->adb, asy_adb_slot(&file, FILE_NAME), &name) || !asy_adb_int(p->adb, asy_adb_slot(&file, FILE_SIZE), &size) ||
        !asy_adb_blob(p->adb, asy_adb_slot(&file, FILE_HASH), &hash) ||
        !asy_adb_blob(p->adb, asy_adb_slot(&file, FILE_TARGET), &target))
        return malformed(p, p->adb_off, "the entry of a file is damaged");
    has_data = size > 0 && target.len == 0;
    if (has_data)
        s = read_data(p, dir, no, size, &block);
    if (!assay_ok(s))
        return s;
    if (p->members != NULL)
        return walk_file(p, name, target, has_data ? block.off + DATA_HEAD : 0, has_data ? size : 0);
    return has_data ? claim_file(p, &block, hash) : asy_ok;
}

/* Entries may be named more than once, so that it is their number that is bounded. */
static assay_status read_files(struct package *p, const struct asy_adb_list *root)
{
    uint64_t left = p->reading->dossier->limits->claims;
    struct asy_adb_list paths, dir, files;
    assay_status s = asy_ok;

    if (!asy_adb_get_list(p->adb, asy_adb_slot(root, PKG_PATHS), &paths))
        return malformed(p, p->adb_off, "the list of directories is damaged");
    for (uint32_t i = 1; i <= paths.n; i++) {
        if (!asy_adb_get_list(p->adb, asy_adb_slot(&paths, i), &dir) ||
            !asy_adb_get_list(p->adb, asy_adb_slot(&dir, DIR_FILES), &files))
            return malformed(p, p->adb_off, "the entry of a directory is damaged");
        if (files.n >= left)
            return no_room(p);
        left -= files.n + 1;
        if (p->members != NULL)
            s = walk_dir(p, &dir);
        for (uint32_t k = 1; assay_ok(s) && k <= files.n; k++)
            s = read_file(p, asy_adb_slot(&files, k), i, k);
        if (!assay_ok(s))
            return s;
    }
    return p->at == p->size ? asy_ok : malformed(p, p->at, "more behind the data of the last file");
}

/* ---- what it says of itself ---- */

static assay_status state(struct package *p, enum asy_statement_kind kind, struct asy_view text)
{
    struct asy_statement *statement = text.len == 0 ? NULL : asy_add_statement(p->reading->dossier, kind, p->item);

    if (statement == NULL)
        return text.len == 0 ? asy_ok : no_room(p);
    statement->place_off = p->adb_off;
    statement->place_len = p->adb.len;
    statement->text = text;
    statement->scheme = kind == ASY_SAYS_VERSION ? ASY_VERSION_APK : ASY_VERSION_NONE;
    return asy_ok;
}

static assay_status state_all(struct package *p, const struct asy_adb_list *root)
{
    struct asy_view name, version, arch;
    struct asy_adb_list info;
    assay_status s;

    if (!asy_adb_get_list(p->adb, asy_adb_slot(root, PKG_INFO), &info) ||
        !asy_adb_blob(p->adb, asy_adb_slot(&info, INFO_NAME), &name) ||
        !asy_adb_blob(p->adb, asy_adb_slot(&info, INFO_VERSION), &version) ||
        !asy_adb_blob(p->adb, asy_adb_slot(&info, INFO_ARCH), &arch) || name.len == 0 || version.len == 0)
        return malformed(p, p->adb_off, "names no package or no version");
    s = state(p, ASY_SAYS_PACKAGE, name);
    if (assay_ok(s))
        s = state(p, ASY_SAYS_VERSION, version);
    return assay_ok(s) ? state(p, ASY_SAYS_ARCH, arch) : s;
}

/* ---- the whole ---- */

static assay_status read_signatures(struct package *p)
{
    assay_status s = asy_ok;

    while (assay_ok(s) && p->at < p->size) {
        uint64_t at = p->at;
        struct block block;
        uint32_t word = 0;

        s = get_word(p, at, &word);
        if (!assay_ok(s) || word >> 30 != BLOCK_SIG)
            return s;
        s = get_block(p, &block);
        if (assay_ok(s) && p->members == NULL)
            s = read_signature(p, &block);
    }
    return s;
}

static assay_status read_blocks(struct package *p)
{
    struct asy_adb_list root;
    struct block block;
    uint32_t value;
    assay_status s = get_block(p, &block);

    if (!assay_ok(s))
        return s;
    if (block.type != BLOCK_ADB)
        return malformed(p, HEAD, "is no ADB block, which comes first");
    p->adb_off = block.off;
    s = load(p, block.off, block.len, p->reading->dossier->limits->document, &p->adb);
    if (!assay_ok(s))
        return s;
    if (!asy_adb_root(p->adb, &value) || !asy_adb_get_list(p->adb, value, &root))
        return malformed(p, block.off, "the ADB block is damaged, or of another version than 0");
    s = read_signatures(p);
    if (assay_ok(s) && p->members == NULL)
        s = state_all(p, &root);
    return assay_ok(s) ? read_files(p, &root) : s;
}

static assay_status read_unpacked(struct package *p)
{
    uint8_t head[HEAD];
    struct asy_view schema = { head + WORD, WORD };
    assay_status s = get(p, 0, head, sizeof head);

    if (!assay_ok(s))
        return s;
    if (!asy_view_starts((struct asy_view){ head, WORD }, ASY_TEXT("ADB.")))
        return malformed(p, 0, "is not \"ADB.\"");
    if (!asy_view_is(schema, "pckg"))
        return asy_fail(&p->reading->diag, ASSAY_E_UNSUPPORTED, WORD, "is no package, but of the schema \"%.4s\"",
                        (const char *)schema.data);
    if (p->members == NULL)
        asy_add_slack(p->reading->dossier, p->item, 0, WORD);
    p->at = HEAD;
    return read_blocks(p);
}

/* Bytes that come out of the packed ones, which must end with them. */
static assay_status count_unpacked(struct package *p, uint64_t off, enum asy_packing packing, uint64_t *size)
{
    const struct asy_source *source = p->item->source;
    struct asy_unpacker *unpacker = NULL;
    uint8_t lost[4096];
    size_t got = sizeof lost;
    assay_status s = asy_unpacker_new(source, off, p->size - off, packing, p->reading->dossier->limits->unpacked,
                                      &unpacker, &p->reading->diag);

    while (assay_ok(s) && got == sizeof lost)
        s = asy_unpack(unpacker, lost, sizeof lost, &got, &p->reading->diag);
    if (assay_ok(s) && asy_unpack_left(unpacker) > 0)
        s = malformed(p, p->size - asy_unpack_left(unpacker), "more behind the compressed data");
    if (assay_ok(s))
        *size = asy_unpacked(unpacker);
    asy_unpacker_free(unpacker);
    return s;
}

/* The unpacked bytes as an item: who says all of them says the file, which is nothing but them, packed. */
static assay_status unpack(struct package *p, uint64_t off, enum asy_packing packing)
{
    struct asy_arena *arena = p->reading->dossier->arena;
    struct asy_packed *packed = asy_packed_new(arena, p->item->source, ASY_PACKED_NOT, 0);
    struct asy_source *source;
    uint64_t size = 0;
    assay_status s = count_unpacked(p, off, packing, &size);

    if (!assay_ok(s))
        return s;
    source = packed == NULL ? NULL : asy_source_member(arena, packed, off, p->size - off, size, packing);
    p->item = asy_add_derived(p->reading->dossier, p->item, 0, ASY_TO_END,
                              asy_printf(arena, "%s: unpacked", p->item->name), source);
    if (p->item == NULL)
        return no_room(p);
    p->item->says_parent = true;
    p->item->format = p->reading->document->format;
    p->item->size = p->size = size;
    p->item->has_size = true;
    s = asy_source_open(source, &p->reading->diag);
    if (assay_ok(s))
        s = read_unpacked(p);
    asy_source_close(source);
    return s;
}

/* "ADBc": the algorithm, and the level, which says nothing to a reader. */
static assay_status read_packed(struct package *p)
{
    static const enum asy_packing packings[] = { ASY_PACKED_NOT, ASY_PACKED_DEFLATE, ASY_PACKED_ZSTD };
    uint8_t head[2];
    assay_status s = get(p, WORD, head, sizeof head);

    if (!assay_ok(s))
        return s;
    if (head[0] >= sizeof packings / sizeof *packings)
        return asy_fail(&p->reading->diag, ASSAY_E_UNSUPPORTED, WORD, "packed with algorithm %d, which is unknown", head[0]);
    return unpack(p, WORD + sizeof head, packings[head[0]]);
}

static assay_status read(struct asy_reading *reading)
{
    struct package p = { .reading = reading, .item = reading->document,
                         .size = asy_source_size(reading->document->source) };
    uint8_t magic[WORD];
    assay_status s = get(&p, 0, magic, sizeof magic);

    if (!assay_ok(s))
        return s;
    if (magic[3] == 'd')
        return unpack(&p, WORD, ASY_PACKED_DEFLATE);
    return magic[3] == 'c' ? read_packed(&p) : read_unpacked(&p);
}

/* Where the blocks are: the document, or what the reader has found it to unpack to. */
static struct asy_item *unpacked_of(const struct asy_reading *reading)
{
    for (size_t i = reading->document->no + 1; i < reading->dossier->items_n; i++) {
        struct asy_item *item = reading->dossier->items[i];

        if (item->parent == reading->document && item->says_parent)
            return item;
    }
    return reading->document;
}

static assay_status walk(struct asy_reading *reading)
{
    struct asy_item *item = unpacked_of(reading);
    struct asy_reading inner = { .dossier = reading->dossier, .document = item };
    struct asy_members members = { .reading = &inner, .is_system = true };
    struct package p = { .reading = &inner, .item = item, .members = &members };
    assay_status s = asy_source_open(item->source, &reading->diag);

    if (!assay_ok(s))
        return s;
    p.size = asy_source_size(item->source);
    members.packed = asy_packed_new(reading->dossier->arena, item->source, ASY_PACKED_NOT, UINT64_MAX);
    s = members.packed == NULL ? no_room(&p) : read_unpacked(&p);
    if (assay_ok(s))
        asy_members_finish(&members);
    if (item != reading->document)
        asy_source_close(item->source);
    reading->diag = inner.diag;
    return asy_members_status(&members, s);
}

static const char *const suffixes[] = { ".apk", NULL };

const struct asy_format asy_format_apk3 = {
    .name = "apk3",
    .title = "Alpine packages, apk v3 (RSA and ECDSA)",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
    .walk = walk,
};
