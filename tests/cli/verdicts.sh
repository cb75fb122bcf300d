#!/bin/sh
# The samples by their rulings and exit statuses, as a tree, as one file, as a digest; reports; policies.
. "$(dirname "$0")/lib.sh"
s=$data/samples
at="--at 2026-12-01T00:00:00Z"

for form in "" "--json"; do
    expect 0 ALLOW "$assay" verify $form --policy "$s/policy.yaml" $at "$s/good"
    expect 13 REFUTED "$assay" verify $form --policy "$s/policy.yaml" $at "$s/flipped"
    expect 12 REFUSED "$assay" verify $form --policy "$s/policy.yaml" $at "$s/stranger"
    expect 10 UNPROVEN "$assay" verify $form --policy "$s/policy.yaml" $at "$s/nothing"
    expect 1 'coverage.unlisted-file' "$assay" verify $form --policy "$s/policy.yaml" $at "$s/sunburst"
done

# one file of the drop, with the evidence that lies beside it, or named
expect 0 ALLOW "$assay" verify --policy none --key "$s/keys/acme.pub" $at "$s/good/agent-4.2.1.tar"
expect 13 REFUTED "$assay" verify --policy none --key "$s/keys/acme.pub" $at "$s/flipped/agent-4.2.1.tar"
expect 0 ALLOW "$assay" verify --policy none --key "$s/keys/acme.pub" $at --manifest "$s/good/SHA256SUMS" \
    --signature "$s/good/SHA256SUMS.minisig" "$s/good/agent.conf"
expect 0 ALLOW "$assay" verify --policy none --anchor "$s/keys/root.pem" $at --signature "$s/good/SHA256SUMS.p7s" \
    "$s/good/SHA256SUMS"
expect 0 ALLOW "$assay" verify --policy none --allowed-signers "$s/keys/allowed_signers" $at --signature \
    "$s/good/SHA256SUMS.sshsig" "$s/good/SHA256SUMS"
expect 12 'signer.identity|signer.unknown' "$assay" verify --policy none --allowed-signers "$s/keys/allowed_signers" \
    --identity other@acme.example $at --signature "$s/good/SHA256SUMS.sshsig" "$s/good/SHA256SUMS"
expect 0 ALLOW "$assay" verify --policy none --key "$s/keys/acme.pub" $at "$s/good/SHA256SUMS"
digest=$(sha256sum <"$s/good/agent.conf" | cut -d' ' -f1)
expect 0 ALLOW "$assay" verify --policy none --key "$s/keys/acme.pub" $at --manifest "$s/good/SHA256SUMS" \
    --signature "$s/good/SHA256SUMS.minisig" "sha256:$digest"
expect 0 ALLOW "$assay" verify --policy none $at --pin-manifest "$s/good/SHA256SUMS" "$s/good/agent.conf"

# a message around its own content, as it is, streamed or armored; text around it is nobody's
for message in attached.p7m streamed.p7m armored.p7m armored-streamed.p7m; do
    expect 0 ALLOW "$assay" verify --policy none --anchor "$data/cms/root.crt" $at "$data/cms/$message"
done
{ echo 'see below'; cat "$data/cms/armored.p7m"; } >"$tmp/before.p7m"
{ cat "$data/cms/armored.p7m"; echo 'see above'; } >"$tmp/behind.p7m"
expect 10 'UNPROVEN' "$assay" verify --policy none --anchor "$data/cms/root.crt" $at "$tmp/before.p7m"
expect 3 'evidence.malformed' "$assay" verify --policy none --anchor "$data/cms/root.crt" $at "$tmp/behind.p7m"

# what a signer archived is asked, and believed for its own signature alone
archived() { signature=$1; shift; expect "$@" --signature "$data/cms/$signature" "$data/cms/data.bin"; }
anchor="--policy none --anchor $data/cms/archive-root.crt $at"
archived archived.p7s 0 ALLOW "$assay" verify $anchor --set revocation=require
archived archived-revoked.p7s 12 'signer.revoked' "$assay" verify $anchor
archived good.p7s 3 'revocation.missing' "$assay" verify --policy none --anchor "$data/cms/root.crt" $at \
    --set revocation=require

# two of three must have signed, and did
expect 0 ALLOW "$assay" verify --policy none --key "$s/keys/acme.pub" --anchor "$s/keys/root.pem" $at \
    --set threshold=2 "$s/good"
