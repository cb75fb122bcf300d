/*
 * libcurl, loaded when the first URL is fetched and kept, since it has storage of threads.  It is given nothing of the
 * environment: no proxy but the one that was named, no .netrc, no cookies, no other protocol than HTTP and HTTPS.
 */
#include "trust/fetch.h"

#ifdef ASSAY_NETWORK_LIBRARY

#include "io/library.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one file: seconds to connect, that it may stall below so many bytes a second, and in all beside its bytes. */
enum { CONNECT_S = 20, STALL_S = 30, STALL_BYTES = 1000, WHOLE_S = 60, BYTES_A_SECOND = 16384, REDIRECTS = 5 };

struct functions {
    CURLcode (*global_init)(long);
    CURL *(*init)(void);
    void (*cleanup)(CURL *);
    void (*reset)(CURL *);
    CURLcode (*setopt)(CURL *, CURLoption, ...);
    CURLcode (*perform)(CURL *);
    CURLcode (*getinfo)(CURL *, CURLINFO, ...);
};

struct web {
    struct asy_fetcher fetcher;
    struct functions call;
    CURL *curl;
    char *base, *proxy; /* the base without a slash at its end; no proxy is "" */
};

/* One file on its way. */
struct transfer {
    struct web *web;
    asy_take *take;
    void *context;
    uint64_t left; /* bytes that may still come */
    bool is_over;  /* more came */
    assay_status taken;
    struct asy_diag *diag;
};

static bool load(struct functions *call)
{
    void *library = asy_library_keep(ASSAY_NETWORK_LIBRARY);
    bool all = library != NULL &&
               asy_library_find(library, "curl_global_init", &call->global_init) &&
               asy_library_find(library, "curl_easy_init", &call->init) &&
               asy_library_find(library, "curl_easy_cleanup", &call->cleanup) &&
               asy_library_find(library, "curl_easy_reset", &call->reset) &&
               asy_library_find(library, "curl_easy_setopt", &call->setopt) &&
               asy_library_find(library, "curl_easy_perform", &call->perform) &&
               asy_library_find(library, "curl_easy_getinfo", &call->getinfo);

    asy_library_close(library);
    return all;
}

/* The page that goes with an error status is nobody's file. */
static bool is_the_file(const struct transfer *t)
{
    long code = 0;

    return t->web->call.getinfo(t->web->curl, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK && code == 200;
}

static size_t receive(char *bytes, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    size_t len = size * n;

    if (!is_the_file(t))
        return len;
    if (len > t->left) {
        t->is_over = true;
        return 0;
    }
    t->left -= len;
    t->taken = t->take(t->context, (struct asy_view){ (const uint8_t *)bytes, len }, t->diag);
    return assay_ok(t->taken) ? len : 0;
}

/* Over HTTPS nothing leads back to HTTP. */
static bool set_options(struct transfer *t, const char *url, uint64_t limit)
{
    const struct functions *call = &t->web->call;
    CURL *curl = t->web->curl;
    bool is_https = strncmp(url, "https://", 8) == 0;
    long seconds = WHOLE_S + (long)(limit / BYTES_A_SECOND > 1000000 ? 1000000 : limit / BYTES_A_SECOND);

    call->reset(curl);
    return call->setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           call->setopt(curl, CURLOPT_PROTOCOLS_STR, is_https ? "https" : "http,https") == CURLE_OK &&
           call->setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, is_https ? "https" : "http,https") == CURLE_OK &&
           call->setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
           call->setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS) == CURLE_OK &&
           call->setopt(curl, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           call->setopt(curl, CURLOPT_PROXY, t->web->proxy) == CURLE_OK &&
           call->setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           call->setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           call->setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           call->setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           call->setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           call->setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S) == CURLE_OK &&
           call->setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES) == CURLE_OK &&
           call->setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S) == CURLE_OK &&
           call->setopt(curl, CURLOPT_TIMEOUT, seconds) == CURLE_OK &&
           call->setopt(curl, CURLOPT_USERAGENT, "assay/" ASSAY_VERSION) == CURLE_OK &&
           call->setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
           call->setopt(curl, CURLOPT_WRITEDATA, t) == CURLE_OK;
}

