#include "base/limits.h"

const struct asy_limits asy_default_limits = {
    .arena = (size_t)512 << 20,
    .document = (uint64_t)16 << 20,
    .subject = (uint64_t)64 << 30,
    .manifest = (uint64_t)64 << 20,
    .pure_message = (uint64_t)1 << 30,
    .unpacked = (uint64_t)4 << 30,
    .items = 200000,
    .claims = 400000,
    .signatures = 64,
    .depth = 64,
    .chain = 8,
    .line = 8192,
};
