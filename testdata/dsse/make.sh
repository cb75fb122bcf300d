#!/bin/sh
# Makes the DSSE envelopes of the tests with openssl(1) and python3(1).  Keys are made anew and thrown away.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
find . -mindepth 1 ! -name make.sh ! -name envelope.py -delete
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'agent 1.0\n' >agent.bin
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
openssl genpkey -algorithm ed25519 -out ed.key
openssl genrsa -out rsa.key 2048 2>/dev/null
for key in ec ed rsa; do
    openssl pkey -in $key.key -pubout -out $key.pub
done
python3 "$here/envelope.py"
cp agent.bin ./*.pub ./*.dsse "$here"
