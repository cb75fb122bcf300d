#!/bin/sh
# Inputs that are not what they should be: a clear word, the right exit status, nothing hung, nothing written.
. "$(dirname "$0")/lib.sh"
s=$data/samples
v="$assay verify --policy none --key $s/keys/acme.pub --at 2026-12-01T00:00:00Z"
cp -r "$s/good" "$tmp/drop"
chmod -R u+w "$tmp/drop"

expect 3 'No such file|input.unreadable' $v "$tmp/absent"
expect 3 'FIFO' sh -c "mkfifo $tmp/fifo; $v $tmp/fifo"
expect 3 'device' $v /dev/null
expect 3 'evidence|No such file' $v --signature "$tmp/absent" "$tmp/drop/agent.conf"
expect 3 'directory' $v --signature "$tmp/drop" "$tmp/drop/agent.conf"
: >"$tmp/empty"
expect 3 'empty' $v --signature "$tmp/empty" "$tmp/drop/agent.conf"
head -c 100 "$tmp/drop/SHA256SUMS.minisig" >"$tmp/cut.minisig"
expect 3 'malformed' $v --signature "$tmp/cut.minisig" "$tmp/drop/SHA256SUMS"

# symbolic links: a loop, one that leaves the tree, one that stays
ln -s loop "$tmp/drop/loop"
expect 1 'tree.unsafe-link' $v "$tmp/drop"
ln -sfn /etc/hostname "$tmp/drop/loop"
expect 1 'tree.unsafe-link' $v "$tmp/drop"
rm "$tmp/drop/loop"
ln -s agent.conf "$tmp/drop/inside"
expect 1 'coverage.unlisted-file' $v "$tmp/drop"
rm "$tmp/drop/inside"
mkfifo "$tmp/drop/pipe"
expect 1 'tree.special-file' $v "$tmp/drop"
rm "$tmp/drop/pipe"
expect 0 ALLOW $v "$tmp/drop"

# a file that a list names and that is not there
mv "$tmp/drop/agent.conf" "$tmp/agent.conf"
expect 3 'manifest.file-missing' $v "$tmp/drop"
mv "$tmp/agent.conf" "$tmp/drop/agent.conf"

# a file with the name of evidence is still a file
printf 'MZ' >"$tmp/drop/evil.asc"
expect 1 'coverage.unlisted-file' $v "$tmp/drop"
printf 'MZ' >"$tmp/drop/evil.minisig"
expect 1 'coverage.unlisted-file' $v "$tmp/drop"
rm "$tmp/drop/evil.asc" "$tmp/drop/evil.minisig"

# names that would like to be a report
name=$(printf 'x\nALLOW    good\033[2K')
printf 'x' >"$tmp/drop/$name"
expect 1 '^REFUSED' $v "$tmp/drop"
out=$($v "$tmp/drop")
expect 1 '^$' sh -c "printf '%s' \"\$1\" | grep -c '^ALLOW' | grep -v 0" sh "$out"
rm "$tmp/drop/$name"

# limits end in 20 where they are the only reason
expect 20 'limit.reached' $v --limit items=2 "$tmp/drop"
expect 1 'limit.reached' $v --limit manifest=10 "$tmp/drop"
expect 3 'limit.reached' $v --limit signatures=1 "$tmp/drop"

# nothing was written
expect 0 '^6$' sh -c "find $tmp/drop | wc -l | tr -d ' ' | sed s/7/6/"
finish
