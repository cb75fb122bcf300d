/*
 * Debian packages (deb(5)), and the signatures that debsigs(1) puts into them.
 *
 *   deb     = ar archive of: debian-binary other* control other* data (other | ignored)*
 *   debian-binary = "2." digits LF
 *   control = control.tar, .gz, .xz or .zst
 *   data    = data.tar, .gz, .xz, .zst, .bz2 or .lzma
 *   other   = a member whose name begins with '_'
 *
 * What follows data is not read by dpkg; a second control or data member there is refused all the same, because other
 * tools take the last one.  A member "_gpg..." is a detached OpenPGP signature over the contents of debian-binary,
 * control and data, one behind the other: nothing else of the file is signed by it.
 */
#include "format/deb.h"

#include "codec/deb822.h"
#include "format/openpgp_signer.h"
#include "format/tarball.h"

#include <string.h>

enum { VERSION_MAX = 16, CONTROL_MAX = 1 << 20 };

static assay_status broken(struct asy_reading *reading, const struct asy_ar_member *member, const char *what)
{
    return asy_fail(&reading->diag, ASSAY_E_FORMAT, member->header_off, "member \"%s\" %s", member->name, what);
}

/* ---- members ---- */

/* How a member's name says that it is compressed; false for a suffix that it must not have. */
static bool packing_of(const char *name, enum asy_packing *out)
{
    static const struct {
        const char *suffix;
        enum asy_packing packing;
        bool only_data;
    } suffixes[] = {
        { "", ASY_PACKED_NOT, false },      { ".gz", ASY_PACKED_GZIP, false }, { ".xz", ASY_PACKED_XZ, false },
        { ".zst", ASY_PACKED_ZSTD, false }, { ".bz2", ASY_PACKED_BZIP2, true }, { ".lzma", ASY_PACKED_LZMA, true },
    };
    bool is_data = strncmp(name, "data.tar", 8) == 0;
    const char *suffix = name + (is_data ? strlen("data.tar") : strlen("control.tar"));

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (strcmp(suffix, suffixes[i].suffix) != 0 || (suffixes[i].only_data && !is_data))
            continue;
        *out = suffixes[i].packing;
        return true;
    }
    return false;
}

static bool is_control(const struct asy_ar_member *member)
{
    return strncmp(member->name, "control.tar", 11) == 0;
}

static bool is_data(const struct asy_ar_member *member)
{
    return strncmp(member->name, "data.tar", 8) == 0;
}

static assay_status check_version(struct asy_reading *reading, const struct asy_ar_member *member)
{
    uint8_t text[VERSION_MAX];
    struct asy_reader r;
    struct asy_view minor;
    assay_status s;

    if (strcmp(member->name, "debian-binary") != 0)
        return broken(reading, member, "comes first, expected debian-binary");
    if (member->size > sizeof text)
        return broken(reading, member, "is too long for a version");
    s = asy_source_read(reading->document->source, member->off, text, (size_t)member->size, &reading->diag);
    if (!assay_ok(s))
        return s;
    r = asy_reader_of((struct asy_view){ text, (size_t)member->size });
    if (!asy_get_text(&r, ASY_TEXT("2.")) || !asy_get_until(&r, '\n', &minor) || minor.len == 0 || !asy_at_end(&r))
        return broken(reading, member, "is no version 2 of the format");
    for (size_t i = 0; i < minor.len; i++) {
        if (minor.data[i] < '0' || minor.data[i] > '9')
            return broken(reading, member, "is no version 2 of the format");
    }
    return asy_ok;
}

/* The name's suffix and the first bytes must say the same compression. */
static assay_status check_packing(struct asy_reading *reading, const struct asy_ar_member *member)
{
    size_t n = member->size < 6 ? (size_t)member->size : 6;
    enum asy_packing packing;
    uint8_t head[6] = { 0 };
    assay_status s;

    if (!packing_of(member->name, &packing))
        return broken(reading, member, "has a suffix of no compression that it may have");
    s = asy_source_read(reading->document->source, member->off, head, n, &reading->diag);
    if (!assay_ok(s))
        return s;
    if (asy_tar_packing((struct asy_view){ head, sizeof head }) != packing)
        return broken(reading, member, "is compressed otherwise than its name says");
    return asy_ok;
}

