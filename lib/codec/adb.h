/*
 * Values of an ADB block, the binary form of apk v3 (apk-v3(5), "Wire format"): a word of 32 bits each, little-endian, with
 * a type in its highest four bits and a number or the offset of more in the others.  Nothing is copied.
 */
#ifndef ASY_CODEC_ADB_H
#define ASY_CODEC_ADB_H

#include "base/view.h"

/* Slots of an array or object, which apk does not keep apart, from 1; those that are not there are null. */
struct asy_adb_list {
    struct asy_view slots;
    uint32_t n;
};

/* The root value of a block of version 0; false when it is of another one, or too short. */
bool asy_adb_root(struct asy_view block, uint32_t *out);

/* Each false where the value is of another type or leads out of the block; null is empty, or zero. */
bool asy_adb_get_list(struct asy_view block, uint32_t value, struct asy_adb_list *out);
bool asy_adb_blob(struct asy_view block, uint32_t value, struct asy_view *out);
bool asy_adb_int(struct asy_view block, uint32_t value, uint64_t *out);

/* The value in slot `i`; null (0) where there is none. */
uint32_t asy_adb_slot(const struct asy_adb_list *, uint32_t i);

#endif
