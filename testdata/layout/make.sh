#!/bin/sh
# Makes in-toto layouts with their links and products, with Debian's in-toto (in-toto-keygen, in-toto-run, and its Python
# modules for layouts, for which it has no command).  Keys are made anew and thrown away; layouts expire in a hundred years.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
rm -rf valid invalid keys
mkdir valid invalid keys
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in owner alice bob carol; do in-toto-keygen -t ed25519 "$name"; done
for name in owner2 dave; do in-toto-keygen -t rsa -b 2048 "$name"; done
in-toto-keygen -t ecdsa erin
cp owner.pub owner2.pub erin.pub "$here/keys"
mv "$here/keys/erin.pub" "$here/keys/other.pub"
/usr/bin/python3 "$here/make.py" "$here"
