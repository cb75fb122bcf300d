#!/bin/sh
# Packages and indices of Alpine and Arch, over testdata/apk and testdata/arch (see make.sh there).
. "$(dirname "$0")/lib.sh"

# ---- Alpine ----
apk() {
    status=$1 words=$2 key=$3
    shift 3
    expect "$status" "$words" "$assay" verify --policy none --key "$data/apk/$key" "$@"
}
A=$data/apk
for name in good sha512 two renamed-key v3 v3-deflate v3-zstd v3-stored v3-two; do
    apk 0 ^ALLOW vendor.rsa.pub "$A/$name.apk"
    apk 12 signer.unknown ec.pub "$A/$name.apk"
    expect 3 signer.none-trusted "$assay" verify --policy none "$A/$name.apk"
done
apk 0 ^ALLOW ec.pub "$A/v3-ec.apk"
apk 12 signer.unknown vendor.rsa.pub "$A/v3-ec.apk"
apk 12 signature.weak-digest vendor.rsa.pub "$A/sha1.apk"
apk 0 ^ALLOW vendor.rsa.pub --set min_digest=sha1 "$A/sha1.apk"
apk 3 signature.unsupported-algorithm.*DSA vendor.rsa.pub "$A/dsa.apk"
apk 10 evidence.absent vendor.rsa.pub "$A/unsigned.apk"
apk 10 evidence.absent vendor.rsa.pub "$A/v3-unsigned.apk"
apk 1 coverage.uncovered-bytes vendor.rsa.pub "$A/no-datahash.apk"
apk 13 digest.mismatch vendor.rsa.pub "$A/trailing.apk"
apk 13 digest.mismatch vendor.rsa.pub "$A/second-data.apk"
apk 1 'no data segment' vendor.rsa.pub "$A/no-data.apk"
apk 1 'names no key file' vendor.rsa.pub "$A/path-in-key.apk"
apk 1 'among the signatures is none' vendor.rsa.pub "$A/stray-in-signatures.apk"
apk 1 'signatures end the archive' vendor.rsa.pub "$A/signatures-end-archive.apk"
apk 1 'there twice' vendor.rsa.pub "$A/datahash-twice.apk"
apk 1 'there twice' vendor.rsa.pub "$A/info-twice.apk"
apk 1 'does not belong into the control segment' vendor.rsa.pub "$A/data-in-control.apk"

apk 1 coverage.uncovered-bytes vendor.rsa.pub "$A/v3-sha1.apk"
apk 0 ^ALLOW vendor.rsa.pub --set min_digest=sha1 "$A/v3-sha1.apk"
apk 11 signature.invalid vendor.rsa.pub "$A/v3-other-schema.apk"
apk 3 'schema "indx"' vendor.rsa.pub "$A/v3-index.apk"
apk 3 signature.unsupported-algorithm vendor.rsa.pub "$A/v3-version.apk"
apk 3 signature.unsupported-algorithm vendor.rsa.pub "$A/v3-digest.apk"
apk 1 'without a signature' vendor.rsa.pub "$A/v3-short-signature.apk"
for name in missing-data no-padding; do
    apk 1 'the file ends early' vendor.rsa.pub "$A/v3-$name.apk"
done
for name in data-order data-twice data-number two-adb; do
    apk 1 'data of (the next file|another file)' vendor.rsa.pub "$A/v3-$name.apk"
done
for name in trailing signature-late; do
    apk 1 'more behind the data' vendor.rsa.pub "$A/v3-$name.apk"
done
apk 1 'is not zero' vendor.rsa.pub "$A/v3-padding.apk"
apk 1 'more behind the compressed data' vendor.rsa.pub "$A/v3-deflate-trailing.apk"

