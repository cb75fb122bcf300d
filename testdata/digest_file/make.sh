#!/bin/sh
# Makes testdata/digest_file: bare digests by openssl, invalid ones with one defect each.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
rm -rf valid invalid

# digest NAME: the hex digest of the file and LF
digest() {
    openssl dgst -r "-$1" agent.bin | cut -d' ' -f1
}

# valid CASE SUFFIX NAME
valid() {
    mkdir -p "valid/$1"
    printf 'agent 1.0\n' >"valid/$1/agent.bin"
    (cd "valid/$1" && digest "$3" >"agent.bin.$2")
}

valid md5 md5 md5
valid sha1 sha1 sha1
valid sha256 sha256 sha256
valid sha512 sha512 sha512
valid b2 b2 blake2b512
valid no-lf sha256 sha256
printf %s "$(cat valid/sha256/agent.bin.sha256)" >valid/no-lf/agent.bin.sha256

# invalid CASE COMMAND...
invalid() {
    mkdir -p "invalid/$1"
    case=$1
    shift
    "$@" <valid/sha256/agent.bin.sha256 >"invalid/$case/agent.bin.sha256"
}

invalid leading-blank sed 's/^/ /'
invalid no-hex sed 's/^./g/'
invalid odd sed 's/^.//'
invalid other-length cut -c-40
invalid two-lines sed p
invalid trailing-blank sed 's/$/ /'
