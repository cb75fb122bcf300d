#!/bin/sh
# Makes the metadata that the unit tests and the fuzz target read: one small repository with Ed25519 keys of this run, by
# openssl(1) and tests/support/tuf_repository.py, and a root with keys of every kind.
set -eu
cd "$(dirname "$0")"
python3 - <<'PY'
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, "../../tests/support")
from tuf_repository import FAR, Key, Repository, canonical, keys_of, role, signed

with tempfile.TemporaryDirectory() as work:
    repository = Repository(work)
    one, two = Key(), Key()
    repository.files = {"agent.tar": b"agent", "dir/notes.txt": b"notes"}
    repository.delegations = {"keys": keys_of(one, two), "roles": [
        dict(role([one, two], 2), name="vendor", terminating=True, paths=["vendor/*.tar", "[a-c]?/*"]),
        dict(role([two]), name="bins", terminating=False, path_hash_prefixes=["0", "a1"])]}
    repository.roles = {"vendor": (repository.targets_document({"vendor/x.tar": b"x"}), [one, two]),
                        "bins": (repository.targets_document({}), [two])}
    repository.publish()
    for name, kept in (("1.root", "root"), ("timestamp", "timestamp"), ("1.snapshot", "snapshot"), ("1.targets", "targets"),
                       ("1.vendor", "vendor")):
        with open(work + "/metadata/" + name + ".json", "rb") as file:
            data = file.read()
        with open(kept + ".json", "wb") as file:
            file.write(data)

    # a root with a key of every kind, each of which has signed
    kinds = {}
    for name, options, keytype, scheme, sign in (
            ("p256", ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "ecdsa", "ecdsa-sha2-nistp256", ["-sha256"]),
            ("p256-old", ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", ["-sha256"]),
            ("p384", ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "ecdsa", "ecdsa-sha2-nistp384", ["-sha384"]),
            ("rsa", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "rsa", "rsa-pkcs1v15-sha256", ["-sha256"]),
            ("pss", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "rsa", "rsassa-pss-sha256",
             ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]),
            ("pss-long", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "rsa", "rsassa-pss-sha256",
             ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:max"]),
            ("short", ["RSA", "-pkeyopt", "rsa_keygen_bits:1024"], "rsa", "rsa-pkcs1v15-sha256", ["-sha256"]),
            ("other-curve", ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "ecdsa", "ecdsa-sha2-nistp256", ["-sha256"])):
        path = os.path.join(work, name)
        subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm"] + options + ["-out", path], check=True)
        pem = subprocess.run(["openssl", "pkey", "-in", path, "-pubout"], check=True, stdout=subprocess.PIPE).stdout.decode()
        if name == "p256-old":  # the point in hex, as the first roots of Sigstore had it
            der = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], check=True,
                                 stdout=subprocess.PIPE).stdout
            pem = der[-65:].hex()
        kinds[name] = ({"keytype": keytype, "scheme": scheme, "keyval": {"public": pem}}, path, sign)
    keys = {name: kind[0] for name, kind in kinds.items()}
    keys["strange"] = {"keytype": "sphincs", "scheme": "sphincs", "keyval": {"identity": "x"}}
    document = {"_type": "root", "spec_version": "1.0", "version": 1, "expires": FAR, "consistent_snapshot": True, "keys": keys,
                "roles": {name: {"keyids": [name], "threshold": 1} for name in kinds}}
    document["roles"].update({name: {"keyids": sorted(keys), "threshold": 6} for name in ("root", "timestamp", "snapshot", "targets")})
    signatures = []
    for name, (_, path, sign) in kinds.items():
        sig = subprocess.run(["openssl", "dgst", "-sign", path] + sign, check=True, input=canonical(document).encode(),
                             stdout=subprocess.PIPE).stdout.hex()
        signatures.append({"keyid": name, "sig": sig})
    with open("kinds.json", "w") as file:
        json.dump({"signed": document, "signatures": signatures + [{"keyid": "strange", "sig": "00"}]}, file, indent=1)
PY
