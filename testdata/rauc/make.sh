#!/bin/sh
# Makes RAUC bundles with mksquashfs(1), veritysetup(8) and openssl(1), as the documentation of RAUC lays them out.  Keys are
# made anew, thrown away; the certificates are valid for a hundred years.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
rm -rf valid invalid
mkdir valid invalid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir content
openssl rand 5000 >content/rootfs.img
printf '[code]\nkeyUsage = critical,digitalSignature\nextendedKeyUsage = codeSigning\n' >ext.cnf
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -x509 -new -key root.key -subj '/CN=Root' -days 36500 -out root.crt
openssl ecparam -name prime256v1 -genkey -noout -out vendor.key
openssl req -new -key vendor.key -subj '/CN=Vendor' -out vendor.csr
openssl x509 -req -in vendor.csr -CA root.crt -CAkey root.key -CAcreateserial -days 36500 -extfile ext.cnf \
    -extensions code -out vendor.crt 2>/dev/null
cp root.crt "$here/valid"

mksquashfs content payload -quiet -no-progress -all-root -noappend >/dev/null
size=$(stat -c %s payload)
salt=$(openssl rand -hex 32)
veritysetup format payload tree --no-superblock --salt "$salt" --data-block-size 4096 --hash-block-size 4096 \
    --data-blocks $((size / 4096)) >verity.txt
root=$(sed -n 's/^Root hash: *//p' verity.txt)
cat payload tree >with-tree

# manifest ROOT SIZE FORMAT
manifest() {
    printf '[update]\ncompatible=device\nversion=1.2\n\n[bundle]\nformat=%s\nverity-hash=%s\nverity-salt=%s\nverity-size=%s\n' \
        "$3" "$1" "$salt" "$2"
}
# bundle TO PAYLOAD OPTION...: with a signature over standard input, or over a file
bundle() {
    to=$1 payload=$2
    shift 2
    openssl cms -sign -binary -signer vendor.crt -inkey vendor.key -md sha256 -nosmimecap -outform DER "$@" >message
    { cat "$payload" message; printf '%016x' "$(stat -c %s message)" | xxd -r -p; } >"$to"
}
tree_size=$(stat -c %s tree)
bundle "$here/valid/plain.raucb" payload -in payload
for format in verity crypt; do
    manifest "$root" "$tree_size" $format | bundle "$here/valid/$format.raucb" with-tree -nodetach
done
flip() {
    cp "$here/valid/verity.raucb" "$here/invalid/$1.raucb"
    printf '\377' | dd of="$here/invalid/$1.raucb" bs=1 seek="$2" conv=notrunc status=none
}
flip payload 4500
flip tree "$((size + 3))"
flip tree_end "$((size + 4000))"
manifest "$(printf %064d 0)" "$tree_size" verity | bundle "$here/invalid/root.raucb" with-tree -nodetach
manifest "$root" 8192 verity | bundle "$here/invalid/size.raucb" with-tree -nodetach
manifest "$root" "$tree_size" plain | bundle "$here/invalid/form.raucb" with-tree -nodetach
cat with-tree tree | cat >longer
manifest "$root" "$tree_size" verity | bundle "$here/invalid/longer.raucb" longer -nodetach
head -c -1 "$here/valid/plain.raucb" >"$here/invalid/cut.raucb"
{ cat "$here/valid/plain.raucb"; printf x; } >"$here/invalid/more.raucb"
cp payload "$here/invalid/bare.raucb"
