#include "model/settings.h"

const struct asy_settings asy_default_settings = {
    .min_digest = ASY_SHA256,
    .min_rsa = 2048,
    .sha1_selfsig = ASY_SHA1_SELFSIG_OLD,
    .threshold = 1,
    .name_space = "file",
    .tlog_threshold = 1,
    .timestamp_threshold = 1,
    .sct_threshold = 1,
};
