/*
 * Android packages (APK): zip archives with AndroidManifest.xml, signed as JARs are (v1), or in a signing block (v2, v3,
 * v3.1).  Which of the signatures counts depends on the version of the platform: what is asked is that every version from
 * the oldest that the package is for on takes it.
 */
#include "format/apk_signed.h"
#include "format/jar_signed.h"

#include "codec/axml.h"

enum { N = 24, P = 28, R = 30, V31 = 31, SIGNERS = 32 }; /* platforms that brought v2, v3, and what needs v2; id of v3.1 */

struct android {
    struct asy_reading *reading;
    struct asy_apk apk;
    struct asy_jar jar;
    struct asy_android_manifest says;
    uint32_t min_sdk;
    bool found_v2, found_v3;
    struct asy_view v1[SIGNERS]; /* certificates of its signers */
    size_t v1_n;
};

static bool is_android_manifest(struct asy_view name)
{
    return asy_view_is(name, "AndroidManifest.xml");
}

/* The name helps where the file that marks a package is missing. */
static bool found_in(struct asy_reading *reading)
{
    struct asy_view name = asy_view_of(reading->document->name);
    struct asy_source *source = reading->document->source;
    struct asy_arena *arena;
    struct asy_zip_look look;
    uint8_t mark[16];
    bool has;

    if (asy_view_ends(name, ASY_TEXT(".apk")) || asy_zip_has(reading, is_android_manifest))
        return true;
    arena = asy_arena_new(reading->dossier->limits->arena);
    has = arena != NULL && asy_zip_look(reading, arena, &look) && look.dir_off >= sizeof mark &&
          assay_ok(asy_source_read(source, look.dir_off - sizeof mark, mark, sizeof mark, NULL)) &&
          asy_view_is((struct asy_view){ mark, sizeof mark }, "APK Sig Block 42");
    asy_arena_free(arena);
    return has;
}

static assay_status wrong(struct android *a, const char *what)
{
    return asy_fail(&a->reading->diag, ASSAY_E_FORMAT, 0, "%s", what);
}

static void find(struct android *a, enum asy_reason reason, const char *what)
{
    asy_add_finding(a->reading->dossier, ASY_BLOCKS, reason, a->reading->document, a->reading->document, "%s", what);
}

static assay_status read_manifest(struct android *a)
{
    struct asy_item *item = asy_kept_find(&a->jar.kept, ASY_TEXT("AndroidManifest.xml"));
    struct asy_view bytes;
    assay_status s;

    if (item == NULL)
        return wrong(a, "AndroidManifest.xml is no member that can be read");
    s = asy_kept_load(&a->jar.kept, item, a->reading->dossier->limits->manifest, &bytes);
    if (!assay_ok(s))
        return s;
    if (!asy_android_manifest_read(bytes, &a->says))
        return wrong(a, "AndroidManifest.xml is no binary XML");
    a->min_sdk = a->reading->min_sdk > 0 ? a->reading->min_sdk : a->says.min_sdk;
    return asy_ok;
}

/* v3.1 stands in for v3 from one version on, which v3 names so that neither can be taken away. */
static assay_status check_rotation(struct android *a)
{
    const struct asy_apk *apk = &a->apk;

    if (apk->has[ASY_APK_V31] && !apk->has[ASY_APK_V3])
        return wrong(a, "signatures of v3.1 without those of v3");
    if (apk->has_rotation && !apk->has[ASY_APK_V31])
        return wrong(a, "the signature of v3 says that there is one of v3.1, and there is none");
    return asy_ok;
}

static assay_status claim_block(struct android *a)
{
    struct asy_apk *apk = &a->apk;
    assay_status s = asy_ok;

    if (apk->has[ASY_APK_V31])
        s = asy_apk_claim(apk, ASY_APK_V31);
    if (assay_ok(s) && apk->has[ASY_APK_V3])
        s = asy_apk_claim(apk, ASY_APK_V3);
    if (assay_ok(s))
        s = check_rotation(a);
    a->found_v3 = apk->has[ASY_APK_V3];
    if (assay_ok(s) && apk->has[ASY_APK_V2] && (a->min_sdk < P || !a->found_v3)) {
        a->found_v2 = true;
        s = asy_apk_claim(apk, ASY_APK_V2);
    }
    if (assay_ok(s) && apk->says_scheme == 3 && !a->found_v3)
        return wrong(a, "the signature of v2 says that there is one of v3, and there is none");
    if (assay_ok(s) && apk->says_scheme == V31 && !apk->has[ASY_APK_V31])
        return wrong(a, "the signature of v2 says that there is one of v3.1, and there is none");
    return s;
}

