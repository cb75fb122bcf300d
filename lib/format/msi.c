/*
 * Windows Installer packages, patches and transforms: compound files with an Authenticode signature in the root's streams
 * "\5DigitalSignature" and, where names are signed too, "\5MsiDigitalSignatureEx".
 *
 *   digest  = [Ex] storage(root)      without these two streams
 *   storage = the contents of its streams and storages by the raw bytes of their names, then its CLSID
 *   Ex      = the digest of entry(root): name, CLSID or size, state bits and times of every entry, in the same order
 *
 * Without Ex a stream can be renamed, and bytes can move from one stream to the next.
 */
#include "codec/oid.h"
#include "format/authenticode.h"
#include "format/cfb.h"
#include "io/runs.h"

struct msi {
    struct asy_reading *reading;
    struct asy_cfb cfb;
    struct asy_piece *content, *entries; /* of the two digests */
    size_t content_n, content_room, entries_n, entries_room;
    const struct asy_cfb_entry *signature, *ex;
    struct asy_view message, ex_digest;
    struct asy_recipe content_recipe, entries_recipe;
    uint64_t end; /* of what was read last */
};

static const uint8_t signature_name[] = "\5\0D\0i\0g\0i\0t\0a\0l\0S\0i\0g\0n\0a\0t\0u\0r\0e";
static const uint8_t ex_name[] = "\5\0M\0s\0i\0D\0i\0g\0i\0t\0a\0l\0S\0i\0g\0n\0a\0t\0u\0r\0e\0E\0x";

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, ASY_TEXT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
}

