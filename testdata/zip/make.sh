#!/bin/sh
# Makes the zip archives of the tests: valid ones by python3's zipfile and Info-ZIP, the others by changing their bytes.
# valid/NAME.list is what python3's zipfile lists of NAME: size, a blank, the name.
set -eu
cd "$(dirname "$0")"
rm -rf valid invalid
mkdir valid invalid
export TZ=UTC SOURCE_DATE_EPOCH=1700000000
python3 - <<'PY'
import io, struct, zipfile, zlib

def entry(name, data=b'', method=0, when=(2024, 1, 1, 0, 0, 0), mode=0o100644, made=3):
    info = zipfile.ZipInfo(name, when)
    info.compress_type, info.external_attr, info.create_system = method, mode << 16, made
    return info, data

def pack(*entries, comment=b''):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        for info, data in entries:
            z.writestr(info, data)
        z.comment = comment
    return out.getvalue()

def unseekable(*entries):
    class Out(io.RawIOBase):
        def __init__(self): self.b = b''
        def writable(self): return True
        def write(self, b): self.b += bytes(b); return len(b)
    out = Out()
    with zipfile.ZipFile(out, 'w') as z:
        for info, data in entries:
            z.writestr(info, data)
    return out.b

def save(folder, name, data):
    with open(f'{folder}/{name}.zip', 'wb') as f:
        f.write(data)

text = b'hello, archive\n' * 20
A = lambda: entry('a.txt', text, 8)
B = lambda: entry('dir/b.bin', b'\0\1\2stored', 0)
D = lambda: entry('dir/', b'', 0, mode=0o40755)
base = pack(A(), D(), B())
eocd = base.rindex(b'PK\5\6')
cd = struct.unpack('<I', base[eocd + 16:eocd + 20])[0]

# valid
save('valid', 'plain', base)
save('valid', 'comment', pack(A(), B(), comment=b'a comment'))
save('valid', 'descriptor', unseekable(A(), B()))
save('valid', 'utf8', pack(entry('\u00fc/\u4e2d.txt', text, 8)))
save('valid', 'symlink', pack(entry('lib/real', text, 8), entry('lib/link', b'real', 0, mode=0o120777),
                              entry('bin/up', b'../lib/real', 0, mode=0o120777)))
save('valid', 'nested_stored', pack(entry('inner.zip', base, 0), entry('z', b'z', 0)))
save('valid', 'empty_file', pack(entry('empty', b'', 8), entry('empty0', b'', 0)))
out = io.BytesIO()
with zipfile.ZipFile(out, 'w') as z:
    info, _ = A()
    with z.open(info, 'w', force_zip64=True) as f:
        f.write(text)
save('valid', 'zip64_local', out.getvalue())

def zip64_end(data, count=None, size=None, off=None, at=None, reclen=44, locate=None):
    e = data.rindex(b'PK\5\6')
    n, = struct.unpack('<H', data[e + 10:e + 12])
    s, o = struct.unpack('<II', data[e + 12:e + 20])
    rec = struct.pack('<IQHHIIQQQQ', 0x06064b50, reclen, 45, 45, 0, 0, n if count is None else count,
                      n if count is None else count, s if size is None else size, o if off is None else off)
    loc = struct.pack('<IIQI', 0x07064b50, 0, e if locate is None else locate, 1)
    end = struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    return data[:e] + rec + loc + end
save('valid', 'zip64_end', zip64_end(base))

def aligned(pad):   # what zipalign does: zeros behind the extra field of the local header
    info, data = entry('a', b'0123', 0)
    out = bytearray(pack((info, data)))
    out[28:30] = struct.pack('<H', pad)
    out[31:31] = b'\0' * pad
    e = out.rindex(b'PK\5\6')
    out[e + 16:e + 20] = struct.pack('<I', struct.unpack('<I', out[e + 16:e + 20])[0] + pad)
    return bytes(out)
save('valid', 'aligned', aligned(3))

import glob
for path in sorted(glob.glob('valid/*.zip')):
    with zipfile.ZipFile(path) as z, open(path[:-4] + '.list', 'w', encoding='utf-8') as f:
        assert z.testzip() is None
        for info in z.infolist():
            if not info.is_dir() and (info.external_attr >> 16) & 0o170000 != 0o120000:
                f.write(f'{info.file_size} {info.filename}\n')

