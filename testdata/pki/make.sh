#!/bin/sh
# Makes the certificates, revocation lists and OCSP responses beside it with openssl(1) 3.0.  Private keys are thrown
# away.  The tests judge at 2030-01-01; OCSP responses carry the time they were made at.
set -eu
cd "$(dirname "$0")"
out=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
rm -f "$out"/*.pem "$out"/*.crt "$out"/*.crl "$out"/*.ocsp

cat > ca.cnf <<'EOF'
[ca]
default_ca = default
[default]
database = $ENV::CA/index
serial = $ENV::CA/serial
crlnumber = $ENV::CA/crlnumber
new_certs_dir = .
default_md = sha256
policy = policy
unique_subject = no
[policy]
organizationName = optional
commonName = supplied
[req]
distinguished_name = dn
[dn]
[constraints]
permitted;DNS = good.example
EOF
export CA=none

ec() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }

# authority NAME: an empty data base
authority() { mkdir -p "$1.ca"; : > "$1.ca/index"; echo 1000 > "$1.ca/serial"; echo 01 > "$1.ca/crlnumber"; }

# issue NAME ISSUER SUBJECT FROM UNTIL DIGEST, extensions on the standard input; NAME.key must be there
issue() {
    cat > "$1.ext"
    openssl req -new -config ca.cnf -key "$1.key" -subj "$3" -out "$1.csr"
    if [ "$1" = "$2" ]; then self="-selfsign -keyfile $1.key"; else self="-cert $2.crt -keyfile $2.key"; fi
    # shellcheck disable=SC2086
    CA=$2.ca openssl ca -batch -notext -config ca.cnf $self -in "$1.csr" -startdate "$4" -enddate "$5" -md "$6" \
        -extfile "$1.ext" -out "$1.crt" 2>/dev/null
}
# leaf NAME EXTENSION...: by the intermediate, valid from 2025 to 2035
leaf() {
    name=$1; shift
    [ -e "$name.key" ] || ec "$name"
    { echo "basicConstraints = critical,CA:FALSE"; for e in "$@"; do echo "$e"; done; } |
        issue "$name" "${BY:-inter}" "/O=Assay/CN=${CN:-$name}" "${FROM:-20250101000000Z}" "${UNTIL:-20350101000000Z}" "${MD:-sha256}"
}
ca_ext() { printf 'subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\nbasicConstraints = %s\nkeyUsage = critical,%s\n' "$1" "$2"; }
from=20200101000000Z until=20500101000000Z
sign='keyUsage = critical,digitalSignature'
code='extendedKeyUsage = codeSigning'

for ca in root inter impostor sub nocertsign server names; do authority $ca; ec $ca; done
ca_ext critical,CA:TRUE keyCertSign,cRLSign | issue root root /O=Assay/CN=root $from $until sha256
ca_ext critical,CA:TRUE,pathlen:0 keyCertSign,cRLSign | issue inter root /O=Assay/CN=inter $from $until sha256
ca_ext critical,CA:TRUE,pathlen:0 keyCertSign,cRLSign | issue impostor impostor /O=Assay/CN=inter $from $until sha256
ca_ext critical,CA:TRUE keyCertSign,cRLSign | issue sub inter /O=Assay/CN=sub $from $until sha256
ca_ext critical,CA:TRUE cRLSign | issue nocertsign root /O=Assay/CN=nocertsign $from $until sha256
{ ca_ext critical,CA:TRUE keyCertSign,cRLSign; echo 'extendedKeyUsage = serverAuth'; } |
    issue server root /O=Assay/CN=server $from $until sha256
{ ca_ext critical,CA:TRUE keyCertSign,cRLSign; echo 'nameConstraints = critical,permitted;DNS:good.example'; } |
    issue names root /O=Assay/CN=names $from $until sha256

leaf good "$sign" "$code" 'subjectKeyIdentifier = hash'
UNTIL=20260101000000Z leaf expired "$sign" "$code"
UNTIL=20260101000000Z leaf lifetime "$sign" 'extendedKeyUsage = codeSigning,1.3.6.1.4.1.311.10.3.13'
FROM=20310101000000Z leaf future "$sign" "$code"
leaf eku-server "$sign" 'extendedKeyUsage = serverAuth'
leaf eku-email "$sign" 'extendedKeyUsage = emailProtection'
leaf eku-any "$sign" 'extendedKeyUsage = anyExtendedKeyUsage'
leaf eku-none "$sign"
leaf ku-none "$code"
leaf ku-commits 'keyUsage = critical,nonRepudiation' "$code"
leaf ku-encrypts 'keyUsage = critical,keyAgreement' "$code"
leaf tsa "$sign" 'extendedKeyUsage = critical,timeStamping'
leaf tsa-not-critical "$sign" 'extendedKeyUsage = timeStamping'
leaf tsa-and-code "$sign" 'extendedKeyUsage = critical,timeStamping,codeSigning'
leaf strange "$sign" "$code" '1.2.3.4 = critical,ASN1:NULL'
MD=sha1 leaf sha1 "$sign" "$code"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa1024.key 2>/dev/null
leaf rsa1024 "$sign" "$code"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out explicit.key 2>/dev/null
leaf explicit "$sign" "$code"
BY=sub leaf deep "$sign" "$code"
BY=nocertsign leaf by-nocertsign "$sign" "$code"
BY=server leaf by-server "$sign" "$code"
BY=names leaf named-well "$sign" "$code" 'subjectAltName = DNS:a.good.example'
BY=names leaf named-ill "$sign" "$code" 'subjectAltName = DNS:evil.example'
BY=impostor CN=good leaf by-impostor "$sign" "$code"
authority good; BY=good leaf by-leaf "$sign" "$code"
authority selfsigned; BY=selfsigned leaf selfsigned "$sign" "$code"
authority selfsigned; BY=selfsigned leaf by-selfsigned "$sign" "$code"
leaf responder "$sign" 'extendedKeyUsage = OCSPSigning' 'noCheck = ignored'
leaf responder-checked "$sign" 'extendedKeyUsage = OCSPSigning'
for reason in keyCompromise superseded; do leaf revoked-$reason "$sign" "$code"; done
leaf revoked "$sign" "$code"

# list NAME CA CA-CERTIFICATE-AND-KEY FROM UNTIL [option...]
list() {
    name=$1 db=$2 by=$3 a=$4 b=$5; shift 5
    CA=$db.ca openssl ca -gencrl -config ca.cnf -cert "$by.crt" -keyfile "$by.key" -crl_lastupdate "$a" \
        -crl_nextupdate "$b" -out "$name.pem" "$@" 2>/dev/null
    openssl crl -in "$name.pem" -outform DER -out "$out/$name.crl"
}
year='20291201000000Z 20301201000000Z'
old='20260101000000Z 20260201000000Z'
# shellcheck disable=SC2086
{
    list inter-old inter inter $old
    list inter-clean inter inter $year
    list inter-sha1 inter inter $year -md sha1
    list inter-forged inter impostor $year
    list root root root $year
    cat >> ca.cnf <<'EOF'
[only_ca]
issuingDistributionPoint = critical,@only_ca_point
[only_ca_point]
onlyCA = TRUE
[indirect]
issuingDistributionPoint = critical,@indirect_point
[indirect_point]
indirectCRL = TRUE
[point]
issuingDistributionPoint = critical,@point_point
[point_point]
fullname = URI:http://crl.example/1
[delta]
deltaCRL = critical,ASN1:INTEGER:1
EOF
    for kind in only_ca indirect point delta; do list inter-$kind inter inter $year -crlexts $kind; done
}
CA=inter.ca openssl ca -config ca.cnf -cert inter.crt -keyfile inter.key -revoke revoked.crt 2>/dev/null
for reason in keyCompromise superseded; do
    CA=inter.ca openssl ca -config ca.cnf -cert inter.crt -keyfile inter.key -revoke revoked-$reason.crt \
        -crl_reason $reason 2>/dev/null
done
# shellcheck disable=SC2086
{
    list inter inter inter $year
    list inter-old-revoked inter inter $old
}
CA=root.ca openssl ca -config ca.cnf -cert root.crt -keyfile root.key -revoke inter.crt -crl_reason superseded 2>/dev/null
# shellcheck disable=SC2086
list root-revoked root root $year

# answer NAME CERTIFICATE RESPONDER DAYS
answer() {
    openssl ocsp -index inter.ca/index -CA inter.crt -rsigner "$3.crt" -rkey "$3.key" -issuer inter.crt \
        -cert "$2.crt" -respout "$out/$1.ocsp" -ndays "$4" >/dev/null 2>&1
}
answer good good responder 3650
answer good-by-issuer good inter 3650
answer good-by-checked good responder-checked 3650
answer good-by-leaf good ku-none 3650
answer good-old good responder 1
answer revoked revoked-keyCompromise responder 3650
sed -i '/CN=good$/d' inter.ca/index
answer unknown good responder 3650

for name in *.crt; do openssl x509 -in "$name" -outform DER -out "$out/$name"; done
openssl x509 -in root.crt -out "$out/root.pem"
cat inter.crt good.crt > "$out/helpers.pem"
cat "$out/root.pem" "$work/inter.pem" > "$out/mixed.pem"
