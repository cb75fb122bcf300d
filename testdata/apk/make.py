"""Writes the packages and indices of testdata/apk into the current directory, where the keys are."""
import base64, hashlib, io, struct, subprocess, tarfile, zlib

FILE = b'#!/bin/sh\necho agent\n'


def run(*command, data=None):
    return subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def sign(key, digest, data):
    return run('openssl', 'dgst', '-' + digest, '-sign', key + '.key', data=data)


def tar(entries, ended):
    """A tar without its end blocks, or with two of them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.USTAR_FORMAT) as t:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o644
            t.addfile(info, io.BytesIO(data))
        end = t.offset
    return out.getvalue()[:end] + (bytes(1024) if ended else b'')


def member(data, level=9):
    """A gzip member without a name or time; level 0 stores, so that every bit of it is known."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


# ---- v2 ----

DATA = member(tar([('usr/bin/agent', FILE)], True))


def info(datahash=True, extra='', version='2.1-r0'):
    text = f'# Generated\npkgname = agent\npkgver = {version}\narch = x86_64\n{extra}'
    return (text + (f'datahash = {hashlib.sha256(DATA).hexdigest()}\n' if datahash else '')).encode()


def control(**how):
    return member(tar([('.PKGINFO', info(**how))], False))


def signature(over, key='vendor', alg='RSA256', digest='sha256', name=None, extra=(), ended=False):
    value = sign(key, digest, over)
    entries = [(f'.SIGN.{alg}.' + (name or key + '.rsa.pub'), value)] + list(extra)
    return member(tar(entries, ended), 0)


def write(name, *parts):
    with open(name, 'wb') as f:
        f.write(b''.join(parts))


C = control()
SC = signature(C)
write('good.apk', SC, C, DATA)
write('sha512.apk', signature(C, alg='RSA512', digest='sha512'), C, DATA)
write('sha1.apk', signature(C, alg='RSA', digest='sha1'), C, DATA)
write('dsa.apk', signature(C, alg='DSA'), C, DATA)
write('two.apk', signature(C, key='other'), signature(C), C, DATA)
write('unsigned.apk', C, DATA)
write('renamed-key.apk', signature(C, name='somebody.rsa.pub'), C, DATA)
N = control(datahash=False)
write('no-datahash.apk', signature(N), N, DATA)
write('trailing.apk', signature(C), C, DATA, b'more')
write('second-data.apk', signature(C), C, DATA, DATA)
write('no-data.apk', signature(C), C)
write('path-in-key.apk', signature(C, name='../../tmp/vendor.rsa.pub'), C, DATA)
write('stray-in-signatures.apk', signature(C, extra=[('.PKGINFO', info())]), C, DATA)
write('signatures-end-archive.apk', signature(C, ended=True), C, DATA)
T = control(extra='datahash = ' + 64 * '0' + '\n')
write('datahash-twice.apk', signature(T), T, DATA)
B = member(tar([('.PKGINFO', info()), ('usr/bin/agent', b'other')], False))
write('data-in-control.apk', signature(B), B, DATA)
P = member(tar([('.PKGINFO', info()), ('.PKGINFO', info())], False))
write('info-twice.apk', signature(P), P, DATA)


def record(checksum, name='agent', version='2.1-r0', size=None):
    return (f'C:{checksum}\nP:{name}\nV:{version}\nA:x86_64\nS:{size or len(C + DATA)}\nI:100\nT:an agent\n\n').encode()


def index(name, text, key='vendor', extra=b'', is_signed=True):
    rest = member(tar([('DESCRIPTION', b'main'), ('APKINDEX', text)], True)) + extra
    write(name, signature(rest, key=key) if is_signed else b'', rest)


Q1 = 'Q1' + base64.b64encode(hashlib.sha1(C).digest()).decode()
Q2 = 'Q2' + base64.b64encode(hashlib.sha256(C).digest()).decode()
OTHER = record('Q1' + base64.b64encode(hashlib.sha1(b'x').digest()).decode(), name='other', version='1.0-r0', size=1)
OLDER = record('Q1' + base64.b64encode(hashlib.sha1(b'y').digest()).decode(), version='2.0-r0', size=1)
index('APKINDEX.tar.gz', OTHER + OLDER + record(Q2))
index('APKINDEX-sha1.tar.gz', OTHER + record(Q1))
index('APKINDEX-good.tar.gz', OTHER + OLDER + record(Q1, size=len(SC + C + DATA)))
index('APKINDEX-other.tar.gz', OTHER + OLDER)
index('APKINDEX-wrong.tar.gz', record('Q2' + base64.b64encode(bytes(32)).decode()))
index('APKINDEX-size.tar.gz', record(Q2, size=1))
index('APKINDEX-unknown-key.tar.gz', record(Q2), key='other')
index('APKINDEX-unsigned.tar.gz', record(Q2), is_signed=False)
index('APKINDEX-trailing.tar.gz', record(Q2), extra=b'more')
index('APKINDEX-no-checksum.tar.gz', record('X1'))
index('APKINDEX-field-twice.tar.gz', record(Q2 + '\nC:' + Q1))

