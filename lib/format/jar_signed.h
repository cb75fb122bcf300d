/*
 * The claims of a signed JAR (JAR File Specification, "Signed JAR File"), for every format that is one; itself no format.
 *
 *   META-INF/X.RSA (CMS) -> META-INF/X.SF -> META-INF/MANIFEST.MF, or its sections -> the files
 */
#ifndef ASY_FORMAT_JAR_SIGNED_H
#define ASY_FORMAT_JAR_SIGNED_H

#include "codec/der.h"
#include "codec/jar_manifest.h"
#include "format/zip_look.h"

struct asy_jar {
    struct asy_reading *reading;
    struct asy_kept kept;
    struct asy_item *manifest_item; /* NULL: it has none */
    struct asy_jar_manifest manifest;
    bool says_v2, says_v3; /* a signature file says that the package has those Android signatures */
    size_t signers_n; /* signature files, each with at least one block */

    /* A file of a name that this answers to need not be signed. */
    bool (*may_be_unsigned)(struct asy_view name);
};

/*
 * Reads manifest, signature files and blocks and adds their claims; findings for files that the manifest leaves out or
 * that are not there, and for sections that a signature file leaves out.
 */
assay_status asy_claim_jar(struct asy_jar *);

/* The part of a name behind a top-level META-INF/; empty for others. */
struct asy_view asy_jar_meta(struct asy_view name);

/* Manifest, signature files and blocks: what the specification calls signature-related. */
bool asy_jar_is_related(struct asy_view name);

/* The same without the manifest, which is signed itself. */
bool asy_jar_is_signature(struct asy_view name);

#endif
