#include "format/apt_lists.h"

#include "base/text.h"

static bool add_line(struct asy_listing *listing, struct asy_view line, enum asy_digest_alg alg, size_t words)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_listed file = { .alg = alg, .has_size = true };
    struct asy_view hex, size, ignored, name;

    if (!asy_get_word(&r, &hex) || !asy_get_word(&r, &size) || !asy_parse_u64(size, &file.size))
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "a digest, a size and a name", line);
    for (size_t i = 0; i < words; i++) {
        if (!asy_get_word(&r, &ignored))
            return asy_listing_malformed(listing, ASSAY_E_FORMAT, "more words before the name", line);
    }
    if (!asy_get_word(&r, &name) || asy_view_trim(r.rest).len != 0)
        return asy_listing_malformed(listing, ASSAY_E_FORMAT, "one name at the end", line);
    return asy_listing_path(listing, name, &file.path) && asy_listing_digest(listing, alg, hex, &file.value) &&
           asy_listing_add(listing, &file);
}

bool asy_listing_add_field(struct asy_listing *listing, const struct asy_field *field, enum asy_digest_alg alg,
                           size_t words)
{
    struct asy_reader r = asy_reader_of(field->value);
    struct asy_view line;

    /* The list begins on the line behind the name; were it on the same one, it would be one line shorter. */
    listing->line = field->line;
    while (asy_get_line(&r, &line)) {
        listing->line++;
        if (!add_line(listing, line, alg, words))
            return false;
    }
    return assay_ok(listing->status);
}

bool asy_get_only_stanza(struct asy_reading *reading, struct asy_stanza *out)
{
    struct asy_deb822 text = asy_deb822_of(reading->bytes);
    struct asy_stanza more;

    reading->diag.code = 0;
    if (!asy_get_stanza(&text, out, &reading->diag)) {
        if (reading->diag.code == 0)
            (void)asy_fail(&reading->diag, ASSAY_E_FORMAT, 0, "no field, expected a stanza");
        return false;
    }
    if (asy_get_stanza(&text, &more, &reading->diag) || reading->diag.code != 0) {
        (void)asy_fail(&reading->diag, ASSAY_E_FORMAT, text.line, "line %llu: more than the one stanza",
                       (unsigned long long)text.line);
        return false;
    }
    return true;
}

static struct asy_statement *add_statement(struct asy_reading *reading, enum asy_statement_kind kind)
{
    struct asy_statement *statement = asy_add_statement(reading->dossier, kind, reading->document);

    if (statement == NULL)
        (void)asy_fail(&reading->diag, ASSAY_E_LIMIT, 0, "too many statements");
    return statement;
}

bool asy_add_text_statement(struct asy_reading *reading, const struct asy_stanza *stanza, const char *field,
                            enum asy_statement_kind kind)
{
    struct asy_statement *statement;
    struct asy_view text;

    if (!asy_stanza_line(stanza, field, &text))
        return true;
    statement = add_statement(reading, kind);
    if (statement != NULL) {
        statement->text = text;
        statement->scheme = ASY_VERSION_DEB;
    }
    return statement != NULL;
}

bool asy_add_time_statement(struct asy_reading *reading, const struct asy_stanza *stanza, const char *field,
                            enum asy_statement_kind kind)
{
    const struct asy_field *there = asy_stanza_field(stanza, field);
    struct asy_statement *statement;
    int64_t time;

    if (there == NULL)
        return true;
    if (there->lines != 1 || !asy_mail_time(there->value, &time)) {
        (void)asy_fail(&reading->diag, ASSAY_E_FORMAT, there->line,
                       "line %llu: %s is no time as \"Sun, 22 Nov 2026 21:00:00 UTC\"", (unsigned long long)there->line,
                       field);
        return false;
    }
    statement = add_statement(reading, kind);
    if (statement != NULL)
        statement->time = time;
    return statement != NULL;
}
