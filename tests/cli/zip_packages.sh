#!/bin/sh
# Packages kept in zip archives: JARs, wheels, Android packages; and what npm says of its own.
. "$(dirname "$0")/lib.sh"
at="--policy none --at 2030-01-01T00:00:00Z"

# JARs: every file is said, or the archive is not
jar=$data/jar
v="$assay verify $at --anchor $jar/root.crt"
for name in signed parts twice; do
    expect 0 'ALLOW' $v "$jar/valid/$name.jar"
    expect 0 'consistent' "$assay" inspect --strict "$jar/valid/$name.jar"
    expect 3 'signer.none-trusted' "$assay" verify $at "$jar/valid/$name.jar"
    expect 12 'chain.incomplete' "$assay" verify $at --anchor "$data/pki/root.crt" "$jar/valid/$name.jar"
done
expect 0 'ALLOW' $v --set threshold=2 "$jar/valid/twice.jar"
expect 12 'signer.threshold' $v --set threshold=2 "$jar/valid/signed.jar"
for name in added added_empty added_service added_below section; do
    expect 0 'coverage.unlisted-file|digest.mismatch' sh -c "$v '$jar/invalid/$name.jar'; [ \$? -ne 0 ]"
done
expect 3 'manifest.file-missing' $v "$jar/invalid/removed.jar"
expect 13 'digest.mismatch' $v "$jar/invalid/changed.jar"
expect 13 'digest.mismatch' $v "$jar/invalid/manifest.jar"
expect 13 'digest.mismatch' $v "$jar/invalid/main.jar"
expect 11 'signature.invalid' $v "$jar/invalid/block.jar"
expect 1 'without META-INF/MANIFEST.MF' $v "$jar/invalid/no_manifest.jar"
expect 1 'without its signature file' $v "$jar/invalid/no_file.jar"
expect 10 'evidence.absent' $v "$jar/invalid/no_block.jar"
expect 1 'two sections for one file' $v "$jar/invalid/twin.jar"

# a JAR in a JAR: the report shows who signed which, and that an inner one is not signed, or by somebody else
printf 'keyUsage = critical,digitalSignature\nextendedKeyUsage = codeSigning\n' >"$tmp/ext"
if command -v jarsigner >/dev/null && command -v python3 >/dev/null; then
    openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/ca.key"
    openssl req -x509 -new -key "$tmp/ca.key" -subj "/CN=Outer Root" -days 36500 -out "$tmp/ca.crt"
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/outer.key" -subj "/CN=outer" -out "$tmp/outer.csr" \
        2>/dev/null
    openssl x509 -req -in "$tmp/outer.csr" -CA "$tmp/ca.crt" -CAkey "$tmp/ca.key" -CAcreateserial -days 36500 -extfile "$tmp/ext" \
        -out "$tmp/outer.crt" 2>/dev/null
    openssl pkcs12 -export -in "$tmp/outer.crt" -inkey "$tmp/outer.key" -certfile "$tmp/ca.crt" -name outer -passout pass:secret \
        -out "$tmp/outer.p12"
    python3 - "$tmp" "$jar/valid/signed.jar" <<'EOF'
import sys, zipfile
tmp, inner = sys.argv[1:]
with zipfile.ZipFile(tmp + '/unsigned.jar', 'w') as z:
    z.writestr('META-INF/MANIFEST.MF', 'Manifest-Version: 1.0\r\n\r\n')
    z.writestr('a.class', 'a')
for name, files in (('outer', [inner]), ('mixed', [tmp + '/unsigned.jar', inner])):
    with zipfile.ZipFile(f'{tmp}/{name}.jar', 'w') as z:
        for file in files:
            z.write(file, 'lib/' + file.rsplit('/', 1)[1])
