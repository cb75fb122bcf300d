/* The facts of the JSON report, each kind with its own members. */
#include "report/json.h"

static const char *outcome_of(const struct asy_fact *fact)
{
    switch (fact->outcome) {
    case ASY_HOLDS:
        return asy_fact_holds(fact) ? "holds" : "unknown"; /* no proof, no claim */
    case ASY_FAILS:
        return "fails";
    case ASY_UNKNOWN:
        return "unknown";
    case ASY_UNCHECKED:
        break;
    }
    return "unchecked";
}

static const char *name_of_role(enum asy_signature_role role)
{
    switch (role) {
    case ASY_ROLE_SIGNS:
        return "signs";
    case ASY_ROLE_BACKS:
        return "backs";
    case ASY_ROLE_CERTIFIES:
        return "certifies";
    case ASY_ROLE_RECORDS:
        return "records";
    case ASY_ROLE_STAMPS:
        break;
    }
    return "stamps";
}

static const char *signer_of(const struct asy_json *json, const struct asy_fact *fact)
{
    const struct asy_dossier *dossier = json->account->dossier;

    if (fact == NULL)
        return NULL;
    if (fact->principal >= 0 && (size_t)fact->principal < dossier->principals_n)
        return dossier->principals[fact->principal].name;
    return fact->signer_name;
}

static void open_fact(struct asy_json *json, const struct asy_fact *fact, const char *kind)
{
    asy_json_open(json, "\n{");
    asy_json_item_name(json, "document", fact->claim.document);
    asy_json_text(json, "kind", kind);
    asy_json_text(json, "outcome", outcome_of(fact));
}

static void close_fact(struct asy_json *json, const struct asy_fact *fact)
{
    static const struct asy_why nothing = { ASY_REASON_NONE, NULL };

    asy_json_why(json, asy_fact_is_good(fact) ? &nothing : asy_fact_why(fact));
    asy_json_close(json, "}");
}

static void put_fact_key(struct asy_json *json, const struct asy_fact *fact)
{
    if (!fact->has_key_fingerprint) {
        asy_json_raw(json, "key", "null");
        return;
    }
    asy_json_open_key(json, "key", "{");
    asy_json_hex(json, "fingerprint", (struct asy_view){ fact->key_fingerprint, sizeof fact->key_fingerprint });
    asy_json_size(json, "bits", fact->key_bits > 0, fact->key_bits);
    asy_json_close(json, "}");
}

static void put_optional(struct asy_json *json, const char *key, bool has, struct asy_view v)
{
    if (has)
        asy_json_view(json, key, v);
    else
        asy_json_raw(json, key, "null");
}

static void put_signature(struct asy_json *json, const struct asy_fact *fact)
{
    const struct asy_signature *signature = &fact->claim.is.signature;
    bool unnamed = signature->scheme.alg_name == NULL;

    open_fact(json, fact, "signature");
    asy_json_text(json, "role", name_of_role(signature->role));
    asy_json_bool(json, "standing", fact->standing && asy_fact_holds(fact));
    asy_json_text(json, "signer", signer_of(json, fact));
    put_fact_key(json, fact);
    asy_json_text(json, "algorithm", unnamed ? asy_signature_name(signature->scheme.alg) : signature->scheme.alg_name);
    asy_json_text(json, "digest",
                  signature->scheme.digest == ASY_DIGEST_NONE ? NULL : asy_digest_name(signature->scheme.digest));
    asy_json_time(json, "claimed_time", signature->has_claimed_time, signature->claimed_time);
    asy_json_time(json, "stamped_at", fact->has_stamp, fact->stamped_at);
    put_optional(json, "comment", signature->comment.len > 0, signature->comment);
    put_optional(json, "namespace", signature->has_name_space, signature->name_space);
    close_fact(json, fact);
}

