#!/bin/sh
# Makes Arch packages and repository databases for the tests, as makepkg(8) and repo-add(8) do, which Debian does not have:
# with bsdtar(1), gzip(1), zstd(1) and gpg(1).  Keys are made anew and thrown away.
set -eu
export LC_ALL=C TZ=UTC
cd "$(dirname "$0")"
here=$PWD
find . -mindepth 1 ! -name make.sh -delete
work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gpg" --kill all; rm -rf "$work"' EXIT
mkdir -m 700 "$work/gpg" "$work/pkg"
gpg="gpg --homedir $work/gpg --batch --quiet --pinentry-mode loopback --passphrase ''"
now=--faked-system-time=20250101T000000!
for name in packager other; do
    eval "$gpg" $now --quick-gen-key "'$name <$name@example.org>'" ed25519 sign never 2>/dev/null
    eval "$gpg" --export $name >"$name.gpg"
done

# sign KEY FILE: FILE.sig
sign() {
    eval "$gpg" $now --local-user "$1" --detach-sign --output "$2.sig" "$2" 2>/dev/null
}

# pack NAME: what is in pkg, as NAME.pkg.tar.zst
pack() {
    (cd "$work/pkg" && bsdtar --no-fflags -cf - --uid 0 --gid 0 --format=ustar $(find . -mindepth 1 -maxdepth 1 | sed 's|^./||' | sort)) |
        zstd -q -19 -f -o "$1.pkg.tar.zst"
}

cd "$work/pkg"
mkdir -p usr/bin
printf '#!/bin/sh\necho agent\n' >usr/bin/agent
printf 'pkgname = agent\npkgver = 2.1-1\narch = x86_64\n' >.PKGINFO
find . -exec touch -h -d @1735689600 {} +
bsdtar --format=mtree --options='!all,use-set,type,uid,gid,mode,time,size,sha256,link' -cf - .PKGINFO usr | gzip -cnf >.MTREE
cd "$here"
pack agent-2.1-1-x86_64
sign packager agent-2.1-1-x86_64.pkg.tar.zst
printf more >"$work/pkg/usr/bin/more"
pack extra
rm "$work/pkg/usr/bin/more"
printf 'changed' >"$work/pkg/usr/bin/agent"
pack changed
rm "$work/pkg/usr/bin/agent"
pack missing
mv "$work/pkg/.MTREE" "$work/mtree"
pack no-mtree
{ cat "$work/mtree"; printf 'more'; } >"$work/pkg/.MTREE"
pack mtree-trailing

size=

# desc FILE NAME VERSION KEYS: a description, of $size bytes where that is set
desc() {
    mkdir -p "$work/db/$2-$3"
    {
        printf '%%FILENAME%%\n%s\n\n%%NAME%%\n%s\n\n%%VERSION%%\n%s\n\n' "$1" "$2" "$3"
        printf '%%CSIZE%%\n%s\n\n%%ARCH%%\nx86_64\n\n%%DEPENDS%%\nglibc\nsh\n\n' "${size:-$(stat -c %s "$1")}"
        printf '%b' "$4"
    } >"$work/db/$2-$3/desc"
}

# database NAME [KEY]: of what was described, signed where a key is given
database() {
    (cd "$work/db" && find . -exec touch -h -d @1735689600 {} + && bsdtar --format=ustar --uid 0 --gid 0 -cf - ./*) | gzip -cn >"$1"
    [ $# = 1 ] || sign "$2" "$1"
    rm -rf "$work/db"
}

file=agent-2.1-1-x86_64.pkg.tar.zst
sum="%SHA256SUM%\n$(sha256sum $file | cut -d' ' -f1)\n\n"
pgp="%PGPSIG%\n$(base64 -w0 $file.sig)\n\n"
sign packager $file.sig
bad="%PGPSIG%\n$(base64 -w0 $file.sig.sig)\n\n"
rm $file.sig.sig
mkdir -p "$work/db"
desc $file agent 2.1-1 "$sum$pgp"
desc extra.pkg.tar.zst extra 1-1 "$sum"
database core.db packager
desc $file agent 2.1-1 "$pgp"
database signature-only.db
desc $file agent 2.1-1 "$sum"
database digest-only.db packager
desc $file agent 2.1-1 "$sum$pgp"
database by-other.db other
desc $file agent 2.1-1 "$sum$bad"
database signature-wrong.db packager
desc $file agent 2.1-1 "$sum$sum"
database twice.db packager
size=1
desc $file agent 2.1-1 "$sum"
size=
database size.db packager
desc extra.pkg.tar.zst extra 1-1 "$sum"
database without.db packager
desc $file agent 2.1-1 "%MD5SUM%\n$(md5sum $file | cut -d' ' -f1)\n\n"
database md5.db packager
{ gzip -dc core.db | zstd -q -19; } >zstd.db
sign packager zstd.db
{ cat core.db; printf more; } >trailing.db
sign packager trailing.db