EOF
    for name in outer mixed; do
        jarsigner -keystore "$tmp/outer.p12" -storepass secret "$tmp/$name.jar" outer >/dev/null
    done
    w="$v --anchor $tmp/ca.crt --set recurse=true"
    expect 0 'lib/signed.jar in outer.jar: jar, signed by "first"' $w "$tmp/outer.jar"
    expect 0 'inner.other-signer' $w "$tmp/outer.jar"
    expect 12 'inner.other-signer' $w --set inner=require "$tmp/outer.jar"
    expect 0 'lib/unsigned.jar in mixed.jar: jar, not signed itself' $w "$tmp/mixed.jar"
    expect 1 'inner.unsigned' $w --set inner=require "$tmp/mixed.jar"
    expect 0 'signed by nobody who is trusted' $assay verify $at --anchor "$tmp/ca.crt" --set recurse=true "$tmp/outer.jar"
fi

# the report lists what no signature covers, and what it holds
expect 1 '5 bytes at 2662 \(more.class\)' $v "$jar/invalid/added.jar"
expect 0 'framing 50 bytes at 0' $v "$jar/valid/signed.jar"

# Android
apk=$data/android
v="$assay verify $at --key $apk/vendor.crt"
for name in v2 v3 v2v3 v1v2v3 two verity verity_only ranges rotated v31; do
    expect 0 'ALLOW' $v "$apk/valid/$name.apk"
    expect 0 'consistent' "$assay" inspect --strict "$apk/valid/$name.apk"
done
for name in v2 v3 v2v3 v1v2v3 verity rotated v31; do
    expect 12 'signer.unknown' "$assay" verify $at --key "$apk/other.crt" "$apk/valid/$name.apk"
done
expect 10 'evidence.absent' $v --min-sdk 23 "$apk/valid/v2.apk"
expect 10 'no signature of v1' $v "$apk/invalid/needs_v1.apk"
expect 0 'ALLOW' $v --min-sdk 24 "$apk/invalid/needs_v1.apk"
expect 10 'evidence.absent' $v "$apk/invalid/unsigned.apk"
expect 1 'there is one of v3' $v "$apk/invalid/stripped.apk"
expect 1 'not its certificate' $v "$apk/invalid/key.apk"
expect 1 'there twice' $v "$apk/invalid/twice.apk"
expect 11 'signature.invalid' $v "$apk/invalid/certificate.apk"
expect 13 'digest.mismatch' $v "$apk/invalid/content.apk"
expect 10 'evidence.absent' $v "$apk/invalid/prefix.apk"
for name in root length short; do
    expect 13 'digest.mismatch' $v "$apk/invalid/verity_$name.apk"
done

# and its signers speak for it together, on every version of the platform
expect 1 'by different signers' $v "$apk/invalid/v1_other.apk"
expect 1 'that v3 starts from' $v "$apk/invalid/v2_other.apk"
expect 1 'that v3 starts from' $v "$apk/invalid/lineage_other.apk"
expect 1 'follow on one only' $v "$apk/invalid/v2_two.apk"
expect 1 'proof of rotation' $v "$apk/invalid/v31_other.apk"
expect 1 'takes the other' $v "$apk/invalid/v31_late.apk"
expect 11 'signature.invalid' $v "$apk/invalid/lineage_forged.apk"
expect 1 'overlap, or have a gap' $v "$apk/invalid/gap.apk"
expect 1 'overlap, or have a gap' $v "$apk/invalid/overlap.apk"
expect 1 'after the oldest' $v "$apk/invalid/late.apk"
expect 0 'ALLOW' $v --min-sdk 29 "$apk/invalid/late.apk"
expect 1 'end before the newest' $v "$apk/invalid/early.apk"

# wheels
whl=$data/wheel
for name in agent sha512 signed; do
    expect 0 'consistent' "$assay" inspect --strict "$whl/valid/$name.whl"
    expect 10 'evidence.absent' "$assay" verify $at "$whl/valid/$name.whl"
done
expect 1 'coverage.unlisted-file' "$assay" inspect --strict "$whl/invalid/unlisted.whl"
expect 1 'coverage.unlisted-file' "$assay" inspect --strict "$whl/invalid/no_digest.whl"
expect 3 'manifest.file-missing' "$assay" inspect --strict "$whl/invalid/missing.whl"
expect 13 'digest.mismatch' "$assay" inspect --strict "$whl/invalid/changed.whl"
expect 13 'digest.size-mismatch' "$assay" inspect --strict "$whl/invalid/size.whl"
expect 1 'digest.weak' "$assay" inspect --strict "$whl/invalid/weak.whl"
for name in twice columns padded two_records; do
    expect 1 'RECORD, line' "$assay" inspect --strict "$whl/invalid/$name.whl"
