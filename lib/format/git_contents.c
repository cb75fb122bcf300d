#include "format/git_contents.h"

#include "base/reader.h"

/* The next part of a path; false behind the last. */
static bool get_part(struct asy_reader *r, struct asy_view *out)
{
    if (r->rest.len == 0)
        return false;
    return asy_get_until(r, '/', out) || asy_get_view(r, r->rest.len, out);
}

/* Directories that a path has gone down from where it began; -1 as soon as it is above that. */
static int go(int depth, struct asy_view path)
{
    struct asy_reader r = asy_reader_of(path);
    struct asy_view part;

    while (depth >= 0 && get_part(&r, &part)) {
        if (asy_view_is(part, ".."))
            depth--;
        else if (part.len > 0 && !asy_view_is(part, "."))
            depth++;
    }
    return depth;
}

static bool is_absolute(struct asy_view path)
{
    return asy_view_starts(path, ASY_TEXT("/"));
}

const char *asy_git_link_defect(struct asy_view path, struct asy_view target)
{
    if (target.len == 0)
        return "is a link to nowhere";
    if (is_absolute(target))
        return "is a link to a path of the system";
    return go(go(0, path) - 1, target) < 0 ? "is a link that leads out of the tree" : NULL;
}

static bool has_dots(struct asy_view path)
{
    struct asy_reader r = asy_reader_of(path);
    struct asy_view part;

    while (get_part(&r, &part)) {
        if (asy_view_is(part, ".."))
            return true;
    }
    return false;
}

static bool is_option(struct asy_view value)
{
    return asy_view_starts(value, ASY_TEXT("-"));
}

/* The name between quotes in [submodule "name"]; all of the line where there are none. */
static struct asy_view section_name(struct asy_view line)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_view before, name;

    return asy_get_until(&r, '"', &before) && asy_get_until(&r, '"', &name) ? name : line;
}

static struct asy_view unquoted(struct asy_view value)
{
    if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"')
        return asy_view_head(asy_view_from(value, 1), value.len - 2);
    return value;
}

static const char *value_defect(struct asy_view key, struct asy_view value)
{
    bool is_path = asy_view_eq_nocase(key, ASY_TEXT("path"));

    if ((is_path || asy_view_eq_nocase(key, ASY_TEXT("url"))) && is_option(value))
        return "would be an option of a command";
    if (is_path && (is_absolute(value) || has_dots(value)))
        return "puts a submodule outside of the tree";
    if (is_path && value.len > 0 && value.data[value.len - 1] == '\r')
        return "has a path that ends in CR, which is lost when it is written";
    return asy_view_eq_nocase(key, ASY_TEXT("update")) && asy_view_starts(value, ASY_TEXT("!")) ? "runs a command" : NULL;
}

static const char *line_defect(struct asy_view line)
{
    struct asy_reader r = asy_reader_of(line);
    struct asy_view key;

    if (asy_view_starts(line, ASY_TEXT("["))) {
        struct asy_view name = section_name(line);

        return has_dots(name) ? "has a name that leads out of .git/modules" : NULL;
    }
    if (!asy_get_until(&r, '=', &key))
        return NULL;
    return value_defect(asy_view_trim(key), unquoted(asy_view_trim(r.rest)));
}

const char *asy_git_modules_defect(struct asy_view text, struct asy_view *line)
{
    struct asy_reader r = asy_reader_of(text);
    const char *defect = NULL;

    while (defect == NULL && asy_get_line(&r, line))
        defect = line_defect(asy_view_trim(*line));
    return defect;
}
