#!/usr/bin/env python3
"""Makes the wheels of this directory."""
import base64
import hashlib
import os
import shutil
import zipfile

os.chdir(os.path.dirname(os.path.abspath(__file__)))
DIST = "agent-1.0.dist-info/"
FILES = [("agent/__init__.py", b"agent = 1\n"), ("agent/a, \"b\".py", b"\n"), (DIST + "METADATA", b"Name: agent\n"),
         (DIST + "WHEEL", b"Wheel-Version: 1.0\n")]


def row(name, data, algorithm="sha256"):
    digest = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
    path = '"' + name.replace('"', '""') + '"' if '"' in name or "," in name else name
    return f"{path},{algorithm}={digest},{len(data)}"


def write(kind, name, rows=None, files=FILES, more=()):
    rows = [row(n, d) for n, d in files] + [DIST + "RECORD,,"] if rows is None else rows
    with zipfile.ZipFile(f"{kind}/{name}.whl", "w") as z:
        for path, data in list(files) + [(DIST + "RECORD", "".join(r + "\n" for r in rows).encode())] + list(more):
            z.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), data)


for kind in "valid", "invalid":
    shutil.rmtree(kind, ignore_errors=True)
    os.mkdir(kind)
good = [row(n, d) for n, d in FILES]
write("valid", "agent")
write("valid", "sha512", [row(n, d, "sha512") for n, d in FILES])
write("valid", "signed", good + [DIST + "RECORD,,", DIST + "RECORD.jws,,"], more=[(DIST + "RECORD.jws", b"{}")])
write("invalid", "unlisted", more=[("agent/more.py", b"\n")])
write("invalid", "missing", good + [row("agent/gone.py", b"\n")])
write("invalid", "changed", [row(FILES[0][0], b"agent = 2\n")] + good[1:])
write("invalid", "size", [good[0] + "0"] + good[1:])
write("invalid", "weak", [row(*FILES[0], "sha1")] + good[1:])
write("invalid", "no_digest", [FILES[0][0] + ",,"] + good[1:])
write("invalid", "twice", good + [good[0]])
write("invalid", "columns", [good[0].rsplit(",", 1)[0]] + good[1:])
write("invalid", "padded", [good[0].replace(",10", "=,10")] + good[1:])
write("invalid", "two_records", more=[("other-1.0.dist-info/RECORD", b"")])
