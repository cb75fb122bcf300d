"""Signatures with one defect each: edit.py VALID INVALID."""
import base64, os, re, struct, sys

valid, invalid = sys.argv[1:]


def string(b):
    return struct.pack(">I", len(b)) + b


def take(b):
    n = struct.unpack(">I", b[:4])[0]
    return b[4:4 + n], b[4 + n:]


def strings(b):
    out = []
    while b:
        one, b = take(b)
        out.append(one)
    return out


def load(case):
    text = open("%s/%s/agent.bin.sig" % (valid, case)).read()
    return base64.b64decode(re.sub("-----[^-]*-----|\\s", "", text))


def armor(blob):
    text = base64.b64encode(blob).decode()
    lines = [text[i:i + 70] for i in range(0, len(text), 70)]
    return "-----BEGIN SSH SIGNATURE-----\n" + "\n".join(lines) + "\n-----END SSH SIGNATURE-----\n"


def write(name, text):
    os.makedirs("%s/%s" % (invalid, name), exist_ok=True)
    with open("%s/%s/agent.bin" % (invalid, name), "wb") as f:
        f.write(b"agent 1.0\n")
    with open("%s/%s/agent.bin.sig" % (invalid, name), "w") as f:
        f.write(text)


def parts(case):
    return strings(load(case)[10:])


def whole(p, head=b"SSHSIG\0\0\0\1", tail=b""):
    return armor(head + b"".join(string(x) for x in p) + tail)


def with_part(name, case, i, value):
    p = parts(case)
    p[i] = value
    write(name, whole(p))


ed, rsa, p256, cert = parts("ed25519"), parts("rsa"), parts("p256"), parts("cert")
good = whole(ed)
write("no-magic", whole(ed, head=b"SSHSIX\0\0\0\1"))
write("version-0", whole(ed, head=b"SSHSIG\0\0\0\0"))
write("version-2", whole(ed, head=b"SSHSIG\0\0\0\2"))
write("trailing-bytes", whole(ed, tail=b"\0"))
write("no-signature", whole(ed[:4]))
write("length-overflow", armor(b"SSHSIG\0\0\0\1\xff\xff\xff\xff" + load("ed25519")[14:]))
with_part("no-namespace", "ed25519", 1, b"")
with_part("hash-sha1", "ed25519", 3, b"sha1")
with_part("hash-upper", "ed25519", 3, b"SHA512")
with_part("hash-none", "ed25519", 3, b"")

# the armor
write("text-before", "hello\n" + good)
write("text-after", good + "hello\n")
write("two-frames", good + good)
write("no-end", good.replace("-----END SSH SIGNATURE-----\n", ""))
write("other-label", good.replace("SSH SIGNATURE", "PGP SIGNATURE"))
write("stray-letter", good.replace("U1NIU0lH", "U1NI!0lH"))
write("empty", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n")

# the key
point = strings(ed[0])[1]
with_part("key-short", "ed25519", 0, string(b"ssh-ed25519") + string(point[:31]))
with_part("key-trailing", "ed25519", 0, ed[0] + b"\0")
with_part("key-no-name", "ed25519", 0, string(b"") + string(point))
with_part("key-blank-in-name", "ed25519", 0, string(b"ssh ed25519") + string(point))
name, e, n = strings(rsa[0])
with_part("rsa-negative", "rsa", 0, string(name) + string(e) + string(n[1:]))
with_part("rsa-overlong", "rsa", 0, string(name) + string(b"\0" + e) + string(n))
with_part("rsa-no-exponent", "rsa", 0, string(name) + string(b"") + string(n))
name, curve, q = strings(p256[0])
with_part("curve-other", "p256", 0, string(name) + string(b"nistp384") + string(q))
with_part("point-compressed", "p256", 0, string(name) + string(curve) + string(b"\2" + q[1:33]))
with_part("point-short", "p256", 0, string(name) + string(curve) + string(q[:-1]))

# the signature
value = strings(ed[4])[1]
with_part("signature-short", "ed25519", 4, string(b"ssh-ed25519") + string(value[:63]))
with_part("signature-trailing", "ed25519", 4, ed[4] + b"\0")
with_part("algorithm-of-rsa", "ed25519", 4, string(b"rsa-sha2-512") + string(value))
with_part("algorithm-of-ed25519", "rsa", 4, string(b"ssh-ed25519") + string(value))
with_part("algorithm-of-p384", "p256", 4, string(b"ecdsa-sha2-nistp384") + string(strings(p256[4])[1]))
with_part("rsa-long", "rsa", 4, string(b"rsa-sha2-512") + string(b"\0" + strings(rsa[4])[1]))
r, s = strings(strings(p256[4])[1])
for case, a, b, tail in (("r-negative", b"\xff" + r.lstrip(b"\0"), s, b""), ("r-overlong", b"\0\0" + r, s, b""),
                         ("r-zero", b"", s, b""), ("s-zero", r, b"", b""), ("s-huge", r, b"\1" + s * 3, b""),
                         ("s-trailing", r, s, b"\0")):
    with_part(case, "p256", 4, string(b"ecdsa-sha2-nistp256") + string(string(a) + string(b) + tail))

# the certificate
blob = cert[0]
with_part("cert-trailing", "cert", 0, blob + b"\0")
with_part("cert-cut", "cert", 0, blob[:-8])
at = blob.rindex(string(b"ssh-ed25519")) - 4  # the CA's signature
with_part("cert-no-signature", "cert", 0, blob[:at])
at = blob.rindex(string(b"ssh-ed25519"), 0, at) - 4  # the CA's key
signature = blob[blob.rindex(string(b"ssh-ed25519")) - 4:]
with_part("cert-by-cert", "cert", 0, blob[:at] + string(blob) + signature)
