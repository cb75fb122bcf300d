"""Archives whose members are stored one behind the other: tool.py plain | break"""
import sys
import zipfile

DATE = (2024, 1, 1, 0, 0, 0)


def write(path, members):
    with zipfile.ZipFile(path, "w") as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name, DATE), data)


def change(source, target, edit):
    with zipfile.ZipFile(source) as z:
        members = [(i.filename, z.read(i)) for i in z.infolist() if not i.filename.endswith("/")]
    write(target, edit(members))


def put(name, data):
    return lambda m: m + [(name, data)]


def replace(name, edit):
    return lambda m: [(n, edit(d) if n == name else d) for n, d in m]


def without(name):
    return lambda m: [x for x in m if x[0] != name]


def toast(data):
    return data.replace(b"Test", b"Toas")


if sys.argv[1] == "plain":
    write("plain.jar", [("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\nCreated-By: Test\r\n\r\n"),
                        ("agent.class", b"agent 1.0\n"), ("empty", b""), ("META-INF/services/x", b"agent\n"),
                        ("a/name/that/is/so/long/that/its/line/in/the/manifest/must/be/folded/agent.txt", b"long\n")])
else:
    for name in "signed", "parts", "twice":
        change(name + ".jar", "valid-" + name + ".jar", lambda m: m)
    change("signed.jar", "invalid-added.jar", put("more.class", b"more\n"))
    change("signed.jar", "invalid-added_empty.jar", put("more.class", b""))
    change("signed.jar", "invalid-added_service.jar", put("META-INF/services/y", b"more\n"))
    change("signed.jar", "invalid-added_below.jar", put("META-INF/below/FIRST.SF", b"more\n"))
    change("signed.jar", "invalid-removed.jar", without("agent.class"))
    change("signed.jar", "invalid-no_manifest.jar", without("META-INF/MANIFEST.MF"))
    change("signed.jar", "invalid-no_file.jar", without("META-INF/FIRST.SF"))
    change("signed.jar", "invalid-no_block.jar", without("META-INF/FIRST.EC"))
    change("signed.jar", "invalid-changed.jar", replace("agent.class", lambda d: b"agent 6.6\n"))
    change("signed.jar", "invalid-manifest.jar", replace("META-INF/MANIFEST.MF", toast))
    change("parts.jar", "invalid-main.jar", replace("META-INF/MANIFEST.MF", toast))
    change("parts.jar", "invalid-section.jar", replace("META-INF/FIRST.SF", lambda d: d.replace(b"Name: empty", b"Name: other")))
    change("signed.jar", "invalid-twin.jar", replace("META-INF/MANIFEST.MF", lambda d: d + d[d.index(b"Name: empty"):]))
    change("signed.jar", "invalid-block.jar", replace("META-INF/FIRST.EC", lambda d: d[:-1] + bytes([d[-1] ^ 1])))
