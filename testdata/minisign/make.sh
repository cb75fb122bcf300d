#!/bin/sh
# Makes testdata/minisign with minisign(1) 0.10 and signify(1).  Keys are made anew and thrown away.
set -eu
cd "$(dirname "$0")"
rm -rf valid
mkdir -p valid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
signify=$(command -v signify-openbsd || command -v signify)

printf 'agent 1.0\n' >valid/agent.bin
minisign -G -f -W -p valid/minisign.pub -s "$work/key" >/dev/null
minisign -S -s "$work/key" -c 'a comment' -t 'timestamp:1750000000	file:agent.bin' -m valid/agent.bin \
    -x valid/prehashed.minisig >/dev/null
minisign -S -l -s "$work/key" -c 'a comment' -t 'no time' -m valid/agent.bin -x valid/legacy.minisig >/dev/null
sed 's/$/\r/' valid/prehashed.minisig >valid/crlf.minisig
"$signify" -G -n -p valid/signify.pub -s "$work/signify.sec"
"$signify" -S -s "$work/signify.sec" -m valid/agent.bin -x valid/signify.sig
# a list with its signature in front, as OpenBSD publishes it
(cd valid && sha256sum --tag agent.bin) >"$work/SHA256"
"$signify" -S -e -s "$work/signify.sec" -m "$work/SHA256" -x valid/SHA256.sig
