#!/bin/sh
# Makes testdata/openpgp/unpacked with gpg(1) and tar(1): a signature over a tar archive that is published compressed, as
# kernel.org does.  The key is made anew and thrown away.
set -eu
export LC_ALL=C TZ=UTC
cd "$(dirname "$0")"
rm -rf unpacked
mkdir unpacked
work=$(mktemp -d)
trap 'gpgconf --homedir "$work" --kill all; rm -rf "$work"' EXIT
chmod 700 "$work"
at() {
    gpg --homedir "$work" --batch --no-tty --yes --quiet --pinentry-mode loopback --passphrase '' \
        --faked-system-time 20250101T000000! "$@" 2>>"$work/log"
}
at --quick-generate-key vendor ed25519 sign never
at --output unpacked/vendor.pgp --export
tar=unpacked/agent-1.0.tar
printf 'agent 1.0\n' >"$work/agent.bin"
tar -C "$work" --format=ustar --mtime=2025-01-01 --owner=root:0 --group=root:0 --mode=644 -cf "$tar" agent.bin
at --output "$tar.sign" --detach-sign "$tar"
xz -k "$tar"
zstd -q "$tar"
xz --format=lzma -k "$tar"
gzip -n "$tar"
