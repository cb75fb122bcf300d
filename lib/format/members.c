#include "format/members.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sorts before every byte of a name, so that what lies below a name follows it in order. */
enum { SEPARATOR = 0x01, SHOWN = 100, LINKS = 40 /* one behind the other, as Linux follows (path_resolution(7)) */ };

struct asy_member_entry {
    struct asy_view folded; /* as it is compared: parts in lower case, joined by SEPARATOR */
    struct asy_view clean;  /* parts as they are, joined by '/' */
    struct asy_view name, target;
    enum asy_member_type type;
    uint32_t no; /* order in the archive */
    struct asy_item *item; /* of a regular file */
};

int asy_shown_len(struct asy_view name)
{
    return name.len < SHOWN ? (int)name.len : SHOWN;
}

#define SHOW(view) asy_shown_len(view), (const char *)(view).data

void asy_members_find(struct asy_members *members, enum asy_reason reason, const char *format, ...)
{
    struct asy_reading *reading = members->reading;
    char text[ASY_DIAG_TEXT];
    va_list ap;

    members->findings++;
    if (members->findings == ASY_MEMBER_FINDINGS + 1)
        asy_add_finding(reading->dossier, ASY_BLOCKS, ASY_LIMIT_REACHED, reading->document, NULL,
                        "more than %d findings, the others are not listed", ASY_MEMBER_FINDINGS);
    if (members->findings > ASY_MEMBER_FINDINGS)
        return;
    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    asy_add_finding(reading->dossier, ASY_BLOCKS, reason, reading->document, NULL, "%s", text);
}

static bool is_separator(uint8_t c)
{
    return c == '/' || c == '\\';
}

/* The next part of a path, up to a separator that is stepped over; false at the end. */
static bool get_part(struct asy_view *rest, bool backslash, struct asy_view *out)
{
    size_t n = 0;

    if (rest->len == 0)
        return false;
    while (n < rest->len && rest->data[n] != '/' && !(backslash && rest->data[n] == '\\'))
        n++;
    *out = asy_view_head(*rest, n);
    *rest = asy_view_from(*rest, n < rest->len ? n + 1 : n);
    return true;
}

static bool has_part(struct asy_view path, const char *wanted)
{
    struct asy_view part;

    while (get_part(&path, true, &part)) {
        if (asy_view_is(part, wanted))
            return true;
    }
    return false;
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_drive(struct asy_view path)
{
    return path.len >= 2 && is_letter(path.data[0]) && path.data[1] == ':';
}

static bool has_control(struct asy_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
    }
    return false;
}

static bool has_byte(struct asy_view text, uint8_t byte)
{
    return text.len > 0 && memchr(text.data, byte, text.len) != NULL;
}

/* What is wrong with a name, or NULL. */
static const char *defect_of(const struct asy_member *member)
{
    struct asy_view name = member->name;

    if (name.len == 0)
        return "is empty";
    if (name.len > ASY_MEMBER_NAME_MAX)
        return "is longer than 4096 bytes";
    if (is_separator(name.data[0]))
        return "is absolute";
    if (has_drive(name))
        return "begins with a drive letter";
    if (has_part(name, ".."))
        return "has a part \"..\"";
    if (has_control(name))
        return "has a control character";
    if (member->any_backslash && has_byte(name, '\\'))
        return "has a backslash";
    return NULL;
}

/* Directories between the root and the place where a relative link starts. */
static size_t depth_of(struct asy_view name)
{
    struct asy_view part;
    size_t n = 0;

    while (get_part(&name, false, &part))
        n += part.len > 0 && !asy_view_is(part, ".");
    return n == 0 ? 0 : n - 1;
}

/*
 * What is wrong with the target of a symbolic link, or NULL.  ".." is followed only at the front: behind a
 * name it would start where another link leads.
 */
