"""Makes packages and signs them by the schemes v2, v3 and v3.1 with openssl(1): tool.py plain | sign"""
import hashlib
import io
import struct
import subprocess
import sys
import zipfile

V2, V3, V31, ECDSA, VERITY, LINEAGE = 0x7109871A, 0xF05368C0, 0x1B93AD61, 0x0201, 0x0423, 0x3BA06F8C
NEWEST = 0x7FFFFFFF


def openssl(*words, data=b""):
    return subprocess.run(("openssl",) + words, input=data, stdout=subprocess.PIPE, check=True).stdout


def part(data):
    return struct.pack("<I", len(data)) + data


def chunk(kind, header, body):
    return struct.pack("<HHI", kind, 8 + len(header), 8 + len(header) + len(body)) + header + body


def pool(texts):
    """The texts in UTF-16, each behind its length."""
    data = b"".join(struct.pack("<H", len(t)) + t.encode("utf-16-le") + b"\0\0" for t in texts)
    at = [sum(len(t) * 2 + 4 for t in texts[:i]) for i in range(len(texts))]
    data += b"\0" * (-len(data) % 4)
    return chunk(1, struct.pack("<IIIII", len(texts), 0, 0, 28 + 4 * len(texts), 0),
                 b"".join(struct.pack("<I", n) for n in at) + data)


def element(name, attributes):
    body = b"".join(struct.pack("<IIIHBBI", space, n, raw, 8, 0, kind, value) for space, n, raw, kind, value in attributes)
    head = struct.pack("<IIHHHHHH", NONE, name, 20, 20, len(attributes), 0, 0, 0)
    return chunk(0x102, struct.pack("<II", 1, NONE), head + body)


def end_element(name):
    return chunk(0x103, struct.pack("<II", 1, NONE), struct.pack("<II", NONE, name))


NONE = 0xFFFFFFFF
TEXTS = ["minSdkVersion", "targetSdkVersion", "http://schemas.android.com/apk/res/android", "manifest", "uses-sdk", "package",
         "example.agent"]


def manifest(min_sdk, target_sdk):
    """Binary XML: <manifest package="example.agent"><uses-sdk android:minSdkVersion=... android:targetSdkVersion=.../>."""
    sdk = [(2, 0, NONE, 0x10, min_sdk), (2, 1, NONE, 0x10, target_sdk)]
    body = (pool(TEXTS) + chunk(0x180, b"", struct.pack("<II", 0x0101020C, 0x01010270)) +
            element(3, [(NONE, 5, 6, 3, 6)]) + element(4, sdk) + end_element(4) + end_element(3))
    return chunk(3, b"", body)


def archive(min_sdk, target_sdk=29):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in (("AndroidManifest.xml", manifest(min_sdk, target_sdk)), ("classes.dex", b"agent 1.0\n")):
            z.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def split(data):
    """The runs that are signed, of an archive with or without a signing block."""
    end = data.rindex(b"PK\5\6")
    length, offset = struct.unpack_from("<II", data, end + 12)
    start = offset
    if data[offset - 16:offset] == b"APK Sig Block 42":
        start -= 8 + struct.unpack_from("<Q", data, offset - 24)[0]
    return data[:start], data[offset:offset + length], data[end:end + 16] + struct.pack("<I", start) + data[end + 20:]


def digest(runs):
    chunks = [run[i:i + (1 << 20)] for run in runs for i in range(0, len(run), 1 << 20)]
    digests = [hashlib.sha256(b"\xa5" + struct.pack("<I", len(c)) + c).digest() for c in chunks]
    return hashlib.sha256(b"\x5a" + struct.pack("<I", len(digests)) + b"".join(digests)).digest()


def verity(runs):
    """The root of the hash tree, and the length of what it is over."""
    level = data = b"".join(runs)
    while len(level) > 32 or level is data:
        pages = [level[i:i + 4096].ljust(4096, b"\0") for i in range(0, len(level), 4096)]
        level = b"".join(hashlib.sha256(bytes(8) + page).digest() for page in pages)
    return level + struct.pack("<Q", len(data))


def der(who):
    return openssl("x509", "-in", who + ".crt", "-outform", "DER")


def lineage(*names, signers=None):
    """Proof of rotation: the key of each signs the next."""
    levels = b""
    for i, name in enumerate(names):
        signed = part(der(name)) + struct.pack("<I", ECDSA if i > 0 else 0)
        by = (signers or names)[i - 1]
        value = openssl("dgst", "-sha256", "-sign", by + ".key", data=signed) if i > 0 else b""
        levels += part(part(signed) + struct.pack("<II", 31, ECDSA if i + 1 < len(names) else 0) + part(value))
    return part(struct.pack("<II", LINEAGE, 1) + levels)


