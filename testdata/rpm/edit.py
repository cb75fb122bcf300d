#!/usr/bin/env python3
"""Packages that rpm 4.18 does not write, from valid/stored.rpm and valid/vendor.rpm: see make.sh."""
import base64
import gzip
import hashlib
import struct
import subprocess

MAGIC = bytes.fromhex('8eade80100000000')
INT16, INT32, STRING, BIN, ARRAY = 3, 4, 6, 7, 8


class Header:
    def __init__(self, region, entries):
        self.region, self.entries = region, entries # (tag, type, count, bytes)

    def get(self, tag):
        return next(e[3] for e in self.entries if e[0] == tag)

    def put(self, tag, type, data, count=1):
        self.drop(tag)
        self.entries.append((tag, type, count, data))
        self.entries.sort()

    def drop(self, tag):
        self.entries = [e for e in self.entries if e[0] != tag]

    def write(self):
        index, store = b'', b''
        for tag, type, count, data in self.entries:
            store += bytes(-len(store) % {3: 2, 4: 4, 5: 8}.get(type, 1))
            index += struct.pack('>IIII', tag, type, len(store), count)
            store += data
        il = len(self.entries) + 1
        index = struct.pack('>IIII', self.region, BIN, len(store), 16) + index
        store += struct.pack('>IIiI', self.region, BIN, -16 * il, 16)
        return MAGIC + struct.pack('>II', il, len(store)) + index + store


def length(type, count, data):
    if type in (6, 8, 9):
        at = 0
        for _ in range(count):
            at = data.index(b'\0', at) + 1
        return at
    return count * {3: 2, 4: 4, 5: 8}.get(type, 1)


def read(data, at):
    il, dl = struct.unpack('>II', data[at + 8:at + 16])
    store = data[at + 16 + 16 * il:at + 16 + 16 * il + dl]
    entries = []
    for i in range(il):
        tag, type, off, count = struct.unpack('>IIII', data[at + 16 + 16 * i:at + 32 + 16 * i])
        if i == 0:
            region = tag
        else:
            entries.append((tag, type, count, store[off:off + length(type, count, store[off:])]))
    return Header(region, entries), at + 16 + 16 * il + dl


class Package:
    def __init__(self, name):
        data = open(f'valid/{name}.rpm', 'rb').read()
        self.lead = data[:96]
        self.signatures, end = read(data, 96)
        self.main, end = read(data, end + -end % 8)
        self.payload = data[end:]

    def digest(self, alternative=None):
        """Digests that are right again after a change."""
        if any(e[0] == 5092 for e in self.main.entries):
            self.main.put(5092, ARRAY, hashlib.sha256(self.payload).hexdigest().encode() + b'\0')
            if alternative is None:
                self.main.drop(5097)
            else:
                self.main.put(5097, ARRAY, alternative)
        header = self.main.write()
        self.signatures.put(269, STRING, hashlib.sha1(header).hexdigest().encode() + b'\0')
        self.signatures.put(273, STRING, hashlib.sha256(header).hexdigest().encode() + b'\0')
        md5 = hashlib.md5(header + self.payload).digest()
        self.signatures.put(1004, BIN, md5, 16)
        return self

    def sign(self, tag=267, key='vendor'):
        packet = signature(self.main.write(), key)
        self.signatures.put(tag, BIN, packet, len(packet))
        return self

    def bytes(self):
        signatures = self.signatures.write()
        return self.lead + signatures + bytes(-len(signatures) % 8) + self.main.write() + self.payload

    def save(self, path):
        save(path, self.bytes())


def save(path, data):
    open(path + '.rpm', 'wb').write(data)


def signature(data, key='vendor'):
    return subprocess.run(['gpg', '-q', '--batch', '--digest-algo', 'sha256', '--faked-system-time', '20240201T000000',
                           '-u', f'{key}@acme.example', '--detach-sign'], input=data, capture_output=True, check=True).stdout


def record(name, data=b'', mode=0o100644, ino=99, nlink=1, magic=b'070701', sum=0, size=None, namesize=None, pad=b'\0'):
    head = magic + b''.join(b'%08x' % n for n in (ino, mode, 0, 0, nlink, 0, len(data) if size is None else size, 0, 0, 0, 0,
                                                  len(name) + 1 if namesize is None else namesize, sum))
    out = head + name + b'\0'
    out += pad * (-len(out) % 4) + data
    return out + pad * (-len(out) % 4)


TRAILER = record(b'TRAILER!!!', mode=0, ino=0)


# ---- valid, of other kinds ----

p = Package('stored') # the signatures of version 6
p.signatures.put(278, ARRAY, b''.join(base64.b64encode(signature(p.main.write(), k)) + b'\0' for k in ('vendor', 'rsa')), 2)
p.save('valid/array')

p = Package('gzip') # the payload uncompressed, as its alternative digest says
p.payload = gzip.decompress(p.payload)
p.sign().save('valid/swapped')

