#!/bin/sh
# A directory of what a site trusts: what is put there counts, what is taken away no longer does, and nothing else does.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 1
keys=$data/samples/keys
good=$data/samples/good
t="$assay trust --trust-dir t"
v="$assay verify --policy none --at 2026-12-01 --trust-dir t"

# a directory that is not there, or not one, trusts nothing and is said
expect 3 'trust.yaml: No such file' $t show
expect 3 'trust.yaml: No such file' $v "$good"
expect 3 'cannot open' $t add "$keys/acme.pub"
expect 0 '^$' $t init
expect 2 'already' $t init
expect 0 '^$' $t show
expect 3 'signer.none-trusted' $v "$good"

expect 0 '^$' $t add "$keys/acme.pub"
expect 0 'acme  key' $t show
expect 0 'minisign key, Ed25519, 256 bits, valid$' $t show
expect 0 'sha256 8dd5011ade73' $t show
expect 0 '"key_sha256":"8dd5011ade73' $t show --json
expect 0 'ALLOW.*good' $v "$good"
expect 0 't/acme' $v "$good"

# names
expect 2 'there is an entry "acme"' $t add "$keys/acme.pub"
expect 2 'a name has' $t add --name ../acme "$keys/acme.pub"
expect 2 'a name has' $t add --name .acme "$keys/acme.pub"
expect 2 'a name has' $t add --name "$(printf 'a\nb')" "$keys/acme.pub"
expect 2 '--kind is "door"' $t add --kind door "$keys/acme.pub"
expect 3 'no entry "other"' $t remove other
expect 2 'takes one FILE' $t add
expect 2 'takes no operand' $t show more

# what is no key, or not of the kind, is not taken
expect 1 'is no public key' $t add --name script "$data/samples/make.sh"
expect 1 'certificate' $t add --name anchor --kind anchor "$keys/acme.pub"
expect 3 'No such file' $t add --name none none
openssl genpkey -algorithm ed25519 -out private.pem 2>/dev/null
expect 1 'private key' $t add private.pem
expect 0 'acme  key' $t show
[ "$(ls t/keys)" = acme ] || { echo "WRONG: t/keys holds $(ls t/keys)"; wrong=$((wrong + 1)); }

# only the document says what counts
cp "$keys/acme.pub" t/keys/stray
$t show | grep -q stray && { echo "WRONG: a stray file is shown"; wrong=$((wrong + 1)); }
expect 0 '^$' $t remove acme
[ ! -e t/keys/acme ] || { echo "WRONG: the file is left"; wrong=$((wrong + 1)); }
expect 3 'signer.none-trusted' $v "$good"
expect 0 '^$' $t show
rm t/keys/stray

# a key's own time
expect 0 '^$' $t add --name acme --until 2025-01-01 "$keys/acme.pub"
expect 0 'expired until 2025-01-01T00:00:00Z' $t show --at 2026-12-01
expect 0 'valid until 2025-01-01T00:00:00Z' $t show --at 2024-12-01
expect 0 '"state":"expired"' $t show --json --at 2025-01-01
expect 12 'REFUSED' $v "$good"
expect 0 '^$' $t remove acme
expect 2 'ends before' $t add --from 2026-01-01 --until 2025-01-01 "$keys/acme.pub"
expect 2 'only keys' $t add --kind anchor --until 2027-01-01 "$keys/root.pem"

# anchors
expect 0 '^$' $t add --kind anchor "$keys/root.pem"
expect 0 'root  anchor' $t show
expect 0 'certificate, RSA-[0-9]+, [0-9]+ bits, valid from' $t show --at 2026-12-01
expect 0 'subject CN' $t show
expect 0 'ALLOW' $v "$good"
expect 0 '^$' $t add --kind allowed-signers "$keys/allowed_signers"
expect 0 'allowed_signers  allowed-signers' $t show
expect 0 'good' "$assay" policy check t/trust.yaml

# a file that is gone or damaged trusts nothing and is said
: >t/anchors/root
expect 0 'UNUSABLE' $t show
expect 0 '"usable":false' $t show --json
$v "$good" >out 2>&1 && { echo "WRONG: allowed with a damaged anchor"; wrong=$((wrong + 1)); }
expect 0 '^$' $t remove root
expect 0 'allowed_signers' $t show

# a document that says more than what is trusted, or is wrong, is used for nothing
cp t/trust.yaml kept
printf 'settings:\n  require: digest\n' >>t/trust.yaml
expect 1 'more than what is trusted' $t show
expect 1 'more than what is trusted' $t add "$keys/acme.pub"
$v "$good" >out 2>&1 && { echo "WRONG: allowed by a document with settings"; wrong=$((wrong + 1)); }
echo '{' >t/trust.yaml
expect 1 'trust.yaml' $t show
$v "$good" >out 2>&1 && { echo "WRONG: allowed by a damaged document"; wrong=$((wrong + 1)); }
cp kept t/trust.yaml
expect 0 'allowed_signers' $t show

# a key of the directory is no key that a policy names
mkdir p
command -v minisign >/dev/null || { echo "minisign is not here: nothing is checked"; exit 1; }
sed 's,keys/,'"$data"'/samples/keys/,' "$data/samples/policy.yaml" | sed '/file: .*acme.pub/s,file:.*,file: '"$tmp"'/stranger.pub,' >p/policy.yaml
minisign -G -f -W -p stranger.pub -s stranger.key >/dev/null
sed -i 's/acme-root\]/acme-release]/; s/\[acme-release, acme-release\]/[acme-release]/' p/policy.yaml
expect 0 '^$' $t add --name acme-release "$keys/acme.pub"
expect 12 'key "t/acme-release"' "$assay" verify --policy p/policy.yaml --at 2026-12-01 --trust-dir t "$good"
expect 0 '^$' $t remove acme-release

# killed at any change of the directory: the entry is there whole or not at all
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
    for call in rename fsync unlink; do
        for when in 1 2 3 4 5 6; do
            strace -f -o /dev/null -e trace=$call -e "inject=$call:signal=KILL:when=$when" \
                $t add --name killed "$keys/acme.pub" >/dev/null 2>&1
            out=$($t show) || { echo "WRONG: killed at $call $when: $out"; wrong=$((wrong + 1)); }
            ! echo "$out" | grep -q UNUSABLE || { echo "WRONG: killed at $call $when: $out"; wrong=$((wrong + 1)); }
            strace -f -o /dev/null -e trace=$call -e "inject=$call:signal=KILL:when=$when" \
                $t remove killed >/dev/null 2>&1
            out=$($t show) || { echo "WRONG: killed at $call $when: $out"; wrong=$((wrong + 1)); }
            ! echo "$out" | grep -q UNUSABLE || { echo "WRONG: killed at $call $when: $out"; wrong=$((wrong + 1)); }
            $t remove killed >/dev/null 2>&1
        done
    done
fi
expect 0 'allowed_signers' $t show
finish