static assay_status no_room(struct msi *msi)
{
    return asy_fail(&msi->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
}

static assay_status add_content(void *context, uint64_t off, uint64_t len)
{
    struct msi *msi = context;

    if (!asy_grow(msi->reading->dossier->arena, &msi->content, msi->content_n, &msi->content_room,
                  sizeof *msi->content))
        return no_room(msi);
    msi->content[msi->content_n++] = asy_span(msi->reading->document, off, len);
    msi->end = off + len;
    return asy_ok;
}

static assay_status add_framing(void *context, uint64_t off, uint64_t len)
{
    struct msi *msi = context;

    asy_add_slack(msi->reading->dossier, msi->reading->document, off, len);
    msi->end = off + len;
    return asy_ok;
}

static assay_status add_entry_field(struct msi *msi, uint64_t off, uint64_t len)
{
    if (!asy_grow(msi->reading->dossier->arena, &msi->entries, msi->entries_n, &msi->entries_room,
                  sizeof *msi->entries))
        return no_room(msi);
    msi->entries[msi->entries_n++] = asy_span(msi->reading->document, off, len);
    return asy_ok;
}

static assay_status add_entry(struct msi *msi, const struct asy_cfb_entry *entry)
{
    bool is_root = entry->type == ASY_CFB_ROOT;
    assay_status s = is_root ? asy_ok : add_entry_field(msi, entry->off, entry->name.len);

    if (assay_ok(s))
        s = entry->type == ASY_CFB_STREAM ? add_entry_field(msi, entry->off + ASY_CFB_SIZE, 4)
                                          : add_entry_field(msi, entry->off + ASY_CFB_CLSID, 16);
    if (assay_ok(s))
        s = add_entry_field(msi, entry->off + ASY_CFB_STATE, 4);
    return assay_ok(s) && !is_root ? add_entry_field(msi, entry->off + ASY_CFB_CREATED, 16) : s;
}

/* Bytes that are nothing's: framing while they are zero, else hidden. */
static assay_status pass_over(struct msi *msi, uint64_t off, uint64_t len)
{
    struct asy_reading *reading = msi->reading;
    uint8_t bytes[1 << 12];
    bool zeros = true;

    for (uint64_t at = 0; zeros && at < len; at += sizeof bytes) {
        size_t n = len - at < sizeof bytes ? (size_t)(len - at) : sizeof bytes;
        assay_status s = asy_source_read(reading->document->source, off + at, bytes, n, &reading->diag);

        if (!assay_ok(s))
            return s;
        for (size_t i = 0; i < n; i++)
            zeros = zeros && bytes[i] == 0;
    }
    if (zeros)
        asy_add_slack(reading->dossier, reading->document, off, len);
    else
        asy_add_finding(reading->dossier, ASY_BLOCKS, ASY_ARCHIVE_HIDDEN, reading->document, reading->document,
                        "%llu bytes at %llu belong to no stream", (unsigned long long)len, (unsigned long long)off);
    return asy_ok;
}

/* From the end of a stream to that of its last sector. */
static assay_status pass_over_tail(struct msi *msi, const struct asy_cfb_entry *entry)
{
    uint64_t sector = entry->size < 4096 ? 64 : (uint64_t)1 << msi->cfb.shift;
    uint64_t left = (sector - entry->size % sector) % sector;

    return entry->size == 0 || left == 0 ? asy_ok : pass_over(msi, msi->end, left);
}

static assay_status read_content(struct msi *msi, const struct asy_cfb_entry *entry)
{
    assay_status s = asy_cfb_stream(&msi->cfb, entry, add_content, msi);

    return assay_ok(s) ? pass_over_tail(msi, entry) : s;
}

/* Bytes of a stream that was told run by run: the pieces from `first` on. */
static assay_status load_pieces(struct msi *msi, size_t first, const struct asy_cfb_entry *entry, struct asy_view *out)
{
    struct asy_reading *reading = msi->reading;
    uint8_t *bytes = asy_alloc(reading->dossier->arena, 1, (size_t)entry->size + 1);
    size_t len = 0;

    if (bytes == NULL)
        return no_room(msi);
    for (size_t i = first; i < msi->content_n; i++) {
        size_t n = (size_t)msi->content[i].span.len;
        assay_status s = asy_source_read(reading->document->source, msi->content[i].span.off, bytes + len, n,
                                         &reading->diag);

        if (!assay_ok(s))
            return s;
        len += n;
    }
    *out = (struct asy_view){ bytes, len };
    return asy_ok;
}

/* The signature is framing, its companion the first that the digest reads. */
static assay_status read_signatures(struct msi *msi)
{
    struct asy_reading *reading = msi->reading;
    size_t n;
    assay_status s;

    if (msi->signature->size > reading->dossier->limits->document || (msi->ex != NULL && msi->ex->size > ASY_DIGEST_MAX))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "the stream of a signature is too long");
    s = asy_cfb_stream(&msi->cfb, msi->signature, add_content, msi);
    if (assay_ok(s))
        s = load_pieces(msi, 0, msi->signature, &msi->message);
    if (assay_ok(s))
        s = pass_over_tail(msi, msi->signature);
    n = msi->content_n;
    msi->content_n = 0;
    for (size_t i = 0; assay_ok(s) && i < n; i++)
        s = add_framing(msi, msi->content[i].span.off, msi->content[i].span.len);
    if (!assay_ok(s) || msi->ex == NULL)
        return s;
    s = read_content(msi, msi->ex);
    return assay_ok(s) ? load_pieces(msi, 0, msi->ex, &msi->ex_digest) : s;
}

static assay_status read_storage(struct msi *msi, uint32_t no, unsigned depth);

static assay_status read_child(struct msi *msi, uint32_t no, unsigned depth)
{
    const struct asy_cfb_entry *entry = &msi->cfb.entries[no];
    assay_status s;

    if (entry == msi->signature || entry == msi->ex)
        return asy_ok;
    if (entry->type == ASY_CFB_STORAGE)
        return read_storage(msi, no, depth + 1);
    s = add_entry(msi, entry);
    return assay_ok(s) ? read_content(msi, entry) : s;
}

