# Rewrites an attached CMS message from DER to what writers that stream make of it (X.690 8.1.3.6): the framing with
# indefinite lengths, the content in two pieces.
import sys


def element(data):
    """The first element: its tag, its value, and what follows it."""
    length, at = data[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(data[2:at], "big")
    return data[:1], data[at : at + length], data[at + length :]


def elements(data):
    while data:
        tag, body, rest = element(data)
        yield tag, body, data[: len(data) - len(rest)]
        data = rest


def stream(tag, *parts):
    return tag + b"\x80" + b"".join(parts) + b"\0\0"


def octets(data):
    return b"\x04" + bytes([len(data)]) + data


oid, held = elements(element(open(sys.argv[1], "rb").read())[1])
parts = list(elements(element(held[1])[1]))
kind, wrapped = elements(parts[2][1])
content = element(wrapped[1])[1]
half = len(content) // 2
pieces = stream(b"\x24", octets(content[:half]), octets(content[half:]))
encap = stream(b"\x30", kind[2], stream(b"\xa0", pieces))
signed = stream(b"\x30", *[p[2] for p in parts[:2]], encap, *[p[2] for p in parts[3:]])
sys.stdout.buffer.write(stream(b"\x30", oid[2], stream(b"\xa0", signed)))
