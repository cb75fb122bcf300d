#!/bin/sh
# What an attacker who does not hold the trusted keys would try, and what a policy's author must not be misled by.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 1

for tool in minisign openssl; do
    command -v $tool >/dev/null || { echo "$tool is not here: nothing is checked"; exit 1; }
done
minisign -G -f -W -p k.pub -s k.key >/dev/null
minisign -G -f -W -p other.pub -s other.key >/dev/null

# sign KEY FILE
sign() {
    minisign -S -s "$1" -m "$2" >/dev/null
}

# policy NAME: the policy of this test, from standard input
policy() {
    { printf 'assay-policy: 1\nname: test\n'; cat; } >"$1"
}

# refuse COMMAND...: whatever the reason
refuse() {
    out=$("$@" 2>&1 </dev/null) && code=0 || code=$?
    ran=$((ran + 1))
    if [ "$code" = 0 ] || [ "$code" = 2 ] || ! printf '%s\n' "$out" | grep -qE '^(REFUSED|UNPROVEN|REFUTED)'; then
        wrong=$((wrong + 1))
        printf 'WRONG: %s\n  exit %s, expected a refusal\n%s\n' "$*" "$code" "$out"
    fi
}

# ---- a certificate whose common name is the name of a key in the policy is not that key ----
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj "/CN=Any CA" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj "/CN=release" 2>/dev/null
printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n' >ext
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 29 -extfile ext -out leaf.pem 2>/dev/null
echo payload >app
openssl cms -sign -binary -in app -signer leaf.pem -inkey leaf.key -outform DER -out app.p7s -md sha256
policy p.yaml <<'END'
trust:
  keys:
    - {name: release, file: k.pub}
  anchors:
    - {name: anybody, file: ca.pem}
require:
  signers:
    - of: [release]
END
expect 12 'signer.threshold' "$assay" verify --policy p.yaml app
sed 's/of: .release./of: [anybody]/' p.yaml >p2.yaml
expect 0 ALLOW "$assay" verify --policy p2.yaml app
sign k.key app
expect 0 ALLOW "$assay" verify --policy p.yaml app

# a list that the caller pins is nobody's signature, whatever it is called
echo payload >pinned
sha256sum pinned >release
expect 12 'signer.threshold' "$assay" verify --policy p.yaml --pin-manifest release pinned

# ---- the deny list is about SHA-256, whatever digest the evidence wants ----
mkdir deny
echo bad >deny/tool
(cd deny && sha512sum tool >SHA512SUMS)
sign k.key deny/SHA512SUMS
policy deny.yaml <<END
trust:
  keys:
    - {name: release, file: k.pub}
require:
  signers:
    - of: [release]
deny:
  - {sha256: "$(sha256sum <deny/tool | cut -d' ' -f1)", reason: recalled}
END
expect 17 'recalled' "$assay" verify --policy deny.yaml deny
expect 17 'recalled' "$assay" verify --policy deny.yaml deny/tool
rm deny/SHA512SUMS*
sign k.key deny/tool
expect 17 'recalled' "$assay" verify --policy deny.yaml deny/tool

# ---- a waiver makes no evidence where there is none ----
mkdir tree
echo good >tree/good
echo evil >tree/evil
sign k.key tree/good
echo '{}' >tree/evil.sigstore.json
policy waive.yaml <<'END'
trust:
  keys:
    - {name: release, file: k.pub}
require:
  signers:
    - of: [release]
waivers:
  - {finding: evidence.unsupported, subject: "*", owner: me, reason: not read yet, expires: 2099-01-01}
END
expect 1 'coverage.unlisted-file' "$assay" verify --policy waive.yaml tree
rm tree/evil tree/evil.sigstore.json
expect 0 ALLOW "$assay" verify --policy waive.yaml tree

# a waived weakness waives nothing else
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null
openssl pkey -in rsa.key -pubout -out rsa.pub
echo payload >weak
openssl dgst -sha256 -sign rsa.key -out weak.sig weak
policy weak.yaml <<'END'
trust:
  keys:
    - {name: release, file: rsa.pub}
settings: {min_rsa: 3072}
require:
  signers:
    - of: [release]
waivers:
  - {finding: signer.weak-key, subject: "*", owner: me, reason: until they move, expires: 2099-01-01}
