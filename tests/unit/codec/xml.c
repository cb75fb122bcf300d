#include "codec/xml.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The document as one line: "a(x=1 y=2) b() /b /a", or "bad" where it ends early. */
static void read(const char *text, char *out, size_t room)
{
    struct asy_arena *arena = asy_arena_new(1 << 20);
    struct asy_xml *xml = arena == NULL ? NULL : asy_alloc(arena, 1, sizeof *xml);
    enum asy_xml_event event;
    size_t n = 0;

    cr_assert_not_null(xml);
    asy_xml_start(xml, arena, asy_view_of(text));
    out[0] = '\0';
    while ((event = asy_xml_next(xml)) == ASY_XML_OPEN || event == ASY_XML_CLOSE) {
        struct asy_view name = asy_xml_name(xml);

        if (event == ASY_XML_CLOSE) {
            n += (size_t)snprintf(out + n, room - n, "/");
            continue;
        }
        n += (size_t)snprintf(out + n, room - n, "%.*s(", (int)name.len, (const char *)name.data);
        for (size_t i = 0; i < xml->n; i++)
            n += (size_t)snprintf(out + n, room - n, "%.*s=%.*s;", (int)xml->attributes[i].name.len,
                                  (const char *)xml->attributes[i].name.data, (int)xml->attributes[i].value.len,
                                  (const char *)xml->attributes[i].value.data);
        n += (size_t)snprintf(out + n, room - n, ")");
    }
    cr_expect((event == ASY_XML_BAD) == (xml->flaw != NULL));
    if (event == ASY_XML_BAD)
        (void)snprintf(out, room, "bad");
    asy_arena_free(arena);
}

static const struct {
    const char *text, *is;
} rows[] = {
    { "<a/>", "a()/" },
    { "<a></a>", "a()/" },
    { "<a ></a >\n", "a()/" },
    { "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><a><b x='1'/>text<c></c></a><?p?>", "a()b(x=1;)/c()//" },
    { "<p:a q:x=\"1\" y = '&lt;&amp;&quot;&apos;&gt;&#65;&#x20ac;'/>", "a(q:x=1;y=<&\"'>A\xe2\x82\xac;)/" },
    { "<a><![CDATA[<b>]]></a>", "a()/" },
    { "<?xml version='1.0' encoding='us-ascii' standalone='yes' ?><a/>", "a()/" },
    { "", "bad" },
    { "  ", "bad" },
    { "<a>", "bad" },
    { "<a", "bad" },
    { "<a></b>", "bad" },
    { "<a/><b/>", "bad" },
    { "<a/>x", "bad" },
    { "x<a/>", "bad" },
    { "</a>", "bad" },
    { "<a b/>", "bad" },
    { "<a b=c/>", "bad" },
    { "<a b='1'c='2'/>", "bad" },
    { "<a b='1' b='2'/>", "bad" },
    { "<a b='<'/>", "bad" },
    { "<a b='&x;'/>", "bad" },
    { "<a b='&'/>", "bad" },
    { "<a b='&#0;'/>", "bad" },
    { "<a b='&#xd800;'/>", "bad" },
    { "<a b='&#x;'/>", "bad" },
    { "<a b='&#99999999999;'/>", "bad" },
    { "<!DOCTYPE a><a/>", "bad" },
    { "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "bad" },
    { "<!-- a -- b --><a/>", "bad" },
    { "<![CDATA[]]><a/>", "bad" },
    { "<?xml version='1.0' encoding='utf-16'?><a/>", "bad" },
    { "<a b='\xff'/>", "bad" },
    { "< a/>", "bad" },
};

Test(xml, documents_are_read_element_by_element)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char found[256];

        read(rows[i].text, found, sizeof found);
        cr_expect_str_eq(found, rows[i].is, "%s: %s", rows[i].text, found);
    }
}

Test(xml, elements_lie_only_so_deep)
{
    char text[4 * 70 + 8 * 70] = "", found[1024];

    for (int i = 0; i < 64; i++)
        strcat(text, "<a>");
    for (int i = 0; i < 64; i++)
        strcat(text, "</a>");
    read(text, found, sizeof found);
    cr_expect_str_neq(found, "bad");
    memmove(text + 3, text, strlen(text) + 1);
    memcpy(text, "<a>", 3);
    strcat(text, "</a>");
    read(text, found, sizeof found);
    cr_expect_str_eq(found, "bad");
}