static const char *target_defect(struct asy_view name, struct asy_view target)
{
    size_t depth = depth_of(name);
    bool down = false;
    struct asy_view part;

    if (target.len == 0 || target.len > ASY_MEMBER_NAME_MAX || has_control(target))
        return "is no path";
    if (is_separator(target.data[0]) || has_drive(target))
        return "is absolute";
    while (get_part(&target, true, &part)) {
        if (part.len == 0 || asy_view_is(part, "."))
            continue;
        if (!asy_view_is(part, "..")) {
            down = true;
            continue;
        }
        if (down)
            return "has \"..\" behind a name";
        if (depth-- == 0)
            return "leads out of the archive";
    }
    return NULL;
}

static void check_link(struct asy_members *members, const struct asy_member *member)
{
    const struct asy_member as_name = { .name = member->target };
    const char *defect = NULL;

    if (member->type == ASY_MEMBER_SYMLINK && (member->is_rooted || members->is_system))
        defect = member->target.len == 0 || has_control(member->target) ? "is no path" : NULL;
    else if (member->type == ASY_MEMBER_SYMLINK)
        defect = target_defect(member->name, member->target);
    else if (member->type == ASY_MEMBER_HARDLINK)
        defect = defect_of(&as_name);
    if (defect != NULL)
        asy_members_find(members, ASY_ARCHIVE_PATH, "\"%.*s\": the link's target \"%.*s\" %s",
                         SHOW(member->name), SHOW(member->target), defect);
}

