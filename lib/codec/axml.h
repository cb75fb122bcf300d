/*
 * Android's binary XML (frameworks/base ResourceTypes.h, ResXMLTree): only what AndroidManifest.xml says of the versions
 * of the platform.
 */
#ifndef ASY_CODEC_AXML_H
#define ASY_CODEC_AXML_H

#include "base/view.h"

struct asy_android_manifest {
    uint32_t min_sdk;         /* 1 where it says nothing, or the name of a version in the making */
    uint32_t target_sdk;      /* the same as min_sdk where it says nothing */
    uint32_t sandbox_version; /* 1 where it says nothing */
};

/* False for what is no such document. */
bool asy_android_manifest_read(struct asy_view, struct asy_android_manifest *out);

#endif
