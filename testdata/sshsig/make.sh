#!/bin/sh
# Makes testdata/sshsig with OpenSSH's ssh-keygen: signatures, invalid ones with one defect each (edit.py), signatures as a
# security key would make them (token.py), lines of allowed_signers and revocation lists with what ssh-keygen says of them.
set -eu
export LC_ALL=C TZ=UTC
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
rm -rf valid invalid untrusted signers krl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
id=release@vendor.example

key() {
    name=$1
    shift
    ssh-keygen -q -N '' -C '' -f "$work/$name" "$@"
}

key ed25519 -t ed25519
key other -t ed25519
key rsa -t rsa -b 2048
key p256 -t ecdsa -b 256
key p384 -t ecdsa -b 384
key p521 -t ecdsa -b 521
key ca -t ed25519
key ca-rsa -t rsa -b 2048
key ca-p256 -t ecdsa -b 256
key ca-weak -t rsa -b 1024

# certify NAME CA ARGUMENTS...: a copy of the Ed25519 key with a certificate
certify() {
    name=$1
    issuer=$2
    shift 2
    cp "$work/ed25519" "$work/$name"
    cp "$work/ed25519.pub" "$work/$name.pub"
    ssh-keygen -q -s "$work/$issuer" "$@" "$work/$name.pub"
}

certify cert ca -I vendor-1 -n "$id,build@vendor.example" -z 7 -V 20200101:20400101
certify cert-forever ca -I vendor-2 -n "$id" -z 8
certify cert-by-rsa ca-rsa -t rsa-sha2-512 -I vendor-3 -n "$id" -V 20200101:20400101
certify cert-by-p256 ca-p256 -I vendor-4 -n "$id" -V 20200101:20400101
certify cert-by-sha1 ca-rsa -t ssh-rsa -I vendor-5 -n "$id" -V 20200101:20400101
certify cert-by-weak ca-weak -t rsa-sha2-512 -I vendor-11 -n "$id" -V 20200101:20400101
certify cert-expired ca -I vendor-6 -n "$id" -V 20200101:20210101
certify cert-early ca -I vendor-7 -n "$id" -V 20380101:20400101
certify cert-host ca -h -I vendor-8 -n "$id" -V 20200101:20400101
certify cert-critical ca -I vendor-9 -n "$id" -O force-command=true -V 20200101:20400101
certify cert-nobody ca -I vendor-10 -V 20200101:20400101

# sign CASE KEY LINE ARGUMENTS...
sign() {
    case=valid/$1
    key=$2
    line=$3
    shift 3
    mkdir -p "$case"
    printf 'agent 1.0\n' >"$case/agent.bin"
    printf '%s\n' "$line" >"$case/allowed_signers"
    ssh-keygen -q -Y sign -n file -f "$work/$key" "$@" "$case/agent.bin"
}

# plain KEY and authority KEY: a line of allowed_signers
plain() {
    printf '%s %s' "$id" "$(cut -d' ' -f1-2 "$work/$1.pub")"
}
authority() {
    printf '%s cert-authority %s' "$id" "$(cut -d' ' -f1-2 "$work/$1.pub")"
}

for k in ed25519 rsa p256 p384 p521; do
    sign "$k" "$k" "$(plain $k)"
done
sign sha256 ed25519 "$(plain ed25519)" -O hashalg=sha256
sign cert cert-cert.pub "$(authority ca)"
sign cert-forever cert-forever-cert.pub "$(authority ca)"
sign cert-by-rsa cert-by-rsa-cert.pub "$(authority ca-rsa)"
sign cert-by-p256 cert-by-p256-cert.pub "$(authority ca-p256)"
python3 token.py "$work" "$id" valid/token-ed25519 ed25519
python3 token.py "$work" "$id" valid/token-p256 p256

# Well-formed, and not to be trusted: see the tests.
for k in cert-by-sha1 cert-by-weak cert-expired cert-early cert-host cert-critical cert-nobody; do
    case $k in cert-by-sha1) issuer=ca-rsa ;; cert-by-weak) issuer=ca-weak ;; *) issuer=ca ;; esac
    sign "$k" "$k-cert.pub" "$(authority $issuer)"
    mkdir -p untrusted

    mv "valid/$k" untrusted/
