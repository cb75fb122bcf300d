#!/usr/bin/env python3
"""tuf.py ASSAY: the client of TUF repositories from outside, against repositories that are made here and falsified."""
import base64
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tuf_repository import FAR, Key, Repository, file_of, keys_of, role, signed  # noqa: E402

assay = os.path.abspath(sys.argv[1])
NOW = "2030-01-01T00:00:00Z"
checks, wrong = 0, 0


def check(right, what):
    global checks, wrong
    checks += 1
    if not right:
        wrong += 1
        print("WRONG: %s" % what)


class Site:
    """A repository and a client of it."""

    def __init__(self, work):
        self.work = tempfile.mkdtemp(dir=work)
        self.repository = Repository(os.path.join(self.work, "repository"))
        self.metadata = os.path.join(self.work, "trusted")
        self.targets = os.path.join(self.work, "got")
        os.mkdir(self.metadata)
        os.mkdir(self.targets)
        self.url = self.repository.directory
        self.said = ""

    def run(self, *words, before=(), env=None):
        done = subprocess.run(list(before) + [assay, "trust", "tuf", "--metadata-dir", self.metadata] + list(words),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, env=env,
                              stdin=subprocess.DEVNULL)
        self.said = done.stdout
        return done.returncode

    def init(self):
        self.repository.publish()
        return self.run("init", os.path.join(self.repository.directory, "metadata", "1.root.json"))

    def refresh(self, at=NOW, url=None, **more):
        return self.run("--at", at, "--metadata-url", url or self.url + "/metadata", "refresh", **more)

    def download(self, *names, at=NOW, url=None):
        url = url or self.url
        return self.run("--at", at, "--metadata-url", url + "/metadata", "--target-url", url + "/targets", "--target-dir",
                        self.targets, "download", *names)

    def trusted(self):
        out = {}
        for name in os.listdir(self.metadata):
            if name.endswith(".json"):
                with open(os.path.join(self.metadata, name), encoding="utf-8") as file:
                    out[name[:-5]] = json.load(file)["signed"]["version"]
        return out

    def got(self):
        return {name: open(os.path.join(self.targets, name), "rb").read() for name in os.listdir(self.targets)}

    def expect(self, code, words, what, versions=None, **more):
        """A refresh ends so, says so, and then so much is trusted."""
        ended = self.refresh(**more)
        check(ended == code and words in self.said,
              "%s: exit %s, expected %s, with \"%s\"; said: %s" % (what, ended, code, words, self.said))
        if versions is not None:
            check(self.trusted() == versions, "%s: trusts %s, expected %s" % (what, self.trusted(), versions))


ALL_ONE = {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1}


def test_good(work):
    for consistent in (True, False):
        site = Site(work)
        site.repository.consistent = consistent
        site.repository.files = {"agent.tar": b"agent", "a b/c?.txt": b"nested", "empty": b""}
        check(site.init() == 0 and site.trusted() == {"root": 1}, "init")
        site.expect(0, "root 1, expires " + FAR, "refresh", ALL_ONE)
        check(site.download("agent.tar", "a b/c?.txt", "empty") == 0, "download: " + site.said)
        check(site.got() == {"agent.tar": b"agent", "a%20b%2Fc%3F.txt": b"nested", "empty": b""}, "got %s" % site.got())
        # what is there already and right is not fetched
        shutil.rmtree(os.path.join(site.repository.directory, "targets"))
        os.mkdir(os.path.join(site.repository.directory, "targets"))
        check(site.download("agent.tar") == 0, "a target that is there: " + site.said)
        with open(os.path.join(site.targets, "agent.tar"), "wb") as file:
            file.write(b"agenT")
        check(site.download("agent.tar") == 3 and site.got()["agent.tar"] == b"agenT", "a damaged one that cannot be had")
        check(site.download("none.tar") == 3 and "no role has" in site.said, "a target that is not there: " + site.said)


