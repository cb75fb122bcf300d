/*
 * XML 1.0 (https://www.w3.org/TR/xml/) as packages use it, element by element: UTF-8, no document type and so no entities
 * but the five of XML itself.  Text between elements is stepped over.
 */
#ifndef ASY_CODEC_XML_H
#define ASY_CODEC_XML_H

#include "base/arena.h"
#include "base/reader.h"

enum { ASY_XML_DEPTH = 64, ASY_XML_ATTRIBUTES = 64 };

enum asy_xml_event {
    ASY_XML_BAD = 0, /* no XML, or of a kind that is not read here: `flaw` says what */
    ASY_XML_OPEN,    /* an element begins: its name and attributes are there until the next call */
    ASY_XML_CLOSE,   /* the one that began last ends; one without content closes too */
    ASY_XML_END,     /* of the document, behind its one root */
};

struct asy_xml_attribute {
    struct asy_view name, value; /* the value decoded */
};

struct asy_xml {
    struct asy_arena *arena;
    struct asy_reader r;
    const char *flaw; /* NULL: none so far */
    struct asy_view open[ASY_XML_DEPTH];
    unsigned depth; /* elements that are open, the latest included */
    bool had_root, closes_next;
    struct asy_xml_attribute attributes[ASY_XML_ATTRIBUTES];
    size_t n;
};

/* Begins to read; the bytes must outlive the reading. */
void asy_xml_start(struct asy_xml *, struct asy_arena *, struct asy_view);
enum asy_xml_event asy_xml_next(struct asy_xml *);

/* The name of the latest element without its prefix. */
struct asy_view asy_xml_name(const struct asy_xml *);

/* The value of the latest element's attribute with this name, prefix and all; false when it has none. */
bool asy_xml_get(const struct asy_xml *, const char *name, struct asy_view *out);

#endif
