#!/usr/bin/env python3
"""One detached OpenPGP signature over a large file: assay against gpgv, sqv and the bare SHA-256 of openssl(1).

usage: openpgp.py ASSAY [--pairs N] [--big MB] [--dir DIR]

Prints a table like run.py: ours, theirs, the ratio; then the peak memory of each. Nothing is asserted.
"""
import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def timed(command):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f'{command} exited {done.returncode}')
    return time.perf_counter() - start


def peak_kib(command):
    """Peak memory of one run, measured in a child of its own."""
    code = ('import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,'
            'stderr=subprocess.DEVNULL);print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)')
    return int(subprocess.run([sys.executable, '-c', code] + command, capture_output=True, text=True).stdout)


def compare(name, ours, theirs, pairs):
    times = [(timed(ours), timed(theirs)) for _ in range(pairs)]
    x, y = (statistics.median(column) for column in zip(*times))
    print(f'| {name} | {x * 1e3:.1f} ms | {y * 1e3:.1f} ms | {x / y:.2f} | {y / x:.2f} |', flush=True)


def fill(path, megabytes):
    """Bytes that do not compress, the same on every run."""
    rng = random.Random(1)
    with open(path, 'wb') as out:
        for _ in range(megabytes):
            out.write(rng.randbytes(1 << 20))


def gpg(home, *args):
    subprocess.run(['gpg', '--homedir', home, '--batch', '--no-tty', '--yes', '--quiet', '--pinentry-mode', 'loopback',
                    '--passphrase', '', *args], check=True, capture_output=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('assay')
    p.add_argument('--pairs', type=int, default=7)
    p.add_argument('--big', type=int, default=200)
    p.add_argument('--dir')
    o = p.parse_args()
    with tempfile.TemporaryDirectory(dir=o.dir) as work:
        home, big, sig, key = (os.path.join(work, name) for name in ('home', 'big', 'big.sig', 'key.pgp'))
        os.mkdir(home, mode=0o700)
        fill(big, o.big)
        gpg(home, '--quick-generate-key', 'vendor', 'rsa3072', 'sign,cert', 'never')
        gpg(home, '--digest-algo', 'SHA256', '--output', sig, '--detach-sign', big)
        gpg(home, '--output', key, '--export')
        subprocess.run(['gpgconf', '--homedir', home, '--kill', 'all'], capture_output=True)
        ours = [o.assay, 'verify', '--policy', 'none', '--key', key, '--signature', sig, big]
        theirs = {'bare SHA-256': ['openssl', 'dgst', '-sha256', big], 'gpgv': ['gpgv', '--keyring', key, sig, big],
                  'sqv': ['sqv', '--keyring', key, sig, big]}
        print(f'| {o.big} MiB, detached, against | assay | other | assay / other | other / assay |')
        print('|---|---|---|---|---|')
        for name, command in theirs.items():
            if shutil.which(command[0]) is not None:
                compare(name, ours, command, o.pairs)
        for name, command in {'assay': ours, **theirs}.items():
            if shutil.which(command[0]) is not None:
                print(f'peak memory of {name}: {peak_kib(command) / 1024:.1f} MiB')


main()
