#include "format/jar_signed.h"

#include "format/signer.h"

static const char digest[] = "-Digest", digest_manifest[] = "-Digest-Manifest",
                  digest_main[] = "-Digest-Manifest-Main-Attributes";

/* ---- names: without regard to case, and only at the top level ---- */

struct asy_view asy_jar_meta(struct asy_view name)
{
    struct asy_view dir = ASY_TEXT("META-INF/"), rest = asy_view_from(name, dir.len);

    if (!asy_view_eq_nocase(asy_view_head(name, dir.len), dir))
        return (struct asy_view){ NULL, 0 };
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.data[i] == '/')
            return (struct asy_view){ NULL, 0 };
    }
    return rest;
}

static bool ends_nocase(struct asy_view name, const char *end)
{
    struct asy_view suffix = asy_view_of(end);

    return name.len > suffix.len && asy_view_eq_nocase(asy_view_from(name, name.len - suffix.len), suffix);
}

static bool is_manifest(struct asy_view name)
{
    return asy_view_eq_nocase(asy_jar_meta(name), ASY_TEXT("MANIFEST.MF"));
}

static bool is_signature_file(struct asy_view name)
{
    return ends_nocase(asy_jar_meta(name), ".SF");
}

static bool is_block(struct asy_view name)
{
    struct asy_view meta = asy_jar_meta(name);

    return ends_nocase(meta, ".RSA") || ends_nocase(meta, ".DSA") || ends_nocase(meta, ".EC");
}

bool asy_jar_is_signature(struct asy_view name)
{
    return is_signature_file(name) || is_block(name) ||
           asy_view_eq_nocase(asy_view_head(asy_jar_meta(name), 4), ASY_TEXT("SIG-"));
}

bool asy_jar_is_related(struct asy_view name)
{
    return is_manifest(name) || asy_jar_is_signature(name);
}

/* The part before the last dot. */
static struct asy_view stem_of(struct asy_view name)
{
    size_t n = name.len;

    while (n > 0 && name.data[n - 1] != '.')
        n--;
    return asy_view_head(name, n == 0 ? 0 : n - 1);
}

/* ---- what is wrong ---- */

static assay_status wrong(struct asy_jar *jar, const struct asy_item *item, const char *what)
{
    return asy_fail(&jar->reading->diag, ASSAY_E_FORMAT, 0, "%s: %s", item->name, what);
}

static assay_status read_text(struct asy_jar *jar, struct asy_item *item, struct asy_jar_manifest *out)
{
    struct asy_dossier *dossier = jar->reading->dossier;
    struct asy_view bytes;
    struct asy_diag diag = { 0 };
    assay_status s = asy_kept_load(&jar->kept, item, dossier->limits->manifest, &bytes);

    if (!assay_ok(s))
        return s;
    item->format = jar->reading->document->format;
    s = asy_jar_manifest_read(dossier->arena, bytes, out, &diag);
    return assay_ok(s) ? s : asy_fail(&jar->reading->diag, s.code, diag.at, "%s: %s", item->name, diag.text);
}

/* ---- links ---- */

static assay_status add_link(struct asy_jar *jar, struct asy_item *document, const struct asy_jar_section *place,
                             enum asy_digest_alg alg, struct asy_view value, struct asy_piece target)
{
    struct asy_dossier *dossier = jar->reading->dossier;
    struct asy_claim *claim;

    if (value.len == 0)
        return wrong(jar, document, "a digest is no base64 of its algorithm's length");
    claim = asy_add_claim(dossier, ASY_CLAIM_LINK, document, NULL);
    if (claim == NULL)
        return asy_fail(&jar->reading->diag, ASSAY_E_LIMIT, 0, "too many claims");
    claim->is.link = (struct asy_link){
        .alg = alg, .value = value, .has_place = true, .place_off = place->off, .place_len = place->len
    };
    return asy_recipe_of(dossier->arena, &target, 1, &claim->is.link.target) ? asy_ok
                                                                            : asy_no_memory(&jar->reading->diag);
}

/* A link for every digest of a section called ALGORITHM and `suffix`. */
static assay_status add_links(struct asy_jar *jar, struct asy_item *document, const struct asy_jar_section *section,
                              const char *suffix, struct asy_piece target, size_t *n)
{
    assay_status s = asy_ok;

    *n = 0;
    for (size_t i = 0; assay_ok(s) && i < section->n; i++) {
        enum asy_digest_alg alg;
        struct asy_view value;

        if (!asy_jar_digest(jar->reading->dossier->arena, &section->attributes[i], suffix, &alg, &value))
            continue;
        s = add_link(jar, document, section, alg, value, target);
        ++*n;
    }
    return s;
}

