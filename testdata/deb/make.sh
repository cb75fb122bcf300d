#!/bin/sh
# Makes the Debian packages, repositories and source packages of the tests: with dpkg-deb(1), dpkg-scanpackages(1), gpg(1),
# ar(1); the invalid packages by python3 from the valid ones.  Keys are made anew and thrown away.
set -eu
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1735689600
cd "$(dirname "$0")"
here=$PWD
find . -mindepth 1 ! -name make.sh -delete
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GNUPGHOME="$work/gnupg"
mkdir -m 700 "$GNUPGHOME"
mkdir valid invalid repo source
cd "$work"
gpg="gpg --batch --quiet --pinentry-mode loopback --passphrase= --faked-system-time 20250101T000000!"
for who in vendor other; do
    $gpg --quick-generate-key "$who <$who@acme.example>" ed25519 sign never
    $gpg --export "$who" >"$here/$who.gpg"
done
sign() { # text detached-name inline-name
    $gpg -u vendor --detach-sign -o "$2" "$1"
    $gpg -u vendor --clearsign -o "$3" "$1"
}

# Packages, by each compression; the last two have what real ones have: links out of data.tar, conffiles, names by case.
tree() {
    rm -rf tree
    mkdir -p tree/DEBIAN tree/usr/bin tree/etc
    printf 'Package: agent\nVersion: %s\nArchitecture: amd64\nMaintainer: Vendor <vendor@acme.example>\nDescription: agent\n' \
        "$1" >tree/DEBIAN/control
    printf 'agent %s\n' "$1" >tree/usr/bin/agent
}
sums() { (cd tree && find usr -type f | sort | xargs md5sum) >tree/DEBIAN/md5sums; }
build() { dpkg-deb --root-owner-group "$1" -b tree "$2" >/dev/null; }
tree 1.0-1
rmdir tree/etc
sums
for packing in none gzip xz zstd; do
    build "-Z$packing" "$here/valid/$packing.deb"
done
tree 1:1.0-1
printf 'level=1\n' >tree/etc/agent.conf
printf '/etc/agent.conf\n' >tree/DEBIAN/conffiles
printf 'x' >tree/usr/bin/Agent
ln -s /etc/agent.conf tree/usr/bin/conf
ln tree/usr/bin/agent tree/usr/bin/agent1
sums
build -Zgzip "$here/valid/system.deb"
printf 'agent-old' >tree/usr/bin/agent2
build -Zgzip "$here/invalid/md5sums_unlisted.deb"
rm tree/usr/bin/Agent tree/usr/bin/agent2
build -Zgzip "$here/invalid/md5sums_absent.deb"
printf 'X' >tree/usr/bin/Agent
build -Zgzip "$here/invalid/md5sums_differs.deb"

# debsigs: the contents of the three members, one behind the other.
mkdir parts
(cd parts && ar x "$here/valid/gzip.deb" && cat debian-binary control.tar.gz data.tar.gz >all)
$gpg -u vendor --detach-sign -o parts/_gpgorigin parts/all
cp "$here/valid/gzip.deb" "$here/valid/signed.deb"
(cd parts && ar qD "$here/valid/signed.deb" _gpgorigin)

# A repository, with by-hash beside it, and one that is flat but for its paths.
cd "$here/repo"
mkdir -p pool/main dists/stable/main/binary-amd64
cp ../valid/gzip.deb pool/main/agent_1.0-1_amd64.deb
dpkg-scanpackages -a amd64 pool 2>/dev/null >"$work/Packages"
sed '/^MD5sum/d;/^SHA1/d' "$work/Packages" >dists/stable/main/binary-amd64/Packages
release() { # further fields on standard input
    printf 'Origin: Acme\nSuite: stable\nCodename: anvil\nDate: Wed, 01 Jan 2025 00:00:00 UTC\n'
    cat
    printf 'Acquire-By-Hash: yes\nArchitectures: amd64\nComponents: main\nSHA256:\n'
    (cd "$here/repo/dists/stable" && for f in main/binary-amd64/Packages*; do
        printf ' %s %16d %s\n' "$(sha256sum "$f" | cut -d' ' -f1)" "$(stat -c %s "$f")" "$f"
    done)
}
cd dists/stable
xz -k main/binary-amd64/Packages
release </dev/null >Release
sign Release Release.gpg InRelease
cd "$here"
sed 's/^Date.*/Date: Sun, 01 Jun 2025 00:00:00 UTC/' repo/dists/stable/Release >"$work/late"
sed 's/^Date.*/Date: soon/' repo/dists/stable/Release >"$work/dateless"
printf 'Valid-Until: Wed, 08 Jan 2025 00:00:00 UTC\n' | cat - repo/dists/stable/Release >"$work/short"
for what in late dateless short; do
    $gpg -u vendor --clearsign -o "$what.InRelease" "$work/$what"
done
hash=$(sha256sum repo/dists/stable/main/binary-amd64/Packages.xz | cut -d' ' -f1)
mkdir -p by-hash/dists/stable/main/binary-amd64/by-hash/SHA256
cp repo/dists/stable/main/binary-amd64/Packages.xz "by-hash/dists/stable/main/binary-amd64/by-hash/SHA256/$hash"
cp repo/dists/stable/InRelease by-hash/dists/stable/
cp -r repo/pool by-hash/

