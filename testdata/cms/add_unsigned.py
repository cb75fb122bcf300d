"""add_unsigned.py value FILE: the signature value of the first signer.
add_unsigned.py attributes FILE: what that value signs, its signed attributes as a SET.
add_unsigned.py stripped FILE: FILE with these taken away.
add_unsigned.py archive FILE CRL [VALUE]: these with adbe-revocationInfoArchival; or FILE with them and signature VALUE.
add_unsigned.py rfc3161|microsoft|octets FILE TOKEN: FILE with TOKEN as an unsigned attribute of its first signer."""
import sys

OIDS = {
    "rfc3161": bytes.fromhex("060b2a864886f70d010910020e"),
    "octets": bytes.fromhex("060b2a864886f70d010910020e"),
    "microsoft": bytes.fromhex("060a2b060104018237030301"),
}


def header(b, at):
    n = b[at + 1]
    if n < 0x80:
        return at + 2, n
    k = n & 0x7F
    return at + 2 + k, int.from_bytes(b[at + 2:at + 2 + k], "big")


def parts(b):
    at = 0
    while at < len(b):
        body, n = header(b, at)
        yield b[at:body + n]
        at = body + n


def inside(b):
    body, n = header(b, 0)
    return list(parts(b[body:body + n]))


def wrap(tag, items):
    body = b"".join(items)
    n = len(body)
    if n < 0x80:
        return bytes([tag, n]) + body
    length = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


how, path = sys.argv[1:3]
oid, explicit = inside(open(path, "rb").read())
signed_data = inside(inside(explicit)[0])
signers = inside(signed_data[-1])
signer = inside(signers[0])
if how == "value":
    out = signer[-1][header(signer[-1], 0)[0]:]
elif how == "attributes":
    out = b"\x31" + signer[3][1:]
elif how == "stripped":
    signers[0] = wrap(0x30, signer[:3] + signer[4:])
    signed_data[-1] = wrap(0x31, signers)
    out = wrap(0x30, [oid, wrap(0xA0, [wrap(0x30, signed_data)])])
elif how == "archive":
    lists = wrap(0x30, [wrap(0xA0, [wrap(0x30, [open(sys.argv[3], "rb").read()])])])
    archival = wrap(0x30, [bytes.fromhex("06092a864886f72f010108"), wrap(0x31, [lists])])
    attributes = sorted(inside(signer[3]) + [archival])
    out = wrap(0x31, attributes)
    if len(sys.argv) > 4:
        value = wrap(0x04, [open(sys.argv[4], "rb").read()])
        signers[0] = wrap(0x30, signer[:3] + [wrap(0xA0, attributes), signer[4], value])
        signed_data[-1] = wrap(0x31, signers)
        out = wrap(0x30, [oid, wrap(0xA0, [wrap(0x30, signed_data)])])
else:
    value = open(sys.argv[3], "rb").read()
    if how == "octets":
        value = wrap(0x04, [value])
    attribute = wrap(0x30, [OIDS[how], wrap(0x31, [value])])
    signers[0] = wrap(0x30, signer + [wrap(0xA1, [attribute])])
    signed_data[-1] = wrap(0x31, signers)
    out = wrap(0x30, [oid, wrap(0xA0, [wrap(0x30, signed_data)])])
sys.stdout.buffer.write(out)
