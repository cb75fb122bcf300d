#!/bin/sh
# Repositories: testdata/git_object/repo.tar holds the same history as loose objects and as a pack, and refs to what is
# signed, replayed, and unsafe to check out.
. "$(dirname "$0")/lib.sh"
g=$data/git_object
tar -C "$tmp" -xf "$g/repo.tar"
repo=$tmp/repo.git
trust="--key $g/key.asc --allowed-signers $g/allowed_signers --anchor $g/root.crt"
none="$assay verify --policy none --at 2026-12-01T00:00:00Z"
v="$none $trust"
if ! $v --ref v1.0 "$repo" >"$tmp/first" 2>&1 && grep -q 'libgit2' "$tmp/first"; then
    echo 'skipped: no libgit2'
    exit 77
fi

# what is signed by somebody who is trusted, and nobody else
expect 0 'OpenPGP' $v --ref refs/tags/v1.1 "$repo"
expect 0 'namespace "git"' $v --ref v1.0 "$repo"
expect 0 'certificate "Test Signer"' $v --ref x509 "$repo"
expect 0 '[0-9]+ of [0-9]+ files hashed .*nothing outside' $v --ref refs/heads/gpg "$repo"
expect 0 'ref.unsigned' $v --ref HEAD "$repo"
expect 0 'digest.object-ids' $v --ref nested "$repo"
expect 0 'ALLOW' $v --ref file "$repo"
id=$(cat "$repo/refs/tags/v1.0")
expect 0 "ALLOW +$id" $v --ref "$id" "$repo"
for ref in v1.0 v1.1 gpg x509; do
    expect 3 'signer.none-trusted' $none --ref $ref "$repo"
done
expect 12 'signer.unknown' $none --key "$g/key.asc" --ref v1.0 "$repo"
expect 12 'signer.unknown' $none --allowed-signers "$g/allowed_signers" --ref v1.1 "$repo"
expect 10 'evidence.absent' $v --ref v1.2 "$repo"
expect 0 '"kind": *"git object"' $v --json --ref v1.0 "$repo"

# packed objects and references, and a working tree with its repository in it
expect 0 'ALLOW' $v --ref v1.0 "$tmp/pack.git"
expect 0 'ALLOW' $v --ref v1.1 "$tmp/pack.git"
expect 0 'ALLOW' $v --ref gpg "$tmp/pack.git"
mkdir "$tmp/work"
cp -r "$repo" "$tmp/work/.git"
expect 0 'ALLOW' $v --ref v1.0 "$tmp/work"
expect 10 'ref.absent' $v "$tmp/work"

# which reference is meant
expect 12 'ref.mismatch' $v --ref v2.0 "$repo"
expect 12 'ref.unsigned' $v --ref refs/tags/light "$repo"
expect 3 'more than one' $v --ref twice "$repo"
expect 0 'ALLOW' $v --ref refs/heads/twice "$repo"
expect 3 'ref.absent' $v --ref nothing "$repo"
for ref in ../HEAD refs/../HEAD a..b 'a b' refs/tags/ packed-refs objects/pack config 1234567; do
    expect 3 'ref.absent' $v --ref "$ref" "$repo"
done
expect 3 'UNPROVEN' $v --ref 00000000000000000000000000000000000000aa "$repo"
expect 10 'evidence.absent' $v --ref "$(git -C "$repo" rev-parse 'v1.0^{tree}')" "$repo"
expect 3 'no git repository' $v --ref v1.0 "$tmp"
expect 3 'no git repository' $v --ref v1.0 "$g/repo.tar"
ln -s /etc/hostname "$repo/refs/tags/out"
expect 3 'UNPROVEN' $v --ref refs/tags/out "$repo"
mkfifo "$repo/refs/tags/fifo"
expect 3 'UNPROVEN' $v --ref refs/tags/fifo "$repo"
printf 'ref: refs/heads/loop\n' >"$repo/refs/heads/loop"
expect 3 'UNPROVEN' $v --ref loop "$repo"
printf 'ref: refs/tags/v1.0\n' >"$repo/refs/tags/v3.0"
expect 12 'ref.mismatch' $v --ref v3.0 "$repo"
printf '%s\n' "$(printf '%064d' 1)" >"$repo/refs/tags/sha256"
expect 3 'not SHA-1' $v --ref refs/tags/sha256 "$repo"

