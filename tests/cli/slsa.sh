#!/bin/sh
# Provenance, verification summaries, Google Cloud Build: what is expected of them, from outside.
. "$(dirname "$0")/lib.sh"

d=$data/slsa
v="$assay verify --policy none --at 2026-11-23T00:00:00Z"
builder=https://ci.acme.example/builders/release.yml
fail() {
    wrong=$((wrong + 1))
    printf 'WRONG: %s\n' "$*"
}
# is STATUS NAME COMMAND...
is() {
    status=$1
    shift 2
    expect "$status" '' "$@"
}

# ---- provenance by a key ----
p="$v --key $d/builder.pub --provenance $d/v1.dsse"
is 0 "nothing expected" $p "$d/agent.bin"
is 0 "all of it" $p --builder-id $builder --source-uri github.com/acme/agent --source-tag v1.2.3 "$d/agent.bin"
is 0 "the builder's release" $p --builder-id $builder@v2.0.0 "$d/agent.bin"
is 0 "a version" $p --source-versioned-tag v1.2 "$d/agent.bin"
expect 12 'provenance.builder' $p --builder-id $builder@v2.0.1 "$d/agent.bin"
expect 12 'provenance.builder' $p --builder-id https://ci.acme.example/builders/other.yml "$d/agent.bin"
expect 12 'provenance.source' $p --source-uri github.com/mallory/agent "$d/agent.bin"
expect 12 'provenance.ref' $p --source-tag v1.2.4 "$d/agent.bin"
expect 12 'provenance.ref' $p --source-versioned-tag v1.3 "$d/agent.bin"
expect 12 'the branch is not said' $p --source-branch main "$d/agent.bin"
expect 12 'provenance.input' $p --workflow-input release=true "$d/agent.bin"
for name in fork moved; do
    expect 12 'provenance.source' $v --key $d/builder.pub --provenance $d/$name.dsse --source-uri github.com/acme/agent "$d/agent.bin"
done
expect 3 'names no builder' $v --key $d/builder.pub --provenance $d/nobody.dsse "$d/agent.bin"
is 13 "of another file" $v --key $d/builder.pub --provenance $d/of-another.dsse "$d/agent.bin"
is 11 "by somebody else" $v --key $d/builder.pub --provenance $d/by-another.dsse "$d/agent.bin"
is 3 "nobody is trusted" $v --provenance $d/v1.dsse --builder-id $builder "$d/agent.bin"

p="$v --key $d/builder.pub --provenance $d/v02.dsse --source-uri https://github.com/acme/agent"
is 0 "a branch" $p --source-branch main --workflow-input release=true --workflow-input name=a=b "$d/agent.bin"
expect 12 'provenance.ref' $p --source-tag main "$d/agent.bin"
expect 12 'provenance.input' $p --workflow-input release=true --workflow-input name=b "$d/agent.bin"
expect 12 'provenance.input' $p --workflow-input n=1 "$d/agent.bin"
for name in v02-tag v02-push; do
    is 0 "the branch of a tag" $v --key $d/builder.pub --provenance $d/$name.dsse --source-branch main --source-tag v1.2.3 "$d/agent.bin"
done

# What is expected must be said by provenance, not by any signature; and by one that counts.
expect 3 'provenance.absent' $v --key "$d/verifier.pub" --signature "$d/summary.dsse" --builder-id $builder "$d/agent.bin"
expect 3 'provenance.absent' $v --key "$d/verifier.pub" --provenance "$d/summary.dsse" "$d/agent.bin"
is 11 "a false one beside a summary" $v --key "$d/verifier.pub" --signature "$d/summary.dsse" --provenance "$d/v1.dsse" --builder-id $builder "$d/agent.bin"
is 0 "a builder and a verifier" $v --key "$d/verifier.pub" --key "$d/builder.pub" --vsa "$d/summary.dsse" --provenance "$d/v1.dsse" \
    --builder-id $builder --verified-level SLSA_BUILD_LEVEL_1 --set threshold=2 "$d/agent.bin"
expect 2 'NAME=VALUE' $v --workflow-input x "$d/agent.bin"

# ---- verification summaries ----
s="$v --key $d/verifier.pub --vsa $d/summary.dsse"
is 0 "all of it" $s --verifier-id https://acme.example/gate --resource-uri pkg:generic/agent@1.0 --verified-level SLSA_BUILD_LEVEL_1 \
    --verified-level ACME_REVIEWED "$d/agent.bin"
expect 12 'summary.other' $s --verifier-id https://acme.example/other "$d/agent.bin"
expect 12 'summary.other' $s --resource-uri pkg:generic/agent@1.1 "$d/agent.bin"
expect 12 'summary.level' $s --verified-level SLSA_BUILD_LEVEL_3 "$d/agent.bin"
expect 12 'summary.level' $s --verified-level SLSA_BUILD_LEVEL_1 --verified-level ACME_SIGNED "$d/agent.bin"
expect 12 'summary.failed' $v --key $d/verifier.pub --vsa $d/summary-failed.dsse "$d/agent.bin"
expect 12 'summary.failed' $v --key $d/verifier.pub --signature $d/summary-failed.dsse "$d/agent.bin"
expect 12 'summary.failed' $v --key $d/verifier.pub --vsa $d/summary.dsse --vsa $d/summary-failed.dsse "$d/agent.bin"
expect 3 'verifiedLevels' $v --key $d/verifier.pub --vsa $d/summary-bad.dsse "$d/agent.bin"
expect 3 'summary.absent' $v --key $d/builder.pub --vsa $d/v1.dsse "$d/agent.bin"
is 0 "a key by its name" $v --key $d/verifier.pub --vsa $d/summary-named.dsse --key-id release "$d/agent.bin"
expect 12 'calls its key' $v --key $d/verifier.pub --vsa $d/summary-named.dsse "$d/agent.bin"
expect 12 'calls its key' $v --key $d/verifier.pub --vsa $d/summary-named.dsse --key-id other "$d/agent.bin"
is 13 "another file" $s "$d/builder.pub"

