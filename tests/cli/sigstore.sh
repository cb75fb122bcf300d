#!/bin/sh
# Sigstore bundles from outside: good ones, ones of which one thing is wrong, and trusted roots that do not bear them out.
. "$(dirname "$0")/lib.sh"
s=$(cd "$data/sigstore" && pwd)
sha256=$(sha256sum "$s/agent.bin" | cut -d' ' -f1)
id='https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1.0'
url=https://token.actions.example
v="$assay verify --policy none --at 2030-01-01"
who="--certificate-identity $id --certificate-oidc-issuer $url"
root="--trusted-root $s/trusted_root.json"

# whatever the refusal is called, it is one and no error
refuses() {
    out=$(timeout 20 "$@" 2>&1 </dev/null) && code=0 || code=$?
    ran=$((ran + 1))
    case $code in
    1 | 3 | 10 | 11 | 12 | 13 | 20) ;;
    *)
        wrong=$((wrong + 1))
        printf 'WRONG: %s\n  exit %s, expected a refusal\n%s\n' "$*" "$code" "$out"
        ;;
    esac
}

for good in hashedrekord tiled dsse dsse-tiled intoto v01 v02 timestamped other-lines bad-token-too; do
    b=$s/$good.sigstore.json
    expect 0 ALLOW $v $root --bundle "$b" $who "$s/agent.bin"
    expect 0 ALLOW $v $root --bundle "$b" $who "sha256:$sha256"
    refuses $v $root --bundle "$b" $who "sha256:00${sha256#??}"
    refuses $v $root --bundle "$b" "$s/agent.bin"                        # nobody is asked for
    refuses $v --bundle "$b" $who "$s/agent.bin"                         # no root
    refuses $v --key "$s/managed.pub" $root --bundle "$b" "$s/agent.bin" # a key, and the bundle has a certificate
    refuses $v $root --bundle "$b" --certificate-identity "$id" "$s/agent.bin"
    refuses $v $root --bundle "$b" --certificate-oidc-issuer "$url" "$s/agent.bin"
done
for good in key key-tiled; do
    b=$s/$good.sigstore.json
    expect 0 ALLOW $v $root --bundle "$b" --key "$s/managed.pub" "$s/agent.bin"
    expect 0 ALLOW $v $root --bundle "$b" --key "$s/managed.pub" "sha256:$sha256"
    refuses $v $root --bundle "$b" "$s/agent.bin"
    refuses $v --key "$s/managed.pub" --bundle "$b" "$s/agent.bin"
    refuses $v $root --bundle "$b" --key "$s/other.pub" "$s/agent.bin"
    refuses $v $root --bundle "$b" --key "$s/managed.pub" $who "$s/agent.bin" # a certificate is asked for
done

