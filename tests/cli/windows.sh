#!/bin/sh
# What Windows signs, over testdata/authenticode (see make.sh there).
. "$(dirname "$0")/lib.sh"
w=$data/authenticode
at="--policy none --at 2030-01-01T00:00:00Z"
v="$assay verify $at --anchor $w/root.crt"

for name in agent32.exe agent64.exe paged.exe pages-good.exe nested.exe agent.cab agent.msi plain.msi agent.ps1 wide.ps1 agent.msix small.msix; do
    expect 0 ^ALLOW $v "$w/$name"
    expect 0 consistent "$assay" inspect --strict "$w/$name"
    expect 3 signer.none-trusted "$assay" verify $at "$w/$name"
    expect 12 chain.incomplete "$assay" verify $at --anchor "$data/pki/root.crt" "$w/$name"
done
expect 10 evidence.absent $v "$w/unsigned.exe"
expect 0 ^ALLOW $v --catalog "$w/agent.cat" "$w/unsigned.exe"
expect 0 coverage.unsigned-names $v "$w/plain.msi"
expect 1 coverage.unsigned-names $v --set require_msi_ex=true "$w/plain.msi"
expect 13 digest.mismatch $v "$w/pages-headers.exe"
expect 13 'block of 512 bytes at 512' $v "$w/pages-section.exe"
expect 0 'digests of other pages' $v "$w/pages-other.exe"
expect 1 'lies in a section' $v "$w/overlaid.exe"

# App packages: the signature's digests, and the block map's
expect 10 evidence.absent $v "$w/unsigned.msix"
expect 13 'digest.mismatch|another digest' $v "$w/map-digest.msix"
expect 13 digest.size-mismatch $v "$w/map-size.msix"
expect 1 'local header another length' $v "$w/map-header.msix"
expect 1 coverage.unlisted-file $v "$w/map-lacks.msix"
expect 3 manifest.file-missing $v "$w/map-more.msix"
expect 1 archive.corrupt $v "$w/map-twice.msix"
expect 1 'end before it' $v "$w/map-few.msix"
expect 1 'document type' $v "$w/map-doctype.msix"
expect 0 signer.other-publisher $v "$w/other.msix"
expect 12 signer.other-publisher $v --set publisher=require "$w/other.msix"
expect 0 ^ALLOW $v --set publisher=require "$w/agent.msix"

# What lies inside: a signed container around a program that nobody signed, or somebody else
for kind in cab msi; do
    for name in signed unsigned second; do
        expect 0 ^ALLOW $v "$w/inner-$name.$kind"
    done
    expect 0 'agent.exe.*signed by "vendor"' $v --set recurse=true --set inner=require "$w/inner-signed.$kind"
    expect 0 inner.unsigned $v --set recurse=true "$w/inner-unsigned.$kind"
    expect 1 inner.unsigned $v --set recurse=true --set inner=require "$w/inner-unsigned.$kind"
    expect 0 inner.other-signer $v --set recurse=true "$w/inner-second.$kind"
    expect 12 inner.other-signer $v --set recurse=true --set inner=require "$w/inner-second.$kind"
    expect 20 limit.reached $v --set recurse=true --limit items=1 "$w/inner-signed.$kind"
done
expect 1 archive.unsafe-path $v --set recurse=true "$w/inner-slip.cab"
expect 0 ^ALLOW $v --set recurse=true "$w/inner-bomb.cab"
expect 20 limit.reached $v --set recurse=true --limit unpacked=20000 "$w/inner-bomb.cab"

finish
