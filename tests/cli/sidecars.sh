#!/bin/sh
# What vendors of Linux put beside their files: signatures over what a file unpacks to, lists behind their signature, several
# armored signatures in one file, lists of trees with links; and what is said where they are not as they should be.
. "$(dirname "$0")/lib.sh"
v="$assay verify --policy none --at 2026-12-01"
fresh() { rm -rf "$tmp/d" && mkdir "$tmp/d" && cp "$@" "$tmp/d"; }

# kernel.org: x.tar.sign is over what x.tar.xz, x.tar.gz ... unpack to
u=$data/openpgp/unpacked
k="--key $u/vendor.pgp"
for suffix in xz gz zst lzma; do
    expect 0 'agent-1.0.tar.sign' $v $k "$u/agent-1.0.tar.$suffix"
    expect 0 'ALLOW' $v $k --signature "$u/agent-1.0.tar.sign" "$u/agent-1.0.tar.$suffix"
    fresh "$u/agent-1.0.tar.sign" "$u/agent-1.0.tar.$suffix"
    expect 0 'ALLOW' $v $k "$tmp/d"
    printf '\0\0\0\0' >>"$tmp/d/agent-1.0.tar.$suffix"
    expect 3 'compressed data' $v $k "$tmp/d/agent-1.0.tar.$suffix"
done
fresh "$u/agent-1.0.tar.sign" "$u/agent-1.0.tar.xz"
expect 3 'signer.none-trusted' $v "$tmp/d/agent-1.0.tar.xz"
expect 12 'signer.unknown' $v --key "$data/openpgp/valid/Vendor.pgp" "$tmp/d/agent-1.0.tar.xz"
xz -dc "$tmp/d/agent-1.0.tar.xz" | tr 1 2 | xz >"$tmp/d/x" && mv "$tmp/d/x" "$tmp/d/agent-1.0.tar.xz"
expect 11 'signature.invalid' $v $k "$tmp/d/agent-1.0.tar.xz"
xz -dc "$u/agent-1.0.tar.xz" >"$tmp/d/agent-1.0.tar"
expect 0 'ALLOW' $v $k "$tmp/d/agent-1.0.tar"
expect 1 'coverage.unlisted-file' $v $k "$tmp/d" # it is about the tar that is there, and nothing about the other
head -c 100 "$u/agent-1.0.tar.xz" >"$tmp/d/agent-1.0.tar.xz"
rm "$tmp/d/agent-1.0.tar"
expect 3 'UNPROVEN' $v $k "$tmp/d/agent-1.0.tar.xz"
cp "$u/agent-1.0.tar.xz" "$tmp/d"
expect 20 'limit.reached' $v $k --limit unpacked=100 "$tmp/d/agent-1.0.tar.xz"
mv "$tmp/d/agent-1.0.tar.xz" "$tmp/d/agent-1.1.tar.xz"
expect 10 'evidence.absent' $v $k "$tmp/d/agent-1.1.tar.xz"

# OpenBSD: SHA256.sig has the list behind the signature
m=$data/minisign/valid
k="--key $m/signify.pub"
fresh "$m/SHA256.sig" "$m/agent.bin"
expect 0 'in SHA256.sig' $v $k "$tmp/d/agent.bin"
expect 0 'ALLOW' $v $k "$tmp/d"
expect 12 "signer.unknown" $v --key "$m/minisign.pub" "$tmp/d/agent.bin"
echo x >>"$tmp/d/agent.bin"
expect 13 'digest.mismatch' $v $k "$tmp/d/agent.bin"
fresh "$m/agent.bin" "$m/SHA256.sig"
echo x >"$tmp/d/other"
(cd "$tmp/d" && sha256sum --tag other) >>"$tmp/d/SHA256.sig"
expect 11 'signature.invalid' $v $k "$tmp/d/agent.bin"
expect 11 'signature.invalid' $v $k "$tmp/d/other"
fresh "$m/agent.bin"
head -n 2 "$m/SHA256.sig" >"$tmp/d/SHA256.sig"
tail -n +3 "$m/SHA256.sig" >"$tmp/d/SHA256"
expect 0 'ALLOW' $v $k "$tmp/d/agent.bin"

# Debian: the signatures of several keys one behind the other; text around or between them is nobody's
o=$data/openpgp/valid
k="--key $o/Vendor.pgp"
fresh "$o/agent.bin"
cat "$o/armored.asc" "$o/armored.asc" >"$tmp/d/agent.bin.asc"
expect 0 'ALLOW' $v $k "$tmp/d/agent.bin"
(cat "$o/armored.asc" && echo text && cat "$o/armored.asc") >"$tmp/d/agent.bin.asc"
expect 3 'evidence.malformed' $v $k "$tmp/d/agent.bin"
(echo text && cat "$o/armored.asc") >"$tmp/d/agent.bin.asc"
expect 3 'text before' $v $k "$tmp/d/agent.bin"

