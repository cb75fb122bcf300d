/*
 * The settings of a verification: what the policy and the caller chose, in one flat record that every room may read.
 * policy/settings.c gives them their names and values; the zero value of each is its strictest or its default.
 */
#ifndef ASY_MODEL_SETTINGS_H
#define ASY_MODEL_SETTINGS_H

#include "base/digest_alg.h"

enum asy_multi { ASY_MULTI_ANY = 0, ASY_MULTI_ALL, ASY_MULTI_BEST };
enum asy_revocation { ASY_REVOCATION_SUPPLIED = 0, ASY_REVOCATION_REQUIRE, ASY_REVOCATION_REQUIRE_ALL, ASY_REVOCATION_HARD_FAIL };
enum asy_tristate { ASY_BY_DEFAULT = 0, ASY_YES, ASY_NO };
enum asy_sha1_selfsig { ASY_SHA1_SELFSIG_REJECT = 0, ASY_SHA1_SELFSIG_OLD, ASY_SHA1_SELFSIG_ACCEPT };
enum asy_purpose { ASY_PURPOSE_CODESIGN = 0, ASY_PURPOSE_ANY, ASY_PURPOSE_SMIME, ASY_PURPOSE_TIMESTAMP };

enum { ASY_TEXTS = 16 };

/* Texts of which each must be met. */
struct asy_texts {
    const char *at[ASY_TEXTS];
    unsigned n;
};

struct asy_settings {
    enum asy_digest_alg min_digest; /* weakest digest that may bind anything */
    unsigned min_rsa;               /* bits */
    enum asy_multi multi;
    unsigned threshold;             /* distinct signers */
    bool expired_at_signing_time;   /* expired_signer=at-signing-time */
    bool openpgp_v3;                /* OpenPGP signature packets of version 3 count */
    enum asy_sha1_selfsig sha1_selfsig; /* what an OpenPGP key says of itself over SHA-1 */
    bool committer_matches_uid;     /* whoever made a git object must be the one who signed it, by the e-mail address */
    const char *signer;             /* fingerprint of the OpenPGP key, primary or signing, that must have signed; NULL */
    bool digest_is_enough;          /* require=digest */
    enum asy_revocation revocation;
    bool revoked_ts_before;         /* revoked=ts-before-revocation */
    bool require_timestamp;
    bool publisher_must_sign;       /* publisher=require: who signs an app package is whom its manifest names */
    bool require_msi_ex;            /* names in a Windows Installer package must be signed too */
    bool partial_chain;
    const char *require_cn;         /* NULL: any */
    enum asy_tristate complete;     /* every file of the tree must be listed */
    bool missing_is_fine;           /* missing=report: listed files that are absent are only reported */
    bool unsigned_index_is_fine;    /* db_signature=optional: a list of packages need not be signed itself */
    enum asy_digest_alg manifest_alg; /* for digests that are ambiguous by their length */
    bool recurse;                   /* look into archives and packages, and into what lies in them */
    bool android_compat;            /* what the platform takes counts in Android packages: old digests, keys and DSA */
    unsigned min_sdk;               /* the oldest version of Android that must take a package; 0: what the package says */
    bool inner_must_be_signed;      /* inner=require: packages inside are signed, by who signed what they lie in */
    unsigned bundle_formats;        /* of RAUC, a bit each: plain, verity, crypt; 0: any */
    unsigned max_age_days;          /* 0: no limit */
    unsigned min_valid_time, max_valid_time; /* seconds from the date of a release; 0: not said */
    int64_t min_release_date;       /* seconds since 1970: no release made before it */
    bool has_min_release_date;
    bool suite_is_optional;         /* suite_fields=optional */

    enum asy_purpose purpose;
    const char *identity;           /* who must have signed (SSH principal, certificate subject); NULL: anybody trusted */
    const char *certificate_identity, *certificate_oidc_issuer; /* of a Sigstore certificate, exactly; NULL */
    const char *certificate_identity_regexp, *certificate_oidc_issuer_regexp; /* POSIX extended, of the whole text; NULL */
    bool policy_names_issuers;      /* the product's signers say whose certificate it must be */
    unsigned tlog_threshold, timestamp_threshold, sct_threshold; /* of a Sigstore bundle: logs, sources of time, certificate logs */
    const char *name_space;         /* SSHSIG; "file" by default */
    const char *package_name;       /* what is wanted from a repository; NULL: not said.  Likewise: */
    const char *package_version, *suite, *component, *arch, *ref;
    const char *digest;             /* OCI: of the manifest or index that the caller vouches for; NULL */
    /* What provenance must say of the build; NULL: anything. */
    const char *builder_id, *source_uri, *source_tag, *source_branch, *source_versioned_tag;
    struct asy_texts workflow_inputs; /* "name=value" */
    bool any_builder_ref;           /* builder_refs=any: a builder need not be a release of itself */
    /* What a verification summary must say; NULL: anything. */
    const char *verifier_id, *resource_uri;
    struct asy_texts verified_levels;
    const char *key_id;             /* what DSSE signatures must call their key; NULL: anything */
    const char *require_comment;    /* words a signed comment must contain; NULL: none */
};

/* min_digest sha256, min_rsa 2048, threshold 1 and those of bundles, namespace "file", the rest zero. */
extern const struct asy_settings asy_default_settings;

#endif