static void put_link(struct asy_json *json, const struct asy_fact *fact)
{
    const struct asy_link *link = &fact->claim.is.link;
    const struct asy_item *target = asy_link_target(fact);

    open_fact(json, fact, "link");
    asy_json_text(json, "algorithm", asy_digest_name(link->alg));
    asy_json_hex(json, "digest", link->value);
    asy_json_size(json, "size", link->has_size, link->size);
    if (target == NULL && link->path.len > 0)
        asy_json_name_view(json, "target", link->path);
    else
        asy_json_item_name(json, "target", target);
    if (link->leads_to.len > 0)
        asy_json_name_view(json, "leads_to", link->leads_to);
    asy_json_size(json, "line", link->line > 0, link->line);
    close_fact(json, fact);
}

static void put_chain(struct asy_json *json, const struct asy_fact *fact)
{
    open_fact(json, fact, "chain");
    asy_json_text(json, "signer", signer_of(json, asy_fact_no(json->account->dossier, fact->claim.is.chain.of)));
    asy_json_bool(json, "for_timestamps", fact->claim.is.chain.for_timestamps);
    close_fact(json, fact);
}

static void put_stamp(struct asy_json *json, const struct asy_fact *fact)
{
    open_fact(json, fact, "timestamp");
    asy_json_text(json, "signer", signer_of(json, asy_fact_no(json->account->dossier, fact->claim.is.stamp.by)));
    asy_json_time(json, "stamped_at", true, fact->claim.is.stamp.time);
    close_fact(json, fact);
}

static void put_inclusion(struct asy_json *json, const struct asy_fact *fact)
{
    const struct asy_inclusion *is = &fact->claim.is.inclusion;

    open_fact(json, fact, "inclusion");
    asy_json_hex(json, "log", is->log);
    asy_json_size(json, "index", true, is->index);
    put_optional(json, "origin", is->has_path, is->origin);
    asy_json_size(json, "tree_size", is->has_path, is->tree_size);
    asy_json_time(json, "promised_at", is->promise.len > 0, is->promised_at);
    close_fact(json, fact);
}

static void put_sct(struct asy_json *json, const struct asy_fact *fact)
{
    open_fact(json, fact, "certificate_timestamp");
    asy_json_hex(json, "log", fact->claim.is.sct.log);
    asy_json_time(json, "promised_at", true, fact->claim.is.sct.time_ms / 1000);
    close_fact(json, fact);
}

static void put_fact(struct asy_json *json, const struct asy_fact *fact)
{
    switch (fact->claim.kind) {
    case ASY_CLAIM_SIGNATURE:
        put_signature(json, fact);
        break;
    case ASY_CLAIM_LINK:
        put_link(json, fact);
        break;
    case ASY_CLAIM_CHAIN:
        put_chain(json, fact);
        break;
    case ASY_CLAIM_STAMP:
        put_stamp(json, fact);
        break;
    case ASY_CLAIM_INCLUSION:
        put_inclusion(json, fact);
        break;
    case ASY_CLAIM_SCT:
        put_sct(json, fact);
        break;
    case ASY_CLAIM_NONE:
        break;
    }
}

static void put_steps(struct asy_json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    asy_json_open_key(json, "steps", "[");
    for (size_t i = 0; i < dossier->steps_n; i++) {
        const struct asy_step_answer *step = &dossier->steps[i];

        asy_json_open(json, "\n{");
        asy_json_item_name(json, "layout", step->layout);
        asy_json_view(json, "name", step->name);
        asy_json_unsigned(json, "functionaries", step->functionaries);
        asy_json_unsigned(json, "required", step->threshold);
        asy_json_bool(json, "holds", step->holds);
        asy_json_close(json, "}");
    }
    asy_json_close(json, "]");
}

void asy_json_evidence(struct asy_json *json)
{
    const struct asy_dossier *dossier = json->account->dossier;

    asy_json_open_key(json, "evidence", "[");
    for (size_t i = 0; i < dossier->facts_n; i++)
        put_fact(json, dossier->facts[i]);
    asy_json_close(json, "]");
    put_steps(json);
}
