#!/usr/bin/env python3
"""The smallest files that Authenticode signs: an executable, a cabinet, a compound file, an app package; and a
catalogue of them."""
import base64, hashlib, io, struct, subprocess, sys, zipfile, zlib


def pe(wide):
    """Headers of 0x200 bytes and one section."""
    directories = bytes(16 * 8)
    head = struct.pack('<HBBIIIII', 0x20b if wide else 0x10b, 1, 0, 0x200, 0, 0, 0x1000, 0x1000)
    head += struct.pack('<Q', 0x140000000) if wide else struct.pack('<II', 0x2000, 0x400000)
    head += struct.pack('<IIHHHHHHIIIIHH', 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x2000, 0x200, 0, 3, 0)
    head += struct.pack('<QQQQ' if wide else '<IIII', 0x100000, 0x1000, 0x100000, 0x1000) + struct.pack('<II', 0, 16)
    head += directories
    coff = struct.pack('<HHIIIHH', 0x8664 if wide else 0x14c, 1, 0, 0, 0, len(head), 0x22)
    section = b'.text\0\0\0' + struct.pack('<IIIIIIHHI', 0x10, 0x1000, 0x200, 0x200, 0, 0, 0, 0, 0x60000020)
    dos = b'MZ' + bytes(58) + struct.pack('<I', 64)
    return (dos + b'PE\0\0' + coff + head + section).ljust(0x200, b'\0') + b'\x31\xc0\xc3'.ljust(0x200, b'\0')


def cab(files=(('agent.bin', b'agent 1.0\n'),), packed=False):
    """One folder of one block, stored or as MSZIP has it."""
    data, rows, off = b''.join(data for _, data in files), b'', 0
    for name, part in files:
        rows += struct.pack('<IIHHHH', len(part), off, 0, 0x5000, 0, 0x20) + name.encode() + b'\0'
        off += len(part)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    inside = b'CK' + deflate.compress(data) + deflate.flush() if packed else data
    first = 36 + 8 + len(rows)
    block = struct.pack('<IHH', 0, len(inside), len(data)) + inside
    header = struct.pack('<4sIIIIIBBHHHHH', b'MSCF', 0, first + len(block), 0, 36 + 8, 0, 3, 1, 1, len(files), 0, 0, 0)
    return header + struct.pack('<IHH', first, 1, packed) + rows + block


def cfb(streams):
    """Version 3, all streams small: FAT, directory, mini FAT, mini stream."""
    mini, table, places = b'', [], []
    for _, data in streams:
        n = (len(data) + 63) // 64
        places.append(len(table) if n else 0xfffffffe)
        table += [len(table) + i + 1 for i in range(n - 1)] + [0xfffffffe] * (n > 0)
        mini += data.ljust(64 * n, b'\0')
    n_mini = (len(mini) + 511) // 512
    n_dir = (len(streams) + 4) // 4
    start = 2 + n_dir
    fat = [0xfffffffd] + [i + 2 for i in range(n_dir - 1)] + [0xfffffffe, 0xfffffffe]
    fat += [start + i + 1 for i in range(n_mini - 1)] + [0xfffffffe]

    def entry(name, kind, right, child, clsid, sector, size):
        raw = name.encode('utf-16le') + b'\0\0'
        return struct.pack('<64sHBBIII16sIQQIQ', raw, len(raw), kind, 1, 0xffffffff, right, child, clsid, 0, 0, 0, sector, size)
    entries = [entry('Root Entry', 5, 0xffffffff, 1, bytes.fromhex('84100c0000000000c000000000000046'), start, len(mini))]
    for i, (name, data) in enumerate(streams):
        right = i + 2 if i + 1 < len(streams) else 0xffffffff
        entries.append(entry(name, 2, right, 0xffffffff, bytes(16), places[i], len(data)))
    while len(entries) % 4:
        entries.append(struct.pack('<64sHBBIII16sIQQIQ', b'', 0, 0, 0, *[0xffffffff] * 3, bytes(16), 0, 0, 0, 0, 0))
    header = struct.pack('<8s16sHHHHH6sIIIIIIIIII', bytes.fromhex('d0cf11e0a1b11ae1'), bytes(16), 0x3e, 3, 0xfffe, 9, 6,
                         bytes(6), 0, 1, 1, 0, 4096, 1 + n_dir, 1, 0xfffffffe, 0, 0)
    header += b'\xff' * (108 * 4)
    numbers = lambda list: b''.join(struct.pack('<I', x) for x in list).ljust(512, b'\xff')
    return header + numbers(fat) + b''.join(entries) + numbers(table) + mini.ljust(512 * n_mini, b'\0')


