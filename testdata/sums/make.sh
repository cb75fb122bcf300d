#!/bin/sh
# Makes testdata/sums: valid lists by coreutils, shasum (perl) and openssl; invalid ones with one defect each.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
rm -rf valid invalid

# fill DIR: the files that the lists are about
fill() {
    mkdir -p "$1/conf" "$1/docs"
    printf 'agent 1.0\n' >"$1/agent.bin"
    printf 'key=value\n' >"$1/conf/agent.conf"
    printf 'hello\n' >"$1/docs/read me.txt"
}

# valid CASE LIST COMMAND...: the command's output is the list
valid() {
    dir=valid/$1 list=$2
    shift 2
    fill "$dir"
    (cd "$dir" && "$@" agent.bin conf/agent.conf 'docs/read me.txt' >../list && mv ../list "$list")
}

# invalid CASE COMMAND...: changes the good list on its way
invalid() {
    mkdir -p "invalid/$1"
    case=$1
    shift
    "$@" <valid/gnu-sha256/SHA256SUMS >"invalid/$case/SHA256SUMS"
}

valid gnu-md5 MD5SUMS md5sum
valid gnu-sha1 SHA1SUMS sha1sum
valid gnu-sha224 SHA224SUMS sha224sum
valid gnu-sha256 SHA256SUMS sha256sum
valid gnu-sha384 SHA384SUMS sha384sum
valid gnu-sha512 SHA512SUMS sha512sum
valid gnu-b2 B2SUMS b2sum
valid gnu-binary SHA256SUMS sha256sum --binary
valid bsd-sha256 SHA256SUMS sha256sum --tag
valid bsd-b2 checksums.txt b2sum --tag
valid shasum SHA256SUMS shasum -a 256
valid openssl SHA256SUMS openssl dgst -sha256
fill valid/escaped
printf 'x' >'valid/escaped/we\ird'
(cd valid/escaped && sha256sum agent.bin 'we\ird' >../list && mv ../list SHA256SUMS)
fill valid/bsd-mixed
(cd valid/bsd-mixed && for f in agent.bin conf/agent.conf; do md5sum --tag "$f" && sha256sum --tag "$f"; done \
    >../list && mv ../list CHECKSUMS)
fill valid/crlf
sed 's/$/\r/' valid/gnu-sha256/SHA256SUMS >valid/crlf/SHA256SUMS
fill valid/comment
{ echo '# release 1.0' && cat valid/gnu-sha256/SHA256SUMS; } >valid/comment/SHA256SUMS

invalid absolute-path sed '1s,  ,  /,'
invalid blank-between sed '1G'
invalid conflict sed '1{h;s/^[0-9a-f]*/0000000000000000000000000000000000000000000000000000000000000000/;H;x}'
invalid directory sed '1s,$,/,'
invalid unknown-escape sed '1{s/^/\\/;s/agent/ag\\ent/}'
invalid garbage-line sed '$a this is not a checksum line'
invalid leading-blank sed '2s/^/ /'
invalid long-digest sed '1s/^/00/'
invalid mixed-line-ends sed '2s/$/\r/'
invalid mixed-notation sed '2s/^\([0-9a-f]*\)  \(.*\)/SHA256 (\2) = \1/'
invalid no-name sed '1s/  .*/  /'
invalid nul sed '1s/agent/agent\x00/'
invalid one-blank sed '1s/  / /'
invalid short-digest sed '1s/^..//'
invalid stdin sed '1s/  .*/  -/'
invalid traversal sed '1s,  ,  conf/../../,'
