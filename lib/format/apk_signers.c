/* Whether the signers of an Android package speak for it together (source.android.com, "APK Signature Scheme v3", "v3.1"). */
#include "format/apk_signed.h"

enum { V3_FROM = 28, NEWEST = 0x7fffffff };

static bool has_certificate(const struct asy_apk_signer *signers, size_t n, struct asy_view certificate)
{
    for (size_t i = 0; i < n; i++) {
        if (asy_view_eq(signers[i].certificates[0], certificate))
            return true;
    }
    return false;
}

/* The certificates of v1 and those of the signers of v2 are the same. */
static bool are_same(const struct asy_apk *apk, const struct asy_view *v1, size_t n)
{
    const struct asy_apk_signer *signers = apk->signers[ASY_APK_V2];
    size_t signers_n = apk->signers_n[ASY_APK_V2], found;

    for (size_t i = 0; i < n; i++) {
        if (!has_certificate(signers, signers_n, v1[i]))
            return false;
    }
    for (size_t i = 0; i < signers_n; i++) {
        for (found = 0; found < n && !asy_view_eq(signers[i].certificates[0], v1[found]);)
            found++;
        if (found == n)
            return false;
    }
    return true;
}

/* `next` takes the place of `before`: what is left of the older proof, without its oldest, is the beginning of the newer. */
static bool follows(const struct asy_apk_signer *next, const struct asy_apk_signer *before)
{
    for (size_t from = 0; from < before->n; from++) {
        size_t n = 0;

        while (from + n < before->n && n < next->n && asy_view_eq(before->certificates[from + n], next->certificates[n]))
            n++;
        if (from + n == before->n)
            return true;
    }
    return false;
}

/* The signer whose versions begin first, of those that begin at `from` or later; NULL: none. */
static const struct asy_apk_signer *next_of(const struct asy_apk *apk, enum asy_apk_scheme scheme, uint64_t from)
{
    const struct asy_apk_signer *first = NULL;

    for (size_t i = 0; i < apk->signers_n[scheme]; i++) {
        const struct asy_apk_signer *signer = &apk->signers[scheme][i];

        if (signer->min_sdk >= from && (first == NULL || signer->min_sdk < first->min_sdk))
            first = signer;
    }
    return first;
}

/* From the first signer to the last, each beginning where the one before ends; `*last` is the one before, and then the last. */
static const char *walk(const struct asy_apk *apk, enum asy_apk_scheme scheme, const struct asy_apk_signer **last)
{
    const struct asy_apk_signer *signer = next_of(apk, scheme, 0);
    uint64_t at = signer == NULL ? 0 : signer->min_sdk;
    size_t n = 0;

    for (; signer != NULL && signer->min_sdk == at; n++) {
        if (*last != NULL && !follows(signer, *last))
            return "a signer takes the place of one that its proof of rotation does not have";
        *last = signer;
        at = (uint64_t)signer->max_sdk + 1;
        signer = next_of(apk, scheme, at);
    }
    return n == apk->signers_n[scheme] ? NULL : "the versions of its signers overlap, or have a gap between them";
}

static const char *walk_versions(const struct asy_apk *apk, uint32_t min_sdk)
{
    const struct asy_apk_signer *first = next_of(apk, ASY_APK_V3, 0), *v31 = next_of(apk, ASY_APK_V31, 0), *last = NULL;
    const char *what = walk(apk, ASY_APK_V3, &last);

    if (what != NULL)
        return what;
    if (first == NULL || first->min_sdk > (min_sdk > V3_FROM ? min_sdk : V3_FROM))
        return "the versions of its signers begin after the oldest that the package is for";
    if ((v31 != NULL && (!apk->has_rotation || v31->min_sdk != apk->rotation)) || (v31 == NULL && apk->has_rotation))
        return "the signatures of v3 and v3.1 disagree from which version on the one takes the other's place";
    if (v31 != NULL && last != NULL && (uint64_t)last->max_sdk + 1 < v31->min_sdk)
        return "the versions of its signers overlap, or have a gap between them";
    what = v31 == NULL ? NULL : walk(apk, ASY_APK_V31, &last);
    if (what != NULL)
        return what;
    return last != NULL && last->max_sdk >= NEWEST ? NULL : "the versions of its signers end before the newest";
}

const char *asy_apk_discord(const struct asy_apk *apk, const struct asy_view *v1, size_t n, uint32_t min_sdk)
{
    size_t v2_n = apk->signers_n[ASY_APK_V2], past_n = v2_n > 0 ? v2_n : n;
    const struct asy_apk_signer *v3 = next_of(apk, ASY_APK_V3, 0);
    const char *what;

    if (v2_n > 0 && n > 0 && !are_same(apk, v1, n))
        return "v1 and v2 are signed by different signers";
    if (v3 == NULL)
        return NULL;
    what = walk_versions(apk, min_sdk);
    if (what != NULL || past_n == 0)
        return what;
    if (past_n > 1)
        return "several signers of an older scheme, and v3, which can follow on one only";
    return asy_view_eq(v2_n > 0 ? *apk->signers[ASY_APK_V2][0].certificates : v1[0], v3->certificates[0])
               ? NULL
               : "the signer of an older scheme is not the one that v3 starts from";
}