static struct asy_view trim_end(struct asy_view part)
{
    while (part.len > 0 && (part.data[part.len - 1] == '.' || part.data[part.len - 1] == ' '))
        part.len--;
    return part;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

enum form {
    CLEAN,  /* joined by '/' */
    EXACT,  /* to be compared, byte by byte */
    FOLDED, /* to be compared as the most forgetful of file systems does */
};

/* Parts that are something, joined.  False when the arena is full. */
static bool join_parts(struct asy_arena *arena, struct asy_view path, enum form form, struct asy_view *out)
{
    uint8_t *to = asy_alloc(arena, path.len + 1, 1);
    struct asy_view part;
    size_t n = 0;

    if (to == NULL)
        return false;
    while (get_part(&path, false, &part)) {
        struct asy_view kept = form == FOLDED ? trim_end(part) : part;

        if (part.len == 0 || asy_view_is(part, "."))
            continue;
        if (n > 0)
            to[n++] = form == CLEAN ? '/' : SEPARATOR;
        for (size_t i = 0; i < kept.len; i++)
            to[n++] = form == FOLDED ? lower(kept.data[i]) : kept.data[i];
    }
    *out = (struct asy_view){ to, n };
    return true;
}

static enum form compared(const struct asy_members *members)
{
    return members->is_system ? EXACT : FOLDED;
}

bool asy_members_full(struct asy_members *members, const char *what)
{
    if (!members->full)
        asy_members_find(members, ASY_LIMIT_REACHED, "%s; the archive was not read to its end", what);
    members->full = true;
    members->reading->dossier->incomplete = true;
    return false;
}

/* A walker adds a member and its item one behind the other, in either order. */
static void pair_latest(struct asy_members *members)
{
    struct asy_member_entry *last = members->n == 0 ? NULL : &members->entries[members->n - 1];

    if (last != NULL && members->latest != NULL && last->type == ASY_MEMBER_FILE &&
        asy_view_is(last->clean, members->latest->name))
        last->item = members->latest;
}

static bool keep(struct asy_members *members, const struct asy_member *member)
{
    struct asy_arena *arena = members->reading->dossier->arena;
    struct asy_view name = asy_view_head(member->name, ASY_MEMBER_NAME_MAX);
    struct asy_member_entry entry = { .type = member->type, .no = (uint32_t)members->n };

    if (members->n >= members->reading->dossier->limits->items)
        return asy_members_full(members, "more members than the limit on items");
    if (!asy_grow(arena, &members->entries, members->n, &members->room, sizeof *members->entries) ||
        !join_parts(arena, name, compared(members), &entry.folded) ||
        !join_parts(arena, name, CLEAN, &entry.clean) ||
        !asy_copy(arena, name, &entry.name) ||
        !asy_copy(arena, asy_view_head(member->target, ASY_MEMBER_NAME_MAX), &entry.target))
        return asy_members_full(members, "the memory of the job is spent");
    members->entries[members->n++] = entry;
    pair_latest(members);
    return true;
}

bool asy_members_add(struct asy_members *members, const struct asy_member *member)
{
    const char *defect = defect_of(member);

    if (defect != NULL)
        asy_members_find(members, ASY_ARCHIVE_PATH, "the name \"%.*s\" %s", SHOW(member->name), defect);
    check_link(members, member);
    return keep(members, member);
}

bool asy_members_item(struct asy_members *members, struct asy_view name, struct asy_source *source,
                      uint64_t size)
{
    struct asy_dossier *dossier = members->reading->dossier;
    struct asy_item *item;
    struct asy_view clean;
    const char *text;

    if (source == NULL)
        return asy_members_full(members, "the memory of the job is spent");
    if (name.len > ASY_MEMBER_NAME_MAX || has_control(name))
        return true; /* a C string would name another file; the finding stands */
    if (has_part(name, "..") || (name.len > 0 && name.data[0] == '/'))
        clean = name; /* as it is, so that it cannot pass for a file of the archive */
    else if (!join_parts(dossier->arena, name, CLEAN, &clean))
        return asy_members_full(members, "the memory of the job is spent");
    if (clean.len == 0)
        return true;
    text = asy_copy_text(dossier->arena, clean);
    item = text == NULL ? NULL
                        : asy_add_derived(dossier, members->reading->document, 0, ASY_TO_END, text, source);
    if (item == NULL)
        return asy_members_full(members, "more members than the limits on items and memory");
    item->is_member = true;
    item->size = size;
    item->has_size = true;
    members->latest = item;
    pair_latest(members);
    return true;
}

static int by_path(const void *a, const void *b)
{
    const struct asy_member_entry *x = a, *y = b;
    int order = asy_view_cmp(x->folded, y->folded);

    return order != 0 ? order : x->no < y->no ? -1 : x->no > y->no;
}

static void check_pair(struct asy_members *members, const struct asy_member_entry *a,
                       const struct asy_member_entry *b)
{
    bool same = asy_view_eq(a->clean, b->clean);

    if (!asy_view_eq(a->folded, b->folded))
        return;
    if ((a->type == ASY_MEMBER_DIRECTORY) != (b->type == ASY_MEMBER_DIRECTORY))
        asy_members_find(members, ASY_ARCHIVE_DUPLICATE,
                         "\"%.*s\" is a directory and \"%.*s\" is none, under one name",
                         SHOW(a->type == ASY_MEMBER_DIRECTORY ? a->name : b->name),
                         SHOW(a->type == ASY_MEMBER_DIRECTORY ? b->name : a->name));
    else if (same)
        asy_members_find(members, ASY_ARCHIVE_DUPLICATE, "\"%.*s\" is there twice (members %u and %u)",
                         SHOW(b->name), a->no + 1, b->no + 1);
    else
        asy_members_find(members, ASY_ARCHIVE_DUPLICATE,
                         "\"%.*s\" and \"%.*s\" are one name to some file systems", SHOW(a->name),
                         SHOW(b->name));
}

static bool is_below(const struct asy_member_entry *entry, const struct asy_member_entry *above)
{
    size_t n = above->folded.len;

    return entry->folded.len > n && entry->folded.data[n] == SEPARATOR &&
           asy_view_eq(asy_view_head(entry->folded, n), above->folded);
}

/* `above` is the last member that is no directory: what lies below it follows it directly. */
static void check_above(struct asy_members *members, const struct asy_member_entry *entry,
                        const struct asy_member_entry *above)
{
    if (above->type == ASY_MEMBER_FILE || above->type == ASY_MEMBER_SPECIAL)
        asy_members_find(members, ASY_ARCHIVE_DUPLICATE,
                         "\"%.*s\" lies below \"%.*s\", which is no directory", SHOW(entry->name),
                         SHOW(above->name));
    else
        asy_members_find(members, ASY_ARCHIVE_PATH, "\"%.*s\" lies below \"%.*s\", which is a link",
                         SHOW(entry->name), SHOW(above->name));
}

/* The first entry that is not before `folded`. */
static size_t find_folded(const struct asy_members *members, struct asy_view folded)
{
    size_t low = 0, high = members->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (asy_view_cmp(members->entries[middle].folded, folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_seen_before(struct asy_members *members, const struct asy_member_entry *link)
{
    struct asy_arena *arena = members->reading->dossier->arena;
    struct asy_view folded, clean;

    if (!join_parts(arena, link->target, compared(members), &folded) ||
        !join_parts(arena, link->target, CLEAN, &clean))
        return asy_members_full(members, "the memory of the job is spent");
    for (size_t i = find_folded(members, folded); i < members->n; i++) {
        const struct asy_member_entry *entry = &members->entries[i];

        if (!asy_view_eq(entry->folded, folded) || entry->no >= link->no)
            return false; /* equal ones are in the archive's order */
        if (asy_view_eq(entry->clean, clean) && entry->type != ASY_MEMBER_DIRECTORY)
            return true;
    }
    return false;
}

/* Neighbours in order: equal names, and what lies below something that is no directory. */
static void check_names(struct asy_members *members)
{
    const struct asy_member_entry *above = NULL;

    for (size_t i = 0; i < members->n; i++) {
        const struct asy_member_entry *entry = &members->entries[i];

        if (i > 0)
            check_pair(members, entry - 1, entry);
        if (above != NULL && is_below(entry, above))
            check_above(members, entry, above);
        else
            above = entry->type == ASY_MEMBER_DIRECTORY || entry->folded.len == 0 ? NULL : entry;
        if (entry->type != ASY_MEMBER_DIRECTORY && entry->folded.len == 0)
            asy_members_find(members, ASY_ARCHIVE_PATH, "\"%.*s\" names the root and is no directory",
                             SHOW(entry->name));
    }
}

/* After the names: with more findings than are told it ends, so that many equal names cannot make it slow. */
static void check_hard_links(struct asy_members *members)
{
    for (size_t i = 0; i < members->n && members->findings <= ASY_MEMBER_FINDINGS; i++) {
        const struct asy_member_entry *entry = &members->entries[i];

        if (entry->type == ASY_MEMBER_HARDLINK && !is_seen_before(members, entry))
            asy_members_find(members, ASY_ARCHIVE_PATH,
                             "\"%.*s\": the hard link's target \"%.*s\" is no member before it",
                             SHOW(entry->name), SHOW(entry->target));
    }
}

/* The first `len` bytes of a path without its last part. */
static size_t len_above(struct asy_view path, size_t len)
{
    while (len > 0 && path.data[len - 1] != '/')
        len--;
    return len == 0 ? 0 : len - 1;
}

/*
 * Where a link leads: a hard link's target is a path from the root, a symbolic one's goes on from its directory.  False
 * where it leaves the archive, or memory is short.
 */
static bool target_path(struct asy_arena *arena, const struct asy_member_entry *link, struct asy_view *out)
{
    size_t above = len_above(link->clean, link->clean.len);
    struct asy_view rest = link->target, next = rest, part;
    const char *text;

    if (link->type == ASY_MEMBER_HARDLINK)
        above = 0;
    for (; link->type == ASY_MEMBER_SYMLINK && get_part(&next, false, &part) &&
           (part.len == 0 || asy_view_is(part, ".") || asy_view_is(part, ".."));
         rest = next) {
        if (!asy_view_is(part, ".."))
            continue;
        if (above == 0)
            return false;
        above = len_above(link->clean, above);
    }
    text = asy_printf(arena, "%.*s/%.*s", (int)above, above == 0 ? "" : (const char *)link->clean.data, (int)rest.len,
                      rest.len == 0 ? "" : (const char *)rest.data);
    *out = asy_view_of(text);
    return text != NULL;
}

/* The member that a link leads to; NULL where it leads to none. */
static const struct asy_member_entry *target_of(struct asy_members *members, const struct asy_member_entry *link)
{
    struct asy_arena *arena = members->reading->dossier->arena;
    struct asy_view path, folded, clean;

    if (!target_path(arena, link, &path) || !join_parts(arena, path, true, &folded) ||
        !join_parts(arena, path, false, &clean))
        return NULL;
    for (size_t i = find_folded(members, folded); i < members->n; i++) {
        const struct asy_member_entry *entry = &members->entries[i];

        if (!asy_view_eq(entry->folded, folded))
            break;
        if (asy_view_eq(entry->clean, clean))
            return entry;
    }
    return NULL;
}

/* The regular file at the end of a chain of links; NULL: none. */
static struct asy_item *file_behind(struct asy_members *members, const struct asy_member_entry *entry)
{
    for (int i = 0; entry != NULL && i < LINKS; i++) {
        if (entry->type != ASY_MEMBER_SYMLINK && entry->type != ASY_MEMBER_HARDLINK)
            return entry->item;
        entry = target_of(members, entry);
    }
    return NULL;
}

/* A link is a file that is unpacked, too: it has the bytes of what it leads to, which are digested there, or none. */
static bool add_link_item(struct asy_members *members, const struct asy_member_entry *link)
{
    struct asy_dossier *dossier = members->reading->dossier;
    struct asy_item *target = file_behind(members, link), *item;
    size_t before = dossier->items_n;

    if (!asy_members_item(members, link->name,
                          asy_source_of_digest(dossier->arena, ASY_DIGEST_NONE, (struct asy_view){ NULL, 0 }),
                          target == NULL ? 0 : target->size))
        return false;
    if (dossier->items_n == before)
        return true; /* no name that can be one: the finding stands */
    item = dossier->items[before];
    item->is_link = true;
    if (link->type == ASY_MEMBER_SYMLINK)
        item->link_text = link->target;
    item->leads_to = target;
    item->has_size = target != NULL;
    return true;
}

static void add_links(struct asy_members *members)
{
    for (size_t i = 0; i < members->n && !members->full; i++) {
        const struct asy_member_entry *entry = &members->entries[i];

        if ((entry->type == ASY_MEMBER_SYMLINK || entry->type == ASY_MEMBER_HARDLINK) && !add_link_item(members, entry))
            return;
    }
}

void asy_members_finish(struct asy_members *members)
{
    if (members->n == 0) {
        asy_members_find(members, ASY_ARCHIVE_CORRUPT, "the archive has no members");
        return;
    }
    qsort(members->entries, members->n, sizeof *members->entries, by_path);
    check_names(members);
    check_hard_links(members);
    add_links(members);
}

bool asy_members_link_target(const struct asy_members *members, struct asy_view name, struct asy_view *target)
{
    struct asy_arena *arena = members->reading->dossier->arena;
    struct asy_view folded;

    if (!join_parts(arena, name, compared(members), &folded))
        return false;
    for (size_t i = find_folded(members, folded); i < members->n; i++) {
        const struct asy_member_entry *entry = &members->entries[i];

        if (!asy_view_eq(entry->folded, folded))
            return false;
        if (entry->type == ASY_MEMBER_HARDLINK)
            return join_parts(arena, entry->target, CLEAN, target);
    }
    return false;
}

void asy_members_failed(struct asy_members *members, const struct asy_diag *diag, struct asy_view shown)
{
    enum asy_reason reason = diag->code == ASSAY_E_LIMIT         ? ASY_ARCHIVE_BOMB
                             : diag->code == ASSAY_E_UNSUPPORTED ? ASY_ARCHIVE_ENCRYPTED
                             : diag->code == ASSAY_E_FORMAT      ? ASY_ARCHIVE_CORRUPT
                                                                 : ASY_INPUT_UNREADABLE;

    asy_members_find(members, reason, "\"%.*s\": %s", SHOW(shown), diag->text);
}

assay_status asy_members_status(const struct asy_members *members, assay_status s)
{
    if (members->full)
        return asy_fail(&members->reading->diag, ASSAY_E_LIMIT, 0,
                        "the archive has more than the limits allow");
    return s;
}
