#!/usr/bin/env python3
"""Compares one call of assay about a directory of signed packages with one call of rpmkeys -K about the same packages.

usage: rpm.py ASSAY [--pairs N] [--packages N] [--mb N] [--payload w6.gzdio]

Makes packages of 10 KB to some megabytes with rpmbuild and signs them with a key of gpg, which both programs are given;
prints medians of pairs and their ratio.  Nothing is asserted, because the machine decides.
"""
import argparse
import glob
import os
import statistics
import subprocess
import tempfile
import time

QUIET = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
SPEC = """Name: {name}
Version: 1
Release: 1
Summary: a package
License: MIT
BuildArch: noarch
%description
A package.
%install
mkdir -p %{{buildroot}}/opt/{name}
head -c {size} /dev/urandom >%{{buildroot}}/opt/{name}/data
for i in $(seq 20); do echo $i >%{{buildroot}}/opt/{name}/file$i; done
%files
/opt/{name}
"""


def make(work, n, mb, payload):
    gnupg, top, out = work + '/gnupg', work + '/top', work + '/packages'
    os.mkdir(gnupg, 0o700)
    os.mkdir(out)
    os.environ.update(GNUPGHOME=gnupg, GPG_TTY='')
    subprocess.run(['gpg', '-q', '--no-tty', '--batch', '--passphrase', '', '--quick-generate-key', 'bench@acme.example',
                    'rsa2048', 'sign', 'never'], check=True, **QUIET)
    subprocess.run(['gpg', '-q', '--armor', '--output', work + '/key.asc', '--export', 'bench@acme.example'], check=True)
    for i in range(n):
        size = 10000 if i % 4 < 2 else 200000 if i % 4 == 2 else mb << 20
        spec = f'{work}/p{i}.spec'
        open(spec, 'w').write(SPEC.format(name=f'p{i}', size=size))
        subprocess.run(['rpmbuild', '-bb', '--quiet', '--define', f'_topdir {top}', '--define', f'_binary_payload {payload}',
                        '--define', f'_rpmdir {out}', '--define', '_rpmfilename %{NAME}.rpm', spec], check=True, **QUIET)
    packages = sorted(glob.glob(out + '/*.rpm'))
    subprocess.run(['rpmsign', '--define', '__gpg /usr/bin/gpg', '--define', '_gpg_name bench@acme.example', '--addsign']
                   + packages, check=True, **QUIET)
    subprocess.run(['rpmkeys', '--dbpath', work + '/db', '--import', work + '/key.asc'], check=True)
    subprocess.run(['gpgconf', '--kill', 'all'])
    return out, packages


def timed(command):
    start = time.perf_counter()
    done = subprocess.run(command, **QUIET)
    took = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f'{command[:6]} exited {done.returncode}')
    return took


def main():
    p = argparse.ArgumentParser()
    p.add_argument('assay')
    p.add_argument('--pairs', type=int, default=7)
    p.add_argument('--packages', type=int, default=200)
    p.add_argument('--mb', type=int, default=4)
    p.add_argument('--payload', default='w6.gzdio')
    a = p.parse_args()
    assay = os.path.abspath(a.assay)
    with tempfile.TemporaryDirectory() as work:
        out, packages = make(work, a.packages, a.mb, a.payload)
        size = sum(os.path.getsize(f) for f in packages)
        ours = [assay, 'verify', '--policy', 'none', '--key', work + '/key.asc', out]
        theirs = ['rpmkeys', '--dbpath', work + '/db', '-K'] + packages
        pairs = [(timed(ours), timed(theirs)) for _ in range(a.pairs)]
        x, y = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
        print(f'{len(packages)} packages, {size / 1e6:.0f} MB: assay {x * 1e3:.0f} ms, rpmkeys -K {y * 1e3:.0f} ms, '
              f'{y / x:.2f} times faster')


if __name__ == '__main__':
    main()