def signer(runs, scheme, who="vendor", attributes=b"", versions=(28, NEWEST), key=None, certificate=None, digests=None):
    versions = struct.pack("<II", *versions) if scheme != V2 else b""
    public = openssl("pkey", "-in", (key or who) + ".key", "-pubout", "-outform", "DER")
    digests = digests or {ECDSA: digest(runs)}
    signed = (part(b"".join(part(struct.pack("<I", n) + part(d)) for n, d in digests.items())) +
              part(part(der(certificate or who))) + versions + part(attributes))
    value = openssl("dgst", "-sha256", "-sign", who + ".key", data=signed)
    values = b"".join(part(struct.pack("<I", n) + part(value)) for n in digests)
    return part(part(signed) + versions + part(values) + part(public))


def block(data, schemes):
    """Puts in the block: [(scheme, [settings of a signer, ...]), ...]"""
    runs = split(data)
    pairs = b""
    for scheme, signers in schemes:
        value = part(b"".join(signer(runs, scheme, **s) for s in signers))
        pairs += struct.pack("<QI", 4 + len(value), scheme) + value
    size = len(pairs) + 24
    whole = struct.pack("<Q", size) + pairs + struct.pack("<Q", size) + b"APK Sig Block 42"
    end = runs[2][:16] + struct.pack("<I", len(runs[0]) + len(whole)) + runs[2][20:]
    return runs[0] + whole + runs[1] + end


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def write_signed():
    says_v3 = part(struct.pack("<II", 0xBEEFF00D, 3))
    says_v31 = part(struct.pack("<II", 0x559F8B02, 33))
    rotated = dict(who="next", attributes=lineage("vendor", "next"))
    old, new = dict(versions=(28, 32), attributes=says_v31), dict(rotated, versions=(33, NEWEST))
    good = block(archive(24), [(V2, [{}])])

    write("valid-v2.apk", good)
    write("valid-v3.apk", block(archive(28), [(V3, [{}])]))
    write("valid-v2v3.apk", block(archive(24), [(V2, [dict(attributes=says_v3)]), (V3, [{}])]))
    write("valid-v31.apk", block(archive(24), [(V2, [{}]), (V3, [old]), (V31, [new])]))
    write("valid-ranges.apk", block(archive(24), [(V2, [{}]), (V3, [dict(versions=(28, 30)), dict(rotated, versions=(31, NEWEST))])]))
    write("invalid-stripped.apk", block(archive(24), [(V2, [dict(attributes=says_v3)])]))
    write("invalid-unsigned.apk", archive(24))
    write("invalid-needs_v1.apk", block(archive(23), [(V2, [{}])]))
    write("invalid-content.apk", good.replace(b"agent 1.0", b"agent 6.6"))
    write("invalid-key.apk", block(archive(24), [(V2, [dict(key="other")])]))
    write("invalid-certificate.apk", block(archive(24), [(V2, [dict(key="other", certificate="other")])]))
    write("invalid-twice.apk", block(archive(24), [(V2, [{}]), (V2, [{}])]))
    write("invalid-prefix.apk", b"dex\n" + good)
    # signers that do not speak for the package together
    write("invalid-v1_other.apk", block(open("by-other.apk", "rb").read(), [(V2, [{}])]))
    write("invalid-v2_other.apk", block(archive(24), [(V2, [dict(who="other")]), (V3, [{}])]))
    write("invalid-v2_two.apk", block(archive(24), [(V2, [{}, dict(who="other")]), (V3, [{}])]))
    write("invalid-v31_other.apk", block(archive(24), [(V2, [{}]), (V3, [old]), (V31, [dict(new, who="other", attributes=b"")])]))
    write("invalid-v31_late.apk", block(archive(24), [(V2, [{}]), (V3, [old]), (V31, [dict(new, versions=(34, NEWEST))])]))
    write("invalid-lineage_other.apk", block(archive(24), [(V2, [dict(who="other")]), (V3, [rotated])]))
    write("invalid-lineage_forged.apk", block(archive(24), [(V2, [{}]), (V3, [dict(
        who="next", attributes=lineage("vendor", "next", signers=("other", "next")))])]))
    write("invalid-gap.apk", block(archive(28), [(V3, [dict(versions=(28, 30)), dict(versions=(32, NEWEST))])]))
    write("invalid-overlap.apk", block(archive(28), [(V3, [dict(versions=(28, 30)), dict(versions=(30, NEWEST))])]))
    write("invalid-late.apk", block(archive(28), [(V3, [dict(versions=(29, NEWEST))])]))
    write("invalid-early.apk", block(archive(28), [(V3, [dict(versions=(28, 32))])]))
    aligned = open("valid-verity.apk", "rb").read()
    runs = split(aligned)
    tree = verity(runs)
    for name, root in (("root", bytes(32) + tree[32:]), ("length", tree[:32] + bytes(8)), ("short", tree[:32])):
        write(f"invalid-verity_{name}.apk", block(aligned, [(V2, [dict(digests={ECDSA: digest(runs), VERITY: root})])]))
    write("valid-verity_only.apk", block(aligned, [(V2, [dict(digests={VERITY: tree})])]))


if sys.argv[1] == "plain":
    for version in (21, 24):
        write(f"plain-{version}.apk", archive(version))
else:
    write_signed()
