#!/bin/sh
# Makes the packages of this directory with openssl(1) 3.x and python3(1).  Keys are made anew and thrown away.
set -eu
cd "$(dirname "$0")"
here=$PWD
rm -rf valid invalid
mkdir valid invalid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp tool.py "$work"
cd "$work"
for name in vendor other; do
    openssl ecparam -name prime256v1 -genkey -noout -out $name.key
    openssl req -x509 -new -key $name.key -subj "/CN=$name" -days 36500 -out $name.crt
done
python3 tool.py vendor.key vendor.crt other.key other.crt
for file in valid-* invalid-*; do
    mv "$file" "$here/${file%%-*}/${file#*-}"
done
cp vendor.crt other.crt "$here"