done

python3 edit.py valid invalid

# ---- lines of allowed_signers: signature, identity, namespace asked, time, what ssh-keygen said, line ----
mkdir -p signers
ed=$(cut -d' ' -f1-2 "$work/ed25519.pub")
oth=$(cut -d' ' -f1-2 "$work/other.pub")
ca=$(cut -d' ' -f1-2 "$work/ca.pub")
crt=$(cut -d' ' -f1-2 "$work/cert-cert.pub")
now=20261123210000Z

# line SIGNATURE IDENTITY NAMESPACE TIME LINE...: every argument from the fifth is a line
line() {
    sig=$1 who=$2 ns=$3 at=$4
    shift 4
    printf '%s\n' "$@" >"$work/signers"
    if ssh-keygen -q -Y verify -f "$work/signers" -I "$who" -n "$ns" -s "valid/$sig/agent.bin.sig" \
        -O verify-time="$at" <"valid/$sig/agent.bin" >"$work/log" 2>&1; then said=yes; else said=no; fi
    n=$((n + 1))
    cp "$work/signers" "signers/$(printf %02d $n)"
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$(printf %02d $n)" "$sig" "$who" "$ns" "$at" "$said" >>signers/said
}
n=0
line ed25519 "$id" file $now "$id $ed"
line ed25519 "$id" file $now "$id $ed a comment"
line ed25519 "$id" file $now "  # comment" "" "	$id	$ed"
line ed25519 "$id" file $now "\"$id\" $ed"
line ed25519 "$id" file $now "\"a b,$id\" $ed"
line ed25519 "$id" file $now "*@vendor.example $ed"
line ed25519 "$id" file $now "release@* $ed"
line ed25519 "$id" file $now "release?vendor.example $ed"
line ed25519 "$id" file $now "Release@vendor.example $ed"
line ed25519 "$id" file $now "!$id,* $ed"
line ed25519 "$id" file $now "*,!$id $ed"
line ed25519 "$id" file $now "*,!other $ed"
line ed25519 "$id" file $now "!other $ed"
line ed25519 "$id" file $now "a,b,$id $ed"
line ed25519 "$id" file $now "a,b $ed"
line ed25519 "$id" file $now "$id $oth"
line ed25519 "$id" file $now "$id $oth" "$id $ed"
line ed25519 "$id" git $now "$id $ed"
line ed25519 "$id" file $now "$id namespaces=\"file\" $ed"
line ed25519 "$id" file $now "$id namespaces=\"git,file\" $ed"
line ed25519 "$id" file $now "$id namespaces=\"f*\" $ed"
line ed25519 "$id" file $now "$id namespaces=\"git\" $ed"
line ed25519 "$id" file $now "$id namespaces=\"*,!file\" $ed"
line ed25519 "$id" file $now "$id NameSpaces=\"file\" $ed"
line ed25519 "$id" file $now "$id namespaces=\"\" $ed"
line ed25519 "$id" file $now "$id namespaces=file $ed"
line ed25519 "$id" file $now "$id namespaces=\"file\",namespaces=\"file\" $ed"
line ed25519 "$id" file $now "$id unknown $ed"
line ed25519 "$id" file $now "$id namespaces=\"file\" ,valid-after=\"20200101Z\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"20200101Z\",valid-before=\"20400101Z\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"20200101\",valid-before=\"20400101\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"202001011200Z\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"20200101120030Z\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"2020-01-01\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"20201301Z\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"20300101Z\" $ed"
line ed25519 "$id" file $now "$id valid-before=\"20250101Z\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"20261123210000Z\" $ed"
line ed25519 "$id" file $now "$id valid-after=\"20261123210001Z\" $ed"
line ed25519 "$id" file $now "$id valid-before=\"20261123210001Z\" $ed"
line ed25519 "$id" file $now "$id valid-before=\"20261123205959Z\" $ed"
line ed25519 "$id" file $now "$id cert-authority $ed"
line ed25519 "$id" file $now "$id cert-authority $ca"
line ed25519 "$id" file $now "$ed"
line ed25519 "$id" file $now "$id"
line ed25519 "$id" file $now "$id ssh-ed25519"
line ed25519 "$id" file $now "$id ssh-rsa ${ed#* }"
line cert "$id" file $now "$id cert-authority $ca"
line cert "$id" file $now "* cert-authority $ca"
line cert "$id" file $now "*@vendor.example cert-authority,namespaces=\"file\" $ca"
line cert "$id" file $now "$id CERT-AUTHORITY $ca"
line cert "$id" file $now "$id cert-authority,namespaces=\"git\" $ca"
line cert "$id" file $now "$id cert-authority,valid-before=\"20250101Z\" $ca"
line cert "$id" file $now "$id $ca"
line cert "$id" file $now "$id $ed"
line cert "$id" file $now "$id cert-authority $ed"
line cert "$id" file $now "$id cert-authority $oth"
line cert build@vendor.example file $now "*@vendor.example cert-authority $ca"
line cert stranger@vendor.example file $now "*@vendor.example cert-authority $ca"
line cert "$id" file 20191231000000Z "$id cert-authority $ca"
line cert "$id" file 20400101000000Z "$id cert-authority $ca"
line cert "$id" file 20391231235959Z "$id cert-authority $ca"
line cert-forever "$id" file $now "$id cert-authority $ca"
# ssh-keygen takes the following, and we do not: see the test.
line ed25519 "$id" file $now "garbage" "$id $ed"
line ed25519 "$id" file $now "rele\"ase@vendor.example\" $ed"
line ed25519 "$id" file $now "$id valid-before=\"20261123210000Z\" $ed"
line cert "$id" file $now "$id $crt"