# signatures that are not what they seem
expect 11 'signature.invalid' $v --ref bad-message "$repo"
expect 3 'second signature' $v --ref bad-twice "$repo"
expect 3 'another digest' $v --ref bad-sha256 "$repo"
expect 3 'evidence.malformed' $v --ref refs/heads/bad-behind "$repo"
expect 3 'evidence.malformed' $v --ref refs/tags/bad-behind "$repo"
expect 3 'NUL' $v --ref bad-nul "$repo"
expect 11 'signature.invalid' $v --ref bad-object "$repo"
expect 10 'evidence.absent' $v --ref replaced "$repo"
expect 12 'signer.namespace' $none --allowed-signers "$g/allowed_signers.file" --ref v1.0 "$repo"
expect 12 'signer.namespace' $v --namespace file --ref v1.0 "$repo"
expect 0 'ALLOW' $none --key "$g/ssh.pub" --ref v1.0 "$repo"

# trees that a signature does not make safe
for name in git git-case git-hfs git-ntfs git-stream git-blank git-backslash up dot slash empty modules; do
    expect 1 'archive.unsafe-path' $v --ref tree-$name "$repo"
done
expect 1 'not in order' $v --ref tree-twice "$repo"
expect 1 'archive.duplicate-name' $v --ref tree-twice-apart "$repo"
expect 1 'archive.duplicate-name' $v --ref tree-case-link "$repo"
expect 0 'archive.duplicate-name' $v --ref tree-case "$repo"
for name in order mode zero; do
    expect 1 'archive.corrupt' $v --ref tree-$name "$repo"
done
for name in other-type both-types; do
    expect 1 'archive.disagreement' $v --ref tree-$name "$repo"
done
for name in missing missing-tree; do
    expect 3 'manifest.file-missing' $v --ref tree-$name "$repo"
done
expect 3 'UNPROVEN' $v --ref tree-corrupt "$repo"
expect 0 'submodule' $v --ref tree-submodule "$repo"

# objects that lie elsewhere are not borrowed, and nothing waits for a FIFO
cp -r "$repo" "$tmp/borrows.git"
blob=$(git -C "$repo" rev-parse v1.0:README)
place=$(printf %s "$blob" | sed 's,^..,&/,')
rm -f "$tmp/borrows.git/objects/$place"
echo "$repo/objects" >"$tmp/borrows.git/objects/info/alternates" 2>/dev/null ||
    { mkdir -p "$tmp/borrows.git/objects/info" && echo "$repo/objects" >"$tmp/borrows.git/objects/info/alternates"; }
expect 0 'one' git -C "$tmp/borrows.git" cat-file -p "$blob"
expect 3 'manifest.file-missing' $v --ref v1.0 "$tmp/borrows.git"
mkfifo "$tmp/borrows.git/objects/$place"
expect 1 'archive.corrupt' $v --ref v1.0 "$tmp/borrows.git"

# the committer against the key
m="$none --set committer_matches_uid=true"
expect 0 'ALLOW' $m $trust --ref v1.0 "$repo"
expect 0 'ALLOW' $m $trust --ref v1.1 "$repo"
expect 0 'ALLOW' $m $trust --ref x509 "$repo"
expect 12 'signer.identity' $m $trust --ref x509-other "$repo"
expect 0 'ALLOW' $v --ref x509-other "$repo"
expect 12 'signer.identity' $m --allowed-signers "$g/allowed_signers.other" --ref v1.0 "$repo"
expect 12 'signer.identity' $m --key "$g/ssh.pub" --ref v1.0 "$repo"

# a denied file is denied in a repository, too; and limits end a walk
cat >"$tmp/deny.yaml" <<YAML
assay-policy: 1
name: deny
trust:
  keys:
    - name: dev
      file: $g/key.asc
products:
  - name: tool
    match: ["*.git"]
    require:
      signers:
        - of: [dev]
deny:
  - sha256: $(echo two | sha256sum | cut -d' ' -f1)
    reason: withdrawn
YAML
expect 17 'policy.denied' "$assay" verify --policy "$tmp/deny.yaml" --at 2026-12-01T00:00:00Z --ref v1.1 "$repo"
expect 20 'limit.reached' $v --limit items=3 --ref v1.0 "$repo"
expect 20 'limit.reached' $v --limit depth=2 --ref v1.0 "$repo"
expect 20 'limit.reached' $v --limit unpacked=100 --ref v1.0 "$repo"

# inspection says the same without a ruling
expect 0 'consistent' "$assay" inspect --strict --ref v1.0 "$repo"
expect 1 'archive.unsafe-path' "$assay" inspect --strict --ref tree-up "$repo"
finish
