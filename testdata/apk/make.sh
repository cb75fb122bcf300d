#!/bin/sh
# Makes Alpine packages and indices for the tests.  Debian has no apk-tools: tar and gzip members are python3's, ADB blocks
# are written by make.py after apk-v3(5), and keys and signatures are openssl(1)'s.  Keys are made anew and thrown away.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
find . -mindepth 1 ! -name make.sh ! -name make.py -delete
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in vendor other; do
    openssl genrsa -out "$name.key" 2048 2>/dev/null
    openssl pkey -in "$name.key" -pubout -out "$name.rsa.pub"
done
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
openssl pkey -in ec.key -pubout -out ec.pub
python3 "$here/make.py"
cp ./*.pub ./*.apk ./*.tar.gz "$here"
