#!/bin/sh
# Makes a small Sigstore of our own, bundles that it bears out, and bundles of which one thing is wrong each (wrong/).
# With openssl(1) for the timestamps and python3(1) with its cryptography package for the rest.  Keys are thrown away.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
find . -mindepth 1 ! -name make.sh ! -name world.py ! -name bundles.py -delete
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1 python3 "$here/bundles.py" "$here"
