#include "assay/trust.h"

#include "api/internal.h"
#include "base/sink.h"
#include "trust/tuf.h"

#include <stdlib.h>
#include <string.h>

enum { ROOT_BYTES = 1 << 20 };

struct assay_tuf {
    struct asy_crypto *crypto;
    struct asy_tuf *client;
    struct asy_fetcher *metadata, *targets; /* NULL until they are wanted */
    char *targets_url, *proxy;
};

assay_status assay_tuf_new(const char *dir, int64_t at, assay_tuf **out, assay_error **error)
{
    assay_tuf *tuf = calloc(1, sizeof *tuf);
    struct asy_diag diag = { 0 };
    assay_status s = tuf == NULL ? asy_no_memory(&diag) : asy_crypto_new(&tuf->crypto, &diag);

    *out = NULL;
    if (assay_ok(s))
        s = asy_tuf_new(tuf->crypto, dir, at, &tuf->client, &diag);
    if (assay_ok(s))
        *out = tuf;
    else
        assay_tuf_free(tuf);
    return asy_give_error(s, &diag, error);
}

void assay_tuf_free(assay_tuf *tuf)
{
    if (tuf == NULL)
        return;
    asy_fetcher_free(tuf->metadata);
    asy_fetcher_free(tuf->targets);
    asy_tuf_free(tuf->client);
    asy_crypto_free(tuf->crypto);
    free(tuf->targets_url);
    free(tuf->proxy);
    free(tuf);
}

assay_status assay_tuf_proxy(assay_tuf *tuf, const char *url, assay_error **error)
{
    struct asy_diag diag = { 0 };

    free(tuf->proxy);
    tuf->proxy = strdup(url);
    return asy_give_error(tuf->proxy == NULL ? asy_no_memory(&diag) : asy_ok, &diag, error);
}

assay_status assay_tuf_init(assay_tuf *tuf, const char *path, assay_error **error)
{
    struct asy_arena *arena = asy_arena_new(4 * ROOT_BYTES);
    struct asy_diag diag = { 0 };
    struct asy_view root;
    bool holds = false;
    assay_status s = arena == NULL ? asy_no_memory(&diag) : asy_read_file(arena, path, ROOT_BYTES, &root, &diag);

    if (!assay_ok(s))
        s = asy_fail(&diag, s.code == ASSAY_E_FORMAT ? ASSAY_E_IO : s.code, 0, "%.200s: %.100s", path, diag.text);
    else
        s = asy_tuf_init(tuf->client, root, &holds, &diag);
    if (assay_ok(s) && !holds)
        s = asy_fail(&diag, diag.code == ASSAY_E_UNTRUSTED ? ASSAY_E_UNTRUSTED : ASSAY_E_FORMAT, 0, "%.200s", diag.text);
    asy_arena_free(arena);
    return asy_give_error(s, &diag, error);
}

/* A fetcher is made once for a client, so that its connection serves many files. */
assay_status assay_tuf_refresh(assay_tuf *tuf, const char *url, assay_error **error)
{
    struct asy_diag diag = { 0 };
    assay_status s;

    if (tuf->metadata != NULL)
        s = asy_fail(&diag, ASSAY_E_USAGE, 0, "refreshed before");
    else
        s = asy_fetcher_new(url, tuf->proxy, &tuf->metadata, &diag);
    if (assay_ok(s))
        s = asy_tuf_refresh(tuf->client, tuf->metadata, &diag);
    return asy_give_error(s, &diag, error);
}

static assay_status set_targets(assay_tuf *tuf, const char *url, struct asy_diag *diag)
{
    if (tuf->targets != NULL && strcmp(tuf->targets_url, url) == 0)
        return asy_ok;
    asy_fetcher_free(tuf->targets);
    free(tuf->targets_url);
    tuf->targets = NULL;
    tuf->targets_url = strdup(url);
    return tuf->targets_url == NULL ? asy_no_memory(diag) : asy_fetcher_new(url, tuf->proxy, &tuf->targets, diag);
}

assay_status assay_tuf_download(assay_tuf *tuf, const char *url, const char *name, const char *dir, assay_error **error)
{
    const struct asy_tuf_file *file = NULL;
    struct asy_diag diag = { 0 };
    assay_status s;

    if (!asy_tuf_is_current(tuf->client))
        s = asy_fail(&diag, ASSAY_E_USAGE, 0, "a download follows a refresh");
    else
        s = asy_tuf_find(tuf->client, tuf->metadata, asy_view_of(name), &file, &diag);
    if (assay_ok(s))
        s = set_targets(tuf, url, &diag);
    if (assay_ok(s))
        s = asy_tuf_download(tuf->client, tuf->targets, file, dir, &diag);
    return asy_give_error(s, &diag, error);
}

assay_status assay_tuf_describe(const assay_tuf *tuf, assay_write write, void *context)
{
    struct asy_sink sink = { 0 };
    assay_status s = asy_ok;

    asy_tuf_describe(tuf->client, &sink);
    if (sink.failed)
        s = asy_no_memory(NULL);
    else if (sink.len > 0 && !write(context, sink.text, sink.len))
        s = asy_fail(NULL, ASSAY_E_IO, 0, "not written");
    asy_sink_clear(&sink);
    return s;
}
