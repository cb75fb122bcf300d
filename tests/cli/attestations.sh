#!/bin/sh
# DSSE envelopes and the in-toto statements in them, from outside.
. "$(dirname "$0")/lib.sh"

d=$data/dsse
sha256=$(sha256sum "$d/agent.bin" | cut -d' ' -f1)
v="$assay verify --policy none"
work=$tmp
# is STATUS NAME COMMAND...: the name is for whoever reads the script
is() {
    status=$1
    shift 2
    expect "$status" '' "$@"
}
ec() {
    is "$1" "$2" $v --key "$d/ec.pub" --signature "$d/$3.dsse" "$d/agent.bin"
}

for good in ec ec-raw url v01 many digests two twice half-broken; do
    ec 0 good "$good"
done
is 0 "Ed25519" $v --key "$d/ed.pub" --signature "$d/ed.dsse" "$d/agent.bin"
is 0 "RSA" $v --key "$d/rsa.pub" --signature "$d/rsa.dsse" "$d/agent.bin"

# The digest alone is enough; of what it is no digest of, nothing is asked.
is 0 "by digest" $v --key "$d/ec.pub" --signature "$d/digests.dsse" "sha256:$sha256"
is 13 "by another digest" $v --key "$d/ec.pub" --signature "$d/ec.dsse" "sha256:00${sha256#??}"

ec 11 "a signature that does not verify" broken
ec 11 "a payload of another type than was signed" type-changed
ec 3 "a payload type that is not read" another-type
ec 13 "about another file" other
ec 3 "about other files" others
ec 13 "one digest right and one wrong" contradicts
ec 3 "a statement of another version" v2
is 3 "nobody is trusted" $v --signature "$d/ec.dsse" "$d/agent.bin"
is 12 "somebody else is trusted" $v --key "$d/ed.pub" --signature "$d/two.dsse" --set threshold=2 "$d/agent.bin"

# k of n over distinct keys.
is 0 "two of two" $v --key "$d/ec.pub" --key "$d/ed.pub" --set threshold=2 --signature "$d/two.dsse" "$d/agent.bin"
is 12 "one signer twice" $v --key "$d/ec.pub" --key "$d/ed.pub" --set threshold=2 --signature "$d/twice.dsse" "$d/agent.bin"
is 12 "one of two broken" $v --key "$d/ec.pub" --key "$d/ed.pub" --set threshold=2 --signature "$d/half-broken.dsse" "$d/agent.bin"
is 12 "two keys of two names, one key" $v --key "$d/ec.pub" --key "$d/ec.pub" --set threshold=2 --signature "$d/two.dsse" "$d/agent.bin"

# An envelope that lies beside its file, alone and in a tree.
cp "$d/agent.bin" "$work/"
cp "$d/ec.dsse" "$work/agent.bin.intoto.jsonl"
is 0 "found beside" $v --key "$d/ec.pub" "$work/agent.bin"
is 0 "in a tree" $v --key "$d/ec.pub" "$work"
printf more >>"$work/agent.bin"
is 13 "found beside another" $v --key "$d/ec.pub" "$work/agent.bin"
is 13 "another in a tree" $v --key "$d/ec.pub" "$work"

finish