/* The platform asks for no signature of what is below META-INF. */
static bool may_be_unsigned(struct asy_view name)
{
    return asy_view_starts(name, ASY_TEXT("META-INF/"));
}

/* What the signatures are, and of whom, of the claims from `first` on. */
static assay_status take_v1_signers(struct android *a, size_t first)
{
    struct asy_dossier *dossier = a->reading->dossier;

    for (size_t i = first; i < dossier->facts_n; i++) {
        struct asy_claim *claim = &dossier->facts[i]->claim;

        if (claim->kind == ASY_CLAIM_SIGNATURE)
            claim->is.signature.is_android = true;
        if (claim->kind != ASY_CLAIM_CHAIN ||
            asy_fact_no(dossier, claim->is.chain.of)->claim.is.signature.role != ASY_ROLE_SIGNS)
            continue;
        if (a->v1_n == SIGNERS)
            return asy_fail(&a->reading->diag, ASSAY_E_LIMIT, 0, "more than %d signers of v1", SIGNERS);
        a->v1[a->v1_n++] = claim->is.chain.leaf;
    }
    return asy_ok;
}

/* Platforms from N on need none where there is v2, and those from P on none where there is v3. */
static assay_status claim_v1(struct android *a)
{
    size_t first = a->reading->dossier->facts_n;
    assay_status s = asy_claim_jar(&a->jar);

    if (assay_ok(s))
        s = take_v1_signers(a, first);
    if (!assay_ok(s))
        return s;
    if (a->jar.signers_n > 0)
        asy_kept_frame(&a->jar.kept, asy_jar_is_signature);
    else if (a->min_sdk < N || !a->found_v3)
        find(a, ASY_EVIDENCE_ABSENT, "no signature of v1, which the oldest version of the platform needs that it is for");
    if ((a->jar.says_v2 && !a->found_v2) || (a->jar.says_v3 && !a->found_v3))
        return wrong(a, "the signature of v1 says that there is one of a newer scheme, and there is none");
    return asy_ok;
}

static assay_status check_signers(struct android *a)
{
    const char *what = asy_apk_discord(&a->apk, a->v1, a->v1_n, a->min_sdk);

    return what == NULL ? asy_ok : wrong(a, what);
}

static void check_newer(struct android *a)
{
    if (a->found_v2 || a->found_v3)
        return;
    if (a->says.sandbox_version > 1)
        find(a, ASY_EVIDENCE_ABSENT, "no signature of v2 or newer, which its sandbox version needs");
    if (a->says.target_sdk >= R)
        find(a, ASY_EVIDENCE_ABSENT, "no signature of v2 or newer, which the version of the platform needs that it is made for");
}

static assay_status read(struct asy_reading *reading)
{
    struct android a = { .reading = reading, .apk = { .reading = reading },
                         .jar = { .reading = reading, .may_be_unsigned = may_be_unsigned } };
    assay_status s;

    if (!asy_kept_new(reading, &a.jar.kept))
        return asy_no_memory(&reading->diag);
    if (!asy_zip_look(reading, reading->dossier->arena, &a.apk.look))
        return wrong(&a, "the archive's directory cannot be read");
    s = read_manifest(&a);
    if (assay_ok(s))
        s = asy_apk_find(&a.apk);
    if (assay_ok(s))
        s = claim_block(&a);
    if (assay_ok(s) && (a.min_sdk < N || (!a.found_v2 && (!a.found_v3 || a.min_sdk < P))))
        s = claim_v1(&a);
    if (assay_ok(s))
        s = check_signers(&a);
    if (assay_ok(s))
        check_newer(&a);
    return s;
}

static const char *const suffixes[] = { ".apk", NULL };

const struct asy_format asy_format_android = {
    .name = "android",
    .title = "Android packages, signed by v1, v2, v3 or v3.1",
    .kind = ASY_KIND_PACKAGE,
    .suffixes = suffixes,
    .inside = "zip",
    .found_in = found_in,
    .read = read,
};
