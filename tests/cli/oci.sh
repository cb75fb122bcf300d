#!/bin/sh
# OCI image layouts: what the pinned manifest says is whole, and nothing else lies there.
. "$(dirname "$0")/lib.sh"
oci=$data/oci
v="$assay verify --policy none --at 2030-01-01T00:00:00Z"
pin() { sed -n "s|^$1 ||p" "$oci/PINS"; }
# layout STATUS WORDS NAME OPTION...
layout() {
    wanted=$1 said=$2 where=$3
    shift 3
    expect "$wanted" "$said" $v --digest "$(pin "$where")" "$@" "$oci/$where"
}

for name in image long nested data artifact; do
    layout 0 'nothing outside the signed set' "valid/$name" -v
    expect 10 'evidence.absent' $v "$oci/valid/$name"
done
layout 0 'diff_id is not compared' valid/parts -v
layout 13 'digest.mismatch' invalid/diff_id
layout 3 '2 diff_ids, the manifest has 1 layers' invalid/diff_ids
layout 13 'digest.size-mismatch' invalid/size
layout 13 'digest.mismatch' invalid/data
layout 13 'digest.mismatch' invalid/changed
for name in both old case type; do
    layout 1 'evidence.malformed' "invalid/$name"
done
layout 3 'imageLayoutVersion' invalid/version
layout 3 'trust.unusable' invalid/upper
layout 1 'coverage.unlisted-file' invalid/extra
layout 0 'ALLOW' invalid/extra --set complete=false
layout 1 'coverage.unlisted-file' invalid/other
layout 3 'evidence.unbound' invalid/unreached
layout 3 'manifest.file-missing' invalid/missing
layout 0 'ALLOW' invalid/missing --set missing=report
expect 20 'limit.reached' $v --digest "$(pin invalid/deep)" --set complete=false "$oci/invalid/deep"

# What is no layout, and links in one.
expect 3 'is no OCI image layout' $v --digest "$(pin valid/image)" "$data/minisign"
expect 3 'is no directory' $v --digest "$(pin valid/image)" "$oci/PINS"
cp -R "$oci/valid/image" "$tmp/linked"
mv "$tmp/linked/index.json" "$tmp/linked/real.json"
ln -s real.json "$tmp/linked/index.json"
expect 3 'is no OCI image layout' $v --digest "$(pin valid/image)" "$tmp/linked"
finish