for bundle in "$s"/wrong/*.json; do
    refuses $v $root --bundle "$bundle" $who "$s/agent.bin"
    refuses $v $root --bundle "$bundle" --key "$s/managed.pub" "$s/agent.bin"
done

# what of a trusted root bears what
b=$s/hashedrekord.sigstore.json
for bad in log-ended ct-ended ca-ended ca-later no-logs no-ct no-ca media-type no-start log-key-swapped; do
    refuses $v --trusted-root "$s/roots/$bad.json" --bundle "$b" $who "$s/agent.bin"
done
for fine in tsa-ended no-tsa; do
    expect 0 ALLOW $v --trusted-root "$s/roots/$fine.json" --bundle "$b" $who "$s/agent.bin"
    refuses $v --trusted-root "$s/roots/$fine.json" --bundle "$s/tiled.sigstore.json" $who "$s/agent.bin"
done
refuses $v --trusted-root "$s/roots/log-ended.json" --bundle "$s/tiled.sigstore.json" $who "$s/agent.bin"
expect 3 'trust.unusable' $v --trusted-root "$s/roots/no-start.json" --bundle "$b" $who "$s/agent.bin"
expect 3 'trust.unusable' $v $root --trusted-root "$s/roots/no-start.json" --bundle "$b" $who "$s/agent.bin"
expect 0 ALLOW $v --trusted-root "$s/roots/no-ct.json" --set sct_threshold=0 --bundle "$b" $who "$s/agent.bin"
expect 0 ALLOW $v --trusted-root "$s/roots/no-logs.json" --set tlog_threshold=0 --bundle "$s/timestamped.sigstore.json" $who "$s/agent.bin"

# identities are exact; patterns only where they are asked for, and of the whole
expect 12 'signer.identity' $v $root --bundle "$b" --certificate-identity "${id%0}" --certificate-oidc-issuer "$url" "$s/agent.bin"
expect 12 'signer.identity' $v $root --bundle "$b" --certificate-identity '.*' --certificate-oidc-issuer "$url" "$s/agent.bin"
expect 12 'signer.identity' $v $root --bundle "$b" --certificate-identity "$id" --certificate-oidc-issuer "$url/" "$s/agent.bin"
expect 12 'signer.identity' $v $root --bundle "$b" --certificate-identity "$id" --certificate-oidc-issuer "HTTPS${url#https}" "$s/agent.bin"
re='https://github\.com/acme/agent/\.github/workflows/release\.yml@refs/tags/v[0-9.]+'
expect 0 ALLOW $v $root --bundle "$b" --certificate-identity-regexp "$re" --certificate-oidc-issuer "$url" "$s/agent.bin"
expect 12 'signer.identity' $v $root --bundle "$b" --certificate-identity-regexp "acme/agent" --certificate-oidc-issuer "$url" "$s/agent.bin"
expect 12 'signer.identity' $v $root --bundle "$b" --certificate-identity-regexp "$re" --certificate-oidc-issuer-regexp 'https://token' "$s/agent.bin"
expect 12 'signer.identity' $v $root --bundle "$b" --certificate-identity-regexp "x|$re" --certificate-oidc-issuer-regexp "no" "$s/agent.bin"
expect 2 'regular expression' $v $root --bundle "$b" --certificate-identity-regexp '(' --certificate-oidc-issuer "$url" "$s/agent.bin"

# thresholds
refuses $v $root --set tlog_threshold=2 --bundle "$b" $who "$s/agent.bin"
refuses $v $root --set sct_threshold=2 --bundle "$b" $who "$s/agent.bin"
refuses $v $root --set timestamp_threshold=2 --bundle "$b" $who "$s/agent.bin"
expect 0 ALLOW $v $root --set timestamp_threshold=2 --bundle "$s/timestamped.sigstore.json" $who "$s/agent.bin"
refuses $v $root --set timestamp_threshold=0 --bundle "$s/wrong/promise-none.json" $who "$s/agent.bin"
expect 0 ALLOW $v $root --set timestamp_threshold=0 --bundle "$s/wrong/promise-none-key.json" --key "$s/managed.pub" "$s/agent.bin"
refuses $v $root --set threshold=2 --bundle "$b" --bundle "$s/tiled.sigstore.json" $who "$s/agent.bin" # one identity twice

# a policy names whose certificate it must be, under which root
policy() {
    cat >"$tmp/policy.yaml" <<YAML
assay-policy: 1
name: acme
trust:
  trusted-roots:
    - {name: sigstore, file: $s/trusted_root.json}
    - {name: elsewhere, file: $s/roots/no-ca.json}
products:
  - name: agent
    match: ["*"]
    require:
      signers:
        - {$1}
YAML
}
p="$assay verify --at 2030-01-01 --policy $tmp/policy.yaml --bundle $b $s/agent.bin"
policy "of: [sigstore], identity: '$id', issuer: '$url'"
expect 0 ALLOW $p
policy "identity: '$id', issuer: '$url'"
expect 0 ALLOW $p
policy "of: [elsewhere], identity: '$id', issuer: '$url'"
refuses $p
policy "of: [sigstore], identity: '$id', issuer: '$url/'"
refuses $p
policy "of: [sigstore], identity: '${id}1', issuer: '$url'"
refuses $p
policy "of: [sigstore], identity: '$id'"
refuses $p
policy "of: [sigstore]"
refuses $p
policy "threshold: 1"
refuses $p

# keys have their time, and it is the signature's that counts
for time in 'until: 2020-01-01' 'from: 2029-12-31'; do
    cat >"$tmp/key.yaml" <<YAML
assay-policy: 1
name: acme
trust:
  trusted-roots:
    - {name: sigstore, file: $s/trusted_root.json}
  keys:
    - {name: acme, file: $s/managed.pub, $time}
require:
  signers:
    - of: [acme]
YAML
    expect 12 'signer.expired' "$assay" verify --at 2030-01-01 --policy "$tmp/key.yaml" --bundle "$s/key.sigstore.json" "$s/agent.bin"
done

# found beside the file, and in a tree; a file that is called a bundle and is none
cp "$s/agent.bin" "$tmp/"
cp "$b" "$tmp/agent.bin.sigstore.json"
expect 0 ALLOW $v $root $who "$tmp/agent.bin"
rm -f "$tmp"/*.yaml
expect 0 ALLOW $v $root $who "$tmp"
refuses $v $root $who --bundle "$data/dsse/ec.dsse" --key "$data/dsse/ec.pub" "$s/agent.bin"
expect 0 '"kind": *"inclusion"' $v $root $who --bundle "$b" --json "$s/agent.bin"
expect 0 'transparency ok' $v $root $who --bundle "$b" "$s/agent.bin"

finish
