#!/usr/bin/env python3
"""Compares one verification of a tree of Debian packages with gpgv(1) and sha256sum(1) over the same files.

usage: deb.py ASSAY RELEASE INDEX INDEX-PATH DIR [--key FILE] [--pairs N]

DIR holds the packages; RELEASE (an InRelease) and INDEX (its Packages, not compressed) are copied beside them. The peers do
less: nothing ties the three together but the reader of the script. Prints lines for RESULTS.md.
"""
import argparse
import glob
import os
import shutil
import statistics
import subprocess
import tempfile
import time

QUIET = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def timed(command):
    before = os.times()
    start = time.perf_counter()
    done = subprocess.run(command, **QUIET)
    took = time.perf_counter() - start
    after = os.times()
    if done.returncode != 0:
        raise SystemExit(f'{command} exited {done.returncode}')
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return took, used


def compare(name, ours, theirs, pairs):
    runs = [(timed(ours), timed(theirs)) for _ in range(pairs)]
    wall = [statistics.median(r[i][0] for r in runs) for i in (0, 1)]
    cpu = [statistics.median(r[i][1] for r in runs) for i in (0, 1)]
    print(f'| {name} | {wall[0] * 1e3:.0f} ms | {wall[1] * 1e3:.0f} ms | {wall[0] / wall[1]:.2f} | {wall[1] / wall[0]:.2f} | '
          f'processor time {cpu[0] * 1e3:.0f} and {cpu[1] * 1e3:.0f} ms: {cpu[1] / cpu[0]:.2f} |', flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('assay')
    p.add_argument('release')
    p.add_argument('index')
    p.add_argument('index_path')
    p.add_argument('dir')
    p.add_argument('--key', default='/usr/share/keyrings/debian-archive-keyring.gpg')
    p.add_argument('--pairs', type=int, default=9)
    o = p.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for f in sorted(glob.glob(o.dir + '/*.deb')):
            try:
                os.link(f, os.path.join(work, os.path.basename(f)))
            except OSError:
                shutil.copy(f, work)
        shutil.copy(o.release, work + '/InRelease')
        shutil.copy(o.index, work + '/Packages')
        n = len(glob.glob(work + '/*.deb'))
        ours = [o.assay, 'verify', '--policy', 'none', '--key', o.key, '--release', work + '/InRelease',
                '--index', work + '/Packages', '--index-path', o.index_path, work]
        theirs = ['sh', '-c', f'gpgv -q --keyring {o.key} {work}/InRelease >/dev/null 2>&1 && sha256sum {work}/Packages {work}/*.deb']
        compare(f'InRelease, Packages and {n} packages, one thread / `gpgv` and `sha256sum`', ours[:2] + ['-j', '1'] + ours[2:],
                theirs, o.pairs)
        compare('the same, two threads', ours[:2] + ['-j', '2'] + ours[2:], theirs, o.pairs)


main()