def test_first_root(work):
    site = Site(work)
    check(site.refresh() == 3 and "no trusted root" in site.said, "a refresh without a root: " + site.said)
    site.repository.signers["root"] = [Key()]
    check(site.init() == 0 and "warning" in site.said, "a root that is not signed: " + site.said)
    site.expect(1, "signed by 0", "it is not trusted")
    del site.repository.signers["root"]
    check(site.init() == 0 and "warning" not in site.said, "another root in its place: " + site.said)
    site.expect(0, "", "which is trusted", ALL_ONE)
    check(site.init() == 2 and "already" in site.said, "a second root: " + site.said)
    check(site.run("init", os.path.join(site.work, "none")) == 3, "a root that is not there: " + site.said)


def test_expiry(work):
    for name in ("root", "timestamp", "snapshot", "targets"):
        site = Site(work)
        site.repository.expires[name] = "2030-06-01T12:00:00Z"
        site.init()
        site.expect(1, name + ": version 1 expired 2030-06-01T12:00:00Z", name, at="2030-06-01T12:00:00Z")
        check(name == "root" or name not in site.trusted(), "%s is kept although it expired" % name)
        site.expect(0, "", name + " a second before", ALL_ONE, at="2030-06-01T11:59:59Z")
        site.expect(1, "expired", name + " that was trusted before", at="2031-01-01")
    site = Site(work)
    site.repository.expires["targets"] = "2030-06-01T14:00:00.5+02:00"
    site.init()
    site.expect(0, "", "an expiry with an offset", ALL_ONE, at="2030-06-01T11:59:59Z")
    site.expect(1, "expired 2030-06-01T12:00:00Z", "and at it", at="2030-06-01T12:00:00Z")


def test_rollback(work):
    site = Site(work)
    site.repository.versions.update(timestamp=5, snapshot=5, targets=5)
    site.init()
    five = {"root": 1, "timestamp": 5, "snapshot": 5, "targets": 5}
    site.expect(0, "", "the first state", five)
    for name, words in (("timestamp", "timestamp went back to version 4"), ("snapshot", "says of the snapshot went back"),
                        ("targets", "targets.json went back to version 4")):
        state = dict(site.repository.versions)
        site.repository.bump("timestamp", "snapshot", "targets")
        site.repository.versions[name] = 4
        site.repository.publish()
        site.expect(1, words, "rollback of " + name)
        check(site.trusted()["targets"] == 5 and site.trusted()["snapshot"] == 5, "rollback of %s is taken" % name)
        site.repository.versions = state
    # the timestamp that told of the snapshot with old targets was good itself
    site.repository.versions.update(timestamp=7, snapshot=7, targets=6)
    site.repository.publish()
    site.expect(0, "", "the way on", {"root": 1, "timestamp": 7, "snapshot": 7, "targets": 6})
    site.repository.bump("timestamp", "snapshot")
    site.repository.edit["snapshot"] = lambda d: d["meta"].pop("targets.json")
    site.repository.publish()
    site.expect(1, "no longer lists targets.json", "a role that is gone")