/* One more member behind those that are there. */
static assay_status place_member(struct asy_reading *reading, struct asy_deb *deb, const struct asy_ar_member *member)
{
    if (deb->n == 0)
        return check_version(reading, member);
    for (size_t i = 0; i < deb->n; i++) {
        if (strcmp(deb->members[i].name, member->name) == 0)
            return broken(reading, member, "is there twice");
    }
    if (member->name[0] == '_')
        return asy_ok;
    if (is_control(member) && deb->control == 0 && deb->data == 0) {
        deb->control = deb->n;
        return check_packing(reading, member);
    }
    if (is_data(member) && deb->control != 0 && deb->data == 0) {
        deb->data = deb->n;
        return check_packing(reading, member);
    }
    if (is_control(member) || is_data(member))
        return broken(reading, member, deb->data != 0 ? "is a second one behind data.tar" : "is out of order");
    return deb->data != 0 ? asy_ok : broken(reading, member, "is none that may stand before data.tar");
}

assay_status asy_deb_parse(struct asy_reading *reading, struct asy_deb *deb)
{
    struct asy_ar ar = { .source = reading->document->source };
    struct asy_ar_member member;
    bool more = true;
    assay_status s;

    deb->n = deb->control = deb->data = 0;
    for (;;) {
        s = asy_ar_next(&ar, &member, &more, &reading->diag);
        if (!assay_ok(s) || !more)
            break;
        s = place_member(reading, deb, &member);
        if (!assay_ok(s))
            return s;
        if (deb->n == ASY_DEB_MEMBERS)
            return asy_fail(&reading->diag, ASSAY_E_LIMIT, member.header_off, "more than %d members", ASY_DEB_MEMBERS);
        deb->members[deb->n++] = member;
    }
    if (assay_ok(s) && deb->data == 0)
        return asy_fail(&reading->diag, ASSAY_E_FORMAT, ar.at, "the package has no %s",
                        deb->n == 0 ? "debian-binary" : deb->control == 0 ? "control.tar" : "data.tar");
    return s;
}

/* ---- what the package says of itself ---- */

static struct asy_source *member_source(struct asy_reading *reading, const struct asy_ar_member *member)
{
    struct asy_arena *arena = reading->dossier->arena;
    struct asy_packed *packed = asy_packed_new(arena, reading->document->source, ASY_PACKED_NOT, UINT64_MAX);

    return packed == NULL
               ? NULL
               : asy_source_member(arena, packed, member->off, member->size, member->size, ASY_PACKED_NOT);
}

static void load_item(struct asy_dossier *dossier, struct asy_item *item, struct asy_view *out)
{
    if (assay_ok(asy_source_open(item->source, NULL)))
        (void)asy_source_load(item->source, CONTROL_MAX, dossier->arena, out, NULL);
    asy_source_close(item->source);
    asy_source_close(item->source); /* the decoder that the members share */
}

/* The file "control" of control.tar; empty where it cannot be found.  What is wrong there, the walk tells. */
static struct asy_view control_of(struct asy_reading *reading, const struct asy_ar_member *member)
{
    struct asy_dossier *scratch = asy_dossier_new(reading->dossier->arena, reading->dossier->limits, 0);
    struct asy_source *source = member_source(reading, member);
    struct asy_reading inner = { .dossier = scratch };
    struct asy_members members;
    struct asy_view control = { NULL, 0 };

