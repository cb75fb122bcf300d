#include "report/trust.h"

#include "base/text.h"
#include "report/json.h"

static const char *state_of(const struct asy_trust_item *item, int64_t at)
{
    if (at < item->from)
        return "not yet valid";
    return at > item->until || (at == item->until && !item->has_last) ? "expired" : "valid";
}

static void put_hex(struct asy_sink *sink, struct asy_view digest)
{
    char hex[65];

    asy_hex(asy_view_head(digest, 32), hex);
    asy_put_text(sink, hex);
}

static void put_period(const struct asy_trust_item *item, int64_t at, struct asy_sink *sink)
{
    char from[32], until[32];

    asy_format_time(item->from, from);
    asy_format_time(item->until, until);
    asy_put_text(sink, state_of(item, at));
    if (item->from != INT64_MIN)
        asy_put_format(sink, " from %s", from);
    if (item->until != INT64_MAX)
        asy_put_format(sink, " until %s", until);
}

static void put_item(const struct asy_trust_item *item, int64_t at, struct asy_sink *sink)
{
    asy_put_format(sink, "  %s, ", item->what);
    if (item->algorithm == NULL)
        asy_put_text(sink, "unsound key");
    else
        asy_put_format(sink, "%s, %u bits", item->algorithm, item->bits);
    asy_put_text(sink, ", ");
    put_period(item, at, sink);
    asy_put_text(sink, "\n    sha256 ");
    put_hex(sink, item->subject == NULL ? item->key_sha256 : item->sha256);
    if (item->subject != NULL) {
        asy_put_text(sink, "\n    subject ");
        asy_put_shown(sink, asy_view_of(item->subject));
    }
    asy_put_text(sink, "\n");
}

void asy_report_trust_text(const struct asy_trust_report *report, struct asy_sink *sink)
{
    for (size_t i = 0; i < report->n; i++) {
        const struct asy_trust_row *row = &report->rows[i];

        asy_put_shown(sink, asy_view_of(row->name));
        asy_put_format(sink, "  %s", row->kind);
        if (row->why != NULL) {
            asy_put_text(sink, "  UNUSABLE: ");
            asy_put_shown(sink, asy_view_of(row->why));
        }
        asy_put_text(sink, "\n");
        for (size_t j = 0; j < row->items_n; j++)
            put_item(&row->items[j], report->at, sink);
    }
}

static void put_digest(struct asy_json *json, const char *key, struct asy_view digest)
{
    if (digest.len == 0)
        asy_json_raw(json, key, "null");
    else
        asy_json_hex(json, key, digest);
}

static void put_json_item(struct asy_json *json, const struct asy_trust_item *item, int64_t at)
{
    asy_json_open(json, "{");
    asy_json_text(json, "what", item->what);
    asy_json_text(json, "algorithm", item->algorithm);
    asy_json_size(json, "bits", item->algorithm != NULL, item->bits);
    put_digest(json, "key_sha256", item->key_sha256);
    put_digest(json, "sha256", item->sha256);
    asy_json_text(json, "subject", item->subject);
    asy_json_time(json, "from", item->from != INT64_MIN, item->from);
    asy_json_time(json, "until", item->until != INT64_MAX, item->until);
    asy_json_text(json, "state", state_of(item, at));
    asy_json_close(json, "}");
}

void asy_report_trust_json(const struct asy_trust_report *report, struct asy_sink *sink)
{
    struct asy_json json = { .sink = sink };

    asy_json_open(&json, "{");
    asy_json_name(&json, "directory", report->directory);
    asy_json_time(&json, "at", true, report->at);
    asy_json_open_key(&json, "entries", "[");
    for (size_t i = 0; i < report->n; i++) {
        const struct asy_trust_row *row = &report->rows[i];

        asy_json_open(&json, "{");
        asy_json_name(&json, "name", row->name);
        asy_json_text(&json, "kind", row->kind);
        asy_json_text(&json, "file", row->file);
        asy_json_bool(&json, "usable", row->why == NULL);
        asy_json_text(&json, "why", row->why);
        asy_json_open_key(&json, "items", "[");
        for (size_t j = 0; j < row->items_n; j++)
            put_json_item(&json, &row->items[j], report->at);
        asy_json_close(&json, "]");
        asy_json_close(&json, "}");
    }
    asy_json_close(&json, "]");
    asy_json_close(&json, "}");
    asy_put_text(sink, "\n");
}
