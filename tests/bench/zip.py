#!/usr/bin/env python3
"""Compares assay with jarsigner(1) over a large JAR and with apksigner(1) over a large Android package.

usage: zip.py ASSAY [--mb N] [--files N] [--pairs N]

Makes both in a scratch directory: N megabytes in so many members, half of them deflated, signed by new keys.  Prints lines
for RESULTS.md, with assay's peak memory behind them.
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
import zipfile

QUIET = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
TESTDATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'testdata')


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


def peak(command):
    """Of the command alone, in MiB: a child of its own waits for it."""
    code = 'import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); ' \
           'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)'
    return int(subprocess.run([sys.executable, '-c', code] + command, capture_output=True, check=True).stdout) / 1024


def compare(name, ours, theirs, pairs):
    runs = [(timed(ours), timed(theirs)) for _ in range(pairs)]
    wall = [statistics.median(r[i][0] for r in runs) for i in (0, 1)]
    cpu = [statistics.median(r[i][1] for r in runs) for i in (0, 1)]
    print(f'| {name} | {wall[0] * 1e3:.0f} ms | {wall[1] * 1e3:.0f} ms | {wall[1] / wall[0]:.2f} | '
          f'{cpu[1] / cpu[0]:.2f} | {peak(ours):.1f} MiB |', flush=True)


def fill(archive, mb, files, first=()):
    rng = random.Random(1)
    with zipfile.ZipFile(archive, 'w') as z:
        for name, data in first:
            z.writestr(name, data)
        for i in range(files):
            data = (rng.randbytes(1 << 14) * ((mb << 20) // files // (1 << 14) + 1))[:(mb << 20) // files]
            z.writestr(f'agent/part{i:05}.bin', data if i % 2 else rng.randbytes(len(data)),
                       zipfile.ZIP_DEFLATED if i % 2 else zipfile.ZIP_STORED)


def quiet(*command):
    subprocess.run(command, check=True, **QUIET)


def make_key(work):
    open(work + '/ext', 'w').write('keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n')
    quiet('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', work + '/ca.key', '-subj', '/CN=Root', '-days', '100',
          '-out', work + '/ca.crt')
    quiet('openssl', 'req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', work + '/key', '-subj', '/CN=Vendor', '-out', work + '/csr')
    quiet('openssl', 'x509', '-req', '-in', work + '/csr', '-CA', work + '/ca.crt', '-CAkey', work + '/ca.key', '-CAcreateserial',
          '-days', '50', '-extfile', work + '/ext', '-out', work + '/crt')
    quiet('openssl', 'pkcs12', '-export', '-in', work + '/crt', '-inkey', work + '/key', '-certfile', work + '/ca.crt', '-name', 'vendor',
          '-passout', 'pass:secret', '-out', work + '/p12')
    quiet('keytool', '-importcert', '-noprompt', '-keystore', work + '/p12', '-storepass', 'secret', '-alias', 'root', '-file',
          work + '/ca.crt')
    quiet('openssl', 'pkcs8', '-topk8', '-nocrypt', '-in', work + '/key', '-outform', 'DER', '-out', work + '/pk8')


def main():
    p = argparse.ArgumentParser()
    p.add_argument('assay')
    p.add_argument('--mb', type=int, default=100)
    p.add_argument('--files', type=int, default=1000)
    p.add_argument('--pairs', type=int, default=7)
    o = p.parse_args()
    what = f'{o.mb} MB in {o.files} members'
    with tempfile.TemporaryDirectory() as work:
        make_key(work)
        if shutil.which('jarsigner') is not None:
            jar = work + '/agent.jar'
            fill(jar, o.mb, o.files)
            quiet('jarsigner', '-keystore', work + '/p12', '-storepass', 'secret', jar, 'vendor')
            compare(f'JAR, {what} / `jarsigner -verify -strict`',
                    [o.assay, 'verify', '--policy', 'none', '--anchor', work + '/ca.crt', jar],
                    ['jarsigner', '-verify', '-strict', '-keystore', work + '/p12', '-storepass', 'secret', jar], o.pairs)
        if shutil.which('apksigner') is not None:
            with zipfile.ZipFile(TESTDATA + '/android/valid/v1v2v3.apk') as z:
                manifest = z.read('AndroidManifest.xml')
            fill(work + '/plain.apk', o.mb, o.files, [('AndroidManifest.xml', manifest)])
            for name, options in (('v1, v2 and v3', []), ('v2 with the hash tree', ['--v1-signing-enabled', 'false', '--v3-signing-enabled',
                                                                                 'false', '--verity-enabled', 'true', '--min-sdk-version', '24'])):
                apk = work + '/agent.apk'
                quiet('apksigner', 'sign', '--key', work + '/pk8', '--cert', work + '/crt', *options, '--in', work + '/plain.apk',
                      '--out', apk)
                oldest = ['24'] if 'tree' in name else ['21']
                compare(f'Android package, {name}, {what} / `apksigner verify`',
                        [o.assay, 'verify', '--policy', 'none', '--key', work + '/crt', '--min-sdk', *oldest, apk],
                        ['apksigner', 'verify', '--min-sdk-version', *oldest, apk], o.pairs)


main()