static assay_status read_children(struct msi *msi, uint32_t no, const uint32_t *children, uint32_t n, unsigned depth)
{
    assay_status s = add_entry(msi, &msi->cfb.entries[no]);

    for (uint32_t i = 0; assay_ok(s) && i < n; i++)
        s = read_child(msi, children[i], depth);
    return assay_ok(s) ? add_content(msi, msi->cfb.entries[no].off + ASY_CFB_CLSID, 16) : s;
}

static assay_status read_storage(struct msi *msi, uint32_t no, unsigned depth)
{
    uint32_t *children, n;
    assay_status s;

    if (depth > ASY_CFB_DEPTH)
        return asy_fail(&msi->reading->diag, ASSAY_E_LIMIT, 0, "storages lie deeper than %d in each other",
                        ASY_CFB_DEPTH);
    s = asy_cfb_children(&msi->cfb, no, &children, &n);
    return assay_ok(s) ? read_children(msi, no, children, n, depth) : s;
}

/* ---- what belongs to nothing ---- */

static bool is_frame(const struct asy_cfb *cfb, uint32_t sector)
{
    return cfb->uses[sector] == ASY_CFB_FRAME;
}

static assay_status declare_sectors(struct msi *msi)
{
    const struct asy_cfb *cfb = &msi->cfb;
    assay_status s = asy_ok;

    asy_add_slack(msi->reading->dossier, msi->reading->document, 0, asy_cfb_place(cfb, 0));
    for (uint32_t i = 0, n; assay_ok(s) && i < cfb->sectors; i += n) {
        uint64_t off = asy_cfb_place(cfb, i);

        for (n = 1; is_frame(cfb, i) && i + n < cfb->sectors && is_frame(cfb, i + n);)
            n++;
        if (is_frame(cfb, i))
            asy_add_slack(msi->reading->dossier, msi->reading->document, off, (uint64_t)n << cfb->shift);
        else if (cfb->uses[i] == ASY_CFB_UNUSED)
            s = pass_over(msi, off, (uint64_t)1 << cfb->shift);
    }
    return s;
}

static assay_status declare_mini_sectors(struct msi *msi)
{
    const struct asy_cfb *cfb = &msi->cfb;
    uint64_t room = (uint64_t)cfb->mini_sectors_n << cfb->shift;
    assay_status s = asy_ok;

    for (uint64_t at = 0; assay_ok(s) && at < room; at += 64) {
        uint64_t off = asy_cfb_place(cfb, cfb->mini_sectors[at >> cfb->shift]) + at % ((uint64_t)1 << cfb->shift);

        if (at >= cfb->entries[0].size || cfb->mini_uses[at / 64] == ASY_CFB_UNUSED)
            s = pass_over(msi, off, 64);
    }
    return s;
}

static assay_status declare_framing(struct msi *msi)
{
    struct asy_reading *reading = msi->reading;
    uint64_t end = asy_cfb_place(&msi->cfb, msi->cfb.sectors);
    assay_status s;

    for (uint32_t i = 0; i < msi->cfb.entries_n; i++) {
        const struct asy_cfb_entry *entry = &msi->cfb.entries[i];

        if (entry->type != ASY_CFB_FREE && !entry->seen)
            asy_add_finding(reading->dossier, ASY_BLOCKS, ASY_ARCHIVE_HIDDEN, reading->document, reading->document,
                            "directory entry %u is in no storage", i);
    }
    if (msi->cfb.size > end)
        asy_add_finding(reading->dossier, ASY_BLOCKS, ASY_ARCHIVE_HIDDEN, reading->document, reading->document,
                        "%llu bytes behind the last sector", (unsigned long long)(msi->cfb.size - end));
    s = declare_sectors(msi);
    return assay_ok(s) ? declare_mini_sectors(msi) : s;
}

/* ---- the signature ---- */

