#include "codec/note.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ROOT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define LINE "\xe2\x80\x94 log.example AQIDBAU=\n"

static assay_status status_of(const char *text, size_t *signatures)
{
    struct asy_arena *arena = asy_arena_new(1 << 20);
    struct asy_tree_head head;
    struct asy_note note = { 0 };
    struct asy_diag diag = { 0 };
    assay_status s = asy_note_read(arena, asy_view_of(text), &note, &diag);

    *signatures = note.signatures_n;
    if (assay_ok(s))
        s = asy_tree_head_read(arena, note.text, &head, &diag);
    asy_arena_free(arena);
    return s;
}

Test(note, tree_heads)
{
    static const struct row {
        const char *text;
        int code;
        size_t signatures;
    } rows[] = {
        { "log.example\n3\n" ROOT "\n\n" LINE, ASSAY_OK, 1 },
        { "log.example\n0\n" ROOT "\n\n" LINE, ASSAY_OK, 1 },
        { "log.example\n3\n" ROOT "\nmore\n\n" LINE LINE, ASSAY_OK, 2 },
        { "log.example\n3\n" ROOT "\n\nmore\n\n" LINE, ASSAY_E_FORMAT, 1 }, /* a blank line inside */
        { "log.example\n3\n" ROOT "\n" LINE, ASSAY_E_FORMAT, 0 },           /* none in front of the signatures */
        { "log.example\n3\n" ROOT "\n\n", ASSAY_E_FORMAT, 0 },
        { "log.example\n3\n" ROOT "\n\n\xe2\x80\x94 log.example AQIDBAU=", ASSAY_E_FORMAT, 0 },
        { "log.example\n3\n" ROOT "\n\n- log.example AQIDBAU=\n", ASSAY_E_FORMAT, 0 },
        { "log.example\n3\n" ROOT "\n\n\xe2\x80\x94 log.example AQIDBA==\n", ASSAY_E_FORMAT, 0 }, /* a key id alone */
        { "log.example\n3\n" ROOT "\n\n\xe2\x80\x94 log+example AQIDBAU=\n", ASSAY_E_FORMAT, 0 },
        { "log.example\n03\n" ROOT "\n\n" LINE, ASSAY_E_FORMAT, 1 },
        { "log.example\n-3\n" ROOT "\n\n" LINE, ASSAY_E_FORMAT, 1 },
        { "log.example\n" ROOT "\n\n" LINE, ASSAY_E_FORMAT, 1 },
        { "3\n" ROOT "\n\n" LINE, ASSAY_E_FORMAT, 1 },
        { "log.example\n3\nAAAA\n\n" LINE, ASSAY_E_FORMAT, 1 },
        { "log.example\r\n3\n" ROOT "\n\n" LINE, ASSAY_E_FORMAT, 0 },
        { "log.example\n3\n" ROOT "\t\n\n" LINE, ASSAY_E_FORMAT, 0 },
        { "", ASSAY_E_FORMAT, 0 },
        { "\n\n", ASSAY_E_FORMAT, 0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = 0;

        cr_expect_eq(status_of(rows[i].text, &n).code, rows[i].code, "row %zu", i);
        cr_expect_eq(n, rows[i].signatures, "row %zu: %zu", i, n);
    }
}

Test(note, no_more_signatures_than_the_limit)
{
    static char text[8192];
    size_t n;

    (void)strcpy(text, "log.example\n3\n" ROOT "\n\n");
    for (int i = 0; i < ASY_NOTE_SIGNATURES; i++)
        (void)strcat(text, LINE);
    cr_expect_eq(status_of(text, &n).code, ASSAY_OK);
    (void)strcat(text, LINE);
    cr_expect_eq(status_of(text, &n).code, ASSAY_E_LIMIT);
}
