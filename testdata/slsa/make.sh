#!/bin/sh
# Makes the attestations of the tests with openssl(1) and python3(1).  Keys are made anew and thrown away.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
find . -mindepth 1 ! -name make.sh ! -name attestations.py -exec rm -rf {} +
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir keys
printf 'agent 1.0\n' >agent.bin
for key in builder verifier region pae other; do
    openssl ecparam -name prime256v1 -genkey -noout -out $key.pem
    openssl pkey -in $key.pem -pubout -out $key.pub
done
mv region.pub keys/us-west2.key
mv pae.pub keys/global-pae-worker_1.key
python3 "$here/attestations.py"
cp -R agent.bin keys ./*.pub ./*.dsse ./*.json "$here"
