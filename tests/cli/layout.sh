#!/bin/sh
# in-toto layouts: what was recorded by the right people, in the right steps, is what was brought.
. "$(dirname "$0")/lib.sh"
l=$data/layout
v="$assay verify --policy none --at 2030-01-01T00:00:00Z"
owner="--layout-key $l/keys/owner.pub"

# judge STATUS WORDS CASE OPTION...: with its product
judge() {
    wanted=$1 said=$2 where=$l/$3
    shift 3
    expect "$wanted" "$said" $v --layout "$where/root.layout" --link-dir "$where/links" $owner "$@" "$where/product"
}
# chain STATUS WORDS CASE OPTION...: the recorded steps alone
chain() {
    wanted=$1 said=$2 where=$l/$3
    shift 3
    expect "$wanted" "$said" $v --layout "$where/root.layout" --link-dir "$where/links" $owner "$@"
}

for name in plain inspected recorded threshold sublayout prefixes envelopes; do
    judge 0 'nothing outside the signed set' "valid/$name"
    expect 10 'evidence.absent|EVIDENCE|absent' $v --key "$l/keys/owner2.pub" "$l/valid/$name/product"
done
for name in plain threshold sublayout recorded envelopes; do
    chain 0 'step         ok   "write" recorded by' "valid/$name"
done
judge 0 'link-left-out' valid/threshold
judge 0 '"compile" recorded by 1 functionary, 1 required' valid/sublayout
chain 3 'layout.inspection' valid/inspected
expect 0 'ALLOW' $v --layout "$l/valid/plain/root.layout" --link-dir "$l/valid/plain/links/" $owner "$l/valid/plain/product/agent"

# Every layout key must have signed, and no other key will do.
owners="--layout $l/valid/owners/root.layout --link-dir $l/valid/owners/links $l/valid/owners/product"
expect 0 'ALLOW' $v $owner --layout-key "$l/keys/owner2.pub" $owners
expect 0 'ALLOW' $v --layout-key "$l/keys/owner2.pub" $owners
expect 0 'ALLOW' $v $owner $owners
expect 12 'layout.unsigned.*' $v $owner --layout-key "$l/keys/other.pub" $owners
expect 11 'layout.unsigned' $v --layout-key "$l/keys/other.pub" $owners
expect 3 'signer.none-trusted|signer.unknown' $v $owners
judge 12 'layout.unsigned' valid/plain --layout-key "$l/keys/owner2.pub"
judge 11 'layout.unsigned' invalid/other-owner
printf -- '-----BEGIN PGP PUBLIC KEY BLOCK-----\n' >"$tmp/pgp.asc"
# a key of another kind of trust is none for layouts, nor the other way round
expect 12 'signer.unknown' $v --key "$l/keys/owner2.pub" $owners
expect 12 'signer.unknown' $v --key "$l/keys/owner2.pub" --layout "$l/valid/owners/root.layout" --link-dir "$l/valid/owners/links"
expect 12 'signer.unknown|none-trusted' $v $owner "$data/cms/attached.p7m"
expect 3 'trust.unusable' $v --layout-key "$tmp/pgp.asc" $owners

# Time, links, thresholds.
judge 1 'layout.expired' invalid/expired
chain 1 'layout.expired.*|2020-01-01' invalid/expired
expect 0 'ALLOW' "$assay" verify --policy none --at 2019-12-31T23:59:59Z --layout "$l/invalid/expired/root.layout" \
    --link-dir "$l/invalid/expired/links" $owner "$l/invalid/expired/product"
expect 1 'layout.expired' "$assay" verify --policy none --at 2020-01-01T00:00:00Z --layout "$l/invalid/expired/root.layout" \
    --link-dir "$l/invalid/expired/links" $owner "$l/invalid/expired/product"
for name in envelope one-missing link-changed link-of-other replayed escaped one-key-twice sublayout-expired sublayout-of-other; do
    judge 3 'layout.threshold' "invalid/$name"
    chain 3 'layout.threshold' "invalid/$name"
done
judge 3 'it is of another step' invalid/replayed
judge 3 'an empty part' invalid/escaped
judge 1 'layout.links-differ' invalid/differ
chain 1 'layout.links-differ' invalid/differ

# The product.
judge 13 'digest.mismatch' invalid/changed
chain 0 'ALLOW' invalid/changed
judge 1 'coverage.unlisted-file' invalid/extra
judge 0 'ALLOW' invalid/extra --set complete=false

# Inspections never run.
judge 1 'layout.rule' invalid/inspected
judge 3 'nobody recorded it' invalid/not-recorded
judge 3 'by nobody who signs the layout' invalid/recorded-by-other
judge 3 'its command failed' invalid/recorded-failure
judge 1 'layout.inspected-other' invalid/recorded-of-other
chain 0 'ALLOW' invalid/recorded-of-other

# A bad layout; and a product that has its layout and links in it.
printf '{}' >"$tmp/none"
expect 3 'evidence.malformed' $v --layout "$tmp/none" $owner "$l/valid/plain/product"
expect 3 'is a link' $v --layout "$l/valid/plain/links/"write.*.link $owner "$l/valid/plain/product"
expect 3 'evidence.unreadable' $v --layout "$tmp/absent" $owner "$l/valid/plain/product"
expect 3 'a second layout' $v --layout "$l/valid/plain/root.layout" --layout "$l/valid/owners/root.layout" \
    --link-dir "$l/valid/plain/links" $owner "$l/valid/plain/product"
expect 2 'needs a file' $v $owner
cp -R "$l/valid/plain/product" "$tmp/all"
cp "$l/valid/plain/links"/* "$l/valid/plain/root.layout" "$tmp/all"
expect 0 'nothing outside the signed set' $v --layout "$tmp/all/root.layout" $owner "$tmp/all"
expect 0 'ALLOW' sh -c 'cd "$1" && shift && "$@" --layout ./root.layout .' sh "$tmp/all" $v $owner
cp "$l/valid/threshold/links/"build.*.link "$tmp/all/extra.link"
expect 1 'coverage.unlisted-file' $v --layout "$tmp/all/root.layout" $owner "$tmp/all"
rm "$tmp/all/extra.link"
cp "$l/valid/plain/root.layout" "$tmp/all/other.layout"
expect 1 'coverage.unlisted-file' $v --layout "$tmp/all/root.layout" $owner "$tmp/all"

# By a policy.
cat >"$tmp/policy.yaml" <<EOF
assay-policy: 1
name: acme
trust:
  layout-keys:
    - name: acme-layout
      file: $l/keys/owner.pub
products:
  - name: agent
    match: [product]
    require:
      signers:
        - of: [acme-layout]
EOF
p="$assay verify --policy $tmp/policy.yaml --at 2030-01-01T00:00:00Z"
expect 0 'ALLOW' $p --layout "$l/valid/plain/root.layout" --link-dir "$l/valid/plain/links" "$l/valid/plain/product"
expect 10 'evidence.absent' $p "$l/valid/plain/product"
finish
