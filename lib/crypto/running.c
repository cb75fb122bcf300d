#include "crypto/running.h"

#include "crypto/hash.h"

#include <stdlib.h>

struct asy_running {
    struct asy_hash hash;
};

struct asy_running *asy_running_new(const struct asy_crypto *crypto, enum asy_digest_alg alg)
{
    struct asy_running *running = calloc(1, sizeof *running);

    if (running == NULL || asy_hash_start(&running->hash, crypto, alg))
        return running;
    asy_running_free(running);
    return NULL;
}

void asy_running_free(struct asy_running *running)
{
    if (running == NULL)
        return;
    asy_hash_end(&running->hash);
    free(running);
}

bool asy_running_add(struct asy_running *running, struct asy_view bytes)
{
    return asy_hash_update(&running->hash, bytes);
}

bool asy_running_finish(struct asy_running *running, uint8_t *out)
{
    return asy_hash_finish(&running->hash, out);
}
