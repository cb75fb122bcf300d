"""OpenPGP packets as far as the comparison needs them (RFC 9580 4, 5.2): read, changed and written; nothing is verified."""
import hashlib

SIGNATURE, PUBLIC_KEY, USER_ID, PUBLIC_SUBKEY = 2, 6, 13, 14
CERTIFIES, OVER_KEY, BINDS_SUBKEY = range(0x10, 0x14), 0x1f, 0x18
REVOKES_KEY, REVOKES_SUBKEY, REVOKES_CERTIFICATION = 0x20, 0x28, 0x30
CREATED, EXPIRY, KEY_EXPIRY, FLAGS, REASON, EMBEDDED = 2, 3, 9, 27, 29, 32
SOFT = (1, 3, 32)  # RFC 9580 5.2.3.31: superseded, retired, user id no longer valid


def number(data):
    return int.from_bytes(data, 'big')


def length(data, at):
    """A length of one, two or five octets, and where what it counts begins."""
    first = data[at]
    if first < 192:
        return first, at + 1
    if first < 224:
        return ((first - 192) << 8) + data[at + 1] + 192, at + 2
    if first < 255:
        raise ValueError('a partial length')
    return number(data[at + 1:at + 5]), at + 5


def read(data):
    """Packets as pairs of type and body."""
    found, at = [], 0
    while at < len(data):
        head = data[at]
        if head & 0x40:
            kind = head & 0x3f
            n, at = length(data, at + 1)
        else:
            kind, size = head >> 2 & 0xf, 1 << (head & 3)
            n, at = number(data[at + 1:at + 1 + size]), at + 1 + size
        found.append((kind, data[at:at + n]))
        at += n
    return found


def write(found):
    return b''.join(bytes([0xc0 | kind, 255]) + len(body).to_bytes(4, 'big') + body for kind, body in found)


def subpackets(area):
    found, at = [], 0
    while at < len(area):
        n, at = length(area, at)
        found.append((area[at] & 0x7f, area[at + 1:at + n]))
        at += n
    return found


class Signature:
    """What a signature packet of version 4 says of itself."""

    def __init__(self, body):
        n = number(body[4:6])
        self.body, self.type = body, body[1]
        self.hashed = body[6:6 + n]
        self.rest = body[6 + n:]
        said = dict(subpackets(self.hashed))
        self.created = number(said[CREATED])
        self.key_expiry = number(said.get(KEY_EXPIRY, b''))
        self.expiry = number(said.get(EXPIRY, b''))
        self.reason = said[REASON][0] if REASON in said else None

    def is_self(self):
        return self.type in CERTIFIES or self.type == OVER_KEY

    def is_soft(self):
        return self.reason in SOFT

    def unhashed(self):
        return subpackets(self.rest[2:2 + number(self.rest[:2])])

    def without_back_signature(self):
        """The packet without the unhashed signature of the subkey about the primary key."""
        area = b''.join(bytes([255]) + (len(data) + 1).to_bytes(4, 'big') + bytes([kind]) + data
                        for kind, data in self.unhashed() if kind != EMBEDDED)
        head = self.body[:len(self.body) - len(self.rest)]
        return head + len(area).to_bytes(2, 'big') + area + self.rest[2 + number(self.rest[:2]):]


def fingerprint(body):
    return hashlib.sha1(b'\x99' + len(body).to_bytes(2, 'big') + body).hexdigest().upper()


class Certificate:
    """Keys and users, each with the signatures that follow it; copies behind it are taken together with it."""

    def __init__(self, data):
        self.parts = []
        for kind, body in read(data):
            if kind == SIGNATURE:
                part[2].append(Signature(body))
            elif kind in (PUBLIC_KEY, USER_ID, PUBLIC_SUBKEY):
                part = next((p for p in self.parts if p[:2] == (kind, body)), None)
                if part is None:
                    part = (kind, body, [])
                    self.parts.append(part)

    def write(self):
        return write([packet for kind, body, signatures in self.parts
                      for packet in [(kind, body)] + [(SIGNATURE, s.body) for s in signatures]])

    def created(self):
        return number(self.parts[0][1][1:5])

    def selves(self):
        """What the primary key says of itself and its users."""
        return [s for kind, _, signatures in self.parts if kind != PUBLIC_SUBKEY for s in signatures if s.is_self()]

    def about(self, key):
        """The signatures about the primary key or a subkey by its fingerprint."""
        return [s for kind, body, signatures in self.parts if kind != USER_ID and fingerprint(body) == key
                for s in signatures]

    def users(self):
        return [signatures for kind, _, signatures in self.parts if kind == USER_ID]
