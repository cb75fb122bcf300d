/*
 * What a checkout of a git tree does besides writing its files: links are followed, and .gitmodules (gitmodules(5)) says
 * where further repositories are fetched from and put.
 */
#ifndef ASY_FORMAT_GIT_CONTENTS_H
#define ASY_FORMAT_GIT_CONTENTS_H

#include "base/view.h"

/* What is wrong with a symbolic link at `path`, from the root of the tree; NULL: it stays below that.  Static. */
const char *asy_git_link_defect(struct asy_view path, struct asy_view target);

/*
 * What is wrong with the first line of a .gitmodules file that names a submodule, a place or a source which git has taken
 * for something else (CVE-2018-11235, CVE-2018-17456, CVE-2025-48384), and that line; NULL: nothing.  Static.
 */
const char *asy_git_modules_defect(struct asy_view text, struct asy_view *line);

#endif
