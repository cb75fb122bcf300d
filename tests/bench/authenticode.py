#!/usr/bin/env python3
"""Compares assay with osslsigncode(1) on a signed executable of 100 MB and a signed installer package of 200 MB.

usage: authenticode.py ASSAY [--pairs N] [--pe MB] [--msi MB] [--streams N]

Both are given the same anchor.  Prints medians of pairs, their ratio and peak memory; nothing is asserted, because the
machine decides.
"""
import argparse
import os
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../testdata/authenticode'))
import small

QUIET = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def make_keys(work):
    def run(*command):
        subprocess.run(command, check=True, cwd=work, **QUIET)
    open(work + '/ext', 'w').write('keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n')
    run('openssl', 'req', '-x509', '-newkey', 'rsa:3072', '-nodes', '-keyout', 'root.key', '-subj', '/CN=Root', '-days', '99', '-out', 'root.crt')
    run('openssl', 'req', '-newkey', 'rsa:3072', '-nodes', '-keyout', 'vendor.key', '-subj', '/CN=Vendor', '-out', 'vendor.csr')
    run('openssl', 'x509', '-req', '-in', 'vendor.csr', '-CA', 'root.crt', '-CAkey', 'root.key', '-days', '90', '-set_serial', '1',
        '-extfile', 'ext', '-out', 'vendor.crt')


def executable(size):
    """The small executable with one large section."""
    data = bytearray(small.pe(True))
    section = data.index(b'.text')
    size -= size % 512
    struct.pack_into('<IIII', data, section + 8, size, 0x1000, size, 0x200)
    return bytes(data[:0x200]) + os.urandom(size)


def compound(size, streams):
    """A compound file of version 3 with `streams` large streams, whose sectors alternate as though they grew together."""
    per = size // streams // 512
    n = per * streams
    n_dir = (streams + 4) // 4
    chains = []  # of the content
    parts = 8    # of each stream
    step = per // parts
    fat_of = {}
    for s in range(streams):
        order = [(i * streams + s) * step + j for i in range(parts) for j in range(step)]
        chains.append(order)
    n = step * parts * streams
    n_fat = (n + n_dir + 2) // 126 + 2
    n_difat = max(0, (n_fat - 109 + 126) // 127)
    base = n_fat + n_difat + n_dir
    fat = [0xfffffffd] * n_fat + [0xfffffffc] * n_difat
    fat += [n_fat + n_difat + i + 1 for i in range(n_dir - 1)] + [0xfffffffe]
    fat += [0xfffffffe] * n
    for order in chains:
        for a, b in zip(order, order[1:]):
            fat[base + a] = base + b
    fat += [0xffffffff] * (n_fat * 128 - len(fat))
    numbers = lambda list: struct.pack(f'<{len(list)}I', *list)
    entry = lambda name, kind, right, child, start, length: struct.pack(
        '<64sHBBIII16sIQQIQ', (name.encode('utf-16le') + b'\0\0'), 2 * len(name) + 2, kind, 1, 0xffffffff, right, child,
        bytes(16), 0, 0, 0, start, length)
    entries = [entry('Root Entry', 5, 0xffffffff, 1, 0xfffffffe, 0)]
    for s in range(streams):
        entries.append(entry(f's{s:05}', 2, s + 2 if s + 1 < streams else 0xffffffff, 0xffffffff, base + chains[s][0],
                             step * parts * 512 - 5))
    while len(entries) % 4:
        entries.append(struct.pack('<64sHBBIII16sIQQIQ', b'', 0, 0, 0, *[0xffffffff] * 3, bytes(16), 0, 0, 0, 0, 0))
    difat = list(range(n_fat))
    header = struct.pack('<8s16sHHHHH6s9I', bytes.fromhex('d0cf11e0a1b11ae1'), bytes(16), 0x3e, 3, 0xfffe, 9, 6,
                         bytes(6), 0, n_fat, n_fat + n_difat, 0, 4096, 0xfffffffe, 0, n_fat if n_difat else 0xfffffffe, n_difat)
    header += numbers((difat[:109] + [0xffffffff] * 109)[:109])
    rest, more = difat[109:], b''
    for i in range(n_difat):
        part = rest[127 * i:127 * i + 127]
        more += numbers(part + [0xffffffff] * (127 - len(part)) + [n_fat + i + 1 if i + 1 < n_difat else 0xfffffffe])
    content = bytearray(os.urandom(n * 512))
    for order in chains:  # the last five bytes of the last sector are no content
        content[order[-1] * 512 + 507:order[-1] * 512 + 512] = bytes(5)
    return header + numbers(fat) + more + b''.join(entries) + bytes(content)


def timed(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, **QUIET)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f'{command} exited {done.returncode}')
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak_kib(command):
    code = ('import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);'
            'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)')
    return int(subprocess.run(['python3', '-c', code] + command, capture_output=True, text=True).stdout)


def compare(name, ours, theirs, pairs):
    both = [(timed(ours), timed(theirs)) for _ in range(pairs)]
    (x, xb), (y, yb) = ([statistics.median(pair[i][j] for pair in both) for j in (0, 1)] for i in (0, 1))
    print(f'| {name} | {x * 1e3:.0f} ms | {y * 1e3:.0f} ms | {y / x:.2f} | {yb / xb:.2f} | {peak_kib(ours) / 1024:.1f} MiB |',
          flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('assay')
    p.add_argument('--pairs', type=int, default=7)
    p.add_argument('--pe', type=int, default=100)
    p.add_argument('--msi', type=int, default=200)
    p.add_argument('--streams', type=int, default=40)
    a = p.parse_args()
    assay = os.path.abspath(a.assay)
    print('| job | assay | osslsigncode | times faster | less processor time | peak |\n|---|---|---|---|---|---|')
    with tempfile.TemporaryDirectory() as work:
        make_keys(work)
        for name, data, more in (('agent.exe', executable(a.pe << 20), []), ('paged.exe', executable(a.pe << 20), ['-ph']),
                                 ('agent.msi', compound(a.msi << 20, a.streams), ['-add-msi-dse'])):
            small.put(work + '/in', data)
            subprocess.run(['osslsigncode', 'sign', '-certs', work + '/vendor.crt', '-key', work + '/vendor.key', '-h', 'sha256',
                            *more, '-in', work + '/in', '-out', f'{work}/{name}'], check=True, **QUIET)
            size = os.path.getsize(f'{work}/{name}') / 1e6
            compare(f'{name}, {size:.0f} MB', [assay, 'verify', '--policy', 'none', '--anchor', work + '/root.crt', f'{work}/{name}'],
                    ['osslsigncode', 'verify', '-CAfile', work + '/root.crt', f'{work}/{name}'], a.pairs)


if __name__ == '__main__':
    main()