/* ---- the manifest ---- */

static bool has_digest(struct asy_jar *jar, const struct asy_jar_section *section)
{
    enum asy_digest_alg alg;
    struct asy_view value;

    for (size_t i = 0; section != NULL && i < section->n; i++) {
        if (asy_jar_digest(jar->reading->dossier->arena, &section->attributes[i], digest, &alg, &value))
            return true;
    }
    return false;
}

/* A section without a digest says something of a package, and of no file. */
static assay_status claim_section(struct asy_jar *jar, const struct asy_jar_section *section)
{
    struct asy_item *item = asy_kept_find(&jar->kept, section->name);
    size_t n;

    if (item != NULL) {
        item->is_listed = true;
        return add_links(jar, jar->manifest_item, section, digest, asy_whole(item), &n);
    }
    if (has_digest(jar, section))
        asy_add_finding(jar->reading->dossier, ASY_BLOCKS, ASY_FILE_MISSING, jar->reading->document, jar->manifest_item,
                        "%.*s", asy_shown_len(section->name), (const char *)section->name.data);
    return asy_ok;
}

static assay_status claim_manifest(struct asy_jar *jar)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < jar->manifest.n; i++) {
        if (jar->manifest.sections[i].name.len > 0)
            s = claim_section(jar, &jar->manifest.sections[i]);
    }
    return s;
}

static void find_unsigned(struct asy_jar *jar)
{
    for (size_t i = 0; i < jar->kept.n; i++) {
        struct asy_item *item = jar->kept.items[i];
        struct asy_view name = asy_view_of(item->name);

        if (!jar->may_be_unsigned(name) && !has_digest(jar, asy_jar_section_of(&jar->manifest, name)))
            asy_add_finding(jar->reading->dossier, ASY_BLOCKS, ASY_COVERAGE_UNLISTED, item, jar->manifest_item,
                            "the manifest of the signed archive has no digest of it");
    }
}

/* ---- signature files ---- */

/* Without a digest of the whole manifest every section that has a file must be there, and the main section. */
static assay_status claim_parts(struct asy_jar *jar, struct asy_item *item, const struct asy_jar_manifest *file)
{
    struct asy_item *document = jar->manifest_item;
    size_t n;
    assay_status s = add_links(jar, item, &file->sections[0], digest_main,
                               asy_span(document, jar->manifest.sections[0].off, jar->manifest.sections[0].len), &n);

    for (size_t i = 1; assay_ok(s) && i < jar->manifest.n; i++) {
        const struct asy_jar_section *section = &jar->manifest.sections[i];
        const struct asy_jar_section *said = asy_jar_section_of(file, section->name);

        n = 0;
        if (said != NULL)
            s = add_links(jar, item, said, digest, asy_span(document, section->off, section->len), &n);
        if (n == 0 && has_digest(jar, section))
            asy_add_finding(jar->reading->dossier, ASY_BLOCKS, ASY_COVERAGE_UNLISTED,
                            asy_kept_find(&jar->kept, section->name), item, "%s does not cover it", item->name);
    }
    return s;
}

/* "X-Android-APK-Signed: 2, 3": the newer signatures that were there when this one was made. */
static void note_schemes(struct asy_jar *jar, const struct asy_jar_section *section)
{
    const struct asy_jar_attribute *attribute = asy_jar_attribute_of(section, "X-Android-APK-Signed");
    struct asy_reader r = asy_reader_of(attribute == NULL ? (struct asy_view){ NULL, 0 } : attribute->value);
    struct asy_view part;

    while (!asy_at_end(&r)) {
        if (!asy_get_until(&r, ',', &part) && !asy_get_view(&r, r.rest.len, &part))
            return;
        part = asy_view_trim(part);
        jar->says_v2 = jar->says_v2 || asy_view_is(part, "2");
        jar->says_v3 = jar->says_v3 || asy_view_is(part, "3");
    }
}

static assay_status claim_signature_file(struct asy_jar *jar, struct asy_item *item)
{
    struct asy_jar_manifest file;
    size_t n;
    assay_status s = read_text(jar, item, &file);

    if (!assay_ok(s))
        return s;
    if (asy_jar_attribute_of(&file.sections[0], "Signature-Version") == NULL)
        return wrong(jar, item, "no Signature-Version");
    note_schemes(jar, &file.sections[0]);
    s = add_links(jar, item, &file.sections[0], digest_manifest, asy_whole(jar->manifest_item), &n);
    return assay_ok(s) && n == 0 ? claim_parts(jar, item, &file) : s;
}