END
expect 0 'ALLOW' "$assay" verify --policy weak.yaml weak
expect 0 'waived by me' "$assay" verify --policy weak.yaml weak
md5sum weak >md5.sums
sed 's/signer.weak-key/digest.weak/' weak.yaml >md5.yaml
expect 0 'waived by me' "$assay" verify --policy md5.yaml --set min_rsa=2048 --pin-manifest md5.sums \
    --signature weak.sig weak
rm md5.sums
refuse "$assay" verify --policy weak.yaml --set min_rsa=3072 --set require_comment=x weak
sed 's/^require:/&\n  timestamp: true/' weak.yaml >stamp.yaml
expect 3 'timestamp.missing' "$assay" verify --policy stamp.yaml weak

# ---- what a chain lacks in strictness can be waived, one kind and nothing else ----
openssl req -newkey rsa:2048 -nodes -keyout short.key -subj /CN=Short -out short.csr 2>/dev/null
printf 'keyUsage=digitalSignature\nextendedKeyUsage=codeSigning\n' >short.ext
openssl x509 -req -in short.csr -CA ca.pem -CAkey ca.key -days 99 -extfile short.ext -out short.pem 2>/dev/null
cms() { openssl cms -sign -binary -in "$1" -signer "$2.pem" -inkey "$2.key" -outform DER -out "$1.p7s" -md sha256; }
echo update >chained
cms chained leaf
policy missing.yaml <<'END'
trust:
  anchors:
    - {name: root, file: ca.pem}
settings: {revocation: require}
require:
  signers:
    - of: [root]
waivers:
  - {finding: revocation.missing, subject: "*", owner: me, reason: no list is published yet, expires: 2099-01-01}
END
sed '/waivers/,$d' missing.yaml >strict.yaml
expect 3 'revocation.missing' "$assay" verify --policy strict.yaml chained
expect 0 'revocation.missing' "$assay" verify --policy missing.yaml chained
expect 0 'waived by me' "$assay" verify --policy missing.yaml chained
sed 's/2099/2020/' missing.yaml >late.yaml
expect 3 'policy.waiver-expired' "$assay" verify --policy late.yaml chained
expect 12 'signer.identity' "$assay" verify --policy missing.yaml --identity Boss chained
expect 12 'signer.purpose' "$assay" verify --policy missing.yaml --purpose smime chained
cms chained short
expect 0 'waived by me' "$assay" verify --policy missing.yaml chained
refuse "$assay" verify --policy missing.yaml --set min_rsa=3072 chained
sed 's/revocation.missing/signer.weak-key/; s/revocation: require/min_rsa: 3072/' missing.yaml >short.yaml
expect 12 'key of CN=Any CA' "$assay" verify --policy short.yaml chained
openssl req -x509 -newkey rsa:3072 -nodes -keyout long.key -out long.pem -days 30 -subj "/CN=Long CA" 2>/dev/null
openssl x509 -req -in short.csr -CA long.pem -CAkey long.key -days 29 -extfile short.ext -out short.pem 2>/dev/null
cms chained short
sed -i 's/ca.pem/long.pem/' short.yaml
expect 0 'waived by me' "$assay" verify --policy short.yaml chained
refuse "$assay" verify --policy short.yaml --set revocation=require chained
openssl dgst -sha256 -sign short.key -out chained.sig chained
echo other >other
cp chained.p7s other.p7s
refuse "$assay" verify --policy short.yaml other
rm chained.p7s chained.sig

# ---- a list is a subject like any other ----
mkdir list
echo one >list/one
(cd list && sha256sum one >SHA256SUMS)
sign k.key list/SHA256SUMS
expect 0 ALLOW "$assay" verify --policy none --key k.pub list/SHA256SUMS

# ---- what has the name of evidence and is about nothing is a file like any other ----
printf '#!/bin/sh\n# %80s\n' x >list/run.sig
expect 1 'coverage.unlisted-file' "$assay" verify --policy none --key k.pub list

# ---- a message around its own content is no evidence about anything else, but a file ----
mkdir carried
echo good >carried/good
sign k.key carried/good
openssl cms -sign -binary -nodetach -in app -signer leaf.pem -inkey leaf.key -outform DER -out carried/setup.p7m -md sha256
expect 1 'coverage.unlisted-file' "$assay" verify --policy none --key k.pub carried
expect 0 ALLOW "$assay" verify --policy none --key k.pub --anchor ca.pem carried