def test_mix_and_match(work):
    def later(document):
        document["meta"]["snapshot.json"]["version"] = 2

    for edit, name, words in (
            (later, "timestamp", "2.snapshot.json"),
            (lambda d: d["meta"]["snapshot.json"]["hashes"].update(sha256="00" * 32), "timestamp", "length or hash"),
            (lambda d: d["meta"]["snapshot.json"].update(length=10), "timestamp", "at most 10"),
            (lambda d: d["meta"]["snapshot.json"].update(length=1 << 19), "timestamp", "length or hash"),
            (lambda d: d["meta"]["snapshot.json"].update(hashes={"new-hash": "00"}), "timestamp", "length or hash"),
            (lambda d: d["meta"]["targets.json"]["hashes"].update(sha256="11" * 32), "snapshot", "length or hash"),
            (lambda d: d["meta"]["targets.json"]["hashes"].update(sha512="11" * 64), "snapshot", "length or hash"),
            (lambda d: d["meta"].pop("targets.json"), "snapshot", "does not list targets.json"),
            (lambda d: d.update(_type="snapshot"), "targets", "expected targets"),
            (lambda d: d.update(version=2), "targets", "version 2, expected 1"),
            (lambda d: d.update(version=2), "snapshot", "version 2, expected 1"),
            (lambda d: d.update(spec_version="2.0"), "targets", "version of TUF"),
            (lambda d: d.update(version="1"), "timestamp", "expected a number"),
            (lambda d: d.update(expires="never"), "timestamp", "no time"),
            (lambda d: d["meta"].update({"more.json": {"version": 1}}), "timestamp", "nothing else")):
        site = Site(work)
        site.repository.edit[name] = edit
        site.init()
        ended = site.refresh()
        check(ended in (1, 3, 20) and words in site.said, "%s: exit %d, expected \"%s\": %s" % (name, ended, words, site.said))
        check("targets" not in site.trusted(), "%s, %s: targets are trusted" % (name, words))


def again(site):
    """All but the root once more, a version later."""
    site.repository.bump("timestamp", "snapshot", "targets")
    site.repository.publish(root=False)


def test_signatures(work):
    for name in ("timestamp", "snapshot", "targets"):
        site = Site(work)
        one = site.repository.keys[name][0]
        site.init()
        for signers, what in (([], "nobody"), ([Key()], "a stranger"), ([Key(one.id)], "a stranger under the id of the key"),
                              ([site.repository.keys["root"][0]], "another role")):
            site.repository.signers[name] = signers
            again(site)
            site.expect(1, "signed by 0 keys of the role \"%s\", expected 1" % name, "%s signed by %s" % (name, what))
        site.repository.signers[name] = [one, one]
        again(site)
        site.expect(1, "two signatures of one key id", name + " signed twice")
        site.repository.signers[name] = [Key(), one]
        again(site)
        site.expect(0, "", name + " signed by a stranger, too")


def test_thresholds(work):
    site = Site(work)
    one, two, three = Key(), Key(), Key()
    site.repository.keys["targets"] = [one, two, three]
    site.repository.thresholds["targets"] = 2
    site.init()
    for signers, code in (([one], 1), ([two, Key()], 1), ([three, one], 0)):
        site.repository.signers["targets"] = signers
        again(site)
        site.expect(code, "" if code == 0 else "expected 2", "2 of 3 with %d" % len(signers))
    # one key under two ids is one signer
    site = Site(work)
    site.repository.keys["targets"] = [one, one.alias("other")]
    site.repository.thresholds["targets"] = 2
    site.init()
    site.expect(1, "signed by 1 keys", "one key under two ids")
    # slots that wait for a signature are nothing, and no harm
    site = Site(work)
    site.init()
    path = os.path.join(site.repository.directory, "metadata", "timestamp.json")
    document = json.load(open(path, encoding="utf-8"))
    document["signatures"].append({"keyid": "waiting", "sig": ""})
    json.dump(document, open(path, "w", encoding="utf-8"))
    site.expect(0, "", "an empty slot", ALL_ONE)
    for edit, words in ((lambda d: d["roles"]["targets"].update(threshold=0), "threshold"),
                        (lambda d: d["roles"]["targets"]["keyids"].append(d["roles"]["targets"]["keyids"][0]), "twice"),
                        (lambda d: d["roles"].pop("snapshot"), "snapshot")):
        site = Site(work)
        site.init()
        site.repository.bump("root")
        site.repository.edit["root"] = edit
        site.repository.publish()
        site.expect(1, words, "a root with a wrong " + words, {"root": 1})