expect 12 'signer.threshold' "$assay" verify --policy none --key "$s/keys/acme.pub" $at --set threshold=2 "$s/good"

# nobody is trusted, or what is trusted is no key
expect 3 'signer.none-trusted' "$assay" verify --policy none $at "$s/good"
printf 'no key\n' >"$tmp/key"
expect 3 'trust.unusable' "$assay" verify --policy none --key "$tmp/key" $at "$s/good"

# settings are shown; wrong ones are wrong use
expect 0 'min_digest=sha512|threshold=1' "$assay" verify --policy none --key "$s/keys/acme.pub" $at --set threshold=1 "$s/good"
expect 2 'no-such' "$assay" verify --policy none --set no-such=1 "$s/good"
expect 2 'option' "$assay" verify --no-such "$s/good"
expect 2 'time' "$assay" verify --at yesterday "$s/good"
expect 2 'command' "$assay" no-such

# the same inputs and time give the same bytes
"$assay" verify --json --policy "$s/policy.yaml" $at "$s/good" >"$tmp/1"
"$assay" verify --json --policy "$s/policy.yaml" $at -j1 "$s/good" >"$tmp/2"
expect 0 '' cmp "$tmp/1" "$tmp/2"

# policies
expect 0 '5 tests, 0 failed' "$assay" policy test "$s/policy.yaml"
expect 0 'good' "$assay" policy check "$s/policy.yaml"
expect 0 'acme' "$assay" policy explain "$s/policy.yaml"
"$assay" policy init >"$tmp/new.yaml"
expect 0 'good' "$assay" policy check "$tmp/new.yaml"
expect 3 'policy.empty' "$assay" verify --policy "$tmp/new.yaml" $at "$s/good"
expect 3 'the policy has no products' "$assay" verify --policy "$tmp/new.yaml" $at "$s/good"
cat >"$tmp/agent.yaml" <<END
assay-policy: 1
name: agent
products:
  - {name: agent, match: ["agent-*.tar"], require: {coverage: all}}
END
expect 3 'no product of the policy matches this name' "$assay" verify --policy "$tmp/agent.yaml" $at "$s/good"

# help on the way is help, and never the status of an ALLOW
expect 2 'usage: assay verify' "$assay" verify --help
expect 0 'usage: assay verify' "$assay" help verify
sed 's/threshold: 1/treshold: 1/' "$s/policy.yaml" >"$tmp/typo.yaml"
expect 2 'treshold' "$assay" verify --policy "$tmp/typo.yaml" $at "$s/good"

# the rest of the program
expect 0 'minisign' "$assay" formats
expect 0 'signature.invalid' "$assay" explain
expect 0 'REFUTED' "$assay" explain digest.mismatch
expect 2 'no reason' "$assay" explain no.such
expect 0 'verify' "$assay" help
expect 0 'pin-manifest' "$assay" help verify
expect 0 'assay [0-9]' "$assay" version

# a list with files of one name in several directories: the file is one of them, or none
mkdir -p "$tmp/names/gtk" "$tmp/names/text"
(
    cd "$tmp/names" || exit 1
    echo a >gtk/mini.iso
    echo b >text/mini.iso
    cp text/mini.iso mini.iso
    sha256sum gtk/mini.iso text/mini.iso >SUMS
    cat SUMS >NAMED && sha256sum gtk/mini.iso | sed 's,gtk/,,' >>NAMED
)
expect 0 'ok   1 of 1 digest matches .sha256., 1 of other files' "$assay" verify --policy none \
    --pin-manifest "$tmp/names/SUMS" "$tmp/names/mini.iso"
expect 13 'digest.mismatch' "$assay" verify --policy none --pin-manifest "$tmp/names/NAMED" "$tmp/names/mini.iso"
echo c >"$tmp/names/mini.iso"
expect 13 'digest.mismatch' "$assay" verify --policy none --pin-manifest "$tmp/names/SUMS" "$tmp/names/mini.iso"
# every digest of one path must be right
(cd "$tmp/names" && cp gtk/mini.iso mini.iso && sha256sum gtk/mini.iso text/mini.iso && md5sum text/mini.iso |
    sed 's,text,gtk,') >"$tmp/names/MIXED"
expect 13 'digest.mismatch' "$assay" verify --policy none --pin-manifest "$tmp/names/MIXED" "$tmp/names/mini.iso"
finish
