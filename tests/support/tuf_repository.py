"""A TUF repository that a test writes, and whose every document it may falsify before it is signed.

Signatures are made by openssl(1), Ed25519; the canonical form is written here a second time, independently of the library.
"""
import hashlib
import json
import os
import subprocess
import tempfile
import urllib.parse

FAR = "2040-01-01T00:00:00Z"


def canonical(value):
    if isinstance(value, dict):
        return "{" + ",".join(canonical(k) + ":" + canonical(value[k]) for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(v) for v in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    assert isinstance(value, int)
    return str(value)


class Key:
    """An Ed25519 key; `id` is what documents call it."""

    directory = tempfile.TemporaryDirectory()
    made = 0
    signatures = {}  # what was signed before has the same signature: openssl(1) is what takes time
    shared = {}

    def __init__(self, key_id=None):
        Key.made += 1
        self.path = os.path.join(Key.directory.name, "%d.pem" % Key.made)
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path], check=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                             stdout=subprocess.PIPE).stdout
        self.public = der[-32:].hex()
        self.id = key_id or hashlib.sha256(canonical(self.document()).encode()).hexdigest()

    def document(self):
        return {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": self.public}}

    def alias(self, key_id):
        """The same key under another id."""
        other = object.__new__(Key)
        other.path, other.public, other.id = self.path, self.public, key_id
        return other

    @classmethod
    def of(cls, name):
        """The same key for every repository of a run."""
        if name not in cls.shared:
            cls.shared[name] = cls()
        return cls.shared[name]

    def sign(self, message):
        if (self.path, message) not in Key.signatures:
            Key.signatures[self.path, message] = self.make(message)
        return Key.signatures[self.path, message]

    def make(self, message):
        with tempfile.NamedTemporaryFile() as file:
            file.write(message)
            file.flush()
            return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", file.name],
                                  check=True, stdout=subprocess.PIPE).stdout.hex()


def role(keys, threshold=1):
    return {"keyids": [k.id for k in keys], "threshold": threshold}


def keys_of(*keys):
    return {k.id: k.document() for k in keys}


def signed(document, *keys):
    message = canonical(document).encode("utf-8", "surrogatepass")
    return json.dumps({"signed": document, "signatures": [{"keyid": k.id, "sig": k.sign(message)} for k in keys]}).encode()


def file_of(data, version=None):
    out = {"length": len(data), "hashes": {"sha256": hashlib.sha256(data).hexdigest()}}
    return out if version is None else dict(out, version=version)


class Repository:
    """Root, timestamp, snapshot and targets with a key each; `publish` writes what is set."""

    def __init__(self, directory):
        self.directory = directory
        for name in ("metadata", "targets"):
            os.makedirs(os.path.join(directory, name), exist_ok=True)
        self.keys = {name: [Key.of(name)] for name in ("root", "timestamp", "snapshot", "targets")}
        self.thresholds = {}
        self.versions = {name: 1 for name in self.keys}
        self.expires = {}
        self.consistent = True
        self.files = {}       # targets: name -> bytes
        self.delegations = None
        self.roles = {}       # delegated: name -> (document, keys)
        self.edit = {}        # role -> function that changes the document before it is signed
        self.signers = {}     # role -> keys that sign in place of the role's own

    def common(self, kind):
        return {"_type": kind, "spec_version": "1.0.31", "version": self.versions.get(kind, 1),
                "expires": self.expires.get(kind, FAR)}

    def targets_document(self, files, kind="targets", version=1, delegations=None):
        out = dict(self.common("targets"), version=version, targets={n: file_of(d) for n, d in files.items()})
        return out if delegations is None else dict(out, delegations=delegations)

    def root_document(self):
        keys = [k for name in self.keys for k in self.keys[name]]
        return dict(self.common("root"), consistent_snapshot=self.consistent, keys=keys_of(*keys),
                    roles={n: role(k, self.thresholds.get(n, 1)) for n, k in self.keys.items()})

    def finish(self, name, document):
        if name in self.edit:
            self.edit[name](document)
        return signed(document, *self.signers.get(name, self.keys.get(name, [])))

    def write(self, name, version, data):
        quoted = urllib.parse.quote(name, "")
        prefix = "%d." % version if self.consistent or name == "root" else ""
        with open(os.path.join(self.directory, "metadata", prefix + quoted + ".json"), "wb") as file:
            file.write(data)

    def write_root(self):
        data = self.finish("root", self.root_document())
        self.write("root", self.versions["root"], data)
        return data

    def write_target(self, name, data):
        head, slash, tail = name.rpartition("/")
        path = os.path.join(self.directory, "targets", head + slash)
        os.makedirs(path, exist_ok=True)
        prefix = hashlib.sha256(data).hexdigest() + "." if self.consistent else ""
        with open(path + prefix + tail, "wb") as file:
            file.write(data)

    def publish(self, root=True):
        """All of it; `root=False` leaves the roots that are there."""
        if root:
            self.write_root()
        targets = self.finish("targets", self.targets_document(self.files, version=self.versions["targets"],
                                                               delegations=self.delegations))
        self.write("targets", self.versions["targets"], targets)
        meta = {"targets.json": file_of(targets, self.versions["targets"])}
        for name, (document, keys) in self.roles.items():
            data = signed(document, *keys)
            self.write(name, document["version"], data)
            meta[name + ".json"] = file_of(data, document["version"])
        snapshot = self.finish("snapshot", dict(self.common("snapshot"), meta=meta))
        self.write("snapshot", self.versions["snapshot"], snapshot)
        timestamp = self.finish("timestamp", dict(self.common("timestamp"), meta={
            "snapshot.json": file_of(snapshot, self.versions["snapshot"])}))
        with open(os.path.join(self.directory, "metadata", "timestamp.json"), "wb") as file:
            file.write(timestamp)
        for name, data in self.files.items():
            self.write_target(name, data)

    def bump(self, *names):
        for name in names:
            self.versions[name] += 1
