#!/bin/sh
# Makes testdata/openpgp/certificates with gpg(1): one vendor's certificate, a key that certifies and signs with a subkey that
# signs, and copies of it that were changed at fixed times.  Keys are made anew and thrown away.
set -eu
export LC_ALL=C TZ=UTC
cd "$(dirname "$0")"
rm -rf certificates
mkdir certificates
work=$(mktemp -d)
trap 'gpgconf --homedir "$work" --kill all; rm -rf "$work"' EXIT
chmod 700 "$work"

at() {
    when=$1
    shift
    gpg --homedir "$work" --batch --no-tty --yes --quiet --pinentry-mode loopback --passphrase '' \
        --faked-system-time "$when!" --ignore-time-conflict --expert "$@" 2>>"$work/log"
}
made=20250101T000000
at $made --quick-generate-key 'Vendor <release@vendor.example>' ed25519 sign,cert never
key=$(at $made --list-keys --with-colons | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | head -1)
at 20250301T000000 --quick-add-key "$key" ed25519 sign never
at 20250301T000000 --output certificates/plain.pgp --export "$key"

# copy NAME [OPTION...]: what the keyring holds by now.
copy() {
    name=$1
    shift
    at 20260101T000000 --output "certificates/$name.pgp" "$@" --export "$key"
}
again() {
    rm -f "$work/pubring.kbx"
    at $made --import certificates/plain.pgp
}
# edit TIME WORD...: what is typed at gpg's prompt.
edit() {
    when=$1
    shift
    printf '%s\n' "$@" save | at "$when" --command-fd 0 --edit-key "$key" >/dev/null 2>&1
}

again; edit 20250401T000000 expire 20250701T000000; copy expiring
# gpg keeps the newest self-signature alone; who merges copies has both.
edit 20250901T000000 expire 0; copy cleaned
cat certificates/expiring.pgp certificates/cleaned.pgp >certificates/renewed.pgp
again; edit 20250401T000000 'key 1' expire 20250701T000000; copy subkey-expiring
again; edit 20250801T000000 revkey y 3 '' y; copy retired
again; edit 20250801T000000 revkey y 1 '' y; copy compromised
again; edit 20250801T000000 revkey y 0 '' y; copy no-reason
again; edit 20250801T000000 'key 1' revkey y 2 '' y; copy subkey-superseded
again; edit 20250801T000000 'key 1' revkey y 1 '' y; copy subkey-compromised
again; at 20250601T000000 --quick-add-uid "$key" other
at 20250801T000000 --quick-revoke-uid "$key" 'Vendor <release@vendor.example>'; copy no-user # but the other one: gpg does not revoke the last
# A copy that was retired, and behind it another that was renewed later.
again; edit 20251001T000000 expire 0; copy later
cat certificates/retired.pgp certificates/later.pgp >certificates/retired-renewed.pgp
rm certificates/later.pgp
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=../../tests/differential python3 - certificates <<'EOF'
import pathlib, sys
from packets import *
to = pathlib.Path(sys.argv[1])
plain = (to / 'plain.pgp').read_bytes()

cert = Certificate(plain)
subkey = cert.parts[-1][2]
subkey[0] = Signature(subkey[0].without_back_signature())
(to / 'no-back-signature.pgp').write_bytes(cert.write())

cert = Certificate(plain)
cert.parts[-1][2].clear()
(to / 'unbound.pgp').write_bytes(cert.write())

cert = Certificate((to / 'no-user.pgp').read_bytes())
cert.parts = [part for part in cert.parts if part[1] != b'other']
(to / 'no-user.pgp').write_bytes(cert.write())

cert = Certificate((to / 'compromised.pgp').read_bytes())
revocation = cert.parts[0][2][0]
cert.parts[0][2][0] = Signature(revocation.body[:-1] + bytes([revocation.body[-1] ^ 1]))
(to / 'false-revocation.pgp').write_bytes(cert.write())
EOF
