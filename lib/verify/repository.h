/*
 * A directory as an apt repository: the package that the settings name becomes the subject, the release and the index that
 * lead to it become evidence.  What is looked up here is believed by nobody: the release must be signed, bind the index,
 * and the index the package, as if the caller had named the three files.
 */
#ifndef ASY_VERIFY_REPOSITORY_H
#define ASY_VERIFY_REPOSITORY_H

#include "verify/run.h"

assay_status asy_gather_repository(struct asy_run *);

#endif