# An index says the control segment, and that the data.
apk 0 ^ALLOW vendor.rsa.pub --index "$A/APKINDEX.tar.gz" "$A/unsigned.apk"
apk 0 ^ALLOW vendor.rsa.pub --index "$A/APKINDEX.tar.gz" --package-name agent "$A/unsigned.apk"
apk 12 'package.other' vendor.rsa.pub --index "$A/APKINDEX.tar.gz" --package-name other "$A/unsigned.apk"
apk 0 ^ALLOW vendor.rsa.pub --index "$A/APKINDEX-good.tar.gz" "$A/good.apk"
apk 3 . vendor.rsa.pub --index "$A/APKINDEX-sha1.tar.gz" "$A/unsigned.apk"
apk 0 ^ALLOW vendor.rsa.pub --set min_digest=sha1 --index "$A/APKINDEX-sha1.tar.gz" "$A/unsigned.apk"
apk 3 'is not in this list' vendor.rsa.pub --index "$A/APKINDEX-other.tar.gz" "$A/good.apk"
apk 13 digest.mismatch vendor.rsa.pub --index "$A/APKINDEX-wrong.tar.gz" "$A/unsigned.apk"
apk 13 size-mismatch vendor.rsa.pub --index "$A/APKINDEX-size.tar.gz" "$A/unsigned.apk"
apk 12 signer.unknown vendor.rsa.pub --index "$A/APKINDEX-unknown-key.tar.gz" "$A/unsigned.apk"
apk 3 index.unsigned vendor.rsa.pub --index "$A/APKINDEX-unsigned.tar.gz" "$A/unsigned.apk"
apk 0 ^ALLOW vendor.rsa.pub --pin-manifest "$A/APKINDEX-unsigned.tar.gz" "$A/unsigned.apk"
apk 3 'bytes behind the index' vendor.rsa.pub --index "$A/APKINDEX-trailing.tar.gz" "$A/unsigned.apk"
apk 3 'no checksum' vendor.rsa.pub --index "$A/APKINDEX-no-checksum.tar.gz" "$A/unsigned.apk"
apk 3 'there twice' vendor.rsa.pub --index "$A/APKINDEX-field-twice.tar.gz" "$A/unsigned.apk"
apk 0 ^ALLOW vendor.rsa.pub "$A/APKINDEX.tar.gz"

# ---- Arch ----
R=$data/arch
P=$R/agent-2.1-1-x86_64.pkg.tar.zst
arch() {
    status=$1 words=$2 db=$3
    shift 3
    if [ -e "$R/$db.db.sig" ]; then
        set -- --index-signature "$R/$db.db.sig" "$@"
    fi
    expect "$status" "$words" "$assay" verify --policy none --key "$R/packager.gpg" --index "$R/$db.db" "$@"
}
expect 0 ^ALLOW "$assay" verify --policy none --key "$R/packager.gpg" "$P"
expect 12 . "$assay" verify --policy none --key "$R/other.gpg" "$P"
for db in core digest-only zstd; do
    arch 0 ^ALLOW $db "$P"
    arch 0 ^ALLOW $db --package-name agent "$P"
done
cp "$P" "$tmp/renamed"
arch 0 ^ALLOW core --package-name agent "$tmp/renamed"
arch 3 'is not in this list' core "$tmp/renamed"
arch 13 . core --package-name extra "$P"
arch 3 'is not in this list' core --package-name absent "$P"
arch 3 'is not in this list' without "$P"
arch 13 size-mismatch size "$P"
arch 3 'says something twice' twice "$P"
arch 3 'behind the compressed data' trailing "$P"
arch 3 index.unsigned signature-only "$P"
arch 0 ^ALLOW signature-only --set db_signature=optional "$P"
arch 0 ^ALLOW signature-only --set db_signature=optional --package-name agent "$tmp/renamed"
arch 3 index.unsigned by-other "$P"
arch 11 signature.invalid signature-wrong "$P"
arch 11 signature.invalid core "$P" --index-signature "$R/size.db.sig"
arch 1 digest.weak md5 "$P"
sed 's/.$/x/' "$P" >"$tmp/agent-2.1-1-x86_64.pkg.tar.zst"
arch 1 digest.mismatch core "$tmp/agent-2.1-1-x86_64.pkg.tar.zst"

# The list inside a package agrees with it.
expect 0 consistent "$assay" inspect --strict "$P"
expect 13 'mismatch' "$assay" inspect --strict "$R/changed.pkg.tar.zst"
expect 1 'usr/bin/more.* has no digest' "$assay" inspect --strict "$R/extra.pkg.tar.zst"
expect 3 'no file of the package' "$assay" inspect --strict "$R/missing.pkg.tar.zst"
expect 1 'no .MTREE' "$assay" inspect --strict "$R/no-mtree.pkg.tar.zst"
expect 1 'bytes behind the gzip member' "$assay" inspect --strict "$R/mtree-trailing.pkg.tar.zst"
finish
