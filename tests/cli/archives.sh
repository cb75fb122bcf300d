#!/bin/sh
# Archives: judged by their members without unpacking, and inspected for what makes them unsafe.
. "$(dirname "$0")/lib.sh"
mkdir "$tmp/t"
echo a >"$tmp/t/a"
echo b >"$tmp/t/b"
(cd "$tmp/t" && sha256sum a b >../SUMS)
tar -C "$tmp/t" -cf "$tmp/m.tar" a b
tar -C "$tmp/t" -czf "$tmp/m.tar.gz" a b
(cd "$tmp/t" && zip -q ../m.zip a b)
v="$assay verify --policy none --members --at 2026-12-01T00:00:00Z"

for archive in m.tar m.tar.gz m.zip; do
    expect 0 '2 of 2 files' $v --pin-manifest "$tmp/SUMS" "$tmp/$archive"
    expect 3 'UNPROVEN' $v --manifest "$tmp/SUMS" "$tmp/$archive"
    expect 0 'consistent' "$assay" inspect --strict "$tmp/$archive"
done

# a member more than the list names, a member that differs, a member that is missing
echo c >"$tmp/t/c"
(cd "$tmp/t" && zip -q ../more.zip a b c)
expect 1 'coverage.unlisted-file' $v --pin-manifest "$tmp/SUMS" "$tmp/more.zip"
echo x >"$tmp/t/b"
tar -C "$tmp/t" -cf "$tmp/other.tar" a b
expect 13 'digest.mismatch' $v --pin-manifest "$tmp/SUMS" "$tmp/other.tar"
tar -C "$tmp/t" -cf "$tmp/less.tar" a
expect 3 'manifest.file-missing' $v --pin-manifest "$tmp/SUMS" "$tmp/less.tar"

# a link is a file to whoever unpacks it: its name must be listed too, and it says nothing of the file behind it
for kind in symbolic hard; do
    rm -rf "$tmp/l"
    mkdir -p "$tmp/l/d"
    echo a >"$tmp/l/a"
    echo b >"$tmp/l/b"
    if [ $kind = hard ]; then ln "$tmp/l/a" "$tmp/l/d/l"; else ln -s ../a "$tmp/l/d/l"; fi
    (cd "$tmp/l" && sha256sum a b >../FEW && sha256sum a b d/l >../ALL && sha256sum b d/l >../LINK && md5sum a b d/l >../WEAK)
    tar -C "$tmp/l" -cf "$tmp/l.tar" a b d
    tar -C "$tmp/l" -czf "$tmp/l.tar.gz" a b d
    (cd "$tmp/l" && rm -f ../l.zip && zip -qry ../l.zip a b d)
    for archive in l.tar l.tar.gz l.zip; do
        expect 1 'coverage.unlisted-file' $v --pin-manifest "$tmp/FEW" "$tmp/$archive"
        expect 1 'coverage.unlisted-file' $v --pin-manifest "$tmp/LINK" "$tmp/$archive"
        expect 1 'digest.weak' $v --pin-manifest "$tmp/WEAK" "$tmp/$archive"
        expect 0 '3 of 3 files hashed' $v --pin-manifest "$tmp/ALL" "$tmp/$archive"
    done
    if [ $kind = hard ]; then ln -f "$tmp/l/b" "$tmp/l/d/l"; else ln -sf ../b "$tmp/l/d/l"; fi
    tar -C "$tmp/l" -cf "$tmp/l.tar" a b d
    expect 13 'd/l .*sha256' $v --pin-manifest "$tmp/ALL" "$tmp/l.tar"
done
: >"$tmp/l/b"
(cd "$tmp/l" && sha256sum a b >../EMPTY)
ln -sf elsewhere "$tmp/l/b"
tar -C "$tmp/l" -cf "$tmp/l.tar" a b
expect 3 'UNPROVEN' $v --pin-manifest "$tmp/EMPTY" "$tmp/l.tar"
ln -sf b "$tmp/l/b"
tar -C "$tmp/l" -cf "$tmp/l.tar" a b
expect 3 'UNPROVEN' $v --pin-manifest "$tmp/EMPTY" "$tmp/l.tar"

# a name that begins with two dots is a name
mkdir -p "$tmp/dots/d/..x"
echo good >"$tmp/dots/f"
echo other >"$tmp/dots/d/..x/f"
(cd "$tmp/dots" && sha256sum f d/..x/f >../DOTS && sha256sum f | sed 's,f$,d/l,' >>../DOTS && ln -s ..x/f d/l)
tar -C "$tmp/dots" -cf "$tmp/dots.tar" f d
expect 13 'd/l .*sha256' $v --pin-manifest "$tmp/DOTS" "$tmp/dots.tar"

# links are files that are unpacked: one that no list names is refused, one that is named has its target's bytes
(cd "$tmp" && sha256sum t/a | sed 's, t/, ,' >linked.sums && ln -s a t/soft && ln t/a t/hard &&
    tar -C t -cf soft.tar a soft && tar -C t -cf hard.tar a hard)
expect 1 'coverage.unlisted-file' $v --set complete=true --pin-manifest "$tmp/linked.sums" "$tmp/soft.tar"
expect 1 'coverage.unlisted-file' $v --set complete=true --pin-manifest "$tmp/linked.sums" "$tmp/hard.tar"
(cd "$tmp/t" && sha256sum a soft hard >../linked.sums)
tar -C "$tmp/t" -cf "$tmp/linked.tar" a soft hard
expect 0 ALLOW $v --set complete=true --pin-manifest "$tmp/linked.sums" "$tmp/linked.tar"
rm "$tmp/t/soft" "$tmp/t/hard"

# archives that contradict themselves stay refused whatever the list says of their members
cat "$tmp/m.tar" "$tmp/m.zip" >"$tmp/poly.tar"
expect 1 'archive.' $v --pin-manifest "$tmp/SUMS" "$tmp/poly.tar"
expect 1 'archive.' "$assay" inspect --strict "$tmp/poly.tar"
tar -C "$tmp/t" -P -cf "$tmp/up.tar" ../t/a
expect 1 'archive.unsafe-path' "$assay" inspect --strict "$tmp/up.tar"
expect 0 'archive.unsafe-path' "$assay" inspect "$tmp/up.tar"

# a denied archive stays denied when it is judged by its members
cat >"$tmp/deny.yaml" <<YAML
assay-policy: 1
name: deny
require:
  coverage: all
deny:
  - sha256: $(sha256sum <"$tmp/m.tar" | cut -d' ' -f1)
    reason: withdrawn
YAML
expect 17 'policy.denied' "$assay" verify --policy "$tmp/deny.yaml" --members --pin-manifest "$tmp/SUMS" "$tmp/m.tar"

# what is no archive cannot be judged so, and what is not understood is not called consistent
expect 3 'no archive' $v --pin-manifest "$tmp/SUMS" "$tmp/t/a"
expect 3 'evidence.unsupported' "$assay" inspect --strict "$tmp/t/a"
echo '{}' >"$tmp/oci-layout"
tar -C "$tmp" -cf "$tmp/layout.tar" oci-layout
expect 3 'OCI' "$assay" inspect --strict "$tmp/layout.tar"
finish