# invalid
def fix_end(data, prefix=0, cdlen=None, n=None):
    data = bytearray(data)
    e = data.rindex(b'PK\5\6')
    o, = struct.unpack('<I', data[e + 16:e + 20])
    data[e + 16:e + 20] = struct.pack('<I', o + prefix)
    if cdlen is not None: data[e + 12:e + 16] = struct.pack('<I', cdlen)
    if n is not None: data[e + 8:e + 12] = struct.pack('<HH', n, n)
    return bytes(data)

def shift_locals(data, prefix, first=0):
    """The offsets in the directory, moved for entries from number `first` on."""
    data = bytearray(data)
    e = data.rindex(b'PK\5\6')
    at, = struct.unpack('<I', data[e + 16:e + 20])
    i = 0
    while data[at:at + 4] == b'PK\1\2':
        n, x, c = struct.unpack('<HHH', data[at + 28:at + 34])
        if i >= first:
            data[at + 42:at + 46] = struct.pack('<I', struct.unpack('<I', data[at + 42:at + 46])[0] + prefix)
        at += 46 + n + x + c
        i += 1
    return bytes(data)

def poke(data, at, new):
    assert at >= 0
    return data[:at] + new + data[at + len(new):]

second = base.index(b'PK\3\4', 4)
save('invalid', 'prefix', shift_locals(b'MZ' * 8 + fix_end(base, 16), 16))
save('invalid', 'prefix_unadjusted', b'MZ' * 8 + base)
save('invalid', 'gap_between', shift_locals(fix_end(base[:second] + b'hidden!!' + base[second:], 8), 8, 1))
save('invalid', 'gap_before_directory', fix_end(base[:cd] + b'hidden!!' + base[cd:], 8))
sig = b'x' * 40 + b'APK Sig Block 42'
save('invalid', 'apk_signing_block', fix_end(base[:cd] + sig + base[cd:], len(sig)))
save('invalid', 'gap_after_directory', base[:eocd] + b'hidden!!' + base[eocd:])
save('invalid', 'trailing', base + b'trailing')
save('invalid', 'two_archives', base + pack(entry('other', b'x')))
save('invalid', 'two_archives_adjusted', shift_locals(base + fix_end(pack(entry('other', b'x')), len(base)), len(base)))
inner = pack(entry('evil', b'evil'))
save('invalid', 'end_in_comment', pack(A(), comment=base[eocd:]))
save('invalid', 'end_in_comment_short', pack(A(), comment=base[eocd:] + b'...'))
save('invalid', 'comment_longer', poke(base, eocd + 20, b'\5\0'))
save('invalid', 'count_low', fix_end(base, n=2))
save('invalid', 'count_high', fix_end(base, n=4))
save('invalid', 'directory_cut', fix_end(base, cdlen=eocd - cd - 10, n=3))
save('invalid', 'disks', poke(base, eocd + 4, b'\1\0'))
save('invalid', 'name_differs', poke(base, 30, b'b'))
save('invalid', 'method_differs', poke(base, 8, b'\0\0'))
save('invalid', 'crc_differs', poke(base, 14, b'\0\1\2\3'))
save('invalid', 'size_differs', poke(base, 22, b'\7\0\0\0'))
save('invalid', 'flags_differ', poke(base, 7, b'\x08'))
desc = unseekable(A(), B())
save('invalid', 'descriptor_differs', poke(desc, desc.index(b'PK\7\x08') + 8, b'\1'))
save('invalid', 'local_offset', poke(base, cd + 42, b'\1\0\0\0'))
save('invalid', 'duplicate', pack(A(), entry('a.txt', b'other', 0)))
save('invalid', 'case', pack(A(), entry('A.TXT', b'other', 0)))
save('invalid', 'trailing_dot', pack(A(), entry('a.txt.', b'other', 0)))
save('invalid', 'dot_slash', pack(A(), entry('./a.txt', b'other', 0)))
save('invalid', 'file_and_directory', pack(A(), entry('a.txt/', b'', 0, mode=0o40755)))
save('invalid', 'below_file', pack(A(), entry('a.txt/b', b'x', 0)))
def renamed(raw):
    z = pack(entry('N' * len(raw), b'x', 0))
    return z.replace(b'N' * len(raw), raw)
