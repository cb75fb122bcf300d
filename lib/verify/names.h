/* Which files lie beside an update as evidence, by the ecosystems' naming. */
#ifndef ASY_VERIFY_NAMES_H
#define ASY_VERIFY_NAMES_H

#include "base/view.h"

/* True when the name ends like detached evidence ("app.tar.minisig"); `subject` is then the name without that end. */
bool asy_names_evidence(struct asy_view name, struct asy_view *subject);

/* True when the name ends like a bare or any other detached signature ("x.sig"), for files that no format recognises. */
bool asy_names_signature(struct asy_view name);

/* What a piece of evidence that is not verified here is called, by its name; NULL when it is none known. */
const char *asy_names_unsupported(struct asy_view name);

/* The part behind the last '/'. */
struct asy_view asy_base_name(struct asy_view path);

#endif