def test_rotation(work):
    site = Site(work)
    old, new = site.repository.keys["root"][0], Key()
    site.init()
    site.repository.keys["root"] = [new]
    site.repository.bump("root")
    for signers, what in (([new], "the new key alone"), ([old], "the old key alone")):
        site.repository.signers["root"] = signers
        site.repository.publish()
        site.expect(1, "signed by 0 keys", what, {"root": 1})
    site.repository.signers["root"] = [old, new]
    site.repository.publish()
    site.expect(0, "root 2", "both keys", dict(ALL_ONE, root=2))
    # a version is neither left out nor given twice
    site.repository.signers["root"] = [new]
    site.repository.bump("root")
    for version in (2, 4):
        site.repository.edit["root"] = lambda d, v=version: d.update(version=v)
        site.repository.publish()
        site.expect(1, "root: version %d, expected 3" % version, "root version %d" % version, dict(ALL_ONE, root=2))
    # of several new roots only the last must be fresh
    site.repository.edit = {}
    for expires in ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", FAR):
        site.repository.expires["root"] = expires
        site.repository.write_root()
        site.repository.bump("root")
    site.expect(0, "root 5", "three roots in a row", dict(ALL_ONE, root=5))


def test_fast_forward(work):
    """Versions that somebody drove up are forgotten with the key that they were signed by, and only then."""
    site = Site(work)
    spare = Key()
    site.repository.keys["timestamp"].append(spare)
    site.repository.versions.update(timestamp=1000, snapshot=1000)
    site.init()
    site.expect(0, "timestamp 1000", "driven up")
    site.repository.versions.update(timestamp=2, snapshot=2)
    site.repository.publish()
    site.expect(1, "went back", "without a rotation")
    site.repository.bump("root")
    site.repository.keys["timestamp"] = [spare]     # still one that signed what is there
    site.repository.publish()
    site.expect(0, "", "with one", {"root": 2, "timestamp": 2, "snapshot": 2, "targets": 1})
    check("rotated" not in os.listdir(site.metadata), "the mark of the rotation is left")


def test_interrupted_rotation(work):
    site = Site(work)
    site.repository.versions.update(timestamp=9, snapshot=9)
    site.init()
    site.expect(0, "", "the first state")
    mark = os.path.join(site.metadata, "rotated")
    # ended before the root was there: nothing has rotated
    open(mark, "w", encoding="utf-8").write("2\n")
    site.repository.versions.update(timestamp=8)
    site.repository.publish(root=False)
    site.expect(1, "went back", "a rotation that did not come", {"root": 1, "timestamp": 9, "snapshot": 9, "targets": 1})
    check(not os.path.exists(mark), "its mark is left")
    # ended when it was there: the files are gone at the next start
    open(mark, "w", encoding="utf-8").write("1\n")
    site.expect(0, "timestamp 8", "a rotation that was not finished")
    open(mark, "w", encoding="utf-8").write("x\n")
    site.expect(1, "rotated: no version", "a mark that nobody wrote")


def test_state(work):
    """What was trusted and cannot be read is not taken for nothing."""
    for name in ("root", "timestamp", "snapshot"):
        for damage in (b"", b"{", b"{}", b"null"):
            site = Site(work)
            site.init()
            site.refresh()
            with open(os.path.join(site.metadata, name + ".json"), "wb") as file:
                file.write(damage)
            site.expect(1, os.path.join(site.metadata, name + ".json"), "damaged " + name)
    site = Site(work)
    site.init()
    site.refresh()
    with open(os.path.join(site.metadata, "targets.json"), "wb") as file:
        file.write(b"{}")
    site.expect(0, "", "damaged targets, of which the snapshot remembers the version", ALL_ONE)


def delegate(site, name, keys, *, paths=None, prefixes=None, terminating=False, threshold=1):
    entry = dict(role(keys, threshold), name=name, terminating=terminating)
    if paths is not None:
        entry["paths"] = paths
    if prefixes is not None:
        entry["path_hash_prefixes"] = prefixes
    return entry