save('invalid', 'absolute', renamed(b'/etc/x'))
save('invalid', 'dotdot', renamed(b'a/../../x'))
save('invalid', 'drive', renamed(b'C:/x'))
save('invalid', 'backslash', renamed(b'a\\x'))
save('invalid', 'backslash_dotdot', renamed(b'..\\x'))
save('invalid', 'nul', renamed(b'a\0.txt'))
save('invalid', 'control', renamed(b'a\x1b[1m'))
save('invalid', 'bad_utf8', pack(entry('\u00fc.txt', b'x', 0)).replace(b'\xc3\xbc', b'\xc3\x28'))
def unicode_path(name, other):
    info, data = entry(name, b'x', 0)
    p = b'\1' + struct.pack('<I', zlib.crc32(name.encode())) + other.encode()
    info.extra = struct.pack('<HH', 0x7075, len(p)) + p
    return pack((info, data))
save('invalid', 'unicode_path', unicode_path('good.txt', 'evil.txt'))
link = lambda name, to: entry(name, to, 0, mode=0o120777)
save('invalid', 'link_absolute', pack(link('a', b'/etc/passwd')))
save('invalid', 'link_up', pack(link('d/a', b'../../x')))
save('invalid', 'link_through', pack(link('d/a', b'e/../../x')))
save('invalid', 'link_below', pack(link('d', b'e'), entry('d/x', b'x', 0), entry('e/', b'', 0, mode=0o40755)))
save('invalid', 'special', pack(entry('tty', b'', 0, mode=0o20644)))
save('invalid', 'directory_mode', pack(entry('dir/', b'', 0, mode=0o100644)))
z = pack(A())
e = z.rindex(b'PK\1\2')
save('invalid', 'encrypted', poke(poke(z, 6, b'\1'), e + 8, b'\1'))
save('invalid', 'method', pack(entry('a', text, 12)))
save('invalid', 'crc', poke(poke(z, 14, b'\0\0\0\0'), e + 16, b'\0\0\0\0'))
save('invalid', 'size', poke(poke(z, 22, b'\7\0\0\0'), e + 24, b'\7\0\0\0'))
def stream(raw_tail):
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = c.compress(text) + c.flush() + raw_tail
    h = struct.pack('<HHHHIII', 0, 8, 0, 33, zlib.crc32(text), len(raw), len(text))
    out = struct.pack('<IH', 0x04034b50, 20) + h + struct.pack('<HH', 1, 0) + b'a' + raw
    d = struct.pack('<IHH', 0x02014b50, 20, 20) + h + struct.pack('<HHHHHII', 1, 0, 0, 0, 0, 0, 0) + b'a'
    return out + d + struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, 1, 1, len(d), len(out), 0)
assert zipfile.ZipFile(io.BytesIO(stream(b''))).testzip() is None
save('invalid', 'packed_tail', stream(b'hidden'))
damaged = bytearray(z); damaged[36] ^= 0xff
save('invalid', 'damaged', bytes(damaged))
def bomb():     # two names for one local header
    z = pack(entry('one', text, 8))
    e = z.rindex(b'PK\5\6'); d = z.rindex(b'PK\1\2')
    z = z[:e] + z[d:e] + z[e:]
    return fix_end(z, cdlen=2 * (e - d), n=2)
save('invalid', 'overlap', bomb())
save('invalid', 'ratio', pack(entry('zeros', b'\0' * (20 << 20), 8)))
save('invalid', 'empty', pack())
save('invalid', 'zip64_count', zip64_end(base, count=5))
save('invalid', 'zip64_length', zip64_end(base, reclen=52))
save('invalid', 'zip64_locator', zip64_end(base, locate=cd))
z64 = zip64_end(base)
save('invalid', 'zip64_disagrees', poke(z64, len(z64) - 6, struct.pack('<I', cd + 1)))
save('invalid', 'stored_sizes', poke(poke(pack(entry('a', b'0123456789', 0)), 22, b'\5'),
                                     pack(entry('a', b'0123456789', 0)).rindex(b'PK\1\2') + 24, b'\5'))
PY
