#include "model/settings.h"

const struct asy_settings asy_default_settings = {
    .min_digest = ASY_SHA256,
    .min_rsa = 2048,
    .threshold = 1,
    .name_space = "file",
};
