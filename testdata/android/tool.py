"""Signs packages by the schemes v2 and v3 with openssl(1): tool.py KEY CERTIFICATE OTHER-KEY OTHER-CERTIFICATE"""
import hashlib
import io
import struct
import subprocess
import sys
import zipfile

key, certificate, other_key, other_certificate = sys.argv[1:]
V2, V3, ECDSA = 0x7109871A, 0xF05368C0, 0x0201


def openssl(*words, data=b""):
    return subprocess.run(("openssl",) + words, input=data, stdout=subprocess.PIPE, check=True).stdout


def part(data):
    return struct.pack("<I", len(data)) + data


def manifest(min_sdk, target_sdk):
    """Binary XML with one element; names are numbers of the resource map, the texts themselves are not needed."""
    ids = struct.pack("<HHIII", 0x180, 8, 16, 0x0101020C, 0x01010270)
    attributes = b"".join(struct.pack("<IIIHBBI", 0xFFFFFFFF, n, 0xFFFFFFFF, 8, 0, 0x10, value)
                          for n, value in enumerate((min_sdk, target_sdk)))
    body = struct.pack("<IIHHHHHH", 0xFFFFFFFF, 0, 20, 20, 2, 0, 0, 0) + attributes
    element = struct.pack("<HHIII", 0x102, 16, 16 + len(body), 1, 0xFFFFFFFF) + body
    return struct.pack("<HHI", 3, 8, 8 + len(ids) + len(element)) + ids + element


def archive(min_sdk, target_sdk=29):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in (("AndroidManifest.xml", manifest(min_sdk, target_sdk)), ("classes.dex", b"agent 1.0\n")):
            z.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def split(data):
    end = data.rindex(b"PK\5\6")
    length, offset = struct.unpack_from("<II", data, end + 12)
    return data[:offset], data[offset:offset + length], data[end:]


def digest(runs):
    chunks = [run[i:i + (1 << 20)] for run in runs for i in range(0, len(run), 1 << 20)]
    digests = [hashlib.sha256(b"\xa5" + struct.pack("<I", len(c)) + c).digest() for c in chunks]
    return hashlib.sha256(b"\x5a" + struct.pack("<I", len(digests)) + b"".join(digests)).digest()


def signer(runs, version, attributes=b"", with_key=None, with_certificate=None):
    versions = struct.pack("<II", 28, 0x7FFFFFFF) if version == V3 else b""
    der = openssl("x509", "-in", with_certificate or certificate, "-outform", "DER")
    public = openssl("pkey", "-in", with_key or key, "-pubout", "-outform", "DER")
    signed = (part(part(struct.pack("<I", ECDSA) + part(digest(runs)))) + part(part(der)) + versions + part(attributes))
    value = openssl("dgst", "-sha256", "-sign", key, data=signed)
    return part(part(signed) + versions + part(part(struct.pack("<I", ECDSA) + part(value))) + part(public))


def sign(data, versions, attributes=b"", **more):
    members, directory, end = split(data)
    runs = (members, directory, end)
    pairs = b"".join(struct.pack("<QI", 4 + 4 + len(s), v) + part(s)
                     for v in versions for s in (signer(runs, v, attributes if v == V2 else b"", **more),))
    size = len(pairs) + 24
    block = struct.pack("<Q", size) + pairs + struct.pack("<Q", size) + b"APK Sig Block 42"
    end = end[:16] + struct.pack("<I", len(members) + len(block)) + end[20:]
    return members + block + directory + end


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


says_v3 = part(struct.pack("<II", 0xBEEFF00D, 3))
good = sign(archive(24), (V2,))
write("valid-v2.apk", good)
write("valid-v3.apk", sign(archive(28), (V3,)))
write("valid-v2v3.apk", sign(archive(24), (V2, V3), says_v3))
write("invalid-stripped.apk", sign(archive(24), (V2,), says_v3))
write("invalid-unsigned.apk", archive(24))
write("invalid-needs_v1.apk", sign(archive(23), (V2,)))
write("invalid-content.apk", good.replace(b"agent 1.0", b"agent 6.6"))
write("invalid-key.apk", sign(archive(24), (V2,), with_key=other_key))
write("invalid-certificate.apk", sign(archive(24), (V2,), with_key=other_key, with_certificate=other_certificate))
write("invalid-twice.apk", sign(archive(24), (V2, V2)))
write("invalid-prefix.apk", b"dex\n" + good)