# ---- a signature without its signed attributes verifies over a file made of them ----
cms=$data/cms
expect 3 'is a set of attributes' "$assay" verify --policy none --anchor "$cms/root.crt" \
    --signature "$cms/stripped.p7s" "$cms/attributes.bin"
expect 0 ALLOW "$assay" verify --policy none --anchor "$cms/root.crt" --signature "$cms/noattr.p7s" "$cms/data.bin"
digest=$(sha256sum <"$cms/data.bin" | cut -d' ' -f1)
expect 3 'not its digest' "$assay" verify --policy none --anchor "$cms/root.crt" \
    --signature "$cms/noattr.p7s" "sha256:$digest"

# ---- a key has no common name ----
expect 12 'signer.identity' "$assay" verify --policy none --key k.pub --set require_cn=Boss carried/good

# ---- lists that list themselves, or each other, say nothing ----
mkdir self
echo x >self/x
(cd self && sha256sum x >SHA256SUMS && sha512sum x SHA256SUMS >SHA512SUMS && sha256sum x SHA512SUMS >b2.sums)
refuse "$assay" verify --policy none --key k.pub self
sign other.key self/SHA256SUMS
refuse "$assay" verify --policy none --key k.pub self
sign k.key self/b2.sums # b2.sums -> SHA512SUMS -> SHA256SUMS: each said by k
expect 0 ALLOW "$assay" verify --policy none --key k.pub self

# a list that is pinned is not the second of two signers
expect 12 'signer.threshold' "$assay" verify --policy none --key k.pub --pin-manifest self/SHA256SUMS --set threshold=2 \
    self/x

# ---- signatures over other bytes, keys given twice ----
mkdir moved
echo a >moved/a
echo b >moved/b
sign k.key moved/a
mv moved/a.minisig moved/b.minisig
refuse "$assay" verify --policy none --key k.pub moved/b
cp k.pub again.pub
sign k.key moved/a
expect 12 'signer.threshold' "$assay" verify --policy none --key k.pub --key again.pub --set threshold=2 moved/a

# ---- minisign's signature over signature and comment is not one over a file that holds these ----
mkdir cross
echo x >cross/x
sign k.key cross/x
sed -n 2p cross/x.minisig | base64 -d | tail -c 64 >cross/y
sed -n 3p cross/x.minisig | sed 's/^trusted comment: //' | tr -d '\n' >>cross/y
sed -n 4p cross/x.minisig | base64 -d >cross/y.sig
refuse "$assay" verify --policy none --key k.pub cross/y

# ---- what only begins like a signature is a file like any other ----
mkdir guise
echo one >guise/a
(cd guise && sha256sum a >SHA256SUMS)
sign k.key guise/SHA256SUMS
printf '%s\n' '-----BEGIN PGP SIGNATURE-----' 'echo evil' '-----END PGP SIGNATURE-----' >guise/b.asc
expect 1 'coverage.unlisted-file' "$assay" verify --policy none --key k.pub guise
rm guise/b.asc
{ printf '\210\003\004\000\001\001'; echo evil; } >guise/b.sig
expect 1 'coverage.unlisted-file' "$assay" verify --policy none --key k.pub guise

# ---- a timestamp is as weak as the digest by which it names what it stamps ----
mkdir stamp
printf '[req]\ndistinguished_name=dn\n[dn]\n[t]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n' >tsa.cnf
printf 'extendedKeyUsage=critical,timeStamping\n[tsa]\ndefault_tsa=c\n[c]\nserial=serial\ndefault_policy=1.2.3.4\n' >>tsa.cnf
printf 'digests=sha1,sha256\nsigner_digest=sha256\ness_cert_id_alg=sha256\n' >>tsa.cnf
echo 01 >serial
openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj "/CN=TSA" 2>/dev/null
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 9 -days 29 -extfile tsa.cnf -extensions t \
    -out tsa.pem 2>/dev/null
echo x >stamp/app
sign k.key stamp/app
for alg in sha1 sha256; do
    openssl ts -query -data stamp/app.minisig -$alg -cert -out stamp.tsq 2>/dev/null
    openssl ts -reply -config tsa.cnf -queryfile stamp.tsq -signer tsa.pem -inkey tsa.key -out stamp/app.minisig.tsr \
        2>/dev/null
    [ $alg = sha1 ] && words='signature.weak' code=12 || words=ALLOW code=0
    expect $code "$words" "$assay" verify --policy none --key k.pub --tsa-anchor ca.pem --set require_timestamp=true \
        stamp/app
done
finish