p = Package('stored') # version 6: files by number, other digests
names = p.main.get(1117).split(b'\0')[:-1]
bodies = {b'agent.bin': b'', b'agent.hard': b'agent 2.0\n', b'agent.conf': b'hostname=\n', b'link': b'/etc/agent.conf'}
p.payload = b''
order = [n for n in names if n not in (b'log', b'agent.bin', b'agent.hard')] + [b'agent.bin', b'agent.hard'] # links together
for name in order:
    i, body = names.index(name), bodies.get(name, b'')
    p.payload += b'07070X%08x\0\0' % i + body + bytes(-len(body) % 4)
p.payload += TRAILER
p.main.put(5114, INT32, struct.pack('>I', 6))
p.main.put(5121, STRING, hashlib.sha512(p.payload).hexdigest().encode() + b'\0')
p.main.put(5123, STRING, hashlib.sha3_256(p.payload).hexdigest().encode() + b'\0')
p.main.put(5112, 5, struct.pack('>Q', len(p.payload)))
p.digest()
for tag in (269, 1000, 1004, 1007):
    p.signatures.drop(tag)
p.signatures.put(279, STRING, hashlib.sha3_256(p.main.write()).hexdigest().encode() + b'\0')
p.lead = p.lead[:4] + b'\4' + p.lead[5:]
p.signatures.put(278, ARRAY, base64.b64encode(signature(p.main.write())) + b'\0')
p.save('valid/six')

p = Package('stored') # a signature header with entries outside of its region, which nobody signs anyway
p.sign()
s = bytearray(p.signatures.write())
il, dl = struct.unpack('>II', s[8:16])
s[16 + 16 * il:16 + 16 * il] = struct.pack('>IIII', 274, STRING, dl, 1)
s[8:16] = struct.pack('>II', il + 1, dl + 3)
s += b'ab\0'
save('valid/outside', p.lead + bytes(s) + b'\1' * (-len(s) % 8) + p.main.write() + p.payload)

# ---- invalid: what the headers break ----


def broken(name, change, which='main'):
    """Changes the bytes of one header; digests of it are as before."""
    p = Package('stored')
    s, m = p.signatures.write(), p.main.write()
    if which == 'main':
        m = change(bytearray(m))
    else:
        s = change(bytearray(s))
    save('invalid/' + name, p.lead + bytes(s) + bytes(-len(s) % 8) + bytes(m) + p.payload)


def field(tag, no, value):
    """Sets a field of a tag's entry: 1 type, 2 offset, 3 count."""
    def change(h):
        il = struct.unpack('>I', h[8:12])[0]
        for i in range(il):
            at = 16 + 16 * i
            if struct.unpack('>I', h[at:at + 4])[0] == tag:
                h[at + 4 * no:at + 4 * no + 4] = struct.pack('>I', value)
        return h
    return change


def at(off, value):
    def change(h):
        h[off:off + len(value)] = value
        return h
    return change


def trailer(off, value):
    def change(h):
        h[len(h) - 16 + off:len(h) - 16 + off + len(value)] = value
        return h
    return change


def dribble(h):
    il, dl = struct.unpack('>II', h[8:16])
    h[16 + 16 * il:16 + 16 * il] = struct.pack('>IIII', 1000, STRING, dl, 1)
    h[8:16] = struct.pack('>II', il + 1, dl + 5)
    return h + b'evil\0'


def tail(h):
    h[12:16] = struct.pack('>I', struct.unpack('>I', h[12:16])[0] + 4)
    return h + b'more'


broken('magic', at(0, b'\x8f'))
broken('reserved', at(4, b'\1'))
broken('no_entries', at(8, bytes(4)))
broken('entries_max', at(8, b'\0\1\0\1'))
broken('values_max', at(12, b'\x10\0\0\1'))
broken('past_end', at(12, b'\0\1\0\0'))
broken('dribble', dribble)
broken('tail', tail)
broken('region_tag', at(16, struct.pack('>I', 62)))
broken('region_type', field(63, 1, STRING))
broken('region_count', field(63, 3, 32))
broken('region_offset', field(63, 2, 0x7fffffff))
broken('trailer_tag', trailer(0, struct.pack('>I', 62)))
broken('trailer_offset', trailer(8, struct.pack('>i', -32)))
broken('trailer_odd', trailer(8, struct.pack('>i', -33)))
broken('trailer_count', trailer(12, struct.pack('>I', 8)))
broken('type', field(1000, 1, 10))
broken('type_null', field(1000, 1, 0))
broken('count_zero', field(1000, 3, 0))
broken('count_two', field(1000, 3, 2))
broken('offset', field(1004, 2, 0x7fffffff))
broken('offset_negative', field(1004, 2, 0xffffffff))
broken('overlap', field(1001, 2, 0))
broken('unaligned', field(1009, 2, 1))
broken('private_tag', field(1000, 0, 61))
broken('number_type', field(1003, 1, STRING))
broken('signature_region', at(16, struct.pack('>I', 63)), 'signatures')
broken('signature_overlap', field(273, 2, 0), 'signatures')

