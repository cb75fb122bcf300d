#!/bin/sh
# Makes the sample updates with openssl, minisign and ssh-keygen. Keys are thrown away, so every run makes other bytes;
# what is committed is one run's outcome.
set -eu
cd "$(dirname "$0")"
rm -rf good flipped stranger nothing sunburst keys policy.yaml
mkdir -p good stranger nothing sunburst keys
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

minisign -G -f -W -p keys/acme.pub -s "$tmp/acme.key" >/dev/null
minisign -G -f -W -p "$tmp/stranger.pub" -s "$tmp/stranger.key" >/dev/null
ssh-keygen -q -t ed25519 -N '' -C release@acme.example -f "$tmp/ssh"
printf 'release@acme.example namespaces="file" %s\n' "$(cut -d' ' -f1,2 "$tmp/ssh.pub")" >keys/allowed_signers
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/ca.key" -out keys/root.pem -days 7300 -subj "/O=Acme/CN=Acme Root" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout "$tmp/leaf.key" -out "$tmp/leaf.csr" -subj "/O=Acme/CN=Acme Release Signing" 2>/dev/null
printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n' >"$tmp/ext"
openssl x509 -req -in "$tmp/leaf.csr" -CA keys/root.pem -CAkey "$tmp/ca.key" -set_serial 2 -days 7000 -extfile "$tmp/ext" \
    -out "$tmp/leaf.pem" 2>/dev/null

# An update as a vendor drops it: two packages, a list of digests, the list signed three ways.
payload() {
    printf 'acme agent %s\n' "$1" >"$tmp/agent"
    tar --sort=name --mtime=@1750000000 --owner=0 --group=0 --numeric-owner -C "$tmp" -cf "$2/agent-$1.tar" agent
    printf 'server = updates.acme.example\n' >"$2/agent.conf"
}
payload 4.2.1 good
(cd good && sha256sum agent-4.2.1.tar agent.conf >SHA256SUMS)
minisign -S -s "$tmp/acme.key" -t "timestamp:1750000000	file:SHA256SUMS" -m good/SHA256SUMS >/dev/null
ssh-keygen -q -Y sign -n file -f "$tmp/ssh" good/SHA256SUMS 2>/dev/null
mv good/SHA256SUMS.sig good/SHA256SUMS.sshsig
openssl cms -sign -binary -in good/SHA256SUMS -signer "$tmp/leaf.pem" -inkey "$tmp/leaf.key" -outform DER \
    -out good/SHA256SUMS.p7s -md sha256

# The same with one byte of a package changed.
cp -r good flipped
printf 'A' | dd of=flipped/agent-4.2.1.tar bs=1 seek=512 conv=notrunc status=none

# Signed by a key that nobody trusts.
payload 4.2.1 stranger
(cd stranger && sha256sum agent-4.2.1.tar agent.conf >SHA256SUMS)
minisign -S -s "$tmp/stranger.key" -t "timestamp:1750000000	file:SHA256SUMS" -m stranger/SHA256SUMS >/dev/null

# No evidence at all.
payload 4.2.1 nothing

# As SUNBURST came: everything that is signed is signed validly, and one file more lies among it.
cp -r good/. sunburst/
printf 'MZ one more library\n' >sunburst/BusinessLayer.dll

cat >policy.yaml <<'YAML'
assay-policy: 1
name: acme
description: what the samples are judged by
trust:
  keys:
    - name: acme-release
      file: keys/acme.pub
  anchors:
    - name: acme-root
      file: keys/root.pem
  allowed-signers:
    - file: keys/allowed_signers
products:
  - name: agent
    match: ["*"]
    require:
      signers:
        - of: [acme-release, acme-root]
          threshold: 1
tests:
  - name: a good update is allowed
    subject: good
    at: 2026-12-01T00:00:00Z
    expect: ALLOW
  - name: one changed byte is refuted
    subject: flipped
    at: 2026-12-01T00:00:00Z
    expect: REFUTED
    because: [digest.mismatch]
  - name: a stranger's signature is refused
    subject: stranger
    at: 2026-12-01T00:00:00Z
    expect: REFUSED
    because: [signer.unknown]
  - name: no evidence proves nothing
    subject: nothing
    at: 2026-12-01T00:00:00Z
    expect: UNPROVEN
    because: [evidence.absent]
  - name: a file that nobody signed is refused
    subject: sunburst
    at: 2026-12-01T00:00:00Z
    expect: REFUSED
    because: [coverage.unlisted-file]
YAML