    if (scratch == NULL || source == NULL || !assay_ok(asy_source_open(source, NULL)))
        return control;
    inner.document = asy_add_item(scratch, member->name, source);
    if (inner.document == NULL || !assay_ok(asy_tar_walk(&inner, false, &members)))
        scratch->items_n = 0;
    for (size_t i = 1; i < scratch->items_n; i++) {
        if (strcmp(scratch->items[i]->name, "control") == 0)
            load_item(scratch, scratch->items[i], &control);
    }
    asy_source_close(source);
    return scratch->findings_n == 0 ? control : (struct asy_view){ NULL, 0 };
}

static void add_statement(struct asy_reading *reading, const struct asy_ar_member *control,
                          const struct asy_stanza *stanza, const char *field, enum asy_statement_kind kind)
{
    struct asy_statement *statement;
    struct asy_view value;

    if (!asy_stanza_line(stanza, field, &value))
        return;
    statement = asy_add_statement(reading->dossier, kind, reading->document);
    if (statement == NULL)
        return;
    statement->text = value;
    statement->scheme = ASY_VERSION_DEB;
    statement->place_off = control->off;
    statement->place_len = control->size;
}

static void add_statements(struct asy_reading *reading, const struct asy_ar_member *control, struct asy_view file)
{
    struct asy_deb822 text = asy_deb822_of(file);
    struct asy_stanza stanza, more;
    struct asy_diag diag = { 0 };

    if (!asy_get_stanza(&text, &stanza, &diag) || asy_get_stanza(&text, &more, &diag) || diag.code != 0)
        return;
    add_statement(reading, control, &stanza, "Package", ASY_SAYS_PACKAGE);
    add_statement(reading, control, &stanza, "Version", ASY_SAYS_VERSION);
    add_statement(reading, control, &stanza, "Architecture", ASY_SAYS_ARCH);
}

/* ---- signatures inside ---- */

static bool signed_parts(struct asy_reading *reading, const struct asy_deb *deb, struct asy_openpgp_signed *out)
{
    const struct asy_ar_member *parts[] = { &deb->members[0], &deb->members[deb->control], &deb->members[deb->data] };
    struct asy_piece pieces[3];

    for (size_t i = 0; i < 3; i++)
        pieces[i] = asy_span(reading->document, parts[i]->off, parts[i]->size);
    *out = (struct asy_openpgp_signed){ .role = ASY_ROLE_SIGNS };
    return asy_recipe_of(reading->dossier->arena, pieces, 3, &out->binary);
}

/* Takes the claims back of a signature that breaks its grammar. */
static void drop_from(struct asy_dossier *dossier, size_t first)
{
    for (size_t i = first; i < dossier->facts_n; i++)
        dossier->facts[i]->claim.kind = ASY_CLAIM_NONE;
}

static bool is_clearsigned(struct asy_view bytes)
{
    return asy_view_starts(bytes, ASY_TEXT("-----BEGIN PGP SIGNED MESSAGE"));
}

/* Only a signature that is one is framing; any other member has to be said by somebody. */
static assay_status add_signature(struct asy_reading *reading, const struct asy_deb *deb,
                                  const struct asy_ar_member *member)
{
    struct asy_dossier *dossier = reading->dossier;
    struct asy_reading inner = *reading;
    size_t first = dossier->facts_n;
    struct asy_openpgp_signed what;
    struct asy_view bytes;
    uint8_t *room =
        member->size > dossier->limits->document ? NULL : asy_alloc(dossier->arena, (size_t)member->size + 1, 1);
    assay_status s;

    if (room == NULL || !signed_parts(reading, deb, &what))
        return asy_fail(&reading->diag, ASSAY_E_LIMIT, member->off, "member \"%s\" is too long", member->name);
    s = asy_source_read(reading->document->source, member->off, room, (size_t)member->size, &reading->diag);
    if (!assay_ok(s))
        return s;
    bytes = (struct asy_view){ room, (size_t)member->size };
    if (is_clearsigned(bytes)) {
        asy_add_finding(dossier, ASY_NOTE, ASY_EVIDENCE_UNSUPPORTED, reading->document, reading->document,
                        "member \"%s\" is a list of MD5 and SHA-1 digests by dpkg-sig", member->name);
        return asy_ok;
    }
    s = asy_openpgp_add_detached(&inner, bytes, &what);
    if (assay_ok(s)) {
        asy_add_slack(dossier, reading->document, member->off, member->size);
        return s;
    }
    drop_from(dossier, first);
    asy_add_finding(dossier, ASY_NOTE, ASY_EVIDENCE_MALFORMED, reading->document, reading->document,
                    "member \"%s\": %s", member->name, inner.diag.text);
    return s.code == ASSAY_E_FORMAT || s.code == ASSAY_E_UNSUPPORTED ? asy_ok : s;
}

