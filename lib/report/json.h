/* Private to the JSON report: its pen, and the array of facts. */
#ifndef ASY_REPORT_JSON_H
#define ASY_REPORT_JSON_H

#include "base/sink.h"
#include "report/common.h"

struct asy_json {
    const struct asy_account *account;
    struct asy_sink *sink;
    bool comma; /* the next value needs one before it */
};

/* A bracket, with the comma before it that is due. */
void asy_json_open(struct asy_json *, const char *bracket);
void asy_json_close(struct asy_json *, const char *bracket);
void asy_json_open_key(struct asy_json *, const char *key, const char *bracket);

/* A key, whose value the caller writes and then sets `comma`; or with a literal as its value. */
void asy_json_key(struct asy_json *, const char *key);
void asy_json_raw(struct asy_json *, const char *key, const char *literal);

void asy_json_bool(struct asy_json *, const char *key, bool);
void asy_json_unsigned(struct asy_json *, const char *key, uint64_t);
void asy_json_view(struct asy_json *, const char *key, struct asy_view);
void asy_json_hex(struct asy_json *, const char *key, struct asy_view);

/* null where there is none: `has` is false, the text NULL, the item NULL, the reason NONE. */
void asy_json_size(struct asy_json *, const char *key, bool has, uint64_t);
void asy_json_time(struct asy_json *, const char *key, bool has, int64_t);
void asy_json_text(struct asy_json *, const char *key, const char *text);
void asy_json_why(struct asy_json *, const struct asy_why *);

/* A name as outside wrote it; where that is not UTF-8 the bytes follow under <key>_hex. */
void asy_json_name_view(struct asy_json *, const char *key, struct asy_view name);
void asy_json_name(struct asy_json *, const char *key, const char *name);
void asy_json_item_name(struct asy_json *, const char *key, const struct asy_item *);

/* A string without a key: an element of an array. */
void asy_json_element(struct asy_json *, struct asy_view);

/* Every fact, under "evidence". */
void asy_json_evidence(struct asy_json *);

#endif
