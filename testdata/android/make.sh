#!/bin/sh
# Makes the packages of this directory with apksigner(1) 31, openssl(1) 3.x and python3(1).  Keys are made anew and thrown
# away.
set -eu
cd "$(dirname "$0")"
here=$PWD
rm -rf valid invalid
mkdir valid invalid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp tool.py "$work"
cd "$work"
for name in vendor other next; do
    openssl ecparam -name prime256v1 -genkey -noout -out $name.key
    openssl req -x509 -new -key $name.key -subj "/CN=$name" -days 36500 -out $name.crt
    openssl pkcs8 -topk8 -nocrypt -in $name.key -outform DER -out $name.pk8
done
sign() { # in out options
    in=$1 out=$2
    shift 2
    apksigner sign --in "$in" --out "$out" "$@"
    rm -f "$out.idsig"
}
as() { # signer
    echo "--key $1.pk8 --cert $1.crt"
}
python3 tool.py plain
apksigner rotate --out lineage --old-signer $(as vendor) --new-signer $(as next)
sign plain-21.apk valid-v1v2v3.apk $(as vendor)
sign plain-21.apk valid-two.apk --v3-signing-enabled false $(as vendor) --next-signer $(as other)
sign plain-24.apk valid-verity.apk --v1-signing-enabled false --verity-enabled true $(as vendor)
sign plain-24.apk valid-rotated.apk --v1-signing-enabled false --lineage lineage $(as vendor) --next-signer $(as next)
sign plain-21.apk by-other.apk --v2-signing-enabled false --v3-signing-enabled false $(as other)
python3 tool.py sign
for file in valid-* invalid-*; do
    mv "$file" "$here/${file%%-*}/${file#*-}"
done
cp vendor.crt other.crt next.crt "$here"