# Source packages.
cd "$here/source"
printf 'agent source\n' >agent_1.0.orig.tar.gz
printf 'Format: 3.0 (quilt)\nSource: agent\nVersion: 1.0-1\nChecksums-Sha256:\n %s %d %s\nFiles:\n %s %d %s\n' \
    "$(sha256sum agent_1.0.orig.tar.gz | cut -d' ' -f1)" "$(stat -c %s agent_1.0.orig.tar.gz)" agent_1.0.orig.tar.gz \
    "$(md5sum agent_1.0.orig.tar.gz | cut -d' ' -f1)" "$(stat -c %s agent_1.0.orig.tar.gz)" agent_1.0.orig.tar.gz \
    >"$work/agent.dsc"
$gpg -u vendor --clearsign -o agent_1.0-1.dsc "$work/agent.dsc"

# Packages that dpkg refuses, or of which it and others take different parts.
cd "$here"
python3 - <<'PY'
def members(path):
    data, at, out = open(path, 'rb').read(), 8, []
    while at < len(data):
        name, size = data[at:at + 16].rstrip().decode(), int(data[at + 48:at + 58])
        out.append([name, data[at + 60:at + 60 + size]])
        at += 60 + size + size % 2
    return out


def member(name, body, size=None, mark=b'`\n', mtime='0', pad=b'\n'):
    head = name.encode().ljust(16) + str(mtime).encode().ljust(12) + b'0     0     100644  '
    head += str(len(body) if size is None else size).encode().ljust(10) + mark
    return head + body + (pad if len(body) % 2 else b'')


def archive(parts, tail=b''):
    return b'!<arch>\n' + b''.join(p if isinstance(p, bytes) else member(*p) for p in parts) + tail


binary, control, data = members('valid/gzip.deb')
xz = members('valid/xz.deb')
origin = members('valid/signed.deb')[3]
odd = ['_odd', b'abc']
cases = {
    'no_binary': [control, data],
    'no_control': [binary, data],
    'no_data': [binary, control],
    'binary_twice': [binary, binary, control, data],
    'control_twice': [binary, control, control, data],
    'control_again': [binary, control, xz[1], data],
    'data_again': [binary, control, data, xz[2]],
    'control_behind': [binary, control, data, xz[1]],
    'swapped': [binary, data, control],
    'unknown_before_data': [binary, ['extra', b'x\n'], control, data],
    'suffix': [binary, control, ['data.tar.lz', data[1]]],
    'control_bz2': [binary, ['control.tar.bz2', control[1]], data],
    'compressed_otherwise': [binary, control, ['data.tar.xz', data[1]]],
    'not_compressed': [binary, control, ['data.tar', data[1]]],
    'version_3': [['debian-binary', b'3.0\n'], control, data],
    'version_lines': [['debian-binary', b'2.0\nmore\n'], control, data],
    'version_no_minor': [['debian-binary', b'2.\n'], control, data],
    'size_negative': [binary, control, member('data.tar.gz', data[1], size=-1)],
    'size_beyond': [binary, control, member('data.tar.gz', data[1], size=99999)],
    'size_blank': [binary, control, member('data.tar.gz', data[1], size='')],
    'size_hex': [binary, control, member('data.tar.gz', data[1], size='0x10')],
    'mark': [binary, control, member('data.tar.gz', data[1], mark=b'\n`')],
    'mtime': [binary, member('control.tar.gz', control[1], mtime='now'), data],
    'pad': [binary, member('_odd', b'abc', pad=b'x'), control, data],
    'long_name': [binary, ['//', b'data.tar.gz/\n'], control, ['/0', data[1]]],
    'other_twice': [binary, odd, odd, control, data],
}
for name, parts in cases.items():
    open(f'invalid/{name}.deb', 'wb').write(archive(parts))
open('invalid/tail.deb', 'wb').write(archive([binary, control, data], b'x'))
open('invalid/tail_newlines.deb', 'wb').write(archive([binary, control, data], b'\n\n'))
open('invalid/no_pad.deb', 'wb').write(archive([binary, control, data, odd])[:-1])
open('valid/others.deb', 'wb').write(archive([binary, odd, control, ['_x', b'1'], data, ['_y', b''], ['extra', b'zz']]))
open('valid/gnu_names.deb', 'wb').write(archive([[n + '/', b] for n, b in (binary, control, data)]))

# A signature over the same bytes of which another part is control.tar; and further members beside it.
joined = control[1] + data[1]
cut = len(control[1]) + 10
open('invalid/signed_shifted.deb', 'wb').write(
    archive([binary, ['control.tar.gz', joined[:cut]], ['data.tar.gz', joined[cut:]], origin]))
open('invalid/signed_extra.deb', 'wb').write(archive([binary, control, data, origin, ['extra', b'evil']]))
open('invalid/signed_other.deb', 'wb').write(archive([binary, control, ['_evil', b'evil'], data, origin]))
PY