def msix(publisher='CN=vendor', change=lambda map: map, files=(('agent 1.bin', b'agent 1.0\n'), ('big.bin', bytes(70000)))):
    """The last file is deflated, the others stored; `change` takes the block map."""
    manifest = f'<Package xmlns="m"><Identity Name="agent" Publisher="{publisher}" Version="1.0.0.0"/></Package>'.encode()
    out, rows = io.BytesIO(), ''
    files = (('AppxManifest.xml', manifest),) + tuple(files)
    with zipfile.ZipFile(out, 'w') as z:
        def add(name, data, method=zipfile.ZIP_STORED):
            info = zipfile.ZipInfo(name.replace(' ', '%20').replace('\\', '/'), (2025, 1, 1, 0, 0, 0))
            info.compress_type = method
            z.writestr(info, data)
            return 30 + len(info.filename)
        for i, (name, data) in enumerate(files):
            header = add(name, data, zipfile.ZIP_DEFLATED if i + 1 == len(files) else zipfile.ZIP_STORED)
            digests = [hashlib.sha256(data[at:at + 65536]).digest() for at in range(0, len(data), 65536)]
            blocks = ''.join(f'<Block Hash="{base64.b64encode(d).decode()}"/>' for d in digests)
            rows += f'<File Name="{name}" Size="{len(data)}" LfhSize="{header}">{blocks}</File>'
        method = 'http://www.w3.org/2001/04/xmlenc#sha256'
        add('AppxBlockMap.xml', change(f'<BlockMap xmlns="b" HashMethod="{method}">{rows}</BlockMap>'))
        add('[Content_Types].xml', '<Types xmlns="t"></Types>', zipfile.ZIP_DEFLATED)  # osslsigncode 2.9 deflates it whatever its record says
    return out.getvalue()