# What has no digest is named as the summary names it; and a summary allows nothing by itself.
i="$v --key $d/verifier.pub --vsa $d/summary-image.dsse"
expect 0 'ALLOW    image_id:42 ' $i image_id:42
is 3 "another image" $i image_id:43
is 3 "of another kind" $i image:42
is 3 "a file" $i "$d/agent.bin"
expect 2 'is no digest' $v --key $d/verifier.pub --vsa $d/summary-image.dsse "image_id:$(printf %070d 1)"
"$assay" verify --policy none --key "$d/verifier.pub" --vsa "$d/summary.dsse" >/dev/null && fail "a summary without a subject"

# ---- a ruling as a summary ----
for kind in "ecparam -name prime256v1 -genkey -noout" "ecparam -name secp521r1 -genkey -noout" "genpkey -algorithm ed25519" "genrsa 2048"; do
    openssl $kind >"$tmp/gate.pem" 2>/dev/null
    openssl pkey -in "$tmp/gate.pem" -pubout >"$tmp/gate.pub"
    is 0 "made" $s --verified-level ACME_REVIEWED --vsa-out "$tmp/gate.vsa" --vsa-key "$tmp/gate.pem" --vsa-verifier https://acme.example/two \
        --vsa-resource pkg:generic/agent@1.0 "$d/agent.bin"
    is 0 "taken" $v --key "$tmp/gate.pub" --vsa "$tmp/gate.vsa" --verifier-id https://acme.example/two --verified-level ACME_REVIEWED \
        --resource-uri pkg:generic/agent@1.0 "$d/agent.bin"
done
is 12 "a refusal is made too" $s --verifier-id other --vsa-out "$tmp/gate.vsa" --vsa-key "$tmp/gate.pem" "$d/agent.bin"
expect 12 'summary.failed' $v --key "$tmp/gate.pub" --vsa "$tmp/gate.vsa" "$d/agent.bin"
is 2 "half an option" $s --vsa-out "$tmp/gate.vsa" "$d/agent.bin"
rm -f "$tmp/gate.vsa"
openssl genrsa 1024 >"$tmp/short.pem" 2>/dev/null
openssl genrsa -aes128 -passout pass:x 2048 >"$tmp/locked.pem" 2>/dev/null
for key in short.pem locked.pem gate.pub; do
    $s --vsa-out "$tmp/gate.vsa" --vsa-key "$tmp/$key" "$d/agent.bin" >/dev/null 2>&1 && fail "signed by $key"
    [ -e "$tmp/gate.vsa" ] && fail "left half a summary behind: $key"
done
mkdir "$tmp/tree"
cp "$d/agent.bin" "$tmp/tree/"
(cd "$tmp/tree" && sha256sum agent.bin >SHA256SUMS)
is 0 "a tree" $v --pin-manifest "$tmp/tree/SHA256SUMS" --vsa-out "$tmp/tree.vsa" --vsa-key "$tmp/gate.pem" "$tmp/tree"
is 0 "its file" $v --key "$tmp/gate.pub" --vsa "$tmp/tree.vsa" "$d/agent.bin"

# ---- Google Cloud Build ----
g="$v --gcb-keys $d/keys"
sha256=$(sha256sum "$d/agent.bin" | cut -d' ' -f1)
worker=https://cloudbuild.googleapis.com/GoogleHostedWorker
for name in build build-second build-second-key; do
    is 0 "$name" $g --provenance $d/$name.json --builder-id $worker@v0.3 --source-uri github.com/acme/agent --source-tag v1.2.3 "sha256:$sha256"
    is 0 "$name" $g --provenance $d/$name.json --builder-id $worker --source-versioned-tag v1 "$d/agent.bin"
done
is 0 "one key of its name" $v --gcb-keys "$d/keys/us-west2.key" --provenance $d/build.json "$d/agent.bin"
is 0 "version 1" $g --provenance $d/build-v1.json --builder-id $worker --source-uri github.com/acme/agent --source-tag v1.2.3 "$d/agent.bin"
expect 12 'provenance.ref' $g --provenance $d/build.json --source-tag v1.2.4 "$d/agent.bin"
expect 12 'provenance.ref' $g --provenance $d/build.json --source-branch main "$d/agent.bin"
expect 12 'provenance.source' $g --provenance $d/build.json --source-uri github.com/acme/other "$d/agent.bin"
expect 12 'provenance.builder' $g --provenance $d/build.json --builder-id $worker@v0.4 "$d/agent.bin"
is 11 "a false signature" $g --provenance $d/build-false.json "$d/agent.bin"
is 11 "another key for envelopes" $g --provenance $d/build-pae-by-region.json "$d/agent.bin"
for name in build-other-image build-text build-kind build-resource build-none; do
    is 3 "$name" $g --provenance $d/$name.json "$d/agent.bin"
done
is 12 "a region of which no key is known" $g --provenance $d/build-other-key.json "$d/agent.bin"
is 13 "another image" $g --provenance $d/build.json "$d/builder.pub"
is 12 "the same key under no name" $v --key "$d/keys/us-west2.key" --provenance $d/build.json --set threshold=2 "$d/agent.bin"
is 3 "nobody" $v --provenance $d/build.json "$d/agent.bin"
cp "$d/keys/us-west2.key" "$tmp/US_WEST.key"
expect 3 'REGION.key' $v --gcb-keys "$tmp/US_WEST.key" --provenance $d/build.json "$d/agent.bin"

finish
