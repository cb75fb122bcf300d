/*
 * What the formats that list files with digests have in common: lines, safe paths, and one set of link claims
 * without contradictions.  It is no format itself.
 *
 * A reader begins a listing, takes lines, notes files, and ends the listing; claims are added at the end
 * only, so a document that is refused half way has claimed nothing.  Whatever goes wrong is kept in `status`
 * and ends the lines.
 */
#ifndef ASY_FORMAT_LISTING_H
#define ASY_FORMAT_LISTING_H

#include "base/reader.h"
#include "format/format.h"

/* One digest of one file, as a line says it. */
struct asy_listed {
    struct asy_view path;    /* from asy_listing_path */
    struct asy_view value;   /* raw bytes */
    uint64_t size, line;
    enum asy_digest_alg alg; /* NONE: the line names the file and no digest; nothing is claimed */
    bool has_size;
    bool is_other; /* a directory or link: no digest is claimed, but a file must not have its name */
    bool skipped;  /* by asy_listing_end: said already, or said better by another digest */
    struct asy_view leads_to; /* a symbolic link: the text in it, which is claimed; empty: none, or it is not said */
};

struct asy_listing {
    struct asy_reading *reading;
    struct asy_reader rest;
    uint64_t line; /* number of the line that was taken last, from 1; a reader that takes none sets it */
    bool is_optional, is_part; /* of all links: see struct asy_link */
    bool crlf;     /* the first line ended with CR LF: then all do */
    assay_status status;
    struct asy_listed *files;
    size_t files_n, files_room;
};

/* A byte of value 0 anywhere is malformed: it hides what follows it from other readers. */
void asy_listing_begin(struct asy_listing *, struct asy_reading *);

/*
 * The next line without LF or CR LF.  False at the end and when something is or was wrong: a line longer than
 * the limit, or with a CR at its end where the lines before had none, or without where they had one.
 */
bool asy_listing_line(struct asy_listing *, struct asy_view *out);

/* Notes that the line taken last is malformed.  Always false. */
bool asy_listing_malformed(struct asy_listing *, int code, const char *expected, struct asy_view found);

/* Notes that the arena is spent.  Always false. */
bool asy_listing_full(struct asy_listing *);

/*
 * The path in its normal form, NUL-terminated in the arena: relative, components separated by one '/', no "."
 * and no ".." among them.  False for a path that is absolute, leaves the directory, names a directory ("a/",
 * "a/.") or is too long; that is a finding.
 */
bool asy_listing_path(struct asy_listing *, struct asy_view raw, struct asy_view *out);

/* Hex of exactly the length of `alg`. */
bool asy_listing_digest(struct asy_listing *, enum asy_digest_alg alg, struct asy_view hex,
                        struct asy_view *out);

/* Notes one digest of one file; `line` is filled in. */
bool asy_listing_add(struct asy_listing *, const struct asy_listed *);

/*
 * Adds a link claim for each digest, in the order of the lines.  A list without files, or that says two
 * things of one path, is a finding and ASSAY_E_FORMAT.  A digest that cannot be computed is claimed only
 * where it is a file's only one.
 */
assay_status asy_listing_end(struct asy_listing *);

/* The algorithm of a digest of so many hex digits that names none; NONE when no digest has that length. */
enum asy_digest_alg asy_listing_alg(const struct asy_reading *, size_t hex_digits);

/* True when a bare digest can have so many hex digits. */
bool asy_is_digest_length(size_t hex_digits);

/* The hex digits at the start. */
struct asy_view asy_leading_hex(struct asy_view);

/* The last part of the document's name; may be empty. */
struct asy_view asy_document_name(const struct asy_reading *);

/* True for names that lists of digests usually have: "SHA256SUMS", "x.sha256"; not their signatures. */
bool asy_is_manifest_name(struct asy_view name);

#endif
