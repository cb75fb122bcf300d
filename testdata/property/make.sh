#!/bin/sh
# Makes the updates that tests/property turns bit by bit: small, one an evidence, each allowed as it is.  With openssl(1),
# git(1), minisign(1), ssh-keygen(1), sha256sum(1), hashdeep(1), tar(1), bsdtar(1), zip(1), compressors, python3(1).  Keys are made
# anew, thrown away; the certificates are valid for a hundred years.  To be run after testdata/openpgp/make.sh and
# testdata/rpm/make.sh, testdata/authenticode/make.sh and testdata/swupdate/make.sh, of which some are taken.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
find . -mindepth 1 ! -name make.sh ! -name stream.py -delete
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'agent 1.0\n' >agent.bin

# Lists, signed with minisign.
minisign -G -f -W -p minisign.pub -s minisign.key >/dev/null
sha256sum agent.bin >SHA256SUMS
sha512sum agent.bin | cut -d' ' -f1 >agent.bin.sha512
hashdeep -c sha256 -b agent.bin | sed "/Invoked from/d" >release.hashdeep
bsdtar -cf release.mtree --format=mtree '--options=!all,type,size,sha256' agent.bin
for list in SHA256SUMS agent.bin.sha512 release.hashdeep release.mtree; do
    minisign -S -s minisign.key -t 'timestamp:1750000000' -m "$list" >/dev/null
done

# SSH.
ssh-keygen -q -t ed25519 -N '' -C vendor -f ssh
ssh-keygen -q -Y sign -n file -f ssh agent.bin 2>/dev/null
mv agent.bin.sig agent.bin.sshsig
printf 'release@acme.example namespaces="file" %s\n' "$(cut -d' ' -f1,2 ssh.pub)" >allowed_signers
ssh-keygen -q -t ecdsa -N '' -C vendor -f ssh-ecdsa
ssh-keygen -q -Y sign -n file -f ssh-ecdsa agent.bin 2>/dev/null
mv agent.bin.sig ecdsa.sshsig

# Bare signatures.
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
openssl pkey -in ec.key -pubout -out ec.pub
openssl dgst -sha256 -sign ec.key -out ec.sig agent.bin
openssl base64 -in ec.sig -out ec.sig.b64
openssl genpkey -algorithm ed25519 -out ed.key
openssl pkey -in ed.key -pubout -out ed.pub
openssl pkeyutl -sign -rawin -in agent.bin -inkey ed.key -out ed.sig
openssl genrsa -out rsa.key 2048 2>/dev/null
openssl pkey -in rsa.key -pubout -out rsa.pub
openssl dgst -sha256 -sign rsa.key -sigopt rsa_padding_mode:pss -out pss.sig agent.bin

# CMS and timestamps; messages carry the one certificate that is needed.
cat >ext.cnf <<EOF
[code]
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
[tsa]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa_config]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
ess_cert_id_alg = sha256
EOF
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -x509 -new -key root.key -subj /CN=Root -days 36500 -out root.crt
issue() { # name extensions serial
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA root.crt -CAkey root.key -days 36500 -extfile ext.cnf -extensions "$2" \
        -set_serial "$3" -out "$1.crt" 2>/dev/null
}
issue signer code 4097
issue tsa tsa 4098
sign() { # output, options
    out=$1; shift
    openssl cms -sign -binary -in agent.bin -out "$out" -nosmimecap -md sha256 -signer signer.crt -inkey signer.key "$@"
}
sign agent.bin.p7s -outform DER
sign armored.p7s -outform PEM
sign noattr.p7s -outform DER -noattr
sign agent.p7m -outform DER -nodetach
# without the line feed at its end, so that nothing can be taken from it
openssl cms -cmsout -inform DER -in agent.p7m -outform PEM | head -c -1 >armored.p7m
python3 "$here/stream.py" agent.p7m >streamed.p7m
echo 01 >serial
openssl ts -query -data agent.bin -sha256 -cert -no_nonce -out q.tsq 2>/dev/null
openssl ts -reply -config ext.cnf -section tsa_config -queryfile q.tsq -signer tsa.crt -inkey tsa.key \
    -out agent.bin.tsr 2>/dev/null
openssl ts -reply -config ext.cnf -section tsa_config -queryfile q.tsq -signer tsa.crt -inkey tsa.key \
    -token_out -out agent.bin.tst 2>/dev/null

# Archives of the artifact, whose member is what SHA256SUMS says.
pack() { # output, tool and options
    out=$1; shift
    touch -d @1750000000 agent.bin
    "$@" agent.bin
    mv packed "$out"
}
pack agent.tar tar -b1 --format=ustar --owner=0 --group=0 --mode=0644 -cf packed
pack pax.tar tar -b1 --format=pax --owner=0 --group=0 --mode=0644 -cf packed
gzip -9n <agent.tar >agent.tar.gz
bzip2 <agent.tar >agent.tar.bz2
xz <agent.tar >agent.tar.xz
zstd -q <agent.tar >agent.tar.zst
pack stored.zip bsdtar --uid 0 --gid 0 --format=zip --options=zip:compression=store -cf packed
pack deflated.zip bsdtar --uid 0 --gid 0 --format=zip --options=zip:compression=deflate -cf packed
zip -q -X info.zip agent.bin

cp agent.bin minisign.pub ./*.minisig SHA256SUMS agent.bin.sha512 release.hashdeep release.mtree \
    agent.bin.sshsig ecdsa.sshsig ssh.pub ssh-ecdsa.pub allowed_signers \
    ec.pub ec.sig ec.sig.b64 ed.pub ed.sig rsa.pub pss.sig \
    root.crt agent.bin.p7s armored.p7s noattr.p7s agent.p7m armored.p7m streamed.p7m agent.bin.tsr agent.bin.tst \
    ./*.tar ./*.tar.* ./*.zip "$here"

# A policy that denies the very file that every signature here is good for.
cat >"$here/deny.yaml" <<EOF
assay-policy: 1
name: denies
products:
  - name: agent
    match: ["*"]
    require:
      signers:
        - threshold: 1
deny:
  - sha256: "$(sha256sum agent.bin | cut -d' ' -f1)"
    reason: withdrawn
  - sha256: "$(sha256sum agent.p7m | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../deb/valid/signed.deb" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../deb/repo/pool/main/agent_1.0-1_amd64.deb" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../git_object/commit-ssh.object" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../git_object/tag-ssh.object" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../openpgp/valid/unended.asc" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../openpgp/valid/message.gpg" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../openpgp/unpacked/agent-1.0.tar.xz" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../rpm/valid/vendor.rpm" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../rpm/valid/six.rpm" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../jar/valid/signed.jar" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../android/valid/v2.apk" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../android/valid/verity_only.apk" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../apk/good.apk" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../apk/v3.apk" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../apk/v3-ec.apk" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../apk/unsigned.apk" | cut -d' ' -f1)"
  - sha256: "$(sha256sum "$here/../swupdate/valid/small.swu" | cut -d' ' -f1)"
$(for file in agent64.exe agent.cab agent.msi small.msix agent.ps1 agent.cat unsigned.exe; do
      echo "  - sha256: \"$(sha256sum "$here/../authenticode/$file" | cut -d' ' -f1)\""
  done)
EOF
