"""A signature as a security key makes it (PROTOCOL.u2f): token.py WORK IDENTITY CASE ed25519|p256."""
import base64, hashlib, os, struct, subprocess, sys

work, identity, case, kind = sys.argv[1:]


def string(b):
    return struct.pack(">I", len(b)) + b


def mpint(n):
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big")) if n else string(b"")


def openssl(*args):
    return subprocess.run(("openssl",) + args, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=work).stdout


def der_integers(der):
    out, at = [], 2
    while at < len(der):
        n = der[at + 1]
        out.append(int.from_bytes(der[at + 2:at + 2 + n], "big"))
        at += 2 + n
    return out


data = b"agent 1.0\n"
application = b"ssh:vendor"
if kind == "ed25519":
    name = b"sk-ssh-ed25519@openssh.com"
    openssl("genpkey", "-algorithm", "ed25519", "-out", "token.pem")
    point = openssl("pkey", "-in", "token.pem", "-pubout", "-outform", "DER")[-32:]
    key = string(name) + string(point) + string(application)
else:
    name = b"sk-ecdsa-sha2-nistp256@openssh.com"
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "token.pem")
    point = openssl("ec", "-in", "token.pem", "-pubout", "-outform", "DER")[-65:]
    key = string(name) + string(b"nistp256") + string(point) + string(application)


def sign(flags):
    inner = b"SSHSIG" + string(b"file") + string(b"") + string(b"sha512") + string(hashlib.sha512(data).digest())
    state = struct.pack(">BI", flags, 42)
    message = hashlib.sha256(application).digest() + state + hashlib.sha256(inner).digest()
    with open(os.path.join(work, "message"), "wb") as f:
        f.write(message)
    if kind == "ed25519":
        value = openssl("pkeyutl", "-sign", "-rawin", "-inkey", "token.pem", "-in", "message")
    else:
        r, s = der_integers(openssl("dgst", "-sha256", "-sign", "token.pem", "message"))
        value = mpint(r) + mpint(s)
    signature = string(name) + string(value) + state
    blob = b"SSHSIG" + struct.pack(">I", 1) + string(key) + string(b"file") + string(b"") + string(b"sha512")
    text = base64.b64encode(blob + string(signature)).decode()
    lines = [text[i:i + 70] for i in range(0, len(text), 70)]
    return "-----BEGIN SSH SIGNATURE-----\n" + "\n".join(lines) + "\n-----END SSH SIGNATURE-----\n"


for place, flags in ((case, 1), (case.replace("valid/", "invalid/absent-owner-"), 0)):
    os.makedirs(place, exist_ok=True)
    with open(place + "/agent.bin", "wb") as f:
        f.write(data)
    with open(place + "/agent.bin.sig", "w") as f:
        f.write(sign(flags))
    with open(place + "/allowed_signers", "w") as f:
        f.write("%s %s %s\n" % (identity, name.decode(), base64.b64encode(key).decode()))
