/* The table of reasons keeps its promises: unique well-formed ids, documented exit codes, whole sentences. */
#include "base/reason.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static unsigned faults;

static void fault(const char *id, const char *what)
{
    (void)printf("%s: %s\n", id, what);
    faults++;
}

/* [a-z]+\.[a-z-]+ */
static bool is_id(const char *id)
{
    size_t room = strspn(id, "abcdefghijklmnopqrstuvwxyz");
    size_t name = id[room] == '.' ? strspn(id + room + 1, "abcdefghijklmnopqrstuvwxyz-") : 0;

    return room > 0 && name > 0 && id[room + 1 + name] == '\0';
}

static bool is_sentence(const char *text)
{
    size_t len = strlen(text);

    return len > 3 && (isupper((unsigned char)text[0]) || strncmp(text, "assay ", 6) == 0) && text[len - 1] == '.' &&
           strchr(text, '!') == NULL && strchr(text, '\n') == NULL && strstr(text, "  ") == NULL;
}

/* The classes of assay(1), and which ruling each may come with. */
static bool fits(int code, enum assay_ruling_value ruling)
{
    switch (ruling) {
    case ASSAY_UNPROVEN:
        return code == 3 || code == 10 || code == 20 || code == 14;
    case ASSAY_REFUTED:
        return code == 11 || code == 13 || code == 15;
    case ASSAY_REFUSED:
        return code == 1 || code == 12 || (code >= 14 && code <= 17);
    case ASSAY_REVIEW:
        return code == 4;
    case ASSAY_ALLOW:
        return code == 0;
    }
    return false;
}

int main(void)
{
    for (enum asy_reason r = ASY_REASON_NONE; r < ASY_REASONS; r++) {
        const struct asy_reason_text *text = asy_reason_text(r);

        if (r != ASY_REASON_NONE && !is_id(text->id))
            fault(text->id, "the id is not room.name in lower case");
        if (!is_sentence(text->what) || !is_sentence(text->why) || !is_sentence(text->mend))
            fault(text->id, "what, why or mend is not a sentence");
        if (!fits(text->exit_code, text->ruling))
            fault(text->id, "the exit code does not fit the ruling");
        for (enum asy_reason other = r + 1; other < ASY_REASONS; other++) {
            if (strcmp(text->id, asy_reason_text(other)->id) == 0)
                fault(text->id, "the id is there twice");
        }
        if (r != ASY_REASON_NONE && asy_reason_of_id(asy_view_of(text->id)) != r)
            fault(text->id, "the id does not lead back to the reason");
    }
    (void)printf("%d reasons, %u faults\n", (int)ASY_REASONS - 1, faults);
    return faults == 0 && ASY_REASONS > 1 ? 0 : 1;
}
