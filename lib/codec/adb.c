#include "codec/adb.h"

#include "base/reader.h"

enum { WORD = 4 };

/* The types that apk-v3(5) names. */
enum { INT = 0x1, INT32 = 0x2, INT64 = 0x3, BLOB8 = 0x8, BLOB16 = 0x9, BLOB32 = 0xa, ARRAY = 0xd, OBJECT = 0xe };

static unsigned type_of(uint32_t value)
{
    return value >> 28;
}

/* What lies at the offset that a value holds; nothing where it leads out of the block. */
static struct asy_reader reader_at(struct asy_view block, uint32_t value)
{
    return asy_reader_of(asy_view_from(block, value & 0x0fffffff));
}

/* The block begins with the oldest version that can read it, its own version, two bytes of nothing, and the root. */
bool asy_adb_root(struct asy_view block, uint32_t *out)
{
    struct asy_reader r = asy_reader_of(block);
    uint8_t compat, version;
    uint16_t reserved;

    return asy_get_u8(&r, &compat) && asy_get_u8(&r, &version) && asy_get_le16(&r, &reserved) && compat == 0 &&
           reserved == 0 && asy_get_le32(&r, out);
}

/* The first slot is the number of slots, itself among them. */
bool asy_adb_get_list(struct asy_view block, uint32_t value, struct asy_adb_list *out)
{
    struct asy_reader r = reader_at(block, value);
    uint32_t n;

    *out = (struct asy_adb_list){ { NULL, 0 }, 0 };
    if (value == 0)
        return true;
    if ((type_of(value) != ARRAY && type_of(value) != OBJECT) || !asy_get_le32(&r, &n) || n == 0 || (n - 1) > r.rest.len / WORD)
        return false;
    out->n = n - 1;
    return asy_get_view(&r, (size_t)out->n * WORD, &out->slots);
}

bool asy_adb_blob(struct asy_view block, uint32_t value, struct asy_view *out)
{
    struct asy_reader r = reader_at(block, value);
    uint8_t len8;
    uint16_t len16;
    uint32_t len32;

    *out = (struct asy_view){ NULL, 0 };
    if (value == 0)
        return true;
    switch (type_of(value)) {
    case BLOB8:
        return asy_get_u8(&r, &len8) && asy_get_view(&r, len8, out);
    case BLOB16:
        return asy_get_le16(&r, &len16) && asy_get_view(&r, len16, out);
    case BLOB32:
        return asy_get_le32(&r, &len32) && asy_get_view(&r, len32, out);
    default:
        return false;
    }
}

bool asy_adb_int(struct asy_view block, uint32_t value, uint64_t *out)
{
    struct asy_reader r = reader_at(block, value);
    uint32_t word;

    *out = value & 0x0fffffff;
    switch (type_of(value)) {
    case 0:
        return value == 0;
    case INT:
        return true;
    case INT32:
        if (!asy_get_le32(&r, &word))
            return false;
        *out = word;
        return true;
    case INT64:
        return asy_get_le64(&r, out);
    default:
        return false;
    }
}

uint32_t asy_adb_slot(const struct asy_adb_list *list, uint32_t i)
{
    struct asy_reader r;
    uint32_t value = 0;

    if (i == 0 || i > list->n)
        return 0;
    r = asy_reader_of(asy_view_from(list->slots, (size_t)(i - 1) * WORD));
    (void)asy_get_le32(&r, &value);
    return value;
}
