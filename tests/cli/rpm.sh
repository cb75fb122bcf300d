#!/bin/sh
# RPM packages: what is signed is ruled about, whatever else holds.
. "$(dirname "$0")/lib.sh"
valid=$data/rpm/valid bad=$data/rpm/invalid
at="--policy none --at 2030-01-01T00:00:00Z"
v="$assay verify $at --key $valid/vendor.pgp"

for name in vendor array over-all six outside swapped; do
    expect 0 'ALLOW' $v "$valid/$name.rpm"
    expect 3 'signer.none-trusted' "$assay" verify $at "$valid/$name.rpm"
    expect 12 'signer.unknown' "$assay" verify $at --key "$valid/other.pgp" "$valid/$name.rpm"
    expect 0 '4 of 5 files' $v --members "$valid/$name.rpm"
done
expect 0 'ALLOW' "$assay" verify $at --key "$valid/rsa.pgp" "$valid/rsa.rpm"
expect 0 'ALLOW' $v --key "$valid/rsa.pgp" --set threshold=2 "$valid/array.rpm"
expect 12 'signer.threshold' $v --key "$valid/rsa.pgp" --set threshold=2 "$valid/over-all.rpm"
expect 0 'padding behind the signature header' $v -v "$valid/outside.rpm"

# a signature of the header alone, other bytes, other signers
expect 1 'coverage.uncovered-bytes' $v "$bad/unbound.rpm"
expect 13 'digest.mismatch' $v "$bad/trailing.rpm"
expect 13 'digest.mismatch' $v "$bad/cut.rpm"
expect 1 'signature.invalid' $v "$bad/renamed.rpm"
expect 1 'signature.invalid' $v "$bad/transplanted.rpm"
expect 12 'signer.unknown' $v "$bad/stranger.rpm"
expect 1 'archive.corrupt' $v "$bad/dribble.rpm"
expect 1 'archive.corrupt' $v "$bad/duplicate_signature.rpm"
expect 10 'evidence.absent' $v "$valid/gzip.rpm"

# integrity alone
for name in gzip xz zstd bzip2 stored source vendor; do
    expect 0 'ALLOW' "$assay" verify $at --set require=digest "$valid/$name.rpm"
    expect 0 'consistent' "$assay" inspect --strict "$valid/$name.rpm"
done
expect 1 'digest.weak' "$assay" verify $at --set require=digest "$bad/weak.rpm"
expect 1 'digest.weak' "$assay" verify $at --set require=digest "$bad/unbound.rpm"
expect 13 'digest.mismatch' "$assay" verify $at --set require=digest "$bad/trailing.rpm"

# members against the header
expect 13 'digest.mismatch' "$assay" inspect --strict "$bad/file_size.rpm"
expect 13 'digest.mismatch' "$assay" inspect --strict "$bad/alternative.rpm"
expect 1 'archive.disagreement' "$assay" verify $at --members --set require=digest "$bad/unlisted.rpm"

# a tree looks at its packages
mkdir "$tmp/tree"
cp "$valid/vendor.rpm" "$valid/six.rpm" "$tmp/tree"
expect 0 '2 files, nothing outside' $v "$tmp/tree"
cp "$bad/stranger.rpm" "$tmp/tree"
expect 12 'coverage.unlisted-file|signer.unknown' $v "$tmp/tree"
finish
