#!/bin/sh
# Makes testdata/mtree: valid specifications by bsdtar(1) of libarchive, invalid ones with one defect each.
set -eu
export LC_ALL=C TZ=UTC
cd "$(dirname "$0")"
rm -rf valid invalid

# valid CASE OPTIONS FORMAT
valid() {
    dir=valid/$1
    mkdir -p "$dir/conf/more"
    printf 'agent 1.0\n' >"$dir/agent.bin"
    printf 'key=value\n' >"$dir/conf/read me.conf"
    printf 'last\n' >"$dir/conf/more/last"
    find "$dir" -exec touch -d 2026-01-01 {} +
    chmod -R u=rwX,go=rX "$dir"
    # shellcheck disable=SC2086
    (cd "$dir" && bsdtar --format="$3" $2 --uid 0 --gid 0 --uname root --gname root -cf ../list . && mv ../list release.mtree)
}

# invalid CASE COMMAND...
invalid() {
    mkdir -p "invalid/$1"
    case=$1
    shift
    "$@" <valid/full/release.mtree >"invalid/$case/release.mtree"
}

valid full '--options=mtree:sha256' mtree
valid all '--options=mtree:all,mtree:!inode,mtree:!resdevice' mtree
valid set '--options=mtree:use-set,mtree:sha256,mtree:sha512' mtree
valid indent '--options=mtree:indent,mtree:all,mtree:!inode,mtree:!resdevice' mtree
valid classic '--options=mtree:sha256' mtree-classic

invalid absolute-path sed 's,^\./agent,/agent,'
invalid bad-escape sed 's,\\040,\\999,'
invalid conflict sed '/agent\.bin/{p;s/sha256digest=[0-9a-f]*/sha256digest=0000000000000000000000000000000000000000000000000000000000000000/}'
invalid digest-of-a-directory sed 's/type=file/type=dir/'
invalid escaped-slash sed 's,conf/,conf\\057,'
invalid no-digests sed 's/ sha256digest=[0-9a-f]*//'
invalid short-digest sed 's/sha256digest=./sha256digest=/'
invalid traversal sed 's,\./agent,./../agent,'
invalid unknown-keyword sed 's/type=file/type=file colour=red/'
invalid unknown-version sed '1s/$/ v9.0/'
