#!/bin/sh
# What is remembered: nothing that is older than what was allowed is allowed again.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 1
for tool in minisign dpkg-deb gpg; do
    command -v $tool >/dev/null || { echo "$tool is not here: nothing is checked"; exit 1; }
done
minisign -G -f -W -p k.pub -s k.key >/dev/null
minisign -G -f -W -p new.pub -s new.key >/dev/null

# package VERSION KEY [ARCH]: agent_VERSION.deb and its signature
package() {
    mkdir -p "p$1/DEBIAN"
    printf 'Package: agent\nVersion: %s\nArchitecture: %s\nMaintainer: Acme <a@acme.example>\nDescription: agent\n' \
        "$1" "${3:-all}" >"p$1/DEBIAN/control"
    dpkg-deb --build --root-owner-group "p$1" "agent_$1.deb" >/dev/null
    minisign -S -s "$2" -m "agent_$1.deb" >/dev/null
}
package 1.0-1 k.key
package 1.1-1 k.key
package 1.1~rc1-1 new.key
package 1.2-1 k.key
v="$assay verify --policy none --key k.pub --key new.pub --state state"

expect 0 ALLOW $v agent_1.1-1.deb
expect 0 'version' cat state
expect 1 'freshness.rollback' $v agent_1.0-1.deb
expect 1 'is version 1.0-1, 1.1-1 was allowed before' $v agent_1.0-1.deb
# a second trusted key brings nothing old back, and the same again is no step back
expect 1 'freshness.rollback' $v agent_1.1~rc1-1.deb
expect 0 ALLOW $v agent_1.1-1.deb
expect 0 ALLOW $v agent_1.2-1.deb
expect 1 'freshness.rollback' $v agent_1.1-1.deb
# without the state nothing is remembered, and the report says so
expect 0 'no record of earlier releases' "$assay" verify --policy none --key k.pub agent_1.0-1.deb
# what is refused is not remembered, and looking remembers nothing
cp state before
package 9.9-1 k.key
expect 12 signer.unknown "$assay" verify --policy none --key new.pub --state state agent_9.9-1.deb
expect 0 INSPECT "$assay" inspect agent_9.9-1.deb
expect 0 '' cmp state before

# a state that cannot be used leaves no ALLOW and is left as it is
printf 'assay-state 1\n' >state
expect 3 'state.unusable' $v agent_1.2-1.deb
expect 0 'assay-state 1' cat state
expect 3 'state.unusable' "$assay" verify --policy none --key k.pub --state /nonexistent/state agent_1.2-1.deb
mkdir directory
expect 3 'state.unusable' "$assay" verify --policy none --key k.pub --state directory agent_1.2-1.deb
rm state

# a repository's release: no older one of the same origin and codename
GNUPGHOME=$tmp/gpg
export GNUPGHOME
mkdir -m 700 "$GNUPGHOME"
gpg -q --batch --passphrase '' --quick-generate-key 'acme <a@acme.example>' ed25519 sign never 2>/dev/null
gpg --export >acme.pgp
# release DATE: repo/InRelease of that day, and the package index it lists
mkdir -p repo/dists/stable/main/binary-all repo/pool
cp agent_1.2-1.deb repo/pool/
{
    dpkg-deb -f agent_1.2-1.deb
    printf 'Filename: pool/agent_1.2-1.deb\nSize: %s\nSHA256: %s\n' "$(stat -c %s agent_1.2-1.deb)" \
        "$(sha256sum <agent_1.2-1.deb | cut -d' ' -f1)"
} >repo/dists/stable/main/binary-all/Packages
release() {
    p=repo/dists/stable/main/binary-all/Packages
    printf 'Origin: Acme\nSuite: stable\nCodename: one\nDate: %s\nSHA256:\n %s %s main/binary-all/Packages\n' "$1" \
        "$(sha256sum <$p | cut -d' ' -f1)" "$(stat -c %s $p)" |
        gpg -q --batch --yes --clearsign -o repo/dists/stable/InRelease
}
r="$assay verify --policy none --key acme.pgp --state state --format apt-repo --suite stable --component main --arch all
 --package-name agent repo"
release 'Tue, 02 Jun 2026 00:00:00 UTC'
expect 0 ALLOW $r
expect 0 'release/Acme/one' cat state
release 'Mon, 01 Jun 2026 00:00:00 UTC'
expect 1 'freshness.rollback' $r
release 'Wed, 03 Jun 2026 00:00:00 UTC'
expect 0 ALLOW $r
gpgconf --kill all 2>/dev/null
finish
