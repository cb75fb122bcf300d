#!/bin/sh
# Makes the packages of the tests with rpmbuild(8) and rpmsign(8) of rpm 4.18 and keys of gpg(1), made anew and thrown
# away; edit.py makes from them what rpm 4.18 does not write, and the invalid ones.  NAME.list is what rpm(8) lists of the
# regular files in NAME: size, a blank, the name without its first '/'.
set -eu
GPG_TTY=; export GPG_TTY LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1700000000
cd "$(dirname "$0")"
rm -rf valid invalid
mkdir valid invalid
work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gnupg" --kill all; rm -rf "$work"' EXIT
export GNUPGHOME="$work/gnupg"
mkdir -m 700 "$GNUPGHOME"
for key in vendor:ed25519 other:ed25519 rsa:rsa2048; do
    gpg -q --no-tty --batch --faked-system-time 20240101T000000 --passphrase '' --quick-generate-key "${key%%:*} <${key%%:*}@acme.example>" "${key#*:}" sign never
    gpg -q --export "${key%%:*}@acme.example" >"valid/${key%%:*}.pgp"
done

cat >"$work/agent.spec" <<'EOF'
Name: agent
Epoch: 1
Version: 2.0
Release: 3
Summary: An agent
License: MIT
BuildArch: noarch
%description
An agent.
%install
mkdir -p %{buildroot}/opt/agent
printf 'agent 2.0\n' >%{buildroot}/opt/agent/agent.bin
printf 'hostname=\n' >%{buildroot}/opt/agent/agent.conf
ln %{buildroot}/opt/agent/agent.bin %{buildroot}/opt/agent/agent.hard
ln -s /etc/agent.conf %{buildroot}/opt/agent/link
touch %{buildroot}/opt/agent/empty
%files
%dir /opt/agent
/opt/agent/agent.bin
/opt/agent/agent.hard
%config /opt/agent/agent.conf
/opt/agent/link
/opt/agent/empty
%ghost /opt/agent/log
EOF
build() { # name payload
    rm -rf "$work/top"
    rpmbuild -bb --quiet --define "_topdir $work/top" --define "_binary_payload $2" --define "__gpg_reserved_space 32" \
        --define "_buildhost localhost" --define "use_source_date_epoch_as_buildtime 1" "$work/agent.spec" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    mv "$work"/top/RPMS/noarch/*.rpm "valid/$1.rpm"
}
build gzip w9.gzdio
build xz w2.xzdio
build zstd w3.zstdio
build bzip2 w9.bzdio
build stored w.ufdio
for key in vendor rsa; do
    cp valid/gzip.rpm "valid/$key.rpm"
    rpmsign --addsign --define "__gpg $(command -v gpg)" --define "_gpg_name $key@acme.example" --define "_gpg_digest_algo sha256" "valid/$key.rpm" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done
cp valid/stored.rpm valid/over-all.rpm
rpmsign --addsign --define "__gpg $(command -v gpg)" --rpmv3 --define "_gpg_name vendor@acme.example" --define "_gpg_digest_algo sha256" valid/over-all.rpm >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
rpmbuild -bs --quiet --define "_topdir $work/top" --define "_source_payload w9.gzdio" --define "__gpg_reserved_space 32" \
    --define "_buildhost localhost" "$work/agent.spec" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mv "$work"/top/SRPMS/*.rpm valid/source.rpm
python3 edit.py
for f in valid/*.rpm; do
    rpm -qp --qf '[%{FILEMODES:perms} %{FILEFLAGS:fflags}_ %{FILESIZES} %{FILENAMES}\n]' "$f" 2>/dev/null |
        awk '/^-/ && $2 !~ /g/ { sub("^/", "", $4); print $3, $4 }' >"$f.list"
done
cp valid/stored.rpm.list valid/outside.rpm.list # which rpm 4.18 verifies and does not query
