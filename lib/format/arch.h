/* What tells the database of an Arch repository from other compressed tars. */
#ifndef ASY_FORMAT_ARCH_H
#define ASY_FORMAT_ARCH_H

#include "base/view.h"

/* "core.db", "core.db.tar.zst", "core.files.tar.gz" */
bool asy_is_arch_db_name(struct asy_view name);

#endif
