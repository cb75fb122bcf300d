/*
 * An apt repository on disk: a directory with dists/ and the files that its indices lead to.  As a format it is only a
 * name by which a directory is asked to be taken as one (verify/repository.c); no file is of it.
 */
#include "format/format.h"

static bool recognise(const struct asy_glimpse *glimpse)
{
    (void)glimpse;
    return false;
}

static assay_status read(struct asy_reading *reading)
{
    return asy_fail(&reading->diag, ASSAY_E_UNSUPPORTED, 0, "a repository is a directory, not a file");
}

const struct asy_format asy_format_apt_repo = {
    .name = "apt-repo",
    .title = "a directory as an apt repository: the one package named by --package-name",
    .kind = ASY_KIND_REPOSITORY,
    .recognise = recognise,
    .read = read,
};
