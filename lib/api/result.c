#include "api/internal.h"

#include "report/report.h"

assay_ruling assay_result_ruling(const assay_result *result)
{
    return result == NULL ? (assay_ruling){ ASSAY_UNPROVEN } : result->account.ruling;
}

bool assay_allows(const assay_result *result)
{
    return result != NULL && result->account.ruling.value == ASSAY_ALLOW;
}

int assay_result_exit_code(const assay_result *result)
{
    return result == NULL ? 70 : result->account.exit_code;
}

size_t assay_result_findings(const assay_result *result)
{
    return result->account.dossier->findings_n;
}

static const struct asy_finding *finding(const assay_result *result, size_t i)
{
    return i < result->account.dossier->findings_n ? &result->account.dossier->findings[i] : NULL;
}

const char *assay_finding_id(const assay_result *result, size_t i)
{
    const struct asy_finding *f = finding(result, i);

    return f == NULL ? NULL : asy_reason_text(f->why.reason)->id;
}

const char *assay_finding_file(const assay_result *result, size_t i)
{
    const struct asy_finding *f = finding(result, i);

    return f == NULL || f->about == NULL ? NULL : f->about->name;
}

const char *assay_finding_detail(const assay_result *result, size_t i)
{
    const struct asy_finding *f = finding(result, i);

    return f == NULL ? NULL : f->why.detail;
}

bool assay_finding_blocks(const assay_result *result, size_t i)
{
    const struct asy_finding *f = finding(result, i);

    return f == NULL || f->severity == ASY_BLOCKS;
}

assay_status assay_result_write(const assay_result *result, enum assay_report report, unsigned flags,
                                assay_write write, void *context)
{
    const struct asy_report_style style = {
        .color = (flags & ASSAY_REPORT_COLOR) != 0,
        .full = (flags & ASSAY_REPORT_FULL) != 0,
        .verbose = (flags & ASSAY_REPORT_VERBOSE) != 0,
    };
    struct asy_sink sink = { 0 };
    assay_status s = asy_ok;

    switch (report) {
    case ASSAY_REPORT_TEXT:
        asy_report_text(&result->account, &style, &sink);
        break;
    case ASSAY_REPORT_JSON:
        asy_report_json(&result->account, &sink);
        break;
    }
    if (sink.failed)
        s = asy_no_memory(NULL);
    else if (sink.text == NULL)
        s = asy_fail(NULL, ASSAY_E_USAGE, 0, "no such report");
    else if (!write(context, sink.text, sink.len))
        s = asy_fail(NULL, ASSAY_E_IO, 0, "not written");
    asy_sink_clear(&sink);
    return s;
}

const char *assay_format_name(size_t i)
{
    return i < asy_formats_n ? asy_formats[i]->name : NULL;
}

const char *assay_format_title(size_t i)
{
    return i < asy_formats_n ? asy_formats[i]->title : NULL;
}

const char *assay_reason_id(size_t i)
{
    return i + 1 < ASY_REASONS ? asy_reason_text((enum asy_reason)(i + 1))->id : NULL;
}

const char *assay_reason_text(const char *id, enum assay_reason_part part)
{
    enum asy_reason reason = asy_reason_of_id(asy_view_of(id));
    const struct asy_reason_text *text = asy_reason_text(reason);

    if (reason == ASY_REASON_NONE)
        return NULL;
    switch (part) {
    case ASSAY_REASON_WHAT:
        return text->what;
    case ASSAY_REASON_WHY:
        return text->why;
    case ASSAY_REASON_MEND:
        return text->mend;
    case ASSAY_REASON_RULING:
        return assay_ruling_text((assay_ruling){ (int)text->ruling });
    }
    return NULL;
}

int assay_reason_exit_code(const char *id)
{
    enum asy_reason reason = asy_reason_of_id(asy_view_of(id));

    return reason == ASY_REASON_NONE ? -1 : asy_reason_text(reason)->exit_code;
}
