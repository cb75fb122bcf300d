/*
 * Manifests and signature files of JARs (JAR File Specification, "JAR Manifest" and "Signed JAR File"): sections of
 * "Name: value" lines, folded before byte 73, each section ended by an empty line.
 */
#ifndef ASY_CODEC_JAR_MANIFEST_H
#define ASY_CODEC_JAR_MANIFEST_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/digest_alg.h"

enum { ASY_JAR_ATTRIBUTES = 256 }; /* of one section */

struct asy_jar_attribute {
    struct asy_view name, value; /* the value without its folds */
};

struct asy_jar_section {
    uint64_t off, len;    /* its bytes, with the empty line that ends it: what digests are over */
    struct asy_view name; /* of the file; empty for the main section */
    struct asy_jar_attribute *attributes;
    size_t n;
};

struct asy_jar_manifest {
    struct asy_jar_section *sections; /* the first is the main section */
    size_t n;
};

/*
 * ASSAY_E_FORMAT for what is no such text: no main section, a line without a name, a value with a control character, an
 * attribute twice in one section, two sections of one name.
 */
assay_status asy_jar_manifest_read(struct asy_arena *, struct asy_view, struct asy_jar_manifest *out, struct asy_diag *);

/* Names are compared without regard to case; NULL when there is none. */
const struct asy_jar_attribute *asy_jar_attribute_of(const struct asy_jar_section *, const char *name);

/* The section of a file; NULL when there is none. */
const struct asy_jar_section *asy_jar_section_of(const struct asy_jar_manifest *, struct asy_view name);

/*
 * The digest that an attribute called ALGORITHM and then `suffix` ("-Digest") gives.  False for other attributes and for
 * algorithms that are not computed here.  The value is empty where it is no base64 of that digest's length.
 */
bool asy_jar_digest(struct asy_arena *, const struct asy_jar_attribute *, const char *suffix, enum asy_digest_alg *alg,
                    struct asy_view *value);

#endif
