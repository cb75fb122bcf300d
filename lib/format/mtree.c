/*
 * mtree specifications (mtree(5) of NetBSD, FreeBSD and libarchive), with the mark "#mtree" in front.
 *
 *   file    = "#mtree" [ " v1.0" | " v2.0" ] LF { line LF }
 *   line    = blank | "#" comment | "/set" words | "/unset" words | ".." | name words
 *   words   = { blanks ( word | "\" LF ) }        word = keyword [ "=" value ]
 *
 * A name with a '/' starts from the root; one without is inside the current directory, which a name of
 * type=dir enters and ".." leaves.  Names are written with vis(3) escapes.  Only type, size, digests and link, the text
 * in a symbolic link, say something about content; the other keywords of the manuals are passed over, unknown ones refused.  A file
 * without a digest is not claimed and stays uncovered.
 */
#include "format/mtree.h"

#include "format/listing.h"

#include "base/text.h"

enum { DIGESTS = 16 };

enum type { TYPE_UNSAID = 0, TYPE_FILE, TYPE_DIR, TYPE_LINK, TYPE_SPECIAL };

struct entry {
    enum type type;
    bool has_size;
    uint64_t size;
    bool has_link;
    struct asy_view link; /* as it stands, with its escapes */
    size_t digests_n;
    struct {
        enum asy_digest_alg alg;
        struct asy_view value;
    } digests[DIGESTS];
};

struct tree {
    struct asy_listing listing;
    struct asy_view words; /* what is left of the line */
    bool continues;        /* a "\" ended the line: the next one belongs to it */
    enum type type;        /* what /set says */
    struct asy_view *dirs; /* from the root, which is not in it, to the current directory */
    size_t dirs_n, dirs_room;
    bool has_special;
};

static const struct asy_view mark = ASY_TEXT_INIT("#mtree");

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    struct asy_reader r = asy_reader_of(glimpse->head);
    uint8_t next;

    if (!asy_get_text(&r, mark))
        return false;
    return !asy_get_u8(&r, &next) || is_blank(next) || next == '\n' || next == '\r';
}

static bool malformed(struct tree *tree, const char *expected, struct asy_view found)
{
    return asy_listing_malformed(&tree->listing, ASSAY_E_FORMAT, expected, found);
}

