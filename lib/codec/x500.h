/* Names of X.500 as text, the way Windows writes them (CertNameToStr with CERT_X500_NAME_STR, reversed). */
#ifndef ASY_CODEC_X500_H
#define ASY_CODEC_X500_H

#include "base/arena.h"

enum { ASY_X500_PARTS = 64 };

/*
 * Whether `text` ("CN=Vendor, O=Vendor AG, C=DE") names what the DER Name does, part by part, the last first.  Keys of
 * attributes are compared without case, values byte by byte.  False for what is malformed, too.
 */
bool asy_x500_is(struct asy_arena *, struct asy_view name, struct asy_view text);

#endif