# ---- v3 ----


class Adb:
    """A payload that grows: values are appended and named by a word."""

    def __init__(self):
        self.bytes = bytearray(8)

    def append(self, data, align=1):
        self.bytes += bytes(-len(self.bytes) % align)
        at = len(self.bytes)
        self.bytes += data
        return at

    def blob(self, data):
        return 0x80000000 | self.append(bytes([len(data)]) + data)

    def object(self, *slots):
        return 0xe0000000 | self.append(struct.pack(f'<{len(slots) + 1}I', len(slots) + 1, *slots), 4)

    def finish(self, root):
        self.bytes[4:8] = struct.pack('<I', root)
        return bytes(self.bytes)


def integer(n):
    return 0x10000000 | n


def payload(files, name=b'agent'):
    adb = Adb()
    pkginfo = adb.object(adb.blob(name), adb.blob(b'2.1-r0'), 0, 0, adb.blob(b'x86_64'))
    entries = [adb.object(adb.blob(n), 0, integer(len(data)), 0, adb.blob(digest(data))) for n, data, digest in files]
    paths = adb.object(adb.object(adb.blob(b'usr/bin'), 0, adb.object(*entries)))
    return adb.finish(adb.object(pkginfo, paths))


def block(kind, data):
    body = struct.pack('<I', kind << 30 | (len(data) + 4)) + data
    return body + bytes(-len(body) % 8)


def key_id(key):
    """Of RSAPublicKey, or of the point, which ends a SubjectPublicKeyInfo of P-256."""
    if key == 'ec':
        bare = run('openssl', 'ec', '-in', key + '.key', '-pubout', '-outform', 'DER')[-65:]
    else:
        bare = run('openssl', 'rsa', '-in', key + '.key', '-RSAPublicKey_out', '-outform', 'DER')
    return hashlib.sha512(bare).digest()[:16]


def sig(adb, key='vendor', schema=b'pckg', version=0, alg=4, cut=None):
    head = bytes([version, alg]) + key_id(key)
    value = sign(key, 'sha512', schema + head + hashlib.sha512(adb).digest())
    return block(1, (head + value)[:cut])


def data(no, content, path=1):
    return block(2, struct.pack('<II', path, no) + content)


def sha256(content):
    return hashlib.sha256(content).digest()


def raw_deflate(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


A = payload([(b'agent', FILE, sha256), (b'config', b'on\n', sha256), (b'empty', b'', sha256)])
HEAD, D1, D2 = b'ADB.pckg' + block(0, A), data(1, FILE), data(2, b'on\n')
V3 = HEAD + sig(A) + D1 + D2
write('v3.apk', V3)
write('v3-deflate.apk', b'ADBd', raw_deflate(V3))
write('v3-zstd.apk', b'ADBc\x02\x03', run('zstd', '-q', '-c', data=V3))
write('v3-stored.apk', b'ADBc\x00\x00', V3)
write('v3-ec.apk', HEAD, sig(A, key='ec'), D1, D2)
write('v3-two.apk', HEAD, sig(A, key='other'), sig(A), D1, D2)
write('v3-unsigned.apk', HEAD, D1, D2)
S1 = payload([(b'agent', FILE, lambda c: hashlib.sha1(c).digest())])
write('v3-sha1.apk', b'ADB.pckg', block(0, S1), sig(S1), D1)
write('v3-other-schema.apk', b'ADB.pckg', block(0, A), sig(A, schema=b'indx'), D1, D2)
write('v3-index.apk', b'ADB.indx', block(0, A), sig(A, schema=b'indx'))
write('v3-version.apk', HEAD, sig(A, version=1), D1, D2)
write('v3-digest.apk', HEAD, sig(A, alg=3), D1, D2)
write('v3-short-signature.apk', HEAD, sig(A, cut=18), D1, D2)
write('v3-missing-data.apk', HEAD, sig(A), D1)
write('v3-data-order.apk', HEAD, sig(A), D2, D1)
write('v3-data-twice.apk', HEAD, sig(A), D1, D1, D2)
write('v3-data-number.apk', HEAD, sig(A), data(3, FILE), D2)
write('v3-trailing.apk', V3, bytes(8))
write('v3-signature-late.apk', HEAD, D1, D2, sig(A))
write('v3-two-adb.apk', HEAD, block(0, A), sig(A), D1, D2)
write('v3-no-padding.apk', V3[:-1])
write('v3-padding.apk', V3[:-1] + b'x')
write('v3-deflate-trailing.apk', b'ADBd', raw_deflate(V3), b'more')