/* An odd number of backslashes at the end: the last one is not the second half of an escape. */
static bool ends_open(struct asy_view line)
{
    size_t n = 0;

    while (n < line.len && line.data[line.len - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

/* Takes a line.  What continues in the next one must be separate words: to join half words would be a guess. */
static bool get_line(struct tree *tree)
{
    struct asy_view line, before;

    if (!asy_listing_line(&tree->listing, &line))
        return false;
    tree->continues = ends_open(line);
    if (tree->continues) {
        before = asy_view_head(line, line.len - 1);
        if (before.len > 0 && !is_blank(before.data[before.len - 1]))
            return malformed(tree, "a blank before the \\ that continues a line", line);
        line = before;
    }
    tree->words = line;
    return true;
}

/* The next word of the line and of those that continue it. */
static bool get_word(struct tree *tree, struct asy_view *out)
{
    size_t n = 0;

    for (;;) {
        while (tree->words.len > 0 && is_blank(tree->words.data[0]))
            tree->words = asy_view_from(tree->words, 1);
        if (tree->words.len > 0)
            break;
        if (!tree->continues)
            return false;
        if (!get_line(tree))
            return assay_ok(tree->listing.status) && malformed(tree, "a line behind the \\", tree->words);
    }
    while (n < tree->words.len && !is_blank(tree->words.data[n]))
        n++;
    *out = asy_view_head(tree->words, n);
    tree->words = asy_view_from(tree->words, n);
    return true;
}

struct digest_word {
    struct asy_view name;
    enum asy_digest_alg alg;
};

static const struct digest_word digest_words[] = {
    { ASY_TEXT_INIT("sha256digest"), ASY_SHA256 },
    { ASY_TEXT_INIT("sha256"), ASY_SHA256 },
    { ASY_TEXT_INIT("sha512digest"), ASY_SHA512 },
    { ASY_TEXT_INIT("sha512"), ASY_SHA512 },
    { ASY_TEXT_INIT("sha384digest"), ASY_SHA384 },
    { ASY_TEXT_INIT("sha384"), ASY_SHA384 },
    { ASY_TEXT_INIT("sha1digest"), ASY_SHA1 },
    { ASY_TEXT_INIT("sha1"), ASY_SHA1 },
    { ASY_TEXT_INIT("md5digest"), ASY_MD5 },
    { ASY_TEXT_INIT("md5"), ASY_MD5 },
    { ASY_TEXT_INIT("rmd160digest"), ASY_RIPEMD160 },
    { ASY_TEXT_INIT("rmd160"), ASY_RIPEMD160 },
    { ASY_TEXT_INIT("ripemd160digest"), ASY_RIPEMD160 },
};

struct type_word {
    struct asy_view name;
    enum type type;
};

static const struct type_word type_words[] = {
    { ASY_TEXT_INIT("file"), TYPE_FILE },      { ASY_TEXT_INIT("dir"), TYPE_DIR },
    { ASY_TEXT_INIT("link"), TYPE_LINK },      { ASY_TEXT_INIT("block"), TYPE_SPECIAL },
    { ASY_TEXT_INIT("char"), TYPE_SPECIAL },   { ASY_TEXT_INIT("fifo"), TYPE_SPECIAL },
    { ASY_TEXT_INIT("socket"), TYPE_SPECIAL },
};

/* With a value, and without one. */
static const struct asy_view other_words[] = {
    ASY_TEXT_INIT("time"),  ASY_TEXT_INIT("mode"),      ASY_TEXT_INIT("uid"),   ASY_TEXT_INIT("gid"),
    ASY_TEXT_INIT("uname"), ASY_TEXT_INIT("gname"),     ASY_TEXT_INIT("nlink"), ASY_TEXT_INIT("flags"),
    ASY_TEXT_INIT("cksum"), ASY_TEXT_INIT("device"),    ASY_TEXT_INIT("inode"), ASY_TEXT_INIT("tags"),
    ASY_TEXT_INIT("resdevice"),
};

static const struct asy_view flag_words[] = {
    ASY_TEXT_INIT("ignore"),
    ASY_TEXT_INIT("nochange"),
    ASY_TEXT_INIT("optional"),
};

static bool is_one_of(struct asy_view word, const struct asy_view *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (asy_view_eq(word, words[i]))
            return true;
    }
    return false;
}

static bool is_other(struct asy_view word)
{
    return is_one_of(word, other_words, sizeof other_words / sizeof *other_words);
}

static bool is_flag(struct asy_view word)
{
    return is_one_of(word, flag_words, sizeof flag_words / sizeof *flag_words);
}

static enum asy_digest_alg digest_of(struct asy_view word)
{
    for (size_t i = 0; i < sizeof digest_words / sizeof *digest_words; i++) {
        if (asy_view_eq(word, digest_words[i].name))
            return digest_words[i].alg;
    }
    return ASY_DIGEST_NONE;
}

static bool read_type(struct tree *tree, struct asy_view value, struct entry *entry)
{
    if (entry->type != TYPE_UNSAID)
        return malformed(tree, "one type", value);
    for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++) {
        if (asy_view_eq(value, type_words[i].name))
            entry->type = type_words[i].type;
    }
    return entry->type != TYPE_UNSAID || malformed(tree, "a type of file", value);
}

static bool read_size(struct tree *tree, struct asy_view value, struct entry *entry)
{
    if (entry->has_size || !asy_parse_u64(value, &entry->size))
        return malformed(tree, "one size in bytes", value);
    entry->has_size = true;
    return true;
}

static bool read_link(struct tree *tree, struct asy_view value, struct entry *entry)
{
    if (entry->has_link || value.len == 0)
        return malformed(tree, "one path that a link leads to", value);
    entry->has_link = true;
    entry->link = value;
    return true;
}

static bool read_digest(struct tree *tree, enum asy_digest_alg alg, struct asy_view value,
                        struct entry *entry)
{
    size_t n = entry->digests_n;

    if (n == DIGESTS)
        return malformed(tree, "at most 16 digests", value);
    if (!asy_listing_digest(&tree->listing, alg, value, &entry->digests[n].value))
        return false;
    entry->digests[n].alg = alg;
    entry->digests_n++;
    return true;
}

static bool read_word(struct tree *tree, struct asy_view word, struct entry *entry)
{
    struct asy_reader r = asy_reader_of(word);
    enum asy_digest_alg alg;
    struct asy_view key;

    if (!asy_get_until(&r, '=', &key))
        return is_flag(word) || malformed(tree, "a keyword and its value", word);
    if (is_other(key))
        return true;
    alg = digest_of(key);
    if (alg != ASY_DIGEST_NONE)
        return read_digest(tree, alg, r.rest, entry);
    if (asy_view_is(key, "type"))
        return read_type(tree, r.rest, entry);
    if (asy_view_is(key, "size"))
        return read_size(tree, r.rest, entry);
    if (asy_view_is(key, "link"))
        return read_link(tree, r.rest, entry);
    if (asy_view_is(key, "contents")) /* libarchive: the bytes are another file's */
        return asy_listing_malformed(&tree->listing, ASSAY_E_UNSUPPORTED, "a file with contents of its own",
                                     word);
    return malformed(tree, "a keyword of mtree", key);
}

static bool read_words(struct tree *tree, struct entry *entry)
{
    struct asy_view word;

    while (get_word(tree, &word)) {
        if (!read_word(tree, word, entry))
            return false;
    }
    return assay_ok(tree->listing.status);
}

/* What is true of one file only cannot be the default of all. */
static bool read_set(struct tree *tree)
{
    struct entry entry = { 0 };

    if (!read_words(tree, &entry))
        return false;
    if (entry.digests_n > 0 || entry.has_size || entry.has_link)
        return malformed(tree, "no size, digest or link behind /set", ASY_TEXT("/set"));
    if (entry.type != TYPE_UNSAID)
        tree->type = entry.type;
    return true;
}

static bool read_unset(struct tree *tree)
{
    struct asy_view word;

    while (get_word(tree, &word)) {
        if (asy_view_is(word, "type") || asy_view_is(word, "all"))
            tree->type = TYPE_UNSAID;
        else if (!is_other(word) && !is_flag(word) && !asy_view_is(word, "size") && !asy_view_is(word, "link") &&
                 digest_of(word) == ASY_DIGEST_NONE)
            return malformed(tree, "a keyword of mtree", word);
    }
    return assay_ok(tree->listing.status);
}

/* Three octal digits, of which the first is here. */
static bool get_octal(struct asy_reader *r, uint8_t first, uint8_t *out)
{
    unsigned value = first - '0';
    uint8_t c;

    for (int i = 0; i < 2; i++) {
        if (!asy_get_u8(r, &c) || c < '0' || c > '7')
            return false;
        value = value * 8 + (unsigned)(c - '0');
    }
    *out = (uint8_t)value;
    return value <= UINT8_MAX;
}

/* vis(3), VIS_CSTYLE and VIS_OCTAL.  No tool escapes a '/' or NUL; who does wants them overlooked. */
static bool get_escaped(struct asy_reader *r, uint8_t *out)
{
    static const char letters[] = "abfnrstv\\#", bytes[] = "\a\b\f\n\r \t\v\\#";
    uint8_t c;

    if (!asy_get_u8(r, &c))
        return false;
    if (c >= '0' && c <= '7')
        return get_octal(r, c, out) && *out != 0 && *out != '/';
    for (size_t i = 0; i < sizeof letters - 1; i++) {
        if (c == (uint8_t)letters[i]) {
            *out = (uint8_t)bytes[i];
            return true;
        }
    }
    return false;
}

/* `dir` and the name without its escapes. */
static bool decode(struct tree *tree, struct asy_view dir, struct asy_view name, struct asy_view *out)
{
    struct asy_arena *arena = tree->listing.reading->dossier->arena;
    uint8_t *text = asy_alloc(arena, dir.len + 1 + name.len, 1), c;
    struct asy_reader r = asy_reader_of(dir);
    size_t n = 0;

    if (text == NULL)
        return asy_listing_full(&tree->listing);
    while (asy_get_u8(&r, &c))
        text[n++] = c;
    if (n > 0)
        text[n++] = '/';
    r = asy_reader_of(name);
    while (asy_get_u8(&r, &c)) {
        if (c == '\\' && !get_escaped(&r, &c))
            return malformed(tree, "the escapes of vis(3)", name);
        text[n++] = c;
    }
    *out = (struct asy_view){ text, n };
    return true;
}

static struct asy_view current_dir(const struct tree *tree)
{
    return tree->dirs_n == 0 ? (struct asy_view){ NULL, 0 } : tree->dirs[tree->dirs_n - 1];
}

static bool enter(struct tree *tree, struct asy_view path)
{
    struct asy_dossier *dossier = tree->listing.reading->dossier;

    if (tree->dirs_n >= dossier->limits->depth)
        return asy_listing_malformed(&tree->listing, ASSAY_E_LIMIT, "fewer directories in each other", path);
    if (!asy_grow(dossier->arena, &tree->dirs, tree->dirs_n, &tree->dirs_room, sizeof *tree->dirs))
        return asy_listing_full(&tree->listing);
    tree->dirs[tree->dirs_n++] = path;
    return true;
}

static bool leave(struct tree *tree)
{
    struct asy_view word, above;

    if (get_word(tree, &word))
        return malformed(tree, "nothing behind ..", word);
    if (!assay_ok(tree->listing.status))
        return false;
    if (tree->dirs_n == 0)
        return asy_listing_path(&tree->listing, ASY_TEXT(".."), &above);
    tree->dirs_n--;
    return true;
}

static void note_special(struct tree *tree, struct asy_view path)
{
    struct asy_reading *reading = tree->listing.reading;

    if (!tree->has_special) /* one is enough to refuse, and a list of a million would cost memory */
        asy_add_finding(reading->dossier, ASY_BLOCKS, ASY_TREE_SPECIAL, NULL, reading->document,
                        "line %llu: \"%.*s\"", (unsigned long long)tree->listing.line,
                        (int)(path.len < 120 ? path.len : 120), (const char *)path.data);
    tree->has_special = true;
}

static bool add_entry(struct tree *tree, struct asy_view path, const struct entry *entry)
{
    struct asy_listed file = { .path = path, .has_size = entry->has_size, .size = entry->size };

    file.is_other = entry->type != TYPE_UNSAID && entry->type != TYPE_FILE;
    if (file.is_other && entry->digests_n > 0)
        return malformed(tree, "digests of files only", path);
    if (file.is_other) /* the size of a directory is its file system's affair */
        file.has_size = false;
    if (entry->type == TYPE_SPECIAL)
        note_special(tree, path);
    if (entry->type == TYPE_LINK && entry->has_link) {
        file.alg = ASY_SHA512;
        if (!decode(tree, (struct asy_view){ NULL, 0 }, entry->link, &file.leads_to))
            return false;
    }
    if (entry->digests_n == 0)
        return asy_listing_add(&tree->listing, &file);
    for (size_t i = 0; i < entry->digests_n; i++) {
        file.alg = entry->digests[i].alg;
        file.value = entry->digests[i].value;
        if (!asy_listing_add(&tree->listing, &file))
            return false;
    }
    return true;
}

static bool is_full(struct asy_view name)
{
    struct asy_reader r = asy_reader_of(name);
    struct asy_view part;

    return asy_get_until(&r, '/', &part);
}

static bool read_entry(struct tree *tree, struct asy_view name)
{
    bool full = is_full(name), is_dir;
    struct asy_view dir = full ? (struct asy_view){ NULL, 0 } : current_dir(tree), path;
    struct entry entry = { 0 };

    if (!read_words(tree, &entry))
        return false;
    if (entry.type == TYPE_UNSAID)
        entry.type = tree->type;
    is_dir = entry.type == TYPE_DIR;
    if (is_dir && asy_view_is(name, "./")) /* the root, as a full path */
        return true;
    if (is_dir && asy_view_is(name, ".")) /* the root, entered; its ".." comes at the end */
        return enter(tree, dir);
    if (is_dir && asy_view_ends(name, ASY_TEXT("/")))
        name.len--;
    if (!decode(tree, dir, name, &path) || !asy_listing_path(&tree->listing, path, &path))
        return false;
    return add_entry(tree, path, &entry) && (!is_dir || full || enter(tree, path));
}

static bool read_statement(struct tree *tree)
{
    bool is_open = tree->continues;
    struct asy_view word;

    if (!get_word(tree, &word))
        return assay_ok(tree->listing.status);
    if (asy_view_starts(word, ASY_TEXT("#"))) /* readers disagree whether a comment goes on behind a "\" */
        return !is_open || malformed(tree, "a comment that ends with its line", word);
    if (asy_view_is(word, "/set"))
        return read_set(tree);
    if (asy_view_is(word, "/unset"))
        return read_unset(tree);
    return asy_view_is(word, "..") ? leave(tree) : read_entry(tree, word);
}

static bool read_version(struct tree *tree)
{
    struct asy_reader r;
    struct asy_view version;

    if (!get_line(tree))
        return false;
    r = asy_reader_of(tree->words);
    if (!asy_get_text(&r, mark) || tree->continues)
        return malformed(tree, "#mtree", tree->words);
    version = asy_view_trim(r.rest);
    if (version.len > 0 && !asy_view_is(version, "v1.0") && !asy_view_is(version, "v2.0"))
        return asy_listing_malformed(&tree->listing, ASSAY_E_UNSUPPORTED, "version 1.0 or 2.0", version);
    return true;
}

assay_status asy_mtree_read(struct asy_reading *reading)
{
    struct tree tree = { 0 };

    asy_listing_begin(&tree.listing, reading);
    if (!read_version(&tree) && assay_ok(tree.listing.status))
        (void)malformed(&tree, "#mtree", reading->bytes);
    while (get_line(&tree) && read_statement(&tree))
        continue;
    return asy_listing_end(&tree.listing);
}

static const char *const suffixes[] = { ".mtree", NULL };

const struct asy_format asy_format_mtree = {
    .name = "mtree",
    .title = "mtree specifications",
    .kind = ASY_KIND_MANIFEST,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = asy_mtree_read,
};