def der(tag, *parts):
    body = b''.join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else (lambda b: bytes([0x80 | len(b)]) + b)(n.to_bytes((n.bit_length() + 7) // 8, 'big'))
    return bytes([tag]) + size + body


def oid(text):
    arcs = [int(x) for x in text.split('.')]
    out = bytes([40 * arcs[0] + arcs[1]])
    for arc in arcs[2:]:
        septets = [arc & 127]
        while arc >> 7:
            arc >>= 7
            septets.append(arc & 127 | 128)
        out += bytes(reversed(septets))
    return der(6, out)


SHA256 = der(0x30, oid('2.16.840.1.101.3.4.2.1'), der(5))
SPC = '1.3.6.1.4.1.311.2.1.4'


def image(data):
    """The digest of an unsigned executable."""
    head = struct.unpack_from('<I', data, 60)[0] + 24
    entry = head + (144 if data[head] == 0xb and data[head + 1] == 2 else 128)
    return data[:head + 64] + data[head + 68:entry] + data[entry + 8:]


def catalogue(files, certificate, key):
    """A catalogue that lists the digests, signed with openssl(1)."""
    subjects = []
    for data in files:
        digest = hashlib.sha256(data).digest()
        spc = der(0x30, der(0x30, oid('1.3.6.1.4.1.311.2.1.25')), der(0x30, SHA256, der(4, digest)))
        subjects.append(der(0x30, der(4, digest), der(0x31, der(0x30, oid(SPC), der(0x31, spc)))))
    ctl = b''.join([der(0x30, oid('1.3.6.1.4.1.311.12.1.1')), der(4, bytes(16)), der(0x17, b'250101000000Z'),
                    der(0x30, oid('1.3.6.1.4.1.311.12.1.3'), der(5)), der(0x30, *subjects)])
    return message(oid('1.3.6.1.4.1.311.10.1'), ctl, certificate, key)


def paged(data, certificate, key, change):
    """An executable with digests of its pages, each changed by `change`; made for what pe() makes."""
    head = struct.unpack_from('<I', data, 60)[0] + 24
    entry = head + 144
    page = lambda x, skip=0: hashlib.sha256(x.ljust(0x1000 - skip, b'\0')).digest()
    rows = [(0, page(data[:head + 64] + data[head + 68:entry] + data[entry + 8:0x200], 12)), (0x200, page(data[0x200:0x400])),
            (0x400, bytes(32))]
    table = b''.join(struct.pack('<I', off) + digest for off, digest in change(rows))
    pages = der(0x31, der(0x30, oid('1.3.6.1.4.1.311.2.3.2'), der(0x31, der(4, table))))
    link = der(0xa0, der(0xa1, der(4, bytes.fromhex('a6b586d5b4a12466ae05a217da8e60d6')), der(4, pages)))
    spc = der(0x30, oid('1.3.6.1.4.1.311.2.1.15'), der(0x30, der(3, b'\0'), link))
    spc += der(0x30, SHA256, der(4, hashlib.sha256(image(data)).digest()))
    signature = message(oid(SPC), spc, certificate, key)
    signature += bytes(-len(signature) % 8)
    data = bytearray(data)
    struct.pack_into('<II', data, entry, len(data), len(signature) + 8)
    return bytes(data) + struct.pack('<IHH', len(signature) + 8, 0x200, 2) + signature


def message(type, content, certificate, key):
    """A signed message around the value octets of a SEQUENCE."""
    cert = subprocess.run(['openssl', 'x509', '-in', certificate, '-outform', 'DER'], check=True, stdout=subprocess.PIPE).stdout
    attributes = [der(0x30, oid('1.2.840.113549.1.9.3'), der(0x31, type)),
                  der(0x30, oid('1.2.840.113549.1.9.4'), der(0x31, der(4, hashlib.sha256(content).digest())))]
    value = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', key], input=der(0x31, *attributes), check=True,
                           stdout=subprocess.PIPE).stdout
    dump = subprocess.run(['openssl', 'asn1parse', '-inform', 'DER'], input=cert, check=True, stdout=subprocess.PIPE).stdout
    sequences = [int(line.split(':')[0]) for line in dump.decode().splitlines() if 'd=2' in line and 'SEQUENCE' in line]
    serial = [int(line.split(':')[0]) for line in dump.decode().splitlines() if 'd=2' in line and 'INTEGER' in line][0]

    def element(at):
        n = cert[at + 1]
        extra = n & 127 if n & 128 else 0
        size = int.from_bytes(cert[at + 2:at + 2 + extra], 'big') if extra else n
        return cert[at:at + 2 + extra + size]
    issuer = der(0x30, element(sequences[1]), element(serial))
    signer = der(0x30, der(2, b'\1'), issuer, SHA256, der(0xa0, *attributes), der(0x30, oid('1.2.840.10045.4.3.2')), der(4, value))
    data = der(0x30, der(2, b'\1'), der(0x31, SHA256), der(0x30, type, der(0xa0, der(0x30, content))), der(0xa0, cert), der(0x31, signer))
    return der(0x30, oid('1.2.840.113549.1.7.2'), der(0xa0, data))


def put(name, data):
    with open(name, 'wb') as f:
        f.write(data)


if __name__ == '__main__':
    put('agent32.exe', pe(False))
    put('agent64.exe', pe(True))
    put('agent.cab', cab())
    put('agent.msi', cfb([('a', b'agent 1.0\n'), ('b', b'second'), ('c', b'')]))
    for name, change in (('good', lambda rows: rows), ('headers', lambda rows: [(0, bytes(32))] + rows[1:]),
                         ('section', lambda rows: [rows[0], (0x200, bytes(32)), rows[2]]),
                         ('other', lambda rows: [rows[0], rows[2]])):
        put(f'pages-{name}.exe', paged(pe(True), sys.argv[1], sys.argv[2], change))
    overlaid = bytearray(pe(True))
    struct.pack_into('<I', overlaid, overlaid.index(b'.text') + 16, 0x400)
    put('overlaid.exe', bytes(overlaid))
    if len(sys.argv) > 3:  # those of before, signed
        mine, theirs = (open(f'{sys.argv[3]}/{name}', 'rb').read() for name in ('agent64.exe', 'second.exe'))
        for name, inner in (('signed', mine), ('unsigned', pe(True)), ('second', theirs)):
            put(f'inner-{name}.cab', cab((('readme.txt', b'agent\n'), ('agent.exe', inner)), True))
            put(f'inner-{name}.msi', cfb([('a', b'agent 1.0\n'), ('files.cab', cab((('agent.exe', inner),), True))]))
        put('inner-slip.cab', cab((('..\\agent.exe', b'x'),)))
        put('inner-bomb.cab', cab((('zeros', bytes(32000)),), True))
    put('agent.msix', msix())
    put('small.msix', msix(files=(('a', b'agent 1.0\n'),)))
    put('other.msix', msix('CN=somebody'))
    zeros = base64.b64encode(hashlib.sha256(bytes(65536)).digest()).decode()
    put('map-digest.msix', msix(change=lambda map: map.replace(zeros, 'A' * 43 + '=')))
    put('map-size.msix', msix(change=lambda map: map.replace('Size="70000"', 'Size="69999"')))
    put('map-header.msix', msix(change=lambda map: map.replace('LfhSize="37"', 'LfhSize="38"')))
    put('map-lacks.msix', msix(change=lambda map: map.replace('<File Name="agent', '<X Name="agent').replace('</File><File Name="big', '</X><File Name="big')))
    put('map-more.msix', msix(change=lambda map: map.replace('<File Name="big', '<File Name="gone" Size="0" LfhSize="30"/><File Name="big')))
    put('map-twice.msix', msix(change=lambda map: map.replace('<File Name="big', '<File Name="big.bin" Size="70000" LfhSize="37"/><File Name="big')))
    put('map-few.msix', msix(change=lambda map: map.replace(f'<Block Hash="{zeros}"/>', '')))
    put('map-doctype.msix', msix(change=lambda map: '<!DOCTYPE BlockMap>' + map))
    put('agent.ps1', 'Write-Host "agent 1.0 \u017c"\r\n'.encode())
    put('wide.ps1', b'\xff\xfe' + 'Write-Host "agent 1.0"\r\n'.encode('utf-16le'))
    put('agent.cat', catalogue([b'agent 1.0\n', image(pe(True))], sys.argv[1], sys.argv[2]))
