#!/bin/sh
# Makes testdata/hashdeep: valid files by hashdeep(1), invalid ones with one defect each.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
rm -rf valid invalid

# valid CASE COMMAND...
valid() {
    dir=valid/$1
    shift
    mkdir -p "$dir/conf"
    printf 'agent 1.0\n' >"$dir/agent.bin"
    printf 'a,b\n' >"$dir/conf/a,b.conf"
    # The comment lines name the directory of whoever ran it.
    (cd "$dir" && "$@" agent.bin conf/a,b.conf | sed 's/^## Invoked from: .*/## Invoked from: \/srv/' >../list &&
        mv ../list release.hashdeep)
}

# invalid CASE COMMAND...
invalid() {
    mkdir -p "invalid/$1"
    case=$1
    shift
    "$@" <valid/default/release.hashdeep >"invalid/$case/release.hashdeep"
}

valid default hashdeep -l
valid all hashdeep -l -c md5,sha1,sha256,tiger,whirlpool
valid md5 hashdeep -l -c md5

invalid bad-size sed 's/^10,/0x0a,/'
invalid conflict sed '/^10,/{h;s/^10,/11,/;H;x}'
invalid no-columns sed 2d
invalid no-digest sed '2s/md5,sha256,//'
invalid no-rows sed '/^[0-9]/d'
invalid short-digest sed 's/^\(10,\)./\1/'
invalid twice-a-column sed '2s/md5,sha256/md5,md5/'
invalid traversal sed 's/,agent.bin/,..\/agent.bin/'
invalid unknown-digests sed '2s/md5,sha256/tiger,whirlpool/'
invalid version sed '1s/1\.0/2.0/'
