#!/bin/sh
# Makes testdata/openpgp with gpg(1): keys, what they sign, and copies with one defect each (edit.py).  Keys are made anew and
# thrown away; the times are fixed.
set -eu
export LC_ALL=C TZ=UTC
cd "$(dirname "$0")"
rm -rf valid invalid
mkdir -p valid invalid
work=$(mktemp -d)
trap 'gpgconf --homedir "$work" --kill all; rm -rf "$work"' EXIT
chmod 700 "$work"

at() {
    when=$1
    shift
    gpg --homedir "$work" --batch --no-tty --yes --quiet --pinentry-mode loopback --passphrase '' \
        --faked-system-time "$when!" --expert "$@" 2>>"$work/log"
}
made=20250101T000000
signed=20250601T000000
fpr() {
    at $made --list-keys --with-colons "$1" | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | sed -n "${2:-1}p"
}

printf 'agent 1.0\n' >valid/agent.bin
printf 'agent 1.0\r\nwith two lines\nand blanks \t\n- a dash\n' >valid/agent.txt

at $made --quick-generate-key 'Vendor <release@vendor.example>' ed25519 sign,cert never
at $made --quick-generate-key 'Other <release@other.example>' ed25519 sign,cert never
at $made --quick-generate-key rsa rsa2048 sign,cert never
at $made --quick-generate-key p256 nistp256 sign,cert never
at $made --quick-generate-key brainpool brainpoolP256r1 sign,cert never
at $made --quick-generate-key dsa dsa2048 sign,cert never
at $made --quick-generate-key expiring ed25519 sign,cert 20250701T000000
at $made --quick-generate-key offline ed25519 cert never
at $made --quick-add-key "$(fpr offline)" ed25519 sign never
at $made --quick-add-key "$(fpr offline)" cv25519 encr never
at $made --cert-digest-algo SHA1 --quick-generate-key sha1 ed25519 sign,cert never

for name in Vendor Other rsa p256 brainpool dsa expiring offline sha1; do
    at $made --output "valid/$name.pgp" --export "$(fpr "$name")"
    at $signed --local-user "$(fpr "$name")" --output "valid/$name.sig" --detach-sign valid/agent.bin
done
at $made --armor --output valid/Vendor.asc --export "$(fpr Vendor)"
cat valid/Other.pgp valid/Vendor.pgp >valid/both.pgp

vendor() {
    output=$1
    shift
    at $signed --local-user "$(fpr Vendor)" --output "$output" "$@"
}
vendor valid/armored.asc --armor --detach-sign valid/agent.bin
vendor valid/text.sig --textmode --detach-sign valid/agent.txt
vendor valid/clear.asc --clearsign valid/agent.txt
vendor valid/message.gpg --compress-algo none --sign valid/agent.bin
vendor valid/message.asc --armor --compress-algo none --sign valid/agent.bin
vendor valid/zip.gpg --compress-algo zip --sign valid/agent.bin
vendor valid/zlib.gpg --compress-algo zlib --sign valid/agent.bin
vendor valid/bzip2.gpg --compress-algo bzip2 --sign valid/agent.bin
vendor valid/two.gpg --local-user "$(fpr Other)" --compress-algo none --sign valid/agent.bin
vendor valid/short.sig --default-sig-expire 30d --detach-sign valid/agent.bin
vendor valid/critical.sig --sig-notation '!unknown@vendor.example=1' --detach-sign valid/agent.bin
at 20400101T000000 --local-user "$(fpr Vendor)" --output valid/future.sig --detach-sign valid/agent.bin
(cd valid && sha256sum agent.bin >SHA256SUMS)
vendor valid/SHA256SUMS.asc --clearsign valid/SHA256SUMS
rm valid/SHA256SUMS
head -c -1 valid/SHA256SUMS.asc >valid/unended.asc

# Certificates that were changed later: a subkey revoked softly, the whole withdrawn hard.
revoke() {
    name=$1
    reason=$2
    printf 'revkey\ny\n%s\n\ny\nsave\n' "$reason" |
        at 20250801T000000 --command-fd 0 --edit-key "$(fpr "$name")" >/dev/null 2>&1
}
revoke Other 1
at $made --output valid/compromised.pgp --export "$(fpr Other)"
revoke rsa 3
at $made --output valid/retired.pgp --export "$(fpr rsa)"

python3 edit.py valid invalid
