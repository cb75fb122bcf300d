#!/bin/sh
# Makes the messages of this directory with openssl(1) 3.x; add_unsigned.py puts timestamp tokens where openssl has no
# option for it.  Keys are made anew and thrown away; the certificates are valid for a hundred years.
set -eu
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -- *.py "$work"
cd "$work"

ec() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
cat >ext.cnf <<EOF
[code]
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
[tsa_config]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
ess_cert_id_alg = sha256
EOF
ec root.key
openssl req -x509 -new -key root.key -subj "/CN=Test Root" -days 36500 -out root.crt
issue() { # name subject extensions serial
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA root.crt -CAkey root.key -days 36500 -extfile ext.cnf -extensions "$3" \
        -set_serial "$4" -out "$1.crt" 2>/dev/null
}
ec leaf.key; issue leaf "/CN=Test Signer" code 4097
ec second.key; issue second "/CN=Second Signer" code 4098
openssl genrsa -out rsa.key 2048 2>/dev/null
issue rsa "/CN=RSA Signer" code 4099
ec tsa.key; issue tsa "/CN=Test TSA" tsa 4100

printf 'the release\nsecond line\n' >data.bin
sign() { # output, options
    out=$1; shift
    openssl cms -sign -binary -in data.bin -outform DER -out "$out" -nosmimecap -md sha256 -certfile root.crt "$@"
}
sign good.p7s -signer leaf.crt -inkey leaf.key
openssl cms -sign -binary -in data.bin -outform PEM -out armored.p7s -nosmimecap -signer leaf.crt -inkey leaf.key
sign attached.p7m -nodetach -signer leaf.crt -inkey leaf.key
sign streamed.p7m -nodetach -stream -signer leaf.crt -inkey leaf.key
openssl cms -cmsout -inform DER -in attached.p7m -outform PEM -out armored.p7m
{ echo "-----BEGIN CMS-----"; base64 -w 64 streamed.p7m; echo "-----END CMS-----"; } >armored-streamed.p7m
sign noattr.p7s -noattr -signer leaf.crt -inkey leaf.key
sign keyid.p7s -keyid -signer leaf.crt -inkey leaf.key
sign nocerts.p7s -nocerts -signer leaf.crt -inkey leaf.key
sign ess.p7s -cades -signer leaf.crt -inkey leaf.key
sign rsa.p7s -signer rsa.crt -inkey rsa.key
sign pss.p7s -signer rsa.crt -inkey rsa.key -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest
sign two.p7s -signer leaf.crt -inkey leaf.key -signer second.crt -inkey second.key

# A token over the signature value of good.p7s, as an unsigned attribute.
python3 add_unsigned.py value good.p7s >value.bin
echo 01 >serial
openssl ts -query -data value.bin -sha256 -cert -no_nonce -out q.tsq 2>/dev/null
openssl ts -reply -config ext.cnf -section tsa_config -queryfile q.tsq -signer tsa.crt -inkey tsa.key -chain root.crt \
    -token_out -out token.tst 2>/dev/null
python3 add_unsigned.py rfc3161 good.p7s token.tst >stamped.p7s
python3 add_unsigned.py microsoft good.p7s token.tst >stamped-ms.p7s
head -c 400 token.tst >broken.tst
python3 add_unsigned.py octets good.p7s broken.tst >stamped-broken.p7s

# A signature without the attributes that it signs, and a file made of them (RFC 5652 5.4).
python3 add_unsigned.py stripped good.p7s >stripped.p7s
python3 add_unsigned.py attributes good.p7s >attributes.bin

# Revocation lists that the signer archived: one that names nobody, and one that names the signer.
cat >ca.cnf <<EOF
[ca]
default_ca = d
[d]
database = index
crlnumber = crlnumber
default_md = sha256
EOF
ec archive-root.key
openssl req -x509 -new -key archive-root.key -subj "/CN=Archive Root" -days 36500 -out archive-root.crt
ec archived.key
openssl req -new -key archived.key -subj "/CN=Archiving Signer" -out archived.csr
openssl x509 -req -in archived.csr -CA archive-root.crt -CAkey archive-root.key -days 36500 -extfile ext.cnf \
    -extensions code -set_serial 4101 -out archived.crt 2>/dev/null
openssl cms -sign -binary -in data.bin -outform DER -out plain.p7s -nosmimecap -md sha256 -signer archived.crt \
    -inkey archived.key
: >index
echo 01 >crlnumber
archive() { # output
    openssl ca -config ca.cnf -gencrl -cert archive-root.crt -keyfile archive-root.key -crldays 36500 -out list.pem \
        2>/dev/null
    openssl crl -in list.pem -outform DER -out list.crl
    python3 add_unsigned.py archive plain.p7s list.crl >attributes
    openssl dgst -sha256 -sign archived.key -out value attributes
    python3 add_unsigned.py archive plain.p7s list.crl value >"$1"
}
archive archived.p7s
openssl ca -config ca.cnf -cert archive-root.crt -keyfile archive-root.key -revoke archived.crt 2>/dev/null
archive archived-revoked.p7s

# Detached stamps of the data.
openssl ts -query -data data.bin -sha256 -cert -no_nonce -out q.tsq 2>/dev/null
openssl ts -reply -config ext.cnf -section tsa_config -queryfile q.tsq -signer tsa.crt -inkey tsa.key -chain root.crt \
    -out granted.tsr 2>/dev/null
openssl ts -reply -config ext.cnf -section tsa_config -queryfile q.tsq -signer tsa.crt -inkey tsa.key \
    -token_out -out token.tst 2>/dev/null
openssl ts -query -data data.bin -md5 -no_nonce -out q.tsq 2>/dev/null
openssl ts -reply -config ext.cnf -section tsa_config -queryfile q.tsq -signer tsa.crt -inkey tsa.key \
    -out rejected.tsr 2>/dev/null || true

cp data.bin root.crt good.p7s armored.p7s attached.p7m streamed.p7m armored.p7m \
    armored-streamed.p7m stripped.p7s attributes.bin \
    archive-root.crt archived.p7s archived-revoked.p7s noattr.p7s keyid.p7s nocerts.p7s \
    ess.p7s rsa.p7s pss.p7s two.p7s stamped.p7s stamped-ms.p7s stamped-broken.p7s "$here"
cp data.bin root.crt granted.tsr token.tst rejected.tsr "$here/../timestamp"