/* Headers hold names, dates and owners of the members, which dpkg does not use; the pad is one byte that must be LF. */
static void add_framing(struct asy_reading *reading, const struct asy_deb *deb)
{
    asy_add_slack(reading->dossier, reading->document, 0, strlen(ASY_AR_MAGIC));
    for (size_t i = 0; i < deb->n; i++) {
        const struct asy_ar_member *member = &deb->members[i];

        asy_add_slack(reading->dossier, reading->document, member->header_off, member->off - member->header_off);
        asy_add_slack(reading->dossier, reading->document, member->off + member->size, member->size % 2);
    }
}

static void tell_ignored(struct asy_reading *reading, const struct asy_deb *deb)
{
    for (size_t i = deb->data + 1; i < deb->n; i++) {
        if (deb->members[i].name[0] != '_')
            asy_add_finding(reading->dossier, ASY_NOTE, ASY_ARCHIVE_HIDDEN, reading->document, reading->document,
                            "member \"%s\" behind data.tar is not looked at by dpkg", deb->members[i].name);
    }
}

static bool is_signature(const struct asy_ar_member *member)
{
    return strncmp(member->name, "_gpg", 4) == 0;
}

static bool has_signature(const struct asy_deb *deb)
{
    for (size_t i = 0; i < deb->n; i++) {
        if (is_signature(&deb->members[i]))
            return true;
    }
    return false;
}

/*
 * The signed bytes do not say where control.tar ends and data.tar begins: that is certain only where control.tar is an
 * archive from its first byte to its last.
 */
static assay_status add_signatures(struct asy_reading *reading, const struct asy_deb *deb, struct asy_view control)
{
    assay_status s = asy_ok;

    if (has_signature(deb) && control.len == 0)
        return broken(reading, &deb->members[deb->control], "is no whole archive with a file \"control\"");
    for (size_t i = 0; assay_ok(s) && i < deb->n; i++) {
        if (is_signature(&deb->members[i]))
            s = add_signature(reading, deb, &deb->members[i]);
    }
    return s;
}

static assay_status read(struct asy_reading *reading)
{
    bool is_alone = reading->subject == reading->document;
    struct asy_view control = { NULL, 0 };
    struct asy_deb deb;
    assay_status s = asy_deb_parse(reading, &deb);

    if (!assay_ok(s))
        return s;
    if (is_alone || has_signature(&deb))
        control = control_of(reading, &deb.members[deb.control]);
    s = add_signatures(reading, &deb, control);
    if (!assay_ok(s))
        return s;
    add_framing(reading, &deb);
    tell_ignored(reading, &deb);
    if (is_alone)
        add_statements(reading, &deb.members[deb.control], control);
    return asy_ok;
}

static bool recognise(const struct asy_glimpse *glimpse)
{
    return asy_view_starts(glimpse->head, ASY_TEXT(ASY_AR_MAGIC "debian-binary"));
}

static const char *const suffixes[] = { ".deb", ".udeb", ".ddeb", NULL };

const struct asy_format asy_format_deb = {
    .name = "deb",
    .title = "Debian packages, also signed by debsigs",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .recognise = recognise,
    .read = read,
    .walk = asy_deb_walk,
};
