#!/bin/sh
# Makes the archives of this directory with jarsigner(1) of OpenJDK 17, openssl(1) 3.x and python3(1).  Keys are made anew
# and thrown away; the certificates are valid for a hundred years.
set -eu
cd "$(dirname "$0")"
here=$PWD
rm -rf valid invalid
mkdir valid invalid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp tool.py "$work"
cd "$work"
cat >ext.cnf <<EOF
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
EOF
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -x509 -new -key root.key -subj "/CN=Test Root" -days 36500 -out root.crt
for name in first second; do
    openssl ecparam -name prime256v1 -genkey -noout -out $name.key
    openssl req -new -key $name.key -subj "/CN=$name" -out $name.csr
    openssl x509 -req -in $name.csr -CA root.crt -CAkey root.key -days 36500 -extfile ext.cnf -out $name.crt 2>/dev/null
    openssl pkcs12 -export -in $name.crt -inkey $name.key -certfile root.crt -name $name -passout pass:secret -out $name.p12
done
sign() { # archive name options
    archive=$1 name=$2
    shift 2
    jarsigner -keystore "$name.p12" -storepass secret "$@" "$archive" "$name" >/dev/null
}
python3 tool.py plain
for name in signed parts twice; do
    cp plain.jar $name.jar
done
sign signed.jar first
sign parts.jar first -sectionsonly
sign twice.jar first
sign twice.jar second
python3 tool.py break
for file in valid-* invalid-*; do
    mv "$file" "$here/${file%%-*}/${file#*-}"
done
cp root.crt "$here"
