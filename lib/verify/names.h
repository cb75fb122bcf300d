/* Which files lie beside an update as evidence, by the ecosystems' naming. */
#ifndef ASY_VERIFY_NAMES_H
#define ASY_VERIFY_NAMES_H

#include "base/view.h"

/* True when the name ends like detached evidence ("app.tar.minisig"); `subject` is then the name without that end. */
bool asy_names_evidence(struct asy_view name, struct asy_view *subject);

/*
 * True when evidence about `signed_name` is about what `file` unpacks to: many sign a tar before they compress it in several
 * ways, and "linux.tar.sign" lies beside "linux.tar.xz" and "linux.tar.gz".
 */
bool asy_names_packed(struct asy_view signed_name, struct asy_view file);

/* The endings that these have, NULL behind the last. */
extern const char *const asy_packed_suffixes[];

/* True when the name ends like that of a package. */
bool asy_names_package(struct asy_view name);

/* True when the name ends like a bare or any other detached signature ("x.sig"), for files that no format recognises. */
bool asy_names_signature(struct asy_view name);

/* What a piece of evidence that is not verified here is called, by its name; NULL when it is none known. */
const char *asy_names_unsupported(struct asy_view name);

/* The part behind the last '/'. */
struct asy_view asy_base_name(struct asy_view path);

#endif