# a list of a tree says where its links lead
rm -rf "$tmp/t" && mkdir -p "$tmp/t/dir"
printf 'agent 1.0\n' >"$tmp/t/agent"
ln -s ../agent "$tmp/t/dir/link"
ln -s dir "$tmp/t/there"
cat >"$tmp/tree.mtree" <<LIST
#mtree
./agent type=file sha256digest=$(sha256sum "$tmp/t/agent" | cut -d' ' -f1)
./dir type=dir
./dir/link type=link link=../agent
./there type=link link=dir
LIST
p="$v --pin-manifest $tmp/tree.mtree"
expect 0 'ALLOW' $p "$tmp/t"
expect 0 '"leads_to": *"../agent"' $p --json "$tmp/t"
ln -sfn dir/../agent "$tmp/t/dir/link"
expect 13 'tree.unsafe-link' $p "$tmp/t"
ln -sfn ../agent "$tmp/t/dir/link"
ln -sfn . "$tmp/t/there"
expect 13 'no link that leads to "dir"' $p "$tmp/t"
rm "$tmp/t/there" && cp "$tmp/t/agent" "$tmp/t/there"
expect 13 'no link that leads to "dir"' $p "$tmp/t"
rm "$tmp/t/there"
expect 3 'manifest.file-missing' $p "$tmp/t"
ln -s dir "$tmp/t/there" && ln -s agent "$tmp/t/more"
expect 1 'coverage.unlisted-file' $p "$tmp/t"

# a size that nobody should have to wait for; nobody in a list of signers
truncate -s 1T "$tmp/d/huge"
cp "$o/Vendor.sig" "$tmp/d/huge.sig"
expect 20 'limit.reached' $v $k "$tmp/d/huge"
cp "$o/text.sig" "$tmp/d/huge.sig"
expect 20 'limit.reached' $v $k "$tmp/d/huge"
expect 20 'limit.reached' $v $k --limit subject=9 --signature "$o/Vendor.sig" "$o/agent.bin"
expect 0 'ALLOW' $v $k --limit subject=10 --signature "$o/Vendor.sig" "$o/agent.bin"
echo '# nobody' >"$tmp/signers"
expect 3 'holds no signer' $v --allowed-signers "$tmp/signers" --signature "$data/property/agent.bin.sshsig" "$data/property/agent.bin"

# what a package calls itself is what was asked for
expect 0 'ALLOW' $v --key "$data/apk/ec.pub" --package-name agent "$data/apk/v3-ec.apk"
expect 12 'package.other' $v --key "$data/apk/ec.pub" --package-name other "$data/apk/v3-ec.apk"

# the files of packages, also of those inside others
expect 0 'members +3 files' $assay inspect "$data/apk/v3.apk"
expect 0 'members +3 files' $assay inspect "$data/apk/v3-deflate.apk"
expect 0 'data.tar.gz in good.apk' $assay inspect "$data/apk/good.apk"
if command -v dpkg-deb >/dev/null && command -v ar >/dev/null; then
    mkdir -p "$tmp/p/DEBIAN" "$tmp/p/opt"
    printf 'Package: outer\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n' >"$tmp/p/DEBIAN/control"
    cp "$data/deb/valid/signed.deb" "$data/apk/v3.apk" "$tmp/p/opt"
    dpkg-deb -Zxz -b "$tmp/p" "$tmp/outer.deb" >/dev/null
    expect 0 'opt/signed.deb in data.tar.xz: deb' $assay inspect --set recurse=true "$tmp/outer.deb"
    expect 0 'opt/v3.apk in data.tar.xz: apk3' $assay inspect --set recurse=true "$tmp/outer.deb"
    (cd "$tmp" && ar x outer.deb && xz -d data.tar.xz && xz --format=lzma data.tar &&
        ar rc lzma.deb debian-binary control.tar.xz data.tar.lzma)
    expect 0 'opt/v3.apk in data.tar.lzma: apk3' $assay inspect --set recurse=true --strict "$tmp/lzma.deb"
fi

# git: what a checkout would follow out of the tree
if command -v git >/dev/null && $assay inspect --ref x "$data" 2>&1 | grep -q 'no git repository'; then
    g="$tmp/g"
    git init -q "$g"
    mkdir "$g/dir" && echo x >"$g/dir/file" && ln -s ../dir/file "$g/dir/stays"
    commit() { git -C "$g" add -A && git -C "$g" -c user.name=a -c user.email=a@b commit -qm x; }
    commit
    expect 0 'consistent' $assay inspect --strict --ref HEAD "$g"
    ln -s ../../out "$g/dir/leaves" && commit
    expect 1 'leads out of the tree' $assay inspect --strict --ref HEAD "$g"
    git -C "$g" rm -qf dir/leaves
    printf '/etc/passwd' >"$g/a-file" && ln -s /etc/passwd "$g/link" && commit
    expect 1 'link is a link to a path of the system' $assay inspect --strict --ref HEAD "$g"
    git -C "$g" rm -qf link
    for line in '[submodule "../../x"]' 'path = ../x' 'path = -x' 'url = -x' 'update = !x' 'path = /x'; do
        printf '[submodule "x"]\n\t%s\n' "$line" >"$g/.gitmodules" && commit
        expect 1 'archive.unsafe-path' $assay inspect --strict --ref HEAD "$g"
    done
    printf '[submodule "x"]\n\tpath = a/b\n\turl = ../x.git\n' >"$g/.gitmodules" && commit
    expect 0 'consistent' $assay inspect --strict --ref HEAD "$g"
fi

finish