done

# integrity that the caller vouches for
printf 'agent 1.0\n' >"$tmp/agent.tgz"
good=sha512-$(openssl dgst -sha512 -binary "$tmp/agent.tgz" | openssl base64 -A)
old=sha1-$(openssl dgst -sha1 -binary "$tmp/agent.tgz" | openssl base64 -A)
bad=sha512-$(printf x | openssl dgst -sha512 -binary | openssl base64 -A)
expect 0 'ALLOW' "$assay" verify $at --integrity "$good" "$tmp/agent.tgz"
expect 0 'ALLOW' "$assay" verify $at --integrity "$old $good" "$tmp/agent.tgz"
expect 13 'digest.mismatch' "$assay" verify $at --integrity "$old $bad" "$tmp/agent.tgz"
expect 1 'digest.weak' "$assay" verify $at --integrity "$old" "$tmp/agent.tgz"
expect 3 'evidence' "$assay" verify $at --integrity "" "$tmp/agent.tgz"
expect 3 'evidence' "$assay" verify $at --integrity "sha0-AAAA" "$tmp/agent.tgz"

# npm: the registry signs name, version and integrity
openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/key"
public=$(openssl pkey -in "$tmp/key" -pubout -outform DER | openssl base64 -A)
value=$(printf 'agent@1.0.0:%s' "$good" | openssl dgst -sha256 -sign "$tmp/key" | openssl base64 -A)
packument() { # published integrity
    printf '{"name":"agent","time":{"1.0.0":"%s"},"versions":{"1.0.0":{"name":"agent","version":"1.0.0","dist":{"integrity":"%s",
        "signatures":[{"keyid":"SHA256:k","sig":"%s"}]}}}}' "$1" "$2" "$value"
}
keys() { # expires keyid
    printf '{"keys":[{"keyid":"%s","keytype":"ecdsa-sha2-nistp256","scheme":"ecdsa-sha2-nistp256","expires":%s,"key":"%s"}]}' \
        "$2" "$1" "$public"
}
packument 2024-01-01T00:00:00.000Z "$good" >"$tmp/good.json"
packument 2024-01-01T00:00:00.000Z "$bad" >"$tmp/bad.json"
keys null SHA256:k >"$tmp/keys.json"
keys '"2025-01-01T00:00:00.000Z"' SHA256:k >"$tmp/later.json"
keys '"2023-01-01T00:00:00.000Z"' SHA256:k >"$tmp/expired.json"
keys null SHA256:o >"$tmp/other.json"
v="$assay verify $at --packument $tmp/good.json"
expect 0 'ALLOW' $v --npm-keys "$tmp/keys.json" --package-name agent --package-version 1.0.0 "$tmp/agent.tgz"
expect 0 'ALLOW' $v --npm-keys "$tmp/later.json" --package-name agent "$tmp/agent.tgz"
expect 12 'signer.expired' $v --npm-keys "$tmp/expired.json" --package-name agent "$tmp/agent.tgz"
expect 12 'signer.unknown' $v --npm-keys "$tmp/other.json" --package-name agent "$tmp/agent.tgz"
expect 3 'another package' $v --npm-keys "$tmp/keys.json" --package-name other "$tmp/agent.tgz"
expect 3 'version' $v --npm-keys "$tmp/keys.json" --package-version 2.0.0 "$tmp/agent.tgz"
expect 1 "signature.invalid" "$assay" verify $at --packument "$tmp/bad.json" --npm-keys "$tmp/keys.json" "$tmp/agent.tgz"
printf x >"$tmp/x.tgz"
expect 13 'digest.mismatch' $v --npm-keys "$tmp/keys.json" --package-name agent "$tmp/x.tgz"
finish