p = Package('vendor')
p.signatures.entries.insert(0, p.signatures.entries[0])
p.save('invalid/duplicate_signature')
p = Package('stored')
p.main.entries.insert(1, (1000, STRING, 1, b'evil\0'))
p.digest().save('invalid/duplicate_name')

# ---- invalid: leads, signatures and digests ----

p = Package('stored')
for name, off, byte in (('lead_major', 4, 5), ('lead_type', 7, 2), ('lead_signature', 79, 1)):
    data = bytearray(p.bytes())
    data[off] = byte
    save('invalid/' + name, bytes(data))
for name, value in (('array_empty', b'\0'), ('array_spaces', b'iQ== \0'), ('array_no_packet', b'AAAA\0')):
    p = Package('stored')
    p.signatures.put(278, ARRAY, value)
    p.save('invalid/' + name)
p = Package('stored')
two = signature(p.main.write()) * 2
p.signatures.put(267, BIN, two, len(two))
p.save('invalid/two_packets')
p = Package('stored')
p.signatures.put(267, STRING, b'signature\0')
p.save('invalid/signature_type')
p = Package('stored')
p.signatures.put(273, STRING, b'00\0')
p.save('invalid/digest_short')
p = Package('stored')
p.main.put(5092, ARRAY, b'00' * 20 + b'\0')
p.main.drop(5097)
p.save('invalid/payload_digest_short')
p = Package('stored')
p.main.put(5092, ARRAY, (b'00' * 32 + b'\0') * 2, 2)
p.save('invalid/payload_digest_two')
p = Package('stored')
p.main.put(5093, INT32, struct.pack('>I', 77))
p.save('invalid/payload_digest_alg')
p = Package('stored')
p.main.put(5114, INT32, struct.pack('>I', 5))
p.save('invalid/format')

# ---- good signatures that do not say everything: for the program ----

p = Package('stored') # the header alone is signed, and has no digest of the payload
for tag in (5092, 5093, 5097):
    p.main.drop(tag)
p.digest().sign().save('invalid/unbound')
p = Package('vendor')
p.payload += b'more'
p.save('invalid/trailing')
p = Package('vendor')
p.payload = p.payload[:-1]
p.save('invalid/cut')
p = Package('vendor')
p.main.put(1000, STRING, b'evil\0')
p.save('invalid/renamed')
p = Package('stored')
p.sign(key='other').save('invalid/stranger')
p = Package('stored')
p.signatures = Package('vendor').signatures
p.save('invalid/transplanted')
p = Package('gzip') # only MD5 and SHA-1
for tag in (5092, 5093, 5097):
    p.main.drop(tag)
p.digest()
p.signatures.drop(273)
p.save('invalid/weak')

# ---- invalid: what the payload breaks, under digests that are right ----


def payload(name, change):
    p = Package('stored')
    p.payload = change(p.payload)
    p.digest().save('invalid/' + name)


END = len(TRAILER)
payload('no_trailer', lambda b: b[:-END])
payload('behind_trailer', lambda b: b + b'more')
payload('no_record', lambda b: b'070707' + b[6:])
payload('no_number', lambda b: b[:20] + b'x' + b[21:])
payload('sum', lambda b: b[:102] + b'00000001' + b[110:])
payload('name_size', lambda b: b[:94] + b'00000000' + b[102:])
payload('name_long', lambda b: b[:94] + b'00010000' + b[102:])
payload('name_nul', lambda b: b[:112] + b'\0' + b[113:])
payload('trailer_data', lambda b: b[:-END] + record(b'TRAILER!!!', b'data'))
payload('unlisted', lambda b: b[:-END] + record(b'./opt/agent/evil', b'evil') + TRAILER)
payload('twice', lambda b: b[:-END] + record(b'./opt/agent/empty') + TRAILER)
payload('missing', lambda b: TRAILER)
payload('crc', lambda b: b[:-END] + record(b'./opt/agent/empty', b'data', magic=b'070702', sum=1) + TRAILER)
payload('pad', lambda b: b[:-END] + record(b'./opt/agent/empty', b'dat', pad=b'x') + TRAILER)
payload('dotdot', lambda b: b[:-END] + record(b'./../evil', b'evil') + TRAILER)
payload('special', lambda b: b[:-END] + record(b'./dev', mode=0o020644) + TRAILER)
payload('number', lambda b: b'07070X0000ffff\0\0' + b)
payload('file_size', lambda b: b.replace(b'agent 2.0\n', b'agent 6.6\n'))
p = Package('gzip')
p.payload += b'more'
p.digest().save('invalid/behind_packed')
p = Package('gzip')
p.digest(b'00' * 32 + b'\0').save('invalid/alternative')
p = Package('stored')
p.main.put(1116, INT32, bytes(4))
p.digest().save('invalid/lists')
