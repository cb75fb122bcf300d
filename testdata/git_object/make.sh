#!/bin/sh
# Makes the repository of this directory with git(1) 2.39, gpg(1) 2.2, ssh-keygen(1) 9.2 and openssl(1) 3.x, and keeps it
# as repo.tar, for a repository cannot lie in another.  Keys are made anew and thrown away.  Trees that git does not make
# come out of tree.py.  The *.object files are objects as their ids are made over them.
set -eu
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp tree.py "$work"
cd "$work"

export GNUPGHOME="$work/gnupg" HOME="$work" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=Dev GIT_AUTHOR_EMAIL=dev@vendor.example GIT_AUTHOR_DATE='1780272000 +0000'
export GIT_COMMITTER_NAME=Dev GIT_COMMITTER_EMAIL=dev@vendor.example GIT_COMMITTER_DATE='1780272000 +0000'
mkdir -m 700 gnupg
gpg -q --batch --passphrase '' --quick-generate-key 'Dev <dev@vendor.example>' ed25519 sign never 2>/dev/null
gpg -q --export --armor >key.asc
ssh-keygen -q -t ed25519 -N '' -C '' -f ssh
printf 'dev@vendor.example namespaces="git" %s\n' "$(cut -d' ' -f1,2 ssh.pub)" >allowed_signers
printf 'other@vendor.example namespaces="git" %s\n' "$(cut -d' ' -f1,2 ssh.pub)" >allowed_signers.other
printf 'dev@vendor.example namespaces="file" %s\n' "$(cut -d' ' -f1,2 ssh.pub)" >allowed_signers.file
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -x509 -new -key root.key -subj "/CN=Test Root" -days 36500 -out root.crt
openssl ecparam -name prime256v1 -genkey -noout -out leaf.key
openssl req -new -key leaf.key -subj "/CN=Test Signer" -out leaf.csr
printf '[x]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nsubjectAltName=email:dev@vendor.example\n' >x.cnf
openssl x509 -req -in leaf.csr -CA root.crt -CAkey root.key -days 36500 -set_serial 4097 -extfile x.cnf -extensions x \
    -out leaf.crt 2>/dev/null

git init -q -b main repo
cd repo
as_ssh="-c gpg.format=ssh -c user.signingkey=$work/ssh.pub"
mkdir -p src/deep
echo one >README
echo two >src/a.c
echo three >src/deep/b.c
ln -s ../README src/link
git add -A
git commit -q -m base
git $as_ssh commit -q -S --allow-empty -m 'signed with ssh'
git tag light
git $as_ssh tag -s -m 'release 1.0' v1.0
git -c user.signingkey=dev@vendor.example tag -s -m 'release 1.1' v1.1
git tag -a -m 'nobody signed' v1.2
git update-ref refs/tags/v2.0 "$(git rev-parse refs/tags/v1.0)" # an old tag under a new name
git $as_ssh tag -s -m 'a tag of a tag' nested v1.0
git $as_ssh tag -s -m 'a tag of a file' file HEAD:README
git branch twice
git tag twice
git -c user.signingkey=dev@vendor.example commit -q -S --allow-empty -m 'signed with gpg'
git branch gpg
good=$(git rev-parse 'HEAD^{tree}')
blob=$(git rev-parse HEAD:README)

object() { git hash-object -t "$1" --literally -w --stdin; }
unsigned() { printf 'tree %s\nauthor Dev <dev@vendor.example> 1780272000 +0000\ncommitter %s 1780272000 +0000\n' "$good" "$1"; }
fold() { sed '1s/^/gpgsig /; 1!s/^/ /'; }
x509() { # committer, message
    { unsigned "$1"; printf '\n%s\n' "$2"; } >../payload
    openssl cms -sign -binary -in ../payload -outform PEM -nosmimecap -md sha256 -signer ../leaf.crt -inkey ../leaf.key |
        sed 's/CMS-----/SIGNED MESSAGE-----/' >../armor
    { unsigned "$1"; fold <../armor; printf '\n%s\n' "$2"; } | object commit
}
git update-ref refs/heads/x509 "$(x509 'Dev <dev@vendor.example>' 'signed with a certificate')"
git update-ref refs/heads/x509-other "$(x509 'Eve <eve@vendor.example>' 'by another committer')"

