#!/bin/sh
# RAUC bundles: the whole payload is signed, directly or by the root of its hash tree.
. "$(dirname "$0")/lib.sh"
valid=$data/rauc/valid bad=$data/rauc/invalid
at="--policy none --at 2030-01-01T00:00:00Z"
v="$assay verify $at --anchor $valid/root.crt"

for name in plain verity crypt; do
    expect 0 'ALLOW' $v "$valid/$name.raucb"
    expect 0 'ALLOW' $v --set "bundle_formats=$name" "$valid/$name.raucb"
    expect 3 'signer.none-trusted' "$assay" verify $at "$valid/$name.raucb"
    expect 12 'chain.incomplete' "$assay" verify $at --anchor "$data/property/root.crt" "$valid/$name.raucb"
    cp "$valid/$name.raucb" "$tmp/update"
    expect 0 'ALLOW' $v "$tmp/update"
done
expect 1 'bundle.format' $v --set bundle_formats=verity,crypt "$valid/plain.raucb"
expect 1 'bundle.format' $v --set bundle_formats=plain "$valid/verity.raucb"
for name in payload tree tree_end root longer; do
    expect 13 'digest.mismatch' $v "$bad/$name.raucb"
done
for name in form cut more bare size; do
    expect 1 'archive.corrupt' $v "$bad/$name.raucb"
done
finish
