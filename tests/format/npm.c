#include "support/reading.h"

#define DIGEST "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define VERSION(name, dist) "\"" name "\":{\"name\":\"agent\",\"version\":\"" name "\",\"dist\":" dist "}"
#define SIGNED "{\"integrity\":\"" DIGEST "\",\"signatures\":[{\"keyid\":\"SHA256:k\",\"sig\":\"AAAA\"}]}"
#define PACKUMENT(versions) "{\"name\":\"agent\",\"versions\":{" versions "}}"

static assay_status status_of(const char *text, const char *name, const char *version)
{
    struct reading_test t = reading_of("npm", "agent.json");
    assay_status s;

    t.reading.about = asy_add_item(t.reading.dossier, "agent.tgz", NULL);
    t.reading.package_name = name;
    t.reading.package_version = version;
    read_text(&t, text);
    s = t.status;
    if (assay_ok(s))
        cr_expect(t.reading.dossier->facts_n == 2 && link_no(&t, 1)->by == 1);
    reading_end(&t);
    return s;
}

Test(npm, one_version_is_chosen)
{
    static const char one[] = PACKUMENT(VERSION("1.0.0", SIGNED));
    static const char two[] = PACKUMENT(VERSION("1.0.0", SIGNED) "," VERSION("2.0.0", SIGNED));

    cr_expect(assay_ok(status_of(one, NULL, NULL)));
    cr_expect(assay_ok(status_of(one, "agent", "1.0.0")));
    cr_expect_eq(status_of(one, "other", NULL).code, ASSAY_E_ABSENT);
    cr_expect_eq(status_of(one, "agent", "2.0.0").code, ASSAY_E_ABSENT);
    cr_expect_eq(status_of(two, "agent", NULL).code, ASSAY_E_ABSENT);
    cr_expect(assay_ok(status_of(two, "agent", "2.0.0")));
}

Test(npm, what_is_none)
{
    static const struct row {
        const char *text;
        int code;
    } rows[] = {
        { "", ASSAY_E_FORMAT },
        { "[]", ASSAY_E_FORMAT },
        { "{\"name\":\"agent\"}", ASSAY_E_ABSENT },
        { PACKUMENT(VERSION("1.0.0", "{}")), ASSAY_E_FORMAT },
        { PACKUMENT(VERSION("1.0.0", "{\"integrity\":\"" DIGEST "\",\"signatures\":[]}")), ASSAY_E_ABSENT },
        { PACKUMENT(VERSION("1.0.0", "{\"integrity\":\"" DIGEST "\",\"signatures\":[{}]}")), ASSAY_E_FORMAT },
        { PACKUMENT("\"1.0.0\":{\"name\":\"other\",\"version\":\"1.0.0\",\"dist\":" SIGNED "}"), ASSAY_E_FORMAT },
        { PACKUMENT("\"1.0.0\":{\"name\":\"agent\",\"version\":\"1.0.1\",\"dist\":" SIGNED "}"), ASSAY_E_FORMAT },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(status_of(rows[i].text, NULL, NULL).code, rows[i].code, "%zu", i);
}
