/* Writes a JSON report of each kind to the directory it is given: for tests/lint/schema.py. */
#include "report/report.h"

#include "support/account.h"

#include <stdio.h>

static bool write_sample(const char *dir, const char *name, struct made made)
{
    struct asy_sink sink = { 0 };
    char path[4096];
    FILE *file;
    bool ok;

    asy_report_json(&made.account, &sink);
    (void)snprintf(path, sizeof path, "%s/%s.json", dir, name);
    file = fopen(path, "w");
    if (file == NULL)
        return false;
    ok = !sink.failed && fwrite(sink.text, 1, sink.len, file) == sink.len;
    ok = fclose(file) == 0 && ok;
    asy_sink_clear(&sink);
    asy_arena_free(made.arena);
    return ok;
}

static struct made inspected(struct made made)
{
    made.account.is_inspection = true;
    return made;
}

static struct made with_lists(struct made made)
{
    static struct asy_text_list second = { NASTY, NULL }, first = { "rebuild", &second };

    made.account.not_checked = made.account.overrides = &first;
    made.account.has_trust_time = true;
    made.account.trust_time = made.account.dossier->at + 60;
    made.account.policy_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    return made;
}

static struct made bare(void)
{
    struct made made = { asy_arena_new((size_t)1 << 20), { 0 } };

    made.account.dossier = asy_dossier_new(made.arena, &asy_default_limits, INT64_MIN);
    made.account.exit_code = 70;
    made.account.dossier->incomplete = true;
    return made;
}

int main(int argc, char **argv)
{
    const char *dir = argc == 2 ? argv[1] : NULL;

    return dir != NULL && write_sample(dir, "allowed", made_allowed("app.tgz")) &&
                   write_sample(dir, "lists", with_lists(made_allowed("app.tgz"))) &&
                   write_sample(dir, "hostile", made_hostile()) && write_sample(dir, "tree", made_tree(30)) &&
                   write_sample(dir, "inspected", inspected(made_hostile())) && write_sample(dir, "bare", bare())
               ? 0
               : 1;
}