static assay_status link(struct asy_reading *reading, const struct asy_spc *spc, asy_claim_no by, const void *state)
{
    const struct msi *msi = state;
    struct asy_spc names = *spc;
    assay_status s = asy_link_spc(reading, spc, by, msi->content_recipe);

    names.digest = msi->ex_digest;
    return assay_ok(s) && msi->ex != NULL ? asy_link_spc(reading, &names, by, msi->entries_recipe) : s;
}

static assay_status claim(struct msi *msi)
{
    struct asy_spc_carrier carrier = { .type = asy_oid_spc_sip_info, .link = link, .state = msi };
    struct asy_reading *reading = msi->reading;
    struct asy_view message;
    assay_status s = asy_spc_message(reading, msi->message, 0, &message);

    msi->content_recipe = (struct asy_recipe){ msi->content, msi->content_n };
    msi->entries_recipe = (struct asy_recipe){ msi->entries, msi->entries_n };
    if (assay_ok(s))
        s = asy_claim_authenticode(reading, message, &carrier);
    if (assay_ok(s) && msi->ex == NULL)
        asy_add_finding(reading->dossier, ASY_NOTE, ASY_NAMES_UNSIGNED, reading->document, reading->document, "%s",
                        "there is no MsiDigitalSignatureEx: names, sizes and times of streams are not signed");
    return s;
}

static assay_status read_signed(struct msi *msi, const uint32_t *children, uint32_t n)
{
    assay_status s = read_signatures(msi);

    if (assay_ok(s))
        s = read_children(msi, 0, children, n, 0);
    if (assay_ok(s))
        s = declare_framing(msi);
    return assay_ok(s) ? claim(msi) : s;
}

static const struct asy_cfb_entry *find(const struct msi *msi, const uint32_t *children, uint32_t n, struct asy_view name)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct asy_cfb_entry *entry = &msi->cfb.entries[children[i]];

        if (entry->type == ASY_CFB_STREAM && asy_view_eq(entry->name, name))
            return entry;
    }
    return NULL;
}

/* Without a signature, or where none can be looked for, nothing is said of the file by itself. */
static assay_status read(struct asy_reading *reading)
{
    struct msi msi = { .reading = reading };
    uint32_t *children, n;
    assay_status s = asy_cfb_open(reading->dossier->arena, reading->document->source, &msi.cfb, &reading->diag);

    if (assay_ok(s))
        s = asy_cfb_children(&msi.cfb, 0, &children, &n);
    if (!assay_ok(s)) {
        asy_add_finding(reading->dossier, ASY_NOTE, ASY_ARCHIVE_CORRUPT, reading->document, reading->document, "%s",
                        reading->diag.text);
        return asy_ok;
    }
    msi.signature = find(&msi, children, n, (struct asy_view){ signature_name, sizeof signature_name });
    msi.ex = find(&msi, children, n, (struct asy_view){ ex_name, sizeof ex_name });
    return msi.signature == NULL ? asy_ok : read_signed(&msi, children, n);
}

/* ---- what lies in it ---- */

struct look {
    struct asy_reading *reading;
    struct asy_cfb cfb;
    struct asy_run_of *runs; /* of the stream that is added */
    size_t n, room;
};

