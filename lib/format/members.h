/*
 * What holds of the members of any archive: names that stay below the directory they are unpacked to, no two
 * of which are the same file on any usual file system, and links that do not lead out.  Names collide when
 * they are equal without regard to the case of ASCII letters, to empty and "." parts, and to dots and blanks
 * at the end of a part, which Windows drops; other Unicode folding is not looked at.  An archive that is
 * unpacked over the root of a system may have links to anywhere in it, and names that differ by case.
 */
#ifndef ASY_FORMAT_MEMBERS_H
#define ASY_FORMAT_MEMBERS_H

#include "format/format.h"

#include "io/member.h"

enum {
    ASY_MEMBER_FINDINGS = 100,  /* of one archive; one more says that there were others */
    ASY_MEMBER_NAME_MAX = 4096, /* PATH_MAX */
};

enum asy_member_type {
    ASY_MEMBER_FILE = 1,
    ASY_MEMBER_DIRECTORY,
    ASY_MEMBER_SYMLINK,
    ASY_MEMBER_HARDLINK,
    ASY_MEMBER_SPECIAL,
};

struct asy_member {
    struct asy_view name;   /* as the archive has it; must outlive the members */
    struct asy_view target; /* of a link, likewise */
    enum asy_member_type type;
    bool is_rooted;     /* it goes to the root of a system, where symbolic links lead wherever they should */
    bool any_backslash; /* any backslash is refused: zip, whose separator is '/' (APPNOTE 4.4.17) */
};

/* All members of one archive that is being walked. */
struct asy_members {
    struct asy_reading *reading;
    struct asy_packed *packed;
    struct asy_member_entry *entries;
    struct asy_item *latest; /* the item that was added last */
    size_t n, room;
    struct asy_item *file; /* of the member that is added next; NULL: it has none */
    size_t findings;
    uint64_t unpacked; /* bytes that decompression gave so far */
    bool is_system;    /* what it holds is unpacked over the root of a Unix system */
    bool full;         /* a limit or the arena stopped it */
};

/* A finding about the document that blocks; past the bound it is only counted. */
void asy_members_find(struct asy_members *, enum asy_reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The finding that a limit is reached: the dossier is incomplete, and the walk must end.  Always false. */
bool asy_members_full(struct asy_members *, const char *what);

/* For "%.*s": the precision that shows a name of any length, and where a NUL would end it early. */
int asy_shown_len(struct asy_view);

/* Checks name and target, and keeps them.  False when a limit is reached: the walk then ends. */
bool asy_members_add(struct asy_members *, const struct asy_member *);

/* Adds the item of a regular file, unless its name cannot be one; asy_members_add follows.  False as there. */
bool asy_members_item(struct asy_members *, struct asy_view name, struct asy_source *, uint64_t size);

/*
 * Once all are there: what two members say together.  Links are files to whoever unpacks them, and so each is an item too.
 */
void asy_members_finish(struct asy_members *);

/* After asy_members_finish: the target of the hard link of that name, both in their normal form; false when there is none. */
bool asy_members_link_target(const struct asy_members *, struct asy_view name, struct asy_view *target);

/* The finding that a decoder's failure is; `shown` names what was decoded. */
void asy_members_failed(struct asy_members *, const struct asy_diag *, struct asy_view shown);

/* What walk() returns: `s`, or ASSAY_E_LIMIT where a limit stood in the way. */
assay_status asy_members_status(const struct asy_members *, assay_status);

#endif