def test_delegations(work):
    site = Site(work)
    a, b, c = Key(), Key(), Key()
    agent = b"the agent"
    repository = site.repository
    repository.delegations = {"keys": keys_of(a, b, c), "roles": [
        delegate(site, "a/../x", [a], paths=["agents/*.tar"]),
        delegate(site, "by-hash", [b], prefixes=["0", "1", "2", "3", "4", "5", "6", "7"]),
        delegate(site, "by-hash-2", [c], prefixes=["8", "9", "A", "b", "c", "d", "E", "f"]),
        delegate(site, "last", [c], paths=["*"])]}
    repository.roles = {
        "a/../x": (repository.targets_document({"agents/one.tar": agent}), [a]),
        "by-hash": (repository.targets_document({"notes": b"notes"}), [b]),
        "by-hash-2": (repository.targets_document({"notes": b"notes", "agents/one.tar": b"another"}), [c]),
        "last": (repository.targets_document({"agents/x/two.tar": b"two"}), [c])}
    repository.write_target("agents/one.tar", agent)
    repository.write_target("notes", b"notes")
    site.init()
    check(site.download("agents/one.tar", "notes") == 0, "delegated targets: " + site.said)
    check(site.got() == {"agents%2Fone.tar": agent, "notes": b"notes"}, "got %s" % site.got())
    check("a%2F..%2Fx" in site.trusted(), "the file of a role with slashes: %s" % site.trusted())
    check(site.download("agents/x/two.tar") == 3, "a star matches no slash: " + site.said)


def test_delegated_to_twice(work):
    """A role that two delegate to is checked as each of them says."""
    site = Site(work)
    a, b = Key(), Key()
    repository = site.repository
    repository.delegations = {"keys": keys_of(a), "roles": [
        delegate(site, "left", [a], paths=["left/*"]), delegate(site, "right", [a], paths=["right/*"])]}
    repository.roles = {
        "left": (repository.targets_document({}, delegations={"keys": keys_of(a), "roles": [
            delegate(site, "shared", [a], paths=["*/*"])]}), [a]),
        "right": (repository.targets_document({}, delegations={"keys": keys_of(b), "roles": [
            delegate(site, "shared", [b], paths=["*/*"])]}), [a]),
        "shared": (repository.targets_document({"left/f": b"l", "right/f": b"r"}), [a])}
    repository.write_target("left/f", b"l")
    repository.write_target("right/f", b"r")
    site.init()
    check(site.download("left/f") == 0, "through the one that it is signed for: " + site.said)
    check(site.download("right/f") == 1 and "signed by 0" in site.said, "through the other: " + site.said)
    check(site.download("left/f", "right/f") == 1, "through both in one run: " + site.said)
    check(set(site.got()) == {"left%2Ff"}, "got %s" % site.got())


def test_terminating(work):
    for terminating, code in ((True, 3), (False, 0)):
        site = Site(work)
        a = Key()
        repository = site.repository
        repository.delegations = {"keys": keys_of(a), "roles": [
            delegate(site, "first", [a], paths=["f"], terminating=terminating), delegate(site, "second", [a], paths=["f"])]}
        repository.roles = {"first": (repository.targets_document({}), [a]),
                            "second": (repository.targets_document({"f": b"f"}), [a])}
        repository.write_target("f", b"f")
        site.init()
        check(site.download("f") == code, "terminating %s: %s" % (terminating, site.said))