static assay_status add_run(void *context, uint64_t off, uint64_t len)
{
    struct look *look = context;

    if (!asy_grow(look->reading->dossier->arena, &look->runs, look->n, &look->room, sizeof *look->runs))
        return asy_fail(&look->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
    look->runs[look->n++] = (struct asy_run_of){ off, len };
    return asy_ok;
}

static size_t put_unit(uint8_t *to, uint16_t c)
{
    size_t n = 0;

    if (c >= 0x800) {
        to[n++] = (uint8_t)(0xe0 | c >> 12);
        to[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    } else if (c >= 0x80) {
        to[n++] = (uint8_t)(0xc0 | c >> 6);
    }
    to[n++] = (uint8_t)(c < 0x80 ? c : 0x80 | (c & 0x3f));
    return n;
}

/*
 * Windows Installer packs two characters of 64 into one unit from 0x3800 on, and one into those from 0x4800; 0x4840 marks
 * a table.  What no name can have in a report becomes '_'.
 */
static const char *name_of(struct asy_arena *arena, const char *dir, struct asy_view name)
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
    struct asy_reader r = asy_reader_of(name);
    uint8_t text[3 * ASY_CFB_NAME + 1];
    size_t n = 0;
    uint16_t c;

    while (asy_get_le16(&r, &c)) {
        if (c >= 0x3800 && c < 0x4840) {
            text[n++] = (uint8_t)letters[(c - 0x3800) & 0x3f];
            if (c < 0x4800)
                text[n++] = (uint8_t)letters[(c - 0x3800) >> 6];
        } else if (c == 0x4840) {
            text[n++] = '!';
        } else {
            n += put_unit(text + n, c < 0x20 || c == 0x7f || c == '/' || (c >= 0xd800 && c < 0xe000) ? '_' : c);
        }
    }
    return asy_printf(arena, "%s%.*s", dir, (int)n, (const char *)text);
}

static assay_status add_stream(struct look *look, const char *name, const struct asy_cfb_entry *entry)
{
    struct asy_dossier *dossier = look->reading->dossier;
    struct asy_item *item;
    assay_status s;

    look->runs = NULL;
    look->n = look->room = 0;
    s = asy_cfb_stream(&look->cfb, entry, add_run, look);
    if (!assay_ok(s))
        return s;
    item = asy_add_derived(dossier, look->reading->document, 0, ASY_TO_END, name,
                           asy_source_of_runs(dossier->arena, look->reading->document->source, look->runs, look->n));
    if (item == NULL)
        return asy_fail(&look->reading->diag, ASSAY_E_LIMIT, 0, "more streams than the limits on items and memory");
    item->is_member = true;
    item->size = entry->size;
    item->has_size = true;
    return asy_ok;
}

static bool is_signature(struct asy_view name)
{
    return asy_view_eq(name, (struct asy_view){ signature_name, sizeof signature_name }) ||
           asy_view_eq(name, (struct asy_view){ ex_name, sizeof ex_name });
}

static assay_status look_through(struct look *look, uint32_t no, const char *dir, unsigned depth)
{
    struct asy_arena *arena = look->reading->dossier->arena;
    uint32_t *children, n;
    assay_status s = depth > ASY_CFB_DEPTH ? asy_fail(&look->reading->diag, ASSAY_E_LIMIT, 0, "storages lie too deep")
                                           : asy_cfb_children(&look->cfb, no, &children, &n);

    for (uint32_t i = 0; assay_ok(s) && i < n; i++) {
        const struct asy_cfb_entry *entry = &look->cfb.entries[children[i]];
        const char *name = name_of(arena, dir, entry->name);

        if (depth == 0 && is_signature(entry->name))
            continue;
        if (name == NULL)
            return asy_fail(&look->reading->diag, ASSAY_E_LIMIT, 0, "memory of the job");
        if (entry->type == ASY_CFB_STORAGE)
            s = look_through(look, children[i], asy_printf(arena, "%s/", name), depth + 1);
        else
            s = add_stream(look, name, entry);
    }
    return s;
}

/* Streams are no files: where their names could lead is nobody's matter. */
static assay_status walk(struct asy_reading *reading)
{
    struct look look = { .reading = reading };
    assay_status s = asy_cfb_open(reading->dossier->arena, reading->document->source, &look.cfb, &reading->diag);

    return assay_ok(s) ? look_through(&look, 0, "", 0) : s;
}

static const char *const suffixes[] = { ".msi", ".msp", ".mst", ".msm", NULL };

const struct asy_format asy_format_msi = {
    .name = "msi",
    .title = "Windows Installer packages, patches and transforms with Authenticode signatures",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
    .walk = walk,
};
