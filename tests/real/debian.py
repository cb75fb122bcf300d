#!/usr/bin/env python3
"""debian.py ASSAY: Debian's own indices and packages verify with Debian's keys, and stop when a byte changes.

Reads what apt(8) keeps on this machine (/var/lib/apt/lists, /var/cache/apt/archives and, where the network is there,
`apt-get download` of one small package). Exits 77 where there is nothing to read.
"""
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

ASSAY = sys.argv[1]
KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'
LISTS = '/var/lib/apt/lists'
HELPER = '/usr/lib/apt/apt-helper'
PACKAGES = ['base-files', 'hostname', 'netbase']     # small, and in every release
FLIPS = 60


def skip(why):
    print('skipped: ' + why)
    sys.exit(77)


def verify(arguments):
    done = subprocess.run([ASSAY, 'verify', '--policy', 'none', '--key', KEYS] + arguments, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    return done.returncode, done.stdout


failed = 0


def expect(allowed, arguments, what):
    global failed
    code, said = verify(arguments)
    if (code == 0) != allowed or code in (2, 70) or code < 0:
        failed += 1
        print(f'WRONG: {what}: exit {code}\n{said}')


def changed(path, out, positions):
    """Copies of a file with one byte changed at each of the positions."""
    data = bytearray(open(path, 'rb').read())
    for at in positions:
        data[at] ^= 1 << (at % 8)
        with open(out, 'wb') as f:
            f.write(data)
        yield at
        data[at] ^= 1 << (at % 8)


def signed_positions(path, n):
    """Places in the signed text of an InRelease: what stands around the signature is its format's own."""
    data = open(path, 'rb').read()
    first = data.index(b'\n\n') + 2
    last = data.index(b'\n-----BEGIN PGP SIGNATURE-----')
    places = [p for p in range(first, last) if data[p] > 0x20]
    return random.sample(places, min(n, len(places)))


def of_suite(name):
    """An index as the release has it: main/binary-amd64/Packages."""
    return re.sub(r'^.*?_dists_[^_]+_', '', os.path.basename(name)).replace('_', '/')


def plain(path, work):
    """The index without the compression that apt keeps it in."""
    out = os.path.join(work, re.sub(r'\.(lz4|xz|gz|zst|bz2)$', '', os.path.basename(path)))
    with open(out, 'wb') as f:
        subprocess.run([HELPER, 'cat-file', path], stdout=f, check=True)
    return out


def download(work):
    for name in PACKAGES:
        done = subprocess.run(['apt-get', 'download', name], cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=120)
        found = glob.glob(f'{work}/{name}_*.deb')
        if done.returncode == 0 and found:
            return found[0]
    return None


def main():
    releases = sorted(glob.glob(LISTS + '/*_InRelease'))
    if not os.path.exists(KEYS) or not releases or not os.path.exists(HELPER):
        skip('no archive keyring, no lists of apt or no apt-helper on this machine')
    random.seed(1)
    with tempfile.TemporaryDirectory() as work:
        good = [r for r in releases if verify([r])[0] == 0]
        if not good:
            skip('no release of the lists is by a key of the keyring')
        out = os.path.join(work, 'InRelease')
        for release in good:
            for at in changed(release, out, signed_positions(release, FLIPS)):
                expect(False, [out], f'{release}, byte {at} changed')
        deb = download(work)
        if deb is None:
            print('no package: not downloaded')
        bound = 0
        for release in good if deb else []:
            prefix = release[:-len('InRelease')]
            for packed in sorted(glob.glob(glob.escape(prefix) + '*_binary-*_Packages*')):
                index = plain(packed, work)
                path = of_suite(index)
                chain = ['--release', release, '--index', index, '--index-path', path]
                if verify(chain + [deb])[0] != 0:
                    continue
                bound += 1
                expect(False, ['--release', release, '--index', index, '--index-path', path + 'x', deb], 'another path')
                size = os.path.getsize(deb)
                copy = os.path.join(work, 'changed', os.path.basename(deb))
                os.makedirs(os.path.dirname(copy), exist_ok=True)
                for at in changed(deb, copy, [0, 8, size - 1] + random.sample(range(size), FLIPS)):
                    expect(False, chain + [copy], f'{deb}, byte {at} changed')
                other = os.path.join(work, 'Packages')
                for at in changed(index, other, random.sample(range(os.path.getsize(index)), 4)):
                    expect(False, ['--release', release, '--index', other, '--index-path', path, deb],
                           f'{index}, byte {at} changed')
        if deb and bound == 0:
            failed_chain = verify(['--release', good[0], deb])[1]
            print('WRONG: no index binds ' + deb + '\n' + failed_chain)
            return 1
        print(f'{len(good)} releases, {bound} chains to {os.path.basename(deb) if deb else "nothing"}, {failed} wrong')
    return 1 if failed else 0


sys.exit(main())
