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
mkdir "$tmp/META-INF"
echo x >"$tmp/META-INF/MANIFEST.MF"
(cd "$tmp" && zip -q app.jar META-INF/MANIFEST.MF)
expect 3 'JAR' "$assay" inspect --strict "$tmp/app.jar"
finish