def test_circles(work):
    site = Site(work)
    a = Key()
    repository = site.repository
    circle = {"keys": keys_of(a), "roles": [delegate(site, "b", [a], paths=["*"])]}
    back = {"keys": keys_of(a), "roles": [delegate(site, "a", [a], paths=["*"])]}
    repository.delegations = back
    repository.roles = {"a": (repository.targets_document({}, delegations=circle), [a]),
                        "b": (repository.targets_document({}, delegations=back), [a])}
    site.init()
    check(site.download("f") == 3 and "no role has" in site.said, "a circle: " + site.said)
    repository.delegations = {"keys": keys_of(a), "roles": [delegate(site, "r%d" % i, [a], paths=["*"]) for i in range(40)]}
    repository.roles = {"r%d" % i: (repository.targets_document({}), [a]) for i in range(40)}
    repository.bump("targets", "snapshot", "timestamp")
    repository.publish()
    site.repository.roles = {}
    check(site.download("f") in (1, 20), "more roles than are visited: " + site.said)


def test_bad_delegations(work):
    a = Key()
    for entry, words in ((dict(role([a]), name="root", terminating=False, paths=["*"]), "no other role"),
                         (dict(role([a]), name="", terminating=False, paths=["*"]), "no other role"),
                         (dict(role([a]), name="x", terminating=False), "either"),
                         (dict(role([a]), name="x", terminating=False, paths=["*"], path_hash_prefixes=["0"]), "either"),
                         (dict(role([a]), name="x", paths=["*"]), "terminating"),
                         (dict(role([a, a]), name="x", terminating=False, paths=["*"]), "twice"),
                         (dict(role([a], 0), name="x", terminating=False, paths=["*"]), "threshold")):
        site = Site(work)
        site.repository.delegations = {"keys": keys_of(a), "roles": [entry]}
        site.init()
        site.expect(1, words, "a delegation that is wrong", {"root": 1, "timestamp": 1, "snapshot": 1})
    site = Site(work)
    site.repository.delegations = {"keys": keys_of(a), "roles": [delegate(site, "absent", [a], paths=["*"])]}
    site.init()
    check(site.download("f") == 1 and "does not list absent.json" in site.said, "a role that no snapshot lists: " + site.said)


def test_targets(work):
    for data, words, code in ((b"agenT", "length and hash", 1), (b"agen", "length and hash", 1), (b"agents", "at most 5", 20)):
        site = Site(work)
        site.repository.files = {"agent": b"agent"}
        site.init()
        for name in os.listdir(os.path.join(site.repository.directory, "targets")):
            with open(os.path.join(site.repository.directory, "targets", name), "wb") as file:
                file.write(data)
        check(site.download("agent") == code and words in site.said, "a target %s: %s" % (data, site.said))
        check(site.got() == {}, "something is left: %s" % site.got())
    for edit, code in ((lambda t: t["hashes"].update(sha512="00" * 64), 1), (lambda t: t.update(hashes={"md5": "00" * 16}), 3),
                       (lambda t: t.update(hashes={}), 1), (lambda t: t.pop("hashes"), 1), (lambda t: t.pop("length"), 1),
                       (lambda t: t["hashes"].update(sha256="0"), 1), (lambda t: t["hashes"].update({"new-hash": "00"}), 0)):
        site = Site(work)
        site.repository.files = {"agent": b"agent"}
        site.repository.edit["targets"] = lambda d, e=edit: e(d["targets"]["agent"])
        site.init()
        check(site.download("agent") == code, "a target with other hashes: %s" % site.said)
        check((site.got() != {}) == (code == 0), "got %s" % site.got())
    site = Site(work)
    site.repository.files = {"..": b"up"}
    site.repository.write_target = lambda name, data: None
    site.init()
    check(site.download("..") == 3 and "no file can have" in site.said, "a target called ..: " + site.said)


class Server:
    """A web server over a directory, or one that misbehaves."""

    def __init__(self, directory, answer=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                if answer is not None and answer(self):
                    return
                for name in (self.path, urllib.parse.unquote(self.path)):
                    path = directory + name
                    if os.path.isfile(path):
                        data = open(path, "rb").read()
                        self.send_response(200)
                        self.send_header("Content-Length", str(len(data)))
                        self.end_headers()
                        self.wfile.write(data)
                        return
                self.send_error(404)

            def log_message(self, *_):
                pass

        asked = self.asked = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = "http://127.0.0.1:%d" % self.server.server_port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def redirect(to):
    def answer(request):
        request.send_response(302)
        request.send_header("Location", to)
        request.end_headers()
        request.wfile.write(b"moved")
        return True
    return answer


def endless(request):
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b" " * 65536)
    except OSError:
        return True


