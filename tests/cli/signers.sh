#!/bin/sh
# Who may sign: keys that are not valid yet or no longer, revoked, with another name, for another purpose.
. "$(dirname "$0")/lib.sh"
s=$data/samples
p=$data/property
v="$assay verify --policy none --at 2030-01-01"

# a key's own time, from its first second to before its last
cat >"$tmp/time.yaml" <<YAML
assay-policy: 1
name: time
trust:
  keys:
    - {name: acme, file: $s/keys/acme.pub, from: 2026-01-01, until: 2027-01-01}
require:
  signers:
    - {of: [acme], threshold: 1}
YAML
t="$assay verify --policy $tmp/time.yaml --signature $s/good/SHA256SUMS.minisig $s/good/SHA256SUMS"
expect 12 'signer.not-yet-valid' $t --at 2025-12-31T23:59:59Z
expect 0 ALLOW $t --at 2026-01-01
expect 0 ALLOW $t --at 2026-12-31T23:59:59Z
expect 12 'signer.expired' $t --at 2027-01-01
expect 12 'signer.expired' $t --at 2027-01-01 --set expired_signer=at-signing-time # nobody says when it was signed

# one key under two names: the one that is valid now counts, and neither does where none is
cat >"$tmp/names.yaml" <<YAML
assay-policy: 1
name: names
trust:
  keys:
    - {name: old, file: $s/keys/acme.pub, until: 2026-01-01}
    - {name: new, file: $s/keys/acme.pub, from: 2026-01-01, until: 2027-01-01}
require: {}
YAML
n="$assay verify --policy $tmp/names.yaml --signature $s/good/SHA256SUMS.minisig $s/good/SHA256SUMS"
expect 0 '"old"' $n --at 2025-06-01
expect 0 '"new"' $n --at 2026-06-01
expect 12 'signer.expired' $n --at 2027-06-01

# SSH: the namespace, a revoked key, the name of a bare key
ssh="--key $p/ssh.pub --signature $p/agent.bin.sshsig $p/agent.bin"
expect 0 ALLOW $v $ssh
expect 12 'signer.namespace' $v --namespace git $ssh
expect 0 ALLOW $v --identity ssh.pub $ssh
expect 12 'signer.identity' $v --identity release@acme.example $ssh
expect 12 'no common name' $v --set require_cn=Acme $ssh
ssh-keygen -q -k -f "$tmp/krl" "$p/ssh.pub"
expect 12 'signer.revoked' $v --krl "$tmp/krl" $ssh
ssh-keygen -q -k -f "$tmp/krl" "$p/ssh-ecdsa.pub"
expect 0 ALLOW $v --krl "$tmp/krl" $ssh

# allowed signers: the principal, and no common name
signers="--allowed-signers $p/allowed_signers --signature $p/agent.bin.sshsig $p/agent.bin"
expect 0 'release@acme.example' $v $signers
expect 12 'signer.identity' $v --identity "*@acme.example" $signers
expect 12 'no common name' $v --set require_cn=Acme $signers
expect 12 'signer' $v --namespace git $signers
ssh-keygen -q -k -f "$tmp/krl" "$p/ssh.pub"
expect 12 'signer.revoked' $v --krl "$tmp/krl" $signers

# certificates: the name, the purpose, the time, keys that are too short
cms="--anchor $p/root.crt --signature $p/agent.bin.p7s $p/agent.bin"
expect 0 ALLOW $v $cms
expect 0 ALLOW $v --identity signer $cms
expect 12 'signer.identity' $v --identity root $cms
expect 0 ALLOW $v --set require_cn=signer $cms
expect 12 'signer.identity' $v --set require_cn=Signer $cms
expect 12 'purpose|usage' $v --purpose timestamp $cms
expect 12 'expired' "$assay" verify --policy none --at 2300-01-01 $cms
expect 12 'not.yet|not valid' "$assay" verify --policy none --at 2000-01-01 $cms
pss="--key $p/rsa.pub --signature $p/pss.sig $p/agent.bin"
expect 0 ALLOW $v $pss
expect 12 'signer.weak-key' $v --set min_rsa=4096 $pss

# the weakest digest, of signatures that say theirs and of a bare one, which does not
expect 12 'signature.weak-digest' $v --set min_digest=sha512 $pss
expect 12 'signature.weak-digest' $v --set min_digest=sha512 --key "$p/ec.pub" --signature "$p/ec.sig" "$p/agent.bin"
expect 0 ALLOW $v --set min_digest=sha512 --key "$p/ed.pub" --signature "$p/ed.sig" "$p/agent.bin"
expect 0 ALLOW $v --set min_digest=sha512 $ssh
expect 1 'signature.weak' $v --set min_digest=sha512 $cms

# a file of keys with text around them, as projects publish it
o=$data/openpgp/valid
{ echo "The keys of those who release."; echo; cat "$o/Vendor.asc"; echo "pub   ed25519"; } >"$tmp/KEYS"
expect 0 ALLOW $v --key "$tmp/KEYS" --signature "$o/Vendor.sig" "$o/agent.bin"
finish
