#!/bin/sh
# SWUpdate images: sw-description is signed and says all members, or the image is refused.
. "$(dirname "$0")/lib.sh"
valid=$data/swupdate/valid bad=$data/swupdate/invalid
at="--policy none --at 2030-01-01T00:00:00Z"
v="$assay verify $at --anchor $valid/root.crt"

for name in config json small padded; do
    expect 0 'ALLOW' $v "$valid/$name.swu"
    expect 0 'ALLOW' $v --format swupdate "$valid/$name.swu"
    expect 3 'signer.none-trusted' "$assay" verify $at "$valid/$name.swu"
    expect 12 'chain.incomplete' "$assay" verify $at --anchor "$data/property/root.crt" "$valid/$name.swu"
    expect 0 'consistent' "$assay" inspect --strict "$valid/$name.swu"
done
expect 0 '2 files' $v --members "$valid/config.swu"
for name in rsa pss; do
    expect 0 'ALLOW' "$assay" verify $at --key "$valid/rsa.pub" "$valid/$name.swu"
    expect 11 'signature.invalid' "$assay" verify $at --key "$data/property/rsa.pub" "$valid/$name.swu"
done
expect 10 'evidence.absent' $v "$valid/unsigned.swu"

expect 1 'coverage.unlisted-file' $v "$bad/unlisted.swu"
for name in duplicate second; do
    expect 1 'archive.duplicate-name' $v "$bad/$name.swu"
done
for name in nohash half; do
    expect 1 'coverage.uncovered-bytes' $v "$bad/$name.swu"
done
for name in junk short number other include; do
    expect 1 'archive.corrupt' $v "$bad/$name.swu"
done
expect 1 'archive.corrupt' $v --format swupdate "$bad/late.swu"
expect 13 'digest.mismatch' $v "$bad/swapped.swu"
expect 3 'manifest.file-missing' $v "$bad/missing.swu"
expect 1 'archive.unsafe-path' $v "$bad/path.swu"
expect 1 'archive.hidden-bytes' $v "$bad/tail.swu"
expect 1 'archive.hidden-bytes' $v "$bad/longer.swu"
expect 1 'archive.special-member' $v "$bad/link.swu"
expect 1 'coverage.unlisted-file' $v "$bad/apart.swu"
finish
