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
expect 12 'limit.reached' $v --limit signatures=1 "$tmp/drop"

# of the wrong kind wherever a file is named: said with its name and reason, and nothing waits for a writer
mkdir "$tmp/dir"
ln -s round "$tmp/round"
truncate -s 1T "$tmp/huge" # a hole
conf="$tmp/drop/agent.conf"
for option in --key --anchor --tsa-anchor --intermediate --crl --allowed-signers --krl; do
    expect 3 'fifo: is a FIFO, expected a regular file' $v $option "$tmp/fifo" "$tmp/drop"
    expect 3 'dir: is a directory, expected a regular file' $v $option "$tmp/dir" "$tmp/drop"
    expect 3 'round: Too many levels of symbolic links' $v $option "$tmp/round" "$tmp/drop"
    expect 3 'absent: No such file' $v $option "$tmp/absent" "$tmp/drop"
    expect 3 'huge: 1099511627776 bytes, at most' $v $option "$tmp/huge" "$tmp/drop"
    [ "$option" = --allowed-signers ] || expect 3 'trust.unusable' $v $option "$tmp/empty" "$tmp/drop"
done
for option in --signature --manifest --pin-manifest --timestamp; do
    expect 3 'fifo.*: is a FIFO, expected a regular file' $v $option "$tmp/fifo" "$conf"
    expect 3 'dir.*: is a directory, expected a regular file' $v $option "$tmp/dir" "$conf"
    expect 3 'round.*: Too many levels of symbolic links' $v $option "$tmp/round" "$conf"
    expect 20 'huge.*: 1099511627776 bytes, at most' $v $option "$tmp/huge" "$conf"
    expect 3 'empty' $v $option "$tmp/empty" "$conf"
done
for command in "policy check" "policy test" "policy explain" "verify $conf --policy"; do
    expect 2 'fifo: is a FIFO, expected a regular file' "$assay" $command "$tmp/fifo"
    expect 2 'dir: is a directory, expected a regular file' "$assay" $command "$tmp/dir"
    expect 2 'round: Too many levels of symbolic links' "$assay" $command "$tmp/round"
    expect 2 'huge: 1099511627776 bytes, at most' "$assay" $command "$tmp/huge"
    expect 2 'empty: line 1: the document is empty' "$assay" $command "$tmp/empty"
done
expect 3 'round: Too many levels of symbolic links' $v "$tmp/round"
expect 10 'evidence.absent' $v "$tmp/empty"
expect 10 'evidence.absent' $v "$tmp/dir"
expect 3 'Bad file descriptor' sh -c "$v - <&-"
expect 3 'is a FIFO' sh -c "cat $conf | $v -"
expect 3 'is a FIFO' "$assay" inspect --strict "$tmp/fifo"
expect 3 'Too many levels' "$assay" inspect --strict "$tmp/round"

# a tree that leads back into itself, one that is too deep, one with a name that is not text
ln -s .. "$tmp/drop/back"
expect 1 'tree.unsafe-link' $v "$tmp/drop"
ln -sfn . "$tmp/drop/back"
expect 1 'coverage.unlisted-file' $v "$tmp/drop"
rm "$tmp/drop/back"
deep=$tmp/drop/$(printf 'd/%.0s' $(seq 70))
mkdir -p "$deep"
expect 20 'more than 64 directories deep' $v "$tmp/drop"
rm -r "$tmp/drop/d"

# cut and emptied files of a drop with one signature
rm "$tmp/drop/SHA256SUMS.p7s" "$tmp/drop/SHA256SUMS.sshsig"
cp "$tmp/drop/agent.conf" "$tmp/agent.conf"
truncate -s 10 "$conf"
expect 13 'agent.conf.*digest|digest.mismatch' $v "$tmp/drop"
: >"$conf"
expect 13 'digest.mismatch' $v "$tmp/drop"
cp "$tmp/agent.conf" "$conf"
cp "$tmp/drop/SHA256SUMS" "$tmp/sums"
: >"$tmp/drop/SHA256SUMS"
expect 11 'signature.invalid' $v "$tmp/drop"
cp "$tmp/sums" "$tmp/drop/SHA256SUMS"

# unreadable for whoever is not root
if setpriv --reuid 65534 --regid 65534 --clear-groups "$assay" version >/dev/null 2>&1; then
    chmod 755 "$tmp"
    u="setpriv --reuid 65534 --regid 65534 --clear-groups $v"
    expect 0 ALLOW $u "$tmp/drop"
    chmod 0 "$conf"
    expect 3 'agent.conf.*: Permission denied' $u "$tmp/drop"
    expect 3 'agent.conf.*: Permission denied' $u "$conf"
    expect 3 'Permission denied' $u --key "$conf" "$tmp/drop/SHA256SUMS"
    expect 3 'agent.conf.*: Permission denied' $u --signature "$conf" "$tmp/drop/SHA256SUMS"
    expect 2 'agent.conf: Permission denied' $u --policy "$conf" "$tmp/drop"
    chmod 644 "$conf"
    chmod 0 "$tmp/drop/SHA256SUMS.minisig"
    expect 3 'SHA256SUMS.minisig.*: Permission denied' $u "$tmp/drop"
    chmod 644 "$tmp/drop/SHA256SUMS.minisig"
    mkdir "$tmp/drop/closed"
    chmod 0 "$tmp/drop/closed"
    expect 3 'closed.*: Permission denied' $u "$tmp/drop"
    rmdir "$tmp/drop/closed"
    chmod 0 "$tmp/drop"
    expect 3 'Permission denied' $u "$tmp/drop"
    chmod 711 "$tmp/drop"
    expect 3 'Permission denied' $u "$tmp/drop"
    expect 10 'its directory cannot be listed' $u "$conf"
    chmod 755 "$tmp/drop"
    expect 0 ALLOW $u "$tmp/drop"
else
    echo "skipped: unreadable files (nobody else can run the program here)"
fi

# a report that cannot be written is no success
if [ -c /dev/full ]; then
    expect 70 'cannot be written' sh -c "$v $tmp/drop >/dev/full"
    expect 70 'cannot be written' $v --output /dev/full "$tmp/drop"
    expect 70 'Is a directory' $v --output "$tmp/dir" "$tmp/drop"
fi

# nothing was written
expect 0 '^5$' sh -c "find $tmp/drop | wc -l"
expect 0 '^0$' sh -c "find $tmp/dir -mindepth 1 | wc -l"
finish