def status(code, only=""):
    def answer(request):
        if only not in request.path:
            return False
        request.send_response(code)
        request.end_headers()
        request.wfile.write(b"{}")
        return True
    return answer


def test_web(work):
    if "ASSAY_TEST_OFFLINE" in os.environ:
        site = Site(work)
        site.init()
        site.expect(3, "does not touch the network", "a build without", url="http://127.0.0.1:1")
        return
    site = Site(work)
    site.repository.files = {"agent": b"agent", "a b/#?%.txt": b"odd"}
    site.init()
    with Server(site.repository.directory) as server:
        proxied = dict(os.environ, http_proxy="http://127.0.0.1:1", ALL_PROXY="http://127.0.0.1:1", NO_PROXY="")
        site.expect(0, "", "over HTTP, no proxy of the environment", ALL_ONE, url=server.url + "/metadata", env=proxied)
        check(server.asked == ["/metadata/2.root.json", "/metadata/timestamp.json", "/metadata/1.snapshot.json",
                               "/metadata/1.targets.json"], "asked for %s" % server.asked)
        del server.asked[:]
        check(site.download("agent", "a b/#?%.txt", url=server.url + "/") == 0, "targets over HTTP: " + site.said)
        check(site.got() == {"agent": b"agent", "a%20b%2F%23%3F%25.txt": b"odd"}, "got %s" % site.got())
        check(len(server.asked) == 4, "what is there is asked for again: %s" % server.asked)
        with Server(site.work, redirect(server.url + "/metadata/timestamp.json")) as front:
            site.expect(1, "expected root", "a redirect is followed", url=front.url)
        check(site.run("--at", NOW, "--proxy", "http://127.0.0.1:1", "--metadata-url", server.url, "refresh") == 3,
              "a proxy that is not there: " + site.said)
    for code, ended in ((404, 3), (403, 3), (410, 3), (500, 3), (503, 3), (206, 3), (204, 3)):
        with Server(site.repository.directory, status(code, "timestamp")) as server:
            site.expect(ended, "HTTP status %d" % code, "status %d" % code, url=server.url + "/metadata")
    for code, ended in ((404, 0), (403, 0), (500, 3)):
        with Server(site.repository.directory, status(code, "root")) as server:
            site.expect(ended, "", "no next root by %d" % code, url=server.url + "/metadata")
    with Server(site.work, endless) as server:
        site.expect(20, "more than", "a file without an end", url=server.url)
    for to in ("file://" + site.repository.directory + "/metadata/timestamp.json", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"):
        with Server(site.work, redirect(to)) as server:
            site.expect(3, "", "a redirect to " + to, url=server.url)
    with Server(site.work) as server:
        server.server.RequestHandlerClass.do_GET = redirect(server.url + "/again")
        site.expect(3, "", "a redirect to itself", url=server.url)
    for url in ("ftp://127.0.0.1/x", "file://host/x", "gopher://x"):
        site.expect(2, "expected", url, url=url)
    site.expect(3, "", "nobody there", url="http://127.0.0.1:1")
    site.expect(3, "cannot open the directory", "no directory", url=os.path.join(site.work, "none"))
    site.expect(0, "", "a file URL", ALL_ONE, url="file://" + urllib.parse.quote(site.url) + "/metadata")


def test_one_at_a_time(work):
    """A second process waits for the first and finds what it left."""
    if "ASSAY_TEST_OFFLINE" in os.environ:
        return
    site = Site(work)
    site.init()
    entered, go = threading.Event(), threading.Event()

    def slow(request):
        if "timestamp" in request.path and not entered.is_set():
            entered.set()
            go.wait(30)
        return False

    with Server(site.repository.directory, slow) as server:
        first = threading.Thread(target=lambda: results.append(Site.refresh(site, url=server.url + "/metadata")))
        results = []
        first.start()
        entered.wait(30)
        second = subprocess.Popen([assay, "trust", "tuf", "--metadata-dir", site.metadata, "--at", NOW, "--metadata-url",
                                   site.url + "/metadata", "refresh"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        check(second.poll() is None, "the second does not wait")
        go.set()
        first.join()
        check(results == [0] and second.wait(30) == 0, "one of two failed")
        check(site.trusted() == ALL_ONE, "two at once: %s" % site.trusted())


def test_killed(work):
    """Killed at any change of the directory, the next run goes on from a state that was trusted."""
    if shutil.which("strace") is None:
        return
    probe = subprocess.run(["strace", "-o", "/dev/null", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if probe.returncode != 0:
        return
    site = Site(work)
    old, spare = site.repository.keys["timestamp"][0], Key()
    site.repository.keys["timestamp"].append(spare)
    site.repository.versions.update(timestamp=50, snapshot=50)
    site.repository.files = {"agent": b"old"}
    site.init()
    site.refresh()
    before = os.path.join(site.work, "before")
    shutil.copytree(site.metadata, before)
    site.repository.bump("root", "targets")
    site.repository.keys["timestamp"] = [spare]
    site.repository.versions.update(timestamp=2, snapshot=2)
    site.repository.files = {"agent": b"new"}
    site.repository.publish()
    end = {"root": 2, "timestamp": 2, "snapshot": 2, "targets": 2}
    killed = 0
    for call in ("rename", "unlink", "fsync"):
        for when in range(1, 30):
            shutil.rmtree(site.metadata)
            shutil.copytree(before, site.metadata)
            code = site.refresh(before=["strace", "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                                        "inject=%s:signal=KILL:when=%d" % (call, when)],
                                env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))  # leaks cannot be found under strace
            if code == 0:
                check(when > 1, "no %s" % call)
                break
            killed += 1
            state = site.trusted()
            check(all(v in (1, 2, 50) for v in state.values()), "killed at %s %d: %s" % (call, when, state))
            site.expect(0, "", "after a kill at %s %d" % (call, when), end)
            check("rotated" not in os.listdir(site.metadata), "the mark of the rotation is left")
    check(killed >= 10, "only %d kills" % killed)


def test_words(work):
    site = Site(work)
    for words in ([], ["refresh"], ["init"], ["init", "a", "b"], ["download"], ["--metadata-url", "x", "refresh", "more"],
                  ["--metadata-url", "x", "download", "f"], ["--at", "noon", "--metadata-url", "x", "refresh"], ["sign"],
                  ["--metadata-url", "x", "--target-dir", "x", "--target-url", "x", "download"]):
        check(site.run(*words) == 2, "wrong words %s: %s" % (words, site.said))
    site.metadata = os.path.join(site.work, "none")
    check(site.run("init", "x") == 3, "no directory: " + site.said)


def test_verify_stays_offline(work):
    """No other command loads the library that can touch the network."""
    done = subprocess.run([assay, "verify", "--policy", "none", sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, LD_DEBUG="libs"))
    check(b"calling init" in done.stdout and b"libcurl" not in done.stdout, "verify loads libcurl")


def main():
    tests = {name: test for name, test in globals().items() if name.startswith("test_")}
    chosen = sys.argv[2:] or list(tests)
    with tempfile.TemporaryDirectory() as work:
        for name in chosen:
            began = time.monotonic()
            tests[name](work)
            print("%-32s %5.1f s" % (name, time.monotonic() - began))
    print("%d checks, %d wrong" % (checks, wrong))
    return 1 if wrong or not checks else 0


sys.exit(main())