# commits whose signature is not what it seems
sign() { git cat-file commit refs/heads/ssh | sed -n '/^gpgsig /,/END SSH/p'; }
git update-ref refs/heads/ssh "$(git rev-parse 'v1.0^{commit}')"
raw() { git cat-file commit refs/heads/ssh; }
git update-ref refs/heads/bad-message "$(raw | sed 's/signed with ssh/signed with SSH/' | object commit)"
git update-ref refs/heads/bad-twice "$(raw | sed '/END SSH/q' >../head; { cat ../head; sign; raw | sed '1,/END SSH/d'; } | object commit)"
git update-ref refs/heads/bad-sha256 "$({ cat ../head; sign | sed 's/^gpgsig /gpgsig-sha256 /'; raw | sed '1,/END SSH/d'; } | object commit)"
git update-ref refs/heads/bad-behind "$({ cat ../head; echo ' more'; raw | sed '1,/END SSH/d'; } | object commit)"
git update-ref refs/heads/bad-nul "$({ raw; printf 'and\0more\n'; } | object commit)"
tag() { git cat-file tag v1.0; }
git update-ref refs/tags/bad-behind "$({ tag; echo more; } | sed 's/^tag v1.0$/tag bad-behind/' | object tag)"
git update-ref refs/tags/bad-object "$(tag | sed "s/^object .*/object $(git rev-parse HEAD)/;s/^tag v1.0\$/tag bad-object/" | object tag)"

# trees that nobody should check out, under commits that are signed
hostile() { # name, entries for tree.py
    name=$1; shift
    tree=$(python3 ../tree.py "$@" | object tree)
    git update-ref "refs/heads/tree-$name" "$(git $as_ssh commit-tree -S -m "$name" "$tree")"
}
none=00000000000000000000000000000000000000aa
git update-ref refs/heads/tree-good "$(git $as_ssh commit-tree -S -m good "$good")"
hostile git 40000 .git "$good"
hostile git-case 40000 .GiT "$good"
hostile git-hfs 40000 "$(printf '.g\342\200\214it')" "$good"
hostile git-ntfs 40000 git~1 "$good"
hostile git-stream 100644 '.git::$INDEX_ALLOCATION' "$blob"
hostile git-blank 40000 '.git ' "$good"
hostile git-backslash 100644 'a\.git\config' "$blob"
hostile up 40000 .. "$good"
hostile dot 100644 . "$blob"
hostile slash 100644 a/b "$blob"
hostile empty 100644 '' "$blob"
hostile twice 100644 a "$blob" 100644 a "$blob"
hostile twice-apart 100644 a "$blob" 100644 a.b "$blob" 40000 a "$good"
hostile order 100644 b "$blob" 100644 a "$blob"
hostile case-link 120000 A "$blob" 40000 a "$good"
hostile case 100644 A "$blob" 100644 a "$blob"
hostile mode 100600 a "$blob"
hostile zero 040000 a "$good"
hostile modules 120000 .gitmodules "$blob"
hostile missing 100644 a "$none"
hostile missing-tree 40000 a "$none"
hostile other-type 40000 a "$blob"
hostile both-types 100644 a "$blob" 40000 b "$blob"
hostile submodule 160000 a "$none" 100644 b "$blob"

# what git shows in place of an unsigned commit
git replace "$(git rev-parse main~2)" "$(git rev-parse main~1)"
git update-ref refs/heads/replaced "$(git rev-parse main~2)"

# a file whose object holds other bytes than its id is made over
corrupt=$(echo 'what was signed' | git hash-object -w --stdin)
hostile corrupt 100644 a "$corrupt"
cd ..
cp -r repo/.git/. bare
rm -rf bare/hooks bare/info bare/description bare/logs bare/index bare/COMMIT_EDITMSG
git -C bare config core.bare true
python3 - "$corrupt" <<'PY'
import os, sys, zlib
path = 'bare/objects/%s/%s' % (sys.argv[1][:2], sys.argv[1][2:])
os.chmod(path, 0o644)
open(path, 'wb').write(zlib.compress(b'blob 16\0what was SIGNED\n'))
PY
mv bare repo.git
git init -q --bare pack.git
git -C repo.git push -q ../pack.git v1.0 v1.1 gpg:refs/heads/gpg main:refs/heads/main 2>/dev/null
git -C pack.git repack -adfq
git -C pack.git pack-refs --all
rm -rf pack.git/hooks pack.git/info pack.git/description
tar --sort=name --owner=0 --group=0 --mtime=@1780272000 -cf "$here/repo.tar" repo.git pack.git
save() { # name, type, id
    { printf '%s %s\0' "$2" "$(git -C repo.git cat-file -s "$3")"; git -C repo.git cat-file "$2" "$3"; } >"$here/$1.object"
}
save commit-ssh commit ssh
save commit-gpg commit gpg
save commit-x509 commit x509
save tag-ssh tag v1.0
save tag-gpg tag v1.1
save tree tree "$good"
cp key.asc ssh.pub allowed_signers allowed_signers.other allowed_signers.file root.crt "$here"