static assay_status answer_of(const struct transfer *t, CURLcode code, const char *url, uint64_t limit, const char *said)
{
    long status = 0;

    (void)t->web->call.getinfo(t->web->curl, CURLINFO_RESPONSE_CODE, &status);
    if (!assay_ok(t->taken))
        return t->taken;
    if (t->is_over)
        return asy_fail(t->diag, ASSAY_E_LIMIT, 0, "%.200s has more than %llu bytes", url, (unsigned long long)limit);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return asy_fail(t->diag, ASSAY_E_LIMIT, 0, "%.200s took too long", url);
    if (code != CURLE_OK)
        return asy_fail(t->diag, ASSAY_E_IO, 0, "%.200s: %.80s", url, said[0] == '\0' ? "cannot be fetched" : said);
    /* stores of objects say 403 for what is not there and may not be listed */
    if (status == 404 || status == 403 || status == 410)
        return asy_fail(t->diag, ASSAY_E_ABSENT, 0, "%.200s: HTTP status %ld", url, status);
    return status == 200 ? asy_ok : asy_fail(t->diag, ASSAY_E_IO, 0, "%.200s: HTTP status %ld", url, status);
}

static assay_status get(struct asy_fetcher *fetcher, const char *path, uint64_t limit, asy_take *take, void *context,
                        struct asy_diag *diag)
{
    struct web *web = (struct web *)fetcher;
    struct transfer t = { web, take, context, limit, false, asy_ok, diag };
    char said[CURL_ERROR_SIZE] = "";
    char *url = NULL;
    assay_status s;

    if (asprintf(&url, "%s/%s", web->base, path) < 0)
        return asy_no_memory(diag);
    if (!set_options(&t, url, limit) || web->call.setopt(web->curl, CURLOPT_ERRORBUFFER, said) != CURLE_OK)
        s = asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "libcurl is built without what is needed here");
    else
        s = answer_of(&t, web->call.perform(web->curl), url, limit, said);
    (void)web->call.setopt(web->curl, CURLOPT_ERRORBUFFER, NULL);
    free(url);
    return s;
}

static void free_web(struct asy_fetcher *fetcher)
{
    struct web *web = (struct web *)fetcher;

    if (web->curl != NULL)
        web->call.cleanup(web->curl);
    free(web->base);
    free(web->proxy);
    free(web);
}

static assay_status begin(struct web *web, struct asy_diag *diag)
{
    if (web->base == NULL || web->proxy == NULL)
        return asy_no_memory(diag);
    for (size_t n = strlen(web->base); n > 0 && web->base[n - 1] == '/'; n--)
        web->base[n - 1] = '\0';
    if (!load(&web->call))
        return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "%s is not installed", ASSAY_NETWORK_LIBRARY);
    if (web->call.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return asy_fail(diag, ASSAY_E_IO, 0, "libcurl does not start");
    web->curl = web->call.init();
    return web->curl == NULL ? asy_no_memory(diag) : asy_ok;
}

assay_status asy_fetcher_of_web(const char *base, const char *proxy, struct asy_fetcher **out, struct asy_diag *diag)
{
    struct web *web = calloc(1, sizeof *web);
    assay_status s;

    if (web == NULL)
        return asy_no_memory(diag);
    web->fetcher = (struct asy_fetcher){ .get = get, .free = free_web };
    web->base = strdup(base);
    web->proxy = strdup(proxy == NULL ? "" : proxy);
    s = begin(web, diag);
    if (assay_ok(s))
        *out = &web->fetcher;
    else
        free_web(&web->fetcher);
    return s;
}

#else

assay_status asy_fetcher_of_web(const char *base, const char *proxy, struct asy_fetcher **out, struct asy_diag *diag)
{
    (void)proxy;
    (void)out;
    return asy_fail(diag, ASSAY_E_UNSUPPORTED, 0, "%.200s: this build does not touch the network", base);
}

#endif