# ---- revocation lists: list, key, what ssh-keygen said ----
mkdir -p krl
cp "$work/ca.pub" krl/ca.pub
cp "$work/other.pub" krl/other.pub
cp "$work/ed25519.pub" krl/ed25519.pub
cp "$work/rsa.pub" krl/rsa.pub
for z in 0 1 7 8 9 64 100 1000 9223372036854775808 18446744073709551615; do
    certify "serial-$z" ca -I "build-$z" -n "$id" -z "$z"
    cp "$work/serial-$z-cert.pub" "krl/serial-$z.pub"
done
certify other-ca other -I build-7 -n "$id" -z 7
cp "$work/other-ca-cert.pub" krl/other-ca.pub

# list NAME CA LINES...: CA is a key, or "none": any
list() {
    name=$1 by=$2
    shift 2
    printf '%s\n' "$@" >"$work/spec"
    [ "$by" = none ] || by=$work/$by.pub
    ssh-keygen -q -k -f "krl/$name.krl" -s "$by" "$work/spec"
}
list one ca 'serial: 7'
list several ca 'serial: 7' 'serial: 1000' 'serial: 18446744073709551615'
list range ca 'serial: 7-100'
list bitmap ca 'serial: 7' 'serial: 9' 'serial: 11' 'serial: 13' 'serial: 20-22' 'serial: 64' 'serial: 66'
list ids ca 'id: build-8' 'id: build-0'
list all ca 'serial: 1-18446744073709551615'
list wildcard none 'serial: 7' 'id: build-9'
list top ca 'serial: 18446744073709551615' 'serial: 18446744073709551613' 'serial: 18446744073709551611' \
    'serial: 18446744073709551609'
list keys none "$ed" "$(cut -d' ' -f1-2 "$work/rsa.pub")"
list authority none "$ca"
list sha1 none "sha1: $ed"
list sha256 none "sha256: $oth"
list mixed ca 'serial: 1' 'id: build-64' "$(cut -d' ' -f1-2 "$work/rsa.pub")" "sha256: $oth"
list empty none '# nothing'
for l in krl/*.krl; do
    for k in krl/*.pub; do
        if ssh-keygen -Q -f "$l" "$k" >"$work/log" 2>&1; then said=no; else said=yes; fi
        printf '%s\t%s\t%s\n' "$(basename "$l" .krl)" "$(basename "$k" .pub)" "$said" >>krl/said
    done
done
printf '# a list as text\n\n%s\n%s comment\n' "$ed" "$oth" >krl/text.krl
printf '# nothing\n' >krl/text-empty.krl
