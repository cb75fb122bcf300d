#!/bin/sh
# Makes SWUpdate images, signed with openssl(1), packed by pack.py.  Keys are made anew, thrown away; the certificates are
# valid for a hundred years.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
rm -rf valid invalid
mkdir valid invalid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'image\n' >rootfs.img
printf 'script\n' >update.lua
: >empty
sha() { sha256sum "$1" | cut -d' ' -f1; }

printf '[code]\nkeyUsage = critical,digitalSignature\nextendedKeyUsage = codeSigning\n' >ext.cnf
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -x509 -new -key root.key -subj '/CN=Root' -days 36500 -out root.crt
openssl ecparam -name prime256v1 -genkey -noout -out vendor.key
openssl req -new -key vendor.key -subj '/CN=Vendor' -out vendor.csr
openssl x509 -req -in vendor.csr -CA root.crt -CAkey root.key -CAcreateserial -days 36500 -extfile ext.cnf \
    -extensions code -out vendor.crt 2>/dev/null
openssl genrsa -out rsa.key 2048 2>/dev/null
openssl pkey -in rsa.key -pubout -out rsa.pub
cp root.crt rsa.pub "$here/valid"

cms() { openssl cms -sign -binary -in "$1" -signer vendor.crt -inkey vendor.key -md sha256 -nosmimecap -outform DER -out "$1.sig"; }
# image KIND NAME DESCRIPTION MEMBER...: signed with CMS
image() {
    to=$here/$1/$2.swu desc=$3
    shift 3
    cms "$desc"
    python3 "$here/pack.py" "$to" sw-description="$desc" sw-description.sig="$desc.sig" "$@"
}

cat >config <<EOF
/* an update of one board */
software =
{
  version = "1.2" "." "3"; # three parts
  hardware-compatibility: [ "1.0", "1.2" ];
  board: {
    stable: {
      images: ( { filename = "rootfs.img"; device = "/dev/mmcblk0p2"; compressed = false; offset = 0x1000L;
                  sha256 = "$(sha rootfs.img)" } );
      scripts: ( { filename = "update.lua", type = "lua", sha256 = "$(sha update.lua)" }, ); // runs first
    }
  }
}
EOF
cat >json <<EOF
{ "software": { "version": "1.2.3", "images": [
  { "filename": "rootfs.img", "sha256": "$(sha rootfs.img)" }, { "filename": "empty", "sha256": "$(sha empty)" } ] } }
EOF
printf 'software = { version = "1"; images: ( { filename = "rootfs.img"; sha256 = "%s"; } ); }\n' "$(sha rootfs.img)" >one
image valid config config rootfs.img=rootfs.img update.lua=update.lua
image valid json json -n rootfs.img=rootfs.img empty=empty
image valid small one -n rootfs.img=rootfs.img
cp "$here/valid/small.swu" "$here/valid/padded.swu"
truncate -s %512 "$here/valid/padded.swu"
openssl dgst -sha256 -sign rsa.key -out rsa.sig one
openssl dgst -sha256 -sign rsa.key -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-2 -out pss.sig one
for kind in rsa pss; do
    python3 "$here/pack.py" "$here/valid/$kind.swu" sw-description=one sw-description.sig=$kind.sig rootfs.img=rootfs.img
done
python3 "$here/pack.py" "$here/valid/unsigned.swu" sw-description=one rootfs.img=rootfs.img

image invalid unlisted one rootfs.img=rootfs.img more=update.lua
image invalid duplicate one rootfs.img=rootfs.img rootfs.img=update.lua
image invalid second one rootfs.img=rootfs.img sw-description=json
image invalid swapped one rootfs.img=update.lua
image invalid missing one
image invalid path one rootfs.img=rootfs.img ../x=update.lua
image invalid tail one -t hidden rootfs.img=rootfs.img
cp "$here/valid/small.swu" "$here/invalid/longer.swu"
truncate -s +4 "$here/invalid/longer.swu"
image invalid link one -m 120777 rootfs.img=rootfs.img
python3 "$here/pack.py" "$here/invalid/late.swu" rootfs.img=rootfs.img sw-description=one sw-description.sig=one.sig
python3 "$here/pack.py" "$here/invalid/apart.swu" sw-description=one rootfs.img=rootfs.img sw-description.sig=one.sig
python3 "$here/pack.py" "$here/invalid/junk.swu" sw-description=one sw-description.sig=empty rootfs.img=rootfs.img
printf 'software = { images: ( { filename = "rootfs.img"; } ); }\n' >nohash
image invalid nohash nohash rootfs.img=rootfs.img
printf 'software = { images: ( { filename = "rootfs.img"; sha256 = "%s"; }, { filename = "rootfs.img"; } ); }\n' \
    "$(sha rootfs.img)" >half
image invalid half half rootfs.img=rootfs.img
printf 'software = { images: ( { filename = "rootfs.img"; sha256 = "12"; } ); }\n' >short
image invalid short short rootfs.img=rootfs.img
printf 'software = { images: ( { filename = 1; } ); }\n' >number
image invalid number number rootfs.img=rootfs.img
printf 'other = 1;\n' >other
image invalid other other rootfs.img=rootfs.img
printf '@include "x"\n' >include
image invalid include include rootfs.img=rootfs.img
