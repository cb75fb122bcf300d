#!/bin/sh
# Makes the signed files of this directory with osslsigncode(1), openssl(1) and python3(1).  Keys are made anew and thrown
# away; the certificates are valid for a hundred years.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
find . -mindepth 1 ! -name make.sh ! -name small.py -delete
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp small.py "$work"
cd "$work"

cat >ext.cnf <<EOF
[code]
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
EOF
ec() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
ec root.key
openssl req -x509 -new -key root.key -subj /CN=R -days 36500 -out root.crt
issue() { # name serial
    ec "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA root.crt -CAkey root.key -days 36500 -extfile ext.cnf -extensions code \
        -set_serial "$2" -out "$1.crt" 2>/dev/null
}
issue vendor 1
issue second 2
python3 small.py vendor.crt vendor.key
sign() { # in, out, options
    in=$1 out=$2; shift 2
    osslsigncode sign -certs vendor.crt -key vendor.key -h sha256 -time 1750000000 "$@" -in "$in" -out "$here/$out" >/dev/null
}
sign agent32.exe agent32.exe
sign agent64.exe agent64.exe
sign agent64.exe paged.exe -ph
sign agent.cab agent.cab
sign agent.msi agent.msi -add-msi-dse
sign agent.msi plain.msi
for file in *.msix; do sign "$file" "$file"; done
sign agent.ps1 agent.ps1
sign wide.ps1 wide.ps1
osslsigncode sign -certs second.crt -key second.key -h sha256 -time 1750000000 -in agent64.exe -out second.exe >/dev/null
mkdir before
cp "$here/agent64.exe" second.exe before/
python3 small.py vendor.crt vendor.key before
for file in inner-*; do sign "$file" "$file"; done
osslsigncode sign -nest -certs second.crt -key second.key -h sha512 -time 1750000000 -in "$here/agent64.exe" -out "$here/nested.exe" >/dev/null
sign overlaid.exe overlaid.exe
cp agent.cat pages-*.exe root.crt "$here/"
cp agent64.exe "$here/unsigned.exe"
cp agent.msix "$here/unsigned.msix"
