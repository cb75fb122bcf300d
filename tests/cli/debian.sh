#!/bin/sh
# Debian: packages, repositories on disk and the chain that leads to a package, source packages, freshness.
. "$(dirname "$0")/lib.sh"
d=$data/deb
key=$d/vendor.gpg
at=2025-01-15T00:00:00Z
verify="$assay verify --policy none --at $at"
repo="--format apt-repo --suite stable --component main --arch amd64 --package-name agent"
hash=$(basename "$d"/by-hash/dists/stable/main/binary-amd64/by-hash/SHA256/*)
fresh() { rm -rf "$tmp/r" && cp -r "$d/$1" "$tmp/r"; }

# a repository: InRelease, else Release and its signature; by-hash; names that are not the repository's
expect 0 'ALLOW' $verify --key "$key" $repo "$d/repo"
expect 0 'ALLOW' $verify --key "$key" $repo "$d/by-hash"
expect 12 'signer.unknown' $verify --key "$d/other.gpg" $repo "$d/repo"
expect 3 'UNPROVEN' $verify $repo "$d/repo"
fresh repo
rm "$tmp/r/dists/stable/InRelease"
expect 0 'ALLOW' $verify --key "$key" $repo "$tmp/r"
rm "$tmp/r/dists/stable/Release.gpg"
expect 3 'release.absent' $verify --key "$key" $repo "$tmp/r"
fresh repo
rm "$tmp/r/dists/stable/main/binary-amd64/Packages"
expect 0 'ALLOW' $verify --key "$key" $repo "$tmp/r"
expect 3 'not in the index' $verify --key "$key" $repo --package-name other "$d/repo"
expect 3 'must be named' $verify --key "$key" --format apt-repo "$d/repo"
expect 3 'no name in a repository' $verify --key "$key" $repo --suite ../stable "$d/repo"
mv "$tmp/r/dists/stable" "$tmp/r/dists/testing"
expect 12 'release.suite' $verify --key "$key" $repo --suite testing "$tmp/r"
mv "$tmp/r/dists/testing" "$tmp/r/dists/anvil"
expect 0 'ALLOW' $verify --key "$key" $repo --suite anvil "$tmp/r"

# every file of the chain counts
change() { printf 'x' | dd of="$tmp/r/$1" bs=1 seek=120 conv=notrunc 2>/dev/null; }
fresh repo && change dists/stable/InRelease
expect 11 'signature.invalid' $verify --key "$key" $repo "$tmp/r"
fresh repo && change dists/stable/main/binary-amd64/Packages
expect 13 'digest.mismatch' $verify --key "$key" $repo "$tmp/r"
fresh repo && change pool/main/agent_1.0-1_amd64.deb
expect 13 'digest.mismatch' $verify --key "$key" $repo "$tmp/r"
fresh by-hash && change "dists/stable/main/binary-amd64/by-hash/SHA256/$hash"
expect 3 'input.unreadable' $verify --key "$key" $repo "$tmp/r"
fresh repo && rm "$tmp/r/pool/main/agent_1.0-1_amd64.deb"
expect 3 'input.unreadable' $verify --key "$key" $repo "$tmp/r"
fresh repo && printf 'Unsigned: yes\n' | cat - "$d/repo/dists/stable/InRelease" >"$tmp/r/dists/stable/InRelease"
expect 3 "text before" $verify --key "$key" $repo "$tmp/r"
fresh repo && cat "$d/repo/dists/stable/InRelease" "$d/repo/dists/stable/InRelease" >"$tmp/r/dists/stable/InRelease"
expect 3 'evidence.malformed' $verify --key "$key" $repo "$tmp/r"

# an index that names another file for the package, or two
fresh repo
sed 's/agent_1.0-1/agent_1.0-2/;s/^Version.*/Version: 1.0-2/' "$d/repo/dists/stable/main/binary-amd64/Packages" \
    >"$tmp/r/dists/stable/main/binary-amd64/Packages"
expect 13 'digest.mismatch' $verify --key "$key" $repo "$tmp/r"

# freshness: the release is of 2025-01-01
expect 12 'not-yet-valid' $verify --at 2024-12-31T00:00:00Z --key "$key" $repo "$d/repo"
expect 12 'release.not-yet' $verify --key "$key" "$d/late.InRelease"
expect 0 'ALLOW' $verify --at 2025-06-02T00:00:00Z --key "$key" "$d/late.InRelease"
expect 12 'release.expired' $verify --key "$key" "$d/short.InRelease"
expect 0 'ALLOW' $verify --at 2025-01-08T00:00:00Z --key "$key" "$d/short.InRelease"
expect 12 'release.expired' $verify --at 2025-01-08T00:00:01Z --key "$key" "$d/short.InRelease"
expect 0 'ALLOW' $verify --set min_valid_time=9999999 --key "$key" "$d/short.InRelease"
expect 3 'is no time' $verify --key "$key" "$d/dateless.InRelease"
expect 0 'ALLOW' $verify --set max_valid_time=1209600 --key "$key" $repo "$d/repo"
expect 12 'release.expired' $verify --set max_valid_time=1209599 --key "$key" $repo "$d/repo"
expect 12 'release.expired' $verify --set max_valid_time=60 --set min_valid_time=9999999 --key "$key" $repo "$d/repo"
expect 0 'ALLOW' $verify --set min_release_date=2025-01-01T00:00:00Z --key "$key" $repo "$d/repo"
expect 12 'release.rollback' $verify --set min_release_date=2025-01-01T00:00:01Z --key "$key" $repo "$d/repo"
expect 12 'signature.too-old' $verify --set max_age_days=13 --key "$key" $repo "$d/repo"

# the files by their names
chain="--release $d/repo/dists/stable/InRelease --index $d/repo/dists/stable/main/binary-amd64/Packages"
deb=$d/repo/pool/main/agent_1.0-1_amd64.deb
expect 0 'ALLOW' $verify --key "$key" $chain --index-path main/binary-amd64/Packages "$deb"
expect 3 'evidence.unbound' $verify --key "$key" $chain --index-path main/binary-arm64/Packages "$deb"
expect 3 'evidence.unbound' $verify --key "$key" $chain "$deb"
expect 12 'release.suite' $verify --suite other --key "$key" $chain --index-path main/binary-amd64/Packages "$deb"
expect 12 'package.other' $verify --package-name other --key "$key" $chain --index-path main/binary-amd64/Packages "$deb"
expect 12 'package.other' $verify --arch arm64 --key "$key" $chain --index-path main/binary-amd64/Packages "$deb"
cp "$deb" "$tmp/renamed.deb"
expect 0 'ALLOW' $verify --key "$key" $chain --index-path main/binary-amd64/Packages "$tmp/renamed.deb"
chain="--release $d/repo/dists/stable/InRelease --index $d/repo/dists/stable/main/binary-amd64/Packages.xz"
expect 0 'ALLOW' $verify --key "$key" $chain --index-path main/binary-amd64/Packages.xz "$deb"
expect 0 'ALLOW' $verify --key "$key" $chain --index-path "main/binary-amd64/by-hash/SHA256/$hash" "$deb"
expect 3 'evidence.unbound' $verify --key "$key" $chain --index-path "main/binary-arm64/by-hash/SHA256/$hash" "$deb"
expect 3 'evidence.unbound' $verify --key "$key" $chain --index-path "main/binary-amd64/by-hash/SHA512/$hash" "$deb"

# a mirror, or packages with their lists beside them, as a tree
expect 0 'ALLOW' $verify --key "$key" "$d/repo"
mkdir "$tmp/flat"
cp "$d/repo/dists/stable/InRelease" "$d/repo/dists/stable/main/binary-amd64/Packages" "$deb" "$tmp/flat"
chain="--release $tmp/flat/InRelease --index $tmp/flat/Packages --index-path main/binary-amd64/Packages"
expect 0 'ALLOW' $verify --key "$key" $chain "$tmp/flat"
expect 12 'release.expired' $verify --set max_valid_time=60 --key "$key" $chain "$tmp/flat"
cp "$deb" "$tmp/flat/other_1_amd64.deb"
expect 1 'coverage.unlisted-file' $verify --key "$key" $chain "$tmp/flat"

# packages that carry their signature
expect 0 'ALLOW' $verify --key "$key" "$d/valid/signed.deb"
expect 12 'signer.unknown' $verify --key "$d/other.gpg" "$d/valid/signed.deb"
expect 1 'coverage.uncovered-bytes' $verify --key "$key" "$d/invalid/signed_extra.deb"
expect 1 'coverage.uncovered-bytes' $verify --key "$key" "$d/invalid/signed_other.deb"
expect 1 'archive.corrupt' $verify --key "$key" "$d/invalid/signed_shifted.deb"
expect 10 'evidence.absent' $verify --key "$key" "$d/valid/gzip.deb"

# source packages: the files that they list are ruled about with them
expect 0 'ALLOW' $verify --key "$key" "$d/source/agent_1.0-1.dsc"
cp "$d/source/agent_1.0-1.dsc" "$tmp"
expect 3 'manifest.file-missing' $verify --key "$key" "$tmp/agent_1.0-1.dsc"
printf 'agent sourcE\n' >"$tmp/agent_1.0.orig.tar.gz"
expect 13 'digest.mismatch' $verify --key "$key" "$tmp/agent_1.0-1.dsc"

# inspection
for file in "$d"/valid/*.deb; do
    expect 0 'consistent' "$assay" inspect --strict "$file"
done
for file in md5sums_unlisted md5sums_absent data_again; do
    expect 1 'archive' "$assay" inspect --strict "$d/invalid/$file.deb"
done
expect 13 'digest.mismatch' "$assay" inspect --strict "$d/invalid/md5sums_differs.deb"

# md5sums lists hard links like the files that they are
mkdir -p "$tmp/hard/DEBIAN" "$tmp/hard/usr"
printf '%s\n' 'Package: hard' 'Version: 1' 'Architecture: all' 'Maintainer: V <v@vendor.example>' 'Description: x' \
    >"$tmp/hard/DEBIAN/control"
echo one >"$tmp/hard/usr/a"
ln "$tmp/hard/usr/a" "$tmp/hard/usr/b"
(cd "$tmp/hard" && md5sum usr/a usr/b >DEBIAN/md5sums)
dpkg-deb --root-owner-group -b "$tmp/hard" "$tmp/hard.deb" >/dev/null
expect 0 'consistent' "$assay" inspect --strict "$tmp/hard.deb"
(cd "$tmp/hard" && { md5sum usr/a; echo two | md5sum | sed 's,-,usr/b,'; } >DEBIAN/md5sums)
dpkg-deb --root-owner-group -b "$tmp/hard" "$tmp/hard.deb" >/dev/null
expect 13 'usr/b|usr/a' "$assay" inspect --strict "$tmp/hard.deb"
finish
