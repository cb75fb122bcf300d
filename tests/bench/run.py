#!/usr/bin/env python3
"""Compares assay with the tools that people use instead, as ratios of medians of pairs in one run.

usage: run.py ASSAY [--pairs N] [--big MB] [--files N] [--dir DIR] [NAME ...]

Prints a table; nothing is asserted, because the machine decides. RESULTS.md keeps what was measured.
"""
import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time

QUIET = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def timed(command, **more):
    """Seconds by the clock, and of processors."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, **QUIET, **more)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode != 0:
        raise SystemExit(f'{command} exited {done.returncode}')
    return took, busy


def peak_kib(command):
    """Peak memory of one run, measured in a child of its own."""
    code = ('import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);'
            'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)')
    return int(subprocess.run(['python3', '-c', code] + command, capture_output=True, text=True).stdout)


def drop_caches():
    """Forgets the contents of all files; needs root."""
    os.sync()
    with open('/proc/sys/vm/drop_caches', 'w') as out:
        out.write('3')


def compare(name, ours, theirs, pairs, most=None, least=None, before=None, **more_theirs):
    """
    Median of ours, of theirs, and their ratio: to be at most `most`, or the peer `least` times slower.  The ratio of
    processor time tells what a busy machine hides: of one thread it is what an idle one would show.
    """
    a, b = [], []
    for _ in range(pairs):
        for times, command, more in ((a, ours, {}), (b, theirs, more_theirs)):
            if before:
                before()
            times.append(timed(command, **more))
    x, y = (statistics.median(t for t, _ in times) for times in (a, b))
    busy = statistics.median(t for _, t in b) / max(statistics.median(t for _, t in a), 1e-9)
    met = (most is None or x / y <= most) and (least is None or y / x >= least)
    goal = '' if most is None and least is None else \
        (f'at most {most}' if most is not None else f'at least {least} times faster') + (': met' if met else ': **missed**')
    print(f'| {name} | {x * 1e3:.1f} ms | {y * 1e3:.1f} ms | {x / y:.2f} | {y / x:.2f} | {busy:.2f} | {goal} |', flush=True)


def fill(path, size):
    """Bytes that do not compress, the same on every run."""
    with open(path, 'wb') as out:
        subprocess.run(['openssl', 'enc', '-aes-128-ctr', '-K', '00', '-iv', '00', '-in', '/dev/stdin'],
                       input=b'', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        zero = bytes(1 << 20)
        feed = subprocess.Popen(['openssl', 'enc', '-aes-128-ctr', '-K', '00', '-iv', '00'], stdin=subprocess.PIPE,
                                stdout=out, stderr=subprocess.DEVNULL)
        left = size
        while left > 0:
            feed.stdin.write(zero[:min(left, len(zero))])
            left -= len(zero)
        feed.stdin.close()
        feed.wait()


def sums(folder):
    names = sorted(os.path.relpath(os.path.join(d, f), folder) for d, _, fs in os.walk(folder) for f in fs
                   if not f.startswith('SHA256SUMS'))
    with open(os.path.join(folder, 'SHA256SUMS'), 'wb') as out:
        for i in range(0, len(names), 500):
            subprocess.run(['sha256sum', '--'] + names[i:i + 500], cwd=folder, stdout=out, check=True)


def sign(folder, keys):
    subprocess.run(['minisign', '-S', '-s', f'{keys}/key', '-m', f'{folder}/SHA256SUMS'], check=True, **QUIET)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('assay')
    p.add_argument('names', nargs='*')
    p.add_argument('--pairs', type=int, default=7)
    p.add_argument('--big', type=int, default=2000)
    p.add_argument('--files', type=int, default=50000)
    p.add_argument('--dir')
    o = p.parse_args()
    want = lambda name: not o.names or name in o.names
    verify = [o.assay, 'verify', '--policy', 'none', '-qq']
    with tempfile.TemporaryDirectory(dir=o.dir) as top:
        keys = top + '/keys'
        os.mkdir(keys)
        subprocess.run(['minisign', '-G', '-W', '-f', '-p', f'{keys}/pub', '-s', f'{keys}/key'], check=True, **QUIET)
        key = ['--key', f'{keys}/pub']
        print('| job | assay | peer | assay / peer | times faster | less processor time | goal |\n|---|---|---|---|---|---|---|')
        if want('cold'):
            os.mkdir(top + '/cold')
            fill(top + '/cold/file', 1000)
            sums(top + '/cold')
            source = top + '/base.c'
            with open(source, 'w') as out:
                out.write('#include <openssl/evp.h>\n#include <stdio.h>\nint main(int c,char**v){unsigned char b[65536],o[64];'
                          'unsigned n;FILE*f=fopen(v[c-1],"r");size_t k=fread(b,1,sizeof b,f);'
                          'return EVP_Digest(b,k,o,&n,EVP_sha256(),NULL)==1?0:1;}\n')
            subprocess.run(['cc', '-O2', '-o', top + '/base', source, '-lcrypto'], check=True)
            compare('cold start, 1 KB file against a pinned list / a program that computes one digest with libcrypto',
                    verify + ['--pin-manifest', top + '/cold/SHA256SUMS', top + '/cold/file'],
                    [top + '/base', top + '/cold/file'], max(o.pairs, 41), most=1.3)
        if want('big'):
            os.mkdir(top + '/big')
            fill(top + '/big/file', o.big * 1000000)
            sums(top + '/big')
            sign(top + '/big', keys)
            ours = verify + key + [top + '/big/file']
            compare(f'{o.big} MB file against a signed list / openssl dgst -sha256', ours,
                    ['openssl', 'dgst', '-sha256', top + '/big/file'], o.pairs, most=1.05)
            compare(f'{o.big} MB file against a signed list, one thread / openssl dgst -sha256', ours + ['-j1'],
                    ['openssl', 'dgst', '-sha256', top + '/big/file'], o.pairs)
            compare(f'{o.big} MB file against a signed list / sha256sum -c', ours,
                    ['sha256sum', '-c', '--status', 'SHA256SUMS'], o.pairs, least=4, cwd=top + '/big')
            peak = peak_kib(ours)
            print(f'\npeak memory on {o.big} MB: {peak} KiB, at most 16384: {"met" if peak <= 16384 else "**missed**"}\n')
        if want('medium'):
            os.mkdir(top + '/medium')
            file = top + '/medium/file'
            fill(file, 200000000)
            subprocess.run(['minisign', '-S', '-s', f'{keys}/key', '-m', file], check=True, **QUIET)
            compare('200 MB, minisign signature / minisign -V', verify + key + [file],
                    ['minisign', '-V', '-p', f'{keys}/pub', '-m', file], o.pairs, most=1.0)
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', f'{keys}/rsa', '-out',
                            f'{keys}/crt', '-subj', '/CN=bench', '-addext', 'extendedKeyUsage=codeSigning', '-addext',
                            'keyUsage=critical,digitalSignature,keyCertSign'], check=True, **QUIET)
            subprocess.run(['openssl', 'cms', '-sign', '-binary', '-in', file, '-signer', f'{keys}/crt', '-inkey',
                            f'{keys}/rsa', '-outform', 'DER', '-out', f'{keys}/cms', '-md', 'sha256'], check=True, **QUIET)
            compare('200 MB, detached CMS / openssl cms -verify',
                    verify + ['--anchor', f'{keys}/crt', '--signature', f'{keys}/cms', file],
                    ['openssl', 'cms', '-verify', '-binary', '-inform', 'DER', '-in', f'{keys}/cms', '-content', file,
                     '-CAfile', f'{keys}/crt', '-purpose', 'any', '-out', '/dev/null'], o.pairs, most=1.0)
        if want('many'):
            root = top + '/many'
            for i in range(o.files):
                folder = f'{root}/{i // 500:03}'
                if i % 500 == 0:
                    os.makedirs(folder)
                with open(f'{folder}/f{i:05}', 'wb') as out:
                    out.write(os.urandom(32) * (20000 // 32))
            sums(root)
            sign(root, keys)
            check = ['sha256sum', '-c', '--status', 'SHA256SUMS']
            ours = verify + key + [root]
            job = f'{o.files} files of 20 KB'
            compare(f'{job}, warm, two threads / sha256sum -c', ours + ['-j2'], check, o.pairs, least=6, cwd=root)
            compare(f'{job}, warm, one thread / sha256sum -c', ours + ['-j1'], check, o.pairs, least=3.3, cwd=root)
            if os.access('/proc/sys/vm/drop_caches', os.W_OK):
                compare(f'{job}, cold from disk / sha256sum -c', ours, check, o.pairs, least=4, before=drop_caches, cwd=root)
            else:
                print('\ncold from disk: not measured, dropping caches needs root\n')
            print(f'\npeak memory on {o.files} files: {peak_kib(ours)} KiB\n')


main()