/* ---- signature blocks ---- */

/* Content that the block carries must be the signature file. */
static bool is_over(struct asy_jar *jar, const struct asy_signed_data *data, struct asy_item *file)
{
    struct asy_view bytes;

    return !data->has_content ||
           (data->content_tag == ASY_DER_OCTETS &&
            assay_ok(asy_kept_load(&jar->kept, file, jar->reading->dossier->limits->manifest, &bytes)) &&
            asy_view_eq(bytes, data->content));
}

static assay_status claim_block(struct asy_jar *jar, struct asy_item *item, struct asy_item *file)
{
    struct asy_arena *arena = jar->reading->dossier->arena;
    struct asy_signed_data *data = asy_alloc(arena, 1, sizeof *data);
    struct asy_reading block = *jar->reading;
    struct asy_piece whole = asy_whole(file);
    struct asy_recipe content;
    struct asy_view bytes;
    assay_status s = asy_kept_load(&jar->kept, item, jar->reading->dossier->limits->document, &bytes);

    if (!assay_ok(s))
        return s;
    if (data == NULL || !asy_recipe_of(arena, &whole, 1, &content))
        return asy_no_memory(&jar->reading->diag);
    item->format = jar->reading->document->format;
    block.document = item;
    block.bytes = bytes;
    block.diag = (struct asy_diag){ 0 };
    s = asy_signed_data_read(arena, asy_reader_of(bytes), data, &block.diag);
    if (assay_ok(s) && !is_over(jar, data, file))
        return wrong(jar, item, "the content that it carries is not the signature file");
    if (assay_ok(s))
        s = asy_claim_signers(&block, data, content);
    return assay_ok(s) ? s : asy_fail(&jar->reading->diag, s.code, block.diag.at, "%s: %s", item->name, block.diag.text);
}

static struct asy_item *file_of(struct asy_jar *jar, struct asy_view block)
{
    for (size_t i = 0; i < jar->kept.n; i++) {
        struct asy_view name = asy_view_of(jar->kept.items[i]->name);

        if (is_signature_file(name) && asy_view_eq_nocase(stem_of(name), stem_of(block)))
            return jar->kept.items[i];
    }
    return NULL;
}

static assay_status claim_blocks(struct asy_jar *jar)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < jar->kept.n; i++) {
        struct asy_item *item = jar->kept.items[i], *file;

        if (!is_block(asy_view_of(item->name)))
            continue;
        file = file_of(jar, asy_view_of(item->name));
        if (file == NULL)
            return wrong(jar, item, "a signature block without its signature file");
        s = claim_block(jar, item, file);
        jar->signers_n++;
    }
    return s;
}

static assay_status claim_signature_files(struct asy_jar *jar)
{
    assay_status s = asy_ok;

    for (size_t i = 0; assay_ok(s) && i < jar->kept.n; i++) {
        if (is_signature_file(asy_view_of(jar->kept.items[i]->name)))
            s = claim_signature_file(jar, jar->kept.items[i]);
    }
    return s;
}

static bool has_signatures(const struct asy_jar *jar, struct asy_item **first)
{
    *first = NULL;
    for (size_t i = 0; i < jar->kept.n && *first == NULL; i++) {
        if (is_signature_file(asy_view_of(jar->kept.items[i]->name)) || is_block(asy_view_of(jar->kept.items[i]->name)))
            *first = jar->kept.items[i];
    }
    return *first != NULL;
}

static void find_manifest(struct asy_jar *jar)
{
    for (size_t i = 0; i < jar->kept.n && jar->manifest_item == NULL; i++) {
        if (is_manifest(asy_view_of(jar->kept.items[i]->name)))
            jar->manifest_item = jar->kept.items[i];
    }
}

assay_status asy_claim_jar(struct asy_jar *jar)
{
    struct asy_item *first;
    bool is_signed = has_signatures(jar, &first);
    assay_status s;

    find_manifest(jar);
    if (!is_signed)
        return asy_ok;
    if (jar->manifest_item == NULL)
        return wrong(jar, first, "a signature without META-INF/MANIFEST.MF");
    s = read_text(jar, jar->manifest_item, &jar->manifest);
    if (assay_ok(s))
        s = claim_manifest(jar);
    if (assay_ok(s))
        s = claim_signature_files(jar);
    if (assay_ok(s))
        s = claim_blocks(jar);
    if (assay_ok(s))
        find_unsigned(jar);
    return s;
}
